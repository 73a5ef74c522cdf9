//! Options of `field add`.

use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::{Args, Subcommand};
use kyso::algorithm::DigestAlgorithm;
use kyso::pdf::{Certification, FieldLock, SubFilter};

use super::lock::level;
use super::pdf::sub_filter;
use super::place::Place;
use super::value::{lock, words};

#[derive(Args)]
pub(crate) struct Field {
    #[command(subcommand)]
    pub(crate) command: FieldCommand,
}

#[derive(Subcommand)]
pub(crate) enum FieldCommand {
    /// Adds an empty signature field for somebody else to sign.
    Add(Box<AddField>),
}

#[derive(Args)]
pub(crate) struct AddField {
    /// The PDF.
    #[arg(value_name = "INPUT")]
    pub(crate) input: PathBuf,
    /// Where the document with the field goes; may be INPUT. It is replaced whole or not at all.
    #[arg(short, long = "out", value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// The name of the field; full stops stand between a name and those above it.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    /// What people are told that the field is.
    #[arg(long, value_name = "TEXT")]
    pub(crate) tooltip: Option<String>,
    /// The environment variable that holds the password of an encrypted document.
    #[arg(long, value_name = "VAR")]
    pub(crate) password_env: Option<String>,
    /// Adds the field although the encryption withholds the permission from the user password.
    #[arg(long)]
    pub(crate) override_encryption_permissions: bool,

    #[command(flatten)]
    pub(crate) place: Place,

    /// Locks form fields once the field is signed: all, include:A,B or exclude:A,B.
    #[arg(long, value_name = "FIELDS", value_parser = lock)]
    pub(crate) lock: Option<FieldLock>,
    /// What the lock leaves permitted in the whole document: 1, 2 or 3 (PDF 2.0).
    #[arg(long, value_name = "1|2|3", value_parser = level(), requires = "lock")]
    pub(crate) lock_permissions: Option<Certification>,
    /// The signature must certify the document: 1, 2 or 3; 0: it must not.
    #[arg(long, value_name = "0|1|2|3", value_parser = certification())]
    pub(crate) require_certification: Option<Required>,
    /// A reason of which the signer must give one; may be repeated.
    #[arg(long, value_name = "TEXT")]
    pub(crate) require_reason: Vec<String>,
    /// A digest of which the signer must use one; may be repeated.
    #[arg(long, value_name = "NAME", value_parser = digest())]
    pub(crate) require_digest: Vec<DigestAlgorithm>,
    /// What kind of signature it must be; may be repeated, the best first.
    #[arg(long, value_name = "KIND", value_parser = sub_filter())]
    pub(crate) require_subfilter: Vec<SubFilter>,
    /// Certificates in PEM of which one must be the signer's.
    #[arg(long, value_name = "CERTS.pem")]
    pub(crate) require_signer: Option<PathBuf>,
    /// Certificates in PEM to one of which the signer's must lead.
    #[arg(long, value_name = "CERTS.pem")]
    pub(crate) require_issuer: Option<PathBuf>,
}

/// What a certification is required to be; `None` for an approval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Required(pub(crate) Option<Certification>);

fn certification() -> impl TypedValueParser<Value = Required> {
    words(&["0", "1", "2", "3"], |word| {
        let p = word.parse().ok()?;
        Some(Required(if p == 0 { None } else { Some(Certification::from_p(p)?) }))
    })
}

fn digest() -> impl TypedValueParser<Value = DigestAlgorithm> {
    words(&["sha256", "sha384", "sha512"], DigestAlgorithm::from_name)
}
