//! Fonts, as far as text needs them: which codes a string has, what they stand for, how wide they are.
//! ISO 32000-2, 9.5 to 9.10.

mod cmap;
mod composite;
mod encoding;
mod metrics;
mod names;
mod simple;

use std::collections::HashMap;
use std::rc::Rc;

use super::super::document::Document;
use super::super::error::PdfError;
use super::super::object::{Dictionary, Object, ObjectId};
use super::tolerate;
use crate::source::Source;

use cmap::CMap;
pub(super) use cmap::Code;

/// The most bytes that a CMap, or the readable part of a font program, may have.
const STREAM_LIMIT: u64 = 4 << 20;

/// The most characters that one code may stand for.
const CHARACTERS: usize = 64;

/// Kept fonts are let go when together they take more bytes, or when there are more of them.
const KEPT_BYTES: usize = 64 << 20;
const KEPT_FONTS: usize = 512;

/// A font.
#[derive(Debug)]
pub(super) struct Font {
    kind: Kind,
    /// Above the baseline, in ems; negative below.
    pub(super) ascent: f32,
    pub(super) descent: f32,
}

#[derive(Debug)]
enum Kind {
    Simple(Box<simple::Simple>),
    Composite(composite::Composite),
}

impl Font {
    /// Reads a font dictionary. What it lacks, or what is damaged, is made up as viewers do.
    fn read<S: Source>(document: &Document<S>, font: &Dictionary) -> Result<Self, PdfError> {
        if font.name(b"Subtype") == Some(b"Type0") {
            return composite::read(document, font);
        }
        simple::read(document, font)
    }

    /// The code that a string begins with; none when it is empty.
    pub(super) fn code(&self, string: &[u8]) -> Option<Code> {
        match &self.kind {
            Kind::Simple(_) => string.first().map(|byte| Code { value: u32::from(*byte), length: 1 }),
            Kind::Composite(font) => font.code(string),
        }
    }

    /// How far the next glyph is, in ems along the line.
    pub(super) fn width(&self, code: Code) -> f32 {
        match &self.kind {
            Kind::Simple(font) => font.width(code.value),
            Kind::Composite(font) => font.width(code.value),
        }
    }

    /// The characters that a code stands for; U+FFFD when nobody knows.
    pub(super) fn text(&self, code: Code, take: impl FnMut(char)) {
        match &self.kind {
            Kind::Simple(font) => font.text(code.value, take),
            Kind::Composite(font) => font.text(code.value, take),
        }
    }

    /// Whether lines go down the page.
    pub(super) const fn is_vertical(&self) -> bool {
        match &self.kind {
            Kind::Simple(_) => false,
            Kind::Composite(font) => font.is_vertical(),
        }
    }

    fn weight(&self) -> usize {
        match &self.kind {
            Kind::Simple(_) => size_of::<simple::Simple>(),
            Kind::Composite(font) => font.weight(),
        }
    }
}

/// Fonts that were read, by their objects: pages share them.
#[derive(Debug, Default)]
pub(super) struct Fonts {
    kept: HashMap<ObjectId, Option<Rc<Font>>>,
    bytes: usize,
}

impl Fonts {
    /// The font that an entry of `/Font` resources is, if it is one.
    pub(super) fn get<S: Source>(
        &mut self,
        document: &Document<S>,
        entry: &Object,
    ) -> Result<Option<Rc<Font>>, PdfError> {
        let id = entry.as_reference();
        if let Some(known) = id.and_then(|id| self.kept.get(&id)) {
            return Ok(known.clone());
        }
        let font = match tolerate(document, document.resolve(entry))? {
            Some(Object::Dictionary(dictionary)) => Some(Rc::new(Font::read(document, &dictionary)?)),
            _ => None,
        };
        if let Some(id) = id {
            let weight = font.as_ref().map_or(0, |font| font.weight());
            self.bytes = self.bytes.saturating_add(weight);
            if self.bytes > KEPT_BYTES || self.kept.len() >= KEPT_FONTS {
                self.kept.clear();
                self.bytes = weight;
            }
            self.kept.insert(id, font.clone());
        }
        Ok(font)
    }
}

