//! Writes the PDF files of `testdata/pdf` and `testdata/MANIFEST.tsv`.
//!
//! ```text
//! cargo run --example testdata             writes them
//! cargo run --example testdata -- --derive also runs qpdf again
//! cargo run --example testdata -- --check  fails unless what is committed is what this program makes
//! ```
//!
//! The output is the same on every machine: no clock and no randomness. The encrypted and the
//! linearised files are derived by `qpdf` from one of ours with its options for tests
//! (`--static-id --static-aes-iv`). Some of them are not reproducible even so; the committed ones are
//! therefore kept unless `--derive` is given, and `--check` compares their hash with the manifest.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod base;
mod derived;
mod files;
mod forms;
mod pages;
mod streams;
mod writer;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use sha2::{Digest, Sha256};

/// One file of the set.
struct Sample {
    file: &'static str,
    stresses: &'static str,
    /// `made`, or the qpdf command that derives it.
    origin: String,
    password: &'static str,
    /// `sign`, `refuse: why` or `policy: why`.
    expected: &'static str,
    bytes: Vec<u8>,
}

impl Sample {
    fn signed(file: &'static str, stresses: &'static str, bytes: Vec<u8>) -> Self {
        Self { file, stresses, origin: "made".into(), password: "", expected: "sign", bytes }
    }

    fn refused(file: &'static str, stresses: &'static str, why: &'static str, bytes: Vec<u8>) -> Self {
        Self { expected: why, ..Self::signed(file, stresses, bytes) }
    }
}

fn main() -> ExitCode {
    let given = |option: &str| env::args().any(|argument| argument == option);
    let check = given("--check");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut samples = Vec::new();
    samples.extend(files::samples());
    samples.extend(streams::samples());
    samples.extend(pages::samples());
    samples.extend(forms::samples());
    let mut names: Vec<&str> = samples.iter().map(|sample| sample.file).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "two samples have one name");
    let derived = derived::samples(&samples, &root.join("pdf"), given("--derive"));
    samples.extend(derived);
    if check { compare(&root, &samples) } else { write(&root, &samples) }
}

fn write(root: &Path, samples: &[Sample]) -> ExitCode {
    let folder = root.join("pdf");
    let mut old: Vec<PathBuf> = Vec::new();
    fs::create_dir_all(&folder).expect("the folder testdata/pdf");
    for entry in fs::read_dir(&folder).expect("the folder testdata/pdf") {
        old.push(entry.expect("an entry of testdata/pdf").path());
    }
    for sample in samples {
        fs::write(folder.join(sample.file), &sample.bytes).expect("a file of testdata/pdf");
        old.retain(|path| !path.ends_with(sample.file));
    }
    for path in old {
        fs::remove_file(&path).expect("a file that is no longer made");
    }
    fs::write(root.join("MANIFEST.tsv"), manifest(samples)).expect("testdata/MANIFEST.tsv");
    println!("{} files", samples.len());
    ExitCode::SUCCESS
}

fn compare(root: &Path, samples: &[Sample]) -> ExitCode {
    let mut wrong = 0;
    for sample in samples {
        let there = fs::read(root.join("pdf").join(sample.file)).unwrap_or_default();
        if there != sample.bytes {
            println!("differs: {} ({} bytes there, {} made)", sample.file, there.len(), sample.bytes.len());
            wrong += 1;
        }
    }
    if fs::read_to_string(root.join("MANIFEST.tsv")).unwrap_or_default() != manifest(samples) {
        println!("differs: MANIFEST.tsv");
        wrong += 1;
    }
    println!("{} files checked, {wrong} differ", samples.len());
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn manifest(samples: &[Sample]) -> String {
    let mut text = String::from("file\tstresses\torigin\tbytes\tsha256\tpassword\texpected_outcome\n");
    let rows: BTreeMap<&str, &Sample> = samples.iter().map(|sample| (sample.file, sample)).collect();
    for sample in rows.values() {
        let hash = Sha256::digest(&sample.bytes).iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{}\t{hash}\t{}\t{}",
            sample.file,
            sample.stresses,
            sample.origin,
            sample.bytes.len(),
            sample.password,
            sample.expected
        );
    }
    text
}
