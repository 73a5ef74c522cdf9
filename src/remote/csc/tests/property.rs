//! Whatever happens, in whatever order.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::remote::{DocumentResult, Lost};

#[derive(Clone, Debug)]
enum Happens {
    /// What should happen next: the right response, the right answer, the time.
    Right,
    Response(u16, Value),
    Garbage(u16, Vec<u8>),
    /// A refusal that repeats all that was sent.
    Echo(String),
    Lost(Lost),
    Given(String),
    Declined,
    Continue,
    Notified,
    Cancelled,
    Resume,
    Later(i64),
}

fn bodies() -> impl Strategy<Value = Value> {
    let error = prop::sample::select(vec![
        "invalid_request",
        "access_denied",
        "server_error",
        "expired_token",
        "invalid_token",
        "invalid_grant",
        "authentication_error",
        "invalid_otp",
        "invalid_pin",
        "invalid_authentication_data",
        "invalid_hash",
        "accepted_request",
        "something_new",
    ]);
    prop_oneof![
        error.prop_map(|error| json!({ "error": error })),
        Just(json!({})),
        Just(Value::Null),
        Just(json!({ "SAD": "sad-6" })),
        Just(json!({ "access_token": "access-token-4", "SAD": null })),
        Just(json!({ "handle": "h-9" })),
        Just(json!({ "responseID": "r-9" })),
        Just(json!({ "signatures": [] })),
        Just(json!({ "signatures": ["AQID"] })),
        Just(json!({ "signatures": [null, "!!", "AQID"] })),
        Just(json!({ "auth": { "mode": "explicit", "expression": "((((A", "objects": [{}] } })),
        Just(json!([1, { "error": 5 }])),
    ]
}

fn happens() -> impl Strategy<Value = Happens> {
    let status = || prop::sample::select(vec![200_u16, 202, 204, 302, 400, 401, 404, 429, 500, 503]);
    prop_oneof![
        40 => Just(Happens::Right),
        8 => (status(), bodies()).prop_map(|(status, body)| Happens::Response(status, body)),
        2 => (status(), prop::collection::vec(any::<u8>(), 0..40))
            .prop_map(|(status, body)| Happens::Garbage(status, body)),
        3 => prop::sample::select(vec!["access_denied", "invalid_otp", "invalid_grant", "authentication_error"])
            .prop_map(|error| Happens::Echo(error.to_owned())),
        3 => Just(Happens::Lost(Lost::NotSent)),
        2 => Just(Happens::Lost(Lost::Unknown)),
        3 => "[ -~]{0,20}".prop_map(Happens::Given),
        1 => Just(Happens::Declined),
        4 => Just(Happens::Continue),
        3 => Just(Happens::Notified),
        1 => Just(Happens::Cancelled),
        3 => Just(Happens::Resume),
        4 => (0_i64..90).prop_map(Happens::Later),
    ]
}

fn logins() -> impl Strategy<Value = Login> {
    prop::sample::select(vec![
        Login::Basic,
        Login::Token,
        Login::Client { client_id: "me".into(), redirect_uri: Some("https://me.example/cb".into()) },
        Login::OAuth2 {
            client_id: "me".into(),
            redirect_uri: "https://me.example/cb".into(),
            confidential: false,
        },
    ])
}

fn credentials() -> impl Strategy<Value = (Dialect, Value)> {
    let v2 = |objects: Value| (Dialect::V2, v2_credential(&objects));
    let mut browser = v2_credential(&Value::Null);
    browser["auth"] = json!({ "mode": "oauth2code" });
    let mut implicit = v1_credential("false", "false");
    implicit["authMode"] = json!("implicit");
    prop::sample::select(vec![
        (Dialect::V1, v1_credential("true", "true")),
        (Dialect::V1, implicit),
        v2(json!([{ "type": "Password", "id": "PIN" }, { "type": "ChallengeResponse", "id": "OTP" }])),
        v2(json!([{ "type": "ChallengeResponseOOB", "id": "PHONE" }])),
        (Dialect::V2, browser),
    ])
}

