//! Node-sets (XPath 1.0, 3.3 and 5; XML Signature, 4.4.3.2): any nodes of one tree, attributes and
//! namespace nodes among them.

use std::collections::BTreeSet;

use super::bits::Bits;
use super::{AttributeId, Kind, NamespaceId, NodeId, Tree};

/// A node as XPath has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum XNode {
    /// Document, element, text, comment or processing instruction.
    Node(NodeId),
    /// A namespace node of the element.
    Namespace(NodeId, NamespaceId),
    Attribute(AttributeId),
}

impl XNode {
    /// Where it stands in document order: an element, its namespace nodes, its attributes, its children.
    pub(crate) fn order(self, tree: &Tree) -> (NodeId, u8, u32) {
        match self {
            Self::Node(id) => (id, 0, 0),
            Self::Namespace(element, namespace) => (element, 1, namespace.0),
            Self::Attribute(id) => (tree.attribute_owner(id), 2, id.0),
        }
    }

    /// The parent; of an attribute or a namespace node the element it stands in.
    pub(crate) fn parent(self, tree: &Tree) -> Option<NodeId> {
        match self {
            Self::Node(id) => tree.parent(id),
            Self::Namespace(element, _) => Some(element),
            Self::Attribute(id) => Some(tree.attribute_owner(id)),
        }
    }
}

/// Any nodes of one tree. Whole documents and subtrees, also without other subtrees, take no memory to
/// speak of; others a bit for each node of the tree.
#[derive(Clone, Debug)]
pub(crate) struct NodeSet {
    nodes: Nodes,
    /// `None`: the attributes of the elements in the set.
    attributes: Option<Bits>,
    /// `None`: the namespace nodes of the elements in the set.
    namespaces: Option<Namespaces>,
}

#[derive(Clone, Debug)]
enum Nodes {
    /// The nodes of a subtree but those of others: sorted, apart from each other.
    Run {
        start: NodeId,
        end: NodeId,
        comments: bool,
        holes: Vec<(NodeId, NodeId)>,
    },
    Some(Bits),
}

#[derive(Clone, Debug)]
struct Namespaces {
    /// Elements all of whose namespace nodes are in the set.
    whole: Bits,
    /// Namespace nodes of other elements, sorted.
    some: Vec<(NodeId, NamespaceId)>,
}

impl NodeSet {
    /// The whole document.
    pub(crate) fn document(tree: &Tree, comments: bool) -> Self {
        Self::subtree(tree, Tree::ROOT, comments)
    }

    /// A node with all below it, attributes and namespace nodes too.
    pub(crate) fn subtree(tree: &Tree, apex: NodeId, comments: bool) -> Self {
        let nodes = Nodes::Run { start: apex, end: tree.end(apex), comments, holes: Vec::new() };
        Self { nodes, attributes: None, namespaces: None }
    }

    /// These nodes and no others.
    #[cfg(test)]
    pub(crate) fn collection(tree: &Tree, members: impl IntoIterator<Item = XNode>) -> Self {
        let mut set = SetBuilder::new(tree);
        for member in members {
            set.insert(member);
        }
        set.finish(tree)
    }

    /// These nodes, each with all below it, its attributes and namespace nodes (XML-Signature XPath
    /// Filter 2.0, 3.2: "subtree expansion").
    pub(crate) fn expansion(tree: &Tree, roots: &[XNode]) -> Self {
        if let [XNode::Node(apex)] = roots {
            return Self::subtree(tree, *apex, true);
        }
        let mut set = SetBuilder::new(tree);
        let mut covered = NodeId(0);
        let mut nodes: Vec<_> = roots
            .iter()
            .filter_map(|root| if let XNode::Node(id) = root { Some(*id) } else { None })
            .collect();
        nodes.sort_unstable();
        for apex in nodes {
            let end = tree.end(apex);
            for id in apex.max(covered).0..end.0 {
                set.insert_with_axes(tree, NodeId(id));
            }
            covered = covered.max(end);
        }
        for root in roots {
            if !matches!(root, XNode::Node(_)) {
                set.insert(*root);
            }
        }
        set.finish(tree)
    }

