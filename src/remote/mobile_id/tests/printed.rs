//! The bodies that the vendor's document prints.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::{request, response};
use super::*;

const PRINTED: &str = include_str!("printed.json");

fn printed(name: &str) -> Value {
    let all: Value = serde_json::from_str(PRINTED).unwrap();
    all[name].clone()
}

fn comes_back<T: Serialize + DeserializeOwned>(name: &str) -> T {
    let printed = printed(name);
    assert!(printed.is_object(), "{name}");
    let read: T = serde_json::from_value(printed.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), printed, "{name}");
    read
}

#[test]
fn requests_come_back_as_they_were_printed() {
    comes_back::<request::Login>("login-request");
    comes_back::<request::Revoke>("revoke-request");
    comes_back::<request::ListCredentials>("list-request");
    comes_back::<request::CredentialInfo>("credential-info-request");
    comes_back::<request::SendOtp>("send-otp-request");
    comes_back::<request::Authorize>("authorize-request");
}

#[test]
fn responses_come_back_as_they_were_printed() {
    comes_back::<ServiceInfo>("info-response");
    comes_back::<response::Login>("login-response");
    comes_back::<response::Plain>("revoke-response");
    let list = comes_back::<CredentialList>("list-response");
    assert_eq!(list.certificates[0].certificate_id, Some(Reference::Number(84902)));
    let info = comes_back::<CredentialDetails>("credential-info-response");
    assert_eq!((info.scal, info.num_signatures), (Some(2), Some(5)));
    let otp = comes_back::<response::Plain>("send-otp-response");
    assert_eq!(otp.status.code(), Some(ResponseCode::RequestAccepted));
    comes_back::<response::Authorized>("authorize-response");
}

#[test]
fn responses_are_read_with_care() {
    let read = |text: &str| {
        let response = HttpResponse::new(200, vec![], text.as_bytes().to_vec());
        response::parse::<response::Authorized>(&response).unwrap()
    };
    let odd = read(r#"{"responseCode":"1007","error":null,"billCode":7,"expiresIn":"60","SAD":null,"x":[]}"#);
    assert_eq!(odd.status.code(), Some(ResponseCode::RequestAccepted));
    assert_eq!(
        (odd.status.bill_code.as_deref(), odd.expires_in, odd.sad.is_none()),
        (Some("7"), Some(60), true)
    );
    let v2 = read(r#"{"error":3034,"errorDescription":"WAIT","responseID":"r1","tempLockoutDuration":30}"#);
    assert_eq!(v2.status.code(), Some(ResponseCode::AcceptedAsynchronously));
    assert_eq!(v2.status.response_message.as_deref(), Some("WAIT"));
    assert_eq!(v2.attempts.temporary_lock_time, Some(30));
    let signed = HttpResponse::new(200, vec![], br#"{"error":0,"signatures":["AA==",null]}"#.to_vec());
    let signed: response::Signed = response::parse(&signed).unwrap();
    assert_eq!(signed.signatures, ["AA==", ""]);
}

#[test]
fn thumbprints_are_compared_with_the_certificate() {
    let chain = chain();
    let texts: Vec<String> =
        chain.certificates().iter().map(|certificate| STANDARD.encode(certificate.der())).collect();
    for algorithm in [DigestAlgorithm::Sha1, DigestAlgorithm::Sha256] {
        let thumbprint = chain.leaf_digest(algorithm).to_hex().to_uppercase();
        assert_eq!(certificates(&texts, Some(&thumbprint)).len(), texts.len());
        assert!(certificates(&texts, Some(&thumbprint.replace(['A', 'B', 'C'], "0"))).is_empty());
    }
    assert_eq!(certificates(&texts, None).len(), texts.len());
    assert!(certificates(&["AAAA".to_owned()], None).is_empty());
}
