//! `kyso demo`: the whole way of a document, with nothing to set up.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::SecondsFormat;
use kyso::certificate::Chain;
use kyso::pdf::{Prepared, Signing};
use kyso::signer::{LocalKey, Signer as _};
use kyso::verify::{self, Options};
use kyso::{At, SignatureValue, SigningRequest, State, requests_to_json};

use crate::arguments::Demo;
use crate::failure::{Exit, Failure, told};
use crate::{files, output, signing};

const DOCUMENT: &[u8] = include_bytes!("../../../testdata/pdf/demo.pdf");
const CHAIN: &[u8] = include_bytes!("../../../testdata/keys/rsa2048-chain.pem");
/// A public test key: it plays the remote signer, and signs nothing that anyone should trust.
const KEY: &[u8] = include_bytes!("../../../testdata/keys/rsa2048-key.pem");

/// What the demonstration leaves behind.
struct Files {
    folder: PathBuf,
    document: PathBuf,
    chain: PathBuf,
    request: PathBuf,
    state: PathBuf,
    value: PathBuf,
    signed: PathBuf,
}

pub(crate) fn run(options: &Demo) -> Result<ExitCode, Failure> {
    let files = Files::lay_out(options.out.as_deref())?;
    step(
        "1. Somebody has a document to sign, and the certificates of a signer who is elsewhere.",
        &[("document", shown(&files.document)), ("certificates", shown(&files.chain))],
    )?;
    let request = prepare(&files)?;
    sign(&files, &request)?;
    embed(&files)?;
    verify(&files)
}

/// Phase one. Nothing but files survives it.
fn prepare(files: &Files) -> Result<SigningRequest, Failure> {
    let at = signing::at(None)?;
    let time = at.time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let chain = read_chain(&files.chain)?;
    let prepared = prepare_document(files, &chain, &at)?;
    let request = prepared.request();
    let state = prepared.state().to_json();
    files::write_private(&files.state, state.as_bytes())?;
    write(&files.request, requests_to_json([&request]).as_bytes())?;
    step(
        "2. Prepare: every byte that will be signed is fixed, the revision to append included.",
        &[
            ("signer", chain.leaf().subject()),
            ("claimed time", time),
            ("request", shown(&files.request)),
            ("", requests_to_json([&request])),
            ("state", shown(&files.state)),
            ("", format!("{} bytes; the document, passwords and keys are not in it", state.len())),
        ],
    )?;
    Ok(request)
}

fn prepare_document(files: &Files, chain: &Chain, at: &At) -> Result<Prepared<fs::File>, Failure> {
    Signing::new(chain)
        .document(files.document.to_string_lossy())
        .reason("Đồng ý: a demonstration")
        .prepare(files::open(&files.document)?, at)
        .map_err(|error| Failure::prepare(&files.document, &error))
}

/// What happens elsewhere: the signer sees the request only.
fn sign(files: &Files, request: &SigningRequest) -> Result<(), Failure> {
    let broken = |error| Failure::new(Exit::Signer, format!("the demonstration signer: {}", told(&error)));
    let key = LocalKey::from_pem(KEY, None).map_err(broken)?;
    let value = key.sign(request.suite(), request.to_be_signed()).map_err(broken)?;
    write(&files.value, &value)?;
    step(
        "3. The signer, elsewhere: gets the digest, never the document, and returns a raw value.",
        &[
            ("to be signed", request.digest_hex().unwrap_or_default()),
            ("algorithm", request.suite().to_string()),
            ("value", shown(&files.value)),
            ("", format!("{} bytes", value.len())),
        ],
    )
}

