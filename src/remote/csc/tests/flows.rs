//! Whole conversations.

use super::*;
use crate::fault::Fault;
use crate::remote::{BeginError, DocumentResult, Lost, Outcome, Retry};
use crate::request::SignatureValue;

fn assert_signed(action: &Action<Vec<DocumentOutcome>>, requests: &[SigningRequest]) {
    let Action::Done(outcomes) = action else { panic!("not done: {action:?}") };
    assert_eq!(outcomes.len(), requests.len());
    for (outcome, request) in outcomes.iter().zip(requests) {
        assert_eq!(outcome.document, request.document());
        let value = SignatureValue::from_bytes(value_of(request));
        assert_eq!(outcome.result, DocumentResult::Value(value));
    }
}

fn failed(action: Action<Vec<DocumentOutcome>>) -> crate::remote::Failure {
    let Action::Failed(failure) = action else { panic!("not failed: {action:?}") };
    failure
}

#[test]
fn version_1_with_pin_and_sent_code() {
    let requests = requests(2);
    let mut signing = begin(&service(Dialect::V1, Login::Basic), &requests);
    let mut double = Double::new(v1_credential("true", "true"));
    assert_signed(&drive(&mut signing, &mut double), &requests);
    let calls = [
        "auth/login",
        "credentials/info",
        "credentials/sendOTP",
        "credentials/authorize",
        "signatures/signHash",
    ];
    assert_eq!(double.names(), calls);
    let hashes = json!(requests.iter().map(|one| one.digest_base64()).collect::<Vec<_>>());
    assert_eq!(
        *double.body("credentials/authorize"),
        json!({ "credentialID": "c-1", "numSignatures": 2, "hash": hashes, "PIN": "pin-2", "OTP": "otp-3",
            "description": "Contract", "clientData": "t-1" })
    );
    assert_eq!(
        *double.body("signatures/signHash"),
        json!({ "credentialID": "c-1", "SAD": "sad-6", "hash": hashes, "hashAlgo": "2.16.840.1.101.3.4.2.1",
            "signAlgo": "1.2.840.113549.1.1.1", "clientData": "t-1" })
    );
    assert_eq!(double.body("auth/login")["rememberMe"], true);
}

#[test]
fn version_2_with_objects_and_an_expression() {
    let requests = requests(1);
    let objects = json!([
        { "type": "Password", "id": "PIN" },
        { "type": "ChallengeResponse", "id": "OTP" },
        { "type": "Password", "id": "TOTP", "generator": "totp" }
    ]);
    let mut credential = v2_credential(&objects);
    credential["auth"]["expression"] = json!("PIN AND (OTP XOR TOTP)");
    let mut double = Double::new(credential);
    double.instead.push_back(("credentials/getChallenge", 200, json!({ "challenge": "What?" })));
    let mut signing = begin(&service(Dialect::V2, Login::Token), &requests);
    assert_signed(&drive(&mut signing, &mut double), &requests);
    assert_eq!(double.body("credentials/getChallenge")["authObjectID"], "OTP");
    let body = double.body("credentials/authorize");
    assert_eq!(
        body["authData"],
        json!([{ "id": "PIN", "value": "pin-2" }, { "id": "OTP", "value": "otp-3" }])
    );
    assert_eq!(body["hashAlgorithmOID"], "2.16.840.1.101.3.4.2.1");
    let body = double.body("signatures/signHash");
    assert_eq!(body["signAlgo"], "1.2.840.113549.1.1.11");
    assert_eq!(body.get("hashAlgorithmOID"), None, "the signature algorithm says it");
}

