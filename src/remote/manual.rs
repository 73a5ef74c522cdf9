//! No service at all: people carry the requests to a signer and the values back, as JSON.
//!
//! What goes out is what [`requests_to_json`] writes. What comes back:
//!
//! ```json
//! {"values": [{"document": "contract.pdf", "signature": "…"}], "certificates": ["…"]}
//! ```
//!
//! `signature` is base64, of the raw value or the whole CMS, whichever the document was prepared for;
//! `certificates`, the signer's first, in base64 of their DER, may be left out, and is compared with what
//! the documents were prepared for when it is there.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::failure::{Failure, Outcome, Retry};
use super::flow::{Action, Answer, DocumentOutcome, DocumentResult, Event, Flow, Input, InputKind};
use super::items::BeginError;
use super::{System, Terms};
use crate::algorithm::DigestAlgorithm;
use crate::fault::Fault;
use crate::request::{SignatureValue, SigningRequest, requests_to_json};

/// The system in failures.
const SYSTEM: System = System::Manual;
/// Answers that cannot be used, at most.
const MOST_WRONG: u8 = 10;
/// Bytes of an answer, at most: thousands of whole CMS.
const LONGEST: usize = 64 << 20;

/// What comes back from a signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Values {
    /// One for each document that was signed.
    pub values: Vec<Value>,
    /// The certificates, the signer's first: DER in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificates: Option<Vec<String>>,
}

/// One document's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// The document's id, as in its request.
    pub document: String,
    /// The value in base64.
    pub signature: String,
}

/// An answer that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ValuesError {
    /// Too long.
    #[error("the answer has {found} bytes; at most {LONGEST} are read")]
    TooLong {
        /// How many there are.
        found: usize,
    },
    /// Not JSON of this form.
    #[error("the answer is not the JSON that is expected: {0}")]
    Json(#[from] serde_json::Error),
    /// A value for something that was not asked for.
    #[error("the answer has a value for {document:?}, which is none of the documents")]
    UnknownDocument {
        /// The id.
        document: String,
    },
    /// Two values for one document.
    #[error("the answer has two values for {document:?}")]
    SameDocument {
        /// The id.
        document: String,
    },
    /// No value at all.
    #[error("the answer has no values")]
    Empty,
    /// Another signer's certificate.
    #[error("{document:?} was prepared for another certificate than the answer's (SHA-256 {found})")]
    Certificate {
        /// The document.
        document: String,
        /// SHA-256 of the answer's first certificate, in hexadecimal digits; `none` if it cannot be read.
        found: String,
    },
}

impl ValuesError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::TooLong { .. } => Fault::Limit,
            _ => Fault::Signer,
        }
    }
}

/// Signing by carrying JSON there and back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    transaction_id: String,
    /// As [`requests_to_json`] wrote them.
    requests: String,
    documents: Vec<String>,
    /// SHA-256 of the certificate that each was prepared for, in hexadecimal digits.
    certificates: Vec<String>,
    /// The values, once they are there: document to base64.
    values: Option<BTreeMap<String, String>>,
    wrong: u8,
    complaint: Option<String>,
    ended: Option<End>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum End {
    Declined,
    Cancelled,
    TooOftenWrong,
}

impl Signing {
    /// Begins with documents of any kind and algorithm.
    ///
    /// # Errors
    /// [`BeginError::Empty`], [`BeginError::SameDocument`].
    pub fn begin(requests: &[SigningRequest], terms: &Terms) -> Result<Self, BeginError> {
        if requests.is_empty() {
            return Err(BeginError::Empty);
        }
        let mut ids = BTreeSet::new();
        for request in requests {
            if !ids.insert(request.document()) {
                return Err(BeginError::SameDocument { document: request.document().to_owned() });
            }
        }
        Ok(Self {
            transaction_id: terms.transaction_id.clone(),
            requests: requests_to_json(requests),
            documents: requests.iter().map(|request| request.document().to_owned()).collect(),
            certificates: requests.iter().map(|request| request.certificate_sha256().to_hex()).collect(),
            values: None,
            wrong: 0,
            complaint: None,
            ended: None,
        })
    }

