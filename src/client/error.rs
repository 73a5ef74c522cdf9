//! Why a conversation with a service was not carried to its end.

use std::error::Error;
use std::fmt;
use std::io;

use crate::fault::Fault;
use crate::remote::{Failure, Lost};

/// Why a flow was not carried to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriveError {
    /// The flow itself failed, and says what may be done.
    #[error("{failure}")]
    Failed {
        /// Why.
        failure: Box<Failure>,
        /// The last request that brought no answer, if that is what it failed over.
        #[source]
        lost: Option<TransportError>,
    },
    /// A request was for somewhere that it must not go. Nothing was sent.
    #[error("{call}: not sent")]
    Address {
        /// The call.
        call: &'static str,
        /// Why.
        #[source]
        source: AddressError,
    },
    /// The service could not be reached, or the request not be written. Nothing was sent: going on later
    /// does no harm.
    #[error("{call}: not sent, after {attempts} attempts")]
    NotSent {
        /// The call.
        call: &'static str,
        /// How often it was tried.
        attempts: u32,
        /// The last reason.
        #[source]
        source: TransportError,
    },
    /// A single call brought no answer. It may have been acted on.
    #[error("{call}: no answer, after {attempts} attempts")]
    NoAnswer {
        /// The call.
        call: &'static str,
        /// How often it was tried.
        attempts: u32,
        /// The last reason.
        #[source]
        source: TransportError,
    },
    /// The state could not be stored, and so the request was not sent.
    #[error("{call}: not sent, because the state cannot be stored")]
    Persist {
        /// The call, or what else was due: `input`, `wait`, `done`, `failed`.
        call: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Whoever watches wants to go on another time. The state that was stored last is where to go on.
    #[error("interrupted; it can be resumed")]
    Interrupted,
    /// The flow goes on and on without waiting for anything.
    #[error("given up after {steps} steps without a pause")]
    Endless {
        /// How many.
        steps: u32,
    },
}

impl DriveError {
    /// Whose fault it is.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Failed { failure, .. } => failure.fault,
            Self::Address { .. } | Self::Interrupted => Fault::Caller,
            Self::NotSent { source, .. } | Self::NoAnswer { source, .. } => source.fault(),
            Self::Persist { .. } => Fault::Io,
            Self::Endless { .. } => Fault::Signer,
        }
    }

    /// The failure of the flow, if it is one.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed { failure, .. } => Some(failure),
            _ => None,
        }
    }
}

/// An address that no request goes to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Not an address with scheme and host.
    #[error("{url:?} is no address")]
    Malformed {
        /// What there is.
        url: String,
    },
    /// A name or password in front of the host.
    #[error("the address at {host} holds a user name")]
    UserInfo {
        /// The host.
        host: String,
    },
    /// Neither https, nor http on this machine.
    #[error("{scheme}://{host}: https is needed; http is for this machine only")]
    Scheme {
        /// The scheme.
        scheme: String,
        /// The host.
        host: String,
    },
    /// A host that is not allowed.
    #[error("{host}:{port} is not among the allowed hosts")]
    Host {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
}

/// Why a driver cannot be made with these settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The service's address.
    #[error("the service's address")]
    Base(#[source] AddressError),
    /// An allowed host that is not written as `host` or `host:port`.
    #[error("allowed host {text:?}: write it as host or host:port")]
    AllowedHost {
        /// What there is.
        text: String,
    },
    /// Roots that are not certificates in PEM.
    #[error("the pinned roots: {reason}")]
    Roots {
        /// Why.
        reason: String,
    },
    /// A client certificate or its key that is not in PEM, or that do not belong together.
    #[error("the client certificate: {reason}")]
    ClientCertificate {
        /// Why.
        reason: String,
    },
    /// A proxy whose address cannot be read.
    #[error("the proxy: write its address as http://host:port")]
    Proxy,
}

impl SettingsError {
    /// Whose fault it is: the caller's.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        Fault::Caller
    }
}

/// A request that brought no answer.
pub struct TransportError {
    pub(super) lost: Lost,
    pub(super) what: &'static str,
    pub(super) cause: Option<Box<dyn Error + Send + Sync>>,
    /// Whether the same would fail again.
    pub(super) lasting: bool,
    pub(super) fault: Fault,
}

impl TransportError {
    /// How far the request came.
    #[must_use]
    pub const fn lost(&self) -> Lost {
        self.lost
    }

    /// Whose fault it is: [`Fault::Io`], but [`Fault::Signer`] for an answer that is too long, and
    /// [`Fault::Caller`] for a request that cannot be written.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        self.fault
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportError")
            .field("lost", &self.lost)
            .field("what", &self.what)
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}
