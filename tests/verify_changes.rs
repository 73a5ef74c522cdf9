//! What may and what may not happen to a signed document.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod verify_support;

use kyso::verify::{self, ChangeLevel, Check, Coverage, FindingKind, Options, Report, SignatureKind, Trust};
use verify_support::{How, Pdf, Signer, TIME, stream};

const CATALOG: &str = "<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R>>";
const FORM: &str = "<</Fields[7 0 R 8 0 R]/SigFlags 3/DR<</Font<</F 5 0 R>>>>>>";
const PAGE: &str = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R\
    /Resources<</Font<</F 5 0 R>>/XObject<</X 12 0 R>>>>/Annots[7 0 R 8 0 R]>>";
const TEXT: &str =
    "<</FT/Tx/T(text)/Type/Annot/Subtype/Widget/Rect[0 0 50 20]/P 3 0 R/AP<</N 9 0 R>>/V(old)>>";
const SIGNED: &str =
    "<</FT/Sig/T(Signature1)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/F 132/P 3 0 R/V 11 0 R>>";
const EMPTY: &str = "<</FT/Sig/T(Signature1)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/F 132/P 3 0 R>>";

fn signer() -> Signer {
    Signer::new("Nguyễn Văn A", 1)
}

fn base(replaced: &[(u32, &str)]) -> Pdf {
    let content = stream("", "BT /F 12 Tf (100 VND) Tj ET /X Do");
    let appearance = stream("/Type/XObject/Subtype/Form/BBox[0 0 50 20]", "(old) Tj");
    let drawing = stream("/Type/XObject/Subtype/Form/BBox[0 0 50 20]", "(drawing) Tj");
    let mut objects = vec![
        (1, CATALOG),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, PAGE),
        (4, content.as_str()),
        (5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"),
        (6, FORM),
        (7, TEXT),
        (8, EMPTY),
        (9, appearance.as_str()),
        (12, drawing.as_str()),
    ];
    for (number, body) in replaced {
        objects.retain(|(one, _)| one != number);
        objects.push((*number, body));
    }
    Pdf::new(&objects)
}

fn signed_over(mut pdf: Pdf, entries: &str) -> Pdf {
    pdf.sign(&signer(), 11, &How { entries, ..How::default() }, &[(8, SIGNED)]);
    pdf
}

fn signed() -> Pdf {
    signed_over(base(&[]), "")
}

fn certified(p: u8) -> Pdf {
    let reference = format!(
        "/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P {p}/V/1.2>>>>]"
    );
    let mut pdf = base(&[]);
    let catalog = "<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R/Perms<</DocMDP 11 0 R>>>>";
    let how = How { entries: &reference, ..How::default() };
    pdf.sign(&signer(), 11, &how, &[(8, SIGNED), (1, catalog)]);
    pdf
}

fn report(pdf: &Pdf) -> Report {
    verify::pdf(&pdf.bytes, &Options::default()).expect("a document")
}

fn kinds(report: &Report) -> Vec<FindingKind> {
    report.signatures[0].findings.iter().map(|finding| finding.kind).collect()
}

/// After these objects were replaced, the first signature is not valid, and this is why.
#[track_caller]
fn refused(mut pdf: Pdf, objects: &[(u32, &str)], kind: FindingKind) {
    pdf.update(objects);
    let report = report(&pdf);
    assert!(kinds(&report).contains(&kind), "{report}");
    assert!(!report.is_valid(), "{report}");
    assert_eq!(report.signatures[0].coverage, Coverage::EntireRevision, "{report}");
    assert_eq!((&report.signatures[0].digest, &report.signatures[0].signature), (&Check::Ok, &Check::Ok));
}

#[track_caller]
fn permitted(mut pdf: Pdf, objects: &[(u32, &str)], level: ChangeLevel) {
    pdf.update(objects);
    let report = report(&pdf);
    assert!(report.is_valid(), "{report}");
    assert_eq!(report.signatures[0].changes.level, level, "{report}");
    assert_eq!(report.signatures[0].coverage, Coverage::EntireRevision, "{report}");
}

