//! Colours, and their names.

use std::fmt;
use std::str::FromStr;

use crate::fault::Fault;

/// A colour of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Color {
    red: u8,
    green: u8,
    blue: u8,
}

/// The text is no colour.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no colour: a name like red or darkGray, or #rrggbb")]
pub struct ColorError {
    /// The text, shortened.
    pub text: String,
}

impl ColorError {
    /// Whose fault it is: the caller's.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        Fault::Caller
    }
}

/// Names of HTML and of Java, which differ in `green`, `pink` and the greys: where they do, the value is
/// HTML's if it is one of its sixteen basic colours, Java's otherwise.
const NAMES: [(&str, u32); 34] = [
    ("aqua", 0x00_FFFF),
    ("black", 0x00_0000),
    ("blue", 0x00_00FF),
    ("brown", 0xA5_2A2A),
    ("crimson", 0xDC_143C),
    ("cyan", 0x00_FFFF),
    ("darkblue", 0x00_008B),
    ("darkgray", 0x40_4040),
    ("darkgreen", 0x00_6400),
    ("darkgrey", 0x40_4040),
    ("darkred", 0x8B_0000),
    ("fuchsia", 0xFF_00FF),
    ("gold", 0xFF_D700),
    ("gray", 0x80_8080),
    ("green", 0x00_8000),
    ("grey", 0x80_8080),
    ("indigo", 0x4B_0082),
    ("lightgray", 0xC0_C0C0),
    ("lightgrey", 0xC0_C0C0),
    ("lime", 0x00_FF00),
    ("magenta", 0xFF_00FF),
    ("maroon", 0x80_0000),
    ("navy", 0x00_0080),
    ("olive", 0x80_8000),
    ("orange", 0xFF_C800),
    ("pink", 0xFF_AFAF),
    ("purple", 0x80_0080),
    ("red", 0xFF_0000),
    ("royalblue", 0x41_69E1),
    ("silver", 0xC0_C0C0),
    ("teal", 0x00_8080),
    ("violet", 0xEE_82EE),
    ("white", 0xFF_FFFF),
    ("yellow", 0xFF_FF00),
];

impl Color {
    /// Black.
    pub const BLACK: Self = Self::rgb(0, 0, 0);
    /// White.
    pub const WHITE: Self = Self::rgb(255, 255, 255);

    /// The colour of three components from 0 to 255.
    #[must_use]
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// The colour of a name: the sixteen of HTML, those of Java's `Color`, and some that are common.
    /// Upper and lower case, `_`, `-` and spaces make no difference.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name: String = name
            .chars()
            .filter(|character| !matches!(character, '_' | '-' | ' '))
            .map(|character| character.to_ascii_lowercase())
            .take(32)
            .collect();
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, value)| Self::from_u32(*value))
    }

    const fn from_u32(value: u32) -> Self {
        let [_, red, green, blue] = value.to_be_bytes();
        Self { red, green, blue }
    }

    /// Red, green and blue.
    #[must_use]
    pub const fn components(self) -> [u8; 3] {
        [self.red, self.green, self.blue]
    }
}

impl FromStr for Color {
    type Err = ColorError;

    fn from_str(text: &str) -> Result<Self, ColorError> {
        let error = || ColorError { text: super::error::shorten(text) };
        let trimmed = text.trim();
        let Some(digits) = trimmed.strip_prefix('#') else {
            return Self::from_name(trimmed).ok_or_else(error);
        };
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(error());
        }
        let value = u32::from_str_radix(digits, 16).map_err(|_| error())?;
        match digits.len() {
            6 => Ok(Self::from_u32(value)),
            3 => {
                let [red, green, blue] = [8, 4, 0].map(|shift| ((value >> shift) & 15) as u8 * 17);
                Ok(Self { red, green, blue })
            }
            _ => Err(error()),
        }
    }
}

/// `#rrggbb`.
impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_digits_are_colours() {
        assert_eq!("#1a2B3c".parse(), Ok(Color::rgb(0x1A, 0x2B, 0x3C)));
        assert_eq!("#f80".parse(), Ok(Color::rgb(0xFF, 0x88, 0)));
        assert_eq!(" Red ".parse(), Ok(Color::rgb(255, 0, 0)));
        assert_eq!("darkGray".parse(), Ok(Color::rgb(64, 64, 64)));
        assert_eq!("LIGHT_GRAY".parse(), Ok(Color::rgb(192, 192, 192)));
        for (name, value) in NAMES {
            let color = Color::from_name(name).unwrap();
            assert_eq!(color.to_string(), format!("#{value:06x}"));
            assert_eq!(color.to_string().parse(), Ok(color));
        }
    }

    #[test]
    fn other_texts_are_none() {
        for text in
            ["", "#", "#12", "#1234", "#1234567", "#+12345", "#xyzxyz", "reddish", "rgb(1,2,3)", "#ééé"]
        {
            let error = text.parse::<Color>().unwrap_err();
            assert!(error.to_string().contains("no colour"), "{text}");
        }
    }
}
