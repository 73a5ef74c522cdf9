//! Cross-reference sections and where they say an object is: ISO 32000-2, 7.5.4 and 7.5.8.
//!
//! Entries of a classic table are read by position when one is asked for; a cross-reference stream is
//! kept as its inflated bytes while it is small and inflated anew otherwise. Nothing is stored per object.

#![warn(clippy::arithmetic_side_effects)]

use std::cell::RefCell;
use std::io::Read;

use super::error::PdfError;
use super::filter::{Decoding, is_corrupt};
use super::lexer::{LexError, Lexer};
use super::object::{Dictionary, Object, ObjectId};
use super::table::{Subsection, Subsections, read_subsection};
use super::view::View;
use crate::source::Source;

/// Inflated cross-reference streams of one file are kept up to this many bytes.
const KEEP_ROWS: u64 = 12 << 20;

/// Of a larger one, this many bytes around the last look-up are kept: objects that are looked up one after
/// the other mostly stand near each other.
const KEEP_WINDOW: u64 = 1 << 20;

/// How many times its length reading a trailer counts towards the bound on inflating, so that sections
/// which share one long trailer end soon.
const TRAILER_COST: u64 = 8;

/// What a cross-reference says of an object number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Free,
    /// At this offset, as the file counts.
    InUse {
        offset: u64,
        generation: u16,
    },
    /// In an object stream.
    Compressed {
        stream: u32,
        index: u32,
    },
}

/// The two kinds of cross-reference section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SectionKind {
    Table,
    Stream,
}

/// One section: the object numbers it covers and how to find an entry.
#[derive(Debug)]
pub(crate) struct Section {
    /// Where it was found, in bytes from the start of the file.
    pub(crate) at: u64,
    pub(crate) kind: SectionKind,
    /// The trailer, or the stream's dictionary.
    pub(crate) trailer: Dictionary,
    /// One more than the highest object number it covers, itself included.
    pub(crate) end_number: u64,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Table(Subsections),
    Stream {
        data_at: u64,
        decoding: Decoding,
        widths: [usize; 3],
        index: Vec<Range>,
        rows: Option<Vec<u8>>,
        window: RefCell<(u64, Vec<u8>)>,
    },
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) first: u64,
    pub(super) count: u64,
}

impl Range {
    /// The position of `number` in this range.
    pub(super) fn position(self, number: u32) -> Option<u64> {
        u64::from(number).checked_sub(self.first).filter(|position| *position < self.count)
    }
}

impl Section {
    /// Reads the section at `at`, of whichever kind stands there.
    pub(crate) fn read<S: Source>(view: &View<S>, at: u64, keep: &mut u64) -> Result<Self, PdfError> {
        if at >= view.len() {
            return Err(PdfError::Syntax { at, expected: "a cross-reference section inside the file" });
        }
        let (is_table, skipped) = view.parse(at, |lexer| {
            lexer.skip_space();
            let start = lexer.position();
            match lexer.prefix("xref") {
                Ok(()) => Ok((true, lexer.position())),
                Err(LexError::Truncated) => Err(LexError::Truncated),
                Err(_) => Ok((false, start)),
            }
        })?;
        let next = at.saturating_add(skipped as u64);
        if is_table { Self::read_table(view, at, next) } else { Self::read_stream(view, at, keep) }
    }

    fn read_table<S: Source>(view: &View<S>, at: u64, mut next: u64) -> Result<Self, PdfError> {
        let mut subsections: Vec<Subsection> = Vec::new();
        let mut end_number = 0_u64;
        loop {
            let header = view.parse(next, |lexer| {
                lexer.skip_space();
                if lexer.peek() == Some(b't') {
                    lexer.prefix("trailer")?;
                    return Ok((None, lexer.position()));
                }
                let first = lexer.unsigned()?;
                lexer.skip_space();
                let count = lexer.unsigned()?;
                lexer.skip_space();
                Ok((Some(Range { first, count }), lexer.position()))
            })?;
            let after = next.saturating_add(header.1 as u64);
            let Some(range) = header.0 else {
                next = after;
                break;
            };
            if subsections.len() >= view.limits().objects as usize {
                return Err(too_many_objects(view));
            }
            let (subsection, end) = read_subsection(view, range, after)?;
            end_number = end_number.max(subsection.range.first.saturating_add(subsection.range.count));
            subsections.push(subsection);
            next = end;
        }
        if end_number > u64::from(view.limits().objects) {
            return Err(too_many_objects(view));
        }
        let (trailer, length) = view.parse(next, |lexer| Ok((lexer.object()?, lexer.position())))?;
        view.spend((length as u64).saturating_mul(TRAILER_COST))?;
        let trailer = trailer
            .into_dictionary()
            .ok_or(PdfError::Syntax { at: next, expected: "a trailer dictionary" })?;
        Ok(Self {
            at,
            kind: SectionKind::Table,
            trailer,
            end_number,
            body: Body::Table(Subsections::new(subsections)),
        })
    }

