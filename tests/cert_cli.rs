//! `kyso cert` from outside, against a service that gives certificates as VNPT SmartCA does.
#![cfg(feature = "cli")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The relying party's password with the service.
const PASSWORD: &str = "sp-geheim-4711";

/// A service that has certificates for everybody, and the requests that came.
struct Service {
    address: String,
    certificates: Arc<Mutex<Vec<Value>>>,
    requests: Arc<Mutex<Vec<Value>>>,
}

impl Service {
    fn start(certificates: Vec<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let certificates = Arc::new(Mutex::new(certificates));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (has, log) = (Arc::clone(&certificates), Arc::clone(&requests));
        // It ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(&mut stream.unwrap(), |body| {
                    let reply = reply(&body, &has.lock().unwrap());
                    log.lock().unwrap().push(body);
                    reply
                });
            }
        });
        Self { address, certificates, requests }
    }

    fn has(&self, certificates: Vec<Value>) {
        *self.certificates.lock().unwrap() = certificates;
    }

    fn asked(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

/// One request of a connection, answered and closed.
fn serve(stream: &mut TcpStream, answer: impl FnOnce(Value) -> Value) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    assert!(first.starts_with("POST /sca/v1/credentials/get_certificate "), "{first}");
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().unwrap()
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let reply = answer(serde_json::from_slice(&body).unwrap()).to_string();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length";
    write!(stream, "{head}: {}\r\n\r\n{reply}", reply.len()).unwrap();
}

fn reply(request: &Value, certificates: &[Value]) -> Value {
    if request["sp_password"] != PASSWORD {
        return json!({ "status_code": 401, "message": "SP_CREDENTIAL_INVALID", "data": null });
    }
    let serial = request["serial_number"].as_str().unwrap_or_default();
    let is_meant = |one: &&Value| serial.is_empty() || one["serial_number"] == serial;
    let chosen: Vec<&Value> = certificates.iter().filter(is_meant).collect();
    json!({ "status_code": 200, "message": "Success", "data": { "user_certificates": chosen } })
}

/// As the document prints one.
fn certificate(name: &str, uid: &str, serial: &str) -> Value {
    let mut parameters = rcgen::CertificateParams::new([]).unwrap();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
    let kind = rcgen::DnType::CustomDnType(vec![0, 9, 2342, 19_200_300, 100, 1, 1]);
    parameters.distinguished_name.push(kind, uid);
    parameters.serial_number = Some(rcgen::SerialNumber::from_slice(&[0x54, 0x01, serial.len() as u8]));
    parameters.not_before = rcgen::date_time_ymd(2024, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2044, 1, 1);
    let der = parameters.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().der().to_vec();
    json!({
        "service_type": "SMARTCA",
        "service_name": "SMARTCA PERSONAL PRO",
        "cert_id": format!("id-{serial}"),
        "cert_status": "Đang hoạt động",
        "serial_number": serial,
        "cert_data": STANDARD.encode(der),
        "chain_data": { "ca_cert": null, "root_cert": null },
        "transaction_id": "t",
    })
}

/// How a run ended.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    #[track_caller]
    fn done(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// Done, with these words on stderr.
    #[track_caller]
    fn warned(self, words: &[&str]) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "{word:?} missing in {:?}", self.err);
        }
        self.out
    }

    /// The code, and one line on stderr with all the words.
    #[track_caller]
    fn failed(self, code: i32, words: &[&str]) {
        assert_eq!(self.err.lines().count(), 1, "{:?}", self.err);
        self.declined(code, words);
    }

    /// The code, and all the words on stderr: what nobody answered comes before the failure.
    #[track_caller]
    fn declined(self, code: i32, words: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (code, ""), "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "{word:?} missing in {:?}", self.err);
        }
    }
}

/// A folder to run in, with a configuration and a store.
struct Bench(TempDir);

