//! Timestamps over HTTP, judged by openssl.

use kyso::cms::{SignedData, TimestampInfo};
use kyso::remote::csc::Timestamp;
use serde_json::{Value, json};

use super::strict::Caller;
use super::*;

#[test]
fn a_token_is_what_openssl_takes_for_one() {
    let sandbox = sandbox();
    let folder = tempfile::tempdir().unwrap();
    for (version, dialect) in [("v1", Dialect::V1), ("v2", Dialect::V2)] {
        let driver = driver(&service(&sandbox, dialect, Login::Token));
        let token = Caller::new(&sandbox, version).token();
        for (algorithm, nonce) in [
            (DigestAlgorithm::Sha256, None),
            (DigestAlgorithm::Sha384, Some("abc")),
            (DigestAlgorithm::Sha512, Some("1")),
        ] {
            let digest = algorithm.hash("hợp đồng".as_bytes());
            let asked = Timestamp { digest, nonce: nonce.map(str::to_owned) };
            let stamped = driver.call(&asked, Some(&token)).unwrap();
            let parsed = SignedData::parse(&stamped, &kyso::Limits::default()).unwrap();
            let info = TimestampInfo::read(&parsed).unwrap();
            assert_eq!((info.algorithm, info.imprint.as_slice()), (Some(algorithm), digest.as_bytes()));
            let off = info.time.abs_diff(sandbox.world().now().timestamp());
            assert!(off <= 60, "{off} s off");
            let path = folder.path().join("token.der");
            fs::write(&path, &stamped).unwrap();
            openssl_takes(&sandbox, &path, &digest.to_hex(), nonce);
        }
        // No number is used twice.
        let asked = Timestamp { digest: DigestAlgorithm::Sha256.hash(b"1"), nonce: None };
        let [one, two] = [0, 1].map(|_| driver.call(&asked, Some(&token)).unwrap());
        assert_ne!(one, two);
    }
}

fn openssl_takes(sandbox: &Sandbox, token: &Path, digest: &str, nonce: Option<&str>) {
    if !Judge::Openssl.present() {
        return;
    }
    let folder = token.parent().unwrap();
    let (root, issuing) = (folder.join("root.pem"), folder.join("issuing.pem"));
    let chain = &holding(sandbox, "person-rsa").chain;
    fs::write(&root, pem(sandbox.world().root().der())).unwrap();
    fs::write(&issuing, pem(chain.certificates()[1].der())).unwrap();
    let verify = |digest: &str| {
        let mut command = Command::new("openssl");
        command.args(["ts", "-verify", "-token_in", "-digest", digest, "-in"]).arg(token);
        command.arg("-CAfile").arg(&root).arg("-untrusted").arg(&issuing).output().unwrap()
    };
    let verified = verify(digest);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    assert!(!verify(&digest.replace(char::is_numeric, "e")).status.success(), "another digest");
    let told =
        Command::new("openssl").args(["ts", "-reply", "-token_in", "-text", "-in"]).arg(token).output();
    let told = String::from_utf8_lossy(&told.unwrap().stdout).into_owned();
    // Whole bytes.
    let expected = nonce.map_or("unspecified".to_owned(), |nonce| format!("0x0{}", nonce.to_uppercase()));
    let line = told.lines().find(|line| line.starts_with("Nonce:")).unwrap();
    assert_eq!(line, format!("Nonce: {expected}"), "{told}");
}

#[test]
fn what_cannot_be_stamped_is_refused() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox, "v1");
    let sha256 = "2.16.840.1.101.3.4.2.1";
    let whole = base64::engine::general_purpose::STANDARD.encode([7; 32]);
    let body = |hash: Value, algorithm: Value| json!({ "hash": hash, "hashAlgo": algorithm });
    for (body, phrase) in [
        (body(Value::Null, json!(sha256)), "string parameter hash"),
        (body(json!(7), json!(sha256)), "string parameter hash"),
        (body(json!("%"), json!(sha256)), "Base64 hash"),
        (body(json!("AAAA"), json!(sha256)), "digest value length"),
        (body(json!(whole), Value::Null), "parameter hashAlgo"),
        (body(json!(whole), json!("1.3.14.3.2.26")), "parameter hashAlgo"),
        (json!({ "hash": whole, "hashAlgo": sha256, "nonce": "xyz" }), "parameter nonce"),
        (json!({ "hash": whole, "hashAlgo": sha256, "nonce": "1".repeat(65) }), "parameter nonce"),
    ] {
        let (error, description) = caller.refused("signatures/timestamp", &body);
        assert!(error == "invalid_request" && description.contains(phrase), "{body}: {description}");
    }
    // Nobody who has not logged in.
    let driver = driver(&service(&sandbox, Dialect::V1, Login::Token));
    let asked = Timestamp { digest: DigestAlgorithm::Sha256.hash(b"1"), nonce: None };
    assert!(driver.call(&asked, None).is_err());
}
