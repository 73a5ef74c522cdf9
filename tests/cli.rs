//! The `kyso` program from outside: exit codes, the one line on stderr, what is printed and written.
#![cfg(feature = "cli")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kyso::algorithm::{Digest, DigestAlgorithm, SignatureAlgorithm, Suite, ToBeSigned};
use kyso::certificate::Chain;
use kyso::cms::{SignedAttributes, assemble};
use kyso::signer::{LocalKey, Signer as _};
use serde_json::Value;
use tempfile::TempDir;

/// How a run ended.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    /// Nothing to complain about.
    #[track_caller]
    fn done(self) -> Self {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self
    }

    /// The code, and one line on stderr with all the words.
    #[track_caller]
    fn failed(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, code, "{}", self.err);
        assert!(self.err.starts_with("kyso: ") && self.err.ends_with('\n'), "{:?}", self.err);
        assert_eq!(self.err.lines().count(), 1, "one line: {:?}", self.err);
        for word in words {
            assert!(self.err.contains(word), "{word:?} missing in {:?}", self.err);
        }
        assert_eq!(self.out, "", "nothing on stdout");
        self
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

fn testdata(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name).to_str().unwrap().to_owned()
}

fn pdf(name: &str) -> String {
    testdata(&format!("pdf/{name}"))
}

fn key(name: &str) -> String {
    testdata(&format!("keys/{name}"))
}

fn read(path: impl AsRef<Path>) -> Vec<u8> {
    fs::read(path).unwrap()
}

