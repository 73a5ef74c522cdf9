//! SmartCA: sign, wait for the phone, poll.

use super::super::{Code, StatusBy};
use super::*;
use crate::fault::Fault;
use crate::remote::{BeginError, System};

/// Up to the first wait.
fn waiting(documents: &[&str]) -> Signing {
    let mut signing = phone(documents);
    need(signing.step(Event::Continue, at(0)), &InputKind::ServicePassword);
    send(signing.step(given(SERVICE_PASSWORD), at(0)));
    let wait = wait(signing.step(answer(200, &accepted()), at(1)));
    assert_eq!((wait.poll_at, wait.expires_at), (at(4), at(300)));
    signing
}

/// Up to `sign` under way.
fn under_way() -> Signing {
    let mut signing = phone(&["a"]);
    need(signing.step(Event::Continue, at(0)), &InputKind::ServicePassword);
    send(signing.step(given(SERVICE_PASSWORD), at(0)));
    signing
}

#[test]
fn from_the_request_to_the_values() {
    let mut signing = waiting(&["a.pdf", "b.xml"]);
    assert_eq!((signing.transaction_id(), signing.tran_code()), ("SP_CA_123456", Some("acd9be84")));
    let due = wait(signing.step(Event::Continue, at(3)));
    assert_eq!(due.message.as_deref(), Some("confirm in the VNPT SmartCA app, which shows a.pdf, b.xml"));
    assert_eq!(due.verification_code, None);
    let request = send(signing.step(Event::Continue, at(4)));
    assert_eq!(request.url(), "https://ca.example/sca/sp769/v1/signatures/sign/SP_CA_123456/status");
    assert_eq!((request.body(), request.is_repeatable()), (&b"{}"[..], true));
    // No values, and whatever else it says: nobody has confirmed.
    assert_eq!(wait(signing.step(answer(200, &accepted()), at(4))).poll_at, at(7));
    send(signing.step(Event::Continue, at(7)));
    assert_eq!(wait(signing.step(answer(200, &signatures(&[])), at(7))).poll_at, at(10));
    // Another process goes on without any secret.
    let mut signing = resumed(&signing);
    send(signing.step(Event::Continue, at(10)));
    let values_of = signatures(&[("b.xml", "AQ\r\nID"), ("a.pdf", "BAUG"), ("else", "AAAA")]);
    let outcomes = done(signing.step(answer(200, &values_of), at(11)));
    assert_eq!(values(&outcomes), [("a.pdf", Some(&[4, 5, 6][..])), ("b.xml", Some(&[1, 2, 3][..]))]);
    let mut signing = resumed(&signing);
    assert_eq!(done(signing.step(Event::Continue, at(12))), outcomes);
}

#[test]
fn part_of_a_batch() {
    let mut signing = waiting(&["a", "b", "c"]);
    send(signing.step(Event::Notified, at(2)));
    let list = json!([{ "doc_id": "c", "signature_value": "no*base64" }, { "doc_id": "b", "signature_value": null },
        { "doc_id": "a", "signature_value": "AQID" }, { "doc_id": "a", "signature_value": "BAUG" }]);
    let body = json!({ "status_code": "200", "data": { "signatures": list } });
    let outcomes = done(signing.step(answer(200, &body), at(2)));
    assert_eq!(values(&outcomes), [("a", Some(&[1, 2, 3][..])), ("b", None), ("c", None)]);
    assert_eq!(outcomes[1].result, DocumentResult::Missing);
    assert!(matches!(outcomes[2].result, DocumentResult::Unreadable { .. }));
}

#[test]
fn a_request_that_may_have_arrived_is_never_sent_again() {
    // Lost on the way, or the process died: either way only the status is asked for.
    let mut lost = under_way();
    wait(lost.step(Event::Lost(Lost::Unknown), at(30)));
    let request = send(lost.step(Event::Continue, at(33)));
    assert_eq!(request.call(), "v1/signatures/sign/{tranId}/status");
    let mut crashed = resumed(&under_way());
    assert_eq!(send(crashed.step(Event::Continue, at(33))).call(), "v1/signatures/sign/{tranId}/status");

    // It takes a while until the service knows it, and then it has it.
    for signing in [&mut lost, &mut crashed] {
        wait(signing.step(answer(400, &code(400, "transaction not found")), at(34)));
        send(signing.step(Event::Continue, at(37)));
        let outcomes = done(signing.step(answer(200, &signatures(&[("a", "AQID")])), at(38)));
        assert_eq!(values(&outcomes), [("a", Some(&[1, 2, 3][..]))]);
    }
}

