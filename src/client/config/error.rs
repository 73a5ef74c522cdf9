//! What is wrong with a configuration, and where.

use std::io;
use std::path::{Path, PathBuf};

use super::fields::{At, FieldError};
use crate::fault::Fault;

/// What is wrong with a configuration. Values are not repeated: one in the wrong place may be a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// There is none.
    #[error("there is no configuration; looked for {}", list(.tried))]
    None {
        /// Where one was looked for.
        tried: Vec<PathBuf>,
    },
    /// The file cannot be read.
    #[error("{}: reading failed", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No file: a folder, a pipe, a device.
    #[error("{}: this is no regular file", .path.display())]
    NoFile {
        /// What it is called.
        path: PathBuf,
    },
    /// The file is longer than any configuration.
    #[error("{}: a configuration has at most {most} bytes", .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// How many bytes it may have.
        most: u64,
    },
    /// Something in the file is wrong.
    #[error("{}line {line}, column {column}: {message}", file(.path.as_deref()))]
    Invalid {
        /// The file, if it came from one.
        path: Option<PathBuf>,
        /// The line, the first being 1.
        line: usize,
        /// The character in it, the first being 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// An environment variable that overrides a field is wrong.
    #[error("environment variable {name}: {message}")]
    Variable {
        /// Its name.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// A service that is not configured.
    #[error("no service is called {name:?}; there {}", names(.known))]
    NoService {
        /// What it was called.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
}

impl ConfigError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Io { .. } => Fault::Io,
            Self::TooLong { .. } => Fault::Limit,
            _ => Fault::Caller,
        }
    }

    pub(super) fn in_file(self, file: &Path) -> Self {
        match self {
            Self::Invalid { line, column, message, .. } => {
                Self::Invalid { path: Some(file.to_owned()), line, column, message }
            }
            other => other,
        }
    }
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn file(path: Option<&Path>) -> String {
    path.map(|path| format!("{}: ", path.display())).unwrap_or_default()
}

fn names(known: &[String]) -> String {
    match known {
        [] => "are none".to_owned(),
        [one] => format!("is {one}"),
        many => format!("are {}", many.join(", ")),
    }
}

/// The text of a file.
pub(super) struct Text<'a>(pub(super) &'a str);

impl Text<'_> {
    pub(super) fn place(&self, error: FieldError) -> ConfigError {
        let message = without_value(&error.message);
        match error.at {
            Some(At::Variable(name)) => ConfigError::Variable { name, message },
            at => {
                let start = match at {
                    Some(At::Span(span)) => span.start,
                    _ => 0,
                };
                let before = self.0.get(..start).unwrap_or(self.0);
                let line = before.matches('\n').count().saturating_add(1);
                let last = before.rsplit('\n').next().unwrap_or(before);
                let column = last.chars().count().saturating_add(1);
                ConfigError::Invalid { path: None, line, column, message }
            }
        }
    }
}

/// What serde says of a value it did not expect, without the value.
pub(crate) fn without_value(message: &str) -> String {
    const SHOWS: [&str; 3] = ["invalid type: ", "invalid value: ", "unknown variant "];
    if !SHOWS.iter().any(|shows| message.starts_with(shows)) {
        return message.to_owned();
    }
    match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => "this value does not do".to_owned(),
    }
}
