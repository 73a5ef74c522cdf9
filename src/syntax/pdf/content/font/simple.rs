//! Fonts of one-byte codes: ISO 32000-2, 9.6.

use std::collections::HashMap;

use super::super::super::document::Document;
use super::super::super::error::PdfError;
use super::super::super::object::{Dictionary, Object};
use super::super::token::{OPERANDS, Operand, Tokens};
use super::super::tolerate;
use super::encoding::Base;
use super::metrics::Standard;
use super::{Font, Kind, dictionary, extent, names, number, stream, to_unicode};
use crate::source::Source;

/// What each of the 256 codes is.
#[derive(Debug)]
pub(super) struct Simple {
    /// The character; U+FFFD when there is none.
    characters: [char; 256],
    /// Codes that stand for several characters.
    several: HashMap<u32, String>,
    /// In ems.
    widths: [f32; 256],
}

impl Simple {
    pub(super) fn width(&self, code: u32) -> f32 {
        self.widths.get(code as usize).copied().unwrap_or(0.0)
    }

    pub(super) fn text(&self, code: u32, mut take: impl FnMut(char)) {
        match self.characters.get(code as usize) {
            Some('\0') => self.several.get(&code).map_or("", String::as_str).chars().for_each(take),
            Some(character) => take(*character),
            None => {}
        }
    }

    fn set(&mut self, code: usize, text: &str) {
        let Some(place) = self.characters.get_mut(code) else { return };
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (None, _) => {}
            (Some(one), None) => *place = one,
            _ => {
                // Stands for: look among those of several characters.
                *place = '\0';
                self.several.insert(code as u32, text.to_owned());
            }
        }
    }
}

pub(super) fn read<S: Source>(document: &Document<S>, font: &Dictionary) -> Result<Font, PdfError> {
    let descriptor = dictionary(document, font, b"FontDescriptor")?;
    let name = font.name(b"BaseFont").unwrap_or(b"").to_vec();
    let standard = Standard::named(&name);
    let kind = font.name(b"Subtype").unwrap_or(b"Type1");
    let type3 = kind == b"Type3";
    let mut simple = Simple {
        characters: [char::REPLACEMENT_CHARACTER; 256],
        several: HashMap::new(),
        widths: [0.0; 256],
    };
    read_encoding(document, font, descriptor.as_ref(), &mut simple)?;
    if let Some(map) = to_unicode(document, font)? {
        let mut text = String::new();
        for code in 0..256_usize {
            text.clear();
            if map.text(code as u32, |character| text.push(character)) && !text.contains('\u{FFFD}') {
                simple.set(code, &text);
            }
        }
    }
    let scale = if type3 { matrix_scale(document, font)? } else { (1e-3, 1e-3) };
    read_widths(document, font, descriptor.as_ref(), standard, scale.0, &mut simple)?;
    let (ascent, descent) = if type3 {
        type3_extent(document, font, scale.1)?
    } else {
        extent(document, descriptor.as_ref(), standard)?
    };
    Ok(Font { kind: Kind::Simple(Box::new(simple)), ascent, descent })
}

fn read_encoding<S: Source>(
    document: &Document<S>,
    font: &Dictionary,
    descriptor: Option<&Dictionary>,
    simple: &mut Simple,
) -> Result<(), PdfError> {
    let encoding = tolerate(document, document.get(font, b"Encoding"))?.unwrap_or(Object::Null);
    let named = match &encoding {
        Object::Name(name) => Base::named(name),
        Object::Dictionary(encoding) => encoding.name(b"BaseEncoding").and_then(Base::named),
        _ => None,
    };
    let kind = font.name(b"Subtype");
    let name = String::from_utf8_lossy(font.name(b"BaseFont").unwrap_or(b"")).into_owned();
    let base = named.unwrap_or_else(|| match kind {
        _ if name.contains("Symbol") || name.contains("Dingbats") => Base::Unknown,
        Some(b"TrueType") => Base::WinAnsi,
        Some(b"Type3") => Base::Unknown,
        _ => Base::Standard,
    });
    for code in 0..=255_u8 {
        if let Some(character) = base.character(code) {
            simple.set(usize::from(code), character.encode_utf8(&mut [0; 4]));
        }
    }
    if named.is_none()
        && let Some(program) = descriptor.and_then(|descriptor| descriptor.reference(b"FontFile"))
        && let Some(program) = stream(document, program)?
    {
        built_in(&program, document.view().limits().depth, simple);
    }
    if let Object::Dictionary(encoding) = &encoding
        && let Some(Object::Array(items)) = tolerate(document, document.get(encoding, b"Differences"))?
    {
        differences(&items, simple);
    }
    Ok(())
}

