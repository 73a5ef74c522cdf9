//! The credentials that people sign with: certificates of signing services, with a name, a signature image
//! and where their secrets are.
//!
//! One JSON file: the one that the caller names (`--store`), else the one in `$KYSO_STORE`, else
//! `credentials.json` in the user's data folder (`$XDG_DATA_HOME/kyso`, `~/.local/share/kyso`,
//! `~/Library/Application Support/kyso`, `%APPDATA%\kyso`). Only its owner can read it; it holds no secret.
//!
//! Whoever changes it holds the lock on the file `….lock` beside it, reads, changes and writes a new file
//! in its place: there is the whole of the old one or the whole of the new one, and nobody's change is
//! lost. Reading needs no lock.
//!
//! ```no_run
//! use kyso::client::store::{Entry, Store};
//! use kyso::remote::FoundCertificate;
//!
//! # fn add(found: FoundCertificate) -> Result<(), kyso::client::store::StoreError> {
//! let store = Store::at("credentials.json");
//! let entry = Entry::new("smartca", "012345678901", found)?;
//! let added = store.change(|contents| contents.add(entry, Some("An")))?;
//! store.change(|contents| contents.set_default(Some(&added.alias)))?;
//! for entry in store.read()?.entries() {
//!     println!("{}: {}", entry.alias(), entry.leaf().subject());
//! }
//! # Ok(())
//! # }
//! ```

mod alias;
mod contents;
mod entry;
mod error;
mod file;
mod image;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use contents::{Added, Contents, Refreshed};
pub use entry::{Entry, OtpUse, SubjectId};
pub use error::StoreError;
pub use image::{ImageChoice, SignatureImage, image_choices};

use super::Environment;
use super::environment::{data_folder, named_path};

/// The file with the credentials.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    patience: Duration,
}

impl Store {
    /// The file at a path, there or not.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), patience: Duration::from_secs(30) }
    }

    /// The file that the caller names, else the one that this module's page says.
    ///
    /// # Errors
    /// [`StoreError::NoPlace`]: nothing says where the user's data is.
    pub fn find(named: Option<&Path>, environment: &dyn Environment) -> Result<Self, StoreError> {
        named
            .map(Path::to_owned)
            .or_else(|| named_path(environment, "KYSO_STORE"))
            .or_else(|| data_folder(environment).map(|folder| folder.join("credentials.json")))
            .map(Self::at)
            .ok_or(StoreError::NoPlace)
    }

    /// With another time that is waited for others who change it. Default: 30 seconds.
    #[must_use]
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is in it; nothing when there is no file yet.
    ///
    /// # Errors
    /// [`StoreError`]: the file cannot be read, is damaged or of another version. It stays as it is.
    pub fn read(&self) -> Result<Contents, StoreError> {
        file::read(&self.path)
    }

    /// Changes it. The file is written when `change` succeeds and something is different.
    ///
    /// # Errors
    /// What `change` returns; [`StoreError`] when the file cannot be read, locked or written. It then stays
    /// as it was.
    pub fn change<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&mut Contents) -> Result<T, E>,
    ) -> Result<T, E> {
        let locked = file::Locked::new(&self.path, self.patience)?;
        let before = locked.read()?;
        let mut contents = before.clone();
        let value = change(&mut contents)?;
        if contents != before {
            locked.write(&contents)?;
        }
        Ok(value)
    }
}