#[test]
fn a_signature_that_covers_the_file_is_valid() {
    let mut options = Options::default();
    options.trust = Some(vec![signer().chain.leaf().clone()]);
    let report = verify::pdf(&signed().bytes, &options).unwrap();
    assert!(report.is_valid(), "{report}");
    let [signature] = report.signatures.as_slice() else { panic!("{report}") };
    assert_eq!(signature.field, "Signature1");
    assert_eq!(signature.kind, SignatureKind::Approval);
    assert_eq!(signature.coverage, Coverage::EntireFile);
    assert_eq!(signature.claimed_time, Some(TIME));
    assert_eq!(signature.digest_algorithm.as_deref(), Some("sha256"));
    assert_eq!(signature.signer.as_ref().unwrap().common_name.as_deref(), Some("Nguyễn Văn A"));
    assert!(matches!(&signature.trust, Trust::Trusted { at: TIME, .. }));
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["valid"], true);
    assert_eq!(json["signatures"][0]["claimed_time"], "2026-11-21T02:30:00Z");
    assert_eq!(json["signatures"][0]["digest"]["status"], "ok");
    assert_eq!(json["signatures"][0]["coverage"], "entire-file");
    assert_eq!(json["signatures"][0]["changes"]["level"], "none");
}

#[test]
fn trust_is_a_matter_of_roots_and_time() {
    let text = report(&signed()).to_string();
    assert!(text.contains("trust: not checked") && text.ends_with("result: valid\n"), "{text}");
    let mut options = Options::default();
    options.trust = Some(vec![Signer::new("Another", 2).chain.leaf().clone()]);
    let report = verify::pdf(&signed().bytes, &options).unwrap();
    assert!(!report.is_valid() && matches!(report.signatures[0].trust, Trust::Untrusted { .. }), "{report}");
    options.trust = Some(vec![signer().chain.leaf().clone()]);
    options.time = Some(TIME - 40_000_000);
    assert!(!verify::pdf(&signed().bytes, &options).unwrap().is_valid());
}

#[test]
fn no_signature_is_not_valid() {
    let report = report(&base(&[]));
    assert!(report.signatures.is_empty() && !report.is_valid());
    assert!(report.to_string().contains("no signatures"));
}

#[test]
fn a_file_is_verified_like_a_slice() {
    let path = std::env::temp_dir().join(format!("kyso-verify-{}.pdf", std::process::id()));
    let mut pdf = signed();
    pdf.update(&[(4, &stream("", "BT /F 12 Tf (900 VND) Tj ET"))]);
    std::fs::write(&path, &pdf.bytes).unwrap();
    let from_file = verify::pdf(&std::fs::File::open(&path).unwrap(), &Options::default()).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(from_file.to_json(), report(&pdf).to_json());
}

#[test]
fn a_changed_byte_is_noticed_wherever_it_is() {
    let pdf = signed();
    let report = report(&pdf);
    let [_, gap, end, _] = report.signatures[0].byte_range.unwrap();
    for at in (0..pdf.bytes.len()).step_by(97) {
        if (gap..end).contains(&(at as u64)) {
            continue;
        }
        let mut changed = pdf.clone();
        changed.bytes[at] ^= 1;
        let valid = verify::pdf(&changed.bytes, &Options::default()).is_ok_and(|report| report.is_valid());
        assert!(!valid, "byte {at}");
    }
}

#[test]
fn white_space_behind_the_end_changes_nothing() {
    let mut pdf = signed();
    pdf.bytes.extend(b"\r\n\n");
    let report = report(&pdf);
    assert!(report.is_valid(), "{report}");
    assert_eq!(report.signatures[0].coverage, Coverage::EntireRevision);
    assert_eq!(report.signatures[0].changes.level, ChangeLevel::None);
}

