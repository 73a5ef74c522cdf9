//! The XML declaration (XML 1.0, 2.8), and the targets of processing instructions (2.6).

use super::class::{self, Class};
use super::{Step, View};
use crate::syntax::xml::character::is_space;
use crate::syntax::xml::{XmlError, XmlErrorKind};

/// The target at `at`, behind `<?`, and the first byte behind it. What stands there has been seen to be
/// white space with something behind it, or the whole `?>`.
pub(super) fn target<'a>(view: View<'a>, start: usize) -> Step<(&'a [u8], usize)> {
    let mut at = start;
    loop {
        let Some(&byte) = view.bytes.get(at) else { return Ok(None) };
        match class::of_name(byte) {
            Class::NameStart => at += 1,
            Class::Name if at > start => at += 1,
            Class::Colon => {
                return Err(XmlError::malformed(
                    view.at(at),
                    "a colon in the target of a processing instruction",
                ));
            }
            Class::High => {
                let Some((character, length)) = class::character(view, at)? else { return Ok(None) };
                if !class::may_stand_in_name(character, at == start) {
                    break;
                }
                at += length;
            }
            _ => break,
        }
    }
    if at == start {
        return Err(XmlError::expected(view.at(at), "the target of a processing instruction"));
    }
    let rest = view.bytes.get(at..).unwrap_or_default();
    let spaces = rest.iter().take_while(|byte| is_space(**byte)).count();
    match rest.get(spaces..) {
        None | Some([] | [b'?']) => Ok(None),
        Some([b'?', b'>', ..]) => Ok(Some((view.get(start..at), at))),
        Some(_) if spaces > 0 => Ok(Some((view.get(start..at), at))),
        Some(_) => Err(XmlError::expected(view.at(at), "white space or ?> after a target")),
    }
}

/// Reads the XML declaration at `at`; says where it ends.
pub(super) fn xml(view: View<'_>, start: usize) -> Step<usize> {
    let rest = view.bytes.get(start..).unwrap_or_default();
    let Some(length) = memchr::memmem::find(rest, b"?>") else { return Ok(None) };
    let inside = rest.get(b"<?xml".len()..length).unwrap_or_default();
    let wrong = |what| Err(XmlError::malformed(view.at(start), what));
    let Some(members) = pseudo_attributes(inside) else {
        return wrong("an XML declaration that is not well-formed");
    };
    let mut members = members.into_iter().peekable();
    match members.next() {
        Some((b"version", value)) if is_version(value) => {}
        _ => return wrong("an XML declaration without version 1.0"),
    }
    if let Some((_, name)) = members.next_if(|(member, _)| *member == b"encoding")
        && ![b"UTF-8".as_slice(), b"US-ASCII"].iter().any(|known| known.eq_ignore_ascii_case(name))
    {
        let name = String::from_utf8_lossy(name).into_owned();
        return Err(XmlError::new(view.at(start), XmlErrorKind::Encoding { name }));
    }
    if let Some((_, value)) = members.next_if(|(member, _)| *member == b"standalone")
        && !matches!(value, b"yes" | b"no")
    {
        return wrong("standalone that is neither yes nor no");
    }
    if members.next().is_some() {
        return wrong("an XML declaration that holds something else than version, encoding and standalone");
    }
    Ok(Some(start + length + 2))
}

/// `1.` and digits: what a processor of XML 1.0 takes (production 26).
fn is_version(value: &[u8]) -> bool {
    matches!(value, [b'1', b'.', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
}

/// ` name="value"` again and again, and white space at the end.
fn pseudo_attributes(mut rest: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut members = Vec::new();
    loop {
        let trimmed = trim_start(rest);
        if trimmed.is_empty() {
            return Some(members);
        }
        if trimmed.len() == rest.len() || members.len() > 3 {
            return None;
        }
        let length = trimmed.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        let (name, behind) = trimmed.split_at_checked(length)?;
        let behind = trim_start(trim_start(behind).strip_prefix(b"=")?);
        let (quote, behind) = behind.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
        let end = memchr::memchr(*quote, behind)?;
        members.push((name, behind.get(..end)?));
        rest = behind.get(end + 1..)?;
    }
}

/// Without the white space at the start; a form feed is none (production 3).
fn trim_start(rest: &[u8]) -> &[u8] {
    let spaces = rest.iter().take_while(|byte| is_space(**byte)).count();
    rest.get(spaces..).unwrap_or_default()
}
