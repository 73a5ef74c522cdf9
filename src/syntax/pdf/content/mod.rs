//! Text on pages, and where it is: ISO 32000-2, 9 and 14.8.
//!
//! A page's content stream is run as far as it places text ([`interpret`]); the glyphs are put into lines
//! ([`order`]), the lines into text ([`sequence`]), and there the text is looked for. What is damaged or
//! cannot be read is left out: it does not hide what is readable.

mod font;
mod interpret;
mod order;
mod place;
mod sequence;
mod text;
mod token;

use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use super::document::Document;
use super::error::PdfError;
use super::geometry::{Rect, intersection};
use super::page::{Page, PageNumber, page, pages};
use super::place::Placed;
use crate::source::Source;
use interpret::Interpreter;
pub use place::{TextPlace, find_text};
use sequence::{Needle, Sequence};
use text::PageText;

/// Which of the places where a text is found.
///
/// They are counted page by page; on a page from top to bottom, on a line from left to right, as displayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Occurrence {
    /// The first one.
    #[default]
    First,
    /// The last one.
    Last,
    /// Counted from the start; 1 is the first one.
    Nth(u32),
    /// All of them.
    Every,
}

/// Text that names no occurrence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no occurrence: `first`, `last`, `every`, or a number from 1")]
#[non_exhaustive]
pub struct OccurrenceError {
    /// What was given.
    pub text: String,
}

impl FromStr for Occurrence {
    type Err = OccurrenceError;

    /// `first`, `last` and `every` in any case, or a number from 1.
    fn from_str(text: &str) -> Result<Self, OccurrenceError> {
        let word = text.trim();
        for (name, occurrence) in [("first", Self::First), ("last", Self::Last), ("every", Self::Every)] {
            if word.eq_ignore_ascii_case(name) {
                return Ok(occurrence);
            }
        }
        let number = word.parse().ok().filter(|number| *number > 0);
        number.map(Self::Nth).ok_or_else(|| OccurrenceError { text: text.to_owned() })
    }
}

impl fmt::Display for Occurrence {
    /// What [`Occurrence::from_str`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("first"),
            Self::Last => f.write_str("last"),
            Self::Nth(number) => write!(f, "{number}"),
            Self::Every => f.write_str("every"),
        }
    }
}

/// What to look for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<'a> {
    /// In any normal form. White space is as good as any other white space.
    pub(crate) text: &'a str,
    /// The page to look on; none for all.
    pub(crate) pages: Option<PageNumber>,
    pub(crate) occurrence: Occurrence,
}

/// Where the text is.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) page: Rc<Page>,
    /// In displayed points: lower left where the first character begins on the descent line, upper right
    /// where the last one ends on the ascent line; around all lines when the text is on several.
    pub(crate) rect: Rect,
}

/// What a search gave.
#[derive(Debug)]
pub(crate) struct Search {
    /// In order; none when the text is not there as often as was asked.
    pub(crate) found: Vec<Found>,
    /// Pages that were looked at.
    pub(crate) pages: usize,
}

/// Looks for text on the pages of a document.
///
/// Text is compared in one normal form (NFC or NFD makes no difference), upper and lower case apart. It is
/// first looked for as it is drawn and as it is read, line by line; only when it is nowhere in the document,
/// white space is left out of both, for documents that place letters one by one.
///
/// # Errors
/// A page that is asked for and does not exist, a limit, a source that fails; a page of the page tree that
/// cannot be read, if the text is on no other.
pub(crate) fn find<S: Source>(
    document: &Document<S>,
    catalog: &Placed,
    query: &Query<'_>,
) -> Result<Search, PdfError> {
    let mut hunt = Hunt::new(document, query);
    if let Some(which) = query.pages {
        hunt.look(page(document, catalog, which)?)?;
        return Ok(hunt.result());
    }
    let mut unreadable = None;
    for page in pages(document, catalog)? {
        match page {
            Ok(page) => {
                if hunt.look(page)? {
                    break;
                }
            }
            Err(error @ (PdfError::Io(_) | PdfError::Limit { .. })) => return Err(error),
            // A page that cannot be read does not hide what is on others.
            Err(error) => unreadable = unreadable.or(Some(error)),
        }
    }
    let search = hunt.result();
    match unreadable {
        Some(error) if search.found.is_empty() => Err(error),
        _ => Ok(search),
    }
}

/// Comparing a character counts as so many tokens, because it takes as long.
const GLYPH: u64 = 20;

/// A search under way.
struct Hunt<'a, S> {
    document: &'a Document<S>,
    interpreter: Interpreter<'a, S>,
    needle: Option<Needle>,
    occurrence: Occurrence,
    exact: Collected,
    /// Without white space; of no interest once there is an exact one.
    loose: Collected,
    pages: usize,
    // Reused from page to page.
    text: PageText,
    sequence: Sequence,
}

/// Places that were found, as many of them as the occurrence needs.
#[derive(Default)]
struct Collected {
    found: Vec<Found>,
    /// How many were found in all.
    count: u64,
}

