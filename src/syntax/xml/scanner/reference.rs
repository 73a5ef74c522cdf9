//! Character references and the predefined entities (XML 1.0, 4.1 and 4.6).

use super::{Step, View};
use crate::syntax::xml::character::is_char;
use crate::syntax::xml::{XmlError, XmlErrorKind};

/// The most digits of a character reference that are looked at; zeros may lead.
const LONGEST: usize = 4096;

/// Reads the reference at `at`, where an `&` stands: the character it stands for, and the first byte
/// behind it. `None`: the bytes end before it does.
pub(super) fn read(view: View<'_>, at: usize) -> Step<(char, usize)> {
    let rest = view.bytes.get(at..).unwrap_or_default();
    let window = rest.get(..LONGEST.min(rest.len())).unwrap_or_default();
    let Some(length) = memchr::memchr(b';', window) else {
        let ended =
            window.len() < LONGEST && window.iter().skip(1).all(|byte| !matches!(byte, b'<' | b'&' | b' '));
        return if ended {
            Ok(None)
        } else {
            Err(XmlError::expected(view.at(at), "a reference that ends in ;"))
        };
    };
    let name = window.get(1..length).unwrap_or_default();
    let character = match name {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x', digits @ ..] => number(digits, 16).ok_or_else(|| wrong_number(view, at))?,
        [b'#', digits @ ..] => number(digits, 10).ok_or_else(|| wrong_number(view, at))?,
        name => {
            let name = String::from_utf8_lossy(name).into_owned();
            return Err(XmlError::new(view.at(at), XmlErrorKind::Entity { name }));
        }
    };
    Ok(Some((character, at + length + 1)))
}

fn wrong_number(view: View<'_>, at: usize) -> XmlError {
    XmlError::malformed(view.at(at), "a character reference to no character of XML")
}

fn number(digits: &[u8], radix: u32) -> Option<char> {
    if digits.is_empty() {
        return None;
    }
    let code = digits.iter().try_fold(0_u32, |code, digit| {
        code.checked_mul(radix)?.checked_add(char::from(*digit).to_digit(radix)?)
    })?;
    char::from_u32(code).filter(|character| is_char(*character))
}
