//! The XPath transforms (XML Signature 1.1, 6.6.3; XML-Signature XPath Filter 2.0).

use std::cell::Cell;

use super::super::FindingKind;
use super::transform::Refusal;
use crate::limits::Limits;
use crate::syntax::xml::tree::{NodeId, NodeSet, Tree};

pub(super) fn filter(
    _: &Tree,
    _: NodeId,
    _: &Tree,
    _: &NodeSet,
    _: &Limits,
    _: &Cell<u64>,
) -> Result<NodeSet, Refusal> {
    Err(Refusal::new(FindingKind::TransformRefused, "XPath"))
}
pub(super) fn filter2(
    _: &Tree,
    _: NodeId,
    _: &Tree,
    _: &NodeSet,
    _: &Limits,
    _: &Cell<u64>,
) -> Result<NodeSet, Refusal> {
    Err(Refusal::new(FindingKind::TransformRefused, "XPath"))
}
