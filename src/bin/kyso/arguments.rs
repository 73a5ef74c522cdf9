//! What the command line looks like.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, FixedOffset};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use kyso::ServiceKind;
use kyso::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use kyso::pdf::SubFilter;

use crate::failure::{Exit, Failure};

/// Signs PDF documents in two phases with remote signers: prepare, hash, accept, embed.
#[derive(Parser)]
#[command(name = "kyso", version, after_help = AFTER)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER: &str = "Exit codes: 0 done or valid, 1 invalid, 2 usage, 3 document refused, \
                     4 signer's value refused, 5 I/O.";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Signs a sample through both phases with a demonstration signer, and shows each step.
    Demo(Demo),
    /// Signs a document with a key at hand, in one go.
    Sign(Sign),
    /// Prepares a document and prints the request for the signer as JSON.
    Prepare(Prepare),
    /// Puts the signer's value into the document that was prepared.
    Embed(Embed),
    /// Verifies the signatures of a document.
    Verify(Verify),
    /// Shows the fields, signatures, permissions and revisions of a document.
    Inspect(Inspect),
}

#[derive(Args)]
pub(crate) struct Demo {
    /// The folder for the files. Default: a new one among the system's temporary files.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Sign {
    /// The document to sign.
    #[arg(value_name = "INPUT")]
    pub(crate) input: PathBuf,
    /// Where the signed document goes; may be INPUT. It is replaced whole or not at all.
    #[arg(short, long = "out", value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// The private key: PKCS#8, PKCS#1 or SEC1 in PEM, also encrypted, or PKCS#12.
    #[arg(long, value_name = "KEY.pem|KEY.p12")]
    pub(crate) key: PathBuf,
    /// The certificates in PEM, in any order. A PKCS#12 key brings its own.
    #[arg(long, value_name = "CHAIN.pem")]
    pub(crate) cert: Option<PathBuf>,
    /// The environment variable that holds the passphrase of the key.
    #[arg(long, value_name = "VAR")]
    pub(crate) passphrase_env: Option<String>,
    #[command(flatten)]
    pub(crate) signing: Signing,
}

#[derive(Args)]
pub(crate) struct Prepare {
    /// The document to sign.
    #[arg(value_name = "INPUT")]
    pub(crate) input: PathBuf,
    /// The signer's certificates in PEM, in any order.
    #[arg(long, value_name = "CHAIN.pem")]
    pub(crate) cert: PathBuf,
    /// Where the state goes until the value comes back.
    #[arg(long, value_name = "STATE.json")]
    pub(crate) state: PathBuf,
    /// What the signer returns: a raw signature value, or a whole CMS.
    #[arg(long, value_name = "KIND", default_value = "raw", value_parser = service())]
    pub(crate) service: ServiceKind,
    #[command(flatten)]
    pub(crate) signing: Signing,
}

#[derive(Args)]
pub(crate) struct Embed {
    /// The document that was prepared, unchanged.
    #[arg(value_name = "INPUT")]
    pub(crate) input: PathBuf,
    /// The state that `prepare` wrote.
    #[arg(long, value_name = "STATE.json")]
    pub(crate) state: PathBuf,
    /// What the signer returned: base64, or @ and a file with the bytes, DER or base64.
    #[arg(long, value_name = "BASE64|@FILE")]
    pub(crate) signature: String,
    /// Where the signed document goes; may be INPUT. It is replaced whole or not at all.
    #[arg(short, long = "out", value_name = "OUT")]
    pub(crate) out: PathBuf,
}

