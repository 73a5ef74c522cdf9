//! `signing/hash`.

use kyso::remote::efy::Signing;
use kyso::remote::{DocumentOutcome, DocumentResult, Outcome, Retry, Terms};
use kyso::sandbox::Faults;
use kyso::verify;

use super::desk::{COMPANY, Desk, ECDSA, PERSON, contract, credential, failure, invoice, requests};
use super::support::{self, Judge};

fn signing(desk: &Desk, agreement: &str, mode: &str, requests: &[kyso::SigningRequest]) -> Signing {
    Signing::begin(&desk.service, &credential(agreement, mode), requests, &Terms::new("t-1")).unwrap()
}

fn value(outcome: &DocumentOutcome) -> &kyso::SignatureValue {
    match &outcome.result {
        DocumentResult::Value(value) => value,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_pdf_and_an_xml_in_one_transaction() {
    let desk = Desk::new();
    let found = desk.listing(PERSON).unwrap();
    assert_eq!(found.auth_modes, ["EXPLICIT/PIN", "EXPLICIT/OTP-SMS", "EXPLICIT/OTP-EMAIL"]);
    assert_eq!(found.credential, credential(PERSON, "EXPLICIT/PIN"));
    let chain = desk.chain(PERSON);
    let prepared = vec![contract(&chain, "contract"), invoice(&chain, "invoice")];
    let mut clerk = desk.clerk(&[&desk.pin(PERSON)]);
    let flow = signing(&desk, PERSON, "EXPLICIT/PIN", &requests(&prepared));
    let outcomes = desk.run(flow, &mut clerk).unwrap();
    assert_eq!(clerk.asked, [("service-password", None), ("pin", None)]);

    let folder = tempfile::tempdir().unwrap();
    let trust = desk.trust(folder.path());
    let paths = [folder.path().join("contract.pdf"), folder.path().join("invoice.xml")];
    for ((prepared, outcome), path) in prepared.into_iter().zip(&outcomes).zip(&paths) {
        prepared.accept(value(outcome)).unwrap().save(path).unwrap();
    }
    let mut options = verify::Options::default();
    options.trust = Some(vec![desk.world().root().clone()]);
    options.certificates = chain.certificates().to_vec();
    let report = verify::pdf(&std::fs::File::open(&paths[0]).unwrap(), &options).unwrap();
    assert!(report.is_valid(), "{}", report.to_json());
    let report = verify::xml(&std::fs::File::open(&paths[1]).unwrap(), &options).unwrap();
    assert!(report.is_valid(), "{}", report.to_json());
    if Judge::Openssl.present() {
        support::openssl_verify_pdf(&paths[0], &trust).unwrap();
    }
    if Judge::Pdfsig.present() {
        assert_eq!(support::pdfsig_valid(&paths[0], ""), [true]);
    }
    if Judge::Xmlsec1.present() {
        desk.xmlsec1(&paths[1], 1).unwrap();
    }
}

#[test]
fn a_one_time_code_and_its_lock() {
    let desk = Desk::new();
    let chain = desk.chain(COMPANY);
    let prepared = vec![invoice(&chain, "invoice")];
    // Twice wrong, then as it was sent.
    let mut clerk = desk.clerk(&["000", "111"]);
    let flow = signing(&desk, COMPANY, "EXPLICIT/OTP-EMAIL", &requests(&prepared));
    let outcomes = desk.run(flow, &mut clerk).unwrap();
    assert_eq!(clerk.asked[1..], [("otp", None), ("otp", Some(4)), ("otp", Some(3))]);
    prepared.into_iter().next().unwrap().accept(value(&outcomes[0])).unwrap();
    // Whatever is typed wrong five times ends it, and locks.
    let again = || signing(&desk, COMPANY, "EXPLICIT/OTP-SMS", &requests(&[invoice(&chain, "i")]));
    let mut clerk = desk.clerk(&["0"; 6]);
    let error = failure(desk.run(again(), &mut clerk).unwrap_err());
    assert_eq!((error.code.as_deref(), clerk.asked.len()), (Some("1004"), 6));
    let error = failure(desk.run(again(), &mut desk.clerk(&[])).unwrap_err());
    assert_eq!((error.code.as_deref(), error.outcome), (Some("1005"), Outcome::Known));
    // Five minutes later it works.
    desk.world().advance(301);
    desk.run(again(), &mut desk.clerk(&[])).unwrap();
    // The passcode has a counter of its own.
    let flow = signing(&desk, COMPANY, "EXPLICIT/PIN", &requests(&[invoice(&chain, "i")]));
    let pin = desk.pin(COMPANY);
    let mut clerk = desk.clerk(&["wrong", &pin]);
    desk.run(flow, &mut clerk).unwrap();
    assert_eq!(clerk.asked[1..], [("pin", None), ("pin", Some(4))]);
}

#[test]
fn a_code_that_comes_too_late_and_a_token_that_ended() {
    let desk = Desk::new();
    let chain = desk.chain(PERSON);
    struct Late<'d>(&'d Desk, super::desk::Clerk<'d>);
    impl kyso::client::Watch for Late<'_> {
        fn persist(&mut self, json: &str) -> std::io::Result<()> {
            self.1.persist(json)
        }
        fn input(&mut self, input: &kyso::remote::Input) -> kyso::remote::Answer {
            let answer = self.1.input(input);
            if input.kind.name() != "service-password" {
                // The clock of the sandbox alone: codes live 300 seconds, tokens an hour.
                self.0.world().advance(if input.kind.name() == "pin" { 4000 } else { 301 });
            }
            answer
        }
    }
    // A token that ended while somebody looked for the passcode is asked for again.
    let mut flow = signing(&desk, PERSON, "EXPLICIT/PIN", &requests(&[contract(&chain, "c")]));
    desk.driver.run(&mut flow, &mut Late(&desk, desk.clerk(&[&desk.pin(PERSON)]))).unwrap();
    let mut flow = signing(&desk, PERSON, "EXPLICIT/OTP-SMS", &requests(&[contract(&chain, "c")]));
    let error = desk.driver.run(&mut flow, &mut Late(&desk, desk.clerk(&[]))).unwrap_err();
    let error = failure(error);
    assert_eq!((error.code.as_deref(), error.retry), (Some("1006"), Retry::NewTransaction));
}

#[test]
fn faults_reach_nobody() {
    let desk = Desk::new();
    let chain = desk.chain(PERSON);
    let pin = desk.pin(PERSON);
    let with = |json: &str, count: usize| {
        desk.world().set_faults(serde_json::from_str::<Faults>(json).unwrap()).unwrap();
        let prepared: Vec<_> = (0..count).map(|number| contract(&chain, &format!("c{number}"))).collect();
        let flow = signing(&desk, PERSON, "EXPLICIT/PIN", &requests(&prepared));
        (prepared, desk.run(flow, &mut desk.clerk(&[&pin])))
    };
    // Base64 with line breaks is what it was.
    let (prepared, outcomes) = with(r#"{"crlf_in_base64": true}"#, 2);
    for (prepared, outcome) in prepared.into_iter().zip(&outcomes.unwrap()) {
        prepared.accept(value(outcome)).unwrap();
    }
    // Wrong values are caught.
    for fault in ["wrong_key", "hash_of_hash", "no_digest_info", "cms_instead_of_raw", "reorder"] {
        let (prepared, outcomes) = with(&format!(r#"{{"{fault}": true}}"#), 2);
        for (prepared, outcome) in prepared.into_iter().zip(&outcomes.unwrap()) {
            assert!(prepared.accept(value(outcome)).is_err(), "{fault}");
        }
    }
    // One too few is nobody's.
    let (_, outcomes) = with(r#"{"missing": true}"#, 3);
    let error = failure(outcomes.unwrap_err());
    assert!(error.message.contains("2 values came back for 3 documents"), "{error}");
    // What may have been signed is not sent again.
    for fault in [r#"{"drop_connection": "after"}"#, r#"{"error_500_after_signing": true}"#] {
        let before =
            desk.world().journal().iter().filter(|entry| entry.call.ends_with("signing/hash")).count();
        let (_, outcomes) = with(fault, 1);
        let error = failure(outcomes.unwrap_err());
        assert_eq!((error.outcome, error.retry), (Outcome::Unknown, Retry::NewTransaction), "{fault}");
        let after =
            desk.world().journal().iter().filter(|entry| entry.call.ends_with("signing/hash")).count();
        assert_eq!(after, before + 1, "{fault}");
    }
}

#[test]
fn the_key_must_be_rsa() {
    let desk = Desk::new();
    assert!(desk.listing(ECDSA).unwrap().auth_modes.is_empty());
    let chain = desk.chain(ECDSA);
    let begun = Signing::begin(
        &desk.service,
        &credential(ECDSA, "EXPLICIT/PIN"),
        &requests(&[contract(&chain, "c")]),
        &Terms::new("t"),
    );
    assert!(begun.unwrap_err().to_string().contains("efy does not sign with"));
    let error = failure(desk.listing("00000000-0000-4000-8000-00000000ffff").unwrap_err());
    assert_eq!(error.code.as_deref(), Some("1008"));
}

#[test]
fn wherever_the_process_ends_nothing_is_signed_twice() {
    let desk = Desk::new();
    let chain = desk.chain(PERSON);
    let pin = desk.pin(PERSON);
    let count = |call: &str| desk.world().journal().iter().filter(|entry| entry.call.ends_with(call)).count();
    for mode in ["EXPLICIT/PIN", "EXPLICIT/OTP-SMS"] {
        let codes = [pin.as_str()];
        let codes = if mode == "EXPLICIT/PIN" { &codes[..] } else { &[] };
        let prepared = || contract(&chain, "c");
        let mut clerk = desk.clerk(codes);
        let request = prepared();
        let flow = signing(&desk, PERSON, mode, &requests(std::slice::from_ref(&request)));
        desk.run(flow, &mut clerk).unwrap();
        let stored = clerk.stored;
        assert!(stored.len() >= 4, "{stored:#?}");
        let (mut finished, mut unknown) = (0, 0);
        for state in stored {
            // What was sent when the process ended, if anything that may sign.
            let sent = ["hash-sent", "authorize-sent"].iter().any(|stage| state.contains(stage));
            let before = (count("signing/hash"), count("signing/hash/authorize"));
            let flow: Signing = serde_json::from_str(&state).unwrap();
            match desk.run(flow, &mut desk.clerk(codes)) {
                Ok(outcomes) => {
                    finished += 1;
                    value(&outcomes[0]);
                    assert!(!sent, "{state}");
                }
                Err(error) => {
                    let error = failure(error);
                    unknown += usize::from(error.outcome == Outcome::Unknown);
                    // A transaction of which the code was used already is over, and no new code comes.
                    assert!(sent || error.message.contains("the one-time code"), "{error}");
                    assert_eq!(error.outcome == Outcome::Unknown, sent, "{error}");
                }
            }
            if sent {
                assert_eq!((count("signing/hash"), count("signing/hash/authorize")), before, "{state}");
            }
        }
        assert!(finished >= 2 && unknown >= 1, "{mode}: {finished} finished, {unknown} unknown");
    }
}
