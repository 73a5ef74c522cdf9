//! How the program fails: one line on stderr, and a code.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use chrono::DateTime;
use kyso::certificate::LeafError;
use kyso::pdf::{
    AcceptError, CryptError, PdfError, PrepareError, Refusal, ResumeError, RevisionError, SaveError,
};
use kyso::verify::VerifyError;
use kyso::{Fault, StateError};

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
    pub(crate) fn prepare(path: &Path, error: &PrepareError) -> Self {
        let exit = match error {
            // What the document holds, not how the command was given.
            PrepareError::FieldTaken { .. } | PrepareError::FieldSigned { .. } => Exit::Refused,
            other => other.fault().into(),
        };
        let told = match error {
            PrepareError::Leaf(LeafError::Expired { not_after, at }) => {
                format!(
                    "the signer's certificate was valid until {}, and it is {}",
                    day(*not_after),
                    day(*at)
                )
            }
            PrepareError::Leaf(LeafError::NotYetValid { not_before, at }) => {
                format!("the signer's certificate is valid from {}, and it is {}", day(*not_before), day(*at))
            }
            other => told(other),
        };
        Self::at(exit, path, advised(told, prepare_advice(error)))
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
            VerifyError::Document(error) => (Exit::Refused, pdf_advice(error)),
            _ => (Exit::Refused, None),
        };
        Self::at(exit, path, advised(told(error), advice))
    }

    /// A document that is not saved.
    pub(crate) fn save(error: &SaveError) -> Self {
        Self::new(Exit::Io, told(error))
    }

    /// Prints the line and gives the code.
    pub(crate) fn report(&self) -> ExitCode {
        note("", &self.line);
        self.exit.into()
    }
}

/// Prints a line on stderr; what would break the line is shown escaped.
pub(crate) fn note(kind: &str, line: &str) {
    let line = line.chars().fold(String::with_capacity(line.len()), |mut line, character| {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
        line
    });
    // There is nowhere left to say that stderr cannot be written.
    let _ = writeln!(io::stderr(), "kyso: {kind}{line}");
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

fn prepare_advice(error: &PrepareError) -> Option<&'static str> {
    Some(match error {
        PrepareError::Document(RevisionError::Pdf(error)) => return pdf_advice(error),
        PrepareError::Refused(Refusal::EncryptionPermissions { .. }) => {
            "give the owner's with --password-env, or --override-encryption-permissions"
        }
        PrepareError::Refused(Refusal::NeedsRendering) => {
            "give --override-needs-rendering to sign it all the same"
        }
        PrepareError::FieldTaken { .. } | PrepareError::FieldSigned { .. } => {
            "name another with --field, or leave it out for a new one"
        }
        PrepareError::Leaf(_) => "give another chain with --cert, or another --time",
        PrepareError::Suite(_) => "leave out --digest and --signature-algorithm for what goes with the key",
        PrepareError::ReserveTooSmall { .. } => "leave out --reserve for what is needed",
        PrepareError::ReserveTooLarge { .. } => "give a smaller --reserve",
        _ => return None,
    })
}

const fn pdf_advice(error: &PdfError) -> Option<&'static str> {
    match error {
        PdfError::Crypt(CryptError::PasswordNeeded) => {
            Some("name the environment variable that holds it with --password-env")
        }
        PdfError::Crypt(CryptError::WrongPassword) => Some("correct the variable that --password-env names"),
        _ => None,
    }
}

fn day(unix_seconds: i64) -> String {
    match DateTime::from_timestamp(unix_seconds, 0) {
        Some(time) => time.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        None => format!("{unix_seconds} (Unix seconds)"),
    }
}
