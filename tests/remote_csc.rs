//! The API of the Cloud Signature Consortium over real HTTP, both versions, against the sandbox, from the
//! document to what outside judges say of the signed one.
#![cfg(all(feature = "client", feature = "sandbox"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "remote_csc/faults.rs"]
mod faults;
#[path = "remote_csc/oauth.rs"]
mod oauth;
#[path = "remote_csc/strict.rs"]
mod strict;
mod support;
#[path = "remote_csc/timestamp.rs"]
mod timestamp;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine as _;
use chrono::{DateTime, Utc};
use kyso::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use kyso::client::{DriveError, Driver, Settings as DriverSettings, Watch};
use kyso::remote::csc::{Dialect, Listing, Login, Service, Signing};
use kyso::remote::{
    Answer, Credential, DocumentOutcome, DocumentResult, Failure, Input, InputKind, Secret, Terms, Wait, totp,
};
use kyso::sandbox::{Holding, Sandbox, Settings, Subscriber};
use kyso::{At, Chain, Entropy, SignatureValue, SigningRequest, pdf, xml};
use support::Judge;

/// A sandbox whose keys were made once for all tests of this program; the copies do not share what happens.
fn sandbox() -> Sandbox {
    static KEYS: OnceLock<PathBuf> = OnceLock::new();
    let folder = KEYS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("remote-csc");
        fs::create_dir_all(&folder).unwrap();
        drop(Sandbox::start(Settings::new().folder(&folder)).unwrap());
        folder
    });
    // A folder has one owner at a time.
    let own = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, own.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    Sandbox::start(Settings::new().provider("csc").folder(own.path())).unwrap()
}

fn service(sandbox: &Sandbox, dialect: Dialect, login: Login) -> Service {
    let version = if dialect == Dialect::V1 { "v1" } else { "v2" };
    Service::new(format!("{}/csc/{version}", sandbox.url()), login).dialect(dialect)
}

fn client(redirect_uri: Option<&str>) -> Login {
    Login::Client { client_id: "kyso-sandbox".into(), redirect_uri: redirect_uri.map(str::to_owned) }
}

fn driver(service: &Service) -> Driver {
    DriverSettings::new(service.base_url.clone())
        .timeout(Duration::from_secs(30))
        .attempts(1)
        .driver()
        .unwrap()
}

fn signer(sandbox: &Sandbox) -> &Subscriber {
    sandbox.world().subscribers().next().unwrap()
}

fn holding<'s>(sandbox: &'s Sandbox, key: &str) -> &'s Holding {
    sandbox.world().holding(key).unwrap().1
}

/// Whoever sits at the computer, and whoever holds the phone.
struct Person<'s> {
    sandbox: &'s Sandbox,
    /// PINs and codes to type; when there are none left, the right ones.
    typed: Vec<&'static str>,
    stored: Vec<String>,
    calls: Vec<&'static str>,
    asked: Vec<&'static str>,
    messages: Vec<String>,
    rejects: bool,
}

impl<'s> Person<'s> {
    fn new(sandbox: &'s Sandbox) -> Self {
        Self {
            sandbox,
            typed: vec![],
            stored: vec![],
            calls: vec![],
            asked: vec![],
            messages: vec![],
            rejects: false,
        }
    }

    fn sent(&self, call: &str) -> usize {
        self.calls.iter().filter(|sent| **sent == call).count()
    }

    /// The code that was sent, or the one that the generator shows.
    fn code(&self) -> Secret {
        let world = self.sandbox.world();
        if let Some(sent) = world.sent_codes().first() {
            return Secret::new(sent.code.as_str());
        }
        let hex: String = signer(self.sandbox).totp_secret.iter().map(|byte| format!("{byte:02x}")).collect();
        totp::Secret::from_hex(&hex).unwrap().code_at(world.now())
    }
}

impl Watch for Person<'_> {
    fn persist(&mut self, json: &str) -> io::Result<()> {
        let (world, signer) = (self.sandbox.world(), signer(self.sandbox));
        for secret in [&world.relying_party().password, &signer.password, &signer.pin] {
            assert!(!json.contains(secret.expose()), "{json}");
        }
        self.stored.push(json.to_owned());
        Ok(())
    }

    fn input(&mut self, input: &Input) -> Answer {
        self.asked.push(input.kind.name());
        self.messages.extend(input.message.clone());
        let (world, signer) = (self.sandbox.world(), signer(self.sandbox));
        if matches!(input.kind, InputKind::Pin | InputKind::Otp) && !self.typed.is_empty() {
            return Answer::Given(Secret::new(self.typed.remove(0)));
        }
        Answer::Given(match &input.kind {
            InputKind::ServicePassword => world.relying_party().password.clone(),
            InputKind::UserPassword => signer.password.clone(),
            InputKind::Pin => signer.pin.clone(),
            InputKind::Otp => self.code(),
            InputKind::Redirect { url } => Secret::new(oauth::browse(
                url,
                &signer.username,
                signer.password.expose(),
                signer.pin.expose(),
            )),
            other => panic!("{other:?}"),
        })
    }

    fn sending(&mut self, call: &'static str) {
        self.calls.push(call);
    }

    fn waiting(&mut self, _: &Wait, _: DateTime<Utc>) {
        let world = self.sandbox.world();
        for one in world.pending() {
            let (provider, id) = (one.provider, one.transaction_id);
            if self.rejects { world.reject(provider, &id) } else { world.approve(provider, &id) }.unwrap();
        }
    }
}

