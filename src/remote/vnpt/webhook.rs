//! What the service posts to the relying party when a transaction ends (3.5).
//!
//! A notification carries no authentication: whoever knows the address can post one. It is therefore a hint
//! that asking now may be worth while ([`Event::Notified`](crate::remote::Event::Notified)), and nothing
//! else of it is used, least of all the values.

use serde::Deserialize;
use serde_json::Value;

use crate::fault::Fault;

/// The most bytes of a notification: some thousand documents' values fit in.
pub const MOST_BYTES: usize = 4 * 1024 * 1024;

/// The most characters of an id.
const MOST_CHARACTERS: usize = 128;

/// A hint that a transaction has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notification {
    /// The relying party's id of the transaction. The document calls it optional: without it, every
    /// transaction that waits may be meant.
    pub transaction_id: Option<String>,
    /// The relying party's id with the service.
    pub sp_id: Option<String>,
}

/// A body that is no notification.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotificationError {
    /// Longer than [`MOST_BYTES`].
    #[error("the notification has {bytes} bytes, and may have {MOST_BYTES}")]
    TooLong {
        /// How many it has.
        bytes: usize,
    },
    /// Not a JSON object.
    #[error("the notification is not a JSON object")]
    Json(#[from] serde_json::Error),
    /// An id that is no id: too long, empty, or with control characters.
    #[error("the notification's {field} is not 1 to {MOST_CHARACTERS} printable characters")]
    Id {
        /// `transaction_id` or `sp_id`.
        field: &'static str,
    },
}

impl NotificationError {
    /// Whose fault it is: the sender's, or a limit's.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::TooLong { .. } => Fault::Limit,
            Self::Json(_) | Self::Id { .. } => Fault::Signer,
        }
    }
}

/// The two members that are looked at, whatever they are.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    transaction_id: Value,
    #[serde(default)]
    sp_id: Value,
}

/// Reads the body of a notification.
///
/// # Errors
/// When it is longer than [`MOST_BYTES`], no JSON object, or an id in it is none.
pub fn parse(body: &[u8]) -> Result<Notification, NotificationError> {
    if body.len() > MOST_BYTES {
        return Err(NotificationError::TooLong { bytes: body.len() });
    }
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    if body.trim_ascii_start().first() != Some(&b'{') {
        // The error of whatever else it is: an empty body, a list, text.
        serde_json::from_slice::<std::collections::BTreeMap<String, serde::de::IgnoredAny>>(body)?;
    }
    let body: Body = serde_json::from_slice(body)?;
    Ok(Notification {
        transaction_id: id(body.transaction_id, "transaction_id")?,
        sp_id: id(body.sp_id, "sp_id")?,
    })
}

fn id(value: Value, field: &'static str) -> Result<Option<String>, NotificationError> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => return Err(NotificationError::Id { field }),
    };
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARACTERS || text.chars().any(char::is_control) {
        return Err(NotificationError::Id { field });
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_ids_are_taken() {
        let body = br#"{"sp_id":"rp-1","status_code":200,"message":"SUCCESS","transaction_id":"SP_CA_1",
            "signed_files":[{"doc_id":"a","signature_value":"AQID","timestamp_signature":""}]}"#;
        let found = parse(body).unwrap();
        assert_eq!(found.transaction_id.as_deref(), Some("SP_CA_1"));
        assert_eq!(found.sp_id.as_deref(), Some("rp-1"));
        assert_eq!(parse(b"{}").unwrap(), Notification { transaction_id: None, sp_id: None });
        assert_eq!(parse(b" {\"transaction_id\": 7}").unwrap().transaction_id.as_deref(), Some("7"));
    }

    #[test]
    fn everything_else_is_an_error() {
        for body in [&b""[..], b"[]", b"null", b"\"a\"", b"{", b"{} {}", b"\xFF"] {
            assert!(matches!(parse(body), Err(NotificationError::Json(_))), "{body:?}");
        }
        for id in ["\"\"", "{}", "[1]", "true", "\"a\\nb\""] {
            let error = parse(format!("{{\"transaction_id\":{id}}}").as_bytes()).unwrap_err();
            assert!(matches!(error, NotificationError::Id { field: "transaction_id" }), "{error}");
            assert_eq!(error.fault(), Fault::Signer);
        }
        let long = format!("{{\"sp_id\":\"{}\"}}", "a".repeat(129));
        assert!(matches!(parse(long.as_bytes()), Err(NotificationError::Id { field: "sp_id" })));
        let error = parse(&vec![b' '; MOST_BYTES + 1]).unwrap_err();
        assert_eq!(error.fault(), Fault::Limit);
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        assert!(parse(deep.as_bytes()).is_err());
    }
}