#[test]
fn the_phone_authorises_and_the_result_is_polled_for() {
    let requests = requests(3);
    let mut service = service(Dialect::V2, Login::Client { client_id: "me".into(), redirect_uri: None });
    service.asynchronous = true;
    service.validity_period_ms = Some(60_000);
    let mut double = Double::new(v2_credential(&json!([{ "type": "ChallengeResponseOOB", "id": "PHONE" }])));
    let mut signing = begin(&service, &requests);
    assert_signed(&drive(&mut signing, &mut double), &requests);
    let calls = [
        "info",
        "oauth2/token",
        "credentials/info",
        "credentials/authorize",
        "credentials/authorizeCheck",
        "credentials/authorizeCheck",
        "signatures/signHash",
        "signatures/signPolling",
        "signatures/signPolling",
    ];
    assert_eq!(double.names(), calls);
    assert_eq!(double.body("credentials/authorize")["authData"], json!([{ "id": "PHONE" }]));
    let body = double.body("signatures/signHash");
    assert_eq!((&body["operationMode"], &body["validity_period"]), (&json!("A"), &json!(60_000)));
    assert_eq!(double.body("signatures/signPolling")["requestID"], "r-1");
    assert_eq!(double.body("signatures/signPolling")["userID"], "an");
    assert_eq!(double.body("oauth2/token")["grant_type"], "client_credentials");
}

#[test]
fn the_browser_authorises_login_and_credential() {
    let requests = requests(1);
    let login = Login::OAuth2 {
        client_id: "me".into(),
        redirect_uri: "https://me.example/cb".into(),
        confidential: true,
    };
    let mut credential = v2_credential(&Value::Null);
    credential["auth"] = json!({ "mode": "oauth2code" });
    let mut double = Double::new(credential);
    let mut signing = begin(&service(Dialect::V2, login), &requests);
    let mut event = Event::Continue;
    let mut addresses = Vec::new();
    let end = loop {
        event = match signing.step(event, now()) {
            Action::Send(request) => Event::Response(double.answer(&request)),
            Action::NeedInput(input) => {
                if let InputKind::Redirect { url } = &input.kind {
                    addresses.push(url.clone());
                }
                Event::Input(answer(&input.kind))
            }
            end => break end,
        };
    };
    assert_signed(&end, &requests);
    assert!(
        addresses[0].starts_with("https://as.example/oauth2/authorize?")
            && addresses[0].contains("scope=service")
    );
    let hash = requests[0].digest_base64().unwrap().replace('+', "-").replace('/', "_").replace('=', "");
    for part in ["scope=credential", "credentialID=c-1", "numSignatures=1", &format!("hashes={hash}")] {
        assert!(addresses[1].contains(part), "{part} in {}", addresses[1]);
    }
    let exchange = double.body("oauth2/token");
    assert_eq!(
        (&exchange["code"], &exchange["client_secret"]),
        (&json!("code-8"), &json!("client-secret-7"))
    );
    assert_eq!(exchange["code_verifier"].as_str().unwrap().len(), 43);
    assert_eq!(double.body("signatures/signHash")["SAD"], "access-token-4");
}

#[test]
fn whole_cms_come_from_sign_doc() {
    let requests = requests_of(2, ServiceKind::Cms);
    let mut service = service(Dialect::V2, Login::Token);
    service.conformance_level = Some("AdES-B-B".into());
    let mut double = Double::new(v2_credential(&json!([{ "type": "Password", "id": "PIN" }])));
    let mut signing = begin(&service, &requests);
    assert_signed(&drive(&mut signing, &mut double), &requests);
    let digests = &double.body("signatures/signDoc")["documentDigests"][0];
    assert_eq!(digests["signature_format"], "P");
    assert_eq!(digests["signed_envelope_property"], "Revision");
    assert_eq!(digests["conformance_level"], "AdES-B-B");
    assert_eq!(digests["hashes"].as_array().unwrap().len(), 2);
}

