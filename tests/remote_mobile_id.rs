//! Mobile-ID RSSP over real HTTP, against the sandbox, in both dialects: from the document to what outside
//! judges say of the signed one.
#![cfg(all(feature = "client", feature = "sandbox"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "remote_mobile_id/calls.rs"]
mod calls;
#[path = "remote_mobile_id/faults.rs"]
mod faults;
#[path = "remote_mobile_id/people.rs"]
mod people;
#[path = "remote_mobile_id/strict.rs"]
mod strict;
mod support;

use kyso::Fault;
use kyso::client::DriveError;
use kyso::remote::mobile_id::{Dialect, Listing, UserType};
use kyso::remote::{Credential, DocumentResult, Failure, Outcome, Retry};
use people::{Papers, Person, Phone, credential, driver, person, run, sandbox, service};

const LOGIN: &str = "auth/login";
const INFO: &str = "credentials/info";
const SEND_OTP: &str = "credentials/sendOTP";
const AUTHORIZE: &str = "credentials/authorize";
const EXTEND: &str = "credentials/extendTransaction";
const SIGN: &str = "signature/signHash";
const POLL: &str = "signatures/signPolling";
const REVOKE: &str = "auth/revoke";

const DIALECTS: [Dialect; 2] = [Dialect::V1, Dialect::V2];

fn failure(error: DriveError) -> Failure {
    match error {
        DriveError::Failed { failure, .. } => *failure,
        other => panic!("{other}"),
    }
}

#[test]
fn certificates_are_found_with_their_issuers() {
    let sandbox = sandbox();
    for dialect in DIALECTS {
        let service = service(&sandbox, dialect);
        let query = Credential::new(&*person(&sandbox).username);
        let mut listing = Listing::begin(&service, &query).unwrap();
        let mut watch = Person::new(&sandbox, Phone::Sleeps);
        let found = driver(&service).run(&mut listing, &mut watch).unwrap();
        assert_eq!(found.len(), 2);
        for (found, holding) in found.iter().zip(&person(&sandbox).holdings) {
            let ders: Vec<&[u8]> = holding.chain.certificates().iter().map(|one| one.der()).collect();
            assert_eq!(found.certificates, ders);
            assert_eq!(found.package.as_deref(), Some("SANDBOX"));
            assert_eq!(found.status.as_deref(), Some("valid"));
            assert_eq!((found.most_signatures, found.credential.scal), (Some(10), Some(2)));
            assert!(found.auth_modes.iter().any(|mode| mode == "IMPLICIT/CYBER-ID"));
        }
        // The same by the contract alone, without a signer's password, and by serial number.
        let holding = &person(&sandbox).holdings[1];
        let query =
            Credential::new("").agreement_uuid(&*holding.agreement_uuid).serial_number(holding.serial());
        let mut watch = Person::new(&sandbox, Phone::Sleeps);
        let mut listing = Listing::begin(&service, &query).unwrap();
        let found = driver(&service).run(&mut listing, &mut watch).unwrap();
        assert_eq!(found.len(), 1);
        assert!(!watch.asked.contains(&"user-password"));
        assert_eq!(found[0].credential.auth_mode.as_deref(), Some("IMPLICIT/CYBER-ID"));
    }
}

#[test]
fn a_pin_signs_a_contract_and_an_invoice() {
    let sandbox = sandbox();
    for dialect in DIALECTS {
        let papers = Papers::new(&sandbox, 0);
        let mut watch = Person::new(&sandbox, Phone::Sleeps);
        let flow = papers.signing(&service(&sandbox, dialect), &credential(&sandbox, dialect, 0));
        let outcomes = run(&service(&sandbox, dialect), flow, &mut watch).unwrap();
        assert_eq!(watch.calls, [LOGIN, INFO, AUTHORIZE, SIGN, REVOKE]);
        papers.judge(&sandbox, &outcomes);
        assert!(
            sandbox.world().noted("mobile-id-session", &person(&sandbox).holdings[0].credential_id).is_err()
        );
    }
}

#[test]
fn an_interruption_while_it_signs_still_takes_the_sad_back() {
    let sandbox = sandbox();
    for dialect in DIALECTS {
        let papers = Papers::new(&sandbox, 0);
        let mut watch = Person::new(&sandbox, Phone::Sleeps);
        watch.interrupts = Some(SIGN);
        let flow = papers.signing(&service(&sandbox, dialect), &credential(&sandbox, dialect, 0));
        let outcomes = run(&service(&sandbox, dialect), flow, &mut watch).unwrap();
        assert_eq!(watch.calls, [LOGIN, INFO, AUTHORIZE, SIGN, REVOKE]);
        papers.judge(&sandbox, &outcomes);
    }
}

