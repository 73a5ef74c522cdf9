//! A desk: a sandbox that plays all services, a wire to it, a configuration, credentials, and the program.
#![allow(dead_code)]

mod wire;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kyso::certificate::Certificate;
use kyso::client::store::{Entry, Store, StoreError};
use kyso::remote::{Credential, FoundCertificate};
use kyso::sandbox::{Faults, Sandbox, Settings};
use kyso::verify;
use tempfile::TempDir;

#[allow(unused_imports, reason = "some programs cut nothing")]
pub(crate) use wire::{Deed, Wire};

/// The services of the configuration: the five systems, and CSC where values are polled for.
pub(crate) const SERVICES: [&str; 6] = ["vnpt", "vnpt-th", "mobile-id", "efy", "csc", "csc-later"];

pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    pub(crate) wire: Wire,
    folder: TempDir,
    secrets: Vec<(&'static str, String)>,
}

/// What a program said on both streams, and its code.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) text: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let text = text + &String::from_utf8_lossy(&output.stderr);
        Self { code: output.status.code().unwrap_or(-1), text }
    }
}

/// Keys, which take seconds to make, and credentials: once for all desks of a program.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("remote-desk");
        let keys = folder.join("sandbox");
        fs::create_dir_all(&keys).unwrap();
        // Another program may be at it.
        let lock = fs::File::create(folder.join("lock")).unwrap();
        lock.lock().unwrap();
        let sandbox = Sandbox::start(Settings::new().folder(&keys)).unwrap();
        credentials(&sandbox, &folder.join("credentials.json"));
        folder
    })
}