    fn read_stream<S: Source>(view: &View<S>, at: u64, keep: &mut u64) -> Result<Self, PdfError> {
        let (id, dictionary, data) = stream_header(view, at)?;
        let malformed = |what| PdfError::Malformed { id, what };
        if dictionary.name(b"Type") != Some(b"XRef") {
            return Err(PdfError::Syntax { at, expected: "a cross-reference section" });
        }
        let integers = |key: &[u8]| {
            let items = dictionary.get(key)?.as_array()?;
            items.iter().map(|item| u64::try_from(item.as_integer()?).ok()).collect::<Option<Vec<_>>>()
        };
        let widths = integers(b"W").ok_or_else(|| malformed("/W is missing or not an array of integers"))?;
        let [type_width, second, third] = *widths.as_slice() else {
            return Err(malformed("/W must have three elements"));
        };
        if type_width > 8 || second > 8 || third > 8 || second == 0 {
            return Err(malformed("/W has widths that no reader handles"));
        }
        let widths = [type_width as usize, second as usize, third as usize];
        let size = dictionary.integer(b"Size").and_then(|size| u64::try_from(size).ok());
        let index = match integers(b"Index") {
            Some(pairs) => {
                let ranges = pairs.chunks_exact(2);
                ranges
                    .filter_map(|pair| pair.first_chunk::<2>())
                    .map(|&[first, count]| Range { first, count })
                    .collect()
            }
            None => {
                let count = size.ok_or_else(|| malformed("/Size is missing"))?;
                vec![Range { first: 0, count }]
            }
        };
        let rows_wanted = index.iter().fold(0_u64, |sum, range| sum.saturating_add(range.count));
        let row = widths.iter().fold(0_u64, |sum, width| sum.saturating_add(*width as u64));
        let covered = index.iter().map(|range| range.first.saturating_add(range.count)).max().unwrap_or(0);
        let limit = u64::from(view.limits().objects);
        if covered > limit
            || rows_wanted > limit
            || row.saturating_mul(rows_wanted) > view.limits().inflated_bytes
        {
            return Err(too_many_objects(view));
        }
        let decoding = Decoding::of(&dictionary)?;
        let wanted = row.saturating_mul(rows_wanted);
        let mut rows = None;
        if wanted <= *keep {
            *keep = keep.saturating_sub(wanted);
            let mut bytes = Vec::new();
            view.spend(wanted)?;
            // Rows that are cut off count as absent; damage is told by the objects that are then missing.
            match decoding.reader(view.reader(data)).take(wanted).read_to_end(&mut bytes) {
                Err(error) if !is_corrupt(&error) => return Err(error.into()),
                _ => {}
            }
            if bytes.is_empty() && wanted > 0 {
                return Err(malformed("the cross-reference stream's data cannot be read"));
            }
            rows = Some(bytes);
        }
        Ok(Self {
            at,
            kind: SectionKind::Stream,
            end_number: covered.max(u64::from(id.number).saturating_add(1)),
            trailer: dictionary,
            body: Body::Stream { data_at: data, decoding, widths, index, rows, window: RefCell::default() },
        })
    }

    /// The ranges of object numbers it has entries for: first number and count.
    pub(crate) fn ranges(&self) -> Vec<(u64, u64)> {
        match &self.body {
            Body::Table(subsections) => {
                subsections.all.iter().map(|one| (one.range.first, one.range.count)).collect()
            }
            Body::Stream { index, .. } => index.iter().map(|range| (range.first, range.count)).collect(),
        }
    }

