//! A relying party's desk: a sandbox, a driver, somebody who answers.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kyso::client::{DriveError, Driver, Watch};
use kyso::remote::efy::{Listing, Login, Service};
use kyso::remote::{
    Answer, Call, Credential, Failure, Flow, FoundCertificate, Input, InputKind, Secret, Terms, Wait,
};
use kyso::sandbox::{Sandbox, Settings, World};
use kyso::{At, Chain, SigningRequest, document, pdf, xml};

/// The agreement of the person's RSA key.
pub(crate) const PERSON: &str = "00000000-0000-4000-8000-000000000001";
/// The agreement of the company's RSA key.
pub(crate) const COMPANY: &str = "00000000-0000-4000-8000-000000000003";
/// The person's ECDSA key, with which EFY does not sign.
pub(crate) const ECDSA: &str = "00000000-0000-4000-8000-000000000002";

pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    pub(crate) service: Service,
    pub(crate) driver: Driver,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let sandbox = Sandbox::start(Settings::new().provider("efy")).unwrap();
        let party = sandbox.world().relying_party();
        let service = Service::new(format!("{}/efy", sandbox.url()), party.id, party.rp_code);
        let driver = Driver::for_service(&kyso::remote::Service::Efy(service.clone())).unwrap();
        Self { sandbox, service, driver }
    }

    pub(crate) fn world(&self) -> &World {
        self.sandbox.world()
    }

    /// Somebody who knows the relying party's password and types these codes.
    pub(crate) fn clerk(&self, codes: &[&str]) -> Clerk<'_> {
        let codes = codes.iter().rev().map(|code| (*code).to_owned()).collect();
        Clerk { world: self.world(), codes, asked: Vec::new(), stored: Vec::new() }
    }

    pub(crate) fn run<F: Flow>(&self, mut flow: F, clerk: &mut Clerk<'_>) -> Result<F::Done, DriveError> {
        self.driver.run(&mut flow, clerk)
    }

    /// A call outside a conversation.
    pub(crate) fn call<C: Call>(&self, call: &C) -> Result<C::Reply, Failure> {
        let password = &self.world().relying_party().password;
        let token = self.driver.call(&Login::new(&self.service, password), None).unwrap().token;
        self.driver.call(call, Some(&token)).map_err(failure)
    }

    pub(crate) fn listing(&self, agreement: &str) -> Result<FoundCertificate, DriveError> {
        let whose = Credential::default().agreement_uuid(agreement);
        let listing = Listing::begin(&self.service, &whose, &Terms::new("list")).unwrap();
        Ok(self.run(listing, &mut self.clerk(&[]))?.pop().unwrap())
    }

    /// The certificate as the service gives it, with the issuers that everybody has.
    pub(crate) fn chain(&self, agreement: &str) -> Chain {
        let leaf = self.listing(agreement).unwrap().certificates.remove(0);
        let (_, holding) = self.world().subscriber_by_agreement(agreement).unwrap();
        let issuers = holding.chain.certificates()[1..].iter().map(|one| one.der().to_vec());
        Chain::from_der(std::iter::once(leaf).chain(issuers)).unwrap()
    }

    pub(crate) fn pin(&self, agreement: &str) -> String {
        self.world().subscriber_by_agreement(agreement).unwrap().0.pin.expose().to_owned()
    }

    /// The issuers in PEM, the root last, for outside judges.
    pub(crate) fn issuers(&self, folder: &Path) -> Vec<PathBuf> {
        let (_, holding) = self.world().subscriber_by_agreement(PERSON).unwrap();
        let write = |(index, certificate): (usize, &kyso::certificate::Certificate)| {
            let path = folder.join(format!("issuer-{index}.pem"));
            let text = STANDARD.encode(certificate.der());
            let lines: Vec<&str> =
                text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
            let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
            std::fs::write(&path, format!("{begin}\n{}\n{end}\n", lines.join("\n"))).unwrap();
            path
        };
        holding.chain.certificates()[1..].iter().enumerate().map(write).collect()
    }

    /// The root in PEM.
    pub(crate) fn trust(&self, folder: &Path) -> PathBuf {
        self.issuers(folder).pop().unwrap()
    }

    /// What xmlsec1 says of the signature of this number, counted from 1, in an invoice.
    pub(crate) fn xmlsec1(&self, path: &Path, number: usize) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let issuers = self.issuers(folder.path());
        let mut command = Command::new("xmlsec1");
        command.args(["--verify", "--enabled-key-data", "x509", "--trusted-pem"]).arg(&issuers[1]);
        command.arg("--untrusted-pem").arg(&issuers[0]);
        for element in ["DLHDon", "Object", "SignatureProperties"] {
            command.arg("--id-attr:Id").arg(element);
        }
        let signature = format!("(//*[local-name()='Signature'])[{number}]");
        let output = command.arg("--node-xpath").arg(signature).arg(path).output().unwrap();
        if output.status.success() { Ok(()) } else { Err(super::support::both(&output)) }
    }
}

