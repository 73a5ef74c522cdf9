//! The bodies that the document prints.

use std::fs;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::certificate::Certificate;
use crate::remote::efy::*;
use crate::remote::{Call, Failure, HttpResponse, Method, Outcome, Secret};

/// The bodies, by the number that their names begin with; none where they did not come along.
fn printed() -> Option<Vec<(u32, String)>> {
    let shared = std::env::var_os("KYSO_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let folder = shared.join("samples/efy-json");
    if !folder.is_dir() {
        println!("efy: not run ({} does not exist)", folder.display());
        return None;
    }
    let mut bodies = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let number = name.strip_prefix("efy_").unwrap().split('_').next().unwrap().parse().unwrap();
        bodies.push((number, fs::read_to_string(&path).unwrap()));
    }
    bodies.sort();
    Some(bodies)
}

/// Reads a body and writes it again: nothing may be lost, nothing added.
fn trip<T: DeserializeOwned + Serialize>(number: u32, body: &str) {
    let read: T = serde_json::from_str(body).unwrap_or_else(|error| panic!("{number}: {error}"));
    // The quotation marks inside the names are a slip of the document.
    let mut expected: Value =
        serde_json::from_str(&body.replace("\"'", "\"").replace("'\":", "\":")).unwrap();
    let mut written = serde_json::to_value(&read).unwrap();
    for value in [&mut expected, &mut written] {
        unquote(value);
    }
    assert_eq!(written, expected, "{number}");
}

/// Texts without quotation marks at their ends: some of the printed values have them.
fn unquote(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.trim_matches('\'').to_owned(),
        Value::Array(list) => list.iter_mut().for_each(unquote),
        Value::Object(members) => members.values_mut().for_each(unquote),
        _ => {}
    }
}

#[test]
fn printed_bodies_round_trip() {
    let Some(bodies) = printed() else { return };
    assert_eq!(bodies.len(), 35);
    for (number, body) in bodies {
        match number {
            1 => trip::<Login>(number, &body),
            2 => trip::<Token>(number, &body),
            3 => {
                let response = HttpResponse::new(401, Vec::new(), body.into_bytes());
                let service = Service::new("https://a.example", "u", "c");
                let failure = Login::new(&service, &Secret::new("p")).read(&response).unwrap_err();
                assert_eq!(failure.code.as_deref(), Some("401"));
                assert_eq!(failure.message, "Invalid username or password");
            }
            4 => trip::<Register>(number, &body),
            5 | 7 => trip::<Registered>(number, &body),
            6 => trip::<Change>(number, &body),
            8 => trip::<ChangePin>(number, &body),
            9 => trip::<PinChanged>(number, &body),
            10 => trip::<GetDetail>(number, &body),
            11 => trip::<CertificateDetail>(number, &body),
            12 => trip::<ForgetPin>(number, &body),
            13 | 15 | 17 | 19 | 21 => trip::<Accepted>(number, &body),
            14 => trip::<Renew>(number, &body),
            16 => trip::<Revoke>(number, &body),
            18 => trip::<Enable>(number, &body),
            20 => trip::<Disable>(number, &body),
            22..=27 => trip::<SignFile>(number, &body),
            28 | 30 => trip::<FileReply>(number, &body),
            29 => trip::<AuthorizeFile>(number, &body),
            31 => trip::<SignHash>(number, &body),
            32 | 34 => trip::<HashReply>(number, &body),
            33 => trip::<AuthorizeHash>(number, &body),
            35 => trip::<SignedFiles>(number, &body),
            other => panic!("what is {other}?"),
        }
    }
}

#[test]
fn the_printed_certificate_is_one() {
    let Some(bodies) = printed() else { return };
    let (_, body) = bodies.iter().find(|(number, _)| *number == 11).unwrap();
    let detail: CertificateDetail = serde_json::from_str(body).unwrap();
    assert!(detail.certificate.as_deref().unwrap().starts_with('`'));
    let certificate = Certificate::from_der(&detail.der().unwrap().unwrap()).unwrap();
    let serial: String = certificate.serial().iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(Some(serial), detail.certificate_serial_number);
}

#[test]
fn printed_metadata_is_what_the_pipeline_reads_too() {
    let Some(bodies) = printed() else { return };
    for (number, body) in bodies.iter().filter(|(number, _)| (23..=27).contains(number)) {
        let request: SignFile = serde_json::from_str(body).unwrap();
        let sent = serde_json::to_string(&request.sign_cloud_meta_data.unwrap()).unwrap();
        let read = |text: &str| crate::sign_cloud::MetaData::from_json(text).unwrap();
        assert_eq!(read(&sent), read(body), "{number}");
    }
}

fn read<C: Call>(call: &C, status: u16, body: &str) -> Result<C::Reply, Failure> {
    call.read(&HttpResponse::new(status, Vec::new(), body.as_bytes().to_vec()))
}

fn detail() -> GetDetail {
    GetDetail { agreement_uuid: "u".to_owned() }
}

