//! The one pass over a document: it hashes what is signed, and learns what must be known to sign it.

use std::collections::HashMap;
use std::ops::Range;

use super::earlier::{self, Earlier};
use super::location::{Found, Locator};
use crate::algorithm::{Digest, DigestAlgorithm, Hasher};
use crate::limits::Limits;
use crate::syntax::xml::XmlError;
use crate::syntax::xml::c14n::{Octets, Parameters};
use crate::syntax::xml::scanner::{EndTag, Handler, Piece, StartTag, View};
use crate::syntax::xml::scope::Scope;
use crate::syntax::xml::select::{Part, Selection};

/// The attributes that are read as ids, whatever the caller's is.
pub(super) const ID_ATTRIBUTES: [&str; 4] = ["Id", "id", "ID", "xml:id"];

/// What generated ids begin with: ids of the document that do are remembered.
pub(super) const GENERATED: &str = "kyso-";

impl Octets for Hasher {
    fn take(&mut self, octets: &[u8]) {
        self.update(octets);
    }
}

fn is_id(name: &[u8], callers: &[u8]) -> bool {
    name == callers || ID_ATTRIBUTES.iter().any(|known| known.as_bytes() == name)
}

/// What was learnt about one reference.
#[derive(Debug)]
pub(super) struct Digested {
    /// `None`: what it names is not there.
    pub(super) digest: Option<Digest>,
}

/// What a pass has to do.
pub(super) struct Survey<'l> {
    selections: Vec<Selection<Hasher>>,
    /// What is signed first: places are near to it or far from it. Of the whole document that is the root.
    first: Option<Part>,
    /// How often each id of interest occurs in the caller's attribute.
    in_attribute: HashMap<Vec<u8>, u64>,
    id_attribute: String,
    input: Hasher,
    input_length: u64,
    /// How often each id of interest occurs.
    ids: HashMap<Vec<u8>, u64>,
    generated: Vec<Vec<u8>>,
    limits: &'l Limits,
    locator: Locator,
    earlier: earlier::Reader<'l>,
    /// The place of the root element: of its `<`, and behind its end.
    root: (u64, u64),
    root_has_default_namespace: bool,
}

/// What a pass has found.
pub(super) struct Surveyed {
    pub(super) digests: Vec<Digested>,
    pub(super) input_digest: Digest,
    pub(super) input_length: u64,
    /// How often each id of interest occurs, in whatever attribute.
    pub(super) ids: HashMap<Vec<u8>, u64>,
    /// The same, in the caller's attribute.
    pub(super) nodes: HashMap<Vec<u8>, u64>,
    pub(super) generated: Vec<Vec<u8>>,
    pub(super) location: Found,
    pub(super) earlier: Vec<Earlier>,
    pub(super) root: (u64, u64),
    pub(super) root_has_default_namespace: bool,
}

impl<'l> Survey<'l> {
    /// `ids`: ids that must be known to occur once, or not at all.
    pub(super) fn new(
        locator: Locator,
        id_attribute: &str,
        ids: impl IntoIterator<Item = String>,
        limits: &'l Limits,
    ) -> Self {
        Self {
            selections: Vec::new(),
            first: None,
            in_attribute: HashMap::new(),
            id_attribute: id_attribute.to_owned(),
            input: DigestAlgorithm::Sha256.hasher(),
            input_length: 0,
            ids: ids.into_iter().map(|id| (id.into_bytes(), 0)).collect(),
            generated: Vec::new(),
            limits,
            locator,
            earlier: earlier::Reader::new(limits),
            root: (0, 0),
            root_has_default_namespace: false,
        }
    }

    /// Digests a part of the document.
    pub(super) fn digest(&mut self, part: Part, parameters: Parameters, algorithm: DigestAlgorithm) {
        self.first.get_or_insert_with(|| part.clone());
        self.selections.push(Selection::new(part, parameters, algorithm.hasher()));
    }

