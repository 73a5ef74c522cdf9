//! The visible signature: what is drawn in its rectangle.
//!
//! [`Appearance`] says what to show and how. [`AppearanceTemplate`] is the same with everything done that
//! does not depend on the document: a batch makes it once. Drawing gives a form XObject with all that it
//! needs, as a graph of objects that a revision takes up.

mod color;
mod content;
mod date;
mod error;
mod font;
mod icc;
mod image;
mod item;
mod layout;
mod page;
mod paint;
mod qr;
mod sfnt;
mod status;
mod subset;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod wrap;
mod write_text;

use std::io::Write;
use std::sync::Arc;

pub use color::{Color, ColorError};
pub use date::DateFormatError;
pub use error::AppearanceError;
pub use font::{Font, FontError};
pub use image::{Image, ImageError};
pub use item::Item;
pub use layout::Layout;
pub use page::PageContent;
pub use template::AppearanceTemplate;

pub(crate) use image::ColorModel;
pub(crate) use item::Facts;
pub(crate) use template::{Drawing, Surroundings};

use item::Line;

/// How large the letters are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum FontSize {
    /// As large as the rectangle allows, from 3 to 14 points.
    #[default]
    Fit,
    /// This many points. Text that does not fit is an error.
    Points(f64),
}

/// On which side lines of text begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Align {
    /// On the left.
    #[default]
    Left,
    /// In the middle.
    Center,
    /// On the right.
    Right,
}

/// A line around the rectangle, within it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Border {
    /// Its width in points.
    pub width: f64,
    /// Its colour.
    pub color: Color,
}

/// What a visible signature shows.
///
/// Without any line, text layouts show the signer and the date.
///
/// ```
/// use kyso::pdf::{Appearance, Color, Item};
///
/// let appearance = Appearance::new()
///     .labelled(Item::Signer, "Ký bởi")
///     .labelled(Item::Date, "Ngày ký")
///     .line(Item::Text("Chữ ký số hợp lệ".into()))
///     .color("#003366".parse::<Color>()?);
/// let template = appearance.template()?;
/// # let _ = template;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Appearance {
    lines: Vec<Line>,
    /// Whether the lines are those that were given, be it none.
    lines_given: bool,
    layout: Option<Layout>,
    image: Option<Image>,
    page: Option<PageContent>,
    font: Option<Font>,
    size: FontSize,
    color: Color,
    align: Align,
    border: Option<Border>,
    background: Option<Color>,
    margin: Option<f64>,
    qr: Option<String>,
    date_format: String,
    visual_status: bool,
}

impl Default for Appearance {
    fn default() -> Self {
        Self::new()
    }
}

impl Appearance {
    /// Signer and date in black, as large as they fit.
    #[must_use]
    pub fn new() -> Self {
        Self {
            lines: Vec::new(),
            lines_given: false,
            layout: None,
            image: None,
            page: None,
            font: None,
            size: FontSize::Fit,
            color: Color::BLACK,
            align: Align::Left,
            border: None,
            background: None,
            margin: None,
            qr: None,
            date_format: "DD/MM/YYYY".to_owned(),
            visual_status: false,
        }
    }

    /// Adds a line with its usual label: `Signed by`, `Sign date`, `Reason`, `Location`, `Email`; none for a
    /// text. A reason, location or address that is not known when the signature is drawn has no line.
    #[must_use]
    pub fn line(self, item: Item) -> Self {
        let label = item.default_label();
        self.labelled(item, label)
    }

    /// Adds a line with a label of its own. The line reads `label: value`; a label that ends with a colon
    /// gets no second one, and an empty label leaves the value alone.
    #[must_use]
    pub fn labelled(mut self, item: Item, label: impl Into<String>) -> Self {
        self.lines.push(Line { item, label: label.into() });
        self.lines_given = true;
        self
    }

    /// Shows no line, in place of signer and date where none is given.
    #[must_use]
    pub fn no_lines(mut self) -> Self {
        self.lines.clear();
        self.lines_given = true;
        self
    }

