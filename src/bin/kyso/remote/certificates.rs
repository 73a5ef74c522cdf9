//! `kyso remote certificates`: what somebody can sign with.

use std::process::ExitCode;

use kyso::algorithm::DigestAlgorithm;
use kyso::certificate::Certificate;
use kyso::client::{Answers, ProcessEnvironment};
use kyso::remote::FoundCertificate;
use serde_json::json;

use super::console::Person;
use super::context;
use super::look::{Whose, look};
use crate::arguments::remote::Certificates;
use crate::failure::{Exit, Failure, note, told};
use crate::output;
use crate::words::{plain, time};

pub(crate) fn run(options: &Certificates) -> Result<ExitCode, Failure> {
    let configuration = context::configuration(&options.places)?;
    let service = context::service(&configuration, &options.provider)?;
    let whose = Whose { id: Some(options.user.clone()), agreement: None };
    let mut person = Person::new(Answers::new(context::secrets(service, None)?, &ProcessEnvironment));
    let found = look(service, &whose, options.serial.as_deref(), &mut person)?;
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

fn as_text(found: &FoundCertificate) -> String {
    let credential = &found.credential;
    let mut lines = Vec::new();
    match found.certificates.first().map(|der| Certificate::from_der(der)) {
        Some(Ok(leaf)) => {
            lines.push(plain(&leaf.subject()));
            lines.push(format!("  issuer         {}", plain(&leaf.issuer())));
            lines.push(format!("  valid          {} to {}", time(leaf.not_before()), time(leaf.not_after())));
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

fn as_json(found: &FoundCertificate) -> serde_json::Value {
    let leaf = found.certificates.first().and_then(|der| Certificate::from_der(der).ok());
    let leaf = leaf.as_ref();
    json!({
        "subject": leaf.map(Certificate::subject),
        "issuer": leaf.map(Certificate::issuer),
        "not_before": leaf.map(|leaf| time(leaf.not_before())),
        "not_after": leaf.map(|leaf| time(leaf.not_after())),
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