/// A contract and an invoice, prepared for a key.
struct Papers {
    folder: tempfile::TempDir,
    key: String,
    pdf: pdf::Prepared<Vec<u8>>,
    xml: xml::Prepared<Vec<u8>>,
}

fn at() -> At {
    At::with_os_entropy(Utc::now().fixed_offset()).unwrap()
}

impl Papers {
    fn new(sandbox: &Sandbox, key: &str) -> Self {
        let chain = &holding(sandbox, key).chain;
        let contract = fs::read(support::pdf("demo.pdf")).unwrap();
        let pdf = pdf::Signing::new(chain).document("contract.pdf").prepare(contract, &at()).unwrap();
        let invoice = fs::read(support::xml::xml("tt78-invoice.xml")).unwrap();
        let signing = xml::Signing::tt78(chain).node("HD1").signature_location("DSCKS/NBan");
        let xml = signing.document("invoice.xml").prepare(invoice, &at()).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), key: key.to_owned(), pdf, xml }
    }

    fn requests(&self) -> [SigningRequest; 2] {
        [self.pdf.request(), self.xml.request()]
    }

    /// Embeds both, and asks the judges.
    fn judge(self, sandbox: &Sandbox, outcomes: &[DocumentOutcome]) {
        let path = |name: &str| self.folder.path().join(name);
        let (contract, invoice, root) = (path("contract.pdf"), path("invoice.xml"), path("root.pem"));
        self.pdf.accept(value(outcomes, "contract.pdf")).unwrap().save(&contract).unwrap();
        self.xml.accept(value(outcomes, "invoice.xml")).unwrap().save(&invoice).unwrap();
        judge_pdf(sandbox, &contract, &root);
        if Judge::Xmlsec1.present() {
            // The invoice holds the signer's certificate alone: the issuer comes from outside.
            let issuer = path("issuer.pem");
            fs::write(&issuer, pem(holding(sandbox, &self.key).chain.certificates()[1].der())).unwrap();
            let mut command = Command::new("xmlsec1");
            command.args(["--verify", "--enabled-key-data", "x509", "--id-attr:Id", "DLHDon"]);
            command.arg("--trusted-pem").arg(&root).arg("--untrusted-pem").arg(&issuer).arg(&invoice);
            let output = command.output().unwrap();
            assert!(output.status.success(), "{}", support::both(&output));
        }
    }
}

fn value<'o>(outcomes: &'o [DocumentOutcome], document: &str) -> &'o SignatureValue {
    let outcome = outcomes.iter().find(|outcome| outcome.document == document).unwrap();
    match &outcome.result {
        DocumentResult::Value(value) => value,
        other => panic!("{document}: {other:?}"),
    }
}

fn judge_pdf(sandbox: &Sandbox, contract: &Path, root: &Path) {
    fs::write(root, pem(sandbox.world().root().der())).unwrap();
    if Judge::Openssl.present() {
        support::openssl_verify_pdf(contract, root).unwrap();
    }
    if Judge::Pdfsig.present() {
        assert_eq!(support::pdfsig_valid(contract, ""), [true]);
    }
}

