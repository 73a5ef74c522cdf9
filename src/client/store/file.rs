//! The file: locked, read, written whole or not at all.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::{Contents, StoreError};
use crate::client::config::without_value;

/// The longest file in bytes.
const LONGEST: u64 = 64 << 20;

/// How long one sleeps before trying the lock again.
const NAP: Duration = Duration::from_millis(5);

fn failed(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { path, doing, source }
}

/// What the file holds; nothing when it is not there.
pub(super) fn read(path: &Path) -> Result<Contents, StoreError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Contents::default()),
        Err(error) => return Err(failed(path, "reading")(error)),
        Ok(metadata) if !metadata.is_file() => return Err(StoreError::NoFile { path: path.to_owned() }),
        Ok(_) => {}
    }
    let file = match File::open(path) {
        // Whoever removed it in between emptied the store.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Contents::default()),
        opened => opened.map_err(failed(path, "reading"))?,
    };
    let mut bytes = Vec::new();
    file.take(LONGEST.saturating_add(1)).read_to_end(&mut bytes).map_err(failed(path, "reading"))?;
    if bytes.len() as u64 > LONGEST {
        return Err(StoreError::TooLong { path: path.to_owned(), most: LONGEST });
    }
    parse(path, &bytes)
}

/// What every version has.
#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Contents, StoreError> {
    let damaged = |error: serde_json::Error| {
        let told = error.to_string();
        let position = format!(" at line {} column {}", error.line(), error.column());
        StoreError::Damaged {
            path: path.to_owned(),
            message: without_value(told.strip_suffix(&position).unwrap_or(&told)),
            line: error.line(),
            column: error.column(),
        }
    };
    let Versioned { version } = serde_json::from_slice(bytes).map_err(damaged)?;
    if version != Contents::VERSION {
        let path = path.to_owned();
        return Err(StoreError::Version { path, found: version, known: Contents::VERSION });
    }
    let contents: Contents = serde_json::from_slice(bytes).map_err(damaged)?;
    match contents.check() {
        Ok(()) => Ok(contents),
        Err(message) => Err(StoreError::Damaged { path: path.to_owned(), message, line: 0, column: 0 }),
    }
}

/// The file while nobody else changes it. The system lets go of the lock when this is dropped, or when the
/// process ends in whatever way.
pub(super) struct Locked {
    /// What a symbolic link leads to: whoever comes by another name meets the same lock.
    path: PathBuf,
    _lock: File,
}

impl Locked {
    pub(super) fn new(path: &Path, patience: Duration) -> Result<Self, StoreError> {
        let path = target_of(path);
        if path.file_name().is_none() {
            return Err(failed(&path, "naming")(ErrorKind::InvalidInput.into()));
        }
        let mut folder = DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(folder_of(&path)).map_err(failed(&path, "making its folder"))?;
        // It stays: who removed it could leave two others with a lock each.
        let beside = beside(&path, "", ".lock");
        let mut options = OpenOptions::new();
        let lock = private(&mut options).read(true).write(true).create(true).truncate(false).open(&beside);
        let lock = lock.map_err(failed(&beside, "opening"))?;
        let began = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { path, _lock: lock }),
                Err(TryLockError::WouldBlock) if began.elapsed() < patience => thread::sleep(NAP),
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::Busy { path, seconds: patience.as_secs() });
                }
                Err(TryLockError::Error(error)) => return Err(failed(&beside, "locking")(error)),
            }
        }
    }

    pub(super) fn read(&self) -> Result<Contents, StoreError> {
        read(&self.path)
    }

    /// Puts a new file in the place of the old one.
    pub(super) fn write(&self, contents: &Contents) -> Result<(), StoreError> {
        let json = serde_json::to_vec_pretty(contents).map_err(io::Error::from);
        let mut json = json.map_err(failed(&self.path, "writing"))?;
        json.push(b'\n');
        if json.len() as u64 > LONGEST {
            return Err(StoreError::TooLong { path: self.path.clone(), most: LONGEST });
        }
        // Always the same name, which the lock keeps for us: what a killed process left is cleared away.
        let part = beside(&self.path, ".", ".part");
        let written = write_part(&part, &json).and_then(|()| fs::rename(&part, &self.path));
        if let Err(error) = written {
            // It may not even exist.
            let _ = fs::remove_file(&part);
            return Err(failed(&self.path, "writing")(error));
        }
        // The name is durable once its folder is; a system that cannot sync folders has done what it can.
        if let Ok(folder) = File::open(folder_of(&self.path)) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

fn write_part(part: &Path, json: &[u8]) -> io::Result<()> {
    match fs::remove_file(part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    let mut file = private(&mut options).write(true).create_new(true).open(part)?;
    file.write_all(json)?;
    file.sync_all()
}

/// Readable and writable by its owner alone.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// A file beside another.
fn beside(path: &Path, before: &str, after: &str) -> PathBuf {
    let mut name = OsString::from(before);
    name.push(path.file_name().unwrap_or_default());
    name.push(after);
    path.with_file_name(name)
}

/// What a symbolic link leads to, there or not.
fn target_of(path: &Path) -> PathBuf {
    fs::canonicalize(path)
        .or_else(|_| {
            let link = fs::read_link(path)?;
            Ok::<_, io::Error>(path.parent().unwrap_or_else(|| Path::new("")).join(link))
        })
        .unwrap_or_else(|_| path.to_owned())
}
