//! Documents that are not plain, made plain: UTF-8 without a document type declaration.
//!
//! The readers of the pipeline and of the verifier know only UTF-8 and no DOCTYPE. A document that is
//! in another encoding, or has an internal subset, is rewritten here into one that means the same: the
//! encoding is changed, the declarations go, entities and default attributes are put in where they
//! belong. A map tells which place of the original each place of the rewritten text is, so that what
//! is found in the text can be spliced into the original.

mod attributes;
mod body;
mod cursor;
mod declaration;
mod dtd;
mod encoding;
mod map;
mod model;
mod reference;
#[cfg(test)]
mod tests;
mod value;
mod whole;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use self::body::Walker;
use self::cursor::Cursor;
use self::declaration::{Declaration, Kind};
pub(crate) use self::encoding::{Encoding, Sniffed, sniff};
use self::map::{Map, Output};
use self::reference::Budget;
pub(crate) use self::whole::{encoding_of, in_memory};
use crate::limits::Limits;
use crate::syntax::xml::{XmlError, XmlErrorKind};

/// Texts of external general entities, supplied by the caller: nothing external is ever fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entities(BTreeMap<String, Vec<u8>>);

impl Entities {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds the text of an external parsed entity, as it is stored: it may begin with a text
    /// declaration that names its encoding. `key` is the entity's name or its system identifier, as it
    /// stands in the declaration; the name is looked for first.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        self.0.insert(key.into(), text.into());
        self
    }
}

/// What to do with a document type declaration.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Doctype<'e> {
    /// It is an error.
    Refused,
    /// Its internal subset is used; an external one is not read.
    Allowed(&'e Entities),
}

/// A document as plain XML: UTF-8 without a byte order mark, without an XML declaration and without a
/// document type declaration.
#[derive(Debug)]
pub(crate) struct Plain<'a> {
    text: Cow<'a, str>,
    map: Map,
    encoding: Encoding,
}

impl<'a> Plain<'a> {
    /// Reads a document. The text is well-formed exactly when the document is, but for what a strict
    /// reader of the text finds.
    ///
    /// # Errors
    /// [`XmlErrorKind::Doctype`] when there is one and it is refused, [`XmlErrorKind::Encoding`],
    /// [`XmlErrorKind::Entity`], [`XmlErrorKind::ExternalEntity`], a limit
    /// ([`Limits::xml_memory_bytes`], [`Limits::xml_entity_bytes`], [`Limits::depth`] for entities in
    /// entities), and what is malformed. Offsets are those of the original.
    pub(crate) fn read(bytes: &'a [u8], doctype: Doctype<'_>, limits: &Limits) -> Result<Self, XmlError> {
        let Sniffed { encoding, bom } = sniff(bytes)?;
        let memory = |length: usize| {
            if length as u64 > limits.xml_memory_bytes {
                return Err(XmlError::limit(0, "bytes in memory", limits.xml_memory_bytes));
            }
            Ok(())
        };
        if encoding != Encoding::Utf8 {
            memory(bytes.len())?;
        }
        let source = encoding.decode(bytes.get(bom..).unwrap_or_default(), bom)?;
        let original = |source: &str, error: XmlError| {
            let at = usize::try_from(error.offset()).unwrap_or(source.len());
            let before = source.get(..source.floor_char_boundary(at)).unwrap_or(source);
            error.at((bom as u64).saturating_add(encoding.width(before)))
        };
        let prolog = Prolog::read(&source).map_err(|error| original(&source, error))?;
        if prolog.doctype.is_none() && encoding == Encoding::Utf8 {
            let map = Map::tail(source.len() - prolog.start, (bom + prolog.start) as u64);
            let text = match source {
                Cow::Borrowed(text) => Cow::Borrowed(text.get(prolog.start..).unwrap_or_default()),
                Cow::Owned(text) => Cow::Owned(text.get(prolog.start..).unwrap_or_default().to_owned()),
            };
            return Ok(Self { text, map, encoding });
        }
        memory(source.len())?;
        let output = Output::new(&source, bom as u64, encoding);
        let (text, map) =
            rewrite(&source, &prolog, doctype, output, limits).map_err(|error| original(&source, error))?;
        Ok(Self { text: Cow::Owned(text), map, encoding })
    }

