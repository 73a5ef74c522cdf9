//! What once made a fuzz target fail, and the seeds that it starts from, through the same functions.
//!
//! A file `testdata/crashes/TARGET-NAME` is an input that the fuzzer found; it stays when what it showed
//! has been mended.
#![cfg(feature = "signer")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;
mod targets;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// The longest that one input may take in a build without optimisation.
const PATIENCE: Duration = Duration::from_secs(10);

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

fn replay(target: fn(&[u8]), name: &str, data: &[u8]) {
    println!("{name}");
    let start = Instant::now();
    target(data);
    assert!(start.elapsed() < PATIENCE, "{name} took {:?}", start.elapsed());
}

#[test]
fn what_once_failed_does_not_fail_again() {
    let inputs = files(&support::root().join("testdata/crashes"));
    for (name, data) in &inputs {
        let known = targets::ALL.iter().find(|(target, _)| name.starts_with(&format!("{target}-")));
        let (_, target) = known.unwrap_or_else(|| panic!("{name} is named after no target"));
        replay(*target, name, data);
    }
    assert!(!inputs.is_empty(), "no crash inputs found");
}

#[test]
fn seeds_pass() {
    // The folder is not in the package.
    let folder = support::root().join("fuzz/seeds");
    if !folder.is_dir() {
        return;
    }
    for (target, function) in targets::ALL {
        let seeds = files(&folder.join(target));
        assert!(!seeds.is_empty(), "no seeds for {target}");
        for (name, data) in &seeds {
            replay(function, &format!("{target}/{name}"), data);
        }
    }
}

#[test]
fn test_documents_pass_the_pipeline() {
    for (name, data) in files(&support::root().join("testdata/pdf")) {
        replay(targets::pdf_pipeline, &name, &data);
    }
}

/// Not a test: writes the seeds anew.
#[test]
#[ignore = "writes fuzz/seeds"]
fn write_seeds() {
    let folder = support::root().join("fuzz/seeds");
    let write = |target: &str, name: &str, bytes: &[u8]| {
        fs::create_dir_all(folder.join(target)).unwrap();
        fs::write(folder.join(target).join(name), bytes).unwrap();
    };
    for (name, tail) in [("table", ""), ("junk-behind", "\njunk"), ("cut", "\n%")] {
        let mut document = support::naive::small().into_bytes();
        document.extend_from_slice(tail.as_bytes());
        write("pdf_open", name, &document);
        write("pdf_pipeline", name, &document);
    }
    let digest = kyso::algorithm::DigestAlgorithm::Sha256.hash(b"content");
    let identity = targets::p256();
    write("cms_parse", "signed-data", &identity.cms(&digest));
    let leaf = identity.chain.leaf();
    write("cms_parse", "certificate", leaf.der());
    write("cms_parse", "public-key", leaf.spki_der());
    for name in ["rsa2048", "p256", "ed25519"] {
        write(
            "cms_parse",
            &format!("{name}-chain"),
            &fs::read(support::key(&format!("{name}-chain.pem"))).unwrap(),
        );
    }
    let suite = kyso::algorithm::Suite::default_for(identity.chain.public_key());
    let attributes = kyso::cms::SignedAttributes::new(&digest, &identity.chain, suite, None).unwrap();
    write("cms_parse", "attributes", attributes.as_der());
    write("cms_parse", "value", &[0x30, 6, 2, 1, 1, 2, 1, 1]);
    for (index, genuine) in targets::state::genuine().iter().enumerate() {
        write("state_resume", &format!("state-{index}"), genuine.json.as_bytes());
    }
    // Which state; then field, way, length and bytes of each edit.
    write("state_resume", "edit-gap", &[0, 5, 6, 1, 2]);
    write("state_resume", "edit-chain", &[1, 1, 0, 0, 1, 2, 0]);
    write("state_resume", "edit-head", &[2, 9, 1, 3, 10, 0, b'x', 9, 3, 3, 50, 0, 4]);
    write("state_resume", "edit-json", &[0, 2, 0, 4, b'n', b'u', b'l', b'l']);
}
