//! The nodes on an axis, in the axis's own order, and node tests (XPath 1.0, 2.2 and 2.3).

use std::rc::Rc;

use super::expression::{Axis, Test};
use crate::syntax::xml::tree::{AttributeId, Kind, NamespaceId, NodeId, Tree, XNode};

/// The nodes on an axis: one that stands apart, then others.
pub(super) struct Nodes<'t> {
    tree: &'t Tree,
    first: Option<XNode>,
    rest: Rest,
}

enum Rest {
    None,
    /// All nodes of a run.
    Run(NodeId, NodeId),
    /// The nodes of a run, whole subtrees skipped.
    Siblings(NodeId, NodeId),
    Upwards(Option<NodeId>),
    SiblingsBefore(NodeId),
    /// Nodes before the first that are not above the second.
    Before(NodeId, NodeId),
    Attributes(AttributeId, AttributeId),
    Namespaces(NodeId, Rc<[NamespaceId]>, usize),
}

const fn next(id: NodeId) -> NodeId {
    NodeId(id.0.saturating_add(1))
}

impl<'t> Nodes<'t> {
    /// The nodes on any axis but `namespace`.
    pub(super) fn on(tree: &'t Tree, axis: Axis, from: XNode) -> Self {
        let itself = matches!(axis, Axis::Itself | Axis::AncestorOrSelf | Axis::DescendantOrSelf);
        let first = itself.then_some(from);
        let owner = from.parent(tree);
        let node = if let XNode::Node(id) = from { Some(id) } else { None };
        let end = |id| tree.end(id);
        let rest = match (axis, node) {
            (Axis::Ancestor | Axis::AncestorOrSelf, _) => Rest::Upwards(owner),
            (Axis::Parent, _) => return Self { tree, first: owner.map(XNode::Node), rest: Rest::None },
            (Axis::Child, Some(id)) => Rest::Siblings(next(id), end(id)),
            (Axis::Descendant | Axis::DescendantOrSelf, Some(id)) => Rest::Run(next(id), end(id)),
            (Axis::Attribute, Some(id)) => {
                let mut attributes = tree.attributes(id);
                let first = attributes.next();
                let length = u32::try_from(attributes.count()).unwrap_or(u32::MAX);
                first.map_or(Rest::None, |first| {
                    let end = first.0.saturating_add(length).saturating_add(1);
                    Rest::Attributes(first, AttributeId(end))
                })
            }
            (Axis::FollowingSibling, Some(id)) => {
                owner.map_or(Rest::None, |parent| Rest::Siblings(end(id), end(parent)))
            }
            (Axis::PrecedingSibling, Some(id)) => Rest::SiblingsBefore(id),
            // Behind an attribute or a namespace node stand the children of its element.
            (Axis::Following, _) => {
                let from = node.map(end).or(owner.map(next));
                from.map_or(Rest::None, |from| Rest::Run(from, end(Tree::ROOT)))
            }
            (Axis::Preceding, _) => node.or(owner).map_or(Rest::None, |before| Rest::Before(before, before)),
            _ => Rest::None,
        };
        Self { tree, first, rest }
    }

    /// The namespace axis of an element, whose namespace nodes are given.
    pub(super) const fn namespaces(tree: &'t Tree, element: NodeId, nodes: Rc<[NamespaceId]>) -> Self {
        Self { tree, first: None, rest: Rest::Namespaces(element, nodes, 0) }
    }

    /// Leaves out nodes of a run before this one.
    pub(super) fn skip_to(&mut self, from: NodeId) {
        if let Rest::Run(start, _) = &mut self.rest {
            *start = from.max(*start);
        }
    }

    /// Leaves out nodes of a run from this one on.
    pub(super) fn stop_at(&mut self, behind: NodeId) {
        if let Rest::Run(_, end) = &mut self.rest {
            *end = behind.min(*end);
        }
    }
}

impl Iterator for Nodes<'_> {
    type Item = XNode;

    fn next(&mut self) -> Option<XNode> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        let tree = self.tree;
        let node = match &mut self.rest {
            Rest::None => return None,
            Rest::Run(start, end) => {
                let id = *start;
                *start = next(id);
                (id < *end).then_some(id)
            }
            Rest::Siblings(start, end) => {
                let id = *start;
                *start = tree.end(id).max(next(id));
                (id < *end).then_some(id)
            }
            Rest::Upwards(above) => {
                let id = *above;
                *above = id.and_then(|id| tree.parent(id));
                id
            }
            Rest::SiblingsBefore(id) => {
                // What stands right before is the parent, or the last node below the sibling.
                let parent = tree.parent(*id)?;
                let mut before = NodeId(id.0.checked_sub(1)?);
                if before == parent {
                    return None;
                }
                while let Some(above) = tree.parent(before).filter(|above| *above != parent) {
                    before = above;
                }
                *id = before;
                Some(before)
            }
            Rest::Before(before, of) => loop {
                *before = NodeId(before.0.checked_sub(1)?);
                if tree.end(*before) <= *of {
                    break Some(*before);
                }
            },
            Rest::Attributes(start, end) => {
                let id = *start;
                *start = AttributeId(id.0.saturating_add(1));
                return (id < *end).then_some(XNode::Attribute(id));
            }
            Rest::Namespaces(element, nodes, at) => {
                let namespace = *nodes.get(*at)?;
                *at = at.saturating_add(1);
                return Some(XNode::Namespace(*element, namespace));
            }
        };
        node.map(XNode::Node)
    }
}

/// The namespace and local part of a node's expanded-name, if it has one (5).
pub(super) fn expanded_name(tree: &Tree, node: XNode) -> Option<(&str, &str)> {
    let name = match node {
        XNode::Namespace(_, namespace) => return Some(("", tree.namespace(namespace).0)),
        XNode::Node(id) if tree.kind(id) == Kind::ProcessingInstruction => {
            return Some(("", target(tree, id)));
        }
        XNode::Node(id) => tree.name(id)?,
        XNode::Attribute(id) => tree.attribute_name(id)?,
    };
    Some((&*name.namespace, &*name.local))
}

/// The target of a processing instruction.
pub(super) fn target(tree: &Tree, id: NodeId) -> &str {
    let text = tree.text(id);
    text.split_once(' ').map_or(text, |(target, _)| target)
}

/// Whether a node on an axis passes a node test.
pub(super) fn passes(tree: &Tree, axis: Axis, test: &Test, node: XNode) -> bool {
    let kind = if let XNode::Node(id) = node { Some((tree.kind(id), id)) } else { None };
    match test {
        Test::Node => true,
        Test::Text => kind.is_some_and(|(kind, _)| kind == Kind::Text),
        Test::Comment => kind.is_some_and(|(kind, _)| kind == Kind::Comment),
        Test::ProcessingInstruction(of) => kind.is_some_and(|(kind, id)| {
            kind == Kind::ProcessingInstruction && of.as_ref().is_none_or(|of| **of == *target(tree, id))
        }),
        Test::Name { namespace, local } => {
            let principal = match axis {
                Axis::Attribute => matches!(node, XNode::Attribute(_)),
                Axis::Namespace => matches!(node, XNode::Namespace(..)),
                _ => kind.is_some_and(|(kind, _)| kind == Kind::Element),
            };
            principal
                && expanded_name(tree, node).is_some_and(|(uri, name)| {
                    namespace.as_ref().is_none_or(|of| **of == *uri)
                        && local.as_ref().is_none_or(|of| **of == *name)
                })
        }
    }
}