/// `/Differences`: a code, then the names of the glyphs from there on.
fn differences(items: &[Object], simple: &mut Simple) {
    let mut code = 0_usize;
    for item in items {
        match item {
            Object::Integer(value) => code = usize::try_from(*value).unwrap_or(usize::MAX),
            Object::Name(name) => {
                set_named(simple, code, name);
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
}

fn set_named(simple: &mut Simple, code: usize, name: &[u8]) {
    match names::text(name) {
        Some(text) => simple.set(code, &text),
        // A name that says nothing: what the base encoding had is not there any more.
        None if name != b".notdef" => {
            let guess = single_letter(name).unwrap_or(char::REPLACEMENT_CHARACTER);
            simple.set(code, guess.encode_utf8(&mut [0; 4]));
        }
        None => {}
    }
}

/// Type 3 fonts name glyphs after the code in a few ways: `a65`, `c65`, `g65` may be anything, but a
/// character by itself is that character.
fn single_letter(name: &[u8]) -> Option<char> {
    let mut characters = std::str::from_utf8(name).ok()?.chars();
    let first = characters.next()?;
    characters.next().is_none().then_some(first)
}

/// The encoding inside a Type 1 font program, whose first part is text.
fn built_in(program: &[u8], depth: usize, simple: &mut Simple) {
    let end = memchr::memmem::find(program, b"eexec").unwrap_or(program.len());
    let Some(start) = memchr::memmem::find(program, b"/Encoding") else { return };
    let Some(text) = program.get(start..end) else { return };
    let mut tokens = Tokens::new(text, depth, OPERANDS);
    while let Some(operation) = tokens.next(&mut 0) {
        match (operation.operator, operation.operands) {
            (b"put", [.., Operand::Number(code), Operand::Name(name)]) if (0.0..256.0).contains(code) => {
                set_named(simple, *code as usize, name);
            }
            (b"StandardEncoding" | b"readonly" | b"def", _) => return,
            _ => {}
        }
    }
}

fn read_widths<S: Source>(
    document: &Document<S>,
    font: &Dictionary,
    descriptor: Option<&Dictionary>,
    standard: Standard,
    scale: f64,
    simple: &mut Simple,
) -> Result<(), PdfError> {
    let Some(Object::Array(items)) = tolerate(document, document.get(font, b"Widths"))? else {
        for (width, character) in simple.widths.iter_mut().zip(&simple.characters) {
            *width = standard.width(*character);
        }
        return Ok(());
    };
    let missing = match descriptor {
        Some(descriptor) => number(document, descriptor, b"MissingWidth")?.unwrap_or(0.0),
        None => 0.0,
    };
    simple.widths.fill((missing * scale) as f32);
    let first = number(document, font, b"FirstChar")?.unwrap_or(0.0);
    let places = simple.widths.iter_mut().skip(first.clamp(0.0, 256.0) as usize);
    for (place, item) in places.zip(&items) {
        let item = match item {
            Object::Reference(_) => tolerate(document, document.resolve(item))?.unwrap_or(Object::Null),
            other => other.clone(),
        };
        if let Some(width) = item.as_number() {
            *place = (width * scale) as f32;
        }
    }
    Ok(())
}

/// How a Type 3 font's units become ems, across and up.
fn matrix_scale<S: Source>(document: &Document<S>, font: &Dictionary) -> Result<(f64, f64), PdfError> {
    let matrix = tolerate(document, document.get(font, b"FontMatrix"))?.unwrap_or(Object::Null);
    let value = |index: usize| {
        let number = matrix.as_array().and_then(|items| items.get(index)).and_then(Object::as_number);
        number.filter(|value| *value != 0.0).unwrap_or(1e-3)
    };
    Ok((value(0), value(3)))
}

fn type3_extent<S: Source>(
    document: &Document<S>,
    font: &Dictionary,
    scale: f64,
) -> Result<(f32, f32), PdfError> {
    let bounds = tolerate(document, document.get(font, b"FontBBox"))?.unwrap_or(Object::Null);
    let edge = |index: usize| {
        let number = bounds.as_array().and_then(|items| items.get(index)).and_then(Object::as_number);
        number.map(|value| (value * scale) as f32)
    };
    let (low, high) = (edge(1).unwrap_or(0.0), edge(3).unwrap_or(0.0));
    let (descent, ascent) = (low.min(high), low.max(high));
    // A box without height leaves it to the glyphs, which are not drawn here.
    let usable = ascent - descent > 0.1 && ascent - descent < 4.0;
    Ok(if usable { (ascent, descent) } else { (0.75, -0.2) })
}