    /// What is left without a subtree: enveloped-signature (XML Signature, 6.6.4).
    #[must_use]
    pub(crate) fn without_subtree(mut self, tree: &Tree, apex: NodeId) -> Self {
        let end = tree.end(apex);
        if let Some(attributes) = &mut self.attributes {
            for id in tree.subtree(apex).flat_map(|id| tree.attributes(id)) {
                attributes.set(id.0, false);
            }
        }
        if let Some(namespaces) = &mut self.namespaces {
            namespaces.whole.clear(apex.0..end.0);
            namespaces.some.retain(|(element, _)| !(apex..end).contains(element));
        }
        match &mut self.nodes {
            Nodes::Some(bits) => bits.clear(apex.0..end.0),
            Nodes::Run { holes, .. } => {
                // Subtrees lie apart or one in the other.
                if !holes.iter().any(|(start, behind)| (*start..*behind).contains(&apex)) {
                    holes.retain(|(start, _)| !(apex..end).contains(start));
                    let at = holes.partition_point(|(start, _)| *start < apex);
                    holes.insert(at, (apex, end));
                }
            }
        }
        self
    }

    /// Whether a document, element, text, comment or processing instruction is in the set.
    pub(crate) fn contains_node(&self, tree: &Tree, id: NodeId) -> bool {
        match &self.nodes {
            Nodes::Some(bits) => bits.get(id.0),
            Nodes::Run { start, end, comments, holes } => {
                let before = holes.partition_point(|(hole, _)| *hole <= id);
                let hole = before.checked_sub(1).and_then(|index| holes.get(index));
                (*start..*end).contains(&id)
                    && hole.is_none_or(|(_, behind)| *behind <= id)
                    && (*comments || tree.kind(id) != Kind::Comment)
            }
        }
    }

    /// Whether an attribute is in the set.
    pub(crate) fn contains_attribute(&self, tree: &Tree, id: AttributeId) -> bool {
        match &self.attributes {
            None => self.contains_node(tree, tree.attribute_owner(id)),
            Some(bits) => bits.get(id.0),
        }
    }

    /// Whether the namespace node of an element is in the set; it is in scope there.
    pub(crate) fn contains_namespace(&self, tree: &Tree, element: NodeId, namespace: NamespaceId) -> bool {
        match &self.namespaces {
            None => self.contains_node(tree, element),
            Some(Namespaces { whole, some }) => {
                whole.get(element.0) || some.binary_search(&(element, namespace)).is_ok()
            }
        }
    }

    /// Whether all namespace nodes of the element are known to be in the set.
    pub(crate) fn contains_all_namespaces(&self, tree: &Tree, element: NodeId) -> bool {
        match &self.namespaces {
            None => self.contains_node(tree, element),
            Some(Namespaces { whole, .. }) => whole.get(element.0),
        }
    }

    /// Namespace nodes of the element that are in the set, if not
    /// [all of them](Self::contains_all_namespaces).
    pub(crate) fn some_namespaces(&self, element: NodeId) -> impl Iterator<Item = NamespaceId> {
        let some = self.namespaces.as_ref().map_or(&[][..], |namespaces| &namespaces.some);
        let start = some.partition_point(|(owner, _)| *owner < element);
        some.iter().skip(start).take_while(move |(owner, _)| *owner == element).map(|(_, id)| *id)
    }

    /// The run of nodes that all members lie in.
    pub(crate) fn extent(&self, tree: &Tree) -> (NodeId, NodeId) {
        match &self.nodes {
            Nodes::Run { start, end, .. } => (*start, *end),
            Nodes::Some(_) => (Tree::ROOT, tree.end(Tree::ROOT)),
        }
    }

    /// If a node begins a subtree that is left out altogether: the first node behind it.
    pub(crate) fn hole(&self, id: NodeId) -> Option<NodeId> {
        match &self.nodes {
            Nodes::Run { holes, .. } => {
                let at = holes.binary_search_by_key(&id, |(start, _)| *start).ok()?;
                holes.get(at).map(|(_, end)| *end)
            }
            Nodes::Some(_) => None,
        }
    }

    /// The documents, elements, texts, comments and processing instructions in the set, in document order.
    pub(crate) fn nodes<'a>(&'a self, tree: &'a Tree) -> impl Iterator<Item = NodeId> + 'a {
        let (start, end) = self.extent(tree);
        (start.0..end.0).map(NodeId).filter(|id| self.contains_node(tree, *id))
    }

