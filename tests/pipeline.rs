//! Documents through both phases, against a reader of ByteRanges that knows no PDF.
#![cfg(feature = "signer")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod signing;
mod support;

use std::fs::{self, File};
use std::io::Cursor;
use std::sync::Arc;

use proptest::prelude::*;
use sha2::Digest as _;
use signing::{Identity, Seekable, Trickle, at, identity, small_pdf};
use support::{Judge, Level, Question, naive};

/// Everything that the naive reader can tell about the newest signature of `out`.
fn judged_naively(before: &[u8], out: &[u8]) {
    assert!(out.starts_with(before), "the original is a prefix");
    let found = naive::newest_signature(out).expect("a signature");
    let [start, length, after, rest] = found.byte_range;
    assert_eq!((start, after + rest), (0, out.len()), "the whole file but the gap");
    assert!(length > before.len(), "the gap lies in the appended revision");
    assert_eq!((out[length], out[after - 1]), (b'<', b'>'));
    let digits = &out[length + 1..after - 1];
    assert_eq!(digits.len() % 2, 0);
    assert!(digits.iter().all(u8::is_ascii_hexdigit));
    assert!(digits[found.cms.len() * 2..].iter().all(|digit| *digit == b'0'), "zeros behind the CMS");
    // The messageDigest is an OCTET STRING of the digest; no other value of 32 bytes can stand there.
    let digest = sha2::Sha256::digest(&found.content);
    let octets = [&[4, 32], digest.as_slice()].concat();
    assert!(naive::find(&found.cms, &octets, 0).is_some(), "messageDigest is the digest of the content");
}

fn sign(identity: &Identity, document: &[u8]) -> Vec<u8> {
    identity.sign(document)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn small_documents_are_signed_exactly(shape in small_pdf::shape()) {
        let identity = identity("p256");
        let document = small_pdf::write(&shape);
        let once = sign(&identity, &document);
        judged_naively(&document, &once);
        let twice = sign(&identity, &once);
        judged_naively(&once, &twice);
        let found: Vec<_> = naive::signatures(&twice);
        prop_assert_eq!(found.len(), 2);
        prop_assert_eq!(&found[0].content, &naive::newest_signature(&once).unwrap().content);
    }

    #[test]
    fn the_answer_does_not_depend_on_how_the_document_is_read(
        shape in small_pdf::shape(),
        most in 1_usize..70,
    ) {
        let identity = identity("ed25519");
        let document = small_pdf::write(&shape);
        let expected = sign(&identity, &document);
        let trickle = Trickle { bytes: &document, most };
        let signed = identity.sign_as(&identity.signing(), trickle).unwrap();
        prop_assert_eq!(&signed.to_bytes().unwrap(), &expected);
        let mut written = Vec::new();
        signed.write_to(&mut written).unwrap();
        prop_assert_eq!(&written, &expected);
        let seekable = Arc::new(Seekable::new(Cursor::new(document.clone())));
        let signed = identity.sign_as(&identity.signing(), seekable).unwrap();
        prop_assert_eq!(&signed.to_bytes().unwrap(), &expected);
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), &document).unwrap();
        let opened = Arc::new(File::open(file.path()).unwrap());
        let signed = identity.sign_as(&identity.signing(), opened).unwrap();
        prop_assert_eq!(&signed.to_bytes().unwrap(), &expected);
        signed.save(file.path()).unwrap();
        prop_assert_eq!(&fs::read(file.path()).unwrap(), &expected);
    }
}

#[test]
fn small_documents_are_what_qpdf_takes_for_sound() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    if !Judge::Qpdf.present() {
        return;
    }
    let identity = identity("p256");
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before.pdf"), folder.path().join("after.pdf"));
    let mut runner = TestRunner::deterministic();
    for _ in 0..24 {
        let shape = small_pdf::shape().new_tree(&mut runner).unwrap().current();
        let document = small_pdf::write(&shape);
        fs::write(&before, &document).unwrap();
        fs::write(&after, sign(&identity, &document)).unwrap();
        let new = support::new_qpdf_warnings(&before, &after, "");
        assert!(new.is_empty(), "{new:?} for {shape:?}");
    }
}

