//! Where the newest cross-reference section is, whatever `startxref` says.

use super::error::PdfError;
use super::lexer::{Lexer, is_space};
use super::object::Dictionary;
use super::view::View;
use super::xref::{Chain, Entry};
use crate::source::Source;

/// How far from the end `startxref` is looked for, in two steps.
const TAILS: [u64; 2] = [2048, 1 << 20];

/// Finds the newest section and reads the chain from there. The second value is what offsets count from.
pub(crate) fn find_chain<S: Source>(
    view: &View<S>,
    header_at: u64,
) -> Result<Option<(Chain, u64)>, PdfError> {
    let Some((declared, tail_at, keyword)) = find_startxref(view)? else { return Ok(None) };
    let mut candidates = vec![(declared, 0)];
    if header_at > 0 {
        candidates.push((declared.saturating_add(header_at), header_at));
    }
    // A wrong startxref: the table right before it is what was meant.
    let before = view.bytes(tail_at, keyword)?;
    let tables = memchr::memmem::rfind_iter(&before, b"xref");
    if let Some(table) = tables
        .into_iter()
        .find(|at| at.checked_sub(1).and_then(|at| before.get(at)).is_none_or(|byte| is_space(*byte)))
    {
        let at = tail_at.saturating_add(table as u64);
        candidates.push((at, 0));
        if header_at > 0 {
            candidates.push((at, header_at));
        }
    }
    let mut damage = None;
    let mut inexact = None;
    for (at, base) in candidates {
        match Chain::read(view, at, base) {
            Ok(chain) if points_at_objects(view, &chain, base)? => {
                // After a byte or two of junk both readings may lead there, one through white space.
                if header_at == 0 || !view.bytes(at, 1)?.first().is_some_and(|byte| is_space(*byte)) {
                    return Ok(Some((chain, base)));
                }
                inexact.get_or_insert((chain, base));
            }
            Ok(_) => {}
            Err(error) if error.may_be_damage() => damage = Some(error),
            Err(error) => return Err(error),
        }
    }
    match (inexact, damage) {
        (None, Some(damage)) => Err(damage),
        (inexact, _) => Ok(inexact),
    }
}

/// Whether the root of the newest trailer stands where the chain says it does.
fn points_at_objects<S: Source>(view: &View<S>, chain: &Chain, base: u64) -> Result<bool, PdfError> {
    let Some(root) = trailer_of(chain).reference(b"Root") else { return Ok(false) };
    let mut number = root.number;
    // A root in an object stream stands where the stream does.
    for _ in 0..2 {
        match chain.entry(view, number)? {
            Entry::Free => return Ok(false),
            Entry::Compressed { stream, .. } => number = stream,
            Entry::InUse { offset, .. } => {
                let at = offset.saturating_add(base);
                if at >= view.len() {
                    return Ok(false);
                }
                let found = view.parse(at, |lexer| lexer.object_header());
                return Ok(found.is_ok_and(|found| found.number == number));
            }
        }
    }
    Ok(false)
}

/// The number behind the last `startxref`, the offset of the window it was found in, and where in that
/// window the keyword stands.
pub(crate) fn find_startxref<S: Source>(view: &View<S>) -> Result<Option<(u64, u64, usize)>, PdfError> {
    for size in TAILS {
        let tail_at = view.len().saturating_sub(size);
        let tail = view.bytes(tail_at, usize::try_from(size).unwrap_or(usize::MAX))?;
        for keyword in memchr::memmem::rfind_iter(&tail, b"startxref") {
            let mut lexer = Lexer::whole(tail.get(keyword.saturating_add(9)..).unwrap_or(&[]), 1);
            lexer.skip_space();
            if let Ok(offset) = lexer.unsigned() {
                return Ok(Some((offset, tail_at, keyword)));
            }
        }
    }
    Ok(None)
}

/// The trailer that counts: the newest, completed with what only older ones name.
pub(crate) fn trailer_of(chain: &Chain) -> Dictionary {
    let mut trailers = chain.sections.iter().map(|section| &section.trailer);
    let mut trailer = trailers.next().cloned().unwrap_or_default();
    for older in trailers {
        for key in [b"Root".as_slice(), b"Encrypt", b"ID", b"Info"] {
            if !trailer.contains(key)
                && let Some(value) = older.get(key)
            {
                trailer.set(key, value.clone());
            }
        }
    }
    trailer
}
