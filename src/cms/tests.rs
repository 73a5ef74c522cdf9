//! Attributes and SignedData with keys that need no tool to make.

use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use proptest::prelude::*;

use super::*;
use crate::Limits;
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm, Suite, ToBeSigned};
use crate::asn1::{SEQUENCE, SET, write};
use crate::certificate::Chain;
use crate::certificate::sample;

fn p256() -> (Chain, p256::ecdsa::SigningKey) {
    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let spki = sample::p256_spki(&key);
    (Chain::from_der([sample::certificate("Trịnh Văn An", &spki)]).unwrap(), key)
}

fn attributes(chain: &Chain, time: Option<i64>) -> SignedAttributes {
    let suite = Suite::default_for(chain.public_key());
    SignedAttributes::new(&suite.digest().hash(b"content"), chain, suite, time).unwrap()
}

#[test]
fn attributes_are_sorted_and_read_back() {
    let (chain, _) = p256();
    for time in [None, Some(1_700_000_000), Some(2_600_000_000)] {
        let attributes = attributes(&chain, time);
        let read = SignedAttributes::from_der(attributes.as_der()).unwrap();
        assert_eq!(read, attributes);
        assert_eq!(read.signing_time(), time);
        assert_eq!(read.message_digest(), &DigestAlgorithm::Sha256.hash(b"content"));
        let leaf = chain.leaf_digest(DigestAlgorithm::Sha256);
        assert_eq!(read.certificate_digest(), (DigestAlgorithm::Sha256, leaf.as_bytes()));
        assert_eq!(read.digest(DigestAlgorithm::Sha512), DigestAlgorithm::Sha512.hash(attributes.as_der()));
    }
    let (suite, digest) = (Suite::default_for(chain.public_key()), DigestAlgorithm::Sha384.hash(b"content"));
    assert!(matches!(
        SignedAttributes::new(&digest, &chain, suite, None),
        Err(CmsError::DigestAlgorithm { expected: DigestAlgorithm::Sha256, .. })
    ));
    let digest = DigestAlgorithm::Sha256.hash(b"content");
    assert!(matches!(
        SignedAttributes::new(&digest, &chain, suite, Some(i64::MAX)),
        Err(CmsError::SigningTime { .. })
    ));
}

#[test]
fn the_default_digest_is_left_out_and_others_are_named() {
    let (chain, _) = p256();
    let named = |digest: DigestAlgorithm| {
        let suite = Suite::new(SignatureAlgorithm::Ecdsa, digest, chain.public_key()).unwrap();
        let attributes = SignedAttributes::new(&digest.hash(b""), &chain, suite, None).unwrap();
        let identifier = digest.oid();
        attributes.as_der().windows(9).any(|window| window == identifier.as_bytes())
    };
    assert!(!named(DigestAlgorithm::Sha256));
    assert!(named(DigestAlgorithm::Sha384) && named(DigestAlgorithm::Sha512));
}

#[test]
fn altered_attributes_are_refused() {
    let (chain, _) = p256();
    let good = attributes(&chain, None);
    let parts = |der: &[u8]| {
        let mut list = crate::asn1::Reader::new(der, crate::asn1::Rules::Der).any().unwrap().inside();
        let mut parts = Vec::new();
        while !list.is_empty() {
            parts.push(list.any().unwrap().raw.to_vec());
        }
        parts
    };
    let rebuilt = |parts: &[Vec<u8>]| SignedAttributes::from_der(&write::wrap(SET, &[&parts.concat()]));
    let mut list = parts(good.as_der());
    assert_eq!(rebuilt(&list), Ok(good.clone()));
    list.swap(0, 1);
    assert!(matches!(rebuilt(&list), Err(CmsError::Encoding(Asn1Error::Value { .. }))));
    let list = parts(good.as_der());
    for missing in 0..list.len() {
        let mut list = list.clone();
        list.remove(missing);
        assert!(matches!(rebuilt(&list), Err(CmsError::MissingAttribute { .. })));
    }
    let mut twice = list.clone();
    twice.insert(0, twice[0].clone());
    assert!(rebuilt(&twice).is_err());
    let mut foreign = list;
    foreign.push(write::wrap(SEQUENCE, &[&[0x06, 0x02, 0x2A, 0x03], &write::wrap(SET, &[&[0x05, 0x00]])]));
    foreign.sort();
    assert_eq!(rebuilt(&foreign), Err(CmsError::UnexpectedAttribute { oid: "1.2.3".to_owned() }));
    let mut trailing = good.as_der().to_vec();
    trailing.push(0);
    assert!(SignedAttributes::from_der(&trailing).is_err());
    let mut constructed = good.as_der().to_vec();
    constructed[0] = 0xA0;
    assert!(SignedAttributes::from_der(&constructed).is_err());
}

