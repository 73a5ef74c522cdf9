//! `signing/file`: the file that comes back is the one that was sent, signed.

use kyso::client::{DriveError, FileCheck, FileError};
use kyso::remote::efy::{Download, FileSigning, FileToSign, ReturnedFile, SignCloudMetaData, SignFile};
use kyso::remote::{Outcome, Retry, Terms};
use kyso::sandbox::Faults;

use super::desk::{COMPANY, Desk, PERSON, credential, failure};
use super::support::{self, Judge};

const INVOICE: [(&str, &str); 4] = [
    ("SIGNATUREFORMAT", "TAX-211120"),
    ("NODETOBESIGNED", "HD1"),
    ("SIGNATURELOCATION", "DSCKS/NBan"),
    ("SIGNATUREID", "seller"),
];

fn pdf() -> Vec<u8> {
    std::fs::read(support::pdf("demo.pdf")).unwrap()
}

fn xml() -> Vec<u8> {
    std::fs::read(support::xml::xml("tt78-invoice.xml")).unwrap()
}

fn sign(
    desk: &Desk,
    agreement: &str,
    mode: &str,
    file: &FileToSign,
    codes: &[&str],
) -> Result<ReturnedFile, DriveError> {
    let terms = Terms::new("t").description("Hợp đồng").poll_seconds(1).patience_seconds(2);
    let flow = FileSigning::begin(&desk.service, &credential(agreement, mode), file, &terms).unwrap();
    desk.run(flow, &mut desk.clerk(codes))
}

