//! `kyso demo`: the whole way of a PDF and of an invoice in XML, with nothing to set up.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::SecondsFormat;
use kyso::certificate::Chain;
use kyso::document::{Prepared, Signed, Signing};
use kyso::signer::{LocalKey, Signer as _};
use kyso::verify::{self, Options};
use kyso::{SignatureValue, SigningRequest, State, pdf, requests_to_json, xml};

use crate::arguments::Demo;
use crate::failure::{Exit, Failure, told};
use crate::format::Format;
use crate::{demo_remote, files, output, signing};

const DOCUMENT: &[u8] = include_bytes!("../../../testdata/pdf/demo.pdf");
/// An invoice under Circular 78, made up.
const INVOICE: &[u8] = include_bytes!("../../../testdata/xml/tt78-invoice.xml");
const CHAIN: &[u8] = include_bytes!("../../../testdata/keys/rsa2048-chain.pem");
/// A public test key: it plays the remote signer, and signs nothing that anyone should trust.
const KEY: &[u8] = include_bytes!("../../../testdata/keys/rsa2048-key.pem");

/// A document on its way, and what the demonstration leaves behind.
struct Way {
    format: Format,
    original: &'static [u8],
    document: PathBuf,
    chain: PathBuf,
    request: PathBuf,
    state: PathBuf,
    value: PathBuf,
    signed: PathBuf,
}

pub(crate) fn run(options: &Demo) -> Result<ExitCode, Failure> {
    let folder = match options.out.as_deref() {
        Some(folder) => {
            fs::create_dir_all(folder).map_err(|error| Failure::io(folder, "making the folder", &error))?;
            folder.to_owned()
        }
        None => fresh_folder()?,
    };
    if options.remote {
        return demo_remote::run(&folder, DOCUMENT, INVOICE);
    }
    let ways = [
        Way::lay_out(&folder, Format::Pdf, DOCUMENT, "demo", "pdf")?,
        Way::lay_out(&folder, Format::Xml, INVOICE, "demo-invoice", "xml")?,
    ];
    let mut all_valid = true;
    for (title, way) in
        ["A PDF document", "An invoice in XML, as Circular 78 (TT78) has it"].iter().zip(&ways)
    {
        output::print(&format!("{title}\n"))?;
        all_valid &= go(way)?;
    }
    let commands = ways.iter().map(Way::commands).collect::<Vec<_>>().join("\n   ");
    output::print(&format!(
        "Everything is in {}. Steps 4 and 5 once more, as commands:\n   {commands}",
        folder.display()
    ))?;
    Ok(if all_valid { ExitCode::SUCCESS } else { Exit::Invalid.into() })
}

fn go(way: &Way) -> Result<bool, Failure> {
    step(
        "1. Somebody has a document to sign, and the certificates of a signer who is elsewhere.",
        &[("document", shown(&way.document)), ("certificates", shown(&way.chain))],
    )?;
    let request = prepare(way)?;
    sign(way, &request)?;
    embed(way)?;
    verify(way)
}

/// Phase one. Nothing but files survives it.
fn prepare(way: &Way) -> Result<SigningRequest, Failure> {
    let at = signing::at(None)?;
    let time = at.time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let chain = read_chain(&way.chain)?;
    let prepared = way
        .signing(&chain)
        .prepare(files::open(&way.document)?, &at)
        .map_err(|error| Failure::prepare(&way.document, &error))?;
    let request = prepared.request();
    let state = prepared.state().to_json();
    files::write_private(&way.state, state.as_bytes())?;
    write(&way.request, requests_to_json([&request]).as_bytes())?;
    let fixed = match way.format {
        Format::Pdf => {
            "2. Prepare: every byte that will be signed is fixed, the revision to append included."
        }
        Format::Xml => {
            "2. Prepare: every byte that will be signed is fixed, the Signature to put in included."
        }
    };
    step(
        fixed,
        &[
            ("signer", chain.leaf().subject()),
            ("claimed time", time),
            ("request", shown(&way.request)),
            ("", requests_to_json([&request])),
            ("state", shown(&way.state)),
            ("", format!("{} bytes; the document, passwords and keys are not in it", state.len())),
        ],
    )?;
    Ok(request)
}

