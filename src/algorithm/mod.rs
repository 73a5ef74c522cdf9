//! Digests, signature algorithms and public keys.
//!
//! Two backends check signatures: pure Rust, and AWS-LC with the feature `aws-lc`. Neither is named
//! outside this module.

#[cfg(feature = "aws-lc")]
mod aws_lc;
mod digest;
mod ecdsa_value;
mod identifier;
mod key;
mod pss;
mod pure;
mod suite;

pub(crate) use digest::hex_bytes;
pub use digest::{Digest, DigestAlgorithm, Hasher};
pub(crate) use identifier::{SignatureParameters, digest_identifier, signature_identifier};
pub(crate) use key::digest_info_prefix;
pub use key::{KeyError, KeyKind, PublicKey, SignatureMismatch, ValueError};
pub(crate) use pss::PssParams;
pub use suite::{SignatureAlgorithm, Suite, SuiteError, ToBeSigned};