#[test]
fn the_phone_signs_and_shows_a_code_for_one_document() {
    let sandbox = sandbox();
    for dialect in DIALECTS {
        let papers = Papers::new(&sandbox, 1);
        let credential = credential(&sandbox, dialect, 1);
        let mut watch = Person::new(&sandbox, Phone::Approves);
        let outcomes = run(
            &service(&sandbox, dialect),
            papers.signing(&service(&sandbox, dialect), &credential),
            &mut watch,
        )
        .unwrap();
        let polls = watch.calls.iter().filter(|call| **call == POLL).count();
        assert_eq!(polls > 0, dialect == Dialect::V2);
        assert_eq!(watch.calls.iter().filter(|call| **call == SIGN).count(), 1);
        assert!(watch.codes_shown.is_empty(), "for two documents there is no code");
        papers.judge(&sandbox, &outcomes);

        let papers = Papers::new(&sandbox, 1);
        let one = papers.signing_of(&service(&sandbox, dialect), &credential, &papers.requests()[..1]);
        let mut watch = Person::new(&sandbox, Phone::Approves);
        run(&service(&sandbox, dialect), one, &mut watch).unwrap();
        let shown = sandbox.world().recent(1)[0].verification_code.clone().unwrap();
        assert_eq!(watch.codes_shown.first(), Some(&shown));
        assert_eq!(shown.len(), 9);
    }
}

#[test]
fn refused_or_left_lying_on_the_phone() {
    let sandbox = sandbox();
    for dialect in DIALECTS {
        for (phone, code) in [(Phone::Rejects, "1012"), (Phone::Expires, "1006")] {
            let papers = Papers::new(&sandbox, 1);
            let mut watch = Person::new(&sandbox, phone);
            let flow = papers.signing(&service(&sandbox, dialect), &credential(&sandbox, dialect, 1));
            let error = run(&service(&sandbox, dialect), flow, &mut watch).unwrap_err();
            let failure = failure(error);
            let code = if code == "1006" && dialect == Dialect::V2 { "3036" } else { code };
            assert_eq!(failure.code.as_deref(), Some(code));
            assert_eq!(failure.outcome, Outcome::Known);
            assert!(!watch.calls.contains(&SIGN));
        }
    }
}

#[test]
fn one_time_codes_are_sent_or_come_from_the_phone() {
    let sandbox = sandbox();
    for dialect in DIALECTS {
        for mode in ["EXPLICIT/OTP-SMS", "EXPLICIT/OTP-EMAIL", "EXPLICIT/OTP-MOBILE"] {
            let papers = Papers::new(&sandbox, 0);
            let credential = credential(&sandbox, dialect, 0).auth_mode(mode);
            let mut watch = Person::new(&sandbox, Phone::Sleeps);
            let flow = papers.signing(&service(&sandbox, dialect), &credential);
            let outcomes = run(&service(&sandbox, dialect), flow, &mut watch).unwrap();
            assert_eq!(watch.calls, [LOGIN, INFO, SEND_OTP, AUTHORIZE, SIGN, REVOKE]);
            papers.judge(&sandbox, &outcomes);
            let told = watch.messages.first().map(String::as_str);
            match mode {
                "EXPLICIT/OTP-SMS" => assert_eq!(told, Some("a code was sent to …001")),
                "EXPLICIT/OTP-EMAIL" => assert_eq!(told, Some("a code was sent to n…@kyso.invalid")),
                _ => assert_eq!(told, None),
            }
        }
    }
}

#[test]
fn a_wrong_pin_is_asked_for_again_until_it_is_locked() {
    let sandbox = sandbox();
    for dialect in DIALECTS {
        let papers = Papers::new(&sandbox, 0);
        let service = service(&sandbox, dialect);
        let mut watch = Person::new(&sandbox, Phone::Sleeps);
        watch.pins = vec!["11111111", "22222222"];
        let flow = papers.signing(&service, &credential(&sandbox, dialect, 0));
        let outcomes = run(&service, flow, &mut watch).unwrap();
        assert_eq!(watch.attempts_left, [4, 3]);
        papers.judge(&sandbox, &outcomes);
    }
    let papers = Papers::new(&sandbox, 0);
    let service = service(&sandbox, Dialect::V1);
    let mut watch = Person::new(&sandbox, Phone::Sleeps);
    watch.pins = vec!["11111111"; 9];
    let flow = papers.signing(&service, &credential(&sandbox, Dialect::V1, 0));
    let wrong = failure(run(&service, flow, &mut watch).unwrap_err());
    assert_eq!((wrong.code.as_deref(), wrong.fault), (Some("1004"), Fault::Caller));
    assert_eq!(watch.attempts_left, [4, 3, 2, 1]);

    let flow = papers.signing(&service, &credential(&sandbox, Dialect::V1, 0));
    let mut watch = Person::new(&sandbox, Phone::Sleeps);
    let locked = failure(run(&service, flow, &mut watch).unwrap_err());
    assert_eq!((locked.code.as_deref(), locked.retry), (Some("1005"), Retry::NewTransaction));
    assert!(locked.message.contains("locked for "), "{locked}");
}