#[test]
fn a_transaction_that_never_shows_up_ends_in_doubt() {
    let mut signing = resumed(&under_way());
    send(signing.step(Event::Continue, at(10)));
    wait(signing.step(answer(400, &code(400, "transaction not found")), at(11)));
    send(signing.step(Event::Continue, at(40)));
    let failure = failed(signing.step(answer(400, &code(400, "transaction not found")), at(40)));
    assert_eq!(gist(&failure), (Some("400"), Retry::NewTransaction, Outcome::Unknown));
    assert!(failure.response.unwrap().contains("transaction not found"));
}

#[test]
fn a_request_that_never_left_is_sent_again() {
    let mut signing = under_way();
    assert_eq!(wait(signing.step(Event::Lost(Lost::NotSent), at(1))).poll_at, at(4));
    assert_eq!(send(signing.step(Event::Continue, at(4))).call(), "v1/signatures/sign");
    wait(signing.step(Event::Lost(Lost::NotSent), at(290)));
    // After a resume the password is asked for again.
    let mut signing = resumed(&signing);
    need(signing.step(Event::Continue, at(293)), &InputKind::ServicePassword);
    assert_eq!(send(signing.step(given(SERVICE_PASSWORD), at(293))).call(), "v1/signatures/sign");
    let failure = failed(signing.step(Event::Lost(Lost::NotSent), at(300)));
    assert_eq!(gist(&failure), (None, Retry::NewTransaction, Outcome::Known));
}

#[test]
fn codes_of_sign() {
    let sign = |status: u16, body: &Value| under_way().step(answer(status, body), at(1));
    let refused = [
        (400, Retry::Never, Fault::Caller),
        (401, Retry::Never, Fault::Caller),
        (403, Retry::Never, Fault::Caller),
        (404, Retry::Never, Fault::Caller),
        (429, Retry::NewTransaction, Fault::Signer),
    ];
    for (number, retry, fault) in refused {
        let http = u16::try_from(number).unwrap();
        for action in [sign(200, &code(number, "vì thế")), sign(http, &code(number, "vì thế"))] {
            let failure = failed(action);
            let text = number.to_string();
            assert_eq!(gist(&failure), (Some(text.as_str()), retry, Outcome::Known));
            assert_eq!((failure.fault, failure.message.as_str()), (fault, "vì thế"));
            assert_eq!((failure.system, &*failure.call), (System::Vnpt, "v1/signatures/sign"));
        }
    }
    let unknown = failed(sign(200, &code(1003, "")));
    assert_eq!(gist(&unknown), (Some("1003"), Retry::NewTransaction, Outcome::Unknown));
    assert_eq!(unknown.message, "the service answers 1003");
    let expired = failed(sign(200, &code(4001, "")));
    assert_eq!(gist(&expired), (Some("4001"), Retry::NewTransaction, Outcome::Known));
    // What leaves open whether it was accepted leads to polling.
    for body in [code(500, "SERVER_INTERNAL_ERROR"), json!({}), json!([]), json!("x"), json!({ "data": 7 })] {
        wait(sign(200, &body));
    }
    for status in [408, 500, 502, 504] {
        wait(sign(status, &json!({ "status_code": 200 })));
    }
    wait(under_way().step(text(200, "<html>"), at(1)));
    // A code that only the HTTP status has.
    assert_eq!(
        failed(under_way().step(text(401, "<html>"), at(1))).message,
        "the service answers 401 SP_CREDENTIAL_INVALID"
    );
}

