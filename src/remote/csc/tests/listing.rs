//! Finding credentials.

use super::*;
use crate::remote::FoundCertificate;
use crate::remote::csc::Listing;

fn drive_listing(whose: &Credential, double: &mut Double) -> Action<Vec<FoundCertificate>> {
    let service = service(Dialect::V1, Login::Basic);
    let mut listing = Listing::begin(&service, whose, &Entropy::new([1; 32])).unwrap();
    let mut event = Event::Continue;
    for _ in 0..50 {
        event = match listing.step(event, now()) {
            Action::Send(request) => Event::Response(double.answer(&request)),
            Action::NeedInput(input) => Event::Input(answer(&input.kind)),
            end => return end,
        };
        let json = listing.to_json();
        assert!(SECRETS.iter().all(|secret| !json.contains(secret)), "{json}");
        assert_eq!(serde_json::from_str::<Listing>(&json).unwrap().to_json(), json);
    }
    panic!("it goes on and on")
}

#[test]
fn every_page_and_every_credential_is_read() {
    let mut double = Double::new(v1_credential("true", "false"));
    let first = json!({ "credentialIDs": ["a", "b"], "nextPageToken": "p2" });
    double.instead.push_back(("credentials/list", 200, first));
    double.instead.push_back(("credentials/list", 200, json!({ "credentialIDs": ["c", "a"] })));
    let Action::Done(found) = drive_listing(&Credential::new("an"), &mut double) else { panic!("not done") };
    let ids: Vec<_> = found.iter().map(|one| one.credential.credential_id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(found[0].certificates, [certificate()]);
    assert_eq!((found[0].credential.scal, found[0].most_signatures), (Some(2), Some(5)));
    assert_eq!(found[0].auth_modes, ["explicit"]);
    assert_eq!(double.calls[2].1["pageToken"], "p2");
}

#[test]
fn one_credential_is_asked_for_alone() {
    let mut double = Double::new(v1_credential("true", "false"));
    let whose = Credential::new("an").credential_id("only");
    let Action::Done(found) = drive_listing(&whose, &mut double) else { panic!("not done") };
    assert_eq!(found.len(), 1);
    assert_eq!(double.names(), ["auth/login", "credentials/info"]);
}

#[test]
fn pages_without_end_are_too_many() {
    let mut double = Double::new(v1_credential("true", "false"));
    for page in 0..200 {
        let more = json!({ "credentialIDs": [], "nextPageToken": format!("p{page}") });
        double.instead.push_back(("credentials/list", 200, more));
    }
    let service = service(Dialect::V1, Login::Token);
    let mut listing = Listing::begin(&service, &Credential::new("an"), &Entropy::new([1; 32])).unwrap();
    let mut event = Event::Continue;
    let failure = loop {
        event = match listing.step(event, now()) {
            Action::Send(request) => Event::Response(double.answer(&request)),
            Action::NeedInput(input) => Event::Input(answer(&input.kind)),
            Action::Failed(failure) => break failure,
            other => panic!("{other:?}"),
        };
    };
    assert_eq!(failure.fault, crate::fault::Fault::Limit);
    assert_eq!(double.calls.len(), 100);
}
