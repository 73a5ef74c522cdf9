//! What is assembled here is accepted by openssl, and what openssl makes is read here.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failed test panics")]
#![cfg(feature = "signer")]

mod openssl;

use kyso::Limits;
use kyso::algorithm::{DigestAlgorithm, SignatureAlgorithm, Suite, ToBeSigned};
use kyso::certificate::Chain;
use kyso::cms::{
    self, CmsError, SignedAttributes, SignedData, SignerIdentifier, SigningCertificate, TimestampInfo,
};
use kyso::signer::{LocalKey, Signer as _};
use openssl::Workshop;

const CONTENT: &[u8] = b"%PDF-1.7 as far as anyone here is concerned\r\n";

struct Signed {
    chain: Chain,
    suite: Suite,
    attributes: SignedAttributes,
    value: Vec<u8>,
    der: Vec<u8>,
}

fn sign(
    shop: &Workshop,
    leaf: &str,
    algorithm: SignatureAlgorithm,
    digest: DigestAlgorithm,
    time: Option<i64>,
) -> Signed {
    let chain = Chain::from_pem(&shop.chain_pem(leaf)).unwrap();
    let key = LocalKey::from_pem(&shop.read(&format!("{leaf}.key")), None).unwrap();
    assert!(key.belongs_to(chain.public_key()));
    let suite = Suite::new(algorithm, digest, chain.public_key()).unwrap();
    let attributes = SignedAttributes::new(&digest.hash(CONTENT), &chain, suite, time).unwrap();
    let hashed = attributes.digest(digest);
    let what = match algorithm {
        SignatureAlgorithm::Ed25519 => ToBeSigned::Message(attributes.as_der()),
        _ => ToBeSigned::Digest(&hashed),
    };
    let value = key.sign(suite, what).unwrap();
    chain.public_key().verify(suite, what, &value).unwrap();
    let stored = chain.public_key().stored_value(suite, &value).unwrap();
    chain.public_key().verify(suite, what, &stored).unwrap();
    let der = cms::assemble(&attributes, suite, &stored, &chain);
    assert!(der.len() <= cms::reserved_len(&chain, suite, time.is_some(), false));
    if algorithm != SignatureAlgorithm::Ecdsa && time.is_none() {
        assert_eq!(der.len(), cms::reserved_len(&chain, suite, false, false));
    }
    assert_eq!(
        SignedAttributes::from_der(attributes.as_der()).unwrap(),
        attributes,
        "attributes read back as they were written"
    );
    Signed { chain, suite, attributes, value, der }
}

fn judge(shop: &Workshop, signed: &Signed) {
    shop.write("content", CONTENT);
    shop.write("cms.der", &signed.der);
    let out = shop.run(
        "cms -verify -binary -inform DER -in cms.der -content content -CAfile root.pem -purpose any -cades",
    );
    assert_eq!(out, CONTENT);
    shop.write("content", b"%PDF-1.7 something else");
    let wrong = "cms -verify -binary -inform DER -in cms.der -content content -CAfile root.pem -purpose any";
    let (accepted, ..) = shop.try_openssl(&wrong.split_whitespace().collect::<Vec<_>>());
    assert!(!accepted, "openssl must be able to refuse");
}

fn own_verdict(signed: &Signed) {
    let digest = signed.suite.digest().hash(CONTENT);
    let data = cms::check_returned(
        &signed.der,
        &digest,
        &signed.chain,
        SigningCertificate::Required,
        &Limits::default(),
    )
    .unwrap();
    assert_eq!(data.encoded_len, signed.der.len());
    assert_eq!(data.signers[0].attributes.as_ref().unwrap().der, signed.attributes.as_der());
    let mut certificates: Vec<_> = signed.chain.certificates().iter().map(|one| one.der().to_vec()).collect();
    certificates.sort();
    assert_eq!(data.certificates.iter().map(|one| one.der().to_vec()).collect::<Vec<_>>(), certificates);
    let check = cms::verify_signer(&data, &data.signers[0], &|algorithm| Some(algorithm.hash(CONTENT)));
    assert_eq!(check.certificate.as_ref(), Some(signed.chain.leaf()));
    assert_eq!((check.content, check.signing_certificate), (Ok(()), Ok(())));
    assert_eq!(check.signature, Ok(signed.suite));
}

