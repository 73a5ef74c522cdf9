//! The sandbox, the papers, and the people at both ends.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use kyso::client::{DriveError, Driver, Settings as DriverSettings, Watch};
use kyso::remote::mobile_id::{Dialect, Service, Signing};
use kyso::remote::{
    Answer, Credential, DocumentOutcome, DocumentResult, Flow, Input, InputKind, Secret, Terms, Wait,
};
use kyso::sandbox::{Sandbox, Settings, Subscriber};
use kyso::signer::LocalKey;
use kyso::{At, Chain, SignatureValue, SigningRequest, pdf, xml};

use super::support::{self, Judge};

/// Where the keys are, made once for all tests of this program.
fn folder() -> &'static Path {
    static KEYS: OnceLock<PathBuf> = OnceLock::new();
    KEYS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("remote-mobile-id");
        fs::create_dir_all(&folder).unwrap();
        drop(Sandbox::start(Settings::new().folder(&folder)).unwrap());
        folder
    })
}

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::start(Settings::new().provider("mobile-id").folder(folder())).unwrap()
}

pub(crate) fn service(sandbox: &Sandbox, dialect: Dialect) -> Service {
    let version = if dialect == Dialect::V1 { "v1" } else { "v2" };
    let party = sandbox.world().relying_party().id;
    let mut service = Service::new(format!("{}/mobile-id/rssp/{version}", sandbox.url()), party, party);
    service.dialect = dialect;
    service
}

pub(crate) fn driver(service: &Service) -> Driver {
    let settings = DriverSettings::new(service.base_url.clone()).timeout(Duration::from_secs(5));
    settings.attempts(1).driver().unwrap()
}

pub(crate) fn person(sandbox: &Sandbox) -> &Subscriber {
    sandbox.world().subscriber("000099000001").unwrap()
}

/// The person's key of this number, as the dialect names it.
pub(crate) fn credential(sandbox: &Sandbox, dialect: Dialect, key: usize) -> Credential {
    let person = person(sandbox);
    let holding = &person.holdings[key];
    let id = match dialect {
        Dialect::V1 => holding.thumbprint_sha1(),
        _ => holding.credential_id.to_string(),
    };
    Credential::new(&*person.username).credential_id(id)
}

/// What the relying party signs its logins with.
pub(crate) fn login_signature(text: &Secret) -> Secret {
    let pem = fs::read(folder().join("relying-party-key.pem")).unwrap();
    let key = LocalKey::from_pem(&pem, None).unwrap();
    Secret::new(STANDARD.encode(key.sha1_with_rsa(text.expose().as_bytes()).unwrap()))
}

/// What the phone does with what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phone {
    Approves,
    Rejects,
    Expires,
    Sleeps,
}

/// Whoever sits at the computer and holds the phone.
pub(crate) struct Person<'s> {
    sandbox: &'s Sandbox,
    phone: Phone,
    /// Wrong answers to give before the right one.
    pub(crate) pins: Vec<&'static str>,
    pub(crate) passwords: Vec<&'static str>,
    pub(crate) service_password: Option<&'static str>,
    /// Break the connection when this call is sent.
    pub(crate) breaks: Option<(&'static str, &'static str)>,
    /// Stop here from the moment this call is sent.
    pub(crate) interrupts: Option<&'static str>,
    pub(crate) stored: Vec<String>,
    pub(crate) calls: Vec<&'static str>,
    pub(crate) asked: Vec<&'static str>,
    pub(crate) messages: Vec<String>,
    pub(crate) attempts_left: Vec<u32>,
    pub(crate) codes_shown: Vec<String>,
}

impl<'s> Person<'s> {
    pub(crate) fn new(sandbox: &'s Sandbox, phone: Phone) -> Self {
        Self {
            sandbox,
            phone,
            pins: vec![],
            passwords: vec![],
            service_password: None,
            breaks: None,
            interrupts: None,
            stored: vec![],
            calls: vec![],
            asked: vec![],
            messages: vec![],
            attempts_left: vec![],
            codes_shown: vec![],
        }
    }
}

