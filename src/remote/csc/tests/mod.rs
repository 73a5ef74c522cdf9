//! Tests of the adapter against a service in a few lines, which answers as the documents print it.

mod flows;
mod listing;
mod property;
mod wire;

use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Dialect, Login, Service, Signing};
use crate::algorithm::{DigestAlgorithm, Suite};
use crate::certificate::{Certificate, sample};
use crate::entropy::Entropy;
use crate::remote::{
    Action, Answer, Credential, DocumentOutcome, Event, Flow as _, HttpRequest, HttpResponse, InputKind,
    Secret, Terms,
};
use crate::request::{Payload, ServiceKind, SigningRequest};

pub(crate) fn certificate() -> Vec<u8> {
    sample::certificate("An", &sample::rsa_spki(256))
}

/// So many requests for raw RSA values.
pub(crate) fn requests(count: usize) -> Vec<SigningRequest> {
    requests_of(count, ServiceKind::Raw)
}

fn requests_of(count: usize, kind: ServiceKind) -> Vec<SigningRequest> {
    let der = certificate();
    let certificate = Certificate::from_der(&der).unwrap();
    let suite = Suite::default_for(certificate.public_key().unwrap());
    let sha256 = DigestAlgorithm::Sha256.hash(&der);
    (0..count)
        .map(|index| {
            let digest = DigestAlgorithm::Sha256.hash(&index.to_be_bytes());
            let document = format!("document-{index}");
            SigningRequest::new(document, kind, suite, Payload::Digest(digest), sha256)
        })
        .collect()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// What is secret in these tests; no state may hold any of it.
const SECRETS: [&str; 9] = [
    "user-pass-1",
    "pin-2",
    "otp-3",
    "access-token-4",
    "refresh-token-5",
    "sad-6",
    "client-secret-7",
    "code-8",
    "token-from-elsewhere-9",
];

/// How the service is, and what it was asked.
#[derive(Clone, Debug)]
struct Double {
    credential: Value,
    /// Answers that come before the usual ones, by their calls.
    instead: VecDeque<(&'static str, u16, Value)>,
    calls: Vec<(&'static str, Value)>,
    /// Results of asynchronous signing that are not fetched.
    results: VecDeque<Value>,
    polls_before_result: u32,
    checks_before_sad: u32,
}

impl Double {
    fn new(credential: Value) -> Self {
        Self {
            credential,
            instead: VecDeque::new(),
            calls: Vec::new(),
            results: VecDeque::new(),
            polls_before_result: 1,
            checks_before_sad: 1,
        }
    }

    fn names(&self) -> Vec<&'static str> {
        self.calls.iter().map(|(name, _)| *name).collect()
    }

    fn body(&self, name: &str) -> &Value {
        &self.calls.iter().rfind(|(call, _)| *call == name).unwrap().1
    }

    fn answer(&mut self, request: &HttpRequest) -> HttpResponse {
        let call = request.call();
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_else(|_| {
            Value::Object(
                form_urlencoded::parse(request.body()).map(|(k, v)| (k.into_owned(), v.into())).collect(),
            )
        });
        self.calls.push((call, body.clone()));
        if let Some(at) = self.instead.iter().position(|(name, ..)| *name == call) {
            let (_, status, body) = self.instead.remove(at).unwrap();
            return response(status, &body);
        }
        let signed = |body: &Value| -> Value {
            let hashes = [&body["hash"], &body["hashes"], &body["documentDigests"][0]["hashes"]];
            let list = hashes.into_iter().find_map(Value::as_array).unwrap();
            list.iter().map(|hash| json!(STANDARD.encode(hash.as_str().unwrap()))).collect()
        };
        let (status, told) = match call {
            "info" => (200, json!({ "oauth2": "https://as.example" })),
            "auth/login" | "oauth2/token" => (
                200,
                json!({ "access_token": "access-token-4", "refresh_token": "refresh-token-5", "expires_in": "60" }),
            ),
            "credentials/info" => (200, self.credential.clone()),
            "credentials/sendOTP" | "credentials/getChallenge" => (204, Value::Null),
            "credentials/authorize" if body["authData"][0]["id"] == "PHONE" => {
                (202, json!({ "handle": "h-1" }))
            }
            "credentials/authorizeCheck" if self.checks_before_sad > 0 => {
                self.checks_before_sad -= 1;
                (202, json!({ "handle": "h-1" }))
            }
            "credentials/authorize" | "credentials/authorizeCheck" | "credentials/extendTransaction" => {
                (200, json!({ "SAD": "sad-6", "expiresIn": 300 }))
            }
            "signatures/signHash" | "signatures/signDoc" => {
                let name = if call.ends_with("Doc") { "SignatureObject" } else { "signatures" };
                let result = json!({ name: signed(&body) });
                if body["operationMode"] == "A" {
                    self.results.push_back(result);
                    (200, json!({ "responseID": "r-1" }))
                } else {
                    (200, result)
                }
            }
            "signatures/signPolling" if self.polls_before_result > 0 => {
                self.polls_before_result -= 1;
                (202, json!({ "error": "accepted_request" }))
            }
            "signatures/signPolling" => match self.results.pop_front() {
                Some(result) => (200, result),
                None => (400, json!({ "error": "invalid_request" })),
            },
            other => panic!("unexpected call {other}"),
        };
        response(status, &told)
    }
}

fn response(status: u16, body: &Value) -> HttpResponse {
    let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
    HttpResponse::new(status, Vec::new(), body)
}

fn v1_credential(pin: &str, otp: &str) -> Value {
    json!({
        "key": { "status": "enabled", "algo": ["1.2.840.113549.1.1.1"], "len": 2048 },
        "cert": { "status": "valid", "certificates": [STANDARD.encode(certificate())] },
        "authMode": "explicit",
        "SCAL": "2",
        "PIN": { "presence": pin, "format": "N" },
        "OTP": { "presence": otp, "type": "online", "format": "N" },
        "multisign": 5
    })
}

fn v2_credential(objects: &Value) -> Value {
    json!({
        "key": { "status": "enabled", "algo": ["1.2.840.113549.1.1.11"], "len": 2048 },
        "cert": { "status": "valid", "certificates": [STANDARD.encode(certificate())] },
        "auth": { "mode": "explicit", "objects": objects },
        "SCAL": "2",
        "multisign": 5
    })
}

fn service(dialect: Dialect, login: Login) -> Service {
    Service::new("https://csc.example/csc/v0", login).dialect(dialect)
}

fn begin(service: &Service, requests: &[SigningRequest]) -> Signing {
    let credential = Credential::new("an").credential_id("c-1");
    let terms = Terms::new("t-1").description("Contract").patience_seconds(60).poll_seconds(2);
    Signing::begin(service, &credential, requests, &terms, &Entropy::new([9; 32])).unwrap()
}

/// What people answer.
fn answer(kind: &InputKind) -> Answer {
    let text = match kind {
        InputKind::UserPassword => "user-pass-1".to_owned(),
        InputKind::Pin => "pin-2".to_owned(),
        InputKind::Otp => "otp-3".to_owned(),
        InputKind::ServicePassword => "client-secret-7".to_owned(),
        InputKind::AccessToken => "token-from-elsewhere-9".to_owned(),
        InputKind::Redirect { url } => {
            let (_, state) = url.split_once("&state=").unwrap();
            let state = state.split('&').next().unwrap();
            format!("https://me.example/cb?code=code-8&state={state}")
        }
        other => panic!("unexpected question {other:?}"),
    };
    Answer::Given(Secret::new(text))
}

/// Drives it to its end; the clock goes on when it waits.
fn drive(signing: &mut Signing, double: &mut Double) -> Action<Vec<DocumentOutcome>> {
    let mut time = now();
    let mut event = Event::Continue;
    for _ in 0..200 {
        event = match signing.step(event, time) {
            Action::Send(request) => Event::Response(double.answer(&request)),
            Action::NeedInput(input) => Event::Input(answer(&input.kind)),
            Action::Wait(wait) => {
                assert!(wait.poll_at > time && wait.poll_at <= wait.expires_at);
                time = wait.poll_at;
                Event::Continue
            }
            end => return end,
        };
        let json = signing.to_json();
        for secret in SECRETS {
            assert!(!json.contains(secret), "{secret} in {json}");
        }
        // The next step is made by what was stored, but for the secrets.
        let read: Signing = serde_json::from_str(&json).unwrap();
        assert_eq!(read.to_json(), json);
    }
    panic!("it goes on and on")
}

/// The value that the double gives for a request.
fn value_of(request: &SigningRequest) -> Vec<u8> {
    request.digest_base64().unwrap().into_bytes()
}
