//! Forged and wrapped signatures: the attacks on `/ByteRange` and `/Contents`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod verify_support;

use kyso::verify::{self, Check, Coverage, FindingKind, Options, Report};
use verify_support::{How, Pdf, Signer};

const FIELD: &str = "<</FT/Sig/T(Signature1)/Subtype/Widget/Rect[0 0 0 0]/V 5 0 R>>";

fn base() -> Pdf {
    Pdf::new(&[
        (1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/SigFlags 3>>>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots[4 0 R]>>"),
        (4, FIELD),
    ])
}

fn signed(how: &How<'_>) -> Pdf {
    let mut pdf = base();
    pdf.sign(&Signer::new("Someone", 3), 5, how, &[]);
    pdf
}

fn report(pdf: &Pdf) -> Report {
    verify::pdf(&pdf.bytes, &Options::default()).expect("a document")
}

#[track_caller]
fn forged(pdf: &Pdf, kind: FindingKind) -> Report {
    let report = report(pdf);
    let [signature] = report.signatures.as_slice() else { panic!("{report}") };
    assert!(signature.findings.iter().any(|finding| finding.kind == kind), "{report}");
    assert!(!signature.is_valid() && !report.is_valid(), "{report}");
    report
}

#[test]
fn the_fixture_is_valid() {
    let report = report(&signed(&How::default()));
    assert!(report.is_valid(), "{report}");
}

/// Universal signature forgery: the value is taken from elsewhere, the range or the value is damaged.
#[test]
fn damaged_dictionaries_do_not_pass() {
    let cases: [(&str, &str, FindingKind); 8] = [
        ("/ByteRange [0 0", "/ByteRangX [0 0", FindingKind::ByteRangeMissing),
        ("/ByteRange [0 0", "/ByteRange [9 0", FindingKind::ByteRangeMalformed),
        ("/ByteRange [0 0", "/ByteRange [0 -", FindingKind::ByteRangeMalformed),
        ("/ByteRange [0 00", "/ByteRange [0 1.", FindingKind::ByteRangeMalformed),
        ("/ByteRange [0 00", "/ByteRange [0 99", FindingKind::ByteRangeMalformed),
        ("/Contents <", "/Contentz <", FindingKind::ContentsMissing),
        ("/Contents <3", "/Contents <4", FindingKind::ContentsMalformed),
        ("/SubFilter/ETSI.CAdES.detached", "/SubFilter/ETSI.CAdES.detachex", FindingKind::UnsupportedFormat),
    ];
    for (from, to, kind) in cases {
        let mut pdf = signed(&How::default());
        pdf.patch(from, to);
        forged(&pdf, kind);
    }
}

#[test]
fn values_that_are_no_array_or_string_do_not_pass() {
    let dictionary = |entries: &str| {
        let mut pdf = base();
        pdf.update(&[(5, &format!("<</Type/Sig/SubFilter/ETSI.CAdES.detached{entries}>>"))]);
        pdf
    };
    forged(&dictionary(""), FindingKind::ByteRangeMissing);
    forged(&dictionary("/ByteRange null/Contents<30>"), FindingKind::ByteRangeMissing);
    forged(&dictionary("/ByteRange(0 1 2 3)/Contents<30>"), FindingKind::ByteRangeMalformed);
    forged(&dictionary("/ByteRange[]/Contents<30>"), FindingKind::ByteRangeMalformed);
    forged(&dictionary("/ByteRange 4 0 R/Contents<30>"), FindingKind::ByteRangeMalformed);
    forged(&dictionary("/ByteRange[0 9 19 9]/Contents null"), FindingKind::ContentsMissing);
    forged(&dictionary("/ByteRange[0 9 19 9]/Contents 4 0 R"), FindingKind::ContentsMissing);
    forged(&dictionary("/ByteRange[0 9 19 9]/Contents<>"), FindingKind::ContentsMissing);
    forged(&dictionary("/ByteRange[0 9 19 9]/Contents<0000>"), FindingKind::ContentsMissing);
    forged(&dictionary("/ByteRange[0 9 19 9]/Contents<3000>"), FindingKind::GapMismatch);
}

/// Signature wrapping: the digest is right, but something else lies in the part that is left out.
#[test]
fn nothing_hides_in_the_gap() {
    let report = forged(&signed(&How { wrapped: "/Reason(x)", ..How::default() }), FindingKind::GapMismatch);
    assert_eq!(report.signatures[0].digest, Check::Ok);
    assert_eq!(report.signatures[0].signature, Check::Ok);
    forged(&signed(&How { wrapped: "    ", ..How::default() }), FindingKind::GapMismatch);
}

#[test]
fn nothing_hides_behind_the_value() {
    let pdf = signed(&How { behind: b"hidden", ..How::default() });
    forged(&pdf, FindingKind::ContentsTrailingData);
    // Zeros are padding.
    assert!(report(&signed(&How { behind: &[0; 8], ..How::default() })).is_valid());
}

/// A valid signature, quoted by a dictionary that stands elsewhere.
#[test]
fn a_dictionary_away_from_its_gap_does_not_pass() {
    let mut pdf = signed(&How::default());
    let start = pdf.bytes.windows(8).rposition(|one| one == b"5 0 obj\n").unwrap() + 8;
    let length = pdf.bytes[start..].windows(8).position(|one| one == b"\nendobj\n").unwrap();
    let quoted = String::from_utf8(pdf.bytes[start..start + length].to_vec()).unwrap();
    pdf.update(&[(5, &quoted)]);
    let report = forged(&pdf, FindingKind::SignatureMisplaced);
    assert_eq!(report.signatures[0].digest, Check::Ok);
}

#[test]
fn a_range_that_ends_inside_a_revision_does_not_pass() {
    let mut pdf = signed(&How::default());
    let [_, _, c, d] = report(&pdf).signatures[0].byte_range.unwrap();
    pdf.patch(&format!("{c:010} {d:010}]"), &format!("{c:010} {:010}]", d - 20));
    let report = forged(&pdf, FindingKind::NotARevision);
    assert_eq!(report.signatures[0].coverage, Coverage::Partial);
    assert!(!report.signatures[0].changes.compared);
}

#[test]
fn one_signature_in_two_fields_is_noticed() {
    let mut pdf = Pdf::new(&[
        (1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R 6 0 R]/SigFlags 3>>>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"),
        (4, FIELD),
        (6, &FIELD.replace("Signature1", "Signature2")),
    ]);
    pdf.sign(&Signer::new("Someone", 3), 5, &How::default(), &[]);
    let report = report(&pdf);
    assert!(!report.is_valid(), "{report}");
    assert_eq!(report.signatures[1].findings[0].kind, FindingKind::SignatureShared);
}
