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
pub mod pdf;
mod prepare;
mod profile;
mod request;
#[cfg(feature = "signer")]
pub mod signer;
mod source;
mod state;
mod syntax;
pub mod verify;

pub use certificate::Chain;
pub use entropy::Entropy;
pub use fault::Fault;
pub use limits::Limits;
pub use password::Password;
pub use prepare::At;
pub use request::{Base64Error, ServiceKind, SignatureValue, SigningRequest, requests_to_json};
pub use source::{Seekable, Source};
pub use state::{State, StateError};
