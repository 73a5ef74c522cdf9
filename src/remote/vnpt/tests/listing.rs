//! The certificates of a signer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::Listing;
use super::*;
use crate::fault::Fault;

fn asking() -> Listing {
    let mut listing = Listing::begin(&service(), &Credential::new("000092"), &terms()).unwrap();
    need(listing.step(Event::Continue, at(0)), &InputKind::ServicePassword);
    send(listing.step(given(SERVICE_PASSWORD), at(0)));
    listing
}

/// The certificates of a chain in base64 with lines, as real responses have it.
fn chain() -> (Vec<Vec<u8>>, Vec<String>) {
    let pem = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/keys/rsa2048-chain.pem")).unwrap();
    let chain = Chain::from_pem(&pem).unwrap();
    let ders: Vec<Vec<u8>> = chain.certificates().iter().map(|one| one.der().to_vec()).collect();
    let lines = |der: &Vec<u8>| {
        let text = STANDARD.encode(der);
        let lines: Vec<&str> =
            text.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
        lines.join("\r\n") + "\r\n"
    };
    let texts = ders.iter().map(lines).collect();
    (ders, texts)
}

#[test]
fn what_is_printed_is_found() {
    let mut listing = asking();
    let found = done(listing.step(text(200, printed::CERTIFICATES), at(1)));
    let serials: Vec<_> = found.iter().map(|one| one.credential.serial_number.clone().unwrap()).collect();
    assert_eq!(serials.len(), 3);
    assert_eq!(serials[0], "54010101493c47d39f8a84b30ed55191");
    assert_eq!(found[0].credential.user_id, "000092");
    assert_eq!(found[0].credential.credential_id.as_deref(), Some("fcfffdff-2bed-4dda-8276-d00b4c3df6c9"));
    assert_eq!(found[0].service_type.as_deref(), Some("SMARTCA"));
    assert_eq!(found[0].package.as_deref(), Some("SMARTCA PERSONAL PRO"));
    assert_eq!(found[0].status.as_deref(), Some("Đang hoạt động"));
    // Cut in print: no certificate.
    assert!(found[0].certificates.is_empty());
    let found = done(resumed(&listing).step(Event::Continue, at(2)));
    assert_eq!(found.len(), 3);
    let found = done(asking().step(text(200, printed::TH_CERTIFICATES), at(1)));
    assert_eq!((found.len(), &found[0].status, &found[0].package), (1, &None, &None));
}

#[test]
fn certificates_with_line_ends_and_without_issuers() {
    let (ders, texts) = chain();
    assert!(ders.len() >= 2);
    let bare = texts[0].trim_end().trim_end_matches('=').to_owned();
    let armoured = format!("-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n", texts[0]);
    let body = json!({ "status_code": 200, "message": "Success", "data": { "user_certificates": [
        { "serial_number": 5401, "cert_data": texts[0], "chain_data": { "ca_cert": texts[1], "root_cert": null } },
        { "cert_data": bare, "chain_data": { "ca_cert": "", "root_cert": "broken" } },
        { "cert_data": armoured, "chain_data": null },
        { "cert_data": null },
    ] } });
    let found = done(asking().step(answer(200, &body), at(1)));
    assert_eq!(found[0].certificates, ders[..2]);
    assert_eq!(found[0].credential.serial_number.as_deref(), Some("5401"));
    assert_eq!(found[1].certificates, ders[..1]);
    assert_eq!(found[2].certificates, ders[..1]);
    assert!(found[3].certificates.is_empty());
    for empty in [json!({ "user_certificates": null }), json!({}), Value::Null] {
        let body = json!({ "status_code": 200, "data": empty });
        assert!(done(asking().step(answer(200, &body), at(1))).is_empty());
    }
}

#[test]
fn codes() {
    for number in [400, 401, 403] {
        let failure = failed(asking().step(answer(200, &code(number, "m")), at(1)));
        assert_eq!((failure.retry, failure.fault), (Retry::Never, Fault::Caller));
        assert_eq!((failure.code.unwrap(), failure.message.as_str()), (number.to_string(), "m"));
        assert_eq!(failure.call, "v1/credentials/get_certificate");
    }
    let failure = failed(asking().step(answer(200, &code(7, " ")), at(1)));
    assert_eq!((failure.message.as_str(), failure.retry), ("the service answers 7", Retry::NewTransaction));
    let failure = failed(asking().step(text(200, "<html>"), at(1)));
    assert_eq!(failure.message, "the response (HTTP 200) is not JSON, line 1 column 1");
}

#[test]
fn trouble_that_may_pass_is_met_three_times() {
    let mut listing = asking();
    assert_eq!(wait(listing.step(answer(500, &code(500, "m")), at(1))).poll_at, at(4));
    wait(listing.step(Event::Continue, at(2)));
    send(listing.step(Event::Continue, at(4)));
    wait(listing.step(Event::Lost(Lost::Unknown), at(5)));
    send(listing.step(Event::Continue, at(8)));
    let failure = failed(listing.step(answer(200, &code(500, "m")), at(9)));
    assert_eq!(
        (gist(&failure), failure.message.as_str()),
        ((Some("500"), Retry::NewTransaction, Outcome::Known), "m")
    );
}

#[test]
fn a_resume_asks_for_the_password_again() {
    let mut listing = resumed(&asking());
    wait(listing.step(Event::Continue, at(1)));
    need(listing.step(Event::Continue, at(4)), &InputKind::ServicePassword);
    send(listing.step(given(SERVICE_PASSWORD), at(4)));
    assert_eq!(failed(listing.step(Event::Cancelled, at(5))).fault, Fault::Caller);
    // Stray events change nothing.
    let mut listing = asking();
    let before = listing.to_json();
    assert!(send(listing.step(given("x"), at(1))).is_repeatable());
    assert_eq!(listing.to_json(), before);
}
