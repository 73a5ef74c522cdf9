//! Any events in any order, any responses: nothing panics, nothing is signed twice, no secret is stored, and
//! every conversation ends.

use proptest::prelude::*;
use serde::de::DeserializeOwned;

use super::super::Listing;
use super::*;

const SAD: &str = "eyJhbGciOiJSUzI1NiJ9.c2Fk";
const SECRETS: [&str; 4] = [SERVICE_PASSWORD, USER_PASSWORD, OTP, SAD];

#[derive(Clone, Debug)]
enum Move {
    Continue,
    Notified,
    Cancelled,
    NotSent,
    Unknown,
    Answer,
    Declined,
    Respond(u16, String),
    /// The process dies, and another goes on from the state.
    Restart,
}

/// Bodies: plausible ones, ones that repeat secrets, and noise.
fn bodies() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        Just(200_i64),
        Just(400),
        Just(401),
        Just(403),
        Just(429),
        Just(500),
        Just(1003),
        Just(4000),
        Just(4001),
        Just(4002),
        any::<i64>()
    ];
    let message = prop_oneof![
        Just("sig_wait_for_user_confirm".to_owned()),
        Just(format!("OTP {OTP} sai")),
        Just(format!("password {USER_PASSWORD} / {SERVICE_PASSWORD}")),
        "\\PC{0,20}",
    ];
    let data = prop_oneof![
        Just(Value::Null),
        Just(json!([1])),
        Just(json!({ "transaction_id": "t-1", "tran_code": OTP })),
        Just(json!({ "transaction_id": USER_PASSWORD, "sad": SAD, "expired_in": 299 })),
        Just(json!({ "sad": SAD, "expired_in": i64::MAX })),
        Just(json!({ "sad": SAD, "expired_in": -1 })),
        Just(json!({ "signatures": [] })),
        Just(json!({ "signatures": [{ "doc_id": "a", "signature_value": "AQID" }] })),
        Just(json!({ "signatures": [{ "doc_id": "x", "signature_value": "AQID" }], "status": 4001 })),
        Just(json!({ "status": 4002 })),
        Just(json!({ "user_certificates": [{ "cert_data": "AQID" }] })),
    ];
    let plausible = (number, message, data).prop_map(|(number, message, data)| {
        json!({ "status_code": number, "message": message, "data": data }).to_string()
    });
    prop_oneof![4 => plausible, 1 => "\\PC{0,40}", 1 => Just(format!("<p>{SAD} {OTP}</p>"))]
}

fn statuses() -> impl Strategy<Value = u16> {
    prop_oneof![6 => Just(200_u16), 1 => Just(400), 1 => Just(401), 1 => Just(429), 1 => Just(502), 1 => 100..600_u16]
}

fn moves() -> impl Strategy<Value = Vec<(Move, u16)>> {
    let one = prop_oneof![
        3 => Just(Move::Continue),
        1 => Just(Move::Notified),
        1 => Just(Move::Cancelled),
        2 => Just(Move::NotSent),
        1 => Just(Move::Unknown),
        4 => Just(Move::Answer),
        1 => Just(Move::Declined),
        6 => (statuses(), bodies()).prop_map(|(status, body)| Move::Respond(status, body)),
        1 => Just(Move::Restart),
    ];
    let seconds = prop_oneof![3 => Just(0_u16), 3 => 1..10_u16, 1 => any::<u16>()];
    prop::collection::vec((one, seconds), 0..40)
}

/// What a signer's machine was asked for last gets its secret.
fn secret<D>(last: Option<&Action<D>>) -> &'static str {
    match last {
        Some(Action::NeedInput(input)) => match input.kind {
            InputKind::UserPassword => USER_PASSWORD,
            InputKind::Otp => OTP,
            _ => SERVICE_PASSWORD,
        },
        _ => SERVICE_PASSWORD,
    }
}

