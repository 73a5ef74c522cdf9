//! Searches in documents that are made here, and in those of others.

mod fonts;
mod places;
mod texts;

use super::super::document::Document;
use super::super::error::PdfError;
use super::super::geometry::Rect;
use super::super::page::PageNumber;
use super::super::place::{Place, Placed};
use super::*;
use crate::limits::Limits;

/// Helvetica, the font `/F` of the pages made here.
const HELVETICA: &str = "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica\
     /Encoding/WinAnsiEncoding>>>>>>/MediaBox[0 0 600 800]";

/// A document of pages, each with its entries and its content; `objects` have numbers from 100 on.
fn document(pages: &[(&str, &str)], objects: &[&str]) -> Vec<u8> {
    let kids: String = (0..pages.len()).map(|index| format!("{} 0 R ", 10 + 2 * index)).collect();
    let mut text = format!(
        "%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n\
         2 0 obj <</Type/Pages/Kids[{kids}]/Count {}>> endobj\n",
        pages.len()
    );
    for (index, (entries, content)) in pages.iter().enumerate() {
        let number = 10 + 2 * index;
        text += &format!(
            "{number} 0 obj <</Type/Page/Parent 2 0 R/Contents {} 0 R {entries}>> endobj\n",
            number + 1
        );
        text += &format!("{} 0 obj {} endobj\n", number + 1, stream("", content));
    }
    for (index, object) in objects.iter().enumerate() {
        text += &format!("{} 0 obj {object} endobj\n", 100 + index);
    }
    text += "trailer <</Root 1 0 R>>\n%%EOF\n";
    // Strings in content are bytes, not UTF-8.
    text.chars().map(|character| u8::try_from(character).expect("Latin-1")).collect()
}

fn stream(entries: &str, data: &str) -> String {
    format!("<</Length {}{entries}>> stream\n{data}\nendstream", data.chars().count())
}

/// One page in Helvetica with this content.
fn page_of(content: &str) -> Vec<u8> {
    document(&[(HELVETICA, content)], &[])
}

fn search(
    bytes: &[u8],
    text: &str,
    pages: Option<PageNumber>,
    occurrence: Occurrence,
    limits: &Limits,
) -> Result<Search, PdfError> {
    let document = Document::open(bytes, None, limits)?;
    let (id, dictionary) = document.catalog()?;
    let catalog = Placed { place: Place::object(id), dictionary };
    find(&document, &catalog, &Query { text, pages, occurrence })
}

/// Where a text is: the index of the page, and the rectangle.
fn every(bytes: &[u8], text: &str) -> Vec<(usize, Rect)> {
    let found = search(bytes, text, None, Occurrence::Every, &Limits::default()).unwrap().found;
    found.into_iter().map(|found| (found.page.index, found.rect)).collect()
}

/// The rectangle of the only place.
fn only(bytes: &[u8], text: &str) -> Rect {
    match every(bytes, text).as_slice() {
        [(0, rect)] => *rect,
        other => panic!("{text:?} is found at {other:?}"),
    }
}

#[track_caller]
fn assert_close(one: Rect, other: Rect) {
    let near = one.iter().zip(other).all(|(one, other)| (one - other).abs() < 0.05);
    assert!(near, "{one:?} is not {other:?}");
}

/// The text of a page as it is drawn and as it is read.
fn texts(bytes: &[u8], which: PageNumber, password: Option<&[u8]>) -> Result<(String, String), PdfError> {
    let limits = Limits::default();
    let document = Document::open(bytes, password, &limits)?;
    let (id, dictionary) = document.catalog()?;
    let catalog = Placed { place: Place::object(id), dictionary };
    let page = page(&document, &catalog, which)?;
    let mut text = PageText::new(limits.page_glyphs);
    Interpreter::new(&document).read(&page, &mut text)?;
    let mut sequence = Sequence::default();
    let drawn: Vec<u32> = (0..).take(text.glyphs.len()).collect();
    sequence.assemble(&text, &drawn);
    let as_drawn = sequence.text().to_owned();
    if let Some(read) = order::visual(&text) {
        sequence.assemble(&text, &read);
    }
    Ok((as_drawn, sequence.text().to_owned()))
}
