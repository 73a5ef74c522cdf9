//! Classic cross-reference tables: ISO 32000-2, 7.5.4.

#![warn(clippy::arithmetic_side_effects)]

use super::error::PdfError;
use super::lexer::{LexError, is_space};
use super::view::View;
use super::xref::{Entry, Range, in_use, too_many_objects};
use crate::source::Source;

/// Bytes of an entry, its end-of-line included.
const ENTRY: u64 = 20;

/// The subsections of a table. There may be one for every object.
#[derive(Debug)]
pub(super) struct Subsections {
    pub(super) all: Vec<Subsection>,
    /// Whether they are in ascending order and apart, so that one can be found by bisection.
    ordered: bool,
}

impl Subsections {
    pub(super) fn new(mut all: Vec<Subsection>) -> Self {
        let apart = |all: &[Subsection]| {
            all.is_sorted_by(|one, next| one.range.first.saturating_add(one.range.count) <= next.range.first)
        };
        let mut ordered = apart(&all);
        let disjoint = || {
            let mut ranges: Vec<_> = all.iter().map(|one| (one.range.first, one.range.count)).collect();
            ranges.sort_unstable();
            ranges.is_sorted_by(|one, next| one.0.saturating_add(one.1) <= next.0)
        };
        if !ordered && disjoint() {
            all.sort_by_key(|subsection| (subsection.range.first, subsection.range.count));
            ordered = apart(&all);
        }
        Self { all, ordered }
    }

    /// The first subsection that covers `number`, and its position there.
    pub(super) fn find(&self, number: u32) -> Option<(&Subsection, u64)> {
        let from = if self.ordered {
            self.all.partition_point(|one| one.range.first <= u64::from(number)).saturating_sub(1)
        } else {
            0
        };
        let candidates = self.all.get(from..).unwrap_or_default();
        let candidates = candidates.iter().take(if self.ordered { 1 } else { usize::MAX });
        candidates.into_iter().find_map(|one| Some((one, one.range.position(number)?)))
    }
}

#[derive(Debug)]
pub(super) struct Subsection {
    pub(super) range: Range,
    entries: Entries,
}

#[derive(Debug)]
enum Entries {
    /// Twenty bytes each, from this offset.
    At(u64),
    /// Of a table that strays from the format.
    Read(Vec<Entry>),
}

/// Reads the entries of one subsection as far as needed; the second value is where they end.
pub(super) fn read_subsection<S: Source>(
    view: &View<S>,
    range: Range,
    entries_at: u64,
) -> Result<(Subsection, u64), PdfError> {
    if range.count == 0 {
        return Ok((Subsection { range, entries: Entries::At(entries_at) }, entries_at));
    }
    let first = table_entry(view, entries_at)?;
    // Some writers number a table from one although its first entry is the head of the free list: every
    // number in it is wrong, and so would be what other readers make of a section that leads to it.
    if range.first == 1 && first == Some(Entry::Free) && range.count > 1 {
        let head = view.bytes(entries_at, ENTRY as usize)?;
        if head.starts_with(b"0000000000 65535") {
            return Err(PdfError::Syntax { at: entries_at, expected: "the entry of object 1" });
        }
    }
    let last_at = range.count.saturating_sub(1).saturating_mul(ENTRY).saturating_add(entries_at);
    let end = last_at.saturating_add(ENTRY);
    if first.is_some() && table_entry(view, last_at)?.is_some() && followed_well(view, end)? {
        return Ok((Subsection { range, entries: Entries::At(entries_at) }, end));
    }
    read_stray_entries(view, range, entries_at)
}

/// Whether another subsection or the trailer follows at `at`.
fn followed_well<S: Source>(view: &View<S>, at: u64) -> Result<bool, PdfError> {
    let bytes = view.bytes(at, 64)?;
    let mut rest = bytes.iter().copied().skip_while(|byte| is_space(*byte));
    Ok(rest.next().is_some_and(|byte| byte == b't' || byte.is_ascii_digit()))
}

/// Entries that are not twenty bytes each, read one after the other.
fn read_stray_entries<S: Source>(
    view: &View<S>,
    range: Range,
    at: u64,
) -> Result<(Subsection, u64), PdfError> {
    if range.count > u64::from(view.limits().objects) {
        return Err(too_many_objects(view));
    }
    let (entries, end) = view.parse(at, |lexer| {
        let mut entries = Vec::new();
        for _ in 0..range.count {
            lexer.skip_space();
            let offset = lexer.unsigned()?;
            lexer.skip_space();
            let generation = lexer.unsigned()?;
            lexer.skip_space();
            let kind = lexer.peek();
            lexer.bump();
            entries.push(match kind {
                Some(b'n') => in_use(offset, generation),
                Some(b'f') => Entry::Free,
                _ => return Err(LexError::Syntax { at: lexer.position(), expected: "n or f" }),
            });
        }
        Ok((entries, lexer.position()))
    })?;
    Ok((Subsection { range, entries: Entries::Read(entries) }, at.saturating_add(end as u64)))
}

impl Subsection {
    pub(super) fn entry<S: Source>(&self, view: &View<S>, position: u64) -> Result<Entry, PdfError> {
        match &self.entries {
            Entries::At(at) => {
                let at = position.saturating_mul(ENTRY).saturating_add(*at);
                table_entry(view, at)?.ok_or(PdfError::Syntax { at, expected: "a cross-reference entry" })
            }
            Entries::Read(entries) => {
                let entry = usize::try_from(position).ok().and_then(|position| entries.get(position));
                Ok(entry.copied().unwrap_or(Entry::Free))
            }
        }
    }
}

/// The twenty-byte entry at `at`, or `None` when it is not one. Padding with blanks instead of zeros
/// is tolerated.
fn table_entry<S: Source>(view: &View<S>, at: u64) -> Result<Option<Entry>, PdfError> {
    let bytes = view.bytes(at, ENTRY as usize)?;
    Ok(parse_table_entry(&bytes))
}

fn parse_table_entry(bytes: &[u8]) -> Option<Entry> {
    let (offset, rest) = bytes.split_first_chunk::<10>()?;
    let (generation, rest) = rest.strip_prefix(b" ")?.split_first_chunk::<5>()?;
    let (kind, end) = rest.strip_prefix(b" ")?.split_first()?;
    if !end.first_chunk::<2>()?.iter().all(|byte| is_space(*byte)) {
        return None;
    }
    let offset = super::lexer::parse_digits(offset.trim_ascii())?;
    let generation = super::lexer::parse_digits(generation.trim_ascii())?;
    match kind {
        b'n' => Some(in_use(offset, generation)),
        b'f' => Some(Entry::Free),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_by_position() {
        assert_eq!(
            parse_table_entry(b"0000000123 00002 n \n"),
            Some(Entry::InUse { offset: 123, generation: 2 })
        );
        assert_eq!(
            parse_table_entry(b"       123 00000 n\r\n"),
            Some(Entry::InUse { offset: 123, generation: 0 })
        );
        assert_eq!(parse_table_entry(b"0000000000 65535 f \n"), Some(Entry::Free));
        assert_eq!(parse_table_entry(b"0000000123 00002 x \n"), None);
        assert_eq!(parse_table_entry(b"000000123 00002 n \n0"), None);
    }
}