#[test]
fn openssl_accepts_rsa() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    shop.leaf("an", "rsa:2048");
    for algorithm in [SignatureAlgorithm::RsaPkcs1, SignatureAlgorithm::RsaPss] {
        for digest in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
            let signed = sign(&shop, "an", algorithm, digest, None);
            judge(&shop, &signed);
            own_verdict(&signed);
        }
    }
    shop.leaf("binh", "rsa:3072");
    judge(
        &shop,
        &sign(&shop, "binh", SignatureAlgorithm::RsaPkcs1, DigestAlgorithm::Sha256, Some(1_700_000_000)),
    );
}

#[test]
fn openssl_accepts_a_key_for_pss_only() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    shop.leaf("pss", "rsa-pss:2048");
    let signed = sign(&shop, "pss", SignatureAlgorithm::RsaPss, DigestAlgorithm::Sha256, None);
    judge(&shop, &signed);
    own_verdict(&signed);
    assert!(
        Suite::new(SignatureAlgorithm::RsaPkcs1, DigestAlgorithm::Sha256, signed.chain.public_key()).is_err()
    );
    shop.run(
        "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha384 \
         -pkeyopt rsa_pss_keygen_mgf1_md:sha384 -pkeyopt rsa_pss_keygen_saltlen:48 -out tight.key",
    );
    shop.issue("tight", "middle", "signer");
    let signed = sign(&shop, "tight", SignatureAlgorithm::RsaPss, DigestAlgorithm::Sha384, None);
    judge(&shop, &signed);
    assert_eq!(Suite::default_for(signed.chain.public_key()), signed.suite);
    let refused = Suite::new(SignatureAlgorithm::RsaPss, DigestAlgorithm::Sha256, signed.chain.public_key());
    assert!(refused.unwrap_err().to_string().contains("sha384"));
}

#[test]
fn openssl_accepts_ecdsa() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    for (name, kind) in [("p256", "ec:P-256"), ("p384", "ec:P-384"), ("p521", "ec:P-521")] {
        shop.leaf(name, kind);
        for digest in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
            let signed = sign(&shop, name, SignatureAlgorithm::Ecdsa, digest, None);
            assert_eq!(signed.value.len() % 2, 0, "r and s side by side, as a remote service gives them");
            judge(&shop, &signed);
            own_verdict(&signed);
        }
    }
}

#[test]
fn ed25519_is_signed_over_the_attributes() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    shop.leaf("ed", "ed25519");
    let signed = sign(&shop, "ed", SignatureAlgorithm::Ed25519, DigestAlgorithm::Sha512, None);
    own_verdict(&signed);
    // `openssl cms` cannot verify Ed25519; `pkeyutl` can, over the attributes as they are signed.
    shop.write("attributes", signed.attributes.as_der());
    shop.write("value", &signed.value);
    shop.run("pkeyutl -verify -certin -inkey ed.pem -rawin -in attributes -sigfile value");
    // Its SignerInfo is read and printed by openssl all the same.
    shop.write("cms.der", &signed.der);
    let printed = String::from_utf8(shop.run("cms -cmsout -print -inform DER -in cms.der")).unwrap();
    assert!(printed.contains("ED25519") && printed.contains("sha512"), "{printed}");
}

#[test]
fn what_openssl_signs_is_read() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    shop.leaf("an", "rsa:2048");
    shop.leaf("p256", "ec:P-256");
    shop.write("content", CONTENT);
    let limits = Limits::default();
    for (leaf, options) in [
        ("an", "-cades"),
        ("an", "-cades -keyopt rsa_padding_mode:pss"),
        ("an", "-cades -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:11"),
        ("an", "-cades -keyid"),
        ("an", "-cades -md sha512"),
        ("p256", "-cades"),
    ] {
        shop.run(&format!(
            "cms -sign -binary -in content -signer {leaf}.pem -inkey {leaf}.key -certfile middle.pem \
             -outform DER -out made.der {options}"
        ));
        let mut made = shop.read("made.der");
        let length = made.len();
        made.extend_from_slice(&[0; 100]);
        let chain = Chain::from_pem(&shop.chain_pem(leaf)).unwrap();
        let algorithm =
            if options.contains("sha512") { DigestAlgorithm::Sha512 } else { DigestAlgorithm::Sha256 };
        let digest = algorithm.hash(CONTENT);
        let data = cms::check_returned(&made, &digest, &chain, SigningCertificate::Required, &limits)
            .unwrap_or_else(|error| panic!("{options}: {error:?}"));
        assert_eq!(data.encoded_len, length, "{options}");
        assert_eq!(data.certificates.len(), 2);
        assert!(data.signers[0].attributes.as_ref().unwrap().signing_time.is_some());
        let by_key = matches!(data.signers[0].identifier, SignerIdentifier::SubjectKeyIdentifier(_));
        assert_eq!(by_key, options.contains("keyid"));
        let other = algorithm.hash(b"another document");
        assert!(matches!(
            cms::check_returned(&made, &other, &chain, SigningCertificate::Required, &limits),
            Err(CmsError::MessageDigest { .. })
        ));
    }
}

