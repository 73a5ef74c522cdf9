//! What others say of documents that were signed here: openssl, pdfsig, qpdf, pyHanko and lopdf.
#![cfg(feature = "signer")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod signing;
mod support;

use std::fs;
use std::path::PathBuf;

use signing::{DigestAlgorithm, Password, SignatureAlgorithm, Signing, SubFilter, identity};
use support::{Judge, Level, Question, naive};

/// One signature that the judges are asked about.
struct Case {
    name: String,
    input: PathBuf,
    out: PathBuf,
    password: &'static str,
    /// openssl 3.0 cannot verify Ed25519 in CMS.
    ed25519: bool,
}

/// Files that differ in what a signature touches.
const FILES: [&str; 8] = [
    "minimal.pdf",
    "xref-stream-predictor.pdf",
    "object-stream-form.pdf",
    "hybrid.pdf",
    "field-visible.pdf",
    "field-split.pdf",
    "missing-xref.pdf",
    "junk-before-from-header.pdf",
];

/// Every kind of key, algorithm and subfilter over the files in turn; every encryption with RSA.
fn cases(folder: &std::path::Path) -> Vec<Case> {
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    use SignatureAlgorithm::{Ecdsa, Ed25519, RsaPkcs1, RsaPss};
    let ways = [
        ("rsa2048", RsaPkcs1, Sha256),
        ("rsa2048", RsaPkcs1, Sha384),
        ("rsa2048", RsaPkcs1, Sha512),
        ("rsa2048", RsaPss, Sha256),
        ("rsa2048", RsaPss, Sha512),
        ("p256", Ecdsa, Sha256),
        ("p256", Ecdsa, Sha512),
        ("p384", Ecdsa, Sha384),
        ("p521", Ecdsa, Sha512),
        ("ed25519", Ed25519, Sha512),
    ];
    let mut cases = Vec::new();
    let mut files = FILES.into_iter().cycle();
    for (key, algorithm, digest) in ways {
        let identity = identity(key);
        for sub_filter in [SubFilter::Pades, SubFilter::Pkcs7] {
            let file = files.next().unwrap();
            let signing =
                identity.signing().signature_algorithm(algorithm).digest(digest).sub_filter(sub_filter);
            let name = format!("{file} {algorithm} {digest} {sub_filter:?} by {key}");
            cases.push(case(folder, name, file, "", &identity, &signing));
        }
    }
    let identity = identity("rsa2048");
    let rows = support::manifest(&support::root().join("testdata/MANIFEST.tsv"), folder);
    for row in rows.iter().filter(|row| row.expected == "sign" && row.file.starts_with("enc-")) {
        let password: &'static str = match row.password.as_str() {
            "user" => "user",
            "owner" => "owner",
            _ => "",
        };
        let signing = identity.signing().reason("Đồng ý").password(Password::new(password));
        cases.push(case(folder, row.file.clone(), &row.file, password, &identity, &signing));
    }
    cases
}