    /// This section's entry for `number`, if it has one.
    pub(crate) fn entry<S: Source>(&self, view: &View<S>, number: u32) -> Result<Option<Entry>, PdfError> {
        match &self.body {
            Body::Table(subsections) => match subsections.find(number) {
                Some((subsection, position)) => subsection.entry(view, position).map(Some),
                None => Ok(None),
            },
            Body::Stream { data_at, decoding, widths, index, rows, window } => {
                let mut before = 0_u64;
                for range in index {
                    if let Some(position) = range.position(number) {
                        let row = before.saturating_add(position);
                        let length = widths.iter().fold(0_usize, |sum, width| sum.saturating_add(*width));
                        let start = row.saturating_mul(length as u64);
                        if let Some(rows) = rows {
                            let start = usize::try_from(start).unwrap_or(usize::MAX);
                            let bytes = rows.get(start..start.saturating_add(length));
                            return Ok(bytes.and_then(|bytes| row_entry(bytes, *widths)));
                        }
                        let bytes = row_near(view, *data_at, decoding, window, start, length)?;
                        return Ok(bytes.and_then(|bytes| row_entry(&bytes, *widths)));
                    }
                    before = before.saturating_add(range.count);
                }
                Ok(None)
            }
        }
    }
}

pub(super) fn too_many_objects<S: Source>(view: &View<S>) -> PdfError {
    PdfError::Limit { what: "objects", limit: u64::from(view.limits().objects) }
}

/// Reads the object header and dictionary of the stream at `at`; returns where its data begins.
pub(crate) fn stream_header<S: Source>(
    view: &View<S>,
    at: u64,
) -> Result<(ObjectId, Dictionary, u64), PdfError> {
    let (id, object, data) = view.parse(at, |lexer| {
        let id = lexer.object_header()?;
        let object = lexer.object()?;
        stream_keyword(lexer)?;
        Ok((id, object, lexer.position()))
    })?;
    let dictionary = object.into_dictionary();
    let dictionary = dictionary.ok_or(PdfError::Malformed { id, what: "a stream must have a dictionary" })?;
    Ok((id, dictionary, at.saturating_add(data as u64)))
}

/// Takes `stream` and its end-of-line (7.3.8.1; a lone CR is tolerated, as readers do).
pub(crate) fn stream_keyword(lexer: &mut Lexer<'_>) -> Result<(), LexError> {
    lexer.skip_space();
    lexer.prefix("stream")?;
    while lexer.peek() == Some(b' ') {
        lexer.bump();
    }
    if lexer.peek() == Some(b'\r') {
        lexer.bump();
    }
    if lexer.peek() == Some(b'\n') {
        lexer.bump();
    }
    Ok(())
}

pub(super) const fn in_use(offset: u64, generation: u64) -> Entry {
    // An entry in use at offset 0 is how some writers spell "free".
    if offset == 0 || generation > 65535 {
        Entry::Free
    } else {
        Entry::InUse { offset, generation: generation as u16 }
    }
}

/// The row of `length` bytes at `start` of a stream whose rows are not kept. What stands around it is, for
/// the look-ups to come.
fn row_near<S: Source>(
    view: &View<S>,
    data_at: u64,
    decoding: &Decoding,
    window: &RefCell<(u64, Vec<u8>)>,
    start: u64,
    length: usize,
) -> Result<Option<Vec<u8>>, PdfError> {
    let kept = |(from, bytes): &(u64, Vec<u8>)| {
        let at = usize::try_from(start.checked_sub(*from)?).ok()?;
        Some(bytes.get(at..at.saturating_add(length))?.to_vec())
    };
    if let Some(row) = kept(&window.borrow()) {
        return Ok(Some(row));
    }
    let from = start.saturating_sub(KEEP_WINDOW / 4);
    view.spend(from.saturating_add(KEEP_WINDOW))?;
    let mut reader = decoding.reader(view.reader(data_at));
    let mut bytes = Vec::new();
    let read = std::io::copy(&mut (&mut reader).take(from), &mut std::io::sink())
        .and_then(|_| reader.take(KEEP_WINDOW).read_to_end(&mut bytes));
    match read {
        // Rows that are cut off count as absent.
        Err(error) if !is_corrupt(&error) => return Err(error.into()),
        _ => {}
    }
    *window.borrow_mut() = (from, bytes);
    Ok(kept(&window.borrow()))
}

fn row_entry(bytes: &[u8], widths: [usize; 3]) -> Option<Entry> {
    let [first, second, _] = widths;
    let (kind, rest) = bytes.split_at_checked(first)?;
    let (second, third) = rest.split_at_checked(second)?;
    let number = |field: &[u8]| field.iter().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
    // A type field of no width means type 1 (table 17).
    match if kind.is_empty() { 1 } else { number(kind) } {
        0 => Some(Entry::Free),
        1 => Some(in_use(number(second), number(third))),
        2 => Some(Entry::Compressed {
            stream: u32::try_from(number(second)).ok()?,
            index: u32::try_from(number(third)).ok()?,
        }),
        _ => None,
    }
}

