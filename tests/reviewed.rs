//! Documents that were once read wrongly, each with what must come of it.
#![cfg(feature = "signer")]
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use kyso::pdf::{PrepareError, Refusal, Signing};
use kyso::signer::{LocalKey, Signer as _};
use kyso::{At, Chain, Entropy, SignatureValue};

/// What once took hours takes seconds; more for a busy machine and code that was not optimised.
const PATIENCE: Duration = Duration::from_secs(60);

fn key_file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/keys").join(name)).unwrap()
}

fn signing() -> Signing {
    Signing::new(&Chain::from_pem(&key_file("p256-chain.pem")).unwrap())
}

fn at() -> At {
    At { time: "2026-11-21T09:00:00+07:00".parse().unwrap(), entropy: Entropy::new([3; 32]) }
}

/// Signs, and gives the whole document as text.
fn sign(signing: &Signing, document: &[u8]) -> Result<String, PrepareError> {
    let key = LocalKey::from_pem(&key_file("p256-key.pem"), None).unwrap();
    let prepared = signing.prepare(document, &at())?;
    let request = prepared.request();
    let value = SignatureValue::from_bytes(key.sign(request.suite(), request.to_be_signed()).unwrap());
    let signed = prepared.accept(&value).unwrap().to_bytes().unwrap();
    assert!(signed.starts_with(document));
    assert!(kyso::verify::pdf(&signed, &kyso::verify::Options::default()).unwrap().signatures.len() == 1);
    Ok(String::from_utf8_lossy(&signed).into_owned())
}

/// Appends a revision with these objects; `trailer` may hold `PREV` where the offset of the last section
/// goes.
fn append(document: &mut String, objects: &[(u32, &str)], trailer: &str) {
    let previous = document.rfind("xref\n0").or_else(|| document.rfind("xref\n")).unwrap_or(0);
    let mut entries = String::new();
    for (number, body) in objects {
        write!(entries, "{number} 1\n{:010} 00000 n \n", document.len()).unwrap();
        write!(document, "{number} 0 obj\n{body}\nendobj\n").unwrap();
    }
    let start = document.len();
    let trailer = trailer.replace("PREV", &previous.to_string());
    write!(
        document,
        "xref\n0 1\n0000000000 65535 f \n{entries}trailer\n<<{trailer}>>\nstartxref\n{start}\n%%EOF\n"
    )
    .unwrap();
}

const PAGES: [(u32, &str); 2] =
    [(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"), (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>")];

/// A signature dictionary that certifies against all changes.
const CLOSED: &str =
    "<</Type/Sig/Filter/Adobe.PPKLite/Reference[<</TransformMethod/DocMDP/TransformParams<</P 1>>>>]>>";

fn document(catalog: &str, more: &[(u32, &str)], trailer: &str) -> String {
    let mut objects = vec![(1, catalog)];
    objects.extend(PAGES);
    objects.extend(more);
    let mut document = String::from("%PDF-1.7\n");
    append(&mut document, &objects, &format!("/Root 1 0 R/Size 20{trailer}"));
    document
}

fn is_refused_as_certified(result: Result<String, PrepareError>) -> bool {
    matches!(result, Err(PrepareError::Refused(Refusal::NoChanges { p: 1, .. })))
}

#[test]
fn a_previous_section_named_by_a_real_or_a_reference_still_counts() {
    for previous in ["PREV", "PREV.0", "9 0 R"] {
        let form = [(4, "<</Fields[5 0 R]>>"), (5, "<</T(s)/FT/Sig/V 6 0 R>>"), (6, CLOSED), (9, "9")];
        let mut document = document("<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>", &form, "");
        append(&mut document, &[PAGES[1]], &format!("/Root 1 0 R/Size 20/Prev {previous}"));
        let result = sign(&signing(), document.as_bytes());
        assert!(is_refused_as_certified(result), "/Prev {previous}");
    }
}

