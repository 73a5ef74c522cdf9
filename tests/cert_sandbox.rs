//! `kyso cert add` and `refresh` against the systems that the sandbox plays.
#![cfg(feature = "cli")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use kyso::algorithm::DigestAlgorithm;
use kyso::sandbox::{Sandbox, Settings};
use serde_json::Value;

/// A sandbox, and the configuration that it writes for its clients.
struct Desk {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(Settings::new().folder(folder.path())).unwrap();
        // What the signer gives, no relying party has.
        let path = folder.path().join("sandbox.toml");
        let configuration = fs::read_to_string(&path).unwrap();
        let mut added = String::new();
        for line in configuration.lines() {
            added.push_str(line);
            added.push('\n');
            if ["[services.csc.secrets]", "[services.mobile-id.secrets]"].contains(&line) {
                added.push_str("user-password = \"env:USER_PASSWORD\"\n");
            }
        }
        fs::write(&path, added).unwrap();
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
            .env("KYSO_CONFIG", self.folder.path().join("sandbox.toml"))
            .env("USER_PASSWORD", self.sandbox.world().subscribers().next().unwrap().password.expose())
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
}

#[test]
fn certificates_of_the_sandbox_become_credentials() {
    let desk = Desk::new();
    let person = desk.sandbox.world().subscribers().next().unwrap();
    let of =
        |index: usize| person.holdings[index].certificate().fingerprint(DigestAlgorithm::Sha256).to_hex();
    let all: BTreeSet<String> = (0..person.holdings.len()).map(of).collect();
    assert!(all.len() > 1);

    // VNPT: all by the number of the person, which has no other keys than RSA there; with SmartCA TH one by its serial number.
    let id: &str = &person.user_id;
    desk.cert(&["add", "--service", "vnpt", "--id", id]);
    assert_eq!(desk.stored("vnpt"), BTreeSet::from([of(0)]));
    let serial = person.holdings[0].serial();
    desk.cert(&["add", "--service", "vnpt-th", "--id", id, "--serial", &serial, "--alias", "codes"]);
    assert_eq!(desk.stored("vnpt-th"), BTreeSet::from([of(0)]));
    let shown: Value = serde_json::from_str(&desk.cert(&["show", "codes", "--json"])).unwrap();
    assert_eq!((shown["subject_has_id"].as_bool(), shown["id"].as_str()), (Some(true), Some(id)));
    assert!(shown["chain"].as_array().unwrap().len() > 1, "{shown}");

    // EFY: the one of a contract, which an id is as well.
    let uuid: &str = &person.holdings[0].agreement_uuid;
    desk.cert(&["add", "--service", "efy", "--agreement", uuid, "--alias", "contract"]);
    desk.cert(&["add", "--service", "efy", "--id", uuid]);
    assert_eq!(desk.stored("efy"), BTreeSet::from([of(0)]));

    // RSSP and CSC: all of a user; with RSSP also the one of a contract.
    let user: &str = &person.username;
    desk.cert(&["add", "--service", "mobile-id", "--agreement", uuid, "--alias", "one"]);
    assert_eq!(desk.stored("mobile-id"), BTreeSet::from([of(0)]));
    for service in ["mobile-id", "csc"] {
        desk.cert(&["add", "--service", service, "--id", user]);
        assert_eq!(desk.stored(service), all, "{service}");
    }

    // Asked again, all of them are there still, and nothing is new.
    let before: Value = serde_json::from_str(&desk.cert(&["list", "--json"])).unwrap();
    let names = before["credentials"].as_array().unwrap();
    let refreshed = desk.cert(&["refresh"]);
    for name in names {
        let line = format!("up to date: {}", name["alias"].as_str().unwrap());
        assert!(refreshed.lines().any(|one| one == line), "{line:?} missing in {refreshed}");
    }
    let after: Value = serde_json::from_str(&desk.cert(&["list", "--json"])).unwrap();
    assert_eq!(before, after);
}
