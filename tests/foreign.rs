//! Values that belong to something else, and CMS made by somebody else: what `accept` says of each.
#![cfg(all(feature = "signer", feature = "remote"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod openssl;
mod signing;
mod support;
mod targets;

use std::fs;
use std::path::Path;

use openssl::Workshop;
use signing::{
    AcceptError, Chain, CmsError, Digest, DigestAlgorithm, Fault, Form, KnownMistake, Prepared, PreparedCms,
    SignatureAlgorithm, SignatureValue, State, SubFilter, Suite, ToBeSigned, at, identity,
};
use support::Judge;

fn minimal() -> Vec<u8> {
    fs::read(support::pdf("minimal.pdf")).unwrap()
}

/// The mistake that `accept` names; the state must still take the right value afterwards.
fn mistake(key: &str, wrong: impl FnOnce(&signing::Identity, &Digest) -> SignatureValue) -> KnownMistake {
    let identity = identity(key);
    let document = minimal();
    let prepared = identity.signing().prepare(document.as_slice(), &at()).unwrap();
    let request = prepared.request();
    let state = prepared.state();
    let error = prepared.accept(&wrong(&identity, request.digest().unwrap())).unwrap_err();
    assert_eq!(error.fault(), Fault::Signer);
    let again = Prepared::resume(state, document.as_slice()).unwrap();
    again.accept(&identity.answer(&request)).unwrap();
    match error {
        AcceptError::Mistake { mistake, .. } => mistake,
        other => panic!("no mistake is named: {other:?}"),
    }
}

/// `openssl pkeyutl -sign` with a test key over bytes that stand for a digest.
fn pkeyutl(key: &Path, input: &[u8], options: &[&str]) -> SignatureValue {
    let workshop = Workshop::new();
    workshop.write("in", input);
    let key = key.to_str().unwrap();
    let arguments = [&["pkeyutl", "-sign", "-in", "in", "-inkey", key], options].concat();
    SignatureValue::from_bytes(workshop.openssl(&arguments))
}

#[test]
fn a_digest_without_its_digest_info() {
    if !Judge::Openssl.present() {
        return;
    }
    let found = mistake("rsa2048", |_, digest| {
        pkeyutl(&support::key("rsa2048-key.pem"), digest.as_bytes(), &["-pkeyopt", "rsa_padding_mode:pkcs1"])
    });
    assert_eq!(found, KnownMistake::NoDigestInfo);
}

#[test]
fn a_hash_of_the_hash() {
    let sha256 = DigestAlgorithm::Sha256;
    type Text = (Form, fn(&Digest) -> Vec<u8>);
    let texts: [Text; 4] = [
        (Form::Raw, |digest| digest.as_bytes().to_vec()),
        (Form::LowerHex, |digest| digest.to_hex().into_bytes()),
        (Form::UpperHex, |digest| digest.to_hex().to_uppercase().into_bytes()),
        (Form::Base64, |digest| digest.to_base64().into_bytes()),
    ];
    for key in ["rsa2048", "p256"] {
        for (form, text) in texts {
            let found = mistake(key, |identity, digest| {
                let again = sha256.hash(&text(digest));
                identity.answer_to(identity.suite(), ToBeSigned::Digest(&again))
            });
            assert_eq!(found, KnownMistake::HashOfHash { form, algorithm: sha256 }, "{key}");
        }
    }
}

#[test]
fn pss_where_pkcs1_was_asked_for() {
    let found = mistake("rsa2048", |identity, digest| {
        let key = identity.chain.public_key();
        let suite = Suite::new(SignatureAlgorithm::RsaPss, DigestAlgorithm::Sha256, key).unwrap();
        identity.answer_to(suite, ToBeSigned::Digest(digest))
    });
    assert_eq!(found, KnownMistake::PssInsteadOfPkcs1);
}

#[test]
fn another_documents_digest() {
    let other = DigestAlgorithm::Sha256.hash(b"another document");
    let found =
        mistake("rsa2048", |identity, _| identity.answer_to(identity.suite(), ToBeSigned::Digest(&other)));
    assert_eq!(found, KnownMistake::OtherDigest { found: Some(other.to_hex()) });
}

#[test]
fn the_digest_of_the_document_instead_of_the_attributes() {
    let identity = identity("rsa2048");
    let document = minimal();
    let prepared = identity.signing().prepare(document.as_slice(), &at()).unwrap();
    let whole = DigestAlgorithm::Sha256.hash(&document);
    let error =
        prepared.accept(&identity.answer_to(identity.suite(), ToBeSigned::Digest(&whole))).unwrap_err();
    let AcceptError::Mistake { mistake, .. } = error else { panic!("{error:?}") };
    assert_eq!(mistake, KnownMistake::OtherDigest { found: Some(whole.to_hex()) });
}

#[test]
fn another_key() {
    if !Judge::Openssl.present() {
        return;
    }
    let workshop = Workshop::new();
    workshop.key("other", "rsa:2048");
    let found = mistake("rsa2048", |_, digest| {
        pkeyutl(&workshop.path("other.key"), digest.as_bytes(), &["-pkeyopt", "digest:sha256"])
    });
    assert_eq!(found, KnownMistake::OtherKey);
}