/// The `/ToUnicode` CMap of a font.
fn to_unicode<S: Source>(document: &Document<S>, font: &Dictionary) -> Result<Option<ToUnicode>, PdfError> {
    Ok(match font.get(b"ToUnicode") {
        Some(Object::Name(name)) if name.starts_with(b"Identity") => Some(ToUnicode::Identity),
        Some(Object::Reference(id)) => {
            let Some(bytes) = stream(document, *id)? else { return Ok(None) };
            let map = CMap::parse(&bytes, document.view().limits().depth);
            map.has_text().then(|| ToUnicode::Map(Box::new(map)))
        }
        _ => None,
    })
}

/// What `/ToUnicode` says.
#[derive(Debug)]
enum ToUnicode {
    /// Codes are UTF-16.
    Identity,
    Map(Box<CMap>),
}

impl ToUnicode {
    fn text(&self, code: u32, take: impl FnMut(char)) -> bool {
        match self {
            Self::Identity => utf16(code, take),
            Self::Map(map) => map.text(code, take),
        }
    }

    fn weight(&self) -> usize {
        match self {
            Self::Identity => 0,
            Self::Map(map) => map.weight(),
        }
    }
}

/// A code that is a character of the basic plane, or a pair of surrogates.
fn utf16(code: u32, mut take: impl FnMut(char)) -> bool {
    if let 0x1_0000..=0x10_FFFF = code {
        // A code of four bytes that is the character's number.
        char::from_u32(code).into_iter().for_each(take);
        return true;
    }
    let units = [(code >> 16) as u16, code as u16];
    let units = if code > 0xFFFF { &units[..] } else { &units[1..] };
    match char::decode_utf16(units.iter().copied()).next() {
        Some(Ok(character)) if character != '\0' => {
            take(character);
            true
        }
        _ => false,
    }
}

/// The data of a stream, unless it is damaged or larger than any that is needed.
fn stream<S: Source>(document: &Document<S>, id: ObjectId) -> Result<Option<Vec<u8>>, PdfError> {
    tolerate(document, document.stream_data(id, STREAM_LIMIT))
}

/// A dictionary that an entry holds or refers to.
fn dictionary<S: Source>(
    document: &Document<S>,
    holder: &Dictionary,
    key: &[u8],
) -> Result<Option<Dictionary>, PdfError> {
    Ok(tolerate(document, document.get(holder, key))?.and_then(Object::into_dictionary))
}

/// A number that an entry holds or refers to.
fn number<S: Source>(
    document: &Document<S>,
    holder: &Dictionary,
    key: &[u8],
) -> Result<Option<f64>, PdfError> {
    match holder.get(key) {
        None => Ok(None),
        Some(value) => Ok(tolerate(document, document.resolve(value))?.and_then(|value| value.as_number())),
    }
}

/// Ascent and descent in ems: the descriptor's when they can be true, else those of the standard font that
/// looks like this one.
fn extent<S: Source>(
    document: &Document<S>,
    descriptor: Option<&Dictionary>,
    standard: metrics::Standard,
) -> Result<(f32, f32), PdfError> {
    let Some(descriptor) = descriptor else { return Ok((standard.ascent, standard.descent)) };
    let ems = |value: f64| (value / 1000.0) as f32;
    let ascent = number(document, descriptor, b"Ascent")?.map(ems);
    let descent = number(document, descriptor, b"Descent")?.map(ems);
    // Some producers forget that the descent is negative.
    let descent = descent.map(|descent| -descent.abs());
    Ok((
        ascent.filter(|ascent| (0.3..=2.0).contains(ascent)).unwrap_or(standard.ascent),
        descent.filter(|descent| (-1.0..=-0.01).contains(descent)).unwrap_or(standard.descent),
    ))
}
