//! Why the store does not do as it is told.

use std::io;
use std::path::PathBuf;

use crate::certificate::CertificateError;
use crate::client::secrets::SecondFactorDefeated;
use crate::fault::Fault;
use crate::pdf::ImageError;

/// Why the store does not do as it is told. The file is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Nothing says where the user's data is.
    #[error("there is no place for the credentials: name a file, or set KYSO_STORE or HOME")]
    NoPlace,
    /// A file that cannot be read, locked or written.
    #[error("{}: {doing} failed", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// No file: a folder, a pipe, a device.
    #[error("{}: this is no regular file", .path.display())]
    NoFile {
        /// What it is called.
        path: PathBuf,
    },
    /// Others did not let go of the lock.
    #[error("{}: somebody else is changing it, for more than {seconds} seconds", .path.display())]
    Busy {
        /// The store.
        path: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
    /// The file is longer than any store.
    #[error("{}: it has more than {most} bytes", .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// How many it may have.
        most: u64,
    },
    /// The file is not what this crate wrote.
    #[error("{}: the file is damaged: {message}{}", .path.display(), position(*.line, *.column))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
        /// The line, the first being 1; 0 when it is not one place.
        line: usize,
        /// The byte in it, the first being 1.
        column: usize,
    },
    /// The file is of a version that this program does not know.
    #[error("{}: it is of version {found}, and this program knows version {known}", .path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// The version that is known.
        known: u64,
    },
    /// More credentials than a store takes.
    #[error("a store takes {most} credentials")]
    TooMany {
        /// How many it takes.
        most: usize,
    },
    /// No credential of this name.
    #[error("no credential is called {name:?}")]
    NoEntry {
        /// The name.
        name: String,
    },
    /// Another credential has this name.
    #[error("another credential is called {alias:?}")]
    AliasTaken {
        /// The name.
        alias: String,
    },
    /// A name that does not do.
    #[error("a name has 1 to {most} characters on one line, and is not {alias:?}")]
    Alias {
        /// The name.
        alias: String,
        /// How many characters it may have.
        most: usize,
    },
    /// What the service gave has no certificate.
    #[error("the service gave no certificate")]
    NoCertificate,
    /// What the service gave is no certificate.
    #[error("certificate {index} of the service cannot be read")]
    Certificate {
        /// Which one; 0 is the signer's.
        index: usize,
        /// What is wrong with it.
        source: CertificateError,
    },
    /// An image that cannot be used.
    #[error("the signature image cannot be used")]
    Image(#[from] ImageError),
    /// An image longer than the store takes.
    #[error("the signature image has {bytes} bytes, and the store takes {most}; keep its path instead")]
    ImageTooLong {
        /// How many it has.
        bytes: usize,
        /// How many it may have.
        most: usize,
    },
    /// Password and seed of one-time codes together, without the owner's agreement.
    #[error(transparent)]
    SecondFactor(#[from] SecondFactorDefeated),
}

impl StoreError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Io { .. } | Self::Busy { .. } => Fault::Io,
            Self::NoCertificate | Self::Certificate { .. } => Fault::Signer,
            Self::TooLong { .. } | Self::TooMany { .. } | Self::ImageTooLong { .. } => Fault::Limit,
            Self::Version { .. } => Fault::Unsupported,
            Self::Image(error) => error.fault(),
            _ => Fault::Caller,
        }
    }
}

fn position(line: usize, column: usize) -> String {
    if line == 0 { String::new() } else { format!(" (line {line}, column {column})") }
}