impl Watch for Person<'_> {
    fn persist(&mut self, json: &str) -> io::Result<()> {
        let (party, person) = (self.sandbox.world().relying_party(), person(self.sandbox));
        for secret in [&party.password, &party.ssl2_signature, &person.password, &person.pin] {
            assert!(!json.contains(secret.expose()), "{json}");
        }
        self.stored.push(json.to_owned());
        Ok(())
    }

    fn input(&mut self, input: &Input) -> Answer {
        self.asked.push(input.kind.name());
        self.messages.extend(input.message.clone());
        self.attempts_left.extend(input.attempts_left);
        let (world, person) = (self.sandbox.world(), person(self.sandbox));
        let party = world.relying_party();
        Answer::Given(match &input.kind {
            InputKind::ServicePassword => match self.service_password {
                Some(wrong) => Secret::new(wrong),
                None => party.password.clone(),
            },
            InputKind::ServiceSignature => party.ssl2_signature.clone(),
            InputKind::LoginSignature { text } => login_signature(text),
            InputKind::UserPassword if self.passwords.is_empty() => person.password.clone(),
            InputKind::UserPassword => Secret::new(self.passwords.remove(0)),
            InputKind::Pin if self.pins.is_empty() => person.pin.clone(),
            InputKind::Pin => Secret::new(self.pins.remove(0)),
            InputKind::Otp => Secret::new(world.sent_codes()[0].code.as_str()),
            other => panic!("{other:?}"),
        })
    }

    fn sending(&mut self, call: &'static str) {
        if let Some((at, faults)) = self.breaks {
            let faults = if at == call { faults } else { "{}" };
            self.sandbox.world().set_faults(serde_json::from_str(faults).unwrap()).unwrap();
        }
        self.calls.push(call);
    }

    fn waiting(&mut self, wait: &Wait, _: DateTime<Utc>) {
        self.codes_shown.extend(wait.verification_code.clone());
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

    fn interrupted(&self) -> bool {
        self.interrupts.is_some_and(|call| self.calls.contains(&call))
    }
}

/// A contract and an invoice, prepared for the person's key of a number; or many contracts.
pub(crate) struct Papers {
    folder: tempfile::TempDir,
    chain: Chain,
    pub(crate) pdf: pdf::Prepared<Vec<u8>>,
    pub(crate) xml: xml::Prepared<Vec<u8>>,
    pub(crate) batch: Vec<pdf::Prepared<Vec<u8>>>,
}

impl Papers {
    pub(crate) fn new(sandbox: &Sandbox, key: usize) -> Self {
        let chain = Chain::from_der(
            person(sandbox).holdings[key].chain.certificates().iter().map(|one| one.der().to_vec()),
        )
        .unwrap();
        let at = At::with_os_entropy(Utc::now().fixed_offset()).unwrap();
        let contract = fs::read(support::pdf("demo.pdf")).unwrap();
        let pdf = pdf::Signing::new(&chain).document("contract.pdf").prepare(contract, &at).unwrap();
        let invoice = fs::read(support::xml::xml("tt78-invoice.xml")).unwrap();
        let signing = xml::Signing::tt78(&chain).node("HD1").signature_location("DSCKS/NBan");
        let xml = signing.document("invoice.xml").prepare(invoice, &at).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), chain, pdf, xml, batch: vec![] }
    }

    pub(crate) fn many(sandbox: &Sandbox, number: usize) -> (Self, Vec<SigningRequest>) {
        let mut papers = Self::new(sandbox, 0);
        let contract = fs::read(support::pdf("demo.pdf")).unwrap();
        for number in 0..number {
            let at = At::with_os_entropy(Utc::now().fixed_offset()).unwrap();
            let signing = pdf::Signing::new(&papers.chain).document(format!("contract-{number}.pdf"));
            papers.batch.push(signing.reason(format!("{number}")).prepare(contract.clone(), &at).unwrap());
        }
        let requests = papers.batch.iter().map(pdf::Prepared::request).collect();
        (papers, requests)
    }

    pub(crate) fn requests(&self) -> [SigningRequest; 2] {
        [self.pdf.request(), self.xml.request()]
    }

    pub(crate) fn signing(&self, service: &Service, credential: &Credential) -> Signing {
        self.signing_of(service, credential, &self.requests())
    }

    pub(crate) fn signing_of(
        &self,
        service: &Service,
        credential: &Credential,
        requests: &[SigningRequest],
    ) -> Signing {
        let terms = Terms::new("0f8c2d7e").description("Hợp đồng").poll_seconds(1).patience_seconds(30);
        Signing::begin(service, credential, requests, &terms).unwrap()
    }

    pub(crate) fn value<'o>(outcomes: &'o [DocumentOutcome], document: &str) -> &'o SignatureValue {
        let outcome = outcomes.iter().find(|outcome| outcome.document == document).unwrap();
        match &outcome.result {
            DocumentResult::Value(value) => value,
            other => panic!("{document}: {other:?}"),
        }
    }

    /// Embeds both, and asks the judges.
    pub(crate) fn judge(self, sandbox: &Sandbox, outcomes: &[DocumentOutcome]) {
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
            fs::write(&issuer, pem(self.chain.certificates()[1].der())).unwrap();
            let mut command = Command::new("xmlsec1");
            command.args(["--verify", "--enabled-key-data", "x509", "--id-attr:Id", "DLHDon"]);
            command.arg("--trusted-pem").arg(&root).arg("--untrusted-pem").arg(&issuer).arg(&invoice);
            let output = command.output().unwrap();
            assert!(output.status.success(), "{}", support::both(&output));
        }
    }
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

pub(crate) fn run<F: Flow<Done = Vec<DocumentOutcome>>>(
    service: &Service,
    mut flow: F,
    watch: &mut Person<'_>,
) -> Result<Vec<DocumentOutcome>, DriveError> {
    driver(service).run(&mut flow, watch)
}
