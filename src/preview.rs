//! Pictures of a page with a visible signature, before anyone signs.
//!
//! The picture is drawn from the very revision that signing would append, by a rasteriser in Rust. It is for
//! people who place a signature; how a given viewer draws the rest of the page is another matter.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::dict::keys::USER_UNIT;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

use crate::fault::Fault;
use crate::prepare::{At, PrepareError, Signing};
use crate::source::Source;

/// Points to an inch.
const POINTS: f64 = 72.0;

/// The most pixels to a side: the rasteriser counts them with 16 bits.
const SIDE: f64 = 32_000.0;

/// A page with the signature that would be on it.
#[derive(Clone, Debug)]
pub struct Picture {
    png: Vec<u8>,
    page: usize,
    width: u32,
    height: u32,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreviewError {
    /// The document would not be prepared either.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The signature is invisible.
    #[error("the signature is invisible: there is nothing to show")]
    Invisible,
    /// The picture would be empty or too large.
    #[error("a picture of {width} by {height} pixels cannot be drawn: at least 1, at most {limit} in all")]
    Size {
        /// Its width in pixels.
        width: u64,
        /// Its height in pixels.
        height: u64,
        /// [`Limits::image_pixels`](crate::Limits::image_pixels).
        limit: u64,
    },
    /// The rasteriser does not draw this document.
    #[error("the page cannot be drawn: {what}")]
    Rasteriser {
        /// What it says.
        what: &'static str,
    },
}

impl PreviewError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Prepare(error) => error.fault(),
            Self::Invisible | Self::Size { .. } => Fault::Caller,
            Self::Rasteriser { .. } => Fault::Unsupported,
        }
    }
}

impl Picture {
    /// Draws the page that `signing` would put its signature on, the first of them if there are several, at
    /// `dpi` pixels to an inch of the page as it is displayed.
    ///
    /// # Errors
    /// [`PreviewError`].
    pub fn draw<S: Source>(signing: &Signing, source: &S, at: &At, dpi: f64) -> Result<Self, PreviewError> {
        let sketch = signing.sketch(source, at)?;
        let page = *sketch.pages.first().ok_or(PreviewError::Invisible)?;
        let password = signing.document_password().map_or(&b""[..], |password| password.as_bytes());
        let password = std::str::from_utf8(password)
            .map_err(|_| PreviewError::Rasteriser { what: "the password is not UTF-8" })?;
        let limit = signing.document_limits().image_pixels;
        // A document that the rasteriser stumbles over is no reason for the program to end.
        let drawn = catch_unwind(AssertUnwindSafe(|| rasterise(sketch.document, password, page, dpi, limit)));
        let (png, width, height) =
            drawn.unwrap_or(Err(PreviewError::Rasteriser { what: "the rasteriser failed" }))?;
        Ok(Self { png, page, width, height })
    }

    /// The bytes of a PNG file.
    #[must_use]
    pub fn png(&self) -> &[u8] {
        &self.png
    }

    /// The page, counted from 1.
    #[must_use]
    pub const fn page(&self) -> usize {
        self.page.saturating_add(1)
    }

    /// Width and height in pixels.
    #[must_use]
    pub const fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }
}

fn rasterise(
    document: Vec<u8>,
    password: &str,
    page: usize,
    dpi: f64,
    limit: u64,
) -> Result<(Vec<u8>, u32, u32), PreviewError> {
    let failed = |what| PreviewError::Rasteriser { what };
    let pdf = Pdf::new_with_password(document, password).map_err(|_| failed("it cannot be read"))?;
    let page = pdf.pages().get(page).ok_or_else(|| failed("it finds fewer pages"))?;
    // The rasteriser draws a unit of the page as a point.
    let unit = page.raw().get::<f32>(USER_UNIT).map_or(1.0, f64::from);
    let unit = if (1e-3..=1e7).contains(&unit) { unit } else { 1.0 };
    let scale = dpi / POINTS * unit;
    let (width, height) = page.render_dimensions();
    let (width, height) = (f64::from(width) * scale, f64::from(height) * scale);
    let sides = 1.0..SIDE;
    if !sides.contains(&width) || !sides.contains(&height) || width * height > limit as f64 {
        return Err(PreviewError::Size { width: width as u64, height: height as u64, limit });
    }
    let pixmap = PixmapSettings { x_scale: scale as f32, y_scale: scale as f32, bg_color: WHITE };
    let cache = RenderCache::new();
    let pixmap = render(page, &cache, &InterpreterSettings::default(), &RenderSettings::default(), &pixmap);
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    let png = pixmap.into_png().map_err(|_| failed("the picture cannot be encoded"))?;
    Ok((png, width, height))
}