#[test]
fn a_second_signature_leaves_the_first_valid() {
    let mut pdf = signed();
    let field = "<</FT/Sig/T(Signature2)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/F 132/P 3 0 R/V 21 0 R>>";
    let form = FORM.replace("8 0 R]", "8 0 R 20 0 R]");
    let page = PAGE.replace("8 0 R]", "8 0 R 20 0 R]");
    let other = Signer::new("Trần Thị B", 2);
    pdf.sign(&other, 21, &How::default(), &[(20, field), (6, &form), (3, &page)]);
    let report = report(&pdf);
    assert!(report.is_valid(), "{report}");
    assert_eq!(report.signatures.len(), 2);
    assert_eq!(report.signatures[0].changes.level, ChangeLevel::FormFilling);
    assert_eq!(report.signatures[1].coverage, Coverage::EntireFile);
}

#[test]
fn filling_in_a_form_is_permitted() {
    let filled = TEXT.replace("9 0 R", "30 0 R").replace("(old)", "(new)");
    let appearance = stream("/Type/XObject/Subtype/Form/BBox[0 0 50 20]", "(new) Tj");
    permitted(signed(), &[(7, &filled), (30, &appearance)], ChangeLevel::FormFilling);
    permitted(signed(), &[(9, &appearance)], ChangeLevel::FormFilling);
    permitted(certified(2), &[(7, &filled), (30, &appearance)], ChangeLevel::FormFilling);
    refused(certified(1), &[(7, &filled), (30, &appearance)], FindingKind::ContentChanged);
}

#[test]
fn validation_data_and_metadata_are_permitted_even_after_a_strict_certification() {
    let catalog =
        "<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R/Perms<</DocMDP 11 0 R>>/DSS 30 0 R/Metadata 32 0 R>>";
    let certificate = stream("", "certificate");
    let metadata = stream("/Type/Metadata/Subtype/XML", "<x/>");
    let store = [(1, catalog), (30, "<</Certs[31 0 R]>>"), (31, &certificate), (32, &metadata)];
    permitted(certified(1), &store, ChangeLevel::LongTermValidation);
    let mut grown = certified(1);
    grown.update(&store);
    permitted(
        grown,
        &[(30, "<</Certs[31 0 R 33 0 R]>>"), (33, &certificate)],
        ChangeLevel::LongTermValidation,
    );
}

#[test]
fn annotations_are_permitted_at_level_three_only() {
    let page = PAGE.replace("8 0 R]", "8 0 R 30 0 R]");
    let note = "<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(note)>>";
    permitted(certified(3), &[(3, &page), (30, note)], ChangeLevel::Annotations);
    refused(certified(2), &[(3, &page), (30, note)], FindingKind::ContentChanged);
    refused(signed(), &[(3, &page), (30, note)], FindingKind::ContentChanged);
}

#[test]
fn locked_fields_stay_as_they_are() {
    let filled = TEXT.replace("(old)", "(new)");
    let lock = |action: &str| {
        let parameters = format!("<</Type/TransformParams/V/1.2/Action{action}>>");
        format!("/Reference[<</TransformMethod/FieldMDP/TransformParams{parameters}>>]")
    };
    let locked = |action: &str| signed_over(base(&[]), &lock(action));
    refused(locked("/All"), &[(7, &filled)], FindingKind::LockedFieldChanged);
    refused(locked("/Include/Fields[(text)]"), &[(7, &filled)], FindingKind::LockedFieldChanged);
    permitted(locked("/Exclude/Fields[(text)]"), &[(7, &filled)], ChangeLevel::FormFilling);
    let appearance = stream("/Type/XObject/Subtype/Form/BBox[0 0 50 20]", "(new) Tj");
    refused(locked("/All"), &[(9, &appearance)], FindingKind::LockedFieldChanged);
    // The flag that a field is read-only shows nothing.
    let read_only = TEXT.replace("/V(old)", "/V(old)/Ff 1");
    permitted(locked("/All"), &[(7, &read_only)], ChangeLevel::LongTermValidation);
}

