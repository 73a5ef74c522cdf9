//! The internal subset of a document type declaration (XML 1.0, 2.8, 3.2 to 3.4, 4.2 to 4.4, 4.7).
//!
//! What a non-validating processor must read: entities and attribute lists. The rest is read past,
//! strictly. The first declaration of a name is the one that counts.

use std::collections::HashMap;
use std::rc::Rc;

use super::attributes;
use super::cursor::Cursor;
use super::model;
use super::reference::{self, Budget, Reference};
use super::value::How;
use crate::syntax::xml::{XmlError, XmlErrorKind};

/// A general entity.
#[derive(Debug)]
pub(super) enum General<'d> {
    /// Its replacement text.
    Internal(String),
    /// Its system identifier, and its text where the caller supplied it.
    External(String, Option<&'d str>),
    /// Not XML: a notation tells what it is.
    Unparsed,
}

/// General entities by name.
#[derive(Debug)]
pub(super) struct Generals<'d>(HashMap<String, General<'d>>);

impl<'d> Generals<'d> {
    /// The entity that a reference at `offset` names, if it has a text to be parsed.
    pub(super) fn find(&self, name: &str, offset: usize) -> Result<&General<'d>, XmlError> {
        match self.0.get(name) {
            Some(General::Unparsed) => {
                Err(XmlError::malformed(offset as u64, "a reference to an unparsed entity"))
            }
            Some(general) => Ok(general),
            None => Err(XmlError::new(offset as u64, XmlErrorKind::Entity { name: name.to_owned() })),
        }
    }
}

/// What is declared of the attributes of one element.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    /// By name, whether normalised as a list of tokens.
    tokenized: HashMap<String, bool>,
    /// Name and value of those with a default, in the order of their declarations.
    pub(super) defaults: Vec<(String, String)>,
}

impl Attributes {
    pub(super) fn is_tokenized(&self, attribute: &str) -> bool {
        self.tokenized.get(attribute).copied().unwrap_or_default()
    }
}

/// A document type declaration.
#[derive(Debug)]
pub(super) struct Dtd<'d> {
    pub(super) generals: Generals<'d>,
    elements: HashMap<String, Attributes>,
}

impl Dtd<'_> {
    /// What is declared of the attributes of `element`.
    pub(super) fn attributes(&self, element: &str) -> Option<&Attributes> {
        self.elements.get(element)
    }
}

/// Texts that the caller supplied, decoded, by entity name or system identifier.
pub(super) type Supplied<'d> = HashMap<&'d str, String>;

/// Reads the declaration that begins at `cursor`, which is left behind it.
pub(super) fn parse<'d>(
    cursor: &mut Cursor<'d>,
    standalone: bool,
    supplied: &'d Supplied<'_>,
    budget: &mut Budget,
) -> Result<Dtd<'d>, XmlError> {
    let start = cursor.at;
    let mut parser = Parser {
        dtd: Dtd { generals: Generals(HashMap::new()), elements: HashMap::new() },
        parameters: HashMap::new(),
        open: Vec::new(),
        supplied,
        budget,
        standalone,
        unread: false,
    };
    cursor.need("<!DOCTYPE")?;
    cursor.need_space()?;
    cursor.name()?;
    if cursor.space() && external_id(cursor)?.is_some() {
        // An external subset, which is not read. Its declarations come after the internal ones.
        parser.unread = true;
        cursor.space();
    }
    let declared_outside = parser.unread;
    if cursor.eat("[") {
        parser.unread = false;
        parser.subset(cursor, declared_outside)?;
        cursor.need("]")?;
        cursor.space();
    }
    cursor.need(">")?;
    cursor.check_characters(start)?;
    Ok(parser.dtd)
}

/// `SYSTEM "…"` or `PUBLIC "…" "…"`: the system identifier, if one stands here.
fn external_id<'t>(cursor: &mut Cursor<'t>) -> Result<Option<&'t str>, XmlError> {
    if cursor.eat("PUBLIC") {
        cursor.need_space()?;
        public_literal(cursor)?;
    } else if !cursor.eat("SYSTEM") {
        return Ok(None);
    }
    cursor.need_space()?;
    cursor.literal("a system identifier").map(Some)
}

fn public_literal(cursor: &mut Cursor<'_>) -> Result<(), XmlError> {
    let literal = cursor.literal("a public identifier")?;
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b" \r\n-'()+,./:=?;!*#@$_%".contains(&byte);
    if literal.bytes().all(legal) {
        Ok(())
    } else {
        Err(cursor.malformed("a character that a public identifier may not have"))
    }
}

