//! Whatever happens, in whatever order: no panic, no second signature, no secret in the state.

use proptest::prelude::*;

use super::*;
use crate::remote::efy::{FileSigning, FileToSign, Listing, Signing};
use crate::remote::{Lost, Terms};

/// A response of a service that may be anything.
fn responses() -> impl Strategy<Value = (u16, String)> {
    let login = Just(format!(r#"{{"token":"{TOKEN}"}}"#));
    let good = prop_oneof![
        Just(r#"{"responseCode":1007,"billCode":"B-1"}"#.to_owned()),
        Just(r#"{"responseCode":1007,"signatureValue":"AQID","billCode":"B-2"}"#.to_owned()),
        Just(r#"{"responseCode":0,"signatureValues":["AQ","Ag=="]}"#.to_owned()),
        Just(r#"{"responseCode":0,"signedFileData":"AQID","mimeType":"application/pdf"}"#.to_owned()),
        Just(r#"{"signedFiles":[{"base64":"AQID","mimeType":"application/pdf"}]}"#.to_owned()),
        (990_u32..1035, 0_u32..3).prop_map(|(code, left)| format!(
            r#"{{"responseCode":"{code}","billCode":"B-3","remainingCounter":{left}}}"#
        )),
        Just(r#"{"error":{"statusCode":"401","message":"no"}}"#.to_owned()),
    ];
    let status = prop_oneof![8 => Just(200_u16), 1 => Just(401), 1 => Just(503), 1 => 200_u16..600];
    let garbled = (good.clone(), any::<prop::sample::Index>(), any::<char>()).prop_map(|(text, at, put)| {
        let mut characters: Vec<char> = text.chars().collect();
        let at = at.index(characters.len());
        characters[at] = put;
        characters.into_iter().collect()
    });
    let cut = (good.clone(), any::<prop::sample::Index>())
        .prop_map(|(text, at)| text[..at.index(text.len())].to_owned());
    (status, prop_oneof![2 => login, 6 => good, 1 => garbled, 1 => cut, 1 => ".{0,40}"])
}

fn events() -> impl Strategy<Value = (Event, i64)> {
    let event = prop_oneof![
        3 => Just(Event::Continue),
        12 => responses().prop_map(|(status, body)| response(status, body)),
        1 => Just(Event::Lost(Lost::NotSent)),
        1 => Just(Event::Lost(Lost::Unknown)),
        8 => prop::sample::select(vec![PASSWORD, PIN, OTP, ""]).prop_map(given),
        1 => Just(Event::Notified),
    ];
    let rare =
        prop_oneof![40 => event, 1 => Just(Event::Cancelled), 1 => Just(Event::Input(Answer::Declined))];
    (rare, prop_oneof![3 => Just(0_i64), 2 => 0_i64..10, 1 => 0_i64..400])
}

/// The next event as somebody would send it who keeps to the rules.
fn fitting<D>(last: Option<&Action<D>>, (event, seconds): (Event, i64)) -> (Event, i64) {
    let fits = matches!(
        (&event, last),
        (Event::Response(_) | Event::Lost(_), Some(Action::Send(_)))
            | (Event::Input(_), Some(Action::NeedInput(_)))
            | (Event::Cancelled | Event::Notified, _)
    );
    match last {
        Some(Action::NeedInput(_)) if !fits => (given(PIN), seconds),
        Some(Action::Send(_)) if !fits => (token(), seconds),
        _ => (event, seconds),
    }
}

/// Whether an answer says for certain that nothing was signed, and one may ask again.
fn refuses(response: &HttpResponse) -> bool {
    let body = String::from_utf8_lossy(response.body());
    response.status() == 401 || body.contains("1004") || body.contains("1029")
}

fn costs(call: &str) -> bool {
    matches!(call, "signing/hash" | "signing/hash/authorize" | "signing/file" | "signing/file/authorize")
}

fn play<F>(mut flow: F, events: Vec<(Event, i64)>, orderly: bool)
where
    F: Flow + serde::de::DeserializeOwned,
    F::Done: std::fmt::Debug,
{
    let mut now = 0;
    let mut last: Option<Action<F::Done>> = None;
    let mut in_flight: Option<&'static str> = None;
    // Calls that were sent and may not be sent again.
    let mut spent: Vec<&'static str> = Vec::new();
    for event in events {
        let (event, seconds) = if orderly { fitting(last.as_ref(), event) } else { event };
        now += seconds;
        match &event {
            Event::Lost(Lost::NotSent) => spent.retain(|call| Some(*call) != in_flight),
            Event::Response(response) if refuses(response) => spent.retain(|call| Some(*call) != in_flight),
            _ => {}
        }
        if matches!(event, Event::Response(_) | Event::Lost(_) | Event::Continue) {
            in_flight = None;
        }
        let action = flow.step(event, at(now));
        if let Action::Send(request) = &action {
            assert!(!spent.contains(&request.call()), "{} is sent twice", request.call());
            assert_eq!(request.is_repeatable(), !costs(request.call()));
            in_flight = Some(request.call());
            if costs(request.call()) {
                spent.push(request.call());
            }
        }
        if let Action::Wait(wait) = &action {
            assert!(wait.poll_at > at(now));
        }
        resumed(&flow);
        last = Some(action);
    }
}

/// Answers at once, without time passing: it must come to an end, or wait.
fn rush<F: Flow>(mut flow: F, answers: Vec<(u16, String)>) {
    let mut answers = answers.into_iter().cycle();
    let mut action = flow.step(Event::Continue, at(0));
    for _ in 0..60 {
        action = match action {
            Action::Send(_) => {
                let (status, body) = answers.next().unwrap();
                flow.step(response(status, body), at(0))
            }
            Action::NeedInput(_) => flow.step(given(OTP), at(0)),
            Action::Wait(_) | Action::Done(_) | Action::Failed(_) => return,
        };
    }
    panic!("it goes on for ever");
}

fn signing(mode: &str) -> Signing {
    let count = if mode == "EXPLICIT/PIN" { 2 } else { 1 };
    Signing::begin(&service(), &credential(mode), &requests(count), &Terms::new("t")).unwrap()
}

fn file_signing(mode: &str) -> FileSigning {
    let file = FileToSign::new(*b"%PDF-1.7", "application/pdf");
    let terms = Terms::new("t").description("d");
    FileSigning::begin(&service(), &credential(mode), &file, &terms).unwrap()
}

fn modes() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["EXPLICIT/PIN", "EXPLICIT/OTP-SMS", "EXPLICIT/OTP-EMAIL"])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn signing_survives(mode in modes(), events in prop::collection::vec(events(), 1..60), orderly: bool) {
        play(signing(mode), events, orderly);
    }

    #[test]
    fn file_signing_survives(mode in modes(), events in prop::collection::vec(events(), 1..60), orderly: bool) {
        play(file_signing(mode), events, orderly);
    }

    #[test]
    fn listing_survives(events in prop::collection::vec(events(), 1..40), orderly: bool) {
        play(Listing::begin(&service(), &credential("EXPLICIT/PIN"), &Terms::new("t")).unwrap(), events, orderly);
    }

    #[test]
    fn nothing_spins(mode in modes(), answers in prop::collection::vec(responses(), 1..12)) {
        rush(signing(mode), answers.clone());
        rush(file_signing(mode), answers.clone());
        rush(Listing::begin(&service(), &credential(mode), &Terms::new("t")).unwrap(), answers);
    }
}