#[test]
fn pages_content_and_fonts_may_not_change() {
    let content = stream("", "BT /F 12 Tf (900 VND) Tj ET");
    refused(signed(), &[(4, &content)], FindingKind::ContentChanged);
    refused(signed(), &[(3, &PAGE.replace("4 0 R", "30 0 R")), (30, &content)], FindingKind::ContentChanged);
    refused(signed(), &[(5, "<</Type/Font/Subtype/Type1/BaseFont/Evil>>")], FindingKind::ContentChanged);
    refused(signed(), &[(2, "<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>")], FindingKind::ContentChanged);
    refused(
        signed(),
        &[(1, &CATALOG.replace("/Pages 2", "/OpenAction 30 0 R/Pages 2"))],
        FindingKind::ContentChanged,
    );
    refused(
        signed(),
        &[(1, &CATALOG.replace("2 0 R", "30 0 R")), (30, "<</Type/Pages/Kids[3 0 R]/Count 1>>")],
        FindingKind::ContentChanged,
    );
}

#[test]
fn fields_come_and_go_only_as_permitted() {
    refused(signed(), &[(6, &FORM.replace("7 0 R ", ""))], FindingKind::ContentChanged);
    let text = "<</FT/Tx/T(more)>>";
    refused(
        signed(),
        &[(6, &FORM.replace("8 0 R]", "8 0 R 30 0 R]")), (30, text)],
        FindingKind::ContentChanged,
    );
    refused(signed(), &[(7, &TEXT.replace("(text)", "(name)"))], FindingKind::ContentChanged);
    refused(signed(), &[(7, &TEXT.replace("[0 0 50 20]", "[0 0 300 300]"))], FindingKind::ContentChanged);
    let visible = "<</FT/Sig/T(Two)/Subtype/Widget/Rect[0 0 300 300]>>";
    let form = FORM.replace("8 0 R]", "8 0 R 30 0 R]");
    permitted(signed(), &[(6, &form), (30, visible)], ChangeLevel::FormFilling);
    refused(certified(2), &[(6, &form), (30, visible)], FindingKind::ContentChanged);
    let acting = "<</FT/Sig/T(Two)/Subtype/Widget/Rect[0 0 0 0]/AA<</E<</S/JavaScript/JS(1)>>>>>>";
    refused(signed(), &[(6, &form), (30, acting)], FindingKind::ContentChanged);
}

#[test]
fn a_signature_may_not_be_exchanged() {
    let mut pdf = signed();
    pdf.update(&[(11, "<</Type/Sig/SubFilter/ETSI.CAdES.detached>>")]);
    let alone = report(&pdf);
    assert!(kinds(&alone).contains(&FindingKind::ByteRangeMissing) && !alone.is_valid(), "{alone}");
    // Another signature vouches for the first.
    let field = "<</FT/Sig/T(Signature2)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/F 132/P 3 0 R/V 21 0 R>>";
    let form = FORM.replace("8 0 R]", "8 0 R 20 0 R]");
    let twice = || {
        let mut pdf = signed();
        pdf.sign(&signer(), 21, &How::default(), &[(20, field), (6, &form)]);
        pdf
    };
    for objects in [
        [(11, "<</Type/Sig/SubFilter/ETSI.CAdES.detached>>"), (31, "null")],
        [(8, &SIGNED.replace("11 0 R", "31 0 R")), (31, "<</Type/Sig/ByteRange[0 0 0 0]/Contents<00>>>")],
    ] {
        let mut pdf = twice();
        assert!(report(&pdf).is_valid());
        pdf.update(&objects);
        let report = report(&pdf);
        let second = report.signatures.iter().find(|one| one.field == "Signature2").unwrap();
        assert!(second.findings.iter().any(|one| one.kind == FindingKind::SignatureReplaced), "{report}");
        assert!(!second.is_valid());
    }
}

