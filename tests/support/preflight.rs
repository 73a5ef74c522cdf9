//! PDFBox preflight, which judges PDF/A-1b.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{both, root, runs};

/// What Debian's libpdfbox2-java brings, and what that needs.
const LIBRARIES: [&str; 7] =
    ["preflight", "pdfbox2", "xmpbox", "fontbox2", "commons-logging", "jaxb-api", "javax.activation"];

/// Where the libraries are: `KYSO_JARS`, else where Debian puts them.
fn folder() -> PathBuf {
    env::var_os("KYSO_JARS").map_or_else(|| "/usr/share/java".into(), PathBuf::from)
}

fn class_path() -> String {
    let paths = LIBRARIES.map(|library| folder().join(format!("{library}.jar")).display().to_string());
    paths.join(":")
}

pub(super) fn is_there() -> bool {
    let there = |library| folder().join(format!("{library}.jar")).exists();
    LIBRARIES.into_iter().all(there) && runs("java", &["-version"])
}

/// For each file, what is wrong with it as PDF/A-1b: nothing if it conforms. One virtual machine judges all.
pub(crate) fn preflight(paths: &[&Path]) -> Vec<Vec<String>> {
    let output = Command::new("java")
        .args(["-Xshare:auto", "-XX:+UseSerialGC", "-cp"])
        .arg(class_path())
        .arg(root().join("tests/support/Preflight.java"))
        .args(paths)
        .output()
        .expect("java runs");
    assert!(output.status.success(), "{}", both(&output));
    let said = String::from_utf8(output.stdout).expect("answers are UTF-8");
    let mut answers = Vec::new();
    let mut errors = Vec::new();
    for line in said.lines() {
        match line.strip_prefix("error\t") {
            Some(error) => errors.push(error.to_owned()),
            None if line == "end" => answers.push(std::mem::take(&mut errors)),
            None => {}
        }
    }
    assert_eq!(answers.len(), paths.len(), "{said}");
    answers
}
