//! Reading declarations: a place in a text, and what may stand there.

use memchr::{memchr, memmem};

use crate::syntax::xml::character::{is_char, is_name, is_name_start, is_space};
use crate::syntax::xml::{XmlError, XmlErrorKind};

/// A place in a text.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    /// Where errors are reported when the text is not the document's own: at the reference that
    /// brought it in.
    anchor: Option<usize>,
}

impl<'t> Cursor<'t> {
    pub(super) const fn new(text: &'t str, at: usize, anchor: Option<usize>) -> Self {
        Self { text, at, anchor }
    }

    /// The place in the document.
    pub(super) fn offset(&self) -> usize {
        self.anchor.unwrap_or(self.at)
    }

    /// Whether the text is the document's own, not an entity's.
    pub(super) const fn is_document(&self) -> bool {
        self.anchor.is_none()
    }

    pub(super) fn expected(&self, what: &'static str) -> XmlError {
        XmlError::expected(self.offset() as u64, what)
    }

    pub(super) fn malformed(&self, what: &'static str) -> XmlError {
        XmlError::malformed(self.offset() as u64, what)
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn starts(&self, with: &str) -> bool {
        self.rest().starts_with(with)
    }

    /// Passes `what`, if it stands here.
    pub(super) fn eat(&mut self, what: &str) -> bool {
        let there = self.starts(what);
        if there {
            self.at += what.len();
        }
        there
    }

    pub(super) fn need(&mut self, what: &'static str) -> Result<(), XmlError> {
        if self.eat(what) { Ok(()) } else { Err(self.expected(what)) }
    }

    /// Passes white space; whether there was any.
    pub(super) fn space(&mut self) -> bool {
        let length = self.rest().bytes().take_while(|byte| is_space(*byte)).count();
        self.at += length;
        length > 0
    }

    pub(super) fn need_space(&mut self) -> Result<(), XmlError> {
        if self.space() { Ok(()) } else { Err(self.expected("white space")) }
    }

    fn run(&mut self, is: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|character| !is(character)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// A `Name`, of which colons are part.
    pub(super) fn name(&mut self) -> Result<&'t str, XmlError> {
        let first = self.rest().chars().next();
        if !first.is_some_and(|character| is_name_start(character) || character == ':') {
            return Err(self.expected("a name"));
        }
        Ok(self.run(|character| is_name(character) || character == ':'))
    }

    /// An `NCName`: entities, notations and targets have no colons (Namespaces in XML 1.0, 7).
    pub(super) fn ncname(&mut self) -> Result<&'t str, XmlError> {
        let before = self.at;
        let name = self.name()?;
        if name.contains(':') {
            self.at = before;
            return Err(self.malformed("a colon in a name that may have none"));
        }
        Ok(name)
    }

    /// An `Nmtoken`.
    pub(super) fn nmtoken(&mut self) -> Result<&'t str, XmlError> {
        let token = self.run(|character| is_name(character) || character == ':');
        if token.is_empty() { Err(self.expected("a name token")) } else { Ok(token) }
    }

    /// What stands between quotes.
    pub(super) fn literal(&mut self, what: &'static str) -> Result<&'t str, XmlError> {
        let quote = match self.peek() {
            Some(quote @ (b'"' | b'\'')) => quote,
            _ => return Err(self.expected(what)),
        };
        let rest = self.rest().get(1..).unwrap_or_default();
        let Some(end) = memchr(quote, rest.as_bytes()) else {
            return Err(self.expected("the end of a quoted value"));
        };
        self.at += end + 2;
        Ok(rest.get(..end).unwrap_or_default())
    }

    /// What stands before `end`, which is passed too.
    pub(super) fn until(&mut self, end: &'static str) -> Result<&'t str, XmlError> {
        let rest = self.rest();
        let length = memmem::find(rest.as_bytes(), end.as_bytes()).ok_or_else(|| self.expected(end))?;
        self.at += length + end.len();
        Ok(rest.get(..length).unwrap_or_default())
    }

    /// A comment, if one stands here.
    pub(super) fn comment(&mut self) -> Result<bool, XmlError> {
        if !self.eat("<!--") {
            return Ok(false);
        }
        let before = self.at;
        self.until("--")?;
        if !self.eat(">") {
            self.at = before;
            return Err(self.malformed("-- within a comment"));
        }
        Ok(true)
    }

    /// A processing instruction, if one stands here.
    pub(super) fn processing_instruction(&mut self) -> Result<bool, XmlError> {
        if !self.eat("<?") {
            return Ok(false);
        }
        let before = self.at;
        let target = self.ncname()?;
        if target.eq_ignore_ascii_case("xml") {
            self.at = before;
            return Err(self.malformed("a declaration that is not at the start, or a target named xml"));
        }
        if !self.starts("?>") {
            self.need_space()?;
        }
        self.until("?>")?;
        Ok(true)
    }

    /// Refuses characters that XML does not allow, from `start` to here.
    pub(super) fn check_characters(&self, start: usize) -> Result<(), XmlError> {
        let text = self.text.get(start..self.at).unwrap_or_default();
        match text.char_indices().find(|(_, character)| !is_char(*character)) {
            Some((at, _)) => {
                let offset = self.anchor.unwrap_or(start + at);
                Err(XmlError::new(offset as u64, XmlErrorKind::Character))
            }
            None => Ok(()),
        }
    }
}