#[test]
fn what_a_form_may_change_may_not_be_page_content_too() {
    // The page draws the field's appearance itself.
    let page = PAGE.replace("/X 12 0 R", "/X 9 0 R");
    let appearance = stream("/Type/XObject/Subtype/Form/BBox[0 0 50 20]", "(new) Tj");
    let pdf = signed_over(base(&[(3, &page)]), "");
    refused(pdf, &[(9, &appearance)], FindingKind::SharedObjectReplaced);
    // The dictionary of appearances is the page's dictionary of drawings.
    let page = PAGE.replace("<</X 12 0 R>>", " 13 0 R");
    let field = TEXT.replace("<</N 9 0 R>>", " 13 0 R");
    let pdf = signed_over(base(&[(3, &page), (7, &field), (13, "<</N 9 0 R>>")]), "");
    refused(pdf, &[(9, &appearance)], FindingKind::SharedObjectReplaced);
}

#[test]
fn hidden_objects_may_not_come_to_light() {
    let mut pdf = base(&[]);
    let hidden = pdf.write(&[(4, &stream("", "BT /F 12 Tf (900 VND) Tj ET"))]);
    let mut pdf = signed_over(pdf, "");
    assert!(report(&pdf).is_valid());
    pdf.close(&hidden);
    let report = report(&pdf);
    assert!(kinds(&report).contains(&FindingKind::HiddenObjectRevealed) && !report.is_valid(), "{report}");
}

#[test]
fn references_to_nothing_stay_so() {
    let pdf = signed_over(base(&[(3, &PAGE.replace("/Contents 4 0 R", "/Contents[4 0 R 40 0 R]"))]), "");
    refused(pdf, &[(40, &stream("", "(more) Tj"))], FindingKind::DanglingReferenceFilled);
}

#[test]
fn object_numbers_keep_their_meaning() {
    refused(signed(), &[(5, &stream("", "not a font"))], FindingKind::ObjectNumberReused);
    let mut freed = signed();
    freed.close(&[(12, 0)]);
    let report = report(&freed);
    assert!(!report.is_valid(), "{report}");
    // A number that nothing refers to may be used again.
    let mut pdf = base(&[]);
    pdf.update(&[(14, "(nobody's)")]);
    permitted(signed_over(pdf, ""), &[(14, &stream("", "nobody's either"))], ChangeLevel::None);
}

#[test]
fn the_cross_reference_must_build_on_the_signed_revision() {
    let pdf = signed();
    let report_before = report(&pdf);
    assert!(report_before.is_valid());
    let mut skipping = pdf.clone();
    let mut entries = Vec::new();
    for number in 1..=12_u32 {
        let header = format!("\n{number} 0 obj\n");
        let found = skipping.bytes.windows(header.len()).rposition(|one| one == header.as_bytes());
        entries.extend(found.map(|at| (number, at + 1)));
    }
    skipping.close_with(&entries, "/Root 1 0 R");
    let report = report(&skipping);
    assert!(kinds(&report).contains(&FindingKind::RevisionSkipped) && !report.is_valid(), "{report}");
}

#[test]
fn objects_that_no_cross_reference_mentions_are_noticed() {
    let mut pdf = signed();
    pdf.write(&[(4, &stream("", "BT /F 12 Tf (900 VND) Tj ET"))]);
    let report_unclosed = report(&pdf);
    assert!(kinds(&report_unclosed).contains(&FindingKind::UnlistedObject), "{report_unclosed}");
    assert!(!report_unclosed.is_valid());
    pdf.bytes.extend(b"trailer\n<</Root 1 0 R>>\n%%EOF\n");
    assert!(!report(&pdf).is_valid());
}
