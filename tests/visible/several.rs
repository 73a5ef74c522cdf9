//! Several visible signatures in a row: none breaks another.

use std::fs;
use std::path::{Path, PathBuf};

use kyso::pdf::{Fields, NewField, PageNumber, Placement, PlacementError, PrepareError, Signing, Warning};
use kyso::verify;
use lopdf::Document;

use crate::paper::{appearance, pdf};
use crate::rules::{Claim, broken, widgets};
use crate::signing::{Identity, at, identity};
use crate::support::{self, Judge, Level, Question};

fn visible(signer: &Identity, layout: &str, placement: Placement) -> Signing {
    let template = appearance(layout).0.template().unwrap();
    signer.signing().reason("Đồng ý phê duyệt").location("Đà Nẵng").visible(&template, placement)
}

fn on(page: i32, rectangle: [f64; 4]) -> Placement {
    Placement::rectangle(page.to_string().parse::<PageNumber>().unwrap(), rectangle)
}

/// Everybody accepts every signature of the document, and what happened since.
fn all_accept(what: &str, folder: &Path, before: &[u8], document: &[u8]) {
    let report = verify::pdf(&document, &verify::Options::default()).unwrap();
    assert!(report.is_valid(), "{what}: {report}");
    let write = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let (old, path) = (write("before.pdf", before), write("after.pdf", document));
    if Judge::Qpdf.present() {
        let new = support::new_qpdf_warnings(&old, &path, "");
        assert!(new.is_empty(), "{what}: {new:?}");
    }
    // Of a field apart from its widgets pdfsig looks for the value in the widgets, in vain.
    if Judge::Pdfsig.present() && !matches!(what, "field-split" | "field-two-widgets") {
        let valid = support::pdfsig_valid(&path, "");
        assert_eq!(valid, vec![true; report.signatures.len()], "{what}");
    }
    if Judge::Pyhanko.present() {
        let roots = [support::trust()];
        let answers = support::pyhanko(&[Question { path: &path, password: "", roots: &roots }]);
        let opinions = answers.into_iter().next().unwrap().unwrap();
        assert_eq!(opinions.len(), report.signatures.len(), "{what}");
        for opinion in opinions {
            let accepted = opinion.intact && opinion.valid && opinion.trusted;
            let harmless = opinion.level <= Level::FormFilling && opinion.docmdp_ok == Some(true);
            assert!(accepted && harmless, "{what}: {opinion:?}");
        }
    }
}

/// The rectangle of each signature field's widget, by the field's name.
fn rectangles(document: &[u8]) -> Vec<(Vec<u8>, [f32; 4])> {
    let document = Document::load_mem(document).unwrap();
    let rectangle = |widget: &lopdf::Dictionary| {
        let corners = widget.get(b"Rect").unwrap().as_array().unwrap();
        [0, 1, 2, 3].map(|index| corners[index].as_float().unwrap())
    };
    let name = |widget: &lopdf::Dictionary| widget.get(b"T").unwrap().as_str().unwrap().to_owned();
    widgets(&document).into_iter().map(|(_, widget, _)| (name(widget), rectangle(widget))).collect()
}

#[test]
fn each_has_its_own_appearance_and_none_breaks_another() {
    let folder = tempfile::tempdir().unwrap();
    let people = ["p256", "rsa2048", "p521", "p384"].map(identity);
    let empty = Fields::new().add(NewField::new("Giám đốc").placement(on(2, [120.0, 16.0, 230.0, 70.0])));
    let mut document = empty.prepare(pdf("view-pages").as_slice(), &at()).unwrap().to_bytes().unwrap();
    let own = rectangles(&document);
    let places = [
        ("text", on(1, [20.0, 4.0, 120.0, 28.0])),
        ("text-left", on(-1, [120.0, 20.0, 230.0, 70.0])),
        ("qr", on(3, [20.0, 110.0, 220.0, 155.0])),
    ];
    for (signer, (layout, placement)) in people.iter().zip(places) {
        let before = document.clone();
        document = crate::paper::signed(signer, &visible(signer, layout, placement), &before);
        all_accept(layout, folder.path(), &before, &document);
    }
    let before = document.clone();
    let last = visible(&people[3], "border-and-ground", Placement::field()).field("Giám đốc");
    document = crate::paper::signed(&people[3], &last, &before);
    all_accept("the field's own rectangle", folder.path(), &before, &document);
    let all = rectangles(&document);
    assert_eq!(all.len(), 4);
    assert!(all.contains(&own[0]), "{own:?} {all:?}");
}

