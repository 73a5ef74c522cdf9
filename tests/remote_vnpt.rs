//! VNPT SmartCA and SmartCA TH over real HTTP, against the sandbox, from the document to what outside judges
//! say of the signed one.
#![cfg(all(feature = "client", feature = "sandbox"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "remote_vnpt/faults.rs"]
mod faults;
#[path = "remote_vnpt/strict.rs"]
mod strict;
mod support;
#[path = "remote_vnpt/webhook.rs"]
mod webhook;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine as _;
use chrono::{DateTime, Utc};
use kyso::client::{DriveError, Driver, Settings as DriverSettings, Watch};
use kyso::remote::vnpt::{Listing, Service, Signing, ThSigning};
use kyso::remote::{
    Answer, Credential, DocumentOutcome, DocumentResult, Flow, FoundCertificate, Input, InputKind, Secret,
    Terms, Wait, totp,
};
use kyso::sandbox::{Sandbox, Settings, Subscriber};
use kyso::{At, Chain, SignatureValue, SigningRequest, pdf, xml};
use support::Judge;

/// What the phone does with a transaction that it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phone {
    Approves,
    Rejects,
    Sleeps,
    /// Nobody looks at it, and time passes.
    Expires,
}

/// A sandbox whose keys were made once for all tests of this program.
fn sandbox() -> Sandbox {
    static KEYS: OnceLock<PathBuf> = OnceLock::new();
    let folder = KEYS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("remote-vnpt");
        // Fresh ones for each run: those of an earlier one may be of another form by now.
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        drop(Sandbox::start(Settings::new().folder(&folder)).unwrap());
        folder
    });
    Sandbox::start(Settings::new().provider("vnpt").folder(folder)).unwrap()
}

fn service(sandbox: &Sandbox) -> Service {
    Service::new(format!("{}/vnpt", sandbox.url()), sandbox.world().relying_party().id)
}

fn driver(service: &Service) -> Driver {
    let settings = DriverSettings::new(service.base_url.clone()).timeout(Duration::from_secs(5));
    settings.attempts(1).driver().unwrap()
}

fn person(sandbox: &Sandbox) -> &Subscriber {
    sandbox.world().subscribers().next().unwrap()
}

/// Whoever sits at the computer, and whoever holds the phone.
struct Person<'s> {
    sandbox: &'s Sandbox,
    phone: Phone,
    /// Codes to type; when there are none left, the right one.
    codes: Vec<&'static str>,
    stored: Vec<String>,
    calls: Vec<&'static str>,
    messages: Vec<String>,
}

impl<'s> Person<'s> {
    fn new(sandbox: &'s Sandbox, phone: Phone) -> Self {
        Self { sandbox, phone, codes: vec![], stored: vec![], calls: vec![], messages: vec![] }
    }

    /// The code of the subscriber's generator.
    fn code(&self) -> Secret {
        let hex: String = person(self.sandbox).totp_secret.iter().map(|byte| format!("{byte:02x}")).collect();
        totp::Secret::from_hex(&hex).unwrap().code_at(self.sandbox.world().now())
    }

    fn sent(&self, call: &str) -> usize {
        self.calls.iter().filter(|sent| **sent == call).count()
    }
}

impl Watch for Person<'_> {
    fn persist(&mut self, json: &str) -> io::Result<()> {
        let world = self.sandbox.world();
        for secret in [&world.relying_party().password, &person(self.sandbox).password] {
            assert!(!json.contains(secret.expose()), "{json}");
        }
        self.stored.push(json.to_owned());
        Ok(())
    }

    fn input(&mut self, input: &Input) -> Answer {
        self.messages.extend(input.message.clone());
        let world = self.sandbox.world();
        Answer::Given(match &input.kind {
            InputKind::ServicePassword => world.relying_party().password.clone(),
            InputKind::UserPassword => person(self.sandbox).password.clone(),
            InputKind::Otp if !self.codes.is_empty() => Secret::new(self.codes.remove(0)),
            InputKind::Otp => self.code(),
            other => panic!("{other:?}"),
        })
    }

    fn sending(&mut self, call: &'static str) {
        self.calls.push(call);
    }

    fn waiting(&mut self, wait: &Wait, _: DateTime<Utc>) {
        self.messages.extend(wait.message.clone());
        let world = self.sandbox.world();
        for one in world.pending() {
            let (provider, id) = (one.provider, one.transaction_id);
            match self.phone {
                Phone::Approves => world.approve(provider, &id),
                Phone::Rejects => world.reject(provider, &id),
                Phone::Expires => world.let_expire(provider, &id),
                Phone::Sleeps => continue,
            }
            .unwrap();
        }
    }
}

