//! The signing-certificate attributes (RFC 5035).

use crate::algorithm::{Digest, DigestAlgorithm, digest_identifier};
use crate::asn1::{Asn1Error, OCTET_STRING, SEQUENCE, Tlv, write};
use crate::certificate::{Certificate, Chain};

/// A certificate named by its digest: the first of an ESS signing-certificate attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateHash {
    /// The digest algorithm; `None` when it is one that is not supported.
    pub algorithm: Option<DigestAlgorithm>,
    /// The digest of the certificate.
    pub hash: Vec<u8>,
}

impl CertificateHash {
    /// Whether `certificate` is meant.
    #[must_use]
    pub fn names(&self, certificate: &Certificate) -> bool {
        self.algorithm.is_some_and(|algorithm| certificate.fingerprint(algorithm).as_bytes() == self.hash)
    }

    /// The first certificate of a SigningCertificate, whose digests are all SHA-1.
    pub(super) fn read_v1(value: &Tlv<'_>) -> Result<Self, Asn1Error> {
        let mut id = first_id(value)?;
        Ok(Self { algorithm: Some(DigestAlgorithm::Sha1), hash: id.expect(OCTET_STRING)?.value.to_vec() })
    }

    /// The first certificate of a SigningCertificateV2.
    pub(super) fn read_v2(value: &Tlv<'_>) -> Result<Self, Asn1Error> {
        let mut id = first_id(value)?;
        let algorithm = match id.optional(SEQUENCE)? {
            None => Some(DigestAlgorithm::Sha256),
            Some(named) => DigestAlgorithm::from_oid(&named.inside().oid()?),
        };
        Ok(Self { algorithm, hash: id.expect(OCTET_STRING)?.value.to_vec() })
    }
}

fn first_id<'a>(value: &Tlv<'a>) -> Result<crate::asn1::Reader<'a>, Asn1Error> {
    if value.tag != SEQUENCE {
        return Err(Asn1Error::Tag { offset: value.offset, expected: SEQUENCE, found: value.tag });
    }
    Ok(value.inside().expect(SEQUENCE)?.inside().expect(SEQUENCE)?.inside())
}

/// A SigningCertificateV2 that names the leaf by digest, issuer and serial number.
pub(super) fn signing_certificate_v2(chain: &Chain, algorithm: DigestAlgorithm) -> Vec<u8> {
    let digest: Digest = chain.leaf_digest(algorithm);
    // SHA-256 is the DEFAULT, and DER leaves defaults out.
    let named = if algorithm == DigestAlgorithm::Sha256 { Vec::new() } else { digest_identifier(algorithm) };
    let hash = write::wrap(OCTET_STRING, &[digest.as_bytes()]);
    let id = write::wrap(SEQUENCE, &[&named, &hash, chain.issuer_serial()]);
    write::wrap(SEQUENCE, &[&write::wrap(SEQUENCE, &[&id])])
}
