//! A desk: a sandbox that plays the services, a configuration, credentials, and the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use kyso::client::store::{Entry, Store};
use kyso::remote::{Credential, FoundCertificate};
use kyso::sandbox::{Sandbox, Settings};
use tempfile::TempDir;

pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    pub(crate) folder: TempDir,
    secrets: Vec<(&'static str, String)>,
}

/// Keys take seconds to make: once is enough.
fn keys() -> &'static Path {
    static KEYS: OnceLock<PathBuf> = OnceLock::new();
    KEYS.get_or_init(|| {
        let folder = TempDir::new().unwrap().keep();
        drop(Sandbox::start(Settings::new().folder(&folder)).unwrap());
        folder
    })
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        if path.is_dir() {
            copy(&path, &to.join(name))
        } else {
            fs::copy(&path, to.join(name)).map(|_| ()).unwrap()
        }
    }
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self::with(Settings::new())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        let folder = TempDir::new().unwrap();
        let own = folder.path().join("sandbox");
        copy(keys(), &own);
        let sandbox = Sandbox::start(settings.folder(&own)).unwrap();
        let world = sandbox.world();
        let (url, party) = (sandbox.url(), world.relying_party());
        let url = url.trim_end_matches('/');
        let signer = world.subscribers().next().unwrap();
        let seed: String = signer.totp_secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let secrets = vec![
            ("SP_PASSWORD", party.password.expose().to_owned()),
            ("USER_PASSWORD", signer.password.expose().to_owned()),
            ("PIN", signer.pin.expose().to_owned()),
            ("SEED", seed),
            ("SSL2_SIGNATURE", party.ssl2_signature.expose().to_owned()),
        ];
        let id = party.id;
        let config = format!(
            r#"
[services.phone]
system = "vnpt"
base-url = "{url}/vnpt"
sp-id = "{id}"
poll-seconds = 1
patience-seconds = 60
secrets.service-password = "env:SP_PASSWORD"

[services.pairs]
system = "vnpt"
base-url = "{url}/vnpt"
sp-id = "{id}"
most-documents = 2
poll-seconds = 1
patience-seconds = 60
secrets.service-password = "env:SP_PASSWORD"

[services.codes]
system = "vnpt-th"
base-url = "{url}/vnpt"
sp-id = "{id}"
poll-seconds = 1
patience-seconds = 60
automatic-otp = true
[services.codes.secrets]
service-password = "env:SP_PASSWORD"
user-password = "env:USER_PASSWORD"
totp = {{ reference = "env:SEED", encoding = "hex" }}

[services.rssp1]
system = "mobile-id"
base-url = "{url}/mobile-id/rssp/v1"
relying-party = "{id}"
username = "{id}"
poll-seconds = 1
[services.rssp1.secrets]
service-password = "env:SP_PASSWORD"
service-signature = "env:SSL2_SIGNATURE"
login-key = "file:sandbox/relying-party-key.pem"
user-password = "env:USER_PASSWORD"
pin = "env:PIN"

[services.rssp2]
system = "mobile-id"
dialect = "v2"
base-url = "{url}/mobile-id/rssp/v2"
relying-party = "{id}"
username = "{id}"
poll-seconds = 1
[services.rssp2.secrets]
service-password = "env:SP_PASSWORD"
service-signature = "env:SSL2_SIGNATURE"
login-key = "file:sandbox/relying-party-key.pem"
user-password = "env:USER_PASSWORD"
pin = "env:PIN"

[services.efy]
system = "efy"
base-url = "{url}/efy"
username = "{id}"
rp-code = "{code}"
[services.efy.secrets]
service-password = "env:SP_PASSWORD"
pin = "env:PIN"

[services.csc1]
system = "csc"
dialect = "v1"
base-url = "{url}/csc/v1"
login = {{ kind = "basic" }}
[services.csc1.secrets]
user-password = "env:USER_PASSWORD"
pin = "env:PIN"

[services.csc2]
system = "csc"
base-url = "{url}/csc/v2"
login = {{ kind = "basic" }}
[services.csc2.secrets]
user-password = "env:USER_PASSWORD"
pin = "env:PIN"

[services.hand]
system = "manual"
"#,
            code = party.rp_code,
        );
        fs::write(folder.path().join("kyso.toml"), config).unwrap();
        let desk = Self { folder, sandbox, secrets };
        let (user, serial) = (signer_id(&desk), serial(&desk));
        desk.know_others();
        for service in ["phone", "pairs", "codes"] {
            let output = desk
                .kyso(&[
                    "cert",
                    "add",
                    "--service",
                    service,
                    "--id",
                    &user,
                    "--serial",
                    &serial,
                    "--alias",
                    service,
                ])
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", text(&output));
        }
        desk
    }

    /// Credentials of the systems that are asked for a PIN.
    fn know_others(&self) {
        let signer = self.sandbox.world().subscribers().next().unwrap();
        let key = &signer.holdings[0];
        let credential = || Credential::new(&*signer.username).auth_mode("EXPLICIT/PIN");
        let (uuid, id) = (key.agreement_uuid.to_string(), key.credential_id.to_string());
        let credentials = [
            ("rssp1", credential().credential_id(key.thumbprint_sha256()).scal(2)),
            ("rssp2", credential().credential_id(&id).scal(2)),
            ("efy", Credential::default().agreement_uuid(uuid).auth_mode("EXPLICIT/PIN")),
            ("csc1", Credential::new(&*signer.username).credential_id(&id)),
            ("csc2", Credential::new(&*signer.username).credential_id(&id)),
        ];
        for (service, credential) in credentials {
            let mut found = FoundCertificate::default();
            found.credential = credential;
            found.certificates = key.chain.certificates().iter().map(|one| one.der().to_vec()).collect();
            let entry = Entry::new(service, &signer.username, found).unwrap();
            let store = Store::at(self.path("credentials.json"));
            store.change(|contents| contents.add(entry, Some(service))).unwrap();
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The trust anchor of the sandbox.
    pub(crate) fn root(&self) -> PathBuf {
        self.path("sandbox/ca.pem")
    }

    /// The signer's certificates and the root, which an invoice does not bring along.
    pub(crate) fn chain(&self) -> PathBuf {
        let path = self.path("chain.pem");
        if !path.exists() {
            let (code, pem) = self.run(&["cert", "show", "phone", "--pem"]);
            assert_eq!(code, 0, "{pem}");
            fs::write(&path, pem + &fs::read_to_string(self.root()).unwrap()).unwrap();
        }
        path
    }

    /// The program with this desk's configuration and secrets, nobody at its terminal.
    pub(crate) fn kyso(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("setsid");
        command
            .arg("-w")
            .arg(env!("CARGO_BIN_EXE_kyso"))
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

    /// The program itself, to be killed.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Child {
        let wrapped = self.kyso(arguments);
        let mut command = Command::new(env!("CARGO_BIN_EXE_kyso"));
        command.args(arguments).current_dir(self.folder.path());
        for (name, value) in wrapped.get_envs() {
            command.env(name, value.unwrap());
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.kyso(arguments).output().unwrap();
        (output.status.code().unwrap_or(-1), text(&output))
    }

    /// Puts a file of the test data on the desk.
    pub(crate) fn put(&self, from: &Path, name: &str) {
        fs::copy(from, self.path(name)).unwrap();
    }

    /// How often something was asked to be signed.
    pub(crate) fn sign_calls(&self) -> usize {
        let journal = self.sandbox.world().journal();
        journal.iter().filter(|entry| entry.call.ends_with("/signatures/sign")).count()
    }

    /// Waits until so many transactions wait on the phone.
    pub(crate) fn await_pending(&self, count: usize) {
        within("a transaction on the phone", || self.sandbox.world().pending().len() >= count);
    }

    /// The files of jobs in a folder.
    pub(crate) fn jobs(&self, folder: &str) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else { return Vec::new() };
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.to_string_lossy().ends_with(".job.json")).collect()
    }

    /// Asserts that `kyso verify` finds a document valid under the sandbox's root.
    pub(crate) fn verify(&self, name: &str) {
        let root = self.root();
        let chain = self.chain();
        let (root, chain) = (root.to_str().unwrap(), chain.to_str().unwrap());
        let (code, text) = self.run(&["verify", name, "--trust", root, "--cert", chain]);
        assert_eq!(code, 0, "{name}: {text}");
    }
}

pub(crate) fn signer_id(desk: &Desk) -> String {
    desk.sandbox.world().subscribers().next().unwrap().user_id.to_owned()
}

pub(crate) fn serial(desk: &Desk) -> String {
    desk.sandbox.world().subscribers().next().unwrap().holdings[0].serial()
}

/// What a program said on both streams.
pub(crate) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

pub(crate) fn within(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}: not within 30 s");
        thread::sleep(Duration::from_millis(20));
    }
}
