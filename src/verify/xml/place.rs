//! Where nodes stand, and which element has an id.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::syntax::xml::XML_NAMESPACE;
use crate::syntax::xml::tree::{Kind, NodeId, Tree};

/// Paths that are longer, in bytes, are cut: a document could have as many as it likes of its own length.
pub(super) const LONGEST: usize = 4096;

/// Paths and ids of a document, worked out when first asked for.
pub(super) struct Places<'t> {
    tree: &'t Tree,
    id_attributes: &'t [String],
    /// By node: its number among siblings of the same name, from 1; 0 where it is the only one.
    numbers: OnceCell<Vec<u32>>,
    ids: OnceCell<HashMap<String, Owners>>,
}

/// The elements that have an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owners {
    One(NodeId),
    /// The first two.
    Several(NodeId, NodeId),
}

impl<'t> Places<'t> {
    /// `id_attributes`: the names of further attributes that are ids, in whatever namespace.
    pub(super) const fn new(tree: &'t Tree, id_attributes: &'t [String]) -> Self {
        Self { tree, id_attributes, numbers: OnceCell::new(), ids: OnceCell::new() }
    }

    /// The path of a node: `/` of the document, `…/text()` of text, else that of the element. One that
    /// is longer than [`LONGEST`] ends, after its beginning, in `…` and the number of the node.
    pub(super) fn path(&self, node: NodeId) -> String {
        let numbers = self.numbers.get_or_init(|| numbers(self.tree));
        let mut steps = Vec::new();
        for node in self.tree.ancestors_or_self(node) {
            match (self.tree.kind(node), self.tree.name(node)) {
                (Kind::Element, Some(name)) => {
                    let mut step = String::from("/");
                    if !name.prefix.is_empty() {
                        step.push_str(&name.prefix);
                        step.push(':');
                    }
                    step.push_str(&name.local);
                    if let Some(number) = numbers.get(node.0 as usize).filter(|number| **number > 0) {
                        step.push_str(&format!("[{number}]"));
                    }
                    steps.push(step);
                }
                (Kind::Text, _) => steps.push("/text()".to_owned()),
                (Kind::Comment, _) => steps.push("/comment()".to_owned()),
                (Kind::ProcessingInstruction, _) => steps.push("/processing-instruction()".to_owned()),
                _ => {}
            }
        }
        if steps.is_empty() {
            return "/".to_owned();
        }
        let mut path = String::new();
        for step in steps.iter().rev() {
            if path.len().saturating_add(step.len()) > LONGEST {
                return format!("{path}/…{}", node.0);
            }
            path.push_str(step);
        }
        path
    }

    /// The elements that have `id` in any of their id attributes.
    pub(super) fn with_id(&self, id: &str) -> Option<Owners> {
        self.ids.get_or_init(|| self.all_ids()).get(id).copied()
    }

    fn all_ids(&self) -> HashMap<String, Owners> {
        let mut ids: HashMap<String, Owners> = HashMap::new();
        for attribute in self.tree.all_attributes() {
            let Some(name) = self.tree.attribute_name(attribute) else { continue };
            let is_xml_id = &*name.namespace == XML_NAMESPACE && &*name.local == "id";
            let is_id = is_xml_id
                || (name.namespace.is_empty() && matches!(&*name.local, "Id" | "id" | "ID"))
                || self.id_attributes.iter().any(|extra| **extra == *name.local);
            if !is_id {
                continue;
            }
            let owner = self.tree.attribute_owner(attribute);
            let value = self.tree.attribute_value(attribute);
            // Some processors take xml:id for an ID, whose white space does not count.
            let value = if is_xml_id {
                value.split(' ').filter(|one| !one.is_empty()).collect::<Vec<_>>().join(" ")
            } else {
                value.to_owned()
            };
            ids.entry(value)
                .and_modify(|owners| {
                    if let Owners::One(first) = owners
                        && *first != owner
                    {
                        *owners = Owners::Several(*first, owner);
                    }
                })
                .or_insert(Owners::One(owner));
        }
        ids
    }
}

/// Numbers every element among its siblings of the same name, as it is written.
fn numbers(tree: &Tree) -> Vec<u32> {
    let mut numbers = vec![0_u32; tree.len() as usize];
    for parent in tree.subtree(Tree::ROOT) {
        // A new one each time: emptying one that was large takes as long as it was large.
        let mut same: HashMap<(&str, &str), Vec<NodeId>> = HashMap::new();
        for child in tree.children(parent) {
            if let Some(name) = tree.name(child) {
                same.entry((&name.prefix, &name.local)).or_default().push(child);
            }
        }
        for group in same.values().filter(|group| group.len() > 1) {
            for (number, child) in (1..).zip(group) {
                if let Some(slot) = numbers.get_mut(child.0 as usize) {
                    *slot = number;
                }
            }
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::verify::xml::read::read;

    #[test]
    fn paths_and_ids() {
        let text = br#"<a><b Id="x"/><c xml:id=" y "/><b id="x"/><p:b xmlns:p="urn:p" p:key="k">t</p:b></a>"#;
        let tree = read(text, &Limits::default()).unwrap();
        let extra = ["key".to_owned()];
        let places = Places::new(&tree, &extra);
        let paths: Vec<_> = tree.subtree(Tree::ROOT).map(|node| places.path(node)).collect();
        assert_eq!(paths, ["/", "/a", "/a/b[1]", "/a/c", "/a/b[2]", "/a/p:b", "/a/p:b/text()"]);
        assert!(matches!(places.with_id("x"), Some(Owners::Several(NodeId(2), NodeId(4)))));
        assert_eq!(places.with_id("y"), Some(Owners::One(NodeId(3))));
        assert_eq!(places.with_id("k"), Some(Owners::One(NodeId(5))));
        assert_eq!(places.with_id("z"), None);
    }
}
