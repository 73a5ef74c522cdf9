//! A SignedData made elsewhere.

use super::signer_info::octets;
use super::{CmsError, SignerInfo};
use crate::Limits;
use crate::asn1::{Asn1Error, OCTET_STRING, Reader, Rules, SEQUENCE, SET, context, oid};
use crate::certificate::Certificate;

/// A SignedData (RFC 5652, 5.1), in DER or BER.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedData {
    /// Bytes of the encoding, without padding behind it.
    pub encoded_len: usize,
    /// The type of the content, dotted.
    pub content_type: String,
    /// The content, unless it is detached.
    pub content: Option<Vec<u8>>,
    /// The certificates that can be read, in their order.
    pub certificates: Vec<Certificate>,
    /// How many certificates there are that cannot be read.
    pub unreadable_certificates: usize,
    /// The signers.
    pub signers: Vec<SignerInfo>,
}

impl SignedData {
    /// Reads a ContentInfo with a SignedData; zero bytes may follow, as in a PDF's `/Contents`.
    ///
    /// # Errors
    /// When it cannot be read or exceeds `limits` (depth, cms_bytes, certificates, signatures).
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, CmsError> {
        let (limit, depth) = (limits.cms_bytes, limits.depth);
        if bytes.len() > limit {
            return Err(CmsError::TooLong { limit, found: bytes.len() });
        }
        let mut reader = Reader::new(bytes, Rules::Ber { depth });
        let mut content_info = reader.expect(SEQUENCE)?.inside();
        let encoded_len = reader.offset();
        let padding = bytes.get(encoded_len..).unwrap_or(&[]);
        if let Some(at) = padding.iter().position(|byte| *byte != 0) {
            let (offset, count) = (encoded_len.saturating_add(at), padding.len().saturating_sub(at));
            return Err(Asn1Error::Trailing { offset, count }.into());
        }
        let kind = content_info.oid()?;
        if kind != oid::SIGNED_DATA {
            return Err(CmsError::NotSignedData { oid: kind.to_string() });
        }
        let mut explicit = content_info.expect(context(0))?.inside();
        content_info.finish()?;
        let mut fields = explicit.expect(SEQUENCE)?.inside();
        explicit.finish()?;

        fields.small_integer()?;
        fields.expect(SET)?;
        let mut encapsulated = fields.expect(SEQUENCE)?.inside();
        let content_type = encapsulated.oid()?.to_string();
        let content = match encapsulated.optional(context(0))? {
            None => None,
            Some(explicit) => Some(content(&mut explicit.inside(), depth)?),
        };
        encapsulated.finish()?;

        let (mut certificates, mut unreadable_certificates) = (Vec::new(), 0_usize);
        if let Some(field) = fields.optional(context(0))? {
            let mut list = field.inside();
            while !list.is_empty() {
                if certificates.len().saturating_add(unreadable_certificates) >= limits.certificates {
                    return Err(CmsError::TooManyCertificates { limit: limits.certificates });
                }
                let choice = list.any()?;
                match Certificate::from_der(choice.raw) {
                    Ok(certificate) if choice.tag == SEQUENCE => certificates.push(certificate),
                    _ => unreadable_certificates = unreadable_certificates.saturating_add(1),
                }
            }
        }
        // Revocation lists are not read.
        fields.optional(context(1))?;
        let mut infos = fields.expect(SET)?.inside();
        fields.finish()?;
        let mut signers = Vec::new();
        while !infos.is_empty() {
            if signers.len() >= limits.signatures {
                return Err(CmsError::TooManySigners { limit: limits.signatures });
            }
            signers.push(SignerInfo::read(&infos.expect(SEQUENCE)?, depth)?);
        }
        Ok(Self { encoded_len, content_type, content, certificates, unreadable_certificates, signers })
    }

    /// The certificate that a signer names.
    #[must_use]
    pub fn certificate_of(&self, signer: &SignerInfo) -> Option<&Certificate> {
        self.certificates.iter().find(|certificate| signer.identifier.names(certificate))
    }
}

/// `eContent`: an OCTET STRING. In PKCS#7 1.5 it may be of any type, and its contents octets are what
/// is hashed.
fn content(explicit: &mut Reader<'_>, depth: usize) -> Result<Vec<u8>, Asn1Error> {
    let octets = match explicit.peek() {
        Some(tag) if tag & !0x20 != OCTET_STRING => explicit.any()?.value.to_vec(),
        _ => octets(explicit, depth)?,
    };
    explicit.finish()?;
    Ok(octets)
}

/// The contents of an OCTET STRING with zero bytes behind it: how `adbe.x509.rsa_sha1` stores a bare
/// PKCS#1 value in `/Contents` (ISO 32000-1, 12.8.3.2).
///
/// # Errors
/// When it is none, or exceeds `limits`.
pub fn octet_string(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, CmsError> {
    if bytes.len() > limits.cms_bytes {
        return Err(CmsError::TooLong { limit: limits.cms_bytes, found: bytes.len() });
    }
    let mut reader = Reader::new(bytes, Rules::Ber { depth: limits.depth });
    let value = octets(&mut reader, limits.depth)?;
    match bytes.get(reader.offset()..).unwrap_or(&[]) {
        rest if rest.iter().all(|byte| *byte == 0) => Ok(value),
        rest => Err(Asn1Error::Trailing { offset: reader.offset(), count: rest.len() }.into()),
    }
}
