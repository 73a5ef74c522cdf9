//! Certificates that openssl makes: reading, chains, paths.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failed test panics")]

mod openssl;

use kyso::algorithm::{DigestAlgorithm, KeyKind, PublicKey};
use kyso::certificate::{Certificate, Chain, ChainError, LeafError, PathError, build_path};
use openssl::Workshop;

fn certificate(shop: &Workshop, name: &str) -> Certificate {
    Certificate::from_der(&shop.der(name)).unwrap()
}

fn now() -> i64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(elapsed.as_secs()).unwrap()
}

#[test]
fn a_certificate_reads_as_openssl_prints_it() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    shop.leaf("an", "rsa:2048");
    let an = certificate(&shop, "an");
    let printed = |options: &str| {
        String::from_utf8(shop.run(&format!("x509 -in an.pem -noout {options}"))).unwrap().trim().to_owned()
    };
    assert_eq!(printed("-subject -nameopt RFC2253"), format!("subject={}", an.subject()));
    assert_eq!(printed("-issuer -nameopt RFC2253"), format!("issuer={}", an.issuer()));
    let fingerprint = an.fingerprint(DigestAlgorithm::Sha256).to_hex().to_uppercase();
    assert!(printed("-fingerprint -sha256").replace(':', "").ends_with(&fingerprint));
    let serial: String = an.serial().iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(printed("-serial").trim_start_matches("serial="), serial.trim_start_matches("00"));
    assert_eq!(an.common_name().as_deref(), Some("an"));
    assert_eq!(an.not_after() - an.not_before(), 365 * 86400);
    assert!(an.is_valid_at(now()) && !an.is_ca());
    assert!(an.key_usage().is_some_and(|usage| usage.digital_signature() && !usage.key_cert_sign()));
    let key = an.public_key().unwrap();
    assert_eq!((key.kind(), key.bits(), key.max_signature_len()), (KeyKind::Rsa, 2048, 256));
    assert_eq!(an.der(), shop.der("an"));
    let pem = shop.run("x509 -in an.pem -noout -pubkey");
    shop.write("an.pub", &pem);
    assert_eq!(shop.run("pkey -pubin -in an.pub -outform DER"), an.spki_der());
}

#[test]
fn every_kind_of_key() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    let kinds = [
        ("rsa:1024", KeyKind::Rsa, 1024),
        ("rsa-pss:2048", KeyKind::RsaPss, 2048),
        ("ec:P-256", KeyKind::P256, 256),
        ("ec:P-384", KeyKind::P384, 384),
        ("ec:P-521", KeyKind::P521, 521),
        ("ed25519", KeyKind::Ed25519, 256),
    ];
    for (number, (kind, expected, bits)) in kinds.into_iter().enumerate() {
        let name = format!("k{number}");
        shop.key(&name, kind);
        shop.root(&name, "ca");
        let one = certificate(&shop, &name);
        let key = one.public_key().unwrap();
        assert_eq!((key.kind(), key.bits()), (expected, bits));
        assert!(one.is_issued_by(&one), "{kind} signed itself");
    }
    shop.key("unusual", "ec:secp256k1");
    let spki = shop.run("pkey -in unusual.key -pubout -outform DER");
    assert!(PublicKey::from_spki_der(&spki).unwrap_err().to_string().contains("1.3.132.0.10"));
    shop.key("short", "rsa:512");
    let spki = shop.run("pkey -in short.key -pubout -outform DER");
    assert!(PublicKey::from_spki_der(&spki).unwrap_err().to_string().contains("512"));
}

#[test]
fn a_chain_from_pem_in_any_order() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    shop.leaf("an", "ec:P-256");
    let [root, middle, an] = ["root", "middle", "an"].map(|name| certificate(&shop, name));
    let expected = [an.clone(), middle, root.clone()];
    let blocks = ["root", "middle", "an"].map(|name| shop.read(&format!("{name}.pem")));
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]] {
        let mut pem = b"text in front\r\n".to_vec();
        for index in order {
            pem.extend_from_slice(&blocks[index]);
            pem.extend_from_slice(b"\nbetween\n");
        }
        pem.extend_from_slice(&blocks[0]);
        pem.extend_from_slice(&shop.read("an.key"));
        let chain = Chain::from_pem(&pem).unwrap();
        assert_eq!(chain.certificates(), expected);
        assert_eq!(chain.leaf(), &an);
        let mut ders = expected.each_ref().map(|one| one.der().to_vec());
        ders.sort();
        assert_eq!(chain.certificates_der(), ders.concat());
        assert_eq!(chain.leaf_digest(DigestAlgorithm::Sha384), an.fingerprint(DigestAlgorithm::Sha384));
        chain.check_leaf(now()).unwrap();
    }
    let alone = Chain::from_der([an.der()]).unwrap();
    assert_eq!(alone.certificates().len(), 1);
    assert!(matches!(alone.check_leaf(0), Err(LeafError::NotYetValid { .. })));
    assert!(matches!(alone.check_leaf(i64::MAX), Err(LeafError::Expired { .. })));
    assert_eq!(Chain::from_der([root.der()]).unwrap().check_leaf(now()), Err(LeafError::Ca));
    assert_eq!(Chain::from_pem(b"no certificate").unwrap_err(), ChainError::Empty);
    let cut = &blocks[0][..blocks[0].len() - 10];
    assert!(matches!(Chain::from_pem(cut), Err(ChainError::Pem { index: 1, .. })));
    assert!(matches!(Chain::from_der([[0x30, 0x00]]), Err(ChainError::Certificate { index: 1, .. })));
    shop.key("cipher", "rsa:2048");
    shop.issue("cipher", "middle", "encipher");
    assert_eq!(Chain::from_der([shop.der("cipher")]).unwrap().check_leaf(now()), Err(LeafError::KeyUsage));
}