#[test]
fn a_key_of_another_type() {
    let found = mistake("rsa2048", |_, digest| {
        let other = identity("p256");
        other.answer_to(other.suite(), ToBeSigned::Digest(digest))
    });
    assert_eq!(found, KnownMistake::Length { expected: 256, found: 64 });
}

#[test]
fn a_whole_cms_where_a_value_belongs() {
    let found = mistake("p256", |_, digest| SignatureValue::from_bytes(targets::p256().cms(digest)));
    assert!(matches!(found, KnownMistake::WholeCms { bytes } if bytes > 1000), "{found:?}");
}

#[test]
fn text_that_nobody_decoded() {
    let value = |identity: &signing::Identity, digest: &Digest| {
        identity.answer_to(identity.suite(), ToBeSigned::Digest(digest)).as_bytes().to_vec()
    };
    let found = mistake("rsa2048", |identity, digest| {
        SignatureValue::from_bytes(support::naive::hex(&value(identity, digest)))
    });
    assert_eq!(found, KnownMistake::HexText { decoded: 256 });
    let found = mistake("rsa2048", |identity, digest| {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(value(identity, digest));
        SignatureValue::from_bytes(text)
    });
    assert_eq!(found, KnownMistake::Base64Text { decoded: 256 });
}

#[test]
fn values_of_any_length_are_refused() {
    for key in ["rsa2048", "p256", "ed25519"] {
        let identity = identity(key);
        let document = minimal();
        let prepared = identity.signing().prepare(document.as_slice(), &at()).unwrap();
        for length in [0, 1, 32, 63, 64, 65, 71, 255, 256, 257, 10_000] {
            for byte in [0, 1, 0x30, 0xFF] {
                let value = SignatureValue::from_bytes(vec![byte; length]);
                assert!(prepared.check(&value).is_err(), "{key}: {length} bytes {byte}");
            }
        }
    }
}

#[test]
fn the_dangerous_way_is_the_only_way_around() {
    let identity = identity("rsa2048");
    let document = minimal();
    let prepared = identity.signing().prepare(document.as_slice(), &at()).unwrap();
    let state = prepared.state();
    let wrong = SignatureValue::from_bytes(vec![1; 256]);
    assert!(prepared.accept(&wrong).is_err());
    let prepared = Prepared::resume(state, document.as_slice()).unwrap();
    let signed = prepared.dangerous().accept_without_verifying(&wrong).unwrap().to_bytes().unwrap();
    let report = signing::verify::pdf(&signed, &signing::verify::Options::default()).unwrap();
    assert!(!report.is_valid());
}

/// A document prepared for a whole-CMS service, and the bytes that it signs.
struct ForCms {
    document: Vec<u8>,
    state: State,
    content: Vec<u8>,
}

fn for_cms(sub_filter: SubFilter, reserve: Option<u64>) -> ForCms {
    let document = minimal();
    let mut signing = identity("rsa2048").signing().sub_filter(sub_filter);
    if let Some(bytes) = reserve {
        signing = signing.reserve(bytes);
    }
    let prepared = signing.prepare_for_cms(document.as_slice(), &at()).unwrap();
    let state = prepared.state();
    let fields: serde_json::Value = serde_json::from_str(&state.to_json()).unwrap();
    let part = |name: &str| {
        use base64::Engine as _;
        let text = fields["state"][name].as_str().unwrap();
        base64::engine::general_purpose::STANDARD.decode(text).unwrap()
    };
    let content = [document.clone(), part("revision_head"), part("revision_tail")].concat();
    assert_eq!(prepared.request().digest().unwrap(), &DigestAlgorithm::Sha256.hash(&content));
    ForCms { document, state, content }
}

impl ForCms {
    fn accept(&self, cms: &[u8]) -> Result<Vec<u8>, AcceptError> {
        let prepared = PreparedCms::resume(self.state.clone(), self.document.as_slice()).unwrap();
        let signed = prepared.accept(&SignatureValue::from_bytes(cms))?;
        assert_eq!(signed.contents(), cms, "stored as it came");
        Ok(signed.to_bytes().unwrap())
    }

    fn refused(&self, cms: &[u8]) -> CmsError {
        match self.accept(cms) {
            Err(AcceptError::Cms(error)) => error,
            other => panic!("{:?}", other.map(|bytes| bytes.len())),
        }
    }
}

/// `openssl cms -sign` over `content` by the test key.
fn openssl_cms(content: &[u8], options: &[&str]) -> Vec<u8> {
    let workshop = Workshop::new();
    workshop.write("content", content);
    let (chain, key) = (support::key("rsa2048-chain.pem"), support::key("rsa2048-key.pem"));
    let middle = support::key("intermediate.pem");
    let mut arguments = vec!["cms", "-sign", "-binary", "-md", "sha256", "-outform", "DER", "-in", "content"];
    arguments.extend(["-signer", chain.to_str().unwrap(), "-inkey", key.to_str().unwrap()]);
    arguments.extend(["-certfile", middle.to_str().unwrap()]);
    arguments.extend(options);
    workshop.openssl(&arguments)
}

