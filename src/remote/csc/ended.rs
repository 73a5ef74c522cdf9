//! How a conversation ended, as its state keeps it: what has ended is not begun again after a resume.

use serde::{Deserialize, Serialize};

use super::calls::name_of;
use super::error::SYSTEM;
use crate::fault::Fault;
use crate::remote::{Failure, Outcome, Retry};

/// A [`Failure`] as the state keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ended {
    call: String,
    code: Option<String>,
    message: String,
    retry: String,
    unknown: bool,
    fault: String,
    response: Option<String>,
}

impl From<&Failure> for Ended {
    fn from(failure: &Failure) -> Self {
        let retry = match failure.retry {
            Retry::Never => "never",
            Retry::Poll => "poll",
            Retry::NewTransaction => "new-transaction",
        };
        let fault = match failure.fault {
            Fault::Caller => "caller",
            Fault::Limit => "limit",
            Fault::Unsupported => "unsupported",
            _ => "signer",
        };
        Self {
            call: failure.call.to_owned(),
            code: failure.code.clone(),
            message: failure.message.clone(),
            retry: retry.to_owned(),
            unknown: failure.outcome == Outcome::Unknown,
            fault: fault.to_owned(),
            response: failure.response.clone(),
        }
    }
}

impl Ended {
    pub(super) fn failure(&self) -> Failure {
        let mut failure = Failure::new(SYSTEM, name_of(&self.call), self.message.clone());
        failure.code.clone_from(&self.code);
        failure.response.clone_from(&self.response);
        failure
            .retry(match self.retry.as_str() {
                "never" => Retry::Never,
                "poll" => Retry::Poll,
                _ => Retry::NewTransaction,
            })
            .outcome(if self.unknown { Outcome::Unknown } else { Outcome::Known })
            .fault(match self.fault.as_str() {
                "caller" => Fault::Caller,
                "limit" => Fault::Limit,
                "unsupported" => Fault::Unsupported,
                _ => Fault::Signer,
            })
    }

    /// Whether going on with the transaction was left open.
    pub(super) fn may_be_polled(&self) -> bool {
        self.retry == "poll"
    }
}