#[test]
fn a_batch_is_authorised_in_parts_and_a_part_signed_in_calls() {
    let requests = requests(7);
    let mut service = service(Dialect::V2, Login::Token);
    service.hashes_per_call = Some(2);
    let mut double = Double::new(v2_credential(&json!([{ "type": "Password", "id": "PIN" }])));
    let mut signing = begin(&service, &requests);
    assert_signed(&drive(&mut signing, &mut double), &requests);
    let calls: Vec<&str> =
        double.names().into_iter().skip(1).map(|call| call.split_once('/').unwrap().1).collect();
    let calls = calls.join(" ");
    let expected =
        "authorize signHash extendTransaction signHash extendTransaction signHash authorize signHash";
    assert_eq!(calls, expected);
    let numbers: Vec<&Value> = double
        .calls
        .iter()
        .filter(|(call, _)| call.ends_with("authorize"))
        .map(|(_, body)| &body["numSignatures"])
        .collect();
    assert_eq!(numbers, [&json!(5), &json!(2)]);
}

#[test]
fn a_wrong_code_is_asked_for_again_but_not_for_ever() {
    let wrong = json!({ "error": "invalid_otp", "error_description": "The OTP is invalid" });
    let requests = requests(1);
    let mut double = Double::new(v1_credential("true", "true"));
    double.instead.push_back(("credentials/authorize", 400, wrong.clone()));
    let mut signing = begin(&service(Dialect::V1, Login::Basic), &requests);
    assert_signed(&drive(&mut signing, &mut double), &requests);
    assert_eq!(double.names().iter().filter(|call| call.ends_with("sendOTP")).count(), 2);

    let mut double = Double::new(v1_credential("true", "false"));
    let wrong = json!({ "error": "invalid_pin", "error_description": "The PIN is invalid" });
    double.instead.extend((0..5).map(|_| ("credentials/authorize", 400, wrong.clone())));
    let mut signing = begin(&service(Dialect::V1, Login::Basic), &requests);
    let failure = failed(drive(&mut signing, &mut double));
    assert_eq!((failure.code.as_deref(), failure.fault), (Some("invalid_pin"), Fault::Caller));
    assert_eq!(double.names().iter().filter(|call| call.ends_with("authorize")).count(), 3);
}

#[test]
fn a_resumed_transaction_knows_what_was_refused() {
    // Up to the next question of a kind: whether that was refused before.
    fn refused(signing: &mut Signing, double: &mut Double, kind: &str, times: usize) -> bool {
        let (mut event, mut left) = (Event::Continue, times);
        loop {
            event = match signing.step(event, now()) {
                Action::Send(request) => Event::Response(double.answer(&request)),
                Action::NeedInput(input) if input.kind.name() == kind && left == 0 => return input.refused,
                Action::NeedInput(input) => {
                    left -= usize::from(input.kind.name() == kind);
                    Event::Input(answer(&input.kind))
                }
                other => panic!("{other:?}"),
            };
        }
    }
    for (call, error, kind) in [
        ("credentials/authorize", "invalid_pin", "pin"),
        ("credentials/authorize", "invalid_otp", "otp"),
        ("auth/login", "authentication_error", "user-password"),
    ] {
        let mut double = Double::new(v1_credential("true", "true"));
        double.instead.push_back((call, 400, json!({ "error": error })));
        let mut signing = begin(&service(Dialect::V1, Login::Basic), &requests(1));
        assert!(!refused(&mut signing.clone(), &mut Double::new(v1_credential("true", "true")), kind, 0));
        assert!(refused(&mut signing, &mut double, kind, 1), "{kind}");
        let mut resumed: Signing = serde_json::from_str(&signing.to_json()).unwrap();
        assert!(refused(&mut resumed, &mut double, kind, 0), "{kind}");
        // A wrong code says nothing of the PIN.
        let mut resumed: Signing = serde_json::from_str(&signing.to_json()).unwrap();
        assert_eq!(refused(&mut resumed, &mut double, "pin", 0), kind == "pin");
    }
}