/// A folder to run in.
struct Bench(TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kyso"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command.env("KYSO_TEST_USER", "user").env("KYSO_TEST_WRONG", "wrong").env("KYSO_TEST_KYSO", "kyso");
        command.env_remove("KYSO_TEST_UNSET");
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().unwrap();
        Run {
            code: output.status.code().expect("the program was not killed"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn sign(&self, input: &str, more: &[&str]) -> Run {
        let (key, chain) = (key("rsa2048-key.pem"), key("rsa2048-chain.pem"));
        let first = ["sign", input, "-o", "out.pdf", "--key", &key, "--cert", &chain];
        self.run(&[first.as_slice(), more].concat())
    }

    /// Prepares the demonstration document with the chain of `name`, the state in `state.json`.
    fn prepare(&self, name: &str, more: &[&str]) -> Value {
        fs::copy(pdf("demo.pdf"), self.path("in.pdf")).unwrap();
        let chain = key(&format!("{name}-chain.pem"));
        let first = ["prepare", "in.pdf", "--cert", &chain, "--state", "state.json"];
        let run = self.run(&[first.as_slice(), more].concat()).done();
        assert_eq!(run.out.lines().count(), 1, "one line of JSON");
        run.json()
    }

    fn embed(&self, signature: &str) -> Run {
        self.run(&["embed", "in.pdf", "--state", "state.json", "--signature", signature, "-o", "out.pdf"])
    }

    /// No output, and no temporary file of one.
    #[track_caller]
    fn left_nothing(&self) {
        let names: Vec<_> =
            fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        let known = ["in.pdf", "state.json", "value.bin"];
        assert!(names.iter().all(|name| known.iter().any(|known| name == known)), "{names:?}");
    }
}

/// Plays the remote signer: sees the request only.
fn remote(name: &str, requests: &Value) -> Vec<u8> {
    let request = &requests["requests"][0];
    let key = LocalKey::from_pem(&read(key(&format!("{name}-key.pem"))), None).unwrap();
    let chain = Chain::from_pem(&read(self::key(&format!("{name}-chain.pem")))).unwrap();
    let algorithm = SignatureAlgorithm::from_name(request["signature_algorithm"].as_str().unwrap()).unwrap();
    if let Some(message) = request.get("to_be_signed_base64") {
        let suite = Suite::default_for(chain.public_key());
        let message = STANDARD.decode(message.as_str().unwrap()).unwrap();
        return key.sign(suite, ToBeSigned::Message(&message)).unwrap();
    }
    let digest = digest_of(request);
    let suite = Suite::new(algorithm, digest.algorithm(), chain.public_key()).unwrap();
    key.sign(suite, ToBeSigned::Digest(&digest)).unwrap()
}

fn digest_of(request: &Value) -> Digest {
    let algorithm = DigestAlgorithm::from_name(request["digest_algorithm"].as_str().unwrap()).unwrap();
    let bytes = STANDARD.decode(request["digest_base64"].as_str().unwrap()).unwrap();
    let digest = Digest::from_bytes(algorithm, &bytes).unwrap();
    assert_eq!(digest.to_hex(), request["digest_hex"].as_str().unwrap());
    digest
}

#[test]
fn signs_in_one_go() {
    let bench = Bench::new();
    let run =
        bench.sign(&pdf("demo.pdf"), &["--reason", "Đồng ý", "--time", "2026-11-21T09:30:00+07:00"]).done();
    assert_eq!(run.out, "");
    let (input, out) = (read(pdf("demo.pdf")), read(bench.path("out.pdf")));
    assert!(out.starts_with(&input) && out.len() > input.len());
    let report = bench.run(&["verify", "out.pdf", "--json", "--trust", &key("root.pem")]).done().json();
    assert_eq!(report["valid"], true);
    assert_eq!(report["trust_checked"], true);
    assert_eq!(report["signatures"][0]["field"], "Signature1");
    assert_eq!(report["signatures"][0]["reason"], "Đồng ý");
    assert_eq!(report["signatures"][0]["claimed_time"], "2026-11-21T02:30:00Z");
    let inspection = bench.run(&["inspect", "out.pdf", "--json"]).done().json();
    assert_eq!(inspection["signatures"].as_array().unwrap().len(), 1);
    assert_eq!(inspection["revisions"].as_array().unwrap().len(), 2);
}

#[test]
fn every_kind_of_key_file_signs() {
    let rsa = key("rsa2048-chain.pem");
    let shuffled = key("rsa2048-chain-shuffled.pem");
    let p256 = key("p256-chain.pem");
    let passphrase = ["--passphrase-env", "KYSO_TEST_KYSO"];
    let cases: [(&str, Option<&str>, &[&str]); 8] = [
        ("rsa2048-key.pem", Some(&shuffled), &["--signature-algorithm", "rsa-pss", "--digest", "sha512"]),
        ("rsa2048-pkcs1-key.pem", Some(&rsa), &["--subfilter", "pkcs7"]),
        ("rsa2048-encrypted-key.pem", Some(&rsa), &passphrase),
        ("rsa2048.p12", None, &passphrase),
        ("rsa2048.p12", Some(&rsa), &passphrase),
        ("p256-sec1-key.pem", Some(&p256), &["--timestamp-room"]),
        ("p521-key.pem", Some(&key("p521-chain.pem")), &[]),
        ("ed25519-key.pem", Some(&key("ed25519-chain.pem")), &[]),
    ];
    let bench = Bench::new();
    let input = pdf("demo.pdf");
    for (file, chain, more) in cases {
        let key = key(file);
        let mut arguments = vec!["sign", &input, "--key", &key, "-o", "out.pdf"];
        arguments.extend(chain.iter().flat_map(|chain| ["--cert", chain]));
        arguments.extend(more);
        bench.run(&arguments).done();
        bench.run(&["verify", "out.pdf"]).done();
    }
}

#[test]
fn a_key_that_does_not_sign_is_a_usage_error() {
    let bench = Bench::new();
    let input = pdf("demo.pdf");
    let sign = |key: &str, more: &[&str]| {
        bench.run(&[["sign", &input, "-o", "out.pdf", "--key", &self::key(key)].as_slice(), more].concat())
    };
    let rsa = key("rsa2048-chain.pem");
    sign("p256-key.pem", &["--cert", &rsa]).failed(2, &["p256-key.pem", "does not belong"]);
    sign("rsa2048-key.pem", &[]).failed(2, &["--cert"]);
    sign("rsa2048-encrypted-key.pem", &["--cert", &rsa]).failed(2, &["--passphrase-env"]);
    let wrong = ["--cert", &rsa, "--passphrase-env", "KYSO_TEST_WRONG"];
    sign("rsa2048-encrypted-key.pem", &wrong).failed(2, &["rsa2048-encrypted-key.pem", "passphrase"]);
    sign("rsa2048.p12", &["--passphrase-env", "KYSO_TEST_WRONG"]).failed(2, &["rsa2048.p12", "passphrase"]);
    sign("rsa2048.p12", &["--passphrase-env", "KYSO_TEST_UNSET"]).failed(2, &["KYSO_TEST_UNSET", "not set"]);
    sign("root.pem", &["--cert", &rsa]).failed(2, &["root.pem", "no private key"]);
    sign("absent.pem", &["--cert", &rsa]).failed(5, &["absent.pem"]);
    sign("rsa2048-key.pem", &["--cert", &key("rsa2048-key.pem")]).failed(2, &["no certificate found"]);
    let ecdsa = ["--cert", &rsa, "--signature-algorithm", "ecdsa"];
    sign("rsa2048-key.pem", &ecdsa).failed(2, &["--signature-algorithm"]);
    bench.left_nothing();
}

#[test]
fn usage_errors_are_one_line() {
    let bench = Bench::new();
    bench.run(&[]).failed(2, &["command", "kyso --help"]);
    bench.run(&["frobnicate"]).failed(2, &["frobnicate"]);
    bench.run(&["prepare"]).failed(2, &["--cert", "--state", "INPUT"]);
    let input = pdf("demo.pdf");
    for wrong in [
        ["--digest", "sha1"],
        ["--digest", "SHA256"],
        ["--signature-algorithm", "dsa"],
        ["--subfilter", "x509"],
        ["--time", "yesterday"],
        ["--reserve", "many"],
        ["--password-env", "KYSO_TEST_UNSET"],
        ["--field", ""],
        ["--field", "a..b"],
        ["--reserve", "100"],
        ["--reserve", "99999999999"],
    ] {
        bench.sign(&input, &wrong).failed(2, &[]);
    }
    bench.left_nothing();
    assert!(bench.run(&["--help"]).done().out.contains("prepare"));
    assert!(bench.run(&["--version"]).done().out.starts_with("kyso "));
}

#[test]
fn documents_are_refused_with_the_rule() {
    let bench = Bench::new();
    let cases: [(&str, &[&str], &[&str]); 8] = [
        ("not-a-pdf.pdf", &[], &[]),
        ("empty.pdf", &[], &[]),
        ("certified-no-changes.pdf", &[], &["DocMDP P=1"]),
        ("locked-all.pdf", &[], &["locks"]),
        ("enc-aes-256.pdf", &[], &["--password-env"]),
        ("enc-aes-256.pdf", &["--password-env", "KYSO_TEST_WRONG"], &["password"]),
        (
            "enc-permissions-none.pdf",
            &["--password-env", "KYSO_TEST_USER"],
            &["/P", "--override-encryption-permissions"],
        ),
        ("field-name-taken.pdf", &["--field", "Signature1"], &["Signature1", "--field"]),
    ];
    for (file, more, words) in cases {
        bench.sign(&pdf(file), more).failed(3, &[&[file], words].concat());
    }
    bench.left_nothing();
    let user = ["--password-env", "KYSO_TEST_USER"];
    bench.sign(&pdf("enc-aes-256.pdf"), &user).done();
    bench.run(&["verify", "out.pdf"]).failed(1, &["--password-env"]);
    bench.run(&["verify", "out.pdf", "--password-env", "KYSO_TEST_USER"]).done();
    bench.run(&["inspect", "out.pdf", "--password-env", "KYSO_TEST_USER"]).done();
    let run = bench.sign(
        &pdf("enc-permissions-none.pdf"),
        &[user.as_slice(), &["--override-encryption-permissions"]].concat(),
    );
    assert_eq!(run.code, 0);
    assert!(run.err.starts_with("kyso: warning: ") && run.err.contains("overridden"), "{}", run.err);
    // A name that would break the line is shown escaped.
    let odd = bench.path("two\nlines.pdf");
    fs::write(&odd, "no PDF").unwrap();
    bench.sign(odd.to_str().unwrap(), &[]).failed(3, &["two\\nlines.pdf"]);
}

#[test]
fn files_that_cannot_be_read_or_written_are_io_errors() {
    let bench = Bench::new();
    let (input, chain) = (pdf("demo.pdf"), key("rsa2048-chain.pem"));
    bench.sign("absent.pdf", &[]).failed(5, &["absent.pdf"]);
    bench.sign(".", &[]).failed(5, &["regular file"]);
    bench.run(&["prepare", &input, "--cert", "absent.pem", "--state", "s"]).failed(5, &["absent.pem"]);
    let run = bench.run(&["prepare", &input, "--cert", &chain, "--state", "absent/state.json"]);
    run.failed(5, &["absent/state.json"]);
    bench.run(&["verify", "absent.pdf"]).failed(5, &["absent.pdf"]);
    bench.run(&["inspect", "absent.pdf"]).failed(5, &["absent.pdf"]);
    bench.left_nothing();
    let signed = ["sign", &input, "-o", "absent/out.pdf", "--cert", &chain, "--key", &key("rsa2048-key.pem")];
    bench.run(&signed).failed(5, &["absent/out.pdf"]);
}

#[test]
fn the_request_is_as_documented() {
    let bench = Bench::new();
    let json = bench.prepare("rsa2048", &[]);
    let request = json["requests"][0].as_object().unwrap();
    assert_eq!(json.as_object().unwrap().len(), 2);
    assert_eq!(json["version"], 1);
    assert_eq!(json["requests"].as_array().unwrap().len(), 1);
    let mut names: Vec<_> = request.keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected = [
        "certificate_sha256",
        "digest_algorithm",
        "digest_base64",
        "digest_hex",
        "document",
        "kind",
        "signature_algorithm",
    ];
    assert_eq!(names, expected);
    assert_eq!(request["document"], "in.pdf");
    assert_eq!(request["kind"], "raw");
    assert_eq!(request["digest_algorithm"], "sha256");
    assert_eq!(request["signature_algorithm"], "rsa-pkcs1");
    assert_eq!(request["digest_hex"].as_str().unwrap().len(), 64);
    let chain = Chain::from_pem(&read(key("rsa2048-chain.pem"))).unwrap();
    let leaf = chain.leaf_digest(DigestAlgorithm::Sha256).to_hex();
    assert_eq!(request["certificate_sha256"], leaf);

    let request = |name, more: &[&str]| bench.prepare(name, more)["requests"][0].clone();
    assert_eq!(request("p384", &[])["digest_algorithm"], "sha384");
    assert_eq!(request("p384", &[])["signature_algorithm"], "ecdsa");
    assert_eq!(request("p521", &[])["digest_algorithm"], "sha512");
    assert_eq!(request("p256", &["--digest", "sha512"])["digest_algorithm"], "sha512");
    assert_eq!(request("rsa2048", &["--signature-algorithm", "rsa-pss"])["signature_algorithm"], "rsa-pss");
    let ed25519 = request("ed25519", &[]);
    assert_eq!(ed25519["signature_algorithm"], "ed25519");
    let message = STANDARD.decode(ed25519["to_be_signed_base64"].as_str().unwrap()).unwrap();
    assert_eq!(message[0], 0x31, "the attributes as a SET OF");
    assert!(ed25519.as_object().unwrap().keys().all(|name| !name.starts_with("digest")));
}

#[test]
fn two_processes_and_a_signer_between_them() {
    for name in ["rsa2048", "p256", "p384", "p521", "ed25519"] {
        let bench = Bench::new();
        let requests = bench.prepare(name, &["--field", "Duyệt"]);
        let value = remote(name, &requests);
        // A second file of the same request: the first embed may have been killed.
        bench.embed(&STANDARD.encode(&value)).done();
        let first = read(bench.path("out.pdf"));
        fs::write(bench.path("value.bin"), &value).unwrap();
        bench.embed("@value.bin").done();
        assert!(read(bench.path("out.pdf")) == first, "{name}: embedding again gives the same bytes");
        fs::write(bench.path("value.bin"), STANDARD.encode(&value) + "\r\n").unwrap();
        bench.embed("@value.bin").done();
        assert!(read(bench.path("out.pdf")) == first, "{name}: base64 in a file is the same value");
        let report = bench.run(&["verify", "out.pdf", "--json"]).done().json();
        assert_eq!(report["signatures"][0]["field"], "Duyệt");
    }
}

#[test]
fn ecdsa_values_are_taken_as_der_too() {
    let bench = Bench::new();
    let requests = bench.prepare("p256", &[]);
    let raw = remote("p256", &requests);
    let der = p256::ecdsa::Signature::from_slice(&raw).unwrap().to_der();
    fs::write(bench.path("value.bin"), der.as_bytes()).unwrap();
    bench.embed("@value.bin").done();
    let from_der = read(bench.path("out.pdf"));
    bench.embed(&STANDARD.encode(&raw)).done();
    assert!(read(bench.path("out.pdf")) == from_der, "DER is what is stored");
}

#[test]
fn a_service_may_return_a_whole_cms() {
    let bench = Bench::new();
    let requests = bench.prepare("rsa2048", &["--service", "cms"]);
    let request = &requests["requests"][0];
    assert_eq!(request["kind"], "cms");
    let cms = whole_cms(&digest_of(request));
    fs::write(bench.path("value.bin"), &cms).unwrap();
    bench.embed("@value.bin").done();
    bench.run(&["verify", "out.pdf"]).done();
    let hex: String = cms.iter().map(|byte| format!("{byte:02x}")).collect();
    let out = String::from_utf8_lossy(&read(bench.path("out.pdf"))).to_lowercase();
    assert!(out.contains(&hex), "the CMS is stored as it came");

    // Another document's CMS, and a raw value.
    let other = whole_cms(&DigestAlgorithm::Sha256.hash(b"another document"));
    bench.embed(&STANDARD.encode(other)).failed(4, &["in.pdf", "CMS"]);
    bench.embed(&STANDARD.encode(remote("rsa2048", &requests))).failed(4, &["CMS"]);

    let requests = bench.prepare("rsa2048", &["--service", "cms", "--reserve", "1000"]);
    let cms = whole_cms(&digest_of(&requests["requests"][0]));
    let needed = format!("--reserve {}", cms.len());
    bench.embed(&STANDARD.encode(&cms)).failed(4, &["1000", &needed]);
}

fn whole_cms(digest: &Digest) -> Vec<u8> {
    let chain = Chain::from_pem(&read(key("rsa2048-chain.pem"))).unwrap();
    let key = LocalKey::from_pem(&read(key("rsa2048-key.pem")), None).unwrap();
    let suite = Suite::default_for(chain.public_key());
    let attributes = SignedAttributes::new(digest, &chain, suite, None).unwrap();
    let to_be_signed = attributes.digest(suite.digest());
    let value = key.sign(suite, ToBeSigned::Digest(&to_be_signed)).unwrap();
    assemble(&attributes, suite, &value, &chain)
}

#[test]
fn values_of_other_signers_and_documents_are_refused() {
    let bench = Bench::new();
    let other = bench.prepare("rsa2048", &[]);
    let requests = bench.prepare("rsa2048", &[]);
    fs::write(bench.path("value.bin"), "untouched").unwrap();
    bench.embed(&STANDARD.encode(remote("rsa2048", &other))).failed(4, &["in.pdf", "another digest"]);
    bench.embed("AAAA").failed(4, &["in.pdf", "3 bytes"]);
    bench.embed("").failed(4, &["in.pdf"]);
    bench.embed("no base64!").failed(4, &["base64", "@"]);
    bench.embed("@absent.bin").failed(5, &["absent.bin"]);
    let cms = STANDARD.encode(whole_cms(&digest_of(&requests["requests"][0])));
    bench.embed(&cms).failed(4, &["whole CMS"]);
    bench.left_nothing();
    // The state stays good.
    bench.embed(&STANDARD.encode(remote("rsa2048", &requests))).done();
}

#[test]
fn another_document_and_a_changed_state_are_refused() {
    let bench = Bench::new();
    let requests = bench.prepare("p256", &[]);
    let value = STANDARD.encode(remote("p256", &requests));
    let (document, state) = (read(bench.path("in.pdf")), read(bench.path("state.json")));

    let mut longer = document.clone();
    longer.push(b'\n');
    fs::write(bench.path("in.pdf"), longer).unwrap();
    bench.embed(&value).failed(2, &["in.pdf", "not the document", "bytes"]);
    let mut other = document.clone();
    other[document.len() / 2] ^= 1;
    fs::write(bench.path("in.pdf"), other).unwrap();
    bench.embed(&value).failed(2, &["in.pdf", "not the document", "digest"]);
    fs::write(bench.path("in.pdf"), &document).unwrap();

    for at in [20, state.len() / 2, state.len() - 20] {
        let mut changed = state.clone();
        changed[at] ^= 1;
        fs::write(bench.path("state.json"), changed).unwrap();
        bench.embed(&value).failed(2, &["state.json"]);
    }
    for text in ["", "{}", "null", "[1]", "\u{0}"] {
        fs::write(bench.path("state.json"), text).unwrap();
        bench.embed(&value).failed(2, &["state.json"]);
    }
    fs::remove_file(bench.path("state.json")).unwrap();
    bench.embed(&value).failed(5, &["state.json"]);
    bench.left_nothing();
    fs::write(bench.path("state.json"), &state).unwrap();
    bench.embed(&value).done();
}

#[test]
fn the_output_is_replaced_whole_or_not_at_all() {
    let bench = Bench::new();
    fs::write(bench.path("out.pdf"), "what was there").unwrap();
    bench.sign(&pdf("not-a-pdf.pdf"), &[]).failed(3, &[]);
    bench.prepare("p256", &[]);
    bench.embed("AAAA").failed(4, &[]);
    assert_eq!(read(bench.path("out.pdf")), b"what was there");
    // The input may be the output, and be signed twice.
    fs::copy(pdf("demo.pdf"), bench.path("out.pdf")).unwrap();
    bench.sign("out.pdf", &[]).done();
    let once = read(bench.path("out.pdf"));
    bench.sign("out.pdf", &[]).done();
    assert!(read(bench.path("out.pdf")).starts_with(&once));
    let report = bench.run(&["inspect", "out.pdf", "--json"]).done().json();
    let fields: Vec<_> = report["signatures"].as_array().unwrap().iter().map(|one| &one["field"]).collect();
    assert_eq!(fields, ["Signature1", "Signature2"]);
    bench.sign("out.pdf", &["--field", "Signature1"]).failed(3, &["Signature1", "signed already"]);
}

#[test]
fn files_that_are_read_are_not_replaced() {
    let bench = Bench::new();
    let requests = bench.prepare("p256", &[]);
    let document = read(bench.path("in.pdf"));
    let chain = key("p256-chain.pem");
    bench.run(&["prepare", "in.pdf", "--cert", &chain, "--state", "./in.pdf"]).failed(2, &["replace"]);
    let value = STANDARD.encode(remote("p256", &requests));
    let onto_state = ["embed", "in.pdf", "--state", "state.json", "--signature", &value, "-o", "state.json"];
    bench.run(&onto_state).failed(2, &["replace"]);
    assert_eq!(read(bench.path("in.pdf")), document);
    bench.embed(&value).done();
}

#[cfg(unix)]
#[test]
fn the_state_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::new();
    let mode = || fs::metadata(bench.path("state.json")).unwrap().permissions().mode() & 0o777;
    bench.prepare("p256", &[]);
    assert_eq!(mode(), 0o600);
    fs::set_permissions(bench.path("state.json"), fs::Permissions::from_mode(0o644)).unwrap();
    bench.prepare("p256", &[]);
    assert_eq!(mode(), 0o600);
}

#[test]
fn verify_says_what_is_not_valid() {
    let bench = Bench::new();
    bench.run(&["verify", &pdf("not-a-pdf.pdf")]).failed(1, &["not-a-pdf.pdf"]);
    bench.run(&["inspect", &pdf("not-a-pdf.pdf")]).failed(3, &["not-a-pdf.pdf"]);
    let unsigned = bench.run(&["verify", &pdf("demo.pdf")]);
    assert_eq!((unsigned.code, unsigned.err.as_str()), (1, ""));
    assert!(unsigned.out.contains("no signatures"));
    bench.sign(&pdf("demo.pdf"), &[]).done();
    let text = bench.run(&["verify", "out.pdf"]).done().out;
    assert!(text.contains("trust: not checked") && text.ends_with("result: valid\n"), "{text}");
    let mut changed = read(bench.path("out.pdf"));
    let text = changed.windows(3).position(|bytes| bytes == b" Tj").unwrap() - 4;
    changed[text] ^= 1;
    fs::write(bench.path("changed.pdf"), changed).unwrap();
    let run = bench.run(&["verify", "changed.pdf", "--json"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.json()["valid"], false);
    // Anchors that did not issue it.
    let leaf = read(key("p256-chain.pem"));
    let end = leaf.windows(25).position(|text| text == b"-----END CERTIFICATE-----").unwrap() + 25;
    fs::write(bench.path("leaf.pem"), &leaf[..end]).unwrap();
    let stranger = bench.run(&["verify", "out.pdf", "--json", "--trust", "leaf.pem"]);
    assert_eq!(stranger.code, 1);
    assert_eq!(stranger.json()["signatures"][0]["trust"]["status"], "untrusted");
    bench.run(&["verify", "out.pdf", "--trust", &key("rsa2048-key.pem")]).failed(2, &["no certificate"]);
}

#[test]
fn the_demonstration_needs_nothing() {
    let bench = Bench::new();
    let run = bench.run(&["demo", "--out", "folder"]).done();
    assert!(run.out.contains("result: valid"), "{}", run.out);
    let request: Value = serde_json::from_slice(&read(bench.path("folder/demo-request.json"))).unwrap();
    assert_eq!(request["version"], 1);
    bench.run(&["verify", "folder/demo-signed.pdf", "--trust", &key("root.pem")]).done();
    let temporary = bench.path("temporary");
    fs::create_dir(&temporary).unwrap();
    let output = bench.command(&["demo"]).env("TMPDIR", &temporary).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let folder = fs::read_dir(&temporary).unwrap().next().unwrap().unwrap().path();
    assert!(String::from_utf8(output.stdout).unwrap().contains(folder.to_str().unwrap()));
    assert!(folder.join("demo-signed.pdf").is_file());
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_panic() {
    let bench = Bench::new();
    for (arguments, codes) in [
        (vec!["demo", "--out", "folder"], [0, 0]),
        (vec!["inspect", "folder/demo.pdf"], [0, 0]),
        (
            vec!["prepare", "folder/demo.pdf", "--cert", "folder/demo-chain.pem", "--state", "state.json"],
            [0, 5],
        ),
    ] {
        let mut command = bench.command(&arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let (code, err) = (output.status.code(), String::from_utf8(output.stderr).unwrap());
        assert!(codes.iter().any(|one| code == Some(*one)), "{arguments:?}: {code:?} {err}");
        assert!(!err.contains("panic"), "{err}");
    }
}
