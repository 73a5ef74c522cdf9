//! Attribute values (XML 1.0, 3.3.3).

use super::dtd::{General, Generals};
use super::reference::{self, Budget, Reference};
use crate::syntax::xml::XmlError;

/// How a literal becomes a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    /// Whether a CR LF in it is one line end: in a document's own text, not in an entity's, where a CR
    /// comes from a character reference.
    pub(super) line_ends: bool,
    /// Whether the attribute is of another type than CDATA.
    pub(super) tokenized: bool,
    /// Where errors are told.
    pub(super) offset: usize,
}

/// The value that the literal `raw` stands for.
pub(super) fn normalize<'a>(
    raw: &'a str,
    generals: &'a Generals<'_>,
    budget: &mut Budget,
    how: How,
) -> Result<String, XmlError> {
    let offset = how.offset as u64;
    let mut value = String::with_capacity(raw.len());
    // Text, place in it, and the entity that it is of.
    let mut open: Vec<(&'a str, usize, &'a str)> = vec![(raw, 0, "")];
    loop {
        let depth = open.len();
        let Some((text, at, _)) = open.last_mut() else { break };
        let (whole, start) = (*text, *at);
        let rest = whole.get(start..).unwrap_or_default();
        let Some(character) = rest.chars().next() else {
            open.pop();
            continue;
        };
        *at += character.len_utf8();
        match character {
            '\r' if how.line_ends && depth == 1 && rest.starts_with("\r\n") => {}
            '\t' | '\n' | '\r' => value.push(' '),
            '<' => return Err(XmlError::malformed(offset, "< in an attribute value")),
            '&' => {
                let (reference, end) = reference::parse(whole, start, how.offset)?;
                *at = end;
                match reference {
                    Reference::Character(character) => value.push(character),
                    Reference::Entity(name) => {
                        let General::Internal(replacement) = generals.find(name, how.offset)? else {
                            return Err(XmlError::malformed(
                                offset,
                                "a reference to an external entity in an attribute value",
                            ));
                        };
                        if open.iter().any(|(_, _, other)| *other == name) {
                            return Err(XmlError::malformed(offset, "an entity that refers to itself"));
                        }
                        budget.spend(replacement.len(), depth, how.offset)?;
                        open.push((replacement, 0, name));
                    }
                }
            }
            other => value.push(other),
        }
    }
    if how.tokenized {
        let words: Vec<&str> = value.split(' ').filter(|word| !word.is_empty()).collect();
        value = words.join(" ");
    }
    Ok(value)
}

/// Whether a literal may stay as it is: it refers to no declared entity, and normalisation by the type
/// that is declared for it changes nothing.
pub(super) fn is_plain(raw: &str, how: How) -> Result<bool, XmlError> {
    if how.tokenized && raw.bytes().any(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'&')) {
        return Ok(false);
    }
    if !how.line_ends && raw.contains('\r') {
        return Ok(false);
    }
    let mut from = 0;
    while let Some(at) = raw.get(from..).and_then(|rest| rest.find('&')) {
        let (reference, end) = reference::parse(raw, from + at, how.offset)?;
        if matches!(reference, Reference::Entity(_)) {
            return Ok(false);
        }
        from = end;
    }
    Ok(true)
}

/// Appends `value` to `out` between quotation marks, so that every reader gets it back.
pub(super) fn quote(value: &str, out: &mut String) {
    out.push('"');
    for character in value.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
    out.push('"');
}