fn case(
    folder: &std::path::Path,
    name: String,
    file: &str,
    password: &'static str,
    identity: &signing::Identity,
    signing: &Signing,
) -> Case {
    let input = support::pdf(file);
    let document = fs::read(&input).unwrap();
    let signed =
        identity.sign_as(signing, document.as_slice()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let out = folder.join(format!("{}.pdf", name.replace(' ', "-")));
    signed.save(&out).unwrap();
    assert!(fs::read(&out).unwrap().starts_with(&document), "{name}");
    let ed25519 = name.contains("ed25519");
    Case { name, input, out, password, ed25519 }
}

#[test]
fn openssl_accepts_every_signature_but_ed25519() {
    if !Judge::Openssl.present() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut judged = 0;
    for case in cases(folder.path()).iter().filter(|case| !case.ed25519) {
        let verdict = support::openssl_verify_pdf(&case.out, &support::trust());
        verdict.unwrap_or_else(|why| panic!("{}: {why}", case.name));
        judged += 1;
    }
    assert!(judged > 25, "{judged}");
}

#[test]
fn pdfsig_accepts_every_rsa_signature() {
    if !Judge::Pdfsig.present() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut judged = 0;
    for case in cases(folder.path()) {
        // poppler 22.12 verifies neither PSS nor elliptic curves everywhere; RSA it must.
        if ["rsa-pss", "ecdsa", "ed25519"].iter().any(|word| case.name.contains(word)) {
            continue;
        }
        let verdicts = support::pdfsig_valid(&case.out, case.password);
        assert!(!verdicts.is_empty() && verdicts.iter().all(|valid| *valid), "{}: {verdicts:?}", case.name);
        judged += 1;
    }
    assert!(judged > 15, "{judged}");
}

#[test]
fn qpdf_has_nothing_new_to_say() {
    if !Judge::Qpdf.present() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for case in cases(folder.path()) {
        let new = support::new_qpdf_warnings(&case.input, &case.out, case.password);
        assert!(new.is_empty(), "{}: {new:?}", case.name);
    }
}

#[test]
fn pyhanko_trusts_every_signature() {
    if !Judge::Pyhanko.present() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let cases = cases(folder.path());
    let roots = [support::trust()];
    let questions: Vec<_> = cases
        .iter()
        .map(|case| Question { path: &case.out, password: case.password, roots: &roots })
        .collect();
    let mut unread = Vec::new();
    for (case, answer) in cases.iter().zip(support::pyhanko(&questions)) {
        let opinions = match answer {
            Ok(opinions) => opinions,
            Err(why) => {
                unread.push(format!("{}: {why}", case.name));
                continue;
            }
        };
        let newest = opinions.last().unwrap_or_else(|| panic!("{}: no signature", case.name));
        assert!(newest.intact && newest.valid && newest.trusted, "{}: {newest:?}", case.name);
        assert_eq!(newest.coverage, "ENTIRE_FILE", "{}: {newest:?}", case.name);
        assert_eq!(newest.level, Level::None, "{}: {newest:?}", case.name);
    }
    // A file that pyHanko cannot read unsigned either is no witness; most must be.
    assert!(unread.len() * 8 < cases.len(), "{unread:?}");
}

/// The one signature that lopdf finds: its name, ByteRange and Contents.
fn seen_by_lopdf(bytes: &[u8]) -> Vec<(String, Vec<i64>, Vec<u8>)> {
    let document = lopdf::Document::load_mem(bytes).unwrap();
    let resolve = |object: &lopdf::Object| document.dereference(object).unwrap().1.clone();
    let catalog = document.catalog().unwrap();
    let form = resolve(catalog.get(b"AcroForm").unwrap());
    let fields = resolve(form.as_dict().unwrap().get(b"Fields").unwrap());
    let mut found = Vec::new();
    for field in fields.as_array().unwrap() {
        let field = resolve(field);
        let field = field.as_dict().unwrap();
        let Ok(value) = field.get(b"V").map(&resolve) else { continue };
        let Ok(signature) = value.as_dict() else { continue };
        let Ok(range) = signature.get(b"ByteRange") else { continue };
        let range = range.as_array().unwrap().iter().map(|number| number.as_i64().unwrap()).collect();
        let name = String::from_utf8_lossy(field.get(b"T").unwrap().as_str().unwrap()).into_owned();
        found.push((name, range, signature.get(b"Contents").unwrap().as_str().unwrap().to_vec()));
    }
    found
}

#[test]
fn lopdf_finds_the_signature_and_everything_else() {
    let rsa = identity("rsa2048");
    let mut read = 0;
    for name in [
        "minimal.pdf",
        "form-direct.pdf",
        "form-indirect-fields-indirect.pdf",
        "object-stream-form.pdf",
        "xref-stream.pdf",
        "xref-stream-incremental.pdf",
        "incremental-three.pdf",
        "linearized.pdf",
        "version-2.0.pdf",
        "pages-wide.pdf",
        "no-id.pdf",
        "no-eol-at-end.pdf",
    ] {
        let document = fs::read(support::pdf(name)).unwrap();
        let before = lopdf::Document::load_mem(&document).unwrap();
        let signed = rsa.sign(&document);
        let after = lopdf::Document::load_mem(&signed).unwrap();
        let expected = naive::newest_signature(&signed).unwrap();
        let found = seen_by_lopdf(&signed);
        let (field, range, contents) = found.last().unwrap_or_else(|| panic!("{name}: no signature"));
        assert!(field.starts_with("Signature"), "{name}: {field}");
        let numbers: Vec<usize> = range.iter().map(|number| usize::try_from(*number).unwrap()).collect();
        assert_eq!(numbers, expected.byte_range, "{name}");
        assert!(contents.starts_with(&expected.cms), "{name}");
        // Nothing that was there is gone, and pages show what they showed.
        for (id, object) in &before.objects {
            let kept = after.objects.get(id);
            let is_section = object.type_name().is_ok_and(|kind| kind == b"XRef" || kind == b"ObjStm");
            assert!(kept.is_some() || is_section, "{name}: object {id:?} is gone");
        }
        assert_eq!(before.get_pages().len(), after.get_pages().len(), "{name}");
        for ((number, one), (_, other)) in before.get_pages().iter().zip(after.get_pages()) {
            let contents = (before.get_page_content(*one), after.get_page_content(other));
            assert_eq!(contents.0, contents.1, "{name}: page {number}");
        }
        read += 1;
    }
    assert_eq!(read, 12);
}
