//! The strict reader of the signing path: one forward pass, events to a [`Handler`].
//!
//! It takes well-formed XML 1.0 (fifth edition) with namespaces, in UTF-8 and without a DOCTYPE, and
//! nothing else. Names, tags and references are looked at where they stand in the window; text, comments
//! and CDATA come in pieces, so memory grows with the depth of the document and its longest tag only.

mod class;
mod declaration;
mod drive;
mod reference;
mod tag;
mod text;

use std::ops::Range;

#[cfg(test)]
pub(super) use drive::scan_with_window;
pub(crate) use drive::{scan, scan_below, scan_within};
pub(crate) use tag::StartTag;

use super::scope::Scope;
use super::{XmlError, XmlErrorKind};
use crate::limits::Limits;
use class::Class;

/// What may need more bytes: `None` is that there are too few.
type Step<T> = Result<Option<T>, XmlError>;

/// A window on the document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// The bytes in it.
    pub(crate) bytes: &'a [u8],
    /// Offset of the first of them in the document.
    pub(crate) base: u64,
}

impl<'a> View<'a> {
    /// The offset in the document of a place in the window.
    pub(crate) const fn at(self, place: usize) -> u64 {
        self.base.saturating_add(place as u64)
    }

    /// Bytes of the window.
    pub(crate) fn get(self, run: Range<usize>) -> &'a [u8] {
        self.bytes.get(run).unwrap_or_default()
    }
}

/// The end of an element.
#[derive(Clone, Debug)]
pub(crate) struct EndTag<'a> {
    /// Offset of the tag's `<` in the document; of an empty element, of the byte behind its tag.
    pub(crate) offset: u64,
    /// Offset of the first byte behind the element.
    pub(crate) behind: u64,
    /// The element's name as it is written.
    pub(crate) name: &'a [u8],
    /// Where the tag stands in the window, if it is written as canonical forms are; an element that is
    /// written `<name/>` has none.
    pub(crate) tidy: Option<Range<usize>>,
}

/// Part of a comment or a processing instruction.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// `<!--`, or `<?` with the target.
    Open(Range<usize>),
    /// The white space between a target and its data, whatever it was.
    Space,
    /// Bytes that stand in the canonical form as they are.
    Text(Range<usize>),
    /// A line end that is not written as a line feed.
    LineFeed,
    /// `-->` or `?>`.
    Close(Range<usize>),
}

/// What is told about a document as it passes. Ranges are places in the window.
pub(crate) trait Handler {
    /// Bytes that have come into the window, each once and in order, before anything is told about them.
    fn bytes(&mut self, _bytes: &[u8]) {}

    /// An element begins; the root's depth is 1. Its namespaces are in scope.
    fn start(
        &mut self,
        view: View<'_>,
        tag: &StartTag<'_>,
        scope: &Scope,
        depth: usize,
    ) -> Result<(), XmlError>;

    /// The element at this depth ends; its namespaces are in scope still.
    fn end(
        &mut self,
        _view: View<'_>,
        _tag: &EndTag<'_>,
        _scope: &Scope,
        _depth: usize,
    ) -> Result<(), XmlError> {
        Ok(())
    }

    /// Character data that its canonical form has as it is.
    fn text(&mut self, _view: View<'_>, _run: Range<usize>) -> Result<(), XmlError> {
        Ok(())
    }

    /// One character of character data, as it is meant: it may need escaping.
    fn character(&mut self, _view: View<'_>, _character: char) -> Result<(), XmlError> {
        Ok(())
    }

    /// Part of a comment.
    fn comment(&mut self, _view: View<'_>, _piece: Piece) -> Result<(), XmlError> {
        Ok(())
    }

    /// Part of a processing instruction.
    fn instruction(&mut self, _view: View<'_>, _piece: Piece) -> Result<(), XmlError> {
        Ok(())
    }

    /// The window moves on: what is still wanted of it must be taken now.
    fn settle(&mut self, _view: View<'_>) -> Result<(), XmlError> {
        Ok(())
    }
}

/// Inside of what the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Content,
    CData,
    Comment,
    Instruction,
}

/// The state between two windows.
#[derive(Debug)]
struct Scanner<'l> {
    limits: &'l Limits,
    scope: Scope,
    /// The names of the open elements one behind the other, and where each begins.
    names: Vec<u8>,
    open: Vec<usize>,
    inside: Inside,
    root_seen: bool,
    scratch: tag::Scratch,
    /// Where the document begins: behind a byte order mark.
    start: u64,
}

