//! Waiting for the signer or the service.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::remote::Wait;

/// Until when is waited, and when the next question is due: Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waiting {
    pub(super) poll_at: i64,
    expires_at: i64,
}

impl Waiting {
    pub(super) fn begin(now: DateTime<Utc>, patience_seconds: u32) -> Self {
        let now = now.timestamp();
        Self { poll_at: now, expires_at: now.saturating_add(i64::from(patience_seconds)) }
    }

    /// The next question is due after a pause, at the latest when the time is over.
    pub(super) fn ask_at(&mut self, now: DateTime<Utc>, pause_seconds: u32) {
        let next = now.timestamp().saturating_add(i64::from(pause_seconds.max(1)));
        self.poll_at = next.min(self.expires_at.max(now.timestamp()));
    }

    pub(super) fn is_over(self, now: DateTime<Utc>) -> bool {
        now.timestamp() >= self.expires_at
    }

    pub(super) fn wait(self, message: &str) -> Wait {
        let time = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
        Wait {
            poll_at: time(self.poll_at),
            expires_at: time(self.expires_at),
            verification_code: None,
            message: Some(message.to_owned()),
        }
    }
}
