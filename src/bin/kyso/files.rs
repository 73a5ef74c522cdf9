//! Small files read whole, documents opened, and files that others must not read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::{Exit, Failure};

/// The most that is read of a key or a chain, in bytes.
pub(crate) const SMALL: usize = 16 << 20;

/// Reads a file of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::io(path, "reading", &error);
    let file = File::open(path).map_err(failed)?;
    // A first guess that needs no growing: what is read may be a key, and growing leaves copies.
    let guess = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(guess).unwrap_or(0).saturating_add(1).min(limit));
    file.take((limit as u64).saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > limit {
        return Err(Failure::at(
            Exit::Usage,
            path,
            format!("this file is too long: {limit} bytes is the most"),
        ));
    }
    Ok(bytes)
}

/// Opens a document, which must be a file that can be read at any position.
pub(crate) fn open(path: &Path) -> Result<File, Failure> {
    let failed = |error| Failure::io(path, "opening", &error);
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Failure::at(Exit::Io, path, "this is no regular file; give the path of one"));
    }
    File::open(path).map_err(failed)
}

/// Refuses to replace a file that the command reads.
pub(crate) fn keep_apart(written: &Path, read: &[&Path]) -> Result<(), Failure> {
    let Ok(target) = fs::canonicalize(written) else { return Ok(()) };
    match read.iter().find(|path| fs::canonicalize(path).is_ok_and(|path| path == target)) {
        Some(_) => Err(Failure::at(
            Exit::Usage,
            written,
            "this would replace a file that the command reads; choose another",
        )),
        None => Ok(()),
    }
}

/// Writes a file that only its owner reads, whole or not at all.
pub(crate) fn write_private(path: &Path, contents: &[u8]) -> Result<(), Failure> {
    write_atomically(path, contents, 0o600).map_err(|error| Failure::io(path, "writing", &error))
}

/// Writes a file, whole or not at all.
#[cfg(feature = "preview")]
pub(crate) fn write(path: &Path, contents: &[u8]) -> Result<(), Failure> {
    write_atomically(path, contents, 0o666).map_err(|error| Failure::io(path, "writing", &error))
}

fn write_atomically(path: &Path, contents: &[u8], mode: u32) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&target).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        return OpenOptions::new().write(true).open(&target)?.write_all(contents);
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    let part = folder.join(format!(".kyso-{}-state.part", std::process::id()));
    let written = write_part(&part, contents, mode).and_then(|()| fs::rename(&part, &target));
    if written.is_err() {
        // It may not even exist.
        let _ = fs::remove_file(&part);
    }
    written?;
    // The name is durable once its folder is; a system that cannot sync folders has done what it can.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn write_part(part: &PathBuf, contents: &[u8], mode: u32) -> io::Result<()> {
    // One that a killed process of the same id left behind.
    let _ = fs::remove_file(part);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(part)?;
    file.write_all(contents)?;
    file.sync_all()
}
