//! `kyso remote certificates`: what somebody can sign with.

use std::process::ExitCode;

use chrono::DateTime;
use kyso::algorithm::DigestAlgorithm;
use kyso::certificate::Certificate;
use kyso::client::{Answers, DriveError, Driver, ProcessEnvironment, Watch};
use kyso::remote::{Answer, Credential, FoundCertificate, Input, Listing, System, Wait};
use serde_json::json;

use super::console::Person;
use super::{context, interrupt};
use crate::arguments::remote::Certificates;
use crate::failure::{Exit, Failure, note, told};
use crate::output;

pub(crate) fn run(options: &Certificates) -> Result<ExitCode, Failure> {
    let configuration = context::configuration(&options.places)?;
    let service = context::service(&configuration, &options.provider)?;
    let driver = context::driver(service)?;
    let mut whose = match service.service.system() {
        System::Efy => Credential::default().agreement_uuid(&options.user),
        _ => Credential::new(&options.user),
    };
    if let Some(serial) = &options.serial {
        whose = whose.serial_number(serial);
    }
    let entropy = context::entropy()?;
    let terms = context::terms(service, None, None, &entropy);
    let mut listing = Listing::begin(&service.service, &whose, &terms, &context::entropy()?)
        .map_err(|error| Failure::new(Exit::Usage, format!("service {}: {}", service.name, told(&error))))?;
    interrupt::watch();
    let mut person = Person::new(Answers::new(context::secrets(service, None)?, &ProcessEnvironment));
    let found = look(&driver, &mut listing, &mut person)?;
    drop(person);
    if options.json {
        let all: Vec<_> = found.iter().map(as_json).collect();
        output::print(&json!({ "version": 1, "certificates": all }).to_string())?;
    } else if found.is_empty() {
        note("", &format!("service {} knows no certificate of {}", service.name, options.user));
    } else {
        let all: Vec<String> = found.iter().map(as_text).collect();
        output::print(&all.join("\n"))?;
    }
    Ok(if found.is_empty() { Exit::Invalid.into() } else { ExitCode::SUCCESS })
}

/// Asks the service.
fn look(
    driver: &Driver,
    listing: &mut Listing,
    person: &mut Person<'_>,
) -> Result<Vec<FoundCertificate>, Failure> {
    let found = driver.run(listing, &mut Asking(person));
    found.map_err(|error: DriveError| Failure::new(Exit::from(error.fault()), told(&error)))
}

/// Nothing is stored: a look can be had again.
struct Asking<'p, 'e>(&'p mut Person<'e>);

impl Watch for Asking<'_, '_> {
    fn persist(&mut self, _: &str) -> std::io::Result<()> {
        Ok(())
    }

    fn input(&mut self, input: &Input) -> Answer {
        self.0.input(input).map_or(Answer::Declined, Answer::Given)
    }

    fn waiting(&mut self, wait: &Wait, now: DateTime<chrono::Utc>) {
        self.0.waiting(wait, now);
    }

    fn interrupted(&self) -> bool {
        interrupt::is_pressed()
    }
}

fn as_text(found: &FoundCertificate) -> String {
    let credential = &found.credential;
    let mut lines = Vec::new();
    match found.certificates.first().map(|der| Certificate::from_der(der)) {
        Some(Ok(leaf)) => {
            lines.push(leaf.subject());
            lines.push(format!("  issuer         {}", leaf.issuer()));
            lines.push(format!("  valid          {} to {}", day(leaf.not_before()), day(leaf.not_after())));
            lines.push(format!("  SHA-256        {}", leaf.fingerprint(DigestAlgorithm::Sha256).to_hex()));
        }
        Some(Err(error)) => lines.push(format!("(a certificate that cannot be read: {})", told(&error))),
        None => lines.push("(the service did not give the certificate)".to_owned()),
    }
    let more = [
        ("serial", credential.serial_number.as_deref()),
        ("credential", credential.credential_id.as_deref()),
        ("agreement", credential.agreement_uuid.as_deref()),
        ("authorisation", credential.auth_mode.as_deref()),
        ("type", found.service_type.as_deref()),
        ("package", found.package.as_deref()),
        ("status", found.status.as_deref()),
    ];
    lines
        .extend(more.into_iter().filter_map(|(name, value)| Some(format!("  {name:<14} {}", plain(value?)))));
    lines.join("\n")
}

/// What a service says, on one line.
fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

fn as_json(found: &FoundCertificate) -> serde_json::Value {
    let leaf = found.certificates.first().and_then(|der| Certificate::from_der(der).ok());
    let leaf = leaf.as_ref();
    json!({
        "subject": leaf.map(Certificate::subject),
        "issuer": leaf.map(Certificate::issuer),
        "not_before": leaf.map(|leaf| day(leaf.not_before())),
        "not_after": leaf.map(|leaf| day(leaf.not_after())),
        "sha256": leaf.map(|leaf| leaf.fingerprint(DigestAlgorithm::Sha256).to_hex()),
        "credential": found.credential,
        "service_type": found.service_type,
        "package": found.package,
        "status": found.status,
        "auth_modes": found.auth_modes,
        "most_signatures": found.most_signatures,
        "certificates": found.certificates.len(),
    })
}

fn day(unix_seconds: i64) -> String {
    let time = DateTime::from_timestamp(unix_seconds, 0);
    time.map_or_else(|| unix_seconds.to_string(), |time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}
