//! kyso prepares documents for signing by a remote signer and embeds what comes back.
#![forbid(unsafe_code)]

pub mod algorithm;
mod asn1;
pub mod certificate;
pub mod cms;
mod limits;
pub mod mistake;
#[cfg(feature = "signer")]
pub mod signer;
mod source;

pub use limits::Limits;
pub use source::Source;
