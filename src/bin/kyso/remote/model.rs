//! What the state of a job holds.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kyso::remote::{Credential, DocumentOutcome, DocumentResult, Outcome, Retry, Transaction};
use kyso::{SignatureValue, State};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The form of the file.
pub(crate) const VERSION: u32 = 1;

/// Documents that are signed together, and how far they are. No secret is in it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Job {
    pub(crate) version: u32,
    /// The name of the service in the configuration.
    pub(crate) service: String,
    /// The alias of the credential, where its own secrets are looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) alias: Option<String>,
    /// What to sign with.
    pub(crate) credential: Credential,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) documents: Vec<Document>,
    pub(crate) transactions: Vec<Record>,
}

/// One document.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    /// What the signer and the service know it by.
    pub(crate) id: String,
    /// Absolute paths.
    pub(crate) input: PathBuf,
    pub(crate) output: PathBuf,
    /// What `accept` needs: JSON of its own.
    pub(crate) state: Box<RawValue>,
    pub(crate) fate: Fate,
}

/// What has become of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Fate {
    /// Its transaction has not brought anything yet.
    Waiting {},
    /// A value came and is not embedded yet.
    Value { base64: String },
    /// It is signed, and saved.
    Signed {},
    /// The value that came for it is none.
    Refused { reason: String },
    /// The signer or the service declined.
    Rejected { code: Option<String>, message: String },
    /// No value came, although the transaction ended well.
    Missing {},
    /// Its transaction failed.
    Failed { message: String, unknown: bool },
}

/// One transaction.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub(crate) id: String,
    /// Indexes of documents.
    pub(crate) documents: Vec<usize>,
    /// Of the remote conversation: JSON of its own.
    pub(crate) state: Box<RawValue>,
    /// It is over, whatever the outcome.
    pub(crate) over: bool,
}

impl Job {
    /// The transactions that are not over, by index.
    pub(crate) fn open(&self) -> Vec<usize> {
        let open = self.transactions.iter().enumerate().filter(|(_, record)| !record.over);
        open.map(|(index, _)| index).collect()
    }

    /// The documents of one transaction, or none if there is no such transaction.
    pub(crate) fn members(&self, transaction: usize) -> Vec<usize> {
        self.transactions.get(transaction).map(|record| record.documents.clone()).unwrap_or_default()
    }

    /// Whether every document is signed.
    pub(crate) fn is_done(&self) -> bool {
        self.documents.iter().all(|document| document.fate == Fate::Signed {})
    }

    /// Takes what a transaction brought.
    pub(crate) fn take(&mut self, transaction: usize, outcomes: Vec<DocumentOutcome>) {
        for index in self.members(transaction) {
            let Some(document) = self.documents.get_mut(index) else { continue };
            let found = outcomes.iter().find(|outcome| outcome.document == document.id);
            document.fate = found.map_or(Fate::Missing {}, |outcome| Fate::of(&outcome.result));
        }
        if let Some(record) = self.transactions.get_mut(transaction) {
            record.over = true;
        }
    }

    /// Takes that a transaction failed. One that may still have its outcome stays open.
    pub(crate) fn fail(&mut self, transaction: usize, failure: &kyso::remote::Failure) {
        if failure.retry == Retry::Poll {
            return;
        }
        let fate =
            Fate::Failed { message: failure.to_string(), unknown: failure.outcome == Outcome::Unknown };
        for index in self.members(transaction) {
            if let Some(document) = self.documents.get_mut(index) {
                document.fate = fate.clone();
            }
        }
        if let Some(record) = self.transactions.get_mut(transaction) {
            record.over = true;
        }
    }

    /// Whether the parts go together: a file that was written by hand is not trusted.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.version != VERSION {
            return Err(format!("it has form {}, and this program reads form {VERSION}", self.version));
        }
        if self.documents.is_empty() {
            return Err("it has no documents".to_owned());
        }
        for record in &self.transactions {
            if record.documents.iter().any(|index| *index >= self.documents.len()) {
                return Err(format!("transaction {} has documents that are not there", record.id));
            }
        }
        Ok(())
    }
}

impl Document {
    pub(crate) fn state(&self) -> Result<State, kyso::StateError> {
        State::from_json(self.state.get())
    }
}

impl Record {
    /// Of a transaction that is about to begin.
    pub(crate) fn new(id: String, documents: Vec<usize>, transaction: &Transaction) -> Self {
        Self { id, documents, state: raw(&kyso::remote::Flow::to_json(transaction)), over: false }
    }
}

impl Fate {
    fn of(result: &DocumentResult) -> Self {
        match result {
            DocumentResult::Value(value) => Self::of_value(value),
            DocumentResult::Missing => Self::Missing {},
            DocumentResult::Unreadable { reason } => Self::Refused { reason: reason.clone() },
            DocumentResult::Rejected { code, message } => {
                Self::Rejected { code: code.clone(), message: message.clone() }
            }
            DocumentResult::Unknown { message } => Self::Failed { message: message.clone(), unknown: true },
            DocumentResult::NotSigned { message } => Self::Failed {
                message: format!("it was not sent, because its batch failed before: {message}"),
                unknown: false,
            },
            _ => Self::Missing {},
        }
    }

    /// Of a document whose value waits to be embedded.
    pub(crate) fn of_value(value: &SignatureValue) -> Self {
        Self::Value { base64: STANDARD.encode(value.as_bytes()) }
    }

    /// The value, if one waits to be embedded.
    pub(crate) fn value(&self) -> Option<SignatureValue> {
        match self {
            Self::Value { base64 } => SignatureValue::from_base64(base64).ok(),
            _ => None,
        }
    }

    /// Whether only a new transaction can bring a value.
    pub(crate) const fn needs_another(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Rejected { .. } | Self::Missing {} | Self::Failed { .. })
    }
}

/// JSON that stays as it is.
pub(crate) fn raw(json: &str) -> Box<RawValue> {
    // What is given is JSON that this library wrote; an empty state cannot be resumed, and says so then.
    RawValue::from_string(json.to_owned()).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
