//! Keys and certificates made with openssl when the tests run, and openssl as the judge.

#![allow(dead_code, reason = "each test program uses its part")]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A directory with a root and what it issued.
pub(crate) struct Workshop {
    dir: tempfile::TempDir,
}

/// Whether openssl is there; says so when it is not, and fails then if judges are required.
pub(crate) fn present() -> bool {
    let found = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
    if !found {
        let required = std::env::var_os("KYSO_REQUIRE_JUDGES").is_some_and(|value| value == "1");
        assert!(!required, "openssl is required and absent");
        println!("openssl is absent: skipped");
    }
    found
}

impl Workshop {
    pub(crate) fn new() -> Self {
        let workshop = Self { dir: tempfile::tempdir().unwrap() };
        workshop.write("ca.cnf", CA_EXTENSIONS.as_bytes());
        workshop
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Runs openssl in the directory; what it says must be success.
    pub(crate) fn openssl<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Vec<u8> {
        let (success, out, err) = self.try_openssl(arguments);
        let shown: Vec<_> = arguments.iter().map(|argument| argument.as_ref().to_string_lossy()).collect();
        assert!(success, "openssl {}: {}", shown.join(" "), String::from_utf8_lossy(&err));
        out
    }

    /// The words of a command line, which may hold no spaces inside.
    pub(crate) fn run(&self, line: &str) -> Vec<u8> {
        self.openssl(&line.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn try_openssl<A: AsRef<OsStr>>(&self, arguments: &[A]) -> (bool, Vec<u8>, Vec<u8>) {
        let output = Command::new("openssl").args(arguments).current_dir(self.dir.path()).output().unwrap();
        (output.status.success(), output.stdout, output.stderr)
    }

    /// `NAME.key` of a kind: `rsa:2048`, `rsa-pss:2048`, `ec:P-256`, `ed25519`.
    pub(crate) fn key(&self, name: &str, kind: &str) {
        let out = format!("{name}.key");
        match kind.split_once(':') {
            Some(("rsa", bits)) => {
                self.run(&format!("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:{bits} -out {out}"))
            }
            Some(("rsa-pss", bits)) => {
                self.run(&format!("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:{bits} -out {out}"))
            }
            Some((_, curve)) => {
                self.run(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:{curve} -out {out}"))
            }
            None => self.run(&format!("genpkey -algorithm {kind} -out {out}")),
        };
    }

    /// `NAME.pem`, signed by itself, with the CA extensions of the section.
    pub(crate) fn root(&self, name: &str, section: &str) {
        self.run(&format!(
            "req -x509 -new -key {name}.key -subj /C=VN/O=Kyso/CN={name} -days 3650 -sha256 \
             -config ca.cnf -extensions {section} -out {name}.pem"
        ));
    }

    /// `NAME.pem`, signed by `issuer`, with the extensions of the section.
    pub(crate) fn issue(&self, name: &str, issuer: &str, section: &str) {
        self.run(&format!(
            "req -new -key {name}.key -subj /C=VN/O=Kyso/CN={name} -config ca.cnf -out {name}.csr"
        ));
        self.run(&format!(
            "x509 -req -in {name}.csr -CA {issuer}.pem -CAkey {issuer}.key -CAcreateserial -days 365 -sha256 \
             -extfile ca.cnf -extensions {section} -out {name}.pem"
        ));
    }

    /// Root, intermediate and a leaf of this kind; the leaf's name is given.
    pub(crate) fn leaf(&self, name: &str, kind: &str) {
        if !self.path("root.pem").exists() {
            self.key("root", "ec:P-256");
            self.root("root", "ca");
            self.key("middle", "ec:P-384");
            self.issue("middle", "root", "ca");
        }
        self.key(name, kind);
        self.issue(name, "middle", "signer");
    }

    /// The leaf and those above it, in PEM, root first to see that the order does not matter.
    pub(crate) fn chain_pem(&self, leaf: &str) -> Vec<u8> {
        [self.read("root.pem"), self.read(&format!("{leaf}.pem")), self.read("middle.pem")].concat()
    }

    /// A timestamp token over `content`, by an authority below the root.
    pub(crate) fn timestamp(&self, content: &[u8]) -> Vec<u8> {
        self.key("stamper", "rsa:2048");
        self.issue("stamper", "root", "stamper");
        self.write("ts.cnf", TIMESTAMP_AUTHORITY.as_bytes());
        self.write("serial", b"01");
        self.write("stamped", content);
        self.run("ts -query -data stamped -sha256 -cert -config ts.cnf -out query");
        self.run(
            "ts -reply -queryfile query -signer stamper.pem -inkey stamper.key -config ts.cnf -token_out -out token",
        );
        self.read("token")
    }

    /// A certificate as DER.
    pub(crate) fn der(&self, name: &str) -> Vec<u8> {
        self.run(&format!("x509 -in {name}.pem -outform DER"))
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }
}

const CA_EXTENSIONS: &str = "\
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[ca0]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[mute_ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, cRLSign
[signer]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[stamper]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[encipher]
keyUsage = critical, keyEncipherment
[strange]
basicConstraints = CA:FALSE
1.2.3.4 = critical, DER:0500
";

const TIMESTAMP_AUTHORITY: &str = "\
[tsa]
default_tsa = authority
[authority]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
";
