//! `kyso demo --remote`: a sandbox and its client in one process, a contract and an invoice through each of
//! the systems, by the same commands that people type.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;
use kyso::sandbox::{Sandbox, Settings, Subscriber};
use kyso::verify::{self, Options};

use crate::arguments::Arguments;
use crate::failure::{Exit, Failure, told};
use crate::{files, keys, output};

/// The services of the sandbox's configuration.
const SERVICES: [&str; 5] = ["vnpt", "vnpt-th", "mobile-id", "efy", "csc"];

/// Where everything is.
struct Desk {
    folder: PathBuf,
    contract: PathBuf,
    invoice: PathBuf,
    config: PathBuf,
    store: PathBuf,
    root: PathBuf,
}

/// Signs a contract and an invoice with each system of a sandbox that approves by itself.
pub(crate) fn run(folder: &Path, contract: &[u8], invoice: &[u8]) -> Result<ExitCode, Failure> {
    let sandbox_folder = folder.join("sandbox");
    let desk = Desk {
        folder: folder.to_owned(),
        contract: folder.join("contract.pdf"),
        invoice: folder.join("invoice.xml"),
        config: sandbox_folder.join("demo.toml"),
        store: folder.join("credentials.json"),
        root: sandbox_folder.join("ca.pem"),
    };
    write(&desk.contract, contract)?;
    write(&desk.invoice, invoice)?;
    let broken = |error| Failure::new(Exit::Io, format!("the sandbox: {}", told(&error)));
    let sandbox = Sandbox::start(Settings::new().folder(&sandbox_folder).auto_approve()).map_err(broken)?;
    let signer = sandbox
        .world()
        .subscribers()
        .next()
        .ok_or_else(|| Failure::new(Exit::Usage, "the sandbox has no signer"))?;
    desk.configure(&sandbox_folder, signer)?;
    output::print(&format!(
        "A sandbox at {} plays the remote signers; its keys are made the first time.\n\
         {} signs, whose phone ({}/phone) approves by itself here.\n\
         In the commands --config and --store are left out: they name {} and {}.\n",
        sandbox.url(),
        signer.name,
        sandbox.url(),
        desk.config.display(),
        desk.store.display(),
    ))?;
    let mut all_valid = true;
    for (index, service) in SERVICES.iter().enumerate() {
        output::print(&format!("{}. {service}", index.saturating_add(1)))?;
        all_valid &= desk.sign(service, signer)?;
        output::print("")?;
    }
    output::print(&format!("Everything is in {}.", desk.folder.display()))?;
    Ok(if all_valid { ExitCode::SUCCESS } else { Exit::Invalid.into() })
}

impl Desk {
    /// The sandbox's configuration, and the signer's own secrets as references, so that nobody is asked.
    fn configure(&self, sandbox: &Path, signer: &Subscriber) -> Result<(), Failure> {
        let secrets = sandbox.join("secrets");
        let seed: String = signer.totp_secret.iter().map(|byte| format!("{byte:02x}")).collect();
        for (name, text) in [
            ("user-password", signer.password.expose()),
            ("pin", signer.pin.expose()),
            ("totp", seed.as_str()),
        ] {
            files::write_private(&secrets.join(name), text.as_bytes())?;
        }
        let path = sandbox.join("sandbox.toml");
        let mut text = String::from_utf8_lossy(&files::read(&path, files::SMALL)?).into_owned();
        for service in SERVICES {
            let heading = format!("[services.{service}.secrets]\n");
            let mut own = heading.clone();
            own.push_str("user-password = \"file:secrets/user-password\"\npin = \"file:secrets/pin\"\n");
            if service == "vnpt-th" {
                own.push_str("totp = { reference = \"file:secrets/totp\", encoding = \"hex\" }\n");
                let table = format!("[services.{service}]\n");
                text = text.replace(&table, &format!("{table}automatic-otp = true\n"));
            }
            text = text.replace(&heading, &own);
        }
        files::write_private(&self.config, text.as_bytes())
    }

    /// By commands, as they would be typed; then an independent look at what came out.
    fn sign(&self, service: &str, signer: &Subscriber) -> Result<bool, Failure> {
        let holding = signer
            .holdings
            .first()
            .ok_or_else(|| Failure::new(Exit::Usage, "the signer of the sandbox has no key"))?;
        let (who, id) = match service {
            "efy" => ("--agreement", holding.agreement_uuid.as_str()),
            "mobile-id" | "csc" => ("--id", signer.username.as_ref()),
            _ => ("--id", signer.user_id.as_ref()),
        };
        let serial: String =
            holding.certificate().serial().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut add = vec!["cert", "add", "--service", service, who, id, "--serial", &serial];
        if service == "csc" {
            // The sandbox has the key under several ids, each authorised in another way; this one by PIN.
            add.extend(["--key", &holding.credential_id]);
        }
        add.extend(["--alias", service]);
        self.enter(&add)?;
        let out = self.folder.join(service);
        let (contract, invoice, out_folder) = (shown(&self.contract), shown(&self.invoice), shown(&out));
        let sign = ["remote", "sign", &contract, &invoice, "-o", &out_folder, "--credential", service];
        let invoice_options = ["--format", "tt78", "--signature-location", "DSCKS/NBan"];
        self.enter(&[sign.as_slice(), &invoice_options].concat())?;
        let mut options = Options::default();
        options.trust = Some(keys::certificates(&self.root)?);
        // The signature of an invoice brings the signer's certificate alone; EFY tells of no other.
        options.certificates = holding.chain.certificates().iter().skip(1).cloned().collect();
        let mut all_valid = true;
        for document in [&self.contract, &self.invoice] {
            let signed = out.join(document.file_name().unwrap_or_default());
            let source = files::open(&signed)?;
            let failed = |error| Failure::verify(&signed, &error);
            let is_valid = if document == &self.contract {
                verify::pdf(&source, &options).map_err(failed)?.is_valid()
            } else {
                verify::xml(&source, &options).map_err(failed)?.is_valid()
            };
            let verdict = if is_valid { "valid" } else { "NOT VALID" };
            output::print(&format!("   {}: {verdict}", signed.display()))?;
            all_valid &= is_valid;
        }
        Ok(all_valid)
    }

    fn enter(&self, arguments: &[&str]) -> Result<(), Failure> {
        output::print(&format!("   $ kyso {}", arguments.join(" ")))?;
        let (config, store) = (shown(&self.config), shown(&self.store));
        let places = ["--config", config.as_str(), "--store", store.as_str()];
        let words = ["kyso"].iter().chain(arguments).chain(&places);
        let parsed = Arguments::try_parse_from(words)
            .map_err(|error| Failure::new(Exit::Usage, error.render().to_string()))?;
        // A command that fails says so by itself, or with its code; what is missing then is not valid.
        crate::run(parsed.command)?;
        Ok(())
    }
}

fn write(path: &Path, contents: &[u8]) -> Result<(), Failure> {
    fs::write(path, contents).map_err(|error| Failure::io(path, "writing", &error))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
