//! Start tags in canonical form: which namespaces are rendered, and everything in its order.

use std::collections::HashSet;

use smallvec::SmallVec;

use super::super::base;
use super::super::scanner::{StartTag, View};
use super::super::scope::Scope;
use super::super::{C14nMethod, XML_NAMESPACE};
use super::Parameters;
use super::escape;
use super::output::{Octets, Output};

/// The namespaces that Exclusive Canonicalization has rendered on the elements that are open. Depths are
/// counted from the apex.
#[derive(Debug, Default)]
pub(super) struct Rendered(Scope);

/// Where a tag stands.
pub(super) struct Place<'a> {
    pub(super) scope: &'a Scope,
    /// Depth of the element in the scope.
    pub(super) depth: usize,
    /// Depth counted from the apex, which is at 1.
    pub(super) level: usize,
    /// Whether it stands for ancestors that are left out.
    pub(super) is_apex: bool,
}

/// A namespace declaration to be written.
struct Namespace<'a> {
    prefix: &'a [u8],
    uri: &'a [u8],
    /// Where it stands in the tag, if it stands there.
    place: Option<usize>,
}

/// An attribute to be written.
struct Written<'a> {
    namespace: &'a [u8],
    local: &'a [u8],
    name: &'a [u8],
    value: std::borrow::Cow<'a, [u8]>,
    place: Option<usize>,
}

type Namespaces<'a> = SmallVec<[Namespace<'a>; 4]>;
type Attributes<'a> = SmallVec<[Written<'a>; 6]>;

impl Rendered {
    /// Whether nothing has to be rendered for an element of this prefix, by Exclusive Canonicalization.
    pub(super) fn has(&self, prefix: &[u8], scope: &Scope) -> bool {
        match (self.0.namespace(prefix), scope.namespace(prefix)) {
            (Some(b""), Some(b"")) => true,
            (rendered, in_scope) => rendered == in_scope,
        }
    }

    /// Forgets what was rendered on the element at `level`.
    pub(super) fn leave(&mut self, level: usize) {
        self.0.leave(level);
    }

    /// Writes a tag.
    pub(super) fn start<O: Octets>(
        &mut self,
        parameters: &Parameters,
        view: View<'_>,
        tag: &StartTag<'_>,
        place: &Place<'_>,
        output: &mut Output<O>,
    ) {
        let Place { scope, depth, level, is_apex } = *place;
        let mut namespaces = if parameters.method.is_exclusive() {
            self.exclusive(parameters, tag, scope)
        } else if is_apex {
            scope.bindings().map(|(prefix, uri)| Namespace { prefix, uri, place: None }).collect()
        } else {
            changed(tag, scope, depth)
        };
        namespaces.sort_unstable_by_key(|namespace| namespace.prefix);
        if parameters.method.is_exclusive() {
            for namespace in &namespaces {
                self.0.bind(level, namespace.prefix, namespace.uri);
            }
        }
        find_places(tag, &mut namespaces);
        let mut attributes: Attributes<'_> = tag
            .attributes()
            .iter()
            .map(|attribute| Written {
                namespace: match tag.attribute_prefix(attribute) {
                    b"" => b"",
                    prefix => scope.namespace(prefix).unwrap_or_default(),
                },
                local: tag.attribute_local(attribute),
                name: tag.attribute_name(attribute),
                value: tag.value(attribute).into(),
                place: Some(StartTag::place(attribute)),
            })
            .collect();
        if is_apex {
            inherit(parameters.method, scope, depth, &mut attributes);
        }
        attributes.sort_unstable_by_key(|attribute| (attribute.namespace, attribute.local));
        if is_written_so(tag, &namespaces, &attributes) {
            copy(view, tag, output);
        } else {
            write(view, tag, &namespaces, &attributes, output);
        }
    }

    /// What is visibly used, or is in the PrefixList, and is not rendered already (Exclusive XML
    /// Canonicalization 1.0, 3).
    fn exclusive<'a>(
        &self,
        parameters: &'a Parameters,
        tag: &StartTag<'a>,
        scope: &'a Scope,
    ) -> Namespaces<'a> {
        let mut namespaces = Namespaces::new();
        let used = std::iter::once(tag.prefix())
            .chain(tag.attributes().iter().map(|attribute| tag.attribute_prefix(attribute)))
            .enumerate()
            // An attribute without a prefix uses no namespace.
            .filter(|(index, prefix)| *index == 0 || !prefix.is_empty())
            .map(|(_, prefix)| prefix);
        let listed = parameters.prefixes.iter().map(Vec::as_slice);
        for prefix in used.chain(listed) {
            let is_last = namespaces.last().is_some_and(|last| last.prefix == prefix);
            if prefix == b"xml" || is_last {
                continue;
            }
            // A prefix in the list may be bound to nothing here.
            let Some(uri) = scope.namespace(prefix) else { continue };
            if self.0.namespace(prefix) != Some(uri) {
                namespaces.push(Namespace { prefix, uri, place: None });
            }
        }
        namespaces.sort_unstable_by_key(|namespace| namespace.prefix);
        namespaces.dedup_by_key(|namespace| namespace.prefix);
        namespaces
    }
}

