//! A PDF with an appended revision that signs nothing.

use std::io::{self, Write};
use std::path::Path;

use super::error::Warning;
use crate::embed::{SaveError, atomically, copy_input};
use crate::source::{Source, for_each_piece};

/// A document with a revision to be appended, not written yet. Writing it again gives the same bytes.
#[derive(Debug)]
pub struct Revised<S> {
    source: S,
    input_length: u64,
    revision: Vec<u8>,
    warnings: Vec<Warning>,
}

impl<S: Source> Revised<S> {
    pub(super) const fn new(source: S, input_length: u64, revision: Vec<u8>, warnings: Vec<Warning>) -> Self {
        Self { source, input_length, revision, warnings }
    }

    /// What the caller should know.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Length of the document with the revision, in bytes.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.input_length.saturating_add(self.revision.len() as u64)
    }

    /// Such a document is never empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// What comes behind the input.
    #[must_use]
    pub fn revision(&self) -> &[u8] {
        &self.revision
    }

    /// Saves the document: a temporary file beside `path`, fsync, rename. The path may be that of the
    /// input. Killed at any moment, it leaves at `path` what was there or the whole document.
    ///
    /// # Errors
    /// [`SaveError`]; what was at `path` is there as it was.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), SaveError> {
        atomically(path.as_ref(), |file| {
            copy_input(&self.source, self.input_length, file)?;
            file.write_all(&self.revision)
        })
    }

    /// Writes the document.
    ///
    /// # Errors
    /// What the source or the writer reports, and [`io::ErrorKind::UnexpectedEof`] when the source has
    /// become shorter.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        for_each_piece(&self.source, self.input_length, |piece| out.write_all(piece))?;
        out.write_all(&self.revision)
    }

    /// The document in memory.
    ///
    /// # Errors
    /// As for [`Revised::write_to`].
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.len()).unwrap_or(0));
        self.write_to(&mut bytes)?;
        Ok(bytes)
    }
}
