//! Outside judges, test data and small helpers that the integration tests share.
//!
//! A judge that is not installed is named once and skipped; with `KYSO_REQUIRE_JUDGES=1` its
//! absence fails the test that asked for it.
#![allow(dead_code)]

pub(crate) mod naive;
pub(crate) mod preflight;
pub(crate) mod xml;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::{env, fs};

use serde_json::{Value, json};

/// Somebody else's program that says whether a file is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judge {
    Openssl,
    Qpdf,
    Pdfsig,
    Pyhanko,
    Xmlsec1,
    Jdk,
    Lxml,
    Signxml,
    /// The programs of poppler-utils.
    Poppler,
    MuPdf,
    /// PDFBox's judge of PDF/A-1b.
    Preflight,
}

impl Judge {
    fn name(self) -> &'static str {
        match self {
            Self::Openssl => "openssl",
            Self::Qpdf => "qpdf",
            Self::Pdfsig => "pdfsig",
            Self::Pyhanko => "pyHanko",
            Self::Xmlsec1 => "xmlsec1",
            Self::Jdk => "JDK",
            Self::Lxml => "lxml",
            Self::Signxml => "signxml",
            Self::Poppler => "poppler",
            Self::MuPdf => "MuPDF",
            Self::Preflight => "PDFBox preflight",
        }
    }

    /// Whether the judge is there; says so once when it is not.
    ///
    /// # Panics
    /// When it is absent and `KYSO_REQUIRE_JUDGES=1`.
    pub(crate) fn present(self) -> bool {
        static PRESENT: [OnceLock<bool>; 11] = [const { OnceLock::new() }; 11];
        let there = *PRESENT[self as usize].get_or_init(|| {
            let there = match self {
                Self::Openssl => runs("openssl", &["version"]),
                Self::Qpdf => runs("qpdf", &["--version"]),
                Self::Pdfsig => runs("pdfsig", &["-v"]),
                Self::Pyhanko => runs(python(), &["-c", "import pyhanko.sign.validation"]),
                Self::Xmlsec1 => runs("xmlsec1", &["--version"]),
                Self::Jdk => runs("javac", &["-version"]) && runs("java", &["-version"]),
                Self::Lxml => runs(python(), &["-c", "import lxml.etree"]),
                Self::Signxml => runs(python(), &["-c", "import signxml"]),
                Self::Poppler => runs("pdftoppm", &["-v"]) && runs("pdftotext", &["-v"]),
                Self::MuPdf => runs("mutool", &["-v"]),
                Self::Preflight => preflight::is_there(),
            };
            if !there {
                eprintln!("judge absent: {}, skipped", self.name());
            }
            there
        });
        let required = env::var_os("KYSO_REQUIRE_JUDGES").is_some_and(|value| value == "1");
        assert!(there || !required, "judge absent: {}, and KYSO_REQUIRE_JUDGES=1", self.name());
        there
    }
}

