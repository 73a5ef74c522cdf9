//! A signed XML document: the original bytes with the signature put in between.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;

use super::save::{SaveError, atomically};
use crate::source::{Source, read_full};
use crate::syntax::xml::plain::Encoding;

/// Text put in at a place of the original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Insertion {
    /// Offset in the original, bytes.
    pub(crate) at: u64,
    /// In the original's encoding.
    pub(crate) bytes: Vec<u8>,
}

/// Where a signature stands in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placement {
    /// Where it goes in, bytes.
    pub(crate) at: u64,
    /// The element written `<name/>` that is opened: `at` is the offset of its `/`.
    pub(crate) opened: Option<String>,
    /// Where the document ends that the signature stands around.
    pub(crate) behind: Option<u64>,
    /// The document's encoding.
    pub(crate) encoding: Encoding,
}

impl Placement {
    /// What is put in where, so that no byte of the original changes. `signature` is in pieces, one behind
    /// the other; `end` comes behind an enveloped document.
    pub(crate) fn insertions(&self, signature: &[&str], end: &str) -> Vec<Insertion> {
        let insert = |at, texts: &[&str]| {
            let bytes = texts.iter().map(|text| self.encoding.encode(text));
            Insertion { at, bytes: bytes.collect::<Vec<_>>().concat() }
        };
        match (&self.opened, self.behind) {
            // `<name/>` becomes `<name>…</name>`: before its `/` and behind it something comes in.
            (Some(name), _) => {
                let slash = self.encoding.encode("/").len() as u64;
                let first = insert(self.at, &[&[">"], signature, &["<"]].concat());
                vec![first, insert(self.at.saturating_add(slash), &[name])]
            }
            (None, Some(behind)) => vec![insert(self.at, signature), insert(behind, &[end])],
            (None, None) => vec![insert(self.at, signature)],
        }
    }
}

/// A document with something put in: it can be read like any other.
#[derive(Debug)]
pub(crate) struct Spliced<S> {
    pub(crate) source: S,
    pub(crate) length: u64,
    /// In the order of their places.
    pub(crate) insertions: Vec<Insertion>,
}

impl<S: Source> Spliced<S> {
    fn total(&self) -> u64 {
        let inserted: u64 = self.insertions.iter().map(|insertion| insertion.bytes.len() as u64).sum();
        self.length.saturating_add(inserted)
    }

    /// Hands over the original and what was put in, piece by piece, in order: stretches of the original
    /// as offset and length.
    fn pieces<E>(&self, mut take: impl FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut at = 0_u64;
        for insertion in &self.insertions {
            take(Piece::Original(at, insertion.at.saturating_sub(at)))?;
            take(Piece::Inserted(&insertion.bytes))?;
            at = insertion.at;
        }
        take(Piece::Original(at, self.length.saturating_sub(at)))
    }
}

enum Piece<'a> {
    Original(u64, u64),
    Inserted(&'a [u8]),
}

impl<S: Source> Source for Spliced<S> {
    fn len(&self) -> io::Result<u64> {
        Ok(self.total())
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        // Where the piece begins in the spliced document.
        let mut start = 0_u64;
        let mut read = None;
        self.pieces(|piece| {
            let length = match piece {
                Piece::Original(_, length) => length,
                Piece::Inserted(bytes) => bytes.len() as u64,
            };
            let within = offset.saturating_sub(start);
            if read.is_none() && offset >= start && within < length {
                let wanted = usize::try_from(length - within).unwrap_or(usize::MAX).min(buf.len());
                let target = buf.get_mut(..wanted).unwrap_or_default();
                read = Some(match piece {
                    Piece::Original(at, _) => self.source.read_at(at.saturating_add(within), target)?,
                    Piece::Inserted(bytes) => Source::read_at(bytes, within, target)?,
                });
            }
            start = start.saturating_add(length);
            Ok::<_, io::Error>(())
        })?;
        Ok(read.unwrap_or(0))
    }
}

/// A signed XML document, not written yet. Writing it again gives the same bytes.
#[derive(Debug)]
pub struct SignedXml<S> {
    spliced: Spliced<S>,
    value: Vec<u8>,
}

