//! The file of a job: locked while somebody works on it, written whole.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::model::Job;
use crate::failure::{Exit, Failure, told};
use crate::files;

/// The longest file that is read, in bytes: thousands of documents.
pub(crate) const LONGEST: usize = 512 << 20;

/// A job and its file. Nobody else works on it while this is alive.
#[derive(Debug)]
pub(crate) struct JobFile {
    path: PathBuf,
    pub(crate) job: Job,
    _lock: File,
}

/// Why a job is not opened.
pub(crate) enum Busy {
    /// Somebody works on it.
    Locked,
    Failed(Failure),
}

impl From<Failure> for Busy {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Busy> for Failure {
    fn from(busy: Busy) -> Self {
        match busy {
            Busy::Locked => Self::new(Exit::Io, "another kyso works on this job; wait until it is done"),
            Busy::Failed(failure) => failure,
        }
    }
}

impl JobFile {
    /// A new job.
    pub(crate) fn create(path: &Path, job: Job) -> Result<Self, Failure> {
        let lock = lock(path).map_err(Failure::from)?;
        if path.exists() {
            let line =
                "this is there already; choose another --state, or finish it with `kyso remote resume`";
            return Err(Failure::at(Exit::Usage, path, line));
        }
        let file = Self { path: path.to_owned(), job, _lock: lock };
        file.save()?;
        Ok(file)
    }

    /// One that was begun.
    pub(crate) fn open(path: &Path) -> Result<Self, Busy> {
        // Before the lock, which would make a file beside one that is not there.
        if !path.is_file() {
            return Err(Failure::at(Exit::Io, path, "there is no such job; it may be done").into());
        }
        let lock = lock(path)?;
        Ok(Self { path: path.to_owned(), job: read(path)?, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn save(&self) -> Result<(), Failure> {
        let json = serde_json::to_vec(&self.job)
            .map_err(|error| Failure::at(Exit::Io, &self.path, format!("writing failed: {error}")))?;
        files::write_private(&self.path, &json)
    }

    /// Removes the file of a job that is done.
    pub(crate) fn remove(self) -> Result<(), Failure> {
        fs::remove_file(&self.path).map_err(|error| Failure::io(&self.path, "removing", &error))?;
        // Whoever waits for the lock finds no job behind it.
        let _ = fs::remove_file(lock_path(&self.path));
        let _ = fs::remove_file(hint_path(&self.path));
        Ok(())
    }
}

/// What a job's file says, without the right to change it.
pub(crate) fn read(path: &Path) -> Result<Job, Failure> {
    let bytes = files::read(path, LONGEST)?;
    let advice = "give the state that `kyso remote sign` wrote";
    let wrong = |what: String| Failure::at(Exit::Usage, path, format!("this is no job: {what}; {advice}"));
    let job: Job = serde_json::from_slice(&bytes).map_err(|error| wrong(told(&error)))?;
    job.check().map_err(wrong)?;
    Ok(job)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn lock_path(path: &Path) -> PathBuf {
    beside(path, ".lock")
}

/// Its presence tells whoever works on the job that the service called.
pub(crate) fn hint_path(path: &Path) -> PathBuf {
    beside(path, ".called")
}

fn lock(path: &Path) -> Result<File, Busy> {
    let path = lock_path(path);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).map_err(|error| Failure::io(&path, "opening", &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Busy::Locked),
        Err(TryLockError::Error(error)) => Err(Failure::io(&path, "locking", &error).into()),
    }
}
