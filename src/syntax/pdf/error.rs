//! Why a PDF could not be read.

use std::io;

use super::crypt::CryptError;
use super::lexer::LexError;
use super::object::ObjectId;
use super::page::PageNumber;
use crate::fault::Fault;

/// Why a PDF could not be read. All but `Io`, `Crypt` (a password), `NoPage` and `Limit` are the
/// document's fault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PdfError {
    /// The source failed.
    #[error("reading the document failed: {0}")]
    Io(#[from] io::Error),
    /// The bytes at an offset are not what the syntax asks for.
    #[error("byte {at}: {expected} expected")]
    Syntax {
        /// Offset in bytes from the start of the file.
        at: u64,
        /// What should have stood there.
        expected: &'static str,
    },
    /// The file has no usable cross-reference, not even one rebuilt from its objects.
    #[error("no PDF objects were found in the file")]
    NoObjects,
    /// Something that every PDF needs is missing.
    #[error("the document has no usable {what}")]
    Missing {
        /// The part that is missing.
        what: &'static str,
    },
    /// An object that is needed is not what it must be.
    #[error("object {id}: {what}")]
    Malformed {
        /// The object.
        id: ObjectId,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The document has no such page.
    #[error("page {page} is asked for, and the document has {count}")]
    NoPage {
        /// The page that was asked for.
        page: PageNumber,
        /// The pages that there are.
        count: usize,
    },
    /// A bound of [`crate::Limits`] was exceeded.
    #[error("the document exceeds the limit of {limit} {what}")]
    Limit {
        /// What was counted.
        what: &'static str,
        /// The bound.
        limit: u64,
    },
    /// A feature that this crate does not read.
    #[error("unsupported: {what}")]
    Unsupported {
        /// The feature.
        what: String,
    },
    /// The encryption could not be opened.
    #[error("encryption: {0}")]
    Crypt(#[from] CryptError),
}

impl PdfError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Io(_) => Fault::Io,
            Self::Limit { .. } => Fault::Limit,
            Self::NoPage { .. } => Fault::Caller,
            Self::Unsupported { .. } => Fault::Unsupported,
            _ => Fault::Document,
        }
    }

    /// A lexer's error in a window that began at byte `base` of the file.
    pub(crate) fn lex(error: LexError, base: u64, depth: usize) -> Self {
        match error {
            LexError::Truncated => Self::Syntax { at: base, expected: "a whole object" },
            LexError::Syntax { at, expected } => {
                Self::Syntax { at: base.saturating_add(at as u64), expected }
            }
            LexError::TooDeep => Self::Limit { what: "nested objects", limit: depth as u64 },
        }
    }

    /// Whether reading the file anew by scanning for objects could help.
    pub(crate) const fn may_be_damage(&self) -> bool {
        matches!(self, Self::Syntax { .. } | Self::Missing { .. } | Self::Malformed { .. })
    }
}
