use serde_json::Value;

use super::*;
use crate::Fault;
use crate::remote::efy::{ResponseCode, Signing};
use crate::remote::{BeginError, DocumentResult, Failure, Lost, Outcome, Retry, Terms};

fn begin(mode: &str, count: u8) -> Signing {
    Signing::begin(&service(), &credential(mode), &requests(count), &Terms::new("t-1")).unwrap()
}

#[track_caller]
fn failed<D: std::fmt::Debug>(action: Action<D>) -> Failure {
    match action {
        Action::Failed(failure) => failure,
        other => panic!("not failed, but {other:?}"),
    }
}

/// Up to the request that signs with the passcode.
fn with_pin(count: u8) -> (Signing, HttpRequest) {
    let mut signing = begin("EXPLICIT/PIN", count);
    asked(log_in(&mut signing), "pin");
    let request = sent(signing.step(given(PIN), at(1)), "signing/hash");
    (signing, request)
}

/// Up to the question for the one-time code.
fn with_bill_code() -> Signing {
    let mut signing = begin("EXPLICIT/OTP-SMS", 1);
    sent(log_in(&mut signing), "signing/hash");
    let reply = r#"{"responseCode":"1007","billCode":"B-1","status":"true","signatureValue":null}"#;
    let input = asked(signing.step(ok(reply), at(1)), "otp");
    assert!(input.message.unwrap().contains("B-1"));
    signing
}

fn values(action: Action<Vec<crate::remote::DocumentOutcome>>) -> Vec<(String, Vec<u8>)> {
    let Action::Done(outcomes) = action else { panic!("not done, but {action:?}") };
    let value = |outcome: crate::remote::DocumentOutcome| match outcome.result {
        DocumentResult::Value(value) => (outcome.document, value.as_bytes().to_vec()),
        other => panic!("{other:?}"),
    };
    outcomes.into_iter().map(value).collect()
}

