//! What an adapter costs for each document: requests built, responses read, nothing sent; and documents
//! through the sandbox, over HTTP, the signatures made there included.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kyso::client::{Driver, Watch};
use kyso::document::{Batch, Job, Outcome};
use kyso::remote::{
    Action, Answer, Credential, DocumentOutcome, DocumentResult, Event, Flow, HttpRequest, HttpResponse,
    Input, InputKind, Secret, Service, Terms, Transaction,
};
use kyso::sandbox::{Sandbox, Settings};
use kyso::{At, Chain, Entropy, SignatureValue, SigningRequest, pdf};
use serde_json::{Value, json};

/// Documents in one transaction.
const DOCUMENTS: usize = 100;

const TRANSACTION: &str = "0123456789abcdef0123456789abcdef";

fn requests() -> Vec<SigningRequest> {
    let chain = Chain::from_pem(include_bytes!("../testdata/keys/rsa2048-chain.pem")).unwrap();
    let document: &[u8] = include_bytes!("../testdata/pdf/demo.pdf");
    let request = |index: usize| {
        let time = DateTime::parse_from_rfc3339("2026-11-22T09:30:00+07:00").unwrap();
        let at = At { time, entropy: Entropy::new([index as u8; 32]) };
        let signing = kyso::pdf::Signing::new(&chain).document(format!("contract-{index}"));
        signing.prepare(document, &at).unwrap().request()
    };
    (0..DOCUMENTS).map(request).collect()
}

/// A value as long as one of RSA-2048, another for each document.
fn value(index: usize) -> String {
    STANDARD.encode([index as u8; 256])
}

fn values() -> Vec<String> {
    (0..DOCUMENTS).map(value).collect()
}

