//! Which nodes of a document a node-set signs.

use super::place::Places;
use super::report::PATHS_LISTED;
use crate::syntax::xml::tree::{AttributeId, Kind, NodeId, NodeSet, Tree};

/// The nodes that a node-set begins with, and those inside them that it leaves out.
#[derive(Default)]
pub(super) struct Coverage {
    signed: Vec<NodeId>,
    omitted: Vec<Omitted>,
    not_listed: u64,
    text_only: bool,
    /// Comments that are not signed and split a text that is; not more than a few.
    pub(super) splits: Vec<NodeId>,
}

enum Omitted {
    Node(NodeId),
    Attribute(AttributeId),
}

/// So many comments inside text are reported.
const SPLITS: usize = 8;

impl Coverage {
    /// `comments`: whether comments that are in the set are digested.
    pub(super) fn of(tree: &Tree, set: &NodeSet, comments: bool) -> Self {
        let mut coverage = Self::default();
        let (start, end) = set.extent(tree);
        let mut next = start;
        while next < end {
            let id = next;
            next = NodeId(id.0.saturating_add(1));
            let kind = tree.kind(id);
            if kind == Kind::Document {
                continue;
            }
            // The document node itself is nothing that is digested.
            let above = tree.parent(id).filter(|parent| *parent != Tree::ROOT);
            let in_signed = above.is_some_and(|parent| set.contains_node(tree, parent));
            let member = set.contains_node(tree, id);
            if kind == Kind::Comment {
                if in_signed
                    && !(member && comments)
                    && splits_text(tree, id)
                    && coverage.splits.len() < SPLITS
                {
                    coverage.splits.push(id);
                }
                continue;
            }
            match (member, in_signed) {
                (true, false) => coverage.list(|coverage| coverage.signed.push(id)),
                (false, true) => coverage.list(|coverage| coverage.omitted.push(Omitted::Node(id))),
                _ => {}
            }
            if member && kind == Kind::Element {
                for attribute in tree.attributes(id) {
                    if !set.contains_attribute(tree, attribute) {
                        coverage.list(|coverage| coverage.omitted.push(Omitted::Attribute(attribute)));
                    }
                }
            }
            if let Some(behind) = set.hole(id) {
                next = behind;
            }
        }
        coverage
    }

    fn list(&mut self, push: impl FnOnce(&mut Self)) {
        if self.signed.len().saturating_add(self.omitted.len()) < PATHS_LISTED {
            push(self);
        } else {
            self.not_listed = self.not_listed.saturating_add(1);
        }
    }

    /// Only the text of the nodes is digested.
    pub(super) const fn text_only(&mut self) {
        self.text_only = true;
    }

    /// Whether the whole of `node` is signed.
    pub(super) fn is_whole(&self, node: NodeId) -> bool {
        self.signed == [node] && self.omitted.is_empty() && self.not_listed == 0 && !self.text_only
    }

    pub(super) fn signed_paths(&self, tree: &Tree, places: &Places<'_>) -> Vec<String> {
        let text = |id: &NodeId| {
            let path = places.path(*id);
            if self.text_only && tree.kind(*id) == Kind::Element { format!("{path}/text()") } else { path }
        };
        self.signed.iter().map(text).collect()
    }

    pub(super) fn omitted_paths(&self, tree: &Tree, places: &Places<'_>) -> Vec<String> {
        let path = |omitted: &Omitted| match omitted {
            Omitted::Node(id) => places.path(*id),
            Omitted::Attribute(id) => {
                let name = tree.attribute_name(*id);
                let name = name.map(|name| match &*name.prefix {
                    "" => name.local.to_string(),
                    prefix => format!("{prefix}:{}", name.local),
                });
                format!("{}/@{}", places.path(tree.attribute_owner(*id)), name.unwrap_or_default())
            }
        };
        self.omitted.iter().map(path).collect()
    }

    pub(super) const fn not_listed(&self) -> u64 {
        self.not_listed
    }
}

/// Whether text of the same element stands on both sides.
fn splits_text(tree: &Tree, comment: NodeId) -> bool {
    let is_text = |id: NodeId| tree.kind(id) == Kind::Text && tree.parent(id) == tree.parent(comment);
    // A text before it has no nodes below, so it is the node just before.
    comment.0.checked_sub(1).is_some_and(|before| is_text(NodeId(before)))
        && is_text(NodeId(comment.0.saturating_add(1)))
}
