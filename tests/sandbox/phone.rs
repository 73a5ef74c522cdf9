//! The phone without a browser: decisions, codes, the clock, who may do what.

use std::thread;
use std::time::{Duration, Instant};

use kyso::sandbox::{Faults, Sandbox, Settings, Verdict};
use serde_json::{Value, json};

use crate::player::{agent, get, post, start};

fn pending(sandbox: &Sandbox) -> Value {
    serde_json::from_str(&get(sandbox, "phone/pending.json").unwrap().1).unwrap()
}

/// Presses a button of the page; the status.
fn press(sandbox: &Sandbox, action: &str, fields: &str) -> u16 {
    let token = pending(sandbox)["token"].as_str().unwrap().to_owned();
    let response = agent()
        .post(format!("{}/phone/{action}", sandbox.url()))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .send(format!("token={token}&{fields}"))
        .unwrap();
    response.status().as_u16()
}

fn status(sandbox: &Sandbox, id: &str) -> Value {
    serde_json::from_str(&get(sandbox, &format!("play/status/{id}")).unwrap().1).unwrap()
}

fn submit(sandbox: &Sandbox, id: &str, digests: &[&str]) -> u16 {
    post(sandbox, "play/sign", &json!({"id": id, "digests": digests})).unwrap().0
}

#[test]
fn transactions_wait_until_somebody_decides() {
    let sandbox = start(Settings::new());
    for id in ["first", "second", "third"] {
        assert_eq!(submit(&sandbox, id, &["a", "b"]), 200);
        assert_eq!(status(&sandbox, id)["status"], "pending");
    }
    assert_eq!(submit(&sandbox, "first", &["a"]), 409);
    let waiting = pending(&sandbox);
    let number = |id: &str| {
        let list = waiting["pending"].as_array().unwrap();
        list.iter().find(|one| one["transaction_id"] == id).unwrap()["number"].as_u64().unwrap()
    };
    assert_eq!(waiting["pending"][0]["verification_code"], "1A2B-3C4D");
    for (action, id) in [("approve", "first"), ("reject", "second"), ("expire", "third")] {
        assert_eq!(press(&sandbox, action, &format!("number={}", number(id))), 303);
    }
    assert_eq!(status(&sandbox, "first")["status"], "signed");
    assert_eq!(status(&sandbox, "first")["values"].as_array().unwrap().len(), 2);
    assert_eq!(status(&sandbox, "second")["status"], "rejected");
    assert_eq!(status(&sandbox, "third")["status"], "expired");
    assert_eq!(status(&sandbox, "fourth")["status"], "unknown");
    // What is over stays as it is.
    press(&sandbox, "approve", &format!("number={}", number("second")));
    assert_eq!(status(&sandbox, "second")["status"], "rejected");
    assert_eq!(submit(&sandbox, "second", &["a"]), 409);
}

#[test]
fn what_nobody_decides_expires() {
    let sandbox = start(Settings::new());
    submit(&sandbox, "late", &["a"]);
    sandbox.world().advance(59);
    assert_eq!(status(&sandbox, "late")["status"], "pending");
    press(&sandbox, "advance", "seconds=60");
    assert_eq!(status(&sandbox, "late")["status"], "expired");
    assert!(sandbox.world().approve("play", "late").is_err());
}

