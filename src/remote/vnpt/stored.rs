//! A failure as the state keeps it, and the calls that it can be of.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::remote::System;
use crate::remote::failure::{Failure, Outcome, Retry};

/// The calls of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Call {
    GetCertificate,
    Sign,
    Status,
    SignTh,
    ConfirmTh,
}

impl Call {
    /// As the document names it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::GetCertificate => "v1/credentials/get_certificate",
            Self::Sign => "v1/signatures/sign",
            Self::Status => "v1/signatures/sign/{tranId}/status",
            Self::SignTh => "v2/signatures/sign",
            Self::ConfirmTh => "v2/signatures/confirm",
        }
    }
}

/// A [`Failure`] that can be stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredFailure {
    pub(super) call: Call,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
    pub(super) message: String,
    pub(super) retry: Retry,
    pub(super) outcome: Outcome,
    pub(super) fault: Fault,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) response: Option<String>,
}

impl StoredFailure {
    /// Nothing was signed and the service is to blame; a new transaction may go better.
    pub(super) fn new(call: Call, message: impl Into<String>) -> Self {
        Self {
            call,
            code: None,
            message: message.into(),
            retry: Retry::NewTransaction,
            outcome: Outcome::Known,
            fault: Fault::Signer,
            response: None,
        }
    }

    pub(super) const fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    pub(super) const fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    pub(super) const fn fault(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }

    pub(super) fn to_failure(&self, system: System) -> Failure {
        let mut failure = Failure::new(system.name(), self.call.name(), self.message.clone())
            .retry(self.retry)
            .outcome(self.outcome)
            .fault(self.fault);
        failure.code.clone_from(&self.code);
        failure.response.clone_from(&self.response);
        failure
    }
}
