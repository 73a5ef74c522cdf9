//! What follows the document type declaration, with entities and default attributes put in.

use std::collections::HashSet;

use memchr::{memchr, memchr2, memmem};

use super::dtd::{Attributes, Dtd, General};
use super::map::Output;
use super::reference::{self, Budget, Reference};
use super::value::{self, How};
use crate::limits::Limits;
use crate::syntax::xml::XmlError;
use crate::syntax::xml::character::is_space;

/// A text being read: the document, and inside it the entities that are open.
struct Frame<'d> {
    text: &'d str,
    at: usize,
    /// The entity's name.
    name: &'d str,
    /// Elements open where it began, all of which are open where it ends (XML 1.0, 4.3.2).
    depth: usize,
}

/// Walks over the body. It follows the markup closely enough never to mistake one thing for another;
/// that the result is well-formed is for the reader behind to see.
pub(super) struct Walker<'d, 'b> {
    dtd: &'d Dtd<'d>,
    budget: &'b mut Budget,
    memory: u64,
    out: Output<'d>,
    frames: Vec<Frame<'d>>,
    depth: usize,
    /// Where the outermost open entity is referred to.
    anchor: usize,
}

impl<'d, 'b> Walker<'d, 'b> {
    /// Will append to `out` what follows `at` in `document`, its source.
    pub(super) fn new(
        document: &'d str,
        at: usize,
        dtd: &'d Dtd<'d>,
        out: Output<'d>,
        budget: &'b mut Budget,
        limits: &Limits,
    ) -> Self {
        let frames = vec![Frame { text: document, at, name: "", depth: 0 }];
        Self { dtd, budget, memory: limits.xml_memory_bytes, out, frames, depth: 0, anchor: 0 }
    }

