//! Every fault is the mistake that it says it is.

use std::time::{Duration, Instant};

use kyso::SignatureValue;
use kyso::algorithm::{DigestAlgorithm, Suite, ToBeSigned};
use kyso::sandbox::{Document, Faults, Order, Sandbox, Settings, SignedDocument};
use serde_json::json;

use crate::player::{agent, get, post, start};

fn set(sandbox: &Sandbox, faults: &str) {
    let response = agent().put(format!("{}/faults", sandbox.url())).send(faults).unwrap();
    assert_eq!(response.status(), 200, "{faults}");
}

fn signed(sandbox: &Sandbox, count: u8) -> Vec<SignedDocument> {
    let documents = (0..count).map(|n| Document::new(n.to_string(), digest(n).as_bytes()).unwrap()).collect();
    sandbox.world().sign_now(&Order::new("play", "person-rsa", documents)).unwrap()
}

fn digest(number: u8) -> kyso::algorithm::Digest {
    DigestAlgorithm::Sha256.hash(&[number])
}

fn verifies(sandbox: &Sandbox, key: &str, digest: &kyso::algorithm::Digest, value: &str) -> bool {
    let key = sandbox.world().holding(key).unwrap().1.chain.public_key();
    let Ok(value) = SignatureValue::from_base64(value) else { return false };
    key.verify(Suite::default_for(key), ToBeSigned::Digest(digest), value.as_bytes()).is_ok()
}

#[test]
fn values_are_wrong_in_the_way_that_was_asked_for() {
    let sandbox = start(Settings::new());
    let plain = signed(&sandbox, 10);
    for (number, one) in (0..).zip(&plain) {
        assert_eq!(one.doc_id, number.to_string());
        assert!(verifies(&sandbox, "person-rsa", &digest(number), &one.value));
    }
    set(&sandbox, r#"{"reorder": true}"#);
    let other = signed(&sandbox, 10);
    assert_eq!(other.len(), 10);
    assert_eq!(other[0], plain[1]);
    set(&sandbox, r#"{"missing": true}"#);
    assert_eq!(signed(&sandbox, 10).len(), 9);
    set(&sandbox, r#"{"wrong_key": true}"#);
    let value = &signed(&sandbox, 1)[0].value;
    assert!(!verifies(&sandbox, "person-rsa", &digest(0), value));
    assert!(verifies(&sandbox, "company-rsa", &digest(0), value));
    set(&sandbox, r#"{"hash_of_hash": true}"#);
    let value = &signed(&sandbox, 1)[0].value;
    let twice = DigestAlgorithm::Sha256.hash(digest(0).as_bytes());
    assert!(verifies(&sandbox, "person-rsa", &twice, value));
    set(&sandbox, r#"{"no_digest_info": true}"#);
    let value = SignatureValue::from_base64(&signed(&sandbox, 1)[0].value).unwrap();
    assert_eq!(value.as_bytes().len(), 256);
    assert!(!verifies(&sandbox, "person-rsa", &digest(0), &signed(&sandbox, 1)[0].value));
    set(&sandbox, r#"{"cms_instead_of_raw": true}"#);
    let value = SignatureValue::from_base64(&signed(&sandbox, 1)[0].value).unwrap();
    assert!(kyso::cms::SignedData::parse(value.as_bytes(), &kyso::Limits::default()).is_ok());
    set(&sandbox, r#"{"crlf_in_base64": true}"#);
    let value = &signed(&sandbox, 1)[0].value;
    assert!(value.contains("\r\n") && verifies(&sandbox, "person-rsa", &digest(0), value));
}

#[test]
fn connections_break_before_and_after() {
    let sandbox = start(Settings::new());
    let sign = |id: &str| post(&sandbox, "play/sign", &json!({"id": id, "digests": ["a"]}));
    set(&sandbox, r#"{"drop_connection": "before"}"#);
    assert!(sign("before").is_err());
    set(&sandbox, r#"{"drop_connection": "after"}"#);
    assert!(sign("after").is_err());
    // A poll is not struck, unless that is asked for.
    assert!(get(&sandbox, "play/status/before").unwrap().1.contains("unknown"));
    assert!(get(&sandbox, "play/status/after").unwrap().1.contains("pending"));
    set(&sandbox, r#"{"drop_connection": "after", "every_call": true}"#);
    assert!(get(&sandbox, "play/status/after").is_err());
    set(&sandbox, r#"{"error_500_after_signing": true}"#);
    assert_eq!(sign("error").unwrap().0, 500);
    assert!(get(&sandbox, "play/status/error").unwrap().1.contains("pending"));
    set(&sandbox, r#"{"delay_ms": 300}"#);
    let began = Instant::now();
    assert_eq!(sign("slow").unwrap().0, 200);
    assert!(began.elapsed() >= Duration::from_millis(300));
    let log = sandbox.world().journal();
    assert_eq!(log.iter().filter(|one| one.status.is_none()).count(), 3);
}

#[test]
fn a_share_is_struck_and_the_same_one_each_time() {
    let faults =
        || -> Faults { serde_json::from_str(r#"{"missing": true, "rate": 0.2, "seed": 5}"#).unwrap() };
    let run = || {
        let sandbox = start(Settings::new().faults(faults()));
        for number in 0..40 {
            let body = json!({"id": format!("t{number}"), "digests": ["a", "b"]});
            assert_eq!(post(&sandbox, "play/sign", &body).unwrap().0, 200);
        }
        assert_eq!(sandbox.world().approve_all(), 40);
        let short = |number: &u32| {
            let status = get(&sandbox, &format!("play/status/t{number}")).unwrap().1;
            let status: serde_json::Value = serde_json::from_str(&status).unwrap();
            status["values"].as_array().unwrap().len() == 1
        };
        (0..40).filter(short).collect::<Vec<u32>>()
    };
    let struck = run();
    assert!((2..20).contains(&struck.len()), "{struck:?}");
    assert_eq!(struck, run());
}

/// `cargo test --release --all-features --test sandbox -- --ignored --nocapture speed`
#[test]
#[ignore = "a measurement, meant for an optimised build"]
fn speed() {
    let sandbox = start(Settings::new().auto_approve());
    let began = Instant::now();
    for batch in 0..10 {
        let digests: Vec<String> = (0..100).map(|n| char::from(b'A' + n % 26).to_string()).collect();
        let id = format!("batch-{batch}");
        post(&sandbox, "play/sign", &json!({"id": id, "digests": digests})).unwrap();
        while get(&sandbox, &format!("play/status/{id}")).unwrap().1.contains("pending") {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    let rate = 1000.0 / began.elapsed().as_secs_f64();
    println!("{rate:.0} documents a second");
    assert!(cfg!(debug_assertions) || rate > 300.0, "{rate}");
}