/// Phase two, which could be days later and in another process: it begins with the files.
fn embed(files: &Files) -> Result<(), Failure> {
    let unreadable = |error| Failure::state(&files.state, &error);
    let json = files::read(&files.state, files::SMALL)?;
    let state = State::from_json(&String::from_utf8_lossy(&json)).map_err(unreadable)?;
    let value = SignatureValue::from_file_contents(files::read(&files.value, files::SMALL)?);
    let signed = Prepared::resume(state, files::open(&files.document)?)
        .map_err(|error| Failure::resume(&files.document, &files.state, &error))?
        .accept(&value)
        .map_err(|error| Failure::accept(&files.document, &error))?;
    signed.save(&files.signed).map_err(|error| Failure::save(&error))?;
    let [_, before, after, rest] = signed.byte_range();
    step(
        "4. Embed, minutes later: state and document are read anew, the value is verified and put in.",
        &[
            ("document", "the one that was prepared".to_owned()),
            ("value", "verifies under the signer's certificate".to_owned()),
            ("signed", shown(&files.signed)),
            ("", format!("{} bytes: the original's {} and one revision", signed.len(), DOCUMENT.len())),
            ("ByteRange", format!("[0 {before} {after} {rest}]")),
        ],
    )
}

/// An independent look at the result.
fn verify(files: &Files) -> Result<ExitCode, Failure> {
    let mut options = Options::default();
    // The last of the chain is the root; that it is trusted is part of the demonstration.
    options.trust = read_chain(&files.chain)?.certificates().last().map(|root| vec![root.clone()]);
    let report = verify::pdf(&files::open(&files.signed)?, &options)
        .map_err(|error| Failure::verify(&files.signed, &error))?;
    output::print("5. Verify: the signed file is read anew; nothing is taken from what signed it.")?;
    for line in report.to_string().lines() {
        output::print(format!("   {line}").trim_end())?;
    }
    output::print(&format!(
        "\nEverything is in {}. Steps 4 and 5 once more, as commands:\n   \
         kyso embed {} --state {} --signature @{} -o {}\n   \
         kyso verify {}",
        files.folder.display(),
        files.document.display(),
        files.state.display(),
        files.value.display(),
        files.signed.display(),
        files.signed.display(),
    ))?;
    Ok(if report.is_valid() { ExitCode::SUCCESS } else { Exit::Invalid.into() })
}

impl Files {
    fn lay_out(out: Option<&Path>) -> Result<Self, Failure> {
        let folder = match out {
            Some(folder) => {
                fs::create_dir_all(folder)
                    .map_err(|error| Failure::io(folder, "making the folder", &error))?;
                folder.to_owned()
            }
            None => fresh_folder()?,
        };
        let files = Self {
            document: folder.join("demo.pdf"),
            chain: folder.join("demo-chain.pem"),
            request: folder.join("demo-request.json"),
            state: folder.join("demo-state.json"),
            value: folder.join("demo-value.bin"),
            signed: folder.join("demo-signed.pdf"),
            folder,
        };
        write(&files.document, DOCUMENT)?;
        write(&files.chain, CHAIN)?;
        Ok(files)
    }
}

/// A folder that nobody had before.
fn fresh_folder() -> Result<PathBuf, Failure> {
    /// Names tried.
    const TRIES: u32 = 1000;
    let temporary = std::env::temp_dir();
    for attempt in 0..TRIES {
        let folder = temporary.join(format!("kyso-demo-{}-{attempt}", std::process::id()));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Failure::io(&folder, "making the folder", &error)),
        }
    }
    Err(Failure::at(Exit::Io, &temporary, "no free name for a folder; name one with --out"))
}

fn read_chain(path: &Path) -> Result<Chain, Failure> {
    crate::keys::chain(path)
}

fn write(path: &Path, contents: &[u8]) -> Result<(), Failure> {
    fs::write(path, contents).map_err(|error| Failure::io(path, "writing", &error))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn step(title: &str, lines: &[(&str, String)]) -> Result<(), Failure> {
    let lines: Vec<String> = lines
        .iter()
        .map(|(label, text)| match *label {
            "" => format!("   {:<15}{text}", ""),
            label => format!("   {:<15}{text}", format!("{label}:")),
        })
        .collect();
    output::print(&format!("{title}\n{}", lines.join("\n")))?;
    output::print("\n")
}
