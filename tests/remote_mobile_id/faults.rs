//! What goes wrong on purpose: nothing is signed twice, nothing is embedded that is wrong.

use kyso::remote::mobile_id::{Dialect, Signing};
use kyso::remote::{DocumentResult, Outcome, Retry};

use super::people::{Papers, Person, Phone, credential, person, run, sandbox, service};
use super::{AUTHORIZE, DIALECTS, REVOKE, SIGN, failure};

#[test]
fn an_answer_that_is_lost_after_signing_stays_unknown_and_releases_the_session() {
    let sandbox = sandbox();
    for dialect in DIALECTS {
        for fault in [r#"{"error_500_after_signing":true}"#, r#"{"drop_connection":"after"}"#] {
            let papers = Papers::new(&sandbox, 0);
            let mut watch = Person::new(&sandbox, Phone::Sleeps);
            watch.breaks = Some((SIGN, fault));
            let flow = papers.signing(&service(&sandbox, dialect), &credential(&sandbox, dialect, 0));
            let lost = failure(run(&service(&sandbox, dialect), flow, &mut watch).unwrap_err());
            assert_eq!((lost.outcome, lost.retry), (Outcome::Unknown, Retry::NewTransaction), "{fault}");
            assert_eq!(watch.calls.iter().filter(|call| **call == SIGN).count(), 1);
            assert_eq!(watch.calls.last(), Some(&REVOKE));
            let id = &person(&sandbox).holdings[0].credential_id;
            assert!(sandbox.world().noted("mobile-id-session", id).is_err());
        }
    }
}

