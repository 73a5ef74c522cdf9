//! What the command line looks like.

pub(crate) mod cert;
pub(crate) mod field;
pub(crate) mod lock;
pub(crate) mod pdf;
pub(crate) mod place;
pub(crate) mod remote;
#[cfg(feature = "sandbox")]
pub(crate) mod sandbox;
pub(crate) mod value;
pub(crate) mod visible;
pub(crate) mod xml;

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, FixedOffset};
use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use kyso::ServiceKind;
use kyso::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use kyso::xml::C14nMethod;

use crate::failure::{Exit, Failure};
use pdf::Pdf;
use value::words;
use xml::Xml;

/// Signs PDF and XML documents in two phases with remote signers: prepare, hash, accept, embed.
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
    /// Signs samples, a PDF and an invoice in XML, through both phases with a demonstration signer.
    Demo(Demo),
    /// Signs a document with a key at hand, in one go.
    Sign(Sign),
    /// Prepares a document and prints the request for the signer as JSON.
    Prepare(Prepare),
    /// Puts the signer's value into the document that was prepared.
    Embed(Embed),
    /// Verifies the signatures of a document.
    Verify(Verify),
    /// Empty signature fields in a PDF.
    Field(field::Field),
    /// The credentials that documents are signed with: certificates of signing services.
    Cert(cert::Cert),
    /// Draws a page of a PDF with the signature as it would look, before anyone signs.
    #[cfg(feature = "preview")]
    Preview(Box<Preview>),
    /// Shows the fields, signatures, permissions and revisions of a PDF, the signatures of an XML document.
    Inspect(Inspect),
    /// Prints the canonical octets of an XML document: what integrators need when a digest does not match.
    C14n(C14n),
    /// Signs with the credentials of signing services: VNPT SmartCA, Mobile-ID, EFY and those of the CSC.
    Remote(remote::Remote),
    /// Plays the remote signers on this machine, with keys of its own, until it is interrupted.
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::Sandbox),
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
    /// The relying party's key, for the second signature that a counterSigning of --sign-cloud asks for.
    /// Default: the same key.
    #[arg(long, value_name = "KEY.pem|KEY.p12", requires = "sign_cloud")]
    pub(crate) counter_key: Option<PathBuf>,
    /// The certificates of --counter-key.
    #[arg(long, value_name = "CHAIN.pem", requires = "counter_key")]
    pub(crate) counter_cert: Option<PathBuf>,
    /// The environment variable that holds the passphrase of --counter-key.
    #[arg(long, value_name = "VAR", requires = "counter_key")]
    pub(crate) counter_passphrase_env: Option<String>,
    #[command(flatten)]
    pub(crate) signing: Signing,
}

#[cfg(feature = "preview")]
#[derive(Args)]
pub(crate) struct Preview {
    /// The PDF to sign.
    #[arg(value_name = "INPUT")]
    pub(crate) input: PathBuf,
    /// Where the picture goes, a PNG.
    #[arg(short, long = "out", value_name = "PAGE.png")]
    pub(crate) out: PathBuf,
    /// The signer's certificates in PEM, in any order.
    #[arg(long, value_name = "CHAIN.pem")]
    pub(crate) cert: PathBuf,
    /// Pixels to an inch. Default: 144.
    #[arg(long, value_name = "N", default_value_t = 144.0, value_parser = value::positive)]
    pub(crate) dpi: f64,
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
    /// Prepares the counterSigning of --sign-cloud, on the document that the first one signed.
    #[arg(long, requires = "sign_cloud")]
    pub(crate) counter: bool,
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
    /// Further certificates in PEM, not trusted themselves: issuers that a signature does not bring along.
    #[arg(long, value_name = "CERTS.pem")]
    pub(crate) cert: Option<PathBuf>,
    /// Prints the report as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// PDF: the environment variable that holds the password of an encrypted document.
    #[arg(long, value_name = "VAR")]
    pub(crate) password_env: Option<String>,
    /// XML: reads a document with a DOCTYPE. Nothing external is ever read.
    #[arg(long)]
    pub(crate) allow_doctype: bool,
    /// XML: lets a signature be valid although it uses SHA-1.
    #[arg(long)]
    pub(crate) allow_sha1: bool,
    /// XML: makes a signature invalid when an element called like a signed one is not signed itself.
    #[arg(long)]
    pub(crate) reject_unsigned_twins: bool,
    /// XML: an attribute that gives ids, besides Id, id, ID and xml:id; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) id_attribute: Vec<String>,
    /// XML: a file that a detached signature signs, by its name; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub(crate) detached_content: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Inspect {
    /// The document.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Prints it as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// PDF: the environment variable that holds the password of an encrypted document.
    #[arg(long, value_name = "VAR")]
    pub(crate) password_env: Option<String>,
    /// XML: reads a document with a DOCTYPE. Nothing external is ever read.
    #[arg(long)]
    pub(crate) allow_doctype: bool,
}

