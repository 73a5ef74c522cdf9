//! The machines of VNPT SmartCA, without a service.

mod listing;
mod phone;
mod printed;
mod property;
mod th;
mod wire;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Service, Signing, ThSigning};
use crate::algorithm::{Digest, DigestAlgorithm, SignatureAlgorithm, Suite};
use crate::certificate::Chain;
use crate::remote::{
    Action, Answer, Credential, DocumentOutcome, DocumentResult, Event, Failure, Flow, HttpRequest,
    HttpResponse, Input, InputKind, Lost, Outcome, Retry, Secret, Terms, Wait,
};
use crate::request::{Payload, ServiceKind, SigningRequest};

const DIGEST: &str = "3cab0a7c77da32d278f4e85053176d847064cc84b0f1528aa96438a3edf92060";

/// What the machines are fed, and must not store.
const SERVICE_PASSWORD: &str = "NDAwMC1zYW5kYm94LXBhc3M";
const USER_PASSWORD: &str = "Mat-khau-Mau-1";
const OTP: &str = "249560";

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

fn requests(documents: &[&str]) -> Vec<SigningRequest> {
    requests_for("rsa2048", DigestAlgorithm::Sha256, DIGEST, documents)
}

fn requests_for(key: &str, digest: DigestAlgorithm, hex: &str, documents: &[&str]) -> Vec<SigningRequest> {
    let pem = std::fs::read(format!("{}/testdata/keys/{key}-chain.pem", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let chain = Chain::from_pem(&pem).unwrap();
    let algorithm = if key == "rsa2048" { SignatureAlgorithm::RsaPkcs1 } else { SignatureAlgorithm::Ecdsa };
    let suite = Suite::new(algorithm, digest, chain.public_key()).unwrap();
    let bytes = crate::algorithm::hex_bytes(hex.as_bytes()).unwrap();
    let request = |document: &&str| {
        let payload = Payload::Digest(Digest::from_bytes(digest, &bytes).unwrap());
        let certificate = DigestAlgorithm::Sha256.hash(chain.leaf().der());
        SigningRequest::new((*document).to_owned(), ServiceKind::Raw, suite, payload, certificate)
    };
    documents.iter().map(request).collect()
}

fn service() -> Service {
    Service::new("https://ca.example/sca/sp769", "4184")
}

fn credential() -> Credential {
    Credential::new("000092").serial_number("54010101aad15185e5d334900b526deb")
}

fn terms() -> Terms {
    Terms::new("SP_CA_123456").description("VTBRD253D19")
}

fn phone(documents: &[&str]) -> Signing {
    Signing::begin(&service(), &credential(), &requests(documents), &terms()).unwrap()
}

fn th(documents: &[&str]) -> ThSigning {
    ThSigning::begin(&service(), &credential(), &requests(documents), &terms()).unwrap()
}

fn given(text: &str) -> Event {
    Event::Input(Answer::Given(Secret::new(text)))
}

fn answer(status: u16, body: &Value) -> Event {
    Event::Response(HttpResponse::new(status, vec![], body.to_string().into_bytes()))
}

fn text(status: u16, body: &str) -> Event {
    Event::Response(HttpResponse::new(status, vec![], body.as_bytes().to_vec()))
}

fn accepted() -> Value {
    json!({ "status_code": 200, "message": "sig_wait_for_user_confirm",
        "data": { "transaction_id": "SP_CA_123456", "tran_code": "acd9be84" } })
}

fn signatures(pairs: &[(&str, &str)]) -> Value {
    let list: Vec<Value> =
        pairs.iter().map(|(id, value)| json!({ "doc_id": id, "signature_value": value })).collect();
    json!({ "status_code": 200, "message": "SUCCESS",
        "data": { "transaction_id": "c7eabdae", "signatures": list } })
}

fn code(number: i64, message: &str) -> Value {
    json!({ "status_code": number, "message": message })
}

#[track_caller]
fn send<D: std::fmt::Debug>(action: Action<D>) -> HttpRequest {
    match action {
        Action::Send(request) => request,
        other => panic!("not Send: {other:?}"),
    }
}

#[track_caller]
fn wait<D: std::fmt::Debug>(action: Action<D>) -> Wait {
    match action {
        Action::Wait(wait) => wait,
        other => panic!("not Wait: {other:?}"),
    }
}

#[track_caller]
fn need<D: std::fmt::Debug>(action: Action<D>, kind: &InputKind) -> Option<String> {
    match action {
        Action::NeedInput(input) if input.kind.name() == kind.name() => input.message,
        other => panic!("not NeedInput({}): {other:?}", kind.name()),
    }
}

#[track_caller]
fn done<D: std::fmt::Debug>(action: Action<D>) -> D {
    match action {
        Action::Done(done) => done,
        other => panic!("not Done: {other:?}"),
    }
}

#[track_caller]
fn failed<D: std::fmt::Debug>(action: Action<D>) -> Failure {
    match action {
        Action::Failed(failure) => failure,
        other => panic!("not Failed: {other:?}"),
    }
}

/// The failure of a signing: code, what may be done, whether the outcome is known.
fn gist(failure: &Failure) -> (Option<&str>, Retry, Outcome) {
    (failure.code.as_deref(), failure.retry, failure.outcome)
}

fn values<'o>(outcomes: &'o [DocumentOutcome]) -> Vec<(&'o str, Option<&'o [u8]>)> {
    let value = |outcome: &'o DocumentOutcome| match &outcome.result {
        DocumentResult::Value(value) => Some(value.as_bytes()),
        _ => None,
    };
    outcomes.iter().map(|outcome| (outcome.document.as_str(), value(outcome))).collect()
}

/// Over the state, as another process would go on.
fn resumed<F: Flow + serde::de::DeserializeOwned>(flow: &F) -> F {
    let json = flow.to_json();
    for secret in [SERVICE_PASSWORD, USER_PASSWORD, OTP] {
        assert!(!json.contains(secret), "{json}");
    }
    let again: F = serde_json::from_str(&json).unwrap();
    assert_eq!(again.to_json(), json);
    again
}
