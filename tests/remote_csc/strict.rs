//! What the sandbox refuses, with the errors of the documents.

use serde_json::{Value, json};

use super::*;

/// Somebody who makes calls by hand.
pub(super) struct Caller<'s> {
    sandbox: &'s Sandbox,
    version: &'static str,
    authorization: String,
}

impl<'s> Caller<'s> {
    pub(super) fn new(sandbox: &'s Sandbox, version: &'static str) -> Self {
        let signer = signer(sandbox);
        let pair = format!("{}:{}", signer.username, signer.password.expose());
        let basic = base64::engine::general_purpose::STANDARD.encode(pair);
        let mut caller = Self { sandbox, version, authorization: format!("Basic {basic}") };
        let (status, told) = caller.call("auth/login", &json!({}));
        assert_eq!(status, 200, "{told}");
        caller.authorization = format!("Bearer {}", told["access_token"].as_str().unwrap());
        caller
    }

    fn call(&self, call: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}/csc/{}/{call}", self.sandbox.url(), self.version);
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = agent.post(url).header("Authorization", &self.authorization);
        let mut reply = request.header("Content-Type", "application/json").send(body.to_string()).unwrap();
        let text = reply.body_mut().read_to_string().unwrap();
        (reply.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// The token of the login.
    pub(super) fn token(&self) -> Secret {
        Secret::new(self.authorization.strip_prefix("Bearer ").unwrap())
    }

    pub(super) fn refused(&self, call: &str, body: &Value) -> (String, String) {
        let (status, told) = self.call(call, body);
        assert!((400..500).contains(&status), "{call} {body}: {status} {told}");
        let text = |name: &str| told[name].as_str().unwrap().to_owned();
        (text("error"), text("error_description"))
    }

    fn pin(&self) -> &'s str {
        signer(self.sandbox).pin.expose()
    }

    fn sad(&self, body: &Value) -> String {
        let (status, told) = self.call(AUTHORIZE, body);
        assert_eq!(status, 200, "{told}");
        told["SAD"].as_str().unwrap().to_owned()
    }
}

fn hash(byte: u8) -> String {
    base64::engine::general_purpose::STANDARD.encode([byte; 32])
}

/// A body with one member changed; `null` takes it out.
fn with(body: &Value, name: &str, value: Value) -> Value {
    let mut body = body.clone();
    if value.is_null() {
        body.as_object_mut().unwrap().remove(name);
    } else {
        body[name] = value;
    }
    body
}

#[test]
fn authorisations_are_checked() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox, "v1");
    let good = json!({ "credentialID": "person-rsa", "numSignatures": 1, "PIN": caller.pin() });
    caller.sad(&good);
    for (name, value, says) in [
        ("credentialID", Value::Null, "Missing (or invalid type) string parameter credentialID"),
        ("credentialID", json!(5), "Missing (or invalid type) string parameter credentialID"),
        ("credentialID", json!("nobody"), "Invalid parameter credentialID"),
        ("credentialID", json!("company-rsa"), "Invalid parameter credentialID"),
        ("numSignatures", Value::Null, "Missing (or invalid type) integer parameter numSignatures"),
        ("numSignatures", json!("1"), "Missing (or invalid type) integer parameter numSignatures"),
        ("numSignatures", json!(0), "Invalid value for parameter numSignatures"),
        ("numSignatures", json!(1001), "Numbers of signatures is too high"),
        ("PIN", Value::Null, "Missing (or invalid type) string parameter PIN"),
        ("PIN", json!("1"), "The PIN is invalid"),
        ("hash", json!(["AQID"]), "Invalid digest value length"),
        ("hash", json!(["!"]), "Invalid Base64 hash string parameter"),
        ("hash", json!([]), "Empty hash array"),
        ("credentialID", json!("person-rsa-otp"), "Missing (or invalid type) array parameter hash"),
        ("credentialID", json!("person-rsa-oauth"), "Missing (or invalid type) array parameter hash"),
    ] {
        let (error, description) = caller.refused(AUTHORIZE, &with(&good, name, value.clone()));
        assert_eq!(description, says, "{name} {value}");
        assert_eq!(error == "invalid_pin", says.contains("PIN is invalid"));
    }
}

