//! Signing PDF documents: what a caller needs, in one place.
//!
//! [`Signing`] describes a signature and [`prepare`](Signing::prepare)s a document; [`Prepared`] gives the
//! [request](Prepared::request) and the [state](Prepared::state), takes the value and gives [`Signed`],
//! which writes the document. [`PreparedCms`] is the same for services that return a whole CMS.

pub use crate::embed::{SaveError, Signed};
pub use crate::prepare::{
    AcceptError, Dangerous, PrepareError, Prepared, PreparedCms, Refusal, ResumeError, Signing, Warning,
};
pub use crate::profile::pades::SubFilter;
pub use crate::syntax::pdf::{
    Access, CryptError, Malformation, ObjectId, Occurrence, OccurrenceError, PageNumber, PageNumberError,
    PdfError, RevisionError, TextPlace, find_text,
};
