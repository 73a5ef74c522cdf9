//! The qualifying properties of XAdES (ETSI EN 319 132-1), as far as they say who signed, when and under
//! which policy.

use super::identifier::{DSIG, digest_method, is_xades};
use super::key_info::{issuer_serial, names, names_v2};
use super::report::PolicyReport;
use super::structure::{base64_of, elements, text_of};
use super::time;
use crate::certificate::Certificate;
use crate::syntax::xml::tree::{NodeId, Tree};

/// The QualifyingProperties of one signature.
pub(super) struct Properties {
    pub(super) node: NodeId,
    /// What `Target` says.
    pub(super) target: Option<String>,
    pub(super) signed: Option<NodeId>,
}

/// A certificate that SigningCertificate or SigningCertificateV2 names.
struct Named {
    digest_method: String,
    digest: Vec<u8>,
    issuer_serial: Option<(String, String)>,
    issuer_serial_v2: Option<String>,
}

impl Properties {
    /// All QualifyingProperties directly inside the Objects.
    pub(super) fn find(tree: &Tree, objects: &[NodeId]) -> Vec<Self> {
        let children = objects.iter().flat_map(|object| tree.children(*object));
        children
            .filter(|node| is(tree, *node, "QualifyingProperties"))
            .map(|node| Self {
                node,
                target: tree.attribute(node, "", "Target").map(str::to_owned),
                signed: child(tree, node, "SignedProperties"),
            })
            .collect()
    }

    fn signature_properties(&self, tree: &Tree) -> Option<NodeId> {
        child(tree, self.signed?, "SignedSignatureProperties")
    }

    /// SigningTime, in UTC where it names no zone.
    pub(super) fn signing_time(&self, tree: &Tree) -> Option<i64> {
        let node = child(tree, self.signature_properties(tree)?, "SigningTime")?;
        time::read(&text_of(tree, node).ok()?, 0)
    }

    /// The explicit signature policy.
    pub(super) fn policy(&self, tree: &Tree) -> Option<PolicyReport> {
        let identifier = child(tree, self.signature_properties(tree)?, "SignaturePolicyIdentifier")?;
        let policy = child(tree, identifier, "SignaturePolicyId")?;
        let id = child(tree, policy, "SigPolicyId")?;
        let identifier = child(tree, id, "Identifier").and_then(|node| text_of(tree, node).ok())?;
        let hash = child(tree, policy, "SigPolicyHash");
        let (method, digest) = hash.and_then(|hash| digest_of(tree, hash).ok()).unzip();
        let algorithm = method.map(|uri| digest_method(&uri).map_or(uri, |known| known.name().to_owned()));
        Some(PolicyReport { identifier: identifier.trim().to_owned(), digest_algorithm: algorithm, digest })
    }

    /// Whether SigningCertificate, or SigningCertificateV2, names `signer`; `None` when there is
    /// neither.
    pub(super) fn names(&self, tree: &Tree, signer: &Certificate) -> Option<Result<(), String>> {
        let properties = self.signature_properties(tree)?;
        let mut outcome = None;
        for local in ["SigningCertificate", "SigningCertificateV2"] {
            let Some(node) = child(tree, properties, local) else { continue };
            let checked = certificates(tree, node).and_then(|named| matches(&named, signer));
            if outcome.is_none() || checked.is_err() {
                outcome = Some(checked.map_err(|why| format!("{local}: {why}")));
            }
        }
        outcome
    }
}

fn certificates(tree: &Tree, node: NodeId) -> Result<Vec<Named>, String> {
    let mut found = Vec::new();
    for cert in elements(tree, node)?.into_iter().filter(|node| is(tree, *node, "Cert")) {
        let digest = child(tree, cert, "CertDigest").ok_or("a Cert without CertDigest")?;
        let (digest_method, digest) = digest_of(tree, digest)?;
        let issuer_serial =
            child(tree, cert, "IssuerSerial").map(|node| issuer_serial(tree, node)).transpose()?;
        let issuer_serial_v2 =
            child(tree, cert, "IssuerSerialV2").map(|node| text_of(tree, node)).transpose()?;
        found.push(Named { digest_method, digest, issuer_serial, issuer_serial_v2 });
    }
    Ok(found)
}

fn matches(named: &[Named], signer: &Certificate) -> Result<(), String> {
    let is_signer = |one: &&Named| {
        digest_method(&one.digest_method)
            .is_some_and(|algorithm| signer.fingerprint(algorithm).as_bytes() == one.digest.as_slice())
    };
    let Some(one) = named.iter().find(is_signer) else {
        return Err(match named.iter().find(|one| digest_method(&one.digest_method).is_none()) {
            Some(one) => format!("the digest {} is not supported", one.digest_method),
            None => "no digest in it is that of the signer's certificate".to_owned(),
        });
    };
    let wrong = "its issuer and serial number are not those of the signer's certificate";
    if let Some((issuer, serial)) = &one.issuer_serial
        && names(issuer, serial, signer) == Some(false)
    {
        return Err(wrong.to_owned());
    }
    match one.issuer_serial_v2.as_ref().map(|base64| names_v2(base64, signer)) {
        None | Some(Some(true)) => Ok(()),
        Some(Some(false)) => Err(wrong.to_owned()),
        Some(None) => Err("its IssuerSerialV2 cannot be read".to_owned()),
    }
}

/// `ds:DigestMethod` and `ds:DigestValue` inside an element.
fn digest_of(tree: &Tree, node: NodeId) -> Result<(String, Vec<u8>), String> {
    let parts = elements(tree, node)?;
    let part = |local: &str| {
        parts
            .iter()
            .copied()
            .find(|part| tree.is(*part, DSIG, local))
            .ok_or_else(|| format!("{local} is missing"))
    };
    let method = tree.attribute(part("DigestMethod")?, "", "Algorithm").unwrap_or_default().to_owned();
    Ok((method, base64_of(tree, part("DigestValue")?)?))
}

fn is(tree: &Tree, node: NodeId, local: &str) -> bool {
    tree.name(node).is_some_and(|name| &*name.local == local && is_xades(&name.namespace))
}

fn child(tree: &Tree, node: NodeId, local: &str) -> Option<NodeId> {
    tree.children(node).find(|child| is(tree, *child, local))
}
