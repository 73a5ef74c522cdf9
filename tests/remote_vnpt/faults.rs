//! What goes wrong on purpose: nothing is signed twice, and every document is accounted for.

use kyso::remote::{DocumentResult, Outcome, Retry};
use kyso::sandbox::Faults;

use super::*;

fn faults(json: &str) -> Faults {
    serde_json::from_str(json).unwrap()
}

#[test]
fn answers_that_get_lost_after_signing_are_polled_for() {
    let sandbox = sandbox();
    for (number, fault) in
        [r#"{"error_500_after_signing":true}"#, r#"{"drop_connection":"after"}"#].into_iter().enumerate()
    {
        sandbox.world().set_faults(faults(fault)).unwrap();
        let papers = Papers::new(&sandbox);
        let mut person = Person::new(&sandbox, Phone::Approves);
        let flow = phone(&sandbox, &papers, &format!("lost-{number}"));
        let outcomes = run(&sandbox, flow, &mut person).unwrap();
        assert_eq!(person.sent(SIGN), 1, "{fault}");
        papers.judge(&sandbox, &outcomes);
    }
}

#[test]
fn a_confirmation_that_gets_lost_is_polled_for() {
    let sandbox = sandbox();
    let papers = Papers::new(&sandbox);
    let flow = th(&sandbox, &papers, "th-lost");
    /// Breaks what follows the first call.
    struct Breaks<'p, 's>(&'p mut Person<'s>);
    impl Watch for Breaks<'_, '_> {
        fn persist(&mut self, json: &str) -> io::Result<()> {
            self.0.persist(json)
        }
        fn input(&mut self, input: &Input) -> Answer {
            self.0.input(input)
        }
        fn sending(&mut self, call: &'static str) {
            if call == TH_CONFIRM {
                let broken = faults(r#"{"drop_connection":"after"}"#);
                self.0.sandbox.world().set_faults(broken).unwrap();
            }
            self.0.sending(call);
        }
    }
    let mut person = Person::new(&sandbox, Phone::Sleeps);
    let service = service(&sandbox);
    let mut flow = flow;
    let outcomes = driver(&service).run(&mut flow, &mut Breaks(&mut person)).unwrap();
    assert_eq!(person.calls, [TH_SIGN, TH_CONFIRM, STATUS]);
    papers.judge(&sandbox, &outcomes);
}

#[test]
fn a_code_that_opens_nothing_ends_in_doubt() {
    let sandbox = sandbox();
    let papers = Papers::new(&sandbox);
    sandbox.world().set_faults(faults(r#"{"drop_connection":"before"}"#)).unwrap();
    let mut person = Person::new(&sandbox, Phone::Sleeps);
    let service = service(&sandbox);
    let terms = Terms::new("th-doubt").poll_seconds(1).patience_seconds(3);
    let mut flow = ThSigning::begin(&service, &papers.credential, &papers.requests(), &terms).unwrap();
    let error = driver(&service).run(&mut flow, &mut person).unwrap_err();
    let DriveError::Failed { failure, .. } = error else { panic!("{error}") };
    assert_eq!((failure.retry, failure.outcome), (Retry::NewTransaction, Outcome::Unknown));
    assert_eq!(person.sent(TH_SIGN), 1);
}

#[test]
fn wrong_values_are_told_apart_and_right_ones_pass() {
    let sandbox = sandbox();
    let world = sandbox.world();
    for (number, fault) in [r#"{"reorder":true}"#, r#"{"crlf_in_base64":true}"#].into_iter().enumerate() {
        world.set_faults(faults(fault)).unwrap();
        let papers = Papers::new(&sandbox);
        let flow = phone(&sandbox, &papers, &format!("odd-{number}"));
        let outcomes = run(&sandbox, flow, &mut Person::new(&sandbox, Phone::Approves)).unwrap();
        papers.judge(&sandbox, &outcomes);
    }
    let wrong = ["wrong_key", "hash_of_hash", "no_digest_info", "cms_instead_of_raw"];
    for (number, fault) in wrong.into_iter().enumerate() {
        world.set_faults(faults(&format!("{{\"{fault}\":true}}"))).unwrap();
        let papers = Papers::new(&sandbox);
        let flow = phone(&sandbox, &papers, &format!("wrong-{number}"));
        let outcomes = run(&sandbox, flow, &mut Person::new(&sandbox, Phone::Approves)).unwrap();
        assert!(papers.pdf.accept(Papers::value(&outcomes, "contract.pdf")).is_err(), "{fault}");
        assert!(papers.xml.accept(Papers::value(&outcomes, "invoice.xml")).is_err(), "{fault}");
    }
    world.set_faults(faults(r#"{"missing":true}"#)).unwrap();
    let papers = Papers::new(&sandbox);
    let flow = phone(&sandbox, &papers, "missing");
    let outcomes = run(&sandbox, flow, &mut Person::new(&sandbox, Phone::Approves)).unwrap();
    let missing = outcomes.iter().filter(|one| one.result == DocumentResult::Missing).count();
    assert_eq!((outcomes.len(), missing), (2, 1));
}
