//! Certificates, looked at and never encoded again.

mod chain;
mod extensions;
mod name;
mod path;
#[cfg(test)]
pub(crate) mod sample;

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

pub use chain::{Chain, ChainError, LeafError};
pub use path::{PathError, build_path};

pub(crate) use name::same_name;

use self::extensions::Extensions;
use crate::algorithm::{
    Digest, DigestAlgorithm, KeyError, PublicKey, SignatureAlgorithm, SignatureParameters, Suite, ToBeSigned,
};
use crate::asn1::{Asn1Error, BIT_STRING, INTEGER, Reader, Rules, SEQUENCE, Tlv, context, time};

/// An X.509 certificate (RFC 5280), kept as the bytes it came in; clones share them.
///
/// Reading is lenient where certificates in use are careless (lengths that are not minimal, defaults
/// written out), since nothing is ever encoded again.
#[derive(Clone)]
pub struct Certificate(Arc<Inner>);

struct Inner {
    der: Box<[u8]>,
    tbs: Range<usize>,
    serial: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    spki: Range<usize>,
    signature_algorithm: Range<usize>,
    signature: Range<usize>,
    not_before: i64,
    not_after: i64,
    extensions: Extensions,
    key: OnceLock<Result<PublicKey, KeyError>>,
}

/// Bytes that are no certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an X.509 certificate that can be read")]
#[non_exhaustive]
pub struct CertificateError {
    /// What is wrong, and where in the certificate.
    #[from]
    source: Asn1Error,
}

impl Certificate {
    /// Reads one DER certificate, with nothing behind it.
    ///
    /// # Errors
    /// When the bytes are no certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let mut reader = Reader::new(der, Rules::Lenient);
        let mut outer = reader.expect(SEQUENCE)?.inside();
        reader.finish()?;
        let tbs = outer.expect(SEQUENCE)?;
        let signature_algorithm = outer.expect(SEQUENCE)?;
        let signature = outer.expect(BIT_STRING)?;
        signature.whole_octets()?;
        outer.finish()?;

