//! SmartCA TH: a code opens, the SAD confirms.

use super::*;

const SAD: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9";

fn opened() -> Value {
    json!({ "status_code": 200, "message": "sig_wait_for_user_confirm", "data":
        { "transaction_id": "67975bcc", "tran_code": "b40d5ec4", "sad": SAD, "expired_in": 299 } })
}

/// Up to `v2/signatures/sign` under way.
fn signing() -> ThSigning {
    let mut signing = th(&["a"]);
    need(signing.step(Event::Continue, at(0)), &InputKind::ServicePassword);
    need(signing.step(given(SERVICE_PASSWORD), at(0)), &InputKind::UserPassword);
    need(signing.step(given(USER_PASSWORD), at(0)), &InputKind::Otp);
    assert_eq!(send(signing.step(given(OTP), at(0))).call(), "v2/signatures/sign");
    signing
}

/// Up to `v2/signatures/confirm` under way.
fn confirming() -> ThSigning {
    let mut signing = signing();
    assert_eq!(send(signing.step(answer(200, &opened()), at(1))).call(), "v2/signatures/confirm");
    assert!(!signing.to_json().contains(SAD));
    signing
}

#[test]
fn from_the_code_to_the_values() {
    let mut signing = confirming();
    let outcomes = done(signing.step(answer(200, &signatures(&[("a", "AQID")])), at(2)));
    assert_eq!(values(&outcomes), [("a", Some(&[1, 2, 3][..]))]);
    assert_eq!(done(resumed(&signing).step(Event::Continue, at(3))), outcomes);
}

#[test]
fn a_wrong_code_may_be_given_again_twice() {
    let mut signing = signing();
    let wrong = code(401, "OTP không đúng, mã 249560");
    for _ in 0..2 {
        let message = need(signing.step(answer(200, &wrong), at(1)), &InputKind::Otp);
        // The service repeats the code; the message does not.
        assert_eq!(message.as_deref(), Some("OTP không đúng, mã …"));
        resumed(&signing);
        assert_eq!(send(signing.step(given(OTP), at(2))).call(), "v2/signatures/sign");
    }
    let failure = failed(signing.step(answer(200, &wrong), at(3)));
    assert_eq!(gist(&failure), (Some("401"), Retry::Never, Outcome::Known));
    assert!(!failure.response.unwrap().contains(OTP));
}

#[test]
fn a_wrong_password_is_asked_for_with_a_fresh_code() {
    let mut signing = signing();
    let wrong = code(401, "SP_CREDENTIAL_INVALID: Mật khẩu không đúng");
    need(signing.step(answer(401, &wrong), at(1)), &InputKind::UserPassword);
    // Whoever goes on with it in another process knows that much, and that the code was not at fault.
    let mut other = resumed(&signing);
    need(other.step(Event::Continue, at(1)), &InputKind::ServicePassword);
    let again = other.step(given(SERVICE_PASSWORD), at(1));
    assert!(matches!(again, Action::NeedInput(Input { kind: InputKind::UserPassword, refused: true, .. })));
    let again = other.step(given(USER_PASSWORD), at(1));
    assert!(matches!(again, Action::NeedInput(Input { kind: InputKind::Otp, refused: false, .. })));
    need(signing.step(given(USER_PASSWORD), at(1)), &InputKind::Otp);
    send(signing.step(given(OTP), at(1)));
    // The relying party's own password is not asked for again: nobody types it.
    let failure = failed(signing.step(answer(401, &code(401, "sp_password invalid")), at(1)));
    assert_eq!(failure.retry, Retry::Never);
}

#[test]
fn patience_does_not_run_while_a_code_is_asked_for() {
    let mut signing = signing();
    need(signing.step(answer(200, &code(401, "otp")), at(1)), &InputKind::Otp);
    send(signing.step(given(OTP), at(4000)));
    send(signing.step(answer(200, &opened()), at(4001)));
}

#[test]
fn a_lost_confirmation_is_polled_for() {
    let poll = |mut signing: ThSigning, event: Event| {
        let action = signing.step(event, at(10));
        let request = if matches!(action, Action::Wait(_)) {
            send(signing.step(Event::Continue, at(13)))
        } else {
            send(action)
        };
        assert!(request.url().ends_with("/v1/signatures/sign/67975bcc/status"), "{}", request.url());
        signing
    };
    let lost = poll(confirming(), Event::Lost(Lost::Unknown));
    let broken = poll(confirming(), answer(500, &code(500, "SERVER_INTERNAL_ERROR")));
    let unreadable = poll(confirming(), text(200, "{\"status_code\":200,\"data\":[]"));
    let crashed = poll(resumed(&confirming()), Event::Continue);
    for mut signing in [lost, broken, unreadable, crashed] {
        assert_eq!(done(signing.clone().step(answer(200, &signatures(&[("a", "AQID")])), at(14))).len(), 1);
        wait(signing.step(answer(200, &accepted()), at(14)));
        send(signing.step(Event::Continue, at(300)));
        let failure = failed(signing.step(answer(200, &accepted()), at(300)));
        assert_eq!(gist(&failure).1, Retry::Poll);
        assert_eq!(failure.outcome, Outcome::Unknown);
    }
}

