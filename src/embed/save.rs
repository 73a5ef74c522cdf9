//! Writing a file so that there is the whole of it or nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use crate::source::{Source, for_each_piece};

/// Why a signed document was not saved. What was at the path is there as it was.
#[derive(Debug, thiserror::Error)]
#[error("{}: {doing} failed: {source}", .path.display())]
#[non_exhaustive]
pub struct SaveError {
    /// The path that was to be written.
    pub path: PathBuf,
    /// What was being done.
    pub doing: &'static str,
    /// What the system said.
    pub source: io::Error,
}

/// Writes `path` through a temporary file beside it, fsync and rename. A path that is no regular file (a
/// pipe, a device) is written to directly; of a symbolic link the target is replaced.
pub(crate) fn atomically(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), SaveError> {
    let failed = |doing| {
        let path = path.to_owned();
        move |source| SaveError { path, doing, source }
    };
    let target = target_of(path);
    let existing = fs::metadata(&target).ok();
    if existing.as_ref().is_some_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        let mut file = OpenOptions::new().write(true).open(&target).map_err(failed("opening"))?;
        return write(&mut file).map_err(failed("writing"));
    }
    if target.file_name().is_none() {
        return Err(failed("naming")(io::ErrorKind::InvalidInput.into()));
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    let part = Part::create(folder).map_err(failed("creating a temporary file"))?;
    let Part { mut file, mut guard } = part;
    if let Some(existing) = existing {
        file.set_permissions(existing.permissions()).map_err(failed("setting permissions"))?;
    }
    write(&mut file).map_err(failed("writing"))?;
    file.sync_all().map_err(failed("syncing"))?;
    drop(file);
    if let Some(part) = &guard.0 {
        fs::rename(part, &target).map_err(failed("renaming"))?;
    }
    guard.0 = None;
    // The name is durable once its folder is; a system that cannot sync folders has done what it can.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Copies the first `length` bytes of a source to a file.
pub(crate) fn copy_input<S: Source>(source: &S, length: u64, file: &mut File) -> io::Result<()> {
    let Some(mut input) = source.as_file() else {
        return for_each_piece(source, length, |piece| file.write_all(piece));
    };
    input.rewind()?;
    // From file to file the system copies by itself.
    let copied = io::copy(&mut input.take(length), file)?;
    if copied == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// The file to be written: what a symbolic link leads to, there or not.
fn target_of(path: &Path) -> PathBuf {
    fs::canonicalize(path)
        .or_else(|_| {
            let link = fs::read_link(path)?;
            Ok::<_, io::Error>(path.parent().unwrap_or_else(|| Path::new("")).join(link))
        })
        .unwrap_or_else(|_| path.to_owned())
}

/// A temporary file that goes when it is not renamed.
struct Part {
    file: File,
    guard: Removed,
}

struct Removed(Option<PathBuf>);

impl Drop for Removed {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}

impl Part {
    fn create(folder: &Path) -> io::Result<Self> {
        /// Names tried: other threads of this process may be writing in the same folder.
        const TRIES: u32 = 100;
        for attempt in 0..TRIES {
            // Short, whatever the length of the name it is for.
            let path = folder.join(format!(".kyso-{}-{attempt}.part", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Self { file, guard: Removed(Some(path)) }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.pdf");
        atomically(&path, |file| file.write_all(b"first")).unwrap();
        let error = atomically(&path, |file| {
            file.write_all(b"sec")?;
            Err(io::Error::other("no more"))
        });
        assert_eq!(error.unwrap_err().doing, "writing");
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays behind");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("out.pdf"), folder.path().join("link.pdf"));
        fs::write(&path, b"old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        atomically(&link, |file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
