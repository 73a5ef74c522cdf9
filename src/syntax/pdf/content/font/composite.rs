//! Fonts whose codes select CIDs: ISO 32000-2, 9.7.

use memchr::memmem;

use super::super::super::document::Document;
use super::super::super::error::PdfError;
use super::super::super::object::{Dictionary, Object};
use super::super::tolerate;
use super::cmap::{CMap, Code};
use super::metrics::Standard;
use super::{Font, Kind, ToUnicode, dictionary, extent, number, stream, to_unicode, utf16};
use crate::source::Source;

/// CMaps that build on others are followed this far.
const PARENTS: usize = 4;

/// A Type 0 font with its descendant.
#[derive(Debug)]
pub(super) struct Composite {
    encoding: CMap,
    /// Codes are UTF-16 by the name of the encoding.
    unicode: bool,
    to_unicode: Option<ToUnicode>,
    widths: Vec<Widths>,
    default_width: f32,
    /// The second number of `/DW2`, in ems: how far the next glyph is above, which is negative.
    down: f32,
}

/// The widths of CIDs from one to another, in ems: one for all, or one for each.
#[derive(Debug)]
struct Widths {
    low: u32,
    high: u32,
    values: Vec<f32>,
}

impl Composite {
    pub(super) fn code(&self, string: &[u8]) -> Option<Code> {
        self.encoding.code(string)
    }

    pub(super) fn width(&self, code: u32) -> f32 {
        if self.encoding.vertical {
            return -self.down;
        }
        let Some(cid) = self.encoding.cid(code) else { return self.default_width };
        let behind = self.widths.partition_point(|range| range.low <= cid);
        let range = behind.checked_sub(1).and_then(|at| self.widths.get(at));
        let Some(range) = range.filter(|range| cid <= range.high) else { return self.default_width };
        let each = range.values.get(cid.saturating_sub(range.low) as usize);
        each.or(range.values.last()).copied().unwrap_or(self.default_width)
    }

    pub(super) fn text(&self, code: u32, mut take: impl FnMut(char)) {
        let known = match &self.to_unicode {
            Some(map) => map.text(code, &mut take),
            None if self.unicode => utf16(code, &mut take),
            None => false,
        };
        if !known {
            take(char::REPLACEMENT_CHARACTER);
        }
    }

    pub(super) const fn is_vertical(&self) -> bool {
        self.encoding.vertical
    }

    pub(super) fn weight(&self) -> usize {
        let widths: usize = self.widths.iter().map(|range| range.values.len().saturating_add(6) * 4).sum();
        let text = self.to_unicode.as_ref().map_or(0, ToUnicode::weight);
        self.encoding.weight().saturating_add(widths).saturating_add(text)
    }
}

pub(super) fn read<S: Source>(document: &Document<S>, font: &Dictionary) -> Result<Font, PdfError> {
    let descendant = match tolerate(document, document.get(font, b"DescendantFonts"))? {
        Some(Object::Array(items)) => match items.first() {
            Some(first) => tolerate(document, document.resolve(first))?.and_then(Object::into_dictionary),
            None => None,
        },
        Some(Object::Dictionary(dictionary)) => Some(dictionary),
        _ => None,
    };
    let descendant = descendant.unwrap_or_default();
    let descriptor = dictionary(document, &descendant, b"FontDescriptor")?;
    let name = font.name(b"BaseFont").or_else(|| descendant.name(b"BaseFont")).unwrap_or(b"");
    let to_unicode = to_unicode(document, font)?;
    let (encoding, unicode) = match font.get(b"Encoding") {
        Some(Object::Reference(id)) => (embedded(document, *id, PARENTS)?, false),
        Some(Object::Name(name)) => (predefined(name), is_unicode(name)),
        _ => (CMap::identity(false), false),
    };
    let thousandths = |value: f64| (value / 1000.0) as f32;
    let mut down = -1.0;
    if let Some(Object::Array(items)) = tolerate(document, document.get(&descendant, b"DW2"))?
        && let Some(step) = items.get(1).and_then(Object::as_number)
    {
        down = thousandths(step);
    }
    let default_width = number(document, &descendant, b"DW")?.map_or(1.0, thousandths);
    let widths = match tolerate(document, document.get(&descendant, b"W"))? {
        Some(Object::Array(items)) => read_widths(document, &items)?,
        _ => Vec::new(),
    };
    let (ascent, descent) = extent(document, descriptor.as_ref(), Standard::named(name))?;
    let composite = Composite { encoding, unicode, to_unicode, widths, default_width, down };
    Ok(Font { kind: Kind::Composite(composite), ascent, descent })
}