fn signed(chain: &Chain, key: &p256::ecdsa::SigningKey, content: &[u8]) -> Vec<u8> {
    let suite = Suite::default_for(chain.public_key());
    let attributes = SignedAttributes::new(&suite.digest().hash(content), chain, suite, None).unwrap();
    let value: p256::ecdsa::Signature =
        key.sign_prehash(attributes.digest(suite.digest()).as_bytes()).unwrap();
    let stored = chain.public_key().stored_value(suite, &value.to_bytes()).unwrap();
    assemble(&attributes, suite, &stored, chain)
}

#[test]
fn what_is_assembled_is_found_again() {
    let (chain, key) = p256();
    let cms = signed(&chain, &key, b"content");
    let digest = DigestAlgorithm::Sha256.hash(b"content");
    let data =
        check_returned(&cms, &digest, &chain, SigningCertificate::Required, &Limits::default()).unwrap();
    assert_eq!((data.encoded_len, data.content.as_deref()), (cms.len(), None));
    assert_eq!(data.certificates, chain.certificates());
    assert!(data.signers[0].identifier.names(chain.leaf()));
    assert_eq!(data.signers[0].timestamp, None);
    let check = verify_signer(&data, &data.signers[0], &|algorithm| Some(algorithm.hash(b"content")));
    assert!(check.content.is_ok() && check.signature.is_ok() && check.signing_certificate.is_ok());
    let check = verify_signer(&data, &data.signers[0], &|algorithm| Some(algorithm.hash(b"other")));
    assert!(matches!(check.content, Err(CmsError::MessageDigest { .. })));
    assert!(check.signature.is_ok(), "the signature itself is still right");
}

#[test]
fn ed25519_signs_the_attributes_themselves() {
    let key = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let spki = sample::ed25519_spki(&key);
    let chain = Chain::from_der([sample::certificate("Bình", &spki)]).unwrap();
    let suite = Suite::default_for(chain.public_key());
    assert_eq!((suite.signature(), suite.digest()), (SignatureAlgorithm::Ed25519, DigestAlgorithm::Sha512));
    assert!(Suite::new(SignatureAlgorithm::Ed25519, DigestAlgorithm::Sha256, chain.public_key()).is_err());
    let attributes = attributes(&chain, None);
    let value = ed25519_dalek::Signer::sign(&key, attributes.as_der()).to_bytes();
    let hashed = attributes.digest(DigestAlgorithm::Sha512);
    assert!(chain.public_key().verify(suite, ToBeSigned::Digest(&hashed), &value).is_err());
    let cms = assemble(&attributes, suite, &value, &chain);
    assert_eq!(cms.len(), reserved_len(&chain, suite, false, false));
    let digest = DigestAlgorithm::Sha512.hash(b"content");
    check_returned(&cms, &digest, &chain, SigningCertificate::Required, &Limits::default()).unwrap();
}

#[test]
fn room_for_a_timestamp_is_added_whole() {
    let (chain, _) = p256();
    let suite = Suite::default_for(chain.public_key());
    let without = reserved_len(&chain, suite, false, false);
    let with = reserved_len(&chain, suite, false, true);
    assert!((TIMESTAMP_ROOM..TIMESTAMP_ROOM + 16).contains(&(with - without)));
}

#[test]
fn bare_octet_strings() {
    let limits = Limits::default();
    assert_eq!(octet_string(&[4, 2, 7, 8, 0, 0], &limits), Ok(vec![7, 8]));
    assert_eq!(octet_string(&[0x24, 0x80, 4, 1, 7, 4, 1, 8, 0, 0, 0, 0], &limits), Ok(vec![7, 8]));
    assert!(octet_string(&[4, 2, 7, 8, 9], &limits).is_err());
    assert!(octet_string(&[5, 0], &limits).is_err());
}

