//! A document that turns out to be damaged while it is worked on.

use super::document::Document;
use super::error::PdfError;
use crate::limits::Limits;
use crate::source::Source;

/// Opens a document and does `work` with it, once more after a scan for its objects when the first try failed
/// in a way that may be damage. What came of it, and the document's length in bytes.
pub(crate) fn with_repair<S: Source, T, E: From<PdfError>>(
    source: S,
    password: Option<&[u8]>,
    limits: &Limits,
    work: impl Fn(&Document<S>) -> Result<T, E>,
    may_be_damage: impl FnOnce(&E) -> bool,
) -> Result<(T, u64), E> {
    let mut document = Document::open(source, password, limits)?;
    let done = match work(&document) {
        Err(error) if document.rebuilt().is_none() && may_be_damage(&error) => {
            document.rebuild(password)?;
            work(&document)?
        }
        other => other?,
    };
    Ok((done, document.view().len()))
}
