//! The page tree: ISO 32000-2, 7.7.3.

use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use super::document::Document;
use super::error::PdfError;
use super::object::{Dictionary, Object};
use super::place::{Place, Placed};
use crate::source::Source;

/// Which page of a document.
///
/// Pages are counted as a viewer shows them, not by the labels printed on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PageNumber {
    /// The first page.
    #[default]
    First,
    /// The last page.
    Last,
    /// Counted from the start; 1 is the first page.
    Number(u32),
    /// Counted from the end; 1 is the last page.
    FromEnd(u32),
}

/// Text that names no page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no page: `first`, `last`, a number from 1, or one from -1 to count from the end")]
#[non_exhaustive]
pub struct PageNumberError {
    /// What was given.
    pub text: String,
}

impl FromStr for PageNumber {
    type Err = PageNumberError;

    /// `first` and `last` in any case; a number, which counts from the end when it is negative.
    fn from_str(text: &str) -> Result<Self, PageNumberError> {
        let error = || PageNumberError { text: text.to_owned() };
        let word = text.trim();
        if word.eq_ignore_ascii_case("first") {
            return Ok(Self::First);
        }
        if word.eq_ignore_ascii_case("last") {
            return Ok(Self::Last);
        }
        match word.parse::<i64>().map_err(|_| error())? {
            0 => Err(error()),
            number => {
                let count = u32::try_from(number.unsigned_abs()).map_err(|_| error())?;
                Ok(if number > 0 { Self::Number(count) } else { Self::FromEnd(count) })
            }
        }
    }
}

impl fmt::Display for PageNumber {
    /// What [`PageNumber::from_str`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("first"),
            Self::Last => f.write_str("last"),
            Self::Number(number) => write!(f, "{number}"),
            Self::FromEnd(number) => write!(f, "-{number}"),
        }
    }
}

/// One page.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) placed: Placed,
    /// From the start of the document; the first page is 0.
    pub(crate) index: usize,
    /// `/Resources`, `/MediaBox`, `/CropBox` and `/Rotate`, the page's own or inherited (table 31), as they
    /// were written: references are not followed.
    pub(crate) inherited: Dictionary,
}

/// The entries that a page inherits: table 31.
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];

impl Page {
    /// An entry of the page, inherited if it is one of those that are, resolved.
    pub(crate) fn get<S: Source>(&self, document: &Document<S>, key: &[u8]) -> Result<Object, PdfError> {
        let holder = if INHERITED.contains(&key) { &self.inherited } else { &self.placed.dictionary };
        document.get(holder, key)
    }
}

/// The page.
///
/// # Errors
/// [`PdfError::NoPage`] when there are fewer pages; what the walk to it reports.
pub(crate) fn page<S: Source>(
    document: &Document<S>,
    catalog: &Placed,
    which: PageNumber,
) -> Result<Page, PdfError> {
    // `/Count` may say anything: what decides is the pages that are there.
    let none = |count| PdfError::NoPage { page: which, count };
    match which {
        PageNumber::First => pages(document, catalog)?.next().unwrap_or(Err(none(0))),
        PageNumber::Last | PageNumber::FromEnd(1) => {
            let mut last = None;
            for page in pages(document, catalog)? {
                last = Some(page?);
            }
            last.ok_or(none(0))
        }
        PageNumber::Number(number) => from_start(document, catalog, number.checked_sub(1), none),
        PageNumber::FromEnd(number) => {
            let mut count = 0_u32;
            for page in pages(document, catalog)? {
                page?;
                count = count.saturating_add(1);
            }
            let index = if number == 0 { None } else { count.checked_sub(number) };
            from_start(document, catalog, index, |_| none(count as usize))
        }
    }
}

fn from_start<S: Source>(
    document: &Document<S>,
    catalog: &Placed,
    index: Option<u32>,
    none: impl Fn(usize) -> PdfError,
) -> Result<Page, PdfError> {
    let mut count = 0_usize;
    for page in pages(document, catalog)? {
        let page = page?;
        if index.is_some_and(|index| page.index == index as usize) {
            return Ok(page);
        }
        count = count.saturating_add(1);
    }
    Err(none(count))
}

/// The first page that is an indirect object, or, when all are direct, the first page: what an invisible
/// signature stands on.
pub(crate) fn first_page<S: Source>(document: &Document<S>, catalog: &Placed) -> Result<Placed, PdfError> {
    let mut direct = None;
    for page in pages(document, catalog)? {
        let Page { placed, .. } = page?;
        if placed.place.as_reference().is_some() {
            return Ok(placed);
        }
        direct.get_or_insert(placed);
    }
    direct.ok_or(PdfError::Missing { what: "page tree" })
}

