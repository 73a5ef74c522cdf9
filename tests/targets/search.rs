//! Any bytes as a document in which text is looked for, or as the part of one that says what text there is.

use kyso::Fault;
use kyso::pdf::{Occurrence, PageNumber, PdfError, TextPlace, find_text};

use super::limits;

/// A document is searched as it is; other bytes are a page's content, and a CMap in either of its places.
pub(crate) fn text_search(data: &[u8]) {
    if data.starts_with(b"%PDF") {
        return search(data);
    }
    let empty = b"begincmap endcmap".as_slice();
    let content =
        b"BT /C 12 Tf 72 700 Td <0001004100420043> Tj /S 9 Tf 0 -20 Td (Sign here) Tj ET".as_slice();
    search(&page(data, empty, empty));
    search(&page(content, data, empty));
    search(&page(content, empty, data));
}

/// One page in three fonts. The first is composite and has CMaps, the second simple, the third of Type 3.
fn page(content: &[u8], to_unicode: &[u8], encoding: &[u8]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n\
        2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n\
        3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources 5 0 R>> endobj\n\
        5 0 obj <</Font<</C 6 0 R/S 7 0 R/T 8 0 R>>/XObject<</X 4 0 R>>/Properties<</P<</ActualText(ab)>>>>>> endobj\n\
        6 0 obj <</Type/Font/Subtype/Type0/Encoding 10 0 R/ToUnicode 9 0 R/DescendantFonts[<</Subtype\
        /CIDFontType2/DW 500/W[1[300 400]3 9 600]>>]>> endobj\n\
        7 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 9 0 R>> endobj\n\
        8 0 obj <</Type/Font/Subtype/Type3/FontMatrix[.01 0 0 .01 0 0]/FontBBox[0 0 99 99]/FirstChar 32\
        /Widths[50 60 70]/Encoding<</Differences[65/uhornacute/f_f_i/uni1EA5]>>>> endobj\n"
        .to_vec();
    for (number, entries, data) in [
        (4, "/Subtype/Form/BBox[0 0 600 800]/Resources 5 0 R", content),
        (9, "", to_unicode),
        (10, "/Type/CMap", encoding),
    ] {
        let length = data.len();
        out.extend_from_slice(format!("{number} 0 obj <</Length {length}{entries}>> stream\n").as_bytes());
        out.extend_from_slice(data);
        out.extend_from_slice(b"\nendstream endobj\n");
    }
    out.extend_from_slice(b"trailer <</Root 1 0 R>>\n%%EOF\n");
    out
}

fn search(document: &[u8]) {
    for text in ["e", "Sign here", "\u{1EA5}", "\u{110}\u{1ED3}ng \u{FD}"] {
        let look = |page, occurrence| find_text(document, None, text, page, occurrence, &limits());
        let every = match look(None, Occurrence::Every) {
            Ok(every) => every,
            Err(error) => {
                told(&error);
                continue;
            }
        };
        for place in &every {
            let [x0, y0, x1, y1] = place.rect;
            assert!(place.rect.iter().all(|edge| edge.is_finite()) && x0 <= x1 && y0 <= y1, "{place:?}");
            assert!(place.page >= 1);
        }
        assert!(every.is_sorted_by_key(|place| place.page), "pages are in order");
        // What one asks for is one of what there is.
        let one = |occurrence| look(None, occurrence).expect("less work than before");
        assert_eq!(one(Occurrence::Last).as_slice(), last(&every));
        match look(None, Occurrence::Nth(u32::MAX)) {
            Ok(found) => assert_eq!(found, []),
            // Where nothing is found, a page that cannot be read is an error.
            Err(error) => told(&error),
        }
        let first = one(Occurrence::First);
        assert_eq!(first.is_empty(), every.is_empty());
        if let Some(place) = first.first() {
            assert_eq!(one(Occurrence::Nth(1)), first);
            let number = PageNumber::Number(place.page);
            match look(Some(number), Occurrence::First) {
                Ok(found) => assert_eq!(found, first),
                Err(error) => told(&error),
            }
        }
    }
}

fn last(places: &[TextPlace]) -> &[TextPlace] {
    places.get(places.len().saturating_sub(1)..).unwrap_or(&[])
}

fn told(error: &PdfError) {
    assert!(!error.to_string().is_empty());
    assert_ne!(error.fault(), Fault::Signer);
}
