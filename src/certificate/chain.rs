//! The signer's certificate with those above it, parsed once for a whole batch.

use std::sync::{Arc, OnceLock};

use super::{Certificate, CertificateError, same_name};
use crate::Limits;
use crate::algorithm::{Digest, DigestAlgorithm, KeyError, PublicKey};
use crate::asn1::{INTEGER, SEQUENCE, context, pem, write};

/// A signer's certificate and its issuers; clones share everything.
///
/// What every signature needs of it (the encoded set of certificates, the signer's identifier, the
/// certificate's digests) is computed once.
#[derive(Clone, Debug)]
pub struct Chain(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The leaf, its issuers in order, then what belongs to neither.
    certificates: Vec<Certificate>,
    key: PublicKey,
    /// Sorted and joined, as the contents of a CMS `CertificateSet`.
    set: Vec<u8>,
    issuer_and_serial: Vec<u8>,
    issuer_serial: Vec<u8>,
    digests: [OnceLock<Digest>; 4],
}

/// Certificates that make no chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// No `BEGIN CERTIFICATE` block, or no certificate at all.
    #[error("no certificate found")]
    Empty,
    /// A PEM block that cannot be decoded.
    #[error("certificate {index} is not valid PEM: {reason}")]
    Pem {
        /// Which block, counted from 1.
        index: usize,
        /// What is wrong.
        reason: String,
    },
    /// A certificate that cannot be read.
    #[error("certificate {index} cannot be read")]
    Certificate {
        /// Which one, counted from 1.
        index: usize,
        /// What is wrong.
        source: CertificateError,
    },
    /// More certificates than [`Limits::certificates`].
    #[error("more than {limit} certificates")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Every certificate is the issuer of another.
    #[error("none of the {count} certificates is a signer's: each is a CA's or the issuer of another")]
    NoLeaf {
        /// How many there are.
        count: usize,
    },
    /// The signer's key cannot be used.
    #[error("the signer's certificate has a key that cannot be used")]
    Key(#[from] KeyError),
}

/// A reason not to sign with a certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LeafError {
    /// Its validity has not begun.
    #[error("the certificate is valid from {not_before}, and it is {at} (Unix seconds)")]
    NotYetValid {
        /// Unix seconds.
        not_before: i64,
        /// Unix seconds.
        at: i64,
    },
    /// Its validity is over.
    #[error("the certificate was valid until {not_after}, and it is {at} (Unix seconds)")]
    Expired {
        /// Unix seconds.
        not_after: i64,
        /// Unix seconds.
        at: i64,
    },
    /// keyUsage allows neither digitalSignature nor nonRepudiation.
    #[error("the certificate's keyUsage allows neither digitalSignature nor nonRepudiation")]
    KeyUsage,
    /// It is a certification authority's.
    #[error("the certificate belongs to a certification authority, not to a signer")]
    Ca,
}

impl Chain {
    /// Reads `CERTIFICATE` blocks in any order; text around them and repetitions do not matter.
    ///
    /// The leaf is the certificate that is no CA's and issued none of the others.
    ///
    /// # Errors
    /// When there is none, one cannot be read, or none is a leaf.
    pub fn from_pem(pem: &[u8]) -> Result<Self, ChainError> {
        let ders = certificate_blocks(pem, Limits::default().certificates)?;
        Self::from_der(ders)
    }

