//! Any bytes where ASN.1, a certificate or a value is expected.

use std::sync::OnceLock;

use kyso::algorithm::{DigestAlgorithm, PublicKey, SignatureAlgorithm, Suite, ToBeSigned};
use kyso::certificate::{Certificate, Chain};
use kyso::cms::{
    self, SignedAttributes, SignedData, SigningCertificate, TimestampInfo, check_returned, verify_signer,
};
use kyso::mistake::recognise;

use super::{ed25519, limits, p256};

pub(crate) fn cms_parse(data: &[u8]) {
    let limits = limits();
    let content = DigestAlgorithm::Sha256.hash(b"content");
    if let Ok(parsed) = SignedData::parse(data, &limits) {
        assert!(parsed.encoded_len <= data.len());
        for signer in &parsed.signers {
            let check = verify_signer(&parsed, signer, &|algorithm| Some(algorithm.hash(b"content")));
            // Only a certificate that is there can have made a signature that is right.
            assert!(check.signature.is_err() || check.certificate.is_some());
        }
        let _ = TimestampInfo::read(&parsed);
    }
    for demand in [SigningCertificate::Required, SigningCertificate::Optional] {
        if let Ok(parsed) = check_returned(data, &content, &p256().chain, demand, &limits) {
            assert_eq!(parsed.signers.len(), 1);
        }
    }
    if let Ok(certificate) = Certificate::from_der(data) {
        assert_eq!(certificate.der(), data, "a certificate is kept byte for byte");
        let _ = (certificate.subject(), certificate.issuer(), certificate.common_name());
        let _ = (certificate.is_issued_by(&certificate), certificate.is_ca(), certificate.key_usage());
        if let Ok(key) = certificate.public_key() {
            values(key, data);
        }
        let _ = Chain::from_der([data]);
    }
    if let Ok(chain) = Chain::from_pem(data) {
        assert!(!chain.certificates().is_empty());
        let _ = chain.check_leaf(1_780_000_000);
    }
    if let Ok(key) = PublicKey::from_spki_der(data) {
        values(&key, data);
    }
    if let Ok(attributes) = SignedAttributes::from_der(data) {
        assert_eq!(attributes.as_der(), data, "attributes are kept byte for byte");
    }
    let _ = cms::octet_string(data, &limits);
    for key in [p256().chain.public_key(), ed25519().chain.public_key(), rsa()] {
        values(key, data);
    }
}

/// `value` as a signature by `key`, in every way in which it could be one.
fn values(key: &PublicKey, value: &[u8]) {
    let digest = DigestAlgorithm::Sha256.hash(b"content");
    for (algorithm, what) in [
        (SignatureAlgorithm::RsaPkcs1, ToBeSigned::Digest(&digest)),
        (SignatureAlgorithm::RsaPss, ToBeSigned::Digest(&digest)),
        (SignatureAlgorithm::Ecdsa, ToBeSigned::Digest(&digest)),
        (SignatureAlgorithm::Ed25519, ToBeSigned::Message(b"content")),
    ] {
        let hash = if algorithm == SignatureAlgorithm::Ed25519 {
            DigestAlgorithm::Sha512
        } else {
            DigestAlgorithm::Sha256
        };
        let Ok(suite) = Suite::new(algorithm, hash, key) else { continue };
        let verified = key.verify(suite, what, value).is_ok();
        let mistake = recognise(key, suite, what, value);
        assert!(!verified || mistake.is_none(), "a right value is no mistake: {mistake:?}");
        if let Some(mistake) = mistake {
            assert!(!mistake.to_string().is_empty());
        }
        if let Ok(stored) = key.stored_value(suite, value) {
            assert!(stored.len() <= key.max_signature_len());
            assert_eq!(key.verify(suite, what, &stored).is_ok(), verified, "the stored form says the same");
        }
    }
}

fn rsa() -> &'static PublicKey {
    static CHAIN: OnceLock<Chain> = OnceLock::new();
    let chain = CHAIN.get_or_init(|| {
        Chain::from_pem(include_bytes!("../../testdata/keys/rsa2048-chain.pem")).expect("a test chain")
    });
    chain.public_key()
}
