//! Whatever a remote service may answer, in whatever order things happen.

use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use kyso::remote::{
    Action, Answer, Credential, DocumentResult, Event, Flow, HttpResponse, InputKind, Listing, Lost, Secret,
    Service, Terms, Transaction, vnpt,
};
use kyso::{Entropy, SigningRequest};

use super::at;

/// The most things that happen in one run.
const EVENTS: usize = 64;

/// A secret that must not be found in anything stored.
const HIDDEN: &str = "hidden-3b1c";

/// Services of every system and dialect, as a configuration has them.
fn services() -> &'static [Service] {
    static SERVICES: OnceLock<Vec<Service>> = OnceLock::new();
    SERVICES.get_or_init(|| {
        let texts = [
            r#"{"system":"vnpt","base_url":"https://ca.example/sca","sp_id":"rp"}"#,
            r#"{"system":"vnpt-th","base_url":"https://ca.example/sca","sp_id":"rp"}"#,
            r#"{"system":"mobile-id","base_url":"https://ca.example/rssp/v1","relying_party":"RP","username":"rp"}"#,
            r#"{"system":"mobile-id","base_url":"https://ca.example/rssp/v2","relying_party":"RP","username":"rp","dialect":"v2"}"#,
            r#"{"system":"efy","base_url":"https://ca.example","username":"rp","rp_code":"RP"}"#,
            r#"{"system":"csc","base_url":"https://ca.example/csc/v1","dialect":"v1","login":{"kind":"basic"}}"#,
            r#"{"system":"csc","base_url":"https://ca.example/csc/v2","dialect":"v2","login":{"kind":"token"}}"#,
        ];
        texts.iter().map(|text| serde_json::from_str(text).expect("a service")).collect()
    })
}

fn credentials() -> [Credential; 3] {
    let credential = |mode: &str, scal| {
        Credential::new("001090012345")
            .serial_number("54010101493c47d39f8a84b30ed55191")
            .credential_id("86f7e437faa5a7fce15d1ddcb9eaeaea377667b8")
            .agreement_uuid("13ae13a443e2")
            .auth_mode(mode)
            .scal(scal)
    };
    [credential("EXPLICIT/PIN", 2), credential("EXPLICIT/OTP-SMS", 1), credential("implicit", 2)]
}

/// Requests for RSA, which every system signs with.
fn requests() -> &'static [SigningRequest; 2] {
    static REQUESTS: OnceLock<[SigningRequest; 2]> = OnceLock::new();
    REQUESTS.get_or_init(|| {
        let chain = kyso::Chain::from_pem(include_bytes!("../../testdata/keys/rsa2048-chain.pem"))
            .expect("a test chain");
        let request = |name: &str, seed| {
            kyso::pdf::Signing::new(&chain)
                .document(name)
                .prepare(super::state::DOCUMENT, &at(seed))
                .expect("a document that can be signed")
                .request()
        };
        [request("contract", 6), request("annex", 7)]
    })
}

/// The answers and the order of things come from `data`: first the system, the credential and the number of
/// documents, then events, each a byte for its kind, two for its length, and its contents.
pub(crate) fn remote_decode(data: &[u8]) {
    let [system, options, rest @ ..] = data else { return };
    let services = services();
    let service = &services[usize::from(*system) % services.len()];
    let credential = &credentials()[usize::from(*options) % 3];
    let requests = &requests()[..1 + usize::from(options & 0x40 != 0)];
    let terms = Terms::new("0123456789abcdef0123456789abcdef").patience_seconds(60).poll_seconds(2);
    let entropy = Entropy::new([9; 32]);
    if options & 0x80 != 0 {
        if let Ok(listing) = Listing::begin(service, credential, &terms, &entropy) {
            run(listing, rest, |_, _| ());
        }
        return;
    }
    if let Ok(transaction) = Transaction::begin(service, credential, requests, &terms, &entropy) {
        run(transaction, rest, |transaction, outcomes| {
            assert_eq!(outcomes.len(), requests.len());
            for (outcome, request) in outcomes.iter().zip(requests) {
                assert_eq!(outcome.document, request.document());
                if let DocumentResult::Unreadable { reason } = &outcome.result {
                    assert!(!reason.is_empty());
                }
            }
            // What is stored is taken up again.
            let json = transaction.to_json();
            assert_eq!(Transaction::from_json(&json).expect("its own state").to_json(), json);
        });
    }
    // Anything as a stored transaction.
    if let Ok(text) = std::str::from_utf8(rest)
        && let Ok(mut transaction) = Transaction::from_json(text)
    {
        let _ = transaction.step(Event::Continue, now(0));
        let _ = transaction.step(Event::Response(HttpResponse::new(200, vec![], b"{}".to_vec())), now(1));
    }
}

fn now(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000 + seconds, 0).expect("a time")
}

fn run<F: Flow>(mut flow: F, mut data: &[u8], done: impl Fn(&F, &F::Done)) {
    let mut clock = 0;
    // Requests that may sign, and how often it was said that one had not left.
    let (mut signed, mut not_sent) = (Vec::new(), 0);
    let mut event = Event::Continue;
    for _ in 0..EVENTS {
        let action = flow.step(event.clone(), now(clock));
        let json = flow.to_json();
        assert!(!json.contains(HIDDEN), "a secret is stored: {json}");
        match &action {
            Action::Send(request) => {
                assert!(request.url().starts_with("https://ca.example"), "{}", request.url());
                if !request.is_repeatable() {
                    signed.push(request.body().to_vec());
                }
            }
            Action::Done(outcome) => return done(&flow, outcome),
            Action::Failed(failure) => {
                let told = format!("{failure} {failure:?}");
                assert!(!told.contains(HIDDEN), "a secret is told: {told}");
                return;
            }
            _ => {}
        }
        let [kind, high, low, rest @ ..] = data else { return };
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (contents, rest) = rest.split_at(length);
        data = rest;
        clock += i64::from(kind >> 5);
        event = match kind & 0x0F {
            0 => Event::Continue,
            1 => {
                not_sent += 1;
                Event::Lost(Lost::NotSent)
            }
            2 => Event::Lost(Lost::Unknown),
            3 => Event::Notified,
            4 => Event::Cancelled,
            5 => Event::Input(Answer::Declined),
            6 | 7 => Event::Input(Answer::Given(Secret::new(match &action {
                Action::NeedInput(input) if matches!(input.kind, InputKind::Redirect { .. }) => {
                    String::from_utf8_lossy(contents).into_owned()
                }
                _ => HIDDEN.to_owned(),
            }))),
            kind => {
                let status = [200, 200, 200, 200, 201, 400, 401, 503][usize::from(kind & 7)];
                let headers = vec![("rssp-entity-name".to_owned(), "node-1".to_owned())];
                Event::Response(HttpResponse::new(status, headers, contents.to_vec()))
            }
        };
    }
    signed.sort_unstable();
    let distinct = {
        let mut distinct = signed.clone();
        distinct.dedup();
        distinct.len()
    };
    assert!(signed.len() <= distinct + not_sent, "the same request that may sign was sent twice");
}

/// `data` as what a webhook is called with.
pub(crate) fn webhook(data: &[u8]) {
    match vnpt::webhook::parse(data) {
        Ok(notification) => {
            for id in notification.transaction_id.iter().chain(&notification.sp_id) {
                assert!(!id.is_empty() && id.chars().count() <= 128 && !id.chars().any(char::is_control));
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
