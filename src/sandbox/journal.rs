//! What was asked and answered, without secrets.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};

/// Calls that are kept; the oldest go first.
const MOST: usize = 200;

/// One call, as it may be shown to anyone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Which, counted from 1.
    pub number: u64,
    /// When it came.
    pub at: DateTime<Utc>,
    /// Method and path, without what stands behind the `?`.
    pub call: String,
    /// The body of the request, secrets hidden.
    pub request: String,
    /// The status of the reply; none when the connection was dropped instead.
    pub status: Option<u16>,
    /// The body of the reply, secrets hidden.
    pub reply: String,
    /// Milliseconds that it took.
    pub millis: u64,
}

#[derive(Default)]
pub(super) struct Journal {
    entries: VecDeque<Entry>,
    count: u64,
}

impl Journal {
    pub(super) fn add(&mut self, mut entry: Entry) {
        self.count = self.count.saturating_add(1);
        entry.number = self.count;
        if self.entries.len() >= MOST {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    /// The latest first.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.entries.iter().rev().cloned().collect()
    }
}
