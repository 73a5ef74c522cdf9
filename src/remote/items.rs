//! What a transaction signs: the requests of its documents, as the state keeps them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::System;
use super::failure::{Failure, Outcome};
use super::flow::{DocumentOutcome, DocumentResult};
use crate::algorithm::{Digest, DigestAlgorithm, SignatureAlgorithm, hex_bytes};
use crate::fault::Fault;
use crate::request::{ServiceKind, SignatureValue, SigningRequest};

/// Why a transaction cannot begin with these requests.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BeginError {
    /// Nothing to sign.
    #[error("there is no request to sign")]
    Empty,
    /// More documents than one transaction takes.
    #[error("{found} documents, and one transaction of {system} takes {most}")]
    TooMany {
        /// The system.
        system: System,
        /// How many it takes.
        most: usize,
        /// How many there are.
        found: usize,
    },
    /// Two documents with one id: their values could not be told apart.
    #[error("two documents have the id {document:?}")]
    SameDocument {
        /// The id.
        document: String,
    },
    /// The service does not return what the document was prepared for.
    #[error("{document}: prepared for a service that returns {found}, and {system} returns {expected}")]
    Kind {
        /// The document.
        document: String,
        /// The system.
        system: System,
        /// What it returns.
        expected: &'static str,
        /// What was prepared for.
        found: &'static str,
    },
    /// Algorithms that the service does not sign with.
    #[error("{document}: {system} does not sign with {algorithm}")]
    Algorithm {
        /// The document.
        document: String,
        /// The system.
        system: System,
        /// The signature algorithm and digest.
        algorithm: String,
    },
    /// Requests of one transaction with different algorithms or certificates.
    #[error("{document}: not the same algorithms and certificate as the first document of the transaction")]
    Mixed {
        /// The document that differs.
        document: String,
    },
    /// Something that the service or the credential must have and has not.
    #[error("{system} needs {what}")]
    Incomplete {
        /// The system.
        system: System,
        /// What is missing.
        what: &'static str,
    },
}

impl BeginError {
    /// Whose fault it is: the caller's.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        Fault::Caller
    }
}

/// One document of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Item {
    pub(crate) document: String,
    /// Lower-case hexadecimal digits.
    digest: String,
}

/// The documents of a transaction: at least one, different ids, the same algorithms and certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Items {
    signature_algorithm: String,
    digest_algorithm: String,
    /// SHA-256 of the certificate, lower-case hexadecimal digits.
    certificate_sha256: String,
    items: Vec<Item>,
}