/// The outer three values of a ContentInfo with indefinite lengths.
fn indefinite(der: &[u8]) -> Vec<u8> {
    let header = |bytes: &[u8]| if bytes[1] < 0x80 { 2 } else { 2 + usize::from(bytes[1] & 0x7F) };
    let content_info = &der[header(der)..];
    let (content_type, explicit) = content_info.split_at(11);
    let signed_data = &explicit[header(explicit)..];
    let fields = &signed_data[header(signed_data)..];
    [&[0x30, 0x80], content_type, &[0xA0, 0x80, 0x30, 0x80], fields, &[0; 6]].concat()
}

#[test]
fn indefinite_lengths_are_read_and_openssl_agrees() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    shop.leaf("an", "rsa:2048");
    let mut signed = sign(&shop, "an", SignatureAlgorithm::RsaPkcs1, DigestAlgorithm::Sha256, None);
    signed.der = indefinite(&signed.der);
    judge(&shop, &signed);
    own_verdict(&signed);
    let length = signed.der.len();
    signed.der.extend_from_slice(&[0; 64]);
    let data = SignedData::parse(&signed.der, &Limits::default()).unwrap();
    assert_eq!(data.encoded_len, length);
    let mut shallow = Limits::default();
    shallow.depth = 2;
    assert!(matches!(SignedData::parse(&signed.der, &shallow), Err(CmsError::Encoding(_))));
}

#[test]
fn content_inside_and_in_pieces() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    shop.leaf("an", "rsa:2048");
    let content: Vec<u8> = (0..20_000_u32).flat_map(u32::to_be_bytes).collect();
    shop.write("content", &content);
    shop.run(
        "cms -sign -binary -nodetach -stream -indef -in content -signer an.pem -inkey an.key -outform DER -out made.der",
    );
    let made = shop.read("made.der");
    assert_eq!(made[1], 0x80, "the test needs an indefinite length");
    let data = SignedData::parse(&made, &Limits::default()).unwrap();
    assert_eq!((data.content.as_deref(), data.encoded_len), (Some(&content[..]), made.len()));
    let check = cms::verify_signer(&data, &data.signers[0], &|algorithm| Some(algorithm.hash(&content)));
    assert!(check.content.is_ok() && check.signature.is_ok(), "{check:?}");
    let chain = Chain::from_pem(&shop.chain_pem("an")).unwrap();
    let digest = DigestAlgorithm::Sha256.hash(&content);
    assert_eq!(
        cms::check_returned(&made, &digest, &chain, SigningCertificate::Optional, &Limits::default())
            .unwrap_err(),
        CmsError::NotDetached { bytes: content.len() }
    );
    // Without attributes the signature is over the content.
    shop.run("cms -sign -binary -noattr -in content -signer an.pem -inkey an.key -outform DER -out bare.der");
    let bare = SignedData::parse(&shop.read("bare.der"), &Limits::default()).unwrap();
    assert_eq!(bare.signers[0].attributes, None);
    let check = cms::verify_signer(&bare, &bare.signers[0], &|algorithm| Some(algorithm.hash(&content)));
    assert!(check.signature.is_ok());
    let check = cms::verify_signer(&bare, &bare.signers[0], &|algorithm| Some(algorithm.hash(b"other")));
    assert!(matches!(check.signature, Err(CmsError::Signature(_))));
}

