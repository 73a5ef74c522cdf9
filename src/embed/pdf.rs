//! A signed PDF: the original, the revision, the value in its gap.

use std::io::{self, Write};
use std::path::Path;

use super::save::{SaveError, atomically, copy_input};
use crate::source::{Source, for_each_piece};
use crate::syntax::pdf::revision::Appended;
use crate::syntax::pdf::write::hex_digits;

/// A signed document, not written yet. Writing it again gives the same bytes.
#[derive(Debug)]
pub struct Signed<S> {
    source: S,
    input_length: u64,
    appended: Appended,
    cms: Vec<u8>,
}

impl<S: Source> Signed<S> {
    /// `cms` fits the gap: whoever calls has seen to it.
    pub(crate) const fn new(source: S, input_length: u64, appended: Appended, cms: Vec<u8>) -> Self {
        Self { source, input_length, appended, cms }
    }

    /// The DER that the signature dictionary's `/Contents` holds.
    #[must_use]
    pub fn contents(&self) -> &[u8] {
        &self.cms
    }

    /// Length of the signed document in bytes.
    #[must_use]
    pub const fn len(&self) -> u64 {
        let [_, _, after, rest] = self.byte_range();
        after.saturating_add(rest)
    }

    /// A signed document is never empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// The signature's `/ByteRange`.
    #[must_use]
    pub const fn byte_range(&self) -> [u64; 4] {
        self.appended.byte_range(self.input_length)
    }

    /// Saves the document: a temporary file beside `path`, fsync, rename. The path may be that of the
    /// input. Killed at any moment, it leaves at `path` what was there or the whole document.
    ///
    /// # Errors
    /// [`SaveError`]; what was at `path` is there as it was.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), SaveError> {
        atomically(path.as_ref(), |file| {
            copy_input(&self.source, self.input_length, file)?;
            file.write_all(&self.revision())
        })
    }

    /// Writes the document.
    ///
    /// # Errors
    /// What the source or the writer reports, and [`io::ErrorKind::UnexpectedEof`] when the source has
    /// become shorter.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        for_each_piece(&self.source, self.input_length, |piece| out.write_all(piece))?;
        out.write_all(&self.revision())
    }

    /// The document in memory.
    ///
    /// # Errors
    /// As for [`Signed::write_to`].
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.len()).unwrap_or(0));
        for_each_piece(&self.source, self.input_length, |piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        self.append_revision(&mut bytes);
        Ok(bytes)
    }

    /// What comes behind the input: append it to the input in place of [`Signed::save`] where that is
    /// safe enough.
    #[must_use]
    pub fn revision(&self) -> Vec<u8> {
        let length = self.len().saturating_sub(self.input_length);
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        self.append_revision(&mut bytes);
        bytes
    }

    fn append_revision(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.appended.head);
        out.push(b'<');
        append_hex(out, &self.cms);
        let digits = self.appended.gap.saturating_sub(2).saturating_sub(2 * self.cms.len() as u64);
        out.resize(out.len().saturating_add(usize::try_from(digits).unwrap_or(0)), b'0');
        out.push(b'>');
        out.extend_from_slice(&self.appended.tail);
    }
}

/// Lower-case hex digits of all bytes.
fn append_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    let start = out.len();
    out.resize(start + bytes.len() * 2, 0);
    let (pairs, _) = out.get_mut(start..).unwrap_or_default().as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = hex_digits(*byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_digits_are_two_a_byte() {
        let mut out = Vec::new();
        append_hex(&mut out, &[0, 9, 0xAF, 0xFF]);
        assert_eq!(out, b"0009afff");
    }
}
