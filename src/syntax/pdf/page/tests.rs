use super::*;
use crate::limits::Limits;

/// A document with these objects from 2 on; 2 is the root of the page tree.
fn open(objects: &[&str]) -> Document<Vec<u8>> {
    let mut text = "%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n".to_owned();
    for (index, object) in objects.iter().enumerate() {
        text.push_str(&format!("{} 0 obj {object} endobj\n", index + 2));
    }
    text.push_str("trailer <</Root 1 0 R>>\n%%EOF\n");
    Document::open(text.into_bytes(), None, &Limits::default()).unwrap()
}

fn catalog(document: &Document<Vec<u8>>) -> Placed {
    let (id, dictionary) = document.catalog().unwrap();
    Placed { place: Place::object(id), dictionary }
}

/// The mark (`/M`) and the index of a page.
fn marked(document: &Document<Vec<u8>>, which: PageNumber) -> Result<(i64, usize), PdfError> {
    page(document, &catalog(document), which)
        .map(|page| (page.placed.dictionary.integer(b"M").unwrap(), page.index))
}

/// Five pages on two levels, with counts that are wrong.
fn five() -> Document<Vec<u8>> {
    open(&[
        "<</Type/Pages/Kids[3 0 R 4 0 R null 9 0 R 8 0 R 2 0 R]/Count 77/Rotate 90>>",
        "<</Type/Page/M 1>>",
        "<</Type/Pages/Kids[5 0 R 6 0 R 7 0 R]/Count -3/MediaBox[0 0 10 10]>>",
        "<</Type/Page/M 2/Rotate 180>>",
        "<</M 3>>",
        "<</Type/Pages/Kids[4 0 R]>>",
        "<</Type/Page/M 5>>",
        "<</Type/Page/M 4>>",
    ])
}

#[test]
fn pages_are_counted_from_both_ends() {
    let document = five();
    let found = |which| marked(&document, which).unwrap();
    assert_eq!(found(PageNumber::First), (1, 0));
    assert_eq!(found(PageNumber::Number(1)), (1, 0));
    assert_eq!(found(PageNumber::Number(3)), (3, 2));
    assert_eq!(found(PageNumber::Number(5)), (5, 4));
    assert_eq!(found(PageNumber::Last), (5, 4));
    assert_eq!(found(PageNumber::FromEnd(1)), (5, 4));
    assert_eq!(found(PageNumber::FromEnd(2)), (4, 3));
    assert_eq!(found(PageNumber::FromEnd(5)), (1, 0));
}

#[test]
fn a_page_that_is_not_there_is_named_with_the_count() {
    let document = five();
    for which in [
        PageNumber::Number(6),
        PageNumber::Number(0),
        PageNumber::FromEnd(6),
        PageNumber::FromEnd(0),
        PageNumber::Number(u32::MAX),
    ] {
        let error = marked(&document, which).unwrap_err();
        assert!(matches!(error, PdfError::NoPage { page, count: 5 } if page == which), "{error:?}");
        assert_eq!(error.fault(), crate::Fault::Caller);
    }
    let empty = open(&["<</Type/Pages/Kids[]/Count 3>>"]);
    for which in [PageNumber::First, PageNumber::Last, PageNumber::Number(1), PageNumber::FromEnd(1)] {
        assert!(matches!(marked(&empty, which), Err(PdfError::NoPage { count: 0, .. })));
    }
    let error = marked(&document, PageNumber::FromEnd(9)).unwrap_err();
    assert_eq!(error.to_string(), "page -9 is asked for, and the document has 5");
}

#[test]
fn what_is_above_is_inherited() {
    let document = five();
    let page = page(&document, &catalog(&document), PageNumber::Number(2)).unwrap();
    assert_eq!(page.get(&document, b"Rotate").unwrap().as_integer(), Some(180), "its own");
    assert_eq!(page.get(&document, b"MediaBox").unwrap().as_array().map(<[_]>::len), Some(4));
    let third = super::page(&document, &catalog(&document), PageNumber::Number(3)).unwrap();
    assert_eq!(third.get(&document, b"Rotate").unwrap().as_integer(), Some(90));
    let first = super::page(&document, &catalog(&document), PageNumber::First).unwrap();
    assert_eq!(first.get(&document, b"MediaBox").unwrap(), Object::Null, "a sibling's box");
}

#[test]
fn a_page_listed_twice_is_there_twice() {
    let document = open(&["<</Type/Pages/Kids[3 0 R 3 0 R <</Type/Page/M 8>>]>>", "<</Type/Page/M 7>>"]);
    assert_eq!(marked(&document, PageNumber::Number(2)).unwrap(), (7, 1));
    assert_eq!(marked(&document, PageNumber::Last).unwrap(), (8, 2));
    assert_eq!(first_page(&document, &catalog(&document)).unwrap().dictionary.integer(b"M"), Some(7));
    let single = open(&["<</Type/Page/M 9/Rotate 90>>"]);
    assert_eq!(marked(&single, PageNumber::Last).unwrap(), (9, 0));
}

#[test]
fn an_unreadable_page_does_not_hide_the_others() {
    let document =
        open(&["<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]>>", "<</Type/Page/M 1>>", "<</Type (", "<</M 3>>"]);
    let catalog = catalog(&document);
    let found: Vec<_> = pages(&document, &catalog).unwrap().collect();
    assert!(found.iter().filter(|page| page.is_ok()).count() >= 1);
}

#[test]
fn nodes_are_limited() {
    let kids = "<</M 1>>".repeat(50);
    let text = format!(
        "%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n\
         2 0 obj <</Type/Pages/Kids[{kids}]>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
    );
    let limits = Limits { page_nodes: 49, ..Limits::default() };
    let document = Document::open(text.into_bytes(), None, &limits).unwrap();
    assert!(matches!(marked(&document, PageNumber::Last), Err(PdfError::Limit { limit: 49, .. })));
    assert_eq!(marked(&document, PageNumber::Number(49)).unwrap(), (1, 48));
}

#[test]
fn numbers_are_written_as_they_are_read() {
    for (text, page) in [
        ("first", PageNumber::First),
        ("last", PageNumber::Last),
        ("3", PageNumber::Number(3)),
        ("-1", PageNumber::FromEnd(1)),
    ] {
        assert_eq!(text.parse(), Ok(page));
        assert_eq!(page.to_string(), text);
    }
    assert_eq!("First".parse(), Ok(PageNumber::First));
    assert_eq!(" LAST ".parse(), Ok(PageNumber::Last));
    for text in ["0", "", "one", "1.5", "4294967296", "-4294967296", "99999999999999999999"] {
        let error = text.parse::<PageNumber>().unwrap_err();
        assert_eq!(error.text, text);
    }
}
