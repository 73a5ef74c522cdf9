//! The sandbox refuses what the document's tables do not allow.

use serde_json::{Value, json};

use super::*;

struct Client {
    agent: ureq::Agent,
    base: String,
}

impl Client {
    fn new(sandbox: &Sandbox) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        Self { agent, base: format!("{}/vnpt", sandbox.url()) }
    }

    /// HTTP status, and the body.
    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.post_text(path, "application/json", &body.to_string())
    }

    fn post_text(&self, path: &str, content_type: &str, body: &str) -> (u16, Value) {
        let url = format!("{}/{path}", self.base);
        let mut response = self.agent.post(&url).header("Content-Type", content_type).send(body).unwrap();
        let text = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), serde_json::from_str(&text).unwrap())
    }

    fn code(&self, path: &str, body: &Value) -> i64 {
        self.post(path, body).1["status_code"].as_i64().unwrap()
    }
}

/// A request that is right, and with `th` one that is right there.
fn sign(sandbox: &Sandbox, id: &str, th: bool) -> Value {
    let (party, person) = (sandbox.world().relying_party(), person(sandbox));
    let mut body = json!({
        "sp_id": party.id, "sp_password": party.password.expose(), "user_id": person.user_id,
        "transaction_id": id, "serial_number": person.holdings[0].serial(),
        "sign_files": [{ "doc_id": "a", "file_type": "pdf", "sign_type": "hash", "data_to_be_signed": "ab".repeat(32) }],
    });
    if th {
        body["password"] = json!(person.password.expose());
        body["otp"] = json!(Person::new(sandbox, Phone::Sleeps).code().expose());
    }
    body
}

fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let object = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value == json!("(absent)") {
        object.remove(name);
    } else {
        object.insert(name.to_owned(), value);
    }
    body
}

#[test]
fn requests_are_read_strictly() {
    let sandbox = sandbox();
    let client = Client::new(&sandbox);
    let one = |th| sign(&sandbox, "strict-1", th);
    let absent = || json!("(absent)");
    let cases = [
        ("/sp_id", absent(), 400),
        ("/sp_id", json!("nobody"), 401),
        ("/sp_password", json!(7), 400),
        ("/sp_password", json!("wrong"), 401),
        ("/user_id", json!(""), 400),
        ("/user_id", json!("999999999999"), 401),
        ("/transaction_id", absent(), 400),
        ("/transaction_id", json!("a/b"), 400),
        ("/transaction_id", json!("a".repeat(65)), 400),
        ("/serial_number", json!("00"), 403),
        ("/time_stamp", json!("2022-03-16"), 400),
        ("/time_stamp", json!("20221316063000Z"), 400),
        ("/sign_files", json!([]), 400),
        ("/sign_files", json!("a"), 400),
        ("/sign_files", json!([1]), 400),
        ("/sign_files/0/doc_id", absent(), 400),
        ("/sign_files/0/file_type", absent(), 400),
        ("/sign_files/0/sign_type", json!("file"), 400),
        ("/sign_files/0/sign_type", json!("HASH"), 400),
        ("/sign_files/0/data_to_be_signed", json!("ab".repeat(31)), 400),
        ("/sign_files/0/data_to_be_signed", json!("ab".repeat(20)), 400),
        ("/sign_files/0/data_to_be_signed", json!("g".repeat(64)), 400),
    ];
    for (pointer, value, code) in &cases {
        let (status, reply) = client.post("v1/signatures/sign", &with(one(false), pointer, value.clone()));
        assert_eq!(reply["status_code"], *code, "{pointer} {value}: {reply}");
        assert_eq!(status, if *code == 400 { 400 } else { 200 });
        assert_eq!(
            client.code("v2/signatures/sign", &with(one(true), pointer, value.clone())),
            *code,
            "{pointer}"
        );
    }
    let twice = json!([one(false)["sign_files"][0], one(false)["sign_files"][0]]);
    assert_eq!(client.code("v1/signatures/sign", &with(one(false), "/sign_files", twice)), 400);
    for name in ["/password", "/otp", "/serial_number"] {
        assert_eq!(client.code("v2/signatures/sign", &with(one(true), name, absent())), 400, "{name}");
    }
    assert_eq!(client.code("v2/signatures/sign", &with(one(true), "/otp", json!("12345"))), 400);
    assert!(sandbox.world().pending().is_empty());
    // Right, with all that is optional; then the same once more.
    let spaced = with(one(false), "/sign_files/0/data_to_be_signed", json!(format!("\n{}", "ab".repeat(32))));
    let full = with(with(spaced, "/time_stamp", json!("20220316063000Z")), "/serial_number", absent());
    assert_eq!(client.post("v1/signatures/sign", &full).1["message"], "sig_wait_for_user_confirm");
    assert_eq!(client.code("v1/signatures/sign", &full), 400);
    assert_eq!(client.code("v2/signatures/sign", &one(true)), 400);
}