#[test]
fn one_digest_with_the_passcode() {
    let (mut signing, request) = with_pin(1);
    assert_eq!(request.url(), "https://api.remotesigning.vn/signing/hash");
    assert!(!request.is_repeatable());
    let bearer = request.headers().iter().find(|(name, _)| *name == "Authorization").unwrap();
    assert_eq!(bearer.1.expose(), format!("Bearer {TOKEN}"));
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "agreementUUID": "13ae13a443e2",
            "authMode": "EXPLICIT/PIN",
            "authorizeCode": PIN,
            "encryption": "RSA",
            "hash": requests(1)[0].digest_hex().unwrap(),
            "hashAlgorithm": "SHA-256",
            "mimeType": "application/sha256-binary",
        })
    );
    // 1007 next to a signature, without padding.
    let done = signing.step(ok(r#"{"responseCode":1007,"signatureValue":"AQIDBA"}"#), at(2));
    assert_eq!(values(done), [("doc-0".to_owned(), vec![1, 2, 3, 4])]);
    // It stays done, also for another process.
    assert_eq!(values(signing.step(Event::Cancelled, at(3))).len(), 1);
    assert_eq!(values(resumed(&signing).step(Event::Continue, at(4)))[0].1, [1, 2, 3, 4]);
}

#[test]
fn a_batch_comes_back_in_its_order() {
    let (mut signing, request) = with_pin(3);
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert!(body.get("hash").is_none());
    assert_eq!(body["hashs"].as_array().unwrap().len(), 3);
    let reply = r#"{"responseCode":0,"signatureValue":"","signatureValues":["AQ==","Ag\r\n==",null]}"#;
    let Action::Done(outcomes) = signing.step(ok(reply), at(2)) else { panic!() };
    let results: Vec<_> = outcomes.into_iter().map(|outcome| outcome.result).collect();
    assert!(matches!(&results[0], DocumentResult::Value(value) if value.as_bytes() == [1]));
    assert!(matches!(&results[1], DocumentResult::Value(value) if value.as_bytes() == [2]));
    assert_eq!(results[2], DocumentResult::Missing);
}

#[test]
fn another_number_of_values_belongs_to_nobody() {
    for reply in [
        r#"{"responseCode":0,"signatureValues":["AQ==","Ag=="]}"#,
        r#"{"responseCode":0,"signatureValue":"AQ=="}"#,
    ] {
        let (mut signing, _) = with_pin(3);
        let failure = failed(signing.step(ok(reply), at(2)));
        assert_eq!((failure.retry, failure.outcome), (Retry::NewTransaction, Outcome::Unknown));
        assert!(failure.message.contains("for 3 documents"), "{failure}");
        assert_eq!(failure.fault, Fault::Signer);
    }
}

#[test]
fn one_digest_with_a_one_time_code() {
    let mut signing = with_bill_code();
    assert_eq!(signing.bill_code(), Some("B-1"));
    let request = sent(signing.step(given(OTP), at(2)), "signing/hash/authorize");
    assert!(!request.is_repeatable());
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    let expected =
        serde_json::json!({"agreementUUID": "13ae13a443e2", "billCode": "B-1", "authorizeCode": OTP});
    assert_eq!(body, expected);
    let done = signing.step(ok(r#"{"responseCode":0,"signatureValue":"AQID"}"#), at(3));
    assert_eq!(values(done)[0].1, [1, 2, 3]);
}

#[test]
fn one_time_codes_sign_one_document() {
    let error = Signing::begin(&service(), &credential("explicit/otp-email"), &requests(2), &Terms::new("t"));
    assert!(matches!(error.unwrap_err(), BeginError::TooMany { most: 1, found: 2, .. }));
    let mut service = service();
    service.most_hashes = 2;
    let error = Signing::begin(&service, &credential("EXPLICIT/PIN"), &requests(3), &Terms::new("t"));
    assert!(matches!(error.unwrap_err(), BeginError::TooMany { most: 2, found: 3, .. }));
}

#[test]
fn what_is_missing_is_told_before_anything_is_sent() {
    let begin =
        |credential: &Credential| Signing::begin(&service(), credential, &requests(1), &Terms::new("t"));
    for credential in
        [Credential::default(), Credential::default().agreement_uuid(" "), credential("IMPLICIT")]
    {
        assert!(matches!(begin(&credential).unwrap_err(), BeginError::Incomplete { .. }));
    }
    // Without a mode it is the document's default.
    let mut signing = begin(&Credential::default().agreement_uuid("u")).unwrap();
    asked(log_in(&mut signing), "pin");
}

#[test]
fn a_wrong_code_is_asked_for_again_a_few_times() {
    let mut signing = with_bill_code();
    let mut asked_again = 0;
    let failure = loop {
        sent(signing.step(given(OTP), at(2)), "signing/hash/authorize");
        match signing.step(ok(r#"{"responseCode":1004,"remainingCounter":"2"}"#), at(3)) {
            Action::NeedInput(input) => {
                assert_eq!(input.attempts_left, Some(2));
                assert_eq!(input.message.as_deref(), Some("INVALID AUTHORIZATION CODE"));
                asked_again += 1;
            }
            other => break failed(other),
        }
    };
    assert_eq!(asked_again, 4);
    assert_eq!(failure.code.as_deref(), Some("1004"));
    // With none left it ends at once.
    let (mut signing, _) = with_pin(1);
    let failure = failed(signing.step(ok(r#"{"responseCode":1004,"remainingCounter":0}"#), at(3)));
    assert_eq!(failure.outcome, Outcome::Known);
    // A wrong passcode: the whole call again.
    let (mut signing, _) = with_pin(1);
    asked(signing.step(code(1004), at(2)), "pin");
    sent(signing.step(given(PIN), at(2)), "signing/hash");
}

#[test]
fn a_resumed_transaction_knows_that_its_passcode_was_refused() {
    let mut signing = begin("EXPLICIT/PIN", 1);
    assert!(!asked(log_in(&mut signing), "pin").refused);
    sent(signing.step(given(PIN), at(1)), "signing/hash");
    assert!(asked(signing.step(code(1004), at(2)), "pin").refused);
    let mut resumed: Signing = serde_json::from_str(&signing.to_json()).unwrap();
    assert!(asked(log_in(&mut resumed), "pin").refused);
}

#[test]
fn every_code_ends_as_it_says() {
    for expected in ResponseCode::ALL {
        let number = expected.number();
        let (mut signing, _) = with_pin(1);
        let action = signing.step(code(number), at(2));
        match number {
            1004 => drop(asked(action, "pin")),
            1029 => drop(sent(action, "clients/login")),
            _ => {
                let failure = failed(action);
                assert_eq!(failure.code, Some(number.to_string()));
                assert_eq!(failure.outcome, expected.outcome(), "{number}");
                let retry = match expected.retry() {
                    Retry::Poll => Retry::NewTransaction,
                    other => other,
                };
                assert_eq!(failure.retry, retry, "{number}");
                assert_eq!(failure.fault, expected.fault(), "{number}");
            }
        }
    }
    let (mut signing, _) = with_pin(1);
    let failure = failed(signing.step(code(4711), at(2)));
    assert_eq!((failure.code.as_deref(), failure.outcome), (Some("4711"), Outcome::Unknown));
    assert!(failure.response.unwrap().contains("4711"));
}

#[test]
fn a_refused_token_is_asked_for_once_more() {
    let (mut signing, _) = with_pin(1);
    sent(signing.step(response(401, "{}"), at(2)), "clients/login");
    let again = sent(signing.step(token(), at(2)), "signing/hash");
    assert!(String::from_utf8_lossy(again.body()).contains(PIN));
    let failure = failed(signing.step(response(401, "{}"), at(2)));
    assert_eq!((failure.code.as_deref(), failure.outcome), (Some("401"), Outcome::Known));
}

#[test]
fn a_refused_login_ends_it() {
    let mut signing = begin("EXPLICIT/PIN", 1);
    asked(signing.step(Event::Continue, at(0)), "service-password");
    sent(signing.step(given(PASSWORD), at(0)), "clients/login");
    let body = r#"{"error":{"statusCode":"401","name":"UnauthorizedError","message":"Invalid username or password"}}"#;
    let failure = failed(signing.step(response(401, body), at(0)));
    assert_eq!(failure.message, "Invalid username or password");
    assert_eq!(
        (&*failure.call, failure.retry, failure.fault),
        ("clients/login", Retry::Never, Fault::Caller)
    );
}

#[test]
fn a_login_that_gets_lost_is_tried_again_until_patience_ends() {
    let mut signing = begin("EXPLICIT/PIN", 1);
    signing.step(Event::Continue, at(0));
    let mut now = 0;
    let mut logins = 0;
    let mut action = signing.step(given(PASSWORD), at(now));
    let failure = loop {
        action = match action {
            Action::Send(request) => {
                assert_eq!(request.call(), "clients/login");
                logins += 1;
                let event = if logins % 2 == 0 { Event::Lost(Lost::Unknown) } else { response(503, "") };
                signing.step(event, at(now))
            }
            Action::Wait(wait) => {
                assert!(wait.poll_at > at(now) && wait.poll_at <= wait.expires_at);
                // Too early is too early.
                assert!(matches!(signing.step(Event::Continue, at(now)), Action::Wait(_)));
                now = wait.poll_at.timestamp() - at(0).timestamp();
                signing.step(Event::Continue, wait.poll_at)
            }
            Action::Failed(failure) => break failure,
            other => panic!("{other:?}"),
        };
    };
    assert_eq!((logins, now), (101, 300));
    assert_eq!((failure.outcome, failure.fault), (Outcome::Known, Fault::Io));
}

#[test]
fn what_may_be_signed_is_never_asked_for_twice() {
    for event in [Event::Lost(Lost::Unknown), Event::Continue] {
        let (mut signing, _) = with_pin(1);
        let failure = failed(signing.step(event.clone(), at(2)));
        assert_eq!((failure.retry, failure.outcome), (Retry::NewTransaction, Outcome::Unknown));
        let mut signing = with_bill_code();
        sent(signing.step(given(OTP), at(2)), "signing/hash/authorize");
        assert_eq!(failed(signing.step(event, at(3))).outcome, Outcome::Unknown);
    }
    // Neither after the process ended.
    let (signing, _) = with_pin(1);
    assert_eq!(failed(resumed(&signing).step(Event::Continue, at(2))).outcome, Outcome::Unknown);
    // What does not fit changes nothing.
    let (mut signing, _) = with_pin(1);
    let before = signing.to_json();
    for event in [Event::Notified, given(PIN)] {
        assert!(matches!(signing.step(event, at(2)), Action::Wait(_)));
        assert_eq!(signing.to_json(), before);
    }
    values(signing.step(ok(r#"{"responseCode":0,"signatureValue":"AQID"}"#), at(2)));
}

#[test]
fn what_was_not_sent_is_sent_after_a_pause() {
    let (mut signing, first) = with_pin(1);
    let Action::Wait(wait) = signing.step(Event::Lost(Lost::NotSent), at(2)) else { panic!() };
    assert_eq!(wait.poll_at, at(5));
    let again = sent(signing.step(Event::Continue, wait.poll_at), "signing/hash");
    assert_eq!(again.body(), first.body());
}

#[test]
fn after_a_resume_the_code_goes_to_the_same_transaction() {
    let mut signing = resumed(&with_bill_code());
    asked(log_in(&mut signing), "otp");
    let request = sent(signing.step(given(OTP), at(2)), "signing/hash/authorize");
    assert!(String::from_utf8_lossy(request.body()).contains("B-1"));
}

#[test]
fn whoever_declines_or_cancels_ends_it() {
    let declined = || Event::Input(Answer::Declined);
    let mut signing = with_bill_code();
    let failure = failed(signing.step(declined(), at(2)));
    assert_eq!((failure.fault, failure.outcome), (Fault::Caller, Outcome::Known));
    assert!(failure.message.contains("one-time code"));
    let mut signing = with_bill_code();
    let failure = failed(signing.step(Event::Cancelled, at(2)));
    assert_eq!((failure.fault, failure.outcome), (Fault::Caller, Outcome::Known));
    let (mut signing, _) = with_pin(1);
    assert_eq!(failed(signing.step(Event::Cancelled, at(2))).outcome, Outcome::Unknown);
    // A blank answer is none.
    let mut signing = with_bill_code();
    asked(signing.step(given("  "), at(2)), "otp");
}

#[test]
fn what_cannot_be_read_may_have_been_signed() {
    for event in [ok("<html>"), ok(""), response(500, "<html>"), response(502, ""), ok("[]")] {
        let (mut signing, _) = with_pin(1);
        assert_eq!(failed(signing.step(event, at(2))).outcome, Outcome::Unknown);
    }
    let (mut signing, _) = with_pin(1);
    assert_eq!(
        failed(signing.step(response(422, r#"{"error":{"statusCode":422}}"#), at(2))).outcome,
        Outcome::Known
    );
}

#[test]
fn digests_may_go_as_base64() {
    let mut service = service();
    service.hash_encoding = crate::remote::efy::HashEncoding::Base64;
    service.signing_app = Some("IHD".to_owned());
    let mut signing =
        Signing::begin(&service, &credential("EXPLICIT/PIN"), &requests(1), &Terms::new("t")).unwrap();
    log_in(&mut signing);
    let request = sent(signing.step(given(PIN), at(1)), "signing/hash");
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(body["hash"].as_str(), requests(1)[0].digest_base64().as_deref());
    assert_eq!(body["signingApp"], "IHD");
}

#[test]
fn what_the_service_repeats_is_not_kept() {
    // The token of a login under another name.
    let mut signing = begin("EXPLICIT/PIN", 1);
    signing.step(Event::Continue, at(0));
    signing.step(given(PASSWORD), at(0));
    failed(signing.step(ok(format!(r#"{{"jwt":"{TOKEN}"}}"#)), at(0)));
    resumed(&signing);
    let mut signing = begin("EXPLICIT/PIN", 1);
    signing.step(Event::Continue, at(0));
    signing.step(given(PASSWORD), at(0));
    failed(signing.step(ok(format!("\"{TOKEN}\"")), at(0)));
    resumed(&signing);
    // The passcode and the token, in words.
    let words = |code: u32| {
        ok(format!(r#"{{"responseCode":{code},"responseMessage":"not {PIN}","trace":"{TOKEN} {PASSWORD}"}}"#))
    };
    for code in [1004, 1002] {
        let (mut signing, _) = with_pin(1);
        signing.step(words(code), at(2));
        assert!(resumed(&signing).to_json().contains("not …"));
    }
}
