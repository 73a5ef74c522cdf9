//! The parameters of a call, read strictly.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{Reply, invalid};
use crate::algorithm::DigestAlgorithm;
use crate::sandbox::Incoming;

/// Hashes in one call, at most.
const MOST_HASHES: usize = 10_000;

/// The members of a call's body.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn read(request: &Incoming<'_>) -> Result<Self, Reply> {
        let kind = request.header("Content-Type").unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("application/json") {
            return Err(invalid("The Content-Type is not application/json"));
        }
        match serde_json::from_slice(request.body) {
            Ok(Value::Object(members)) => Ok(Self(members)),
            Ok(_) => Err(invalid("The body is not a JSON object")),
            Err(_) => Err(invalid("The body is not JSON")),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Reply> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(invalid(format!("Missing (or invalid type) string parameter {name}"))),
        }
    }

    pub(super) fn needed_text(&self, name: &str) -> Result<&str, Reply> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| invalid(format!("Missing (or invalid type) string parameter {name}")))
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Reply> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(_) => Err(invalid(format!("Invalid parameter {name}"))),
        }
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Reply> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(invalid(format!("Missing (or invalid type) integer parameter {name}"))),
            },
        }
    }

    /// A list of JSON objects.
    pub(super) fn objects(&self, name: &str) -> Result<Option<Vec<Self>>, Reply> {
        let wrong = || invalid(format!("Invalid object parameter {name}"));
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(list)) => list
                .iter()
                .map(|one| one.as_object().cloned().map(Self).ok_or_else(wrong))
                .collect::<Result<Vec<_>, _>>()
                .map(Some),
            Some(_) => Err(wrong()),
        }
    }

    /// A list of digests in base64.
    pub(super) fn hashes(&self, name: &str) -> Result<Option<Vec<Vec<u8>>>, Reply> {
        let list = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(invalid(format!("Missing (or invalid type) array parameter {name}"))),
        };
        if list.is_empty() {
            return Err(invalid("Empty hash array"));
        }
        if list.len() > MOST_HASHES {
            return Err(invalid("Too many hashes"));
        }
        let decode = |one: &Value| {
            let bytes = one.as_str().and_then(|text| STANDARD.decode(text).ok());
            bytes.ok_or_else(|| invalid("Invalid Base64 hash string parameter"))
        };
        list.iter().map(decode).collect::<Result<_, _>>().map(Some)
    }

    pub(super) fn needed_hashes(&self, name: &str) -> Result<Vec<Vec<u8>>, Reply> {
        let missing = || invalid(format!("Missing (or invalid type) array parameter {name}"));
        self.hashes(name)?.ok_or_else(missing)
    }
}

/// The digest algorithm of an object identifier; SHA-1 is refused.
pub(super) fn digest_of(oid: &str, name: &str) -> Result<DigestAlgorithm, Reply> {
    match oid {
        "2.16.840.1.101.3.4.2.1" => Ok(DigestAlgorithm::Sha256),
        "2.16.840.1.101.3.4.2.2" => Ok(DigestAlgorithm::Sha384),
        "2.16.840.1.101.3.4.2.3" => Ok(DigestAlgorithm::Sha512),
        _ => Err(invalid(format!("Invalid parameter {name}"))),
    }
}

/// Every hash must be as long as its algorithm says, or as any of them when it is not known.
pub(super) fn check_lengths(hashes: &[Vec<u8>], algorithm: Option<DigestAlgorithm>) -> Result<(), Reply> {
    let fits = |hash: &Vec<u8>| match algorithm {
        Some(algorithm) => hash.len() == algorithm.len(),
        None => matches!(hash.len(), 32 | 48 | 64),
    };
    if hashes.iter().all(fits) { Ok(()) } else { Err(invalid("Invalid digest value length")) }
}
