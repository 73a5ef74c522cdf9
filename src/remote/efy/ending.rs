//! How a conversation ended, as the state keeps it.

use serde::{Deserialize, Serialize};

use super::calls::CallName;
use super::reply::SYSTEM;
use crate::fault::Fault;
use crate::remote::{Failure, Outcome, Retry};

/// A [`Failure`] that can be stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredFailure {
    call: CallName,
    code: Option<String>,
    message: String,
    retry: Retry,
    outcome: Outcome,
    fault: Fault,
    response: Option<String>,
}

impl StoredFailure {
    pub(super) fn new(call: CallName, failure: Failure) -> Self {
        Self {
            call,
            code: failure.code,
            message: failure.message,
            retry: failure.retry,
            outcome: failure.outcome,
            fault: failure.fault,
            response: failure.response,
        }
    }

    pub(super) fn failure(&self) -> Failure {
        let mut failure = Failure::new(SYSTEM, self.call.path(), self.message.clone())
            .retry(self.retry)
            .outcome(self.outcome)
            .fault(self.fault);
        failure.code.clone_from(&self.code);
        failure.response.clone_from(&self.response);
        failure
    }
}