#[derive(Args)]
pub(crate) struct Verify {
    /// The signed document.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The trust anchors in PEM. Without them trust is not checked.
    #[arg(long, value_name = "ROOTS.pem")]
    pub(crate) trust: Option<PathBuf>,
    /// The environment variable that holds the password of an encrypted document.
    #[arg(long, value_name = "VAR")]
    pub(crate) password_env: Option<String>,
    /// Prints the report as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Inspect {
    /// The document.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The environment variable that holds the password of an encrypted document.
    #[arg(long, value_name = "VAR")]
    pub(crate) password_env: Option<String>,
    /// Prints it as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `sign` and `prepare` have in common.
#[derive(Args)]
#[command(next_help_heading = "PDF options")]
pub(crate) struct Signing {
    /// An empty signature field, or one to be made. Default: a new one, the first free SignatureN.
    #[arg(long, value_name = "NAME")]
    pub(crate) field: Option<String>,
    /// Why the document is signed.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Where the document is signed.
    #[arg(long, value_name = "TEXT")]
    pub(crate) location: Option<String>,
    /// How to reach the signer.
    #[arg(long, value_name = "TEXT")]
    pub(crate) contact: Option<String>,
    /// The signer's name. Readers take it from the certificate otherwise.
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// The time that the signature claims, as 2026-11-21T09:30:00+07:00. Default: now, in UTC.
    #[arg(long, value_name = "RFC3339", value_parser = time)]
    pub(crate) time: Option<DateTime<FixedOffset>>,
    /// The digest. Default: sha256; P-384 sha384, P-521 and Ed25519 sha512.
    #[arg(long, value_name = "NAME", value_parser = digest())]
    pub(crate) digest: Option<DigestAlgorithm>,
    /// The signature algorithm. Default: the one of the key's type.
    #[arg(long, value_name = "NAME", value_parser = signature_algorithm())]
    pub(crate) signature_algorithm: Option<SignatureAlgorithm>,
    /// What kind of signature: PAdES, or the older adbe.pkcs7.detached.
    #[arg(long, value_name = "KIND", default_value = "pades", value_parser = sub_filter())]
    pub(crate) subfilter: SubFilter,
    /// The environment variable that holds the password of an encrypted document.
    #[arg(long, value_name = "VAR")]
    pub(crate) password_env: Option<String>,
    /// Signs although the encryption withholds the permission from the user password.
    #[arg(long)]
    pub(crate) override_encryption_permissions: bool,
    /// Signs although the document is a dynamic XFA form, which readers draw as they see fit.
    #[arg(long)]
    pub(crate) override_needs_rendering: bool,
    /// Bytes of DER to reserve for the signature. Default: what is needed, or 32768 for a whole CMS.
    #[arg(long, value_name = "BYTES")]
    pub(crate) reserve: Option<u64>,
    /// Reserves room for a signature timestamp to be added later.
    #[arg(long)]
    pub(crate) timestamp_room: bool,
}

/// A parser for the words that `from` knows.
fn words<T: Clone + Send + Sync + 'static>(
    words: &'static [&'static str],
    from: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(words).try_map(move |word| from(&word).ok_or("unknown word"))
}

fn service() -> impl TypedValueParser<Value = ServiceKind> {
    words(&["raw", "cms"], ServiceKind::from_name)
}

fn digest() -> impl TypedValueParser<Value = DigestAlgorithm> {
    words(&["sha256", "sha384", "sha512"], DigestAlgorithm::from_name)
}

fn signature_algorithm() -> impl TypedValueParser<Value = SignatureAlgorithm> {
    words(&["rsa-pkcs1", "rsa-pss", "ecdsa", "ed25519"], SignatureAlgorithm::from_name)
}

fn sub_filter() -> impl TypedValueParser<Value = SubFilter> {
    words(&["pades", "pkcs7"], SubFilter::from_name)
}

fn time(text: &str) -> Result<DateTime<FixedOffset>, String> {
    DateTime::parse_from_rfc3339(text)
        .map_err(|error| format!("{error}; write it as 2026-11-21T09:30:00+07:00"))
}

/// Prints the help that was asked for, or in one line what is wrong with the arguments.
pub(crate) fn answer(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // Nobody reads it when it cannot be written.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::new(Exit::Usage, "a command is needed; see `kyso --help`").report();
    }
    let rendered = error.render().to_string();
    let lines = rendered.lines().map(str::trim).filter(|line| !line.is_empty());
    let told: Vec<&str> = lines
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .collect();
    let told = told.join(" ");
    let told = told.strip_prefix("error: ").unwrap_or(&told);
    Failure::new(Exit::Usage, format!("{told}; see `kyso --help`")).report()
}