    /// The requests, to be carried to the signer.
    #[must_use]
    pub fn requests(&self) -> &str {
        &self.requests
    }

    /// Takes the signer's answer.
    ///
    /// # Errors
    /// [`ValuesError`]; then nothing has changed.
    pub fn accept(&mut self, json: &str) -> Result<(), ValuesError> {
        if json.len() > LONGEST {
            return Err(ValuesError::TooLong { found: json.len() });
        }
        let json = json.trim_start_matches('\u{FEFF}');
        let answer: Values = serde_json::from_str(json)?;
        if answer.values.is_empty() {
            return Err(ValuesError::Empty);
        }
        if let Some(leaf) = answer.certificates.as_ref().and_then(|list| list.first()) {
            self.compare(leaf)?;
        }
        let known: BTreeSet<&str> = self.documents.iter().map(String::as_str).collect();
        let mut values = BTreeMap::new();
        for Value { document, signature } in answer.values {
            if !known.contains(document.as_str()) {
                return Err(ValuesError::UnknownDocument { document });
            }
            if values.insert(document.clone(), signature).is_some() {
                return Err(ValuesError::SameDocument { document });
            }
        }
        self.values = Some(values);
        self.complaint = None;
        Ok(())
    }

    fn compare(&self, leaf: &str) -> Result<(), ValuesError> {
        let text: String = leaf.chars().filter(|character| !character.is_ascii_whitespace()).collect();
        let digest = STANDARD.decode(text).map(|der| DigestAlgorithm::Sha256.hash(&der).to_hex());
        let found = digest.unwrap_or_else(|_| "none".to_owned());
        let mut pairs = self.documents.iter().zip(&self.certificates);
        match pairs.find(|(_, expected)| **expected != found) {
            Some((document, _)) => Err(ValuesError::Certificate { document: document.clone(), found }),
            None => Ok(()),
        }
    }

    fn outcomes(&self, values: &BTreeMap<String, String>) -> Vec<DocumentOutcome> {
        let outcome = |document: &String| {
            let result = match values.get(document).map(|text| text.trim()) {
                None | Some("") => DocumentResult::Missing,
                Some(text) => match SignatureValue::from_base64(text) {
                    Ok(value) => DocumentResult::Value(value),
                    Err(error) => DocumentResult::Unreadable { reason: error.to_string() },
                },
            };
            DocumentOutcome { document: document.clone(), result }
        };
        self.documents.iter().map(outcome).collect()
    }

    fn due(&self) -> Action<Vec<DocumentOutcome>> {
        if let Some(values) = &self.values {
            return Action::Done(self.outcomes(values));
        }
        if let Some(end) = self.ended {
            return Action::Failed(end.failure());
        }
        let mut input = Input::new(InputKind::Values { requests: self.requests.clone() });
        input.message.clone_from(&self.complaint);
        Action::NeedInput(input)
    }
}

impl End {
    fn failure(self) -> Failure {
        let call = "values";
        let failure = match self {
            Self::Declined => Failure::declined(SYSTEM, call, "the signer's answer"),
            Self::Cancelled => Failure::new(SYSTEM, call, "cancelled").fault(Fault::Caller),
            Self::TooOftenWrong => {
                Failure::new(SYSTEM, call, format!("{MOST_WRONG} answers could not be used"))
                    .retry(Retry::Never)
            }
        };
        // The signer may have signed without the values having come here.
        failure.outcome(Outcome::Unknown)
    }
}

impl Flow for Signing {
    type Done = Vec<DocumentOutcome>;

