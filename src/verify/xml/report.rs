//! What verification of an XML document found out.

use serde::{Serialize, Serializer};

use super::super::finding::{Finding, FindingKind};
use super::super::report::{Check, REPORT_VERSION, Signer, Trust, rfc3339_option};
use super::place::LONGEST;

/// So many paths of signed or left-out nodes are listed for one reference.
pub const PATHS_LISTED: usize = 100;

/// The signatures of one XML document.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct XmlReport {
    /// Version of the JSON form, [`REPORT_VERSION`].
    pub version: u32,
    /// Length of the document in bytes.
    pub document_bytes: u64,
    /// Whether trust anchors were given.
    pub trust_checked: bool,
    /// The signatures, in document order.
    pub signatures: Vec<XmlSignatureReport>,
    /// What concerns the document and no signature by itself.
    pub findings: Vec<Finding>,
}

impl XmlReport {
    pub(super) const fn new(document_bytes: u64, trust_checked: bool) -> Self {
        Self {
            version: REPORT_VERSION,
            document_bytes,
            trust_checked,
            signatures: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Whether there is at least one signature, every one is valid, and nothing is wrong with the
    /// document otherwise.
    ///
    /// Valid says that what was signed is unchanged, not that everything is signed: act only on
    /// [`XmlReport::signed_paths`].
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.signatures.is_empty()
            && self.signatures.iter().all(XmlSignatureReport::is_valid)
            && !self.findings.iter().any(|finding| finding.kind.is_fatal())
    }

    /// The paths of the nodes that valid signatures sign, each once, in the order of the signatures.
    /// Parts of them may be left out: [`XmlSignatureReport::covers`] says so.
    #[must_use]
    pub fn signed_paths(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = Vec::new();
        for signature in self.signatures.iter().filter(|signature| signature.is_valid()) {
            for path in signature.signed() {
                if !paths.contains(&path.as_str()) {
                    paths.push(path);
                }
            }
        }
        paths
    }

    /// Whether a valid signature covers the element at `path`, as [`XmlSignatureReport::covers`] says.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        self.signatures.iter().any(|signature| signature.is_valid() && signature.covers(path))
    }

    /// The report as JSON, with `"valid"` beside the fields of this type and of those inside it.
    /// Times are RFC 3339, digits hexadecimal and lower-case.
    #[must_use]
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct WithVerdict<'a> {
            valid: bool,
            #[serde(flatten)]
            report: &'a XmlReport,
        }
        // Strings, numbers and lists cannot fail to be written.
        serde_json::to_string_pretty(&WithVerdict { valid: self.is_valid(), report: self })
            .unwrap_or_default()
    }
}

/// One `ds:Signature`.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct XmlSignatureReport {
    /// Its `Id`.
    pub id: Option<String>,
    /// Where it stands: `/HDon/DSCKS/NBan/Signature`. Names are written as in the document, with `[n]`
    /// where there are siblings of the same name.
    pub path: String,
    /// Whether it passes: see [`XmlSignatureReport::is_valid`].
    pub valid: bool,
    /// The certificate that the signature verifies under.
    pub signer: Option<Signer>,
    /// When the signer says it was made, Unix seconds: the SigningTime that is signed, of XAdES or of a
    /// SignatureProperty (there without a zone, as in Viet Nam: +07:00).
    #[serde(serialize_with = "rfc3339_option")]
    pub claimed_time: Option<i64>,
    /// The identifier of the CanonicalizationMethod.
    pub canonicalization: Option<String>,
    /// `sha256` and the like: the digest that the SignatureMethod is over.
    pub digest_algorithm: Option<String>,
    /// `rsa-pkcs1` and the like; the identifier when it is not one that is known.
    pub signature_algorithm: Option<String>,
    /// Whether the SignatureValue verifies over SignedInfo.
    pub signature: Check,
    /// Whether the certificate in use is the one that KeyInfo and XAdES name.
    pub certificate: Check,
    /// Whether the certificate leads to a trust anchor.
    pub trust: Trust,
    /// What was signed.
    pub references: Vec<ReferenceReport>,
    /// The XAdES properties, when there are any.
    pub xades: Option<XadesReport>,
    /// What is wrong, or worth knowing, each by name.
    pub findings: Vec<Finding>,
}

impl XmlSignatureReport {
    /// Whether every reference was checked and matches, the value verifies under a certificate that is
    /// the one named, something outside the signature's own properties is signed, no attack was found
    /// and, when trust anchors were given, the certificate is trusted.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.signature == Check::Ok
            && self.certificate == Check::Ok
            && self.signer.is_some()
            && !self.references.is_empty()
            && self.references.iter().all(ReferenceReport::is_valid)
            && !matches!(self.trust, Trust::Untrusted { .. })
            && !self.findings.iter().any(|finding| finding.kind.is_fatal())
    }

    /// The paths of what the references sign.
    fn signed(&self) -> impl Iterator<Item = &String> {
        self.references.iter().flat_map(ReferenceReport::with_manifest).flat_map(|one| &one.signed)
    }

    /// Whether everything of the element at `path` is signed by one reference whose digest matches,
    /// this signature itself apart. `path` is written as in the report; `/` is the whole document. Says
    /// nothing about whether the signature is valid.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        self.references
            .iter()
            .flat_map(ReferenceReport::with_manifest)
            .any(|one| one.covers(path, &self.path))
    }

    pub(super) fn find(&mut self, kind: FindingKind, detail: impl Into<String>) {
        let detail = detail.into();
        if !self.findings.iter().any(|finding| finding.kind == kind && finding.detail == detail) {
            self.findings.push(Finding { kind, detail, object: None });
        }
    }
}

