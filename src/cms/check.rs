//! Checking signatures made elsewhere: a returned CMS before it is stored, and any CMS on request.

use super::{CmsError, SignedData, SignerInfo};
use crate::Limits;
use crate::algorithm::{Digest, DigestAlgorithm, PublicKey, SignatureAlgorithm, Suite, ToBeSigned};
use crate::asn1::oid;
use crate::certificate::{Certificate, Chain};

/// Whether a signing-certificate attribute must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningCertificate {
    /// As PAdES demands.
    Required,
    /// As in `adbe.pkcs7.detached`; when it is there it must still name the signer's certificate.
    Optional,
}

/// Checks a whole CMS that a service returned for content with this digest.
///
/// One SignerInfo, detached, its messageDigest the digest, its signer the leaf of `chain` both by
/// identifier and by signing-certificate attribute, and a signature that verifies under the leaf.
/// Which signature algorithm to use was the service's choice, as long as it is over SHA-2.
///
/// # Errors
/// The first of these that does not hold, each as its own variant.
pub fn check_returned(
    cms: &[u8],
    content_digest: &Digest,
    chain: &Chain,
    signing_certificate: SigningCertificate,
    limits: &Limits,
) -> Result<SignedData, CmsError> {
    let data = SignedData::parse(cms, limits)?;
    let [signer] = data.signers.as_slice() else {
        return Err(CmsError::SignerCount { found: data.signers.len() });
    };
    if let Some(content) = &data.content {
        return Err(CmsError::NotDetached { bytes: content.len() });
    }
    if data.content_type != oid::DATA.to_string() {
        return Err(CmsError::ContentType { expected: oid::DATA.to_string(), found: data.content_type });
    }
    let leaf = chain.leaf();
    if !signer.identifier.names(leaf) {
        let expected = format!("{} ({})", hex(leaf.serial()), leaf.subject());
        return Err(CmsError::SignerIdentifier { expected, found: signer.identifier.to_string() });
    }
    let expected = content_digest.algorithm();
    if signer.digest != Some(expected) {
        let found =
            signer.digest.map_or_else(|| signer.digest_oid.clone(), |digest| digest.name().to_owned());
        return Err(CmsError::DigestAlgorithm { expected, found });
    }
    let attributes =
        signer.attributes.as_ref().ok_or(CmsError::MissingAttribute { name: "message-digest" })?;
    check_content(&data, signer, &|_| Some(*content_digest))?;
    match (&attributes.signing_certificate, signing_certificate) {
        (Some(named), _) if !named.names(leaf) => return Err(CmsError::SigningCertificate),
        (None, SigningCertificate::Required) => {
            return Err(CmsError::MissingAttribute { name: "signing-certificate-v2" });
        }
        _ => {}
    }
    if signer.digest == Some(DigestAlgorithm::Sha1) {
        return Err(CmsError::Algorithm { found: "SHA-1".to_owned() });
    }
    check_signature(signer, chain.public_key(), content_digest)?;
    Ok(data)
}

/// What was found out about one signer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignerCheck {
    /// The signer's certificate, if it is in the CMS.
    pub certificate: Option<Certificate>,
    /// Whether the content is the one that was signed.
    pub content: Result<(), CmsError>,
    /// Whether the signing-certificate attribute names the certificate; without the attribute there
    /// is nothing to object to.
    pub signing_certificate: Result<(), CmsError>,
    /// Whether the signature verifies under the certificate, and with which algorithms.
    pub signature: Result<Suite, CmsError>,
}

/// Checks one signer under the certificate that the CMS brings along.
///
/// `content` gives the digest of the signed content in an algorithm; without an answer the content
/// counts as not checked. For `adbe.pkcs7.sha1` the signed content is [`SignedData::content`], itself
/// the SHA-1 of the document's bytes, which the caller compares.
pub fn verify_signer(
    data: &SignedData,
    signer: &SignerInfo,
    content: &dyn Fn(DigestAlgorithm) -> Option<Digest>,
) -> SignerCheck {
    let certificate = data.certificate_of(signer);
    let no_certificate = || CmsError::NoCertificate { signer: signer.identifier.to_string() };
    let named = signer.attributes.as_ref().and_then(|attributes| attributes.signing_certificate.as_ref());
    let signing_certificate = match (named, certificate) {
        (Some(named), Some(certificate)) if !named.names(certificate) => Err(CmsError::SigningCertificate),
        _ => Ok(()),
    };
    let content_check = check_content(data, signer, content);
    let signature = match (certificate, content_check.as_ref()) {
        (None, _) => Err(no_certificate()),
        // Without attributes the signature is over the content, whose digest cannot be had.
        (Some(_), Err(error)) if signer.attributes.is_none() => Err(error.clone()),
        (Some(certificate), _) => certificate.public_key().map_err(CmsError::from).and_then(|key| {
            let digest = content_digest(signer, content)?;
            check_signature(signer, key, &digest)
        }),
    };
    SignerCheck { certificate: certificate.cloned(), content: content_check, signing_certificate, signature }
}

fn content_digest(
    signer: &SignerInfo,
    content: &dyn Fn(DigestAlgorithm) -> Option<Digest>,
) -> Result<Digest, CmsError> {
    let unsupported = || CmsError::Algorithm { found: signer.digest_oid.clone() };
    content(signer.digest.ok_or_else(unsupported)?).ok_or_else(unsupported)
}

/// The content-type and message-digest attributes against the content.
fn check_content(
    data: &SignedData,
    signer: &SignerInfo,
    content: &dyn Fn(DigestAlgorithm) -> Option<Digest>,
) -> Result<(), CmsError> {
    let digest = content_digest(signer, content)?;
    let Some(attributes) = &signer.attributes else { return Ok(()) };
    if attributes.content_type != data.content_type {
        return Err(CmsError::ContentType {
            expected: data.content_type.clone(),
            found: attributes.content_type.clone(),
        });
    }
    if attributes.message_digest != digest.as_bytes() {
        return Err(CmsError::MessageDigest {
            expected: digest.to_hex(),
            found: hex(&attributes.message_digest),
        });
    }
    Ok(())
}

/// The signature over the attributes, or over the content when there are none.
fn check_signature(signer: &SignerInfo, key: &PublicKey, content_digest: &Digest) -> Result<Suite, CmsError> {
    let unsupported = |found: &str| CmsError::Algorithm { found: found.to_owned() };
    let signature = signer.signature.ok_or_else(|| unsupported(&signer.signature_oid))?;
    let digest = signer.digest.ok_or_else(|| unsupported(&signer.digest_oid))?;
    // Two places name the digest; where both do they must agree.
    if let Some(named) = signer.signature_digest
        && named != digest
    {
        return Err(CmsError::DigestAlgorithm { expected: named, found: digest.name().to_owned() });
    }
    let suite =
        Suite::for_verification(signature, digest, key).map_err(|error| CmsError::Signature(error.into()))?;
    let salt_len = signer.salt_len.unwrap_or(digest.len());
    let hashed;
    let what = match &signer.attributes {
        Some(attributes) if signature == SignatureAlgorithm::Ed25519 => ToBeSigned::Message(&attributes.der),
        Some(attributes) => {
            hashed = digest.hash(&attributes.der);
            ToBeSigned::Digest(&hashed)
        }
        None => ToBeSigned::Digest(content_digest),
    };
    key.verify_with_salt(suite, salt_len, what, &signer.value)?;
    Ok(suite)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
