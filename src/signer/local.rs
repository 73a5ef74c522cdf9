//! A private key in memory.

use std::fmt;

use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};

use super::{Signer, SignerError};
use crate::algorithm::{
    Digest, DigestAlgorithm, PublicKey, SignatureAlgorithm, Suite, ToBeSigned, digest_info_prefix,
};

/// A private key in memory. It is overwritten when dropped, and never printed.
pub struct LocalKey(pub(super) Secret);

/// Every one of these overwrites itself when dropped.
pub(super) enum Secret {
    Rsa(Box<RsaPrivateKey>),
    P256(Box<p256::ecdsa::SigningKey>),
    P384(Box<p384::ecdsa::SigningKey>),
    P521(Box<p521::ecdsa::SigningKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

impl LocalKey {
    /// Whether this is the private half of a public key.
    #[must_use]
    pub fn belongs_to(&self, key: &PublicKey) -> bool {
        let suite = Suite::default_for(key);
        let digest = suite.digest().hash(b"whose key is this?");
        let what = match suite.signature() {
            SignatureAlgorithm::Ed25519 => ToBeSigned::Message(digest.as_bytes()),
            _ => ToBeSigned::Digest(&digest),
        };
        self.sign(suite, what).is_ok_and(|value| key.verify(suite, what, &value).is_ok())
    }

    /// SHA1withRSA over a text. SHA-1 is broken: this is for login tokens of services that know nothing else,
    /// never for a document, and [`sign`](Signer::sign) does not offer it.
    ///
    /// # Errors
    /// [`SignerError::NotRsa`], [`SignerError::Failed`].
    pub fn sha1_with_rsa(&self, text: &[u8]) -> Result<Vec<u8>, SignerError> {
        let Secret::Rsa(key) = &self.0 else { return Err(SignerError::NotRsa) };
        let digest = DigestAlgorithm::Sha1.hash(text);
        let scheme = Pkcs1v15Sign {
            hash_len: Some(digest.algorithm().len()),
            prefix: digest_info_prefix(digest.algorithm()).into(),
        };
        whole(key, key.sign(scheme, digest.as_bytes()))
    }

    /// RSA over the digest without a DigestInfo around it: what some services return by mistake.
    #[cfg(feature = "sandbox")]
    pub(crate) fn sign_without_digest_info(&self, digest: &Digest) -> Result<Vec<u8>, SignerError> {
        match &self.0 {
            Secret::Rsa(key) => whole(key, key.sign(Pkcs1v15Sign::new_unprefixed(), digest.as_bytes())),
            _ => Err(SignerError::Invalid),
        }
    }
}

impl Signer for LocalKey {
    fn sign(&self, suite: Suite, what: ToBeSigned<'_>) -> Result<Vec<u8>, SignerError> {
        let refused = || SignerError::Suite { suite };
        match (&self.0, suite.signature(), what) {
            (Secret::Ed25519(key), SignatureAlgorithm::Ed25519, ToBeSigned::Message(message)) => {
                Ok(ed25519_dalek::Signer::sign(&**key, message).to_bytes().to_vec())
            }
            (_, _, ToBeSigned::Digest(digest)) if digest.algorithm() != suite.digest() => Err(refused()),
            (Secret::Rsa(key), SignatureAlgorithm::RsaPkcs1, ToBeSigned::Digest(digest)) => {
                let algorithm = digest.algorithm();
                let scheme = Pkcs1v15Sign {
                    hash_len: Some(algorithm.len()),
                    prefix: digest_info_prefix(algorithm).into(),
                };
                whole(key, key.sign(scheme, digest.as_bytes()))
            }
            (Secret::Rsa(key), SignatureAlgorithm::RsaPss, ToBeSigned::Digest(digest)) => {
                whole(key, sign_pss(key, digest).ok_or_else(refused)?)
            }
            (secret, SignatureAlgorithm::Ecdsa, ToBeSigned::Digest(digest)) => {
                sign_ecdsa(secret, digest.as_bytes()).ok_or_else(refused)?
            }
            _ => Err(refused()),
        }
    }
}

/// A value as long as the modulus.
fn whole(key: &RsaPrivateKey, signed: rsa::Result<Vec<u8>>) -> Result<Vec<u8>, SignerError> {
    let value = signed.map_err(|error| SignerError::Failed(error.into()))?;
    let mut padded = vec![0; key.size().saturating_sub(value.len())];
    padded.extend_from_slice(&value);
    Ok(padded)
}

/// `sign` blinds: the feature `getrandom` of `rsa` gives it the system's randomness.
fn sign_pss(key: &RsaPrivateKey, digest: &Digest) -> Option<rsa::Result<Vec<u8>>> {
    let (salt, hashed) = (digest.algorithm().len(), digest.as_bytes());
    Some(match digest.algorithm() {
        DigestAlgorithm::Sha1 => return None,
        DigestAlgorithm::Sha256 => key.sign(Pss::<sha2::Sha256>::new_blinded_with_salt(salt), hashed),
        DigestAlgorithm::Sha384 => key.sign(Pss::<sha2::Sha384>::new_blinded_with_salt(salt), hashed),
        DigestAlgorithm::Sha512 => key.sign(Pss::<sha2::Sha512>::new_blinded_with_salt(salt), hashed),
    })
}

fn sign_ecdsa(secret: &Secret, hashed: &[u8]) -> Option<Result<Vec<u8>, SignerError>> {
    let failed = |error: p256::ecdsa::Error| SignerError::Failed(error.into());
    Some(match secret {
        Secret::P256(key) => {
            key.sign_prehash(hashed).map(|value: p256::ecdsa::Signature| value.to_vec()).map_err(failed)
        }
        Secret::P384(key) => {
            key.sign_prehash(hashed).map(|value: p384::ecdsa::Signature| value.to_vec()).map_err(failed)
        }
        Secret::P521(key) => {
            key.sign_prehash(hashed).map(|value: p521::ecdsa::Signature| value.to_vec()).map_err(failed)
        }
        Secret::Rsa(_) | Secret::Ed25519(_) => return None,
    })
}

impl fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.0 {
            Secret::Rsa(_) => "RSA",
            Secret::P256(_) => "EC P-256",
            Secret::P384(_) => "EC P-384",
            Secret::P521(_) => "EC P-521",
            Secret::Ed25519(_) => "Ed25519",
        };
        write!(f, "LocalKey({kind}, not shown)")
    }
}
