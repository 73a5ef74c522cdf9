//! Start tags: names, attributes, namespace declarations.

use super::class::{self, Class};
use super::reference;
use super::{Step, View};
use crate::syntax::xml::character::is_space;
use crate::syntax::xml::scope::Scope;
use crate::syntax::xml::{XML_NAMESPACE, XMLNS_NAMESPACE, XmlError, XmlErrorKind};

/// A name as it is written: runs of bytes of the tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct QName {
    start: usize,
    /// Where the local name begins: behind the colon, or at `start`.
    local: usize,
    end: usize,
}

impl QName {
    fn prefix<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.start..self.local.saturating_sub(1)).unwrap_or_default()
    }

    fn local<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.local..self.end).unwrap_or_default()
    }
}

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    /// Between its quotation marks, as it is: nothing in it needs normalising or escaping.
    Plain(usize, usize),
    /// Normalised, in the scratch text.
    Normalised(usize, usize),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute {
    name: QName,
    value: Value,
}

/// Buffers that are used again for every tag.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    attributes: Vec<Attribute>,
    declarations: Vec<Attribute>,
    values: Vec<u8>,
}

/// A start tag, or the tag of an empty element.
#[derive(Debug)]
pub(crate) struct StartTag<'a> {
    /// Offset of its `<` in the document, bytes.
    pub(crate) offset: u64,
    /// The whole tag, from `<` to `>`.
    pub(crate) raw: &'a [u8],
    /// Whether it ends in `/>`.
    pub(crate) empty: bool,
    /// Whether it is written as canonical forms are, but for the order, the namespaces and `/>`.
    pub(crate) tidy: bool,
    name: QName,
    attributes: &'a [Attribute],
    declarations: &'a [Attribute],
    values: &'a [u8],
}

impl<'a> StartTag<'a> {
    /// A tag that is nothing but `<name>` in ASCII without a prefix, which most are. `at` is the place of
    /// its `<`.
    #[inline]
    pub(super) fn simple(view: View<'a>, at: usize) -> Option<Self> {
        let rest = view.bytes.get(at..)?;
        if class::of_name(*rest.get(1)?) != Class::NameStart {
            return None;
        }
        let inside = rest.get(2..)?;
        let is_name = |byte: &u8| matches!(class::of_name(*byte), Class::NameStart | Class::Name);
        let length = inside.iter().position(|byte| !is_name(byte))?;
        if inside.get(length) != Some(&b'>') {
            return None;
        }
        let end = 2 + length;
        Some(Self {
            offset: view.at(at),
            raw: rest.get(..=end)?,
            empty: false,
            tidy: true,
            name: QName { start: 1, local: 1, end },
            attributes: &[],
            declarations: &[],
            values: &[],
        })
    }

    /// The name as it is written.
    pub(crate) fn name(&self) -> &'a [u8] {
        self.raw.get(self.name.start..self.name.end).unwrap_or_default()
    }

    /// Its prefix; empty where there is none.
    pub(crate) fn prefix(&self) -> &'a [u8] {
        self.name.prefix(self.raw)
    }

    /// Its local name.
    pub(crate) fn local(&self) -> &'a [u8] {
        self.name.local(self.raw)
    }

    /// The attributes that are no namespace declarations, as they are written.
    pub(crate) fn attributes(&self) -> &'a [Attribute] {
        self.attributes
    }

    /// The namespace declarations, as they are written.
    pub(crate) fn declarations(&self) -> &'a [Attribute] {
        self.declarations
    }

    /// The name of an attribute as it is written.
    pub(crate) fn attribute_name(&self, attribute: &Attribute) -> &'a [u8] {
        self.raw.get(attribute.name.start..attribute.name.end).unwrap_or_default()
    }

    /// The prefix of an attribute's name.
    pub(crate) fn attribute_prefix(&self, attribute: &Attribute) -> &'a [u8] {
        attribute.name.prefix(self.raw)
    }

    /// The local name of an attribute.
    pub(crate) fn attribute_local(&self, attribute: &Attribute) -> &'a [u8] {
        attribute.name.local(self.raw)
    }

    /// The prefix that a declaration binds; empty for the default namespace.
    pub(crate) fn declared_prefix(&self, declaration: &Attribute) -> &'a [u8] {
        if declaration.name.local == declaration.name.start { b"" } else { declaration.name.local(self.raw) }
    }

    /// The value, normalised.
    pub(crate) fn value(&self, attribute: &Attribute) -> &'a [u8] {
        match attribute.value {
            Value::Plain(start, end) => self.raw.get(start..end),
            Value::Normalised(start, end) => self.values.get(start..end),
        }
        .unwrap_or_default()
    }

    /// The value of the attribute of this name, as it is written.
    pub(crate) fn attribute(&self, name: &[u8]) -> Option<&'a [u8]> {
        let named = self.attributes.iter().find(|attribute| self.attribute_name(attribute) == name);
        named.map(|attribute| self.value(attribute))
    }

    /// Where in the tag an attribute begins: gives the order in which they are written.
    pub(crate) const fn place(attribute: &Attribute) -> usize {
        attribute.name.start
    }
}