#[test]
fn an_expired_token_is_renewed_once() {
    let expired = json!({ "error": "expired_token" });
    let requests = requests(1);
    let mut double = Double::new(v1_credential("true", "false"));
    double.instead.push_back(("credentials/authorize", 401, expired.clone()));
    let mut signing = begin(&service(Dialect::V1, Login::Basic), &requests);
    assert_signed(&drive(&mut signing, &mut double), &requests);
    assert_eq!(double.body("auth/login")["refresh_token"], "refresh-token-5");

    let mut double = Double::new(v1_credential("true", "false"));
    double.instead.extend((0..3).map(|_| ("credentials/info", 401, expired.clone())));
    let mut signing = begin(&service(Dialect::V1, Login::Basic), &requests);
    assert_eq!(failed(drive(&mut signing, &mut double)).code.as_deref(), Some("expired_token"));
    assert_eq!(double.names().iter().filter(|call| **call == "auth/login").count(), 2);
}

/// A machine whose signing request has just been handed out, and the double.
fn at_the_request(requests: &[SigningRequest], per_call: Option<usize>) -> (Signing, Double) {
    let mut service = service(Dialect::V1, Login::Basic);
    service.hashes_per_call = per_call;
    let mut double = Double::new(v1_credential("true", "false"));
    let mut signing = begin(&service, requests);
    let mut event = Event::Continue;
    loop {
        event = match signing.step(event, now()) {
            Action::Send(request) if request.call() == "signatures/signHash" => {
                assert!(!request.is_repeatable());
                return (signing, double);
            }
            Action::Send(request) => Event::Response(double.answer(&request)),
            Action::NeedInput(input) => Event::Input(answer(&input.kind)),
            other => panic!("{other:?}"),
        };
    }
}

#[test]
fn what_may_have_been_signed_is_not_signed_again() {
    let requests = requests(1);
    // After a crash nobody knows; the same with a lost answer and an error of the server.
    let (signing, _) = at_the_request(&requests, None);
    let mut resumed: Signing = serde_json::from_str(&signing.to_json()).unwrap();
    let failure = failed(resumed.step(Event::Continue, now()));
    assert_eq!((failure.retry, failure.outcome), (Retry::NewTransaction, Outcome::Unknown));
    let mut resumed: Signing = serde_json::from_str(&resumed.to_json()).unwrap();
    assert_eq!(failed(resumed.step(Event::Continue, now())), failure);

    let (mut signing, _) = at_the_request(&requests, None);
    assert_eq!(failed(signing.step(Event::Lost(Lost::Unknown), now())).outcome, Outcome::Unknown);
    let (mut signing, _) = at_the_request(&requests, None);
    let event = Event::Response(response(500, &json!({ "error": "server_error" })));
    assert_eq!(failed(signing.step(event, now())).outcome, Outcome::Unknown);

    // A refusal has signed nothing; a request that never left is sent again.
    let (mut signing, _) = at_the_request(&requests, None);
    let event = Event::Response(response(400, &json!({ "error": "invalid_request" })));
    assert_eq!(failed(signing.step(event, now())).outcome, Outcome::Known);
    let (mut signing, mut double) = at_the_request(&requests, None);
    let Action::Send(request) = signing.step(Event::Lost(Lost::NotSent), now()) else {
        panic!("not sent again")
    };
    let event = Event::Response(double.answer(&request));
    assert_signed(&signing.step(event, now()), &requests);
}

#[test]
fn only_the_part_that_was_under_way_is_in_doubt() {
    let requests = requests(6);
    for event in [Event::Lost(Lost::Unknown), Event::Continue, Event::Response(response(500, &json!({})))] {
        let (mut signing, _) = at_the_request(&requests, Some(2));
        let Action::Done(outcomes) = signing.step(event, now()) else { panic!("not done") };
        let is_unknown = |outcome: &DocumentOutcome| matches!(outcome.result, DocumentResult::Unknown { .. });
        assert!(outcomes[..2].iter().all(is_unknown), "{outcomes:?}");
        let is_not_sent =
            |outcome: &DocumentOutcome| matches!(outcome.result, DocumentResult::NotSigned { .. });
        assert!(outcomes[2..].iter().all(is_not_sent), "{outcomes:?}");
        let mut resumed: Signing = serde_json::from_str(&signing.to_json()).unwrap();
        let Action::Done(again) = resumed.step(Event::Continue, now()) else { panic!("not done") };
        assert_eq!(again, outcomes);
    }
}

