//! What goes wrong at the service or on the way: nothing is signed twice, nothing wrong is embedded.

use kyso::remote::{Outcome, Retry};
use kyso::sandbox::{DropConnection, Faults};

use super::*;

fn faults(change: impl FnOnce(&mut Faults)) -> Faults {
    let mut faults = Faults::default();
    change(&mut faults);
    faults
}

#[test]
fn after_a_lost_answer_nothing_is_signed_again() {
    for faults in [
        faults(|faults| faults.error_500_after_signing = true),
        faults(|faults| faults.drop_connection = DropConnection::After),
    ] {
        let sandbox = sandbox();
        sandbox.world().set_faults(faults).unwrap();
        let service = service(&sandbox, Dialect::V1, Login::Basic);
        let contracts = contracts(&sandbox, "person-rsa", 1);
        let requests = [contracts[0].request()];
        let mut person = Person::new(&sandbox);
        let credential = credential(&sandbox, "person-rsa");
        let failure = failure(sign(&service, &credential, &requests, &mut person));
        assert_eq!((failure.retry, failure.outcome), (Retry::NewTransaction, Outcome::Unknown), "{failure}");
        assert_eq!(person.sent(SIGN_HASH), 1);
        // Neither does another process that finds any of the states.
        sandbox.world().set_faults(Faults::default()).unwrap();
        let states = person.stored.iter();
        let mut looked_at = 0;
        for state in states.filter(|state| state.contains("\"signing_until\":1") || state.contains("failed"))
        {
            let mut resumed: Signing = serde_json::from_str(state).unwrap();
            let mut person = Person::new(&sandbox);
            let result = driver(&service).run(&mut resumed, &mut person);
            assert!(matches!(result, Err(DriveError::Failed { .. })), "{result:?}");
            assert_eq!(person.sent(SIGN_HASH), 0);
            looked_at += 1;
        }
        assert!(looked_at >= 2, "{looked_at}");
    }
}

#[test]
fn an_asynchronous_result_is_fetched_by_another_process() {
    let sandbox = sandbox();
    let mut service = service(&sandbox, Dialect::V2, Login::Basic);
    service.asynchronous = true;
    let contracts = contracts(&sandbox, "person-rsa", 2);
    let requests: Vec<SigningRequest> = contracts.iter().map(pdf::Prepared::request).collect();
    let mut person = Person::new(&sandbox);
    sign(&service, &credential(&sandbox, "person-rsa"), &requests, &mut person).unwrap();
    let state = person.stored.iter().find(|state| state.contains("response_id")).unwrap();
    let mut resumed: Signing = serde_json::from_str(state).unwrap();
    let mut person = Person::new(&sandbox);
    let outcomes = driver(&service).run(&mut resumed, &mut person).unwrap();
    assert_eq!((person.sent("auth/login"), person.sent(SIGN_HASH)), (1, 0));
    for (index, contract) in contracts.iter().enumerate() {
        contract.check(value(&outcomes, &format!("c-{index}"))).unwrap();
    }
}

#[test]
fn wrong_values_are_not_accepted() {
    let cases: [(&str, fn(&mut Faults)); 6] = [
        ("reorder", |faults| faults.reorder = true),
        ("wrong_key", |faults| faults.wrong_key = true),
        ("hash_of_hash", |faults| faults.hash_of_hash = true),
        ("no_digest_info", |faults| faults.no_digest_info = true),
        ("cms_instead_of_raw", |faults| faults.cms_instead_of_raw = true),
        ("crlf_in_base64", |faults| faults.crlf_in_base64 = true),
    ];
    let sandbox = sandbox();
    let service = service(&sandbox, Dialect::V2, Login::Basic);
    let contracts = contracts(&sandbox, "person-rsa", 2);
    let requests: Vec<SigningRequest> = contracts.iter().map(pdf::Prepared::request).collect();
    for (name, change) in cases {
        sandbox.world().set_faults(faults(change)).unwrap();
        let mut person = Person::new(&sandbox);
        let outcomes = sign(&service, &credential(&sandbox, "person-rsa"), &requests, &mut person).unwrap();
        for (index, contract) in contracts.iter().enumerate() {
            let checked = contract.check(value(&outcomes, &format!("c-{index}")));
            // White space is none of the value.
            assert_eq!(checked.is_ok(), name == "crlf_in_base64", "{name}: {checked:?}");
        }
    }
    sandbox.world().set_faults(faults(|faults| faults.missing = true)).unwrap();
    let mut person = Person::new(&sandbox);
    let failure = failure(sign(&service, &credential(&sandbox, "person-rsa"), &requests, &mut person));
    assert!(failure.message.contains("1 signatures for 2 hashes"), "{failure}");
}
