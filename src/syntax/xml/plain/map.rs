//! The text that is made, and which place of the original each of its places is.

use super::encoding::Encoding;

/// Bytes of the longest run where characters have to be counted to find a place.
const LONGEST: usize = 16 << 10;

/// A stretch of the text that stands in the original as it is.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Where it begins in the text.
    plain: usize,
    length: usize,
    /// Where it begins in the original.
    original: u64,
}

/// From places in the text to places in the original.
#[derive(Debug)]
pub(super) struct Map {
    runs: Vec<Run>,
    encoding: Encoding,
}

impl Map {
    /// The map of a text that is the original from `original` on.
    pub(super) fn tail(length: usize, original: u64) -> Self {
        Self { runs: vec![Run { plain: 0, length, original }], encoding: Encoding::Utf8 }
    }

    fn run(&self, at: usize) -> Option<&Run> {
        let after = self.runs.partition_point(|run| run.plain <= at);
        self.runs.get(after.checked_sub(1)?)
    }

    fn place(&self, text: &str, run: &Run, at: usize) -> Option<u64> {
        let before = text.get(run.plain..at)?;
        Some(run.original.saturating_add(self.encoding.width(before)))
    }

    /// Where the place `at` of `text` is in the original; none inside what was put there instead of
    /// something else, and inside a character.
    pub(super) fn original(&self, text: &str, at: usize) -> Option<u64> {
        let run = self.run(at)?;
        if at.saturating_sub(run.plain) > run.length {
            return None;
        }
        if self.encoding == Encoding::Utf8 {
            return Some(run.original.saturating_add((at - run.plain) as u64));
        }
        self.place(text, run, at)
    }

    /// Like [`original`](Self::original), but the last place before what was put there.
    pub(super) fn nearest(&self, text: &str, at: usize) -> u64 {
        let Some(run) = self.run(at) else {
            return self.runs.first().map_or(0, |run| run.original);
        };
        let end = run.plain.saturating_add(run.length);
        let at = text.floor_char_boundary(at.min(end));
        self.place(text, run, at).unwrap_or(run.original)
    }
}

/// Builds a text out of stretches of a source, in their order, and of other text.
#[derive(Debug)]
pub(super) struct Output<'d> {
    source: &'d str,
    pub(super) text: String,
    map: Map,
    /// A place in the source, and the same in the original.
    known: (usize, u64),
    /// Where the stretch copied last ended in the source, if nothing came after it.
    ended: Option<usize>,
}

impl<'d> Output<'d> {
    /// `source` stands in the original from `original` on, in `encoding`.
    pub(super) fn new(source: &'d str, original: u64, encoding: Encoding) -> Self {
        Self {
            source,
            text: String::with_capacity(source.len()),
            map: Map { runs: Vec::new(), encoding },
            known: (0, original),
            ended: None,
        }
    }

    fn original(&mut self, at: usize) -> u64 {
        let (from, original) = self.known;
        let between = self.source.get(from..at).unwrap_or_default();
        let original = original.saturating_add(self.map.encoding.width(between));
        self.known = (at, original);
        original
    }

    /// Copies `start..end` of the source.
    pub(super) fn copy(&mut self, start: usize, end: usize) {
        let longest = if self.map.encoding == Encoding::Utf8 { usize::MAX } else { LONGEST };
        let mut from = start;
        while from < end {
            let room = match (self.ended == Some(from), self.map.runs.last()) {
                (true, Some(run)) => longest.saturating_sub(run.length),
                _ => 0,
            };
            let mut to = self.source.floor_char_boundary(end.min(from.saturating_add(room)));
            if to <= from {
                // A new run; no character is longer than it may be.
                let original = self.original(from);
                self.map.runs.push(Run { plain: self.text.len(), length: 0, original });
                to = self.source.floor_char_boundary(end.min(from.saturating_add(longest)));
            }
            let Some(piece) = self.source.get(from..to).filter(|piece| !piece.is_empty()) else { return };
            self.text.push_str(piece);
            if let Some(run) = self.map.runs.last_mut() {
                run.length = run.length.saturating_add(piece.len());
            }
            self.ended = Some(to);
            from = to;
        }
    }

    /// Puts in `text`, which is not in the original.
    pub(super) fn insert(&mut self, text: &str) {
        if !text.is_empty() {
            self.text.push_str(text);
            self.ended = None;
        }
    }

    pub(super) fn finish(self) -> (String, Map) {
        (self.text, self.map)
    }
}