#[test]
fn another_number_of_values_is_nobodys() {
    let requests = requests(2);
    let (mut signing, _) = at_the_request(&requests, None);
    let event = Event::Response(response(200, &json!({ "signatures": ["AQID"] })));
    let failure = failed(signing.step(event, now()));
    assert!(failure.message.contains("1 signatures for 2 hashes"), "{failure}");
    assert_eq!(failure.outcome, Outcome::Unknown);
}

#[test]
fn values_that_are_there_outlive_what_fails_after_them() {
    let requests = requests(2);
    let (mut signing, mut double) = at_the_request(&requests, Some(1));
    double.instead.push_back(("credentials/extendTransaction", 400, json!({ "error": "access_denied" })));
    let first = requests[0].digest_base64().unwrap();
    let event = Event::Response(response(200, &json!({ "signatures": [STANDARD.encode(&first)] })));
    let Action::Send(request) = signing.step(event, now()) else { panic!("no second call") };
    let event = Event::Response(double.answer(&request));
    let Action::Done(outcomes) = signing.step(event, now()) else { panic!("not done") };
    assert!(matches!(outcomes[0].result, DocumentResult::Value(_)));
    let DocumentResult::Rejected { code, .. } = &outcomes[1].result else { panic!("{:?}", outcomes[1]) };
    assert_eq!(code.as_deref(), Some("access_denied"));
    let mut resumed: Signing = serde_json::from_str(&signing.to_json()).unwrap();
    let Action::Done(again) = resumed.step(Event::Continue, now()) else { panic!("not done") };
    assert_eq!(again, outcomes);
}

#[test]
fn when_time_is_over_it_is_asked_once_more() {
    let requests = requests(1);
    let mut service = service(Dialect::V2, Login::Token);
    service.asynchronous = true;
    let mut double = Double::new(v2_credential(&json!([{ "type": "Password", "id": "PIN" }])));
    double.polls_before_result = 1000;
    let mut signing = begin(&service, &requests);
    let failure = failed(drive(&mut signing, &mut double));
    assert_eq!((failure.retry, failure.outcome), (Retry::Poll, Outcome::Unknown));
    assert_eq!(double.names().iter().filter(|call| call.ends_with("signPolling")).count(), 30);
    // Going on is possible, in another process too: it logs in, and asks for the same result.
    let mut resumed: Signing = serde_json::from_str(&signing.to_json()).unwrap();
    double.polls_before_result = 0;
    assert_signed(&drive(&mut resumed, &mut double), &requests);
    assert_eq!(double.names().iter().filter(|call| call.ends_with("signHash")).count(), 1);
}

#[test]
fn a_busy_service_is_asked_again_later() {
    let requests = requests(1);
    let mut service = service(Dialect::V2, Login::Token);
    service.asynchronous = true;
    let mut double = Double::new(v2_credential(&json!([{ "type": "Password", "id": "PIN" }])));
    for status in [429, 502, 503, 504] {
        double.instead.push_back(("signatures/signPolling", status, Value::Null));
    }
    let mut signing = begin(&service, &requests);
    assert_signed(&drive(&mut signing, &mut double), &requests);
}

#[test]
fn another_certificate_and_other_algorithms_stop_it_before_anyone_is_asked() {
    let requests = requests(1);
    let mut other = v2_credential(&json!([{ "type": "Password", "id": "PIN" }]));
    other["cert"]["certificates"] = json!([STANDARD.encode(b"another certificate")]);
    let mut ecdsa = v2_credential(&json!([]));
    ecdsa["key"]["algo"] = json!(["1.2.840.10045.4.3.2"]);
    let mut disabled = v2_credential(&json!([]));
    disabled["key"]["status"] = json!("disabled");
    let mut revoked = v2_credential(&json!([]));
    revoked["cert"]["status"] = json!("revoked");
    for credential in [other, ecdsa, disabled, revoked] {
        let mut signing = begin(&service(Dialect::V2, Login::Token), &requests);
        let mut double = Double::new(credential);
        let failure = failed(drive(&mut signing, &mut double));
        assert_eq!((failure.retry, failure.outcome), (Retry::Never, Outcome::Known), "{failure}");
        assert_eq!(double.names(), ["credentials/info"]);
    }
}

