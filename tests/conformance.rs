//! Every file of a corpus meets its expected outcome, through the command line and before outside
//! judges.
//!
//! Two corpora: `testdata/pdf`, and `$KYSO_SHARED/corpus/pdf` (`../shared` when the variable is not
//! set), which does not come with the package; without it the test prints `conformance: not run`.
//! `KYSO_CONFORMANCE=text` restricts both to files whose name contains the text.
#![cfg(feature = "cli")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use support::{Judge, Level, Opinion, Question, Row};

/// Files are worked on by this many threads.
const THREADS: usize = 2;
/// The longest that the program may take for one file.
const PATIENCE: Duration = Duration::from_secs(60);
/// `kyso` ends with this code when it refuses a document.
const REFUSED: i32 = 3;

/// The corpora take turns, so that no more than [`THREADS`] files are in work.
static TURN: Mutex<()> = Mutex::new(());

#[test]
fn testdata_meets_its_expected_outcomes() {
    let folder = support::root().join("testdata");
    run(&support::manifest(&folder.join("MANIFEST.tsv"), &folder.join("pdf")));
}

#[test]
fn the_shared_corpus_meets_its_expected_outcomes() {
    let folder = support::shared().join("corpus/pdf");
    if !folder.is_dir() {
        println!("conformance: not run ({} does not exist)", folder.display());
        return;
    }
    run(&support::manifest(&folder.join("MANIFEST.tsv"), &folder));
}

/// What came of one file.
struct Outcome {
    row: Row,
    /// The signed file, when there should be one and there is.
    signed: Option<PathBuf>,
    problems: Vec<String>,
    /// What a judge could not tell; no failure.
    unjudged: Vec<String>,
}

fn run(rows: &[Row]) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let only = std::env::var("KYSO_CONFORMANCE").unwrap_or_default();
    let rows: Vec<&Row> = rows.iter().filter(|row| row.file.contains(&only)).collect();
    let folder = tempfile::tempdir().unwrap();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = one(row, folder.path());
                    done.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
                }
            });
        }
    });
    let mut outcomes = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by(|a, b| a.row.file.cmp(&b.row.file));
    ask_pyhanko(&mut outcomes);
    report(&outcomes);
}

fn report(outcomes: &[Outcome]) {
    let signed = outcomes.iter().filter(|outcome| outcome.signed.is_some()).count();
    let failed: Vec<&Outcome> = outcomes.iter().filter(|outcome| !outcome.problems.is_empty()).collect();
    println!(
        "conformance: {} files, {signed} signed, {} refused, {} failed",
        outcomes.len(),
        outcomes.len() - signed,
        failed.len()
    );
    for outcome in outcomes {
        for note in &outcome.unjudged {
            println!("not judged: {}: {note}", outcome.row.file);
        }
    }
    for outcome in &failed {
        println!(
            "| {} | {} | {} |",
            outcome.row.file,
            outcome.row.expected,
            outcome.problems.join("; ").replace('\n', " ")
        );
    }
    assert!(failed.is_empty(), "{} of {} files fail", failed.len(), outcomes.len());
}

/// Signs or is refused, and asks every judge but pyHanko.
fn one(row: &Row, folder: &Path) -> Outcome {
    let out = folder.join(&row.file);
    let mut outcome = Outcome { row: row.clone(), signed: None, problems: Vec::new(), unjudged: Vec::new() };
    let problems = &mut outcome.problems;
    if row.expected == "sign" {
        if sign(row, &out, &[], 0, problems) {
            outcome.signed = Some(out);
        }
    } else if let Some(why) = row.expected.strip_prefix("refuse: ") {
        refused(row, &out, why, problems);
    } else if row.expected.starts_with("policy: ") {
        refused(row, &out, "/P", problems);
        if sign(row, &out, &["--override-encryption-permissions"], 0, problems) {
            outcome.signed = Some(out);
        }
    } else {
        problems.push("the manifest's outcome is none that is known".into());
    }
    if let Some(signed) = &outcome.signed {
        inspect(row, signed, problems);
    }
    outcome
}

/// Runs `kyso sign` and compares the exit code; whether there is an output to look at.
fn sign(row: &Row, out: &Path, options: &[&str], code: i32, problems: &mut Vec<String>) -> bool {
    match kyso(row, out, options) {
        Err(why) => problems.push(why),
        Ok(output) if output.status.code() != Some(code) => {
            problems.push(format!("{}: {}", output.status, support::both(&output).trim()));
        }
        Ok(_) if !out.is_file() => problems.push("no output file".into()),
        Ok(_) => return true,
    }
    false
}

/// Exit code 3, one line on standard error that names the rule, no output file.
fn refused(row: &Row, out: &Path, why: &str, problems: &mut Vec<String>) {
    let output = match kyso(row, out, &[]) {
        Err(why) => return problems.push(why),
        Ok(output) => output,
    };
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.code() != Some(REFUSED) {
        problems.push(format!("not refused: {}: {}", output.status, message.trim()));
    }
    if message.trim().lines().count() != 1 {
        problems.push(format!("standard error is not one line: {message:?}"));
    }
    for rule in ["DocMDP", "FieldMDP", "XFA", "password", "/P"] {
        if why.contains(rule) && !message.contains(rule) {
            problems.push(format!("the message does not name {rule}: {}", message.trim()));
        }
    }
    if out.exists() {
        problems.push("refused, and yet there is an output file".into());
        let _ = fs::remove_file(out);
    }
}