#[test]
fn wrong_pins_lock_the_credential() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox, "v2");
    let data = |pin: &str| json!({ "credentialID": "person-rsa", "numSignatures": 1, "authData": [{ "id": "PIN", "value": pin }] });
    for _ in 0..4 {
        let (error, _) = caller.refused(AUTHORIZE, &data("0000"));
        assert_eq!(error, "invalid_authentication_data");
    }
    assert_eq!(caller.refused(AUTHORIZE, &data("0000")).1, "Credential locked");
    assert_eq!(caller.refused(AUTHORIZE, &data(caller.pin())).1, "Credential locked");
    sandbox.world().advance(301);
    caller.sad(&data(caller.pin()));
    let none = json!({ "credentialID": "person-rsa", "numSignatures": 1 });
    assert!(caller.refused(AUTHORIZE, &none).1.contains("authData"));
    let other = json!({ "credentialID": "person-rsa", "numSignatures": 1, "authData": [{ "id": "FACE" }] });
    assert_eq!(caller.refused(AUTHORIZE, &other).0, "invalid_authentication_data");
}

#[test]
fn a_sad_is_for_its_hashes_its_number_and_its_time() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox, "v1");
    let sad = |number: usize, hashes: &[String]| {
        caller.call("credentials/sendOTP", &json!({ "credentialID": "person-rsa-otp" }));
        let code = sandbox.world().sent_codes()[0].code.to_string();
        caller.sad(&json!({ "credentialID": "person-rsa-otp", "numSignatures": number, "hash": hashes, "OTP": code }))
    };
    let body = |sad: &str, hashes: &[String]| {
        json!({ "credentialID": "person-rsa-otp", "SAD": sad, "hash": hashes,
            "hashAlgo": "2.16.840.1.101.3.4.2.1", "signAlgo": "1.2.840.113549.1.1.1" })
    };
    let (one, two) = (hash(1), hash(2));
    let token = sad(2, &[one.clone(), two.clone()]);
    let good = body(&token, std::slice::from_ref(&one));
    for (name, value, says) in [
        ("SAD", Value::Null, "Missing (or invalid type) string parameter SAD"),
        ("SAD", json!("x"), "Invalid parameter SAD"),
        ("hash", Value::Null, "Missing (or invalid type) array parameter hash"),
        ("hash", json!([hash(3)]), "Hash is not authorized by the SAD"),
        ("hash", json!([one, two, one]), "Numbers of signatures is too high"),
        ("hashAlgo", Value::Null, "Missing (or invalid type) string parameter hashAlgo"),
        ("hashAlgo", json!("1.3.14.3.2.26"), "Invalid parameter hashAlgo"),
        ("hashAlgo", json!("2.16.840.1.101.3.4.2.3"), "Invalid digest value length"),
        ("signAlgo", Value::Null, "Missing (or invalid type) string parameter signAlgo"),
        ("signAlgo", json!("1.2.3"), "Invalid parameter signAlgo"),
        ("signAlgo", json!("1.2.840.10045.4.3.2"), "Invalid parameter signAlgo"),
        (
            "signAlgo",
            json!("1.2.840.113549.1.1.10"),
            "Missing (or invalid type) string parameter signAlgoParams",
        ),
        ("credentialID", json!("person-rsa"), "Invalid parameter SAD"),
    ] {
        assert_eq!(caller.refused(SIGN_HASH, &with(&good, name, value.clone())).1, says, "{name} {value}");
    }
    assert_eq!(caller.call(SIGN_HASH, &good).0, 200);
    assert_eq!(caller.call(SIGN_HASH, &body(&token, &[two])).0, 200);
    assert_eq!(caller.refused(SIGN_HASH, &good).1, "Invalid parameter SAD");

    let token = sad(2, std::slice::from_ref(&one));
    let extend = json!({ "credentialID": "person-rsa-otp", "SAD": token, "hash": [hash(4)] });
    let (status, told) = caller.call("credentials/extendTransaction", &extend);
    assert_eq!(status, 200, "{told}");
    assert_eq!(
        caller.refused(SIGN_HASH, &body(&token, std::slice::from_ref(&one))).1,
        "Invalid parameter SAD"
    );
    let token = told["SAD"].as_str().unwrap();
    assert_eq!(caller.call(SIGN_HASH, &body(token, &[hash(4)])).0, 200);

    let token = sad(1, std::slice::from_ref(&one));
    sandbox.world().advance(301);
    assert_eq!(caller.refused(SIGN_HASH, &body(&token, &[one])).1, "SAD expired");
}

