//! How often each digest was signed.

use std::collections::{HashMap, VecDeque};

use super::signing::Document;

/// Digests that are kept; the oldest go first.
const MOST: usize = 200_000;

/// How often each digest was signed: what a service would charge for.
#[derive(Default)]
pub(super) struct Ledger {
    counts: HashMap<String, u32>,
    /// The digests in the order in which they were first signed.
    order: VecDeque<String>,
}

impl Ledger {
    pub(super) fn add(&mut self, documents: &[Document]) {
        for document in documents {
            let digest = document.digest.to_hex();
            if let Some(count) = self.counts.get_mut(&digest) {
                *count = count.saturating_add(1);
                continue;
            }
            if self.order.len() >= MOST
                && let Some(oldest) = self.order.pop_front()
            {
                self.counts.remove(&oldest);
            }
            self.order.push_back(digest.clone());
            self.counts.insert(digest, 1);
        }
    }

    /// In the order in which they were first signed.
    pub(super) fn counts(&self) -> Vec<(String, u32)> {
        let count = |digest: &String| (digest.clone(), self.counts.get(digest).copied().unwrap_or_default());
        self.order.iter().map(count).collect()
    }
}
