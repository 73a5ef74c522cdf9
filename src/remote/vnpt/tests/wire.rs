//! The printed bodies are read and written without loss, and the requests that are sent are the printed ones.

use super::super::webhook;
use super::super::wire::{Certificates, Confirm, Envelope, GetCertificate, Sign, Transaction};
use super::super::{Listing, TimeStamp};
use super::*;

#[track_caller]
fn round_trip<T: serde::de::DeserializeOwned + serde::Serialize>(printed: &str) {
    let expected: Value = serde_json::from_str(printed).unwrap();
    let read: T = serde_json::from_str(printed).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), expected);
}

#[test]
fn printed_bodies_round_trip() {
    round_trip::<Envelope<Transaction>>(printed::SUCCESS);
    round_trip::<GetCertificate>(printed::GET_CERTIFICATE);
    round_trip::<Envelope<Certificates>>(printed::CERTIFICATES);
    round_trip::<Sign>(printed::SIGN);
    round_trip::<Envelope<Transaction>>(printed::SIGN_ACCEPTED);
    round_trip::<Envelope<Transaction>>(printed::STATUS);
    round_trip::<GetCertificate>(printed::TH_GET_CERTIFICATE);
    round_trip::<Envelope<Certificates>>(printed::TH_CERTIFICATES);
    round_trip::<Sign>(printed::TH_SIGN);
    round_trip::<Envelope<Transaction>>(printed::TH_SIGN_ACCEPTED);
    round_trip::<Confirm>(printed::TH_CONFIRM);
    round_trip::<Envelope<Transaction>>(printed::TH_CONFIRMED);
    let notification = webhook::parse(printed::NOTIFICATION.as_bytes()).unwrap();
    assert_eq!(notification.transaction_id.as_deref(), Some("SP_CA_123456"));
}

#[test]
fn debug_of_a_request_shows_no_secret() {
    let sign: Sign = serde_json::from_str(printed::TH_SIGN).unwrap();
    let confirm: Confirm = serde_json::from_str(printed::TH_CONFIRM).unwrap();
    let shown = format!("{sign:?} {confirm:?}");
    assert!(shown.contains("Secret(…)"));
    for secret in [SERVICE_PASSWORD, USER_PASSWORD, OTP, "eyJ0"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

fn body(request: &HttpRequest) -> Value {
    assert_eq!(request.method().name(), "POST");
    serde_json::from_slice(request.body()).unwrap()
}

fn member<'v>(printed: &'v Value, name: &str) -> &'v str {
    printed[name].as_str().unwrap()
}

#[test]
fn the_listing_sends_what_is_printed() {
    let expected: Value = serde_json::from_str(printed::GET_CERTIFICATE).unwrap();
    let service = Service::new("https://ca.example/sca/sp769/", member(&expected, "sp_id"));
    let credential = Credential::new(member(&expected, "user_id"));
    let mut listing = Listing::begin(&service, &credential, &Terms::new("SP_CA_09940")).unwrap();
    need(listing.step(Event::Continue, at(0)), &InputKind::ServicePassword);
    let request = send(listing.step(given(SERVICE_PASSWORD), at(0)));
    assert_eq!(request.url(), "https://ca.example/sca/sp769/v1/credentials/get_certificate");
    assert!(request.is_repeatable());
    assert_eq!(body(&request), expected);
}

#[test]
fn sign_sends_what_is_printed() {
    let expected: Value = serde_json::from_str(printed::SIGN).unwrap();
    let mut service = Service::new("https://ca.example/sca/sp769", member(&expected, "sp_id"));
    service.time_stamp = TimeStamp::Utc;
    let credential = Credential::new(member(&expected, "user_id")).serial_number("52341c3f9dcs2371");
    // The printed ids do not say the type: the second is named as XML here, and the id put back below.
    let requests = requests(&["30c-7401-2562", "29a-7749-1325.xml"]);
    let mut signing = Signing::begin(&service, &credential, &requests, &terms()).unwrap();
    let now = "2022-03-16T06:30:00Z".parse().unwrap();
    need(signing.step(Event::Continue, now), &InputKind::ServicePassword);
    let request = send(signing.step(given(SERVICE_PASSWORD), now));
    assert_eq!(request.url(), "https://ca.example/sca/sp769/v1/signatures/sign");
    assert!(!request.is_repeatable());
    let mut sent = body(&request);
    assert_eq!(sent["sign_files"][1]["doc_id"], "29a-7749-1325.xml");
    sent["sign_files"][1]["doc_id"] = json!("29a-7749-1325");
    assert_eq!(sent, expected);
}

#[test]
fn th_sends_what_is_printed() {
    let expected: Value = serde_json::from_str(printed::TH_SIGN).unwrap();
    let digest = expected["sign_files"][0]["data_to_be_signed"].as_str().unwrap();
    let requests = requests_for("rsa2048", DigestAlgorithm::Sha256, digest, &["30c-7401-2562"]);
    let service = Service::new("https://ca.example/sca/sp769", member(&expected, "sp_id"));
    let terms = Terms::new(member(&expected, "transaction_id"));
    let mut signing = ThSigning::begin(&service, &credential(), &requests, &terms).unwrap();
    need(signing.step(Event::Continue, at(0)), &InputKind::ServicePassword);
    need(signing.step(given(SERVICE_PASSWORD), at(0)), &InputKind::UserPassword);
    need(signing.step(given(USER_PASSWORD), at(0)), &InputKind::Otp);
    let request = send(signing.step(given(OTP), at(0)));
    assert_eq!(request.url(), "https://ca.example/sca/sp769/v2/signatures/sign");
    assert_eq!(body(&request), expected);

    // The id of `confirm` is the one that `sign` returned, whatever the document's examples have.
    let request = send(signing.step(text(200, printed::TH_SIGN_ACCEPTED), at(1)));
    assert_eq!(request.url(), "https://ca.example/sca/sp769/v2/signatures/confirm");
    assert!(!request.is_repeatable());
    let mut expected: Value = serde_json::from_str(printed::TH_CONFIRM).unwrap();
    expected["transaction_id"] = json!("67975bcc-5ee7-4a24-ab29-dd9f3c8fe32a");
    assert_eq!(body(&request), expected);
}
