//! Tests of the conversations with EFY, without a service.

mod arbitrary;
mod files;
mod listing;
mod signing;
mod wire;

use chrono::{DateTime, Utc};

use super::Service;
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm, Suite};
use crate::certificate::Chain;
use crate::remote::{Action, Answer, Credential, Event, Flow, HttpRequest, HttpResponse, Input, Secret};
use crate::request::{Payload, ServiceKind, SigningRequest};

const PASSWORD: &str = "rp-secret-7781";
const PIN: &str = "pin-40417";
const OTP: &str = "otp-915336";
const TOKEN: &str = "token-of-the-login";

/// What the state must never hold.
const SECRETS: [&str; 4] = [PASSWORD, PIN, OTP, TOKEN];

fn service() -> Service {
    Service::new("https://api.remotesigning.vn/", "seller", "KYSO")
}

fn credential(mode: &str) -> Credential {
    Credential::default().agreement_uuid("13ae13a443e2").auth_mode(mode)
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn chain() -> Chain {
    Chain::from_pem(&std::fs::read("testdata/keys/rsa2048-chain.pem").unwrap()).unwrap()
}

fn requests(count: u8) -> Vec<SigningRequest> {
    let chain = chain();
    let digest = DigestAlgorithm::Sha256;
    let suite = Suite::new(SignatureAlgorithm::RsaPkcs1, digest, chain.public_key()).unwrap();
    let request = |number: u8| {
        let payload = Payload::Digest(digest.hash(&[number]));
        let certificate = chain.leaf_digest(digest);
        SigningRequest::new(format!("doc-{number}"), ServiceKind::Raw, suite, payload, certificate)
    };
    (0..count).map(request).collect()
}

fn response(status: u16, body: impl AsRef<str>) -> Event {
    Event::Response(HttpResponse::new(status, Vec::new(), body.as_ref().as_bytes().to_vec()))
}

fn ok(body: impl AsRef<str>) -> Event {
    response(200, body)
}

fn token() -> Event {
    ok(format!(r#"{{"token":"{TOKEN}"}}"#))
}

fn code(number: u32) -> Event {
    ok(format!(r#"{{"responseCode":{number},"responseMessage":"said","billCode":"B-1","status":false}}"#))
}

fn given(text: &str) -> Event {
    Event::Input(Answer::Given(Secret::new(text)))
}

#[track_caller]
fn sent<D: std::fmt::Debug>(action: Action<D>, call: &str) -> HttpRequest {
    match action {
        Action::Send(request) if request.call() == call => request,
        other => panic!("{call} is not sent, but {other:?}"),
    }
}

#[track_caller]
fn asked<D: std::fmt::Debug>(action: Action<D>, kind: &str) -> Input {
    match action {
        Action::NeedInput(input) if input.kind.name() == kind => input,
        other => panic!("{kind} is not asked for, but {other:?}"),
    }
}

/// Logs in: the action after that.
#[track_caller]
fn log_in<F: Flow>(flow: &mut F) -> Action<F::Done>
where
    F::Done: std::fmt::Debug,
{
    asked(flow.step(Event::Continue, at(0)), "service-password");
    let login = sent(flow.step(given(PASSWORD), at(0)), "clients/login");
    assert!(login.is_repeatable());
    flow.step(token(), at(0))
}

/// The flow as another process takes it up.
fn resumed<F: Flow + serde::de::DeserializeOwned>(flow: &F) -> F {
    let json = flow.to_json();
    for secret in SECRETS {
        assert!(!json.contains(secret), "{secret} is in {json}");
    }
    let again: F = serde_json::from_str(&json).unwrap();
    assert_eq!(again.to_json(), json);
    again
}
