use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::*;
use crate::remote::efy::{FileSigning, FileToSign, ReturnedFile, SignCloudMetaData};
use crate::remote::{BeginError, Failure, Lost, Outcome, Retry, Terms};

const FILE: &[u8] = b"<a Id='x'/>";

fn file() -> FileToSign {
    let metadata =
        SignCloudMetaData::singleton([("SIGNATUREFORMAT", "DSIG")]).counter([("SIGNATUREID", "c")]);
    FileToSign::new(FILE, "application/xml").metadata(metadata)
}

fn begin(mode: &str) -> FileSigning {
    let terms = Terms::new("t").description("Hoá đơn");
    FileSigning::begin(&service(), &credential(mode), &file(), &terms).unwrap()
}

fn with_pin() -> (FileSigning, HttpRequest) {
    let mut signing = begin("EXPLICIT/PIN");
    asked(log_in(&mut signing), "pin");
    let request = sent(signing.step(given(PIN), at(1)), "signing/file");
    (signing, request)
}

/// Up to the question for the one-time code.
fn with_bill_code() -> FileSigning {
    let mut signing = begin("EXPLICIT/OTP-EMAIL");
    let request = sent(log_in(&mut signing), "signing/file");
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(body["notificationSubject"], "Hoá đơn");
    assert!(body.get("authorizeCode").is_none());
    asked(signing.step(ok(r#"{"responseCode":1007,"billCode":"B/1"}"#), at(1)), "otp");
    signing
}

/// Up to the poll for the file.
fn polling() -> FileSigning {
    let mut signing = with_bill_code();
    sent(signing.step(given(OTP), at(2)), "signing/file/authorize");
    let Action::Wait(wait) = signing.step(Event::Lost(Lost::Unknown), at(3)) else { panic!() };
    let request = sent(signing.step(Event::Continue, wait.poll_at), "signing/download/file");
    assert_eq!(request.url(), "https://api.remotesigning.vn/signing/download/file/B%2F1");
    assert!(request.is_repeatable());
    signing
}

fn signed(bytes: &[u8]) -> String {
    format!(
        r#"{{"responseCode":1007,"signedFileData":"{}","mimeType":"application/xml","signedFileUUID":"u-1"}}"#,
        STANDARD.encode(bytes)
    )
}

#[track_caller]
fn returned(action: Action<ReturnedFile>) -> ReturnedFile {
    match action {
        Action::Done(file) => file,
        other => panic!("not done, but {other:?}"),
    }
}

#[track_caller]
fn failed(action: Action<ReturnedFile>) -> Failure {
    match action {
        Action::Failed(failure) => failure,
        other => panic!("not failed, but {other:?}"),
    }
}

#[test]
fn with_the_passcode_the_file_comes_at_once() {
    let (mut signing, request) = with_pin();
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    let expected = serde_json::json!({
        "agreementUUID": "13ae13a443e2",
        "authMode": "EXPLICIT/PIN",
        "authorizeCode": PIN,
        "mimeType": "application/xml",
        "signingFileData": STANDARD.encode(FILE),
        "signCloudMetaData": {
            "singletonSigning": {"entry": [{"key": "SIGNATUREFORMAT", "value": "DSIG"}]},
            "counterSigning": {"entry": [{"key": "SIGNATUREID", "value": "c"}]},
        },
    });
    assert_eq!(body, expected);
    let file = returned(signing.step(ok(signed(b"signed")), at(2)));
    assert_eq!((file.bytes.as_slice(), file.uuid.as_deref()), (&b"signed"[..], Some("u-1")));
    assert_eq!(returned(resumed(&signing).step(Event::Continue, at(3))), file);
}

#[test]
fn with_a_code_the_file_comes_after_it() {
    let mut signing = with_bill_code();
    let request = sent(signing.step(given(OTP), at(2)), "signing/file/authorize");
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!((&body["billCode"], &body["authorizeCode"]), (&"B/1".into(), &OTP.into()));
    assert_eq!(body["signCloudMetaData"]["counterSigning"]["entry"][0]["key"], "SIGNATUREID");
    asked(signing.step(code(1004), at(2)), "otp");
    sent(signing.step(given(OTP), at(2)), "signing/file/authorize");
    assert_eq!(returned(signing.step(ok(signed(b"x")), at(3))).bytes, b"x");
}

#[test]
fn an_answer_that_got_lost_is_downloaded() {
    let mut signing = polling();
    let Action::Wait(wait) = signing.step(code(1027), at(6)) else { panic!() };
    sent(signing.step(Event::Continue, wait.poll_at), "signing/download/file");
    let Action::Wait(wait) = signing.step(response(503, ""), at(10)) else { panic!() };
    sent(signing.step(Event::Continue, wait.poll_at), "signing/download/file");
    let reply = r#"{"signedFiles":[{"fileName":"s.xml","base64":"AQID","mimeType":"application/xml"}]}"#;
    assert_eq!(returned(signing.step(ok(reply), at(14))).bytes, [1, 2, 3]);
}

#[test]
fn at_the_end_of_patience_it_can_still_be_asked_for() {
    let mut signing = polling();
    let failure = failed(signing.step(code(1016), at(300)));
    assert_eq!((failure.retry, failure.outcome), (Retry::Poll, Outcome::Unknown));
    // Another process, much later.
    let mut signing = resumed(&signing);
    asked(signing.step(Event::Continue, at(9000)), "service-password");
    sent(signing.step(given(PASSWORD), at(9000)), "clients/login");
    sent(signing.step(token(), at(9000)), "signing/download/file");
    assert_eq!(failed(signing.step(code(1016), at(9001))).retry, Retry::Poll);
    sent(signing.step(Event::Continue, at(9002)), "signing/download/file");
    let reply = r#"{"signedFiles":[{"base64":"AQID"}]}"#;
    assert_eq!(returned(signing.step(ok(reply), at(9003))).bytes, [1, 2, 3]);
}

#[test]
fn a_file_that_was_sent_without_an_answer_is_not_sent_again() {
    let (signing, _) = with_pin();
    let failure = failed(resumed(&signing).step(Event::Continue, at(2)));
    assert_eq!((failure.retry, failure.outcome), (Retry::NewTransaction, Outcome::Unknown));
    let mut signing = with_bill_code();
    sent(signing.step(given(OTP), at(2)), "signing/file/authorize");
    let mut signing = resumed(&signing);
    let Action::Wait(wait) = signing.step(Event::Continue, at(4)) else { panic!() };
    asked(signing.step(Event::Continue, wait.poll_at), "service-password");
}

#[test]
fn before_it_is_sent_a_resume_needs_the_same_file() {
    let mut signing = resumed(&begin("EXPLICIT/PIN"));
    asked(log_in(&mut signing), "pin");
    let failure = failed(signing.step(given(PIN), at(1)));
    assert_eq!(failure.outcome, Outcome::Known);
    let error = resumed(&begin("EXPLICIT/PIN")).with_file(*b"other").unwrap_err();
    assert_ne!(error.expected, error.found);
    let mut signing = resumed(&begin("EXPLICIT/PIN")).with_file(FILE).unwrap();
    asked(log_in(&mut signing), "pin");
    sent(signing.step(given(PIN), at(1)), "signing/file");
}

#[test]
fn of_several_files_one_must_be_of_the_type() {
    let several = |types: [&str; 2]| {
        format!(
            r#"{{"responseCode":0,"multipleSignedFileData":[{{"signedFileData":"AQ==","mimeType":"{}"}},{{"signedFileData":"Ag==","mimeType":"{}"}}]}}"#,
            types[0], types[1]
        )
    };
    let (mut signing, _) = with_pin();
    let file = returned(signing.step(ok(several(["application/pdf", "application/xml"])), at(2)));
    assert_eq!(file.bytes, [2]);
    let (mut signing, _) = with_pin();
    let failure = failed(signing.step(ok(several(["application/xml", "application/xml"])), at(2)));
    assert_eq!(failure.outcome, Outcome::Unknown);
    let (mut signing, _) = with_pin();
    let failure = failed(signing.step(ok(r#"{"responseCode":0,"signedFileData":"!"}"#), at(2)));
    assert!(failure.message.contains("base64"));
}

#[test]
fn a_service_that_takes_its_time_is_polled() {
    let (mut signing, _) = with_pin();
    let reply =
        r#"{"responseCode":1007,"billCode":"B-7","signedFileData":null,"multipleSignedFileData":null}"#;
    let Action::Wait(wait) = signing.step(ok(reply), at(2)) else { panic!() };
    sent(signing.step(Event::Continue, wait.poll_at), "signing/download/file");
    assert_eq!(signing.bill_code(), Some("B-7"));
}

#[test]
fn an_e_mail_needs_a_subject_and_a_file_some_bytes() {
    let begin = |file: &FileToSign| {
        FileSigning::begin(&service(), &credential("EXPLICIT/OTP-EMAIL"), file, &Terms::new("t"))
    };
    assert!(matches!(begin(&file()).unwrap_err(), BeginError::Incomplete { .. }));
    assert_eq!(begin(&FileToSign::new(*b"", "application/pdf")).unwrap_err(), BeginError::Empty);
}
