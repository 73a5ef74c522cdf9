//! How a sandbox is set up, and why one does not start.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::{Faults, FaultsError, Provider};
use crate::certificate::{CertificateError, ChainError};
use crate::fault::Fault;
use crate::signer::SignerError;

/// How a sandbox is set up.
pub struct Settings {
    pub(super) listen: SocketAddr,
    pub(super) anyone: bool,
    pub(super) providers: Vec<String>,
    pub(super) more: Vec<Box<dyn Provider>>,
    pub(super) folder: Option<PathBuf>,
    pub(super) webhook: Option<String>,
    pub(super) webhook_attempts: u32,
    pub(super) auto_approve: bool,
    pub(super) faults: Faults,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            anyone: false,
            providers: Vec::new(),
            more: Vec::new(),
            folder: None,
            webhook: None,
            webhook_attempts: 3,
            auto_approve: false,
            faults: Faults::default(),
        }
    }
}

impl Settings {
    /// Any free port of 127.0.0.1, all systems, keys in memory only.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Where to listen. Other addresses than the loopback are refused without
    /// [`dangerously_serve_anyone`](Self::dangerously_serve_anyone).
    #[must_use]
    pub const fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Lets it listen on other addresses than the loopback: whoever reaches it may approve and sign.
    #[must_use]
    pub const fn dangerously_serve_anyone(mut self) -> Self {
        self.anyone = true;
        self
    }

    /// Plays this system only, and those of further calls: its [`Provider::prefix`].
    #[must_use]
    pub fn provider(mut self, prefix: impl Into<String>) -> Self {
        self.providers.push(prefix.into());
        self
    }

    /// Plays one system more, which this crate does not know.
    #[must_use]
    pub fn add_provider(mut self, provider: Box<dyn Provider>) -> Self {
        self.more.push(provider);
        self
    }

    /// Keeps keys and certificates in this folder, and writes there what a client needs to be set up. Of
    /// several sandboxes in one folder, which share the keys, `sandbox.toml` tells of the last one started.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Calls this address when a transaction ends.
    #[must_use]
    pub fn webhook(mut self, url: impl Into<String>) -> Self {
        self.webhook = Some(url.into());
        self
    }

    /// How often the webhook is tried before it is given up, at least once. Default: 3.
    #[must_use]
    pub const fn webhook_attempts(mut self, attempts: u32) -> Self {
        self.webhook_attempts = attempts;
        self
    }

    /// Approves every transaction as soon as it is there.
    #[must_use]
    pub const fn auto_approve(mut self) -> Self {
        self.auto_approve = true;
        self
    }

    /// With these faults from the start.
    #[must_use]
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("listen", &self.listen)
            .field("providers", &self.providers)
            .field("folder", &self.folder)
            .field("webhook", &self.webhook)
            .field("auto_approve", &self.auto_approve)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

/// A sandbox that does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// Not an address of the loopback.
    #[error(
        "{address} can be reached from other machines, and whoever reaches the sandbox may sign: \
         listen on 127.0.0.1"
    )]
    NotLoopback {
        /// Where it was to listen.
        address: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("listening on {address} failed")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A system of no such name.
    #[error("there is no system {name} to play; there are: {known}")]
    UnknownProvider {
        /// What was asked for.
        name: String,
        /// What there is, with commas between.
        known: String,
    },
    /// Faults that cannot be.
    #[error("these faults cannot be")]
    Faults(#[from] FaultsError),
    /// A file of the folder cannot be read or written.
    #[error("{}: {doing} failed", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// `reading`, `writing` …
        doing: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// No key came out.
    #[error("a key could not be generated")]
    KeyGeneration,
    /// More contracts than there is room for.
    #[error("there is room for {most} contracts made while the sandbox runs, and it is full")]
    TooMany {
        /// How many there may be.
        most: usize,
    },
    /// A key of the folder cannot be read.
    #[error("a private key of the sandbox cannot be read")]
    Key(#[from] SignerError),
    /// A certificate could not be made.
    #[error("a certificate could not be made")]
    Certificate(#[source] rcgen::Error),
    /// A certificate of the folder cannot be read.
    #[error("a certificate of the sandbox cannot be read")]
    CertificateFile(#[from] CertificateError),
    /// Certificates that make no chain.
    #[error("certificates of the sandbox make no chain")]
    Chain(#[from] ChainError),
    /// The operating system gives no randomness or no threads.
    #[error("the operating system refused what the sandbox needs")]
    System(#[source] std::io::Error),
}

impl SandboxError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::NotLoopback { .. }
            | Self::UnknownProvider { .. }
            | Self::Faults(_)
            | Self::Key(_)
            | Self::CertificateFile(_)
            | Self::Chain(_) => Fault::Caller,
            Self::TooMany { .. } => Fault::Limit,
            _ => Fault::Io,
        }
    }
}
