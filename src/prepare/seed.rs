//! Seed values for a field that others are to sign (ISO 32000-2, 12.7.5.5).

use super::certify::Certification;
use crate::algorithm::DigestAlgorithm;
use crate::certificate::Certificate;
use crate::profile::pades::SubFilter;
use crate::syntax::pdf::object::{Dictionary, Object};
use crate::syntax::pdf::seed::{CertificateKey, SeedKey};
use crate::syntax::pdf::text;

/// What is asked of whoever signs a field (ISO 32000-2, table 237).
///
/// What a method without `required` asks for is a preference: software may do otherwise.
#[derive(Clone, Debug, Default)]
pub struct SeedValue {
    entries: Dictionary,
    flags: i64,
    /// The version of PDF whose keys are used, as `/V` counts them.
    version: i64,
    certificate: Option<CertificateConstraints>,
}

impl SeedValue {
    /// Asks for nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self { version: 1, ..Self::default() }
    }

    /// Notes an entry: since which `/V` there is one, and whether it must be honoured.
    fn with(
        mut self,
        key: SeedKey,
        name: &[u8],
        value: impl Into<Object>,
        since: i64,
        required: bool,
    ) -> Self {
        self.entries.set(name, value);
        self.flags = if required { self.flags | key.bit() } else { self.flags & !key.bit() };
        self.version = self.version.max(since);
        self
    }

    fn names<'a>(names: impl Iterator<Item = &'a str>) -> Object {
        Object::Array(names.map(Object::name).collect())
    }

    fn set_sub_filters(self, filters: &[SubFilter], required: bool) -> Self {
        let names = Self::names(filters.iter().map(|filter| filter.pdf_name()));
        self.with(SeedKey::SubFilter, b"SubFilter", names, 1, required)
    }

    /// Encodings to sign with, the best first.
    #[must_use]
    pub fn sub_filters(self, filters: &[SubFilter]) -> Self {
        self.set_sub_filters(filters, false)
    }

    /// Encodings of which the first that a signer knows must be used.
    #[must_use]
    pub fn required_sub_filters(self, filters: &[SubFilter]) -> Self {
        self.set_sub_filters(filters, true)
    }

    fn set_digests(self, digests: &[DigestAlgorithm], required: bool) -> Self {
        let names: Vec<_> = digests.iter().map(|digest| digest.name().to_ascii_uppercase()).collect();
        let names = Self::names(names.iter().map(String::as_str));
        self.with(SeedKey::DigestMethod, b"DigestMethod", names, 2, required)
    }

    /// Digest algorithms to sign with.
    #[must_use]
    pub fn digests(self, digests: &[DigestAlgorithm]) -> Self {
        self.set_digests(digests, false)
    }

    /// Digest algorithms of which one must be used.
    #[must_use]
    pub fn required_digests(self, digests: &[DigestAlgorithm]) -> Self {
        self.set_digests(digests, true)
    }

    fn set_texts<I>(self, key: SeedKey, name: &[u8], texts: I, required: bool) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.with(key, name, text_array(texts), 1, required)
    }

    /// Reasons to choose from.
    #[must_use]
    pub fn reasons<I>(self, reasons: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.set_texts(SeedKey::Reasons, b"Reasons", reasons, false)
    }

    /// Reasons of which one must be given; with none of them, no reason may be given.
    #[must_use]
    pub fn required_reasons<I>(self, reasons: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.set_texts(SeedKey::Reasons, b"Reasons", reasons, true)
    }

    /// The signature must be a certification of this level; `None`: an approval.
    #[must_use]
    pub fn certification(mut self, level: Option<Certification>) -> Self {
        let mut mdp = Dictionary::new();
        mdp.set(b"P", level.map_or(0, |level| i64::from(level.p())));
        self.entries.set(b"MDP", mdp);
        self
    }

    /// Statements on the document's content of which a certification gives one.
    #[must_use]
    pub fn legal_attestations<I>(self, attestations: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.set_texts(SeedKey::LegalAttestation, b"LegalAttestation", attestations, false)
    }

    /// Statements on the document's content of which a certification must give one.
    #[must_use]
    pub fn required_legal_attestations<I>(self, attestations: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.set_texts(SeedKey::LegalAttestation, b"LegalAttestation", attestations, true)
    }

    fn set_lock_document(self, lock: bool, required: bool) -> Self {
        let name = Object::name(if lock { "true" } else { "false" });
        self.with(SeedKey::LockDocument, b"LockDocument", name, 3, required)
    }

    /// Whether the document should be locked by the signature.
    #[must_use]
    pub fn lock_document(self, lock: bool) -> Self {
        self.set_lock_document(lock, false)
    }

    /// Whether the document must be locked by the signature, or must not.
    #[must_use]
    pub fn required_lock_document(self, lock: bool) -> Self {
        self.set_lock_document(lock, true)
    }

    fn set_timestamp(mut self, url: &str, required: bool) -> Self {
        let mut timestamp = Dictionary::new();
        timestamp.set(b"URL", Object::String(url.as_bytes().to_vec()));
        timestamp.set(b"Ff", i64::from(required));
        self.entries.set(b"TimeStamp", timestamp);
        self.version = self.version.max(2);
        self
    }

    /// The address of a timestamp service (RFC 3161) to use.
    #[must_use]
    pub fn timestamp(self, url: &str) -> Self {
        self.set_timestamp(url, false)
    }

    /// The address of a timestamp service (RFC 3161); the signature must have a timestamp.
    #[must_use]
    pub fn required_timestamp(self, url: &str) -> Self {
        self.set_timestamp(url, true)
    }

    /// What is asked of the signer's certificate.
    #[must_use]
    pub fn certificate(mut self, constraints: CertificateConstraints) -> Self {
        self.certificate = Some(constraints);
        self
    }

    /// The dictionary.
    pub(super) fn dictionary(&self) -> Dictionary {
        let mut seed = Dictionary::new();
        seed.set(b"Type", Object::name("SV"));
        if self.flags != 0 {
            seed.set(b"Ff", self.flags);
        }
        seed.set(b"V", self.version);
        for (key, value) in self.entries.iter() {
            seed.set(key, value.clone());
        }
        if let Some(certificate) = &self.certificate {
            seed.set(b"Cert", certificate.dictionary());
        }
        seed
    }
}

