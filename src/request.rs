//! What leaves for the signer, and what comes back.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::algorithm::{Digest, Suite, ToBeSigned};

/// What kind of service a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceKind {
    /// Returns a raw signature value over the digest of the signed attributes.
    Raw,
    /// Returns a whole CMS over the digest of the document's bytes.
    Cms,
}

impl ServiceKind {
    /// `raw` or `cms`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Cms => "cms",
        }
    }

    /// The kind of this [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Raw, Self::Cms].into_iter().find(|kind| kind.name() == name)
    }
}

/// What one document needs signed: send it to the signer, in whatever form the service takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningRequest {
    document: String,
    kind: ServiceKind,
    suite: Suite,
    payload: Payload,
    certificate_sha256: Digest,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    Digest(Digest),
    Message(Vec<u8>),
}

impl Payload {
    pub(crate) fn to_be_signed(&self) -> ToBeSigned<'_> {
        match self {
            Self::Digest(digest) => ToBeSigned::Digest(digest),
            Self::Message(message) => ToBeSigned::Message(message),
        }
    }
}

impl SigningRequest {
    pub(crate) const fn new(
        document: String,
        kind: ServiceKind,
        suite: Suite,
        payload: Payload,
        certificate_sha256: Digest,
    ) -> Self {
        Self { document, kind, suite, payload, certificate_sha256 }
    }

    /// The document's id, as the caller gave it.
    #[must_use]
    pub fn document(&self) -> &str {
        &self.document
    }

    /// What kind of service it is for.
    #[must_use]
    pub const fn kind(&self) -> ServiceKind {
        self.kind
    }

    /// The algorithms that the value must be made with.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The digest to be signed. None for Ed25519 with a raw service, which signs the bytes themselves.
    #[must_use]
    pub const fn digest(&self) -> Option<&Digest> {
        match &self.payload {
            Payload::Digest(digest) => Some(digest),
            Payload::Message(_) => None,
        }
    }

    /// The digest in lower-case hex digits.
    #[must_use]
    pub fn digest_hex(&self) -> Option<String> {
        self.digest().map(Digest::to_hex)
    }

    /// The digest in padded base64.
    #[must_use]
    pub fn digest_base64(&self) -> Option<String> {
        self.digest().map(Digest::to_base64)
    }

    /// The bytes to be signed, where a digest does not do (Ed25519, RFC 8419): the DER of the signed
    /// attributes with tag 0x31.
    #[must_use]
    pub fn message(&self) -> Option<&[u8]> {
        match &self.payload {
            Payload::Digest(_) => None,
            Payload::Message(message) => Some(message),
        }
    }

    /// What the signer signs.
    #[must_use]
    pub fn to_be_signed(&self) -> ToBeSigned<'_> {
        self.payload.to_be_signed()
    }

    /// SHA-256 of the certificate whose key must sign.
    #[must_use]
    pub const fn certificate_sha256(&self) -> &Digest {
        &self.certificate_sha256
    }
}

impl fmt::Display for SigningRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let algorithm = self.suite.signature().name();
        match &self.payload {
            Payload::Digest(digest) => {
                write!(f, "{}: {algorithm}, {} {}", self.document, digest.algorithm().name(), digest.to_hex())
            }
            Payload::Message(message) => {
                write!(f, "{}: {algorithm}, {} bytes to be signed", self.document, message.len())
            }
        }
    }
}

#[derive(Serialize)]
struct RequestJson<'a> {
    document: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest_algorithm: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest_hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_be_signed_base64: Option<String>,
    signature_algorithm: &'static str,
    certificate_sha256: String,
}

/// All requests of a batch as one JSON text: `{"version":1,"requests":[…]}`.
///
/// Algorithms are spelt as on the command line, hex is lower-case, base64 padded.
#[must_use]
pub fn requests_to_json<'a>(requests: impl IntoIterator<Item = &'a SigningRequest>) -> String {
    let requests: Vec<RequestJson<'_>> = requests
        .into_iter()
        .map(|request| RequestJson {
            document: &request.document,
            kind: request.kind.name(),
            digest_algorithm: request.digest().map(|digest| digest.algorithm().name()),
            digest_hex: request.digest_hex(),
            digest_base64: request.digest_base64(),
            to_be_signed_base64: request.message().map(|message| STANDARD.encode(message)),
            signature_algorithm: request.suite.signature().name(),
            certificate_sha256: request.certificate_sha256.to_hex(),
        })
        .collect();
    // Strings and numbers only: there is nothing in it that could fail to be written.
    serde_json::to_string(&RequestsJson { version: 1, requests }).unwrap_or_default()
}

#[derive(Serialize)]
struct RequestsJson<'a> {
    version: u32,
    requests: Vec<RequestJson<'a>>,
}

/// What a signer returned, unverified: only `accept` makes something of it that can be embedded.
#[derive(Clone, PartialEq, Eq)]
pub struct SignatureValue(Vec<u8>);

/// Text that is no base64.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature value is not base64: {0}")]
pub struct Base64Error(#[from] base64::DecodeError);

impl SignatureValue {
    /// From the bytes of the value: RSA, ECDSA as r‖s or DER, Ed25519, or a whole CMS.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// From base64: white space is passed over, everything else is strict.
    ///
    /// # Errors
    /// When a character is not of the alphabet, or the padding is wrong.
    pub fn from_base64(text: &str) -> Result<Self, Base64Error> {
        let text: String = text.chars().filter(|character| !character.is_ascii_whitespace()).collect();
        Ok(Self(STANDARD.decode(text)?))
    }

    /// From the contents of a file: base64 if all of it is, the bytes themselves otherwise.
    #[must_use]
    pub fn from_file_contents(bytes: Vec<u8>) -> Self {
        let text = std::str::from_utf8(&bytes).ok().filter(|text| !text.trim_ascii().is_empty());
        text.and_then(|text| Self::from_base64(text).ok()).unwrap_or(Self(bytes))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SignatureValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignatureValue({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::DigestAlgorithm;

    #[test]
    fn base64_is_strict_but_for_white_space() {
        assert_eq!(SignatureValue::from_base64("AQ\r\nID\n").unwrap().as_bytes(), [1, 2, 3]);
        assert!(SignatureValue::from_base64("AQI").is_err());
        assert!(SignatureValue::from_base64("AQ!D").is_err());
        assert_eq!(SignatureValue::from_file_contents(vec![0x30, 0x80]).as_bytes(), [0x30, 0x80]);
        assert_eq!(SignatureValue::from_file_contents(b"AQID\n".to_vec()).as_bytes(), [1, 2, 3]);
    }

    #[test]
    fn kinds_have_names() {
        assert_eq!(ServiceKind::from_name("cms"), Some(ServiceKind::Cms));
        assert_eq!(ServiceKind::from_name("CMS"), None);
        assert_eq!(DigestAlgorithm::Sha256.name(), "sha256");
    }
}
