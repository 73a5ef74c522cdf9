//! The transforms that choose nodes by expressions: XPath Filtering (XML Signature, 6.6.3) and
//! XML-Signature XPath Filter 2.0.

use super::evaluate::Evaluator;
use super::{Budget, Environment, Value, XPath, XPathError, evaluate};
use crate::syntax::xml::tree::{Kind, NamespaceId, NodeSet, SetBuilder, Tree, XNode};

/// XPath Filtering: the nodes of a node-set for which an expression is true, each the context node in its
/// turn.
///
/// # Errors
///
/// As [`evaluate`].
pub(crate) fn xpath(
    tree: &Tree,
    input: &NodeSet,
    xpath: &XPath,
    environment: Environment<'_>,
    budget: &mut Budget,
) -> Result<NodeSet, XPathError> {
    let mut evaluator = Evaluator::new(tree, xpath, environment, budget);
    let mut set = SetBuilder::new(tree);
    for id in tree.subtree(Tree::ROOT) {
        let node = XNode::Node(id);
        if input.contains_node(tree, id) && evaluator.truth_at(node)? {
            set.insert(node);
        }
        if tree.kind(id) != Kind::Element {
            continue;
        }
        for attribute in tree.attributes(id) {
            let node = XNode::Attribute(attribute);
            if input.contains_attribute(tree, attribute) && evaluator.truth_at(node)? {
                set.insert(node);
            }
        }
        let all = input.contains_all_namespaces(tree, id);
        if !all && input.some_namespaces(id).next().is_none() {
            continue;
        }
        if evaluator.namespaces_are_alike() {
            // Whatever is true of one of them is true of the others: `xml` every element has.
            if !evaluator.truth_at(XNode::Namespace(id, NamespaceId::XML))? {
                continue;
            }
            if all {
                set.insert_namespaces(id);
                continue;
            }
            for namespace in input.some_namespaces(id) {
                evaluator.charge(NAMESPACE)?;
                set.insert(XNode::Namespace(id, namespace));
            }
            continue;
        }
        let mut kept = Vec::new();
        let namespaces = evaluator.namespaces(id)?;
        for namespace in namespaces.iter().copied() {
            if input.contains_namespace(tree, id, namespace)
                && evaluator.truth_at(XNode::Namespace(id, namespace))?
            {
                kept.push(namespace);
            }
        }
        if kept.len() == namespaces.len() {
            set.insert_namespaces(id);
        } else {
            for namespace in kept {
                evaluator.charge(NAMESPACE)?;
                set.insert(XNode::Namespace(id, namespace));
            }
        }
    }
    Ok(set.finish(tree))
}

/// What a namespace node kept by itself is charged: it takes memory, and there can be very many.
const NAMESPACE: usize = 16;

/// What a filter does with the subtrees it selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Intersect,
    Subtract,
    Union,
}

impl Operation {
    /// The operation of this `Filter` attribute.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "intersect" => Some(Self::Intersect),
            "subtract" => Some(Self::Subtract),
            "union" => Some(Self::Union),
            _ => None,
        }
    }
}

/// One `XPath` element of XPath Filter 2.0.
#[derive(Debug)]
pub(crate) struct Filter<'a> {
    pub(crate) operation: Operation,
    pub(crate) xpath: &'a XPath,
    pub(crate) environment: Environment<'a>,
}

/// XPath Filter 2.0: the nodes of a node-set that are left after every filter in its turn has narrowed or
/// widened the whole document by the subtrees it selects.
///
/// # Errors
///
/// As [`evaluate`], and [`XPathError::NodeSet`] if an expression is of another type.
pub(crate) fn xpath_filter2(
    tree: &Tree,
    input: &NodeSet,
    filters: &[Filter<'_>],
    budget: &mut Budget,
) -> Result<NodeSet, XPathError> {
    let mut kept = NodeSet::document(tree, true);
    for Filter { operation, xpath, environment } in filters {
        let found = xpath.0.facts.kind.name();
        let root = XNode::Node(Tree::ROOT);
        let Value::Nodes(nodes) = evaluate(tree, xpath, root, *environment, budget)? else {
            return Err(XPathError::NodeSet { position: 0, found });
        };
        budget.charge(u64::from(tree.len()).saturating_add(u64::from(tree.attribute_count())))?;
        let selected = NodeSet::expansion(tree, &nodes);
        kept = kept.combined(
            tree,
            &selected,
            match operation {
                Operation::Intersect => |before, selected| before && selected,
                Operation::Subtract => |before, selected| before && !selected,
                Operation::Union => |before, selected| before || selected,
            },
        );
    }
    Ok(input.combined(tree, &kept, |input, kept| input && kept))
}
