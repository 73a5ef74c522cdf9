//! Images: PNG, decoded here; JPEG, passed through as it is.

mod jpeg;
mod plane;
mod png;

use std::fmt;
use std::sync::Arc;

pub(super) use jpeg::Jpeg;
pub(super) use plane::Plane;
pub(super) use png::Raster;

use crate::fault::Fault;
use crate::limits::Limits;

/// An image for the visible signature. Cheap to clone; compressed once.
///
/// A colour profile inside the file is used only where a PDF/A document needs it for CMYK; other images
/// count as sRGB. An orientation in Exif data is not looked at.
#[derive(Clone)]
pub struct Image(Arc<Inner>);

struct Inner {
    width: u32,
    height: u32,
    kind: Kind,
}

/// What an image is made of.
pub(super) enum Kind {
    Raster(Raster),
    Jpeg(Jpeg),
}

/// Components of a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColorModel {
    Gray,
    Rgb,
    Cmyk,
}

impl ColorModel {
    pub(super) const fn components(self) -> u8 {
        match self {
            Self::Gray => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }

    pub(super) const fn device(self) -> &'static str {
        match self {
            Self::Gray => "DeviceGray",
            Self::Rgb => "DeviceRGB",
            Self::Cmyk => "DeviceCMYK",
        }
    }
}

/// Why an image cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The bytes begin like neither PNG nor JPEG.
    #[error("neither PNG nor JPEG: the bytes begin with {start:02x?}")]
    UnknownFormat {
        /// The first bytes, at most four.
        start: Vec<u8>,
    },
    /// The PNG is damaged.
    #[error("damaged PNG: {0}")]
    Png(#[from] ::png::DecodingError),
    /// The palette of the PNG is damaged.
    #[error("damaged PNG: a palette of {bytes} bytes; three make an entry, and 256 entries are the most")]
    Palette {
        /// How long it is, in bytes.
        bytes: usize,
    },
    /// The JPEG is damaged.
    #[error("damaged JPEG at byte {at}: {what}")]
    Jpeg {
        /// Offset in bytes.
        at: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The JPEG is of a kind that PDF has no filter for.
    #[error("PDF cannot hold {what}")]
    Unsupported {
        /// The kind.
        what: String,
    },
    /// A bound of [`crate::Limits`] is exceeded.
    #[error("the image has {value} {what}, and {limit} is the limit")]
    Limit {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        value: u64,
        /// The bound.
        limit: u64,
    },
    /// A CMYK image in a PDF/A document whose output intent is not for CMYK, without a profile of its own.
    #[error("a CMYK image without a colour profile cannot be in a PDF/A document whose output is not CMYK")]
    UncalibratedCmyk,
}

impl ImageError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Limit { .. } => Fault::Limit,
            Self::Unsupported { .. } => Fault::Unsupported,
            _ => Fault::Caller,
        }
    }
}

impl Image {
    /// A PNG or a JPEG, whichever the bytes begin like.
    ///
    /// # Errors
    ///
    /// [`ImageError`]; a limit is checked before anything is decoded.
    pub fn from_bytes(bytes: &[u8], limits: &Limits) -> Result<Self, ImageError> {
        if bytes.starts_with(b"\x89PNG") {
            Self::from_png(bytes, limits)
        } else if bytes.starts_with(b"\xFF\xD8") {
            Self::from_jpeg(bytes, limits)
        } else {
            Err(ImageError::UnknownFormat { start: bytes.iter().take(4).copied().collect() })
        }
    }

    /// A PNG: grey, RGB or palette, with or without alpha. Sixteen bits become eight.
    ///
    /// # Errors
    ///
    /// [`ImageError`] when it is damaged or exceeds `limits`.
    pub fn from_png(bytes: &[u8], limits: &Limits) -> Result<Self, ImageError> {
        check_bytes(bytes, limits)?;
        let (width, height, raster) = Raster::read(bytes, limits)?;
        Ok(Self(Arc::new(Inner { width, height, kind: Kind::Raster(raster) })))
    }

    /// A JPEG: grey, YCbCr or RGB, CMYK or YCCK; baseline or progressive, eight bits. Its bytes are embedded
    /// as they are, up to its end marker.
    ///
    /// # Errors
    ///
    /// [`ImageError`] when it is cut off, of a kind that PDF cannot hold, or exceeds `limits`.
    pub fn from_jpeg(bytes: &[u8], limits: &Limits) -> Result<Self, ImageError> {
        check_bytes(bytes, limits)?;
        let (width, height, jpeg) = Jpeg::read(bytes)?;
        check_pixels(width, height, limits)?;
        Ok(Self(Arc::new(Inner { width, height, kind: Kind::Jpeg(jpeg) })))
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.0.width
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.0.height
    }

    /// Width by height.
    pub(super) fn aspect(&self) -> f64 {
        f64::from(self.0.width) / f64::from(self.0.height.max(1))
    }

    pub(super) fn kind(&self) -> &Kind {
        &self.0.kind
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("width", &self.0.width)
            .field("height", &self.0.height)
            .finish_non_exhaustive()
    }
}

fn check_bytes(bytes: &[u8], limits: &Limits) -> Result<(), ImageError> {
    let (value, limit) = (bytes.len() as u64, limits.image_bytes as u64);
    if value > limit {
        return Err(ImageError::Limit { what: "bytes", value, limit });
    }
    Ok(())
}

fn check_pixels(width: u32, height: u32, limits: &Limits) -> Result<(), ImageError> {
    let value = u64::from(width).saturating_mul(u64::from(height));
    if value > limits.image_pixels {
        return Err(ImageError::Limit { what: "pixels", value, limit: limits.image_pixels });
    }
    Ok(())
}