impl Items {
    /// Takes the requests for a system that returns `kind`, signs with `algorithms`, and takes at most
    /// `most` documents in a transaction.
    pub(crate) fn new(
        system: System,
        kind: ServiceKind,
        algorithms: &[SignatureAlgorithm],
        most: usize,
        requests: &[SigningRequest],
    ) -> Result<Self, BeginError> {
        let first = requests.first().ok_or(BeginError::Empty)?;
        if requests.len() > most {
            return Err(BeginError::TooMany { system, most, found: requests.len() });
        }
        let mut ids = BTreeSet::new();
        let item = |request: &SigningRequest| {
            let document = request.document().to_owned();
            if !ids.insert(document.clone()) {
                return Err(BeginError::SameDocument { document });
            }
            if request.kind() != kind {
                let told = |kind| if kind == ServiceKind::Raw { "raw values" } else { "a whole CMS" };
                let (expected, found) = (told(kind), told(request.kind()));
                return Err(BeginError::Kind { document, system, expected, found });
            }
            let algorithm = || BeginError::Algorithm {
                document: document.clone(),
                system,
                algorithm: request.suite().to_string(),
            };
            if !algorithms.contains(&request.suite().signature()) {
                return Err(algorithm());
            }
            let digest = request.digest_hex().ok_or_else(algorithm)?;
            if request.suite() != first.suite() || request.certificate_sha256() != first.certificate_sha256()
            {
                return Err(BeginError::Mixed { document });
            }
            Ok(Item { document, digest })
        };
        Ok(Self {
            signature_algorithm: first.suite().signature().name().to_owned(),
            digest_algorithm: first.suite().digest().name().to_owned(),
            certificate_sha256: first.certificate_sha256().to_hex(),
            items: requests.iter().map(item).collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Item> {
        self.items.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// `None` in a state that was tampered with.
    pub(crate) fn digest_algorithm(&self) -> Option<DigestAlgorithm> {
        DigestAlgorithm::from_name(&self.digest_algorithm)
    }

    pub(crate) fn signature_algorithm(&self) -> Option<SignatureAlgorithm> {
        SignatureAlgorithm::from_name(&self.signature_algorithm)
    }

    /// SHA-256 of the chosen certificate, lower-case hexadecimal digits.
    pub(crate) fn certificate_sha256(&self) -> &str {
        &self.certificate_sha256
    }

    /// The digests in lower-case hexadecimal digits, in the order of the documents.
    pub(crate) fn hex(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|item| item.digest.as_str())
    }

    /// The digests' bytes; what is not hexadecimal (a state that was tampered with) is left out.
    pub(crate) fn digests(&self) -> impl Iterator<Item = Vec<u8>> {
        self.items.iter().filter_map(|item| hex_bytes(item.digest.as_bytes()))
    }

    /// The digests in padded base64.
    pub(crate) fn base64(&self) -> impl Iterator<Item = String> {
        let algorithm = self.digest_algorithm();
        self.digests().filter_map(move |bytes| Some(Digest::from_bytes(algorithm?, &bytes)?.to_base64()))
    }

    /// The outcomes when values come back under the documents' ids. `value_of` gives the base64 text.
    pub(crate) fn outcomes_by_id<'v>(
        &self,
        value_of: impl Fn(&str) -> Option<&'v str>,
    ) -> Vec<DocumentOutcome> {
        self.items.iter().map(|item| outcome(&item.document, value_of(&item.document))).collect()
    }

    /// The outcomes when values come back in the order of the documents. With another number of values
    /// than of documents nobody knows which is whose: `None`.
    pub(crate) fn outcomes_by_index(&self, values: &[String]) -> Option<Vec<DocumentOutcome>> {
        let pairs = self.items.iter().zip(values);
        (values.len() == self.items.len())
            .then(|| pairs.map(|(item, value)| outcome(&item.document, Some(value))).collect())
    }

    /// The outcomes when only the first documents have their values.
    pub(crate) fn outcomes_so_far(&self, values: &[String]) -> Vec<DocumentOutcome> {
        let values = values.iter().map(|value| Some(value.as_str())).chain(std::iter::repeat(None));
        self.items.iter().zip(values).map(|(item, value)| outcome(&item.document, value)).collect()
    }

    /// The same when it failed over the documents after them, up to the one with the number `until`: those
    /// may have values that nobody knows, and what comes behind them was not sent.
    pub(crate) fn outcomes_after(
        &self,
        failure: &Failure,
        values: &[String],
        until: usize,
    ) -> Vec<DocumentOutcome> {
        let mut outcomes = self.outcomes_so_far(values);
        for (number, outcome) in outcomes.iter_mut().enumerate().skip(values.len()) {
            let (code, message) = (failure.code.clone(), failure.message.clone());
            outcome.result = match failure.outcome {
                Outcome::Unknown if number < until => DocumentResult::Unknown { message },
                Outcome::Unknown => DocumentResult::NotSigned { message },
                // Nobody refused: the service was not reached, or whoever asked gave it up.
                Outcome::Known if code.is_none() => DocumentResult::NotSigned { message },
                Outcome::Known => DocumentResult::Rejected { code, message },
            };
        }
        outcomes
    }
}

fn outcome(document: &str, value: Option<&str>) -> DocumentOutcome {
    let result = match value.map(str::trim) {
        None | Some("") => DocumentResult::Missing,
        Some(text) => match SignatureValue::from_base64(text) {
            Ok(value) => DocumentResult::Value(value),
            Err(error) => DocumentResult::Unreadable { reason: error.to_string() },
        },
    };
    DocumentOutcome { document: document.to_owned(), result }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::{PublicKey, Suite};
    use crate::request::Payload;

    fn key(name: &str) -> PublicKey {
        let pem = std::fs::read(format!("{}/testdata/keys/{name}-chain.pem", env!("CARGO_MANIFEST_DIR")));
        crate::certificate::Chain::from_pem(&pem.unwrap()).unwrap().public_key().clone()
    }

    fn request(document: &str, kind: ServiceKind, key: &PublicKey, certificate: &[u8]) -> SigningRequest {
        let suite = Suite::default_for(key);
        let payload = match suite.signature() {
            SignatureAlgorithm::Ed25519 => Payload::Message(document.into()),
            _ => Payload::Digest(suite.digest().hash(document.as_bytes())),
        };
        SigningRequest::new(
            document.to_owned(),
            kind,
            suite,
            payload,
            DigestAlgorithm::Sha256.hash(certificate),
        )
    }

    fn items(requests: &[SigningRequest]) -> Result<Items, BeginError> {
        Items::new(System::Csc, ServiceKind::Raw, &[SignatureAlgorithm::RsaPkcs1], 3, requests)
    }

    #[test]
    fn what_a_transaction_cannot_sign_together_is_refused() {
        let rsa = key("rsa2048");
        let raw = |name: &str| request(name, ServiceKind::Raw, &rsa, b"one");
        assert_eq!(items(&[]), Err(BeginError::Empty));
        assert!(items(&[raw("a"), raw("b"), raw("c")]).is_ok());
        let many: Vec<_> = ["a", "b", "c", "d"].map(raw).to_vec();
        assert_eq!(items(&many), Err(BeginError::TooMany { system: System::Csc, most: 3, found: 4 }));
        let twice = items(&[raw("a"), raw("a")]);
        assert_eq!(twice, Err(BeginError::SameDocument { document: "a".into() }));
        let cms = items(&[raw("a"), request("b", ServiceKind::Cms, &rsa, b"one")]);
        assert!(matches!(cms, Err(BeginError::Kind { ref document, .. }) if document == "b"), "{cms:?}");
        let other = items(&[raw("a"), request("b", ServiceKind::Raw, &rsa, b"two")]);
        assert_eq!(other, Err(BeginError::Mixed { document: "b".into() }));
        for kind in ["p256", "ed25519"] {
            let foreign = items(&[request("a", ServiceKind::Raw, &key(kind), b"one")]);
            assert!(matches!(foreign, Err(BeginError::Algorithm { .. })), "{foreign:?}");
        }
    }

    #[test]
    fn values_go_to_the_documents_they_came_for() {
        let rsa = key("rsa2048");
        let raw = |name: &str| request(name, ServiceKind::Raw, &rsa, b"one");
        let items = items(&[raw("a"), raw("b"), raw("c")]).unwrap();
        let results = |outcomes: Vec<DocumentOutcome>| -> Vec<_> {
            outcomes.into_iter().map(|outcome| (outcome.document, outcome.result)).collect()
        };
        let value = |bytes: &[u8]| DocumentResult::Value(SignatureValue::from_bytes(bytes));
        let by_id = items.outcomes_by_id(|id| match id {
            "a" => Some("AQ\r\n=="),
            "b" => Some(" "),
            _ => None,
        });
        let expected = [("a", value(&[1])), ("b", DocumentResult::Missing), ("c", DocumentResult::Missing)];
        assert_eq!(results(by_id), expected.map(|(id, result)| (id.to_owned(), result)));
        let texts = ["AQ==", "Ag==", "!"].map(str::to_owned);
        let by_index = results(items.outcomes_by_index(&texts).unwrap());
        assert_eq!(by_index[1], ("b".to_owned(), value(&[2])));
        assert!(matches!(by_index[2].1, DocumentResult::Unreadable { .. }));
        assert_eq!(items.outcomes_by_index(&texts[..2]), None, "nobody knows whose values these are");
    }

    #[test]
    fn digests_are_given_in_every_form() {
        let rsa = key("rsa2048");
        let items = items(&[request("a", ServiceKind::Raw, &rsa, b"one")]).unwrap();
        let digest = DigestAlgorithm::Sha256.hash(b"a");
        assert_eq!(items.hex().collect::<Vec<_>>(), [digest.to_hex()]);
        assert_eq!(items.base64().collect::<Vec<_>>(), [digest.to_base64()]);
        assert_eq!(items.digests().collect::<Vec<_>>(), [digest.as_bytes().to_vec()]);
        let stored = serde_json::to_string(&items).unwrap();
        assert_eq!(serde_json::from_str::<Items>(&stored).unwrap(), items);
    }

    #[test]
    fn what_failed_says_so_of_each_document() {
        let rsa = key("rsa2048");
        let three = ["a", "b", "c"].map(|name| request(name, ServiceKind::Raw, &rsa, b"one"));
        let items = items(&three).unwrap();
        let values = ["AQID".to_owned()];
        let results = |failure: &Failure| {
            let outcomes = items.outcomes_after(failure, &values, 2);
            assert!(outcomes.iter().map(|outcome| &*outcome.document).eq(["a", "b", "c"]));
            assert_eq!(outcomes[0].result, DocumentResult::Value(SignatureValue::from_bytes([1, 2, 3])));
            outcomes[1..].iter().map(|outcome| outcome.result.clone()).collect::<Vec<_>>()
        };
        let message = || "no".to_owned();
        let failure = Failure::new(System::Csc, "sign", message());
        let not_signed = DocumentResult::NotSigned { message: message() };
        assert_eq!(results(&failure), [not_signed.clone(), not_signed.clone()]);
        let unknown = DocumentResult::Unknown { message: message() };
        assert_eq!(results(&failure.clone().outcome(Outcome::Unknown)), [unknown, not_signed]);
        let rejected = DocumentResult::Rejected { code: Some("5".to_owned()), message: message() };
        assert_eq!(results(&failure.code(5)), [rejected.clone(), rejected]);
        let missing = items.outcomes_so_far(&values).pop().unwrap().result;
        assert_eq!(missing, DocumentResult::Missing);
    }
}
