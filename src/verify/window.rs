//! The bytes of a document that a signature speaks of.

use std::io;

use crate::algorithm::{Digest, DigestAlgorithm};
use crate::source::{Source, read_full};

/// How much of a document is hashed or compared at a time.
pub(super) const PIECE: usize = 1 << 20;

/// The first bytes of a source, as a source: a document as it was when an earlier revision was its last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prefix<'a, S: ?Sized> {
    source: &'a S,
    len: u64,
}

impl<'a, S: Source + ?Sized> Prefix<'a, S> {
    pub(super) const fn new(source: &'a S, len: u64) -> Self {
        Self { source, len }
    }
}

impl<S: Source + ?Sized> Source for Prefix<'_, S> {
    fn len(&self) -> io::Result<u64> {
        Ok(self.len.min(self.source.len()?))
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let there = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX).min(buf.len());
        buf.get_mut(..there).map_or(Ok(0), |buf| self.source.read_at(offset, buf))
    }

    fn as_slice(&self) -> Option<&[u8]> {
        let all = self.source.as_slice()?;
        all.get(..usize::try_from(self.len).ok()?.min(all.len()))
    }
}

/// The bytes of a source from an offset on, as a source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suffix<'a, S: ?Sized> {
    source: &'a S,
    start: u64,
}

impl<'a, S: Source + ?Sized> Suffix<'a, S> {
    pub(super) const fn new(source: &'a S, start: u64) -> Self {
        Self { source, start }
    }
}

impl<S: Source + ?Sized> Source for Suffix<'_, S> {
    fn len(&self) -> io::Result<u64> {
        Ok(self.source.len()?.saturating_sub(self.start))
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.source.read_at(self.start.saturating_add(offset), buf)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        self.source.as_slice()?.get(usize::try_from(self.start).ok()?..)
    }
}

/// The digest of the bytes in `ranges` (start, length), one after the other.
pub(super) fn digest<S: Source + ?Sized>(
    source: &S,
    ranges: &[(u64, u64)],
    algorithm: DigestAlgorithm,
) -> io::Result<Digest> {
    let mut hasher = algorithm.hasher();
    let mut buffer = Vec::new();
    for &(start, length) in ranges {
        if let Some(all) = source.as_slice() {
            let start = usize::try_from(start).unwrap_or(usize::MAX);
            let end = start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
            hasher.update(all.get(start..end).ok_or(io::ErrorKind::UnexpectedEof)?);
            continue;
        }
        let mut done = 0_u64;
        while done < length {
            let rest = usize::try_from(length.saturating_sub(done)).unwrap_or(usize::MAX);
            buffer.resize(PIECE.min(rest), 0);
            let read = read_full(source, start.saturating_add(done), &mut buffer)?;
            if read < buffer.len() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            hasher.update(&buffer);
            done = done.saturating_add(read as u64);
        }
    }
    Ok(hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source that is not in memory, as a file is not.
    struct Away(Vec<u8>);

    impl Source for Away {
        fn len(&self) -> io::Result<u64> {
            Source::len(&self.0)
        }

        fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
            let most = buf.len().min(1000);
            self.0.read_at(offset, &mut buf[..most])
        }
    }

    #[test]
    fn pieces_and_a_slice_hash_alike() {
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
        let ranges = [(0, 1_500_000), (1_600_000, 1_400_000)];
        let expected = DigestAlgorithm::Sha256.hash(&[&bytes[..1_500_000], &bytes[1_600_000..]].concat());
        assert_eq!(digest(&bytes, &ranges, DigestAlgorithm::Sha256).unwrap(), expected);
        let away = Away(bytes);
        assert_eq!(digest(&away, &ranges, DigestAlgorithm::Sha256).unwrap(), expected);
        assert!(digest(&away, &[(2_999_999, 2)], DigestAlgorithm::Sha1).is_err());
        assert!(digest(&away.0, &[(2_999_999, 2)], DigestAlgorithm::Sha1).is_err());
    }

    #[test]
    fn a_prefix_ends_where_it_ends() {
        let bytes = b"abcdef".to_vec();
        let prefix = Prefix::new(&bytes, 4);
        let mut buffer = [0; 6];
        assert_eq!(prefix.read_at(2, &mut buffer).unwrap(), 2);
        assert_eq!(prefix.read_at(5, &mut buffer).unwrap(), 0);
        assert_eq!(prefix.as_slice(), Some(&b"abcd"[..]));
        assert_eq!(Prefix::new(&bytes, 9).len().unwrap(), 6);
    }
}