#[test]
fn tokens_are_checked_and_end() {
    let sandbox = sandbox();
    let mut caller = Caller::new(&sandbox, "v2");
    let list = json!({});
    assert_eq!(caller.call("credentials/list", &list).0, 200);
    assert_eq!(
        caller.refused("credentials/list", &json!({ "userID": "000099000001" })).1,
        "userID parameter MUST be null"
    );
    let token = caller.authorization.trim_start_matches("Bearer ").to_owned();
    assert_eq!(caller.call("auth/revoke", &json!({ "token": token })).0, 204);
    assert_eq!(caller.refused("credentials/list", &list).0, "invalid_token");
    caller.authorization = String::new();
    assert_eq!(caller.refused("credentials/list", &list).1, "Malformed authorization header");
    let caller = Caller::new(&sandbox, "v2");
    sandbox.world().advance(3601);
    assert_eq!(caller.refused("credentials/list", &list).0, "expired_token");
    assert_eq!(caller.call("signatures/unknown", &list).0, 501);
}

#[test]
fn documents_are_not_signed_but_digests() {
    let sandbox = sandbox();
    let caller = Caller::new(&sandbox, "v2");
    let sad = caller.sad(&json!({ "credentialID": "person-rsa", "numSignatures": 9,
        "authData": [{ "id": "PIN", "value": caller.pin() }] }));
    let digests = json!({ "hashes": [hash(1)], "hashAlgorithmOID": "2.16.840.1.101.3.4.2.1", "signature_format": "P",
        "signed_envelope_property": "Revision", "signAlgo": "1.2.840.113549.1.1.11" });
    let body =
        |digests: &Value| json!({ "credentialID": "person-rsa", "SAD": sad, "documentDigests": [digests] });
    for (name, value, says) in [
        ("signature_format", json!("X"), "Invalid parameter signature_format"),
        ("signature_format", Value::Null, "Missing (or invalid type) string parameter signature_format"),
        ("signed_envelope_property", json!("Attached"), "Invalid parameter signed_envelope_property"),
        ("conformance_level", json!("AdES-B-LTA"), "Invalid parameter conformance_level"),
        ("hashes", json!(["AQID"]), "Invalid digest value length"),
        (
            "hashAlgorithmOID",
            json!("2.16.840.1.101.3.4.2.2"),
            "String parameter hashAlgorithmOID contradicts with signAlgo parameter",
        ),
    ] {
        let changed = body(&with(&digests, name, value.clone()));
        assert_eq!(caller.refused("signatures/signDoc", &changed).1, says, "{name} {value}");
    }
    let none = json!({ "credentialID": "person-rsa", "SAD": sad });
    assert!(caller.refused("signatures/signDoc", &none).1.starts_with("Empty documentDigests"));
    let (status, told) = caller.call("signatures/signDoc", &body(&digests));
    assert_eq!((status, told["SignatureObject"].as_array().unwrap().len()), (200, 1));
    let later = with(&body(&digests), "operationMode", json!("A"));
    let (_, told) = caller.call("signatures/signDoc", &later);
    let poll = json!({ "requestID": told["responseID"] });
    assert_eq!(caller.call("signatures/signPolling", &poll).0, 202);
    assert_eq!(caller.call("signatures/signPolling", &poll).0, 200);
    assert_eq!(
        caller.refused("signatures/signPolling", &json!({ "requestID": "x" })).1,
        "Invalid parameter requestID"
    );
}
