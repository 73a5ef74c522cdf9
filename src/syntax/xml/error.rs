//! Why an XML document could not be read.

use std::io;

use crate::fault::Fault;

/// Why an XML document could not be read or canonicalised.
#[derive(Debug, thiserror::Error)]
#[error("byte {offset}: {kind}")]
pub struct XmlError {
    offset: u64,
    #[source]
    kind: XmlErrorKind,
}

/// What is wrong. All but `Io`, `Limit` and what is not supported are the document's fault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum XmlErrorKind {
    /// The source failed.
    #[error("reading the document failed: {0}")]
    Io(#[from] io::Error),
    /// A bound of [`crate::Limits`] was exceeded.
    #[error("the document exceeds the limit of {limit} {what}")]
    Limit {
        /// What was counted.
        what: &'static str,
        /// The bound.
        limit: u64,
    },
    /// Something is missing where it must stand (XML 1.0, fifth edition).
    #[error("{0} expected")]
    Expected(&'static str),
    /// The document breaks a rule of well-formedness (XML 1.0, fifth edition; Namespaces in XML 1.0).
    #[error("{0}")]
    Malformed(&'static str),
    /// An end tag that does not close the element that is open.
    #[error("the end tag </{found}> closes <{open}>")]
    Mismatch {
        /// The element that is open.
        open: String,
        /// What the end tag names.
        found: String,
    },
    /// A character that XML does not allow, or bytes that are no UTF-8.
    #[error("a character that is not allowed in XML")]
    Character,
    /// An attribute that stands twice in a tag, by its expanded name.
    #[error("the attribute {name} stands twice in one tag")]
    DuplicateAttribute {
        /// Its name as it is written the second time.
        name: String,
    },
    /// A prefix that no namespace is bound to.
    #[error("the prefix {prefix} is bound to no namespace")]
    UnboundPrefix {
        /// The prefix.
        prefix: String,
    },
    /// An entity that is not declared.
    #[error("the entity &{name}; is not declared")]
    Entity {
        /// Its name.
        name: String,
    },
    /// An external entity whose text was not supplied: nothing external is ever fetched.
    #[error("the text of the external entity &{name}; ({system_id}) was not supplied")]
    ExternalEntity {
        /// Its name.
        name: String,
        /// Its system identifier.
        system_id: String,
    },
    /// A document type declaration where none is allowed.
    #[error("the document has a DOCTYPE, which is not allowed")]
    Doctype,
    /// A namespace name that is a relative URI: it has no canonical form (Canonical XML 1.0, 1.3).
    #[error("the namespace name {uri:?} is a relative URI, which has no canonical form")]
    RelativeNamespace {
        /// The namespace name.
        uri: String,
    },
    /// An encoding that is not read here.
    #[error("the encoding {name} is not supported")]
    Encoding {
        /// Its name, as the document gives it.
        name: String,
    },
}

impl XmlError {
    pub(crate) fn new(offset: u64, kind: impl Into<XmlErrorKind>) -> Self {
        Self { offset, kind: kind.into() }
    }

    pub(crate) fn expected(offset: u64, what: &'static str) -> Self {
        Self::new(offset, XmlErrorKind::Expected(what))
    }

    pub(crate) fn malformed(offset: u64, what: &'static str) -> Self {
        Self::new(offset, XmlErrorKind::Malformed(what))
    }

    pub(crate) fn limit(offset: u64, what: &'static str, limit: u64) -> Self {
        Self::new(offset, XmlErrorKind::Limit { what, limit })
    }

    /// The same, noticed elsewhere: in the original of what was read.
    pub(crate) fn at(self, offset: u64) -> Self {
        Self { offset, ..self }
    }

    /// Where it was noticed: bytes from the start of the document.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> &XmlErrorKind {
        &self.kind
    }

    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self.kind {
            XmlErrorKind::Io(_) => Fault::Io,
            XmlErrorKind::Limit { .. } => Fault::Limit,
            XmlErrorKind::Encoding { .. }
            | XmlErrorKind::RelativeNamespace { .. }
            | XmlErrorKind::ExternalEntity { .. } => Fault::Unsupported,
            _ => Fault::Document,
        }
    }
}
