//! Where canonical octets go: runs of the window joined together, the rest gathered.

use std::ops::Range;

use super::super::scanner::View;

/// What takes octets: hashers, a buffer.
pub(crate) trait Octets {
    /// Takes the next octets.
    fn take(&mut self, octets: &[u8]);
}

impl Octets for Vec<u8> {
    fn take(&mut self, octets: &[u8]) {
        self.extend_from_slice(octets);
    }
}

/// Runs from this length on are handed on by themselves, in bytes; shorter ones are gathered.
const WORTHWHILE: usize = 1024;

#[derive(Debug)]
pub(super) struct Output<O> {
    octets: O,
    gathered: Vec<u8>,
    /// A run of the window that comes behind what is gathered.
    run: Range<usize>,
}

impl<O: Octets> Output<O> {
    pub(super) const fn new(octets: O) -> Self {
        Self { octets, gathered: Vec::new(), run: 0..0 }
    }

    /// Bytes of the window, as they are.
    #[inline]
    pub(super) fn copy(&mut self, view: View<'_>, run: Range<usize>) {
        if self.run.end == run.start && !self.run.is_empty() {
            self.run.end = run.end;
        } else {
            self.settle(view);
            self.run = run;
        }
    }

    /// Other bytes.
    #[inline]
    pub(super) fn write(&mut self, view: View<'_>, bytes: &[u8]) {
        if !self.run.is_empty() {
            self.settle(view);
        }
        self.gather(bytes);
    }

    fn gather(&mut self, bytes: &[u8]) {
        if bytes.len() >= WORTHWHILE {
            self.hand_on();
            self.octets.take(bytes);
            return;
        }
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= 4 * WORTHWHILE {
            self.hand_on();
        }
    }

    fn hand_on(&mut self) {
        if !self.gathered.is_empty() {
            self.octets.take(&self.gathered);
            self.gathered.clear();
        }
    }

    /// Takes the run out of the window before the window moves.
    pub(super) fn settle(&mut self, view: View<'_>) {
        let run = std::mem::take(&mut self.run);
        if !run.is_empty() {
            self.gather(view.get(run));
        }
    }

    pub(super) fn finish(mut self) -> O {
        self.hand_on();
        self.octets
    }
}