#[test]
fn nesting_beyond_the_limit_is_an_error() {
    let mut deep = [0x30, 0x80].repeat(100_000);
    deep.extend_from_slice(&[0; 8]);
    let error = SignedData::parse(&deep, &Limits::default()).unwrap_err();
    assert!(matches!(error, CmsError::Encoding(Asn1Error::Depth { limit: 100, .. })), "{error:?}");
    let mut pieces = [0x24, 0x80].repeat(50_000);
    pieces.extend_from_slice(&[0; 8]);
    assert!(octet_string(&pieces, &Limits::default()).is_err());
}

proptest! {
    #[test]
    fn assembled_values_always_fit(
        name in "[a-zA-Z ]{0,300}",
        raw in proptest::collection::vec(any::<u8>(), 64),
        modulus_len in 128_usize..600,
        time in proptest::option::of(0_i64..4_000_000_000),
        use_rsa in any::<bool>(),
        pss in any::<bool>(),
        digest in 0_usize..3,
    ) {
        let digest = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512][digest];
        let spki = if use_rsa {
            sample::rsa_spki(modulus_len)
        } else {
            sample::p256_spki(&p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap())
        };
        let issuer = sample::certificate("issuer", &sample::rsa_spki(256));
        let chain = Chain::from_der([sample::certificate(&name, &spki), issuer]).unwrap();
        let key = chain.public_key();
        let algorithm = match (use_rsa, pss) {
            (false, _) => SignatureAlgorithm::Ecdsa,
            (true, false) => SignatureAlgorithm::RsaPkcs1,
            (true, true) => SignatureAlgorithm::RsaPss,
        };
        let Ok(suite) = Suite::new(algorithm, digest, key) else {
            // The one reason: no room for a 64-byte salt and digest.
            prop_assert!(pss && key.bits() < 1042);
            return Ok(());
        };
        let value = if use_rsa { vec![1; key.max_signature_len()] } else { raw };
        let stored = key.stored_value(suite, &value).unwrap();
        prop_assert!(stored.len() <= key.max_signature_len());
        let attributes = SignedAttributes::new(&digest.hash(b""), &chain, suite, time).unwrap();
        let cms = assemble(&attributes, suite, &stored, &chain);
        let reserved = reserved_len(&chain, suite, time.is_some(), false);
        prop_assert!(cms.len() <= reserved);
        if use_rsa && time.is_none() {
            prop_assert_eq!(cms.len(), reserved);
        }
        let data = SignedData::parse(&cms, &Limits::default()).unwrap();
        prop_assert_eq!(data.encoded_len, cms.len());
        prop_assert_eq!(&data.signers[0].value, &stored);
        prop_assert_eq!(&data.signers[0].attributes.as_ref().unwrap().der, attributes.as_der());
        prop_assert_eq!(data.signers[0].signature, Some(algorithm));
    }

    #[test]
    fn no_bytes_make_the_parsers_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        at in 0_usize..2000,
        replacement in proptest::collection::vec(any::<u8>(), 0..6),
    ) {
        let limits = Limits::default();
        let _ = SignedData::parse(&bytes, &limits).is_ok();
        let _ = octet_string(&bytes, &limits).is_ok();
        let _ = SignedAttributes::from_der(&bytes).is_ok();
        let (chain, key) = p256();
        let mut cms = signed(&chain, &key, b"content");
        let original = cms.clone();
        let at = at % cms.len();
        let end = cms.len().min(at + replacement.len());
        cms.splice(at..end, replacement);
        if let Ok(data) = SignedData::parse(&cms, &limits) {
            prop_assert!(data.encoded_len <= cms.len());
            for signer in &data.signers {
                let check = verify_signer(&data, signer, &|algorithm| Some(algorithm.hash(b"content")));
                if check.content.is_ok() && check.signature.is_ok() && check.signing_certificate.is_ok() {
                    // The signed attributes are untouched then.
                    let attributes = signer.attributes.as_ref().unwrap().der.clone();
                    let untouched = SignedData::parse(&original, &limits).unwrap();
                    prop_assert_eq!(attributes, untouched.signers[0].attributes.as_ref().unwrap().der.clone());
                }
            }
        }
    }
}
