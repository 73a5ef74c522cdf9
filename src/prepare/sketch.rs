//! A document as it would look signed, for a picture of it.

use super::At;
use super::error::PrepareError;
use super::pdf::Signing;
use crate::limits::Limits;
use crate::password::Password;
use crate::source::{Source, for_each_piece};
use crate::syntax::pdf::PdfError;

/// A document with the revision of a signature whose value is zeros.
pub(crate) struct Sketch {
    pub(crate) document: Vec<u8>,
    /// The pages, from 0, that show the signature.
    pub(crate) pages: Vec<usize>,
}

impl Signing {
    /// The password of the document.
    pub(crate) fn document_password(&self) -> Option<&Password> {
        self.password.as_ref()
    }

    /// What reading the document may cost.
    pub(crate) const fn document_limits(&self) -> &Limits {
        &self.limits
    }

    /// The document as it would look signed.
    ///
    /// # Errors
    /// As for [`Signing::prepare`], and a document too large to be held in memory.
    pub(crate) fn sketch<S: Source>(&self, source: &S, at: &At) -> Result<Sketch, PrepareError> {
        let (drawn, length) = self.drawn(source, at, &|terms| self.needed(terms))?;
        let limit = self.limits.preview_bytes;
        if length > limit {
            return Err(PdfError::Limit { what: "bytes of a document that is drawn", limit }.into());
        }
        let mut document = Vec::new();
        for_each_piece(source, length, |piece| {
            document.extend_from_slice(piece);
            Ok(())
        })?;
        let appended = &drawn.appended;
        document.extend_from_slice(&appended.head);
        let digits = usize::try_from(appended.gap.saturating_sub(2)).unwrap_or(0);
        document.push(b'<');
        document.resize(document.len().saturating_add(digits), b'0');
        document.push(b'>');
        document.extend_from_slice(&appended.tail);
        Ok(Sketch { document, pages: drawn.pages })
    }
}