fn credentials(sandbox: &Sandbox, path: &Path) {
    let _ = fs::remove_file(path);
    let signer = sandbox.world().subscribers().next().unwrap();
    let key = &signer.holdings[0];
    let (user, agreement) = (signer.user_id.as_str(), key.agreement_uuid.as_str());
    let change = |contents: &mut kyso::client::store::Contents| -> Result<(), StoreError> {
        for service in SERVICES {
            let credential = match service {
                "vnpt" | "vnpt-th" => Credential::new(user).serial_number(key.serial()),
                "mobile-id" => {
                    Credential::default().agreement_uuid(agreement).credential_id(key.thumbprint_sha1())
                }
                "efy" => Credential::default().agreement_uuid(agreement),
                _ => Credential::new(user).credential_id(&key.credential_id),
            };
            let mut found = FoundCertificate::default();
            found.credential = credential;
            found.certificates = key.chain.certificates().iter().map(|one| one.der().to_vec()).collect();
            contents.add(Entry::new(service, user, found)?, Some(service))?;
        }
        Ok(())
    };
    Store::at(path).change(change).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        if path.is_dir() {
            copy(&path, &to.join(name))
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

impl Desk {
    /// With somebody at the phone who approves everything at once.
    pub(crate) fn approving() -> Self {
        Self::with(Settings::new().auto_approve(), 10)
    }

    /// `timeout` is the client's, in seconds.
    pub(crate) fn with(settings: Settings, timeout: u32) -> Self {
        let folder = TempDir::new().unwrap();
        let own = folder.path().join("sandbox");
        copy(&template().join("sandbox"), &own);
        fs::copy(template().join("credentials.json"), folder.path().join("credentials.json")).unwrap();
        let sandbox = Sandbox::start(settings.folder(&own)).unwrap();
        let wire = Wire::to(sandbox.address());
        let world = sandbox.world();
        let (party, signer) = (world.relying_party(), world.subscribers().next().unwrap());
        let seed: String = signer.totp_secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let secrets = vec![
            ("SP_PASSWORD", party.password.expose().to_owned()),
            ("SP_SIGNATURE", party.ssl2_signature.expose().to_owned()),
            ("USER_PASSWORD", signer.password.expose().to_owned()),
            ("PIN", signer.pin.expose().to_owned()),
            ("SEED", seed),
        ];
        let mut text = String::new();
        for service in SERVICES {
            text += &configured(service, &wire.url(), party.id, party.rp_code, timeout);
        }
        fs::write(folder.path().join("kyso.toml"), text).unwrap();
        Self { sandbox, wire, folder, secrets }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The trust anchor of the sandbox.
    pub(crate) fn root(&self) -> PathBuf {
        self.path("sandbox/ca.pem")
    }

    pub(crate) fn faults(&self, set: impl FnOnce(&mut Faults)) {
        let mut faults = Faults::default();
        set(&mut faults);
        self.sandbox.world().set_faults(faults).unwrap();
    }

    /// A contract and an invoice.
    pub(crate) fn put_papers(&self) {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
        fs::copy(data.join("pdf/demo.pdf"), self.path("contract.pdf")).unwrap();
        fs::copy(data.join("xml/tt78-invoice.xml"), self.path("invoice.xml")).unwrap();
    }

    /// The program with this desk's configuration and secrets, nobody at its terminal.
    pub(crate) fn kyso(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kyso"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("KYSO_CONFIG", self.path("kyso.toml"))
            .env("KYSO_STORE", self.path("credentials.json"))
            .envs(self.secrets.iter().map(|(name, value)| (name, value.as_str())))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.kyso(arguments).output().unwrap().into()
    }

    /// What signs contract and invoice in one transaction with a service.
    pub(crate) fn sign(&self, service: &str) -> Command {
        self.kyso(&[
            "remote",
            "sign",
            "contract.pdf",
            "invoice.xml",
            "-o",
            "out",
            "--credential",
            service,
            "--format",
            "tt78",
            "--signature-location",
            "DSCKS/NBan",
        ])
    }

    /// Papers that all differ, half of them contracts, half invoices; their names.
    pub(crate) fn put_many(&self, service: &str, count: usize) -> Vec<String> {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
        let pdf = fs::read(data.join("pdf/demo.pdf")).unwrap();
        let xml = fs::read_to_string(data.join("xml/tt78-invoice.xml")).unwrap();
        assert!(xml.contains("<SHDon>1</SHDon>"));
        let put = |number: usize| {
            let is_pdf = number.is_multiple_of(2);
            let name = format!("{service}-{number}.{}", if is_pdf { "pdf" } else { "xml" });
            let text = if is_pdf {
                [&pdf[..], format!("% {name}\n").as_bytes()].concat()
            } else {
                let number = format!("<SHDon>{service}-{number}</SHDon>");
                xml.replace("<SHDon>1</SHDon>", &number).into_bytes()
            };
            fs::write(self.path(&name), text).unwrap();
            name
        };
        (0..count).map(put).collect()
    }

    /// What signs these papers into a folder `out-` and the name of the service, with the state beside it.
    pub(crate) fn sign_many(&self, service: &str, papers: &[String]) -> Command {
        let (out, state) = (format!("out-{service}"), format!("{service}.job.json"));
        let mut arguments = vec!["remote", "sign"];
        arguments.extend(papers.iter().map(String::as_str));
        arguments.extend(["-o", &out, "--credential", service, "--state", &state]);
        arguments.extend(["--format", "tt78", "--signature-location", "DSCKS/NBan"]);
        self.kyso(&arguments)
    }

    pub(crate) fn resume(&self, job: &Path, again: bool) -> Ended {
        let mut arguments = vec!["remote", "resume", job.to_str().unwrap()];
        arguments.extend(again.then_some("--again"));
        self.run(&arguments)
    }

    /// The files of jobs in a folder.
    pub(crate) fn jobs(&self, folder: &str) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else { return Vec::new() };
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.to_string_lossy().ends_with(".job.json")).collect()
    }

    /// How often the document was signed that was signed most.
    pub(crate) fn most_signed(&self) -> u32 {
        self.sandbox.world().signatures().iter().map(|(_, count)| *count).max().unwrap_or(0)
    }

    /// Whether a document is there; if so, its signature must be valid under the sandbox's root.
    pub(crate) fn is_signed(&self, name: &str) -> bool {
        let path = self.path(name);
        if !path.exists() {
            return false;
        }
        self.judge(&path);
        true
    }

    pub(crate) fn judge(&self, path: &Path) {
        let world = self.sandbox.world();
        let mut options = verify::Options::default();
        options.trust = Some(vec![world.root().clone()]);
        let signer = world.subscribers().next().unwrap();
        let issuers: Vec<Certificate> = signer.holdings[0].chain.certificates()[1..].to_vec();
        options.certificates = issuers;
        let file = fs::File::open(path).unwrap();
        if path.extension().is_some_and(|extension| extension == "pdf") {
            let report = verify::pdf(&file, &options).unwrap();
            assert!(report.is_valid() && report.signatures.len() == 1, "{}: {report}", path.display());
        } else {
            let report = verify::xml(&file, &options).unwrap();
            assert!(report.is_valid() && report.signatures.len() == 1, "{}: {report}", path.display());
        }
    }
}

fn configured(service: &str, url: &str, id: &str, rp_code: &str, timeout: u32) -> String {
    let (system, own) = match service {
        "vnpt" => ("vnpt", format!("base-url = \"{url}/vnpt\"\nsp-id = \"{id}\"\nmost-documents = 10\n")),
        "vnpt-th" => {
            ("vnpt-th", format!("base-url = \"{url}/vnpt\"\nsp-id = \"{id}\"\nautomatic-otp = true\n"))
        }
        "mobile-id" => (
            "mobile-id",
            format!(
                "base-url = \"{url}/mobile-id/rssp/v1\"\nrelying-party = \"{id}\"\nusername = \"{id}\"\n"
            ),
        ),
        "efy" => (
            "efy",
            format!(
                "base-url = \"{url}/efy\"\nusername = \"{id}\"\nrp-code = \"{rp_code}\"\nmost-hashes = 5\n"
            ),
        ),
        "csc" => (
            "csc",
            format!("base-url = \"{url}/csc/v2\"\nlogin = {{ kind = \"basic\" }}\nhashes-per-call = 5\n"),
        ),
        _ => (
            "csc",
            format!(
                "base-url = \"{url}/csc/v2\"\nlogin = {{ kind = \"basic\" }}\nasynchronous = true\nhashes-per-call = 25\n"
            ),
        ),
    };
    let secrets = match service {
        "vnpt" => "service-password = \"env:SP_PASSWORD\"\n",
        "vnpt-th" => {
            "service-password = \"env:SP_PASSWORD\"\nuser-password = \"env:USER_PASSWORD\"\n\
             totp = { reference = \"env:SEED\", encoding = \"hex\" }\n"
        }
        "mobile-id" => {
            "service-password = \"env:SP_PASSWORD\"\nservice-signature = \"env:SP_SIGNATURE\"\n\
             login-key = \"file:sandbox/secrets/login-key.pem\"\npin = \"env:PIN\"\n"
        }
        "efy" => "service-password = \"env:SP_PASSWORD\"\npin = \"env:PIN\"\n",
        _ => "user-password = \"env:USER_PASSWORD\"\npin = \"env:PIN\"\n",
    };
    format!(
        "[services.{service}]\nsystem = \"{system}\"\n{own}poll-seconds = 1\npatience-seconds = 8\n\
         timeout-seconds = {timeout}\n[services.{service}.secrets]\n{secrets}\n"
    )
}

/// Waits for a program, at most two minutes.
pub(crate) fn ended(mut child: Child) -> Ended {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(120) {
            child.kill().unwrap();
            panic!("the program does not end: {:?}", Ended::from(child.wait_with_output().unwrap()));
        }
        thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().unwrap().into()
}

pub(crate) fn within(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(40), "{what}: not within 40 s");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Does the same for every item, `threads` at a time; all of it, and then fails if one failed.
pub(crate) fn side_by_side<T: Sync>(threads: usize, items: &[T], work: impl Fn(&T) + Sync) {
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // What is wrong is printed where it panics.
                    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(item))).is_err() {
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner();
    assert_eq!(failed, 0, "{failed} of {} failed", items.len());
}

/// Whether a call may sign, or opens what nobody can confirm after a restart.
pub(crate) fn may_sign(service: &str, path: &str) -> bool {
    let ends: &[&str] = match service {
        "vnpt" => &["/v1/signatures/sign"],
        "vnpt-th" => &["/v2/signatures/sign", "/v2/signatures/confirm"],
        "mobile-id" => &["/signature/signHash"],
        "efy" => &["/signing/hash"],
        _ => &["/signatures/signHash"],
    };
    ends.iter().any(|end| path.ends_with(end))
}