#[test]
fn replies_are_read_leniently() {
    let body = "\u{FEFF}{\"responseCode\":\"1007\",\"status\":\"TRUE\",\"sharedMode\":\"2\",\"validTo\":null,\
                \"authModeSupported\":\"EXPLICIT/PIN\",\"issuerDN\":{\"cn\":1},\"more\":[1]}";
    let reply = read(&detail(), 200, body).unwrap();
    assert_eq!(reply.common.code(), Some(ResponseCode::RequestAccepted));
    assert_eq!((reply.common.status, reply.shared_mode), (Some(true), Some(2)));
    assert_eq!((reply.valid_to, reply.issuer_dn), (None, None));
    assert_eq!(reply.auth_mode_supported, ["EXPLICIT/PIN"]);
    assert!(read(&detail(), 200, r#"{"responseCode":0,"authModeSupported":null}"#).is_ok());
    assert!(read(&detail(), 200, r#"{"responseCode":1018}"#).is_ok());
}

#[test]
fn refusals_are_failures_with_the_code() {
    for (status, body, code) in [
        (200, r#"{"responseCode":1008}"#, "1008"),
        (200, r#"{"responseCode":"1012","responseMessage":""}"#, "1012"),
        (200, r#"{"status":false}"#, "200"),
        (400, r#"{"responseCode":1002}"#, "1002"),
        (422, r#"{"error":{"statusCode":422,"name":"UnprocessableEntityError"}}"#, "422"),
        (404, "not here", "404"),
        (200, "not JSON", "200"),
        (200, r#"{"responseCode":99999999999}"#, ""),
    ] {
        match read(&detail(), status, body) {
            Err(failure) => {
                assert_eq!(failure.code.as_deref(), Some(code), "{body}");
                assert_eq!(failure.outcome, Outcome::Known, "nothing is signed here: {body}");
            }
            // A number that is none is no code at all.
            Ok(_) => assert_eq!(code, "", "{body}"),
        }
    }
    // The printed message stands in where the service says nothing.
    let failure = read(&detail(), 200, r#"{"responseCode":1026}"#).unwrap_err();
    assert_eq!(failure.message, "MULTIPLE CLIENT MACHINE YSING THE SAME AGREEMENT UUID");
}

#[test]
fn what_is_blank_says_nothing() {
    for (body, message) in [
        (r#"{"error":{"message":"no","name":"UnprocessableEntityError"}}"#, "no"),
        (r#"{"error":{"message":" ","name":"UnprocessableEntityError"}}"#, "UnprocessableEntityError"),
        (r#"{"error":{"message":"","name":null}}"#, "HTTP status 422"),
    ] {
        assert_eq!(read(&detail(), 422, body).unwrap_err().message, message, "{body}");
    }
}

#[test]
fn codes_are_those_of_the_document() {
    let numbers: Vec<u32> = ResponseCode::ALL.iter().map(|code| code.number()).collect();
    let expected: Vec<u32> = std::iter::once(0).chain(1000..=1029).collect();
    assert_eq!(numbers, expected);
    for code in ResponseCode::ALL {
        assert_eq!(ResponseCode::from_number(code.number()), Some(code));
        assert_eq!(code.is_success(), matches!(code.number(), 0 | 1007 | 1018));
    }
    assert_eq!(ResponseCode::from_number(1030), None);
}

#[test]
fn a_login_without_a_token_is_refused() {
    let login = Login::new(&Service::new("https://a.example", "u", "c"), &Secret::new("p"));
    for body in [r#"{"token":""}"#, r#"{"token":"a b"}"#, r#"{"token":"a\r\nb"}"#, "{}", "", r#"{"token":1}"#]
    {
        assert!(read(&login, 200, body).is_err(), "{body}");
    }
    assert_eq!(read(&login, 200, r#"{"responseCode":1001}"#).unwrap_err().code.as_deref(), Some("1001"));
    assert_eq!(read(&login, 200, r#"{"token":"abc"}"#).unwrap().token.expose(), "abc");
}

#[test]
fn every_call_goes_to_its_path() {
    let uuid = || "u".to_owned();
    let secret = || Secret::new("s3cret");
    let token = Secret::new("t0ken");
    let details = || AgreementDetails { personal_name: Some("A".to_owned()), ..AgreementDetails::default() };
    let register = Register {
        agreement_details: details(),
        email: "a@kyso.invalid".to_owned(),
        mobile_no: "0".to_owned(),
        shared_mode: None,
        certificate_profile: "T2PSB21Y".to_owned(),
        owner_email: "a@kyso.invalid".to_owned(),
        owner_mobile_no: "0".to_owned(),
        owner_uuid: "o".to_owned(),
        accepted_apps: Vec::new(),
        pass_code_notification_method: Some("1".to_owned()),
    };
    let change_pin = ChangePin { agreement_uuid: uuid(), current_passcode: secret(), new_passcode: secret() };
    assert!(!format!("{change_pin:?}").contains("s3cret"));
    let base = "https://a.example/";
    let requests = [
        register.request(base, Some(&token)),
        Change { agreement_details: details(), agreement_uuid: uuid() }.request(base, Some(&token)),
        change_pin.request(base, Some(&token)),
        detail().request(base, Some(&token)),
        ForgetPin { agreement_uuid: uuid(), notification_message: None, notification_subject: None }
            .request(base, Some(&token)),
        Renew { agreement_uuid: uuid(), certificate_profile: "T2PSB22Y".to_owned() }
            .request(base, Some(&token)),
        Revoke { agreement_uuid: uuid() }.request(base, Some(&token)),
        Enable { agreement_uuid: uuid() }.request(base, Some(&token)),
        Disable { agreement_uuid: uuid() }.request(base, Some(&token)),
    ];
    let paths = [
        "register",
        "change",
        "change-pin",
        "get-detail",
        "forget-pin",
        "renew",
        "revoke",
        "enable",
        "disable",
    ];
    for (request, path) in requests.iter().zip(paths) {
        assert_eq!(request.url(), format!("https://a.example/certificates/{path}"));
        assert_eq!((request.method(), request.call()), (Method::Post, &request.url()[18..]));
        assert!(request.headers().iter().any(|(_, value)| value.expose() == "Bearer t0ken"));
        assert!(!request.redacted_body().contains("s3cret"), "{}", request.redacted_body());
        assert_eq!(
            request.is_repeatable(),
            matches!(path, "get-detail" | "revoke" | "enable" | "disable"),
            "{path}"
        );
    }
}
