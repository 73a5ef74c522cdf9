//! Where the bytes of a document come from: anything that can be read at a position.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// A document's bytes, readable at any position.
///
/// Implemented for slices, byte vectors and files; [`Seekable`] wraps anything else that implements
/// [`io::Read`] and [`io::Seek`]. The bytes must not change while a document is being worked on.
pub trait Source {
    /// Length in bytes.
    ///
    /// # Errors
    /// What the underlying reader reports.
    fn len(&self) -> io::Result<u64>;

    /// Reads up to `buf.len()` bytes at `offset` (bytes from the start) and says how many. Zero
    /// means the end, unless `buf` is empty.
    ///
    /// # Errors
    /// What the underlying reader reports.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;

    /// All bytes at once, when they are in memory already.
    fn as_slice(&self) -> Option<&[u8]> {
        None
    }

    /// The file behind this source, when there is one: lets the system copy without a detour.
    fn as_file(&self) -> Option<&File> {
        None
    }

    /// Whether there are no bytes.
    ///
    /// # Errors
    /// As [`Source::len`].
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
}

impl Source for [u8] {
    fn len(&self) -> io::Result<u64> {
        Ok(<[u8]>::len(self) as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|at| self.get(at..)).unwrap_or(&[]);
        let count = rest.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        Ok(count)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        Some(self)
    }
}

impl Source for Vec<u8> {
    fn len(&self) -> io::Result<u64> {
        Source::len(self.as_slice())
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        Source::read_at(self.as_slice(), offset, buf)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        Some(self)
    }
}

impl<S: Source + ?Sized> Source for &S {
    fn len(&self) -> io::Result<u64> {
        (**self).len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(offset, buf)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        (**self).as_slice()
    }

    fn as_file(&self) -> Option<&File> {
        (**self).as_file()
    }
}

impl<S: Source + ?Sized> Source for Arc<S> {
    fn len(&self) -> io::Result<u64> {
        (**self).len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(offset, buf)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        (**self).as_slice()
    }

    fn as_file(&self) -> Option<&File> {
        (**self).as_file()
    }
}

impl Source for File {
    fn len(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    #[cfg(unix)]
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buf, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, buf, offset)
    }

    fn as_file(&self) -> Option<&File> {
        Some(self)
    }
}

/// Any seekable reader as a [`Source`].
#[derive(Debug)]
pub struct Seekable<R>(Mutex<R>);

impl<R: io::Read + io::Seek> Seekable<R> {
    /// Wraps `reader`; its position is moved at every read.
    pub const fn new(reader: R) -> Self {
        Self(Mutex::new(reader))
    }
}

impl<R: io::Read + io::Seek> Source for Seekable<R> {
    fn len(&self) -> io::Result<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).seek(io::SeekFrom::End(0))
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut reader = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reader.seek(io::SeekFrom::Start(offset))?;
        reader.read(buf)
    }
}

/// Fills `buf` from `offset`, over short and interrupted reads; returns how much there was.
pub(crate) fn read_full<S: Source + ?Sized>(source: &S, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while let Some(rest) = buf.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match source.read_at(offset.saturating_add(done as u64), rest) {
            Ok(0) => break,
            Ok(count) => done = done.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// How much of a source that is not in memory is handled at a time, in bytes.
const PIECE: usize = 1 << 18;

/// Hands the first `length` bytes to `take`, in order: at once when they are in memory, else in pieces.
/// A source that has become shorter is [`io::ErrorKind::UnexpectedEof`].
pub(crate) fn for_each_piece<S: Source + ?Sized>(
    source: &S,
    length: u64,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    if let Some(bytes) = source.as_slice() {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        return take(bytes.get(..length).ok_or(io::ErrorKind::UnexpectedEof)?);
    }
    let mut buffer = vec![0; PIECE];
    let mut at = 0;
    while at < length {
        let wanted = usize::try_from(length - at).unwrap_or(PIECE).min(PIECE);
        let piece = buffer.get_mut(..wanted).unwrap_or_default();
        if read_full(source, at, piece)? < wanted {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        take(piece)?;
        at += wanted as u64;
    }
    Ok(())
}
