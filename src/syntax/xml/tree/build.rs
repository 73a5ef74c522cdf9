//! Building a tree from what a reader reports, in document order.

use std::collections::HashMap;

use super::{Attribute, AttributeId, Content, Declaration, Kind, Name, Node, NodeId, Tree};
use crate::limits::Limits;
use crate::syntax::xml::XmlError;

/// Builds a [`Tree`]. Adjoining text is one node (XPath 1.0, 5.7), empty text none.
#[derive(Debug)]
pub(crate) struct Builder {
    tree: Tree,
    known: HashMap<Name, u32>,
    open: Vec<NodeId>,
    most: u32,
}

impl Builder {
    /// An empty document, of at most [`Limits::xml_nodes`] nodes and as many attributes.
    pub(crate) fn new(limits: &Limits) -> Self {
        let document = Node {
            kind: Kind::Document,
            parent: Tree::ROOT,
            end: NodeId(1),
            scope: Tree::ROOT,
            offset: 0,
            content: Content::Document,
        };
        Self {
            tree: Tree {
                nodes: vec![document],
                attributes: Vec::new(),
                declarations: Vec::new(),
                names: Vec::new(),
                text: String::new(),
            },
            known: HashMap::new(),
            open: vec![Tree::ROOT],
            most: limits.xml_nodes,
        }
    }

    fn name(&mut self, name: Name) -> u32 {
        if let Some(known) = self.known.get(&name) {
            return *known;
        }
        let index = u32::try_from(self.tree.names.len()).unwrap_or(u32::MAX);
        self.tree.names.push(name.clone());
        self.known.insert(name, index);
        index
    }

    fn push(&mut self, kind: Kind, offset: u64, content: Content) -> Result<NodeId, XmlError> {
        let id = self.tree.len();
        if id >= self.most || self.tree.attributes.len() >= self.most as usize {
            return Err(XmlError::limit(offset, "nodes", self.most.into()));
        }
        let parent = self.open.last().copied().unwrap_or(Tree::ROOT);
        let scope = match content {
            Content::Element { declarations: (start, end), .. } if start < end => NodeId(id),
            _ => self.tree.scope(parent),
        };
        let end = NodeId(id.saturating_add(1));
        self.tree.nodes.push(Node { kind, parent, end, scope, offset, content });
        Ok(NodeId(id))
    }

    /// Opens an element. The reader has resolved the names and seen that attributes are unique.
    pub(crate) fn start_element(
        &mut self,
        offset: u64,
        name: Name,
        declarations: Vec<Declaration>,
        attributes: Vec<(Name, String)>,
    ) -> Result<NodeId, XmlError> {
        let name = self.name(name);
        let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let declared = length(self.tree.declarations.len());
        self.tree.declarations.extend(declarations);
        let declarations = (declared, length(self.tree.declarations.len()));
        let first = length(self.tree.attributes.len());
        let run = (first, first.saturating_add(length(attributes.len())));
        let id =
            self.push(Kind::Element, offset, Content::Element { name, attributes: run, declarations })?;
        for (name, value) in attributes {
            let name = self.name(name);
            let start = self.tree.text.len();
            self.tree.text.push_str(&value);
            let value = (start, self.tree.text.len());
            self.tree.attributes.push(Attribute { owner: id, name, value });
        }
        self.open.push(id);
        Ok(id)
    }

    /// Closes the element that is open.
    pub(crate) fn end_element(&mut self) {
        if self.open.len() > 1
            && let Some(id) = self.open.pop()
        {
            self.close(id);
        }
    }

    fn close(&mut self, id: NodeId) {
        let end = NodeId(self.tree.len());
        if let Some(node) = self.tree.nodes.get_mut(id.0 as usize) {
            node.end = end;
        }
    }

    /// Adds text to what is open; character data outside the root element is not for a tree.
    pub(crate) fn text(&mut self, offset: u64, text: &str) -> Result<(), XmlError> {
        if text.is_empty() || self.open.len() < 2 {
            return Ok(());
        }
        let at = self.tree.text.len();
        let parent = self.open.last().copied();
        match self.tree.nodes.last_mut() {
            // The text before it, if nothing stood between.
            Some(Node { kind: Kind::Text, parent: before, content: Content::Text { end, .. }, .. })
                if Some(*before) == parent && *end == at =>
            {
                *end = at.saturating_add(text.len());
                self.tree.text.push_str(text);
            }
            _ => {
                self.tree.text.push_str(text);
                let content = Content::Text { start: at, end: self.tree.text.len() };
                self.push(Kind::Text, offset, content)?;
            }
        }
        Ok(())
    }

    /// Adds a comment.
    pub(crate) fn comment(&mut self, offset: u64, text: &str) -> Result<(), XmlError> {
        self.leaf(Kind::Comment, offset, &[text])
    }

    /// Adds a processing instruction; `data` without the white space before it, empty if there is none.
    pub(crate) fn processing_instruction(
        &mut self,
        offset: u64,
        target: &str,
        data: &str,
    ) -> Result<(), XmlError> {
        let space = if data.is_empty() { "" } else { " " };
        self.leaf(Kind::ProcessingInstruction, offset, &[target, space, data])
    }

    fn leaf(&mut self, kind: Kind, offset: u64, parts: &[&str]) -> Result<(), XmlError> {
        let start = self.tree.text.len();
        self.tree.text.extend(parts.iter().copied());
        self.push(kind, offset, Content::Text { start, end: self.tree.text.len() })?;
        Ok(())
    }

    /// The tree. The reader has seen to it that every element is closed.
    pub(crate) fn finish(mut self) -> Tree {
        while let Some(id) = self.open.pop() {
            self.close(id);
        }
        self.tree
    }
}

impl Tree {
    /// Number of attributes.
    pub(crate) fn attribute_count(&self) -> u32 {
        u32::try_from(self.attributes.len()).unwrap_or(u32::MAX)
    }

    /// All attributes of the document, in document order.
    pub(crate) fn all_attributes(&self) -> impl Iterator<Item = AttributeId> + use<> {
        (0..self.attribute_count()).map(AttributeId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(local: &str) -> Name {
        Name { prefix: "".into(), local: local.into(), namespace: "".into() }
    }

    #[test]
    fn nodes_stand_in_document_order() {
        let mut builder = Builder::new(&Limits::default());
        builder.comment(0, "before").unwrap();
        let root = builder.start_element(9, name("a"), vec![], vec![(name("x"), "1".into())]).unwrap();
        builder.text(12, "one ").unwrap();
        builder.text(16, "two").unwrap();
        let inner = builder.start_element(19, name("b"), vec![], vec![]).unwrap();
        builder.processing_instruction(22, "t", "d").unwrap();
        builder.end_element();
        builder.text(30, "three").unwrap();
        builder.end_element();
        let tree = builder.finish();
        assert_eq!(tree.document_element(), Some(root));
        let children: Vec<_> = tree.children(root).collect();
        assert_eq!(children.iter().map(|id| tree.text(*id)).collect::<Vec<_>>(), ["one two", "", "three"]);
        assert_eq!(tree.text(tree.children(inner).next().unwrap()), "t d");
        assert_eq!((tree.parent(inner), tree.attribute(root, "", "x")), (Some(root), Some("1")));
        assert_eq!(tree.ancestors_or_self(inner).count(), 3);
        assert_eq!(tree.subtree(root).count(), 5);
    }
}
