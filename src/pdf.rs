//! Signing PDF documents: what a caller needs, in one place.
//!
//! [`Signing`] describes a signature and [`prepare`](Signing::prepare)s a document; [`Prepared`] gives the
//! [request](Prepared::request) and the [state](Prepared::state), takes the value and gives [`Signed`],
//! which writes the document. [`PreparedCms`] is the same for services that return a whole CMS.

pub use crate::appearance::{
    Align, Appearance, AppearanceError, AppearanceTemplate, Border, Color, ColorError, DateFormatError, Font,
    FontError, FontSize, Image, ImageError, Item, Layout, PageContent,
};
pub use crate::embed::{SaveError, Signed};
pub use crate::prepare::{
    AcceptError, Anchor, CertificateConstraints, Certification, Dangerous, FieldLock, Fields, NewField,
    Placement, PlacementError, PrepareError, Prepared, PreparedCms, Refusal, ResumeError, Revised, SeedValue,
    Signing, Warning,
};
pub use crate::profile::pades::SubFilter;
pub use crate::syntax::pdf::{
    Access, CryptError, Malformation, ObjectId, Occurrence, OccurrenceError, PageNumber, PageNumberError,
    PdfError, RevisionError,
};
