//! The judges of XML: xmlsec1, the JDK, lxml (libxml2) and signxml.
//!
//! As with the others, a test asks [`Judge::present`](super::Judge::present) first. Each answers many
//! questions at once where starting it takes long.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{both, key, python, root};

/// A file of `testdata/xml`.
pub(crate) fn xml(name: &str) -> PathBuf {
    root().join("testdata/xml").join(name)
}

/// How many signatures xmlsec1 finds, all of which it verifies under `trusted`. `ids` are attributes and
/// the elements that they identify, `[namespace:]name` each.
///
/// # Errors
/// What xmlsec1 says of the first that it does not verify, or that there is none.
pub(crate) fn xmlsec1_verify(path: &Path, ids: &[(&str, &str)], trusted: &Path) -> Result<usize, String> {
    let mut verified = 0;
    loop {
        let mut command = Command::new("xmlsec1");
        command.args(["--verify", "--enabled-key-data", "x509,key-value", "--trusted-pem"]).arg(trusted);
        command.arg("--untrusted-pem").arg(key("intermediate.pem"));
        for (attribute, element) in ids {
            command.arg(format!("--id-attr:{attribute}")).arg(element);
        }
        let namespace = "namespace-uri()='http://www.w3.org/2000/09/xmldsig#'";
        let signature = format!("(//*[local-name()='Signature' and {namespace}])[{}]", verified + 1);
        let output = command.arg("--node-xpath").arg(signature).arg(path).output();
        let output = output.map_err(|error| error.to_string())?;
        let said = both(&output);
        if output.status.success() {
            verified += 1;
        } else if said.contains("does not return a single node") && verified > 0 {
            return Ok(verified);
        } else {
            return Err(format!("signature {}: {said}", verified + 1));
        }
    }
}

/// One signature as the JDK sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JdkSignature {
    /// The attribute `Id`, `-` if there is none.
    pub(crate) id: String,
    /// Core validation: the value and every reference.
    pub(crate) valid: bool,
    /// Whether the SignatureValue is right; why it could not be looked at otherwise.
    pub(crate) value: String,
    /// The URI of each reference, and whether its digest is right.
    pub(crate) references: Vec<(String, bool)>,
}

/// Whether the JDK's rules of policy hold: no SHA-1, no short keys, few references and transforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Strict,
    Lax,
}

/// Every signature of every file, in document order, or why the file cannot be read. `ids` are the names
/// of the attributes that are ids, on whatever element.
pub(crate) fn jdk_verify(
    paths: &[PathBuf],
    ids: &[&str],
    policy: Policy,
) -> Vec<Result<Vec<JdkSignature>, String>> {
    let policy = if policy == Policy::Strict { "strict" } else { "lax" };
    let jobs = paths.iter().map(|path| format!("verify\t{}\t{}\t{policy}", path.display(), ids.join(",")));
    let answers = jdk(&jobs.collect::<Vec<_>>());
    answers.into_iter().map(|lines| lines?.iter().map(|line| jdk_signature(line)).collect()).collect()
}

/// Whether every signature of every file is valid, of which there must be one in each.
///
/// # Errors
/// What is wrong with the first file that is not.
pub(crate) fn jdk_accepts(paths: &[PathBuf], ids: &[&str], policy: Policy) -> Result<(), String> {
    for (path, answer) in paths.iter().zip(jdk_verify(paths, ids, policy)) {
        let name = path.display();
        let signatures = answer.map_err(|error| format!("{name}: {error}"))?;
        if signatures.is_empty() || !signatures.iter().all(|signature| signature.valid) {
            return Err(format!("{name}: {signatures:?}"));
        }
    }
    Ok(())
}

fn jdk_signature(line: &str) -> Result<JdkSignature, String> {
    let mut fields = line.split('\t');
    let mut next = || fields.next().unwrap_or_default().to_owned();
    if next() != "signature" {
        return Err(line.to_owned());
    }
    let (id, valid, value) = (next(), next() == "valid", next());
    let references = fields.filter_map(|field| field.rsplit_once('='));
    let references = references.map(|(uri, verdict)| (uri.to_owned(), verdict == "valid")).collect();
    Ok(JdkSignature { id, valid, value, references })
}

/// One canonical form asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct C14nJob {
    pub(crate) path: PathBuf,
    /// The method's URI.
    pub(crate) method: String,
    /// The id attribute's name and its value: the apex. The whole document without.
    pub(crate) apex: Option<(String, String)>,
    /// The `PrefixList`, between spaces.
    pub(crate) prefixes: String,
}

/// The canonical octets that the JDK makes of each.
pub(crate) fn jdk_c14n(jobs: &[C14nJob]) -> Vec<Result<Vec<u8>, String>> {
    let lines = jobs.iter().map(|job| {
        let (attribute, id) = job.apex.clone().unwrap_or_default();
        format!("c14n\t{}\t{}\t{attribute}\t{id}\t{}", job.path.display(), job.method, job.prefixes)
    });
    let octets = |lines: Vec<String>| {
        let line = lines.first().ok_or("no answer")?;
        let octets = line.strip_prefix("octets\t").ok_or_else(|| line.clone())?;
        BASE64_STANDARD.decode(octets).map_err(|error| error.to_string())
    };
    jdk(&lines.collect::<Vec<_>>()).into_iter().map(|lines| lines.and_then(octets)).collect()
}

