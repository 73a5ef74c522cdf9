//! The page tree: ISO 32000-2, 7.7.3.

use std::collections::HashSet;

use super::document::Document;
use super::error::PdfError;
use super::object::{Dictionary, Object};
use super::place::{Place, Placed};
use crate::source::Source;

/// The first page that is an indirect object, or, when all are direct, the first page.
///
/// A tree that is a page and nothing else counts as its page. Loops are cut, and what is neither page nor node is passed over.
pub(crate) fn first_page<S: Source>(document: &Document<S>, catalog: &Placed) -> Result<Placed, PdfError> {
    let missing = PdfError::Missing { what: "page tree" };
    let Some((place, Object::Dictionary(root))) = catalog.get(document, b"Pages")? else {
        return Err(missing);
    };
    let root = Placed { place, dictionary: root };
    if root.dictionary.name(b"Type") == Some(b"Page") {
        return Ok(root);
    }
    let limits = document.view().limits();
    let mut visited = HashSet::new();
    if let Some(id) = root.place.as_reference() {
        visited.insert(id);
    }
    let mut direct = None;
    let mut nodes = 0_usize;
    let mut stack = vec![Level::new(document, root)?];
    while let Some(level) = stack.last_mut() {
        let Some((kid_place, kid)) = level.next() else {
            stack.pop();
            continue;
        };
        nodes = nodes.saturating_add(1);
        if nodes > limits.page_nodes {
            return Err(PdfError::Limit { what: "page-tree nodes", limit: limits.page_nodes as u64 });
        }
        let reference = kid_place.as_reference();
        if reference.is_some_and(|id| !visited.insert(id)) {
            continue;
        }
        let Object::Dictionary(dictionary) = document.resolve(&kid)? else { continue };
        let node = Placed { place: kid_place, dictionary };
        if is_page(&node.dictionary) {
            if reference.is_some() {
                return Ok(node);
            }
            direct.get_or_insert(node);
        } else if stack.len() < limits.depth {
            let level = Level::new(document, node)?;
            stack.push(level);
        }
    }
    direct.ok_or(missing)
}

/// A leaf: of type `Page`, or of no type and without kids.
fn is_page(dictionary: &Dictionary) -> bool {
    match dictionary.name(b"Type") {
        Some(b"Page") => true,
        Some(b"Pages") => false,
        _ => !dictionary.contains(b"Kids"),
    }
}

/// The kids of one node and how far they were walked.
struct Level {
    place: Place,
    kids: std::iter::Enumerate<std::vec::IntoIter<Object>>,
}

impl Level {
    fn new<S: Source>(document: &Document<S>, node: Placed) -> Result<Self, PdfError> {
        let (place, kids) = match node.get(document, b"Kids")? {
            Some((place, Object::Array(kids))) => (place, kids),
            _ => (node.place, Vec::new()),
        };
        Ok(Self { place, kids: kids.into_iter().enumerate() })
    }

    fn next(&mut self) -> Option<(Place, Object)> {
        let (index, kid) = self.kids.next()?;
        Some((self.place.index(index, &kid), kid))
    }
}
