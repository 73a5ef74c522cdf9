use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::*;
use crate::remote::efy::Listing;
use crate::remote::{FoundCertificate, Retry, Terms};

fn listing() -> Listing {
    let mut listing =
        Listing::begin(&service(), &Credential::default().agreement_uuid("13ae13a443e2"), &Terms::new("t"))
            .unwrap();
    let request = sent(log_in(&mut listing), "certificates/get-detail");
    assert!(request.is_repeatable());
    assert_eq!(request.body(), br#"{"agreementUUID":"13ae13a443e2"}"#);
    listing
}

fn detail(thumbprint: &str) -> String {
    let certificate = STANDARD_NO_PAD.encode(chain().leaf().der());
    format!(
        r#"{{"responseCode":1007,"certificate":"`{certificate}","certificateThumbprint":"{thumbprint}","authModeSupported":["","explicit/otp-sms","EXPLICIT/PIN"]}}"#
    )
}

#[test]
fn the_certificate_comes_whole() {
    let thumbprint = chain().leaf_digest(DigestAlgorithm::Sha1).to_hex().to_uppercase();
    let Action::Done(found) = listing().step(ok(detail(&thumbprint)), at(1)) else { panic!() };
    let expected = FoundCertificate {
        credential: credential("EXPLICIT/OTP-SMS"),
        certificates: vec![chain().leaf().der().to_vec()],
        auth_modes: vec!["explicit/otp-sms".to_owned(), "EXPLICIT/PIN".to_owned()],
        ..FoundCertificate::default()
    };
    assert_eq!(found, [expected]);
}

#[test]
fn a_certificate_that_is_none_or_another_is_told() {
    let wrong = detail(&"00".repeat(20));
    for (body, told) in [
        (wrong.as_str(), "certificateThumbprint"),
        (r#"{"responseCode":0}"#, "no certificate"),
        (r#"{"responseCode":0,"certificate":"!"}"#, "base64"),
        (r#"{"responseCode":0,"certificate":"AQID"}"#, "cannot be read"),
        (r#"{"responseCode":1008}"#, "AGREEEMENT NOT FOUND"),
    ] {
        let Action::Failed(failure) = listing().step(ok(body), at(1)) else { panic!() };
        assert!(failure.message.contains(told), "{failure}");
    }
}

#[test]
fn a_busy_service_is_asked_again() {
    let mut listing = listing();
    let Action::Wait(wait) = listing.step(response(503, ""), at(1)) else { panic!() };
    sent(listing.step(Event::Continue, wait.poll_at), "certificates/get-detail");
    let Action::Failed(failure) = listing.step(response(503, ""), at(300)) else { panic!() };
    assert_eq!(failure.retry, Retry::NewTransaction);
}
