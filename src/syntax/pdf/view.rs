//! Windows of a file, as large as an object turns out to need.

use std::borrow::Cow;
use std::cell::Cell;
use std::io;

use super::error::PdfError;
use super::lexer::{LexError, Lexer};
use crate::limits::Limits;
use crate::source::{Source, read_full};

/// The first window on a file; most objects are smaller.
const FIRST_WINDOW: usize = 1024;

/// A source with its length and the limits that apply.
#[derive(Debug)]
pub(crate) struct View<S> {
    source: S,
    len: u64,
    limits: Limits,
    inflated: Cell<u64>,
    parsed: Cell<u64>,
}

impl<S: Source> View<S> {
    pub(crate) fn new(source: S, limits: Limits) -> io::Result<Self> {
        let len = source.len()?;
        Ok(Self { source, len, limits, inflated: Cell::new(0), parsed: Cell::new(0) })
    }

    pub(crate) const fn source(&self) -> &S {
        &self.source
    }

    pub(crate) const fn len(&self) -> u64 {
        self.len
    }

    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Counts `bytes` of inflating towards the bound on all of it.
    pub(crate) fn spend(&self, bytes: u64) -> Result<(), PdfError> {
        let spent = self.inflated.get().saturating_add(bytes);
        self.inflated.set(spent);
        if spent > self.limits.inflated_total {
            let limit = self.limits.inflated_total;
            return Err(PdfError::Limit { what: "inflated bytes in all streams", limit });
        }
        Ok(())
    }

    /// Bytes of objects parsed so far, those parsed again counted again: what work on them is measured by.
    pub(crate) const fn parsed(&self) -> u64 {
        self.parsed.get()
    }

    /// Counts bytes that were parsed.
    pub(crate) fn count_parsed(&self, bytes: usize) {
        self.parsed.set(self.parsed.get().saturating_add(bytes as u64));
    }

    /// The bytes from `at`, `count` of them or as many as there are.
    pub(crate) fn bytes(&self, at: u64, count: usize) -> Result<Cow<'_, [u8]>, PdfError> {
        let there = usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX).min(count);
        if let Some(slice) = self.source.as_slice() {
            let start = usize::try_from(at).unwrap_or(usize::MAX);
            return Ok(Cow::Borrowed(slice.get(start..start.saturating_add(there)).unwrap_or(&[])));
        }
        let mut buffer = vec![0; there];
        let read = read_full(&self.source, at, &mut buffer)?;
        buffer.truncate(read);
        Ok(Cow::Owned(buffer))
    }

    /// Runs `parse` on windows from `at` that grow until it has enough.
    pub(crate) fn parse<T>(
        &self,
        at: u64,
        mut parse: impl FnMut(&mut Lexer<'_>) -> Result<T, LexError>,
    ) -> Result<T, PdfError> {
        let depth = self.limits.depth;
        let most = self.limits.object_bytes;
        let mut size = if self.source.as_slice().is_some() { most } else { FIRST_WINDOW.min(most) };
        loop {
            let window = self.bytes(at, size)?;
            let last = at.saturating_add(window.len() as u64) >= self.len;
            let mut lexer = Lexer::new(&window, last, depth);
            let parsed = parse(&mut lexer);
            self.count_parsed(lexer.position());
            match parsed {
                Ok(value) => return Ok(value),
                Err(LexError::Truncated) if size >= most => {
                    return Err(PdfError::Limit { what: "bytes in one object", limit: most as u64 });
                }
                Err(LexError::Truncated) if !last => size = size.saturating_mul(4).min(most),
                Err(error) => return Err(PdfError::lex(error, at, depth)),
            }
        }
    }

    /// A reader of the bytes from `at` to the end.
    pub(crate) fn reader(&self, at: u64) -> ViewReader<'_, S> {
        ViewReader { view: self, at }
    }
}

/// [`io::Read`] over a [`View`].
#[derive(Debug)]
pub(crate) struct ViewReader<'a, S> {
    view: &'a View<S>,
    at: u64,
}

impl<S: Source> io::Read for ViewReader<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.view.source.read_at(self.at, buffer)?;
        self.at = self.at.saturating_add(count as u64);
        Ok(count)
    }
}
