//! Reading a document with quick-xml, under the rules of XML 1.0 (fifth edition) and Namespaces in
//! XML 1.0 that it leaves to its caller.
//!
//! quick-xml says where each piece of markup begins and ends and what it is; whether the piece is one
//! that XML allows, there and in that form, is decided here.

#[cfg(test)]
mod agree;
mod declaration;
mod tag;
mod text;

use quick_xml::Reader;
use quick_xml::errors::{Error, SyntaxError};
use quick_xml::events::Event;

use crate::limits::Limits;
use crate::syntax::xml::character::{is_ncname, is_space};
use crate::syntax::xml::tree::{Builder, Tree};
use crate::syntax::xml::{XmlError, XmlErrorKind};
use tag::Scope;

/// The tree of a document in UTF-8, with or without a byte order mark.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Tree, XmlError> {
    if bytes.len() as u64 > limits.xml_memory_bytes {
        return Err(XmlError::limit(0, "bytes in memory", limits.xml_memory_bytes));
    }
    if bytes.starts_with(&[0xFE, 0xFF]) || bytes.starts_with(&[0xFF, 0xFE]) {
        return Err(XmlError::new(0, XmlErrorKind::Encoding { name: "UTF-16".to_owned() }));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| XmlError::new(error.valid_up_to() as u64, XmlErrorKind::Character))?;
    let plain = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let base = text.len().saturating_sub(plain.len()) as u64;
    // quick-xml would take a second one away without a word.
    if plain.starts_with('\u{FEFF}') {
        return Err(XmlError::malformed(base, "text outside the root element"));
    }
    let mut document = Document {
        text: plain,
        base,
        limits,
        builder: Builder::new(limits),
        open: Vec::new(),
        scope: Scope::new(),
        has_root: false,
    };
    document.run()?;
    Ok(document.builder.finish())
}

struct Document<'a> {
    text: &'a str,
    /// Bytes before `text`: those of a byte order mark.
    base: u64,
    limits: &'a Limits,
    builder: Builder,
    /// The names of the elements that are open, as they are written.
    open: Vec<&'a str>,
    scope: Scope<'a>,
    has_root: bool,
}

