//! A font: its bytes, read once, and what a font descriptor says of it.

use std::fmt;
use std::sync::Arc;

use super::sfnt::{self, Tables, i16_at, u16_at, u32_at};
use crate::fault::Fault;

/// A TrueType or OpenType font that text is drawn with. Cheap to clone.
///
/// Only the glyphs that are used are embedded. A variable font is drawn at its default location.
#[derive(Clone)]
pub struct Font(Arc<Face>);

struct Face {
    data: Bytes,
    index: u32,
    shaping: harfrust::Font,
    descriptor: Descriptor,
}

#[derive(Clone)]
enum Bytes {
    Static(&'static [u8]),
    Shared(Arc<[u8]>),
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }
}

/// Which outlines a font has; they are embedded in different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outlines {
    TrueType,
    Cff,
}

/// What `/FontDescriptor` says (ISO 32000-2, 9.8), in thousandths of an em.
#[derive(Clone, Debug)]
pub(super) struct Descriptor {
    pub(super) name: String,
    pub(super) outlines: Outlines,
    pub(super) units_per_em: u16,
    pub(super) bounds: [f64; 4],
    pub(super) ascent: f64,
    pub(super) descent: f64,
    pub(super) cap_height: f64,
    pub(super) italic_angle: f64,
    pub(super) stem: f64,
    pub(super) fixed_pitch: bool,
}

/// Why a font cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FontError {
    /// The bytes are no OpenType font, or lack a table.
    #[error("no usable OpenType font: {what}")]
    Malformed {
        /// What is missing or wrong.
        what: &'static str,
    },
    /// The file has fewer fonts than the index says.
    #[error("there is no font {index} in the file")]
    NoSuchFont {
        /// The index asked for.
        index: u32,
    },
    /// The font's licence bits forbid it to be embedded (`OS/2`, `fsType`).
    #[error("its licence bits (fsType {bits:#06x}) forbid {what}")]
    Forbidden {
        /// `fsType`.
        bits: u16,
        /// What they forbid.
        what: &'static str,
    },
    /// The font is of a kind that cannot be embedded.
    #[error("{what} cannot be embedded")]
    Unsupported {
        /// The kind.
        what: &'static str,
    },
    /// Making the subset failed.
    #[error("making a subset failed: {what}")]
    Subset {
        /// What the subsetter said.
        what: String,
    },
}

impl FontError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Unsupported { .. } => Fault::Unsupported,
            _ => Fault::Caller,
        }
    }
}

impl Font {
    /// A font from the bytes of a file: TrueType or OpenType, or the font `index` of a collection.
    ///
    /// # Errors
    ///
    /// [`FontError`] when the bytes are no such font, or when the font's licence bits do not let it be
    /// embedded or subset.
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>, index: u32) -> Result<Self, FontError> {
        Self::new(Bytes::Shared(bytes.into()), index)
    }

    /// The font that is built in: Noto Sans Regular, which has Latin with all of Vietnamese, Greek and
    /// Cyrillic.
    ///
    /// # Errors
    ///
    /// None in practice: the bytes are part of the program.
    pub fn bundled() -> Result<Self, FontError> {
        Self::new(Bytes::Static(notosans::REGULAR_TTF), 0)
    }

    fn new(data: Bytes, index: u32) -> Result<Self, FontError> {
        let bytes = data.as_ref();
        let start = bytes.get(..4).unwrap_or_default();
        if !matches!(start, b"\0\x01\0\0" | b"true" | b"OTTO" | b"ttcf") {
            return Err(FontError::Malformed { what: "the bytes do not begin like one" });
        }
        let tables = Tables::new(bytes, index).ok_or(FontError::NoSuchFont { index })?;
        let descriptor = Descriptor::read(&tables)?;
        check_licence(&tables)?;
        let source: harfrust::font::Source = match data.clone() {
            Bytes::Static(bytes) => bytes.into(),
            Bytes::Shared(bytes) => {
                let shared: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(bytes);
                harfrust::font::Blob::from(shared).into()
            }
        };
        let malformed = FontError::Malformed { what: "its tables cannot be read" };
        let shaping = harfrust::Font::new(source, index).ok_or(malformed)?;
        if !shaping.charmap().has_unicode() {
            return Err(FontError::Malformed { what: "it maps no Unicode characters" });
        }
        Ok(Self(Arc::new(Face { data, index, shaping, descriptor })))
    }

    pub(super) fn data(&self) -> &[u8] {
        self.0.data.as_ref()
    }

    pub(super) fn index(&self) -> u32 {
        self.0.index
    }

    pub(super) fn shaping(&self) -> &harfrust::Font {
        &self.0.shaping
    }

    pub(super) fn descriptor(&self) -> &Descriptor {
        &self.0.descriptor
    }

    /// The glyph that stands for a character on its own.
    pub(super) fn glyph(&self, character: char) -> Option<u16> {
        let glyph = self.0.shaping.charmap().map_unicode(character)?;
        u16::try_from(glyph.to_u32()).ok().filter(|glyph| *glyph != 0)
    }

    /// Whether two fonts are the same bytes in memory.
    pub(super) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self.data(), other.data()) && self.index() == other.index()
    }
}

