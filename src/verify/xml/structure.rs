//! `ds:Signature` as its schema has it, nothing more and nothing else (XML Signature 1.1, 4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::identifier::{DSIG, EXCLUSIVE};
use crate::limits::Limits;
use crate::syntax::xml::tree::{Kind, NodeId, Tree};

/// What is wrong with a Signature, in words.
pub(super) type Malformed = String;

/// A Signature whose parts are where they belong.
pub(super) struct Signature {
    pub(super) node: NodeId,
    pub(super) id: Option<String>,
    pub(super) signed_info: NodeId,
    pub(super) canonicalization: Transform,
    pub(super) method: String,
    pub(super) method_node: NodeId,
    pub(super) references: Vec<Reference>,
    pub(super) value: Vec<u8>,
    pub(super) key_info: Option<NodeId>,
    pub(super) objects: Vec<NodeId>,
}

/// `ds:Reference`.
pub(super) struct Reference {
    pub(super) id: Option<String>,
    pub(super) uri: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) transforms: Vec<Transform>,
    pub(super) digest_method: String,
    pub(super) digest: Vec<u8>,
}

/// A canonicalisation method or transform.
pub(super) struct Transform {
    pub(super) node: NodeId,
    pub(super) algorithm: String,
}

impl Signature {
    pub(super) fn parse(tree: &Tree, node: NodeId, limits: &Limits) -> Result<Self, Malformed> {
        let mut children = elements(tree, node)?.into_iter().peekable();
        let mut next = |name: &'static str| {
            children.next_if(|child| tree.is(*child, DSIG, name)).ok_or_else(|| missing(tree, node, name))
        };
        let signed_info = next("SignedInfo")?;
        let value_node = next("SignatureValue")?;
        let key_info = next("KeyInfo").ok();
        let mut objects = Vec::new();
        for child in children {
            if !tree.is(child, DSIG, "Object") {
                return Err(unexpected(tree, node, child));
            }
            objects.push(child);
        }
        check_attributes(tree, value_node, &["Id"])?;
        let value = base64_of(tree, value_node)?;

        check_attributes(tree, signed_info, &["Id"])?;
        let mut children = elements(tree, signed_info)?.into_iter().peekable();
        let mut next = |name: &'static str| {
            children
                .next_if(|child| tree.is(*child, DSIG, name))
                .ok_or_else(|| missing(tree, signed_info, name))
        };
        let canonicalization = transform(tree, next("CanonicalizationMethod")?)?;
        let method_node = next("SignatureMethod")?;
        let method = transform(tree, method_node)?.algorithm;
        let mut references = Vec::new();
        for child in children {
            if !tree.is(child, DSIG, "Reference") {
                return Err(unexpected(tree, signed_info, child));
            }
            if references.len() >= limits.references {
                return Err(format!("more than {} references", limits.references));
            }
            references.push(Reference::parse(tree, child, limits)?);
        }
        if references.is_empty() {
            return Err(missing(tree, signed_info, "Reference"));
        }
        Ok(Self {
            node,
            id: tree.attribute(node, "", "Id").map(str::to_owned),
            signed_info,
            canonicalization,
            method,
            method_node,
            references,
            value,
            key_info,
            objects,
        })
    }
}

impl Reference {
    pub(super) fn parse(tree: &Tree, node: NodeId, limits: &Limits) -> Result<Self, Malformed> {
        check_attributes(tree, node, &["Id", "URI", "Type"])?;
        let mut children = elements(tree, node)?.into_iter().peekable();
        let mut transforms = Vec::new();
        if let Some(list) = children.next_if(|child| tree.is(*child, DSIG, "Transforms")) {
            check_attributes(tree, list, &[])?;
            for child in elements(tree, list)? {
                if !tree.is(child, DSIG, "Transform") {
                    return Err(unexpected(tree, list, child));
                }
                if transforms.len() >= limits.references {
                    return Err(format!("more than {} transforms", limits.references));
                }
                transforms.push(transform(tree, child)?);
            }
            if transforms.is_empty() {
                return Err(missing(tree, list, "Transform"));
            }
        }
        let mut next = |name: &'static str| {
            children.next_if(|child| tree.is(*child, DSIG, name)).ok_or_else(|| missing(tree, node, name))
        };
        let method = next("DigestMethod")?;
        let digest_method = transform(tree, method)?.algorithm;
        let digest_value = next("DigestValue")?;
        check_attributes(tree, digest_value, &[])?;
        if let Some(child) = children.next() {
            return Err(unexpected(tree, node, child));
        }
        let own = |name: &str| tree.attribute(node, "", name).map(str::to_owned);
        Ok(Self {
            id: own("Id"),
            uri: own("URI"),
            kind: own("Type"),
            transforms,
            digest_method,
            digest: base64_of(tree, digest_value)?,
        })
    }
}

