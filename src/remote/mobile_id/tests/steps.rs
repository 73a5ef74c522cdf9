//! One step after another.

use super::*;
use crate::fault::Fault;
use crate::remote::failure::{Failure, Outcome, Retry};
use crate::remote::flow::{DocumentResult, Lost};
use crate::remote::items::BeginError;

fn failed(action: Action<Vec<DocumentOutcome>>) -> Failure {
    match action {
        Action::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_requests_of_a_signature_with_a_pin() {
    let mut flow = signing(Dialect::V1, "EXPLICIT/PIN", 2);
    let login = to_request(&mut flow, Event::Continue, now());
    let credential = header(&login, "Authorization").unwrap();
    let ssl2 = credential.strip_prefix("SSL2 ").unwrap().split(", Basic ").next().unwrap();
    let ssl2 = String::from_utf8(STANDARD.decode(ssl2).unwrap()).unwrap();
    assert_eq!(ssl2, "mobile:kept-password:kept-signature:1800000000000:kept-pkcs1");
    assert!(login.is_repeatable());
    let info_request = to_request(&mut flow, ok(LOGIN), now());
    assert_eq!(body(&info_request)["thumbprint"], "0042");
    assert_eq!(header(&info_request, "Authorization"), Some("Bearer kept-access-token"));

    let authorize = to_request(&mut flow, ok(&info(5)), now());
    assert_eq!((authorize.call(), authorize.is_repeatable()), ("credentials/authorize", false));
    let sent = body(&authorize);
    assert_eq!((&sent["numSignatures"], &sent["authorizeCode"]), (&2.into(), &"kept-pin-4711".into()));
    let hash = requests(1)[0].digest_base64().unwrap();
    assert_eq!((&sent["hash"][0], &sent["hashAlgorithm"]), (&hash.into(), &"sha-256".into()));
    assert_eq!(header(&authorize, "rssp-entity-name"), None);

    let sign = to_request(&mut flow, ok(SAD), now());
    assert_eq!(
        (sign.url(), sign.is_repeatable()),
        ("https://rssp.example/rssp/v1/signature/signHash", false)
    );
    assert_eq!(header(&sign, "rssp-entity-name"), Some("node-7"));
    assert_eq!(body(&sign)["SAD"], "kept-sad");
    let revoke = to_request(&mut flow, ok(&values(2)), now());
    assert_eq!((revoke.call(), &body(&revoke)["tokenType"]), ("auth/revoke", &2.into()));
    let outcomes = done(flow.step(Event::Lost(Lost::Unknown), now()));
    assert!(outcomes.iter().all(|outcome| matches!(outcome.result, DocumentResult::Value(_))));
    // It is over, whatever happens.
    assert_eq!(done(flow.step(Event::Cancelled, now())), outcomes);
    let mut again: Signing = serde_json::from_str(&flow.to_json()).unwrap();
    assert_eq!(done(again.step(Event::Continue, now())), outcomes);
}

#[test]
fn hashes_may_be_hexadecimal_and_ids_numbers() {
    let mut other = service(Dialect::V1);
    other.hash_encoding = HashEncoding::Hex;
    other.credential_key = CredentialKey::CertificateId;
    other.sign_hash_path = Some("signatures/signHash".to_owned());
    let terms = Terms::new("1");
    let mut flow = Signing::begin(&other, &credential("EXPLICIT/PIN"), &requests(1), &terms).unwrap();
    let sent = body(&to_authorize(&mut flow, 5));
    assert_eq!((&sent["certificateID"], sent.get("thumbprint")), (&42.into(), None));
    assert_eq!(sent["hash"][0], requests(1)[0].digest_hex().unwrap());
    assert!(to_request(&mut flow, ok(SAD), now()).url().ends_with("/v1/signatures/signHash"));
}

#[test]
fn a_lost_answer_to_signing_is_never_asked_for_again() {
    for event in [Event::Lost(Lost::Unknown), Event::Continue, status(500, ""), status(200, "<html>")] {
        let mut flow = signing(Dialect::V1, "EXPLICIT/PIN", 1);
        to_authorize(&mut flow, 5);
        assert_eq!(to_request(&mut flow, ok(SAD), now()).call(), "signature/signHash");
        assert_eq!(to_request(&mut flow, event, now()).call(), "auth/revoke");
        let failure = failed(flow.step(ok(r#"{"responseCode":0}"#), now()));
        assert_eq!((failure.outcome, failure.retry), (Outcome::Unknown, Retry::NewTransaction));
    }
    // After a crash there is no SAD to take back.
    let mut flow = signing(Dialect::V1, "EXPLICIT/PIN", 1);
    to_authorize(&mut flow, 5);
    to_request(&mut flow, ok(SAD), now());
    let mut resumed: Signing = serde_json::from_str(&flow.to_json()).unwrap();
    assert_eq!(failed(resumed.step(Event::Continue, now())).outcome, Outcome::Unknown);
}

#[test]
fn a_resumed_transaction_knows_what_was_refused() {
    // The first question of a kind: whether that was refused before.
    fn refused(flow: &mut Signing, first: Event, kind: &str) -> bool {
        let (mut event, mut at) = (first, now());
        loop {
            event = match flow.step(event, at) {
                Action::NeedInput(input) if input.kind.name() == kind => return input.refused,
                Action::NeedInput(input) => Event::Input(Answer::Given(given(&input.kind))),
                Action::Send(request) if request.call() == "auth/login" => ok(LOGIN),
                // A resumed one is under way with a request of which nobody knows.
                Action::Wait(wait) => {
                    at = wait.poll_at;
                    Event::Continue
                }
                other => panic!("{other:?}"),
            };
        }
    }
    let wrong = r#"{"responseCode":1004,"remainingCounter":3}"#;
    let mut flow = signing(Dialect::V1, "EXPLICIT/PIN", 1);
    to_authorize(&mut flow, 5);
    assert!(refused(&mut flow, ok(wrong), "pin"));
    let mut resumed: Signing = serde_json::from_str(&flow.to_json()).unwrap();
    assert!(!refused(&mut resumed, Event::Continue, "user-password"));
    let mut resumed: Signing = serde_json::from_str(&flow.to_json()).unwrap();
    assert!(refused(&mut resumed, Event::Continue, "pin"));

    let mut flow = signing(Dialect::V1, "EXPLICIT/PIN", 1);
    assert_eq!(to_request(&mut flow, Event::Continue, now()).call(), "auth/login");
    assert!(refused(&mut flow, ok(wrong), "user-password"));
    let mut resumed: Signing = serde_json::from_str(&flow.to_json()).unwrap();
    assert!(refused(&mut resumed, Event::Continue, "user-password"));
    // Another one was accepted.
    assert_eq!(to_request(&mut resumed, Event::Continue, now()).call(), "auth/login");
    assert_eq!(to_request(&mut resumed, ok(LOGIN), now()).call(), "credentials/info");
    let mut resumed: Signing = serde_json::from_str(&resumed.to_json()).unwrap();
    assert!(!refused(&mut resumed, Event::Continue, "user-password"));
}

#[test]
fn what_never_left_is_sent_again() {
    let mut flow = signing(Dialect::V1, "EXPLICIT/PIN", 1);
    to_authorize(&mut flow, 5);
    to_request(&mut flow, ok(SAD), now());
    let Action::Wait(wait) = flow.step(Event::Lost(Lost::NotSent), now()) else { panic!() };
    assert_eq!(wait.poll_at, later(3));
    assert!(matches!(flow.step(Event::Continue, later(2)), Action::Wait(_)));
    assert_eq!(to_request(&mut flow, Event::Continue, later(3)).call(), "signature/signHash");
}

#[test]
fn the_phone_of_dialect_v1_is_polled_with_the_bill_code() {
    let mut flow = signing(Dialect::V1, "IMPLICIT/CYBER-ID", 1);
    let first = to_authorize(&mut flow, 5);
    assert_eq!((body(&first).get("authorizeCode"), &body(&first)["vcEnabled"]), (None, &true.into()));
    let pending = r#"{"responseCode":1007,"billCode":"bill-1"}"#;
    let Action::Wait(wait) = flow.step(ok(pending), now()) else { panic!() };
    assert_eq!((wait.poll_at, wait.expires_at), (later(3), later(60)));
    let hash =
        DigestAlgorithm::Sha256.hash(requests(1)[0].digest().unwrap().as_bytes()).to_hex().to_uppercase();
    assert_eq!(wait.verification_code, Some(format!("{}-{}", &hash[..4], &hash[60..])));
    // In another process.
    let mut flow: Signing = serde_json::from_str(&flow.to_json()).unwrap();
    assert_eq!(to_request(&mut flow, Event::Notified, later(1)).call(), "auth/login");
    let poll = to_request(&mut flow, ok(LOGIN), later(1));
    assert_eq!((poll.call(), &body(&poll)["billCode"]), ("credentials/authorize", &"bill-1".into()));
    assert!(poll.is_repeatable());
    for busy in [429, 502, 503, 504] {
        let Action::Wait(_) = flow.step(status(busy, ""), later(1)) else { panic!("{busy}") };
        assert_eq!(to_request(&mut flow, Event::Notified, later(1)).call(), "credentials/authorize");
    }
    assert_eq!(to_request(&mut flow, ok(SAD), later(4)).call(), "signature/signHash");
}

#[test]
fn patience_ends_after_a_last_poll() {
    let mut flow = signing(Dialect::V2, "IMPLICIT/CYBER-ID", 1);
    assert_eq!(to_authorize(&mut flow, 5).call(), "credentials/authorize");
    let pending = r#"{"error":3034,"responseID":"r1"}"#;
    assert!(matches!(flow.step(ok(pending), now()), Action::Wait(_)));
    let poll = to_request(&mut flow, Event::Continue, later(60));
    assert_eq!((poll.call(), &body(&poll)["requestID"]), ("signatures/signPolling", &"r1".into()));
    let failure = failed(flow.step(ok(pending), later(60)));
    assert_eq!((failure.outcome, failure.retry), (Outcome::Known, Retry::NewTransaction));
}

#[test]
fn values_that_come_later_are_collected_even_after_the_patience() {
    let mut flow = signing(Dialect::V2, "EXPLICIT/PIN", 2);
    to_authorize(&mut flow, 5);
    let sign = to_request(&mut flow, ok(SAD), now());
    assert!(sign.url().ends_with("/signatures/signHash"));
    let pending = r#"{"error":3034,"responseID":"r2"}"#;
    assert!(matches!(flow.step(ok(pending), now()), Action::Wait(_)));
    assert_eq!(to_request(&mut flow, Event::Continue, later(60)).call(), "signatures/signPolling");
    let failure = failed(flow.step(ok(pending), later(60)));
    assert_eq!((failure.outcome, failure.retry), (Outcome::Unknown, Retry::Poll));
    let mut flow: Signing = serde_json::from_str(&flow.to_json()).unwrap();
    assert_eq!(to_request(&mut flow, Event::Continue, later(90)).call(), "auth/login");
    assert_eq!(to_request(&mut flow, ok(LOGIN), later(90)).call(), "signatures/signPolling");
    assert_eq!(done(flow.step(ok(&values(2)), later(90))).len(), 2);
}

#[test]
fn a_token_that_ran_out_is_renewed_once() {
    let mut flow = signing(Dialect::V1, "EXPLICIT/PIN", 1);
    assert_eq!(to_authorize(&mut flow, 5).call(), "credentials/authorize");
    // By time: the refresh token needs no secret.
    let login = to_request(&mut flow, status(401, ""), now());
    assert_eq!(header(&login, "Authorization"), Some("Bearer kept-refresh-token"));
    assert_eq!(to_request(&mut flow, ok(LOGIN), now()).call(), "credentials/authorize");
    let failure = failed(flow.step(ok(r#"{"responseCode":1029}"#), now()));
    assert_eq!(failure.message, "the service refuses the access token that it has just given");
}

#[test]
fn cancelling_releases_the_session() {
    let mut flow = signing(Dialect::V1, "EXPLICIT/PIN", 3);
    to_authorize(&mut flow, 2);
    to_request(&mut flow, ok(SAD), now());
    let extend = to_request(&mut flow, ok(&values(2)), now());
    assert_eq!(extend.call(), "credentials/extendTransaction");
    assert_eq!(header(&extend, "rssp-entity-name"), Some("node-7"));
    assert_eq!(body(&extend)["hash"].as_array().map(Vec::len), Some(1));
    assert_eq!(to_request(&mut flow, Event::Cancelled, now()).call(), "auth/revoke");
    // Two have their values, which may have cost something.
    let outcomes = done(flow.step(ok("{}"), now()));
    assert!(matches!(outcomes[1].result, DocumentResult::Value(_)));
    assert!(matches!(outcomes[2].result, DocumentResult::NotSigned { .. }));

    let mut flow = signing(Dialect::V1, "EXPLICIT/PIN", 1);
    flow.step(Event::Continue, now());
    assert_eq!(failed(flow.step(Event::Cancelled, now())).fault, Fault::Caller);
    let mut flow = signing(Dialect::V1, "EXPLICIT/PIN", 1);
    flow.step(Event::Continue, now());
    assert_eq!(failed(flow.step(Event::Input(Answer::Declined), now())).fault, Fault::Caller);
}

#[test]
fn every_refusal_has_its_code_and_unknown_ones_keep_the_body() {
    for code in ResponseCode::ALL {
        if code.is_done() || code.is_accepted() || code.is_about_the_token() {
            continue;
        }
        let mut flow = signing(Dialect::V1, "IMPLICIT/CYBER-ID", 1);
        to_authorize(&mut flow, 5);
        let refused = format!(r#"{{"responseCode":{},"temporaryLockTime":30}}"#, code.number());
        let failure = failed(flow.step(ok(&refused), now()));
        assert_eq!(failure.code, Some(code.number().to_string()));
        assert_eq!(
            (failure.retry, failure.fault, failure.outcome),
            (code.retry(), code.fault(), Outcome::Known)
        );
        assert!(failure.message.ends_with("; locked for 30 seconds"), "{failure}");
    }
    let mut flow = signing(Dialect::V1, "EXPLICIT/PIN", 1);
    to_authorize(&mut flow, 5);
    to_request(&mut flow, ok(SAD), now());
    let odd = r#"{"responseCode":4711,"responseMessage":"kept-sad is odd","SAD":"kept-sad"}"#;
    assert_eq!(to_request(&mut flow, ok(odd), now()).call(), "auth/revoke");
    let failure = failed(flow.step(ok("{}"), now()));
    assert_eq!((failure.code.as_deref(), failure.outcome), (Some("4711"), Outcome::Unknown));
    assert!(failure.response.unwrap().contains("4711"));
    assert_eq!(failure.message, "… is odd");
}

#[test]
fn redirects_go_to_the_endpoint_and_bring_a_code_of_this_transaction() {
    let mut other = service(Dialect::V1);
    let begin =
        |service: &Service| Signing::begin(service, &credential("OAUTH2"), &requests(1), &Terms::new("tr-1"));
    assert!(matches!(begin(&other), Err(BeginError::Incomplete { .. })));
    other.oauth2 = Some(OAuth2 {
        authorize_url: "https://rssp.example/oauth2/authorize".to_owned(),
        client_id: "client".to_owned(),
        redirect_uri: "https://rp.example/back".to_owned(),
    });
    let at_redirect = || {
        let mut flow = begin(&other).unwrap();
        to_request(&mut flow, Event::Continue, now());
        to_request(&mut flow, ok(LOGIN), now());
        let Action::NeedInput(input) = flow.step(ok(&info(5)), now()) else { panic!() };
        let InputKind::Redirect { url } = input.kind else { panic!() };
        assert!(url.starts_with("https://rssp.example/oauth2/authorize?response_type=code&client_id=client"));
        assert!(url.ends_with("&state=tr-1"));
        flow
    };
    let answer = |address: &str| Event::Input(Answer::Given(Secret::new(address)));
    let mut flow = at_redirect();
    let sent = to_request(&mut flow, answer("https://rp.example/back?code=a%2Bb&state=tr-1"), now());
    assert_eq!(body(&sent)["authorizeCode"], "a+b");
    for wrong in ["https://rp.example/back?code=a&state=tr-2", "https://rp.example/back", ""] {
        assert_eq!(failed(at_redirect().step(answer(wrong), now())).fault, Fault::Caller);
    }
}

#[test]
fn what_cannot_begin() {
    let begin = |credential: &Credential, requests: &[SigningRequest]| {
        Signing::begin(&service(Dialect::V1), credential, requests, &Terms::new("1")).err()
    };
    assert_eq!(begin(&credential("EXPLICIT/PIN"), &[]), Some(BeginError::Empty));
    let nobody = Credential::new("").credential_id("1");
    assert!(matches!(begin(&nobody, &requests(1)), Some(BeginError::Incomplete { .. })));
    assert!(matches!(begin(&Credential::new("an"), &requests(1)), Some(BeginError::Incomplete { .. })));
    assert!(begin(&nobody.agreement_uuid("u"), &requests(1)).is_none());
}
