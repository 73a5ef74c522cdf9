//! Options of `field add`.

use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::{Args, Subcommand};
use kyso::algorithm::DigestAlgorithm;
use kyso::pdf::{Certification, FieldLock, Occurrence, PageNumber, SubFilter};

use super::lock::level;
use super::pdf::sub_filter;
use super::value::{corners, lock, two_numbers, two_positive, words};

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

    /// Where the signature will be seen: X1,Y1,X2,Y2 in points from the lower left of the page as it is
    /// displayed. Without this and --anchor it is invisible.
    #[arg(long, value_name = "RECT", value_parser = corners, allow_hyphen_values = true, conflicts_with = "anchor")]
    pub(crate) visible: Option<[f64; 4]>,
    /// The page: a number, first, last, or -1 and so on from the end. Default: first; with --anchor any.
    #[arg(long, value_name = "N|first|last", allow_hyphen_values = true)]
    pub(crate) page: Option<PageNumber>,
    /// The signature will be seen at this text of the document.
    #[arg(long, value_name = "TEXT", requires = "size")]
    pub(crate) anchor: Option<String>,
    /// Which occurrence of the text: first, last or a number.
    #[arg(long, value_name = "N|first|last", requires = "anchor")]
    pub(crate) occurrence: Option<Occurrence>,
    /// Moves the rectangle's lower left from the lower left of the text, in points.
    #[arg(long, value_name = "X,Y", value_parser = two_numbers, allow_hyphen_values = true, requires = "anchor")]
    pub(crate) offset: Option<[f64; 2]>,
    /// Width and height of the rectangle, in points.
    #[arg(long, value_name = "W,H", value_parser = two_positive, requires = "anchor")]
    pub(crate) size: Option<[f64; 2]>,
    /// Takes of the rectangle what is on the page.
    #[arg(long)]
    pub(crate) clip: bool,

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
