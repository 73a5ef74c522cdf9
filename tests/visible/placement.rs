//! Where visible signatures are: measured against where poppler finds the text.

use std::fs;
use std::process::Command;

use kyso::pdf::{
    Anchor, Appearance, Item, Occurrence, PageNumber, Placement, PlacementError, PrepareError, Signing,
};
use lopdf::{Dictionary, Document, Object};

use crate::paper::{HEIGHT, WIDTH, pdf, signed};
use crate::signing::{at, identity};
use crate::support::{self, Judge};

/// The pages of `view-pages.pdf`: from displayed points to the page's own units, and points to a unit.
const PAGES: [([f64; 6], f64); 4] = [
    ([1.0, 0.0, 0.0, 1.0, 0.0, 0.0], 1.0),
    ([0.0, 1.0, -1.0, 0.0, 160.0, 0.0], 1.0),
    ([0.0, -1.0, 1.0, 0.0, -20.0, 250.0], 1.0),
    ([0.5, 0.0, 0.0, 0.5, 0.0, 0.0], 2.0),
];

fn signing(placement: Placement) -> Signing {
    let template = Appearance::new().line(Item::Text("Đã ký".into())).template().unwrap();
    identity("p256").signing().visible(&template, placement)
}

fn error(name: &str, placement: Placement) -> PlacementError {
    match signing(placement).prepare(pdf(name).as_slice(), &at()) {
        Err(PrepareError::Placement(error)) => error,
        other => panic!("{name}: {:?}", other.map(|_| ()).map_err(|error| error.to_string())),
    }
}

/// A rectangle in displayed points as the page's own.
fn to_user(page: usize, [x1, y1, x2, y2]: [f64; 4]) -> [f64; 4] {
    let [a, b, c, d, e, f] = PAGES[page].0;
    let corners = [(x1, y1), (x2, y2)].map(|(x, y)| (a * x + c * y + e, b * x + d * y + f));
    let ([(p, q), (r, s)], least, most) = (corners, f64::min, f64::max);
    [least(p, r), least(q, s), most(p, r), most(q, s)]
}