#[test]
fn a_visible_signature_on_a_pdf() {
    let desk = Desk::new();
    let metadata = SignCloudMetaData::singleton([
        ("VISIBLESIGNATURE", "true"),
        ("COORDINATE", "20,20,220,90"),
        ("PAGENO", "1"),
        ("SHOWSIGNERINFO", "true"),
        ("SIGNERINFOPREFIX", "Ký bởi:"),
    ]);
    let file = FileToSign::new(pdf(), "application/pdf").metadata(metadata);
    let returned = sign(&desk, PERSON, "EXPLICIT/PIN", &file, &[&desk.pin(PERSON)]).unwrap();
    assert_eq!(returned.mime_type.as_deref(), Some("application/pdf"));
    assert!(returned.uuid.is_some());
    let chain = desk.chain(PERSON);
    let report = FileCheck::new(chain.leaf()).pdf(&pdf(), &returned.bytes).unwrap();
    assert_eq!(report.signatures.len(), 1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed.pdf");
    std::fs::write(&path, &returned.bytes).unwrap();
    if Judge::Openssl.present() {
        support::openssl_verify_pdf(&path, &desk.trust(folder.path())).unwrap();
    }
    if Judge::Pdfsig.present() {
        assert_eq!(support::pdfsig_valid(&path, ""), [true]);
    }

    // Everything else is told.
    let check = FileCheck::new(chain.leaf());
    let mut other = pdf();
    other[700] ^= 1;
    assert!(matches!(
        check.pdf(&other, &returned.bytes).unwrap_err(),
        FileError::Changed { offset: 700, .. }
    ));
    assert!(matches!(
        check.pdf(&pdf(), &pdf()).unwrap_err(),
        FileError::Signatures { expected: 1, found: 0 }
    ));
    let mut broken = returned.bytes.clone();
    let at = broken.len() - 30;
    broken[pdf().len() + 40] ^= 1;
    assert!(check.pdf(&pdf(), &broken).is_err());
    assert!(at > pdf().len());
    let company = desk.chain(COMPANY);
    let error = FileCheck::new(company.leaf()).pdf(&pdf(), &returned.bytes).unwrap_err();
    assert!(matches!(error, FileError::OtherSigner { .. }), "{error}");
    assert!(check.clone().signatures(2).pdf(&pdf(), &returned.bytes).is_err());
    // What was signed already is sent again: the second signature is the new one.
    let again = FileToSign::new(returned.bytes.clone(), "application/pdf");
    let twice = sign(&desk, COMPANY, "EXPLICIT/PIN", &again, &[&desk.pin(COMPANY)]).unwrap();
    let report = FileCheck::new(company.leaf()).pdf(&returned.bytes, &twice.bytes).unwrap();
    assert_eq!(report.signatures.len(), 2);
}

#[test]
fn a_revision_that_changes_a_page_is_told() {
    // Signed by the chosen certificate, and yet not the document that was sent: between the two somebody
    // appended a revision that turns the page.
    let desk = Desk::new();
    let chain = desk.chain(PERSON);
    let sent = pdf();
    let turned = turned(&sent);
    let file = FileToSign::new(turned, "application/pdf");
    let returned = sign(&desk, PERSON, "EXPLICIT/PIN", &file, &[&desk.pin(PERSON)]).unwrap();
    assert!(returned.bytes.starts_with(&sent));
    let error = FileCheck::new(chain.leaf()).pdf(&sent, &returned.bytes).unwrap_err();
    assert!(matches!(error, FileError::MoreChanged { .. }), "{error}");
}

/// The document with one revision more, in which its first page is turned.
fn turned(sent: &[u8]) -> Vec<u8> {
    let mut document =
        lopdf::IncrementalDocument::create_from(sent.to_vec(), lopdf::Document::load_mem(sent).unwrap());
    let page = *document.get_prev_documents().get_pages().get(&1).unwrap();
    document.opt_clone_object_to_new_document(page).unwrap();
    document.new_document.get_object_mut(page).unwrap().as_dict_mut().unwrap().set("Rotate", 90);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    assert!(bytes.starts_with(sent));
    bytes
}

#[test]
fn an_invoice_with_a_counter_signature() {
    let desk = Desk::new();
    let metadata = SignCloudMetaData::singleton(INVOICE).counter([
        ("SIGNATUREFORMAT", "TAX-211120"),
        ("NODETOBESIGNED", "HD1"),
        ("SIGNATURELOCATION", "DSCKS/NMua"),
        ("SIGNATUREID", "counter"),
    ]);
    let count = metadata.signatures();
    let file = FileToSign::new(xml(), "application/xml").metadata(metadata);
    let returned = sign(&desk, COMPANY, "EXPLICIT/OTP-EMAIL", &file, &["000"]).unwrap();
    let chain = desk.chain(COMPANY);
    let check = FileCheck::new(chain.leaf()).signatures(count).covers("/HDon/DLHDon");
    let report = check.xml(&xml(), &returned.bytes).unwrap();
    assert_eq!(report.signatures.len(), 2);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed.xml");
    std::fs::write(&path, &returned.bytes).unwrap();
    if Judge::Xmlsec1.present() {
        desk.xmlsec1(&path, 1).unwrap();
        desk.xmlsec1(&path, 2).unwrap();
    }

    // Everything else is told.
    let text = String::from_utf8(returned.bytes.clone()).unwrap();
    let changed = text.replacen("<TDiep", "<TDiepx", 1).replacen("<DLHDon", "<!-- --><DLHDon", 1);
    let error = check.xml(&xml(), changed.as_bytes()).unwrap_err();
    assert!(matches!(error, FileError::OtherContent { .. }), "{error}");
    let error = FileCheck::new(chain.leaf()).xml(&xml(), &returned.bytes).unwrap_err();
    assert!(matches!(error, FileError::Signatures { expected: 1, found: 2 }), "{error}");
    let person = desk.chain(PERSON);
    let error = FileCheck::new(person.leaf()).signatures(2).xml(&xml(), &returned.bytes).unwrap_err();
    assert!(matches!(error, FileError::OtherSigner { .. }), "{error}");
    let error = check.clone().covers("/HDon").xml(&xml(), &returned.bytes).unwrap_err();
    assert!(matches!(error, FileError::NotCovered { .. }), "{error}");
    let broken = text.replacen("<SignatureValue>", "<SignatureValue>AAAA", 1);
    assert!(matches!(check.xml(&xml(), broken.as_bytes()).unwrap_err(), FileError::Invalid { .. }));
}

#[test]
fn an_answer_that_got_lost_is_downloaded() {
    let desk = Desk::new();
    let file = || FileToSign::new(xml(), "application/xml").metadata(SignCloudMetaData::singleton(INVOICE));
    // Every signing call breaks after it was done: the first tells no billCode, so nobody knows.
    let drop: Faults = serde_json::from_str(r#"{"drop_connection": "after"}"#).unwrap();
    desk.world().set_faults(drop.clone()).unwrap();
    let error = failure(sign(&desk, PERSON, "EXPLICIT/PIN", &file(), &[&desk.pin(PERSON)]).unwrap_err());
    assert_eq!((error.outcome, error.retry), (Outcome::Unknown, Retry::NewTransaction));
    // With a code the second call breaks, when the billCode is known.
    desk.world().set_faults(Faults::default()).unwrap();
    struct Breaks<'d>(super::desk::Clerk<'d>, &'d Desk, Faults);
    impl kyso::client::Watch for Breaks<'_> {
        fn persist(&mut self, json: &str) -> std::io::Result<()> {
            self.0.persist(json)
        }
        fn input(&mut self, input: &kyso::remote::Input) -> kyso::remote::Answer {
            if input.kind.name() == "otp" {
                self.1.world().set_faults(self.2.clone()).unwrap();
            }
            self.0.input(input)
        }
    }
    let terms = Terms::new("t").poll_seconds(1).patience_seconds(20);
    let mut flow =
        FileSigning::begin(&desk.service, &credential(PERSON, "EXPLICIT/OTP-SMS"), &file(), &terms).unwrap();
    let returned = desk.driver.run(&mut flow, &mut Breaks(desk.clerk(&[]), &desk, drop)).unwrap();
    FileCheck::new(desk.chain(PERSON).leaf()).xml(&xml(), &returned.bytes).unwrap();
}

#[test]
fn what_cannot_be_signed_is_told() {
    let desk = Desk::new();
    let pin = desk.pin(PERSON);
    let told = |bytes: Vec<u8>, kind: &str, entries: &[(&str, &str)]| {
        let metadata = SignCloudMetaData::singleton(entries.iter().copied());
        let file = FileToSign::new(bytes, kind).metadata(metadata);
        let error = failure(sign(&desk, PERSON, "EXPLICIT/PIN", &file, &[&pin]).unwrap_err());
        (error.code.unwrap(), error.message)
    };
    let (code, message) = told(xml(), "application/xml", &[("NODETOBESIGNED", "none")]);
    assert!(code == "1002" && message.contains("none"), "{code} {message}");
    let (code, message) = told(pdf(), "application/pdf", &[("PAGENO", "zero")]);
    assert!(code == "1002" && message.contains("PAGENO"), "{code} {message}");
    assert_eq!(told(b"text".to_vec(), "application/pdf", &[]).0, "1002");
    assert_eq!(told(pdf(), "application/msword", &[]).0, "1011");
    let error = desk.call(&Download { bill_code: "000000000000-0000-000000".to_owned() }).unwrap_err();
    assert_eq!(error.code.as_deref(), Some("1025"));
}

#[test]
fn the_printed_cases_are_signed() {
    let folder = support::shared().join("samples/efy-json");
    if !folder.is_dir() {
        println!("efy: not run ({} does not exist)", folder.display());
        return;
    }
    let desk = Desk::new();
    let (chain, pin) = (desk.chain(PERSON), desk.pin(PERSON));
    let mut options = kyso::verify::Options::default();
    options.allow_sha1 = true;
    options.id_attributes = vec!["id".to_owned()];
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(case) = name.split_once("request-case-").map(|(_, case)| case.to_owned()) else { continue };
        seen += 1;
        let printed: SignFile = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let sent = base64(&printed.signing_file_data);
        let file = FileToSign::new(sent.clone(), &*printed.mime_type)
            .metadata(printed.sign_cloud_meta_data.unwrap());
        let codes = [pin.as_str()];
        let codes = if printed.auth_mode == "EXPLICIT/PIN" { &codes[..] } else { &[] };
        let returned = match sign(&desk, PERSON, &printed.auth_mode, &file, codes) {
            Ok(returned) => returned,
            Err(error) => panic!("case {case}: {}", failure(error)),
        };
        let check = FileCheck::new(chain.leaf()).options(options.clone());
        let checked = if printed.mime_type == "application/pdf" {
            check.pdf(&sent, &returned.bytes).map(|report| report.signatures.len())
        } else {
            check.xml(&sent, &returned.bytes).map(|report| report.signatures.len())
        };
        let count = checked.unwrap_or_else(|error| panic!("case {case}: {error}"));
        assert!(count >= 1, "case {case}");
    }
    assert_eq!(seen, 5);
}

/// Some of the printed files have no padding.
fn base64(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD_NO_PAD.decode(text.trim_end_matches('=')).unwrap()
}