struct Parser<'d, 'b> {
    dtd: Dtd<'d>,
    /// Replacement texts of parameter entities; none for external ones.
    parameters: HashMap<String, Option<Rc<str>>>,
    /// The parameter entities being read.
    open: Vec<String>,
    supplied: &'d Supplied<'d>,
    budget: &'b mut Budget,
    standalone: bool,
    /// Whether a parameter entity was referred to and not read: what it declares is not known, so later
    /// declarations of entities and attributes count no more (5.1), unless the document is standalone.
    unread: bool,
}

impl Parser<'_, '_> {
    /// Declarations, up to the end of the text or a `]`.
    fn subset(&mut self, cursor: &mut Cursor<'_>, declared_outside: bool) -> Result<(), XmlError> {
        loop {
            cursor.space();
            match cursor.peek() {
                None => return Ok(()),
                Some(b']') if cursor.is_document() => return Ok(()),
                Some(b'%') => self.parameter_reference(cursor, declared_outside)?,
                Some(b'<') => self.declaration(cursor)?,
                Some(_) => return Err(cursor.expected("a declaration")),
            }
        }
    }

    fn parameter_reference(
        &mut self,
        cursor: &mut Cursor<'_>,
        declared_outside: bool,
    ) -> Result<(), XmlError> {
        let offset = cursor.offset();
        cursor.need("%")?;
        let name = cursor.ncname()?;
        cursor.need(";")?;
        let text = match self.parameters.get(name) {
            Some(Some(text)) => Rc::clone(text),
            Some(None) => {
                self.unread = true;
                return Ok(());
            }
            // It may be declared in what was not read.
            None if (declared_outside || self.unread) && !self.standalone => {
                self.unread = true;
                return Ok(());
            }
            None => {
                let name = format!("%{name}");
                return Err(XmlError::new(offset as u64, XmlErrorKind::Entity { name }));
            }
        };
        if self.open.iter().any(|open| open == name) {
            return Err(XmlError::malformed(offset as u64, "a parameter entity that refers to itself"));
        }
        self.budget.spend(text.len(), self.open.len(), offset)?;
        self.open.push(name.to_owned());
        let mut inner = Cursor::new(&text, 0, Some(offset));
        self.subset(&mut inner, declared_outside)?;
        inner.check_characters(0)?;
        self.open.pop();
        Ok(())
    }

    /// Whether declarations still count.
    fn counts(&self) -> bool {
        !self.unread || self.standalone
    }

    fn declaration(&mut self, cursor: &mut Cursor<'_>) -> Result<(), XmlError> {
        if cursor.comment()? || cursor.processing_instruction()? {
            return Ok(());
        }
        if cursor.eat("<!ENTITY") {
            self.entity(cursor)
        } else if cursor.eat("<!ATTLIST") {
            self.attribute_list(cursor)
        } else if cursor.eat("<!ELEMENT") {
            cursor.need_space()?;
            cursor.name()?;
            cursor.need_space()?;
            model::pass(cursor)?;
            cursor.space();
            cursor.need(">")
        } else if cursor.eat("<!NOTATION") {
            notation(cursor)
        } else if cursor.starts("<![") {
            Err(cursor.malformed("a conditional section in the internal subset"))
        } else {
            Err(cursor.expected("a declaration"))
        }
    }

    fn entity(&mut self, cursor: &mut Cursor<'_>) -> Result<(), XmlError> {
        cursor.need_space()?;
        let parameter = cursor.eat("%");
        if parameter {
            cursor.need_space()?;
        }
        let name = cursor.ncname()?;
        cursor.need_space()?;
        if let Some(system) = external_id(cursor)? {
            let spaced = cursor.space();
            let unparsed = spaced && !parameter && cursor.eat("NDATA");
            if unparsed {
                cursor.need_space()?;
                cursor.ncname()?;
                cursor.space();
            }
            cursor.need(">")?;
            if parameter {
                self.declare_parameter(name, None);
            } else {
                let text = self.supplied.get(name).or_else(|| self.supplied.get(system));
                let external = General::External(system.to_owned(), text.map(String::as_str));
                self.declare_general(name, if unparsed { General::Unparsed } else { external });
            }
            return Ok(());
        }
        let before = cursor.clone();
        let literal = cursor.literal("the value of an entity")?;
        let text = entity_value(literal, &before)?;
        cursor.space();
        cursor.need(">")?;
        if reference::predefined(name).is_some() && !parameter {
            return if agrees(name, &text) {
                Ok(())
            } else {
                Err(before.malformed("a predefined entity declared as something else"))
            };
        }
        if parameter {
            self.declare_parameter(name, Some(text.into()));
        } else {
            self.declare_general(name, General::Internal(text));
        }
        Ok(())
    }

