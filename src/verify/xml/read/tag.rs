//! Start tags: their attributes, and the namespaces they declare and use (Namespaces in XML 1.0).

use std::collections::{HashMap, HashSet};

use super::text;
use crate::syntax::xml::character::is_ncname;
use crate::syntax::xml::tree::{Declaration, Name};
use crate::syntax::xml::{XML_NAMESPACE, XMLNS_NAMESPACE, XmlError, XmlErrorKind};

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// A tag as it is written.
pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    offset: u64,
    attributes: Vec<Written<'a>>,
}

struct Written<'a> {
    offset: u64,
    prefix: &'a str,
    local: &'a str,
    name: &'a str,
    value: String,
}

/// Splits what stands between `<` and `>`: a name, then attributes with white space before each.
pub(super) fn split(offset: u64, inside: &str) -> Result<Tag<'_>, XmlError> {
    let end = inside.find(SPACE).unwrap_or(inside.len());
    let (name, mut rest) = inside.split_at(end);
    qualified(offset, name)?;
    let mut attributes = Vec::new();
    loop {
        let here = |rest: &str| offset.saturating_add(inside.len().saturating_sub(rest.len()) as u64);
        let trimmed = rest.trim_start_matches(SPACE);
        if trimmed.is_empty() {
            break;
        }
        if trimmed.len() == rest.len() {
            return Err(XmlError::expected(here(rest), "white space between attributes"));
        }
        let at = here(trimmed);
        let (before, after) =
            trimmed.split_once('=').ok_or_else(|| XmlError::expected(at, "= after an attribute's name"))?;
        let name = before.trim_end_matches(SPACE);
        let (prefix, local) = qualified(at, name)?;
        let after = after.trim_start_matches(SPACE);
        let quote = after
            .chars()
            .next()
            .filter(|quote| matches!(quote, '"' | '\''))
            .ok_or_else(|| XmlError::expected(here(after), "a quote before an attribute's value"))?;
        let value = after.get(1..).unwrap_or_default();
        let (raw, behind) = value
            .split_once(quote)
            .ok_or_else(|| XmlError::expected(here(value), "a quote after an attribute's value"))?;
        let value = text::attribute_value(here(value), raw)?;
        attributes.push(Written { offset: at, prefix, local, name, value });
        rest = behind;
    }
    Ok(Tag { name, offset, attributes })
}

/// Prefix and local part of a name.
fn qualified(offset: u64, name: &str) -> Result<(&str, &str), XmlError> {
    let (prefix, local) = name.split_once(':').map_or((None, name), |(prefix, local)| (Some(prefix), local));
    if prefix.is_some_and(|prefix| !is_ncname(prefix)) || !is_ncname(local) {
        return Err(XmlError::malformed(offset, "a name that XML does not allow"));
    }
    Ok((prefix.unwrap_or_default(), local))
}

/// A tag with its names resolved.
pub(super) struct Resolved {
    pub(super) name: Name,
    pub(super) declarations: Vec<Declaration>,
    pub(super) attributes: Vec<(Name, String)>,
}

/// The namespace declarations in force.
pub(super) struct Scope<'a> {
    bound: HashMap<&'a str, Vec<Box<str>>>,
    /// The prefixes that each open element declares.
    declared: Vec<HashSet<&'a str>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new() -> Self {
        Self { bound: HashMap::new(), declared: Vec::new() }
    }

    /// Takes in the declarations of a tag and resolves its names.
    pub(super) fn enter(&mut self, tag: &Tag<'a>) -> Result<Resolved, XmlError> {
        let mut declarations = Vec::new();
        let mut declared = HashSet::new();
        for attribute in &tag.attributes {
            let Some(prefix) = declares(attribute) else { continue };
            check_binding(attribute.offset, prefix, &attribute.value)?;
            if !declared.insert(prefix) {
                return Err(duplicate(attribute));
            }
            self.bound.entry(prefix).or_default().push(attribute.value.as_str().into());
            declarations.push(Declaration { prefix: prefix.into(), uri: attribute.value.as_str().into() });
        }
        self.declared.push(declared);
        let (prefix, local) = qualified(tag.offset, tag.name)?;
        if prefix == "xmlns" {
            return Err(XmlError::malformed(tag.offset, "an element with the prefix xmlns"));
        }
        let name = self.name(tag.offset, prefix, local)?;
        let written = tag.attributes.iter().filter(|attribute| declares(attribute).is_none());
        let mut attributes = Vec::new();
        for attribute in written.clone() {
            // An attribute without a prefix is in no namespace, whatever the default.
            let name = if attribute.prefix.is_empty() {
                Name { prefix: "".into(), local: attribute.local.into(), namespace: "".into() }
            } else {
                self.name(attribute.offset, attribute.prefix, attribute.local)?
            };
            attributes.push((name, attribute.value.clone()));
        }
        let mut seen = HashSet::with_capacity(attributes.len());
        for ((name, _), written) in attributes.iter().zip(written) {
            if !seen.insert((&name.namespace, &name.local)) {
                return Err(duplicate(written));
            }
        }
        Ok(Resolved { name, declarations, attributes })
    }

    /// Forgets the declarations of the element that is closed.
    pub(super) fn leave(&mut self) {
        for prefix in self.declared.pop().unwrap_or_default() {
            if let Some(bindings) = self.bound.get_mut(prefix) {
                bindings.pop();
            }
        }
    }

    fn name(&self, offset: u64, prefix: &str, local: &str) -> Result<Name, XmlError> {
        let namespace = match self.bound.get(prefix).and_then(|bindings| bindings.last()) {
            Some(uri) => uri.clone(),
            None if prefix.is_empty() => "".into(),
            None if prefix == "xml" => XML_NAMESPACE.into(),
            None => {
                let prefix = super::shown(prefix);
                return Err(XmlError::new(offset, XmlErrorKind::UnboundPrefix { prefix }));
            }
        };
        Ok(Name { prefix: prefix.into(), local: local.into(), namespace })
    }
}

/// The prefix that an attribute declares, empty for the default namespace; `None` if it is no
/// declaration.
fn declares<'a>(attribute: &Written<'a>) -> Option<&'a str> {
    match (attribute.prefix, attribute.local) {
        ("xmlns", prefix) => Some(prefix),
        ("", "xmlns") => Some(""),
        _ => None,
    }
}

/// The namespace constraints on declarations (3, "Reserved Prefixes and Namespace Names" and "No Prefix
/// Undeclaring").
fn check_binding(offset: u64, prefix: &str, uri: &str) -> Result<(), XmlError> {
    let wrong = match prefix {
        "xmlns" => Some("a declaration of the prefix xmlns"),
        "xml" if uri != XML_NAMESPACE => Some("the prefix xml bound to another namespace"),
        "xml" => None,
        _ if uri == XML_NAMESPACE => Some("another prefix than xml bound to its namespace"),
        _ if uri == XMLNS_NAMESPACE => Some("a prefix bound to the namespace of xmlns"),
        "" => None,
        _ if uri.is_empty() => Some("a prefix bound to no namespace"),
        _ => None,
    };
    wrong.map_or(Ok(()), |what| Err(XmlError::malformed(offset, what)))
}

fn duplicate(attribute: &Written<'_>) -> XmlError {
    let name = super::shown(attribute.name);
    XmlError::new(attribute.offset, XmlErrorKind::DuplicateAttribute { name })
}
