//! Character data, CDATA sections, comments and the data of processing instructions, piece by piece.

use super::class::{self, Class};
use super::{Handler, Inside, Piece, Step, View, reference};
use crate::syntax::xml::{XmlError, XmlErrorKind};

/// Character data of an element from `at` to the next `<`, or as far as the window goes.
pub(super) fn content<H: Handler>(view: View<'_>, start: usize, last: bool, handler: &mut H) -> Step<usize> {
    let bytes = view.bytes;
    // What is not told yet begins at `run`.
    let (mut at, mut run) = (start, start);
    let behind = loop {
        at = class::skip_text(bytes, at);
        let Some(&byte) = bytes.get(at) else {
            // `]]>` must not be missed because a window ends in it.
            let text = bytes.get(run..).unwrap_or_default();
            let held =
                if last { 0 } else { text.iter().rev().take(2).take_while(|byte| **byte == b']').count() };
            at -= held;
            break at;
        };
        match class::of_text(byte) {
            Class::Plain => at += 1,
            Class::Less => break at,
            Class::High => match class::character(view, at)? {
                Some((_, length)) => at += length,
                None => break at,
            },
            Class::Ampersand => {
                let Some((character, end)) = reference::read(view, at)? else { break at };
                if at > run {
                    handler.text(view, run..at)?;
                }
                handler.character(view, character)?;
                (at, run) = (end, end);
            }
            Class::Greater => {
                if bytes.get(start..at).is_some_and(|before| before.ends_with(b"]]")) {
                    return Err(XmlError::malformed(view.at(at), "]]> in character data"));
                }
                if at > run {
                    handler.text(view, run..at)?;
                }
                handler.character(view, '>')?;
                at += 1;
                run = at;
            }
            Class::Space => {
                let Some(end) = line_end(bytes, at, last) else { break at };
                if at > run {
                    handler.text(view, run..at)?;
                }
                // Of CRLF the line feed stays, with what follows it.
                run = if end > at + 1 { at + 1 } else { end };
                if run == end {
                    handler.character(view, '\n')?;
                }
                at = end;
            }
            _ => return Err(XmlError::new(view.at(at), XmlErrorKind::Character)),
        }
    };
    if behind > run {
        handler.text(view, run..behind)?;
    }
    Ok(Some(behind))
}

/// The first byte behind the line end that begins with the CR at `at`. `None`: it may be CRLF, and the
/// window ends between the two.
fn line_end(bytes: &[u8], at: usize, last: bool) -> Option<usize> {
    match bytes.get(at + 1) {
        Some(b'\n') => Some(at + 2),
        Some(_) => Some(at + 1),
        None => last.then_some(at + 1),
    }
}

/// What stands in a CDATA section.
pub(super) fn cdata<H: Handler>(
    view: View<'_>,
    start: usize,
    handler: &mut H,
    inside: &mut Inside,
) -> Step<usize> {
    const END: &[u8] = b"]]>";
    let bytes = view.bytes;
    let (mut at, mut run) = (start, start);
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let character = match class::of_text(byte) {
            Class::Plain if byte != b']' => None,
            Class::Plain if rest.starts_with(END) => {
                if at > run {
                    handler.text(view, run..at)?;
                }
                *inside = Inside::Content;
                return Ok(Some(at + END.len()));
            }
            // It may go on as the end.
            Class::Plain if END.starts_with(rest) => break,
            Class::Plain => None,
            Class::High => match class::character(view, at)? {
                Some((_, length)) => {
                    at += length;
                    continue;
                }
                None => break,
            },
            Class::Space => {
                let Some(end) = line_end(bytes, at, false) else { break };
                if at > run {
                    handler.text(view, run..at)?;
                }
                run = if end > at + 1 { at + 1 } else { end };
                if run == end {
                    handler.character(view, '\n')?;
                }
                at = end;
                continue;
            }
            Class::Less => Some('<'),
            Class::Greater => Some('>'),
            Class::Ampersand => Some('&'),
            _ => return Err(XmlError::new(view.at(at), XmlErrorKind::Character)),
        };
        at += 1;
        if let Some(character) = character {
            if at > run + 1 {
                handler.text(view, run..at - 1)?;
            }
            handler.character(view, character)?;
            run = at;
        }
    }
    if at > run {
        handler.text(view, run..at)?;
    }
    Ok(Some(at))
}

type Tell<'t> = dyn FnMut(Piece) -> Result<(), XmlError> + 't;

/// What stands in a comment.
pub(super) fn comment(view: View<'_>, start: usize, inside: &mut Inside, tell: &mut Tell<'_>) -> Step<usize> {
    let ends = |rest: &[u8]| match rest {
        [b'-', b'-', b'>', ..] => Ok(Some(3)),
        [b'-', b'-', _, ..] => Err("-- in a comment"),
        // It may go on as the end.
        [b'-'] | [b'-', b'-'] => Ok(None),
        _ => Ok(Some(0)),
    };
    until(view, start, b'-', ends, inside, tell)
}

/// The data of a processing instruction.
pub(super) fn instruction(
    view: View<'_>,
    start: usize,
    inside: &mut Inside,
    tell: &mut Tell<'_>,
) -> Step<usize> {
    let ends = |rest: &[u8]| match rest {
        [b'?', b'>', ..] => Ok(Some(2)),
        [b'?'] => Ok(None),
        _ => Ok(Some(0)),
    };
    until(view, start, b'?', ends, inside, tell)
}

/// Tells what stands up to an end that begins with the byte `first`. `ends` is given what begins with
/// it: the length of the end, 0 if it is none, `None` if there are too few bytes to say.
fn until(
    view: View<'_>,
    start: usize,
    first: u8,
    ends: impl Fn(&[u8]) -> Result<Option<usize>, &'static str>,
    inside: &mut Inside,
    tell: &mut Tell<'_>,
) -> Step<usize> {
    let bytes = view.bytes;
    let (mut at, mut run) = (start, start);
    while let Some(&byte) = bytes.get(at) {
        if byte == first {
            let length = ends(bytes.get(at..).unwrap_or_default())
                .map_err(|what| XmlError::malformed(view.at(at), what))?;
            match length {
                None => break,
                Some(0) => at += 1,
                Some(length) => {
                    if at > run {
                        tell(Piece::Text(run..at))?;
                    }
                    tell(Piece::Close(at..at + length))?;
                    *inside = Inside::Content;
                    return Ok(Some(at + length));
                }
            }
            continue;
        }
        match class::of_text(byte) {
            Class::High => match class::character(view, at)? {
                Some((_, length)) => at += length,
                None => break,
            },
            Class::Space => {
                let Some(end) = line_end(bytes, at, false) else { break };
                if at > run {
                    tell(Piece::Text(run..at))?;
                }
                run = if end > at + 1 { at + 1 } else { end };
                if run == end {
                    tell(Piece::LineFeed)?;
                }
                at = end;
            }
            Class::Illegal => return Err(XmlError::new(view.at(at), XmlErrorKind::Character)),
            _ => at += 1,
        }
    }
    if at > run {
        tell(Piece::Text(run..at))?;
    }
    Ok(Some(at))
}
