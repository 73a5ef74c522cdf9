//! Why an appearance could not be drawn.

use super::date::DateFormatError;
use super::font::FontError;
use super::image::ImageError;
use crate::fault::Fault;

/// Why an appearance could not be made or drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppearanceError {
    /// The date format is not one.
    #[error("the date format: {0}")]
    DateFormat(#[from] DateFormatError),
    /// The font cannot be used.
    #[error("the font: {0}")]
    Font(#[from] FontError),
    /// The image cannot be used.
    #[error("the image: {0}")]
    Image(#[from] ImageError),
    /// Neither the chosen font nor the bundled one can show a character.
    #[error("no glyph for U+{:04X} {character:?}, character {position} of {text:?}", u32::from(*character))]
    MissingGlyph {
        /// The character.
        character: char,
        /// Its position in the line, in characters from 0.
        position: usize,
        /// The line, shortened.
        text: String,
    },
    /// The text does not fit into the rectangle.
    #[error(
        "the text needs {needed_width:.1} × {needed_height:.1} points at {size} point, and there are \
         {width:.1} × {height:.1}"
    )]
    DoesNotFit {
        /// The size of the letters, in points: the one asked for, or the smallest that is tried.
        size: f64,
        /// Width of the text at this size, in points.
        needed_width: f64,
        /// Height of the text at this size, in points.
        needed_height: f64,
        /// Width there is, in points.
        width: f64,
        /// Height there is, in points.
        height: f64,
    },
    /// There is no room for anything within border and margins.
    #[error("a rectangle of {width:.1} × {height:.1} points has no room within its border and margins")]
    NoRoom {
        /// Width of the rectangle, in points.
        width: f64,
        /// Height of the rectangle, in points.
        height: f64,
    },
    /// The text is longer than an appearance can show.
    #[error("the text has {characters} characters, and {limit} is the most there may be")]
    TooMuchText {
        /// Characters of all lines together.
        characters: usize,
        /// The most there may be.
        limit: usize,
    },
    /// The layout shows something that was not given.
    #[error("the layout {layout} needs {what}")]
    Incomplete {
        /// The layout.
        layout: &'static str,
        /// What is missing.
        what: &'static str,
    },
    /// A length or size is no finite number of points in its range.
    #[error("{what} is {value}")]
    BadLength {
        /// Which.
        what: &'static str,
        /// Its value, in points.
        value: f64,
    },
    /// The text of the QR code is too long for one.
    #[error("a QR code cannot hold {bytes} bytes, 2331 is the most at this level of correction")]
    QrTooLong {
        /// Bytes of the text.
        bytes: usize,
    },
    /// Nobody can say that a page of another PDF conforms as well.
    #[error("the document is PDF/A-{part}, and a page of another PDF may break that")]
    PageInArchive {
        /// The part of PDF/A.
        part: u8,
    },
    /// Text could not be turned into glyphs.
    #[error("shaping {text:?} failed: {what}")]
    Shaping {
        /// The text, shortened.
        text: String,
        /// What the shaper said.
        what: String,
    },
}

impl AppearanceError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Image(error) => error.fault(),
            Self::Font(error) => error.fault(),
            Self::TooMuchText { .. } => Fault::Limit,
            _ => Fault::Caller,
        }
    }
}

/// The beginning of a text, for a message.
pub(super) fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}
