//! Digests, signature algorithms and public keys.
//!
//! Two backends check signatures: pure Rust, and AWS-LC with the feature `aws-lc`. Neither is named
//! outside this module.

#[cfg(feature = "aws-lc")]
mod aws_lc;
mod digest;
mod ecdsa_value;
mod key;
mod pss;
mod pure;
mod suite;

pub use digest::{Digest, DigestAlgorithm, Hasher};
pub use key::{KeyError, KeyKind, PublicKey, SignatureMismatch, ValueError};
pub(crate) use pss::PssParams;
pub use suite::{SignatureAlgorithm, Suite, SuiteError, ToBeSigned};
