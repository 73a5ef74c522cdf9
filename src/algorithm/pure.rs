//! The backend in Rust alone: `rsa`, `p256`, `p384`, `p521`, `ed25519-dalek`.

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, Pkcs1v15Sign, Pss, RsaPublicKey};

use super::key::{Material, digest_info_prefix};
use super::{Digest, DigestAlgorithm, KeyKind};

/// A key as the crates above hold it.
pub(super) enum Key {
    Rsa(Box<RsaPublicKey>),
    P256(Box<p256::ecdsa::VerifyingKey>),
    P384(Box<p384::ecdsa::VerifyingKey>),
    P521(Box<p521::ecdsa::VerifyingKey>),
    Ed25519(Box<ed25519_dalek::VerifyingKey>),
}

impl Key {
    pub(super) fn new(material: &Material<'_>) -> Option<Self> {
        match material {
            Material::Rsa { modulus, exponent, .. } => {
                let bits = u32::try_from(modulus.len()).ok()?.checked_mul(8)?;
                let n = BoxedUint::from_be_slice(modulus, bits).ok()?;
                let e = BoxedUint::from_be_slice(exponent, bits).ok()?;
                let limits = 0..=usize::try_from(bits).ok()?;
                Some(Self::Rsa(Box::new(RsaPublicKey::new_with_size_limits(n, e, limits).ok()?)))
            }
            Material::Ec(KeyKind::P256, point) => {
                Some(Self::P256(Box::new(p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?)))
            }
            Material::Ec(KeyKind::P384, point) => {
                Some(Self::P384(Box::new(p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?)))
            }
            Material::Ec(KeyKind::P521, point) => {
                Some(Self::P521(Box::new(p521::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?)))
            }
            Material::Ec(..) => None,
            Material::Ed25519(key) => {
                Some(Self::Ed25519(Box::new(ed25519_dalek::VerifyingKey::from_bytes(key).ok()?)))
            }
        }
    }

    /// With a salt length PSS, without PKCS#1 v1.5.
    pub(super) fn verify_rsa(&self, salt_len: Option<usize>, digest: &Digest, value: &[u8]) -> bool {
        let Self::Rsa(key) = self else { return false };
        let hashed = digest.as_bytes();
        match (salt_len, digest.algorithm()) {
            (None, algorithm) => {
                let scheme = Pkcs1v15Sign {
                    hash_len: Some(algorithm.len()),
                    prefix: digest_info_prefix(algorithm).into(),
                };
                key.verify(scheme, hashed, value)
            }
            (Some(salt), DigestAlgorithm::Sha1) => {
                key.verify(Pss::<sha1::Sha1>::new_with_salt(salt), hashed, value)
            }
            (Some(salt), DigestAlgorithm::Sha256) => {
                key.verify(Pss::<sha2::Sha256>::new_with_salt(salt), hashed, value)
            }
            (Some(salt), DigestAlgorithm::Sha384) => {
                key.verify(Pss::<sha2::Sha384>::new_with_salt(salt), hashed, value)
            }
            (Some(salt), DigestAlgorithm::Sha512) => {
                key.verify(Pss::<sha2::Sha512>::new_with_salt(salt), hashed, value)
            }
        }
        .is_ok()
    }

    /// `raw` is `r‖s`.
    pub(super) fn verify_ecdsa(&self, digest: &Digest, raw: &[u8]) -> bool {
        let hashed = digest.as_bytes();
        match self {
            Self::P256(key) => p256::ecdsa::Signature::from_slice(raw)
                .is_ok_and(|signature| key.verify_prehash(hashed, &signature).is_ok()),
            Self::P384(key) => p384::ecdsa::Signature::from_slice(raw)
                .is_ok_and(|signature| key.verify_prehash(hashed, &signature).is_ok()),
            Self::P521(key) => p521::ecdsa::Signature::from_slice(raw)
                .is_ok_and(|signature| key.verify_prehash(hashed, &signature).is_ok()),
            Self::Rsa(_) | Self::Ed25519(_) => false,
        }
    }

    pub(super) fn verify_ed25519(&self, message: &[u8], value: &[u8; 64]) -> bool {
        // Strict: a key or point of small order would let one value fit many messages.
        matches!(self, Self::Ed25519(key)
            if key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(value)).is_ok())
    }

    pub(super) fn rsa_public_operation(&self, value: &[u8]) -> Option<Vec<u8>> {
        let Self::Rsa(key) = self else { return None };
        let number = BoxedUint::from_be_slice(value, key.n_bits_precision()).ok()?;
        if number >= *key.n().as_ref() {
            return None;
        }
        let result = rsa::hazmat::rsa_encrypt(&**key, &number).ok()?.to_be_bytes();
        let size = key.size();
        // The number is held in whole machine words; what is above the modulus is zero.
        match result.len().checked_sub(size) {
            Some(excess) => result.get(excess..).map(<[u8]>::to_vec),
            None => {
                let mut padded = vec![0; size.checked_sub(result.len())?];
                padded.extend_from_slice(&result);
                Some(padded)
            }
        }
    }
}