fn pem(der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

fn begin(service: &Service, credential: &Credential, requests: &[SigningRequest]) -> Signing {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let terms = Terms::new(format!("t-{number}")).description("Hợp đồng và hoá đơn");
    let terms = terms.poll_seconds(1).patience_seconds(20);
    Signing::begin(service, credential, requests, &terms, &Entropy::from_os().unwrap()).unwrap()
}

fn credential(sandbox: &Sandbox, id: &str) -> Credential {
    Credential::new(signer(sandbox).user_id.as_str()).credential_id(id)
}

fn sign(
    service: &Service,
    credential: &Credential,
    requests: &[SigningRequest],
    person: &mut Person<'_>,
) -> Result<Vec<DocumentOutcome>, DriveError> {
    driver(service).run(&mut begin(service, credential, requests), person)
}

fn failure(result: Result<Vec<DocumentOutcome>, DriveError>) -> Failure {
    match result {
        Err(DriveError::Failed { failure, .. }) => *failure,
        other => panic!("not failed: {other:?}"),
    }
}

const AUTHORIZE: &str = "credentials/authorize";
const SIGN_HASH: &str = "signatures/signHash";

#[test]
fn version_1_with_a_pin() {
    let sandbox = sandbox();
    let service = service(&sandbox, Dialect::V1, Login::Basic);
    let papers = Papers::new(&sandbox, "person-rsa");
    let mut person = Person::new(&sandbox);
    let outcomes =
        sign(&service, &credential(&sandbox, "person-rsa"), &papers.requests(), &mut person).unwrap();
    assert_eq!(person.calls, ["auth/login", "credentials/info", AUTHORIZE, SIGN_HASH]);
    papers.judge(&sandbox, &outcomes);
}

#[test]
fn version_1_with_pin_and_a_code_that_is_sent_for_an_ecdsa_key() {
    let sandbox = sandbox();
    let service = service(&sandbox, Dialect::V1, Login::Basic);
    let papers = Papers::new(&sandbox, "person-ecdsa");
    let mut person = Person::new(&sandbox);
    let credential = credential(&sandbox, "person-ecdsa-pin-otp");
    let outcomes = sign(&service, &credential, &papers.requests(), &mut person).unwrap();
    assert_eq!(person.asked, ["user-password", "pin", "otp"]);
    assert_eq!(person.sent("credentials/sendOTP"), 1);
    papers.judge(&sandbox, &outcomes);
}

#[test]
fn version_2_with_either_code() {
    let sandbox = sandbox();
    let service = service(&sandbox, Dialect::V2, Login::Basic);
    for (preferred, challenges) in [("OTP", 1), ("TOTP", 0)] {
        let papers = Papers::new(&sandbox, "person-rsa");
        let mut person = Person::new(&sandbox);
        let credential = credential(&sandbox, "person-rsa-pin-otp").auth_mode(preferred);
        let outcomes = sign(&service, &credential, &papers.requests(), &mut person).unwrap();
        assert_eq!(person.sent("credentials/getChallenge"), challenges);
        papers.judge(&sandbox, &outcomes);
    }
}

#[test]
fn the_phone_authorises_in_both_versions() {
    let sandbox = sandbox();
    let mut later = service(&sandbox, Dialect::V2, client(None));
    later.asynchronous = true;
    let papers = Papers::new(&sandbox, "person-ecdsa");
    let mut person = Person::new(&sandbox);
    let credential = credential(&sandbox, "person-ecdsa-implicit");
    let outcomes = sign(&later, &credential, &papers.requests(), &mut person).unwrap();
    assert!(person.sent("credentials/authorizeCheck") > 0 && person.sent("signatures/signPolling") == 2);
    papers.judge(&sandbox, &outcomes);

    let papers = Papers::new(&sandbox, "person-ecdsa");
    let mut person = Person::new(&sandbox);
    person.rejects = true;
    let failure = failure(sign(&later, &credential, &papers.requests(), &mut person));
    assert_eq!(failure.code.as_deref(), Some("access_denied"));
    assert_eq!(person.sent(SIGN_HASH), 0);

    sandbox.world().set_auto_approve(true);
    let at_once = service(&sandbox, Dialect::V1, Login::Basic);
    let outcomes = sign(&at_once, &credential, &papers.requests(), &mut Person::new(&sandbox)).unwrap();
    papers.judge(&sandbox, &outcomes);
}

#[test]
fn whole_cms_from_sign_doc() {
    let sandbox = sandbox();
    for (key, later) in [("person-rsa", false), ("person-ecdsa", true)] {
        let mut service = service(&sandbox, Dialect::V2, Login::Basic);
        service.asynchronous = later;
        let chain = &holding(&sandbox, key).chain;
        let contract = fs::read(support::pdf("demo.pdf")).unwrap();
        let signing = pdf::Signing::new(chain).document("contract.pdf");
        let prepared = signing.prepare_for_cms(contract, &at()).unwrap();
        let mut person = Person::new(&sandbox);
        let credential = credential(&sandbox, &format!("{key}-otp"));
        let outcomes = sign(&service, &credential, &[prepared.request()], &mut person).unwrap();
        assert_eq!(person.sent("signatures/signDoc"), 1);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contract.pdf");
        prepared.accept(value(&outcomes, "contract.pdf")).unwrap().save(&path).unwrap();
        judge_pdf(&sandbox, &path, &folder.path().join("root.pem"));
    }
}

#[test]
fn pss_goes_with_its_parameters() {
    let sandbox = sandbox();
    let chain = &holding(&sandbox, "person-rsa").chain;
    let contract = fs::read(support::pdf("demo.pdf")).unwrap();
    for dialect in [Dialect::V1, Dialect::V2] {
        let service = service(&sandbox, dialect, Login::Basic);
        let signing = pdf::Signing::new(chain)
            .document("contract.pdf")
            .signature_algorithm(SignatureAlgorithm::RsaPss)
            .digest(DigestAlgorithm::Sha512);
        let prepared = signing.prepare(contract.clone(), &at()).unwrap();
        let credential = credential(&sandbox, "person-rsa");
        let mut person = Person::new(&sandbox);
        let outcomes = sign(&service, &credential, &[prepared.request()], &mut person).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contract.pdf");
        prepared.accept(value(&outcomes, "contract.pdf")).unwrap().save(&path).unwrap();
        judge_pdf(&sandbox, &path, &folder.path().join("root.pem"));
    }
}

/// So many small requests for one key, and what checks their values.
fn contracts(sandbox: &Sandbox, key: &str, count: usize) -> Vec<pdf::Prepared<Vec<u8>>> {
    let chain: &Chain = &holding(sandbox, key).chain;
    let contract = fs::read(support::pdf("demo.pdf")).unwrap();
    (0..count)
        .map(|index| {
            let signing = pdf::Signing::new(chain).document(format!("c-{index}"));
            signing.prepare(contract.clone(), &at()).unwrap()
        })
        .collect()
}

#[test]
fn a_large_batch_is_authorised_in_parts() {
    let sandbox = sandbox();
    let mut service = service(&sandbox, Dialect::V2, Login::Basic);
    service.hashes_per_call = Some(3);
    let contracts = contracts(&sandbox, "person-rsa", 7);
    let requests: Vec<SigningRequest> = contracts.iter().map(pdf::Prepared::request).collect();
    let mut person = Person::new(&sandbox);
    let credential = credential(&sandbox, "person-rsa-pin-otp");
    let outcomes = sign(&service, &credential, &requests, &mut person).unwrap();
    assert_eq!(person.sent(AUTHORIZE), 2);
    assert_eq!((person.sent("credentials/extendTransaction"), person.sent(SIGN_HASH)), (1, 3));
    for (index, contract) in contracts.iter().enumerate() {
        contract.check(value(&outcomes, &format!("c-{index}"))).unwrap();
    }
}

#[test]
fn a_wrong_pin_is_asked_for_again() {
    let sandbox = sandbox();
    let service = service(&sandbox, Dialect::V1, Login::Basic);
    let credential = credential(&sandbox, "person-rsa");
    let contracts = contracts(&sandbox, "person-rsa", 1);
    let requests = [contracts[0].request()];
    let mut person = Person::new(&sandbox);
    person.typed = vec!["1111", "2222"];
    let outcomes = sign(&service, &credential, &requests, &mut person).unwrap();
    contracts[0].check(value(&outcomes, "c-0")).unwrap();
    assert!(
        person.messages.iter().any(|message| message.contains("The PIN is invalid")),
        "{:?}",
        person.messages
    );

    let mut person = Person::new(&sandbox);
    person.typed = vec!["1111", "2222", "3333", "4444"];
    let failure = failure(sign(&service, &credential, &requests, &mut person));
    assert_eq!((failure.code.as_deref(), person.typed.len()), (Some("invalid_pin"), 1));
}

#[test]
fn all_credentials_are_found_in_both_versions() {
    let sandbox = sandbox();
    let chain = &signer(&sandbox).holdings[0].chain;
    for (dialect, login) in [(Dialect::V1, Login::Basic), (Dialect::V2, client(None))] {
        let service = service(&sandbox, dialect, login);
        let whose = Credential::new(signer(&sandbox).user_id.as_str());
        let mut listing = Listing::begin(&service, &whose, &Entropy::from_os().unwrap()).unwrap();
        let found = driver(&service).run(&mut listing, &mut Person::new(&sandbox)).unwrap();
        let ids: Vec<&str> =
            found.iter().map(|one| one.credential.credential_id.as_deref().unwrap()).collect();
        let endings = ["", "-otp", "-pin-otp", "-implicit", "-oauth"];
        let keys = ["person-rsa", "person-ecdsa"];
        let expected: Vec<String> =
            keys.iter().flat_map(|key| endings.iter().map(move |ending| format!("{key}{ending}"))).collect();
        assert_eq!(ids, expected);
        let ders: Vec<&[u8]> = chain.certificates().iter().map(|one| one.der()).collect();
        assert_eq!(found[0].certificates, ders);
        assert_eq!((found[2].credential.scal, found[2].most_signatures), (Some(2), Some(5)));
    }
}