/// What is asked of a signer's certificate (ISO 32000-2, table 238).
///
/// What a method without `required` asks for is a preference.
#[derive(Clone, Debug, Default)]
pub struct CertificateConstraints {
    entries: Dictionary,
    flags: i64,
}

impl CertificateConstraints {
    /// Asks for nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn with(mut self, key: CertificateKey, name: &[u8], value: impl Into<Object>, required: bool) -> Self {
        self.entries.set(name, value);
        self.flags = if required { self.flags | key.bit() } else { self.flags & !key.bit() };
        self
    }

    fn certificates(certificates: &[Certificate]) -> Object {
        Object::Array(certificates.iter().map(|one| Object::String(one.der().to_vec())).collect())
    }

    /// Certificates of which one should sign.
    #[must_use]
    pub fn subjects(self, certificates: &[Certificate]) -> Self {
        self.with(CertificateKey::Subject, b"Subject", Self::certificates(certificates), false)
    }

    /// Certificates of which one must sign.
    #[must_use]
    pub fn required_subjects(self, certificates: &[Certificate]) -> Self {
        self.with(CertificateKey::Subject, b"Subject", Self::certificates(certificates), true)
    }

    /// Certificates to one of which the signer's should lead.
    #[must_use]
    pub fn issuers(self, certificates: &[Certificate]) -> Self {
        self.with(CertificateKey::Issuer, b"Issuer", Self::certificates(certificates), false)
    }

    /// Certificates to one of which the signer's must lead.
    #[must_use]
    pub fn required_issuers(self, certificates: &[Certificate]) -> Self {
        self.with(CertificateKey::Issuer, b"Issuer", Self::certificates(certificates), true)
    }

    /// Certificate policies, dotted, that the signer's certificate must have; they count together with
    /// [`required_issuers`](Self::required_issuers) only.
    #[must_use]
    pub fn required_policies<I>(self, policies: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.with(CertificateKey::Oid, b"OID", text_array(policies), true)
    }

    fn set_subject_dn(self, attributes: &[(&str, &str)], required: bool) -> Self {
        let mut name = Dictionary::new();
        for (attribute, value) in attributes {
            name.set(attribute.as_bytes(), Object::String(text::encode(value)));
        }
        let mut names = match self.entries.get(b"SubjectDN") {
            Some(Object::Array(names)) => names.clone(),
            _ => Vec::new(),
        };
        names.push(name.into());
        self.with(CertificateKey::SubjectDn, b"SubjectDN", Object::Array(names), required)
    }

    /// Attributes that the subject should have, by keyword (`CN`, `O`) or dotted object identifier. Called
    /// again, it gives another choice.
    #[must_use]
    pub fn subject_dn(self, attributes: &[(&str, &str)]) -> Self {
        self.set_subject_dn(attributes, false)
    }

    /// Attributes that the subject must have, by keyword (`CN`, `O`) or dotted object identifier. Called
    /// again, it gives another choice.
    #[must_use]
    pub fn required_subject_dn(self, attributes: &[(&str, &str)]) -> Self {
        self.set_subject_dn(attributes, true)
    }

    /// The keyUsage that the certificate should have: for each bit from digitalSignature on `1` set, `0` not
    /// set, `X` either. One of the strings is to fit.
    #[must_use]
    pub fn key_usage<I>(self, usages: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.with(CertificateKey::KeyUsage, b"KeyUsage", text_array(usages), false)
    }

    /// The keyUsage that the certificate must have, as for [`key_usage`](Self::key_usage).
    #[must_use]
    pub fn required_key_usage<I>(self, usages: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.with(CertificateKey::KeyUsage, b"KeyUsage", text_array(usages), true)
    }

    /// Where people get a certificate that fits.
    #[must_use]
    pub fn url(self, url: &str) -> Self {
        self.with(CertificateKey::Url, b"URL", Object::String(url.as_bytes().to_vec()), false)
    }

    fn dictionary(&self) -> Dictionary {
        let mut constraints = Dictionary::new();
        constraints.set(b"Type", Object::name("SVCert"));
        if self.flags != 0 {
            constraints.set(b"Ff", self.flags);
        }
        for (key, value) in self.entries.iter() {
            constraints.set(key, value.clone());
        }
        constraints
    }
}

fn text_array<I>(texts: I) -> Object
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    Object::Array(texts.into_iter().map(|one| Object::String(text::encode(one.as_ref()))).collect())
}
