//! Character data: which characters, line ends, references (XML 1.0, 2.2, 2.11, 4.1).

use std::borrow::Cow;

use crate::syntax::xml::character::{is_char, is_ncname};
use crate::syntax::xml::{XmlError, XmlErrorKind};

/// Sees that every character is one that XML allows.
pub(super) fn check_characters(offset: u64, text: &str) -> Result<(), XmlError> {
    match text.char_indices().find(|(_, character)| !is_char(*character)) {
        Some((at, _)) => Err(XmlError::new(offset.saturating_add(at as u64), XmlErrorKind::Character)),
        None => Ok(()),
    }
}

/// CRLF and CR are LF.
pub(super) fn line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The character that `&name;` stands for.
pub(super) fn resolve(offset: u64, name: &str) -> Result<char, XmlError> {
    let digits = match name {
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "amp" => return Ok('&'),
        "apos" => return Ok('\''),
        "quot" => return Ok('"'),
        _ => name.strip_prefix('#'),
    };
    let Some(digits) = digits else {
        return Err(if is_ncname(name) {
            XmlError::new(offset, XmlErrorKind::Entity { name: super::shown(name) })
        } else {
            XmlError::malformed(offset, "a reference without a proper name")
        });
    };
    let (digits, radix) = match digits.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    let mut value = 0_u32;
    for digit in digits.chars() {
        // `to_digit` takes ASCII digits only.
        let digit = digit
            .to_digit(radix)
            .ok_or_else(|| XmlError::malformed(offset, "a character reference with something but digits"))?;
        value = value.saturating_mul(radix).saturating_add(digit);
    }
    if digits.is_empty() {
        return Err(XmlError::malformed(offset, "a character reference without digits"));
    }
    char::from_u32(value)
        .filter(|character| is_char(*character))
        .ok_or_else(|| XmlError::new(offset, XmlErrorKind::Character))
}

/// The value of an attribute of type CDATA (XML 1.0, 3.3.3); `offset` is that of the text between the
/// quotes.
pub(super) fn attribute_value(offset: u64, raw: &str) -> Result<String, XmlError> {
    check_characters(offset, raw)?;
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['<', '&', '\t', '\r', '\n']) {
        let (before, after) = rest.split_at(at);
        value.push_str(before);
        let here = offset.saturating_add(raw.len().saturating_sub(after.len()) as u64);
        if after.starts_with('<') {
            return Err(XmlError::malformed(here, "< in an attribute value"));
        }
        rest = if let Some(name) = after.strip_prefix('&') {
            let (name, behind) =
                name.split_once(';').ok_or_else(|| XmlError::expected(here, "; after a reference"))?;
            value.push(resolve(here, name)?);
            behind
        } else {
            value.push(' ');
            after.strip_prefix("\r\n").or_else(|| after.get(1..)).unwrap_or_default()
        };
    }
    value.push_str(rest);
    Ok(value)
}
