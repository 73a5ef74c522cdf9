//! The sandbox reads requests as strictly as the document says.

use serde_json::{Value, json};

use super::desk::{Desk, PERSON};

struct Raw<'d> {
    desk: &'d Desk,
    token: String,
}

impl<'d> Raw<'d> {
    fn new(desk: &'d Desk) -> Self {
        let mut raw = Self { desk, token: String::new() };
        let (status, body) = raw.post("clients/login", &raw.login());
        assert_eq!(status, 200);
        raw.token = body["token"].as_str().unwrap().to_owned();
        raw
    }

    fn login(&self) -> Value {
        let party = self.desk.world().relying_party();
        json!({"username": party.id, "password": party.password.expose(), "rpCode": party.rp_code})
    }

    fn send(&self, path: &str, content_type: &str, token: &str, body: &[u8]) -> (u16, Value) {
        let url = format!("{}/{path}", self.desk.service.base_url);
        let request = ureq::post(&url).config().http_status_as_error(false).build();
        let request = request.header("Content-Type", content_type);
        let request = if token.is_empty() {
            request
        } else {
            request.header("Authorization", format!("Bearer {token}"))
        };
        let mut response = request.send(body).unwrap();
        let text = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), serde_json::from_str(&text).unwrap_or_default())
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send(path, "application/json", &self.token, body.to_string().as_bytes())
    }

    /// The code with which a body is refused.
    fn code(&self, path: &str, body: &Value) -> u64 {
        let (status, answer) = self.post(path, body);
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["status"], answer["responseCode"] == 1007, "{answer}");
        assert!(answer["timestamp"].as_str().unwrap().ends_with("+07:00"));
        answer["responseCode"].as_u64().unwrap()
    }
}

/// The body with other members; null takes one away.
fn with(body: &Value, changes: Value) -> Value {
    let mut body = body.as_object().unwrap().clone();
    for (key, value) in changes.as_object().unwrap() {
        if value.is_null() {
            body.remove(key);
        } else {
            body.insert(key.clone(), value.clone());
        }
    }
    Value::Object(body)
}

#[test]
fn who_may_call() {
    let desk = Desk::new();
    let raw = Raw::new(&desk);
    let detail = json!({ "agreementUUID": PERSON });
    let body = detail.to_string();
    let path = "certificates/get-detail";
    let (status, answer) = raw.send(path, "application/json", "", body.as_bytes());
    assert_eq!((status, answer["error"]["statusCode"].as_str()), (401, Some("401")));
    assert_eq!(raw.send(path, "application/json", "nonsense", body.as_bytes()).0, 401);
    assert_eq!(raw.send(path, "text/plain", &raw.token, body.as_bytes()).0, 415);
    assert_eq!(raw.send(path, "application/json; charset=utf-8", &raw.token, body.as_bytes()).0, 200);
    assert_eq!(raw.send(path, "application/json", &raw.token, b"{").0, 400);
    assert_eq!(raw.send(path, "application/json", &raw.token, b"[]").0, 400);
    assert_eq!(raw.post("certificates/list", &detail).0, 404);
    assert_eq!(raw.post("signing/download/file/1", &detail).0, 405);
    for (key, status) in [("password", 401), ("username", 401), ("rpCode", 401)] {
        let (found, answer) = raw.post("clients/login", &with(&raw.login(), json!({ key: "wrong" })));
        assert_eq!(found, status, "{answer}");
        assert_eq!(raw.post("clients/login", &with(&raw.login(), json!({ key: null }))).0, 422);
    }
    // A token lives an hour.
    desk.world().advance(3601);
    assert_eq!(raw.code(path, &detail), 1029);
}

#[test]
fn what_a_hash_may_be() {
    let desk = Desk::new();
    let raw = Raw::new(&desk);
    let hash = "f3a8a2f048b6ae0d3a5b14a803d707ffeb190a91fc8719c3c8886c64a1732094";
    let good = json!({
        "agreementUUID": PERSON, "authMode": "EXPLICIT/PIN", "authorizeCode": desk.pin(PERSON),
        "encryption": "RSA", "hash": hash, "hashAlgorithm": "SHA-256",
        "mimeType": "application/sha256-binary", "signingApp": "IHD",
    });
    let (_, answer) = raw.post("signing/hash", &good);
    assert_eq!(answer["responseCode"], 1007);
    assert_eq!(answer["responseMessage"], "REQUEST ACCEPTED");
    assert_eq!(answer["signatureValue"].as_str().unwrap().len(), 344);
    let (_, answer) = raw.post("signing/hash", &with(&good, json!({"hash": null, "hashs": [hash, hash]})));
    assert_eq!(answer["signatureValues"].as_array().unwrap().len(), 2);
    for (changes, code) in [
        (json!({"agreementUUID": null}), 1002),
        (json!({"agreementUUID": 1}), 1002),
        (json!({"agreementUUID": "13ae13a443e2"}), 1008),
        (json!({"authMode": null}), 1002),
        (json!({"authMode": "PIN"}), 1002),
        (json!({"authorizeCode": null}), 1002),
        (json!({"authorizeCode": 24681357}), 1002),
        (json!({"authorizeCode": "wrong"}), 1004),
        (json!({"encryption": "ECDSA"}), 1002),
        (json!({"hash": null}), 1002),
        (json!({"hashs": [hash]}), 1002),
        (json!({"hash": null, "hashs": []}), 1002),
        (json!({"hash": null, "hashs": hash}), 1002),
        (json!({"hash": null, "hashs": [1]}), 1002),
        (json!({"hash": hash[2..]}), 1002),
        (json!({"hash": format!("+{}", &hash[1..])}), 1002),
        (json!({"hash": "86qi8Ei2rg06WxSoA9cH/+sZCpH8hxnDyIhsZKFzIJQ="}), 1002),
        (json!({"hashAlgorithm": "SHA-1"}), 1002),
        (json!({"hashAlgorithm": "SHA-512"}), 1002),
        (json!({"mimeType": "application/sha512-binary"}), 1002),
        (json!({"hashAlgorithm": null}), 1002),
        (json!({"mimeType": null}), 1002),
        (json!({"authMode": "EXPLICIT/OTP-SMS", "hash": null, "hashs": [hash, hash]}), 1011),
        (json!({"agreementUUID": super::desk::ECDSA}), 1011),
    ] {
        assert_eq!(raw.code("signing/hash", &with(&good, changes.clone())), code, "{changes}");
    }
}

