//! Codes and ids that come as numbers or as text.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::remote::lenient;

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

/// A number or text; anything else is nothing.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Reference>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(Reference::Text(text)),
        number @ Value::Number(_) => lenient::as_text(number).map(|text| Reference::parse(&text)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_code_is_one_however_it_is_written() {
        for (value, number) in [
            (json!(1007), Some(1007)),
            (json!(1007.0), Some(1007)),
            (json!(" 1007"), Some(1007)),
            (json!(0.5), None),
            (json!("OAUTH2"), None),
        ] {
            assert_eq!(read(&value).unwrap().unwrap().number(), number, "{value}");
        }
        for value in [json!(null), json!(true), json!([1])] {
            assert_eq!(read(&value).unwrap(), None, "{value}");
        }
    }
}
