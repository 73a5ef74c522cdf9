//! The attribute axis of an element, and what it inherits from elements that are not in the set
//! (Canonical XML 1.0 and 1.1, 2.4).

use std::borrow::Cow;
use std::collections::HashSet;

use super::uri::join;
use super::{Walk, XmlError};
use crate::syntax::xml::tree::{AttributeId, Name, NodeId};
use crate::syntax::xml::{C14nMethod, XML_NAMESPACE};

/// An attribute as it is written.
pub(super) struct Rendered<'a> {
    pub(super) name: &'a Name,
    pub(super) value: Cow<'a, str>,
}

impl<'a> Walk<'a> {
    /// The attributes in the tag of an element, sorted. An `orphan` is in the set and its parent is not; `above` is the nearest element above it in the set, and attributes of the `xml` namespace
    /// above it are those before `inherited`.
    pub(super) fn attribute_axis(
        &mut self,
        id: NodeId,
        orphan: bool,
        above: Option<usize>,
        inherited: usize,
    ) -> Result<Vec<Rendered<'a>>, XmlError> {
        let (tree, set) = (self.tree, self.set);
        let in_set = tree.attributes(id).filter(|attribute| set.contains_attribute(tree, *attribute));
        let mut rendered: Vec<_> = in_set.filter_map(|attribute| self.rendered(attribute)).collect();
        if orphan {
            self.charge(id, inherited)?;
            let everywhere = self.xml_attributes.get(..inherited).unwrap_or_default();
            match self.method {
                C14nMethod::Exclusive { .. } => {}
                C14nMethod::Inclusive10 { .. } => self.inherit(&mut rendered, id, everywhere, |_| true),
                C14nMethod::Inclusive11 { .. } => {
                    // From elements right above that are not in the set: what stands further up, the
                    // element there that is in the set hands down itself. For xml:base the recommendation
                    // says so; for the others its implementations agree on it.
                    let omitted = |(place, _): &(usize, _)| above.is_none_or(|above| *place > above);
                    let from =
                        everywhere.iter().rposition(|one| !omitted(one)).map_or(0, |at| at.saturating_add(1));
                    let omitted = everywhere.get(from..).unwrap_or_default().to_vec();
                    self.inherit(&mut rendered, id, &omitted, |local| matches!(local, "lang" | "space"));
                    self.fix_base(&mut rendered, id, &omitted)?;
                }
            }
        }
        rendered.sort_by(|a, b| {
            let key = |name: &'a Name| (&*name.namespace, &*name.local);
            key(a.name).cmp(&key(b.name))
        });
        Ok(rendered)
    }

    fn rendered(&self, attribute: AttributeId) -> Option<Rendered<'a>> {
        let name = self.tree.attribute_name(attribute)?;
        Some(Rendered { name, value: Cow::Borrowed(self.tree.attribute_value(attribute)) })
    }

    /// The attributes of an element that are in the `xml` namespace.
    pub(super) fn own_xml_attributes(&self, id: NodeId) -> impl Iterator<Item = AttributeId> + use<'a> {
        let tree = self.tree;
        let in_xml = move |attribute: &AttributeId| {
            tree.attribute_name(*attribute).is_some_and(|name| &*name.namespace == XML_NAMESPACE)
        };
        tree.attributes(id).filter(in_xml)
    }

    fn local(&self, attribute: AttributeId) -> &'a str {
        self.tree.attribute_name(attribute).map_or("", |name| &name.local)
    }

    /// Adds the nearest occurrences above of attributes that the element does not have itself, whether or
    /// not they are in the set.
    fn inherit(
        &self,
        rendered: &mut Vec<Rendered<'a>>,
        id: NodeId,
        inherited: &[(usize, AttributeId)],
        which: fn(&str) -> bool,
    ) {
        let mut seen: HashSet<_> = self.own_xml_attributes(id).map(|own| self.local(own)).collect();
        for (_, attribute) in inherited.iter().rev() {
            let local = self.local(*attribute);
            if which(local) && seen.insert(local) {
                rendered.extend(self.rendered(*attribute));
            }
        }
    }

    /// Joins `xml:base` with those of the elements right above that are not in the set (1.1, 2.4).
    fn fix_base(
        &mut self,
        rendered: &mut Vec<Rendered<'a>>,
        id: NodeId,
        omitted: &[(usize, AttributeId)],
    ) -> Result<(), XmlError> {
        let tree = self.tree;
        let is_base = |attribute: &AttributeId| self.local(*attribute) == "base";
        let bases: Vec<_> = omitted.iter().rev().map(|(_, attribute)| *attribute).filter(is_base).collect();
        let own = self.own_xml_attributes(id).find(is_base);
        if bases.is_empty() && own.is_none_or(|own| self.set.contains_attribute(tree, own)) {
            return Ok(());
        }
        // An own one counts even if it is not in the set, also alone: the recommendation does not say so
        // of that case, but its interoperability tests do (xmlbase-c14n11spec3-103).
        let mut all = own.into_iter().chain(bases.iter().copied());
        let Some(name) = all.next().and_then(|base| tree.attribute_name(base)) else { return Ok(()) };
        let mut joined: Option<Cow<'a, str>> =
            own.map(|attribute| Cow::Borrowed(tree.attribute_value(attribute)));
        for base in bases {
            let base = tree.attribute_value(base);
            joined = Some(match joined {
                Some(reference) => {
                    // Bytes rather than nodes, though seldom more than one of these steps each.
                    self.charge(id, base.len().saturating_add(reference.len()) / 64)?;
                    Cow::Owned(join(base, &reference))
                }
                None => Cow::Borrowed(base),
            });
        }
        rendered.retain(|attribute| {
            !(&*attribute.name.namespace == XML_NAMESPACE && &*attribute.name.local == "base")
        });
        rendered.extend(joined.filter(|value| !value.is_empty()).map(|value| Rendered { name, value }));
        Ok(())
    }
}
