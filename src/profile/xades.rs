//! XAdES baseline B-B and EPES (EN 319 132-1): the qualifying properties as text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, FixedOffset, SecondsFormat, Timelike as _};

use super::xmldsig::{Markup, digest_uri};
use crate::algorithm::{Digest, DigestAlgorithm};
use crate::certificate::Chain;

/// The namespace of XAdES.
pub(crate) const NAMESPACE: &str = "http://uri.etsi.org/01903/v1.3.2#";
/// The prefix that its elements have here.
pub(crate) const PREFIX: &str = "xades";
/// The Type of the Reference to SignedProperties.
pub(crate) const SIGNED_PROPERTIES: &str = "http://uri.etsi.org/01903#SignedProperties";

/// An explicit signature policy: its identifier and the digest of its document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// A URI, or an object identifier as digits (`1.2.3`) or as `urn:oid:1.2.3`.
    pub id: String,
    /// The digest of the policy document.
    pub digest: Digest,
}

/// Where a signature was made; parts that are empty are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProductionPlace {
    /// City.
    pub city: String,
    /// Street address.
    pub street: String,
    /// State or province.
    pub state: String,
    /// Postal code.
    pub postal_code: String,
    /// Country.
    pub country: String,
}

impl ProductionPlace {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts().iter().all(|(_, text)| text.is_empty())
    }

    /// In the order of the schema (5.2.5).
    fn parts(&self) -> [(&'static str, &str); 5] {
        [
            ("City", &self.city),
            ("StreetAddress", &self.street),
            ("StateOrProvince", &self.state),
            ("PostalCode", &self.postal_code),
            ("CountryName", &self.country),
        ]
    }
}

/// What a XAdES signature says beyond the references.
#[derive(Clone, Debug, Default)]
pub(crate) struct Properties {
    pub(crate) policy: Option<Policy>,
    pub(crate) place: ProductionPlace,
    pub(crate) roles: Vec<String>,
    pub(crate) commitments: Vec<String>,
}

/// Ids that hold a signature together.
#[derive(Clone, Debug)]
pub(crate) struct Ids<'a> {
    pub(crate) signature: &'a str,
    pub(crate) signed_properties: &'a str,
    /// The Id of each data Reference, with the MIME type of what it names.
    pub(crate) references: Vec<(String, String)>,
}

/// Writes the Object that holds QualifyingProperties.
pub(crate) fn object(
    markup: &mut Markup,
    ids: &Ids<'_>,
    properties: &Properties,
    chain: &Chain,
    digest: DigestAlgorithm,
    time: &DateTime<FixedOffset>,
) {
    let target = format!("#{}", ids.signature);
    markup.open("Object", &[]);
    markup.open_as("xades:QualifyingProperties", &[("xmlns:xades", NAMESPACE), ("Target", &target)]);
    markup.open_as("xades:SignedProperties", &[("Id", ids.signed_properties)]);
    markup.open_as("xades:SignedSignatureProperties", &[]);
    // The schema's type has no leap seconds.
    let time = time.with_nanosecond(0).unwrap_or(*time);
    leaf(markup, "xades:SigningTime", &time.to_rfc3339_opts(SecondsFormat::Secs, true));
    signing_certificate(markup, chain, digest);
    if let Some(policy) = &properties.policy {
        signature_policy(markup, policy);
    }
    if !properties.place.is_empty() {
        markup.open_as("xades:SignatureProductionPlaceV2", &[]);
        for (name, text) in properties.place.parts().iter().filter(|(_, text)| !text.is_empty()) {
            leaf(markup, &format!("xades:{name}"), text);
        }
        markup.close_as("xades:SignatureProductionPlaceV2");
    }
    if !properties.roles.is_empty() {
        markup.open_as("xades:SignerRoleV2", &[]).open_as("xades:ClaimedRoles", &[]);
        for role in &properties.roles {
            leaf(markup, "xades:ClaimedRole", role);
        }
        markup.close_as("xades:ClaimedRoles").close_as("xades:SignerRoleV2");
    }
    markup.close_as("xades:SignedSignatureProperties");
    if !ids.references.is_empty() || !properties.commitments.is_empty() {
        markup.open_as("xades:SignedDataObjectProperties", &[]);
        for (reference, mime_type) in &ids.references {
            let reference = format!("#{reference}");
            markup.open_as("xades:DataObjectFormat", &[("ObjectReference", &reference)]);
            leaf(markup, "xades:MimeType", mime_type);
            markup.close_as("xades:DataObjectFormat");
        }
        for commitment in &properties.commitments {
            markup.open_as("xades:CommitmentTypeIndication", &[]);
            markup.open_as("xades:CommitmentTypeId", &[]);
            identifier(markup, commitment);
            markup.close_as("xades:CommitmentTypeId");
            markup.open_as("xades:AllSignedDataObjects", &[]).close_as("xades:AllSignedDataObjects");
            markup.close_as("xades:CommitmentTypeIndication");
        }
        markup.close_as("xades:SignedDataObjectProperties");
    }
    markup.close_as("xades:SignedProperties").close_as("xades:QualifyingProperties");
    markup.close("Object");
}

fn leaf(markup: &mut Markup, name: &str, text: &str) {
    markup.open_as(name, &[]).escaped(text).close_as(name);
}

/// An element of XMLDSig inside XAdES, under the signature's own prefix.
fn digest_method(markup: &mut Markup, digest: &Digest) {
    markup.empty("DigestMethod", &[("Algorithm", digest_uri(digest.algorithm()))]);
    markup.leaf("DigestValue", &digest.to_base64());
}

/// SigningCertificateV2 of the leaf (5.2.2): its digest, its issuer and serial number in DER.
fn signing_certificate(markup: &mut Markup, chain: &Chain, digest: DigestAlgorithm) {
    markup.open_as("xades:SigningCertificateV2", &[]).open_as("xades:Cert", &[]);
    markup.open_as("xades:CertDigest", &[]);
    digest_method(markup, &chain.leaf_digest(digest));
    markup.close_as("xades:CertDigest");
    leaf(markup, "xades:IssuerSerialV2", &STANDARD.encode(chain.issuer_serial()));
    markup.close_as("xades:Cert").close_as("xades:SigningCertificateV2");
}

fn signature_policy(markup: &mut Markup, policy: &Policy) {
    markup.open_as("xades:SignaturePolicyIdentifier", &[]).open_as("xades:SignaturePolicyId", &[]);
    markup.open_as("xades:SigPolicyId", &[]);
    identifier(markup, &policy.id);
    markup.close_as("xades:SigPolicyId").open_as("xades:SigPolicyHash", &[]);
    digest_method(markup, &policy.digest);
    markup.close_as("xades:SigPolicyHash");
    markup.close_as("xades:SignaturePolicyId").close_as("xades:SignaturePolicyIdentifier");
}

/// An identifier: a URI, or an object identifier as URN (5.1.2).
fn identifier(markup: &mut Markup, id: &str) {
    let is_oid = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_oid || id.starts_with("urn:oid:") {
        let urn = if is_oid { format!("urn:oid:{id}") } else { id.to_owned() };
        markup.open_as("xades:Identifier", &[("Qualifier", "OIDAsURN")]);
        markup.escaped(&urn).close_as("xades:Identifier");
    } else {
        leaf(markup, "xades:Identifier", id);
    }
}
