//! Keys and certificates: made once, kept, and sound in the eyes of openssl.

use std::fs;
use std::process::Command;
use std::time::Instant;

use kyso::SignatureValue;
use kyso::algorithm::{DigestAlgorithm, Suite, ToBeSigned};
use kyso::remote::Secret;
use kyso::sandbox::{Document, Enrolment, Order, Sandbox, Settings, Verdict};

use crate::player::{keys, start};

#[test]
fn keys_are_kept_and_nobody_else_can_read_them() {
    let began = Instant::now();
    let first = start(Settings::new());
    println!("first start: {:?}", began.elapsed());
    let certificate = first.world().holding("person-rsa").unwrap().1.certificate().clone();
    drop(first);
    let began = Instant::now();
    let again = start(Settings::new());
    println!("second start: {:?}", began.elapsed());
    assert_eq!(*again.world().holding("person-rsa").unwrap().1.certificate(), certificate);
    #[cfg(unix)]
    for name in ["root-key.pem", "person-rsa-key.pem", "relying-party-key.pem"] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(keys().join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn two_sandboxes_may_share_a_folder() {
    let one = start(Settings::new());
    let other = start(Settings::new());
    assert_ne!(one.address(), other.address());
    let leaf = |sandbox: &Sandbox| sandbox.world().holding("company-rsa").unwrap().1.certificate().clone();
    assert_eq!(leaf(&one), leaf(&other));
}

#[test]
fn people_can_be_enrolled_while_it_runs() {
    let sandbox = start(Settings::new());
    let world = sandbox.world();
    let mut enrolment = Enrolment::new("MST", "0000000009", "CÔNG TY MỚI");
    enrolment.pin = Secret::new("1234");
    let new = world.enrol(enrolment).unwrap();
    let holding = &new.holdings[0];
    assert!(holding.certificate().subject().contains("MST:0000000009"));
    let (found, _) = world.subscriber_by_agreement(&holding.agreement_uuid).unwrap();
    assert_eq!(found.tax_code.as_deref(), Some("0000000009"));
    assert_eq!(world.check_pin(found, holding, "1234"), Verdict::Right);
    let issuing = &holding.chain.certificates()[1];
    assert!(holding.certificate().is_issued_by(issuing) && issuing.is_issued_by(world.root()));
}

#[test]
fn certificates_look_like_those_in_use_and_openssl_takes_them() {
    let sandbox = start(Settings::new());
    let (person, holding) = sandbox.world().holding("person-rsa").unwrap();
    let subject = holding.certificate().subject();
    assert!(subject.contains("Nguyễn Văn Mẫu") && subject.contains("CCCD:000099000001"), "{subject}");
    assert!(holding.certificate().subject_has("0.9.2342.19200300.100.1.1", "CCCD:000099000001"));
    assert_eq!(holding.serial().len(), 32);
    assert_eq!(person.holdings.len(), 2);
    let usage = holding.certificate().key_usage().unwrap();
    assert!(usage.digital_signature() && usage.non_repudiation() && !usage.key_cert_sign());
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("judge absent: openssl, skipped");
        return;
    }
    for name in ["person-rsa", "person-ecdsa", "company-rsa", "company-ecdsa", "relying-party"] {
        let verified = Command::new("openssl")
            .args(["verify", "-x509_strict", "-CAfile"])
            .arg(keys().join("ca.pem"))
            .arg("-untrusted")
            .arg(keys().join("issuing.pem"))
            .arg(keys().join(format!("{name}.pem")))
            .output()
            .unwrap();
        assert!(verified.status.success(), "{name}: {}", String::from_utf8_lossy(&verified.stderr));
    }
}

#[test]
fn both_types_of_keys_sign() {
    let sandbox = start(Settings::new());
    let digest = DigestAlgorithm::Sha256.hash(b"a document");
    for name in ["person-rsa", "person-ecdsa"] {
        let documents = vec![Document::new("1", digest.as_bytes()).unwrap()];
        let signed = sandbox.world().sign_now(&Order::new("play", name, documents)).unwrap();
        let value = SignatureValue::from_base64(&signed[0].value).unwrap();
        let key = sandbox.world().holding(name).unwrap().1.chain.public_key();
        key.verify(Suite::default_for(key), ToBeSigned::Digest(&digest), value.as_bytes()).unwrap();
    }
}

#[test]
fn only_the_loopback_is_served() {
    let error = Sandbox::start(Settings::new().listen("0.0.0.0:0".parse().unwrap())).unwrap_err();
    assert!(error.to_string().contains("0.0.0.0:0"), "{error}");
    let error = Sandbox::start(Settings::new().provider("vntp")).unwrap_err();
    assert!(error.to_string().contains("vntp"), "{error}");
}
