//! How the program fails: one line on stderr, and a code.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use chrono::DateTime;
use kyso::certificate::LeafError;
use kyso::pdf::{AcceptError, PdfError, PrepareError, ResumeError, SaveError};
use kyso::verify::VerifyError;
use kyso::xml::{self, CanonicalizationError};
use kyso::{Fault, StateError, document};

use crate::advice;
use crate::words::plain;

/// The code when it is something else than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// There is no signature, or one is not valid.
    Invalid = 1,
    /// The command cannot be carried out as it was given.
    Usage = 2,
    /// The document cannot be signed.
    Refused = 3,
    /// What the signer returned is not taken.
    Signer = 4,
    /// Reading or writing failed.
    Io = 5,
}

impl From<Fault> for Exit {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Caller => Self::Usage,
            Fault::Signer => Self::Signer,
            Fault::Io => Self::Io,
            // The document's, a limit it exceeds, a feature of it that is not supported.
            _ => Self::Refused,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What is wrong, where, and what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    line: String,
}

impl Failure {
    pub(crate) fn new(exit: Exit, line: impl Into<String>) -> Self {
        Self { exit, line: line.into() }
    }

    /// At a file.
    pub(crate) fn at(exit: Exit, path: &Path, what: impl AsRef<str>) -> Self {
        Self::new(exit, format!("{}: {}", path.display(), what.as_ref()))
    }

    /// A file that cannot be read or written.
    pub(crate) fn io(path: &Path, doing: &str, error: &io::Error) -> Self {
        Self::at(Exit::Io, path, format!("{doing} failed: {error}"))
    }

    /// A document that is not prepared.
    pub(crate) fn prepare(path: &Path, error: &document::PrepareError) -> Self {
        match error {
            document::PrepareError::Pdf(error) => Self::prepare_pdf(path, error),
            document::PrepareError::Xml(error) => Self::prepare_xml(path, error),
            other => Self::at(other.fault().into(), path, told(other)),
        }
    }

    pub(crate) fn prepare_pdf(path: &Path, error: &PrepareError) -> Self {
        let exit = match error {
            // What the document holds, not how the command was given.
            PrepareError::FieldTaken { .. } | PrepareError::FieldSigned { .. } => Exit::Refused,
            other => other.fault().into(),
        };
        let told = match error {
            PrepareError::Leaf(error) => leaf(error),
            other => told(other),
        };
        Self::at(exit, path, advised(told, advice::pdf(error)))
    }

    fn prepare_xml(path: &Path, error: &xml::PrepareError) -> Self {
        let told = match error {
            xml::PrepareError::Leaf(error) => leaf(error),
            other => told(other),
        };
        Self::at(error.fault().into(), path, advised(told, advice::xml(error)))
    }

    /// A document whose canonical octets are not to be had.
    pub(crate) fn canonicalization(path: &Path, error: &CanonicalizationError) -> Self {
        let advice = match error {
            CanonicalizationError::Document(error) => advice::xml_document(error),
            CanonicalizationError::NodeMissing { .. } => {
                Some("correct --node, or name the attribute that gives ids with --id-attribute")
            }
            CanonicalizationError::Write(error) => {
                return Self::new(Exit::Io, format!("standard output: writing failed: {error}"));
            }
            _ => None,
        };
        Self::at(error.fault().into(), path, advised(told(error), advice))
    }

    /// A state file that is not one.
    pub(crate) fn state(path: &Path, error: &StateError) -> Self {
        let advice = Some("give the file that `kyso prepare` wrote, or prepare again");
        Self::at(Exit::Usage, path, advised(told(error), advice))
    }

    /// A state that does not go with the document.
    pub(crate) fn resume(input: &Path, state: &Path, error: &ResumeError) -> Self {
        match error {
            ResumeError::OtherDocument { .. } => {
                let advice = Some("give the INPUT that was prepared, unchanged, or prepare this one");
                Self::at(error.fault().into(), input, advised(told(error), advice))
            }
            ResumeError::Io(_) => Self::at(error.fault().into(), input, told(error)),
            other => Self::at(other.fault().into(), state, advised(told(other), Some("prepare again"))),
        }
    }

    /// A value that is not taken.
    pub(crate) fn accept(input: &Path, error: &AcceptError) -> Self {
        let advice = match error {
            AcceptError::ContentsTooSmall { needed, .. } => {
                format!("prepare again with --reserve {needed} or more")
            }
            _ => "have the request signed again; the state stays good".to_owned(),
        };
        let told = match error {
            // A mistake that is known says more than the arithmetic that failed.
            AcceptError::Mistake { .. } => error.to_string(),
            _ => told(error),
        };
        Self::at(Exit::Signer, input, advised(told, Some(&advice)))
    }

    /// A document that cannot be verified. One too damaged to be read has no valid signature; one that is
    /// closed, too large or of an unknown kind cannot be judged.
    pub(crate) fn verify(path: &Path, error: &VerifyError) -> Self {
        let failure = Self::inspect(path, error);
        // What cannot be read is not shown to be valid, whatever the reason.
        if failure.exit == Exit::Refused { Self { exit: Exit::Invalid, ..failure } } else { failure }
    }

    /// A document that cannot be inspected.
    pub(crate) fn inspect(path: &Path, error: &VerifyError) -> Self {
        let (exit, advice) = match error {
            VerifyError::Document(PdfError::Io(_)) => (Exit::Io, None),
            VerifyError::Document(error) => (Exit::Refused, advice::pdf_document(error)),
            VerifyError::Xml(error) if error.fault() == Fault::Io => (Exit::Io, None),
            VerifyError::Xml(error) => (Exit::Refused, advice::xml_document(error)),
            _ => (Exit::Refused, None),
        };
        Self::at(exit, path, advised(told(error), advice))
    }

    /// A document that is not saved.
    pub(crate) fn save(error: &SaveError) -> Self {
        Self::new(Exit::Io, told(error))
    }

    /// The code.
    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }

    /// What is wrong, where, and what to do.
    pub(crate) fn line(&self) -> &str {
        &self.line
    }

    /// Prints the line and gives the code.
    pub(crate) fn report(&self) -> ExitCode {
        note("", &self.line);
        self.exit.into()
    }
}

/// Prints a line on stderr; what would break the line is shown escaped.
pub(crate) fn note(kind: &str, line: &str) {
    // There is nowhere left to say that stderr cannot be written.
    let _ = writeln!(io::stderr(), "kyso: {kind}{}", plain(line));
}

/// An error with its causes, each said once.
pub(crate) fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

pub(crate) fn advised(told: String, advice: Option<&str>) -> String {
    match advice {
        Some(advice) => format!("{told}; {advice}"),
        None => told,
    }
}

/// Why the leaf may not sign, with times that people read.
fn leaf(error: &LeafError) -> String {
    match error {
        LeafError::Expired { not_after, at } => {
            format!("the signer's certificate was valid until {}, and it is {}", day(*not_after), day(*at))
        }
        LeafError::NotYetValid { not_before, at } => {
            format!("the signer's certificate is valid from {}, and it is {}", day(*not_before), day(*at))
        }
        other => format!("the signer's certificate cannot be used: {}", told(other)),
    }
}

fn day(unix_seconds: i64) -> String {
    match DateTime::from_timestamp(unix_seconds, 0) {
        Some(time) => time.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        None => format!("{unix_seconds} (Unix seconds)"),
    }
}
