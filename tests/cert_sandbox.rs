//! `kyso cert add` and `refresh` against the systems that the sandbox plays.
#![cfg(feature = "cli")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use kyso::algorithm::DigestAlgorithm;
use kyso::sandbox::{Sandbox, Settings};
use serde_json::Value;

/// The sandbox's person, and a folder with a configuration for every system.
struct Desk {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(Settings::new().folder(folder.path().join("sandbox"))).unwrap();
        let (url, party) = (sandbox.url(), sandbox.world().relying_party());
        let (id, rp_code) = (party.id, party.rp_code);
        let configuration = format!(
            r#"
[services.vnpt]
system = "vnpt"
base-url = "{url}/vnpt"
sp-id = "{id}"
secrets.service-password = "env:PARTY"

[services.vnpt-th]
system = "vnpt-th"
base-url = "{url}/vnpt"
sp-id = "{id}"
secrets.service-password = "env:PARTY"

[services.efy]
system = "efy"
base-url = "{url}/efy"
username = "{id}"
rp-code = "{rp_code}"
secrets.service-password = "env:PARTY"
"#
        );
        fs::write(folder.path().join("kyso.toml"), configuration).unwrap();
        Self { sandbox, folder }
    }

    /// What the program prints; it must have nothing to complain about.
    #[track_caller]
    fn cert(&self, arguments: &[&str]) -> String {
        let output = Command::new("setsid")
            .arg("-w")
            .arg(env!("CARGO_BIN_EXE_kyso"))
            .arg("cert")
            .args(arguments)
            .current_dir(self.folder.path())
            .env("KYSO_STORE", self.folder.path().join("store.json"))
            .env_remove("KYSO_CONFIG")
            .env("PARTY", self.sandbox.world().relying_party().password.expose())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && told.is_empty(), "{told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// SHA-256 of the certificates in the store.
    fn stored(&self, service: &str) -> BTreeSet<String> {
        let list: Value = serde_json::from_str(&self.cert(&["list", "--json"])).unwrap();
        let of_service =
            list["credentials"].as_array().unwrap().iter().filter(|one| one["service"] == service);
        of_service.map(|one| one["sha256"].as_str().unwrap().to_owned()).collect()
    }

    fn plays(&self, system: &str) -> bool {
        let line = self.sandbox.guide().lines().find_map(|line| line.strip_prefix("It plays: ")).unwrap();
        line.trim_end_matches('.').split(", ").any(|one| one == system)
    }
}

#[test]
fn certificates_of_the_sandbox_become_credentials() {
    let desk = Desk::new();
    let person = desk.sandbox.world().subscribers().next().unwrap();
    let of =
        |index: usize| person.holdings[index].certificate().fingerprint(DigestAlgorithm::Sha256).to_hex();
    let all: BTreeSet<String> = (0..person.holdings.len()).map(of).collect();
    assert!(all.len() > 1);

    // VNPT: all by the number of the person; with SmartCA TH one by its serial number.
    assert!(desk.plays("vnpt"));
    let id: &str = &person.user_id;
    desk.cert(&["add", "--service", "vnpt", "--id", id]);
    assert_eq!(desk.stored("vnpt"), all);
    let serial = person.holdings[0].serial();
    desk.cert(&["add", "--service", "vnpt-th", "--id", id, "--serial", &serial, "--alias", "codes"]);
    assert_eq!(desk.stored("vnpt-th"), BTreeSet::from([of(0)]));
    let shown: Value = serde_json::from_str(&desk.cert(&["show", "codes", "--json"])).unwrap();
    assert_eq!((shown["subject_has_id"].as_bool(), shown["id"].as_str()), (Some(true), Some(id)));
    assert!(shown["chain"].as_array().unwrap().len() > 1, "{shown}");

    // EFY: the one of a contract.
    if desk.plays("efy") {
        let uuid: &str = &person.holdings[0].agreement_uuid;
        desk.cert(&["add", "--service", "efy", "--agreement", uuid, "--alias", "contract"]);
        desk.cert(&["add", "--service", "efy", "--id", uuid]);
        assert_eq!(desk.stored("efy"), BTreeSet::from([of(0)]));
    }
    let names = desk.cert(&["list"]).lines().count();
    let refreshed = desk.cert(&["refresh", "codes"]);
    assert!(refreshed.lines().any(|line| line == "up to date: codes"), "{refreshed}");
    assert_eq!(desk.cert(&["list"]).lines().count(), names);
}