    fn step(&mut self, event: Event, _now: DateTime<Utc>) -> Action<Self::Done> {
        if self.values.is_some() || self.ended.is_some() {
            return self.due();
        }
        match event {
            Event::Input(Answer::Given(json)) => {
                if let Err(error) = self.accept(json.expose()) {
                    self.wrong = self.wrong.saturating_add(1);
                    self.complaint = Some(error.to_string());
                    if self.wrong >= MOST_WRONG {
                        self.ended = Some(End::TooOftenWrong);
                    }
                }
            }
            Event::Input(Answer::Declined) => self.ended = Some(End::Declined),
            Event::Cancelled => self.ended = Some(End::Cancelled),
            Event::Continue | Event::Response(_) | Event::Lost(_) | Event::Notified => {}
        }
        self.due()
    }

    fn to_json(&self) -> String {
        // Texts, numbers and lists: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn transaction_id(&self) -> Option<&str> {
        Some(&self.transaction_id)
    }

    fn documents(&self) -> &[String] {
        &self.documents
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::Secret;
    use crate::remote::csc::tests::requests;

    fn begun() -> Signing {
        Signing::begin(&requests(2), &Terms::new("t-1")).unwrap()
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn give(signing: &mut Signing, json: &str) -> Action<Vec<DocumentOutcome>> {
        signing.step(Event::Input(Answer::Given(Secret::new(json))), now())
    }

    #[test]
    fn requests_go_out_and_values_come_in() {
        let mut signing = begun();
        let Action::NeedInput(input) = signing.step(Event::Continue, now()) else { panic!("no question") };
        let InputKind::Values { requests } = input.kind else { panic!("another question") };
        let told: serde_json::Value = serde_json::from_str(&requests).unwrap();
        assert_eq!(told["requests"][1]["document"], "document-1");
        let mut signing: Signing = serde_json::from_str(&signing.to_json()).unwrap();
        let action = give(&mut signing, r#"{"values":[{"document":"document-1","signature":"AQID"}]}"#);
        let Action::Done(outcomes) = action else { panic!("not done: {action:?}") };
        assert_eq!(outcomes[0].result, DocumentResult::Missing);
        assert_eq!(outcomes[1].result, DocumentResult::Value(SignatureValue::from_bytes([1, 2, 3])));
        assert!(matches!(signing.step(Event::Cancelled, now()), Action::Done(_)));
    }

    #[test]
    fn answers_that_cannot_be_used_are_asked_for_again() {
        let mut signing = begun();
        for (json, says) in [
            ("nonsense", "not the JSON"),
            (r#"{"values":[]}"#, "no values"),
            (r#"{"values":[{"document":"x","signature":"AQID"}]}"#, "none of the documents"),
            (
                r#"{"values":[{"document":"document-0","signature":"AQ=="}],"certificates":["AQID"]}"#,
                "another",
            ),
        ] {
            let Action::NeedInput(input) = give(&mut signing, json) else { panic!("{json}") };
            assert!(input.message.unwrap().contains(says), "{json}");
        }
        let twice = r#"{"values":[{"document":"document-0","signature":"AQ=="},
            {"document":"document-0","signature":"AQ=="}]}"#;
        assert!(matches!(signing.accept(twice), Err(ValuesError::SameDocument { .. })));
        for _ in 0..10 {
            give(&mut signing, "{");
        }
        let Action::Failed(failure) = signing.step(Event::Continue, now()) else { panic!("asks for ever") };
        assert_eq!((failure.retry, failure.outcome), (Retry::Never, Outcome::Unknown));
    }

    #[test]
    fn the_same_document_twice_is_refused() {
        let one = requests(1);
        let twice = [one[0].clone(), one[0].clone()];
        let error = Signing::begin(&twice, &Terms::new("t")).unwrap_err();
        assert_eq!(error, BeginError::SameDocument { document: "document-0".into() });
        assert_eq!(Signing::begin(&[], &Terms::new("t")), Err(BeginError::Empty));
    }
}