impl Bench {
    fn new(service: &Service) -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        let address = &service.address;
        let configuration = format!(
            "images = \"images\"\n\
             [services.smartca]\nsystem = \"vnpt\"\nbase-url = \"{address}/sca\"\nsp-id = \"4184\"\n\
             [services.smartca.secrets]\nservice-password = \"env:SP_PASSWORD\"\n\
             [services.by-hand]\nsystem = \"manual\"\n\
             [services.away]\nsystem = \"vnpt\"\nbase-url = \"http://127.0.0.1:9/sca\"\nsp-id = \"4184\"\n\
             secrets.service-password = \"env:SP_PASSWORD\"\n"
        );
        fs::write(bench.path("kyso.toml"), configuration).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, PASSWORD)
    }

    fn run_with(&self, arguments: &[&str], password: &str) -> Run {
        // In a session of its own, which has no terminal where somebody could be asked.
        let output = Command::new("setsid")
            .arg("-w")
            .arg(env!("CARGO_BIN_EXE_kyso"))
            .arg("cert")
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .env("KYSO_STORE", self.path("store.json"))
            .env("SP_PASSWORD", password)
            .env_remove("KYSO_CONFIG")
            .env_remove("UNSET")
            .output()
            .unwrap();
        let run = Run {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        let stored = fs::read_to_string(self.path("store.json")).unwrap_or_default();
        for text in [&run.out, &run.err, &stored] {
            assert!(!text.contains(PASSWORD) && !text.contains("hunter2"), "a secret in {text:?}");
        }
        run
    }

    fn list(&self) -> Value {
        serde_json::from_str(&self.run(&["list", "--json"]).done()).unwrap()
    }

    fn show(&self, name: &str) -> Value {
        serde_json::from_str(&self.run(&["show", name, "--json"]).done()).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let list = self.list();
        let credentials = list["credentials"].as_array().unwrap();
        credentials.iter().map(|one| one["alias"].as_str().unwrap().to_owned()).collect()
    }
}

fn two() -> (Service, Bench) {
    let service = Service::start(vec![
        certificate("Nguyễn Văn An", "CCCD:012345678901", "54aa01"),
        certificate("Công ty An", "MST:0100109106", "54aa0200"),
    ]);
    let bench = Bench::new(&service);
    (service, bench)
}

const ALL: [&str; 5] = ["add", "--service", "smartca", "--id", "012345678901"];