/// Where a section says that another is. An offset that is none is damage: passing over it would hide what
/// the older sections hold, restrictions among it.
fn older(section: &Section, key: &[u8], base: u64) -> Result<Option<u64>, PdfError> {
    let offset = match section.trailer.get(key) {
        None => return Ok(None),
        Some(Object::Integer(offset)) => u64::try_from(*offset).ok(),
        Some(Object::Real(text)) => {
            let whole = text.split(|byte| *byte == b'.').next().and_then(super::lexer::parse_digits);
            whole.filter(|_| text.iter().skip_while(|byte| **byte != b'.').skip(1).all(|byte| *byte == b'0'))
        }
        Some(_) => None,
    };
    match offset {
        Some(0) => Ok(None),
        Some(offset) => Ok(Some(offset.saturating_add(base))),
        None => Err(PdfError::Syntax { at: section.at, expected: "an offset in /Prev and /XRefStm" }),
    }
}

/// All sections of a file, newest first.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) sections: Vec<Section>,
}

impl Chain {
    /// Follows `/XRefStm` and `/Prev` from the section at `start`; offsets in the file count from `base`.
    pub(crate) fn read<S: Source>(view: &View<S>, start: u64, base: u64) -> Result<Self, PdfError> {
        let mut sections: Vec<Section> = Vec::new();
        let mut next = Some(start);
        let mut keep = KEEP_ROWS;
        while let Some(at) = next.take() {
            if sections.iter().any(|section| section.at == at) {
                break;
            }
            if sections.len() >= view.limits().xref_sections {
                let limit = view.limits().xref_sections as u64;
                return Err(PdfError::Limit { what: "cross-reference sections", limit });
            }
            let section = Section::read(view, at, &mut keep)?;
            next = older(&section, b"Prev", base)?;
            let hybrid = match section.kind {
                SectionKind::Table => older(&section, b"XRefStm", base)?,
                SectionKind::Stream => None,
            };
            sections.push(section);
            if let Some(at) = hybrid
                && !sections.iter().any(|section| section.at == at)
            {
                // Readers without support for streams pass it over; damage in it is no damage of the table.
                if let Ok(section) = Section::read(view, at, &mut keep) {
                    sections.push(section);
                }
            }
        }
        Ok(Self { sections })
    }

    /// The entry for `number` in the newest section that has one.
    pub(crate) fn entry<S: Source>(&self, view: &View<S>, number: u32) -> Result<Entry, PdfError> {
        let mut sections = self.sections.iter().peekable();
        while let Some(section) = sections.next() {
            let Some(entry) = section.entry(view, number)? else { continue };
            if entry == Entry::Free
                && section.trailer.contains(b"XRefStm")
                && let Some(hidden) = sections.peek().filter(|next| next.kind == SectionKind::Stream)
                && let Some(hidden) = hidden.entry(view, number)?
            {
                // Objects for readers that know streams are free in the table (7.5.8.4).
                return Ok(hidden);
            }
            return Ok(entry);
        }
        Ok(Entry::Free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    #[test]
    fn a_table_with_short_lines_is_read_entry_by_entry() {
        let text =
            b"xref\n0 3\n0000000000 65535 f\n0000000017 00000 n\n0000000081 00000 n\ntrailer <</Size 3>>";
        let view = View::new(text.as_slice(), Limits::default()).unwrap();
        let section = Section::read(&view, 0, &mut 100).unwrap();
        assert_eq!(section.entry(&view, 2).unwrap(), Some(Entry::InUse { offset: 81, generation: 0 }));
        assert_eq!(section.entry(&view, 3).unwrap(), None);
        assert_eq!(section.end_number, 3);
    }

    #[test]
    fn a_loop_of_sections_is_cut() {
        let text = b"xref\n0 1\n0000000000 65535 f \ntrailer <</Size 1/Prev 43>>";
        let mut file = vec![b' '; 43];
        file.extend_from_slice(text);
        let view = View::new(file.as_slice(), Limits::default()).unwrap();
        assert_eq!(Chain::read(&view, 43, 0).unwrap().sections.len(), 1);
    }

    #[test]
    fn rows_of_a_stream() {
        assert_eq!(row_entry(&[1, 0, 200, 0], [1, 2, 1]), Some(Entry::InUse { offset: 200, generation: 0 }));
        assert_eq!(row_entry(&[2, 0, 7, 3], [1, 2, 1]), Some(Entry::Compressed { stream: 7, index: 3 }));
        assert_eq!(row_entry(&[0, 9], [0, 2, 0]), Some(Entry::InUse { offset: 9, generation: 0 }));
    }
}
