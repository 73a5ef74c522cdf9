//! Values as the services really write them: numbers as text, nothing for an empty list, one value where a
//! list should be.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::remote::secret::Secret;

/// A number or a text that only the service understands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Reference {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

impl Reference {
    /// The number, also where it was written as text.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }

    /// A number if it reads as one, text otherwise.
    pub(super) fn parse(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Text(text.to_owned()), Self::Number)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// A secret on the wire: overwritten when dropped, and never shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Hidden(Zeroizing<String>);

impl Hidden {
    pub(super) fn of(secret: &Secret) -> Self {
        Self(Zeroizing::new(secret.expose().to_owned()))
    }

    /// As a secret, if it is fit for a header: visible ASCII only.
    pub(super) fn token(&self) -> Option<Secret> {
        let fit = !self.0.is_empty() && self.0.bytes().all(|byte| byte.is_ascii_graphic());
        fit.then(|| Secret::new(self.0.as_str()))
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

impl Serialize for Hidden {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

/// A number, also as text.
pub(super) fn int<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// Text, also from a number.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(to_text(Value::deserialize(deserializer)?))
}

/// A number or text; anything else is nothing.
pub(super) fn reference<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Reference>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => {
            Some(number.as_i64().map_or_else(|| Reference::Text(number.to_string()), Reference::Number))
        }
        Value::String(text) => Some(Reference::Text(text)),
        _ => None,
    })
}

/// A secret text; anything else is nothing.
pub(super) fn hidden<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Hidden>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(Hidden(Zeroizing::new(text))),
        _ => None,
    })
}

/// Yes or no, also as text or number.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Bool(flag) => Some(flag),
        Value::Number(number) => Some(number.as_i64() != Some(0)),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    })
}

/// A list of texts: one text is a list of one, nothing an empty list. What is no text stands as an empty
/// one, so that the places of the others stay what they are.
pub(super) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Array(members) => {
            members.into_iter().map(|member| to_text(member).unwrap_or_default()).collect()
        }
        other => to_text(other).into_iter().collect(),
    })
}

/// A list; nothing is an empty one.
pub(super) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<Vec<T>>::deserialize(deserializer).map(Option::unwrap_or_default)
}

fn to_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
