//! A signing transaction, and a look at certificates, with whichever system a service is of.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::credential::{Credential, FoundCertificate, Terms};
use super::flow::{Action, DocumentOutcome, Event, Flow};
use super::items::BeginError;
use super::service::Service;
use super::{System, csc, efy, manual, mobile_id, vnpt};
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
    MobileId(Box<mobile_id::Signing>),
    Efy(Box<efy::Signing>),
    Csc(Box<csc::Signing>),
    Manual(Box<manual::Signing>),
}

/// Does the same with whichever machine it is.
macro_rules! with {
    ($machine:expr, $one:ident => $what:expr) => {
        match $machine {
            Machine::Vnpt($one) => $what,
            Machine::VnptTh($one) => $what,
            Machine::MobileId($one) => $what,
            Machine::Efy($one) => $what,
            Machine::Csc($one) => $what,
            Machine::Manual($one) => $what,
        }
    };
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
            Service::MobileId(service) => {
                Machine::MobileId(Box::new(mobile_id::Signing::begin(service, credential, requests, terms)?))
            }
            Service::Efy(service) => {
                Machine::Efy(Box::new(efy::Signing::begin(service, credential, requests, terms)?))
            }
            Service::Csc(service) => {
                Machine::Csc(Box::new(csc::Signing::begin(service, credential, requests, terms, entropy)?))
            }
            Service::Manual => Machine::Manual(Box::new(manual::Signing::begin(requests, terms)?)),
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
            Machine::MobileId(_) => System::MobileId,
            Machine::Efy(_) => System::Efy,
            Machine::Csc(_) => System::Csc,
            Machine::Manual(_) => System::Manual,
        }
    }
}

impl Flow for Transaction {
    type Done = Vec<DocumentOutcome>;

    fn step(&mut self, event: Event, now: DateTime<Utc>) -> Action<Self::Done> {
        with!(&mut self.machine, signing => signing.step(event, now))
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
    MobileId(Box<mobile_id::Listing>),
    Efy(Box<efy::Listing>),
    Csc(Box<csc::Listing>),
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
            Service::MobileId(service) => {
                Look::MobileId(Box::new(mobile_id::Listing::begin(service, whose)?))
            }
            Service::Efy(service) => Look::Efy(Box::new(efy::Listing::begin(service, whose, terms)?)),
            Service::Csc(service) => Look::Csc(Box::new(csc::Listing::begin(service, whose, entropy)?)),
            // No service answers there.
            Service::Manual => {
                let what = "a service to ask";
                return Err(BeginError::Incomplete { system: System::Manual, what });
            }
        }))
    }
}

impl Flow for Listing {
    type Done = Vec<FoundCertificate>;

    fn step(&mut self, event: Event, now: DateTime<Utc>) -> Action<Self::Done> {
        match &mut self.0 {
            Look::Vnpt(listing) => listing.step(event, now),
            Look::MobileId(listing) => listing.step(event, now),
            Look::Efy(listing) => listing.step(event, now),
            Look::Csc(listing) => listing.step(event, now),
        }
    }

    fn to_json(&self) -> String {
        match &self.0 {
            Look::Vnpt(listing) => listing.to_json(),
            Look::MobileId(listing) => listing.to_json(),
            Look::Efy(listing) => listing.to_json(),
            Look::Csc(listing) => listing.to_json(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::{DigestAlgorithm, PublicKey, Suite};
    use crate::certificate::sample::rsa_spki;
    use crate::remote::flow::Answer;
    use crate::remote::secret::Secret;
    use crate::request::{Payload, ServiceKind};

    fn requests(count: u8) -> Vec<SigningRequest> {
        let suite = Suite::default_for(&PublicKey::from_spki_der(&rsa_spki(256)).unwrap());
        let hash = |text: &[u8]| DigestAlgorithm::Sha256.hash(text);
        let one = |number: u8| {
            let payload = Payload::Digest(hash(&[number]));
            SigningRequest::new(format!("{number}.pdf"), ServiceKind::Raw, suite, payload, hash(b"leaf"))
        };
        (0..count).map(one).collect()
    }

    fn services() -> Vec<Service> {
        [
            r#"{"system":"vnpt","base_url":"https://a.example","sp_id":"1"}"#,
            r#"{"system":"vnpt-th","base_url":"https://a.example","sp_id":"1"}"#,
            r#"{"system":"mobile-id","base_url":"https://a.example","relying_party":"a","username":"a"}"#,
            r#"{"system":"efy","base_url":"https://a.example","username":"a","rp_code":"a"}"#,
            r#"{"system":"csc","base_url":"https://a.example","login":{"kind":"basic"}}"#,
            r#"{"system":"manual"}"#,
        ]
        .map(|json| serde_json::from_str(json).unwrap())
        .to_vec()
    }

    fn begin(service: &Service) -> Transaction {
        let credential = Credential::new("012345678901")
            .serial_number("540a")
            .credential_id("0".repeat(64))
            .agreement_uuid("00000000-0000-4000-8000-000000000001")
            .auth_mode("EXPLICIT/PIN");
        let entropy = Entropy::new([7; 32]);
        let terms = Terms::with_entropy(&entropy);
        Transaction::begin(service, &credential, &requests(2), &terms, &entropy).unwrap()
    }

    #[test]
    fn every_system_begins_and_resumes() {
        let now = "2026-11-21T02:30:00Z".parse().unwrap();
        for service in services() {
            let mut transaction = begin(&service);
            assert_eq!(transaction.system(), service.system());
            assert_eq!(transaction.transaction_id().map(str::len), Some(32));
            assert_eq!(transaction.documents(), ["0.pdf", "1.pdf"]);
            for event in
                [Event::Continue, Event::Input(Answer::Given(Secret::new("hunter2"))), Event::Notified]
            {
                let _ = transaction.step(event, now);
                let json = transaction.to_json();
                assert!(!json.contains("hunter2"), "{json}");
                let resumed = Transaction::from_json(&json).unwrap();
                assert_eq!((resumed.system(), resumed.to_json()), (service.system(), json));
            }
        }
    }

    #[test]
    fn states_that_are_none_are_refused() {
        let json = begin(&services()[0]).to_json();
        let other = json.replace("\"version\":1", "\"version\":2");
        assert!(matches!(Transaction::from_json(&other), Err(TransactionError::Version { found: 2 })));
        // The state of one system under the name of another.
        let mixed = json.replacen("\"system\":\"vnpt\"", "\"system\":\"vnpt-th\"", 1);
        assert!(matches!(Transaction::from_json(&mixed), Err(TransactionError::Json(_))));
        for length in 0..json.len() {
            assert!(Transaction::from_json(&json[..length]).is_err());
        }
        let long = " ".repeat(LONGEST + 1);
        assert!(matches!(Transaction::from_json(&long), Err(TransactionError::TooLong { .. })));
    }

    #[test]
    fn certificates_are_looked_for_at_every_service() {
        let whose = Credential::new("a").agreement_uuid("00000000-0000-4000-8000-000000000001");
        let entropy = Entropy::new([7; 32]);
        for service in services() {
            let listing = Listing::begin(&service, &whose, &Terms::with_entropy(&entropy), &entropy);
            match service.system() {
                System::Manual => assert!(matches!(listing, Err(BeginError::Incomplete { .. }))),
                _ => assert!(listing.unwrap().to_json().starts_with('{')),
            }
        }
    }
}