    /// Takes note of a signed node that is not digested in this pass.
    pub(super) fn node(&mut self, part: Part) {
        self.first.get_or_insert(part);
    }

    fn count(&mut self, tag: &StartTag<'_>) -> Result<(), XmlError> {
        for attribute in tag.attributes() {
            if !is_id(tag.attribute_name(attribute), self.id_attribute.as_bytes()) {
                continue;
            }
            let value = tag.value(attribute);
            if let Some(count) = self.ids.get_mut(value) {
                *count += 1;
                if tag.attribute_name(attribute) == self.id_attribute.as_bytes() {
                    *self.in_attribute.entry(value.to_vec()).or_default() += 1;
                }
            }
            if value.starts_with(GENERATED.as_bytes()) {
                if self.generated.len() >= self.limits.fields {
                    return Err(XmlError::limit(tag.offset, "generated ids", self.limits.fields as u64));
                }
                self.generated.push(value.to_vec());
            }
        }
        Ok(())
    }

    /// What was found, once the document has passed.
    pub(super) fn finish(self) -> Surveyed {
        let digested =
            |selection: Selection<Hasher>| Digested { digest: selection.finish().map(Hasher::finalize) };
        Surveyed {
            digests: self.selections.into_iter().map(digested).collect(),
            input_digest: self.input.finalize(),
            input_length: self.input_length,
            ids: self.ids,
            nodes: self.in_attribute,
            generated: self.generated,
            location: self.locator.finish(),
            earlier: self.earlier.finish(),
            root: self.root,
            root_has_default_namespace: self.root_has_default_namespace,
        }
    }
}

impl Handler for Survey<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        self.input.update(bytes);
        self.input_length = self.input_length.saturating_add(bytes.len() as u64);
    }

    fn start(
        &mut self,
        view: View<'_>,
        tag: &StartTag<'_>,
        scope: &Scope,
        depth: usize,
    ) -> Result<(), XmlError> {
        if depth == 1 {
            self.root.0 = tag.offset;
            self.root_has_default_namespace = !scope.namespace(b"").unwrap_or_default().is_empty();
        }
        if !tag.attributes().is_empty() {
            self.count(tag)?;
        }
        self.selections.start(view, tag, scope, depth)?;
        let is_node = match &self.first {
            Some(Part::Document) => depth == 1,
            Some(first) => first.begins_with(tag),
            None => false,
        };
        let id_attribute = self.id_attribute.as_bytes();
        let ids = tag
            .attributes()
            .iter()
            .filter(|attribute| is_id(tag.attribute_name(attribute), id_attribute))
            .map(|attribute| tag.value(attribute));
        self.locator.start(tag, ids, is_node);
        self.earlier.start(view, tag, scope, depth)
    }

    fn end(&mut self, view: View<'_>, tag: &EndTag<'_>, scope: &Scope, depth: usize) -> Result<(), XmlError> {
        self.selections.end(view, tag, scope, depth)?;
        self.locator.end(tag, scope, self.earlier.inside())?;
        self.earlier.end(view, tag, scope, depth)?;
        if depth == 1 {
            self.root.1 = tag.behind;
        }
        Ok(())
    }

    fn text(&mut self, view: View<'_>, run: Range<usize>) -> Result<(), XmlError> {
        self.earlier.text(view, run.clone())?;
        self.selections.text(view, run)
    }

    fn character(&mut self, view: View<'_>, character: char) -> Result<(), XmlError> {
        self.earlier.character(view, character)?;
        self.selections.character(view, character)
    }

    fn comment(&mut self, view: View<'_>, piece: Piece) -> Result<(), XmlError> {
        self.selections.comment(view, piece)
    }

    fn instruction(&mut self, view: View<'_>, piece: Piece) -> Result<(), XmlError> {
        self.selections.instruction(view, piece)
    }

    fn settle(&mut self, view: View<'_>) -> Result<(), XmlError> {
        self.selections.settle(view)
    }
}
