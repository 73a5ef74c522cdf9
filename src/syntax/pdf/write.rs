//! From objects to bytes: ISO 32000-2, 7.3.

use super::crypt::{CryptError, SecurityHandler};
use super::lexer::{is_delimiter, is_space};
use super::object::{Dictionary, Object, ObjectId};
use crate::entropy::Entropy;

/// Encrypts the strings of one object while it is written.
pub(crate) struct Sealing<'a> {
    pub(crate) security: &'a SecurityHandler,
    pub(crate) id: ObjectId,
    pub(crate) entropy: &'a Entropy,
    /// Initialisation vectors used so far in this revision.
    pub(crate) used: &'a mut u64,
}

impl Sealing<'_> {
    fn iv(&mut self) -> [u8; 16] {
        *self.used = self.used.saturating_add(1);
        self.entropy.derive("pdf aes iv", *self.used)
    }

    pub(crate) fn string(&mut self, bytes: &[u8]) -> Result<Vec<u8>, CryptError> {
        let iv = self.iv();
        self.security.encrypt_string(self.id, iv, bytes)
    }

    pub(crate) fn stream(&mut self, dictionary: &Dictionary, bytes: &[u8]) -> Result<Vec<u8>, CryptError> {
        let iv = self.iv();
        self.security.encrypt_stream(self.id, dictionary, iv, bytes)
    }
}

/// Appends an object. With `sealing`, strings are encrypted.
pub(crate) fn object(
    out: &mut Vec<u8>,
    value: &Object,
    sealing: &mut Option<Sealing<'_>>,
) -> Result<(), CryptError> {
    match value {
        Object::Null => out.extend_from_slice(b"null"),
        Object::Boolean(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        Object::Integer(value) => integer(out, *value),
        Object::Real(text) => out.extend_from_slice(text),
        Object::Name(bytes) => name(out, bytes),
        Object::Reference(id) => reference(out, *id, b" R"),
        Object::String(bytes) => match sealing {
            Some(sealing) => hex_string(out, &sealing.string(bytes)?),
            None => string(out, bytes),
        },
        Object::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                object(out, item, sealing)?;
            }
            out.push(b']');
        }
        Object::Dictionary(entries) => {
            out.extend_from_slice(b"<<");
            dictionary_entries(out, entries, sealing)?;
            out.extend_from_slice(b">>");
        }
    }
    Ok(())
}

/// Appends the entries of a dictionary without its brackets. A nested signature's `/Contents` stays
/// as it is.
pub(crate) fn dictionary_entries(
    out: &mut Vec<u8>,
    entries: &Dictionary,
    sealing: &mut Option<Sealing<'_>>,
) -> Result<(), CryptError> {
    let signature = super::document::is_signature(entries);
    for (key, value) in entries.iter() {
        name(out, key);
        if matches!(
            value,
            Object::Null | Object::Boolean(_) | Object::Integer(_) | Object::Real(_) | Object::Reference(_)
        ) {
            out.push(b' ');
        }
        match value {
            Object::String(contents) if signature && key == b"Contents" => hex_string(out, contents),
            _ => object(out, value, sealing)?,
        }
    }
    Ok(())
}

pub(crate) fn name(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'/');
    if bytes.iter().all(u8::is_ascii_alphanumeric) {
        out.extend_from_slice(bytes);
        return;
    }
    for byte in bytes {
        if matches!(byte, 0x21..=0x7E) && *byte != b'#' && !is_delimiter(*byte) && !is_space(*byte) {
            out.push(*byte);
        } else {
            out.push(b'#');
            out.extend_from_slice(&hex_digits(*byte));
        }
    }
}

pub(crate) fn integer(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    unsigned(out, value.unsigned_abs(), 1);
}

/// Decimal digits, with zeros in front up to `columns`.
pub(crate) fn unsigned(out: &mut Vec<u8>, value: u64, columns: usize) {
    /// Digits of the largest value.
    const MOST: usize = 20;
    let mut digits = [b'0'; MOST];
    let mut rest = value;
    let mut used = 0;
    for place in digits.iter_mut().rev() {
        if rest == 0 {
            break;
        }
        *place = b'0'.wrapping_add((rest % 10) as u8);
        rest /= 10;
        used += 1;
    }
    let from = MOST.saturating_sub(used.max(columns));
    out.extend_from_slice(digits.get(from..).unwrap_or_default());
}

/// `N G` and what follows: ` R`, ` obj`.
pub(crate) fn reference(out: &mut Vec<u8>, id: ObjectId, keyword: &[u8]) {
    unsigned(out, u64::from(id.number), 1);
    out.push(b' ');
    unsigned(out, u64::from(id.generation), 1);
    out.extend_from_slice(keyword);
}

fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    if !bytes.iter().all(|byte| matches!(byte, 0x20..=0x7E)) {
        return hex_string(out, bytes);
    }
    out.push(b'(');
    for byte in bytes {
        if matches!(byte, b'(' | b')' | b'\\') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out.push(b')');
}

fn hex_string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'<');
    out.reserve(bytes.len().saturating_mul(2));
    for byte in bytes {
        out.extend_from_slice(&hex_digits(*byte));
    }
    out.push(b'>');
}

/// Two lower-case hex digits. Without branches, so that many bytes are converted at once.
pub(crate) const fn hex_digits(byte: u8) -> [u8; 2] {
    const fn digit(value: u8) -> u8 {
        // From ten on, letters: they begin 39 behind where the digits end.
        value.wrapping_add(b'0').wrapping_add((value > 9) as u8 * 39)
    }
    [digit(byte >> 4), digit(byte & 15)]
}

#[cfg(test)]
mod tests {
    use super::super::lexer::Lexer;
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let text =
            b"<</A#20 B/N null/T true/I -5/R +.50/S(a\\(b\\)\\\\)/H<00ff>/L[1 2 0 R/X<</Y(z)>>]/Ref 3 1 R>>";
        let value = Lexer::whole(text, 20).object().unwrap();
        let mut out = Vec::new();
        object(&mut out, &value, &mut None).unwrap();
        assert_eq!(Lexer::whole(&out, 20).object().unwrap(), value);
        assert!(out.windows(5).any(|part| part == b"+.50/"), "numbers stay as they were written");
    }
}