/// What the service has of the person.
fn found(sandbox: &Sandbox) -> FoundCertificate {
    let service = service(sandbox);
    let whose = Credential::new(person(sandbox).user_id.as_str());
    let mut listing = Listing::begin(&service, &whose, &Terms::new("listing-1")).unwrap();
    let mut found = driver(&service).run(&mut listing, &mut Person::new(sandbox, Phone::Sleeps)).unwrap();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// A contract and an invoice, prepared.
struct Papers {
    folder: tempfile::TempDir,
    pdf: pdf::Prepared<Vec<u8>>,
    xml: xml::Prepared<Vec<u8>>,
    credential: Credential,
}

impl Papers {
    fn new(sandbox: &Sandbox) -> Self {
        let found = found(sandbox);
        let chain = Chain::from_der(&found.certificates).unwrap();
        let at = At::with_os_entropy(Utc::now().fixed_offset()).unwrap();
        let contract = fs::read(support::pdf("demo.pdf")).unwrap();
        let pdf = pdf::Signing::new(&chain).document("contract.pdf").prepare(contract, &at).unwrap();
        let invoice = fs::read(support::xml::xml("tt78-invoice.xml")).unwrap();
        let signing = xml::Signing::tt78(&chain).node("HD1").signature_location("DSCKS/NBan");
        let xml = signing.document("invoice.xml").prepare(invoice, &at).unwrap();
        let credential = found.credential;
        Self { folder: tempfile::tempdir().unwrap(), pdf, xml, credential }
    }

    fn requests(&self) -> [SigningRequest; 2] {
        [self.pdf.request(), self.xml.request()]
    }

    fn value<'o>(outcomes: &'o [DocumentOutcome], document: &str) -> &'o SignatureValue {
        let outcome = outcomes.iter().find(|outcome| outcome.document == document).unwrap();
        match &outcome.result {
            DocumentResult::Value(value) => value,
            other => panic!("{document}: {other:?}"),
        }
    }

    /// Embeds both, and asks the judges.
    fn judge(self, sandbox: &Sandbox, outcomes: &[DocumentOutcome]) {
        let path = |name: &str| self.folder.path().join(name);
        let (contract, invoice, root) = (path("contract.pdf"), path("invoice.xml"), path("root.pem"));
        self.pdf.accept(Self::value(outcomes, "contract.pdf")).unwrap().save(&contract).unwrap();
        self.xml.accept(Self::value(outcomes, "invoice.xml")).unwrap().save(&invoice).unwrap();
        fs::write(&root, pem(sandbox.world().root().der())).unwrap();
        if Judge::Openssl.present() {
            support::openssl_verify_pdf(&contract, &root).unwrap();
        }
        if Judge::Pdfsig.present() {
            assert_eq!(support::pdfsig_valid(&contract, ""), [true]);
        }
        if Judge::Xmlsec1.present() {
            // The invoice holds the signer's certificate alone: the issuer comes from outside.
            let issuer = path("issuer.pem");
            let chain = &person(sandbox).holdings[0].chain;
            fs::write(&issuer, pem(chain.certificates()[1].der())).unwrap();
            xmlsec1(&invoice, &root, &issuer);
        }
    }
}

fn xmlsec1(invoice: &Path, root: &Path, issuer: &Path) {
    let mut command = Command::new("xmlsec1");
    command.args(["--verify", "--enabled-key-data", "x509", "--id-attr:Id", "DLHDon"]);
    command.arg("--trusted-pem").arg(root).arg("--untrusted-pem").arg(issuer).arg(invoice);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", support::both(&output));
}