#[test]
fn codes_of_status() {
    let poll = |status: u16, body: &Value| {
        let mut signing = waiting(&["a"]);
        send(signing.step(Event::Continue, at(4)));
        signing.step(answer(status, body), at(5))
    };
    for number in [400, 401, 403, 9999] {
        let failure = failed(poll(200, &code(number, "m")));
        let text = number.to_string();
        assert_eq!(gist(&failure), (Some(text.as_str()), Retry::NewTransaction, Outcome::Unknown));
        assert!(failure.response.unwrap().contains("\"m\""));
    }
    for (status, number) in
        [(500, 500), (200, 500), (429, 200), (502, 200), (503, 200), (504, 200), (200, 4000)]
    {
        assert_eq!(wait(poll(status, &code(number, "later"))).poll_at, at(8));
    }
    // The earlier interface's words, wherever they stand.
    for body in [code(4002, "từ chối"), json!({ "status": 4002 }), json!({ "data": { "status": "4002" } })]
    {
        let outcomes = done(poll(200, &body));
        let DocumentResult::Rejected { code, .. } = &outcomes[0].result else { panic!("{outcomes:?}") };
        assert_eq!(code.as_deref(), Some("4002"));
    }
    let failure = failed(poll(200, &json!({ "status_code": 200, "data": { "tran_status": 4001 } })));
    assert_eq!(gist(&failure), (Some("4001"), Retry::NewTransaction, Outcome::Known));
    assert_eq!(failure.message, "the signer did not confirm in time");
    wait(poll(200, &json!({ "status_code": 200, "data": { "status": 1 } })));
    assert_eq!(Code::Rejected.number(), 4002);
}

#[test]
fn patience_ends_with_one_last_poll() {
    let mut signing = waiting(&["a"]);
    send(signing.step(Event::Continue, at(298)));
    assert_eq!(wait(signing.step(answer(200, &accepted()), at(299))).poll_at, at(300));
    send(signing.step(Event::Continue, at(400)));
    let failure = failed(signing.step(answer(200, &accepted()), at(400)));
    assert_eq!(gist(&failure), (None, Retry::Poll, Outcome::Unknown));
    // Whoever goes on later asks once, and may still find the values.
    let mut late = resumed(&signing);
    send(late.step(Event::Continue, at(500)));
    assert_eq!(failed(late.step(Event::Lost(Lost::Unknown), at(501))).retry, Retry::Poll);
    send(late.step(Event::Notified, at(600)));
    assert_eq!(done(late.step(answer(200, &signatures(&[("a", "AQID")])), at(600))).len(), 1);
}

#[test]
fn trouble_that_outlives_patience_is_told() {
    let mut signing = waiting(&["a"]);
    send(signing.step(Event::Continue, at(4)));
    wait(signing.step(text(200, "{"), at(4)));
    send(signing.step(Event::Continue, at(300)));
    let failure = failed(signing.step(answer(503, &code(503, "bảo trì")), at(301)));
    assert_eq!(gist(&failure), (Some("503"), Retry::Poll, Outcome::Unknown));
    assert_eq!(failure.message, "bảo trì");
}

#[test]
fn notifications_do_not_flood_the_service() {
    let mut signing = waiting(&["a"]);
    send(signing.step(Event::Notified, at(2)));
    wait(signing.step(answer(200, &accepted()), at(2)));
    assert_eq!(wait(signing.step(Event::Notified, at(2))).poll_at, at(3));
    send(signing.step(Event::Notified, at(3)));
    // A hint in another process than the one that sent.
    assert!(send(resumed(&under_way()).step(Event::Notified, at(5))).is_repeatable());
}

#[test]
fn cancelling() {
    let mut signing = phone(&["a"]);
    let failure = failed(signing.step(Event::Cancelled, at(0)));
    assert_eq!(
        (gist(&failure), failure.fault),
        ((None, Retry::NewTransaction, Outcome::Known), Fault::Caller)
    );
    // The phone may confirm all the same.
    let mut signing = waiting(&["a"]);
    let failure = failed(signing.step(Event::Cancelled, at(2)));
    assert_eq!((gist(&failure), failure.fault), ((None, Retry::Poll, Outcome::Unknown), Fault::Caller));
    send(resumed(&signing).step(Event::Continue, at(3)));
    let mut signing = under_way();
    assert_eq!(failed(signing.step(Event::Cancelled, at(2))).outcome, Outcome::Unknown);
    assert!(send(signing.step(Event::Continue, at(3))).is_repeatable());
    wait(signing.step(answer(400, &code(400, "not found")), at(4)));
    let mut signing = phone(&["a"]);
    need(signing.step(Event::Continue, at(0)), &InputKind::ServicePassword);
    let failure = failed(signing.step(Event::Input(Answer::Declined), at(0)));
    assert_eq!(failure.message, "the relying party's password is needed and was not given");
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let mut signing = phone(&["a"]);
    let stray = [Event::Lost(Lost::NotSent), answer(200, &accepted()), given("x"), Event::Notified];
    for event in stray.clone() {
        need(signing.step(event, at(0)), &InputKind::ServicePassword);
    }
    let mut signing = under_way();
    let before = signing.to_json();
    wait(signing.step(given("x"), at(1)));
    assert_eq!(signing.to_json(), before);
    let mut signing = waiting(&["a"]);
    let before = signing.to_json();
    for event in [Event::Lost(Lost::Unknown), answer(200, &signatures(&[("a", "AQID")])), given("x")] {
        assert_eq!(wait(signing.step(event, at(2))).poll_at, at(4));
    }
    assert_eq!(signing.to_json(), before);
}

