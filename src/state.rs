//! What stays while the signer signs: everything but the document and secrets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::Sha256;

use crate::algorithm::{Digest, DigestAlgorithm};
use crate::fault::Fault;
use crate::limits::Limits;
use crate::request::ServiceKind;

/// The version of the state's form that this crate writes and reads.
const VERSION: u32 = 1;

/// The shortest key that seals a state, in bytes.
const SHORTEST_KEY: usize = 16;

/// A prepared signature at rest: store it, and resume from it in another process.
///
/// It holds what will be put into the document (the appended revision of a PDF, the Signature element of
/// an XML document), what is signed (the signed attributes, the canonical SignedInfo), the certificate
/// chain and what binds them to the input: its length and digest. It does not hold the document, a
/// password or a key. A hash over its exact serialised bytes catches accidents; against others who can
/// write to the storage, use [`State::seal`] and [`State::open`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub(crate) body: Body,
}

/// What kind of document a state is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DocumentFormat {
    /// PDF.
    Pdf,
    /// XML.
    Xml,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "format", rename_all = "lowercase")]
pub(crate) enum Body {
    Pdf(Box<PdfBody>),
    Xml(Box<XmlBody>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PdfBody {
    pub(crate) service: Service,
    pub(crate) document: String,
    pub(crate) input_length: u64,
    pub(crate) input_digest: Hex,
    pub(crate) signature_algorithm: String,
    pub(crate) digest_algorithm: String,
    pub(crate) subfilter: String,
    pub(crate) chain: Vec<Base64>,
    pub(crate) revision_head: Base64,
    pub(crate) gap: u64,
    pub(crate) revision_tail: Base64,
    pub(crate) signature_object: (u32, u16),
    pub(crate) byte_range_digest: Hex,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signed_attributes: Option<Base64>,
}

/// Offsets are bytes of the input; texts are UTF-8, whatever its encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct XmlBody {
    pub(crate) document: String,
    pub(crate) input_length: u64,
    /// SHA-256.
    pub(crate) input_digest: Hex,
    pub(crate) signature_algorithm: String,
    pub(crate) digest_algorithm: String,
    pub(crate) chain: Vec<Base64>,
    /// The signature up to its value, from behind its value, and behind an enveloped document.
    pub(crate) head: String,
    pub(crate) tail: String,
    pub(crate) end: String,
    pub(crate) at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) opened: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) behind: Option<u64>,
    pub(crate) encoding: String,
    /// Prefixes and namespaces in scope where the signature stands; `xml:` attributes there.
    pub(crate) namespaces: Vec<(String, String)>,
    pub(crate) inherited: Vec<(String, String)>,
    /// The canonical octets.
    pub(crate) signed_info: Base64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Service {
    Raw,
    Cms,
}

impl From<Service> for ServiceKind {
    fn from(service: Service) -> Self {
        match service {
            Service::Raw => Self::Raw,
            Service::Cms => Self::Cms,
        }
    }
}

/// Bytes that stand in JSON as padded base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Base64(pub(crate) Vec<u8>);

impl From<Base64> for String {
    fn from(bytes: Base64) -> Self {
        STANDARD.encode(bytes.0)
    }
}

impl TryFrom<String> for Base64 {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        STANDARD.decode(text).map(Self)
    }
}

/// Bytes that stand in JSON as lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Hex(pub(crate) Vec<u8>);

impl Hex {
    pub(crate) fn digest(&self, algorithm: DigestAlgorithm) -> Option<Digest> {
        Digest::from_bytes(algorithm, &self.0)
    }
}

impl From<Digest> for Hex {
    fn from(digest: Digest) -> Self {
        Self(digest.as_bytes().to_vec())
    }
}

impl From<Hex> for String {
    fn from(hex: Hex) -> Self {
        hex.0.iter().fold(Self::new(), |text, byte| text + &format!("{byte:02x}"))
    }
}

impl TryFrom<String> for Hex {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err("lower-case hex digits expected"),
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if !rest.is_empty() {
            return Err("an even number of hex digits expected");
        }
        pairs
            .iter()
            .map(|[high, low]| Ok(digit(*high)? << 4 | digit(*low)?))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// Why a stored state cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Not the JSON of a state.
    #[error("this is no state of a prepared signature")]
    Malformed(#[source] serde_json::Error),
    /// Longer than [`Limits::state_bytes`].
    #[error("the state has {found} bytes; the limit is {limit}")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
        /// Bytes there are.
        found: usize,
    },
    /// Written in a form of another version.
    #[error("the state is of version {found}; this program reads version {VERSION}")]
    Version {
        /// The version it names.
        found: u32,
    },
    /// The state is not as it was written.
    #[error("the state was changed after it was written")]
    Changed,
    /// The seal does not fit the key and the state.
    #[error("the seal of the state does not verify: another key, or the state was changed")]
    Seal,
    /// A key that is too short to seal with.
    #[error("a key of {found} bytes cannot seal a state; {SHORTEST_KEY} is the least")]
    KeyTooShort {
        /// Its length in bytes.
        found: usize,
    },
}

