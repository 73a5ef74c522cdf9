//! How a transaction ended, as its state keeps it.

use serde::{Deserialize, Serialize};

use super::NAME;
use crate::fault::Fault;
use crate::remote::failure::{Failure, Outcome, Retry};

/// The calls of a transaction.
const CALLS: [&str; 8] = [
    "auth/login",
    "auth/revoke",
    "credentials/info",
    "credentials/sendOTP",
    "credentials/authorize",
    "credentials/extendTransaction",
    "signature/signHash",
    "signatures/signPolling",
];

/// A failure, as the state keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ending {
    call: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
    pub(super) message: String,
    retry: KeptRetry,
    /// Something may have been signed.
    pub(super) uncertain: bool,
    fault: KeptFault,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum KeptRetry {
    Never,
    Poll,
    NewTransaction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum KeptFault {
    Signer,
    Caller,
    Unsupported,
    Io,
}

impl From<&Failure> for Ending {
    fn from(failure: &Failure) -> Self {
        Self {
            call: failure.call.to_owned(),
            code: failure.code.clone(),
            message: failure.message.clone(),
            retry: match failure.retry {
                Retry::Never => KeptRetry::Never,
                Retry::Poll => KeptRetry::Poll,
                Retry::NewTransaction => KeptRetry::NewTransaction,
            },
            uncertain: failure.outcome == Outcome::Unknown,
            fault: match failure.fault {
                Fault::Caller => KeptFault::Caller,
                Fault::Unsupported => KeptFault::Unsupported,
                Fault::Io => KeptFault::Io,
                _ => KeptFault::Signer,
            },
            response: failure.response.clone(),
        }
    }
}

impl Ending {
    pub(super) fn to_failure(&self) -> Failure {
        let call = CALLS.into_iter().find(|call| *call == self.call).unwrap_or("auth/login");
        let mut failure = Failure::new(NAME, call, self.message.clone())
            .retry(match self.retry {
                KeptRetry::Never => Retry::Never,
                KeptRetry::Poll => Retry::Poll,
                KeptRetry::NewTransaction => Retry::NewTransaction,
            })
            .outcome(if self.uncertain { Outcome::Unknown } else { Outcome::Known })
            .fault(match self.fault {
                KeptFault::Signer => Fault::Signer,
                KeptFault::Caller => Fault::Caller,
                KeptFault::Unsupported => Fault::Unsupported,
                KeptFault::Io => Fault::Io,
            });
        failure.code.clone_from(&self.code);
        failure.response.clone_from(&self.response);
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_comes_back_as_it_was() {
        for call in CALLS {
            for (retry, outcome, fault) in [
                (Retry::Never, Outcome::Known, Fault::Caller),
                (Retry::Poll, Outcome::Unknown, Fault::Io),
                (Retry::NewTransaction, Outcome::Unknown, Fault::Signer),
                (Retry::Never, Outcome::Known, Fault::Unsupported),
            ] {
                let mut failure =
                    Failure::new(NAME, call, "no").code(1005).retry(retry).outcome(outcome).fault(fault);
                failure.response = Some("{}".to_owned());
                let text = serde_json::to_string(&Ending::from(&failure)).unwrap();
                let kept: Ending = serde_json::from_str(&text).unwrap();
                assert_eq!(kept.to_failure(), failure);
            }
        }
    }
}