fn runs(program: impl AsRef<OsStr>, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The Python that has pyHanko: `KYSO_PYTHON`, else the one that `.ci/run` sets up, else `python3`.
fn python() -> PathBuf {
    if let Some(path) = env::var_os("KYSO_PYTHON") {
        return path.into();
    }
    let prepared = root().join("target/judges/bin/python");
    if prepared.exists() { prepared } else { "python3".into() }
}

/// The package's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of `testdata/pdf`.
pub(crate) fn pdf(name: &str) -> PathBuf {
    root().join("testdata/pdf").join(name)
}

/// A file of `testdata/keys`.
pub(crate) fn key(name: &str) -> PathBuf {
    root().join("testdata/keys").join(name)
}

/// The root certificate of the test keys.
pub(crate) fn trust() -> PathBuf {
    key("root.pem")
}

/// The warnings and errors of `qpdf --check`, without the path and the offsets, so that those of a
/// file before and after signing can be compared.
pub(crate) fn qpdf_warnings(path: &Path, password: &str) -> BTreeSet<String> {
    let output = Command::new("qpdf")
        .arg("--check")
        .arg(format!("--password={password}"))
        .arg(path)
        .output()
        .expect("qpdf runs");
    let text = both(&output);
    let path = path.display().to_string();
    text.lines()
        .filter(|line| ["WARNING:", "ERROR:", "qpdf:"].iter().any(|mark| line.starts_with(mark)))
        .map(|line| without_offsets(&line.replace(&path, "FILE")))
        .filter(|line| !line.contains("operation succeeded with warnings"))
        .collect()
}

/// What `after` has that `before` has not.
pub(crate) fn new_qpdf_warnings(before: &Path, after: &Path, password: &str) -> Vec<String> {
    let old = qpdf_warnings(before, password);
    qpdf_warnings(after, password).into_iter().filter(|line| !old.contains(line)).collect()
}

/// Replaces the number after each `offset ` by `N`.
fn without_offsets(line: &str) -> String {
    let mut parts = line.split("offset ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("offset N");
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    text
}

/// For each signature, in the order of pdfsig's list, whether pdfsig calls it valid.
pub(crate) fn pdfsig_valid(path: &Path, password: &str) -> Vec<bool> {
    let mut passwords = Vec::new();
    if !password.is_empty() {
        passwords = vec!["-upw", password, "-opw", password];
    }
    let output =
        Command::new("pdfsig").arg("-nocert").args(passwords).arg(path).output().expect("pdfsig runs");
    both(&output)
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- Signature Validation: "))
        .map(|verdict| verdict.starts_with("Signature is Valid"))
        .collect()
}

/// Whether openssl accepts the newest signature: the bytes of its ByteRange under its CMS, the chain
/// up to `roots`, and for `ETSI.CAdES.detached` the signing-certificate attribute. The place of the
/// signature is found by a reader that knows nothing but the text of the file.
///
/// # Errors
/// What openssl says, or that there is no signature.
pub(crate) fn openssl_verify_pdf(path: &Path, roots: &Path) -> Result<(), String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let found = naive::newest_signature(&bytes).ok_or("no ByteRange with Contents in the file")?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let (content, cms) = (folder.path().join("content"), folder.path().join("cms.der"));
    fs::write(&content, &found.content).map_err(|error| error.to_string())?;
    fs::write(&cms, &found.cms).map_err(|error| error.to_string())?;
    let mut command = Command::new("openssl");
    command.args(["cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-out"]).arg(null());
    command.arg("-in").arg(&cms).arg("-content").arg(&content).arg("-CAfile").arg(roots);
    if found.sub_filter == "ETSI.CAdES.detached" {
        command.arg("-cades");
    }
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(both(&output)) }
}

fn null() -> &'static str {
    if cfg!(windows) { "NUL" } else { "/dev/null" }
}

/// One signature as pyHanko sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opinion {
    pub(crate) field: String,
    /// The digest matches.
    pub(crate) intact: bool,
    /// The signature value matches.
    pub(crate) valid: bool,
    /// The chain leads to the roots given.
    pub(crate) trusted: bool,
    pub(crate) coverage: String,
    pub(crate) level: Level,
    pub(crate) docmdp_ok: Option<bool>,
    /// Which constraint of the field's seed value is not met.
    pub(crate) seed: Option<String>,
    /// What went wrong, when something did.
    pub(crate) why: String,
}

/// What happened to the document after a signature, from least to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    None,
    LtaUpdates,
    FormFilling,
    Annotations,
    Other,
    Suspicious,
    /// pyHanko's difference analysis ended in an exception of its own.
    Crashed,
    NotAnalysed,
}

/// One question for [`pyhanko`].
pub(crate) struct Question<'a> {
    pub(crate) path: &'a Path,
    pub(crate) password: &'a str,
    pub(crate) roots: &'a [PathBuf],
}

