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
