//! Text strings and dates: ISO 32000-2, 7.9.2 and 7.9.4, annex D.

use std::borrow::Cow;

use chrono::{DateTime, FixedOffset};

/// PDFDocEncoding from 0x18 to 0x1F.
const LOW: [char; 8] = ['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];

/// PDFDocEncoding from 0x80 to 0xA0; 0x9F is undefined.
const HIGH: [char; 33] = [
    '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚', '™', 'ﬁ', 'ﬂ',
    'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž', '\u{FFFD}', '€',
];

/// The text of a text string, whichever of its encodings it has.
pub(crate) fn decode(bytes: &[u8]) -> String {
    let utf16 = |rest: &[u8], join: fn([u8; 2]) -> u16| {
        let units = rest.chunks_exact(2).filter_map(|pair| pair.first_chunk::<2>()).map(|pair| join(*pair));
        char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{FFFD}')).collect()
    };
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return utf16(rest, u16::from_be_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return String::from_utf8_lossy(rest).into_owned();
    }
    bytes.iter().map(|byte| doc_char(*byte)).collect()
}

fn doc_char(byte: u8) -> char {
    let from = |table: &[char], start: u8| table.get(usize::from(byte.wrapping_sub(start))).copied();
    match byte {
        0x18..=0x1F => from(&LOW, 0x18).unwrap_or('\u{FFFD}'),
        0x80..=0xA0 => from(&HIGH, 0x80).unwrap_or('\u{FFFD}'),
        _ => char::from(byte),
    }
}

/// A text string: bytes where PDFDocEncoding and ASCII agree, UTF-16BE with a byte-order mark otherwise.
pub(crate) fn encode(text: &str) -> Vec<u8> {
    if text.bytes().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7E)) {
        return text.as_bytes().to_vec();
    }
    let mut bytes = vec![0xFE, 0xFF];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    bytes
}

/// A date: `D:20261121093000+07'00'`.
pub(crate) fn date(time: &DateTime<FixedOffset>) -> String {
    let seconds = time.offset().local_minus_utc();
    let civil = time.format("D:%Y%m%d%H%M%S");
    if seconds == 0 {
        return format!("{civil}Z");
    }
    let minutes = seconds.unsigned_abs() / 60;
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{civil}{sign}{:02}'{:02}'", minutes / 60, minutes % 60)
}

/// A name for messages: what is no UTF-8 is shown as replacement characters.
pub(crate) fn lossy(name: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_strings_in_every_encoding() {
        assert_eq!(decode(b"Ch\xFE \x80\xA0\x1F"), "Chþ •€˜");
        assert_eq!(decode(&encode("Nguyễn Thị Hằng 😀")), "Nguyễn Thị Hằng 😀");
        assert_eq!(decode(b"\xFF\xFEA\0"), "A");
        assert_eq!(decode(b"\xEF\xBB\xBF\xC4\x90"), "Đ");
        assert_eq!(encode("plain"), b"plain");
    }

    #[test]
    fn dates_carry_their_zone() {
        let at = |text| date(&DateTime::parse_from_rfc3339(text).unwrap());
        assert_eq!(at("2026-11-21T09:30:00+07:00"), "D:20261121093000+07'00'");
        assert_eq!(at("2026-11-21T09:30:00Z"), "D:20261121093000Z");
        assert_eq!(at("2026-11-21T09:30:00-03:30"), "D:20261121093000-03'30'");
    }
}
