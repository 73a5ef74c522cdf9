//! What the keys of the sandbox sign, rightly or as the faults have it.

use std::num::NonZero;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::accounts::Holding;
use super::faults::Faults;
use crate::algorithm::{Digest, DigestAlgorithm, KeyKind, SignatureAlgorithm, Suite, SuiteError, ToBeSigned};
use crate::cms::{CmsError, SignedAttributes, assemble};
use crate::fault::Fault;
use crate::signer::{Signer as _, SignerError};

/// Documents that one thread signs at least: fewer are not worth a thread.
const WORTH_A_THREAD: usize = 4;
/// Threads that sign one transaction at most.
const MOST_THREADS: usize = 8;

/// A document to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document {
    /// Its id; empty in systems that go by order.
    pub doc_id: String,
    /// What to sign.
    pub digest: Digest,
}

impl Document {
    /// A document by its digest; the length tells the algorithm: 20, 32, 48 or 64 bytes.
    #[must_use]
    pub fn new(doc_id: impl Into<String>, digest: &[u8]) -> Option<Self> {
        let algorithm = match digest.len() {
            20 => DigestAlgorithm::Sha1,
            32 => DigestAlgorithm::Sha256,
            48 => DigestAlgorithm::Sha384,
            64 => DigestAlgorithm::Sha512,
            _ => return None,
        };
        Some(Self { doc_id: doc_id.into(), digest: Digest::from_bytes(algorithm, digest)? })
    }
}

/// A document's value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedDocument {
    /// The document's id.
    pub doc_id: String,
    /// The value in base64, as it goes out.
    pub value: String,
}

/// How ECDSA values are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EcdsaForm {
    /// A DER sequence of `r` and `s`.
    #[default]
    Der,
    /// `r` and `s` side by side.
    Raw,
}

/// What to sign, with which key, and how.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Order {
    /// Who asks, [`Provider::prefix`](super::Provider::prefix).
    pub provider: &'static str,
    /// Which key.
    pub credential_id: String,
    /// What.
    pub documents: Vec<Document>,
    /// The algorithm; none is the one of the key's type.
    pub algorithm: Option<SignatureAlgorithm>,
    /// How ECDSA values are written.
    pub ecdsa: EcdsaForm,
}

impl Order {
    /// With the algorithm of the key's type, ECDSA values in DER.
    #[must_use]
    pub fn new(provider: &'static str, credential_id: impl Into<String>, documents: Vec<Document>) -> Self {
        Self {
            provider,
            credential_id: credential_id.into(),
            documents,
            algorithm: None,
            ecdsa: EcdsaForm::Der,
        }
    }

    /// With this algorithm.
    #[must_use]
    pub const fn algorithm(mut self, algorithm: SignatureAlgorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// With ECDSA values in this form.
    #[must_use]
    pub const fn ecdsa(mut self, form: EcdsaForm) -> Self {
        self.ecdsa = form;
        self
    }
}

/// An order that cannot be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// No key has this id.
    #[error("there is no key {credential_id:?}")]
    UnknownCredential {
        /// What was asked for.
        credential_id: String,
    },
    /// The algorithm does not go with the key or with the digest.
    #[error("the key does not sign this way")]
    Suite(#[from] SuiteError),
    /// Signing failed.
    #[error("signing failed")]
    Signer(#[from] SignerError),
    /// The CMS that a fault asked for could not be made.
    #[error("no CMS could be made")]
    Cms(#[from] CmsError),
}

impl SignError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::UnknownCredential { .. } | Self::Suite(_) => Fault::Caller,
            Self::Signer(_) | Self::Cms(_) => Fault::Signer,
        }
    }
}

/// An order with the key that it is for.
pub(super) struct Work<'a> {
    pub(super) order: &'a Order,
    pub(super) holding: &'a Holding,
    /// Somebody else's key of the same type.
    pub(super) other: &'a Holding,
    /// The faults that strike this order; none strike when there are none.
    pub(super) faults: Faults,
}

