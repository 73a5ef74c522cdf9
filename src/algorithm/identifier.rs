//! AlgorithmIdentifiers of signatures and digests, read and written.

use const_oid::ObjectIdentifier;

use super::{DigestAlgorithm, PssParams, SignatureAlgorithm, Suite};
use crate::asn1::{Asn1Error, NULL, OID, SEQUENCE, Tlv, context, oid, write};

/// What a signature's AlgorithmIdentifier says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SignatureParameters {
    pub(crate) oid: ObjectIdentifier,
    /// `None`: not supported.
    pub(crate) signature: Option<SignatureAlgorithm>,
    /// `None`: not said, as with `rsaEncryption`.
    pub(crate) digest: Option<DigestAlgorithm>,
    /// Bytes; PSS only.
    pub(crate) salt_len: Option<usize>,
}

impl SignatureParameters {
    pub(crate) fn read(algorithm: &Tlv<'_>) -> Result<Self, Asn1Error> {
        use DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512};
        use SignatureAlgorithm::{Ecdsa, Ed25519, RsaPkcs1, RsaPss};
        if algorithm.tag != SEQUENCE {
            return Err(Asn1Error::Tag {
                offset: algorithm.offset,
                expected: SEQUENCE,
                found: algorithm.tag,
            });
        }
        let mut fields = algorithm.inside();
        let id = fields.oid()?;
        let mut salt_len = None;
        let (signature, digest) = match id {
            oid::RSA_ENCRYPTION => (Some(RsaPkcs1), None),
            oid::SHA1_WITH_RSA => (Some(RsaPkcs1), Some(Sha1)),
            oid::SHA256_WITH_RSA => (Some(RsaPkcs1), Some(Sha256)),
            oid::SHA384_WITH_RSA => (Some(RsaPkcs1), Some(Sha384)),
            oid::SHA512_WITH_RSA => (Some(RsaPkcs1), Some(Sha512)),
            oid::RSASSA_PSS => {
                let parameters = PssParams::read(&fields.any()?)?;
                salt_len = Some(parameters.salt_len);
                (Some(RsaPss), Some(parameters.digest))
            }
            // Some signers name the key's type here.
            oid::EC_PUBLIC_KEY => (Some(Ecdsa), None),
            oid::ECDSA_WITH_SHA1 => (Some(Ecdsa), Some(Sha1)),
            oid::ECDSA_WITH_SHA256 => (Some(Ecdsa), Some(Sha256)),
            oid::ECDSA_WITH_SHA384 => (Some(Ecdsa), Some(Sha384)),
            oid::ECDSA_WITH_SHA512 => (Some(Ecdsa), Some(Sha512)),
            oid::ED25519 => (Some(Ed25519), Some(Sha512)),
            _ => (None, None),
        };
        Ok(Self { oid: id, signature, digest, salt_len })
    }
}

/// The AlgorithmIdentifier of a digest, without parameters (RFC 5754, 2).
pub(crate) fn digest_identifier(digest: DigestAlgorithm) -> Vec<u8> {
    write::wrap(SEQUENCE, &[&write::wrap(OID, &[digest.oid().as_bytes()])])
}

/// The AlgorithmIdentifier that a SignerInfo carries for a suite.
///
/// `rsaEncryption` for PKCS#1 v1.5, as RFC 3370, 3.2 asks for; full parameters for PSS (RFC 4056);
/// none for ECDSA (RFC 5754, 3.3) and Ed25519 (RFC 8419, 2.2).
pub(crate) fn signature_identifier(suite: Suite) -> Vec<u8> {
    let oid_of = |oid: ObjectIdentifier| write::wrap(OID, &[oid.as_bytes()]);
    let null: &[u8] = &[NULL, 0];
    match suite.signature() {
        SignatureAlgorithm::RsaPkcs1 => write::wrap(SEQUENCE, &[&oid_of(oid::RSA_ENCRYPTION), null]),
        SignatureAlgorithm::RsaPss => {
            // With NULL inside, as RFC 4055, 2.1 writes the digests.
            let hash = write::wrap(SEQUENCE, &[&oid_of(suite.digest().oid()), null]);
            let mask = write::wrap(SEQUENCE, &[&oid_of(oid::MGF1), &hash]);
            let [.., salt_len] = suite.digest().len().to_be_bytes();
            let parameters = write::wrap(
                SEQUENCE,
                &[
                    &write::wrap(context(0), &[&hash]),
                    &write::wrap(context(1), &[&mask]),
                    &write::wrap(context(2), &[&write::unsigned(&[salt_len])]),
                ],
            );
            write::wrap(SEQUENCE, &[&oid_of(oid::RSASSA_PSS), &parameters])
        }
        SignatureAlgorithm::Ecdsa => {
            let id = match suite.digest() {
                DigestAlgorithm::Sha1 => oid::ECDSA_WITH_SHA1,
                DigestAlgorithm::Sha256 => oid::ECDSA_WITH_SHA256,
                DigestAlgorithm::Sha384 => oid::ECDSA_WITH_SHA384,
                DigestAlgorithm::Sha512 => oid::ECDSA_WITH_SHA512,
            };
            write::wrap(SEQUENCE, &[&oid_of(id)])
        }
        SignatureAlgorithm::Ed25519 => write::wrap(SEQUENCE, &[&oid_of(oid::ED25519)]),
    }
}