#[test]
fn the_other_id_and_odd_ones() {
    let mut service = service();
    service.status_by = StatusBy::TranCode;
    let mut signing = Signing::begin(&service, &credential(), &requests(&["a"]), &terms()).unwrap();
    need(signing.step(Event::Continue, at(0)), &InputKind::ServicePassword);
    send(signing.step(given(SERVICE_PASSWORD), at(0)));
    let body = json!({ "status_code": 200, "data": { "tran_code": "../ấ?#" , "transaction_id": 7 } });
    wait(signing.step(answer(200, &body), at(1)));
    // No letter or digit of ASCII in it: the relying party's own stays.
    assert!(send(signing.step(Event::Continue, at(4))).url().ends_with("/sign/SP_CA_123456/status"));
    let mut signing = under_way();
    let body = json!({ "status_code": 200, "data": { "transaction_id": "a/../b ?#%" } });
    wait(signing.step(answer(200, &body), at(1)));
    assert!(
        send(signing.step(Event::Continue, at(4))).url().ends_with("/sign/a%2F..%2Fb%20%3F%23%25/status")
    );
}

#[test]
fn what_cannot_begin() {
    let begin = |service: &Service, credential: &Credential, requests: &[SigningRequest], id: &str| {
        Signing::begin(service, credential, requests, &Terms::new(id)).unwrap_err()
    };
    let one = requests(&["a"]);
    let incomplete = |error| matches!(error, BeginError::Incomplete { system: System::Vnpt, .. });
    assert!(incomplete(begin(&Service::new("", "a"), &credential(), &one, "a")));
    assert!(incomplete(begin(&Service::new("https://a", ""), &credential(), &one, "a")));
    assert!(incomplete(begin(&service(), &Credential::new(""), &one, "a")));
    assert!(incomplete(begin(&service(), &credential(), &requests(&[" "]), "a")));
    for id in ["", "a/b", "ấ", &"a".repeat(65)] {
        assert!(incomplete(begin(&service(), &credential(), &one, id)), "{id}");
    }
    assert_eq!(begin(&service(), &credential(), &[], "a"), BeginError::Empty);
    let ecdsa = requests_for("p256", DigestAlgorithm::Sha256, DIGEST, &["a"]);
    assert!(matches!(begin(&service(), &credential(), &ecdsa, "a"), BeginError::Algorithm { .. }));
    let sha512 = requests_for("rsa2048", DigestAlgorithm::Sha512, &DIGEST.repeat(2), &["a"]);
    assert!(matches!(begin(&service(), &credential(), &sha512, "a"), BeginError::Algorithm { .. }));
    let mut small = service();
    small.most_documents = 1;
    let two = requests(&["a", "b"]);
    assert!(matches!(begin(&small, &credential(), &two, "a"), BeginError::TooMany { most: 1, .. }));
    let bare = Credential::new("000092");
    let error = ThSigning::begin(&service(), &bare, &one, &terms()).unwrap_err();
    assert!(matches!(error, BeginError::Incomplete { system: System::VnptTh, .. }));
}

#[test]
fn states_of_the_two_systems_are_not_mixed_up() {
    let error = serde_json::from_str::<ThSigning>(&phone(&["a"]).to_json()).unwrap_err();
    assert!(error.to_string().contains("a state of the system vnpt, not vnpt-th"), "{error}");
    assert!(serde_json::from_str::<Signing>(&th(&["a"]).to_json()).is_err());
    resumed(&th(&["a"]));
}

#[test]
fn long_batches_are_named_in_part() {
    let ids: Vec<String> = (1..=22).map(|n| format!("d{n}")).collect();
    let mut signing = waiting(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let message = wait(signing.step(Event::Continue, at(2))).message.unwrap();
    assert!(message.ends_with("d19, d20 and 2 more"), "{message}");
}
