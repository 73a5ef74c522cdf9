//! Options of a visible signature.

use std::path::PathBuf;

use clap::Args;
use clap::builder::TypedValueParser;
use kyso::pdf::{Align, Color, Item, Layout, PageNumber};

use super::place::Place;
use super::value::{Label, NamedList, item_label, named_list, positive, words};

#[derive(Args, Default)]
#[command(next_help_heading = "Visible signature (PDF)")]
pub(crate) struct Visible {
    #[command(flatten)]
    pub(crate) place: Place,
    /// An image: PNG or JPEG.
    #[arg(long, value_name = "FILE")]
    pub(crate) image: Option<PathBuf>,
    /// A page of a PDF to show, with the lines of --show over it.
    #[arg(long, value_name = "FILE.pdf", conflicts_with_all = ["image", "layout", "visual_status"])]
    pub(crate) picture: Option<PathBuf>,
    /// Which page of --picture. Default: first.
    #[arg(long, value_name = "N|first|last", allow_hyphen_values = true, requires = "picture")]
    pub(crate) picture_page: Option<PageNumber>,
    /// How text and image share the rectangle. Default: text-right, or what there is.
    #[arg(long, value_name = "LAYOUT", value_parser = layout())]
    pub(crate) layout: Option<Layout>,
    /// The lines: any of signer, date, reason, location and email, with commas between them, or none.
    /// Default: signer,date; none with --layout image.
    #[arg(long, value_name = "LIST", value_parser = named_list)]
    pub(crate) show: Option<NamedList>,
    /// What stands before a line, such as signer="Ký bởi"; may be repeated, empty for nothing.
    #[arg(long, value_name = "LINE=TEXT", value_parser = item_label)]
    pub(crate) prefix: Vec<Label>,
    /// A further line; may be repeated.
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: Vec<String>,
    /// The e-mail address that is shown. Default: the certificate's.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// How dates are written: DD, MM, YYYY, YY, HH, mm, ss and Z for the zone. Default: DD/MM/YYYY.
    #[arg(long, value_name = "FORMAT")]
    pub(crate) date_format: Option<String>,
    /// The font: TrueType or OpenType. Default: Noto Sans.
    #[arg(long, value_name = "FILE")]
    pub(crate) font: Option<PathBuf>,
    /// The size of the text in points. Default: what fits.
    #[arg(long, value_name = "POINTS", value_parser = positive)]
    pub(crate) font_size: Option<f64>,
    /// The colour of the text: a name or #rrggbb. Default: black.
    #[arg(long, value_name = "COLOR")]
    pub(crate) text_color: Option<Color>,
    /// How lines are aligned. Default: left.
    #[arg(long, value_name = "HOW", value_parser = align())]
    pub(crate) align: Option<Align>,
    /// A border of this colour, one point wide unless --border-width says otherwise.
    #[arg(long, value_name = "COLOR")]
    pub(crate) border: Option<Color>,
    /// The width of the border in points.
    #[arg(long, value_name = "POINTS", value_parser = positive, requires = "border")]
    pub(crate) border_width: Option<f64>,
    /// The colour behind everything. Default: none.
    #[arg(long, value_name = "COLOR")]
    pub(crate) background: Option<Color>,
    /// The margin inside the rectangle, in points.
    #[arg(long, value_name = "POINTS", value_parser = positive)]
    pub(crate) margin: Option<f64>,
    /// A QR code of this text.
    #[arg(long, value_name = "TEXT")]
    pub(crate) qr: Option<String>,
    /// Draws the layers in which old readers show whether the signature is valid.
    #[arg(long)]
    pub(crate) visual_status: bool,
}

impl Visible {
    /// The first of these options that was given.
    pub(crate) fn given(&self) -> Option<&'static str> {
        self.place.given().or_else(|| self.look())
    }

    /// The first option that says what a visible signature looks like.
    pub(crate) fn look(&self) -> Option<&'static str> {
        let options = [
            ("--image", self.image.is_some()),
            ("--picture", self.picture.is_some()),
            ("--layout", self.layout.is_some()),
            ("--show", self.show.is_some()),
            ("--prefix", !self.prefix.is_empty()),
            ("--text", !self.text.is_empty()),
            ("--email", self.email.is_some()),
            ("--date-format", self.date_format.is_some()),
            ("--font", self.font.is_some()),
            ("--font-size", self.font_size.is_some()),
            ("--text-color", self.text_color.is_some()),
            ("--align", self.align.is_some()),
            ("--border", self.border.is_some()),
            ("--background", self.background.is_some()),
            ("--margin", self.margin.is_some()),
            ("--qr", self.qr.is_some()),
            ("--visual-status", self.visual_status),
        ];
        options.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }
}

fn layout() -> impl TypedValueParser<Value = Layout> {
    words(&["text", "image", "text-left", "text-right", "background"], |word| {
        Some(match word {
            "text" => Layout::Text,
            "image" => Layout::Image,
            "text-left" => Layout::TextLeft,
            "text-right" => Layout::TextRight,
            "background" => Layout::Background,
            _ => return None,
        })
    })
}

fn align() -> impl TypedValueParser<Value = Align> {
    words(&["left", "center", "right"], |word| {
        Some(match word {
            "left" => Align::Left,
            "center" => Align::Center,
            "right" => Align::Right,
            _ => return None,
        })
    })
}

/// The line of this name.
pub(crate) fn item(name: &str) -> Option<Item> {
    Some(match name {
        "signer" => Item::Signer,
        "date" => Item::Date,
        "reason" => Item::Reason,
        "location" => Item::Location,
        "email" => Item::Email,
        _ => return None,
    })
}
