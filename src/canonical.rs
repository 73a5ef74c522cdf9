//! The canonical octets of a document or of a part of it, to be looked at: what integrators need when a
//! digest does not match.

use std::io;

use crate::fault::Fault;
use crate::limits::Limits;
use crate::source::Source;
use crate::syntax::xml::c14n::{Octets, Parameters};
use crate::syntax::xml::plain::{Doctype, Encoding, Plain, encoding_of, in_memory};
use crate::syntax::xml::select::{Part, canonicalize};
use crate::syntax::xml::{C14nMethod, Entities, XmlError, XmlErrorKind};

/// What to canonicalise, and how.
#[derive(Clone, Debug)]
pub struct Canonicalization {
    method: C14nMethod,
    prefix_list: Vec<String>,
    node: Option<(String, String)>,
    entities: Option<Entities>,
    as_reference: bool,
    limits: Limits,
}

/// Why there are no canonical octets.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CanonicalizationError {
    /// The document cannot be read.
    #[error("the document cannot be read: {0}")]
    Document(#[from] XmlError),
    /// No element has the id.
    #[error("no element has {attribute}={id:?}")]
    NodeMissing {
        /// The id.
        id: String,
        /// The attribute that was looked at.
        attribute: String,
    },
    /// More than one element has the id.
    #[error("{count} elements have {attribute}={id:?}")]
    DuplicateId {
        /// The id.
        id: String,
        /// The attribute that was looked at.
        attribute: String,
        /// How many.
        count: usize,
    },
    /// The octets could not be written.
    #[error("writing failed: {0}")]
    Write(#[source] io::Error),
}

impl CanonicalizationError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Document(error) => error.fault(),
            Self::NodeMissing { .. } | Self::DuplicateId { .. } => Fault::Document,
            Self::Write(_) => Fault::Io,
        }
    }
}

impl Canonicalization {
    /// By this method, of the whole document.
    #[must_use]
    pub fn new(method: C14nMethod) -> Self {
        Self {
            method,
            prefix_list: Vec::new(),
            node: None,
            entities: None,
            as_reference: false,
            limits: Limits::default(),
        }
    }

    /// Of the element whose attribute of this name, as it is written, has this value.
    #[must_use]
    pub fn node(mut self, attribute: impl Into<String>, id: impl Into<String>) -> Self {
        self.node = Some((attribute.into(), id.into()));
        self
    }

    /// The PrefixList of exclusive canonicalisation: prefixes, `#default`.
    #[must_use]
    pub fn prefix_list(mut self, prefixes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.prefix_list = prefixes.into_iter().map(Into::into).collect();
        self
    }

    /// What a Reference by `#id` or by `""` digests: it never has comments, whatever the method.
    #[must_use]
    pub const fn as_reference(mut self) -> Self {
        self.as_reference = true;
        self
    }

    /// Takes documents with a DOCTYPE; see [`Signing::allow_doctype`](crate::xml::Signing::allow_doctype).
    #[must_use]
    pub fn allow_doctype(mut self, entities: Entities) -> Self {
        self.entities = Some(entities);
        self
    }

    /// What reading the document may cost.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Writes the canonical octets. What was written before an error is part of nothing.
    ///
    /// # Errors
    /// [`CanonicalizationError`].
    pub fn write<S: Source + ?Sized>(
        &self,
        document: &S,
        out: &mut impl io::Write,
    ) -> Result<(), CanonicalizationError> {
        let encoding = encoding_of(document)?;
        let mut writer = Writer { out, failed: None, written: 0, skip: 0 };
        if encoding == Encoding::Utf8 {
            match self.run(document, &mut writer) {
                Err(CanonicalizationError::Document(error))
                    if self.entities.is_some() && matches!(error.kind(), XmlErrorKind::Doctype) => {}
                other => return other,
            }
            // Comments and instructions before the DOCTYPE come again as they were.
            writer.skip = writer.written;
        }
        let bytes = in_memory(document, &self.limits)?;
        let doctype = self.entities.as_ref().map_or(Doctype::Refused, Doctype::Allowed);
        let plain = Plain::read(&bytes, doctype, &self.limits)?;
        self.run(plain.text(), &mut writer).map_err(|error| match error {
            CanonicalizationError::Document(error) => {
                let offset = plain.nearest_offset(error.offset());
                error.at(offset).into()
            }
            other => other,
        })
    }

    fn run<S: Source + ?Sized, W: io::Write>(
        &self,
        document: &S,
        writer: &mut Writer<'_, W>,
    ) -> Result<(), CanonicalizationError> {
        let method = if self.as_reference { self.method.without_comments() } else { self.method };
        let parameters = Parameters::with_prefix_list(method, &self.prefix_list);
        let part = match &self.node {
            None => Part::Document,
            Some((attribute, id)) => Part::id(attribute, id),
        };
        let (_, count) = canonicalize(document, part, &parameters, &self.limits, &mut *writer)?;
        if let Some(error) = writer.failed.take() {
            return Err(CanonicalizationError::Write(error));
        }
        let Some((attribute, id)) = self.node.clone() else { return Ok(()) };
        match count {
            1 => Ok(()),
            0 => Err(CanonicalizationError::NodeMissing { id, attribute }),
            count => Err(CanonicalizationError::DuplicateId { id, attribute, count }),
        }
    }
}

/// Octets on their way out; the first failure is kept.
struct Writer<'w, W> {
    out: &'w mut W,
    failed: Option<io::Error>,
    written: usize,
    /// How many of the octets to come are written already.
    skip: usize,
}

impl<W: io::Write> Octets for &mut Writer<'_, W> {
    fn take(&mut self, octets: &[u8]) {
        let skipped = self.skip.min(octets.len());
        self.skip -= skipped;
        let octets = octets.get(skipped..).unwrap_or_default();
        self.written = self.written.saturating_add(octets.len());
        if self.failed.is_none() {
            self.failed = self.out.write_all(octets).err();
        }
    }
}
