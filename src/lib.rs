//! kyso prepares documents for signing by a remote signer and embeds what comes back.
#![forbid(unsafe_code)]

pub mod algorithm;
mod asn1;
pub mod certificate;
pub mod cms;
mod entropy;
mod limits;
mod pdf;
mod source;
pub mod verify;

pub use entropy::Entropy;
pub use limits::Limits;
pub use source::Source;