#[test]
fn a_bill_code_is_good_once_and_for_one_agreement() {
    let desk = Desk::new();
    let raw = Raw::new(&desk);
    let begin = json!({
        "agreementUUID": PERSON, "authMode": "EXPLICIT/OTP-SMS",
        "hash": "f3a8a2f048b6ae0d3a5b14a803d707ffeb190a91fc8719c3c8886c64a1732094",
        "hashAlgorithm": "SHA-256", "mimeType": "application/sha256-binary",
    });
    let (_, answer) = raw.post("signing/hash", &begin);
    assert!(answer.get("signatureValue").is_none());
    let bill = answer["billCode"].as_str().unwrap();
    assert_eq!(bill.split('-').map(str::len).collect::<Vec<_>>(), [12, 4, 6]);
    let code = desk.world().sent_codes()[0].code.to_string();
    let authorize = json!({"agreementUUID": PERSON, "billCode": bill, "authorizeCode": code});
    let path = "signing/hash/authorize";
    for (changes, code) in [
        (json!({"billCode": null}), 1002),
        (json!({"billCode": "000101000000-0000-000000"}), 1002),
        (json!({"agreementUUID": super::desk::COMPANY}), 1012),
        (json!({"authorizeCode": null}), 1002),
        (json!({"authorizeCode": "000"}), 1004),
        (json!({}), 1007),
        (json!({}), 1002),
    ] {
        assert_eq!(raw.code(path, &with(&authorize, changes.clone())), code, "{changes}");
    }
}

#[test]
fn what_a_registration_must_say() {
    let desk = Desk::new();
    let raw = Raw::new(&desk);
    let good = json!({
        "agreementDetails": {"taxID": "0000000009", "organization": "CÔNG TY THỬ", "country": "VN"},
        "email": "a@kyso.invalid", "mobileNo": "0000000009", "certificateProfile": "T2OSB21Y",
        "ownerEmail": "o@kyso.invalid", "ownerMobileNo": "0", "ownerUUID": "o",
    });
    for changes in [
        json!({"agreementDetails": null}),
        json!({"agreementDetails": "x"}),
        json!({"agreementDetails": {}}),
        json!({"agreementDetails": {"taxID": "0"}}),
        json!({"agreementDetails": {"taxID": "0".repeat(33), "organization": "x"}}),
        json!({"agreementDetails": {"taxID": "0", "organization": "x", "country": "VNM"}}),
        json!({"agreementDetails": {"taxID": "0", "organization": "x", "photoIDCard": "!"}}),
        json!({"agreementDetails": {"taxID": 9, "organization": "x"}}),
        json!({"email": null}),
        json!({"email": "nobody"}),
        json!({"email": format!("{}@kyso.invalid", "a".repeat(128))}),
        json!({"mobileNo": "0".repeat(17)}),
        json!({"sharedMode": 4}),
        json!({"sharedMode": "1"}),
        json!({"certificateProfile": "T2XXB21Y"}),
        json!({"certificateProfile": null}),
        json!({"ownerUUID": null}),
        json!({"acceptedApps": "IHD"}),
        json!({"passCodeNotificationMethod": "PIGEON"}),
    ] {
        assert_eq!(raw.code("certificates/register", &with(&good, changes.clone())), 1002, "{changes}");
    }
    let renew = json!({"agreementUUID": PERSON, "certificateProfile": "T2XXB21Y"});
    assert_eq!(raw.code("certificates/renew", &renew), 1002);
    let forgotten = json!({"agreementUUID": PERSON, "notificationMessage": "no place for it"});
    assert_eq!(raw.code("certificates/forget-pin", &forgotten), 1002);
    for path in ["change", "change-pin", "get-detail", "forget-pin", "renew", "revoke", "enable", "disable"] {
        assert_eq!(raw.code(&format!("certificates/{path}"), &json!({})), 1002, "{path}");
    }
}
