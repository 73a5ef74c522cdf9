//! The encodings that simple fonts build on: ISO 32000-2, annex D.

/// A code that an encoding leaves out.
const NONE: char = char::REPLACEMENT_CHARACTER;

/// `StandardEncoding` from 0x80.
#[rustfmt::skip]
const STANDARD: [char; 128] = [
    NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
    NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
    NONE, '¡', '¢', '£', '⁄', '¥', 'ƒ', '§', '¤', '\'', '“', '«', '‹', '›', 'ﬁ', 'ﬂ',
    NONE, '–', '†', '‡', '·', NONE, '¶', '•', '‚', '„', '”', '»', '…', '‰', NONE, '¿',
    NONE, '`', '´', 'ˆ', '˜', '¯', '˘', '˙', '¨', NONE, '˚', '¸', NONE, '˝', '˛', 'ˇ',
    '—', NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
    NONE, 'Æ', NONE, 'ª', NONE, NONE, NONE, NONE, 'Ł', 'Ø', 'Œ', 'º', NONE, NONE, NONE, NONE,
    NONE, 'æ', NONE, NONE, NONE, 'ı', NONE, NONE, 'ł', 'ø', 'œ', 'ß', NONE, NONE, NONE, NONE,
];

/// `WinAnsiEncoding` from 0x80. Codes that it leaves out are bullets; 0xA0 is a space, 0xAD a hyphen.
#[rustfmt::skip]
const WIN_ANSI: [char; 128] = [
    '€', '•', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '•', 'Ž', '•',
    '•', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '•', 'ž', 'Ÿ',
    ' ', '¡', '¢', '£', '¤', '¥', '¦', '§', '¨', '©', 'ª', '«', '¬', '-', '®', '¯',
    '°', '±', '²', '³', '´', 'µ', '¶', '·', '¸', '¹', 'º', '»', '¼', '½', '¾', '¿',
    'À', 'Á', 'Â', 'Ã', 'Ä', 'Å', 'Æ', 'Ç', 'È', 'É', 'Ê', 'Ë', 'Ì', 'Í', 'Î', 'Ï',
    'Ð', 'Ñ', 'Ò', 'Ó', 'Ô', 'Õ', 'Ö', '×', 'Ø', 'Ù', 'Ú', 'Û', 'Ü', 'Ý', 'Þ', 'ß',
    'à', 'á', 'â', 'ã', 'ä', 'å', 'æ', 'ç', 'è', 'é', 'ê', 'ë', 'ì', 'í', 'î', 'ï',
    'ð', 'ñ', 'ò', 'ó', 'ô', 'õ', 'ö', '÷', 'ø', 'ù', 'ú', 'û', 'ü', 'ý', 'þ', 'ÿ',
];

/// `MacRomanEncoding` from 0x80; 0xCA is a space.
#[rustfmt::skip]
const MAC_ROMAN: [char; 128] = [
    'Ä', 'Å', 'Ç', 'É', 'Ñ', 'Ö', 'Ü', 'á', 'à', 'â', 'ä', 'ã', 'å', 'ç', 'é', 'è',
    'ê', 'ë', 'í', 'ì', 'î', 'ï', 'ñ', 'ó', 'ò', 'ô', 'ö', 'õ', 'ú', 'ù', 'û', 'ü',
    '†', '°', '¢', '£', '§', '•', '¶', 'ß', '®', '©', '™', '´', '¨', '≠', 'Æ', 'Ø',
    '∞', '±', '≤', '≥', '¥', 'µ', '∂', '∑', '∏', 'π', '∫', 'ª', 'º', 'Ω', 'æ', 'ø',
    '¿', '¡', '¬', '√', 'ƒ', '≈', '∆', '«', '»', '…', ' ', 'À', 'Ã', 'Õ', 'Œ', 'œ',
    '–', '—', '“', '”', '‘', '’', '÷', '◊', 'ÿ', 'Ÿ', '⁄', '¤', '‹', '›', 'ﬁ', 'ﬂ',
    '‡', '·', '‚', '„', '‰', 'Â', 'Ê', 'Á', 'Ë', 'È', 'Í', 'Î', 'Ï', 'Ì', 'Ó', 'Ô',
    NONE, 'Ò', 'Ú', 'Û', 'Ù', 'ı', 'ˆ', '˜', '¯', '˘', '˙', '˚', '¸', '˝', '˛', 'ˇ',
];

/// A base encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    Standard,
    WinAnsi,
    MacRoman,
    /// The font's own, of which nothing is known.
    Unknown,
}

impl Base {
    /// By the name it has in `/Encoding` or `/BaseEncoding`.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"StandardEncoding" => Some(Self::Standard),
            b"WinAnsiEncoding" => Some(Self::WinAnsi),
            b"MacRomanEncoding" => Some(Self::MacRoman),
            _ => None,
        }
    }

    /// The character of a code.
    pub(super) fn character(self, code: u8) -> Option<char> {
        let high = |table: &[char; 128]| {
            let found = table.get(usize::from(code & 0x7F)).copied();
            found.filter(|character| *character != NONE)
        };
        match (self, code) {
            (Self::Unknown, _) | (_, 0x00..=0x1F | 0x7F) => None,
            (Self::Standard, b'\'') => Some('’'),
            (Self::Standard, b'`') => Some('‘'),
            (_, 0x20..=0x7E) => Some(char::from(code)),
            (Self::Standard, _) => high(&STANDARD),
            (Self::WinAnsi, _) => high(&WIN_ANSI),
            (Self::MacRoman, _) => high(&MAC_ROMAN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_characters_of_each() {
        let of = |base: Base, code| base.character(code);
        assert_eq!(of(Base::Standard, 0x27), Some('’'));
        assert_eq!(of(Base::Standard, 0xF5), Some('ı'));
        assert_eq!(of(Base::Standard, 0x80), None);
        assert_eq!(of(Base::WinAnsi, 0x80), Some('€'));
        assert_eq!(of(Base::WinAnsi, 0xC9), Some('É'));
        assert_eq!(of(Base::WinAnsi, 0xAD), Some('-'));
        assert_eq!(of(Base::MacRoman, 0x8E), Some('é'));
        assert_eq!(of(Base::MacRoman, 0xF0), None);
        assert_eq!(of(Base::MacRoman, b'A'), Some('A'));
        assert_eq!(of(Base::Unknown, b'A'), None);
        assert_eq!(of(Base::WinAnsi, 9), None);
    }
}
