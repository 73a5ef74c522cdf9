//! VNPT SmartCA ("Tài liệu tích hợp VNPT SmartCA", version 4.0).
//!
//! | call | in |
//! |---|---|
//! | `v1/credentials/get_certificate` | [`Listing`] |
//! | `v1/signatures/sign`, `v1/signatures/sign/{tranId}/status` | [`Signing`] |
//! | `v2/signatures/sign`, `v2/signatures/confirm` (SmartCA TH) | [`ThSigning`] |
//! | the service's call to the relying party | [`webhook`] |
//!
//! The document does not say how `status` tells that a transaction waits, was refused or expired. Here, any
//! code 200 without values waits until the caller's patience ends; the `status` that the interface before
//! this one had is understood where it is there; any other code ends the transaction, with the response kept.

mod code;
mod exchange;
mod listing;
mod service;
mod signing;
mod stored;
#[cfg(test)]
mod tests;
mod transaction;
mod vault;
pub mod webhook;
mod wire;

pub use code::Code;
pub use listing::Listing;
pub use service::{Service, StatusBy, TimeStamp};
pub use signing::{Signing, ThSigning};
