//! A page of another document as a form XObject: ISO 32000-2, 8.10.
//!
//! Only what the page's content needs is taken along: its resources and what they refer to. Annotations,
//! actions, structure and the page tree stay behind.

use std::collections::{HashMap, VecDeque};
use std::io::Write as _;

use super::document::{Document, Loaded};
use super::error::PdfError;
use super::geometry::PageGeometry;
use super::graph::Graph;
use super::object::{Dictionary, Object, ObjectId};
use super::page::{Page, PageNumber, page};
use super::place::{Place, Placed};
use crate::limits::Limits;
use crate::source::Source;

/// A page that can be drawn in another document.
#[derive(Clone, Debug)]
pub(crate) struct Imported {
    /// All that the form needs, and the form itself.
    pub(crate) graph: Graph,
    /// The form. It draws the page as a viewer shows it, its lower left corner at the origin.
    pub(crate) form: ObjectId,
    /// Width and height of the page as displayed, in points.
    pub(crate) size: (f64, f64),
}

/// The categories of resources that content can ask for: table 34.
const CATEGORIES: [&[u8]; 8] =
    [b"ExtGState", b"ColorSpace", b"Pattern", b"Shading", b"XObject", b"Font", b"ProcSet", b"Properties"];

/// Entries that tie an object to its document, and say nothing of how it looks.
const LEFT_BEHIND: [&[u8]; 9] = [
    b"Parent",
    b"StructParent",
    b"StructParents",
    b"PieceInfo",
    b"Metadata",
    b"LastModified",
    b"OC",
    b"OPI",
    b"PtData",
];

/// Types of dictionaries that belong to the document, not to a picture of a page.
const NOT_PICTURED: [&[u8]; 12] = [
    b"Catalog",
    b"Pages",
    b"Page",
    b"Annot",
    b"Action",
    b"Outlines",
    b"StructTreeRoot",
    b"StructElem",
    b"Sig",
    b"Filespec",
    b"EmbeddedFile",
    b"Metadata",
];

/// What a dictionary is, which decides what of it is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Role {
    /// Anything that is not one of the others.
    Plain,
    /// Resources: categories of names.
    Resources,
    /// Names that mean nothing but to the content, and what they stand for.
    Names,
}

/// Takes a page out of a document that needs no password.
///
/// # Errors
/// The document or the page cannot be read; there is no such page; more would have to be copied than
/// `limits` allow.
pub(crate) fn import_page<S: Source>(
    source: S,
    which: PageNumber,
    limits: &Limits,
) -> Result<Imported, PdfError> {
    let document = Document::open(source, None, limits)?;
    let (id, dictionary) = document.catalog()?;
    let catalog = Placed { place: Place::object(id), dictionary };
    let page = page(&document, &catalog, which)?;
    let geometry = PageGeometry::of(&page, &document)?;
    let mut copy = Copy::new(&document);
    let mut form = Dictionary::with_room();
    form.set(b"Type", Object::name("XObject"));
    form.set(b"Subtype", Object::name("Form"));
    form.set(b"BBox", numbers(&geometry.visible()));
    form.set(b"Matrix", numbers(&geometry.to_displayed().0));
    let resources = match page.get(&document, b"Resources")? {
        Object::Dictionary(resources) => resources,
        _ => Dictionary::new(),
    };
    form.set(b"Resources", copy.dictionary(&resources, Role::Resources)?);
    if let Object::Dictionary(group) = page.get(&document, b"Group")? {
        form.set(b"Group", copy.dictionary(&group, Role::Plain)?);
    }
    form.set(b"Filter", Object::name("FlateDecode"));
    let content = contents(&document, &page)?;
    copy.spend(content.len())?;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&content)?;
    let data = encoder.finish()?;
    copy.drain()?;
    let mut graph = copy.graph;
    let form = graph.push_stream(form, data);
    Ok(Imported { graph, form, size: geometry.displayed_size() })
}

fn numbers(values: &[f64]) -> Object {
    Object::Array(values.iter().map(|value| precise(*value)).collect())
}

/// A number to a millionth: an error in a matrix grows with what it is applied to.
fn precise(value: f64) -> Object {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "-0" | "" => Object::Integer(0),
        text => text.parse().map_or_else(|_| Object::Real(text.as_bytes().into()), Object::Integer),
    }
}

/// The page's content. A picture with a part missing would be worse than none: damage is an error.
fn contents<S: Source>(document: &Document<S>, page: &Page) -> Result<Vec<u8>, PdfError> {
    let Some(entry) = page.placed.dictionary.get(b"Contents") else { return Ok(Vec::new()) };
    let parts = match document.resolve(entry)? {
        Object::Array(items) => items,
        _ => vec![entry.clone()],
    };
    let most = document.view().limits().imported_bytes;
    let mut content = Vec::new();
    for part in parts {
        let Some(id) = part.as_reference() else { continue };
        if document.load_whole(id)?.object == Object::Null {
            // A reference to nothing is null, and null is no content (7.3.10).
            continue;
        }
        let left = most.saturating_sub(content.len() as u64);
        content.extend_from_slice(&document.stream_data(id, left)?);
        content.push(b'\n');
    }
    Ok(content)
}

/// A copy under way.
struct Copy<'a, S> {
    document: &'a Document<S>,
    graph: Graph,
    /// Where each object that was met went.
    copied: HashMap<(ObjectId, Role), ObjectId>,
    /// Objects that have a number in the graph and are yet to be read.
    waiting: VecDeque<(ObjectId, Role, ObjectId)>,
    bytes: u64,
}