    /// Walks to the end.
    pub(super) fn run(mut self) -> Result<Output<'d>, XmlError> {
        while let Some(&Frame { text, at, depth, .. }) = self.frames.last() {
            if self.out.text.len() as u64 > self.memory {
                let offset = self.offset(at);
                return Err(XmlError::limit(offset as u64, "bytes in memory", self.memory));
            }
            match text.as_bytes().get(at) {
                Some(b'<') => self.markup(text, at)?,
                Some(b'&') => self.reference(text, at)?,
                Some(_) => self.characters(text, at),
                None => {
                    if !self.in_document() && self.depth != depth {
                        return Err(
                            self.malformed(at, "an element that begins in an entity and ends outside")
                        );
                    }
                    self.frames.pop();
                }
            }
        }
        Ok(self.out)
    }

    fn in_document(&self) -> bool {
        self.frames.len() == 1
    }

    fn offset(&self, at: usize) -> usize {
        if self.in_document() { at } else { self.anchor }
    }

    fn malformed(&self, at: usize, why: &'static str) -> XmlError {
        XmlError::malformed(self.offset(at) as u64, why)
    }

    fn expected(&self, at: usize, what: &'static str) -> XmlError {
        XmlError::expected(self.offset(at) as u64, what)
    }

    fn advance(&mut self, to: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.at = to;
        }
    }

    /// Takes over `start..end` of the text being read.
    fn take(&mut self, text: &str, start: usize, end: usize) {
        if self.in_document() {
            self.out.copy(start, end);
        } else {
            self.out.insert(text.get(start..end).unwrap_or_default());
        }
    }

    /// Character data up to the next markup or reference.
    fn characters(&mut self, text: &str, at: usize) {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let end = memchr2(b'<', b'&', rest).map_or(text.len(), |length| at + length);
        let mut from = at;
        if self.depth > 0 {
            // What two texts make where they meet was in neither of them: `]]` and `>`, CR and LF.
            let made = self.out.text.as_bytes();
            let first = rest.first().copied();
            if first == Some(b'\n') && made.last() == Some(&b'\r') {
                self.out.insert("&#xA;");
                from += 1;
            } else if (first == Some(b'>') && made.ends_with(b"]]"))
                || (rest.starts_with(b"]>") && made.ends_with(b"]"))
            {
                let brackets = usize::from(first == Some(b']'));
                self.take(text, at, at + brackets);
                self.out.insert("&gt;");
                from += brackets + 1;
            }
        }
        if self.in_document() {
            self.out.copy(from, end);
        } else {
            // A CR in an entity comes from a character reference: no line end.
            let piece = text.get(from..end).unwrap_or_default();
            self.out.insert(&piece.replace('\r', "&#xD;"));
        }
        self.advance(end);
    }

    fn reference(&mut self, text: &'d str, at: usize) -> Result<(), XmlError> {
        let offset = self.offset(at);
        let (reference, end) = reference::parse(text, at, offset)?;
        let Reference::Entity(name) = reference else {
            self.take(text, at, end);
            self.advance(end);
            return Ok(());
        };
        if self.depth == 0 {
            return Err(XmlError::malformed(offset as u64, "a reference outside the root element"));
        }
        let replacement = match self.dtd.generals.find(name, offset)? {
            General::Internal(text) => text.as_str(),
            General::External(_, Some(text)) => text,
            General::External(system, _) => return Err(super::not_supplied(offset, name, system)),
            General::Unparsed => return Err(self.malformed(at, "a reference to an unparsed entity")),
        };
        if self.frames.iter().any(|frame| frame.name == name) {
            return Err(XmlError::malformed(offset as u64, "an entity that refers to itself"));
        }
        self.budget.spend(replacement.len(), self.frames.len(), offset)?;
        self.advance(end);
        self.anchor = offset;
        self.frames.push(Frame { text: replacement, at: 0, name, depth: self.depth });
        Ok(())
    }

    fn markup(&mut self, text: &'d str, at: usize) -> Result<(), XmlError> {
        let rest = text.get(at..).unwrap_or_default();
        let bytes = rest.as_bytes();
        match bytes.get(1) {
            Some(b'!') if rest.starts_with("<!--") => self.whole(text, at, 4, "-->"),
            Some(b'!') if rest.starts_with("<![CDATA[") => self.section(text, at),
            Some(b'!') => Err(self.malformed(at, "a declaration outside the DOCTYPE")),
            Some(b'?') => self.whole(text, at, 2, "?>"),
            Some(b'/') => {
                let outside = self.frames.last().is_some_and(|frame| frame.depth == self.depth);
                if outside && !self.in_document() {
                    return Err(self.malformed(at, "an element that begins outside an entity and ends in it"));
                }
                self.depth = self.depth.saturating_sub(1);
                self.whole(text, at, 2, ">")
            }
            _ => self.start_tag(text, at),
        }
    }

    /// Takes over markup that ends with `end`, as it is; its first `opening` bytes are no part of it.
    fn whole(&mut self, text: &str, at: usize, opening: usize, end: &'static str) -> Result<(), XmlError> {
        let inner = text.as_bytes().get(at + opening..).unwrap_or_default();
        let Some(length) = memmem::find(inner, end.as_bytes()) else {
            return Err(self.expected(at, end));
        };
        let to = at + opening + length + end.len();
        if !self.in_document() && end != ">" && inner.iter().take(length).any(|byte| *byte == b'\r') {
            let why =
                "a carriage return in a comment or processing instruction of an entity: it cannot be written";
            return Err(self.malformed(at, why));
        }
        self.take(text, at, to);
        self.advance(to);
        Ok(())
    }

    /// A CDATA section.
    fn section(&mut self, text: &str, at: usize) -> Result<(), XmlError> {
        let inner = text.as_bytes().get(at + 9..).unwrap_or_default();
        let Some(length) = memmem::find(inner, b"]]>") else {
            return Err(self.expected(at, "]]>"));
        };
        let to = at + 9 + length + 3;
        if self.in_document() {
            self.out.copy(at, to);
        } else {
            let piece = text.get(at..to).unwrap_or_default();
            self.out.insert(&piece.replace('\r', "]]>&#xD;<![CDATA["));
        }
        self.advance(to);
        Ok(())
    }

    fn start_tag(&mut self, text: &'d str, at: usize) -> Result<(), XmlError> {
        let bytes = text.as_bytes();
        let name_end = end_of_name(bytes, at + 1);
        let dtd = self.dtd;
        let declared = text.get(at + 1..name_end).and_then(|name| dtd.attributes(name));
        let mut given: HashSet<&str> = HashSet::new();
        // Up to here everything is taken over.
        let mut taken = at;
        let mut here = name_end;
        loop {
            here = skip_space(bytes, here);
            match bytes.get(here) {
                Some(b'>') => break,
                Some(b'/') if bytes.get(here + 1) == Some(&b'>') => break,
                None => return Err(self.expected(here, ">")),
                Some(_) => {}
            }
            let attribute = text.get(here..end_of_name(bytes, here)).unwrap_or_default();
            here = skip_space(bytes, here + attribute.len());
            if attribute.is_empty() || bytes.get(here) != Some(&b'=') {
                return Err(self.expected(here, "an attribute"));
            }
            here = skip_space(bytes, here + 1);
            let quote = match bytes.get(here) {
                Some(quote @ (b'"' | b'\'')) => *quote,
                _ => return Err(self.expected(here, "a quoted value")),
            };
            let inner = bytes.get(here + 1..).unwrap_or_default();
            let Some(length) = memchr(quote, inner) else {
                return Err(self.expected(here, "the end of a quoted value"));
            };
            let raw = text.get(here + 1..here + 1 + length).unwrap_or_default();
            let how = How {
                line_ends: self.in_document(),
                tokenized: declared.is_some_and(|declared| declared.is_tokenized(attribute)),
                offset: self.offset(here),
            };
            if !value::is_plain(raw, how)? {
                let mut quoted = String::new();
                let value = value::normalize(raw, &dtd.generals, self.budget, how)?;
                value::quote(&value, &mut quoted);
                self.take(text, taken, here);
                self.out.insert(&quoted);
                taken = here + length + 2;
            }
            if declared.is_some_and(|declared| !declared.defaults.is_empty()) {
                given.insert(attribute);
            }
            here += length + 2;
        }
        self.take(text, taken, here);
        if let Some(declared) = declared {
            self.defaults(declared, &given, self.offset(at))?;
        }
        let empty = bytes.get(here) == Some(&b'/');
        let end = here + if empty { 2 } else { 1 };
        self.take(text, here, end);
        if !empty {
            self.depth += 1;
        }
        self.advance(end);
        Ok(())
    }

    /// Puts in the attributes that are declared with a default and not given.
    fn defaults(
        &mut self,
        declared: &Attributes,
        given: &HashSet<&str>,
        offset: usize,
    ) -> Result<(), XmlError> {
        for (name, value) in &declared.defaults {
            if !given.contains(name.as_str()) {
                let mut attribute = format!(" {name}=");
                value::quote(value, &mut attribute);
                self.budget.spend(attribute.len(), 0, offset)?;
                self.out.insert(&attribute);
            }
        }
        Ok(())
    }
}

/// Where the name at `at` ends: before white space or anything that no name has in a tag.
fn end_of_name(bytes: &[u8], at: usize) -> usize {
    let ends = |byte: &u8| is_space(*byte) || matches!(byte, b'=' | b'/' | b'>' | b'<' | b'"' | b'\'' | b'&');
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(ends).map_or(bytes.len(), |length| at + length)
}

fn skip_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| is_space(**byte)).count()
}
