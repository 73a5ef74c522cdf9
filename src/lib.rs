//! kyso prepares documents for signing by a remote signer and embeds what comes back.
#![forbid(unsafe_code)]

mod algorithm;
mod certificate;
mod cms;
mod limits;
mod pdf;
mod source;

pub use limits::Limits;
pub use source::Source;