impl<'a, S: Source> Copy<'a, S> {
    fn new(document: &'a Document<S>) -> Self {
        Self { document, graph: Graph::default(), copied: HashMap::new(), waiting: VecDeque::new(), bytes: 0 }
    }

    fn spend(&mut self, bytes: usize) -> Result<(), PdfError> {
        let limit = self.document.view().limits().imported_bytes;
        self.bytes = self.bytes.saturating_add(bytes as u64);
        if self.bytes > limit {
            return Err(PdfError::Limit { what: "bytes copied with a page", limit });
        }
        Ok(())
    }

    /// Copies what is waiting, and what that refers to.
    fn drain(&mut self) -> Result<(), PdfError> {
        while let Some((from, role, to)) = self.waiting.pop_front() {
            let Loaded { object, stream_at } = self.document.load_whole(from)?;
            match (object, stream_at) {
                (Object::Dictionary(dictionary), Some(_)) => self.stream(from, &dictionary, to)?,
                (object, _) => {
                    let object = self.value(&object, role)?;
                    self.graph.replace(to, object, None);
                }
            }
        }
        Ok(())
    }

    fn stream(&mut self, from: ObjectId, dictionary: &Dictionary, to: ObjectId) -> Result<(), PdfError> {
        if !is_pictured(dictionary) {
            return Ok(());
        }
        let left = self.document.view().limits().imported_bytes.saturating_sub(self.bytes);
        let data = self.document.stream_as_it_is(from, left)?;
        self.spend(data.len())?;
        let mut kept = dictionary.clone();
        // An external file is not taken along, and its name says where somebody keeps files.
        for key in [b"Length".as_slice(), b"F", b"FFilter", b"FDecodeParms", b"DL"] {
            kept.remove(key);
        }
        self.without_crypt_filter(&mut kept)?;
        let Object::Dictionary(copied) = self.dictionary(&kept, Role::Plain)? else { return Ok(()) };
        self.graph.replace(to, copied, Some(data.into()));
        Ok(())
    }

    /// The data is decrypted: a filter that would do it again goes.
    fn without_crypt_filter(&self, dictionary: &mut Dictionary) -> Result<(), PdfError> {
        let filters = match self.document.get(dictionary, b"Filter")? {
            Object::Array(items) => items,
            Object::Null => return Ok(()),
            other => vec![other],
        };
        let at = |index: usize| filters.get(index).and_then(Object::as_name) != Some(b"Crypt");
        let kept: Vec<usize> = (0..filters.len()).filter(|index| at(*index)).collect();
        if kept.len() == filters.len() {
            return Ok(());
        }
        let parameters = match self.document.get(dictionary, b"DecodeParms")? {
            Object::Array(items) => items,
            _ => Vec::new(),
        };
        let pick = |items: &[Object]| {
            Object::Array(
                kept.iter().map(|index| items.get(*index).cloned().unwrap_or(Object::Null)).collect(),
            )
        };
        dictionary.set(b"Filter", pick(&filters));
        dictionary.set(b"DecodeParms", pick(&parameters));
        Ok(())
    }

    fn value(&mut self, value: &Object, role: Role) -> Result<Object, PdfError> {
        match value {
            Object::Reference(id) => self.reference(*id, role),
            Object::Dictionary(dictionary) => self.dictionary(dictionary, role),
            Object::Array(items) => {
                self.spend(items.len())?;
                let copied: Result<Vec<_>, _> =
                    items.iter().map(|item| self.value(item, Role::Plain)).collect();
                copied.map(Object::Array)
            }
            Object::String(bytes) => {
                self.spend(bytes.len())?;
                Ok(value.clone())
            }
            other => Ok(other.clone()),
        }
    }

    fn reference(&mut self, id: ObjectId, role: Role) -> Result<Object, PdfError> {
        if let Some(known) = self.copied.get(&(id, role)) {
            return Ok(Object::Reference(*known));
        }
        let limit = self.document.view().limits().imported_objects;
        if self.copied.len() >= limit {
            return Err(PdfError::Limit { what: "objects copied with a page", limit: limit as u64 });
        }
        let to = self.graph.push(Object::Null);
        self.copied.insert((id, role), to);
        self.waiting.push_back((id, role, to));
        Ok(Object::Reference(to))
    }

    fn dictionary(&mut self, dictionary: &Dictionary, role: Role) -> Result<Object, PdfError> {
        if role == Role::Plain && !is_pictured(dictionary) {
            return Ok(Object::Null);
        }
        self.spend(dictionary.len())?;
        let mut copied = Dictionary::new();
        for (key, value) in dictionary.iter() {
            let inner = match role {
                Role::Names => Role::Plain,
                Role::Resources if CATEGORIES.contains(&key) => Role::Names,
                Role::Resources => continue,
                Role::Plain if LEFT_BEHIND.contains(&key) => continue,
                Role::Plain if key == b"Resources" => Role::Resources,
                Role::Plain if key == b"CharProcs" || key == b"Colorants" => Role::Names,
                Role::Plain => Role::Plain,
            };
            copied.set(key, self.value(value, inner)?);
        }
        Ok(copied.into())
    }
}

/// Whether a dictionary can be part of a picture. Scripts and other actions never are.
fn is_pictured(dictionary: &Dictionary) -> bool {
    let kind = dictionary.name(b"Type").unwrap_or(b"");
    let script = dictionary.contains(b"JS") || dictionary.name(b"S") == Some(b"JavaScript");
    !script && !NOT_PICTURED.contains(&kind)
}

#[cfg(test)]
mod tests;
