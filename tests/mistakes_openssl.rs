//! Every known mistake, made by openssl, is recognised.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failed test panics")]

mod openssl;

use kyso::algorithm::{Digest, DigestAlgorithm, PublicKey, SignatureAlgorithm, Suite, ToBeSigned};
use kyso::certificate::Chain;
use kyso::mistake::{Form, KnownMistake, recognise};
use openssl::Workshop;

struct Bench {
    shop: Workshop,
    chain: Chain,
    digest: Digest,
}

impl Bench {
    fn new(kind: &str) -> Self {
        let shop = Workshop::new();
        shop.leaf("an", kind);
        let chain = Chain::from_pem(&shop.chain_pem("an")).unwrap();
        Self { shop, chain, digest: DigestAlgorithm::Sha256.hash(b"the signed attributes") }
    }

    fn key(&self) -> &PublicKey {
        self.chain.public_key()
    }

    fn suite(&self, signature: SignatureAlgorithm) -> Suite {
        Suite::new(signature, DigestAlgorithm::Sha256, self.key()).unwrap()
    }

    /// What `openssl pkeyutl` makes of `input` with these options.
    fn pkeyutl(&self, input: &[u8], options: &str) -> Vec<u8> {
        self.pkeyutl_as("an", input, options)
    }

    fn pkeyutl_as(&self, key: &str, input: &[u8], options: &str) -> Vec<u8> {
        self.shop.write("input", input);
        self.shop.run(&format!("pkeyutl -sign -inkey {key}.key -in input -out value {options}"));
        self.shop.read("value")
    }

    /// The mistake a value shows, after making sure that it is refused.
    fn mistake(&self, suite: Suite, value: &[u8]) -> Option<KnownMistake> {
        let what = ToBeSigned::Digest(&self.digest);
        assert!(self.key().verify(suite, what, value).is_err(), "the value is right");
        recognise(self.key(), suite, what, value)
    }
}

