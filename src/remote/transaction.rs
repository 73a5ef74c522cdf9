//! A signing transaction, and a look at certificates, with whichever system a service is of.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::credential::{Credential, FoundCertificate, Terms};
use super::flow::{Action, DocumentOutcome, Event, Flow};
use super::items::BeginError;
use super::service::Service;
use super::{System, vnpt};
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::request::SigningRequest;

/// The form of the stored state.
const VERSION: u32 = 1;

/// The longest state that is read, in bytes: thousands of documents.
const LONGEST: usize = 64 << 20;

/// A signing transaction with a service of any system.
///
/// [`to_json`](Flow::to_json) is what to store, [`Transaction::from_json`] takes it up again, in another
/// process. Nothing in it is secret; what is needed again is asked for again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    version: u32,
    id: String,
    documents: Vec<String>,
    machine: Machine,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "system", content = "state", rename_all = "kebab-case")]
enum Machine {
    Vnpt(Box<vnpt::Signing>),
    VnptTh(Box<vnpt::ThSigning>),
}

/// A stored state that cannot be taken up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransactionError {
    /// Longer than any state is.
    #[error("the transaction's state has {found} bytes, and {most} is the most")]
    TooLong {
        /// Bytes that there are.
        found: usize,
        /// Bytes that are read.
        most: usize,
    },
    /// Not a state, or one that was changed.
    #[error("the transaction's state cannot be read")]
    Json(#[from] serde_json::Error),
    /// Written by a version of this crate that stores another form.
    #[error("the transaction's state has form {found}, and this program reads form {VERSION}")]
    Version {
        /// The form that there is.
        found: u32,
    },
}

impl TransactionError {
    /// Whose fault it is: the caller's.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        Fault::Caller
    }
}

impl Transaction {
    /// A transaction for the documents of `requests`. Nothing is sent yet. `entropy` is used where a system
    /// needs something that cannot be guessed (OAuth 2.0); let it be fresh for each transaction.
    ///
    /// # Errors
    /// [`BeginError`]: what the system does not take, or what is missing.
    pub fn begin(
        service: &Service,
        credential: &Credential,
        requests: &[SigningRequest],
        terms: &Terms,
        entropy: &Entropy,
    ) -> Result<Self, BeginError> {
        let machine = match service {
            Service::Vnpt(service) => {
                Machine::Vnpt(Box::new(vnpt::Signing::begin(service, credential, requests, terms)?))
            }
            Service::VnptTh(service) => {
                Machine::VnptTh(Box::new(vnpt::ThSigning::begin(service, credential, requests, terms)?))
            }
            other => return Err(not_yet(other)),
        };
        let documents = requests.iter().map(|request| request.document().to_owned()).collect();
        Ok(Self { version: VERSION, id: terms.transaction_id.clone(), documents, machine })
    }

    /// Takes up a stored state: go on with [`Event::Continue`].
    ///
    /// # Errors
    /// [`TransactionError`].
    pub fn from_json(json: &str) -> Result<Self, TransactionError> {
        if json.len() > LONGEST {
            return Err(TransactionError::TooLong { found: json.len(), most: LONGEST });
        }
        /// Read before the rest, which may have another form then.
        #[derive(Deserialize)]
        struct Form {
            version: u32,
        }
        let Form { version } = serde_json::from_str(json)?;
        if version != VERSION {
            return Err(TransactionError::Version { found: version });
        }
        Ok(serde_json::from_str(json)?)
    }

    /// The system.
    #[must_use]
    pub const fn system(&self) -> System {
        match &self.machine {
            Machine::Vnpt(_) => System::Vnpt,
            Machine::VnptTh(_) => System::VnptTh,
        }
    }
}

impl Flow for Transaction {
    type Done = Vec<DocumentOutcome>;

    fn step(&mut self, event: Event, now: DateTime<Utc>) -> Action<Self::Done> {
        match &mut self.machine {
            Machine::Vnpt(signing) => signing.step(event, now),
            Machine::VnptTh(signing) => signing.step(event, now),
        }
    }

    fn to_json(&self) -> String {
        // Text, numbers and lists: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn transaction_id(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn documents(&self) -> &[String] {
        &self.documents
    }
}

/// A look at the certificates that somebody can sign with, at a service of any system.
#[derive(Clone, Debug)]
pub struct Listing(Look);

#[derive(Clone, Debug)]
enum Look {
    Vnpt(Box<vnpt::Listing>),
}

impl Listing {
    /// A look at the certificates of `whose`: of its user, of its contract where the system goes by those,
    /// at the one of its serial number or at all. Nothing is sent yet. `entropy` as for
    /// [`Transaction::begin`].
    ///
    /// # Errors
    /// [`BeginError`]: what is missing.
    pub fn begin(
        service: &Service,
        whose: &Credential,
        terms: &Terms,
        entropy: &Entropy,
    ) -> Result<Self, BeginError> {
        Ok(Self(match service {
            Service::Vnpt(service) | Service::VnptTh(service) => {
                Look::Vnpt(Box::new(vnpt::Listing::begin(service, whose, terms)?))
            }
            other => return Err(not_yet(other)),
        }))
    }
}

impl Flow for Listing {
    type Done = Vec<FoundCertificate>;

    fn step(&mut self, event: Event, now: DateTime<Utc>) -> Action<Self::Done> {
        match &mut self.0 {
            Look::Vnpt(listing) => listing.step(event, now),
        }
    }

    fn to_json(&self) -> String {
        match &self.0 {
            Look::Vnpt(listing) => listing.to_json(),
        }
    }
}

const fn not_yet(service: &Service) -> BeginError {
    BeginError::Incomplete { system: service.system().name(), what: "an adapter" }
}