/// The hashes that a request asks to sign.
fn signs(request: &HttpRequest) -> Option<Vec<String>> {
    if request.call() != "signatures/signHash" {
        return None;
    }
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    let list = body["hash"].as_array().or(body["hashes"].as_array()).unwrap();
    Some(list.iter().map(|hash| hash.as_str().unwrap().to_owned()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_is_signed_twice_and_nothing_secret_stored(
        login in logins(),
        (dialect, mut credential) in credentials(),
        documents in 1_usize..5,
        multisign in 1_u64..4,
        per_call in prop::option::of(1_usize..3),
        later in any::<bool>(),
        script in prop::collection::vec(happens(), 0..80),
    ) {
        credential["multisign"] = json!(multisign);
        let mut service = service(dialect, login);
        service.hashes_per_call = per_call;
        service.asynchronous = later && dialect == Dialect::V2;
        let requests = requests(documents);
        let mut signing = begin(&service, &requests);
        let mut double = Double::new(credential);
        let mut time = now();
        let mut sent: BTreeSet<String> = BTreeSet::new();
        // The signing request whose answer is awaited.
        let mut under_way: Option<Vec<String>> = None;
        // Sends since somebody was asked or time passed.
        let mut in_a_row = 0_u32;
        let mut action = signing.step(Event::Continue, time);
        for one in script {
            if let Action::Send(request) = &action {
                in_a_row += 1;
                prop_assert!(in_a_row < 100, "it goes on and on");
                prop_assert_eq!(request.is_repeatable() && signs(request).is_some(), false);
            } else {
                in_a_row = 0;
            }
            let event = match one {
                Happens::Right => match &action {
                    Action::Send(request) => Event::Response(double.answer(request)),
                    Action::NeedInput(input) => Event::Input(answer(&input.kind)),
                    Action::Wait(wait) => {
                        time = time.max(wait.poll_at);
                        Event::Continue
                    }
                    _ => Event::Continue,
                },
                Happens::Response(status, body) => Event::Response(response(status, &body)),
                Happens::Garbage(status, body) => Event::Response(HttpResponse::new(status, Vec::new(), body)),
                Happens::Echo(error) => {
                    let mut told = String::new();
                    if let Action::Send(request) = &action {
                        told = String::from_utf8_lossy(request.body()).into_owned();
                        for (_, value) in request.headers() {
                            told.push_str(value.expose());
                        }
                    }
                    let body = json!({ "error": error, "error_description": told, "debug": told });
                    Event::Response(response(400, &body))
                }
                Happens::Lost(lost) => {
                    if let (Lost::NotSent, Some(hashes)) = (lost, &under_way) {
                        for hash in hashes {
                            sent.remove(hash);
                        }
                    }
                    Event::Lost(lost)
                }
                Happens::Given(text) => Event::Input(Answer::Given(Secret::new(text))),
                Happens::Declined => Event::Input(Answer::Declined),
                Happens::Continue => Event::Continue,
                Happens::Notified => Event::Notified,
                Happens::Cancelled => Event::Cancelled,
                Happens::Resume => {
                    signing = serde_json::from_str(&signing.to_json()).unwrap();
                    signing.set_entropy(&Entropy::new([8; 32]));
                    Event::Continue
                }
                Happens::Later(seconds) => {
                    time = time.checked_add_signed(TimeDelta::seconds(seconds)).unwrap();
                    Event::Continue
                }
            };
            if !matches!(event, Event::Input(_) | Event::Notified) {
                under_way = None;
            }
            action = signing.step(event, time);
            if let Action::Send(request) = &action
                && let Some(hashes) = signs(request)
            {
                for hash in &hashes {
                    prop_assert!(sent.insert(hash.clone()), "signed twice");
                }
                under_way = Some(hashes);
            }
            if let Action::Done(outcomes) = &action {
                prop_assert_eq!(outcomes.len(), requests.len());
                for (outcome, request) in outcomes.iter().zip(&requests) {
                    prop_assert_eq!(&outcome.document, request.document());
                    if let DocumentResult::Value(value) = &outcome.result {
                        let own = value_of(request);
                        prop_assert!(value.as_bytes() == own || value.as_bytes() == [1, 2, 3]);
                    }
                }
            }
            let json = signing.to_json();
            for secret in SECRETS {
                prop_assert!(!json.contains(secret), "{} in {}", secret, json);
            }
            let read: Signing = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(read.to_json(), json);
        }
    }
}
