//! XML signatures: which there are, what each signs, whether that is unchanged, and who made it.
//!
//! The document is read with quick-xml into a tree, and everything is decided on that tree: the pipeline's
//! scanner and its canonicalisation have no part in it.

mod coverage;
mod identifier;
mod key_info;
mod name;
mod number;
mod place;
mod read;
mod reference;
mod report;
mod signature;
mod structure;
mod text;
mod time;
mod transform;
mod wrapping;
mod xades;
mod xpath;

use super::finding::{Finding, FindingKind};
use super::{Options, VerifyError};
use crate::source::Source;
use crate::syntax::xml::plain::{Doctype, Encoding, Plain, in_memory, sniff};
use crate::syntax::xml::tree::{Kind, NodeId, Tree};
use crate::syntax::xml::{XmlError, XmlErrorKind};
use identifier::{DSIG, looks_like_dsig};
use place::Places;
use signature::Judged;
use transform::Engine;
use wrapping::Names;

pub use report::{PATHS_LISTED, PolicyReport, ReferenceReport, XadesReport, XmlReport, XmlSignatureReport};

/// Verifies all signatures of an XML document: every `ds:Signature` in it, wherever it stands.
///
/// A document whose signatures are valid may hold more than was signed. What was is in
/// [`XmlReport::signed_paths`], and [`XmlReport::covers`] answers for one path: act on nothing else.
///
/// # Errors
/// When the document cannot be read at all, or has more signatures than
/// [`Limits::signatures`](crate::Limits::signatures). What is wrong with a signature is in the report.
pub fn xml<S: Source + ?Sized>(source: &S, options: &Options) -> Result<XmlReport, VerifyError> {
    let bytes = in_memory(source, &options.limits)?;
    let tree = tree_of(&bytes, options)?;
    let length = bytes.len() as u64;
    drop(bytes);
    report(&tree, length, options)
}

/// The document as a tree; made plain first when it is in another encoding or has a DOCTYPE that is
/// allowed.
fn tree_of(bytes: &[u8], options: &Options) -> Result<Tree, XmlError> {
    let limits = &options.limits;
    let is_utf8 = match sniff(bytes) {
        Ok(found) => found.encoding == Encoding::Utf8,
        Err(error) if matches!(error.kind(), XmlErrorKind::Encoding { .. }) => return Err(error),
        // What is wrong with the declaration is for this room's own reader to say.
        Err(_) => true,
    };
    if is_utf8 {
        match read::read(bytes, limits) {
            Err(error) if options.allow_doctype && matches!(error.kind(), XmlErrorKind::Doctype) => {}
            read => return read,
        }
    }
    let doctype = if options.allow_doctype { Doctype::Allowed(&options.entities) } else { Doctype::Refused };
    let plain = Plain::read(bytes, doctype, limits)?;
    read::read(plain.text(), limits).map_err(|error| {
        let offset = plain.nearest_offset(error.offset());
        error.at(offset)
    })
}

fn report(tree: &Tree, length: u64, options: &Options) -> Result<XmlReport, VerifyError> {
    let mut report = XmlReport::new(length, options.trust.is_some());
    let nodes: Vec<NodeId> =
        tree.subtree(Tree::ROOT).filter(|node| tree.is(*node, DSIG, "Signature")).collect();
    if nodes.len() > options.limits.signatures {
        let (found, limit) = (nodes.len(), options.limits.signatures);
        return Err(VerifyError::TooManySignatures { found, limit });
    }
    let places = Places::new(tree, &options.id_attributes);
    look_alikes(tree, &places, &mut report);
    let engine = Engine::new(tree, &places, options, length);
    let mut judged: Vec<Judged> = nodes.into_iter().map(|node| signature::judge(&engine, node)).collect();
    if judged.iter().any(|one| !one.targets.is_empty()) {
        look_around(tree, &places, &mut judged, options);
    }
    for mut one in judged {
        one.report.valid = one.report.is_valid();
        report.signatures.push(one.report);
    }
    Ok(report)
}

/// What stands around the signatures and what they sign.
fn look_around(tree: &Tree, places: &Places<'_>, judged: &mut [Judged], options: &Options) {
    let twins = if options.reject_unsigned_twins {
        FindingKind::SignatureWrapping
    } else {
        FindingKind::UnsignedTwin
    };
    let names = Names::new(tree);
    let targets = judged.iter().flat_map(|one| &one.targets);
    let signed = wrapping::merged(tree, targets.filter(|one| one.is_signed).map(|one| one.node).collect());
    for one in judged {
        let around = tree.ancestors_or_self(one.node).skip(1);
        if let Some(object) = around.filter(|above| tree.is(*above, DSIG, "Object")).last() {
            let what = format!("the signature stands inside {}", places.path(object));
            one.report.find(FindingKind::NestedSignature, what);
        }
        let elements = one.targets.iter().filter(|target| tree.kind(target.node) == Kind::Element);
        for target in elements {
            if let Some(what) = wrapping::misplaced(tree, places, &names, one.node, target.node) {
                one.report.find(FindingKind::SignatureWrapping, what);
            }
            let own = wrapping::is_bookkeeping(tree, target.node, one.node);
            if !own && let Some(what) = wrapping::twin(tree, places, &names, target.node, &signed) {
                one.report.find(twins, what);
            }
        }
    }
}

/// Finds elements that a person, or a program that looks at local names only, would take for a signature.
fn look_alikes(tree: &Tree, places: &Places<'_>, report: &mut XmlReport) {
    for node in tree.subtree(Tree::ROOT) {
        let Some(name) = tree.name(node).filter(|name| &*name.namespace != DSIG) else { continue };
        let resembles = match &*name.local {
            "SignedInfo" => looks_like_dsig(&name.namespace),
            "Signature" => {
                let mut children = tree.children(node);
                looks_like_dsig(&name.namespace)
                    || children.any(|child| tree.name(child).is_some_and(|name| &*name.local == "SignedInfo"))
            }
            _ => false,
        };
        if resembles && report.findings.len() < PATHS_LISTED {
            let (path, namespace) = (places.path(node), shown(&name.namespace));
            let detail = format!("{path} is in the namespace {namespace:?}, not that of XML Signature");
            report.findings.push(Finding { kind: FindingKind::LookAlikeNamespace, detail, object: None });
        }
    }
}

fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}