/// One Reference: what it is to, and whether that is what was signed.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ReferenceReport {
    /// Its `Id`.
    pub id: Option<String>,
    /// Its `URI`; absent when the application is to know.
    pub uri: Option<String>,
    /// Where the node stands that it is to: `/HDon/DLHDon`, `/` for the document.
    pub path: Option<String>,
    /// Its `Type`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The identifiers of its transforms, in order.
    pub transforms: Vec<String>,
    /// `sha256` and the like; the identifier when it is not one that is known.
    pub digest_algorithm: String,
    /// Whether the digest is the one that was signed.
    pub digest: Check,
    /// Octets that were digested.
    pub octets: u64,
    /// Paths of the nodes that are digested while what is around them is not, at most
    /// [`PATHS_LISTED`]. Empty when the transforms do not let it be told.
    pub signed: Vec<String>,
    /// Paths of the nodes inside those that the transforms leave out, at most [`PATHS_LISTED`];
    /// comments do not count.
    pub omitted: Vec<String>,
    /// Signed and omitted paths beyond those listed.
    pub not_listed: u64,
    /// The references of the `ds:Manifest` that this is to.
    pub manifest: Vec<ReferenceReport>,
}

impl ReferenceReport {
    /// Whether its digest, and those of its manifest, match.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.digest == Check::Ok && self.manifest.iter().all(Self::is_valid)
    }

    /// This one, those of its manifest, and so on.
    fn with_manifest(&self) -> Vec<&Self> {
        let mut all = vec![self];
        for inner in &self.manifest {
            all.extend(inner.with_manifest());
        }
        all
    }

    fn covers(&self, path: &str, signature: &str) -> bool {
        // Nothing can be told of what is below a path that was cut.
        if self.digest != Check::Ok || self.not_listed > 0 || path.len() > LONGEST {
            return false;
        }
        let left_out = |omitted: &String| {
            omitted != signature && (is_at_or_below(omitted, path) || is_at_or_below(path, omitted))
        };
        self.signed.iter().any(|signed| is_at_or_below(path, signed))
            && !self.omitted.iter().any(left_out)
            && !(self.omitted.iter().any(|omitted| omitted == signature) && is_at_or_below(path, signature))
    }
}

/// Whether `path` is `above`, or a node below it.
fn is_at_or_below(path: &str, above: &str) -> bool {
    above == "/" || path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The XAdES qualifying properties of a signature (ETSI EN 319 132-1).
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct XadesReport {
    /// Where the QualifyingProperties stand.
    pub path: String,
    /// SigningTime, Unix seconds.
    #[serde(serialize_with = "rfc3339_option")]
    pub signing_time: Option<i64>,
    /// Whether SigningCertificate, or SigningCertificateV2, names the certificate in use.
    pub signing_certificate: Check,
    /// The signature policy, when it is an explicit one. It is reported, not applied.
    pub policy: Option<PolicyReport>,
}

/// A signature policy that a signature names.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct PolicyReport {
    /// The identifier: an object identifier or a URI.
    pub identifier: String,
    /// `sha256` and the like; the identifier when it is not one that is known.
    pub digest_algorithm: Option<String>,
    /// The digest of the policy document.
    #[serde(serialize_with = "hexadecimal")]
    pub digest: Option<Vec<u8>>,
}

fn hexadecimal<T: Serializer>(bytes: &Option<Vec<u8>>, to: T) -> Result<T::Ok, T::Error> {
    let digits =
        bytes.as_ref().map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    digits.serialize(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_not_covered() {
        let mut reference = ReferenceReport {
            id: None,
            uri: Some(String::new()),
            path: Some("/".to_owned()),
            kind: None,
            transforms: Vec::new(),
            digest_algorithm: "sha256".to_owned(),
            digest: Check::Ok,
            octets: 1,
            signed: vec!["/a".to_owned()],
            omitted: vec!["/a/Signature".to_owned(), "/a/b[2]/c".to_owned()],
            not_listed: 0,
            manifest: Vec::new(),
        };
        let covers = |reference: &ReferenceReport, path: &str| reference.covers(path, "/a/Signature");
        for path in ["/a/b[1]", "/a/b[1]/c", "/a/d"] {
            assert!(covers(&reference, path), "{path}");
        }
        for path in ["/a", "/a/b[2]", "/a/b[2]/c", "/a/b[2]/c/d", "/a/Signature/KeyInfo", "/ab", "/"] {
            assert!(!covers(&reference, path), "{path}");
        }
        reference.omitted.pop();
        assert!(covers(&reference, "/a") && !covers(&reference, "/a/Signature"));
        reference.digest = Check::failed("changed");
        assert!(!covers(&reference, "/a"));
    }
}