#[test]
fn a_sandbox_that_approves_by_itself() {
    let sandbox = start(Settings::new().auto_approve());
    submit(&sandbox, "quick", &["a"]);
    let began = Instant::now();
    while status(&sandbox, "quick")["status"] == "pending" {
        assert!(began.elapsed() < Duration::from_secs(10));
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(status(&sandbox, "quick")["status"], "signed");
    press(&sandbox, "auto-approve", "on=false");
    submit(&sandbox, "slow", &["a"]);
    thread::sleep(Duration::from_millis(400));
    assert_eq!(status(&sandbox, "slow")["status"], "pending");
    assert_eq!(press(&sandbox, "approve-all", ""), 303);
    assert_eq!(status(&sandbox, "slow")["status"], "signed");
}

#[test]
fn only_its_own_page_may_press_buttons() {
    let sandbox = start(Settings::new());
    submit(&sandbox, "mine", &["a"]);
    let url = format!("{}/phone/approve-all", sandbox.url());
    let token = pending(&sandbox)["token"].as_str().unwrap().to_owned();
    let no_token = agent().post(&url).send("").unwrap();
    assert_eq!(no_token.status(), 403);
    let wrong = agent().post(&url).send("token=00000000-0000-4000-8000-000000000000").unwrap();
    assert_eq!(wrong.status(), 403);
    let elsewhere =
        agent().post(&url).header("Origin", "http://evil.example").send(format!("token={token}")).unwrap();
    assert_eq!(elsewhere.status(), 421);
    for host in ["evil.example", "127.0.0.1.evil.example", "evil.example:80", ""] {
        let page = agent().get(format!("{}/phone", sandbox.url())).header("Host", host).call().unwrap();
        assert_eq!(page.status(), 421, "{host}");
    }
    assert_eq!(status(&sandbox, "mine")["status"], "pending");
    let page = agent().get(format!("{}/phone", sandbox.url())).header("Host", "localhost:1").call().unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
}

#[test]
fn the_page_escapes_and_the_log_hides() {
    let sandbox = start(Settings::new());
    submit(&sandbox, "<script>alert(1)</script>", &["a"]);
    let world = sandbox.world();
    let person = world.subscriber("000099000001").unwrap();
    let code = world.send_code(person);
    let secrets = json!({
        "id": "second", "digests": ["b"], "sp_password": "hidden-by-name",
        "note": "relying-party-password", "also": code.expose(),
    });
    post(&sandbox, "play/sign", &secrets).unwrap();
    let page = get(&sandbox, "phone").unwrap().1;
    assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"), "{page}");
    assert!(!page.contains("<b>số") && page.contains("&lt;b&gt;số 1&lt;/b&gt;"));
    assert!(page.contains(code.expose()) && page.contains("Nguyễn Văn Mẫu") && page.contains("1A2B-3C4D"));
    let log = get(&sandbox, "phone/log").unwrap().1;
    assert!(log.contains("POST /play/sign"));
    for secret in ["hidden-by-name", "relying-party-password", code.expose()] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[test]
fn faults_are_set_by_form_and_by_json() {
    let sandbox = start(Settings::new());
    assert_eq!(press(&sandbox, "faults", "missing=true&rate=0.5&delay_ms=&drop_connection=after"), 303);
    let faults: Faults = serde_json::from_str(&get(&sandbox, "faults").unwrap().1).unwrap();
    assert!(faults.missing && !faults.reorder && faults.rate == 0.5);
    assert_eq!(press(&sandbox, "faults", "rate=many"), 400);
    assert_eq!(press(&sandbox, "faults", "nonsense=true"), 400);
    let put = |body: &str| {
        let response = agent().put(format!("{}/faults", sandbox.url())).send(body).unwrap();
        response.status().as_u16()
    };
    assert_eq!(put(r#"{"wrong_key": true}"#), 200);
    for wrong in [r#"{"wrongkey": true}"#, r#"{"rate": 1.5}"#, "[", r#"{"missing": 1}"#] {
        assert_eq!(put(wrong), 400, "{wrong}");
    }
    let faults = sandbox.world().faults();
    assert!(faults.wrong_key && !faults.missing);
    assert_eq!(press(&sandbox, "faults", ""), 303);
    assert!(!sandbox.world().faults().any());
}

#[test]
fn codes_are_counted_and_locked() {
    let sandbox = start(Settings::new());
    let world = sandbox.world();
    let (person, holding) = world.holding("person-rsa").unwrap();
    assert_eq!(world.check_pin(person, holding, "24681357"), Verdict::Right);
    for left in [4, 3, 2, 1, 0] {
        assert_eq!(world.check_pin(person, holding, "1"), Verdict::Wrong { left });
    }
    assert!(matches!(world.check_pin(person, holding, "24681357"), Verdict::Locked { .. }));
    world.advance(301);
    assert_eq!(world.check_pin(person, holding, "24681357"), Verdict::Right);
    let pin = world.send_pin(person, holding);
    assert_eq!(world.check_pin(person, holding, pin.expose()), Verdict::Right);
    assert!(world.sent_codes().iter().any(|one| one.is_pin && *one.code == pin.expose()));

    let code = world.send_code(person);
    assert_eq!(world.check_otp(person, code.expose()), Verdict::Right);
    assert_eq!(world.check_otp(person, code.expose()), Verdict::Wrong { left: 4 });
    let code = world.totp(person).unwrap();
    assert_eq!(world.check_otp(person, code.expose()), Verdict::Right);
    assert_eq!(world.check_otp(person, code.expose()), Verdict::Wrong { left: 4 });
}