#[test]
fn a_confirmation_that_never_left_is_sent_again_while_the_sad_lives() {
    let mut signing = confirming();
    assert_eq!(wait(signing.step(Event::Lost(Lost::NotSent), at(2))).poll_at, at(5));
    assert_eq!(send(signing.step(Event::Continue, at(5))).call(), "v2/signatures/confirm");
    wait(signing.step(Event::Lost(Lost::NotSent), at(290)));
    // The SAD is gone after a resume, and too old at 300; either way nothing was signed.
    let failure = failed(resumed(&signing).step(Event::Continue, at(300)));
    assert_eq!(gist(&failure), (None, Retry::NewTransaction, Outcome::Known));
    let failure = failed(resumed(&signing).step(Event::Continue, at(299)));
    let failure = if failure.message.contains("SAD") { failure } else { panic!("{failure}") };
    assert_eq!(gist(&failure), (None, Retry::NewTransaction, Outcome::Known));
    assert!(failed(signing.step(Event::Continue, at(300))).message.contains("expired"));
}

#[test]
fn a_lost_opening_cannot_be_confirmed() {
    let mut signing = signing();
    wait(signing.step(Event::Lost(Lost::Unknown), at(10)));
    let request = send(signing.step(Event::Continue, at(13)));
    assert!(request.url().ends_with("/sign/SP_CA_123456/status"));
    wait(signing.step(answer(200, &accepted()), at(13)));
    send(signing.step(Event::Continue, at(40)));
    let failure = failed(signing.step(answer(200, &accepted()), at(40)));
    assert_eq!(gist(&failure), (None, Retry::NewTransaction, Outcome::Unknown));
    assert_eq!(failure.call, "v2/signatures/sign");
}

/// The program died with the confirmation under way, and the service never got it: asking for ever would
/// leave the documents without a way to their signatures.
#[test]
fn what_nobody_can_confirm_any_longer_is_not_asked_for_ever() {
    let mut signing = resumed(&confirming());
    send(signing.step(Event::Continue, at(10)));
    // As long as the SAD lives, the confirmation may be on its way.
    let pending = || answer(200, &accepted());
    wait(signing.step(pending(), at(10)));
    send(signing.step(Event::Continue, at(300)));
    let failure = failed(signing.step(pending(), at(301)));
    assert_eq!(gist(&failure), (None, Retry::Poll, Outcome::Unknown));
    let mut signing = resumed(&signing);
    send(signing.step(Event::Continue, at(400)));
    let failure = failed(signing.step(pending(), at(400)));
    assert_eq!(gist(&failure), (None, Retry::NewTransaction, Outcome::Unknown));
    assert_eq!(failed(signing.step(Event::Continue, at(500))), failure);
}

#[test]
fn an_opening_that_never_left_takes_a_fresh_code() {
    let mut signing = signing();
    wait(signing.step(Event::Lost(Lost::NotSent), at(1)));
    let message = need(signing.step(Event::Continue, at(4)), &InputKind::Otp).unwrap();
    assert!(message.contains("not reached"), "{message}");
    send(signing.step(given(OTP), at(4)));
}

#[test]
fn refused_confirmations() {
    for (number, retry, outcome) in [
        (400, Retry::Never, Outcome::Known),
        (401, Retry::Never, Outcome::Known),
        (403, Retry::Never, Outcome::Known),
        (1003, Retry::NewTransaction, Outcome::Unknown),
    ] {
        let failure = failed(confirming().step(answer(200, &code(number, "SAD expired")), at(2)));
        let text = number.to_string();
        assert_eq!(gist(&failure), (Some(text.as_str()), retry, outcome));
        assert_eq!(failure.call, "v2/signatures/confirm");
    }
    // Accepted, without values yet.
    let mut signing = confirming();
    wait(signing.step(answer(200, &code(200, "Success")), at(2)));
    assert!(send(signing.step(Event::Continue, at(5))).is_repeatable());
}

#[test]
fn without_a_sad_the_phone_confirms() {
    let mut signing = signing();
    wait(signing.step(answer(200, &accepted()), at(1)));
    send(signing.step(Event::Continue, at(4)));
    assert_eq!(done(signing.step(answer(200, &signatures(&[("a", "AQID")])), at(5))).len(), 1);
}

#[test]
fn cancelling() {
    let mut signing = confirming();
    wait(signing.step(Event::Lost(Lost::NotSent), at(2)));
    assert_eq!(failed(signing.step(Event::Cancelled, at(3))).outcome, Outcome::Known);
    let failure = failed(confirming().step(Event::Cancelled, at(3)));
    assert_eq!((failure.retry, failure.outcome), (Retry::Poll, Outcome::Unknown));
}
