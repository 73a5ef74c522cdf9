//! Documents of either format, for callers that handle both.

use super::error::{AcceptError, ResumeError, Warning};
use super::{At, pdf, prepared, xml};
use crate::embed::{SaveError, Signed as SignedPdf, SignedXml};
use crate::fault::Fault;
use crate::request::{SignatureValue, SigningRequest};
use crate::source::Source;
use crate::state::{DocumentFormat, State};

/// A signature on a PDF or an XML document, described before it is prepared.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Signing {
    /// On a PDF.
    Pdf(Box<pdf::Signing>),
    /// On an XML document.
    Xml(Box<xml::Signing>),
}

impl From<pdf::Signing> for Signing {
    fn from(signing: pdf::Signing) -> Self {
        Self::Pdf(Box::new(signing))
    }
}

impl From<xml::Signing> for Signing {
    fn from(signing: xml::Signing) -> Self {
        Self::Xml(Box::new(signing))
    }
}

/// Why a document of either format is not prepared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// A PDF.
    #[error(transparent)]
    Pdf(#[from] super::error::PrepareError),
    /// An XML document.
    #[error(transparent)]
    Xml(#[from] xml::PrepareError),
}

impl PrepareError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Pdf(error) => error.fault(),
            Self::Xml(error) => error.fault(),
        }
    }
}

/// A document prepared for a service that returns a raw signature value.
#[derive(Debug)]
#[non_exhaustive]
pub enum Prepared<S> {
    /// A PDF.
    Pdf(Box<prepared::Prepared<S>>),
    /// An XML document.
    Xml(Box<xml::Prepared<S>>),
}

/// A signed document, not written yet.
#[derive(Debug)]
#[non_exhaustive]
pub enum Signed<S> {
    /// A PDF.
    Pdf(Box<SignedPdf<S>>),
    /// An XML document.
    Xml(Box<SignedXml<S>>),
}

impl Signing {
    /// Prepares the document.
    ///
    /// # Errors
    /// [`PrepareError`]; nothing is left behind.
    pub fn prepare<S: Source>(&self, source: S, at: &At) -> Result<Prepared<S>, PrepareError> {
        Ok(match self {
            Self::Pdf(signing) => Prepared::Pdf(Box::new(signing.prepare(source, at)?)),
            Self::Xml(signing) => Prepared::Xml(Box::new(signing.prepare(source, at)?)),
        })
    }
}

impl<S: Source> Prepared<S> {
    /// What to send to the signer.
    #[must_use]
    pub fn request(&self) -> SigningRequest {
        match self {
            Self::Pdf(prepared) => prepared.request(),
            Self::Xml(prepared) => prepared.request(),
        }
    }

    /// What to store while the signer signs.
    #[must_use]
    pub fn state(&self) -> State {
        match self {
            Self::Pdf(prepared) => prepared.state(),
            Self::Xml(prepared) => prepared.state(),
        }
    }

    /// What the caller should know.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        match self {
            Self::Pdf(prepared) => prepared.warnings(),
            Self::Xml(prepared) => prepared.warnings(),
        }
    }

    /// Takes up a stored state of either format with the document it was prepared from.
    ///
    /// # Errors
    /// [`ResumeError`].
    pub fn resume(state: State, source: S) -> Result<Self, ResumeError> {
        Ok(match state.format() {
            DocumentFormat::Pdf => Self::Pdf(Box::new(prepared::Prepared::resume(state, source)?)),
            DocumentFormat::Xml => Self::Xml(Box::new(xml::Prepared::resume(state, source)?)),
        })
    }

    /// Takes the value: verifies it under the leaf saved at prepare time.
    ///
    /// # Errors
    /// [`AcceptError`]: it does not verify, and which known mistake it looks like.
    pub fn accept(self, value: &SignatureValue) -> Result<Signed<S>, AcceptError> {
        Ok(match self {
            Self::Pdf(prepared) => Signed::Pdf(Box::new(prepared.accept(value)?)),
            Self::Xml(prepared) => Signed::Xml(Box::new(prepared.accept(value)?)),
        })
    }
}

impl<S: Source> Signed<S> {
    /// Saves the document: whole, or not at all.
    ///
    /// # Errors
    /// [`SaveError`]; what was at `path` is there as it was.
    pub fn save(&self, path: impl AsRef<std::path::Path>) -> Result<(), SaveError> {
        match self {
            Self::Pdf(signed) => signed.save(path),
            Self::Xml(signed) => signed.save(path),
        }
    }

    /// Writes the document.
    ///
    /// # Errors
    /// What the source or the writer reports.
    pub fn write_to(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        match self {
            Self::Pdf(signed) => signed.write_to(out),
            Self::Xml(signed) => signed.write_to(out),
        }
    }

    /// The document in memory.
    ///
    /// # Errors
    /// What the source reports.
    pub fn to_bytes(&self) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Pdf(signed) => signed.to_bytes(),
            Self::Xml(signed) => signed.to_bytes(),
        }
    }
}