impl fmt::Debug for Font {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Font").field(&self.0.descriptor.name).finish()
    }
}

/// `fsType` (ISO/IEC 14496-22, OS/2): of several usage bits the most generous counts.
fn check_licence(tables: &Tables<'_>) -> Result<(), FontError> {
    const RESTRICTED: u16 = 2;
    const USAGE: u16 = 0x0F;
    const NO_SUBSETTING: u16 = 0x100;
    const BITMAPS_ONLY: u16 = 0x200;
    let Some(bits) = tables.get(b"OS/2").and_then(|table| u16_at(table, 8)) else { return Ok(()) };
    let what = if bits & USAGE == RESTRICTED {
        "embedding"
    } else if bits & NO_SUBSETTING != 0 {
        "embedding a part of it"
    } else if bits & BITMAPS_ONLY != 0 {
        "embedding its outlines"
    } else {
        return Ok(());
    };
    Err(FontError::Forbidden { bits, what })
}

impl Descriptor {
    fn read(tables: &Tables<'_>) -> Result<Self, FontError> {
        let malformed = |what| FontError::Malformed { what };
        let outlines = if tables.contains(b"glyf") {
            Outlines::TrueType
        } else if tables.contains(b"CFF ") {
            Outlines::Cff
        } else if tables.contains(b"CFF2") {
            return Err(FontError::Unsupported { what: "a font with CFF2 outlines" });
        } else {
            return Err(malformed("it has no outlines"));
        };
        let head = tables.get(b"head").ok_or(malformed("it has no head"))?;
        let hhea = tables.get(b"hhea").ok_or(malformed("it has no hhea"))?;
        if !tables.contains(b"hmtx") || tables.glyphs().is_none() {
            return Err(malformed("it has no widths"));
        }
        let units_per_em = u16_at(head, 18).filter(|units| (16..=16384).contains(units));
        let units_per_em = units_per_em.ok_or(malformed("its em has no usable size"))?;
        let scale = |value: i16| f64::from(value) * 1000.0 / f64::from(units_per_em);
        let bound = |at| i16_at(head, at).map(scale).ok_or(malformed("its head is cut off"));
        let bounds = [bound(36)?, bound(38)?, bound(40)?, bound(42)?];
        let line = |at| i16_at(hhea, at).map(scale).ok_or(malformed("its hhea is cut off"));
        let (ascent, descent) = (line(4)?, line(6)?);
        let os2 = tables.get(b"OS/2").unwrap_or_default();
        let version = u16_at(os2, 0).unwrap_or(0);
        let cap_height = i16_at(os2, 88).filter(|height| version >= 2 && *height > 0).map(scale);
        let weight = f64::from(u16_at(os2, 4).unwrap_or(400).min(1000));
        let post = tables.get(b"post").unwrap_or_default();
        let angle = u32_at(post, 4).map_or(0.0, |fixed| f64::from(fixed.cast_signed()) / 65536.0);
        Ok(Self {
            name: sfnt::postscript_name(tables).unwrap_or_else(|| "Font".to_owned()),
            outlines,
            units_per_em,
            bounds,
            ascent,
            descent,
            cap_height: cap_height.unwrap_or(ascent * 0.7),
            italic_angle: angle,
            // The font does not say; this is how it usually goes with the weight.
            stem: 50.0 + (weight / 65.0).powi(2),
            fixed_pitch: u32_at(post, 12).is_some_and(|value| value != 0),
        })
    }
}
