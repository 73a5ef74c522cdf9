//! Why a call is refused.

use serde_json::{Map, Value};

use crate::sandbox::Verdict;

/// Why a call is refused, in either dialect.
pub(super) struct Refusal {
    v1: Option<i64>,
    v2: Option<i64>,
    status: u16,
    message: String,
    left: Option<u32>,
    locked: Option<u32>,
}

impl Refusal {
    /// With a code of dialect v1; v2 says the same unless [`Refusal::v2`] knows better.
    pub(super) fn new(code: i64, message: impl Into<String>) -> Self {
        Self { v1: Some(code), v2: None, status: 200, message: message.into(), left: None, locked: None }
    }

    /// Without a code in dialect v1: the HTTP status says it.
    pub(super) fn bare(message: impl Into<String>) -> Self {
        Self { v1: None, ..Self::new(0, message) }
    }

    /// A parameter is missing or wrong.
    pub(super) fn parameters(message: impl Into<String>) -> Self {
        Self::new(1002, message)
    }

    /// What is said of a code or password that is not right; `None` when it is.
    pub(super) fn of(verdict: Verdict, wrong: i64, wrong_v2: i64, message: &str) -> Option<Self> {
        match verdict {
            Verdict::Right => None,
            Verdict::Wrong { left } => {
                Some(Self { left: Some(left), ..Self::new(wrong, message).v2(wrong_v2) })
            }
            Verdict::Locked { seconds } => Some(Self {
                left: Some(0),
                locked: Some(seconds),
                ..Self::new(1005, "too many wrong answers").v2(3002)
            }),
        }
    }

    pub(super) fn v2(mut self, code: i64) -> Self {
        self.v2 = Some(code);
        self
    }

    pub(super) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(super) const fn code_v1(&self) -> Option<i64> {
        self.v1
    }

    pub(super) fn code_v2(&self) -> Option<i64> {
        self.v2.or(self.v1)
    }

    pub(super) const fn http_status(&self) -> u16 {
        self.status
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// Attempts that are left, and how long a lock holds.
    pub(super) fn counters(&self, v2: bool) -> Map<String, Value> {
        let mut members = Map::new();
        if let Some(left) = self.left {
            members.insert("remainingCounter".to_owned(), left.into());
        }
        if let Some(seconds) = self.locked {
            let name = if v2 { "tempLockoutDuration" } else { "temporaryLockTime" };
            members.insert(name.to_owned(), seconds.into());
        }
        members
    }
}
