//! The backend on AWS-LC: five times as fast for RSA.
//!
//! What it does not do — moduli below 2048 or above 8192 bits, PSS with SHA-1 or with a salt of
//! another length than the digest — is answered with `None`, and the other backend is asked.

use std::sync::OnceLock;

use aws_lc_rs::digest as lc_digest;
use aws_lc_rs::signature::{self as lc, ParsedPublicKey, VerificationAlgorithm};

use super::key::Material;
use super::{Digest, DigestAlgorithm, KeyKind};

/// A key of AWS-LC is tied to one algorithm: one for each, parsed when first used.
pub(super) struct Key {
    bytes: Box<[u8]>,
    family: Family,
    parsed: [OnceLock<Option<ParsedPublicKey>>; 8],
}

#[derive(Clone, Copy)]
enum Family {
    Rsa,
    Ec(KeyKind),
    None,
}

impl Key {
    pub(super) fn new(material: &Material<'_>, bits: usize) -> Self {
        let (family, bytes) = match material {
            Material::Rsa { der, .. } if (2048..=8192).contains(&bits) => (Family::Rsa, *der),
            Material::Ec(kind, point) => (Family::Ec(*kind), *point),
            Material::Rsa { .. } | Material::Ed25519(_) => (Family::None, &[][..]),
        };
        Self { bytes: bytes.into(), family, parsed: Default::default() }
    }

    pub(super) fn verify_rsa(&self, salt_len: Option<usize>, digest: &Digest, value: &[u8]) -> Option<bool> {
        let pss = match salt_len {
            None => false,
            Some(salt) if salt == digest.algorithm().len() => true,
            Some(_) => return None,
        };
        if !matches!(self.family, Family::Rsa) {
            return None;
        }
        let algorithm: &'static dyn VerificationAlgorithm = match (pss, digest.algorithm()) {
            (false, DigestAlgorithm::Sha1) => &lc::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            (false, DigestAlgorithm::Sha256) => &lc::RSA_PKCS1_2048_8192_SHA256,
            (false, DigestAlgorithm::Sha384) => &lc::RSA_PKCS1_2048_8192_SHA384,
            (false, DigestAlgorithm::Sha512) => &lc::RSA_PKCS1_2048_8192_SHA512,
            (true, DigestAlgorithm::Sha1) => return None,
            (true, DigestAlgorithm::Sha256) => &lc::RSA_PSS_2048_8192_SHA256,
            (true, DigestAlgorithm::Sha384) => &lc::RSA_PSS_2048_8192_SHA384,
            (true, DigestAlgorithm::Sha512) => &lc::RSA_PSS_2048_8192_SHA512,
        };
        self.verify(usize::from(pss), algorithm, digest, value)
    }

    /// `raw` is `r‖s`.
    pub(super) fn verify_ecdsa(&self, digest: &Digest, raw: &[u8]) -> Option<bool> {
        use DigestAlgorithm::{Sha256, Sha384, Sha512};
        let Family::Ec(kind) = self.family else { return None };
        let algorithm: &'static dyn VerificationAlgorithm = match (kind, digest.algorithm()) {
            (KeyKind::P256, Sha256) => &lc::ECDSA_P256_SHA256_FIXED,
            (KeyKind::P384, Sha384) => &lc::ECDSA_P384_SHA384_FIXED,
            (KeyKind::P521, Sha256) => &lc::ECDSA_P521_SHA256_FIXED,
            (KeyKind::P521, Sha384) => &lc::ECDSA_P521_SHA384_FIXED,
            (KeyKind::P521, Sha512) => &lc::ECDSA_P521_SHA512_FIXED,
            _ => return None,
        };
        self.verify(0, algorithm, digest, raw)
    }

    fn verify(
        &self,
        padding: usize,
        algorithm: &'static dyn VerificationAlgorithm,
        digest: &Digest,
        value: &[u8],
    ) -> Option<bool> {
        let (which, digest_algorithm) = match digest.algorithm() {
            DigestAlgorithm::Sha1 => (0, &lc_digest::SHA1_FOR_LEGACY_USE_ONLY),
            DigestAlgorithm::Sha256 => (1, &lc_digest::SHA256),
            DigestAlgorithm::Sha384 => (2, &lc_digest::SHA384),
            DigestAlgorithm::Sha512 => (3, &lc_digest::SHA512),
        };
        let slot = self.parsed.get(padding.checked_mul(4)?.checked_add(which)?)?;
        let key = slot.get_or_init(|| ParsedPublicKey::new(algorithm, &self.bytes).ok()).as_ref()?;
        let imported = lc_digest::Digest::import_less_safe(digest.as_bytes(), digest_algorithm).ok()?;
        Some(key.verify_digest_sig(&imported, value).is_ok())
    }
}