pub(crate) fn failure(error: DriveError) -> Failure {
    match error {
        DriveError::Failed { failure, .. } => *failure,
        other => panic!("not a failure of the service: {other:?}"),
    }
}

pub(crate) struct Clerk<'w> {
    world: &'w World,
    /// What is typed, the last first; then the code that was sent last.
    codes: Vec<String>,
    /// What was asked for, with the attempts that were left.
    pub(crate) asked: Vec<(&'static str, Option<u32>)>,
    pub(crate) stored: Vec<String>,
}

impl Watch for Clerk<'_> {
    fn persist(&mut self, json: &str) -> io::Result<()> {
        for secret in ["relying-party-password", "24681357", "13572468"] {
            assert!(!json.contains(secret), "{json}");
        }
        self.stored.push(json.to_owned());
        Ok(())
    }

    fn input(&mut self, input: &Input) -> Answer {
        self.asked.push((input.kind.name(), input.attempts_left));
        let text = match input.kind {
            InputKind::ServicePassword => self.world.relying_party().password.expose().to_owned(),
            _ => match self.codes.pop() {
                Some(code) => code,
                None => match self.world.sent_codes().first() {
                    Some(sent) => sent.code.to_string(),
                    None => return Answer::Declined,
                },
            },
        };
        Answer::Given(Secret::new(text))
    }

    fn waiting(&mut self, wait: &Wait, _: chrono::DateTime<chrono::Utc>) {
        assert!(wait.expires_at >= wait.poll_at || wait.verification_code.is_none());
    }
}

pub(crate) fn at() -> At {
    let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    At::with_os_entropy(now.fixed_offset()).unwrap()
}

/// A contract in PDF.
pub(crate) fn contract(chain: &Chain, id: &str) -> document::Prepared<Vec<u8>> {
    let bytes = std::fs::read(super::support::pdf("demo.pdf")).unwrap();
    let signing = pdf::Signing::new(chain).document(id).reason("Đồng ý");
    document::Signing::from(signing).prepare(bytes, &at()).unwrap()
}

/// An invoice in XML.
pub(crate) fn invoice(chain: &Chain, id: &str) -> document::Prepared<Vec<u8>> {
    let bytes = std::fs::read(super::support::xml::xml("tt78-invoice.xml")).unwrap();
    let signing = xml::Signing::tt78(chain).document(id).node("HD1").signature_location("DSCKS/NBan");
    document::Signing::from(signing).prepare(bytes, &at()).unwrap()
}

pub(crate) fn requests(prepared: &[document::Prepared<Vec<u8>>]) -> Vec<SigningRequest> {
    prepared.iter().map(document::Prepared::request).collect()
}

pub(crate) fn credential(agreement: &str, mode: &str) -> Credential {
    Credential::default().agreement_uuid(agreement).auth_mode(mode)
}
