//! The sandbox refuses what the document's tables do not allow.

use kyso::remote::Secret;
use kyso::remote::mobile_id::Dialect;
use kyso::sandbox::Sandbox;
use serde_json::{Value, json};

use super::calls::log_in;
use super::people::{person, sandbox, service};

struct Client<'s> {
    sandbox: &'s Sandbox,
    dialect: Dialect,
    token: Secret,
    agent: ureq::Agent,
}

impl<'s> Client<'s> {
    fn new(sandbox: &'s Sandbox, dialect: Dialect) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        Self { sandbox, dialect, token: log_in(sandbox, dialect), agent }
    }

    /// Code, body, and the name of the machine.
    fn post(&self, call: &str, node: Option<&str>, body: &Value) -> (i64, Value, Option<String>) {
        let mut request = self
            .agent
            .post(format!("{}/{call}", service(self.sandbox, self.dialect).base_url))
            .header("Authorization", format!("Bearer {}", self.token.expose()))
            .header("Content-Type", "application/json");
        if let Some(node) = node {
            request = request.header("rssp-entity-name", node);
        }
        let mut response = request.send(body.to_string()).unwrap();
        let node = response.headers().get("rssp-entity-name").map(|name| name.to_str().unwrap().to_owned());
        let body: Value = serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap();
        let name = if self.dialect == Dialect::V1 { "responseCode" } else { "error" };
        (body[name].as_i64().unwrap_or(-1), body, node)
    }

    fn code(&self, call: &str, body: &Value) -> i64 {
        self.post(call, None, body).0
    }
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    if value.is_null() {
        body.as_object_mut().unwrap().remove(name);
    } else {
        body[name] = value;
    }
    body
}

const HASH: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
const OTHER: &str = "YTEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

#[test]
fn authorisations_are_read_strictly() {
    let sandbox = sandbox();
    let client = Client::new(&sandbox, Dialect::V1);
    let (pin, thumbprint) = (person(&sandbox).pin.expose(), person(&sandbox).holdings[0].thumbprint_sha256());
    let right = json!({
        "relyingParty": "kyso-sandbox", "language": "VN", "thumbprint": thumbprint,
        "authorizeCode": pin, "numSignatures": 1, "hash": [HASH], "hashAlgorithm": "sha-256",
    });
    for (name, value, code) in [
        ("thumbprint", Value::Null, 1002),
        ("thumbprint", json!("00"), 1009),
        ("thumbprint", json!(5), 1002),
        ("numSignatures", Value::Null, 1002),
        ("numSignatures", json!("1"), 1002),
        ("numSignatures", json!(2), 1002),
        ("hash", Value::Null, 1002),
        ("hash", json!([]), 1002),
        ("hash", json!(["MDEyMw=="]), 1002),
        ("hash", json!(["no base64"]), 1002),
        ("hashAlgorithm", json!("sha-1"), 1002),
        ("hashAlgorithm", json!("sha-512"), 1002),
        ("language", json!("FR"), 1002),
        ("agreementUUID", json!("nobody's"), 1008),
        ("relyingParty", json!("somebody"), 1001),
        ("clientInfo", json!("a machine"), 1002),
        ("authorizeCode", json!("87654321"), 1004),
    ] {
        let body = with(right.clone(), name, value.clone());
        assert_eq!(client.code("credentials/authorize", &body), code, "{name}: {value}");
    }
    let (code, body, node) = client.post("credentials/authorize", None, &right);
    assert_eq!((code, body["expiresIn"].as_i64()), (0, Some(60)));
    let (sad, node) = (body["SAD"].as_str().unwrap(), node.unwrap());

    let sign = json!({ "thumbprint": thumbprint, "SAD": sad, "hash": [HASH], "hashAlgorithm": "sha-256" });
    assert_eq!(client.code("signature/signHash", &sign), 1002, "without rssp-entity-name");
    assert_eq!(client.post("signature/signHash", Some("rssp-other"), &sign).0, 1002);
    let at = |body: &Value| client.post("signature/signHash", Some(&node), body).0;
    assert_eq!(at(&with(sign.clone(), "hash", json!([OTHER]))), 1004, "SCAL 2");
    assert_eq!(at(&with(sign.clone(), "SAD", json!("never issued"))), 1004);
    let other_key = person(&sandbox).holdings[1].thumbprint_sha1();
    assert_eq!(at(&with(sign.clone(), "thumbprint", json!(other_key))), 1004);
    assert_eq!(at(&sign), 0);
    assert_eq!(at(&sign), 1004, "a SAD signs once");

    // Extended for another hash, and expired after its minute.
    let extend = with(sign.clone(), "hash", json!([OTHER]));
    let (code, body, _) = client.post("credentials/extendTransaction", Some(&node), &extend);
    assert_eq!(code, 0);
    let extended = with(extend, "SAD", body["SAD"].clone());
    sandbox.world().advance(61);
    assert_eq!(at(&extended), 1006);

    assert_eq!(client.code("credentials/nothing", &json!({})), 1011);
    sandbox.world().advance(3600);
    assert_eq!(client.code("credentials/authorize", &right), 1029);
}

#[test]
fn dialect_v2_has_its_own_names() {
    let sandbox = sandbox();
    let client = Client::new(&sandbox, Dialect::V2);
    let id = person(&sandbox).holdings[0].credential_id.to_string();
    let right = json!({
        "profile": "rssp-119.432-v2.0", "lang": "EN", "credentialID": id,
        "authorizeCode": person(&sandbox).pin.expose(), "numSignatures": 1, "signAlgo": "1.2.840.113549.1.1.1",
        "documentDigests": { "hashes": [HASH], "hashAlgorithmOID": "2.16.840.1.101.3.4.2.1" },
    });
    for (name, value, code) in [
        ("profile", Value::Null, 1002),
        ("credentialID", Value::Null, 1002),
        ("credentialID", json!("nobody's"), 1009),
        ("documentDigests", Value::Null, 1002),
        ("documentDigests", json!({ "hashes": [HASH], "hashAlgorithmOID": "sha-256" }), 1002),
        ("signAlgo", json!("1.2.840.10045.4.3.2"), 1002),
    ] {
        let body = with(right.clone(), name, value.clone());
        assert_eq!(client.code("credentials/authorize", &body), code, "{name}: {value}");
    }
    let (code, body, node) = client.post("credentials/authorize", None, &right);
    assert_eq!(code, 0);
    // The service may sign behind the answer: then it is polled.
    let sign = with(with(right, "SAD", body["SAD"].clone()), "operationMode", json!("A"));
    let (code, body, _) = client.post("signatures/signHash", node.as_deref(), &sign);
    assert_eq!(code, 3034);
    let poll = json!({ "profile": "rssp-119.432-v2.0", "lang": "EN", "requestID": body["responseID"] });
    let (code, body, _) = client.post("signatures/signPolling", None, &poll);
    assert_eq!((code, body["signatures"].as_array().map(Vec::len)), (0, Some(1)));
    assert_eq!(client.code("signature/signHash", &sign), 1011);
    sandbox.world().advance(3600);
    assert_eq!(client.code("credentials/list", &json!({ "profile": "p", "lang": "EN" })), 3006);
}
