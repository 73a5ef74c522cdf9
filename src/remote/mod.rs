//! The remote signers: their wire formats as state machines, without input and output.
//!
//! ```text
//! SigningRequest ──begin──▶ Signing ──step──▶ Send | NeedInput | Wait | Done | Failed
//!                             ▲                 │
//!                             └──── Event ◀─────┘  (a response, an answer, a time that has come)
//! ```
//!
//! Each system is a module: its calls with their requests and responses as its document prints them, a
//! `Service` (where it is and who the relying party is), a `Signing` and a `Listing`, which are [`Flow`]s.
//! What comes out is unverified: only `accept` of the pipeline makes something of it that can be embedded.
//! Nothing here has a clock, a network or a secret in what it stores.

mod call;
mod credential;
pub mod csc;
pub mod efy;
mod encoded;
mod failure;
mod flow;
mod hidden;
mod http;
mod items;
mod lenient;
pub mod manual;
pub mod mobile_id;
pub mod redact;
mod secret;
mod service;
pub mod totp;
mod transaction;
pub mod vnpt;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use call::Call;
pub use credential::{Credential, FoundCertificate, Terms};
pub use failure::{Failure, Outcome, Retry};
pub use flow::{Action, Answer, DocumentOutcome, DocumentResult, Event, Flow, Input, InputKind, Lost, Wait};
pub use http::{HttpRequest, HttpResponse, Method};
pub use items::BeginError;
pub use secret::Secret;
pub use service::Service;
pub use transaction::{Listing, Transaction, TransactionError};

/// The systems that this crate speaks with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum System {
    /// VNPT SmartCA: the signer confirms on the phone.
    Vnpt,
    /// VNPT SmartCA TH: password and one-time code, no phone.
    VnptTh,
    /// Mobile-ID RSSP, which Viettel publishes too.
    MobileId,
    /// EFY remote signing.
    Efy,
    /// The API of the Cloud Signature Consortium.
    Csc,
    /// No system: people carry the requests there and the values back.
    Manual,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Vnpt, Self::VnptTh, Self::MobileId, Self::Efy, Self::Csc, Self::Manual];

    /// The name in configurations and states: `vnpt`, `vnpt-th`, `mobile-id`, `efy`, `csc`, `manual`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vnpt => "vnpt",
            Self::VnptTh => "vnpt-th",
            Self::MobileId => "mobile-id",
            Self::Efy => "efy",
            Self::Csc => "csc",
            Self::Manual => "manual",
        }
    }

    /// The system of this [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.name() == name)
    }
}

/// By its [`name`](System::name).
impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::System;

    #[test]
    fn every_system_is_stored_by_its_name() {
        for system in System::ALL {
            assert_eq!(System::from_name(system.name()), Some(system));
            assert_eq!(serde_json::to_value(system).unwrap(), system.to_string());
        }
    }
}
