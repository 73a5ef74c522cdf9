//! Where a visible signature goes.

use crate::fault::Fault;
use crate::syntax::pdf::PageNumber;
use crate::syntax::pdf::content::Occurrence;

/// Where a visible signature goes.
///
/// All lengths are points. Coordinates are those of the page as a viewer shows it, from its lower left
/// corner: after `/Rotate`, `/CropBox` and `/UserUnit`.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    pub(super) at: Spot,
    pub(super) clip: bool,
}

/// The kinds of places.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Spot {
    /// Where the field is that is signed.
    Field,
    Rectangle(PageNumber, [f64; 4]),
    Anchor(Anchor),
}

impl Placement {
    const fn new(at: Spot) -> Self {
        Self { at, clip: false }
    }

    /// The rectangle of the field that is signed, which must be there and have one.
    #[must_use]
    pub const fn field() -> Self {
        Self::new(Spot::Field)
    }

    /// A rectangle on a page: lower left x and y, upper right x and y.
    #[must_use]
    pub const fn rectangle(page: PageNumber, rectangle: [f64; 4]) -> Self {
        Self::new(Spot::Rectangle(page, rectangle))
    }

    /// At a text of the document.
    #[must_use]
    pub const fn anchor(anchor: Anchor) -> Self {
        Self::new(Spot::Anchor(anchor))
    }

    /// Takes of a rectangle what is on the page. Without this, one that is partly outside is an error.
    #[must_use]
    pub const fn clip(mut self) -> Self {
        self.clip = true;
        self
    }
}

/// A rectangle at a text of the document.
///
/// The text is compared in Unicode normalisation form C, with white space collapsed; it may be split in any
/// way among the operators that show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Anchor {
    pub(super) text: String,
    pub(super) page: Option<PageNumber>,
    pub(super) occurrence: Occurrence,
    pub(super) offset: [f64; 2],
    pub(super) size: [f64; 2],
}

impl Anchor {
    /// A rectangle of this width and height, its lower left corner at that of the first occurrence of the
    /// text in the document.
    #[must_use]
    pub fn new(text: impl Into<String>, size: [f64; 2]) -> Self {
        Self { text: text.into(), page: None, occurrence: Occurrence::First, offset: [0.0; 2], size }
    }

    /// Looks on one page only.
    #[must_use]
    pub const fn page(mut self, page: PageNumber) -> Self {
        self.page = Some(page);
        self
    }

    /// Which occurrence. With [`Occurrence::Every`] the signature's field is at the first; the others show
    /// the same as stamps, for a signature field has one place (ISO 32000-1, 12.7.4.5). Stamps can be added
    /// with the first signature of a document only.
    #[must_use]
    pub const fn occurrence(mut self, occurrence: Occurrence) -> Self {
        self.occurrence = occurrence;
        self
    }

    /// Moves the rectangle to the right and up.
    #[must_use]
    pub const fn offset(mut self, offset: [f64; 2]) -> Self {
        self.offset = offset;
        self
    }
}

/// Why a visible signature cannot be where it was asked for.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlacementError {
    /// The corners are no rectangle.
    #[error(
        "{x1},{y1},{x2},{y2} is no rectangle: lower left x and y, then upper right x and y, each larger, in points"
    )]
    NoRectangle {
        /// Lower left x.
        x1: f64,
        /// Lower left y.
        y1: f64,
        /// Upper right x.
        x2: f64,
        /// Upper right y.
        y2: f64,
    },
    /// The rectangle is not on the page, or not wholly.
    #[error(
        "the rectangle {x1:.1},{y1:.1},{x2:.1},{y2:.1} is not {} page {page}, which shows {width:.1} by {height:.1} points",
        if *.clip { "at all on" } else { "wholly on" }
    )]
    OffPage {
        /// The page, counted from 1.
        page: usize,
        /// Lower left x of the rectangle.
        x1: f64,
        /// Lower left y.
        y1: f64,
        /// Upper right x.
        x2: f64,
        /// Upper right y.
        y2: f64,
        /// Width of the page.
        width: f64,
        /// Its height.
        height: f64,
        /// Whether clipping was asked for, and nothing is left.
        clip: bool,
    },
    /// The text is not there.
    #[error(
        "the text {text:?} is not on the pages that were searched, {pages} of them (occurrence: {occurrence})"
    )]
    AnchorMissing {
        /// The text.
        text: String,
        /// Which occurrence was asked for.
        occurrence: Occurrence,
        /// How many pages were looked at.
        pages: usize,
    },
    /// There is no field to take the rectangle from, or it has none.
    #[error("there is no signature field with a rectangle to put the visible signature in")]
    NoField,
    /// The field has a rectangle of its own.
    #[error("field {field:?} exists and has its own place; a visible signature in it takes no other")]
    FieldHasPlace {
        /// Its fully qualified name.
        field: String,
    },
    /// Stamps have no structure elements.
    #[error(
        "the text occurs {count} times and the document is tagged: stamps at the further ones would not be"
    )]
    StampsOnTagged {
        /// How often it occurs.
        count: usize,
    },
    /// There is no text to look for.
    #[error("the text to look for is empty")]
    NoText,
    /// What is in the field cannot be seen.
    #[error("field {field:?} has no rectangle on a page, or is hidden: nothing can be seen in it")]
    Unseen {
        /// Its fully qualified name.
        field: String,
    },
    /// A field to be made has one place.
    #[error("field {field:?} has one place, and the text occurs {count} times")]
    OnePlace {
        /// The field.
        field: String,
        /// How often the text occurs.
        count: usize,
    },
    /// Stamps beside the field would count as changes to what was signed before.
    #[error(
        "the text occurs {count} times and the document has been signed: stamps at the further ones would break that signature"
    )]
    StampsOnSigned {
        /// How often it occurs.
        count: usize,
    },
}

impl PlacementError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::AnchorMissing { .. }
            | Self::StampsOnSigned { .. }
            | Self::StampsOnTagged { .. }
            | Self::Unseen { .. } => Fault::Document,
            _ => Fault::Caller,
        }
    }
}
