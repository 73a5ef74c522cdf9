//! Which of several places, on which page, and within which bounds.

use super::*;

const THREE: &str = "BT /F 10 Tf 72 100 Td (mark low) Tj 0 600 Td (mark high) Tj 200 0 Td (mark right) Tj ET";

fn three_pages() -> Vec<u8> {
    document(&[(HELVETICA, THREE), (HELVETICA, "BT /F 10 Tf (none) Tj ET"), (HELVETICA, THREE)], &[])
}

fn found(text: &str, pages: Option<PageNumber>, occurrence: Occurrence) -> (Vec<(usize, i64, i64)>, usize) {
    let search = search(&three_pages(), text, pages, occurrence, &Limits::default()).unwrap();
    let place =
        |found: &Found| (found.page.index, found.rect[0].round() as i64, found.rect[1].round() as i64);
    (search.found.iter().map(place).collect(), search.pages)
}

#[test]
fn places_are_counted_as_they_are_read() {
    let all = [(0, 72, 698), (0, 272, 698), (0, 72, 98), (2, 72, 698), (2, 272, 698), (2, 72, 98)];
    assert_eq!(found("mark", None, Occurrence::Every), (all.to_vec(), 3));
    assert_eq!(found("mark", None, Occurrence::First), (vec![all[0]], 1), "later pages are not read");
    assert_eq!(found("mark", None, Occurrence::Last), (vec![all[5]], 3));
    for (number, place) in (1..).zip(all) {
        let pages = if number > 3 { 3 } else { 1 };
        assert_eq!(found("mark", None, Occurrence::Nth(number)), (vec![place], pages));
    }
    assert_eq!(found("mark", None, Occurrence::Nth(7)), (vec![], 3));
    assert_eq!(found("mark high", None, Occurrence::Every).0, [all[0], all[3]]);
    assert_eq!(found("absent", None, Occurrence::First), (vec![], 3));
    assert_eq!(found(" \n", None, Occurrence::First), (vec![], 0), "nothing is nowhere");
}

#[test]
fn one_page_can_be_asked_for() {
    assert_eq!(found("mark", Some(PageNumber::Last), Occurrence::First), (vec![(2, 72, 698)], 1));
    assert_eq!(found("mark", Some(PageNumber::Number(2)), Occurrence::Every), (vec![], 1));
    assert_eq!(found("mark low", Some(PageNumber::FromEnd(3)), Occurrence::Last), (vec![(0, 72, 98)], 1));
    let error =
        search(&three_pages(), "mark", Some(PageNumber::Number(4)), Occurrence::First, &Limits::default());
    assert!(matches!(error, Err(PdfError::NoPage { count: 3, .. })));
}

#[test]
fn rectangles_are_in_what_is_displayed() {
    // The text runs to the right when the page is shown: it is drawn turned against the page.
    let pages = [
        ("/Rotate 90", "0 1 -1 0 100 72"),
        ("/Rotate 180", "-1 0 0 -1 528 100"),
        ("/Rotate 270", "0 -1 1 0 500 728"),
        ("/CropBox[20 30 500 700]", "1 0 0 1 92 730"),
        ("/UserUnit 2", "1 0 0 1 36 350"),
    ];
    let shown = [(72.0, 500.0), (72.0, 700.0), (72.0, 500.0), (72.0, 700.0), (72.0, 700.0)];
    for ((entries, matrix), (x, y)) in pages.into_iter().zip(shown) {
        let content = format!("BT /F 10 Tf {matrix} Tm (Sign) Tj ET");
        let bytes = document(&[(&format!("{HELVETICA}{entries}"), &content)], &[]);
        let unit = if entries.contains("UserUnit") { 2.0 } else { 1.0 };
        let rect = [x, y - 2.07 * unit, x + 20.01 * unit, y + 7.18 * unit];
        assert_close(only(&bytes, "Sign"), rect);
    }
}

#[test]
fn a_page_that_cannot_be_read_does_not_hide_others() {
    let broken = "/Resources<</Font<</F 100 0 R/G 101 0 R/H 102 0 R>>>>/Contents 103 0 R/Rotate 5 0 R";
    let bytes = document(
        &[(broken, ""), ("/Contents[1 0 R 2 0 R]/Resources 7", "x"), (HELVETICA, THREE)],
        &[
            "<</Type/Font/Subtype/Type0/DescendantFonts[55 0 R]/ToUnicode 100 0 R/Encoding 100 0 R>>",
            "<</Subtype/TrueType/Widths 1/ToUnicode 103 0 R/Encoding<</Differences[/A -1 /B 999 /C]>>>>",
            "[]",
            &stream("/Filter/FlateDecode", "BT /F 10 Tf no deflate at all"),
        ],
    );
    assert_eq!(every(&bytes, "mark").len(), 3);
}

#[test]
fn work_is_bounded() {
    let limited = |limits: Limits, bytes: &[u8]| {
        search(bytes, "e", None, Occurrence::Every, &limits).map(|search| search.found.len())
    };
    let letters = page_of(&format!("BT /F 10 Tf 1 700 Td ({}) Tj ET", "e ".repeat(300)));
    assert_eq!(limited(Limits::default(), &letters).unwrap(), 300);
    let few = Limits { page_glyphs: 599, ..Limits::default() };
    assert!(matches!(limited(few, &letters), Err(PdfError::Limit { limit: 599, .. })));
    let few = Limits { fields: 299, ..Limits::default() };
    assert!(matches!(limited(few, &letters), Err(PdfError::Limit { limit: 299, .. })));
    // Each form draws the next one ten times.
    let forms: Vec<String> = (0..9)
        .map(|index| {
            let next = 101 + index;
            stream(&format!("/Subtype/Form/Resources<</XObject<</X {next} 0 R>>>>"), &"/X Do ".repeat(10))
        })
        .collect();
    let objects: Vec<&str> = forms.iter().map(String::as_str).collect();
    let deep = document(&[("/Resources<</XObject<</X 100 0 R>>>>", "/X Do")], &objects);
    let few = Limits { content_tokens: 100_000, ..Limits::default() };
    assert!(matches!(limited(few, &deep), Err(PdfError::Limit { limit: 100_000, .. })));
}

#[test]
fn occurrences_are_written_as_they_are_read() {
    for (text, occurrence) in [
        ("first", Occurrence::First),
        ("last", Occurrence::Last),
        ("every", Occurrence::Every),
        ("3", Occurrence::Nth(3)),
    ] {
        assert_eq!(text.parse(), Ok(occurrence));
        assert_eq!(occurrence.to_string(), text);
        assert_eq!(text.to_uppercase().parse(), Ok(occurrence));
    }
    for text in ["0", "-1", "", "second", "4294967296"] {
        assert_eq!(text.parse::<Occurrence>().unwrap_err().text, text);
    }
}