fn run<F: Flow + DeserializeOwned>(mut flow: F, moves: &[(Move, u16)]) -> Result<(), TestCaseError>
where
    F::Done: std::fmt::Debug,
{
    let mut now = 0_i64;
    let mut last = None;
    let mut under_way = None;
    // What the machine was given since it began or was resumed: what else a service repeats, it cannot know
    // for a secret.
    let mut known: Vec<&str> = Vec::new();
    // Requests that may cost a signature, which went out and were not seen to have failed to.
    let mut spent: Vec<&'static str> = Vec::new();
    for (one, seconds) in moves {
        now += i64::from(*seconds);
        let event = match one {
            Move::Continue => Event::Continue,
            Move::Notified => Event::Notified,
            Move::Cancelled => Event::Cancelled,
            Move::NotSent => Event::Lost(Lost::NotSent),
            Move::Unknown => Event::Lost(Lost::Unknown),
            Move::Answer => {
                let secret = secret(last.as_ref());
                if matches!(last, Some(Action::NeedInput(_))) {
                    known.push(secret);
                }
                given(secret)
            }
            Move::Declined => Event::Input(Answer::Declined),
            Move::Respond(status, body) => {
                let strange = SECRETS[..3].iter().filter(|secret| !known.contains(secret));
                text(*status, &strange.fold(body.clone(), |body, secret| body.replace(secret, "x")))
            }
            Move::Restart => {
                known.clear();
                flow = serde_json::from_str(&flow.to_json()).unwrap();
                Event::Continue
            }
        };
        if matches!(event, Event::Lost(Lost::NotSent)) {
            spent.retain(|call| Some(*call) != under_way);
        }
        let answered = matches!(event, Event::Response(_)).then_some(under_way).flatten();
        if matches!(event, Event::Lost(_) | Event::Response(_) | Event::Cancelled) {
            under_way = None;
        }
        let action = flow.step(event, at(now));
        match &action {
            Action::Send(request) => {
                under_way = Some(request.call());
                if !request.is_repeatable() {
                    prop_assert!(!spent.contains(&request.call()), "{} went out twice", request.call());
                    spent.push(request.call());
                }
            }
            // A code or password was refused for certain: with another, `sign` may go out again.
            Action::NeedInput(_) => spent.retain(|call| Some(*call) != answered),
            Action::Failed(_) => known.clear(),
            Action::Wait(wait) => prop_assert!(wait.poll_at <= wait.expires_at),
            _ => {}
        }
        let json = flow.to_json();
        for secret in SECRETS {
            prop_assert!(!json.contains(secret), "{json}");
            prop_assert!(!format!("{action:?}").contains(secret), "{action:?}");
        }
        let again: F = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(again.to_json(), json);
        last = Some(action);
    }
    Ok(())
}

/// Whatever is answered: it waits soon, and ends before long.
fn ends<F: Flow>(mut flow: F, answers: &[(Move, u16)]) -> Result<(), TestCaseError>
where
    F::Done: std::fmt::Debug,
{
    let responses: Vec<Event> = answers
        .iter()
        .filter_map(|(one, _)| match one {
            Move::Respond(status, body) => Some(text(*status, body)),
            Move::NotSent => Some(Event::Lost(Lost::NotSent)),
            Move::Unknown => Some(Event::Lost(Lost::Unknown)),
            _ => None,
        })
        .chain([Event::Lost(Lost::Unknown)])
        .collect();
    let mut responses = responses.iter().cycle();
    let mut now = at(0);
    let mut event = Event::Continue;
    let (mut steps, mut without_pause) = (0, 0);
    loop {
        let action = flow.step(event, now);
        (steps, without_pause) = (steps + 1, without_pause + 1);
        prop_assert!(without_pause < 20 && steps < 1000, "{steps} steps, {without_pause} without a pause");
        event = match action {
            Action::Send(_) => responses.next().unwrap().clone(),
            Action::NeedInput(input) => given(secret(Some(&Action::<()>::NeedInput(input)))),
            Action::Wait(wait) => {
                without_pause = 0;
                now = now.max(wait.poll_at);
                Event::Continue
            }
            Action::Done(_) | Action::Failed(_) => return Ok(()),
        };
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn phone_holds(moves in moves()) {
        run(phone(&["a"]), &moves)?;
        ends(phone(&["a"]), &moves)?;
    }

    #[test]
    fn th_holds(moves in moves()) {
        run(th(&["a"]), &moves)?;
        ends(th(&["a"]), &moves)?;
    }

    #[test]
    fn listing_holds(moves in moves()) {
        let listing = || Listing::begin(&service(), &Credential::new("000092"), &terms()).unwrap();
        run(listing(), &moves)?;
        ends(listing(), &moves)?;
    }
}
