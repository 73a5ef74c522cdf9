//! One signer of a SignedData made elsewhere.

use std::fmt;

use const_oid::ObjectIdentifier;

use super::attributes::single_value;
use super::{CertificateHash, CmsError};
use crate::algorithm::{Digest, DigestAlgorithm, SignatureAlgorithm, SignatureParameters};
use crate::asn1::{Asn1Error, INTEGER, OCTET_STRING, Reader, SEQUENCE, SET, Tlv, context, oid, time, write};
use crate::certificate::{Certificate, same_name};

/// How a SignerInfo names its certificate (RFC 5652, 5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignerIdentifier {
    /// By issuer and serial number.
    IssuerAndSerialNumber {
        /// The issuer's `Name`, DER.
        issuer: Vec<u8>,
        /// The contents octets of the serial number.
        serial: Vec<u8>,
    },
    /// By subjectKeyIdentifier.
    SubjectKeyIdentifier(Vec<u8>),
}

impl SignerIdentifier {
    /// Whether `certificate` is the one named.
    #[must_use]
    pub fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::IssuerAndSerialNumber { issuer, serial } => {
                trimmed(serial) == trimmed(certificate.serial())
                    && same_name(issuer, certificate.issuer_der())
            }
            Self::SubjectKeyIdentifier(identifier) => {
                certificate.subject_key_identifier() == Some(identifier.as_slice())
            }
        }
    }
}

/// A serial number without needless leading zeros, which some software writes.
fn trimmed(serial: &[u8]) -> &[u8] {
    let zeros = serial.iter().take_while(|byte| **byte == 0).count();
    serial.get(zeros..).unwrap_or(&[])
}

impl fmt::Display for SignerIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = match self {
            Self::IssuerAndSerialNumber { serial, .. } => {
                f.write_str("serial number ")?;
                serial
            }
            Self::SubjectKeyIdentifier(identifier) => {
                f.write_str("key identifier ")?;
                identifier
            }
        };
        digits.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The signed attributes of a signature made elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForeignAttributes {
    /// The attributes as a `SET OF`, tag 0x31: what was hashed and signed.
    pub der: Vec<u8>,
    /// content-type, dotted.
    pub content_type: String,
    /// message-digest.
    pub message_digest: Vec<u8>,
    /// signing-time, in Unix seconds.
    pub signing_time: Option<i64>,
    /// The first certificate of signing-certificate-v2, or else of signing-certificate.
    pub signing_certificate: Option<CertificateHash>,
    /// The types of all attributes, dotted, in their order.
    pub types: Vec<String>,
}

/// One signer of a SignedData (RFC 5652, 5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignerInfo {
    /// Which certificate is the signer's.
    pub identifier: SignerIdentifier,
    /// The digest algorithm; `None` when it is not supported.
    pub digest: Option<DigestAlgorithm>,
    /// The digest algorithm, dotted.
    pub digest_oid: String,
    /// The signed attributes; without them the signature is over the content itself.
    pub attributes: Option<ForeignAttributes>,
    /// The signature algorithm; `None` when it is not supported.
    pub signature: Option<SignatureAlgorithm>,
    /// The signature algorithm, dotted.
    pub signature_oid: String,
    /// The digest that the signature algorithm names itself.
    pub signature_digest: Option<DigestAlgorithm>,
    /// Bytes of the PSS salt.
    pub salt_len: Option<usize>,
    /// The signature value.
    pub value: Vec<u8>,
    /// The types of all unsigned attributes, dotted.
    pub unsigned_types: Vec<String>,
    /// The signature-time-stamp: a CMS of its own, DER or BER.
    pub timestamp: Option<Vec<u8>>,
}

impl SignerInfo {
    /// The digest that the signature covers: of the signed attributes, in the signer's algorithm.
    #[must_use]
    pub fn attributes_digest(&self) -> Option<Digest> {
        Some(self.digest?.hash(&self.attributes.as_ref()?.der))
    }