/// What a service answers to a request, as its document prints it.
fn answer(request: &HttpRequest) -> Value {
    let by_id = || -> Vec<Value> {
        let one = |index| json!({ "doc_id": format!("contract-{index}"), "signature_value": value(index) });
        (0..DOCUMENTS).map(one).collect()
    };
    let path = request.url().split("example").last().unwrap();
    let rssp = |more: Value| {
        let mut body = json!({ "responseCode": 0, "responseMessage": "Successfully", "billCode": "bill" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    match path {
        "/sca/v1/signatures/sign" => json!({
            "status_code": 200, "message": "sig_wait_for_user_confirm",
            "data": { "transaction_id": TRANSACTION, "tran_code": "acd9be84" },
        }),
        path if path.ends_with("/status") => json!({
            "status_code": 200, "message": "SUCCESS",
            "data": { "transaction_id": TRANSACTION, "signatures": by_id() },
        }),
        "/sca/v2/signatures/sign" => json!({
            "status_code": 200, "message": "sig_wait_for_user_confirm",
            "data": { "transaction_id": TRANSACTION, "tran_code": "b", "sad": "eyJ0", "expired_in": 299 },
        }),
        "/sca/v2/signatures/confirm" => json!({
            "status_code": 200, "message": "Success",
            "data": { "transaction_id": TRANSACTION, "expired_in": 299, "signatures": by_id() },
        }),
        "/rssp/v1/auth/login" => rssp(json!({ "accessToken": "VGhp", "expiresIn": 3600 })),
        "/rssp/v1/credentials/info" => rssp(json!({
            "certificate": { "status": "valid", "thumbprint": "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8" },
            "authModeSupported": ["EXPLICIT/PIN"], "authMode": "EXPLICIT/PIN", "SCAL": 2, "numSignatures": 1000,
        })),
        "/rssp/v1/credentials/authorize" => rssp(json!({ "SAD": "_TiHRG", "expiresIn": 60 })),
        "/rssp/v1/signature/signHash" => rssp(json!({ "signatures": values() })),
        "/rssp/v1/auth/revoke" => rssp(json!({})),
        "/clients/login" => json!({ "token": "SlNPTiB3ZWIgdG9rZW4=" }),
        "/signing/hash" => json!({
            "responseCode": 1007, "responseMessage": "REQUEST ACCEPTED", "billCode": "EFY_CA", "status": true,
            "timestamp": "2026-11-22T13:28:42+07:00", "signatureValues": values(),
        }),
        "/csc/v2/credentials/info" => json!({
            "key": { "status": "enabled", "algo": ["1.2.840.113549.1.1.11"], "len": 2048 },
            "auth": { "mode": "explicit", "objects": [{ "type": "Password", "id": "PIN", "format": "N" }] },
            "SCAL": "2", "multisign": 1000,
        }),
        "/csc/v2/credentials/authorize" => json!({ "SAD": "_TiHRG", "expiresIn": 60 }),
        "/csc/v2/signatures/signHash" => json!({ "signatures": values() }),
        "/csc/v2/auth/revoke" | "/csc/v2/oauth2/revoke" => json!({}),
        other => panic!("nothing answers {other}"),
    }
}

/// From the beginning to the outcomes, with the bodies that were made before.
fn drive(
    mut transaction: Transaction,
    mut answer: impl FnMut(&HttpRequest) -> HttpResponse,
) -> Vec<DocumentOutcome> {
    let mut now: DateTime<Utc> = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let mut event = Event::Continue;
    for _ in 0..20 {
        event = match transaction.step(event, now) {
            Action::Send(request) => {
                black_box(transaction.to_json());
                Event::Response(answer(&request))
            }
            Action::NeedInput(_) => Event::Input(Answer::Given(Secret::new("12345678"))),
            Action::Wait(wait) => {
                now = wait.poll_at;
                Event::Continue
            }
            Action::Done(outcomes) => return outcomes,
            other => panic!("{other:?}"),
        };
    }
    panic!("no outcome");
}

fn adapters(criterion: &mut Criterion) {
    let requests = requests();
    let credential = Credential::new("001090012345")
        .serial_number("54010101493c47d39f8a84b30ed55191")
        .credential_id("86f7e437faa5a7fce15d1ddcb9eaeaea377667b8")
        .agreement_uuid("13ae13a443e2")
        .auth_mode("EXPLICIT/PIN")
        .scal(2);
    let terms = Terms::new(TRANSACTION).poll_seconds(1);
    let mut group = criterion.benchmark_group("adapter");
    group.throughput(Throughput::Elements(DOCUMENTS as u64)).measurement_time(Duration::from_secs(3));
    for (name, service) in [
        ("vnpt", json!({"system":"vnpt","base_url":"https://ca.example/sca","sp_id":"rp"})),
        ("vnpt-th", json!({"system":"vnpt-th","base_url":"https://ca.example/sca","sp_id":"rp"})),
        (
            "mobile-id",
            json!({"system":"mobile-id","base_url":"https://ca.example/rssp/v1","relying_party":"RP","username":"rp"}),
        ),
        ("efy", json!({"system":"efy","base_url":"https://ca.example","username":"rp","rp_code":"RP"})),
        (
            "csc",
            json!({"system":"csc","base_url":"https://ca.example/csc/v2","dialect":"v2","login":{"kind":"token"}}),
        ),
    ] {
        let service: Service = serde_json::from_value(service).unwrap();
        let begin =
            || Transaction::begin(&service, &credential, &requests, &terms, &Entropy::new([1; 32])).unwrap();
        let mut bodies: Vec<(String, Vec<u8>)> = Vec::new();
        let outcomes = drive(begin(), |request| {
            let body = answer(request).to_string().into_bytes();
            bodies.push((request.url().to_owned(), body.clone()));
            HttpResponse::new(200, Vec::new(), body)
        });
        assert_eq!(outcomes.len(), DOCUMENTS);
        for (index, outcome) in outcomes.iter().enumerate() {
            let DocumentResult::Value(found) = &outcome.result else { panic!("{outcome:?}") };
            assert_eq!(STANDARD.encode(found.as_bytes()), value(index), "{}", outcome.document);
        }
        // For each document of a hundred; the state is written out before every request, as it must be.
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || {
                    bodies
                        .iter()
                        .map(|(_, body)| HttpResponse::new(200, Vec::new(), body.clone()))
                        .collect::<Vec<_>>()
                },
                |responses| {
                    let mut responses = responses.into_iter();
                    drive(black_box(begin()), |_| responses.next().expect("a response"))
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// Answers for the one who signs in the sandbox; what would be stored is thrown away.
struct Signer {
    service_password: String,
    pin: String,
}

impl Watch for Signer {
    fn persist(&mut self, json: &str) -> std::io::Result<()> {
        black_box(json);
        Ok(())
    }

    fn input(&mut self, input: &Input) -> Answer {
        match input.kind {
            InputKind::ServicePassword => Answer::Given(Secret::new(self.service_password.as_str())),
            InputKind::Pin => Answer::Given(Secret::new(self.pin.as_str())),
            ref other => panic!("nobody knows the {}", other.name()),
        }
    }
}

/// Documents that go through the sandbox in one round, and in one transaction.
const ROUND: usize = 1000;
const BATCH: usize = 100;

/// Prepared, sent over HTTP, signed there with RSA-2048, accepted and embedded: on two threads.
fn sandbox(criterion: &mut Criterion) {
    let sandbox = Sandbox::start(Settings::new().provider("efy").auto_approve()).unwrap();
    let world = sandbox.world();
    let (party, person) = (world.relying_party(), world.subscribers().next().unwrap());
    let holding = &person.holdings[0];
    let service: Service = serde_json::from_value(json!({
        "system": "efy", "base_url": format!("{}/efy", sandbox.url()), "username": party.id, "rp_code": party.rp_code,
    }))
    .unwrap();
    let credential =
        Credential::default().agreement_uuid(holding.agreement_uuid.as_str()).auth_mode("EXPLICIT/PIN");
    let document: &[u8] = include_bytes!("../testdata/pdf/demo.pdf");
    let batch = |batch: usize| -> usize {
        let time =
            DateTime::parse_from_rfc3339("2026-11-22T09:30:00+07:00").unwrap().to_utc().max(world.now());
        let job = |index: usize| {
            let signing = pdf::Signing::new(&holding.chain).document(format!("{batch}-{index}"));
            let at = At { time: time.fixed_offset(), entropy: Entropy::from_os().unwrap() };
            Job { signing: signing.into(), source: document, at }
        };
        let prepared = Batch::prepare((0..BATCH).map(job), NonZeroUsize::MIN);
        let requests = prepared.requests();
        let entropy = Entropy::from_os().unwrap();
        let terms = Terms::with_entropy(&entropy);
        let mut transaction = Transaction::begin(&service, &credential, &requests, &terms, &entropy).unwrap();
        let driver = Driver::for_service(&service).unwrap();
        let mut signer =
            Signer { service_password: party.password.expose().into(), pin: person.pin.expose().into() };
        let outcomes = driver.run(&mut transaction, &mut signer).unwrap();
        let mut values: BTreeMap<String, SignatureValue> = BTreeMap::new();
        for outcome in outcomes {
            let DocumentResult::Value(value) = outcome.result else { panic!("{outcome:?}") };
            values.insert(outcome.document, value);
        }
        let signed = prepared.accept(NonZeroUsize::MIN, |request| values.remove(request.document()));
        let bytes = |outcome| match outcome {
            Outcome::Signed(signed) => signed.to_bytes().unwrap().len(),
            other => panic!("{other:?}"),
        };
        signed.into_iter().map(bytes).filter(|length| *length > document.len()).count()
    };
    let round = || -> usize {
        let half = |first: usize| (first..ROUND / BATCH).step_by(2).map(batch).sum::<usize>();
        std::thread::scope(|scope| {
            let other = scope.spawn(|| half(1));
            half(0) + other.join().unwrap()
        })
    };
    assert_eq!(round(), ROUND);
    let mut group = criterion.benchmark_group("sandbox");
    group
        .throughput(Throughput::Elements(ROUND as u64))
        .sample_size(10)
        .measurement_time(Duration::from_secs(20));
    group.bench_function("1000-documents", |bencher| bencher.iter(|| assert_eq!(round(), ROUND)));
    group.finish();
}

criterion_group!(benches, adapters, sandbox);
criterion_main!(benches);
