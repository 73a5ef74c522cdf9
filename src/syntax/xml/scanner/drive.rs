//! Moving a window over a source.

use super::{Handler, Inside, Scanner, View};
use crate::limits::Limits;
use crate::source::{Source, read_full};
use crate::syntax::xml::XmlError;
use crate::syntax::xml::scope::{Context, Scope};

/// How much of a source that is not in memory is in the window, in bytes, unless a tag is longer.
const WINDOW: usize = 1 << 18;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Reads a whole document.
///
/// # Errors
/// What is wrong with the document, the source, or what the handler says.
pub(crate) fn scan<S: Source + ?Sized, H: Handler>(
    source: &S,
    limits: &Limits,
    handler: &mut H,
) -> Result<(), XmlError> {
    scan_below(source, &Context::default(), limits, handler)
}

/// Reads a whole document as if its root stood where `context` is in scope.
///
/// # Errors
/// As [`scan`].
pub(crate) fn scan_below<S: Source + ?Sized, H: Handler>(
    source: &S,
    context: &Context,
    limits: &Limits,
    handler: &mut H,
) -> Result<(), XmlError> {
    let scanner = Scanner::new(Scope::within(context), limits);
    match source.as_slice() {
        Some(bytes) => in_memory(scanner, bytes, handler),
        None => windowed(scanner, source, WINDOW, handler),
    }
}

/// Reads an element that is to stand where `context` is in scope.
///
/// # Errors
/// As [`scan`].
pub(crate) fn scan_within<H: Handler>(
    element: &[u8],
    context: &Context,
    limits: &Limits,
    handler: &mut H,
) -> Result<(), XmlError> {
    in_memory(Scanner::new(Scope::within(context), limits), element, handler)
}

fn in_memory<H: Handler>(mut scanner: Scanner<'_>, bytes: &[u8], handler: &mut H) -> Result<(), XmlError> {
    handler.bytes(bytes);
    let skipped = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    scanner.start = skipped as u64;
    let view = View { bytes: bytes.get(skipped..).unwrap_or_default(), base: scanner.start };
    let taken = scanner.feed(view, true, handler)?;
    handler.settle(view)?;
    scanner.finish(view, taken)
}

fn windowed<S: Source + ?Sized, H: Handler>(
    mut scanner: Scanner<'_>,
    source: &S,
    window: usize,
    handler: &mut H,
) -> Result<(), XmlError> {
    let most = scanner.limits.xml_tag_bytes.max(window);
    let mut buffer = vec![0; window];
    // Bytes that count stand before `filled`; the first of them is at `base` in the document.
    let (mut filled, mut base) = (0, 0_u64);
    let mut begun = false;
    loop {
        let free = buffer.get_mut(filled..).unwrap_or_default();
        let wanted = free.len();
        let got = read_full(source, base.saturating_add(filled as u64), free)
            .map_err(|error| XmlError::new(base.saturating_add(filled as u64), error))?;
        handler.bytes(free.get(..got).unwrap_or_default());
        filled += got;
        let last = got < wanted;
        let mut bytes = buffer.get(..filled).unwrap_or_default();
        let mut skipped = 0;
        if !begun && (bytes.len() >= BOM.len() || last) {
            begun = true;
            if let Some(rest) = bytes.strip_prefix(BOM) {
                (bytes, skipped) = (rest, BOM.len());
                scanner.start = BOM.len() as u64;
            }
        }
        let view = View { bytes, base: base.saturating_add(skipped as u64) };
        let taken = if begun { scanner.feed(view, last, handler)? } else { 0 };
        handler.settle(view)?;
        if last {
            return scanner.finish(view, taken);
        }
        let taken = taken + skipped;
        if taken == 0 && filled == buffer.len() {
            if buffer.len() >= most {
                return Err(XmlError::limit(base, "bytes of one tag", most as u64));
            }
            let longer = buffer.len().saturating_mul(2).min(most);
            buffer.resize(longer, 0);
            continue;
        }
        buffer.copy_within(taken..filled, 0);
        filled -= taken;
        base = base.saturating_add(taken as u64);
    }
}

impl Scanner<'_> {
    /// Nothing more comes: everything must be closed.
    fn finish(self, view: View<'_>, taken: usize) -> Result<(), XmlError> {
        let at = view.at(view.bytes.len());
        match self.inside {
            Inside::CData => return Err(XmlError::expected(at, "]]> at the end of a CDATA section")),
            Inside::Comment => return Err(XmlError::expected(at, "--> at the end of a comment")),
            Inside::Instruction => {
                return Err(XmlError::expected(at, "?> at the end of a processing instruction"));
            }
            Inside::Content => {}
        }
        if taken < view.bytes.len() {
            return Err(XmlError::malformed(view.at(taken), "the document ends within what begins here"));
        }
        if !self.open.is_empty() {
            return Err(XmlError::expected(at, "the end of the elements that are open"));
        }
        if !self.root_seen {
            return Err(XmlError::expected(at, "a root element"));
        }
        Ok(())
    }
}

/// [`scan`] through a window of this many bytes, whatever the source.
#[cfg(test)]
pub(in crate::syntax::xml) fn scan_with_window<S: Source + ?Sized, H: Handler>(
    source: &S,
    limits: &Limits,
    window: usize,
    handler: &mut H,
) -> Result<(), XmlError> {
    windowed(Scanner::new(Scope::default(), limits), source, window, handler)
}