/// The pages in order.
///
/// A tree that is a page and nothing else counts as its page. Loops are cut: a node is entered once. A page
/// that is listed twice is there twice, as viewers have it. What is neither page nor node is passed over.
///
/// # Errors
/// There is no page tree. The iterator says what it could not read, and goes on behind it unless a limit was
/// exceeded.
pub(crate) fn pages<'a, S: Source>(
    document: &'a Document<S>,
    catalog: &Placed,
) -> Result<Pages<'a, S>, PdfError> {
    let Some((place, Object::Dictionary(root))) = catalog.get(document, b"Pages")? else {
        return Err(PdfError::Missing { what: "page tree" });
    };
    let root = Placed { place, dictionary: root };
    let mut pages = Pages {
        document,
        stack: Vec::new(),
        entered: HashSet::new(),
        single: None,
        nodes: 0,
        index: 0,
        parsed_before: document.view().parsed(),
    };
    if root.dictionary.name(b"Type") == Some(b"Page") {
        pages.single = Some(root);
    } else {
        pages.enter(root, &Dictionary::new())?;
    }
    Ok(pages)
}

/// A walk through the pages.
pub(crate) struct Pages<'a, S> {
    document: &'a Document<S>,
    stack: Vec<Level>,
    entered: HashSet<super::object::ObjectId>,
    /// The root, when it is a page.
    single: Option<Placed>,
    nodes: usize,
    index: usize,
    /// What had been parsed before the walk.
    parsed_before: u64,
}

impl<S: Source> Pages<'_, S> {
    /// Goes down into a node, unless the walk was there before.
    fn enter(&mut self, node: Placed, above: &Dictionary) -> Result<(), PdfError> {
        if node.place.as_reference().is_some_and(|id| !self.entered.insert(id)) {
            return Ok(());
        }
        let inherited = Rc::new(inherit(above, &node.dictionary));
        let (place, kids) = match node.get(self.document, b"Kids")? {
            Some((place, Object::Array(kids))) => (place, kids),
            _ => (node.place, Vec::new()),
        };
        self.stack.push(Level { place, kids: kids.into_iter().enumerate(), inherited });
        Ok(())
    }

    fn leaf(&mut self, placed: Placed, above: &Dictionary) -> Page {
        let inherited = inherit(above, &placed.dictionary);
        let page = Page { placed, index: self.index, inherited };
        self.index = self.index.saturating_add(1);
        page
    }

    /// The page at or below a kid, or none yet.
    fn visit(&mut self, place: Place, kid: &Object, above: &Dictionary) -> Result<Option<Page>, PdfError> {
        // What was entered is a node: however large it is, it need not be read once more.
        if place.as_reference().is_some_and(|id| self.entered.contains(&id)) {
            return Ok(None);
        }
        let Object::Dictionary(dictionary) = self.document.resolve(kid)? else { return Ok(None) };
        let node = Placed { place, dictionary };
        if is_page(&node.dictionary) {
            return Ok(Some(self.leaf(node, above)));
        }
        // Pages that are left out would give those behind them other numbers.
        let depth = self.document.view().limits().depth;
        if self.stack.len() >= depth {
            return Err(PdfError::Limit { what: "levels of the page tree", limit: depth as u64 });
        }
        self.enter(node, above)?;
        Ok(None)
    }
}

impl<S: Source> Iterator for Pages<'_, S> {
    type Item = Result<Page, PdfError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(root) = self.single.take() {
            return Some(Ok(self.leaf(root, &Dictionary::new())));
        }
        let view = self.document.view();
        let (most, most_bytes) = (view.limits().page_nodes, view.limits().page_bytes);
        loop {
            let level = self.stack.last_mut()?;
            let Some((index, kid)) = level.kids.next() else {
                self.stack.pop();
                continue;
            };
            let (place, above) = (level.place.index(index, &kid), Rc::clone(&level.inherited));
            self.nodes = self.nodes.saturating_add(1);
            if self.nodes > most {
                self.stack.clear();
                return Some(Err(PdfError::Limit { what: "page-tree nodes", limit: most as u64 }));
            }
            // A large page that is listed often would otherwise be read as often.
            if view.parsed().saturating_sub(self.parsed_before) > most_bytes {
                self.stack.clear();
                return Some(Err(PdfError::Limit { what: "bytes of pages and nodes", limit: most_bytes }));
            }
            match self.visit(place, &kid, &above) {
                Ok(None) => {}
                Ok(Some(page)) => return Some(Ok(page)),
                Err(error) => {
                    if matches!(error, PdfError::Limit { .. } | PdfError::Io(_)) {
                        self.stack.clear();
                    }
                    return Some(Err(error));
                }
            }
        }
    }
}

/// What holds for the kids of a node, and for a page.
fn inherit(above: &Dictionary, own: &Dictionary) -> Dictionary {
    let mut inherited = Dictionary::new();
    for key in INHERITED {
        if let Some(value) = own.get(key).or_else(|| above.get(key)) {
            inherited.set(key, value.clone());
        }
    }
    inherited
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
    inherited: Rc<Dictionary>,
}

#[cfg(test)]
mod tests;