    /// How text and image share the rectangle. Without it: the image on the left of the text where both are
    /// given, else what is given.
    #[must_use]
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = Some(layout);
        self
    }

    /// The image; its aspect is kept.
    #[must_use]
    pub fn image(mut self, image: Image) -> Self {
        self.image = Some(image);
        self
    }

    /// A page of another PDF as the whole content, its aspect kept. Lines that are given stand over it.
    ///
    /// What that page holds is taken as it is, so that a PDF/A document takes none.
    #[must_use]
    pub fn page(mut self, page: PageContent) -> Self {
        self.page = Some(page);
        self
    }

    /// The font. For characters that it lacks the bundled one is used.
    #[must_use]
    pub fn font(mut self, font: Font) -> Self {
        self.font = Some(font);
        self
    }

    /// How large the letters are.
    #[must_use]
    pub fn font_size(mut self, size: FontSize) -> Self {
        self.size = size;
        self
    }

    /// The colour of the text.
    #[must_use]
    pub fn color(mut self, color: Color) -> Self {
        self.color = color;
        self
    }

    /// On which side lines begin.
    #[must_use]
    pub fn align(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    /// A line around everything.
    #[must_use]
    pub fn border(mut self, border: Border) -> Self {
        self.border = Some(border);
        self
    }

    /// The colour behind everything. Without it the page shows through.
    #[must_use]
    pub fn background(mut self, color: Color) -> Self {
        self.background = Some(color);
        self
    }

    /// Room on all sides within the border, in points. Without it a twentieth of the shorter side, from 1 to
    /// 4 points.
    #[must_use]
    pub fn margin(mut self, points: f64) -> Self {
        self.margin = Some(points);
        self
    }

    /// A QR code of a text, black on white, beside what the layout shows; alone where there is nothing else.
    /// It holds at most 2331 bytes, and can be read with a seventh of it damaged.
    #[must_use]
    pub fn qr(mut self, text: impl Into<String>) -> Self {
        self.qr = Some(text.into());
        self
    }

    /// How dates are written, `DD/MM/YYYY` without it: `DD`, `MM`, `YYYY`, `YY`, `HH`, `mm`, `ss` and `Z`
    /// (`+07:00`) are parts of the date, as are `dd`, `yyyy` and `yy`; `'text'` is text, and so is all else.
    /// The date is that of the signature's own zone.
    #[must_use]
    pub fn date_format(mut self, format: impl Into<String>) -> Self {
        self.date_format = format.into();
        self
    }

    /// Builds the appearance in Adobe's layers (`n0` to `n4`), with a question mark in `n1` that old readers
    /// replace by their own mark once they have validated the signature. Readers since about 2005 do not, and show
    /// the question mark behind the content. PDF/A allows the layers.
    #[must_use]
    pub fn visual_status(mut self, on: bool) -> Self {
        self.visual_status = on;
        self
    }

    /// Does what does not depend on the document: reads the font, compresses, encodes the QR code.
    ///
    /// # Errors
    ///
    /// [`AppearanceError`] when a part cannot be used or the layout lacks one.
    pub fn template(&self) -> Result<AppearanceTemplate, AppearanceError> {
        AppearanceTemplate::new(self)
    }

    /// Whether there is neither text, nor a code or page in its place.
    fn shows_nothing(&self) -> bool {
        self.lines_given && self.lines.is_empty() && self.qr.is_none() && self.page.is_none()
    }
}

/// Data as `FlateDecode` has it.
fn deflate(data: &[u8]) -> Arc<[u8]> {
    let mut encoder =
        flate2::write::ZlibEncoder::new(Vec::with_capacity(data.len() / 2), flate2::Compression::default());
    // Writing to memory cannot fail.
    let written = encoder.write_all(data).and_then(|()| encoder.finish());
    written.unwrap_or_default().into()
}