/// Reads a name at `at`. `None`: the bytes end before it does.
pub(super) fn name(view: View<'_>, at: usize) -> Step<(QName, usize)> {
    let bytes = view.bytes;
    let mut end = at;
    let mut local = at;
    let mut first = true;
    loop {
        let Some(&byte) = bytes.get(end) else { return Ok(None) };
        match class::of_name(byte) {
            Class::NameStart => end += 1,
            Class::Name if !first => end += 1,
            Class::Colon if !first && local == at => {
                end += 1;
                local = end;
                first = true;
                continue;
            }
            Class::High => {
                let Some((character, length)) = class::character(view, end)? else { return Ok(None) };
                if !class::may_stand_in_name(character, first) {
                    break;
                }
                end += length;
            }
            _ => break,
        }
        first = false;
    }
    if first {
        return Err(XmlError::expected(view.at(end), "a name"));
    }
    if bytes.get(end) == Some(&b':') {
        return Err(XmlError::malformed(view.at(end), "a name with two colons"));
    }
    Ok(Some((QName { start: at, local, end }, end)))
}

/// What is read of a tag before its namespaces are known.
pub(super) struct Read {
    name: QName,
    end: usize,
    empty: bool,
    tidy: bool,
}

impl Read {
    /// How long the tag is, bytes.
    pub(super) const fn len(&self) -> usize {
        self.end
    }
}

/// Reads the tag at `at`, where a `<` stands. `None`: the bytes end before it does. Offsets of names and
/// plain values count from `at`.
pub(super) fn read(view: View<'_>, at: usize, scratch: &mut Scratch) -> Step<Read> {
    let view = View { bytes: view.bytes.get(at..).unwrap_or_default(), base: view.at(at) };
    let bytes = view.bytes;
    scratch.attributes.clear();
    scratch.declarations.clear();
    scratch.values.clear();
    let Some((name, mut at)) = name(view, 1)? else { return Ok(None) };
    let mut tidy = true;
    loop {
        let before = at;
        while bytes.get(at).copied().is_some_and(is_space) {
            at += 1;
        }
        match bytes.get(at) {
            None => return Ok(None),
            Some(b'>') => {
                return Ok(Some(Read { name, end: at + 1, empty: false, tidy: tidy && at == before }));
            }
            Some(b'/') => {
                return match bytes.get(at + 1) {
                    None => Ok(None),
                    Some(b'>') => {
                        Ok(Some(Read { name, end: at + 2, empty: true, tidy: tidy && at == before }))
                    }
                    Some(_) => Err(XmlError::expected(view.at(at + 1), "> after / in a tag")),
                };
            }
            Some(_) if at == before => {
                return Err(XmlError::expected(view.at(at), "white space, > or /> in a tag"));
            }
            Some(_) => {}
        }
        tidy &= at == before + 1 && bytes.get(before) == Some(&b' ');
        let Some(end) = attribute(view, at, scratch, &mut tidy)? else { return Ok(None) };
        at = end;
    }
}