/// A CMap that is a stream, with those that it builds on.
fn embedded<S: Source>(
    document: &Document<S>,
    id: super::super::super::object::ObjectId,
    parents: usize,
) -> Result<CMap, PdfError> {
    let Some(bytes) = stream(document, id)? else { return Ok(CMap::identity(false)) };
    let mut map = CMap::parse(&bytes, document.view().limits().depth);
    let entries = tolerate(document, document.load(id))?.and_then(Object::into_dictionary);
    let entries = entries.unwrap_or_default();
    map.vertical |= entries.integer(b"WMode") == Some(1);
    match entries.get(b"UseCMap") {
        Some(Object::Reference(parent)) if *parent != id => {
            if let Some(left) = parents.checked_sub(1) {
                map.build_on(&embedded(document, *parent, left)?);
            }
        }
        Some(Object::Name(name)) => map.build_on(&predefined(name)),
        _ => {
            if let Some(name) = map.parent.clone() {
                map.build_on(&predefined(&name));
            }
        }
    }
    if !map.has_codespaces() {
        map.build_on(&CMap::identity(false));
    }
    Ok(map)
}

/// A CMap known by name. Of those for Chinese, Japanese and Korean the codes have two bytes; which CIDs they
/// select is in tables that are not here, so that the widths are the default one, which is right for
/// ideographs.
fn predefined(name: &[u8]) -> CMap {
    let vertical = name.ends_with(b"-V") || name == b"V";
    if name.starts_with(b"Identity") {
        return CMap::identity(vertical);
    }
    let has = |words: &[&str]| words.iter().any(|word| memmem::find(name, word.as_bytes()).is_some());
    let text: &[u8] = if has(&["UTF16"]) {
        b"3 begincodespacerange <0000> <D7FF> <D800DC00> <DBFFDFFF> <E000> <FFFF> endcodespacerange"
    } else if has(&["UTF32"]) {
        b"1 begincodespacerange <00000000> <0010FFFF> endcodespacerange"
    } else if has(&["RKSJ"]) {
        b"4 begincodespacerange <00> <80> <8140> <9FFC> <A0> <DF> <E040> <FCFC> endcodespacerange"
    } else if has(&["EUC", "GBK", "B5", "ETen", "HKscs", "KSC"]) {
        b"2 begincodespacerange <00> <80> <8140> <FEFE> endcodespacerange"
    } else {
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange"
    };
    let mut map = CMap::parse(text, 1);
    map.vertical = vertical;
    map
}

/// Whether the codes of a named CMap are UTF-16.
fn is_unicode(name: &[u8]) -> bool {
    let has = |word: &str| memmem::find(name, word.as_bytes()).is_some();
    name.starts_with(b"Uni") && (has("UCS2") || has("UTF16") || has("UTF32"))
}

/// `/W`: 9.7.4.3.
fn read_widths<S: Source>(document: &Document<S>, items: &[Object]) -> Result<Vec<Widths>, PdfError> {
    let cid = |object: &Object| {
        object.as_number().filter(|value| (0.0..4e9).contains(value)).map(|value| value as u32)
    };
    let width = |object: &Object| object.as_number().map(|value| (value / 1000.0) as f32);
    let mut widths = Vec::new();
    let mut rest = items.iter();
    while let Some(first) = rest.next() {
        let Some(low) = cid(first) else { continue };
        let Some(second) = rest.next() else { break };
        let second = match second {
            Object::Reference(_) => tolerate(document, document.resolve(second))?.unwrap_or(Object::Null),
            other => other.clone(),
        };
        if let Object::Array(list) = &second {
            let values: Vec<f32> = list.iter().map(|item| width(item).unwrap_or(0.0)).collect();
            let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
            if let Some(last) = count.checked_sub(1) {
                widths.push(Widths { low, high: low.saturating_add(last), values });
            }
        } else if let (Some(high), Some(value)) = (cid(&second), rest.next().and_then(width)) {
            widths.push(Widths { low, high, values: vec![value] });
        }
    }
    widths.sort_by_key(|range| range.low);
    Ok(widths)
}
