//! The few numbers of an OpenType font that a font descriptor repeats (ISO/IEC 14496-22).

use std::ops::Range;

/// The tables of one font in a file.
#[derive(Clone, Debug)]
pub(super) struct Tables<'a> {
    data: &'a [u8],
    records: &'a [u8],
}

impl<'a> Tables<'a> {
    /// The font `index` of a collection, or the only one of a file.
    pub(super) fn new(data: &'a [u8], index: u32) -> Option<Self> {
        let start = match data.get(..4)? {
            b"ttcf" if index < u32_at(data, 8)? => {
                let at = usize::try_from(index).ok()?.checked_mul(4)?.checked_add(12)?;
                usize::try_from(u32_at(data, at)?).ok()?
            }
            _ if index == 0 => 0,
            _ => return None,
        };
        let header = data.get(start..)?;
        let count = usize::from(u16_at(header, 4)?);
        Some(Self { data, records: header.get(12..count.checked_mul(16)?.checked_add(12)?)? })
    }

    fn range(&self, tag: &[u8; 4]) -> Option<Range<usize>> {
        let record = self.records.chunks_exact(16).find(|record| record.starts_with(tag))?;
        let start = usize::try_from(u32_at(record, 8)?).ok()?;
        let length = usize::try_from(u32_at(record, 12)?).ok()?;
        Some(start..start.checked_add(length)?)
    }

    pub(super) fn get(&self, tag: &[u8; 4]) -> Option<&'a [u8]> {
        self.data.get(self.range(tag)?)
    }

    pub(super) fn contains(&self, tag: &[u8; 4]) -> bool {
        self.get(tag).is_some()
    }

    pub(super) fn glyphs(&self) -> Option<u16> {
        u16_at(self.get(b"maxp")?, 4)
    }
}

pub(super) fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

pub(super) fn i16_at(data: &[u8], at: usize) -> Option<i16> {
    data.get(at..)?.first_chunk().map(|bytes| i16::from_be_bytes(*bytes))
}

pub(super) fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

/// Widths of glyphs, in units of the font.
#[derive(Clone, Copy, Debug)]
pub(super) struct Advances<'a> {
    hmtx: &'a [u8],
    long: usize,
}

impl<'a> Advances<'a> {
    pub(super) fn new(tables: &Tables<'a>) -> Option<Self> {
        let long = usize::from(u16_at(tables.get(b"hhea")?, 34)?);
        Some(Self { hmtx: tables.get(b"hmtx")?, long })
    }

    /// Glyphs behind the last long entry have its width.
    pub(super) fn of(self, glyph: u16) -> u16 {
        let index = usize::from(glyph).min(self.long.saturating_sub(1));
        u16_at(self.hmtx, index.saturating_mul(4)).unwrap_or(0)
    }
}

/// The PostScript name, the characters that a PDF name can hold without escapes.
pub(super) fn postscript_name(tables: &Tables<'_>) -> Option<String> {
    const POSTSCRIPT: u16 = 6;
    let table = tables.get(b"name")?;
    let count = usize::from(u16_at(table, 2)?);
    let storage = usize::from(u16_at(table, 4)?);
    let records = table.get(6..)?.chunks_exact(12).take(count);
    for record in records.filter(|record| u16_at(record, 6) == Some(POSTSCRIPT)) {
        let length = usize::from(u16_at(record, 8)?);
        let start = storage.checked_add(usize::from(u16_at(record, 10)?))?;
        let Some(bytes) = table.get(start..start.checked_add(length)?) else { continue };
        // All of it is ASCII, in one byte or in two.
        let name: String = bytes
            .iter()
            .map(|byte| char::from(*byte))
            .filter(|character| character.is_ascii_alphanumeric() || *character == '-')
            .take(63)
            .collect();
        if !name.is_empty() {
            return Some(name);
        }
    }
    None
}