impl Work<'_> {
    /// Whether every document can be signed this way.
    pub(super) fn check(&self) -> Result<(), SignError> {
        self.order.documents.iter().try_for_each(|one| self.suite(one.digest.algorithm()).map(|_| ()))
    }

    fn suite(&self, digest: DigestAlgorithm) -> Result<Suite, SignError> {
        let key = self.holding.chain.public_key();
        let algorithm = self.order.algorithm.unwrap_or_else(|| Suite::default_for(key).signature());
        // SHA-1 is what EFY still offers for XML: for_verification lets it through.
        Ok(Suite::for_verification(algorithm, digest, key)?)
    }

    /// All values, in the order of the documents but for the faults.
    pub(super) fn run(&self) -> Result<Vec<SignedDocument>, SignError> {
        let documents = self.order.documents.as_slice();
        let cores = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
        let share = documents.len().div_ceil(cores).max(WORTH_A_THREAD);
        let mut signed = if documents.len() <= share {
            self.part(documents)?
        } else {
            let parts = thread::scope(|scope| {
                let running: Vec<_> =
                    documents.chunks(share).map(|part| scope.spawn(|| self.part(part))).collect();
                running.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
            });
            let mut signed = Vec::with_capacity(documents.len());
            for (part, documents) in parts.into_iter().zip(documents.chunks(share)) {
                // A thread that died leaves its part to this one.
                signed.extend(part.unwrap_or_else(|_| self.part(documents))?);
            }
            signed
        };
        if self.faults.missing {
            signed.pop();
        }
        if self.faults.reorder && signed.len() > 1 {
            signed.rotate_left(1);
        }
        Ok(signed)
    }

    fn part(&self, documents: &[Document]) -> Result<Vec<SignedDocument>, SignError> {
        documents
            .iter()
            .map(|one| {
                let value = self.text(&self.value(&one.digest)?);
                Ok(SignedDocument { doc_id: one.doc_id.clone(), value })
            })
            .collect()
    }

    fn value(&self, asked: &Digest) -> Result<Vec<u8>, SignError> {
        let suite = self.suite(asked.algorithm())?;
        let key = if self.faults.wrong_key { &self.other.key } else { &self.holding.key };
        let digest = if self.faults.hash_of_hash { asked.algorithm().hash(asked.as_bytes()) } else { *asked };
        if self.faults.cms_instead_of_raw {
            let attributes = SignedAttributes::new(&digest, &self.holding.chain, suite, None)?;
            let hashed = digest.algorithm().hash(attributes.as_der());
            let value = self.stored(suite, key.sign(suite, ToBeSigned::Digest(&hashed))?);
            return Ok(assemble(&attributes, suite, &value, &self.holding.chain));
        }
        if self.faults.no_digest_info && self.holding.key_kind() == KeyKind::Rsa {
            return Ok(key.sign_without_digest_info(&digest)?);
        }
        let value = key.sign(suite, ToBeSigned::Digest(&digest))?;
        Ok(if self.order.ecdsa == EcdsaForm::Der { self.stored(suite, value) } else { value })
    }

    /// ECDSA in DER, anything else as it is.
    fn stored(&self, suite: Suite, value: Vec<u8>) -> Vec<u8> {
        self.holding.chain.public_key().stored_value(suite, &value).unwrap_or(value)
    }

    fn text(&self, value: &[u8]) -> String {
        let plain = STANDARD.encode(value);
        if !self.faults.crlf_in_base64 {
            return plain;
        }
        let mut text = String::with_capacity(plain.len().saturating_add(16));
        for (count, character) in plain.chars().enumerate() {
            if count > 0 && count % 76 == 0 {
                text.push_str("\r\n");
            }
            text.push(character);
        }
        text.push_str("\r\n");
        text
    }
}
