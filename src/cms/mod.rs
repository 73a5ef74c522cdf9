//! Cryptographic Message Syntax (RFC 5652): the signed attributes that a remote signer signs, the
//! SignedData made of them, and the reading of what others made.

mod assemble;
mod attributes;
mod check;
mod error;
mod ess;
mod signed_data;
mod signer_info;
#[cfg(test)]
mod tests;
mod timestamp;

#[cfg(feature = "sandbox")]
pub(crate) use assemble::assemble_around;
pub use assemble::{TIMESTAMP_ROOM, assemble, reserved_len};
pub use attributes::SignedAttributes;
pub use check::{SignerCheck, SigningCertificate, check_returned, verify_signer};
pub use error::CmsError;
pub use ess::CertificateHash;
pub use signed_data::{SignedData, octet_string};
pub use signer_info::{ForeignAttributes, SignerIdentifier, SignerInfo};
pub use timestamp::TimestampInfo;

pub use crate::asn1::Asn1Error;