    /// The plain text.
    pub(crate) fn text(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The encoding of the original.
    pub(crate) const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The offset in the original of a place in the text, both in bytes. None inside what is not in the
    /// original as it is (the replacement text of an entity, an attribute value that was normalised, a
    /// default attribute): nothing can be spliced in there. Between two stretches of the original it is
    /// the start of the second.
    pub(crate) fn original_offset(&self, plain: u64) -> Option<u64> {
        self.map.original(&self.text, usize::try_from(plain).ok()?)
    }

    /// The offset in the original to report for a place in the text: inside an entity, that of the
    /// reference to it.
    pub(crate) fn nearest_offset(&self, plain: u64) -> u64 {
        self.map.nearest(&self.text, usize::try_from(plain).unwrap_or(usize::MAX))
    }
}

/// What stands before the body of a document.
struct Prolog {
    /// Where the XML declaration ends.
    start: usize,
    standalone: bool,
    /// Where the document type declaration begins.
    doctype: Option<usize>,
}

impl Prolog {
    fn read(source: &str) -> Result<Self, XmlError> {
        let declaration = Declaration::parse(source, Kind::Document)?;
        let start = declaration.map_or(0, |declaration| declaration.length);
        let standalone = declaration.is_some_and(|declaration| declaration.standalone);
        let mut cursor = Cursor::new(source, start, None);
        miscellaneous(&mut cursor)?;
        let doctype = cursor.starts("<!DOCTYPE").then_some(cursor.at);
        Ok(Self { start, standalone, doctype })
    }
}

/// Passes what may stand before the root element (XML 1.0, production 27). It may become the start of
/// the text, where a second byte order mark or declaration would be taken for the first.
fn miscellaneous(cursor: &mut Cursor<'_>) -> Result<(), XmlError> {
    if cursor.starts("\u{FEFF}") {
        return Err(XmlError::new(cursor.offset() as u64, XmlErrorKind::Character));
    }
    loop {
        cursor.space();
        if !cursor.comment()? && !cursor.processing_instruction()? {
            return Ok(());
        }
    }
}

/// The text of a document with a document type declaration, or in another encoding than UTF-8.
fn rewrite(
    source: &str,
    prolog: &Prolog,
    doctype: Doctype<'_>,
    mut output: Output<'_>,
    limits: &Limits,
) -> Result<(String, Map), XmlError> {
    let Some(start) = prolog.doctype else {
        output.copy(prolog.start, source.len());
        return Ok(output.finish());
    };
    let Doctype::Allowed(entities) = doctype else {
        return Err(XmlError::new(start as u64, XmlErrorKind::Doctype));
    };
    let mut supplied = HashMap::new();
    for (key, bytes) in &entities.0 {
        // Offsets in the caller's text would be taken for offsets in the document.
        let text = entity_text(bytes, limits).map_err(|error| error.at(start as u64))?;
        supplied.insert(key.as_str(), text);
    }
    let mut budget = Budget::new(limits);
    let mut cursor = Cursor::new(source, start, None);
    let dtd = dtd::parse(&mut cursor, prolog.standalone, &supplied, &mut budget)?;
    output.copy(prolog.start, start);
    miscellaneous(&mut cursor.clone())?;
    let walker = Walker::new(source, cursor.at, &dtd, output, &mut budget, limits);
    Ok(walker.run()?.finish())
}

/// The text of an external entity: decoded, its text declaration taken off, its line ends normalised
/// (XML 1.0, 2.11 and 4.3.1).
fn entity_text(bytes: &[u8], limits: &Limits) -> Result<String, XmlError> {
    if bytes.len() as u64 > limits.xml_memory_bytes {
        return Err(XmlError::limit(0, "bytes in memory", limits.xml_memory_bytes));
    }
    let Sniffed { encoding, bom } = encoding::sniff_as(bytes, Kind::ExternalEntity)?;
    let text = encoding.decode(bytes.get(bom..).unwrap_or_default(), bom)?;
    let declaration = Declaration::parse(&text, Kind::ExternalEntity)?;
    let start = declaration.map_or(0, |declaration| declaration.length);
    let text = text.get(start..).unwrap_or_default();
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The error for an external entity that the caller did not supply.
fn not_supplied(offset: usize, name: &str, system: &str) -> XmlError {
    let (name, system_id) = (name.to_owned(), system.to_owned());
    XmlError::new(offset as u64, XmlErrorKind::ExternalEntity { name, system_id })
}
