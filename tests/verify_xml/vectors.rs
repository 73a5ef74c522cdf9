//! The signed documents of the shared vectors, each with what is expected of it.

use std::fs;
use std::path::PathBuf;

use kyso::verify::{self, Check, XmlReport};

use super::hand::options;

/// The shared vectors, if they are there.
fn vectors() -> Option<PathBuf> {
    let shared = std::env::var_os("KYSO_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let vectors = shared.join("vectors");
    if !vectors.is_dir() {
        println!("{} is absent: skipped", vectors.display());
        return None;
    }
    Some(vectors)
}

fn letter(check: &Check) -> char {
    match check {
        Check::Ok => '+',
        Check::Failed { .. } => '-',
        Check::NotChecked { .. } => '?',
    }
}

/// `valid`, or of each signature: value, certificate, references, and what was found.
fn summary(report: &XmlReport) -> String {
    let one = |signature: &verify::XmlSignatureReport| {
        let digests: String = signature.references.iter().map(|one| letter(&one.digest)).collect();
        let mut found: Vec<_> = signature.findings.iter().map(|finding| finding.kind.name()).collect();
        found.dedup();
        let verdict = if signature.is_valid() { "valid" } else { "no" };
        let (value, certificate) = (letter(&signature.signature), letter(&signature.certificate));
        format!("{verdict} {value}{certificate} {digests} {}", found.join(" ")).trim_end().to_owned()
    };
    report.signatures.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[test]
fn dump() {
    let Some(vectors) = vectors() else { return };
    let mut with_sha1 = options();
    with_sha1.allow_sha1 = true;
    for folder in [
        "merlin-exc-c14n-one",
        "merlin-xmldsig-twenty-three",
        "xmldsig11-interop-2012",
        "signxml-xades/xades",
    ] {
        let mut names: Vec<_> = fs::read_dir(vectors.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".xml"))
            .collect();
        names.sort();
        for name in names {
            let bytes = fs::read(vectors.join(folder).join(&name)).unwrap();
            match verify::xml(&bytes, &with_sha1) {
                Ok(report) => {
                    println!("    (\"{folder}/{name}\", \"{}\"),", summary(&report));
                    if !report.is_valid() {
                        println!("{report}");
                    }
                }
                Err(error) => println!("    (\"{folder}/{name}\", \"error: {error}\"),"),
            }
        }
    }
}