        let mut fields = tbs.inside();
        fields.optional(context(0))?;
        let serial = fields.expect(INTEGER)?;
        fields.expect(SEQUENCE)?;
        let issuer = fields.expect(SEQUENCE)?;
        let mut validity = fields.expect(SEQUENCE)?.inside();
        let not_before = time::read(&validity.any()?)?;
        let not_after = time::read(&validity.any()?)?;
        let subject = fields.expect(SEQUENCE)?;
        let spki = fields.expect(SEQUENCE)?;
        // issuerUniqueID and subjectUniqueID, of no use to anyone.
        for tag in [0x81, 0xA1, 0x82, 0xA2] {
            fields.optional(tag)?;
        }
        let extensions = match fields.optional(context(3))? {
            Some(field) => Extensions::read(&field)?,
            None => Extensions::default(),
        };
        fields.finish()?;
        Ok(Self(Arc::new(Inner {
            tbs: raw_range(&tbs),
            serial: value_range(&serial),
            issuer: raw_range(&issuer),
            subject: raw_range(&subject),
            spki: raw_range(&spki),
            signature_algorithm: raw_range(&signature_algorithm),
            signature: value_range(&signature),
            not_before,
            not_after,
            extensions,
            key: OnceLock::new(),
            der: der.into(),
        })))
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.0.der.get(range.clone()).unwrap_or(&[])
    }

    /// The whole certificate, byte for byte as it was given.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The signed part (`TBSCertificate`).
    #[must_use]
    pub fn tbs_der(&self) -> &[u8] {
        self.slice(&self.0.tbs)
    }

    /// The contents octets of the serial number, sign octet included.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        self.slice(&self.0.serial)
    }

    /// The issuer's `Name`.
    #[must_use]
    pub fn issuer_der(&self) -> &[u8] {
        self.slice(&self.0.issuer)
    }

    /// The subject's `Name`.
    #[must_use]
    pub fn subject_der(&self) -> &[u8] {
        self.slice(&self.0.subject)
    }

    /// The `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn spki_der(&self) -> &[u8] {
        self.slice(&self.0.spki)
    }

    /// When its validity begins, in Unix seconds.
    #[must_use]
    pub fn not_before(&self) -> i64 {
        self.0.not_before
    }

    /// When its validity ends, in Unix seconds; that second is still valid.
    #[must_use]
    pub fn not_after(&self) -> i64 {
        self.0.not_after
    }

    /// Whether `at`, in Unix seconds, lies in its validity.
    #[must_use]
    pub fn is_valid_at(&self, at: i64) -> bool {
        (self.0.not_before..=self.0.not_after).contains(&at)
    }

    /// Whether its basicConstraints say it is a certification authority's.
    #[must_use]
    pub fn is_ca(&self) -> bool {
        self.0.extensions.ca
    }

    /// The keyUsage extension, when there is one.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.0.extensions.key_usage
    }

    /// The subjectKeyIdentifier, when there is one.
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.0.extensions.subject_key_identifier.as_deref()
    }

    pub(crate) fn authority_key_identifier(&self) -> Option<&[u8]> {
        self.0.extensions.authority_key_identifier.as_deref()
    }

    pub(crate) fn path_len(&self) -> Option<u32> {
        self.0.extensions.path_len
    }

    pub(crate) fn unknown_critical(&self) -> Option<&str> {
        self.0.extensions.unknown_critical.as_deref()
    }

    /// The policies that the certificate was issued under, as dotted object identifiers.
    pub fn policies(&self) -> impl Iterator<Item = &str> {
        self.0.extensions.policies.iter().map(String::as_str)
    }

    /// Whether the subject has an attribute, named by keyword (`CN`, `email`) or dotted object identifier,
    /// of exactly this value.
    #[must_use]
    pub fn subject_has(&self, attribute: &str, value: &str) -> bool {
        name::has(self.subject_der(), attribute, value)
    }

    /// The texts of a subject attribute, named as for [`Self::subject_has`], in the order they are encoded.
    #[must_use]
    pub fn subject_values(&self, attribute: &str) -> Vec<String> {
        name::values(self.subject_der(), attribute)
    }

    /// The subject's last commonName.
    #[must_use]
    pub fn common_name(&self) -> Option<String> {
        name::common_name(self.subject_der())
    }

    /// The subject's e-mail address: the first of subjectAltName, else emailAddress in the subject.
    #[must_use]
    pub fn email(&self) -> Option<String> {
        let named = self.0.extensions.email.as_deref().map(str::to_owned);
        named.or_else(|| name::email_address(self.subject_der()))
    }

    /// The subject as text (RFC 4514): the most specific attribute first.
    #[must_use]
    pub fn subject(&self) -> String {
        name::print(self.subject_der())
    }

    /// The issuer as text (RFC 4514): the most specific attribute first.
    #[must_use]
    pub fn issuer(&self) -> String {
        name::print(self.issuer_der())
    }

    /// The digest of the whole certificate.
    #[must_use]
    pub fn fingerprint(&self, algorithm: DigestAlgorithm) -> Digest {
        algorithm.hash(self.der())
    }

    /// The key, parsed at the first call.
    ///
    /// # Errors
    /// When it is of a type not supported, or not a valid key.
    pub fn public_key(&self) -> Result<&PublicKey, KeyError> {
        self.0.key.get_or_init(|| PublicKey::from_spki_der(self.spki_der())).as_ref().map_err(Clone::clone)
    }

    /// Whether `issuer` signed this certificate: the names match and the signature verifies.
    ///
    /// Only signatures over SHA-2 count. One over SHA-1 proves nothing any more, so a certificate
    /// signed with it is reported as not issued by anyone; a root that signed itself so is trusted
    /// because the caller gave it, not for its signature.
    #[must_use]
    pub fn is_issued_by(&self, issuer: &Self) -> bool {
        same_name(self.issuer_der(), issuer.subject_der()) && self.is_signed_by(issuer)
    }

    fn is_signed_by(&self, issuer: &Self) -> bool {
        let mut algorithm = Reader::new(self.slice(&self.0.signature_algorithm), Rules::Lenient);
        let Ok(parameters) = algorithm.any().and_then(|tlv| SignatureParameters::read(&tlv)) else {
            return false;
        };
        let (Some(signature), Some(digest)) = (parameters.signature, parameters.digest) else { return false };
        let Ok(key) = issuer.public_key() else { return false };
        if digest == DigestAlgorithm::Sha1 {
            return false;
        }
        let Ok(suite) = Suite::for_verification(signature, digest, key) else { return false };
        // The first octet counts unused bits: none, as was checked when reading.
        let value = self.slice(&self.0.signature).get(1..).unwrap_or(&[]);
        let hashed;
        let what = if signature == SignatureAlgorithm::Ed25519 {
            ToBeSigned::Message(self.tbs_der())
        } else {
            hashed = digest.hash(self.tbs_der());
            ToBeSigned::Digest(&hashed)
        };
        key.verify_with_salt(suite, parameters.salt_len.unwrap_or(digest.len()), what, value).is_ok()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, {})", self.subject(), self.fingerprint(DigestAlgorithm::Sha256).to_hex())
    }
}

/// What a key may be used for (RFC 5280, 4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// From the contents of the BIT STRING, its first bit on top.
    fn from_bits(contents: &[u8]) -> Self {
        let bits = contents.get(1..).unwrap_or(&[]);
        let at = |index: usize| bits.get(index).copied().unwrap_or(0);
        Self(u16::from_be_bytes([at(0), at(1)]))
    }

    const fn bit(self, number: u32) -> bool {
        self.0 & (0x8000 >> number) != 0
    }

    /// `digitalSignature`.
    #[must_use]
    pub const fn digital_signature(self) -> bool {
        self.bit(0)
    }

    /// `nonRepudiation`, also called contentCommitment.
    #[must_use]
    pub const fn non_repudiation(self) -> bool {
        self.bit(1)
    }

    /// The bit of this number: 0 is `digitalSignature`, 8 `decipherOnly`, and there are no more.
    pub(crate) const fn has_bit(self, number: u32) -> bool {
        number < 9 && self.bit(number)
    }

    /// `keyCertSign`.
    #[must_use]
    pub const fn key_cert_sign(self) -> bool {
        self.bit(5)
    }
}

fn raw_range(tlv: &Tlv<'_>) -> Range<usize> {
    tlv.offset..tlv.offset.saturating_add(tlv.raw.len())
}

fn value_range(tlv: &Tlv<'_>) -> Range<usize> {
    tlv.value_offset..tlv.value_offset.saturating_add(tlv.value.len())
}