impl<'l> Scanner<'l> {
    fn new(scope: Scope, limits: &'l Limits) -> Self {
        Self {
            limits,
            scope,
            names: Vec::new(),
            open: Vec::new(),
            inside: Inside::Content,
            root_seen: false,
            scratch: tag::Scratch::default(),
            start: 0,
        }
    }

    /// Takes all that is whole in the window; says how many bytes that was. `last`: no more will come.
    fn feed<H: Handler>(&mut self, view: View<'_>, last: bool, handler: &mut H) -> Result<usize, XmlError> {
        let mut at = 0;
        while let Some(&byte) = view.bytes.get(at) {
            let next = match self.inside {
                Inside::Content if byte == b'<' => self.markup(view, at, handler)?,
                Inside::Content if self.open.is_empty() => Some(outside(view, at)?),
                Inside::Content => text::content(view, at, last, handler)?,
                Inside::CData => text::cdata(view, at, handler, &mut self.inside)?,
                Inside::Comment => {
                    text::comment(view, at, &mut self.inside, &mut |piece| handler.comment(view, piece))?
                }
                Inside::Instruction => text::instruction(view, at, &mut self.inside, &mut |piece| {
                    handler.instruction(view, piece)
                })?,
            };
            match next {
                Some(next) if next > at => at = next,
                // Nothing more is whole.
                _ => break,
            }
        }
        Ok(at)
    }

    /// What begins with the `<` at `at`.
    fn markup<H: Handler>(&mut self, view: View<'_>, at: usize, handler: &mut H) -> Step<usize> {
        let rest = view.bytes.get(at..).unwrap_or_default();
        match rest.get(1) {
            None => Ok(None),
            Some(b'/') => self.end_tag(view, at, handler),
            Some(b'?') => self.instruction(view, at, handler),
            Some(b'!') => self.declaration(view, at, rest, handler),
            Some(byte) if matches!(class::of_name(*byte), Class::NameStart | Class::High) => {
                self.start_tag(view, at, handler)
            }
            Some(_) => Err(XmlError::expected(view.at(at + 1), "a name, /, ! or ? after <")),
        }
    }

    /// What begins with `<!`.
    fn declaration<H: Handler>(
        &mut self,
        view: View<'_>,
        at: usize,
        rest: &[u8],
        handler: &mut H,
    ) -> Step<usize> {
        const COMMENT: &[u8] = b"<!--";
        const CDATA: &[u8] = b"<![CDATA[";
        const DOCTYPE: &[u8] = b"<!DOCTYPE";
        if rest.starts_with(COMMENT) {
            let behind = at + COMMENT.len();
            handler.comment(view, Piece::Open(at..behind))?;
            self.inside = Inside::Comment;
            return Ok(Some(behind));
        }
        if rest.starts_with(CDATA) {
            if self.open.is_empty() {
                return Err(XmlError::malformed(view.at(at), "a CDATA section outside the root element"));
            }
            self.inside = Inside::CData;
            return Ok(Some(at + CDATA.len()));
        }
        if rest.starts_with(DOCTYPE) {
            return Err(XmlError::new(view.at(at), XmlErrorKind::Doctype));
        }
        if [COMMENT, CDATA, DOCTYPE].iter().any(|known| known.starts_with(rest)) {
            return Ok(None);
        }
        Err(XmlError::expected(view.at(at), "<!-- or <![CDATA["))
    }

