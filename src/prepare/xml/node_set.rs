//! Digests of what has to be worked out on a tree: XPath, XPath Filter 2.0, base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::reference::{Reference, Target};
use super::{PrepareError, Signing};
use crate::algorithm::Digest;
use crate::profile::xmldsig::{Filter, NAMESPACE, Transform};
use crate::source::Source;
use crate::syntax::xml::tree::c14n::{Parameters, octets_of};
use crate::syntax::xml::tree::read::read;
use crate::syntax::xml::tree::{Kind, NodeId, NodeSet, Tree, XNode};
use crate::syntax::xml::xpath::filter::{self, Operation, xpath_filter2};
use crate::syntax::xml::xpath::{Budget, Environment, XPath};

/// What a transform takes and gives.
enum Data {
    Nodes(NodeSet),
    Octets(Vec<u8>),
}

struct Work<'a> {
    signing: &'a Signing,
    tree: Tree,
    /// The Signature element.
    signature: NodeId,
    ids: Vec<&'a str>,
    budget: Budget,
}

/// Puts the digests of the references that need a tree in their places. `whole` is the document with the
/// signature in it, whose element begins at `inserted`.
pub(super) fn digest<S: Source + ?Sized>(
    signing: &Signing,
    references: &[Reference],
    whole: &S,
    inserted: u64,
    digests: &mut [(String, Digest)],
) -> Result<(), PrepareError> {
    let tree = read(whole, &signing.limits)?;
    let is_signature = |id: &NodeId| tree.kind(*id) == Kind::Element && tree.offset(*id) == inserted;
    let signature = tree.subtree(Tree::ROOT).find(is_signature);
    let signature = signature.ok_or(PrepareError::Options("the signature is not where it was put"))?;
    let mut ids = super::survey::ID_ATTRIBUTES.to_vec();
    ids.push(&signing.id_attribute);
    let budget = Budget::new(&signing.limits);
    let mut work = Work { signing, tree, signature, ids, budget };
    for (index, (reference, (_, digest))) in references.iter().zip(digests).enumerate() {
        if reference.needs_tree() {
            let octets = work.octets(index, reference)?;
            *digest = digest.algorithm().hash(&octets);
        }
    }
    Ok(())
}

