//! The XPath transforms: what they are given, from where it stands in the document (XML Signature 1.1,
//! 6.6.3; XML-Signature XPath Filter 2.0).

use super::super::FindingKind;
use super::identifier::{DSIG, FILTER2};
use super::structure::{called, elements, text_of};
use super::transform::Refusal;
use crate::limits::Limits;
use crate::syntax::xml::XPathError;
use crate::syntax::xml::tree::{NodeId, NodeSet, Tree, XNode};
use crate::syntax::xml::xpath::filter::{self, Filter, Operation};
use crate::syntax::xml::xpath::{Budget, Environment, XPath};

/// The attributes that `id()` takes for ids, further ones apart.
const IDS: [&str; 4] = ["Id", "id", "ID", "xml:id"];

/// A Transform whose parameter is XPath.
pub(super) struct Filters<'a> {
    /// The document that the Transform stands in.
    pub(super) document: &'a Tree,
    pub(super) transform: NodeId,
    pub(super) id_attributes: &'a [String],
    pub(super) limits: &'a Limits,
}

impl Filters<'_> {
    /// XPath Filtering of the nodes `input` of `tree`.
    pub(super) fn xpath(
        &self,
        tree: &Tree,
        input: &NodeSet,
        budget: &mut Budget,
    ) -> Result<NodeSet, Refusal> {
        let elements = self.parameters(DSIG)?;
        let [element] = elements.as_slice() else {
            return Err(refused("the XPath transform has more than one parameter".to_owned()));
        };
        let xpath = self.compile(*element)?;
        let ids = self.ids();
        filter::xpath(tree, input, &xpath, self.environment(tree, *element, &ids), budget)
            .map_err(|error| refusal(&error))
    }

    /// XPath Filter 2.0 of the nodes `input` of `tree`.
    pub(super) fn filter2(
        &self,
        tree: &Tree,
        input: &NodeSet,
        budget: &mut Budget,
    ) -> Result<NodeSet, Refusal> {
        let elements = self.parameters(FILTER2)?;
        let ids = self.ids();
        let mut compiled = Vec::new();
        for element in &elements {
            let name = self.document.attribute(*element, "", "Filter").unwrap_or_default();
            let operation = Operation::named(name)
                .ok_or_else(|| refused(format!("the filter {name:?} is none of XPath Filter 2.0")))?;
            compiled.push((operation, self.compile(*element)?, *element));
        }
        let filters: Vec<Filter<'_>> = compiled
            .iter()
            .map(|(operation, xpath, element)| Filter {
                operation: *operation,
                xpath,
                environment: self.environment(tree, *element, &ids),
            })
            .collect();
        filter::xpath_filter2(tree, input, &filters, budget).map_err(|error| refusal(&error))
    }

    /// The `XPath` elements of this namespace, the only children there may be.
    fn parameters(&self, namespace: &str) -> Result<Vec<NodeId>, Refusal> {
        let found = elements(self.document, self.transform).map_err(refused)?;
        if let Some(other) = found.iter().find(|one| !self.document.is(**one, namespace, "XPath")) {
            let name = called(self.document, *other);
            return Err(refused(format!("the XPath transform has the unexpected parameter {name}")));
        }
        if found.is_empty() || found.len() > self.limits.references {
            return Err(refused(format!("the XPath transform has {} expressions", found.len())));
        }
        Ok(found)
    }

    fn compile(&self, element: NodeId) -> Result<XPath, Refusal> {
        let expression = text_of(self.document, element).map_err(refused)?;
        let namespace = |prefix: &str| self.document.namespace_of_prefix(element, prefix).map(str::to_owned);
        XPath::compile(&expression, &namespace, self.limits).map_err(|error| refusal(&error))
    }

    fn ids(&self) -> Vec<&str> {
        IDS.into_iter().chain(self.id_attributes.iter().map(String::as_str)).collect()
    }

    fn environment<'i>(&self, tree: &Tree, element: NodeId, ids: &'i [&'i str]) -> Environment<'i> {
        // `here()` is of no use on octets that were read again: the expression is not in them.
        let here = std::ptr::eq(tree, self.document).then_some(XNode::Node(element));
        Environment { here, ids }
    }
}

fn refused(why: String) -> Refusal {
    Refusal::new(FindingKind::TransformRefused, why)
}

fn refusal(error: &XPathError) -> Refusal {
    let kind = match error {
        XPathError::TooExpensive { .. } => FindingKind::TooMuchWork,
        _ => FindingKind::TransformRefused,
    };
    Refusal::new(kind, format!("XPath: {error}"))
}
