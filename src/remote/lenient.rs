//! Values as services really write them: numbers as text and text as numbers, one value where a list should
//! be, null for nothing.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::hidden::Hidden;
use super::secret::Secret;

/// Text; a number or a truth value is taken as it is written. Anything else is nothing; empty text is not.
pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Value::deserialize(from).map(as_text)
}

/// A whole number, also as text; `1007.0` is one too. What is none, or does not fit, is nothing.
pub(crate) fn number<'de, D, N>(from: D) -> Result<Option<N>, D::Error>
where
    D: Deserializer<'de>,
    N: TryFrom<i128>,
{
    let number = text(from)?.and_then(|text| text.trim().parse::<i128>().ok());
    Ok(number.and_then(|number| N::try_from(number).ok()))
}

/// A truth value, also as the text `true`, `false`, `1` or `0`, or as a number: 0 is false.
pub(crate) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Bool(flag) => Some(flag),
        Value::Number(number) => Some(number.as_f64() != Some(0.0)),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    })
}

/// A list of texts; also one text alone. What is no text in it is an empty one, so that the others keep
/// their places; null is no list.
pub(crate) fn texts<'de, D, L>(from: D) -> Result<L, D::Error>
where
    D: Deserializer<'de>,
    L: Default + From<Vec<String>>,
{
    Ok(match Value::deserialize(from)? {
        Value::Array(members) => {
            let texts = members.into_iter().map(|member| as_text(member).unwrap_or_default());
            L::from(texts.collect())
        }
        other => as_text(other).map_or_else(L::default, |one| L::from(vec![one])),
    })
}

/// The whole numbers of a list, or one alone; what is none is left out.
pub(crate) fn numbers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<i64>, D::Error> {
    let texts: Vec<String> = texts(from)?;
    Ok(texts.iter().filter_map(|text| text.trim().parse().ok()).collect())
}

/// A list; null is an empty one.
pub(crate) fn list<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<Vec<T>>::deserialize(from).map(Option::unwrap_or_default)
}

/// A secret text; anything else is nothing.
pub(crate) fn hidden<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Hidden>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(Secret::new(text).into()),
        _ => None,
    })
}

/// The text of a scalar.
pub(crate) fn as_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(match number.as_f64() {
            // Without `.0`, and without an exponent.
            Some(float) if number.is_f64() => float.to_string(),
            _ => number.to_string(),
        }),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_read_from_every_scalar() {
        for (value, expected) in [
            (json!("a"), Some("a")),
            (json!(" "), Some(" ")),
            (json!(""), Some("")),
            (json!(1007), Some("1007")),
            (json!(-1), Some("-1")),
            (json!(u64::MAX), Some("18446744073709551615")),
            (json!(1007.0), Some("1007")),
            (json!(0.5), Some("0.5")),
            (json!(true), Some("true")),
            (json!(null), None),
            (json!(["a"]), None),
            (json!({ "a": 1 }), None),
        ] {
            assert_eq!(text(&value).unwrap().as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn numbers_are_read_as_far_as_they_fit() {
        for (value, expected) in [
            (json!(1007), Some(1007)),
            (json!(1007.0), Some(1007)),
            (json!(" 1007 "), Some(1007)),
            (json!(99_999_999_999_u64), None),
            (json!(-1), None),
            (json!(0.5), None),
            (json!(1e300), None),
            (json!("a"), None),
            (json!(""), None),
            (json!(true), None),
            (json!(null), None),
            (json!([1]), None),
        ] {
            assert_eq!(number::<_, u32>(&value).unwrap(), expected, "{value}");
        }
        assert_eq!(number::<_, i64>(&json!("-1")).unwrap(), Some(-1));
        assert_eq!(number::<_, u64>(&json!(u64::MAX)).unwrap(), Some(u64::MAX));
    }

    #[test]
    fn flags_are_read_from_text_and_numbers() {
        for (value, expected) in [
            (json!(true), Some(true)),
            (json!("TRUE"), Some(true)),
            (json!(" 1"), Some(true)),
            (json!(1), Some(true)),
            (json!(2), Some(true)),
            (json!(false), Some(false)),
            (json!("False"), Some(false)),
            (json!("0"), Some(false)),
            (json!(0), Some(false)),
            (json!(0.0), Some(false)),
            (json!("yes"), None),
            (json!(null), None),
            (json!([true]), None),
        ] {
            assert_eq!(flag(&value).unwrap(), expected, "{value}");
        }
    }

    #[test]
    fn texts_keep_their_places() {
        for (value, expected) in [
            (json!(["a", null, 1, {}, true]), Some(vec!["a", "", "1", "", "true"])),
            (json!([]), Some(vec![])),
            (json!("a"), Some(vec!["a"])),
            (json!(1), Some(vec!["1"])),
            (json!(null), None),
            (json!({}), None),
        ] {
            let read: Option<Vec<String>> = texts(&value).unwrap();
            assert_eq!(
                read.as_ref().map(|read| read.iter().map(String::as_str).collect()),
                expected,
                "{value}"
            );
            assert_eq!(texts::<_, Vec<String>>(&value).unwrap(), read.unwrap_or_default());
        }
    }

    #[test]
    fn numbers_are_read_from_what_is_there() {
        for (value, expected) in [
            (json!([1, "2", 4.0, null, "x"]), vec![1, 2, 4]),
            (json!(1), vec![1]),
            (json!(null), vec![]),
            (json!({}), vec![]),
        ] {
            assert_eq!(numbers(&value).unwrap(), expected, "{value}");
        }
    }

    #[test]
    fn a_list_may_be_missing_and_a_secret_is_text() {
        assert!(list::<_, u8>(&json!(null)).unwrap().is_empty());
        assert_eq!(list::<_, u8>(&json!([1, 2])).unwrap(), [1, 2]);
        assert!(list::<_, u8>(&json!("a")).is_err());
        assert_eq!(hidden(&json!("a")).unwrap().unwrap().secret().expose(), "a");
        for value in [json!(1), json!(null), json!({})] {
            assert!(hidden(&value).unwrap().is_none(), "{value}");
        }
    }
}