#[test]
fn all_certificates_of_somebody_are_added() {
    let (service, bench) = two();
    let out = bench.run(&ALL).warned(&[
        "warning: Công ty An: the certificate is for MST 0100109106, and 012345678901 was asked for",
    ]);
    assert_eq!(
        out,
        "added: Nguyễn Văn An (UID=CCCD:012345678901,CN=Nguyễn Văn An, until 2044-01-01)\n\
         added: Công ty An (UID=MST:0100109106,CN=Công ty An, until 2044-01-01)\n"
    );
    let request = service.requests.lock().unwrap()[0].clone();
    assert_eq!((&request["sp_id"], &request["user_id"]), (&json!("4184"), &json!("012345678901")));
    assert_eq!(request["serial_number"], "");

    let list = bench.list();
    assert_eq!((&list["version"], &list["default"]), (&json!(1), &Value::Null));
    let first = &list["credentials"][0];
    assert_eq!(first["alias"], "Nguyễn Văn An");
    assert_eq!(first["subject"], "Nguyễn Văn An");
    assert_eq!(first["subject_ids"], json!([{ "kind": "CCCD", "number": "012345678901" }]));
    assert_eq!(
        (&first["subject_has_id"], &list["credentials"][1]["subject_has_id"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        (&first["valid_from"], &first["valid_to"]),
        (&json!("2024-01-01T00:00:00Z"), &json!("2044-01-01T00:00:00Z"))
    );
    assert_eq!((&first["serial_number"], &first["status"]), (&json!("540106"), &json!("Đang hoạt động")));
    assert_eq!(
        (&first["service_type"], &first["package"]),
        (&json!("SMARTCA"), &json!("SMARTCA PERSONAL PRO"))
    );
    assert_eq!((&first["otp"], &first["image"]), (&json!("none"), &Value::Null));
    assert_eq!(first["credential"]["serial_number"], "54aa01");
    assert_eq!(first["chain"][0]["sha256"], first["sha256"]);

    let text = bench.run(&["list"]).done();
    assert_eq!(text.lines().count(), 2);
    assert!(text.contains("until 2044-01-01  Đang hoạt động"), "{text}");
    let text = bench.run(&["show", "công ty an"]).done();
    for line in [
        "name                Công ty An",
        "serial number       540108",
        "package             SMARTCA PERSONAL PRO",
    ] {
        assert!(text.lines().any(|one| one == line), "{line:?} missing in {text}");
    }
    let pem = bench.run(&["show", first["sha256"].as_str().unwrap(), "--pem"]).done();
    assert_eq!(kyso::Chain::from_pem(pem.as_bytes()).unwrap().leaf().common_name().unwrap(), "Nguyễn Văn An");
}

#[test]
fn one_certificate_is_chosen_by_its_serial_number() {
    let (service, bench) = two();
    bench
        .run(&[ALL.as_slice(), &["--alias", "mine"]].concat())
        .failed(2, &["2 credentials", "--serial", "540106, 540108"]);
    assert!(!bench.path("store.json").exists());
    let one = [ALL.as_slice(), &["--serial", "54aa01", "--alias", "mine"]].concat();
    assert!(bench.run(&one).done().starts_with("added: mine ("));
    assert_eq!(service.requests.lock().unwrap().last().unwrap()["serial_number"], "54aa01");
    let json: Value =
        serde_json::from_str(&bench.run(&[one.as_slice(), &["--json"]].concat()).done()).unwrap();
    assert_eq!((json.as_array().unwrap().len(), &json[0]["alias"]), (1, &json!("mine")));
    assert_eq!(bench.names(), ["mine"]);
    let none = [ALL.as_slice(), &["--serial", "99"]].concat();
    bench.run(&none).failed(4, &["no certificate with serial number 99 for 012345678901"]);
}

#[test]
fn added_again_it_keeps_what_its_owner_said() {
    let (service, bench) = two();
    bench.run(&ALL).warned(&[]);
    bench.run(&["rename", "Nguyễn Văn An", "An"]).done();
    bench.run(&["set-auth", "An", "--password", "env:UNSET"]).done();
    bench.run(&["default", "an"]).done();
    let out = bench.run(&ALL).warned(&[]);
    assert!(
        out.starts_with("brought up to date: An (") && out.contains("brought up to date: Công ty An"),
        "{out}"
    );
    assert_eq!((bench.names().len(), &bench.list()["default"]), (2, &json!("An")));
    assert_eq!(bench.show("An")["secrets"], json!({ "user-password": "env:UNSET" }));
    drop(service);
}

#[test]
fn a_refresh_brings_up_to_date_and_tells_the_rest() {
    let (service, bench) = two();
    bench.run(&ALL).warned(&[]);
    bench.run(&["rename", "Nguyễn Văn An", "An"]).done();
    let mut again = service.certificates.lock().unwrap()[0].clone();
    again["cert_status"] = json!("Hết hạn\u{1b}[2J");
    service.has(vec![again, certificate("Mới", "CCCD:012345678901", "54aa03")]);
    let before = service.asked();
    let out = bench.run(&["refresh"]).warned(&[
        "Công ty An: service smartca does not have this certificate any more",
        "service smartca has 1 more for 012345678901; `kyso cert add` adds them",
    ]);
    assert_eq!(out, "up to date: An\n");
    assert_eq!(service.asked(), before + 1, "one question for both");
    assert_eq!(bench.names(), ["An", "Công ty An"]);
    assert_eq!(bench.show("An")["status"], "Hết hạn\u{1b}[2J");
    // What a service says does not steer the terminal.
    let text = bench.run(&["list"]).done();
    assert!(!text.contains('\u{1b}') && text.contains("\\u{1b}[2J"), "{text:?}");
    bench.run(&["refresh", "Chi"]).failed(2, &["no credential is called \"Chi\"", "kyso cert list"]);
}

#[test]
fn what_the_service_says_no_to_is_told() {
    let (service, bench) = two();
    bench.run_with(&ALL, "wrong").failed(2, &["service smartca: ", "SP_CREDENTIAL_INVALID", "401"]);
    bench.run(&["add", "--service", "away", "--id", "1"]).failed(5, &["service away: ", "no connection"]);
    bench
        .run(&["add", "--service", "by-hand", "--id", "1"])
        .failed(2, &["service by-hand: people carry its requests"]);
    bench
        .run(&["add", "--service", "none", "--id", "1"])
        .failed(2, &["no service is called", "away, by-hand, smartca"]);
    bench.run(&["add", "--service", "smartca"]).failed(2, &["--id"]);
    service.has(Vec::new());
    bench.run(&ALL).failed(4, &["no certificate for 012345678901"]);
    assert!(!bench.path("store.json").exists());
    let mut unreadable = certificate("An", "CCCD:1", "5401");
    unreadable["cert_data"] = json!("junk");
    service.has(vec![unreadable, certificate("Bình", "CCCD:012345678901", "5402")]);
    let out = bench.run(&ALL).warned(&["warning: service smartca: certificate 5401: "]);
    assert!(out.starts_with("added: Bình"), "{out}");
    // Nobody is at the terminal, and no place of the password is configured.
    let text = fs::read_to_string(bench.path("kyso.toml")).unwrap();
    fs::write(bench.path("kyso.toml"), text.replace("service-password = \"env:SP_PASSWORD\"\n[", "\n["))
        .unwrap();
    bench
        .run(&ALL)
        .declined(2, &["asks for the relying party's password (service-password), and nobody can be asked"]);
    fs::write(bench.path("kyso.toml"), text.replace("env:SP_PASSWORD", "env:UNSET")).unwrap();
    bench.run(&ALL).declined(2, &["service-password: environment variable UNSET is not set"]);
    fs::write(bench.path("kyso.toml"), text.replacen("env:SP_PASSWORD", "hunter2", 1)).unwrap();
    bench.run(&ALL).failed(2, &["kyso.toml: line 7, column 20: a secret does not stand here itself"]);
    fs::remove_file(bench.path("kyso.toml")).unwrap();
    bench
        .run(&[ALL.as_slice(), &["--config", "none.toml"]].concat())
        .failed(5, &["none.toml: reading failed"]);
}

#[test]
fn the_default_is_one_or_none() {
    let (_service, bench) = two();
    bench.run(&ALL).warned(&[]);
    bench.run(&["default"]).failed(2, &["there is no default"]);
    bench.run(&["show"]).failed(2, &["there is no default"]);
    bench.run(&["default", "Công ty An"]).done();
    assert_eq!(bench.run(&["default"]).done(), "Công ty An\n");
    bench.run(&["default", "Nguyễn Văn An"]).done();
    let text = bench.run(&["list"]).done();
    assert_eq!(text.lines().filter(|line| line.starts_with('*')).count(), 1, "{text}");
    assert!(bench.run(&["show"]).done().contains("default             yes"));
    bench.run(&["rename", "nguyễn văn an", "An"]).done();
    assert_eq!(bench.list()["default"], "An");
    bench.run(&["default", "--none"]).done();
    assert_eq!(bench.list()["default"], Value::Null);
    bench.run(&["default", "An"]).done();
    bench.run(&["rm", "An"]).done();
    assert_eq!((&bench.list()["default"], bench.names()), (&Value::Null, vec!["Công ty An".to_owned()]));
    bench.run(&["rm", "Công ty An", "An"]).failed(2, &["no credential is called \"An\""]);
    assert_eq!(bench.names(), ["Công ty An"], "all or nothing");
    bench.run(&["rm", "Công ty An"]).done();
    assert!(bench.run(&["list"]).done().contains("kyso cert add"));
}

#[test]
fn names_are_unique() {
    let (_service, bench) = two();
    bench.run(&ALL).warned(&[]);
    bench
        .run(&["rename", "Nguyễn Văn An", "CÔNG TY AN"])
        .failed(2, &["another credential is called", "choose another"]);
    bench.run(&["rename", "Nguyễn Văn An", "a\nb"]).failed(2, &["on one line"]);
    bench.run(&["rename", "Nguyễn Văn An", "NGUYỄN VĂN AN"]).done();
    assert_eq!(bench.names(), ["NGUYỄN VĂN AN", "Công ty An"]);
}

fn png(path: &Path) {
    let mut encoder = png::Encoder::new(fs::File::create(path).unwrap(), 2, 1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[0; 6]).unwrap();
}

#[test]
fn images_are_kept_linked_and_chosen() {
    let (_service, bench) = two();
    bench.run(&ALL).warned(&[]);
    let image = || bench.show("Công ty An")["image"].clone();
    png(&bench.path("sig.png"));
    let length = fs::metadata(bench.path("sig.png")).unwrap().len();
    bench.run(&["set-image", "Công ty An", "sig.png"]).done();
    assert_eq!(image(), json!({ "bytes": length }));
    bench.run(&["set-image", "Công ty An", "sig.png", "--link"]).done();
    let linked = PathBuf::from(image()["path"].as_str().unwrap());
    assert!(linked.is_absolute() && linked.ends_with("sig.png"), "{linked:?}");
    bench.run(&["set-image", "--choices"]).failed(5, &["images: listing failed"]);
    fs::create_dir(bench.path("images")).unwrap();
    for name in ["red.png", "blue.png", "blue.jpg"] {
        png(&bench.path("images").join(name));
    }
    assert_eq!(bench.run(&["set-image", "--choices"]).done(), "blue\nblue\nred\n");
    bench.run(&["set-image", "Công ty An", "--choose", "red", "--link"]).done();
    assert!(image()["path"].as_str().unwrap().ends_with("images/red.png"));
    bench.run(&["set-image", "Công ty An", "--choose", "blue"]).failed(2, &["two images"]);
    bench.run(&["set-image", "Công ty An", "--choose", "blue.png"]).done();
    bench.run(&["set-image", "Công ty An", "--choose", "green"]).failed(2, &["there are: blue, blue, red"]);
    bench.run(&["set-image", "Công ty An", "--none"]).done();
    assert_eq!(image(), Value::Null);
    bench.run(&["set-image", "Công ty An", "kyso.toml"]).failed(2, &["kyso.toml: ", "neither PNG nor JPEG"]);
    bench.run(&["set-image", "Công ty An", "none.png"]).failed(5, &["none.png"]);
    bench.run(&["set-image", "Công ty An"]).failed(2, &["IMAGE"]);
    assert_eq!(image(), Value::Null);
}

#[test]
fn secrets_are_references() {
    let (_service, bench) = two();
    bench.run(&ALL).warned(&[]);
    let of = |key: &str| bench.show("Công ty An")[key].clone();
    let set = |arguments: &[&str]| bench.run(&[&["set-auth", "Công ty An"], arguments].concat());
    set(&["--password", "hunter2"]).failed(2, &["--password: a secret does not stand here itself"]);
    set(&["--pin", "env:hunter2 "]).failed(2, &["--pin: "]);
    assert_eq!(of("secrets"), json!({}));
    set(&["--password", "file:password"]).warned(&["warning: user-password: ", "reading failed"]);
    let stored = of("secrets")["user-password"].as_str().unwrap().to_owned();
    assert!(stored.starts_with("file:/") && stored.ends_with("/password"), "{stored}");
    assert_eq!(of("otp"), "asked");
    set(&["--totp", "env:SEED"]).failed(2, &["--totp-encoding"]);
    let totp = ["--totp", "env:SEED", "--totp-encoding", "base32"];
    set(&totp).failed(2, &["second factor", "--automatic-otp"]);
    assert_eq!(of("otp"), "asked");
    set(&[totp.as_slice(), &["--automatic-otp"]].concat()).warned(&["whoever reads both can sign"]);
    assert_eq!((of("otp"), of("secrets")["totp"].clone()), (json!("automatic"), json!("env:SEED")));
    // What was agreed to holds for the two that were agreed to, and goes with them.
    set(&["--pin", "env:PIN"]).warned(&["whoever reads both can sign"]);
    set(&["--clear"]).done();
    assert_eq!((of("otp"), of("secrets")), (json!("none"), json!({})));
    set(&totp).done();
    set(&["--pin", "env:PIN"]).failed(2, &["second factor"]);
    set(&[]).failed(2, &["--password"]);
}

#[test]
fn a_damaged_store_is_left_alone() {
    let (service, bench) = two();
    fs::write(bench.path("store.json"), "{\"version\":1,").unwrap();
    let asked = service.asked();
    for arguments in [&["list"][..], &ALL, &["default", "--none"], &["refresh"]] {
        bench.run(arguments).failed(2, &["store.json: the file is damaged", "it stays as it is"]);
    }
    assert_eq!(service.asked(), asked, "nobody is asked in vain");
    assert_eq!(fs::read_to_string(bench.path("store.json")).unwrap(), "{\"version\":1,");
    let elsewhere = bench.run(&["list", "--store", "other.json"]).done();
    assert!(elsewhere.contains("no credentials"));
}
