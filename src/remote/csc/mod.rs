//! The API of the Cloud Signature Consortium, versions 1.0.4 and 2.

mod algorithm;
mod authorization;
mod calls;
mod error;
mod expression;
mod learned;
mod listing;
mod oauth;
mod requests;
mod service;
mod session;
mod signing;
#[cfg(test)]
pub(crate) mod tests;
mod waiting;
pub mod wire;

pub use calls::{CredentialInfo, CredentialList, Info, Revoke, Timestamp};
pub use error::ErrorCode;
pub use listing::Listing;
pub use service::{Dialect, Login, Service, SignatureFormat};
pub use signing::Signing;