    fn declare_parameter(&mut self, name: &str, text: Option<Rc<str>>) {
        if self.counts() && !self.parameters.contains_key(name) {
            self.parameters.insert(name.to_owned(), text);
        }
    }
}

impl<'d> Parser<'d, '_> {
    fn declare_general(&mut self, name: &str, general: General<'d>) {
        if self.counts() && !self.dtd.generals.0.contains_key(name) {
            self.dtd.generals.0.insert(name.to_owned(), general);
        }
    }

    fn attribute_list(&mut self, cursor: &mut Cursor<'_>) -> Result<(), XmlError> {
        cursor.need_space()?;
        let element = cursor.name()?.to_owned();
        loop {
            let spaced = cursor.space();
            if cursor.eat(">") {
                // An element that is only named here has nothing to remember.
                return Ok(());
            }
            if !spaced {
                return Err(cursor.expected("white space"));
            }
            let definition = attributes::definition(cursor)?;
            if !self.counts() {
                continue;
            }
            let known = self.dtd.elements.entry(element.clone()).or_default();
            if known.tokenized.contains_key(definition.name) {
                continue;
            }
            known.tokenized.insert(definition.name.to_owned(), definition.tokenized);
            if let Some(literal) = definition.default {
                let how = How {
                    line_ends: cursor.is_document(),
                    tokenized: definition.tokenized,
                    offset: cursor.offset(),
                };
                let value = super::value::normalize(literal, &self.dtd.generals, self.budget, how)?;
                known.defaults.push((definition.name.to_owned(), value));
            }
        }
    }
}

fn notation(cursor: &mut Cursor<'_>) -> Result<(), XmlError> {
    cursor.need_space()?;
    cursor.ncname()?;
    cursor.need_space()?;
    if cursor.eat("PUBLIC") {
        cursor.need_space()?;
        public_literal(cursor)?;
        if cursor.space() && !cursor.starts(">") {
            cursor.literal("a system identifier")?;
        }
    } else if external_id(cursor)?.is_none() {
        return Err(cursor.expected("SYSTEM or PUBLIC"));
    }
    cursor.space();
    cursor.need(">")
}

/// The replacement text that the literal at `place` stands for (4.5): line ends normalised, character
/// references resolved, references to general entities left as they are.
fn entity_value(literal: &str, place: &Cursor<'_>) -> Result<String, XmlError> {
    let mut text = String::with_capacity(literal.len());
    let mut at = 0;
    while let Some(rest) = literal.get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.find(['&', '%', '\r']).unwrap_or(rest.len());
        let (before, special) = rest.split_at_checked(length).unwrap_or((rest, ""));
        text.push_str(before);
        at += length;
        // An error lies behind the opening quote, in the document's own text.
        let offset = if place.is_document() { place.at + 1 + at } else { place.offset() };
        match special.bytes().next() {
            Some(b'%') => {
                let why = "a parameter entity within a declaration of the internal subset";
                return Err(XmlError::malformed(offset as u64, why));
            }
            Some(b'\r') if place.is_document() => {
                text.push('\n');
                at += if special.starts_with("\r\n") { 2 } else { 1 };
            }
            Some(b'&') => {
                let (reference, end) = reference::parse(literal, at, offset)?;
                match reference {
                    Reference::Character(character) if special.starts_with("&#") => text.push(character),
                    _ => text.push_str(literal.get(at..end).unwrap_or_default()),
                }
                at = end;
            }
            Some(other) => {
                text.push(char::from(other));
                at += 1;
            }
            None => {}
        }
    }
    Ok(text)
}

/// Whether a declaration of a predefined entity says what it must say (4.6).
fn agrees(name: &str, text: &str) -> bool {
    let Some(character) = reference::predefined(name) else { return false };
    let escaped = matches!(
        reference::parse(text, 0, 0),
        Ok((Reference::Character(other), end))
            if text.starts_with("&#") && other == character && end == text.len()
    );
    let plain = !matches!(character, '<' | '&') && text.chars().eq([character]);
    escaped || plain
}
