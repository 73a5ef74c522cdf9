//! What `verify` says of real signed files, beside what pyHanko says.
//!
//! Runs over the corpus in `$KYSO_SHARED` (else `../shared`) where that is present.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use kyso::verify::{self, Check, Coverage, Options};

/// Prints one line for each signature: field, intact, valid, coverage, and whether later changes are
/// permitted, tab-separated.
const JUDGE: &str = r#"
import sys, logging
logging.disable(logging.CRITICAL)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko.sign.diff_analysis import SuspiciousModification
reader = PdfFileReader(open(sys.argv[1], 'rb'), strict=False)
if reader.encrypted:
    reader.decrypt(sys.argv[2] if len(sys.argv) > 2 else '')
for sig in reader.embedded_signatures:
    try:
        if sig.sig_object.get('/Type') == '/DocTimeStamp':
            continue
        status = validate_pdf_signature(sig, ValidationContext(allow_fetching=False, trust_roots=[]))
        later = isinstance(status.diff_result, SuspiciousModification)
        permitted = not later and status.docmdp_ok is not False
        print(sig.field_name, status.intact, status.valid, status.coverage.name, permitted, sep='\t')
    except Exception as error:
        print(sig.field_name, 'error', type(error).__name__, error, sep='\t')
"#;

fn corpus() -> Option<PathBuf> {
    let shared = std::env::var("KYSO_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let corpus = Path::new(&shared).join("corpus/pdf");
    corpus.join("MANIFEST.tsv").exists().then_some(corpus)
}

fn python() -> Option<String> {
    let candidate = std::env::var("KYSO_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(&candidate).args(["-c", "import pyhanko.sign.validation"]).output().ok()?;
    output.status.success().then_some(candidate)
}

/// File, password.
fn files(corpus: &Path) -> Vec<(PathBuf, Option<String>)> {
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).expect("the manifest");
    let lines = manifest.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    lines
        .map(|columns| (corpus.join(columns[0]), Some(columns[9].to_owned()).filter(|one| !one.is_empty())))
        .collect()
}

fn verdicts(path: &Path, password: Option<&str>) -> Option<verify::Report> {
    let mut options = Options::default();
    options.password = password.map(kyso::Password::new);
    let file = std::fs::File::open(path).expect("a file of the corpus");
    verify::pdf(&file, &options).ok()
}

#[test]
fn agrees_with_pyhanko_on_the_corpus() {
    let (Some(corpus), Some(python)) = (corpus(), python()) else {
        println!("verify against pyHanko over the corpus: not run");
        return;
    };
    let mut compared = 0;
    for (path, password) in files(&corpus) {
        let Some(report) = verdicts(&path, password.as_deref()) else { continue };
        if report.signatures.is_empty() {
            continue;
        }
        let mut command = Command::new(&python);
        command.arg("-c").arg(JUDGE).arg(&path).args(&password);
        let output = command.output().expect("python runs");
        let judged = String::from_utf8_lossy(&output.stdout);
        for signature in &report.signatures {
            let line = judged.lines().find(|line| line.split('\t').next() == Some(&signature.field));
            println!("{}: {} {line:?}", path.display(), signature.field);
            let Some(line) = line else { continue };
            let columns: Vec<&str> = line.split('\t').collect();
            let &[_, intact, valid, coverage, permitted] = columns.as_slice() else { continue };
            let ours = [
                (signature.digest == Check::Ok).to_string(),
                (signature.signature == Check::Ok).to_string(),
                match signature.coverage {
                    Coverage::EntireFile => "ENTIRE_FILE",
                    Coverage::EntireRevision => "ENTIRE_REVISION",
                    _ => "other",
                }
                .to_owned(),
                signature.changes.permitted.to_string(),
            ]
            .map(|text| text.to_lowercase());
            let theirs = [intact, valid, coverage, permitted].map(str::to_lowercase);
            assert_eq!(ours, theirs, "{}\n{report}", path.display());
            compared += 1;
        }
    }
    assert!(compared > 0, "no signature of the corpus was compared");
}

#[test]
fn the_corpus_is_inspected_and_verified_without_panic() {
    let Some(corpus) = corpus() else {
        println!("verify over the corpus: not run");
        return;
    };
    let mut inspected = 0;
    for (path, password) in files(&corpus) {
        let file = std::fs::File::open(&path).expect("a file of the corpus");
        let limits = kyso::Limits::default();
        let inspection = verify::inspect(&file, password.clone().map(kyso::Password::new).as_ref(), &limits);
        let report = verdicts(&path, password.as_deref());
        assert_eq!(inspection.is_ok(), report.is_some(), "{}", path.display());
        let (Ok(inspection), Some(report)) = (inspection, report) else { continue };
        assert_eq!(inspection.signatures.len(), report.signatures.len());
        let json: serde_json::Value = serde_json::from_str(&report.to_json()).expect("JSON");
        assert_eq!(json["valid"], report.is_valid());
        assert_eq!(json["signatures"].as_array().map(Vec::len), Some(report.signatures.len()));
        let json: serde_json::Value = serde_json::from_str(&inspection.to_json()).expect("JSON");
        assert_eq!(json["document_bytes"], inspection.document_bytes);
        inspected += 1;
    }
    assert!(inspected > 0, "no file of the corpus could be read");
}
