//! Text search for callers: in a document that nobody has opened yet.

use super::super::document::Document;
use super::super::error::PdfError;
use super::super::page::PageNumber;
use super::super::place::{Place, Placed};
use super::{Occurrence, Query, Search, find};
use crate::limits::Limits;
use crate::password::Password;
use crate::source::Source;
use crate::syntax::pdf::repair::with_repair;

/// A place where a text stands.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct TextPlace {
    /// The page, counted from 1.
    pub page: u32,
    /// Lower left x and y, upper right x and y in points from the lower left corner of the page as it is
    /// displayed (after `/Rotate`, `/CropBox` and `/UserUnit`): around the text from its descent to its
    /// ascent.
    pub rect: [f64; 4],
}

/// Finds text on the pages of a document, or on one page: where a signature could be put.
///
/// Normal forms make no difference, nor does how much white space there is; upper and lower case do. Text
/// is found whatever operators and fonts it is drawn with, as long as the fonts say what their codes mean
/// (ISO 32000-2, 9.10). What annotations and form fields show is not searched.
///
/// # Errors
/// The document cannot be read, `page` is none of its pages, or the search exceeds `limits`. Text that is
/// not found is no error: there are no places then.
pub fn find_text<S: Source>(
    source: S,
    password: Option<&Password>,
    text: &str,
    page: Option<PageNumber>,
    occurrence: Occurrence,
    limits: &Limits,
) -> Result<Vec<TextPlace>, PdfError> {
    let password = password.map(Password::as_bytes);
    let query = Query { text, pages: page, occurrence };
    let find = |document: &Document<S>| find_in(document, &query);
    let (search, _) = with_repair(source, password, limits, find, PdfError::may_be_damage)?;
    let place = |found: &super::Found| TextPlace {
        page: u32::try_from(found.page.index.saturating_add(1)).unwrap_or(u32::MAX),
        rect: found.rect,
    };
    Ok(search.found.iter().map(place).collect())
}

fn find_in<S: Source>(document: &Document<S>, query: &Query<'_>) -> Result<Search, PdfError> {
    let (id, dictionary) = document.catalog()?;
    find(document, &Placed { place: Place::object(id), dictionary }, query)
}