fn attribute(view: View<'_>, at: usize, scratch: &mut Scratch, tidy: &mut bool) -> Step<usize> {
    let bytes = view.bytes;
    let Some((name, mut at)) = name(view, at)? else { return Ok(None) };
    let after_name = at;
    while bytes.get(at).copied().is_some_and(is_space) {
        at += 1;
    }
    match bytes.get(at) {
        None => return Ok(None),
        Some(b'=') => at += 1,
        Some(_) => return Err(XmlError::expected(view.at(at), "= after the name of an attribute")),
    }
    while bytes.get(at).copied().is_some_and(is_space) {
        at += 1;
    }
    *tidy &= at == after_name + 1;
    let quote = match bytes.get(at) {
        None => return Ok(None),
        Some(quote @ (b'"' | b'\'')) => *quote,
        Some(_) => return Err(XmlError::expected(view.at(at), "a quotation mark before a value")),
    };
    *tidy &= quote == b'"';
    let Some((value, end)) = value(view, at + 1, quote, &mut scratch.values)? else { return Ok(None) };
    *tidy &= matches!(value, Value::Plain(..));
    let attribute = Attribute { name, value };
    let declares = name.prefix(bytes) == b"xmlns"
        || (name.local == name.start && bytes.get(name.start..name.end) == Some(b"xmlns"));
    if declares { &mut scratch.declarations } else { &mut scratch.attributes }.push(attribute);
    Ok(Some(end))
}

/// Reads a value from behind its quotation mark, normalising it (XML 1.0, 3.3.3).
fn value(view: View<'_>, start: usize, quote: u8, values: &mut Vec<u8>) -> Step<(Value, usize)> {
    let bytes = view.bytes;
    let first = values.len();
    // Everything before `copied` is in `values`, once something had to be.
    let (mut at, mut copied, mut plain) = (start, start, true);
    loop {
        let Some(&byte) = bytes.get(at) else { return Ok(None) };
        match class::of_value(byte) {
            Class::Plain => at += 1,
            Class::Quote if byte == quote => break,
            // It must be escaped in a canonical form, which puts every value between quotation marks.
            Class::Quote if byte == b'"' => {
                plain = false;
                at += 1;
            }
            Class::Quote => at += 1,
            Class::High => {
                let Some((_, length)) = class::character(view, at)? else { return Ok(None) };
                at += length;
            }
            Class::Less => return Err(XmlError::malformed(view.at(at), "a < in the value of an attribute")),
            Class::Ampersand => {
                let Some((character, end)) = reference::read(view, at)? else { return Ok(None) };
                values.extend_from_slice(bytes.get(copied..at).unwrap_or_default());
                values.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                (at, copied, plain) = (end, end, false);
            }
            Class::Space => {
                values.extend_from_slice(bytes.get(copied..at).unwrap_or_default());
                values.push(b' ');
                // A line end is one space, CRLF too (2.11 comes before 3.3.3).
                let pair = byte == b'\r' && bytes.get(at + 1) == Some(&b'\n');
                at += if pair { 2 } else { 1 };
                (copied, plain) = (at, false);
            }
            _ => return Err(XmlError::new(view.at(at), XmlErrorKind::Character)),
        }
    }
    if plain {
        return Ok(Some((Value::Plain(start, at), at + 1)));
    }
    values.extend_from_slice(bytes.get(copied..at).unwrap_or_default());
    Ok(Some((Value::Normalised(first, values.len()), at + 1)))
}

