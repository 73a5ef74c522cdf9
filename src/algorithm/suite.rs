//! Which signature algorithm goes with which digest and key.

use std::fmt;

use super::{Digest, DigestAlgorithm, KeyKind, PublicKey};

/// A signature algorithm, its digest apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2).
    RsaPkcs1,
    /// RSASSA-PSS with MGF1 over the same digest and a salt as long as the digest (RFC 8017, 8.1).
    RsaPss,
    /// ECDSA over P-256, P-384 or P-521 (FIPS 186-5).
    Ecdsa,
    /// Pure Ed25519 (RFC 8032); in CMS with SHA-512 (RFC 8419).
    Ed25519,
}

impl SignatureAlgorithm {
    const ALL: [Self; 4] = [Self::RsaPkcs1, Self::RsaPss, Self::Ecdsa, Self::Ed25519];

    /// The name used in requests and on the command line: `rsa-pkcs1`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaPkcs1 => "rsa-pkcs1",
            Self::RsaPss => "rsa-pss",
            Self::Ecdsa => "ecdsa",
            Self::Ed25519 => "ed25519",
        }
    }

    /// The algorithm of this [`SignatureAlgorithm::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A signature algorithm with its digest, known to fit a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Suite {
    signature: SignatureAlgorithm,
    digest: DigestAlgorithm,
}

/// Algorithms that do not go together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// The key is for other algorithms.
    #[error("{signature} cannot be used with a key of type {key}")]
    Key {
        /// What was asked for.
        signature: SignatureAlgorithm,
        /// What the certificate holds.
        key: KeyKind,
    },
    /// The digest does not go with the algorithm, or is only for reading old signatures.
    #[error("{signature} cannot be used with {digest}")]
    Digest {
        /// What was asked for.
        signature: SignatureAlgorithm,
        /// What was asked for.
        digest: DigestAlgorithm,
    },
    /// The certificate restricts its key to another digest or a longer salt (RFC 4055, 1.2).
    #[error(
        "the certificate restricts its RSASSA-PSS key to {required} with a salt of at least {salt_len} bytes"
    )]
    PssRestriction {
        /// The digest it allows.
        required: DigestAlgorithm,
        /// The least salt it allows, in bytes.
        salt_len: usize,
    },
    /// The modulus has no room for the digest and its padding.
    #[error("an RSA key of {bits} bits is too short for {signature} with {digest}")]
    KeyTooShort {
        /// Bits of the modulus.
        bits: usize,
        /// What was asked for.
        signature: SignatureAlgorithm,
        /// What was asked for.
        digest: DigestAlgorithm,
    },
}

impl Suite {
    /// Algorithms to sign with under `key`.
    ///
    /// # Errors
    /// When they do not go together, or with the key; SHA-1 goes with nothing.
    pub fn new(
        signature: SignatureAlgorithm,
        digest: DigestAlgorithm,
        key: &PublicKey,
    ) -> Result<Self, SuiteError> {
        if digest == DigestAlgorithm::Sha1 {
            return Err(SuiteError::Digest { signature, digest });
        }
        let suite = Self::for_verification(signature, digest, key)?;
        if signature == SignatureAlgorithm::RsaPss {
            let needed = digest.len().saturating_mul(2).saturating_add(2);
            if key.bits().saturating_sub(1).div_ceil(8) < needed {
                return Err(SuiteError::KeyTooShort { bits: key.bits(), signature, digest });
            }
            if let Some(restriction) = key.pss_restriction()
                && (restriction.digest != digest || restriction.salt_len > digest.len())
            {
                return Err(SuiteError::PssRestriction {
                    required: restriction.digest,
                    salt_len: restriction.salt_len,
                });
            }
        }
        Ok(suite)
    }

    /// Algorithms of a signature that exists already: SHA-1 is tolerated, the salt may differ.
    ///
    /// # Errors
    /// When they do not go together, or with the key.
    pub fn for_verification(
        signature: SignatureAlgorithm,
        digest: DigestAlgorithm,
        key: &PublicKey,
    ) -> Result<Self, SuiteError> {
        let kind = key.kind();
        let fits = match signature {
            SignatureAlgorithm::RsaPkcs1 => kind == KeyKind::Rsa,
            SignatureAlgorithm::RsaPss => matches!(kind, KeyKind::Rsa | KeyKind::RsaPss),
            SignatureAlgorithm::Ecdsa => matches!(kind, KeyKind::P256 | KeyKind::P384 | KeyKind::P521),
            SignatureAlgorithm::Ed25519 => kind == KeyKind::Ed25519,
        };
        if !fits {
            return Err(SuiteError::Key { signature, key: kind });
        }
        if signature == SignatureAlgorithm::Ed25519 && digest != DigestAlgorithm::Sha512 {
            return Err(SuiteError::Digest { signature, digest });
        }
        Ok(Self { signature, digest })
    }

    /// What a key is used with unless something else is asked for.
    #[must_use]
    pub fn default_for(key: &PublicKey) -> Self {
        use DigestAlgorithm::{Sha256, Sha384, Sha512};
        let (signature, digest) = match key.kind() {
            KeyKind::Rsa => (SignatureAlgorithm::RsaPkcs1, Sha256),
            KeyKind::RsaPss => {
                let digest = key.pss_restriction().map_or(Sha256, |restriction| restriction.digest);
                (SignatureAlgorithm::RsaPss, digest)
            }
            KeyKind::P256 => (SignatureAlgorithm::Ecdsa, Sha256),
            KeyKind::P384 => (SignatureAlgorithm::Ecdsa, Sha384),
            KeyKind::P521 => (SignatureAlgorithm::Ecdsa, Sha512),
            KeyKind::Ed25519 => (SignatureAlgorithm::Ed25519, Sha512),
        };
        Self { signature, digest }
    }

    /// The signature algorithm.
    #[must_use]
    pub const fn signature(self) -> SignatureAlgorithm {
        self.signature
    }

    /// The digest algorithm.
    #[must_use]
    pub const fn digest(self) -> DigestAlgorithm {
        self.digest
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {}", self.signature, self.digest)
    }
}

/// What a signature is made over.
#[derive(Clone, Copy, Debug)]
pub enum ToBeSigned<'a> {
    /// A digest: everything but Ed25519.
    Digest(&'a Digest),
    /// The bytes themselves: Ed25519, which cannot work from a digest (RFC 8032, PureEdDSA).
    Message(&'a [u8]),
}