impl Work<'_> {
    fn octets(&mut self, index: usize, reference: &Reference) -> Result<Vec<u8>, PrepareError> {
        let refused = |what| PrepareError::Transforms { uri: reference.uri(), what };
        let named = match &reference.target {
            Target::Node(id) => self.element(id).ok_or_else(|| refused("is not there"))?,
            _ => Tree::ROOT,
        };
        let nodes = match named {
            Tree::ROOT => NodeSet::document(&self.tree, false),
            apex => NodeSet::subtree(&self.tree, apex, false),
        };
        let mut data = Data::Nodes(nodes);
        for (step, transform) in reference.transforms.iter().flatten().enumerate() {
            data = match (transform, data) {
                (Transform::EnvelopedSignature, Data::Nodes(nodes)) => {
                    Data::Nodes(nodes.without_subtree(&self.tree, self.signature))
                }
                (Transform::C14n { method, prefixes }, Data::Nodes(nodes)) => {
                    let parameters = Parameters { method: *method, prefixes: prefixes.clone() };
                    Data::Octets(self.canonical(&nodes, &parameters, &refused)?)
                }
                (Transform::Base64, Data::Nodes(nodes)) => {
                    let texts = nodes.nodes(&self.tree).filter(|id| self.tree.kind(*id) == Kind::Text);
                    let text: String = texts.map(|id| self.tree.text(id)).collect();
                    Data::Octets(decoded(text.as_bytes()).ok_or_else(|| refused("is no base64 text"))?)
                }
                (Transform::Base64, Data::Octets(octets)) => {
                    Data::Octets(decoded(&octets).ok_or_else(|| refused("is no base64 text"))?)
                }
                (Transform::XPath { expression, .. }, Data::Nodes(nodes)) => {
                    let here = self.xpath_elements(index, step).next();
                    let xpath = self.compile(expression, here)?;
                    let environment = Environment { here: here.map(XNode::Node), ids: &self.ids };
                    Data::Nodes(filter::xpath(&self.tree, &nodes, &xpath, environment, &mut self.budget)?)
                }
                (Transform::XPathFilter2 { filters, .. }, Data::Nodes(nodes)) => {
                    let heres: Vec<_> = self.xpath_elements(index, step).collect();
                    let mut read = Vec::with_capacity(filters.len());
                    for ((operation, expression), here) in filters.iter().zip(heres) {
                        read.push((*operation, self.compile(expression, Some(here))?, here));
                    }
                    let filters = read.iter().map(|(operation, xpath, here)| filter::Filter {
                        operation: match operation {
                            Filter::Intersect => Operation::Intersect,
                            Filter::Subtract => Operation::Subtract,
                            Filter::Union => Operation::Union,
                        },
                        xpath,
                        environment: Environment { here: Some(XNode::Node(*here)), ids: &self.ids },
                    });
                    let filters: Vec<_> = filters.collect();
                    Data::Nodes(xpath_filter2(&self.tree, &nodes, &filters, &mut self.budget)?)
                }
                (_, Data::Octets(_)) => {
                    return Err(refused(
                        "would have to be read as XML again; put canonicalisation and base64 last",
                    ));
                }
            };
        }
        let octets = match data {
            Data::Octets(octets) => octets,
            Data::Nodes(nodes) => self.canonical(&nodes, &Parameters::default(), &refused)?,
        };
        if octets.is_empty() { Err(refused("is nothing at all")) } else { Ok(octets) }
    }

    fn canonical(
        &self,
        nodes: &NodeSet,
        parameters: &Parameters,
        refused: &dyn Fn(&'static str) -> PrepareError,
    ) -> Result<Vec<u8>, PrepareError> {
        // What the value will be is not known, and the digest stands in the signature itself.
        if self.tree.subtree(self.signature).any(|id| nodes.contains_node(&self.tree, id)) {
            return Err(refused("holds the signature itself"));
        }
        Ok(octets_of(&self.tree, nodes, parameters, &self.signing.limits)?)
    }

    fn element(&self, id: &str) -> Option<NodeId> {
        let attribute = |element: NodeId| {
            self.tree.attributes(element).any(|attribute| {
                let named = self.tree.attribute_name(attribute).is_some_and(|name| {
                    match self.signing.id_attribute.split_once(':') {
                        Some((prefix, local)) => &*name.prefix == prefix && &*name.local == local,
                        None => name.prefix.is_empty() && *name.local == self.signing.id_attribute,
                    }
                });
                named && self.tree.attribute_value(attribute) == id
            })
        };
        self.tree.subtree(Tree::ROOT).find(|node| attribute(*node))
    }

    /// The elements that hold the expressions of a transform.
    fn xpath_elements(&self, reference: usize, transform: usize) -> impl Iterator<Item = NodeId> {
        let child = |parent: NodeId, local: &'static str, index: usize| {
            self.tree.children(parent).filter(move |id| self.tree.is(*id, NAMESPACE, local)).nth(index)
        };
        let transform = child(self.signature, "SignedInfo", 0)
            .and_then(|info| child(info, "Reference", reference))
            .and_then(|reference| child(reference, "Transforms", 0))
            .and_then(|transforms| child(transforms, "Transform", transform));
        transform
            .into_iter()
            .flat_map(|transform| self.tree.children(transform))
            .filter(|id| self.tree.name(*id).is_some_and(|name| &*name.local == "XPath"))
    }

    /// Prefixes mean what they mean where the expression stands.
    fn compile(&self, expression: &str, here: Option<NodeId>) -> Result<XPath, PrepareError> {
        let namespace = |prefix: &str| {
            here.and_then(|here| self.tree.namespace_of_prefix(here, prefix)).map(str::to_owned)
        };
        Ok(XPath::compile(expression, &namespace, &self.signing.limits)?)
    }
}

/// Base64 with white space anywhere (XMLDSig 1.1, 6.6.2).
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(text).ok()
}