#[test]
fn the_envelope_is_read_strictly() {
    let sandbox = sandbox();
    let client = Client::new(&sandbox);
    let body = sign(&sandbox, "strict-2", false).to_string();
    assert_eq!(client.post_text("v1/signatures/sign", "text/plain", &body).0, 400);
    assert_eq!(client.post_text("v1/signatures/sign", "application/json", "[]").0, 400);
    assert_eq!(client.post_text("v1/signatures/sign", "application/json", "{").0, 400);
    assert_eq!(client.post_text("v3/signatures/sign", "application/json", &body).0, 404);
    let url = format!("{}/v1/signatures/sign", client.base);
    assert_eq!(client.agent.get(&url).call().unwrap().status().as_u16(), 405);
    assert_eq!(client.code("v1/signatures/sign/nothing/status", &json!({})), 400);
    let listing =
        json!({ "sp_id": "kyso-sandbox", "sp_password": "x", "user_id": "1", "transaction_id": "a" });
    assert_eq!(client.code("v1/credentials/get_certificate", &listing), 401);
    assert_eq!(
        client.code("v1/credentials/get_certificate", &with(listing, "/transaction_id", json!(1))),
        401
    );
}

#[test]
fn a_transaction_is_known_by_its_ids() {
    let sandbox = sandbox();
    let client = Client::new(&sandbox);
    let reply = client.post("v1/signatures/sign", &sign(&sandbox, "strict-3", false)).1;
    let status = |id: &str| client.post(&format!("v1/signatures/sign/{id}/status"), &json!({})).1;
    let tran_code = reply["data"]["tran_code"].as_str().unwrap();
    for id in ["strict-3", tran_code] {
        assert_eq!(status(id)["message"], "sig_wait_for_user_confirm");
    }
    sandbox.world().approve("vnpt", "strict-3").unwrap();
    assert_eq!(status(tran_code), status("strict-3"));
    assert_eq!(status("strict-3")["data"]["signatures"][0]["doc_id"], "a");
}

#[test]
fn a_sad_is_good_once_for_its_transaction_and_for_a_while() {
    let sandbox = sandbox();
    let client = Client::new(&sandbox);
    let open = |id: &str| {
        // Each code is believed once: the next is of the next half minute.
        sandbox.world().advance(30);
        client.post("v2/signatures/sign", &sign(&sandbox, id, true)).1["data"].clone()
    };
    let confirm = |data: &Value| {
        let (party, person) = (sandbox.world().relying_party(), person(&sandbox));
        json!({ "sp_id": party.id, "sp_password": party.password.expose(), "user_id": person.user_id,
            "password": person.password.expose(), "sad": data["sad"], "transaction_id": data["transaction_id"] })
    };
    let path = "v2/signatures/confirm";
    let data = open("sad-1");
    assert_ne!(data["transaction_id"], "sad-1");
    assert_eq!(data["expired_in"], 299);
    let right = confirm(&data);
    let status = |id: &str| client.post(&format!("v1/signatures/sign/{id}/status"), &json!({})).1;
    assert_eq!(status("sad-1")["message"], "sig_wait_for_user_confirm");
    assert_eq!(client.code(path, &with(right.clone(), "/transaction_id", json!("sad-1"))), 400);
    assert_eq!(client.code(path, &with(right.clone(), "/sad", json!("x"))), 401);
    assert_eq!(client.code(path, &with(right.clone(), "/sad", json!("(absent)"))), 400);
    assert_eq!(client.code(path, &with(right.clone(), "/password", json!("x"))), 401);
    let company = sandbox.world().subscribers().nth(1).unwrap();
    let other = with(right.clone(), "/user_id", json!(company.user_id));
    assert_eq!(client.code(path, &with(other, "/password", json!(company.password.expose()))), 401);
    let reply = client.post(path, &right).1;
    assert_eq!(
        (&reply["status_code"], &reply["data"]["signatures"][0]["doc_id"]),
        (&json!(200), &json!("a"))
    );
    assert_eq!(client.code(path, &right), 401, "a second time");
    assert_eq!(status("sad-1")["data"]["signatures"], reply["data"]["signatures"]);

    let late = confirm(&open("sad-2"));
    sandbox.world().advance(300);
    let (_, reply) = client.post(path, &late);
    assert_eq!((&reply["status_code"], &reply["message"]), (&json!(401), &json!("sad đã hết hạn")));

    // A code that was used, and five wrong ones.
    sandbox.world().advance(30);
    let again = sign(&sandbox, "sad-3", true);
    assert_eq!(client.code("v2/signatures/sign", &again), 200);
    for left in (0..5).rev() {
        let replayed = with(again.clone(), "/transaction_id", json!("sad-4"));
        let reply = client.post("v2/signatures/sign", &replayed).1;
        assert_eq!(reply["message"], format!("OTP không đúng, còn {left} lần thử"));
    }
    sandbox.world().advance(30);
    let reply = client.post("v2/signatures/sign", &sign(&sandbox, "sad-5", true)).1;
    assert!(reply["message"].as_str().unwrap().starts_with("OTP bị khoá"), "{reply}");
}