fn pem(der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

fn terms(id: &str) -> Terms {
    Terms::new(id).description("Hợp đồng và hoá đơn").poll_seconds(1).patience_seconds(20)
}

fn phone(sandbox: &Sandbox, papers: &Papers, id: &str) -> Signing {
    Signing::begin(&service(sandbox), &papers.credential, &papers.requests(), &terms(id)).unwrap()
}

fn th(sandbox: &Sandbox, papers: &Papers, id: &str) -> ThSigning {
    ThSigning::begin(&service(sandbox), &papers.credential, &papers.requests(), &terms(id)).unwrap()
}

fn run<F: Flow<Done = Vec<DocumentOutcome>>>(
    sandbox: &Sandbox,
    mut flow: F,
    person: &mut Person<'_>,
) -> Result<Vec<DocumentOutcome>, DriveError> {
    driver(&service(sandbox)).run(&mut flow, person)
}

const SIGN: &str = "v1/signatures/sign";
const STATUS: &str = "v1/signatures/sign/{tranId}/status";
const TH_SIGN: &str = "v2/signatures/sign";
const TH_CONFIRM: &str = "v2/signatures/confirm";

#[test]
fn the_certificate_is_found_with_its_issuers() {
    let sandbox = sandbox();
    let found = found(&sandbox);
    assert_eq!(found.service_type.as_deref(), Some("SMARTCA"));
    assert_eq!(found.package.as_deref(), Some("SMARTCA PERSONAL PRO"));
    assert_eq!(found.credential.serial_number, Some(person(&sandbox).holdings[0].serial()));
    let ders: Vec<&[u8]> =
        person(&sandbox).holdings[0].chain.certificates().iter().map(|one| one.der()).collect();
    assert_eq!(found.certificates, ders);
}

#[test]
fn the_phone_confirms_a_contract_and_an_invoice() {
    let sandbox = sandbox();
    let papers = Papers::new(&sandbox);
    let mut person = Person::new(&sandbox, Phone::Approves);
    let outcomes = run(&sandbox, phone(&sandbox, &papers, "phone-1"), &mut person).unwrap();
    assert_eq!((person.sent(SIGN), person.calls.last().copied()), (1, Some(STATUS)));
    let message = "confirm in the VNPT SmartCA app, which shows contract.pdf, invoice.xml";
    assert_eq!(person.messages[0], message);
    let shown = &sandbox.world().recent(1)[0];
    assert_eq!(shown.documents, ["contract.pdf", "invoice.xml"]);
    assert_eq!(shown.description.as_deref(), Some("Hợp đồng và hoá đơn"));
    papers.judge(&sandbox, &outcomes);
}

#[test]
fn a_code_confirms_a_contract_and_an_invoice() {
    let sandbox = sandbox();
    let papers = Papers::new(&sandbox);
    let mut person = Person::new(&sandbox, Phone::Sleeps);
    let outcomes = run(&sandbox, th(&sandbox, &papers, "th-1"), &mut person).unwrap();
    assert_eq!(person.calls, [TH_SIGN, TH_CONFIRM]);
    papers.judge(&sandbox, &outcomes);
}

#[test]
fn a_wrong_code_is_asked_for_again() {
    let sandbox = sandbox();
    let papers = Papers::new(&sandbox);
    let mut person = Person::new(&sandbox, Phone::Sleeps);
    person.codes = vec!["000000", "000001"];
    let outcomes = run(&sandbox, th(&sandbox, &papers, "th-2"), &mut person).unwrap();
    assert_eq!(person.messages, ["OTP không đúng, còn 4 lần thử", "OTP không đúng, còn 3 lần thử"]);
    papers.judge(&sandbox, &outcomes);

    let papers = Papers::new(&sandbox);
    let mut person = Person::new(&sandbox, Phone::Sleeps);
    person.codes = vec!["000000", "000001", "000002"];
    let error = run(&sandbox, th(&sandbox, &papers, "th-3"), &mut person).unwrap_err();
    let DriveError::Failed { failure, .. } = error else { panic!("{error}") };
    assert_eq!(
        (failure.code.as_deref(), failure.message.as_str()),
        (Some("401"), "OTP không đúng, còn 2 lần thử")
    );
}

#[test]
fn refused_and_expired() {
    let sandbox = sandbox();
    let papers = Papers::new(&sandbox);
    let flow = phone(&sandbox, &papers, "phone-2");
    let outcomes = run(&sandbox, flow, &mut Person::new(&sandbox, Phone::Rejects)).unwrap();
    for outcome in outcomes {
        let DocumentResult::Rejected { code, .. } = outcome.result else { panic!("{outcome:?}") };
        assert_eq!(code.as_deref(), Some("4002"));
    }
    let flow = phone(&sandbox, &papers, "phone-3");
    let error = run(&sandbox, flow, &mut Person::new(&sandbox, Phone::Expires)).unwrap_err();
    let DriveError::Failed { failure, .. } = error else { panic!("{error}") };
    assert_eq!(failure.code.as_deref(), Some("4001"));
}

#[test]
fn a_transaction_goes_on_in_another_process() {
    let sandbox = sandbox();
    let papers = Papers::new(&sandbox);
    // Whatever was stored last when the process died: `sign` is not sent again.
    let mut person = Person::new(&sandbox, Phone::Approves);
    run(&sandbox, phone(&sandbox, &papers, "phone-4"), &mut person).unwrap();
    let (stored, sent) = (person.stored.clone(), person.calls.clone());
    let first = sent.iter().position(|call| *call == SIGN).unwrap();
    let after_sending = stored.iter().skip(first + 1);
    let mut looked_at = 0;
    for state in after_sending.filter(|state| !state.contains("\"gathering\"")) {
        let flow: Signing = serde_json::from_str(state).unwrap();
        let mut person = Person::new(&sandbox, Phone::Sleeps);
        let outcomes = run(&sandbox, flow, &mut person).unwrap();
        assert_eq!(person.sent(SIGN), 0, "{state}");
        assert!(outcomes.iter().all(|one| matches!(one.result, DocumentResult::Value(_))));
        looked_at += 1;
    }
    assert!(looked_at >= 3, "{stored:?}");
    // The id was used: it cannot be used for another transaction.
    let flow = phone(&sandbox, &papers, "phone-4");
    let error = run(&sandbox, flow, &mut Person::new(&sandbox, Phone::Approves)).unwrap_err();
    let DriveError::Failed { failure, .. } = error else { panic!("{error}") };
    assert_eq!(
        (failure.code.as_deref(), failure.message.as_str()),
        (Some("400"), "transaction_id đã được sử dụng")
    );
}
