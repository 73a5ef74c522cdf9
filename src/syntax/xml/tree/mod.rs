//! A document as a tree, for what cannot be done in one pass: node-sets and XPath. The tree is also what
//! `verify` works on.
//!
//! Nodes stand in document order, so the subtree of a node is the run of nodes from it to its `end`.
//! The tree does not know how it was read: whoever reads drives [`Builder`].

mod bits;
mod build;
pub(crate) mod c14n;
mod node_set;
pub(crate) mod read;
#[cfg(test)]
pub(crate) mod sample;
mod scope;
#[cfg(test)]
mod vectors;

pub(in crate::syntax::xml) use bits::Bits;
pub(crate) use build::Builder;
pub(in crate::syntax::xml) use node_set::SetBuilder;
pub(crate) use node_set::{NodeSet, XNode};
pub(crate) use scope::NamespaceId;

/// A document, element, text, comment or processing instruction: its place in document order. The
/// document node is [`Tree::ROOT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(pub(crate) u32);

/// An attribute that is no namespace declaration: its place among all attributes, in document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AttributeId(pub(crate) u32);

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Document,
    Element,
    Text,
    Comment,
    ProcessingInstruction,
}

/// A qualified name and the namespace it is in; an empty prefix or namespace is none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) prefix: Box<str>,
    pub(crate) local: Box<str>,
    pub(crate) namespace: Box<str>,
}

/// A namespace declaration as it is written: `xmlns:prefix="uri"`, or `xmlns="uri"` with no prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declaration {
    pub(crate) prefix: Box<str>,
    pub(crate) uri: Box<str>,
}

#[derive(Debug)]
struct Node {
    kind: Kind,
    parent: NodeId,
    /// The first node behind the subtree.
    end: NodeId,
    /// The nearest element, itself or above, that declares namespaces; the document node if none does.
    scope: NodeId,
    /// Where it begins in the document, bytes.
    offset: u64,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Document,
    /// Index of the name; its own runs of attributes and declarations.
    Element {
        name: u32,
        attributes: (u32, u32),
        declarations: (u32, u32),
    },
    /// A run of bytes of `Tree::text`. Of a processing instruction: its target, a space, its data.
    Text {
        start: usize,
        end: usize,
    },
}

#[derive(Debug)]
struct Attribute {
    owner: NodeId,
    name: u32,
    /// Run of bytes of `Tree::text`: the value, normalised.
    value: (usize, usize),
}

/// A document. Text, names and attribute values are as XML means them: line ends and attribute values
/// normalised, references replaced.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    declarations: Vec<Declaration>,
    names: Vec<Name>,
    text: String,
}

impl Tree {
    /// The document node.
    pub(crate) const ROOT: NodeId = NodeId(0);

    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// Number of nodes, the document node among them.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    /// What it is.
    pub(crate) fn kind(&self, id: NodeId) -> Kind {
        self.node(id).map_or(Kind::Document, |node| node.kind)
    }

    /// Where it begins in the document, bytes.
    pub(crate) fn offset(&self, id: NodeId) -> u64 {
        self.node(id).map_or(0, |node| node.offset)
    }

    /// The parent; `None` of the document node.
    pub(crate) fn parent(&self, id: NodeId) -> Option<NodeId> {
        if id == Self::ROOT { None } else { self.node(id).map(|node| node.parent) }
    }

    /// The first node behind the subtree of `id`: the subtree is `id..end`.
    pub(crate) fn end(&self, id: NodeId) -> NodeId {
        self.node(id).map_or(id, |node| node.end)
    }

    /// The children, in document order.
    pub(crate) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.end(id);
        let mut next = NodeId(id.0.saturating_add(1));
        std::iter::from_fn(move || {
            let child = next;
            if child >= end {
                return None;
            }
            next = self.end(child);
            Some(child)
        })
    }

    /// The node, its parent and so on up to the document node.
    pub(crate) fn ancestors_or_self(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(Some(id), |id| self.parent(*id))
    }

    /// All nodes of the subtree, the node itself first.
    pub(crate) fn subtree(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        (id.0..self.end(id).0).map(NodeId)
    }

    /// The root element.
    pub(crate) fn document_element(&self) -> Option<NodeId> {
        self.children(Self::ROOT).find(|child| self.kind(*child) == Kind::Element)
    }

    /// The name of an element.
    pub(crate) fn name(&self, id: NodeId) -> Option<&Name> {
        match self.node(id)?.content {
            Content::Element { name, .. } => self.names.get(name as usize),
            _ => None,
        }
    }

    /// Whether it is an element of this namespace and local name.
    pub(crate) fn is(&self, id: NodeId, namespace: &str, local: &str) -> bool {
        self.name(id).is_some_and(|name| &*name.namespace == namespace && &*name.local == local)
    }

    /// The attributes of an element, in the order they are written; no namespace declarations.
    pub(crate) fn attributes(&self, id: NodeId) -> impl Iterator<Item = AttributeId> + use<> {
        let (start, end) = match self.node(id).map(|node| &node.content) {
            Some(Content::Element { attributes, .. }) => *attributes,
            _ => (0, 0),
        };
        (start..end).map(AttributeId)
    }

    /// The name of an attribute.
    pub(crate) fn attribute_name(&self, id: AttributeId) -> Option<&Name> {
        self.names.get(self.attributes.get(id.0 as usize)?.name as usize)
    }

    /// The value of an attribute.
    pub(crate) fn attribute_value(&self, id: AttributeId) -> &str {
        let run = self.attributes.get(id.0 as usize).map(|attribute| attribute.value);
        run.and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    /// The element that an attribute stands in.
    pub(crate) fn attribute_owner(&self, id: AttributeId) -> NodeId {
        self.attributes.get(id.0 as usize).map_or(Self::ROOT, |attribute| attribute.owner)
    }

    /// The value of the attribute of this namespace (empty: none) and local name.
    pub(crate) fn attribute(&self, id: NodeId, namespace: &str, local: &str) -> Option<&str> {
        let named = |attribute: &AttributeId| {
            self.attribute_name(*attribute)
                .is_some_and(|name| &*name.namespace == namespace && &*name.local == local)
        };
        self.attributes(id).find(named).map(|attribute| self.attribute_value(attribute))
    }

    /// The namespace declarations that stand in an element's own tag, in the order they are written.
    pub(crate) fn declarations(&self, id: NodeId) -> &[Declaration] {
        let (start, end) = match self.node(id).map(|node| &node.content) {
            Some(Content::Element { declarations, .. }) => *declarations,
            _ => (0, 0),
        };
        self.declarations.get(start as usize..end as usize).unwrap_or_default()
    }

    fn first_declaration(&self, id: NodeId) -> u32 {
        match self.node(id).map(|node| &node.content) {
            Some(Content::Element { declarations, .. }) => declarations.0,
            _ => 0,
        }
    }

    /// Text, comment, or a processing instruction as `target data`.
    pub(crate) fn text(&self, id: NodeId) -> &str {
        match self.node(id).map(|node| &node.content) {
            Some(Content::Text { start, end }) => self.text.get(*start..*end).unwrap_or_default(),
            _ => "",
        }
    }
}
