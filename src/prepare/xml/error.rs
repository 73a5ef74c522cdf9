//! Why an XML document is not prepared.

use std::io;

use crate::algorithm::SuiteError;
use crate::certificate::LeafError;
use crate::fault::Fault;
use crate::profile::xmldsig::Format;
use crate::syntax::xml::xpath::XPathError;
use crate::syntax::xml::{XmlError, XmlErrorKind};

/// Why an XML document is not prepared. Nothing is left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The document cannot be read.
    #[error("the document cannot be read: {0}")]
    Document(#[source] XmlError),
    /// No element has the id that was named.
    #[error("no element has {attribute}={id:?}")]
    NodeMissing {
        /// The id.
        id: String,
        /// The attribute that was looked at.
        attribute: String,
    },
    /// An id that is referenced occurs more than once, in whatever attribute.
    #[error(
        "the id {id:?} occurs {count} times in the attributes Id, id, ID and xml:id; a reference to it is ambiguous"
    )]
    DuplicateId {
        /// The id.
        id: String,
        /// How often.
        count: u64,
    },
    /// The id of the signature, or of a part of it, is taken in the document.
    #[error("the id {id:?} is in the document already")]
    IdTaken {
        /// The id.
        id: String,
    },
    /// What a message signs is not there, or not unique.
    #[error("the document has {count} elements <{name}> with {attribute}; the signed node cannot be told")]
    SignedNode {
        /// The element's name.
        name: String,
        /// The attribute that gives its id.
        attribute: String,
        /// How many there are.
        count: u64,
    },
    /// A location that is no path.
    #[error("the signature location {path:?} is no path of element names")]
    Location {
        /// As it was given.
        path: String,
    },
    /// The document has no such place.
    #[error("the document has no element at the signature location {path:?}")]
    LocationMissing {
        /// As it was given.
        path: String,
    },
    /// Several places are equally near to the signed node.
    #[error("{count} elements are at the signature location {path:?}, equally near to the signed node")]
    LocationAmbiguous {
        /// As it was given.
        path: String,
        /// How many.
        count: u64,
    },
    /// The location stands where nothing can be put in.
    #[error("the signature location {path:?} {what}")]
    LocationClosed {
        /// As it was given.
        path: String,
        /// Why.
        what: &'static str,
    },
    /// Another signature would not verify any more.
    #[error("the signature {signature} covers the place where this one would go, and would break")]
    WouldBreak {
        /// What to call it: its Id, or where it stands.
        signature: String,
    },
    /// The format asks for another number of nodes.
    #[error("{} takes {needed}, not {found} nodes", format.name())]
    Nodes {
        /// The format.
        format: Format,
        /// What it takes.
        needed: &'static str,
        /// How many were named.
        found: usize,
    },
    /// Options that do not go together.
    #[error("{0}")]
    Options(&'static str),
    /// A text that cannot stand where it is to stand.
    #[error("{what} {text:?} is {problem}")]
    Text {
        /// Which text.
        what: &'static str,
        /// The text.
        text: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// An XPath expression cannot be read or evaluated.
    #[error("the XPath expression is refused: {0}")]
    XPath(#[from] XPathError),
    /// What a Reference's transforms give depends on the signature itself, or is nothing at all.
    #[error("what the reference to {uri:?} digests {what}")]
    Transforms {
        /// The reference's URI.
        uri: String,
        /// What is wrong.
        what: &'static str,
    },
    /// The leaf may not sign.
    #[error("the signer's certificate cannot be used: {0}")]
    Leaf(#[from] LeafError),
    /// The algorithms do not go together, or with the key.
    #[error("{0}")]
    Suite(#[from] SuiteError),
}

impl PrepareError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Document(error) => error.fault(),
            Self::NodeMissing { .. }
            | Self::DuplicateId { .. }
            | Self::IdTaken { .. }
            | Self::SignedNode { .. }
            | Self::LocationMissing { .. }
            | Self::LocationAmbiguous { .. }
            | Self::LocationClosed { .. }
            | Self::Transforms { .. }
            | Self::WouldBreak { .. } => Fault::Document,
            // The expression itself is the caller's.
            Self::XPath(error) if matches!(error.fault(), Fault::Limit) => Fault::Limit,
            _ => Fault::Caller,
        }
    }
}

impl From<XmlError> for PrepareError {
    fn from(error: XmlError) -> Self {
        Self::Document(error)
    }
}

impl From<io::Error> for PrepareError {
    fn from(error: io::Error) -> Self {
        Self::Document(XmlError::new(0, XmlErrorKind::Io(error)))
    }
}
