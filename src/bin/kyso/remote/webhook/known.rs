//! Which job has which transaction, without reading every job at every call.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::Deserialize;

use crate::files;
use crate::remote::job::LONGEST;

/// What ends the name of a job's file, after the dot.
const ENDING: &str = "json";

/// Files of a folder that are looked through.
const FILES: usize = 10_000;

/// The jobs of a folder. A file is read when it is new or has changed, and by one call at a time.
#[derive(Debug)]
pub(super) struct Known {
    folder: PathBuf,
    files: Mutex<BTreeMap<PathBuf, Seen>>,
}

/// A file when it was read last.
#[derive(Debug)]
struct Seen {
    version: Version,
    transactions: BTreeSet<String>,
}

/// What changes when a file is written.
type Version = (u64, Option<SystemTime>);

/// As much of a job as it takes to find it.
#[derive(Deserialize)]
struct Outline {
    transactions: Vec<Transaction>,
}

#[derive(Deserialize)]
struct Transaction {
    id: String,
}

impl Known {
    /// Of a folder, whose jobs are read now.
    pub(super) fn new(folder: &Path) -> Self {
        let known = Self { folder: folder.to_owned(), files: Mutex::default() };
        known.refresh(&mut known.files.lock().unwrap_or_else(PoisonError::into_inner));
        known
    }

    /// The job that has this transaction.
    pub(super) fn find(&self, id: &str) -> Option<PathBuf> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |files: &BTreeMap<PathBuf, Seen>| {
            let mut files = files.iter().filter(|(_, seen)| seen.transactions.contains(id));
            files.find(|(path, _)| path.is_file()).map(|(path, _)| path.clone())
        };
        of(&files).or_else(|| {
            self.refresh(&mut files);
            of(&files)
        })
    }

    fn refresh(&self, files: &mut BTreeMap<PathBuf, Seen>) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
        let jobs = paths.filter(|path| path.extension() == Some(OsStr::new(ENDING))).take(FILES);
        let mut before = std::mem::take(files);
        for path in jobs {
            let Some(version) = version(&path) else { continue };
            let same = before.remove(&path).filter(|seen| seen.version == version);
            // What cannot be read may be readable when the next call comes.
            if let Some(seen) = same.or_else(|| read(&path, version)) {
                files.insert(path, seen);
            }
        }
    }
}

fn version(path: &Path) -> Option<Version> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some((metadata.len(), metadata.modified().ok()))
}

fn read(path: &Path, version: Version) -> Option<Seen> {
    let is_too_long = usize::try_from(version.0).map_or(true, |length| length > LONGEST);
    let outline = if is_too_long {
        None
    } else {
        let bytes = files::read(path, LONGEST).ok()?;
        serde_json::from_slice::<Outline>(&bytes).ok()
    };
    let transactions = outline.map(|outline| outline.transactions).unwrap_or_default();
    Some(Seen { version, transactions: transactions.into_iter().map(|one| one.id).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, id: &str) {
        fs::write(path, format!(r#"{{"other":[{{}}],"transactions":[{{"id":"{id}","over":true}}]}}"#))
            .unwrap();
    }

    #[test]
    fn jobs_are_found_when_they_come_change_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        write(&path("old.job.json"), "old");
        write(&path("job"), "nameless");
        fs::write(path("list.json"), r#"["old"]"#).unwrap();
        fs::create_dir(path("folder.json")).unwrap();
        let known = Known::new(folder.path());
        assert_eq!(known.find("old"), Some(path("old.job.json")));
        assert_eq!((known.find("new"), known.find("nameless")), (None, None));
        write(&path("new.job.json"), "new");
        assert_eq!(known.find("new"), Some(path("new.job.json")));
        write(&path("old.job.json"), "another");
        assert_eq!(known.find("another"), Some(path("old.job.json")));
        assert_eq!(known.find("old"), None);
        fs::remove_file(path("new.job.json")).unwrap();
        assert_eq!(known.find("new"), None);
    }

    #[test]
    fn what_has_not_changed_is_not_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.job.json");
        write(&path, "one");
        let known = Known::new(folder.path());
        let written = fs::metadata(&path).unwrap().modified().unwrap();
        write(&path, "two");
        fs::File::options().append(true).open(&path).unwrap().set_modified(written).unwrap();
        // The same length and the same time: nobody looks inside.
        assert_eq!(known.find("two"), None);
        assert_eq!(known.find("one"), Some(path.clone()));
        let later = written + std::time::Duration::from_secs(1);
        fs::File::options().append(true).open(&path).unwrap().set_modified(later).unwrap();
        assert_eq!(known.find("two"), Some(path));
    }

    #[test]
    fn a_file_that_is_too_long_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.json");
        fs::File::create(&path).unwrap().set_len(LONGEST as u64 + 1).unwrap();
        assert_eq!(Known::new(folder.path()).find("long"), None);
    }
}
