//! The canonical form of any node-set: Canonical XML 1.0 and 1.1 and Exclusive XML Canonicalization 1.0,
//! rule by rule as the recommendations have them. It is what the canonicaliser of the pipeline is
//! compared with, and what `verify` and transforms with node-sets use.

mod attributes;
mod namespaces;
mod uri;
mod write;

use std::collections::{HashMap, HashSet};

use self::write::Writer;
use super::{AttributeId, Kind, Name, NamespaceId, NodeId, NodeSet, Tree};
use crate::limits::Limits;
use crate::syntax::xml::{C14nMethod, XmlError};

/// How to canonicalise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    /// The method.
    pub(crate) method: C14nMethod,
    /// `InclusiveNamespaces PrefixList` of the exclusive method: prefixes, and `#default`.
    pub(crate) prefixes: Vec<String>,
}

impl From<C14nMethod> for Parameters {
    fn from(method: C14nMethod) -> Self {
        Self { method, prefixes: Vec::new() }
    }
}

/// Gives the canonical form of a node-set to `out`, piece by piece.
///
/// # Errors
///
/// [`XmlErrorKind::RelativeNamespace`](crate::syntax::xml::XmlErrorKind::RelativeNamespace) if a namespace
/// node of the set has a relative URI. `Limit` if namespaces or attributes that parts of the set inherit
/// from elements that are not in it take more than [`Limits::xpath_steps`] to bring there.
pub(crate) fn canonicalize(
    tree: &Tree,
    set: &NodeSet,
    parameters: &Parameters,
    limits: &Limits,
    out: &mut dyn FnMut(&[u8]),
) -> Result<(), XmlError> {
    let prefix = |prefix: &'_ String| if prefix == "#default" { String::new() } else { prefix.clone() };
    let mut walk = Walk {
        tree,
        set,
        method: parameters.method,
        listed: parameters.prefixes.iter().map(prefix).collect(),
        out: Writer::new(out),
        open: Vec::new(),
        bindings: HashMap::new(),
        declared: Vec::new(),
        utilised: HashMap::new(),
        used: Vec::new(),
        xml_attributes: Vec::new(),
        steps: limits.xpath_steps,
        most: limits.xpath_steps,
    };
    walk.run()?;
    walk.out.flush();
    Ok(())
}

/// The canonical form of a node-set, of at most [`Limits::xml_memory_bytes`].
///
/// # Errors
///
/// As [`canonicalize`], and `Limit` if there are more bytes than that.
pub(crate) fn octets_of(
    tree: &Tree,
    set: &NodeSet,
    parameters: &Parameters,
    limits: &Limits,
) -> Result<Vec<u8>, XmlError> {
    let most = usize::try_from(limits.xml_memory_bytes).unwrap_or(usize::MAX);
    let mut octets = Vec::new();
    let mut exceeded = false;
    canonicalize(tree, set, parameters, limits, &mut |piece| {
        if octets.len().saturating_add(piece.len()) > most {
            exceeded = true;
        } else {
            octets.extend_from_slice(piece);
        }
    })?;
    if exceeded {
        return Err(XmlError::limit(0, "canonical bytes", limits.xml_memory_bytes));
    }
    Ok(octets)
}

/// The walk over the document, in document order.
struct Walk<'a> {
    tree: &'a Tree,
    set: &'a NodeSet,
    method: C14nMethod,
    /// `PrefixList`, the default namespace as the empty prefix.
    listed: HashSet<String>,
    out: Writer<'a>,
    /// The elements that are open, also those that are not in the set.
    open: Vec<Open>,
    /// By prefix: what open elements bind it to, and which of them, as a place in `open`.
    bindings: HashMap<&'a str, Vec<(usize, NamespaceId)>>,
    /// The prefixes that open elements declare, in order.
    declared: Vec<&'a str>,
    /// By prefix: the open elements of the set that visibly utilise it (Exclusive, 1.1).
    utilised: HashMap<&'a str, Vec<usize>>,
    /// The prefixes that open elements visibly utilise, in order.
    used: Vec<&'a str>,
    /// Attributes in the `xml` namespace of open elements, with their elements' places.
    xml_attributes: Vec<(usize, AttributeId)>,
    /// How much work on inherited nodes may still be done, and how much it was.
    steps: u64,
    most: u64,
}

/// An element that is open.
struct Open {
    id: NodeId,
    end: NodeId,
    /// Whether it is in the set.
    member: bool,
    /// The nearest element in the set, itself or above.
    nearest: Option<usize>,
    /// Lengths of the lists of the walk, before it and, of the declarations, after it.
    declared: usize,
    declared_after: usize,
    used: usize,
    xml_attributes: usize,
}

