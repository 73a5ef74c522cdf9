//! Base64 as services really write it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Base64 as it comes: PEM armour, white space, and quotation marks and back-ticks around it taken off,
/// padding made right.
pub(crate) fn padded(text: &str) -> String {
    let is_quote = |character| matches!(character, '`' | '\'' | '"');
    let inside = text.trim_matches(|character: char| character.is_whitespace() || is_quote(character));
    let lines = inside.lines().filter(|line| !line.trim_start().starts_with("-----"));
    let mut plain: String =
        lines.flat_map(str::chars).filter(|character| !character.is_whitespace()).collect();
    plain.truncate(plain.trim_end_matches('=').len());
    while !plain.len().is_multiple_of(4) {
        plain.push('=');
    }
    plain
}

/// The bytes of base64 as it comes.
pub(crate) fn bytes(text: &str) -> Result<Vec<u8>, base64::DecodeError> {
    STANDARD.decode(padded(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_base64_is_taken_off() {
        for text in [
            "AQIDBA==",
            "AQIDBA",
            "AQIDBA=",
            "AQIDBA===",
            "`AQIDBA",
            " 'AQID\r\n BA=='\n",
            "\"AQIDBA==\"",
            "-----BEGIN CERTIFICATE-----\r\nAQID\r\nBA==\r\n-----END CERTIFICATE-----\r\n",
        ] {
            assert_eq!(padded(text), "AQIDBA==", "{text}");
            assert_eq!(bytes(text).unwrap(), [1, 2, 3, 4]);
        }
        assert_eq!(bytes("AQID").unwrap(), [1, 2, 3]);
        assert_eq!(padded(" "), "");
        for wrong in ["A", "AQ!D", "A`QI", "AQ==ID", "ấ"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