/// A page, from 0; `Sig` or `Stamp`; the annotation's rectangle and flags.
type Seen = (usize, &'static str, [f64; 4], i64);

/// The annotations that show something.
fn seen(document: &[u8]) -> Vec<Seen> {
    let document = Document::load_mem(document).unwrap();
    let rectangle = |annotation: &Dictionary| {
        let corners = annotation.get(b"Rect").unwrap().as_array().unwrap();
        [0, 1, 2, 3].map(|index| f64::from(corners[index].as_float().unwrap()))
    };
    let mut seen = Vec::new();
    for (index, page) in document.get_pages().into_values().enumerate() {
        let page = document.get_dictionary(page).unwrap();
        let Ok(annotations) = page.get_deref(b"Annots", &document) else { continue };
        for annotation in annotations.as_array().unwrap() {
            let annotation = document.dereference(annotation).unwrap().1.as_dict().unwrap();
            let kind = match annotation.get(b"Subtype").and_then(Object::as_name).unwrap() {
                b"Stamp" => "Stamp",
                _ => "Sig",
            };
            assert!(annotation.has(b"AP"), "{annotation:?}");
            let flags = annotation.get(b"F").unwrap().as_i64().unwrap();
            seen.push((index, kind, rectangle(annotation), flags));
        }
    }
    seen
}

fn assert_near(found: [f64; 4], expected: [f64; 4], within: f64, what: &str) {
    let near = found.iter().zip(expected).all(|(one, other)| (one - other).abs() <= within);
    assert!(near, "{what}: {found:?}, expected {expected:?}");
}

#[test]
fn rectangles_are_where_the_viewer_sees_them() {
    let signer = identity("p256");
    let place = [30.0, 40.0, 130.0, 70.0];
    for (page, index) in [
        (PageNumber::First, 0),
        (PageNumber::Number(1), 0),
        (PageNumber::Number(2), 1),
        (PageNumber::Number(3), 2),
        (PageNumber::Last, 3),
        (PageNumber::FromEnd(1), 3),
        (PageNumber::FromEnd(2), 2),
        (PageNumber::FromEnd(4), 0),
    ] {
        let document = signed(&signer, &signing(Placement::rectangle(page, place)), &pdf("view-pages"));
        let seen = seen(&document);
        assert_eq!(seen.len(), 1);
        let (on, kind, rectangle, flags) = seen[0];
        assert_eq!((on, kind, flags), (index, "Sig", 132), "{page}");
        assert_near(rectangle, to_user(index, place), 1e-3, &page.to_string());
    }
    let beyond = signing(Placement::rectangle(PageNumber::FromEnd(5), place));
    let error = beyond.prepare(pdf("view-pages").as_slice(), &at()).err().unwrap();
    assert!(error.to_string().contains('4'), "it says how many pages there are: {error}");
}

#[test]
fn what_is_off_the_page_is_refused_or_clipped() {
    let signer = identity("p256");
    let (width, height) = (WIDTH as f64, HEIGHT as f64);
    for (index, number) in (1..=4).enumerate() {
        let page = PageNumber::Number(number);
        for place in [
            [-10.0, 40.0, 90.0, 80.0],
            [30.0, -20.0, 130.0, 20.0],
            [200.0, 40.0, 300.0, 80.0],
            [30.0, 140.0, 130.0, 180.0],
        ] {
            let rectangle = Placement::rectangle(page, place);
            let refused = error("view-pages", rectangle.clone());
            let expected = PlacementError::OffPage {
                page: index + 1,
                x1: place[0],
                y1: place[1],
                x2: place[2],
                y2: place[3],
                width,
                height,
                clip: false,
            };
            assert_eq!(refused, expected);
            let document = signed(&signer, &signing(rectangle.clip()), &pdf("view-pages"));
            let [x1, y1, x2, y2] = place;
            let kept = [x1.max(0.0), y1.max(0.0), x2.min(width), y2.min(height)];
            assert_near(seen(&document)[0].2, to_user(index, kept), 1e-3, "clipped");
        }
        let nowhere = error("view-pages", Placement::rectangle(page, [300.0, 10.0, 400.0, 50.0]).clip());
        assert!(matches!(nowhere, PlacementError::OffPage { clip: true, .. }), "{nowhere}");
    }
    for place in [[50.0, 10.0, 40.0, 20.0], [50.0, 10.0, 50.0, 20.0], [f64::NAN, 0.0, 10.0, 10.0]] {
        let wrong = error("view-pages", Placement::rectangle(PageNumber::First, place).clip());
        assert!(matches!(wrong, PlacementError::NoRectangle { .. }), "{wrong}");
    }
}

/// Where poppler finds the first word of `text` on each page: left and bottom in displayed points.
fn words_of(document: &str, text: &str) -> Vec<(usize, [f64; 2])> {
    let output = Command::new("pdftotext")
        .args(["-bbox", "-cropbox"])
        .arg(support::pdf(&format!("{document}.pdf")))
        .arg("-")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", support::both(&output));
    let listed = String::from_utf8(output.stdout).unwrap();
    let value = |line: &str, name: &str| -> f64 {
        let (_, rest) = line.split_once(&format!("{name}=\"")).unwrap();
        rest.split_once('"').unwrap().0.parse().unwrap()
    };
    let wanted: Vec<&str> = text.split(' ').collect();
    let (mut found, mut page) = (Vec::new(), 0);
    let mut line_words: Vec<(String, [f64; 2])> = Vec::new();
    for line in listed.lines() {
        if line.contains("<page ") {
            page += 1;
            line_words.clear();
        } else if line.contains("<word ") {
            let word = line.split_once('>').unwrap().1.split_once('<').unwrap().0;
            // poppler takes no notice of /UserUnit.
            let unit = PAGES[page - 1].1;
            let corner = [value(line, "xMin") * unit, HEIGHT as f64 - value(line, "yMax") * unit];
            line_words.push((word.to_owned(), corner));
            let start = line_words.len().checked_sub(wanted.len());
            if let Some(start) = start
                && line_words[start..].iter().map(|(word, _)| word.as_str()).eq(wanted.iter().copied())
            {
                found.push((page - 1, line_words[start].1));
            }
        }
    }
    found
}

const ANCHOR: &str = "The buyer signs here:";
const SIZE: [f64; 2] = [60.0, 18.0];
const OFFSET: [f64; 2] = [4.0, -22.0];

fn anchor() -> Anchor {
    Anchor::new(ANCHOR, SIZE).offset(OFFSET)
}

/// The annotation is where poppler's word is, moved by the offset. Where the bottom of a text is, two
/// programs may see differently by a descender.
fn assert_at(found: &Seen, (page, [x, y]): (usize, [f64; 2]), what: &str) {
    assert_eq!(found.0, page, "{what}");
    let [dx, dy] = OFFSET;
    let [w, h] = SIZE;
    let expected = to_user(page, [x + dx, y + dy, x + dx + w, y + dy + h]);
    assert_near(found.2, expected, 3.0, what);
}

#[test]
fn anchors_are_found_where_poppler_finds_the_text() {
    if !Judge::Poppler.present() {
        return;
    }
    let signer = identity("p256");
    let places = words_of("view-pages", ANCHOR);
    assert_eq!(places.iter().map(|(page, _)| *page).collect::<Vec<_>>(), [0, 0, 1, 1, 2, 2, 3, 3]);
    let mut cases = vec![(anchor(), 0), (anchor().occurrence(Occurrence::Last), 7)];
    cases.extend((1..=8).map(|nth| (anchor().occurrence(Occurrence::Nth(nth)), nth as usize - 1)));
    for page in 1..=4_u32 {
        let on = anchor().page(PageNumber::Number(page));
        cases.push((on.clone().occurrence(Occurrence::Last), page as usize * 2 - 1));
        cases.push((on, page as usize * 2 - 2));
    }
    for (anchor, expected) in cases {
        let what = format!("{anchor:?}");
        let document = signed(&signer, &signing(Placement::anchor(anchor)), &pdf("view-pages"));
        let seen = seen(&document);
        assert_eq!(seen.len(), 1, "{what}");
        assert_at(&seen[0], places[expected], &what);
    }
}

#[test]
fn every_occurrence_has_its_stamp() {
    if !Judge::Poppler.present() {
        return;
    }
    let signer = identity("p256");
    let every = signing(Placement::anchor(anchor().occurrence(Occurrence::Every)));
    let document = signed(&signer, &every, &pdf("view-pages"));
    let seen = seen(&document);
    let places = words_of("view-pages", ANCHOR);
    assert_eq!(seen.len(), places.len());
    for (index, (found, place)) in seen.iter().zip(&places).enumerate() {
        // Print and Locked, and of a stamp ReadOnly besides.
        let expected = if index == 0 { ("Sig", 132) } else { ("Stamp", 196) };
        assert_eq!((found.1, found.3), expected, "{index}");
        assert_at(found, *place, &format!("occurrence {index}"));
    }
    if Judge::Pdfsig.present() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("document.pdf");
        fs::write(&path, &document).unwrap();
        assert_eq!(support::pdfsig_valid(&path, ""), [true]);
    }
    // Stamps would be changes to what was signed.
    let refused = every.prepare(document.as_slice(), &at()).err().unwrap();
    let expected = PlacementError::StampsOnSigned { count: 8 };
    assert!(matches!(&refused, PrepareError::Placement(error) if *error == expected), "{refused}");
    // One occurrence is none of their business.
    let again = signing(Placement::anchor(anchor().occurrence(Occurrence::Nth(4))));
    signed(&signer, &again, &document);
}

#[test]
fn texts_that_are_not_there_are_named() {
    for (anchor, pages) in [
        (Anchor::new("The tenant signs here", SIZE), 4),
        (anchor().occurrence(Occurrence::Nth(9)), 4),
        (Anchor::new("Page 1 of the contract", SIZE).page(PageNumber::Last), 1),
    ] {
        let missing = error("view-pages", Placement::anchor(anchor));
        assert!(
            matches!(&missing, PlacementError::AnchorMissing { pages: n, .. } if *n == pages),
            "{missing}"
        );
    }
    // Found, but the rectangle would leave the page.
    let off = error("view-pages", Placement::anchor(anchor().offset([-60.0, 0.0])));
    assert!(matches!(off, PlacementError::OffPage { page: 1, .. }), "{off}");
}
