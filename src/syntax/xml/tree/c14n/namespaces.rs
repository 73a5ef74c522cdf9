//! The namespace axis of an element (Canonical XML 1.0, 2.3; Exclusive XML Canonicalization 1.0, 3).

use super::uri::is_absolute;
use super::{Walk, XmlError};
use crate::syntax::xml::XmlErrorKind;
use crate::syntax::xml::tree::{NamespaceId, NodeId};

impl<'a> Walk<'a> {
    /// What is declared in the tag of the element opened last, sorted: prefix and namespace name. `above`
    /// is the nearest element above it that is in the set.
    pub(super) fn namespace_axis(
        &mut self,
        id: NodeId,
        member: bool,
        above: Option<usize>,
    ) -> Result<Vec<(&'a str, &'a str)>, XmlError> {
        let exclusive = self.method.is_exclusive();
        let place = self.open.len().saturating_sub(1);
        let mut rendered = Vec::new();
        for prefix in self.candidates(id, above)? {
            let Some(uri) = self.value_in_set(prefix, place) else { continue };
            if !is_absolute(uri) {
                let kind = XmlErrorKind::RelativeNamespace { uri: uri.to_owned() };
                return Err(XmlError::new(self.tree.offset(id), kind));
            }
            let inclusive = !exclusive || self.listed.contains(prefix);
            if inclusive && self.value_above(prefix, above) != Some(uri) {
                rendered.push((prefix, uri));
            }
        }
        // An element without a default namespace below one that has it.
        let undeclared = |walk: &Self, above| {
            walk.value_in_set("", place).is_none() && walk.value_above("", above).is_some()
        };
        if member && (!exclusive || self.listed.contains("")) && undeclared(self, above) {
            rendered.push(("", ""));
        }
        if exclusive && member {
            for prefix in self.visibly_utilised(id) {
                let above = self.utilised.get(prefix).and_then(|places| places.last()).copied();
                match self.value_in_set(prefix, place) {
                    Some(uri) if self.value_above(prefix, above) != Some(uri) => rendered.push((prefix, uri)),
                    None if prefix.is_empty() && undeclared(self, above) => rendered.push(("", "")),
                    _ => {}
                }
                self.utilised.entry(prefix).or_default().push(place);
                self.used.push(prefix);
            }
        }
        rendered.sort_unstable();
        Ok(rendered)
    }

    /// The prefixes whose namespace nodes can be in the set and differ from those of the nearest element
    /// above that is in it.
    fn candidates(&mut self, id: NodeId, above: Option<usize>) -> Result<Vec<&'a str>, XmlError> {
        let (tree, set) = (self.tree, self.set);
        let all = set.contains_all_namespaces(tree, id);
        let above = above.and_then(|place| self.open.get(place));
        let since = match above {
            _ if !all => None,
            None => Some(0),
            Some(above) => set.contains_all_namespaces(tree, above.id).then_some(above.declared_after),
        };
        let mut prefixes: Vec<&'a str> = match since {
            Some(since) => self.declared.get(since..).unwrap_or_default().to_vec(),
            None if all => self.declared.clone(),
            None => set.some_namespaces(id).map(|namespace| tree.namespace(namespace).0).collect(),
        };
        self.charge(id, prefixes.len())?;
        prefixes.sort_unstable();
        prefixes.dedup();
        prefixes.retain(|prefix| *prefix != "xml");
        Ok(prefixes)
    }

    /// The prefixes that an element visibly utilises (Exclusive, 1.1), those of `PrefixList` left out.
    fn visibly_utilised(&self, id: NodeId) -> Vec<&'a str> {
        let (tree, set) = (self.tree, self.set);
        let attributes = tree.attributes(id).filter(|attribute| set.contains_attribute(tree, *attribute));
        let attributes = attributes.filter_map(|attribute| tree.attribute_name(attribute));
        let mut prefixes: Vec<_> = attributes.map(|name| &*name.prefix).filter(|p| !p.is_empty()).collect();
        prefixes.extend(tree.name(id).map(|name| &*name.prefix));
        prefixes.sort_unstable();
        prefixes.dedup();
        prefixes.retain(|prefix| *prefix != "xml" && !self.listed.contains(*prefix));
        prefixes
    }

    /// The namespace node of this prefix at an open element.
    fn binding(&self, prefix: &str, place: usize) -> Option<NamespaceId> {
        let bindings = self.bindings.get(prefix)?;
        let before = bindings.partition_point(|(binding, _)| *binding <= place);
        let (_, namespace) = bindings.get(before.checked_sub(1)?)?;
        Some(*namespace).filter(|namespace| !self.tree.namespace(*namespace).1.is_empty())
    }

    /// The namespace name of the namespace node of this prefix at an open element, if it is in the set.
    fn value_in_set(&self, prefix: &str, place: usize) -> Option<&'a str> {
        let element = self.open.get(place)?.id;
        let namespace = self.binding(prefix, place)?;
        let tree = self.tree;
        self.set.contains_namespace(tree, element, namespace).then(|| tree.namespace(namespace).1)
    }

    fn value_above(&self, prefix: &str, above: Option<usize>) -> Option<&'a str> {
        self.value_in_set(prefix, above?)
    }
}
