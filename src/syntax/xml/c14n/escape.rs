//! How characters are written in canonical forms (Canonical XML 1.0, 1.1 and 2.3).

use super::super::scanner::View;
use super::output::{Octets, Output};

/// How a character of text is written, if not as itself.
pub(super) const fn of_text(character: char) -> Option<&'static [u8]> {
    match character {
        '&' => Some(b"&amp;"),
        '<' => Some(b"&lt;"),
        '>' => Some(b"&gt;"),
        '\r' => Some(b"&#xD;"),
        _ => None,
    }
}

const fn of_value(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'"' => Some(b"&quot;"),
        b'\t' => Some(b"&#x9;"),
        b'\n' => Some(b"&#xA;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    }
}

/// Writes the value of an attribute or of a namespace declaration.
pub(super) fn value<O: Octets>(view: View<'_>, value: &[u8], output: &mut Output<O>) {
    let mut rest = value;
    while let Some(at) = rest.iter().position(|byte| of_value(*byte).is_some()) {
        let (before, from) = rest.split_at_checked(at).unwrap_or_default();
        output.write(view, before);
        let Some((byte, behind)) = from.split_first() else { return };
        output.write(view, of_value(*byte).unwrap_or_default());
        rest = behind;
    }
    output.write(view, rest);
}
