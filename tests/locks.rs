//! Certification, locks and seed values, judged by pyHanko's difference analysis, qpdf and pdfsig.
#![cfg(feature = "signer")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod signing;
mod support;

#[path = "locks/fields.rs"]
mod fields;
#[path = "locks/options.rs"]
mod options;
#[path = "locks/outcomes.rs"]
mod outcomes;
#[path = "locks/seed.rs"]
mod seed;

use std::fs;
use std::path::{Path, PathBuf};

use signing::{Identity, PrepareError, Signing, identity, verify};
use support::{Judge, Question};

/// A file of `testdata/pdf`.
fn pdf(name: &str) -> Vec<u8> {
    fs::read(support::pdf(name)).unwrap()
}

fn signer() -> Identity {
    identity("p256")
}

/// The document with the signature.
fn signed(signing: &Signing, document: &[u8]) -> Result<Vec<u8>, PrepareError> {
    signer().sign_as(signing, document).map(|signed| signed.to_bytes().unwrap())
}

/// The report of `verify`.
fn report(document: &[u8]) -> verify::Report {
    verify::pdf(&document, &verify::Options::default()).unwrap()
}

/// Writes a document to a folder.
fn write(folder: &Path, name: &str, document: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, document).unwrap();
    path
}

/// Every signature of every document is accepted by pdfsig and pyHanko, changes after it included, and qpdf
/// has no more to complain about than before.
fn all_accept(documents: &[(&str, &Path, &[u8])]) {
    let folder = tempfile::tempdir().unwrap();
    let roots = [support::trust()];
    let paths: Vec<_> = documents
        .iter()
        .enumerate()
        .map(|(index, (_, _, document))| write(folder.path(), &format!("{index}.pdf"), document))
        .collect();
    for ((name, before, document), path) in documents.iter().zip(&paths) {
        let ours = report(document);
        assert!(ours.is_valid(), "{name}: {ours}");
        if Judge::Qpdf.present() {
            let new = support::new_qpdf_warnings(before, path, "");
            assert!(new.is_empty(), "{name}: {new:?}");
        }
        if Judge::Pdfsig.present() {
            let valid = support::pdfsig_valid(path, "");
            assert_eq!(valid.len(), ours.signatures.len(), "{name}");
            assert!(valid.iter().all(|valid| *valid), "{name}: {valid:?}");
        }
    }
    if Judge::Pyhanko.present() {
        let questions: Vec<_> =
            paths.iter().map(|path| Question { path, password: "", roots: &roots }).collect();
        for ((name, _, document), answer) in documents.iter().zip(support::pyhanko(&questions)) {
            let opinions = answer.unwrap();
            assert_eq!(opinions.len(), report(document).signatures.len(), "{name}");
            for opinion in opinions {
                let accepted = opinion.intact && opinion.valid && opinion.trusted;
                assert!(accepted && opinion.docmdp_ok == Some(true), "{name}: {opinion:?}");
                assert_eq!(opinion.seed, None, "{name}: {opinion:?}");
            }
        }
    }
}