    pub(super) fn read(info: &Tlv<'_>, depth: usize) -> Result<Self, CmsError> {
        let mut fields = info.inside();
        fields.small_integer()?;
        let sid = fields.any()?;
        let identifier = match sid.tag {
            SEQUENCE => {
                let mut parts = sid.inside();
                let issuer = parts.expect(SEQUENCE)?.raw.to_vec();
                SignerIdentifier::IssuerAndSerialNumber {
                    issuer,
                    serial: parts.expect(INTEGER)?.value.to_vec(),
                }
            }
            0x80 | 0xA0 => SignerIdentifier::SubjectKeyIdentifier(sid.octets(depth)?),
            found => return Err(Asn1Error::Tag { offset: sid.offset, expected: SEQUENCE, found }.into()),
        };
        let digest_oid = fields.expect(SEQUENCE)?.inside().oid()?;
        let attributes = match fields.optional(context(0))? {
            Some(field) => Some(ForeignAttributes::read(&field, depth)?),
            None => None,
        };
        let algorithm = SignatureParameters::read(&fields.any()?)?;
        let value = octets(&mut fields, depth)?;
        let (mut unsigned_types, mut timestamp) = (Vec::new(), None);
        if let Some(field) = fields.optional(context(1))? {
            let mut list = field.inside();
            while !list.is_empty() {
                let mut attribute = list.expect(SEQUENCE)?.inside();
                let id = attribute.oid()?;
                let mut values = attribute.expect(SET)?.inside();
                if id == oid::SIGNATURE_TIME_STAMP && timestamp.is_none() && !values.is_empty() {
                    timestamp = Some(values.any()?.raw.to_vec());
                }
                unsigned_types.push(id.to_string());
            }
        }
        fields.finish()?;
        Ok(Self {
            identifier,
            digest: DigestAlgorithm::from_oid(&digest_oid),
            digest_oid: digest_oid.to_string(),
            attributes,
            signature: algorithm.signature,
            signature_oid: algorithm.oid.to_string(),
            signature_digest: algorithm.digest,
            salt_len: algorithm.salt_len,
            value,
            unsigned_types,
            timestamp,
        })
    }
}

/// An OCTET STRING in one piece or several.
pub(super) fn octets(fields: &mut Reader<'_>, depth: usize) -> Result<Vec<u8>, Asn1Error> {
    let string = fields.any()?;
    if string.tag & !0x20 != OCTET_STRING {
        return Err(Asn1Error::Tag { offset: string.offset, expected: OCTET_STRING, found: string.tag });
    }
    string.octets(depth)
}

impl ForeignAttributes {
    fn read(field: &Tlv<'_>, depth: usize) -> Result<Self, CmsError> {
        fn once<T>(slot: &mut Option<T>, value: T, name: &'static str) -> Result<(), CmsError> {
            match slot.replace(value) {
                None => Ok(()),
                Some(_) => Err(CmsError::RepeatedAttribute { name }),
            }
        }
        let mut list = field.inside();
        let mut types = Vec::new();
        let (mut content_type, mut message_digest, mut signing_time) = (None, None, None);
        let (mut v1, mut v2) = (None, None);
        while !list.is_empty() {
            let attribute = list.expect(SEQUENCE)?;
            let id: ObjectIdentifier = attribute.inside().oid()?;
            types.push(id.to_string());
            let name = match id {
                oid::CONTENT_TYPE => "content-type",
                oid::MESSAGE_DIGEST => "message-digest",
                oid::SIGNING_TIME => "signing-time",
                oid::SIGNING_CERTIFICATE => "signing-certificate",
                oid::SIGNING_CERTIFICATE_V2 => "signing-certificate-v2",
                _ => continue,
            };
            let (_, value) = single_value(&attribute).map_err(|error| match error {
                Asn1Error::Trailing { .. } => CmsError::RepeatedAttribute { name },
                other => other.into(),
            })?;
            match id {
                oid::CONTENT_TYPE => {
                    let kind = ObjectIdentifier::from_bytes(value.value).map_err(|_| Asn1Error::Value {
                        offset: value.offset,
                        what: "object identifier that cannot be read",
                    })?;
                    once(&mut content_type, kind.to_string(), name)?;
                }
                oid::MESSAGE_DIGEST => once(&mut message_digest, value.octets(depth)?, name)?,
                oid::SIGNING_TIME => once(&mut signing_time, time::read(&value)?, name)?,
                oid::SIGNING_CERTIFICATE => once(&mut v1, CertificateHash::read_v1(&value)?, name)?,
                _ => once(&mut v2, CertificateHash::read_v2(&value)?, name)?,
            }
        }
        let missing = |name| CmsError::MissingAttribute { name };
        Ok(Self {
            // The same bytes under the tag that was hashed (RFC 5652, 5.4).
            der: write::wrap(SET, &[field.value]),
            content_type: content_type.ok_or(missing("content-type"))?,
            message_digest: message_digest.ok_or(missing("message-digest"))?,
            signing_time,
            signing_certificate: v2.or(v1),
            types,
        })
    }
}