#[test]
fn paths_and_why_there_is_none() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    shop.leaf("an", "rsa:2048");
    let [root, middle, an] = ["root", "middle", "an"].map(|name| certificate(&shop, name));
    // Certificates are issued while the test runs, and none may be from the future.
    let at = now() + 60;
    let path = build_path(&an, std::slice::from_ref(&middle), std::slice::from_ref(&root), at).unwrap();
    assert_eq!(path, [an.clone(), middle.clone(), root.clone()]);
    assert_eq!(build_path(&an, &[], std::slice::from_ref(&middle), at).unwrap().len(), 2);
    assert_eq!(build_path(&an, &[], std::slice::from_ref(&an), at).unwrap().len(), 1);
    assert_eq!(
        build_path(&an, &[], std::slice::from_ref(&root), at).unwrap_err(),
        PathError::NoIssuer { subject: an.subject() }
    );
    let late = build_path(&an, std::slice::from_ref(&middle), std::slice::from_ref(&root), at + 400 * 86400);
    assert!(matches!(late.unwrap_err(), PathError::Validity { .. }));

    // Another root of the same name did not sign.
    shop.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out false.key");
    shop.run(
        "req -x509 -new -key false.key -subj /C=VN/O=Kyso/CN=root -days 9 -config ca.cnf -extensions ca -out false.pem",
    );
    let false_root = certificate(&shop, "false");
    assert!(middle.is_issued_by(&root) && !middle.is_issued_by(&false_root));
    assert!(build_path(&an, std::slice::from_ref(&middle), std::slice::from_ref(&false_root), at).is_err());
    let both = [false_root, root.clone()];
    assert_eq!(build_path(&an, std::slice::from_ref(&middle), &both, at).unwrap().len(), 3);

    // A signer that issues.
    shop.key("child", "ec:P-256");
    shop.issue("child", "an", "signer");
    let child = certificate(&shop, "child");
    assert_eq!(
        build_path(&child, &[an.clone(), middle.clone()], std::slice::from_ref(&root), at).unwrap_err(),
        PathError::NotCa { subject: an.subject() }
    );
    // A CA without keyCertSign.
    shop.key("mute", "ec:P-256");
    shop.issue("mute", "root", "mute_ca");
    shop.issue("child", "mute", "signer");
    let failure = build_path(
        &certificate(&shop, "child"),
        &[certificate(&shop, "mute")],
        std::slice::from_ref(&root),
        at,
    );
    let failure = failure.unwrap_err();
    assert!(matches!(failure, PathError::NotCa { .. }), "{failure:?}");
    // pathlen:0 with a CA below.
    shop.key("narrow", "ec:P-256");
    shop.issue("narrow", "root", "ca0");
    shop.key("below", "ec:P-256");
    shop.issue("below", "narrow", "ca");
    shop.issue("child", "below", "signer");
    let candidates = [certificate(&shop, "below"), certificate(&shop, "narrow")];
    let failure = build_path(&certificate(&shop, "child"), &candidates, std::slice::from_ref(&root), at);
    assert!(matches!(failure.unwrap_err(), PathError::PathLength { allowed: 0, found: 1, .. }));
    // A critical extension that nobody knows.
    shop.issue("child", "middle", "strange");
    let failure = build_path(
        &certificate(&shop, "child"),
        std::slice::from_ref(&middle),
        std::slice::from_ref(&root),
        at,
    );
    assert!(matches!(failure.unwrap_err(), PathError::UnknownCritical { oid, .. } if oid == "1.2.3.4"));
}

#[test]
fn sha1_signatures_do_not_count() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    shop.key("old", "rsa:2048");
    let line =
        "req -x509 -new -key old.key -subj /CN=old -days 9 -sha1 -config ca.cnf -extensions ca -out old.pem";
    let (made, ..) = shop.try_openssl(&line.split_whitespace().collect::<Vec<_>>());
    if !made {
        println!("this openssl signs nothing with SHA-1: skipped");
        return;
    }
    let old = certificate(&shop, "old");
    assert!(!old.is_issued_by(&old));
    assert_eq!(build_path(&old, &[], std::slice::from_ref(&old), now()).unwrap().len(), 1, "given as a root");
}

#[test]
fn a_certificate_from_practice() {
    let Some(shared) = std::env::var_os("KYSO_SHARED") else {
        println!("KYSO_SHARED is not set: skipped");
        return;
    };
    let der = std::fs::read(std::path::Path::new(&shared).join("samples/efy-certificate.der")).unwrap();
    let one = Certificate::from_der(&der).unwrap();
    assert_eq!(one.common_name().as_deref(), Some("Trịnh Quang Tân(TEST)"));
    assert_eq!(one.issuer(), "CN=EFY-CA,OU=EFY-CA,O=Vietnam EFY Informatics Technology JSC,ST=Hanoi,C=VN");
    assert_eq!((one.not_before(), one.not_after()), (1_582_707_785, 1_614_243_785));
    let chain = Chain::from_der([&der]).unwrap();
    chain.check_leaf(1_600_000_000).unwrap();
    assert!(matches!(chain.check_leaf(now()), Err(LeafError::Expired { .. })));
    assert_eq!(chain.public_key().bits(), 2048);
}