impl<S: Source> SignedXml<S> {
    pub(crate) const fn new(source: S, length: u64, insertions: Vec<Insertion>, value: Vec<u8>) -> Self {
        Self { spliced: Spliced { source, length, insertions }, value }
    }

    /// The octets of SignatureValue.
    #[must_use]
    pub fn signature_value(&self) -> &[u8] {
        &self.value
    }

    /// Length of the signed document in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.spliced.total()
    }

    /// A signed document is never empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// What is put in between the bytes of the original: offsets in the original, in bytes, and the bytes.
    /// It is one run, or two for an element `<name/>` that is opened and for a signature that stands
    /// around the document.
    pub fn insertions(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.spliced.insertions.iter().map(|insertion| (insertion.at, insertion.bytes.as_slice()))
    }

    /// Saves the document: a temporary file beside `path`, fsync, rename. The path may be that of the
    /// input. Killed at any moment, it leaves at `path` what was there or the whole document.
    ///
    /// # Errors
    /// [`SaveError`]; what was at `path` is there as it was.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), SaveError> {
        atomically(path.as_ref(), |file| {
            self.spliced.pieces(|piece| match piece {
                Piece::Inserted(bytes) => file.write_all(bytes),
                Piece::Original(at, length) => match self.spliced.source.as_file() {
                    Some(input) => copy_file(input, at, length, file),
                    None => copy(&self.spliced.source, at, length, file),
                },
            })
        })
    }

    /// Writes the document.
    ///
    /// # Errors
    /// What the source or the writer reports, and [`io::ErrorKind::UnexpectedEof`] when the source has
    /// become shorter.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        self.spliced.pieces(|piece| match piece {
            Piece::Inserted(bytes) => out.write_all(bytes),
            Piece::Original(at, length) => copy(&self.spliced.source, at, length, out),
        })
    }

    /// The document in memory.
    ///
    /// # Errors
    /// As for [`SignedXml::write_to`].
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.len()).unwrap_or(0));
        self.write_to(&mut bytes)?;
        Ok(bytes)
    }
}

/// From file to file the system copies by itself.
fn copy_file(mut input: &File, at: u64, length: u64, out: &mut File) -> io::Result<()> {
    input.seek(SeekFrom::Start(at))?;
    let copied = io::copy(&mut input.take(length), out)?;
    if copied == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn copy<S: Source>(source: &S, at: u64, length: u64, out: &mut impl Write) -> io::Result<()> {
    /// Bytes handled at a time.
    const PIECE: u64 = 1 << 18;
    let end = at.saturating_add(length);
    if let Some(bytes) = source.as_slice() {
        let run = usize::try_from(at).unwrap_or(usize::MAX)..usize::try_from(end).unwrap_or(usize::MAX);
        return out.write_all(bytes.get(run).ok_or(io::ErrorKind::UnexpectedEof)?);
    }
    let mut buffer = vec![0; usize::try_from(length.min(PIECE)).unwrap_or(0)];
    let mut at = at;
    while at < end {
        let wanted = usize::try_from((end - at).min(PIECE)).unwrap_or(0);
        let piece = buffer.get_mut(..wanted).unwrap_or_default();
        if read_full(source, at, piece)? < wanted {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        out.write_all(piece)?;
        at += wanted as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spliced_reads_as_one() {
        let insertion = |at, text: &str| Insertion { at, bytes: text.as_bytes().to_vec() };
        let source = b"<a><b/></a>".as_slice();
        let placement = Placement { at: 5, opened: Some("b".into()), behind: None, encoding: Encoding::Utf8 };
        let insertions = placement.insertions(&["<s", "/>"], "");
        assert_eq!(insertions, [insertion(5, "><s/><"), insertion(6, "b")]);
        let spliced = Spliced { source, length: 11, insertions };
        let mut whole = vec![0; 64];
        let length = read_full(&spliced, 0, &mut whole).unwrap();
        assert_eq!(&whole[..length], b"<a><b><s/></b></a>");
        for (at, expected) in whole[..length].iter().enumerate() {
            let mut byte = [0];
            assert_eq!(spliced.read_at(at as u64, &mut byte).unwrap(), 1);
            assert_eq!(byte[0], *expected);
        }
        let signed = SignedXml::new(source, 11, spliced.insertions, Vec::new());
        assert_eq!(signed.to_bytes().unwrap(), &whole[..length]);
    }
}