impl<'a> Walk<'a> {
    fn run(&mut self) -> Result<(), XmlError> {
        let (tree, set) = (self.tree, self.set);
        let (start, end) = set.extent(tree);
        let mut above: Vec<_> = tree.ancestors_or_self(start).skip(1).collect();
        above.retain(|id| tree.kind(*id) == Kind::Element);
        for id in above.into_iter().rev() {
            self.push(id, false);
        }
        let root = tree.document_element();
        let mut id = start;
        while id < end {
            self.close(id);
            if let Some(behind) = set.hole(id) {
                id = behind;
                continue;
            }
            match tree.kind(id) {
                Kind::Document => {}
                Kind::Element => self.element(id)?,
                Kind::Text if set.contains_node(tree, id) => self.out.text(tree.text(id)),
                Kind::Comment if !self.method.keeps_comments() => {}
                Kind::Comment | Kind::ProcessingInstruction if set.contains_node(tree, id) => {
                    let outside = tree.parent(id) == Some(Tree::ROOT);
                    let before = outside && root.is_none_or(|root| id < root);
                    if outside && !before {
                        self.out.raw("\n");
                    }
                    let (open, close) =
                        if tree.kind(id) == Kind::Comment { ("<!--", "-->") } else { ("<?", "?>") };
                    for part in [open, tree.text(id), close] {
                        self.out.raw(part);
                    }
                    if before {
                        self.out.raw("\n");
                    }
                }
                _ => {}
            }
            id = NodeId(id.0.saturating_add(1));
        }
        self.close(NodeId(u32::MAX));
        Ok(())
    }

    fn element(&mut self, id: NodeId) -> Result<(), XmlError> {
        let Some(name) = self.tree.name(id) else { return Ok(()) };
        let member = self.set.contains_node(self.tree, id);
        let parent = self.open.last();
        let orphan = member && self.tree.parent(id).is_some_and(|id| !self.set.contains_node(self.tree, id));
        let above = parent.and_then(|parent| parent.nearest);
        let from = self.xml_attributes.len();
        self.push(id, member);
        let namespaces = self.namespace_axis(id, member, above)?;
        let attributes = self.attribute_axis(id, orphan, above, from)?;
        if member {
            self.out.raw("<");
            self.qualified(name);
        }
        for (prefix, uri) in namespaces {
            self.out.raw(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            self.out.raw(prefix);
            self.value(uri);
        }
        for attribute in attributes {
            self.out.raw(" ");
            self.qualified(attribute.name);
            self.value(&attribute.value);
        }
        if member {
            self.out.raw(">");
        }
        Ok(())
    }

    fn qualified(&mut self, name: &Name) {
        if !name.prefix.is_empty() {
            self.out.raw(&name.prefix);
            self.out.raw(":");
        }
        self.out.raw(&name.local);
    }

    fn value(&mut self, value: &str) {
        self.out.raw("=\"");
        self.out.value(value);
        self.out.raw("\"");
    }

    /// Opens an element for what is below it.
    fn push(&mut self, id: NodeId, member: bool) {
        let tree = self.tree;
        let place = self.open.len();
        let declared = self.declared.len();
        for (namespace, declaration) in tree.declared(id) {
            self.bindings.entry(&declaration.prefix).or_default().push((place, namespace));
            self.declared.push(&declaration.prefix);
        }
        let xml_attributes = self.xml_attributes.len();
        self.xml_attributes.extend(self.own_xml_attributes(id).map(|attribute| (place, attribute)));
        let nearest = if member { Some(place) } else { self.open.last().and_then(|open| open.nearest) };
        self.open.push(Open {
            id,
            end: tree.end(id),
            member,
            nearest,
            declared,
            declared_after: self.declared.len(),
            used: self.used.len(),
            xml_attributes,
        });
    }

    /// Closes the elements that end before `id`.
    fn close(&mut self, id: NodeId) {
        while let Some(open) = self.open.pop_if(|open| open.end <= id) {
            if open.member
                && let Some(name) = self.tree.name(open.id)
            {
                self.out.raw("</");
                self.qualified(name);
                self.out.raw(">");
            }
            for prefix in self.declared.drain(open.declared..) {
                if let Some(bindings) = self.bindings.get_mut(prefix) {
                    bindings.pop();
                }
            }
            for prefix in self.used.drain(open.used..) {
                if let Some(utilised) = self.utilised.get_mut(prefix) {
                    utilised.pop();
                }
            }
            self.xml_attributes.truncate(open.xml_attributes);
        }
    }

    /// Counts work on what is inherited.
    fn charge(&mut self, id: NodeId, steps: usize) -> Result<(), XmlError> {
        let left = self.steps.checked_sub(steps as u64);
        let offset = self.tree.offset(id);
        self.steps = left.ok_or_else(|| XmlError::limit(offset, "inherited nodes", self.most))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