fn kyso(row: &Row, out: &Path, options: &[&str]) -> Result<Output, String> {
    const PASSWORD: &str = "KYSO_CONFORMANCE_PASSWORD";
    let mut command = Command::new(env!("CARGO_BIN_EXE_kyso"));
    command.arg("sign").arg(&row.path).arg("-o").arg(out);
    command.arg("--key").arg(support::key("rsa2048-key.pem"));
    command.arg("--cert").arg(support::key("rsa2048-chain.pem"));
    if !row.password.is_empty() {
        command.env(PASSWORD, &row.password).args(["--password-env", PASSWORD]);
    }
    command.args(options).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("kyso: {error}"))?;
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Err(error) => return Err(format!("kyso: {error}")),
            Ok(Some(_)) => break,
            Ok(None) if start.elapsed() > PATIENCE => {
                let _ = child.kill();
                return Err(format!("kyso: not done after {} s", PATIENCE.as_secs()));
            }
            Ok(None) => thread::sleep(Duration::from_millis(2)),
        }
    }
    child.wait_with_output().map_err(|error| format!("kyso: {error}"))
}

/// The prefix, and what qpdf, openssl and pdfsig say.
fn inspect(row: &Row, signed: &Path, problems: &mut Vec<String>) {
    let (before, after) = (fs::read(&row.path).unwrap(), fs::read(signed).unwrap());
    if after.len() <= before.len() || !after.starts_with(&before) {
        problems.push("the input is not a prefix of the output".into());
    }
    if Judge::Qpdf.present() {
        for warning in support::new_qpdf_warnings(&row.path, signed, &row.password) {
            problems.push(format!("new in qpdf --check: {warning}"));
        }
    }
    if Judge::Openssl.present()
        && let Err(why) = support::openssl_verify_pdf(signed, &support::trust())
    {
        problems.push(format!("openssl: {}", why.trim().replace('\n', " ")));
    }
    if Judge::Pdfsig.present() {
        let count = |path: &Path| {
            let verdicts = support::pdfsig_valid(path, &row.password);
            (verdicts.len(), verdicts.iter().filter(|valid| **valid).count())
        };
        let (old, new) = (count(&row.path), count(signed));
        if new.1 != old.1 + 1 {
            problems
                .push(format!("pdfsig: {} of {} valid before, {} of {} after", old.1, old.0, new.1, new.0));
        }
    }
}

/// Adds what pyHanko finds wrong, and what it cannot read.
fn ask_pyhanko(outcomes: &mut [Outcome]) {
    if outcomes.is_empty() || !Judge::Pyhanko.present() {
        return;
    }
    let share = outcomes.len().div_ceil(THREADS);
    thread::scope(|scope| {
        for share in outcomes.chunks_mut(share) {
            scope.spawn(|| ask_about(share));
        }
    });
}

fn ask_about(outcomes: &mut [Outcome]) {
    let roots = [support::trust()];
    let mut questions = Vec::new();
    for outcome in outcomes.iter() {
        if let Some(signed) = &outcome.signed {
            let password = outcome.row.password.as_str();
            questions.push(Question { path: &outcome.row.path, password, roots: &[] });
            questions.push(Question { path: signed, password, roots: &roots });
        }
    }
    let answers = support::pyhanko(&questions);
    drop(questions);
    let signed = outcomes.iter_mut().filter(|outcome| outcome.signed.is_some());
    for (outcome, pair) in signed.zip(answers.chunks(2)) {
        match (&pair[0], &pair[1]) {
            (Err(_), Err(why)) => outcome.unjudged.push(format!("pyHanko, before and after: {why}")),
            (Ok(_), Err(why)) => outcome.problems.push(format!("pyHanko: {why}")),
            (before, Ok(after)) => compare(before.as_deref().unwrap_or_default(), after, outcome),
        }
    }
}

/// The new signature is right, and the earlier ones are no worse than they were, form filling apart.
fn compare(before: &[Opinion], after: &[Opinion], outcome: &mut Outcome) {
    let problems = &mut outcome.problems;
    if after.len() != before.len() + 1 {
        problems.push(format!("pyHanko: {} signatures before, {} after", before.len(), after.len()));
    }
    let is_old = |opinion: &&Opinion| before.iter().any(|old| old.field == opinion.field);
    for new in after.iter().filter(|opinion| !is_old(opinion)) {
        let right = new.intact && new.valid && new.trusted && new.coverage == "ENTIRE_FILE";
        if !right || new.level != Level::None {
            problems.push(format!("pyHanko on the new signature: {new:?}"));
        }
    }
    for old in before {
        let Some(new) = after.iter().find(|opinion| opinion.field == old.field) else {
            problems.push(format!("pyHanko: the signature {} is gone", old.field));
            continue;
        };
        let broken = (old.intact && !new.intact) || (old.valid && !new.valid);
        let forbidden = old.docmdp_ok == Some(true) && new.docmdp_ok == Some(false);
        let crashed = new.level == Level::Crashed;
        let worse = !crashed && new.level > old.level.max(Level::FormFilling);
        if broken || forbidden || worse {
            problems.push(format!("pyHanko on {}: {:?} before, {new:?}", old.field, old.level));
        }
        if crashed {
            outcome.unjudged.push(format!("pyHanko on {}: {}", old.field, new.why));
        }
    }
}
