//! References (XML 1.0, 4.1) and what an expansion may cost.

use memchr::memchr;

use crate::limits::Limits;
use crate::syntax::xml::character::{is_char, is_ncname};
use crate::syntax::xml::{XmlError, XmlErrorKind};

/// A reference as it stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reference<'t> {
    /// `&#13;`, and the entities that need no declaration (4.6).
    Character(char),
    /// `&name;`
    Entity(&'t str),
}

/// The reference that begins with the `&` at `at` of `text`, and where it ends. Errors are told at
/// `offset`.
pub(super) fn parse(text: &str, at: usize, offset: usize) -> Result<(Reference<'_>, usize), XmlError> {
    let inner = text.get(at.saturating_add(1)..).unwrap_or_default();
    let Some(length) = memchr(b';', inner.as_bytes()) else {
        return Err(XmlError::expected(offset as u64, "; at the end of a reference"));
    };
    let name = inner.get(..length).unwrap_or_default();
    let end = at.saturating_add(length).saturating_add(2);
    if let Some(number) = name.strip_prefix('#') {
        return Ok((Reference::Character(character(number, offset)?), end));
    }
    let reference = match predefined(name) {
        Some(character) => Reference::Character(character),
        None if is_ncname(name) => Reference::Entity(name),
        None => return Err(XmlError::malformed(offset as u64, "an & that begins no reference")),
    };
    Ok((reference, end))
}

fn character(number: &str, offset: usize) -> Result<char, XmlError> {
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(XmlError::malformed(offset as u64, "a malformed character reference"));
    }
    let code = u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    code.filter(|code| is_char(*code)).ok_or_else(|| XmlError::new(offset as u64, XmlErrorKind::Character))
}

/// The character of an entity that needs no declaration.
pub(super) fn predefined(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

/// What all entities and default attributes of a document may still expand to.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
    most: usize,
    depth: usize,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        let most = limits.xml_entity_bytes;
        // Parameter entities are followed by recursion: no caller's bound may exceed the stack.
        Self { left: most, most, depth: limits.depth.min(256) }
    }

    /// Takes `bytes` for an expansion inside `depth` others.
    pub(super) fn spend(&mut self, bytes: usize, depth: usize, offset: usize) -> Result<(), XmlError> {
        if depth >= self.depth {
            return Err(XmlError::limit(offset as u64, "nested entities", self.depth as u64));
        }
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or_else(|| XmlError::limit(offset as u64, "bytes of expanded entities", self.most as u64))?;
        Ok(())
    }
}
