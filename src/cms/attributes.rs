//! The signed attributes of the signatures made here.

use std::ops::Range;

use const_oid::ObjectIdentifier;

use super::{CertificateHash, CmsError, ess};
use crate::algorithm::{Digest, DigestAlgorithm, Suite};
use crate::asn1::{Asn1Error, OCTET_STRING, OID, Reader, Rules, SEQUENCE, SET, Tlv, oid, time, write};
use crate::certificate::Chain;

/// The DER of the signed attributes, as the `SET OF` whose digest is signed (RFC 5652, 5.4).
///
/// content-type, message-digest and signing-certificate-v2, for `adbe.pkcs7.detached` also
/// signing-time. The bytes never change once made: what was hashed for the signer is what goes into
/// the SignedData, but for the tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedAttributes {
    der: Vec<u8>,
    contents: Range<usize>,
    message_digest: Digest,
    certificate_hash: Vec<u8>,
    signing_time: Option<i64>,
}

impl SignedAttributes {
    /// Attributes for content with this digest, to be signed by the leaf of `chain`.
    ///
    /// `signing_time` is in Unix seconds; a PAdES signature has none (EN 319 142-1, 6.3).
    ///
    /// # Errors
    /// When the digest is not of the suite's algorithm, or the time is beyond the year 9999.
    pub fn new(
        message_digest: &Digest,
        chain: &Chain,
        suite: Suite,
        signing_time: Option<i64>,
    ) -> Result<Self, CmsError> {
        Self::of(oid::DATA, message_digest, chain, suite, signing_time)
    }

    /// The same for content of another type.
    pub(crate) fn of(
        content_type: ObjectIdentifier,
        message_digest: &Digest,
        chain: &Chain,
        suite: Suite,
        signing_time: Option<i64>,
    ) -> Result<Self, CmsError> {
        let algorithm = suite.digest();
        if message_digest.algorithm() != algorithm {
            let found = message_digest.algorithm().name().to_owned();
            return Err(CmsError::DigestAlgorithm { expected: algorithm, found });
        }
        let digest = write::wrap(OCTET_STRING, &[message_digest.as_bytes()]);
        let mut attributes = vec![
            attribute(oid::CONTENT_TYPE, &write::wrap(OID, &[content_type.as_bytes()])),
            attribute(oid::MESSAGE_DIGEST, &digest),
            attribute(oid::SIGNING_CERTIFICATE_V2, &ess::signing_certificate_v2(chain, algorithm)),
        ];
        if let Some(unix_seconds) = signing_time {
            let value = time::encode(unix_seconds).ok_or(CmsError::SigningTime { unix_seconds })?;
            attributes.push(attribute(oid::SIGNING_TIME, &value));
        }
        attributes.sort_unstable();
        let contents_len = attributes.iter().map(Vec::len).sum();
        let mut der = Vec::with_capacity(write::tlv_len(contents_len));
        write::header(&mut der, SET, contents_len);
        let start = der.len();
        for attribute in &attributes {
            der.extend_from_slice(attribute);
        }
        Ok(Self {
            contents: start..der.len(),
            der,
            message_digest: *message_digest,
            certificate_hash: chain.leaf_digest(algorithm).as_bytes().to_vec(),
            signing_time,
        })
    }

    /// Reads what [`SignedAttributes::as_der`] gave, and nothing else: DER, sorted, each attribute
    /// once, none but those named above.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn from_der(der: &[u8]) -> Result<Self, CmsError> {
        let mut reader = Reader::new(der, Rules::Der);
        let set = reader.expect(SET)?;
        reader.finish()?;
        let mut list = set.inside();
        let mut before: &[u8] = &[];
        let (mut content_type, mut digest, mut certificate, mut signing_time) = (None, None, None, None);
        while !list.is_empty() {
            let attribute = list.expect(SEQUENCE)?;
            if attribute.raw <= before {
                let what = "attributes out of order";
                return Err(Asn1Error::Value { offset: attribute.offset, what }.into());
            }
            before = attribute.raw;
            let (id, value) = single_value(&attribute)?;
            let known = match id {
                oid::CONTENT_TYPE if value.tag == OID => content_type.replace(value.value).is_none(),
                oid::MESSAGE_DIGEST if value.tag == OCTET_STRING => digest.replace(value.value).is_none(),
                oid::SIGNING_CERTIFICATE_V2 => {
                    certificate.replace(CertificateHash::read_v2(&value)?).is_none()
                }
                oid::SIGNING_TIME => signing_time.replace(time::read(&value)?).is_none(),
                _ => false,
            };
            if !known {
                return Err(CmsError::UnexpectedAttribute { oid: id.to_string() });
            }
        }
        let missing = |name| CmsError::MissingAttribute { name };
        if content_type.ok_or(missing("content-type"))? != oid::DATA.as_bytes() {
            return Err(CmsError::ContentType {
                expected: oid::DATA.to_string(),
                found: "another".to_owned(),
            });
        }
        let certificate = certificate.ok_or(missing("signing-certificate-v2"))?;
        let digest = digest.ok_or(missing("message-digest"))?;
        let digest_of = |bytes: &[u8]| {
            DigestAlgorithm::sha2_of_len(bytes.len())
                .and_then(|algorithm| Digest::from_bytes(algorithm, bytes))
        };
        // One digest algorithm is used for all, so lengths must agree.
        let (message_digest, certificate_digest) = match (digest_of(digest), digest_of(&certificate.hash)) {
            (Some(message), Some(leaf)) => (message, leaf),
            _ => return Err(missing("message-digest of a known length")),
        };
        let algorithm = message_digest.algorithm();
        if certificate.algorithm != Some(algorithm) || certificate_digest.algorithm() != algorithm {
            let found = certificate.algorithm.map_or("another", DigestAlgorithm::name).to_owned();
            return Err(CmsError::DigestAlgorithm { expected: algorithm, found });
        }
        let end = der.len();
        Ok(Self {
            contents: set.value_offset..end,
            der: der.to_vec(),
            message_digest,
            certificate_hash: certificate.hash,
            signing_time,
        })
    }

    /// The bytes that are hashed and signed, tag 0x31.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The attributes without the tag and length around them.
    pub(super) fn contents(&self) -> &[u8] {
        self.der.get(self.contents.clone()).unwrap_or(&[])
    }

    /// The digest of the document.
    #[must_use]
    pub const fn message_digest(&self) -> &Digest {
        &self.message_digest
    }

    /// The digest of the signer's certificate, from signing-certificate-v2.
    #[must_use]
    pub fn certificate_digest(&self) -> (DigestAlgorithm, &[u8]) {
        (self.message_digest.algorithm(), &self.certificate_hash)
    }

    /// The signing-time, in Unix seconds.
    #[must_use]
    pub const fn signing_time(&self) -> Option<i64> {
        self.signing_time
    }

    /// The digest that the signer signs.
    #[must_use]
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Digest {
        algorithm.hash(&self.der)
    }
}

fn attribute(kind: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    let kind = write::wrap(OID, &[kind.as_bytes()]);
    write::wrap(SEQUENCE, &[&kind, &write::wrap(SET, &[value])])
}

/// The type and the one value of an attribute.
pub(super) fn single_value<'a>(attribute: &Tlv<'a>) -> Result<(ObjectIdentifier, Tlv<'a>), Asn1Error> {
    let mut fields = attribute.inside();
    let id = fields.oid()?;
    let values = fields.expect(SET)?;
    fields.finish()?;
    let mut values = values.inside();
    let value = values.any()?;
    values.finish()?;
    Ok((id, value))
}