impl<'a> Document<'a> {
    fn run(&mut self) -> Result<(), XmlError> {
        let mut reader = Reader::from_str(self.text);
        let config = reader.config_mut();
        // End tags are compared here, where a mismatch gets its own error.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        loop {
            let start = reader.buffer_position();
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => return Err(token_error(self.base.saturating_add(start), &error)),
            };
            let offset = self.base.saturating_add(start);
            let raw = piece(self.text, start, reader.buffer_position());
            match event {
                Event::Start(_) => self.start_tag(offset, raw, 1)?,
                Event::Empty(_) => {
                    self.start_tag(offset, raw, 2)?;
                    self.close();
                }
                Event::End(_) => self.end_tag(offset, raw)?,
                Event::Text(_) => self.character_data(offset, raw)?,
                Event::CData(_) => self.cdata(offset, raw)?,
                Event::GeneralRef(_) => self.reference(offset, raw)?,
                Event::Comment(_) => self.comment(offset, raw)?,
                Event::PI(_) => self.processing_instruction(offset, raw)?,
                Event::Decl(_) => {
                    if start != 0 {
                        let what = "an XML declaration that is not at the very start";
                        return Err(XmlError::malformed(offset, what));
                    }
                    declaration::check(offset, raw)?;
                }
                Event::DocType(_) => {
                    return Err(if raw.starts_with("<!DOCTYPE") {
                        XmlError::new(offset, XmlErrorKind::Doctype)
                    } else {
                        XmlError::malformed(offset, "markup that begins with <! and is none that XML knows")
                    });
                }
                Event::Eof => break,
            }
        }
        let end = self.base.saturating_add(self.text.len() as u64);
        if !self.open.is_empty() {
            return Err(XmlError::expected(end, "an end tag"));
        }
        if !self.has_root {
            return Err(XmlError::expected(end, "a root element"));
        }
        Ok(())
    }

    fn check_len(&self, offset: u64, raw: &str) -> Result<(), XmlError> {
        let limit = self.limits.xml_tag_bytes;
        if raw.len() > limit {
            return Err(XmlError::limit(offset, "bytes of a tag", limit as u64));
        }
        Ok(())
    }

    /// `<name …>` or `<name …/>`, whose end is so many bytes long.
    fn start_tag(&mut self, offset: u64, raw: &'a str, end: usize) -> Result<(), XmlError> {
        self.check_len(offset, raw)?;
        if self.open.is_empty() && self.has_root {
            return Err(XmlError::malformed(offset, "a second root element"));
        }
        if self.open.len() >= self.limits.xml_depth {
            return Err(XmlError::limit(offset, "nested elements", self.limits.xml_depth as u64));
        }
        let inside = raw.get(1..raw.len().saturating_sub(end)).unwrap_or_default();
        let tag = tag::split(offset.saturating_add(1), inside)?;
        let resolved = self.scope.enter(&tag)?;
        self.builder.start_element(offset, resolved.name, resolved.declarations, resolved.attributes)?;
        self.open.push(tag.name);
        self.has_root = true;
        Ok(())
    }

    fn end_tag(&mut self, offset: u64, raw: &str) -> Result<(), XmlError> {
        self.check_len(offset, raw)?;
        let found = raw.get(2..raw.len().saturating_sub(1)).unwrap_or_default();
        let found = found.trim_end_matches([' ', '\t', '\r', '\n']);
        match self.open.last() {
            Some(open) if *open == found => {
                self.close();
                Ok(())
            }
            Some(open) => {
                let kind = XmlErrorKind::Mismatch { open: shown(open), found: shown(found) };
                Err(XmlError::new(offset, kind))
            }
            None => Err(XmlError::malformed(offset, "an end tag that closes nothing")),
        }
    }

    fn close(&mut self) {
        self.open.pop();
        self.scope.leave();
        self.builder.end_element();
    }

    fn character_data(&mut self, offset: u64, raw: &str) -> Result<(), XmlError> {
        text::check_characters(offset, raw)?;
        if self.open.is_empty() {
            return match raw.bytes().position(|byte| !is_space(byte)) {
                Some(at) => {
                    let at = offset.saturating_add(at as u64);
                    Err(XmlError::malformed(at, "text outside the root element"))
                }
                None => Ok(()),
            };
        }
        if let Some(at) = raw.find("]]>") {
            return Err(XmlError::malformed(offset.saturating_add(at as u64), "]]> in text"));
        }
        self.builder.text(offset, &text::line_ends(raw))
    }

    fn cdata(&mut self, offset: u64, raw: &str) -> Result<(), XmlError> {
        if self.open.is_empty() {
            return Err(XmlError::malformed(offset, "a CDATA section outside the root element"));
        }
        let inside = between(offset, raw, "<![CDATA[", "]]>")?;
        text::check_characters(offset.saturating_add(9), inside)?;
        self.builder.text(offset, &text::line_ends(inside))
    }

    fn reference(&mut self, offset: u64, raw: &str) -> Result<(), XmlError> {
        if self.open.is_empty() {
            return Err(XmlError::malformed(offset, "a reference outside the root element"));
        }
        let name = between(offset, raw, "&", ";")?;
        let character = text::resolve(offset, name)?;
        self.builder.text(offset, character.encode_utf8(&mut [0; 4]))
    }

    fn comment(&mut self, offset: u64, raw: &str) -> Result<(), XmlError> {
        let inside = between(offset, raw, "<!--", "-->")?;
        text::check_characters(offset.saturating_add(4), inside)?;
        if inside.contains("--") || inside.ends_with('-') {
            return Err(XmlError::malformed(offset, "-- in a comment"));
        }
        self.builder.comment(offset, &text::line_ends(inside))
    }

    fn processing_instruction(&mut self, offset: u64, raw: &str) -> Result<(), XmlError> {
        let inside = between(offset, raw, "<?", "?>")?;
        text::check_characters(offset.saturating_add(2), inside)?;
        let (target, data) = match inside.find([' ', '\t', '\r', '\n']) {
            Some(at) => inside.split_at(at),
            None => (inside, ""),
        };
        self.check_len(offset, target)?;
        if !is_ncname(target) {
            return Err(XmlError::malformed(offset, "a processing instruction without a proper target"));
        }
        if target.eq_ignore_ascii_case("xml") {
            return Err(XmlError::malformed(offset, "a processing instruction with the target xml"));
        }
        let data = data.trim_start_matches([' ', '\t', '\r', '\n']);
        self.builder.processing_instruction(offset, target, &text::line_ends(data))
    }
}

/// A name in an error, not longer than people read.
fn shown(name: &str) -> String {
    name.chars().take(100).collect()
}

fn piece(text: &str, start: u64, end: u64) -> &str {
    let range = usize::try_from(start).unwrap_or(usize::MAX)..usize::try_from(end).unwrap_or(usize::MAX);
    text.get(range).unwrap_or_default()
}

/// What stands between the delimiters; they may not share bytes.
fn between<'a>(
    offset: u64,
    raw: &'a str,
    open: &'static str,
    close: &'static str,
) -> Result<&'a str, XmlError> {
    raw.strip_prefix(open)
        .and_then(|rest| rest.strip_suffix(close))
        .ok_or_else(|| XmlError::expected(offset, close))
}

fn token_error(offset: u64, error: &Error) -> XmlError {
    match error {
        Error::Syntax(SyntaxError::UnclosedDoctype) => XmlError::new(offset, XmlErrorKind::Doctype),
        Error::Syntax(SyntaxError::UnclosedComment) => XmlError::expected(offset, "-->"),
        Error::Syntax(SyntaxError::UnclosedCData) => XmlError::expected(offset, "]]>"),
        Error::Syntax(SyntaxError::UnclosedPI | SyntaxError::UnclosedXmlDecl) => {
            XmlError::expected(offset, "?>")
        }
        Error::Syntax(SyntaxError::InvalidBangMarkup) => {
            XmlError::malformed(offset, "markup that begins with <! and is none that XML knows")
        }
        Error::IllFormed(quick_xml::errors::IllFormedError::MissingDoctypeName) => {
            XmlError::new(offset, XmlErrorKind::Doctype)
        }
        Error::IllFormed(quick_xml::errors::IllFormedError::UnclosedReference) => {
            XmlError::expected(offset, "; after a reference")
        }
        Error::Syntax(_) => XmlError::expected(offset, "> at the end of a tag"),
        _ => XmlError::malformed(offset, "markup that cannot be read"),
    }
}
