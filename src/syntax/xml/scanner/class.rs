//! What a byte may be where it stands, by table; characters beyond ASCII one by one.

use super::{Step, View};
use crate::syntax::xml::character::{is_name, is_name_start};
use crate::syntax::xml::{XmlError, XmlErrorKind};

/// What kind of byte it is, seen from where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Nothing about it needs attention.
    Plain,
    Less,
    Greater,
    Ampersand,
    /// A quotation mark or an apostrophe.
    Quote,
    /// White space that is not a plain space.
    Space,
    NameStart,
    Name,
    Colon,
    /// Part of a character beyond ASCII.
    High,
    /// It must not stand here.
    Illegal,
}

/// The table of a function from bytes to classes, worked out when this is compiled.
macro_rules! table {
    ($class:ident) => {{
        let mut table = [Class::Illegal; 256];
        let mut rest = table.as_mut_slice();
        let mut byte = 0_u8;
        while let Some((slot, after)) = rest.split_first_mut() {
            *slot = $class(byte);
            rest = after;
            byte = byte.wrapping_add(1);
        }
        table
    }};
}

const fn text_class(byte: u8) -> Class {
    match byte {
        b'<' => Class::Less,
        b'>' => Class::Greater,
        b'&' => Class::Ampersand,
        b'\r' => Class::Space,
        b'\t' | b'\n' | b' '..=0x7F => Class::Plain,
        0x80.. => Class::High,
        _ => Class::Illegal,
    }
}

const fn value_class(byte: u8) -> Class {
    match byte {
        b'<' => Class::Less,
        b'&' => Class::Ampersand,
        b'"' | b'\'' => Class::Quote,
        b'\t' | b'\n' | b'\r' => Class::Space,
        b' '..=0x7F => Class::Plain,
        0x80.. => Class::High,
        _ => Class::Illegal,
    }
}

const fn name_class(byte: u8) -> Class {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::NameStart,
        b'0'..=b'9' | b'-' | b'.' => Class::Name,
        b':' => Class::Colon,
        0x80.. => Class::High,
        _ => Class::Illegal,
    }
}

static TEXT: [Class; 256] = table!(text_class);
static VALUE: [Class; 256] = table!(value_class);
static NAME: [Class; 256] = table!(name_class);

#[inline]
fn look(table: &'static [Class; 256], byte: u8) -> Class {
    table.get(usize::from(byte)).copied().unwrap_or(Class::Illegal)
}

/// In character data.
#[inline]
pub(super) fn of_text(byte: u8) -> Class {
    look(&TEXT, byte)
}

/// In the value of an attribute.
#[inline]
pub(super) fn of_value(byte: u8) -> Class {
    look(&VALUE, byte)
}

/// In a name.
#[inline]
pub(super) fn of_name(byte: u8) -> Class {
    look(&NAME, byte)
}

/// The first place from `at` on where something needs attention in character data; plain text is passed
/// over eight bytes at a time.
#[inline]
pub(super) fn skip_text(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    // The lowest byte that is marked is one that is equal; those above it may be marked wrongly.
    let equal = |word: u64, byte: u8| {
        let word = word ^ (ONES * byte as u64);
        word.wrapping_sub(ONES) & !word
    };
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        // `<` and `>` differ in one bit.
        let brackets = equal(word | ONES << 1, b'>');
        let marked = (word | control | brackets | equal(word, b'&')) & HIGH;
        if marked != 0 {
            return at + (marked.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| of_text(*byte) == Class::Plain) {
        at += 1;
    }
    at
}

/// Whether a character beyond ASCII may stand in a name, or begin one.
pub(super) const fn may_stand_in_name(character: char, first: bool) -> bool {
    if first { is_name_start(character) } else { is_name(character) }
}

/// The character beyond ASCII that begins at `at`, and its length in bytes. `None`: the bytes end first.
#[inline]
pub(super) fn character(view: View<'_>, at: usize) -> Step<(char, usize)> {
    let wrong = || Err(XmlError::new(view.at(at), XmlErrorKind::Character));
    let rest = view.bytes.get(at..).unwrap_or_default();
    let bits = |byte: u8| (u32::from(byte & 0x3F), byte & 0xC0 == 0x80);
    let (code, length, good) = match *rest {
        [first @ 0xC2..=0xDF, second, ..] => {
            let (low, good) = bits(second);
            (u32::from(first & 0x1F) << 6 | low, 2, good)
        }
        [first @ 0xE0..=0xEF, second, third, ..] => {
            let ((middle, one), (low, two)) = (bits(second), bits(third));
            let code = u32::from(first & 0x0F) << 12 | middle << 6 | low;
            (code, 3, one && two && code >= 0x800)
        }
        [first @ 0xF0..=0xF4, second, third, fourth, ..] => {
            let ((high, one), (middle, two), (low, three)) = (bits(second), bits(third), bits(fourth));
            let code = u32::from(first & 0x07) << 18 | high << 12 | middle << 6 | low;
            (code, 4, one && two && three && code >= 0x1_0000)
        }
        [0xC2..=0xDF] | [0xE0..=0xEF] | [0xE0..=0xEF, _] => return Ok(None),
        [0xF0..=0xF4] | [0xF0..=0xF4, _] | [0xF0..=0xF4, _, _] => return Ok(None),
        _ => return wrong(),
    };
    // Of what is no surrogate, U+FFFE and U+FFFF are no characters of XML.
    match char::from_u32(code) {
        Some(character) if good && !matches!(code, 0xFFFE | 0xFFFF) => Ok(Some((character, length))),
        _ => wrong(),
    }
}