/// pyHanko's opinion of every signature of every file asked about, or why it cannot read the file.
/// One process answers all, because starting it takes most of a second.
pub(crate) fn pyhanko(questions: &[Question<'_>]) -> Vec<Result<Vec<Opinion>, String>> {
    let jobs: Vec<Value> = questions
        .iter()
        .map(
            |question| json!({"path": question.path, "password": question.password, "roots": question.roots}),
        )
        .collect();
    let answers = ask("tests/support/judge.py", &jobs);
    answers.iter().map(answer).collect()
}

/// Has pyHanko change files, as `tests/support/change.py` says; for each job why it was not done.
pub(crate) fn change(jobs: &[Value]) -> Vec<Option<String>> {
    let answers = ask("tests/support/change.py", jobs);
    answers.iter().map(|answer| answer.as_str().map(str::to_owned)).collect()
}

/// A Python script's answers to a list of jobs.
fn ask(script: &str, jobs: &[Value]) -> Vec<Value> {
    let mut child = Command::new(python())
        .arg(root().join(script))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python runs");
    let input = serde_json::to_vec(jobs).expect("jobs are JSON");
    child.stdin.take().expect("a pipe").write_all(&input).expect("the script reads its jobs");
    let output = child.wait_with_output().expect("the script ends");
    assert!(output.status.success(), "{script}: {}", both(&output));
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).expect("answers are JSON");
    assert_eq!(answers.len(), jobs.len());
    answers
}

fn answer(answer: &Value) -> Result<Vec<Opinion>, String> {
    if let Some(error) = answer["error"].as_str() {
        return Err(error.to_owned());
    }
    let signatures = answer["signatures"].as_array().expect("signatures");
    Ok(signatures.iter().map(opinion).collect())
}

fn opinion(value: &Value) -> Opinion {
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let flag = |name: &str| value[name].as_bool().unwrap_or_default();
    Opinion {
        field: text("field"),
        intact: flag("intact"),
        valid: flag("valid"),
        trusted: flag("trusted"),
        coverage: text("coverage"),
        level: match text("level").as_str() {
            "NONE" => Level::None,
            "LTA_UPDATES" => Level::LtaUpdates,
            "FORM_FILLING" => Level::FormFilling,
            "ANNOTATIONS" => Level::Annotations,
            "OTHER" => Level::Other,
            "SUSPICIOUS" => Level::Suspicious,
            "CRASHED" => Level::Crashed,
            _ => Level::NotAnalysed,
        },
        docmdp_ok: value["docmdp_ok"].as_bool(),
        seed: value["seed"].as_str().map(str::to_owned),
        why: text("why"),
    }
}

/// Standard output and standard error, one after the other.
pub(crate) fn both(output: &Output) -> String {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    text
}

/// Where the shared corpus would be: `$KYSO_SHARED`, else `../shared` beside the package.
pub(crate) fn shared() -> PathBuf {
    env::var_os("KYSO_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from)
}

/// One row of a `MANIFEST.tsv`, by the names in its first line.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) path: PathBuf,
    pub(crate) file: String,
    pub(crate) password: String,
    pub(crate) expected: String,
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
}

/// The rows of `manifest`, whose files are in `folder`.
pub(crate) fn manifest(manifest: &Path, folder: &Path) -> Vec<Row> {
    let text = fs::read_to_string(manifest).expect("the manifest");
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().expect("a first line").split('\t').collect();
    let column = |name: &str| names.iter().position(|other| *other == name).expect("a column of that name");
    let (file, password, expected) = (column("file"), column("password"), column("expected_outcome"));
    let (sha256, bytes) = (column("sha256"), column("bytes"));
    lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            Row {
                path: folder.join(cells[file]),
                file: cells[file].to_owned(),
                password: cells[password].to_owned(),
                expected: cells[expected].to_owned(),
                sha256: cells[sha256].to_owned(),
                bytes: cells[bytes].parse().expect("a number of bytes"),
            }
        })
        .collect()
}
