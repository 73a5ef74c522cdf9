//! The program, run in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::Judge;
use crate::support::xml::xmlsec1_verify;

/// The signed node of the invoice that most tests sign.
pub(crate) const SELLER: [&str; 8] =
    ["--format", "tt78", "--node", "HD1", "--signature-location", "DSCKS/NBan", "--signature-id", "seller"];

/// How a run ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl Run {
    /// Nothing to complain about.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.text());
        self
    }

    /// The code, and one line on stderr with all the words.
    #[track_caller]
    pub(crate) fn failed(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, code, "{}", self.err);
        assert!(self.err.starts_with("kyso: ") && self.err.ends_with('\n'), "{:?}", self.err);
        assert_eq!(self.err.lines().count(), 1, "one line: {:?}", self.err);
        for word in words {
            assert!(self.err.contains(word), "{word:?} missing in {:?}", self.err);
        }
        self
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap()
    }
}

pub(crate) fn testdata(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name).to_str().unwrap().to_owned()
}

pub(crate) fn xml(name: &str) -> String {
    testdata(&format!("xml/{name}"))
}

pub(crate) fn key(name: &str) -> String {
    testdata(&format!("keys/{name}"))
}

pub(crate) fn read(path: impl AsRef<Path>) -> Vec<u8> {
    fs::read(path).unwrap()
}

/// A folder to run in.
pub(crate) struct Bench(TempDir);

impl Bench {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, contents).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn out(&self) -> String {
        String::from_utf8(read(self.path("out.xml"))).unwrap()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kyso"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().unwrap();
        Run {
            code: output.status.code().expect("the program was not killed"),
            out: output.stdout,
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Signs `input` into `out.xml`.
    pub(crate) fn sign_with(&self, name: &str, input: &str, more: &[&str]) -> Run {
        let (key, chain) = (key(&format!("{name}-key.pem")), key(&format!("{name}-chain.pem")));
        let first = ["sign", input, "-o", "out.xml", "--key", &key, "--cert", &chain];
        self.run(&[first.as_slice(), more].concat())
    }

    pub(crate) fn sign(&self, input: &str, more: &[&str]) -> Run {
        self.sign_with("rsa2048", input, more)
    }

    /// `out.xml` verifies, here and by xmlsec1, with so many signatures. `ids` are attributes and the
    /// elements they identify.
    #[track_caller]
    pub(crate) fn judged(&self, count: usize, ids: &[(&str, &str)], more: &[&str]) {
        let root = key("root.pem");
        // What a TT78 signature does not bring along.
        let issuers = tempfile::NamedTempFile::new().unwrap();
        fs::write(issuers.path(), [read(&root), read(key("intermediate.pem"))].concat()).unwrap();
        let arguments = ["verify", "out.xml", "--json", "--trust", issuers.path().to_str().unwrap()];
        let run = self.run(&[arguments.as_slice(), more].concat());
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.text());
        assert_eq!(run.json()["signatures"].as_array().unwrap().len(), count);
        if Judge::Xmlsec1.present() {
            let xades = ("Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties");
            let object = ("Id", "http://www.w3.org/2000/09/xmldsig#:Object");
            let ids = [ids, &[xades, object]].concat();
            let found = xmlsec1_verify(&self.path("out.xml"), &ids, Path::new(&root));
            assert_eq!(found, Ok(count), "xmlsec1");
        }
    }

    /// No output, and no temporary file of one; only what the test wrote itself.
    #[track_caller]
    pub(crate) fn left_nothing(&self, own: &[&str]) {
        let names: Vec<_> =
            fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(names.iter().all(|name| own.iter().any(|own| name == own)), "{names:?}");
    }
}

/// The original, when `signed` is that with one run of bytes put in.
pub(crate) fn is_spliced(original: &[u8], signed: &[u8]) -> bool {
    let before = original.iter().zip(signed).take_while(|(a, b)| a == b).count();
    let behind = original.iter().rev().zip(signed.iter().rev()).take_while(|(a, b)| a == b).count();
    signed.len() > original.len() && before + behind >= original.len()
}

/// A sample of the vendor, when the shared folder is there.
pub(crate) fn vendor(name: &str) -> Option<PathBuf> {
    let path = crate::support::shared().join("samples").join(name);
    if !path.is_file() {
        eprintln!("{} is absent, skipped", path.display());
        return None;
    }
    Some(path)
}