#[test]
fn an_answer_that_is_lost_in_the_second_part_keeps_the_first() {
    let sandbox = sandbox();
    let service = service(&sandbox, Dialect::V1);
    let (papers, requests) = Papers::many(&sandbox, 23);
    let mut watch = Person::new(&sandbox, Phone::Sleeps);
    // Breaks once the second part is signed.
    struct Second<'p, 's>(&'p mut Person<'s>);
    impl kyso::client::Watch for Second<'_, '_> {
        fn persist(&mut self, json: &str) -> std::io::Result<()> {
            self.0.persist(json)
        }
        fn input(&mut self, input: &kyso::remote::Input) -> kyso::remote::Answer {
            self.0.input(input)
        }
        fn sending(&mut self, call: &'static str) {
            let second = self.0.calls.contains(&SIGN);
            self.0.breaks = Some((SIGN, if second { r#"{"drop_connection":"after"}"# } else { "{}" }));
            self.0.sending(call);
        }
    }
    let mut flow = papers.signing_of(&service, &credential(&sandbox, Dialect::V1, 0), &requests);
    let outcomes = super::driver(&service).run(&mut flow, &mut Second(&mut watch)).unwrap();
    for (number, outcome) in outcomes.iter().enumerate() {
        match (&outcome.result, number) {
            (DocumentResult::Value(value), 0..10) => papers.batch[number].check(value).unwrap(),
            // What was under way may be signed; the rest was not sent any more.
            (DocumentResult::Unknown { .. }, 10..20) | (DocumentResult::NotSigned { .. }, 20..) => {}
            (other, _) => panic!("{number}: {other:?}"),
        }
    }
}

#[test]
fn lost_revocations_and_authorisations_do_no_harm() {
    let sandbox = sandbox();
    for dialect in DIALECTS {
        let papers = Papers::new(&sandbox, 0);
        let mut watch = Person::new(&sandbox, Phone::Sleeps);
        watch.breaks = Some((REVOKE, r#"{"drop_connection":"before","every_call":true}"#));
        let flow = papers.signing(&service(&sandbox, dialect), &credential(&sandbox, dialect, 0));
        let outcomes = run(&service(&sandbox, dialect), flow, &mut watch).unwrap();
        papers.judge(&sandbox, &outcomes);
        sandbox.world().advance(61);
    }
    let papers = Papers::new(&sandbox, 0);
    let mut watch = Person::new(&sandbox, Phone::Sleeps);
    watch.breaks = Some((AUTHORIZE, r#"{"drop_connection":"after","every_call":true}"#));
    let flow = papers.signing(&service(&sandbox, Dialect::V1), &credential(&sandbox, Dialect::V1, 0));
    let lost = failure(run(&service(&sandbox, Dialect::V1), flow, &mut watch).unwrap_err());
    assert_eq!(lost.outcome, Outcome::Known);
    // The PIN was right each time: it is asked for once.
    assert_eq!(watch.asked.iter().filter(|asked| **asked == "pin").count(), 1);
    assert_eq!(watch.calls.iter().filter(|call| **call == AUTHORIZE).count(), 5);
}

#[test]
fn wrong_values_are_refused_and_odd_ones_read() {
    let sandbox = sandbox();
    let service = service(&sandbox, Dialect::V2);
    let sign = |fault: &str| {
        sandbox.world().set_faults(serde_json::from_str(fault).unwrap()).unwrap();
        let papers = Papers::new(&sandbox, 0);
        let flow = papers.signing(&service, &credential(&sandbox, Dialect::V2, 0));
        let result = run(&service, flow, &mut Person::new(&sandbox, Phone::Sleeps));
        sandbox.world().set_faults(Default::default()).unwrap();
        (papers, result)
    };
    let (papers, outcomes) = sign(r#"{"crlf_in_base64":true}"#);
    papers.judge(&sandbox, &outcomes.unwrap());
    for fault in ["reorder", "wrong_key", "hash_of_hash", "no_digest_info", "cms_instead_of_raw"] {
        let (papers, outcomes) = sign(&format!("{{\"{fault}\":true}}"));
        let outcomes = outcomes.unwrap();
        assert!(papers.pdf.accept(Papers::value(&outcomes, "contract.pdf")).is_err(), "{fault}");
        assert!(papers.xml.accept(Papers::value(&outcomes, "invoice.xml")).is_err(), "{fault}");
    }
    let (_, missing) = sign(r#"{"missing":true}"#);
    let missing = failure(missing.unwrap_err());
    assert_eq!(missing.outcome, Outcome::Unknown);
    assert!(missing.message.starts_with("1 values for 2 documents"), "{missing}");
}

#[test]
fn wherever_the_client_dies_it_goes_on_and_never_signs_again() {
    let sandbox = sandbox();
    for (dialect, key) in [(Dialect::V1, 0), (Dialect::V2, 1)] {
        let service = service(&sandbox, dialect);
        let papers = Papers::new(&sandbox, key);
        let mut first = Person::new(&sandbox, Phone::Approves);
        run(&service, papers.signing(&service, &credential(&sandbox, dialect, key)), &mut first).unwrap();
        let states: std::collections::BTreeSet<String> = first.stored.into_iter().collect();
        let mut ends = [0, 0];
        for state in states {
            let flow: Signing = serde_json::from_str(&state).unwrap();
            let mut watch = Person::new(&sandbox, Phone::Approves);
            let was_signing = state.contains(r#""stage":"sign","under_way":true"#);
            // A phone that was asked once has given its SAD away by now.
            let gone = state.contains(r#""stage":"confirm""#);
            match run(&service, flow, &mut watch) {
                Ok(outcomes) => {
                    assert!(!was_signing);
                    let value = Papers::value(&outcomes, "contract.pdf");
                    papers.pdf.check(value).unwrap();
                    ends[0] += 1;
                }
                Err(error) => {
                    let failure = failure(error);
                    assert!(was_signing || gone, "{state}: {failure}");
                    assert_eq!(failure.outcome == Outcome::Unknown, was_signing, "{failure}");
                    assert!(!watch.calls.contains(&SIGN));
                    ends[1] += 1;
                }
            }
        }
        assert!(ends[0] >= 4 && ends[1] >= 1, "{ends:?}");
    }
}