/// What it takes to reach the JDK's own canonicaliser.
const EXPORTS: [&str; 4] = [
    "--add-exports",
    "java.xml.crypto/com.sun.org.apache.xml.internal.security=ALL-UNNAMED",
    "--add-exports",
    "java.xml.crypto/com.sun.org.apache.xml.internal.security.c14n=ALL-UNNAMED",
];

/// The lines that answer each job; one virtual machine answers all.
fn jdk(jobs: &[String]) -> Vec<Result<Vec<String>, String>> {
    let mut command = Command::new("java");
    command.args(["-Xshare:auto", "-Xss64m", "-XX:+UseSerialGC"]).args(EXPORTS);
    command.arg("-cp").arg(compiled()).args(["XmlJudge", "batch"]);
    let output = feed(command, (jobs.join("\n") + "\n").into_bytes());
    let mut answers = Vec::with_capacity(jobs.len());
    let mut lines = Vec::new();
    for line in output.lines() {
        match line.strip_prefix("error\t") {
            _ if line == "end" => answers.push(Ok(std::mem::take(&mut lines))),
            Some(error) => lines.push(format!("error\t{error}")),
            None => lines.push(line.to_owned()),
        }
    }
    assert_eq!(answers.len(), jobs.len(), "tests/support/XmlJudge.java: {output}");
    let failed = |lines: Vec<String>| match lines.iter().find_map(|line| line.strip_prefix("error\t")) {
        Some(error) => Err(error.to_owned()),
        None => Ok(lines),
    };
    answers.into_iter().map(|answer| answer.and_then(failed)).collect()
}

/// Standard output of `command`, which is given `input` and must end well.
fn feed(mut command: Command, input: Vec<u8>) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the judge runs");
    let mut pipe = child.stdin.take().expect("a pipe");
    // Beside reading what it answers, or both would wait for each other.
    let writer = thread::spawn(move || pipe.write_all(&input));
    let output = child.wait_with_output().expect("the judge ends");
    writer.join().expect("no panic").expect("the judge reads its jobs");
    assert!(output.status.success(), "{}", both(&output));
    String::from_utf8(output.stdout).expect("answers are UTF-8")
}

/// The folder of the compiled `XmlJudge.java`, once for each version of it.
fn compiled() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let source = root().join("tests/support/XmlJudge.java");
        let mut hasher = DefaultHasher::new();
        fs::read(&source).expect("XmlJudge.java").hash(&mut hasher);
        let version = Command::new("javac").arg("-version").output().expect("javac runs");
        both(&version).hash(&mut hasher);
        let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = parent.join(format!("xml-judge-{:016x}", hasher.finish()));
        if folder.join("XmlJudge.class").exists() {
            return folder;
        }
        fs::create_dir_all(parent).expect("the target folder");
        let work = tempfile::tempdir_in(parent).expect("a folder in the target folder");
        let output = Command::new("javac").args(EXPORTS).arg("-d").arg(work.path()).arg(&source).output();
        let output = output.expect("javac runs");
        assert!(output.status.success(), "javac: {}", both(&output));
        // Another process may have been faster.
        if fs::rename(work.path(), &folder).is_ok() {
            let _ = work.keep();
        }
        assert!(folder.join("XmlJudge.class").exists(), "javac made no class");
        folder
    })
}

/// The canonical octets that lxml makes of each. It knows Canonical XML 1.0 and Exclusive
/// Canonicalization; a subtree does not get its ancestors' `xml:` attributes, `#default` in a
/// `PrefixList` is overlooked, and a `&` in a namespace name stays as it is (libxml2).
pub(crate) fn lxml_c14n(jobs: &[C14nJob]) -> Vec<Result<Vec<u8>, String>> {
    let questions = jobs.iter().map(|job| {
        let (attribute, id) = job.apex.clone().unwrap_or_default();
        let (path, method, prefixes) = (&job.path, &job.method, &job.prefixes);
        json!({"ask": "c14n", "path": path, "method": method, "attribute": attribute, "id": id, "prefixes": prefixes})
    });
    let octets = |answer: Value| {
        let octets = answer["octets"].as_str().ok_or_else(|| answer["error"].to_string())?;
        BASE64_STANDARD.decode(octets).map_err(|error| error.to_string())
    };
    ask_python(questions.collect()).into_iter().map(octets).collect()
}

/// Whether signxml verifies the first signature of each file with the key of `certificate` (the
/// first of the file); the names of the elements that it says were signed.
pub(crate) fn signxml_verify(
    paths: &[PathBuf],
    id: &str,
    certificate: &Path,
) -> Vec<Result<Vec<String>, String>> {
    let questions = paths
        .iter()
        .map(|path| json!({"ask": "verify", "path": path, "attribute": id, "certificate": certificate}))
        .collect();
    let signed = |answer: Value| {
        let signed = answer["signed"].as_array().ok_or_else(|| answer["error"].to_string())?;
        Ok(signed.iter().map(|name| name.as_str().unwrap_or_default().to_owned()).collect())
    };
    ask_python(questions).into_iter().map(signed).collect()
}

fn ask_python(questions: Vec<Value>) -> Vec<Value> {
    let count = questions.len();
    let mut command = Command::new(python());
    command.arg(root().join("tests/support/xml_judge.py"));
    let answers = feed(command, serde_json::to_vec(&questions).expect("jobs are JSON"));
    let answers: Vec<Value> = serde_json::from_str(&answers).expect("answers are JSON");
    assert_eq!(answers.len(), count);
    answers
}