    /// The nodes that `keep` keeps: it is told for each whether it is in this set and in the other.
    #[must_use]
    pub(crate) fn combined(&self, tree: &Tree, other: &Self, keep: fn(bool, bool) -> bool) -> Self {
        let mut nodes = Bits::new(tree.len());
        for id in tree.subtree(Tree::ROOT) {
            nodes.set(id.0, keep(self.contains_node(tree, id), other.contains_node(tree, id)));
        }
        let attributes = (self.attributes.is_some() || other.attributes.is_some()).then(|| {
            let mut bits = Bits::new(tree.attribute_count());
            for id in tree.all_attributes() {
                let both = (self.contains_attribute(tree, id), other.contains_attribute(tree, id));
                bits.set(id.0, keep(both.0, both.1));
            }
            bits
        });
        let namespaces = (self.namespaces.is_some() || other.namespaces.is_some())
            .then(|| self.combined_namespaces(tree, other, keep));
        Self { nodes: Nodes::Some(nodes), attributes, namespaces }
    }

    fn combined_namespaces(&self, tree: &Tree, other: &Self, keep: fn(bool, bool) -> bool) -> Namespaces {
        let mut combined = Namespaces { whole: Bits::new(tree.len()), some: Vec::new() };
        for id in tree.subtree(Tree::ROOT).filter(|id| tree.kind(*id) == Kind::Element) {
            let whole = (self.contains_all_namespaces(tree, id), other.contains_all_namespaces(tree, id));
            let partly = |set: &Self, whole: bool| !whole && set.some_namespaces(id).next().is_some();
            if !partly(self, whole.0) && !partly(other, whole.1) {
                combined.whole.set(id.0, keep(whole.0, whole.1));
                continue;
            }
            let kept = |namespace: &NamespaceId| {
                keep(
                    self.contains_namespace(tree, id, *namespace),
                    other.contains_namespace(tree, id, *namespace),
                )
            };
            let mut kept: Vec<_> = tree.namespaces_in_scope(id).into_iter().filter(kept).collect();
            kept.sort_unstable();
            combined.some.extend(kept.into_iter().map(|namespace| (id, namespace)));
        }
        combined
    }
}

/// Collects a node-set node by node.
#[derive(Debug)]
pub(crate) struct SetBuilder {
    nodes: Bits,
    attributes: Bits,
    whole: Bits,
    some: BTreeSet<(NodeId, NamespaceId)>,
}

impl SetBuilder {
    pub(crate) fn new(tree: &Tree) -> Self {
        Self {
            nodes: Bits::new(tree.len()),
            attributes: Bits::new(tree.attribute_count()),
            whole: Bits::new(tree.len()),
            some: BTreeSet::new(),
        }
    }

    pub(crate) fn insert(&mut self, member: XNode) {
        match member {
            XNode::Node(id) => self.nodes.set(id.0, true),
            XNode::Attribute(id) => self.attributes.set(id.0, true),
            XNode::Namespace(element, namespace) => {
                self.some.insert((element, namespace));
            }
        }
    }

    /// All namespace nodes of an element.
    pub(crate) fn insert_namespaces(&mut self, element: NodeId) {
        self.whole.set(element.0, true);
    }

    /// A node with its attributes and namespace nodes.
    fn insert_with_axes(&mut self, tree: &Tree, id: NodeId) {
        self.nodes.set(id.0, true);
        if tree.kind(id) == Kind::Element {
            self.insert_namespaces(id);
            for attribute in tree.attributes(id) {
                self.attributes.set(attribute.0, true);
            }
        }
    }

    pub(crate) fn finish(self, tree: &Tree) -> NodeSet {
        let Self { nodes, attributes, whole, some } = self;
        // Most sets have with an element all that belongs to it: then nothing more need be known.
        let follows = |id: AttributeId| attributes.get(id.0) == nodes.get(tree.attribute_owner(id).0);
        let attributes = if tree.all_attributes().all(follows) { None } else { Some(attributes) };
        let elements = || tree.subtree(Tree::ROOT).filter(|id| tree.kind(*id) == Kind::Element);
        let some: Vec<_> = some.into_iter().filter(|(element, _)| !whole.get(element.0)).collect();
        let alike = some.is_empty() && elements().all(|id| whole.get(id.0) == nodes.get(id.0));
        let namespaces = if alike { None } else { Some(Namespaces { whole, some }) };
        NodeSet { nodes: Nodes::Some(nodes), attributes, namespaces }
    }
}
