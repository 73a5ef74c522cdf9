//! Anything may happen at any time.

use std::cell::Cell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::super::response;
use super::*;
use crate::remote::flow::Lost;

/// Things that happen; the responses are right, half right or nonsense.
fn events() -> impl Strategy<Value = Event> {
    let bodies = prop_oneof![
        Just(LOGIN.to_owned()),
        Just(info(2)),
        Just(SAD.to_owned()),
        Just(values(1)),
        Just(values(2)),
        Just(values(3)),
        Just(r#"{"responseCode":1007,"billCode":"b1"}"#.to_owned()),
        Just(r#"{"error":3034,"responseID":"r1"}"#.to_owned()),
        Just(r#"{"responseCode":1004,"remainingCounter":3,"responseMessage":"kept-pin-4711?"}"#.to_owned()),
        Just(r#"{"error":0,"SAD":"kept-sad","signatures":[null]}"#.to_owned()),
        Just(r#"{"responseCode":0,"certificate":{"certificates":["AAAA"]}}"#.to_owned()),
        (0_i64..1040).prop_map(|code| format!(r#"{{"responseCode":{code}}}"#)),
        (3000_i64..3060).prop_map(|code| format!(r#"{{"error":"{code}","tempLockoutDuration":1}}"#)),
        "[ -~]{0,40}",
    ];
    let statuses =
        prop_oneof![8 => Just(200_u16), 1 => Just(401), 1 => Just(500), 1 => Just(503), 1 => Just(404)];
    prop_oneof![
        12 => (statuses, bodies).prop_map(|(code, body)| status(code, &body)),
        3 => Just(Event::Continue),
        1 => Just(Event::Notified),
        1 => Just(Event::Lost(Lost::NotSent)),
        1 => Just(Event::Lost(Lost::Unknown)),
        6 => Just(Event::Input(Answer::Given(Secret::new("kept-pin-4711")))),
        1 => Just(Event::Cancelled),
    ]
}

fn modes() -> impl Strategy<Value = (Dialect, &'static str)> {
    let dialects = prop_oneof![Just(Dialect::V1), Just(Dialect::V2)];
    let modes = prop_oneof![
        Just("EXPLICIT/PIN"),
        Just("EXPLICIT/OTP-SMS"),
        Just("EXPLICIT/OTP-MOBILE"),
        Just("IMPLICIT/CYBER-ID"),
    ];
    (dialects, modes)
}

/// What a service that works would say.
fn right(request: &HttpRequest) -> Event {
    match request.call() {
        "auth/login" => ok(LOGIN),
        "credentials/info" => ok(&info(2)),
        "credentials/sendOTP" => ok(r#"{"responseCode":1007,"billCode":"b1"}"#),
        "signature/signHash" => ok(&values(hashes(request).len())),
        _ => ok(SAD),
    }
}

fn has_pin(body: &[u8]) -> bool {
    String::from_utf8_lossy(body).contains("kept-pin-4711")
}

const SIGN_HASH: &str = "signature/signHash";

type Step = (Event, i64, u8, u8);

/// Goes through the steps; says how often something was to be signed.
fn run(mut flow: Signing, steps: Vec<Step>) -> Result<usize, TestCaseError> {
    let mut at = now();
    // The documents that a request to sign has covered, unless it is known not to have been acted on.
    let mut signed = BTreeSet::new();
    let mut last: Option<Action<Vec<DocumentOutcome>>> = None;
    // Whatever else happens meanwhile, it is this request that an answer is to.
    let mut under_way: Option<HttpRequest> = None;
    let mut count = 0;
    for (event, seconds, helpful, crash) in steps {
        at += TimeDelta::seconds(seconds);
        // Most of the time what was asked for is answered.
        let event = match &last {
            Some(Action::NeedInput(input)) if helpful > 0 => Event::Input(Answer::Given(given(&input.kind))),
            Some(Action::Send(request)) if helpful > 1 => right(request),
            Some(Action::Wait(_)) if helpful > 0 => Event::Continue,
            _ => event,
        };
        // A service can only repeat what it was sent.
        let repeats = matches!(&event, Event::Response(response) if has_pin(response.body()));
        let event = match &last {
            Some(Action::Send(request)) if has_pin(request.body()) => event,
            _ if repeats => Event::Continue,
            _ => event,
        };
        let not_acted_on = match &event {
            Event::Lost(lost) => *lost == Lost::NotSent,
            Event::Response(response) => response::refuses_the_token(response),
            _ => false,
        };
        let ends = matches!(event, Event::Response(_) | Event::Lost(_) | Event::Continue);
        if not_acted_on && let Some(request) = under_way.as_ref().filter(|one| one.call() == SIGN_HASH) {
            signed = &signed - &hashes(request);
        }
        if ends {
            under_way = None;
        }
        let action = flow.step(event, at);
        if let Action::Send(request) = &action {
            under_way = Some(request.clone());
        }
        if let Action::Send(request) = &action
            && request.call() == SIGN_HASH
        {
            count += 1;
            prop_assert!(!request.is_repeatable());
            for hash in hashes(request) {
                prop_assert!(signed.insert(hash), "signed twice");
            }
        }
        let json = flow.to_json();
        for secret in SECRETS {
            prop_assert!(!json.contains(secret), "{}: {}", secret, json);
        }
        let back: Signing = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(back.to_json(), json);
        last = Some(action);
        if crash == 0 {
            flow = back;
            (last, under_way) = (None, None);
        }
    }
    Ok(count)
}

#[test]
fn no_order_of_events_signs_twice_or_tells_a_secret() {
    let step = (events(), 0_i64..5, 0_u8..5, 0_u8..40);
    let strategy = (modes(), 1_usize..6, proptest::collection::vec(step, 1..60));
    let count = Cell::new(0);
    let mut runner = TestRunner::new(Config::with_cases(300));
    let outcome = runner.run(&strategy, |((dialect, mode), number, steps)| {
        count.set(count.get() + run(signing(dialect, mode, number), steps)?);
        Ok(())
    });
    outcome.unwrap();
    assert!(count.get() > 100, "only {} requests to sign: the test says little", count.get());
}

proptest! {
    #[test]
    fn without_time_and_with_the_same_answer_it_ends((dialect, mode) in modes(), event in events()) {
        let mut flow = signing(dialect, mode, 3);
        let mut action = flow.step(Event::Continue, now());
        for _ in 0..200 {
            let next = match &action {
                Action::NeedInput(input) => Event::Input(Answer::Given(given(&input.kind))),
                Action::Send(request) if request.call() == "auth/login" => right(request),
                Action::Send(_) if matches!(event, Event::Response(_) | Event::Lost(_)) => event.clone(),
                Action::Send(request) => right(request),
                _ => return Ok(()),
            };
            action = flow.step(next, now());
        }
        prop_assert!(false, "goes on for ever: {:?}", action);
    }
}

fn hashes(request: &HttpRequest) -> BTreeSet<String> {
    let sent = body(request);
    let list = if sent["hash"].is_array() { &sent["hash"] } else { &sent["documentDigests"]["hashes"] };
    list.as_array().unwrap().iter().map(|hash| hash.as_str().unwrap().to_owned()).collect()
}