#[test]
fn fields_with_a_rectangle_are_signed_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let signer = identity("p256");
    let before = pdf("field-visible");
    let signing = visible(&signer, "text-right", Placement::field()).field("Signature1");
    all_accept("field-visible", folder.path(), &before, &crate::paper::signed(&signer, &signing, &before));
    let signing = visible(&signer, "image", Placement::field()).field("Signature1");
    for (name, count) in [("field-merged", 1), ("field-split", 1), ("field-two-widgets", 2)] {
        let mut before = pdf(name);
        let error = signing.prepare(before.as_slice(), &at()).err().unwrap();
        assert!(matches!(error, PrepareError::Placement(PlacementError::Unseen { .. })), "{name}: {error}");
        // Of an area, a small one.
        let (nothing, something) = (b"[0 0 0 0]", b"[0 0 9 9]");
        let mut widened = 0;
        while let Some(at) = before.windows(nothing.len()).position(|window| window == nothing) {
            before[at..at + something.len()].copy_from_slice(something);
            widened += 1;
        }
        assert_eq!(widened, count, "{name}");
        let signed = crate::paper::signed(&signer, &signing, &before);
        all_accept(name, folder.path(), &before, &signed);
        let document = Document::load_mem(&signed).unwrap();
        let is_dressed = |object: &&lopdf::Object| {
            object.as_dict().is_ok_and(|entries| entries.has(b"Rect") && entries.has(b"AP"))
        };
        assert_eq!(document.objects.values().filter(is_dressed).count(), count, "{name}");
    }
}

const TAGGED: [(&str, Claim); 2] = [
    ("pdfua-1", Claim { pdfa: None, pdfua: true, intent: None, tagged: true }),
    ("pdfa-2a-pdfua-1", Claim { pdfa: Some(2), pdfua: true, intent: Some(3), tagged: true }),
];

fn elements(document: &[u8]) -> usize {
    let document = Document::load_mem(document).unwrap();
    let is_element =
        |object: &lopdf::Object| object.as_dict().is_ok_and(|entries| entries.has_type(b"StructElem"));
    document.objects.values().filter(|object| is_element(object)).count()
}

/// The first field of a tagged document enters the structure; a later new one would make the first
/// signature's document look tampered with.
#[test]
fn a_second_new_field_of_a_tagged_document_is_left_out_of_the_structure() {
    let folder = tempfile::tempdir().unwrap();
    let signer = identity("p256");
    for (name, claim) in TAGGED {
        let original = pdf(name);
        let first = visible(&signer, "text", on(1, [10.0, 10.0, 110.0, 60.0]));
        let prepared = first.prepare(original.as_slice(), &at()).unwrap();
        assert_eq!(prepared.warnings(), [], "{name}");
        let once = crate::paper::signed(&signer, &first, &original);
        assert_eq!(elements(&once), elements(&original) + 1, "{name}");
        let found = broken(&Document::load_mem(&once).unwrap(), claim);
        assert!(found.is_empty(), "{name}: {found:?}");
        all_accept(name, folder.path(), &original, &once);

        let second = visible(&signer, "text", on(1, [120.0, 10.0, 220.0, 60.0]));
        let prepared = second.prepare(once.as_slice(), &at()).unwrap();
        assert_eq!(prepared.warnings(), [Warning::NotTagged], "{name}");
        let twice = crate::paper::signed(&signer, &second, &once);
        assert_eq!(elements(&twice), elements(&once), "{name}");
        all_accept(name, folder.path(), &once, &twice);
    }
}

/// Fields that were there and tagged before anyone signed stay so, whoever signs them.
#[test]
fn tagged_fields_made_beforehand_keep_the_document_tagged() {
    let folder = tempfile::tempdir().unwrap();
    let signer = identity("p256");
    for (name, claim) in TAGGED {
        let original = pdf(name);
        let fields = Fields::new()
            .add(NewField::new("A").placement(on(1, [10.0, 10.0, 110.0, 60.0])).tooltip("Bên A"))
            .add(NewField::new("B").placement(on(1, [120.0, 10.0, 220.0, 60.0])).tooltip("Bên B"));
        let mut document = fields.prepare(original.as_slice(), &at()).unwrap().to_bytes().unwrap();
        assert_eq!(elements(&document), elements(&original) + 2, "{name}");
        for field in ["A", "B"] {
            let before = document.clone();
            let signing = visible(&signer, "text-left", Placement::field()).field(field);
            assert_eq!(signing.prepare(before.as_slice(), &at()).unwrap().warnings(), [], "{name}");
            document = crate::paper::signed(&signer, &signing, &before);
            all_accept(name, folder.path(), &before, &document);
        }
        let found = broken(&Document::load_mem(&document).unwrap(), claim);
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}