impl StateError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::TooLong { .. } => Fault::Limit,
            _ => Fault::Caller,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    kyso_state: u32,
    sha256: String,
    #[serde(borrow)]
    state: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedEnvelope<'a> {
    kyso_sealed_state: u32,
    hmac_sha256: Hex,
    #[serde(borrow)]
    state: &'a RawValue,
}

impl State {
    /// What kind of service it waits for.
    #[must_use]
    pub fn service(&self) -> ServiceKind {
        match &self.body {
            Body::Pdf(body) => body.service.into(),
            Body::Xml(_) => ServiceKind::Raw,
        }
    }

    /// What kind of document it is of.
    #[must_use]
    pub const fn format(&self) -> DocumentFormat {
        match &self.body {
            Body::Pdf(_) => DocumentFormat::Pdf,
            Body::Xml(_) => DocumentFormat::Xml,
        }
    }

    /// The document's id, as the caller gave it.
    #[must_use]
    pub fn document(&self) -> &str {
        match &self.body {
            Body::Pdf(body) => &body.document,
            Body::Xml(body) => &body.document,
        }
    }

    /// Length of the input in bytes.
    #[must_use]
    pub const fn input_length(&self) -> u64 {
        match &self.body {
            Body::Pdf(body) => body.input_length,
            Body::Xml(body) => body.input_length,
        }
    }

    /// The state as JSON: a version, a SHA-256, and the state itself, whose exact bytes are hashed.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and numbers only: there is nothing in it that could fail to be written.
        let state = serde_json::to_string(&self.body).unwrap_or_default();
        let hash = DigestAlgorithm::Sha256.hash(state.as_bytes()).to_hex();
        format!(r#"{{"kyso_state":{VERSION},"sha256":"{hash}","state":{state}}}"#)
    }

    /// Reads what [`State::to_json`] wrote, under the default limits.
    ///
    /// # Errors
    /// As for [`State::from_json_within`].
    pub fn from_json(json: &str) -> Result<Self, StateError> {
        Self::from_json_within(json, &Limits::default())
    }

    /// Reads what [`State::to_json`] wrote.
    ///
    /// # Errors
    /// [`StateError`] when it is longer than the limit, not a state, of another version, or changed by as
    /// little as a byte.
    pub fn from_json_within(json: &str, limits: &Limits) -> Result<Self, StateError> {
        let json = json.trim_end_matches(['\r', '\n']);
        if json.len() > limits.state_bytes {
            return Err(StateError::TooLong { limit: limits.state_bytes, found: json.len() });
        }
        let envelope: Envelope<'_> = serde_json::from_str(json).map_err(StateError::Malformed)?;
        if envelope.kyso_state != VERSION {
            return Err(StateError::Version { found: envelope.kyso_state });
        }
        let hash = DigestAlgorithm::Sha256.hash(envelope.state.get().as_bytes()).to_hex();
        if hash != envelope.sha256 {
            return Err(StateError::Changed);
        }
        let body = serde_json::from_str(envelope.state.get()).map_err(StateError::Malformed)?;
        let state = Self { body };
        // Every byte counts, those between the envelope's members too.
        if state.to_json() == json { Ok(state) } else { Err(StateError::Changed) }
    }

    /// The state as JSON with an HMAC-SHA-256 under `key` (at least 16 bytes, secret and random), for
    /// storage that others can write to.
    ///
    /// # Errors
    /// [`StateError::KeyTooShort`].
    pub fn seal(&self, key: &[u8]) -> Result<String, StateError> {
        let state = self.to_json();
        let seal: String = Hex(mac(key, &state)?.finalize().into_bytes().to_vec()).into();
        Ok(format!(r#"{{"kyso_sealed_state":{VERSION},"hmac_sha256":"{seal}","state":{state}}}"#))
    }

    /// Opens what [`State::seal`] wrote.
    ///
    /// # Errors
    /// [`StateError::Seal`] when the key is another or anything was changed; else as for
    /// [`State::from_json`].
    pub fn open(key: &[u8], json: &str) -> Result<Self, StateError> {
        let envelope: SealedEnvelope<'_> = serde_json::from_str(json).map_err(StateError::Malformed)?;
        if envelope.kyso_sealed_state != VERSION {
            return Err(StateError::Version { found: envelope.kyso_sealed_state });
        }
        // Compared in constant time.
        mac(key, envelope.state.get())?
            .verify_slice(&envelope.hmac_sha256.0)
            .map_err(|_| StateError::Seal)?;
        Self::from_json(envelope.state.get())
    }
}

fn mac(key: &[u8], state: &str) -> Result<Hmac<Sha256>, StateError> {
    let too_short = StateError::KeyTooShort { found: key.len() };
    if key.len() < SHORTEST_KEY {
        return Err(too_short);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| too_short)?;
    mac.update(b"kyso sealed state\0");
    mac.update(state.as_bytes());
    Ok(mac)
}