    /// Reads DER certificates in any order.
    ///
    /// # Errors
    /// As [`Chain::from_pem`].
    pub fn from_der<I>(certificates: I) -> Result<Self, ChainError>
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        let limit = Limits::default().certificates;
        let mut parsed: Vec<Certificate> = Vec::new();
        for (index, der) in certificates.into_iter().enumerate() {
            let index = index.saturating_add(1);
            if index > limit {
                return Err(ChainError::TooMany { limit });
            }
            let certificate = Certificate::from_der(der.as_ref())
                .map_err(|source| ChainError::Certificate { index, source })?;
            if !parsed.contains(&certificate) {
                parsed.push(certificate);
            }
        }
        Self::build(order(parsed)?)
    }

    fn build(certificates: Vec<Certificate>) -> Result<Self, ChainError> {
        let leaf = certificates.first().ok_or(ChainError::Empty)?;
        let key = leaf.public_key()?.clone();
        let serial = write::wrap(INTEGER, &[leaf.serial()]);
        let issuer_and_serial = write::wrap(SEQUENCE, &[leaf.issuer_der(), &serial]);
        // IssuerSerial (RFC 5035, 5): the name is a directoryName, explicitly tagged as every CHOICE.
        let names = write::wrap(SEQUENCE, &[&write::wrap(context(4), &[leaf.issuer_der()])]);
        let issuer_serial = write::wrap(SEQUENCE, &[&names, &serial]);
        let mut encodings: Vec<&[u8]> = certificates.iter().map(Certificate::der).collect();
        encodings.sort_unstable();
        let set = encodings.concat();
        Ok(Self(Arc::new(Inner {
            key,
            set,
            issuer_and_serial,
            issuer_serial,
            digests: Default::default(),
            certificates,
        })))
    }

    /// The signer's certificate.
    #[must_use]
    pub fn leaf(&self) -> &Certificate {
        // `build` saw a first one.
        #[allow(clippy::indexing_slicing, reason = "a chain is never empty")]
        &self.0.certificates[0]
    }

    /// The leaf, its issuers in order, then certificates that belong to neither.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.0.certificates
    }

    /// The signer's key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.0.key
    }

    /// The digest of the leaf, computed once.
    #[must_use]
    pub fn leaf_digest(&self, algorithm: DigestAlgorithm) -> Digest {
        let compute = || self.leaf().fingerprint(algorithm);
        let slot = match algorithm {
            DigestAlgorithm::Sha1 => 0,
            DigestAlgorithm::Sha256 => 1,
            DigestAlgorithm::Sha384 => 2,
            DigestAlgorithm::Sha512 => 3,
        };
        self.0.digests.get(slot).map_or_else(compute, |digest| *digest.get_or_init(compute))
    }

    /// All certificates, untouched, in the order a DER `SET OF` wants: the contents of
    /// `SignedData.certificates`.
    #[must_use]
    pub fn certificates_der(&self) -> &[u8] {
        &self.0.set
    }

    /// The leaf's `IssuerAndSerialNumber` (RFC 5652, 10.2.4).
    pub(crate) fn issuer_and_serial(&self) -> &[u8] {
        &self.0.issuer_and_serial
    }

    /// The leaf's `IssuerSerial` (RFC 5035, 5).
    pub(crate) fn issuer_serial(&self) -> &[u8] {
        &self.0.issuer_serial
    }

    /// Whether a document may be signed with the leaf at a time in Unix seconds.
    ///
    /// An extendedKeyUsage is not asked for: document signing has no agreed one.
    ///
    /// # Errors
    /// The first reason not to.
    pub fn check_leaf(&self, at: i64) -> Result<(), LeafError> {
        let leaf = self.leaf();
        let (not_before, not_after) = (leaf.not_before(), leaf.not_after());
        if at < not_before {
            return Err(LeafError::NotYetValid { not_before, at });
        }
        if at > not_after {
            return Err(LeafError::Expired { not_after, at });
        }
        if leaf.is_ca() {
            return Err(LeafError::Ca);
        }
        match leaf.key_usage() {
            Some(usage) if !usage.digital_signature() && !usage.non_repudiation() => Err(LeafError::KeyUsage),
            _ => Ok(()),
        }
    }
}

impl Certificate {
    /// Reads `CERTIFICATE` blocks that need not make a chain, such as trust anchors; text around them does
    /// not matter. There may be as many as there are.
    ///
    /// # Errors
    /// When there is none, or one cannot be read.
    pub fn all_from_pem(pem: &[u8]) -> Result<Vec<Self>, ChainError> {
        let ders = certificate_blocks(pem, usize::MAX)?;
        if ders.is_empty() {
            return Err(ChainError::Empty);
        }
        (1..)
            .zip(&ders)
            .map(|(index, der)| {
                Self::from_der(der).map_err(|source| ChainError::Certificate { index, source })
            })
            .collect()
    }
}

/// The contents of the `CERTIFICATE` blocks.
fn certificate_blocks(pem: &[u8], limit: usize) -> Result<Vec<Vec<u8>>, ChainError> {
    let mut ders = Vec::new();
    for block in pem::blocks(pem) {
        let index = ders.len().saturating_add(1);
        let wrong = |reason: String| ChainError::Pem { index, reason };
        let block = block.map_err(|reason| wrong(reason.to_owned()))?;
        if !matches!(block.label, "CERTIFICATE" | "X509 CERTIFICATE") {
            continue;
        }
        if index > limit {
            return Err(ChainError::TooMany { limit });
        }
        ders.push(block.decode().map_err(|error| wrong(error.to_string()))?);
    }
    Ok(ders)
}

/// Leaf first, then each one's issuer, then the rest as they came.
fn order(mut pool: Vec<Certificate>) -> Result<Vec<Certificate>, ChainError> {
    let count = pool.len();
    if count == 0 {
        return Err(ChainError::Empty);
    }
    let issued_another = |one: &Certificate| {
        pool.iter().any(|other| other != one && same_name(other.issuer_der(), one.subject_der()))
    };
    let is_candidate = |one: &&Certificate| !issued_another(one);
    let leaf = pool
        .iter()
        .filter(is_candidate)
        .find(|one| !one.is_ca())
        .or_else(|| pool.iter().find(is_candidate))
        // A signer's certificate may share its issuer's name by mistake; the CA flag still tells them apart.
        .or_else(|| pool.iter().find(|one| !one.is_ca()));
    let position =
        leaf.and_then(|leaf| pool.iter().position(|one| one == leaf)).ok_or(ChainError::NoLeaf { count })?;
    let mut ordered = vec![pool.remove(position)];
    while let Some(last) = ordered.last() {
        let Some(position) = issuer_of(last, &pool) else { break };
        ordered.push(pool.remove(position));
    }
    ordered.append(&mut pool);
    Ok(ordered)
}

/// Where the issuer stands. Of several with the right name, the one whose key signed.
fn issuer_of(certificate: &Certificate, pool: &[Certificate]) -> Option<usize> {
    let named = |one: &Certificate| same_name(certificate.issuer_der(), one.subject_der());
    pool.iter()
        .position(|one| named(one) && certificate.is_issued_by(one))
        .or_else(|| pool.iter().position(named))
}
