//! Writes the files of `testdata/pdf` with `testdata/MANIFEST.tsv`, and those of `testdata/xml` with
//! `testdata/xml/MANIFEST.tsv`.
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

mod archive;
mod base;
mod derived;
mod files;
mod forms;
mod pages;
mod profile;
mod streams;
mod tt78;
mod views;
mod writer;
mod xml;

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
    samples.extend(views::samples());
    samples.extend(archive::samples());
    let mut names: Vec<&str> = samples.iter().map(|sample| sample.file).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "two samples have one name");
    let derived = derived::samples(&samples, &root.join("pdf"), given("--derive"));
    samples.extend(derived);
    let documents = xml::documents();
    let sets = [
        Set {
            folder: root.join("pdf"),
            manifest: root.join("MANIFEST.tsv"),
            text: manifest(&samples),
            files: samples.into_iter().map(|sample| (sample.file, sample.bytes)).collect(),
        },
        Set {
            folder: root.join("xml"),
            manifest: root.join("xml/MANIFEST.tsv"),
            text: xml_manifest(&documents),
            files: documents.into_iter().map(|document| (document.file, document.bytes)).collect(),
        },
    ];
    if !check {
        sets.iter().for_each(Set::write);
        return ExitCode::SUCCESS;
    }
    let wrong: usize = sets.iter().map(Set::compare).sum();
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A folder of files and the manifest that lists them.
struct Set {
    folder: PathBuf,
    manifest: PathBuf,
    /// What the manifest says.
    text: String,
    files: BTreeMap<&'static str, Vec<u8>>,
}

impl Set {
    fn write(&self) {
        fs::create_dir_all(&self.folder).expect("the folder of the set");
        for (file, bytes) in &self.files {
            fs::write(self.folder.join(file), bytes).expect("a file of the set");
        }
        fs::write(&self.manifest, &self.text).expect("the manifest");
        for path in self.others() {
            fs::remove_file(&path).expect("a file that is no longer made");
        }
        println!("{} files in {}", self.files.len(), self.folder.display());
    }

    /// Files in the folder that are not of the set.
    fn others(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten();
        let paths = entries.map(|entry| entry.expect("an entry of the folder").path());
        let ours = |path: &Path| self.files.keys().any(|file| path.ends_with(file));
        paths.filter(|path| *path != self.manifest && !ours(path)).collect()
    }

    fn compare(&self) -> usize {
        let mut wrong = 0;
        for (file, bytes) in &self.files {
            let there = fs::read(self.folder.join(file)).unwrap_or_default();
            if there != *bytes {
                println!("differs: {file} ({} bytes there, {} made)", there.len(), bytes.len());
                wrong += 1;
            }
        }
        if fs::read_to_string(&self.manifest).unwrap_or_default() != self.text {
            println!("differs: {}", self.manifest.display());
            wrong += 1;
        }
        for path in self.others() {
            println!("not made here: {}", path.display());
            wrong += 1;
        }
        println!("{} files checked in {}, {wrong} differ", self.files.len(), self.folder.display());
        wrong
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn xml_manifest(documents: &[xml::Document]) -> String {
    let mut text =
        String::from("file\tstresses\tid_attribute\tnodes\tlocation\tbytes\tsha256\texpected_outcome\n");
    let rows: BTreeMap<&str, &xml::Document> =
        documents.iter().map(|document| (document.file, document)).collect();
    assert_eq!(rows.len(), documents.len(), "two documents have one name");
    for row in rows.values() {
        let (hash, bytes) = (sha256(&row.bytes), row.bytes.len());
        let fields = [row.file, row.stresses, row.attribute, row.nodes, row.location];
        let _ = writeln!(text, "{}\t{bytes}\t{hash}\t{}", fields.join("\t"), row.expected);
    }
    text
}

fn manifest(samples: &[Sample]) -> String {
    let mut text = String::from("file\tstresses\torigin\tbytes\tsha256\tpassword\texpected_outcome\n");
    let rows: BTreeMap<&str, &Sample> = samples.iter().map(|sample| (sample.file, sample)).collect();
    for sample in rows.values() {
        let hash = sha256(&sample.bytes);
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
