//! The adapter without a network: the printed bodies, the steps, and anything at any time.

mod any_order;
mod printed;
mod steps;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::Chain;
use crate::algorithm::{Digest, Suite};
use crate::remote::credential::{Credential, Terms};
use crate::remote::flow::{Action, Answer, DocumentOutcome, Event, Flow, InputKind};
use crate::remote::http::{HttpRequest, HttpResponse};
use crate::remote::secret::Secret;
use crate::request::{Payload, ServiceKind, SigningRequest};

/// What the relying party and the signer know; none of it may be in a state.
const SECRETS: [&str; 8] = [
    "kept-password",
    "kept-signature",
    "kept-user-password",
    "kept-pkcs1",
    "kept-pin-4711",
    "kept-access-token",
    "kept-refresh-token",
    "kept-sad",
];

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn later(seconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(seconds)
}

fn service(dialect: Dialect) -> Service {
    let mut service = Service::new("https://rssp.example/rssp/v1", "MOBILE-ID", "mobile");
    service.dialect = dialect;
    service
}

fn chain() -> Chain {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/keys");
    Chain::from_pem(&std::fs::read(folder.join("rsa2048-chain.pem")).unwrap()).unwrap()
}

fn requests(number: usize) -> Vec<SigningRequest> {
    let chain = chain();
    let suite = Suite::default_for(chain.public_key());
    let request = |number: usize| {
        let digest: Digest = DigestAlgorithm::Sha256.hash(format!("document {number}").as_bytes());
        SigningRequest::new(
            format!("document-{number}"),
            ServiceKind::Raw,
            suite,
            Payload::Digest(digest),
            chain.leaf_digest(DigestAlgorithm::Sha256),
        )
    };
    (0..number).map(request).collect()
}

fn credential(mode: &str) -> Credential {
    Credential::new("nguyenvanmau").credential_id("0042").auth_mode(mode)
}

fn signing(dialect: Dialect, mode: &str, number: usize) -> Signing {
    let terms = Terms::new("0f8c2d7e").poll_seconds(3).patience_seconds(60);
    Signing::begin(&service(dialect), &credential(mode), &requests(number), &terms).unwrap()
}

fn ok(body: &str) -> Event {
    status(200, body)
}

fn status(code: u16, body: &str) -> Event {
    let headers = vec![("RSSP-Entity-Name".to_owned(), "node-7".to_owned())];
    Event::Response(HttpResponse::new(code, headers, body.as_bytes().to_vec()))
}

fn given(kind: &InputKind) -> Secret {
    Secret::new(match kind {
        InputKind::ServicePassword => "kept-password",
        InputKind::ServiceSignature => "kept-signature",
        InputKind::UserPassword => "kept-user-password",
        InputKind::LoginSignature { .. } => "kept-pkcs1",
        _ => "kept-pin-4711",
    })
}

const LOGIN: &str = r#"{"responseCode":0,"accessToken":"kept-access-token","refreshToken":"kept-refresh-token","expiresIn":3600}"#;

fn info(most: usize) -> String {
    format!(r#"{{"responseCode":0,"numSignatures":{most},"SCAL":2}}"#)
}

const SAD: &str = r#"{"responseCode":0,"SAD":"kept-sad","expiresIn":60}"#;

/// Answers what is asked until something must be sent.
fn to_request(flow: &mut Signing, first: Event, at: DateTime<Utc>) -> HttpRequest {
    let mut action = flow.step(first, at);
    for _ in 0..10 {
        match action {
            Action::Send(request) => return request,
            Action::NeedInput(input) => {
                action = flow.step(Event::Input(Answer::Given(given(&input.kind))), at);
            }
            other => panic!("{other:?}"),
        }
    }
    panic!("asks for ever");
}

/// Goes through login and `credentials/info` up to the request after them.
fn to_authorize(flow: &mut Signing, most: usize) -> HttpRequest {
    assert_eq!(to_request(flow, Event::Continue, now()).call(), "auth/login");
    assert_eq!(to_request(flow, ok(LOGIN), now()).call(), "credentials/info");
    to_request(flow, ok(&info(most)), now())
}

fn body(request: &HttpRequest) -> serde_json::Value {
    serde_json::from_slice(request.body()).unwrap()
}

fn header<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    request.headers().iter().find(|(found, _)| *found == name).map(|(_, value)| value.expose())
}

fn values(number: usize) -> String {
    let values: Vec<String> = (0..number).map(|number| STANDARD.encode(vec![number as u8; 256])).collect();
    serde_json::json!({ "responseCode": 0, "signatures": values }).to_string()
}

fn done(action: Action<Vec<DocumentOutcome>>) -> Vec<DocumentOutcome> {
    match action {
        Action::Done(outcomes) => outcomes,
        other => panic!("{other:?}"),
    }
}