/// What happens elsewhere: the signer sees the request only.
fn sign(way: &Way, request: &SigningRequest) -> Result<(), Failure> {
    let broken = |error| Failure::new(Exit::Signer, format!("the demonstration signer: {}", told(&error)));
    let key = LocalKey::from_pem(KEY, None).map_err(broken)?;
    let value = key.sign(request.suite(), request.to_be_signed()).map_err(broken)?;
    write(&way.value, &value)?;
    step(
        "3. The signer, elsewhere: gets the digest, never the document, and returns a raw value.",
        &[
            ("to be signed", request.digest_hex().unwrap_or_default()),
            ("algorithm", request.suite().to_string()),
            ("value", shown(&way.value)),
            ("", format!("{} bytes", value.len())),
        ],
    )
}

/// Phase two, which could be days later and in another process: it begins with the files.
fn embed(way: &Way) -> Result<(), Failure> {
    let unreadable = |error| Failure::state(&way.state, &error);
    let json = files::read(&way.state, files::SMALL)?;
    let state = State::from_json(&String::from_utf8_lossy(&json)).map_err(unreadable)?;
    let value = SignatureValue::from_file_contents(files::read(&way.value, files::SMALL)?);
    let signed = Prepared::resume(state, files::open(&way.document)?)
        .map_err(|error| Failure::resume(&way.document, &way.state, &error))?
        .accept(&value)
        .map_err(|error| Failure::accept(&way.document, &error))?;
    signed.save(&way.signed).map_err(|error| Failure::save(&error))?;
    let (length, more, range) = match &signed {
        Signed::Pdf(signed) => {
            let [_, before, after, rest] = signed.byte_range();
            (signed.len(), "one revision", ("ByteRange", format!("[0 {before} {after} {rest}]")))
        }
        Signed::Xml(signed) => {
            let places = signed.insertions().map(|(at, bytes)| format!("{} bytes at {at}", bytes.len()));
            let places = places.collect::<Vec<_>>().join(", ");
            (signed.len(), "one Signature", ("put in", places))
        }
        _ => return Err(Failure::at(Exit::Refused, &way.signed, "a format that is not known here")),
    };
    step(
        "4. Embed, minutes later: state and document are read anew, the value is verified and put in.",
        &[
            ("document", "the one that was prepared".to_owned()),
            ("value", "verifies under the signer's certificate".to_owned()),
            ("signed", shown(&way.signed)),
            ("", format!("{length} bytes: the original's {} and {more}", way.original.len())),
            range,
        ],
    )
}

/// An independent look at the result.
fn verify(way: &Way) -> Result<bool, Failure> {
    let mut options = Options::default();
    // Who issued the signer's certificate is trusted for the demonstration. The root would not do: a
    // signature under Circular 78 brings the signer's certificate only.
    options.trust = Some(read_chain(&way.chain)?.certificates().iter().skip(1).cloned().collect());
    let source = files::open(&way.signed)?;
    let failed = |error| Failure::verify(&way.signed, &error);
    let (is_valid, report) = match way.format {
        Format::Pdf => {
            let report = verify::pdf(&source, &options).map_err(failed)?;
            (report.is_valid(), report.to_string())
        }
        Format::Xml => {
            let report = verify::xml(&source, &options).map_err(failed)?;
            (report.is_valid(), report.to_string())
        }
    };
    output::print("5. Verify: the signed file is read anew; nothing is taken from what signed it.")?;
    for line in report.lines() {
        output::print(format!("   {line}").trim_end())?;
    }
    output::print("\n")?;
    Ok(is_valid)
}

impl Way {
    fn lay_out(
        folder: &Path,
        format: Format,
        original: &'static [u8],
        name: &str,
        extension: &str,
    ) -> Result<Self, Failure> {
        let way = Self {
            format,
            original,
            document: folder.join(format!("{name}.{extension}")),
            chain: folder.join("demo-chain.pem"),
            request: folder.join(format!("{name}-request.json")),
            state: folder.join(format!("{name}-state.json")),
            value: folder.join(format!("{name}-value.bin")),
            signed: folder.join(format!("{name}-signed.{extension}")),
        };
        write(&way.document, original)?;
        write(&way.chain, CHAIN)?;
        Ok(way)
    }

    fn signing(&self, chain: &Chain) -> Signing {
        let document = self.document.to_string_lossy();
        match self.format {
            Format::Pdf => {
                pdf::Signing::new(chain).document(document).reason("Đồng ý: a demonstration").into()
            }
            Format::Xml => xml::Signing::tt78(chain)
                .document(document)
                .signature_location("DSCKS/NBan")
                .signature_id("seller")
                .into(),
        }
    }

    fn commands(&self) -> String {
        format!(
            "kyso embed {} --state {} --signature @{} -o {signed}\n   kyso verify {signed}",
            self.document.display(),
            self.state.display(),
            self.value.display(),
            signed = self.signed.display(),
        )
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