    fn start_tag<H: Handler>(&mut self, view: View<'_>, at: usize, handler: &mut H) -> Step<usize> {
        if self.open.is_empty() && self.root_seen {
            return Err(XmlError::malformed(view.at(at), "a second root element"));
        }
        let simple = StartTag::simple(view, at);
        let read = match simple {
            Some(_) => None,
            None => match tag::read(view, at, &mut self.scratch)? {
                None => return Ok(None),
                read => read,
            },
        };
        let depth = self.open.len() + 1;
        if depth > self.limits.xml_depth {
            let limit = self.limits.xml_depth as u64;
            return Err(XmlError::limit(view.at(at), "nested elements", limit));
        }
        // A window ends there too; a document in memory is held to the same.
        let length = read.as_ref().map_or(0, tag::Read::len);
        if length > self.limits.xml_tag_bytes {
            let limit = self.limits.xml_tag_bytes as u64;
            return Err(XmlError::limit(view.at(at), "bytes of one tag", limit));
        }
        self.root_seen = true;
        let tag = match (simple, &read) {
            (_, Some(read)) => tag::enter(view, at, read, &self.scratch, &mut self.scope, depth)?,
            (Some(simple), None) => simple,
            (None, None) => return Ok(None),
        };
        handler.start(view, &tag, &self.scope, depth)?;
        let behind = at + tag.raw.len();
        if tag.empty {
            let offset = view.at(behind);
            let end = EndTag { offset, behind: offset, name: tag.name(), tidy: None };
            handler.end(view, &end, &self.scope, depth)?;
            self.scope.leave(depth);
        } else {
            self.open.push(self.names.len());
            self.names.extend_from_slice(tag.name());
        }
        Ok(Some(behind))
    }

    fn end_tag<H: Handler>(&mut self, view: View<'_>, at: usize, handler: &mut H) -> Step<usize> {
        let Some(&start) = self.open.last() else {
            return Err(XmlError::malformed(view.at(at), "an end tag outside the root element"));
        };
        let name = self.names.get(start..).unwrap_or_default();
        let end = at + 2 + name.len();
        // Names are short: comparing them in place is faster than a call that compares memory.
        let is_same = view.bytes.get(end) == Some(&b'>')
            && view.get(at + 2..end).iter().zip(name).all(|(one, other)| one == other);
        let behind = is_same.then_some(end + 1);
        let (tidy, behind) = match behind {
            Some(behind) => (Some(at..behind), behind),
            None => match untidy_end(view, at, name)? {
                Some(behind) => (None, behind),
                None => return Ok(None),
            },
        };
        let depth = self.open.len();
        let end = EndTag { offset: view.at(at), behind: view.at(behind), name, tidy };
        handler.end(view, &end, &self.scope, depth)?;
        self.scope.leave(depth);
        self.names.truncate(start);
        self.open.pop();
        Ok(Some(behind))
    }

    fn instruction<H: Handler>(&mut self, view: View<'_>, at: usize, handler: &mut H) -> Step<usize> {
        let Some((target, behind)) = declaration::target(view, at + 2)? else { return Ok(None) };
        if target.eq_ignore_ascii_case(b"xml") {
            if target == b"xml" && view.at(at) == self.start {
                return declaration::xml(view, at);
            }
            return Err(XmlError::malformed(view.at(at), "an XML declaration that is not at the very start"));
        }
        handler.instruction(view, Piece::Open(at..behind))?;
        self.inside = Inside::Instruction;
        let mut data = behind;
        while view.bytes.get(data).copied().is_some_and(super::character::is_space) {
            data += 1;
        }
        // `target` has seen what is behind it: white space, or the end.
        if !view.bytes.get(data..).unwrap_or_default().starts_with(b"?>") {
            handler.instruction(view, Piece::Space)?;
        }
        Ok(Some(data))
    }
}

/// White space before or behind the root element.
fn outside(view: View<'_>, at: usize) -> Result<usize, XmlError> {
    let rest = view.bytes.get(at..).unwrap_or_default();
    let spaces = rest.iter().take_while(|byte| super::character::is_space(**byte)).count();
    if spaces == 0 {
        return Err(XmlError::malformed(view.at(at), "text outside the root element"));
    }
    Ok(at + spaces)
}

/// An end tag that is not `</name>` to the byte: white space before its `>`, or another name.
fn untidy_end(view: View<'_>, at: usize, open: &[u8]) -> Step<usize> {
    let Some((_, end)) = tag::name(view, at + 2)? else { return Ok(None) };
    let found = view.get(at + 2..end);
    if found != open {
        let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        let kind = XmlErrorKind::Mismatch { open: text(open), found: text(found) };
        return Err(XmlError::new(view.at(at), kind));
    }
    let rest = view.bytes.get(end..).unwrap_or_default();
    let spaces = rest.iter().take_while(|byte| super::character::is_space(**byte)).count();
    match rest.get(spaces) {
        None => Ok(None),
        Some(b'>') => Ok(Some(end + spaces + 1)),
        Some(_) => Err(XmlError::expected(view.at(end + spaces), "> at the end of an end tag")),
    }
}
