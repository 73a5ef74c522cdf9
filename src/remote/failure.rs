//! Why a conversation with a service ended without an outcome.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::http::HttpResponse;
use super::secret::Secret;
use super::{System, redact};
use crate::fault::Fault;

/// Why a conversation with a service ended without an outcome, and what may be done.
///
/// A flow keeps it in its state as it is: what has ended is not begun again after a resume.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[error("{system} {call}: {message}{}", self.code.as_ref().map(|code| format!(" (code {code})")).unwrap_or_default())]
#[non_exhaustive]
pub struct Failure {
    /// The system.
    pub system: System,
    /// The call that failed, as the service's document names it.
    pub call: Cow<'static, str>,
    /// The service's own code, or the HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What is wrong, in the service's words where it has some.
    pub message: String,
    /// What may be done.
    pub retry: Retry,
    /// Whether it is known what became of the signatures.
    pub outcome: Outcome,
    /// Whose fault it is.
    pub fault: Fault,
    /// The service's response with its secrets hidden, cut at 4,096 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
}

/// What may be done after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Retry {
    /// Nothing: the same would fail again.
    Never,
    /// Go on with this transaction: it may still have its outcome.
    Poll,
    /// Begin a new transaction. When the outcome of this one is unknown, the signer may pay twice: ask.
    NewTransaction,
}

/// Whether it is known what became of the signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing was signed.
    Known,
    /// Something may have been signed.
    Unknown,
}

impl Failure {
    /// Nothing was signed and the service is to blame; a new transaction may go better.
    pub(crate) fn new(system: System, call: &'static str, message: impl Into<String>) -> Self {
        Self {
            system,
            call: Cow::Borrowed(call),
            code: None,
            message: message.into(),
            retry: Retry::NewTransaction,
            outcome: Outcome::Known,
            fault: Fault::Signer,
            response: None,
        }
    }

    pub(crate) fn code(mut self, code: impl ToString) -> Self {
        self.code = Some(code.to_string());
        self
    }

    pub(crate) const fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    pub(crate) const fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    pub(crate) const fn fault(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }

    /// Keeps the response.
    pub(crate) fn response(mut self, response: &HttpResponse) -> Self {
        self.response = Some(redact::body(response.body()));
        self
    }

    /// A response that cannot be read as what the call returns.
    pub(crate) fn unreadable(
        system: System,
        call: &'static str,
        response: &HttpResponse,
        error: &serde_json::Error,
    ) -> Self {
        let status = response.status();
        let message = if response.is_success() || error.is_data() {
            format!("the response (HTTP {status}) cannot be read: {error}")
        } else {
            format!("the service answered HTTP {status}, and what it said is not JSON: {error}")
        };
        Self::new(system, call, message).code(response.status()).response(response)
    }

    /// Whoever was asked declined.
    pub(crate) fn declined(system: System, call: &'static str, what: &str) -> Self {
        Self::new(system, call, format!("{what} is needed and was not given"))
            .fault(Fault::Caller)
            .retry(Retry::NewTransaction)
    }

    /// Without these secrets, where the service repeats them. What is shorter than four characters would be
    /// found in any text, and stays.
    pub(crate) fn without<'s>(mut self, secrets: impl IntoIterator<Item = &'s Secret>) -> Self {
        for secret in secrets.into_iter().map(|secret| secret.expose().trim()) {
            for text in [Some(&mut self.message), self.response.as_mut()].into_iter().flatten() {
                redact::take_out(text, secret);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_that_is_no_json_is_told_by_its_status() {
        let told = |status, body: &str| {
            let response = HttpResponse::new(status, Vec::new(), body.as_bytes().to_vec());
            let error = response.json::<Vec<u8>>().unwrap_err();
            Failure::unreadable(System::Efy, "clients/login", &response, &error).message
        };
        for body in ["<html>oops</html>", ""] {
            let message = told(500, body);
            assert!(message.starts_with("the service answered HTTP 500"), "{message}");
        }
        assert!(told(200, "<html>").starts_with("the response (HTTP 200) cannot be read"));
        assert!(told(500, "{}").starts_with("the response (HTTP 500) cannot be read"));
    }

    #[test]
    fn it_is_stored_as_it_is() {
        for system in System::ALL {
            for retry in [Retry::Never, Retry::Poll, Retry::NewTransaction] {
                for outcome in [Outcome::Known, Outcome::Unknown] {
                    for fault in [
                        Fault::Document,
                        Fault::Signer,
                        Fault::Caller,
                        Fault::Limit,
                        Fault::Unsupported,
                        Fault::Io,
                    ] {
                        let short =
                            Failure::new(system, "sign", "no").retry(retry).outcome(outcome).fault(fault);
                        let response = HttpResponse::new(400, Vec::new(), b"{}".to_vec());
                        for failure in [short.clone(), short.code(1005).response(&response)] {
                            let text = serde_json::to_string(&failure).unwrap();
                            assert_eq!(serde_json::from_str::<Failure>(&text).unwrap(), failure, "{text}");
                            assert!(!text.contains("null"), "{text}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn it_is_small_enough_to_be_returned() {
        assert!(size_of::<Failure>() < 128, "{}", size_of::<Failure>());
    }

    #[test]
    fn it_repeats_no_secret() {
        let response = HttpResponse::new(400, Vec::new(), b"{\"m\":\"pass-1 123 pass-1\"}".to_vec());
        let failure = Failure::new(System::Csc, "sign", "wrong: pass-1, 123").response(&response);
        let failure = failure.without(&[Secret::new("pass-1"), Secret::new("123"), Secret::new("")]);
        assert_eq!(failure.message, "wrong: …, 123");
        assert_eq!(failure.response.as_deref(), Some("{\"m\":\"… 123 …\"}"));
    }
}