/// Brings the tag's declarations into scope, and checks what namespaces ask for.
pub(super) fn enter<'a>(
    view: View<'a>,
    at: usize,
    read: &Read,
    scratch: &'a Scratch,
    scope: &mut Scope,
    depth: usize,
) -> Result<StartTag<'a>, XmlError> {
    let tag = StartTag {
        offset: view.at(at),
        raw: view.bytes.get(at..at + read.end).unwrap_or_default(),
        empty: read.empty,
        tidy: read.tidy,
        name: read.name,
        attributes: &scratch.attributes,
        declarations: &scratch.declarations,
        values: &scratch.values,
    };
    for declaration in tag.declarations {
        declare(&tag, declaration, scope, depth)?;
    }
    let unbound = |prefix: &[u8]| {
        let prefix = String::from_utf8_lossy(prefix).into_owned();
        XmlError::new(tag.offset, XmlErrorKind::UnboundPrefix { prefix })
    };
    if tag.name.local != tag.name.start && scope.namespace(tag.prefix()).is_none() {
        return Err(unbound(tag.prefix()));
    }
    for attribute in tag.attributes {
        let prefix = tag.attribute_prefix(attribute);
        if prefix.is_empty() {
            continue;
        }
        if prefix == b"xml" {
            scope.inherit(depth, tag.attribute_local(attribute), tag.value(attribute));
        } else if scope.namespace(prefix).is_none() {
            return Err(unbound(prefix));
        }
    }
    check_unique(&tag, scope)?;
    Ok(tag)
}

/// Namespaces in XML 1.0, section 3.
fn declare(
    tag: &StartTag<'_>,
    declaration: &Attribute,
    scope: &mut Scope,
    depth: usize,
) -> Result<(), XmlError> {
    let (prefix, uri) = (tag.declared_prefix(declaration), tag.value(declaration));
    let wrong = |what| Err(XmlError::malformed(tag.offset + declaration.name.start as u64, what));
    let is_default = declaration.name.local == declaration.name.start;
    if prefix == b"xmlns" {
        return wrong("the prefix xmlns must not be declared");
    }
    if uri == XMLNS_NAMESPACE.as_bytes() {
        return wrong("the namespace of xmlns must not be declared");
    }
    if (prefix == b"xml") != (uri == XML_NAMESPACE.as_bytes()) {
        return wrong("the prefix xml and its namespace go together and with nothing else");
    }
    if uri.is_empty() && !is_default {
        return wrong("a prefix bound to no namespace");
    }
    if !uri.is_empty() && !is_absolute(uri) {
        let uri = String::from_utf8_lossy(uri).into_owned();
        return Err(XmlError::new(tag.offset, XmlErrorKind::RelativeNamespace { uri }));
    }
    // What is bound on this element already was bound by this tag.
    if scope.binds(depth, prefix) {
        let name = String::from_utf8_lossy(tag.attribute_name(declaration)).into_owned();
        return Err(XmlError::new(tag.offset, XmlErrorKind::DuplicateAttribute { name }));
    }
    scope.bind(depth, prefix, uri);
    Ok(())
}

/// Whether a URI has a scheme (RFC 3986, 3.1).
fn is_absolute(uri: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', uri) else { return false };
    let scheme = uri.get(..colon).unwrap_or_default();
    scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// No two attributes of the same expanded name (Namespaces in XML 1.0, 6.3).
fn check_unique(tag: &StartTag<'_>, scope: &Scope) -> Result<(), XmlError> {
    /// Above this many, sorting is cheaper than comparing each with each.
    const FEW: usize = 12;
    let duplicate = |attribute: &Attribute| {
        let name = String::from_utf8_lossy(tag.attribute_name(attribute)).into_owned();
        Err(XmlError::new(tag.offset, XmlErrorKind::DuplicateAttribute { name }))
    };
    let namespace = |attribute: &Attribute| match tag.attribute_prefix(attribute) {
        b"" => b"".as_slice(),
        prefix => scope.namespace(prefix).unwrap_or_default(),
    };
    if tag.attributes.len() <= FEW {
        for (index, one) in tag.attributes.iter().enumerate() {
            for other in tag.attributes.get(..index).unwrap_or_default() {
                if tag.attribute_local(one) == tag.attribute_local(other)
                    && namespace(one) == namespace(other)
                {
                    return duplicate(one);
                }
            }
        }
        return Ok(());
    }
    let mut names: Vec<_> =
        tag.attributes.iter().map(|one| (tag.attribute_local(one), namespace(one), one)).collect();
    names.sort_unstable_by_key(|(local, namespace, _)| (*local, *namespace));
    for (one, other) in names.iter().zip(names.iter().skip(1)) {
        if (one.0, one.1) == (other.0, other.1) {
            return duplicate(other.2);
        }
    }
    Ok(())
}
