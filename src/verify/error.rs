//! Why a document could not be verified at all.

use crate::fault::Fault;
use crate::syntax::pdf::PdfError;
use crate::syntax::xml::XmlError;

/// Why a document could not be verified at all. What is wrong with a signature is no error but part of
/// the report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The document cannot be read.
    #[error("the document cannot be read: {0}")]
    Document(#[from] PdfError),
    /// The XML document cannot be read.
    #[error("the document cannot be read: {0}")]
    Xml(#[from] XmlError),
    /// More signatures than [`Limits::signatures`](crate::Limits::signatures).
    #[error("the document has {found} signatures; the limit is {limit}")]
    TooManySignatures {
        /// Signatures there are.
        found: usize,
        /// The limit.
        limit: usize,
    },
}

impl VerifyError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Document(error) => error.fault(),
            Self::Xml(error) => error.fault(),
            Self::TooManySignatures { .. } => Fault::Limit,
        }
    }
}

impl From<std::io::Error> for VerifyError {
    fn from(error: std::io::Error) -> Self {
        Self::Document(error.into())
    }
}
