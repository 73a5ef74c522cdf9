//! Signature wrapping: what was signed is still there and unchanged, but stands where nobody looks for it,
//! while something else stands in its place.
//!
//! Where things must stand only the application knows, which is told the paths. What no signer makes is
//! refused here.

use std::collections::HashMap;

use super::identifier::{DSIG, is_xades};
use super::place::Places;
use super::structure::called;
use crate::syntax::xml::tree::{Kind, NodeId, Tree};

/// Elements of one name that are looked at for one that is not signed.
const TWINS: usize = 10_000;

/// The elements of a document by namespace and local name.
pub(super) struct Names<'t> {
    tree: &'t Tree,
    by_name: HashMap<(&'t str, &'t str), Vec<NodeId>>,
}

impl<'t> Names<'t> {
    pub(super) fn new(tree: &'t Tree) -> Self {
        let mut by_name: HashMap<_, Vec<NodeId>> = HashMap::new();
        for node in tree.subtree(Tree::ROOT) {
            if let Some(name) = tree.name(node) {
                by_name.entry((&*name.namespace, &*name.local)).or_default().push(node);
            }
        }
        Self { tree, by_name }
    }

    /// The elements that are called as this one is, it among them, in document order.
    fn same(&self, node: NodeId) -> &[NodeId] {
        let name = self.tree.name(node);
        let key = name.map(|name| (&*name.namespace, &*name.local));
        key.and_then(|key| self.by_name.get(&key)).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Whether elements of this namespace belong to signatures and stand in each of them.
fn is_apparatus(namespace: &str) -> bool {
    namespace == DSIG || is_xades(namespace)
}

fn is_inside(tree: &Tree, node: NodeId, of: NodeId) -> bool {
    node > of && node < tree.end(of)
}

/// Whether an element belongs to the signature's own bookkeeping, not to what people sign.
pub(super) fn is_bookkeeping(tree: &Tree, node: NodeId, signature: NodeId) -> bool {
    if !is_inside(tree, node, signature) {
        return false;
    }
    let object = tree.ancestors_or_self(node).find(|above| tree.parent(*above) == Some(signature));
    let Some(object) = object.filter(|object| tree.is(*object, DSIG, "Object")) else { return true };
    if node != object {
        return tree
            .ancestors_or_self(node)
            .take_while(|above| *above != object)
            .any(|one| is_properties(tree, one));
    }
    let mut contents = tree.children(object).filter(|child| match tree.kind(*child) {
        Kind::Text => !tree.text(*child).trim().is_empty(),
        kind => kind == Kind::Element,
    });
    let mut any = false;
    let only_properties = contents.all(|child| {
        any = true;
        is_properties(tree, child)
    });
    any && only_properties
}

/// Some signers put SignatureProperties in no namespace, so the name alone decides there.
fn is_properties(tree: &Tree, node: NodeId) -> bool {
    tree.name(node).is_some_and(|name| match &*name.local {
        "SignatureProperties" | "SignatureProperty" => true,
        "Manifest" => &*name.namespace == DSIG,
        "QualifyingProperties" => is_xades(&name.namespace),
        _ => false,
    })
}

/// What is wrong with the place of `target`, which `signature` signs by its id.
pub(super) fn misplaced(
    tree: &Tree,
    places: &Places<'_>,
    names: &Names<'_>,
    signature: NodeId,
    target: NodeId,
) -> Option<String> {
    let here = || places.path(target);
    if is_inside(tree, target, signature) {
        if is_bookkeeping(tree, target, signature) || tree.parent(signature) == Some(Tree::ROOT) {
            return None;
        }
        // An enveloping signature inside a document that has another element of that name.
        let contents: Vec<NodeId> = if tree.is(target, DSIG, "Object") {
            tree.children(target).filter(|child| tree.kind(*child) == Kind::Element).collect()
        } else {
            vec![target]
        };
        let foreign = |one: &&NodeId| tree.name(**one).is_some_and(|name| !is_apparatus(&name.namespace));
        // In document order, so that only the first and the last can stand outside while others do not.
        let outside = |content: &NodeId| {
            let same = names.same(*content);
            let ends = [same.first(), same.last()];
            ends.into_iter().flatten().copied().find(|one| !is_inside(tree, *one, signature))
        };
        let twin = contents.iter().filter(foreign).find_map(outside);
        return twin.map(|twin| {
            let twin = places.path(twin);
            format!("{} stands inside the signature, and {twin} is called the same", here())
        });
    }
    let object = tree.ancestors_or_self(target).skip(1).find(|above| {
        tree.is(*above, DSIG, "Object")
            && tree.parent(*above).is_some_and(|parent| tree.is(parent, DSIG, "Signature"))
    });
    if let Some(object) = object.filter(|object| !is_inside(tree, signature, *object)) {
        return Some(format!(
            "{} stands inside {}, an Object of another signature",
            here(),
            places.path(object)
        ));
    }
    // The signature stands in something called like what it signs, which is not what it signs.
    let name = tree.name(target).filter(|name| !is_apparatus(&name.namespace))?;
    let around = tree.ancestors_or_self(signature).skip(1).find(|above| {
        *above != target && !is_inside(tree, *above, target) && tree.is(*above, &name.namespace, &name.local)
    });
    around.map(|around| {
        let around = places.path(around);
        format!("{} is signed, but the signature stands in {around}, which is called the same", here())
    })
}

/// An element called like `target` that nothing signs, in words.
pub(super) fn twin(
    tree: &Tree,
    places: &Places<'_>,
    names: &Names<'_>,
    target: NodeId,
    signed: &[(NodeId, NodeId)],
) -> Option<String> {
    if tree.name(target).is_none_or(|name| is_apparatus(&name.namespace)) {
        return None;
    }
    let is_signed = |node: NodeId| {
        let before = signed.partition_point(|(start, _)| *start <= node);
        before.checked_sub(1).and_then(|at| signed.get(at)).is_some_and(|(_, end)| node < *end)
    };
    let twin = names.same(target).iter().take(TWINS).find(|one| **one != target && !is_signed(**one))?;
    let (name, path) = (called(tree, target), places.path(*twin));
    Some(format!("{path} is called {name} too, but is not signed; {} is", places.path(target)))
}

/// Subtrees as runs that lie apart, in document order.
pub(super) fn merged(tree: &Tree, mut nodes: Vec<NodeId>) -> Vec<(NodeId, NodeId)> {
    nodes.sort_unstable();
    let mut runs: Vec<(NodeId, NodeId)> = Vec::new();
    for node in nodes {
        if runs.last().is_none_or(|(_, end)| node >= *end) {
            runs.push((node, tree.end(node)));
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::verify::xml::read::read;

    /// What is found for the target `#t` of the first Signature.
    fn look(text: &str) -> Option<String> {
        let tree = read(text.as_bytes(), &Limits::default()).unwrap();
        let places = Places::new(&tree, &[]);
        let names = Names::new(&tree);
        let signature = tree.subtree(Tree::ROOT).find(|node| tree.is(*node, DSIG, "Signature")).unwrap();
        let Some(super::super::place::Owners::One(target)) = places.with_id("t") else { panic!("{text}") };
        misplaced(&tree, &places, &names, signature, target)
    }

    const S: &str = r#"<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>"#;

    fn object(inside: &str) -> String {
        format!(
            r#"<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"><s:Object>{inside}</s:Object></s:Signature>"#
        )
    }

    #[test]
    fn places_that_signers_use() {
        for text in [
            format!(r#"<HDon><DLHDon Id="t"/><DSCKS>{S}</DSCKS></HDon>"#),
            format!(r#"<r><a Id="t"><b/>{S}</a><a/></r>"#),
            format!(r#"<a Id="t"><a>{S}</a></a>"#),
            object(r#"<x Id="t"/>"#),
            format!("<r>{}</r>", object(r#"<x Id="t"/>"#)),
            format!(
                "<r>{}</r>",
                object(r#"<s:SignatureProperties Id="t"><s:SignatureProperty/></s:SignatureProperties>"#)
            ),
            object(&format!(r#"<r><x Id="t"/>{S}</r>"#)),
        ] {
            assert_eq!(look(&text), None, "{text}");
        }
    }

    #[test]
    fn places_that_attackers_use() {
        for text in [
            format!("<x>{}</x>", object(r#"<x Id="t"/>"#)),
            format!("<r><x/>{}</r>", object(r#"<y><x Id="t"/></y>"#)),
            format!(r#"<x><x Id="t"/>{S}</x>"#),
            format!(r#"<r><x>{S}</x><x Id="t"/></r>"#),
            format!(r#"<x><x Id="t">{S}</x></x>"#),
            format!(r#"<r>{S}{}</r>"#, object(r#"<x Id="t"/>"#)),
        ] {
            assert!(look(&text).is_some(), "{text}");
        }
    }

    #[test]
    fn runs_of_nodes() {
        let tree = read(b"<a><b><c/></b><b/></a>", &Limits::default()).unwrap();
        let runs = merged(&tree, vec![NodeId(4), NodeId(3), NodeId(2)]);
        assert_eq!(runs, [(NodeId(2), NodeId(4)), (NodeId(4), NodeId(5))]);
        let names = Names::new(&tree);
        let places = Places::new(&tree, &[]);
        assert_eq!(twin(&tree, &places, &names, NodeId(2), &runs), None);
        assert!(twin(&tree, &places, &names, NodeId(2), &runs[..1]).unwrap().starts_with("/a/b[2] "));
    }
}