/// The files of `testdata/pdf` that can be signed, without a password, up to a hundred.
fn signable() -> Vec<support::Row> {
    let folder = support::root().join("testdata");
    let mut rows = support::manifest(&folder.join("MANIFEST.tsv"), &folder.join("pdf"));
    rows.retain(|row| row.expected == "sign" && row.password.is_empty());
    rows
}

#[test]
fn every_test_document_is_the_same_over_short_reads() {
    let identity = identity("ed25519");
    for row in signable() {
        println!("{}", row.file);
        let document = fs::read(&row.path).unwrap();
        let expected = sign(&identity, &document);
        let signed = identity.sign_as(&identity.signing(), Trickle { bytes: &document, most: 13 }).unwrap();
        assert_eq!(signed.to_bytes().unwrap(), expected, "{}", row.file);
    }
}

#[test]
fn three_signatures_one_after_another_stay_good() {
    let names = ["rsa2048", "p256", "p384"];
    let identities = names.map(identity);
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for row in signable().iter().step_by(6) {
        let mut document = fs::read(&row.path).unwrap();
        let earlier = naive::signatures(&document).len();
        let mut contents = Vec::new();
        for identity in &identities {
            let signing = identity.signing();
            let signed = match identity.sign_as(&signing, document.as_slice()) {
                Ok(signed) => signed.to_bytes().unwrap(),
                Err(error) => panic!("{}: {error}", row.file),
            };
            assert!(signed.starts_with(&document), "{}", row.file);
            contents.push(naive::newest_signature(&signed).unwrap().content);
            document = signed;
        }
        let found = naive::signatures(&document);
        assert_eq!(found.len(), earlier + 3, "{}", row.file);
        for (found, content) in found[earlier..].iter().zip(&contents) {
            assert_eq!(&found.content, content, "{}", row.file);
        }
        let path = folder.path().join(&row.file);
        fs::write(&path, &document).unwrap();
        paths.push((path, earlier));
    }
    assert!(paths.len() > 10);
    if !Judge::Pyhanko.present() {
        return;
    }
    let roots = [support::trust()];
    let questions: Vec<_> =
        paths.iter().map(|(path, _)| Question { path, password: "", roots: &roots }).collect();
    let mut judged = 0;
    for ((path, earlier), answer) in paths.iter().zip(support::pyhanko(&questions)) {
        // A file that it cannot read before signing it cannot read afterwards either: conformance compares.
        let Ok(opinions) = answer else { continue };
        judged += 1;
        assert_eq!(opinions.len(), earlier + 3, "{}", path.display());
        for opinion in &opinions {
            assert!(opinion.intact && opinion.valid, "{}: {opinion:?}", path.display());
            let tolerable = opinion.level <= Level::FormFilling || opinion.level == Level::Crashed;
            assert!(tolerable, "{}: {opinion:?}", path.display());
        }
    }
    assert!(judged * 10 >= paths.len() * 7, "pyHanko read {judged} of {} files", paths.len());
}

#[test]
fn the_same_input_gives_the_same_request_and_another_entropy_another_identifier() {
    let identity = identity("p256");
    let document = fs::read(support::pdf("minimal.pdf")).unwrap();
    let prepare = |at: &signing::At| {
        let prepared = identity.signing().prepare(document.as_slice(), at).unwrap();
        (prepared.request(), prepared.state().to_json())
    };
    assert_eq!(prepare(&at()), prepare(&at()));
    let mut other = at();
    other.entropy = signing::Entropy::new([8; 32]);
    assert_ne!(prepare(&at()).0, prepare(&other).0);
}
