//! Which namespaces are in scope where (Namespaces in XML 1.0, 6.1; XPath 1.0, 5.4).

use std::collections::HashSet;

use super::{Declaration, NodeId, Tree};
use crate::syntax::xml::XML_NAMESPACE;

/// What a namespace node says, a prefix and a namespace name: the place of its declaration among all
/// declarations of the document. A namespace node itself is this together with an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NamespaceId(pub(crate) u32);

impl NamespaceId {
    /// The prefix `xml`, which needs no declaration.
    pub(crate) const XML: Self = Self(u32::MAX);
}

impl Tree {
    /// The nearest element, itself or above, that declares namespaces; the document node if none does.
    pub(crate) fn scope(&self, id: NodeId) -> NodeId {
        self.node(id).map_or(Self::ROOT, |node| node.scope)
    }

    /// The prefix, empty for the default namespace, and the namespace name.
    pub(crate) fn namespace(&self, id: NamespaceId) -> (&str, &str) {
        if id == NamespaceId::XML {
            return ("xml", XML_NAMESPACE);
        }
        self.declarations.get(id.0 as usize).map_or(("", ""), |declared| (&declared.prefix, &declared.uri))
    }

    /// The declarations in an element's own tag, each with its place. One of the prefix `xml` says
    /// nothing new and is left out.
    pub(crate) fn declared(&self, id: NodeId) -> impl Iterator<Item = (NamespaceId, &Declaration)> {
        let first = self.first_declaration(id);
        (first..)
            .map(NamespaceId)
            .zip(self.declarations(id))
            .filter(|(_, declaration)| &*declaration.prefix != "xml")
    }

    /// The elements, itself or above and nearest first, that declare namespaces.
    fn scopes(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let outer = |scope: &NodeId| {
            let scope = self.scope(self.parent(*scope)?);
            (scope != Self::ROOT).then_some(scope)
        };
        std::iter::successors(Some(self.scope(id)).filter(|scope| *scope != Self::ROOT), outer)
    }

    /// The namespace nodes of an element, sorted by prefix, so the default namespace first; `xml` is one
    /// of them. Of anything else none.
    pub(crate) fn namespaces_in_scope(&self, id: NodeId) -> Vec<NamespaceId> {
        if self.name(id).is_none() {
            return Vec::new();
        }
        let mut seen = HashSet::new();
        let mut found = vec![NamespaceId::XML];
        for scope in self.scopes(id) {
            for (namespace, declaration) in self.declared(scope) {
                if seen.insert(&*declaration.prefix) && !declaration.uri.is_empty() {
                    found.push(namespace);
                }
            }
        }
        found.sort_unstable_by_key(|namespace| self.namespace(*namespace).0);
        found
    }

    /// The namespace name that a prefix, empty for the default namespace, is bound to at a node.
    pub(crate) fn namespace_of_prefix(&self, id: NodeId, prefix: &str) -> Option<&str> {
        if prefix == "xml" {
            return Some(XML_NAMESPACE);
        }
        let of_prefix =
            |scope| self.declarations(scope).iter().find(|declaration| &*declaration.prefix == prefix);
        let nearest = self.scopes(id).find_map(of_prefix)?;
        Some(&*nearest.uri).filter(|uri| !uri.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::xml::tree::sample::{element, tree};

    fn in_scope(tree: &Tree, local: &str) -> String {
        let list = tree.namespaces_in_scope(element(tree, local));
        let show = |id| {
            let (prefix, uri) = tree.namespace(id);
            format!("{prefix}={uri}")
        };
        list.into_iter().filter(|id| *id != NamespaceId::XML).map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn declarations_shadow_and_undeclare() {
        let tree = tree(
            r#"<a xmlns="u:d" xmlns:z="u:z" xmlns:b="u:b"><b xmlns=""><c xmlns:b="u:c" xmlns="u:e"/></b>
            <d/></a>"#,
        );
        assert_eq!(in_scope(&tree, "a"), "=u:d b=u:b z=u:z");
        assert_eq!(in_scope(&tree, "b"), "b=u:b z=u:z");
        assert_eq!(in_scope(&tree, "c"), "=u:e b=u:c z=u:z");
        assert_eq!(in_scope(&tree, "d"), "=u:d b=u:b z=u:z");
        let c = element(&tree, "c");
        assert_eq!(tree.namespaces_in_scope(c).iter().filter(|id| **id == NamespaceId::XML).count(), 1);
        assert_eq!(tree.namespace_of_prefix(c, "b"), Some("u:c"));
        assert_eq!(tree.namespace_of_prefix(element(&tree, "b"), ""), None);
        assert_eq!(tree.namespace_of_prefix(c, "xml"), Some(XML_NAMESPACE));
        assert_eq!(tree.namespaces_in_scope(Tree::ROOT), []);
    }
}