#[test]
fn every_departure_in_a_returned_cms_is_its_own_error() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    shop.leaf("an", "rsa:2048");
    shop.leaf("binh", "rsa:2048");
    shop.write("content", CONTENT);
    let chain = Chain::from_pem(&shop.chain_pem("an")).unwrap();
    let digest = DigestAlgorithm::Sha256.hash(CONTENT);
    let limits = Limits::default();
    let check = |cms: &[u8]| {
        cms::check_returned(cms, &digest, &chain, SigningCertificate::Required, &limits).unwrap_err()
    };
    let make = |options: &str| {
        shop.run(&format!("cms -sign -binary -in content -outform DER -out made.der {options}"));
        shop.read("made.der")
    };
    let an = "-signer an.pem -inkey an.key";
    assert!(matches!(check(&make(&format!("{an} -cades -md sha384"))), CmsError::DigestAlgorithm { .. }));
    assert_eq!(check(&make(an)), CmsError::MissingAttribute { name: "signing-certificate-v2" });
    assert!(matches!(
        check(&make("-signer binh.pem -inkey binh.key -cades")),
        CmsError::SignerIdentifier { .. }
    ));
    let two = "-signer an.pem -inkey an.key -cades -signer binh.pem -inkey binh.key -cades";
    assert_eq!(check(&make(two)), CmsError::SignerCount { found: 2 });
    assert_eq!(check(&make(&format!("{an} -noattr"))), CmsError::MissingAttribute { name: "message-digest" });

    let good = make(&format!("{an} -cades"));
    let mut bad = good.clone();
    *bad.last_mut().unwrap() ^= 1;
    assert!(matches!(check(&bad), CmsError::Signature(_)));
    // The hash in signing-certificate-v2, found by its value.
    let hash = chain.leaf_digest(DigestAlgorithm::Sha256);
    let at = good.windows(32).position(|window| window == hash.as_bytes()).unwrap();
    let mut bad = good.clone();
    bad[at] ^= 1;
    assert_eq!(check(&bad), CmsError::SigningCertificate);
    let mut bad = good.clone();
    bad.push(7);
    assert!(matches!(check(&bad), CmsError::Encoding(_)));
    assert!(matches!(check(&good[..good.len() - 1]), CmsError::Encoding(_)));
    let small = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        cms::check_returned(&good, &digest, &chain, SigningCertificate::Required, &limits).unwrap_err()
    };
    assert!(matches!(small(|limits| limits.cms_bytes = 100), CmsError::TooLong { limit: 100, .. }));
    assert_eq!(small(|limits| limits.certificates = 0), CmsError::TooManyCertificates { limit: 0 });
    assert_eq!(small(|limits| limits.signatures = 0), CmsError::TooManySigners { limit: 0 });
}

#[test]
fn no_change_of_one_byte_is_accepted_or_panics() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    shop.leaf("p256", "ec:P-256");
    let signed = sign(&shop, "p256", SignatureAlgorithm::Ecdsa, DigestAlgorithm::Sha256, None);
    let digest = DigestAlgorithm::Sha256.hash(CONTENT);
    let limits = Limits::default();
    let certificates = signed.chain.certificates_der();
    let start = signed.der.windows(certificates.len()).position(|window| window == certificates).unwrap();
    let mut survivors = 0;
    for at in 0..signed.der.len() {
        let mut bytes = signed.der.clone();
        bytes[at] ^= 0x55;
        let result =
            cms::check_returned(&bytes, &digest, &signed.chain, SigningCertificate::Required, &limits);
        // Certificates, versions and algorithm lists are not covered by the signature.
        if result.is_ok() && !(start..start + certificates.len()).contains(&at) {
            survivors += 1;
        }
    }
    assert!(survivors < 40, "{survivors} changed bytes outside the certificates went unnoticed");
}

#[test]
fn a_timestamp_token_is_read_and_checked() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    shop.leaf("an", "ec:P-256");
    let token = shop.timestamp(CONTENT);
    let data = SignedData::parse(&token, &Limits::default()).unwrap();
    let info = TimestampInfo::read(&data).unwrap();
    assert_eq!(info.algorithm, Some(DigestAlgorithm::Sha256));
    assert_eq!(info.imprint, DigestAlgorithm::Sha256.hash(CONTENT).as_bytes());
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    assert!(info.time.abs_diff(i64::try_from(elapsed.as_secs()).unwrap()) < 60);
    let content = data.content.clone().unwrap();
    let check = cms::verify_signer(&data, &data.signers[0], &|algorithm| Some(algorithm.hash(&content)));
    assert!(
        check.content.is_ok() && check.signature.is_ok() && check.signing_certificate.is_ok(),
        "{check:?}"
    );
    let signed = sign(&shop, "an", SignatureAlgorithm::Ecdsa, DigestAlgorithm::Sha256, None);
    let plain = SignedData::parse(&signed.der, &Limits::default()).unwrap();
    assert!(matches!(TimestampInfo::read(&plain), Err(CmsError::ContentType { .. })));
}
