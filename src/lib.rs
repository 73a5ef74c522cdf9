//! kyso prepares documents for signing by a remote signer and embeds what comes back.
#![forbid(unsafe_code)]

pub mod algorithm;
mod asn1;
pub mod certificate;
pub mod cms;
mod embed;
mod entropy;
mod fault;
mod limits;
pub mod mistake;
mod password;
mod pdf;
pub mod prepare;
mod profile;
mod request;
#[cfg(feature = "signer")]
pub mod signer;
mod source;
mod state;
pub mod verify;

pub use embed::{SaveError, Signed};
pub use entropy::Entropy;
pub use fault::Fault;
pub use limits::Limits;
pub use password::Password;
pub use pdf::{Access, CryptError, Malformation, ObjectId, PdfError, RevisionError};
pub use prepare::{
    AcceptError, At, PrepareError, Prepared, PreparedCms, Refusal, ResumeError, Signing, Warning,
};
pub use profile::pades::SubFilter;
pub use request::{Base64Error, ServiceKind, SignatureValue, SigningRequest, requests_to_json};
pub use source::{Seekable, Source};
pub use state::{State, StateError};