/// The references of a `ds:Manifest`.
pub(super) fn manifest(tree: &Tree, node: NodeId, limits: &Limits) -> Result<Vec<Reference>, Malformed> {
    let mut references = Vec::new();
    for child in elements(tree, node)? {
        if !tree.is(child, DSIG, "Reference") {
            return Err(unexpected(tree, node, child));
        }
        if references.len() >= limits.references {
            return Err(format!("more than {} references", limits.references));
        }
        references.push(Reference::parse(tree, child, limits)?);
    }
    if references.is_empty() {
        return Err(missing(tree, node, "Reference"));
    }
    Ok(references)
}

/// The PrefixList of an exclusive canonicalisation: its InclusiveNamespaces parameter, the only one that
/// there is.
pub(super) fn prefix_list(tree: &Tree, node: NodeId) -> Result<Vec<String>, Malformed> {
    let mut prefixes = Vec::new();
    let children = elements(tree, node)?;
    if children.len() > 1 {
        return Err(format!("{} has more than one parameter", called(tree, node)));
    }
    for child in children {
        if !tree.is(child, EXCLUSIVE, "InclusiveNamespaces") {
            return Err(unexpected(tree, node, child));
        }
        let list = tree.attribute(child, "", "PrefixList").unwrap_or_default();
        prefixes.extend(list.split([' ', '\t', '\r', '\n']).filter(|one| !one.is_empty()).map(str::to_owned));
    }
    Ok(prefixes)
}

/// Sees that an element has no children at all.
pub(super) fn no_parameters(tree: &Tree, node: NodeId) -> Result<(), Malformed> {
    match elements(tree, node)?.first() {
        Some(child) => Err(unexpected(tree, node, *child)),
        None => Ok(()),
    }
}

fn transform(tree: &Tree, node: NodeId) -> Result<Transform, Malformed> {
    check_attributes(tree, node, &["Algorithm"])?;
    let algorithm = tree
        .attribute(node, "", "Algorithm")
        .ok_or_else(|| format!("{} has no Algorithm", called(tree, node)))?
        .to_owned();
    Ok(Transform { node, algorithm })
}

fn check_attributes(tree: &Tree, node: NodeId, known: &[&str]) -> Result<(), Malformed> {
    for attribute in tree.attributes(node) {
        let Some(name) = tree.attribute_name(attribute) else { continue };
        if !name.namespace.is_empty() || !known.contains(&&*name.local) {
            return Err(format!("{} has the unexpected attribute {}", called(tree, node), name.local));
        }
    }
    Ok(())
}

/// The element children; between them only white space and comments may stand.
pub(super) fn elements(tree: &Tree, node: NodeId) -> Result<Vec<NodeId>, Malformed> {
    let mut found = Vec::new();
    for child in tree.children(node) {
        match tree.kind(child) {
            Kind::Element => found.push(child),
            Kind::Comment => {}
            Kind::Text if is_white(tree.text(child)) => {}
            _ => return Err(format!("{} holds text where only elements belong", called(tree, node))),
        }
    }
    Ok(found)
}

/// The text of an element that holds only text; comments inside do not count.
pub(super) fn text_of(tree: &Tree, node: NodeId) -> Result<String, Malformed> {
    let mut text = String::new();
    for child in tree.children(node) {
        match tree.kind(child) {
            Kind::Text => text.push_str(tree.text(child)),
            Kind::Comment => {}
            _ => return Err(format!("{} holds more than text", called(tree, node))),
        }
    }
    Ok(text)
}

/// The octets of an element that holds base64.
pub(super) fn base64_of(tree: &Tree, node: NodeId) -> Result<Vec<u8>, Malformed> {
    let text = text_of(tree, node)?;
    decode(&text).ok_or_else(|| format!("{} is not base64", called(tree, node)))
}

/// Decodes base64 with white space between its digits.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.chars().filter(|one| !matches!(one, ' ' | '\t' | '\r' | '\n')).collect();
    STANDARD.decode(digits).ok()
}

fn is_white(text: &str) -> bool {
    text.bytes().all(crate::syntax::xml::character::is_space)
}

/// The local name of an element, cut where it is too long to read.
pub(super) fn called(tree: &Tree, node: NodeId) -> String {
    tree.name(node).map(|name| name.local.chars().take(100).collect()).unwrap_or_default()
}

fn missing(tree: &Tree, node: NodeId, name: &str) -> Malformed {
    format!("{name} is missing where it must stand in {}", called(tree, node))
}

fn unexpected(tree: &Tree, node: NodeId, child: NodeId) -> Malformed {
    format!("{} holds the unexpected element {}", called(tree, node), called(tree, child))
}
