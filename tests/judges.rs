//! The judges judged: each must accept a file that is right and reject it when a byte is changed, or
//! the other tests prove nothing.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::fs;
use std::path::PathBuf;

use sha2::{Digest, Sha256};
use support::{Judge, Level, Question, naive};
use tempfile::TempDir;

struct Files {
    _folder: TempDir,
    good: PathBuf,
    /// A byte of the page's text is another one.
    changed: PathBuf,
    /// The first byte of the stored signature value is another one.
    forged: PathBuf,
    /// The good file with another revision that replaces the page's content.
    revised: PathBuf,
}

fn files() -> Files {
    let folder = tempfile::tempdir().unwrap();
    let minimal = fs::read(support::pdf("minimal.pdf")).unwrap();
    let good = naive::signed_by_openssl(
        &minimal,
        &support::key("rsa2048-key.pem"),
        &support::key("rsa2048-chain.pem"),
    );
    let mut changed = good.clone();
    let at = naive::find(&changed, b"small document", 0).unwrap();
    changed[at] = b'S';
    let mut forged = good.clone();
    let cms = naive::newest_signature(&good).unwrap();
    // The signature value ends the CMS: its last hexadecimal digit is changed.
    let last = cms.byte_range[1] + cms.cms.len() * 2;
    forged[last] = if forged[last] == b'0' { b'1' } else { b'0' };
    let mut revised = good.clone();
    let object = revised.len();
    revised.extend_from_slice(b"4 0 obj\n<< /Length 2 >>\nstream\nq\n\nendstream\nendobj\n");
    let xref = revised.len();
    let text = String::from_utf8_lossy(&good);
    let prev = text.rsplit("startxref").next().unwrap().split_ascii_whitespace().next().unwrap().to_owned();
    revised.extend_from_slice(
        format!(
            "xref\n4 1\n{object:010} 00000 n \ntrailer\n<< /Size 9 /Root 1 0 R /Info 6 0 R /Prev {prev} >>\n\
             startxref\n{xref}\n%%EOF\n"
        )
        .as_bytes(),
    );
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    Files {
        good: write("good.pdf", &good),
        changed: write("changed.pdf", &changed),
        forged: write("forged.pdf", &forged),
        revised: write("revised.pdf", &revised),
        _folder: folder,
    }
}

#[test]
fn openssl_accepts_the_good_and_rejects_the_rest() {
    if !Judge::Openssl.present() {
        return;
    }
    let files = files();
    support::openssl_verify_pdf(&files.good, &support::trust()).unwrap();
    assert!(support::openssl_verify_pdf(&files.changed, &support::trust()).is_err());
    assert!(support::openssl_verify_pdf(&files.forged, &support::trust()).is_err());
    let untrusted = support::key("intermediate.pem");
    assert!(support::openssl_verify_pdf(&files.good, &untrusted).is_err(), "no root to lead to");
    assert!(support::openssl_verify_pdf(&support::pdf("minimal.pdf"), &support::trust()).is_err());
}

#[test]
fn pdfsig_accepts_the_good_and_rejects_the_rest() {
    if !Judge::Openssl.present() || !Judge::Pdfsig.present() {
        return;
    }
    let files = files();
    assert_eq!(support::pdfsig_valid(&files.good, ""), [true]);
    assert_eq!(support::pdfsig_valid(&files.changed, ""), [false]);
    assert_eq!(support::pdfsig_valid(&files.forged, ""), [false]);
    assert!(support::pdfsig_valid(&support::pdf("minimal.pdf"), "").is_empty());
}

#[test]
fn pyhanko_accepts_the_good_and_rejects_the_rest() {
    if !Judge::Openssl.present() || !Judge::Pyhanko.present() {
        return;
    }
    let files = files();
    let roots = [support::trust()];
    let ask = [&files.good, &files.changed, &files.forged, &files.revised].map(|path| Question {
        path,
        password: "",
        roots: &roots,
    });
    let answers = support::pyhanko(&ask);
    let one = |index: usize| answers[index].as_ref().unwrap()[0].clone();
    let good = one(0);
    assert!(good.intact && good.valid && good.trusted, "{good:?}");
    assert_eq!((good.level, good.coverage.as_str()), (Level::None, "ENTIRE_FILE"), "{good:?}");
    assert!(!one(1).intact, "{:?}", one(1));
    assert!(!one(2).valid, "{:?}", one(2));
    let revised = one(3);
    assert!(revised.intact && revised.valid, "{revised:?}");
    assert_eq!(revised.level, Level::Suspicious, "{revised:?}");
}

#[test]
fn qpdf_sees_only_what_is_new() {
    if !Judge::Qpdf.present() || !Judge::Openssl.present() {
        return;
    }
    let files = files();
    assert!(support::new_qpdf_warnings(&support::pdf("minimal.pdf"), &files.good, "").is_empty());
    let damaged = support::new_qpdf_warnings(&files.good, &support::pdf("wrong-startxref.pdf"), "");
    assert!(damaged.iter().any(|line| line.contains("xref not found")), "{damaged:?}");
    // The same complaint at another offset is not a new one.
    let early = support::qpdf_warnings(&support::pdf("wrong-startxref.pdf"), "");
    let late = support::qpdf_warnings(&support::pdf("startxref-beyond-end.pdf"), "");
    assert!(early.iter().any(|line| late.contains(line)), "{early:?} {late:?}");
}

#[test]
fn the_manifest_describes_the_files() {
    let rows = support::manifest(
        &support::root().join("testdata/MANIFEST.tsv"),
        &support::root().join("testdata/pdf"),
    );
    assert!(rows.len() > 100, "{} rows", rows.len());
    for row in &rows {
        let bytes = fs::read(&row.path).unwrap();
        assert_eq!(bytes.len() as u64, row.bytes, "{}", row.file);
        assert_eq!(naive::hex(&Sha256::digest(&bytes)), row.sha256, "{}", row.file);
        let known = ["sign", "refuse: ", "policy: "].iter().any(|word| row.expected.starts_with(word));
        assert!(known, "{}: {}", row.file, row.expected);
    }
    let files = fs::read_dir(support::root().join("testdata/pdf")).unwrap().count();
    assert_eq!(files, rows.len(), "files that the manifest does not know");
}