#[test]
fn a_cms_made_by_openssl_is_stored_as_it_came() {
    if !Judge::Openssl.present() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.pdf");
    for (sub_filter, options) in [(SubFilter::Pades, ["-cades"].as_slice()), (SubFilter::Pkcs7, &[])] {
        let case = for_cms(sub_filter, None);
        let out = case.accept(&openssl_cms(&case.content, options)).unwrap();
        fs::write(&path, out).unwrap();
        support::openssl_verify_pdf(&path, &support::trust()).unwrap();
        if Judge::Pdfsig.present() {
            assert_eq!(support::pdfsig_valid(&path, ""), [true]);
        }
    }
}

#[test]
fn a_cms_that_does_not_fit_says_how_much_is_needed() {
    if !Judge::Openssl.present() {
        return;
    }
    let case = for_cms(SubFilter::Pades, Some(1000));
    let cms = openssl_cms(&case.content, &["-cades"]);
    let error = case.accept(&cms).unwrap_err();
    assert_eq!(error.fault(), Fault::Caller);
    let AcceptError::ContentsTooSmall { reserved, needed } = error else { panic!("{error:?}") };
    assert_eq!((reserved, needed), (1000, cms.len() as u64));
    // With exactly as much it fits.
    let case = for_cms(SubFilter::Pades, Some(needed));
    case.accept(&openssl_cms(&case.content, &["-cades"])).unwrap();
}

#[test]
fn a_cms_that_is_not_what_was_asked_for_is_refused_with_its_reason() {
    if !Judge::Openssl.present() {
        return;
    }
    let case = for_cms(SubFilter::Pades, None);
    let good = openssl_cms(&case.content, &["-cades"]);
    let found = DigestAlgorithm::Sha256.hash(b"another document").to_hex();
    let error = case.refused(&openssl_cms(b"another document", &["-cades"]));
    assert!(matches!(&error, CmsError::MessageDigest { found: other, .. } if *other == found), "{error:?}");
    let error = case.refused(&openssl_cms(&case.content, &[]));
    assert!(matches!(error, CmsError::MissingAttribute { name: "signing-certificate-v2" }), "{error:?}");
    let error = case.refused(&openssl_cms(&case.content, &["-cades", "-nodetach"]));
    assert!(matches!(error, CmsError::NotDetached { bytes } if bytes == case.content.len()), "{error:?}");
    let (chain, key) = (support::key("p256-chain.pem"), support::key("p256-key.pem"));
    let second = ["-cades", "-signer", chain.to_str().unwrap(), "-inkey", key.to_str().unwrap()];
    let error = case.refused(&openssl_cms(&case.content, &second));
    assert!(matches!(error, CmsError::SignerCount { found: 2 }), "{error:?}");
    let error = case.refused(&openssl_cms(&case.content, &["-cades", "-md", "sha512"]));
    assert!(matches!(error, CmsError::DigestAlgorithm { .. }), "{error:?}");
    let error = case.refused(&[good.as_slice(), b"more"].concat());
    assert!(error.to_string().len() > 10 && matches!(error, CmsError::Encoding(_)), "{error:?}");
    for cut in [0, 1, good.len() / 2, good.len() - 1] {
        assert!(case.accept(&good[..cut]).is_err(), "cut at {cut}");
    }
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    let error = case.refused(&forged);
    assert!(matches!(error, CmsError::Signature(_)), "{error:?}");
    let error = case.refused(&targets::p256().cms(&DigestAlgorithm::Sha256.hash(&case.content)));
    assert!(matches!(error, CmsError::SignerIdentifier { .. }), "{error:?}");
    case.accept(&good).unwrap();
}

#[test]
fn every_byte_of_a_returned_cms_is_read() {
    if !Judge::Openssl.present() {
        return;
    }
    // Without the chain: what stands in `certificates` and in no signature may be anything.
    let case = for_cms(SubFilter::Pades, None);
    let good = openssl_cms(&case.content, &["-cades", "-nocerts", "-nosmimecap"]);
    let signer = good.len() - 256;
    for at in (0..good.len()).step_by(3) {
        let mut changed = good.clone();
        changed[at] ^= 4;
        if let Ok(out) = case.accept(&changed) {
            assert!(at < signer, "byte {at} of the signature may be changed");
            let found = support::naive::newest_signature(&out).unwrap();
            assert_eq!(found.content, case.content);
        }
    }
}

#[test]
fn a_chain_in_any_order_gives_the_same_document() {
    let key = identity("rsa2048");
    let shuffled = Chain::from_pem(&fs::read(support::key("rsa2048-chain-shuffled.pem")).unwrap()).unwrap();
    let shuffled = signing::Identity { chain: shuffled, key: identity("rsa2048").key };
    assert_eq!(key.sign(&minimal()), shuffled.sign(&minimal()));
}