#[derive(Args)]
pub(crate) struct C14n {
    /// The XML document.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The method: c14n10, c14n11 or exc, each also with -comments, which keeps them.
    #[arg(long, value_name = "METHOD", default_value = "c14n10", value_parser = value::c14n_method())]
    pub(crate) c14n: C14nMethod,
    /// The id of the element whose subtree is meant. Default: the whole document.
    #[arg(long, value_name = "ID")]
    pub(crate) node: Option<String>,
    /// The attribute that gives ids, as it is written. Default: Id.
    #[arg(long, value_name = "NAME", requires = "node")]
    pub(crate) id_attribute: Option<String>,
    /// The PrefixList of exc: prefixes with spaces between them, #default for the default namespace.
    #[arg(long, value_name = "LIST")]
    pub(crate) prefixes: Option<String>,
    /// What a Reference to #ID, or to the whole document, digests: without comments in any case.
    #[arg(long)]
    pub(crate) as_reference: bool,
    /// Takes a document with a DOCTYPE. Its internal subset is read; nothing external ever is.
    #[arg(long)]
    pub(crate) allow_doctype: bool,
}

/// What `sign` and `prepare` have in common.
#[derive(Args)]
pub(crate) struct Signing {
    /// The time that the signature claims, as 2026-11-21T09:30:00+07:00. Default: now, in UTC.
    #[arg(long, value_name = "RFC3339", value_parser = value::time)]
    pub(crate) time: Option<DateTime<FixedOffset>>,
    /// The digest. Default: sha256; P-384 sha384, P-521 and Ed25519 sha512. sha1 is for XML, with
    /// --allow-sha1.
    #[arg(long, value_name = "NAME", value_parser = digest())]
    pub(crate) digest: Option<DigestAlgorithm>,
    /// The signature algorithm. Default: the one of the key's type.
    #[arg(long, value_name = "NAME", value_parser = signature_algorithm())]
    pub(crate) signature_algorithm: Option<SignatureAlgorithm>,
    /// Options as the signCloudMetaData of the EFY interface, or a request that has one. What is given
    /// beside it wins.
    #[arg(long, value_name = "FILE.json")]
    pub(crate) sign_cloud: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) pdf: Pdf,
    #[command(flatten)]
    pub(crate) xml: Xml,
}

fn service() -> impl TypedValueParser<Value = ServiceKind> {
    words(&["raw", "cms"], ServiceKind::from_name)
}

fn digest() -> impl TypedValueParser<Value = DigestAlgorithm> {
    words(&["sha256", "sha384", "sha512", "sha1"], DigestAlgorithm::from_name)
}

fn signature_algorithm() -> impl TypedValueParser<Value = SignatureAlgorithm> {
    words(&["rsa-pkcs1", "rsa-pss", "ecdsa", "ed25519"], SignatureAlgorithm::from_name)
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