#[test]
fn logins_are_checked() {
    let sandbox = sandbox();
    let service = service(&sandbox, Dialect::V1);
    let papers = Papers::new(&sandbox, 0);

    let mut watch = Person::new(&sandbox, Phone::Sleeps);
    watch.service_password = Some("not-the-password");
    let flow = papers.signing(&service, &credential(&sandbox, Dialect::V1, 0));
    let wrong = failure(run(&service, flow, &mut watch).unwrap_err());
    assert_eq!((&*wrong.call, wrong.code.as_deref()), (LOGIN, Some("1001")));
    assert_eq!((wrong.retry, wrong.fault), (Retry::Never, Fault::Caller));

    let mut watch = Person::new(&sandbox, Phone::Sleeps);
    watch.passwords = vec!["not-the-password"];
    let flow = papers.signing(&service, &credential(&sandbox, Dialect::V1, 0));
    run(&service, flow, &mut watch).unwrap();
    assert_eq!(watch.attempts_left, [4]);

    // By the number of the identity card, and by the contract without a signer.
    let by_card =
        kyso::remote::mobile_id::Service { user_type: UserType::CitizenIdentityCard, ..service.clone() };
    let mut whose = credential(&sandbox, Dialect::V1, 0);
    whose.user_id = person(&sandbox).user_id.to_string();
    run(&by_card, papers.signing(&by_card, &whose), &mut Person::new(&sandbox, Phone::Sleeps)).unwrap();
    whose.user_id = String::new();
    whose.agreement_uuid = Some(person(&sandbox).holdings[0].agreement_uuid.to_string());
    run(&service, papers.signing(&service, &whose), &mut Person::new(&sandbox, Phone::Sleeps)).unwrap();

    let nobody = Credential::new("nobody").credential_id("00");
    let flow = papers.signing(&service, &nobody);
    let unknown = failure(run(&service, flow, &mut Person::new(&sandbox, Phone::Sleeps)).unwrap_err());
    assert_eq!(unknown.code.as_deref(), Some("1001"));
}

#[test]
fn a_batch_larger_than_one_authorisation_is_extended() {
    let sandbox = sandbox();
    for dialect in DIALECTS {
        let service = service(&sandbox, dialect);
        let (papers, requests) = Papers::many(&sandbox, 23);
        let mut watch = Person::new(&sandbox, Phone::Sleeps);
        let flow = papers.signing_of(&service, &credential(&sandbox, dialect, 0), &requests);
        let outcomes = run(&service, flow, &mut watch).unwrap();
        assert_eq!(watch.calls, [LOGIN, INFO, AUTHORIZE, SIGN, EXTEND, SIGN, EXTEND, SIGN, REVOKE]);
        assert_eq!(outcomes.len(), 23);
        for (number, outcome) in outcomes.iter().enumerate() {
            assert_eq!(outcome.document, format!("contract-{number}.pdf"));
            let DocumentResult::Value(value) = &outcome.result else { panic!("{outcome:?}") };
            papers.batch[number].check(value).unwrap();
        }
    }
}

#[test]
fn another_machine_keeps_the_certificate() {
    let sandbox = sandbox();
    let service = service(&sandbox, Dialect::V1);
    let papers = Papers::new(&sandbox, 0);
    let id = person(&sandbox).holdings[0].credential_id.to_string();
    sandbox.world().note("mobile-id-session", &id, 60, "00:00:00:00:00:01".into());
    let flow = papers.signing(&service, &credential(&sandbox, Dialect::V1, 0));
    let kept = failure(run(&service, flow, &mut Person::new(&sandbox, Phone::Sleeps)).unwrap_err());
    assert_eq!((kept.code.as_deref(), kept.retry), (Some("1026"), Retry::NewTransaction));
    sandbox.world().take_note("mobile-id-session", &id).unwrap();
    let flow = papers.signing(&service, &credential(&sandbox, Dialect::V1, 0));
    run(&service, flow, &mut Person::new(&sandbox, Phone::Sleeps)).unwrap();
}

#[test]
fn a_certificate_other_than_the_prepared_one_is_noticed_before_signing() {
    let sandbox = sandbox();
    let service = service(&sandbox, Dialect::V2);
    let papers = Papers::new(&sandbox, 1);
    let mut watch = Person::new(&sandbox, Phone::Sleeps);
    let flow = papers.signing(&service, &credential(&sandbox, Dialect::V2, 0));
    let other = failure(run(&service, flow, &mut watch).unwrap_err());
    assert!(other.message.contains("were prepared for"), "{other}");
    assert_eq!((watch.calls.as_slice(), other.fault), ([LOGIN, INFO].as_slice(), Fault::Caller));
}