impl<'a, S: Source> Hunt<'a, S> {
    fn new(document: &'a Document<S>, query: &Query<'_>) -> Self {
        Self {
            document,
            interpreter: Interpreter::new(document),
            needle: Needle::new(query.text),
            occurrence: query.occurrence,
            exact: Collected::default(),
            loose: Collected::default(),
            pages: 0,
            text: PageText::new(document.view().limits().page_glyphs),
            sequence: Sequence::default(),
        }
    }

    /// Looks on a page; true when nothing more needs to be looked at.
    fn look(&mut self, page: Page) -> Result<bool, PdfError> {
        let Some(needle) = &self.needle else { return Ok(true) };
        self.pages = self.pages.saturating_add(1);
        self.interpreter.read(&page, &mut self.text)?;
        let glyphs = u64::try_from(self.text.glyphs.len()).unwrap_or(u64::MAX);
        self.interpreter.spend(glyphs.saturating_mul(GLYPH))?;
        let drawn: Vec<u32> = (0..).take(self.text.glyphs.len()).collect();
        self.sequence.assemble(&self.text, &drawn);
        let mut exact = self.sequence.find(&self.text, needle);
        let want_loose = self.exact.count == 0;
        let mut loose = if want_loose { self.sequence.find_loosely(&self.text, needle) } else { Vec::new() };
        if let Some(read) = order::visual(&self.text) {
            self.sequence.assemble(&self.text, &read);
            exact.extend(self.sequence.find(&self.text, needle));
            if want_loose {
                loose.extend(self.sequence.find_loosely(&self.text, needle));
            }
        }
        let page = Rc::new(page);
        if !exact.is_empty() {
            self.loose = Collected::default();
        } else if want_loose {
            self.loose.add(&page, in_order(loose), self.occurrence);
        }
        self.exact.add(&page, in_order(exact), self.occurrence);
        let most = self.document.view().limits().fields;
        if self.exact.found.len().max(self.loose.found.len()) > most {
            return Err(PdfError::Limit { what: "places where the text is found", limit: most as u64 });
        }
        Ok(match self.occurrence {
            Occurrence::First => self.exact.count > 0,
            Occurrence::Nth(number) => self.exact.count >= u64::from(number),
            Occurrence::Last | Occurrence::Every => false,
        })
    }

    fn result(self) -> Search {
        let found = if self.exact.count > 0 { self.exact.found } else { self.loose.found };
        Search { found, pages: self.pages }
    }
}

impl Collected {
    fn add(&mut self, page: &Rc<Page>, places: Vec<Rect>, occurrence: Occurrence) {
        for rect in places {
            self.count = self.count.saturating_add(1);
            let wanted = match occurrence {
                Occurrence::First => self.count == 1,
                Occurrence::Nth(number) => self.count == u64::from(number),
                Occurrence::Every => true,
                Occurrence::Last => {
                    self.found.clear();
                    true
                }
            };
            if wanted {
                self.found.push(Found { page: Rc::clone(page), rect });
            }
        }
    }
}

/// Places on a page from top to bottom, on a line from left to right. The same place found twice, as it is
/// drawn and as it is read or printed over itself, is one.
fn in_order(mut places: Vec<Rect>) -> Vec<Rect> {
    /// Places that begin at nearly the same point, among which one may be found again.
    const NEAR: usize = 8;
    places.sort_by(|[_, _, _, one], [_, _, _, other]| other.total_cmp(one));
    let mut ordered: Vec<Rect> = Vec::new();
    let mut rest = places.as_mut_slice();
    while let Some([_, bottom, _, top]) = rest.first().copied() {
        let least = top - (top - bottom) / 2.0;
        let count = rest.partition_point(|[_, _, _, top]| *top >= least).max(1);
        let Some((line, below)) = rest.split_at_mut_checked(count) else { break };
        line.sort_by(|[one, ..], [other, ..]| one.total_cmp(other));
        let from = ordered.len();
        for place in line {
            let before = ordered.get(from..).unwrap_or(&[]);
            if !before.iter().rev().take(NEAR).any(|other| is_same(*other, *place)) {
                ordered.push(*place);
            }
        }
        rest = below;
    }
    ordered
}

/// Whether two places are one but for a shadow's breadth.
fn is_same(one: Rect, other: Rect) -> bool {
    let area = |[x0, y0, x1, y1]: Rect| (x1 - x0) * (y1 - y0);
    intersection(one, other).is_some_and(|common| area(common) > 0.6 * area(one).max(area(other)))
}

/// Passes over what is damaged or of no known kind. A source that fails and bounds on the whole document stay
/// errors.
fn tolerate<S: Source, T>(
    document: &Document<S>,
    result: Result<T, PdfError>,
) -> Result<Option<T>, PdfError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error @ PdfError::Io(_)) => Err(error),
        // One thing that is too large is left out, unless it was the last drop.
        Err(PdfError::Limit { .. }) => document.view().spend(0).map(|()| None),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