#[test]
fn signatures_below_nodes_without_a_name_bind() {
    let catalog = "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>";
    let group = [
        (4, "<</T(form)/Kids[5 0 R]>>"),
        (5, "<</Kids[6 0 R]>>"),
        (6, "<</T(s)/FT/Sig/V 7 0 R>>"),
        (7, CLOSED),
    ];
    assert!(is_refused_as_certified(sign(&signing(), document(catalog, &group, "").as_bytes())));
    let split = [(4, "<</T(form)/Kids[5 0 R]>>"), (5, "<</FT/Sig/V 7 0 R>>"), (7, CLOSED)];
    assert!(is_refused_as_certified(sign(&signing(), document(catalog, &split, "").as_bytes())));
    let open = [(4, "<</T(form)/Kids[5 0 R]>>"), (5, "<</Kids[6 0 R]>>"), (6, "<</T(s)/FT/Sig>>")];
    let signed = sign(&signing().field("form.s"), document(catalog, &open, "").as_bytes()).unwrap();
    assert!(signed.contains("6 0 obj\n<</T(s)/FT/Sig/V "), "{signed}");
}

#[test]
fn words_that_nobody_knows_stay_when_their_object_is_rewritten() {
    let document = document("<</Type/Catalog/Pages 2 0 R>>", &[], "")
        .replace("/MediaBox[0 0 612 792]", "/MediaBox[0 0 612 7-92]/UserUnit 1e0");
    // The offsets behind the page moved: the document is scanned, which is not what is tested here.
    let signed = sign(&signing(), document.as_bytes()).unwrap();
    let page = signed.rsplit("3 0 obj\n").next().unwrap();
    assert!(page.contains("[0 0 612 7-92]/UserUnit 1e0"), "{page}");
}

#[test]
fn a_lock_on_the_next_free_name_is_gone_around() {
    let lock = "<</Type/Sig/Filter/Adobe.PPKLite/Reference[<</TransformMethod/FieldMDP\
                /TransformParams<</Action/Include/Fields[(Signature1)]>>>>]>>";
    let form = [(4, "<</Fields[5 0 R]>>"), (5, "<</T(s)/FT/Sig/V 6 0 R>>"), (6, lock)];
    let text = document("<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>", &form, "");
    let prepared = signing().prepare(text.as_bytes(), &at()).unwrap();
    assert!(prepared.state().to_json().len() > 1000);
    let named = signing().field("Signature1").prepare(text.as_bytes(), &at());
    assert!(matches!(named, Err(PrepareError::Refused(Refusal::Locked { .. }))));
}

#[test]
fn new_objects_keep_away_from_dangling_references_in_arrays() {
    let form = [(4, "<</Fields 5 0 R>>"), (5, "[20 0 R]")];
    let text = document("<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>", &form, "");
    let signed = sign(&signing(), text.as_bytes()).unwrap();
    assert!(!signed.contains("\n20 0 obj") && signed.contains("\n21 0 obj"), "{signed}");
}

#[test]
fn a_dictionary_that_holds_itself_ends() {
    let mut entries = String::new();
    for index in 0..20 {
        write!(entries, "/A{index} 5 0 R").unwrap();
    }
    let encrypt = format!("<</Filter/Standard{entries}>>");
    let text = document("<</Type/Catalog/Pages 2 0 R>>", &[(5, &encrypt)], "/Encrypt 5 0 R");
    let start = Instant::now();
    assert!(sign(&signing(), text.as_bytes()).is_err());
    assert!(start.elapsed() < PATIENCE);
}

#[test]
fn scans_that_find_the_same_bytes_again_end() {
    for word in ["trailer(", " 9 0 obj("] {
        let text = format!("%PDF-1.4\n{}", word.repeat(50_000));
        let start = Instant::now();
        assert!(sign(&signing(), text.as_bytes()).is_err());
        assert!(start.elapsed() < PATIENCE, "{word}: {:?}", start.elapsed());
    }
}

#[test]
fn a_long_name_can_be_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("{}.pdf", "n".repeat(246)));
    let text = document("<</Type/Catalog/Pages 2 0 R>>", &[], "");
    let key = LocalKey::from_pem(&key_file("p256-key.pem"), None).unwrap();
    let prepared = signing().prepare(text.as_bytes(), &at()).unwrap();
    let request = prepared.request();
    let value = SignatureValue::from_bytes(key.sign(request.suite(), request.to_be_signed()).unwrap());
    prepared.accept(&value).unwrap().save(&path).unwrap();
    assert!(std::fs::read(&path).unwrap().starts_with(text.as_bytes()));
}