/// Notes where in the tag each of the namespaces, which are sorted by prefix, is declared.
fn find_places(tag: &StartTag<'_>, namespaces: &mut Namespaces<'_>) {
    for declaration in tag.declarations() {
        let prefix = tag.declared_prefix(declaration);
        let found = namespaces.binary_search_by_key(&prefix, |namespace| namespace.prefix);
        if let Some(namespace) = found.ok().and_then(|at| namespaces.get_mut(at)) {
            namespace.place = Some(StartTag::place(declaration));
        }
    }
}

/// The declarations in the tag that change what the parent has in scope.
fn changed<'a>(tag: &StartTag<'a>, scope: &'a Scope, depth: usize) -> Namespaces<'a> {
    let declared = |declaration| (tag.declared_prefix(declaration), tag.value(declaration));
    tag.declarations()
        .iter()
        .map(declared)
        .filter(|(prefix, uri)| *prefix != b"xml" && scope.namespace_above(prefix, depth) != Some(uri))
        .map(|(prefix, uri)| Namespace { prefix, uri, place: None })
        .collect()
}

/// Adds the `xml:` attributes that an apex takes from its ancestors (Canonical XML 1.0, 2.4; 1.1, 2.4).
fn inherit<'a>(method: C14nMethod, scope: &'a Scope, depth: usize, attributes: &mut Attributes<'a>) {
    if method.is_exclusive() {
        return;
    }
    let joins = matches!(method, C14nMethod::Inclusive11 { .. });
    let is_xml = |attribute: &Written<'_>| attribute.namespace == XML_NAMESPACE.as_bytes();
    let own: HashSet<&[u8]> =
        attributes.iter().filter(|own| is_xml(own)).map(|attribute| attribute.local).collect();
    for (local, value) in scope.nearest_inherited_above(depth) {
        // 1.1 inherits these two only, and joins the bases.
        if (joins && !matches!(local, b"lang" | b"space")) || own.contains(local) {
            continue;
        }
        attributes.push(Written {
            namespace: XML_NAMESPACE.as_bytes(),
            local,
            name: name_of(local),
            value: value.into(),
            place: None,
        });
    }
    let bases = scope.inherited_above(depth).filter(|(local, _)| joins && *local == b"base");
    let bases: Vec<&[u8]> = bases.map(|(_, value)| value).collect();
    if bases.is_empty() {
        return;
    }
    let own = attributes.iter().position(|own| is_xml(own) && own.local == b"base");
    let last = own.and_then(|own| attributes.get(own)).map(|own| own.value.to_vec());
    let joined = base::join(bases.into_iter().chain(last.as_deref()));
    if let Some(own) = own {
        attributes.remove(own);
    }
    if !joined.is_empty() {
        attributes.push(Written {
            namespace: XML_NAMESPACE.as_bytes(),
            local: b"base",
            name: b"xml:base",
            value: joined.into(),
            place: None,
        });
    }
}

/// The names that inherited attributes are written under; of others the prefix is written apart.
fn name_of(local: &[u8]) -> &[u8] {
    match local {
        b"lang" => b"xml:lang",
        b"space" => b"xml:space",
        b"base" => b"xml:base",
        b"id" => b"xml:id",
        _ => b"",
    }
}

/// Whether the tag has all of this, in this order, and nothing else.
fn is_written_so(tag: &StartTag<'_>, namespaces: &Namespaces<'_>, attributes: &Attributes<'_>) -> bool {
    let all = tag.declarations().len() + tag.attributes().len();
    let mut last = 0;
    tag.tidy
        && namespaces.len() + attributes.len() == all
        && namespaces
            .iter()
            .map(|namespace| namespace.place)
            .chain(attributes.iter().map(|attribute| attribute.place))
            .all(|place| place.is_some_and(|place| std::mem::replace(&mut last, place) < place))
}

fn copy<O: Octets>(view: View<'_>, tag: &StartTag<'_>, output: &mut Output<O>) {
    let start = usize::try_from(tag.offset.saturating_sub(view.base)).unwrap_or(usize::MAX);
    if tag.empty {
        output.copy(view, start..start.saturating_add(tag.raw.len()).saturating_sub(b"/>".len()));
        output.write(view, b">");
    } else {
        output.copy(view, start..start.saturating_add(tag.raw.len()));
    }
}

fn write<O: Octets>(
    view: View<'_>,
    tag: &StartTag<'_>,
    namespaces: &Namespaces<'_>,
    attributes: &Attributes<'_>,
    output: &mut Output<O>,
) {
    output.write(view, b"<");
    output.write(view, tag.name());
    for Namespace { prefix, uri, .. } in namespaces {
        output.write(view, if prefix.is_empty() { b" xmlns" } else { b" xmlns:" });
        output.write(view, prefix);
        output.write(view, b"=\"");
        escape::value(view, uri, output);
        output.write(view, b"\"");
    }
    for Written { name, local, value, .. } in attributes {
        output.write(view, b" ");
        if name.is_empty() {
            output.write(view, b"xml:");
            output.write(view, local);
        } else {
            output.write(view, name);
        }
        output.write(view, b"=\"");
        escape::value(view, value, output);
        output.write(view, b"\"");
    }
    output.write(view, b">");
}
