//! Anything may happen at any time.

use proptest::prelude::*;

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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_order_of_events_signs_twice_or_tells_a_secret(
        (dialect, mode) in modes(),
        number in 1_usize..6,
        steps in proptest::collection::vec((events(), 0_i64..5, any::<bool>(), 0_u8..20), 1..60),
    ) {
        let mut flow = signing(dialect, mode, number);
        let mut at = now();
        // Of the documents that one request to sign covers: whether it may be sent (again).
        let mut signed: std::collections::BTreeSet<String> = Default::default();
        let mut last: Option<Action<Vec<DocumentOutcome>>> = None;
        for (event, seconds, helpful, crash) in steps {
            at += TimeDelta::seconds(seconds);
            // Half of the time what was asked for is answered.
            let event = match &last {
                Some(Action::NeedInput(input)) if helpful => Event::Input(Answer::Given(given(&input.kind))),
                _ => event,
            };
            let signing_now = matches!(&last, Some(Action::Send(request)) if request.call() == "signature/signHash");
            let may_repeat = match &event {
                Event::Lost(lost) => *lost == Lost::NotSent,
                Event::Response(response) => super::super::response::refuses_the_token(response),
                _ => false,
            };
            if signing_now && may_repeat {
                if let Some(Action::Send(request)) = &last {
                    for hash in hashes(request) {
                        signed.remove(&hash);
                    }
                }
            }
            let action = flow.step(event, at);
            if let Action::Send(request) = &action
                && request.call() == "signature/signHash"
            {
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
                last = None;
            }
        }
    }

    #[test]
    fn without_time_and_with_the_same_answer_it_ends((dialect, mode) in modes(), event in events()) {
        let mut flow = signing(dialect, mode, 3);
        let mut action = flow.step(Event::Continue, now());
        for _ in 0..200 {
            let next = match &action {
                Action::NeedInput(input) => Event::Input(Answer::Given(given(&input.kind))),
                Action::Send(request) if request.call() == "auth/login" => ok(LOGIN),
                Action::Send(_) if matches!(event, Event::Response(_) | Event::Lost(_)) => event.clone(),
                Action::Send(_) => ok(SAD),
                _ => return Ok(()),
            };
            action = flow.step(next, now());
        }
        prop_assert!(false, "goes on for ever: {:?}", action);
    }
}

fn hashes(request: &HttpRequest) -> Vec<String> {
    let sent = body(request);
    let list = if sent["hash"].is_array() { &sent["hash"] } else { &sent["documentDigests"]["hashes"] };
    list.as_array().unwrap().iter().map(|hash| hash.as_str().unwrap().to_owned()).collect()
}
