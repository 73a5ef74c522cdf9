//! Values put into their documents, and what is said at the end.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use kyso::SignatureValue;
use kyso::document::Prepared;

use super::job::JobFile;
use super::model::{Document, Fate};
use crate::failure::{Exit, Failure, note, told};
use crate::files;

/// What came of one value.
enum Embedded {
    Signed,
    Refused(String),
    /// The value may be good; the document or the disk is not.
    Stuck(Failure),
}

/// Puts the values that wait into their documents. A document that cannot be written keeps its value.
pub(crate) fn documents(file: &mut JobFile) -> Result<(), Failure> {
    let waiting: Vec<(usize, SignatureValue)> = file
        .job
        .documents
        .iter()
        .enumerate()
        .filter_map(|(index, document)| Some((index, document.fate.value()?)))
        .collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let job = &file.job;
    let results = on_threads(&waiting, |(index, value)| match job.documents.get(*index) {
        Some(document) => embed(document, value, file.path()),
        None => Embedded::Refused("there is no such document".to_owned()),
    });
    let mut refused = Vec::new();
    for ((index, value), result) in waiting.into_iter().zip(results) {
        let Some(document) = file.job.documents.get_mut(index) else { continue };
        match result {
            Embedded::Signed => document.fate = Fate::Signed {},
            Embedded::Refused(reason) => {
                document.fate = Fate::Refused { reason };
                refused.push((index, value));
            }
            Embedded::Stuck(failure) => note("", failure.line()),
        }
    }
    if !refused.is_empty() {
        reorder(file, refused);
    }
    file.save()
}

fn embed(document: &Document, value: &SignatureValue, job: &std::path::Path) -> Embedded {
    let prepared = match resumed(document, job) {
        Ok(prepared) => prepared,
        Err(failure) => return Embedded::Stuck(failure),
    };
    match prepared.accept(value) {
        Ok(signed) => match signed.save(&document.output) {
            Ok(()) => Embedded::Signed,
            Err(error) => Embedded::Stuck(Failure::save(&error)),
        },
        Err(error) => Embedded::Refused(told(&error)),
    }
}

fn resumed(document: &Document, job: &std::path::Path) -> Result<Prepared<std::fs::File>, Failure> {
    let state = document.state().map_err(|error| Failure::state(job, &error))?;
    let source = files::open(&document.input)?;
    Prepared::resume(state, source).map_err(|error| Failure::resume(&document.input, job, &error))
}

/// Tries values that were refused with the other documents of their transaction: some services return them
/// in another order. A value goes only where it verifies.
fn reorder(file: &mut JobFile, mut refused: Vec<(usize, SignatureValue)>) {
    let path = file.path().to_owned();
    for transaction in 0..file.job.transactions.len() {
        let members = file.job.members(transaction);
        for index in members.iter().copied() {
            let Some(document) = file.job.documents.get_mut(index) else { continue };
            let is_candidate = matches!(document.fate, Fate::Refused { .. } | Fate::Missing {});
            let others = refused.iter().any(|(from, _)| *from != index && members.contains(from));
            if !is_candidate || !others {
                continue;
            }
            let Ok(prepared) = resumed(document, &path) else { continue };
            let fits = refused.iter().position(|(from, value)| {
                *from != index && members.contains(from) && check(&prepared, value)
            });
            let Some(position) = fits else { continue };
            let (_, value) = refused.swap_remove(position);
            match prepared.accept(&value).map(|signed| signed.save(&document.output)) {
                Ok(Ok(())) => {
                    note("", &format!("{}: its value came under the name of another document", document.id));
                    document.fate = Fate::Signed {};
                }
                Ok(Err(error)) => {
                    note("", Failure::save(&error).line());
                    // It is this document's value, and waits for a disk that takes it.
                    document.fate = Fate::of_value(&value);
                }
                Err(_) => {}
            }
        }
    }
}

fn check(prepared: &Prepared<std::fs::File>, value: &SignatureValue) -> bool {
    match prepared {
        Prepared::Pdf(prepared) => prepared.check(value).is_ok(),
        Prepared::Xml(prepared) => prepared.check(value).is_ok(),
        _ => false,
    }
}

/// Does the same for every item on as many threads as the machine has; results in the order of the items.
pub(crate) fn on_threads<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(items.len());
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((index, item)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    items.get(index).map(|item| (index, item))
                } {
                    let result = work(item);
                    results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Says what has become of each document that is not signed, and gives the code. The state of a job that is
/// done goes. `refused` tells how many documents were refused before it began.
pub(crate) fn report(file: JobFile, refused: usize) -> Result<ExitCode, Failure> {
    let (mut signers, mut waiting, mut again) = (0_usize, 0_usize, 0_usize);
    let mut in_doubt = false;
    for document in &file.job.documents {
        let (count, line) = match &document.fate {
            Fate::Signed {} => continue,
            Fate::Waiting {} => (&mut waiting, "waits for the signer".to_owned()),
            Fate::Value { .. } => (&mut waiting, "its value is there, and it is not written yet".to_owned()),
            Fate::Refused { reason } => (&mut signers, format!("the signer's value is refused: {reason}")),
            Fate::Rejected { code, message } => {
                let code = code.as_ref().map(|code| format!(" (code {code})")).unwrap_or_default();
                (&mut signers, format!("rejected: {message}{code}"))
            }
            Fate::Missing {} => (&mut signers, "no value came for it".to_owned()),
            Fate::Failed { message, unknown: false } => (&mut signers, format!("not signed: {message}")),
            Fate::Failed { message, unknown: true } => {
                (&mut signers, format!("what became of it is unknown: {message}"))
            }
        };
        *count += 1;
        in_doubt |= matches!(document.fate, Fate::Failed { unknown: true, .. });
        if document.fate.needs_another() {
            again += 1;
        }
        note("", &format!("{}: {line}", document.id));
    }
    let path = file.path().to_owned();
    let (all, done) = (file.job.documents.len(), file.job.is_done());
    if done {
        file.remove()?;
    } else {
        let signed = all - waiting - signers;
        let mut line = format!("{signed} of {all} signed; go on with `kyso remote resume {}", path.display());
        if waiting == 0 && again > 0 {
            line.push_str(" --again");
        }
        line.push('`');
        if waiting == 0 && in_doubt {
            line.push_str(", after asking the service what it signed: it may have to be paid twice");
        }
        note("", &line);
    }
    Ok(if waiting > 0 {
        Exit::Io.into()
    } else if signers > 0 {
        Exit::Signer.into()
    } else if refused > 0 {
        Exit::Refused.into()
    } else {
        ExitCode::SUCCESS
    })
}