#[test]
fn what_cannot_begin_says_why() {
    let credential = Credential::new("an").credential_id("c-1");
    let terms = Terms::new("t");
    let entropy = Entropy::new([1; 32]);
    let v1 = service(Dialect::V1, Login::Token);
    let begin = |service: &Service, credential: &Credential, requests: &[SigningRequest]| {
        Signing::begin(service, credential, requests, &terms, &entropy).map(|_| ()).unwrap_err()
    };
    let cms = requests_of(1, ServiceKind::Cms);
    assert!(matches!(begin(&v1, &credential, &cms), BeginError::Kind { .. }));
    assert!(matches!(begin(&v1, &Credential::new("an"), &requests(1)), BeginError::Incomplete { .. }));
    let basic = service(Dialect::V1, Login::Basic);
    let nobody = Credential::new("").credential_id("c-1");
    assert!(matches!(begin(&basic, &nobody, &requests(1)), BeginError::Incomplete { .. }));
    let mut later = v1.clone();
    later.asynchronous = true;
    assert!(matches!(begin(&later, &credential, &requests(1)), BeginError::Incomplete { .. }));
    assert_eq!(begin(&v1, &credential, &[]), BeginError::Empty);
}

#[test]
fn cancelling_and_declining_end_it() {
    let requests = requests(1);
    let (mut signing, _) = at_the_request(&requests, None);
    let failure = failed(signing.step(Event::Cancelled, now()));
    assert_eq!((failure.fault, failure.outcome), (Fault::Caller, Outcome::Unknown));
    let mut signing = begin(&service(Dialect::V1, Login::Basic), &requests);
    let Action::NeedInput(_) = signing.step(Event::Continue, now()) else { panic!("no question") };
    let failure = failed(signing.step(Event::Input(Answer::Declined), now()));
    assert_eq!((failure.fault, failure.outcome), (Fault::Caller, Outcome::Known));
}

#[test]
fn an_oauth_server_without_tls_is_not_used() {
    let mut double = Double::new(Value::Null);
    double.instead.push_back(("info", 200, json!({ "oauth2": "http://as.example" })));
    let login = Login::Client { client_id: "me".into(), redirect_uri: None };
    let mut signing = begin(&service(Dialect::V2, login), &requests(1));
    assert!(failed(drive(&mut signing, &mut double)).message.contains("oauth2_url"));
}

#[test]
fn a_failure_comes_back_from_the_state_as_it_was() {
    for retry in [Retry::Never, Retry::Poll, Retry::NewTransaction] {
        for outcome in [Outcome::Known, Outcome::Unknown] {
            for fault in
                [Fault::Document, Fault::Signer, Fault::Caller, Fault::Limit, Fault::Unsupported, Fault::Io]
            {
                let mut signing = begin(&service(Dialect::V1, Login::Basic), &requests(1));
                // One document, and it is under way: nothing is left over that was not sent.
                signing.authorized_until = 1;
                let response = HttpResponse::new(500, Vec::new(), b"{}".to_vec());
                let failure =
                    crate::remote::Failure::new(super::super::error::SYSTEM, "signatures/signHash", "no")
                        .code(500)
                        .response(&response)
                        .retry(retry)
                        .outcome(outcome)
                        .fault(fault);
                assert_eq!(failed(signing.fail(failure.clone())), failure);
                let mut resumed: Signing = serde_json::from_str(&signing.to_json()).unwrap();
                assert_eq!(failed(resumed.step(Event::Notified, now())), failure);
            }
        }
    }
}