#[test]
fn rsa_pkcs1() {
    if !openssl::present() {
        return;
    }
    let bench = Bench::new("rsa:2048");
    let suite = bench.suite(SignatureAlgorithm::RsaPkcs1);
    let digest = bench.digest;
    let mistake = |value: &[u8]| bench.mistake(suite, value).unwrap();
    let proper = bench.pkeyutl(digest.as_bytes(), "-pkeyopt digest:sha256");
    bench.key().verify(suite, ToBeSigned::Digest(&digest), &proper).unwrap();

    assert_eq!(mistake(&bench.pkeyutl(digest.as_bytes(), "")), KnownMistake::NoDigestInfo);
    assert_eq!(
        mistake(&bench.pkeyutl(digest.to_hex().as_bytes(), "")),
        KnownMistake::TextOfDigest { form: Form::LowerHex }
    );
    let forms: [(Form, Vec<u8>); 4] = [
        (Form::Raw, digest.as_bytes().to_vec()),
        (Form::LowerHex, digest.to_hex().into_bytes()),
        (Form::UpperHex, digest.to_hex().to_uppercase().into_bytes()),
        (Form::Base64, digest.to_base64().into_bytes()),
    ];
    for (form, bytes) in &forms {
        for (name, algorithm) in [("sha256", DigestAlgorithm::Sha256), ("sha512", DigestAlgorithm::Sha512)] {
            let again = algorithm.hash(bytes);
            let expected = KnownMistake::HashOfHash { form: *form, algorithm };
            assert_eq!(
                mistake(&bench.pkeyutl(again.as_bytes(), &format!("-pkeyopt digest:{name}"))),
                expected
            );
        }
    }
    assert_eq!(
        mistake(&bench.pkeyutl(&[7; 48], "-pkeyopt digest:sha384")),
        KnownMistake::OtherDigestAlgorithm {
            expected: DigestAlgorithm::Sha256,
            found: DigestAlgorithm::Sha384
        }
    );
    let other = DigestAlgorithm::Sha256.hash(b"another document");
    assert_eq!(
        mistake(&bench.pkeyutl(other.as_bytes(), "-pkeyopt digest:sha256")),
        KnownMistake::OtherDigest { found: Some(other.to_hex()) }
    );
    // DigestInfo without the NULL that belongs into it.
    let mut info =
        vec![0x30, 0x2F, 0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    info.extend_from_slice(&[0x04, 0x20]);
    info.extend_from_slice(digest.as_bytes());
    assert_eq!(mistake(&bench.pkeyutl(&info, "")), KnownMistake::DigestInfoForm);

    let pss = "-pkeyopt rsa_padding_mode:pss -pkeyopt digest:sha256";
    assert_eq!(mistake(&bench.pkeyutl(digest.as_bytes(), pss)), KnownMistake::PssInsteadOfPkcs1);

    bench.shop.key("other", "rsa:2048");
    let foreign = bench.pkeyutl_as("other", digest.as_bytes(), "-pkeyopt digest:sha256");
    assert_eq!(mistake(&foreign), KnownMistake::OtherKey);
    bench.shop.key("longer", "rsa:3072");
    let foreign = bench.pkeyutl_as("longer", digest.as_bytes(), "-pkeyopt digest:sha256");
    assert_eq!(mistake(&foreign), KnownMistake::Length { expected: 256, found: 384 });

    let reversed: Vec<u8> = proper.iter().rev().copied().collect();
    assert_eq!(mistake(&reversed), KnownMistake::ByteOrder);
    let hex: String = proper.iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(mistake(hex.as_bytes()), KnownMistake::HexText { decoded: 256 });
    bench.shop.write("value", &proper);
    let text = bench.shop.run("base64 -in value");
    assert_eq!(mistake(&text), KnownMistake::Base64Text { decoded: 256 });
    bench.shop.write("input", b"content");
    bench.shop.run("cms -sign -binary -in input -signer an.pem -inkey an.key -outform DER -out cms");
    let cms = bench.shop.read("cms");
    assert_eq!(mistake(&cms), KnownMistake::WholeCms { bytes: cms.len() });
    assert_eq!(mistake(&[]), KnownMistake::Length { expected: 256, found: 0 });
}

#[test]
fn a_leading_zero_dropped() {
    if !openssl::present() {
        return;
    }
    let bench = Bench::new("rsa:1024");
    let suite = bench.suite(SignatureAlgorithm::RsaPkcs1);
    // One value in 256 begins with a zero; each try costs one openssl process.
    for attempt in 0..2000_u32 {
        let digest = DigestAlgorithm::Sha256.hash(&attempt.to_be_bytes());
        let value = bench.pkeyutl(digest.as_bytes(), "-pkeyopt digest:sha256");
        if value[0] == 0 {
            let what = ToBeSigned::Digest(&digest);
            assert!(bench.key().verify(suite, what, &value[1..]).is_err());
            let found = recognise(bench.key(), suite, what, &value[1..]);
            assert_eq!(found, Some(KnownMistake::LeadingZerosDropped { count: 1 }));
            return;
        }
    }
    panic!("no value began with a zero");
}

#[test]
fn rsa_pss() {
    if !openssl::present() {
        return;
    }
    let bench = Bench::new("rsa:2048");
    let suite = bench.suite(SignatureAlgorithm::RsaPss);
    let digest = bench.digest;
    let mistake = |value: &[u8]| bench.mistake(suite, value).unwrap();
    let pss = "-pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:32 -pkeyopt digest:sha256";
    let proper = bench.pkeyutl(digest.as_bytes(), pss);
    bench.key().verify(suite, ToBeSigned::Digest(&digest), &proper).unwrap();

    let pkcs1 = bench.pkeyutl(digest.as_bytes(), "-pkeyopt digest:sha256");
    assert_eq!(mistake(&pkcs1), KnownMistake::Pkcs1InsteadOfPss);
    let salt = bench.pkeyutl(digest.as_bytes(), &pss.replace("saltlen:32", "saltlen:20"));
    assert_eq!(mistake(&salt), KnownMistake::PssSalt { expected: 32, found: 20 });
    let again = DigestAlgorithm::Sha256.hash(digest.as_bytes());
    let expected = KnownMistake::HashOfHash { form: Form::Raw, algorithm: DigestAlgorithm::Sha256 };
    assert_eq!(mistake(&bench.pkeyutl(again.as_bytes(), pss)), expected);
    let other = DigestAlgorithm::Sha256.hash(b"another document");
    assert_eq!(mistake(&bench.pkeyutl(other.as_bytes(), pss)), KnownMistake::OtherDigest { found: None });
    let sha512 = pss.replace("sha256", "sha512");
    assert_eq!(
        mistake(&bench.pkeyutl(&[7; 64], &sha512)),
        KnownMistake::OtherDigestAlgorithm {
            expected: DigestAlgorithm::Sha256,
            found: DigestAlgorithm::Sha512
        }
    );
    bench.shop.key("other", "rsa:2048");
    assert_eq!(mistake(&bench.pkeyutl_as("other", digest.as_bytes(), pss)), KnownMistake::OtherKey);
}

#[test]
fn ecdsa() {
    if !openssl::present() {
        return;
    }
    let bench = Bench::new("ec:P-256");
    let suite = bench.suite(SignatureAlgorithm::Ecdsa);
    let digest = bench.digest;
    let mistake = |value: &[u8]| bench.mistake(suite, value);
    let proper = bench.pkeyutl(digest.as_bytes(), "");
    bench.key().verify(suite, ToBeSigned::Digest(&digest), &proper).unwrap();
    let again = DigestAlgorithm::Sha256.hash(digest.to_hex().as_bytes());
    let expected = KnownMistake::HashOfHash { form: Form::LowerHex, algorithm: DigestAlgorithm::Sha256 };
    assert_eq!(mistake(&bench.pkeyutl(again.as_bytes(), "")), Some(expected));
    assert_eq!(mistake(&proper[..60]), Some(KnownMistake::Length { expected: 64, found: 60 }));
    let other = DigestAlgorithm::Sha256.hash(b"another document");
    assert_eq!(mistake(&bench.pkeyutl(other.as_bytes(), "")), None, "it could be any document or key");
}

#[test]
fn ed25519() {
    if !openssl::present() {
        return;
    }
    let bench = Bench::new("ed25519");
    let suite = Suite::default_for(bench.key());
    let message = b"the signed attributes";
    let what = ToBeSigned::Message(message);
    let sign = |message: &[u8]| bench.pkeyutl(message, "-rawin");
    bench.key().verify(suite, what, &sign(message)).unwrap();
    let hashed = DigestAlgorithm::Sha256.hash(message);
    let value = sign(hashed.as_bytes());
    assert!(bench.key().verify(suite, what, &value).is_err());
    assert_eq!(
        recognise(bench.key(), suite, what, &value),
        Some(KnownMistake::DigestInsteadOfMessage { algorithm: DigestAlgorithm::Sha256, form: Form::Raw })
    );
    assert_eq!(recognise(bench.key(), suite, what, &sign(b"something else")), None);
    let short = recognise(bench.key(), suite, what, &value[..63]);
    assert_eq!(short, Some(KnownMistake::Length { expected: 64, found: 63 }));
}
