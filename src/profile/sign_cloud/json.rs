//! The JSON of a `signCloudMetaData`.

use serde_json::Value;

use super::{MetaData, Options, SignCloudError};

impl MetaData {
    /// Reads a `signCloudMetaData`, or a request of the interface that has one, as they are printed: names
    /// in capitals or not, also in quotation marks of their own; values also as numbers and truth values.
    ///
    /// # Errors
    /// [`SignCloudError`].
    pub fn from_json(text: &str) -> Result<Self, SignCloudError> {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let json: Value = serde_json::from_str(text).map_err(SignCloudError::Json)?;
        let metadata = member(&json, "signCloudMetaData").unwrap_or(&json);
        let singleton = match member(metadata, "singletonSigning") {
            Some(singleton) => entries(singleton, "singletonSigning")?,
            None => entries(metadata, "the object")?,
        };
        let counter = match member(metadata, "counterSigning") {
            Some(counter) => Some(entries(counter, "counterSigning")?),
            None => None,
        };
        let metadata = Self {
            singleton: Options::from_entries(singleton)?,
            counter: counter.map(Options::from_entries).transpose()?,
        };
        if metadata.counter.is_some() && metadata.singleton.pdf.lock_after_signing == Some(true) {
            return Err(SignCloudError::Contradiction {
                first: "LOCKAFTERSIGNING of singletonSigning",
                second: "counterSigning",
                why: "a locked document takes no second signature",
            });
        }
        Ok(metadata)
    }
}

/// The keys and values of a signature: a list of them, or an object that has the list.
fn entries(value: &Value, name: &str) -> Result<Vec<(String, String)>, SignCloudError> {
    let shape = |what: String| SignCloudError::Shape { what };
    let list = value.as_array().or_else(|| member(value, "entry")?.as_array());
    let list = list.ok_or_else(|| shape(format!("{name} has no list of entries")))?;
    let read = |(index, entry): (usize, &Value)| {
        let text = |name| member(entry, name).and_then(text);
        let pair = text("key").zip(text("value"));
        pair.ok_or_else(|| shape(format!("entry {index} of {name} has no key and value that are texts")))
    };
    list.iter().enumerate().map(read).collect()
}

/// A member of an object by its name.
fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let matches = |key: &String| key.trim_matches(['\'', '"', ' ']).eq_ignore_ascii_case(name);
    object.as_object()?.iter().find(|(key, _)| matches(key)).map(|(_, value)| value)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_as_they_are_printed() {
        let list = r#"[{"key": "PAGENO", "value": 2}, {"key": "'VISIBLESIGNATURE'", "value": false}]"#;
        for text in [
            list.to_owned(),
            format!("\u{FEFF}{list}"),
            format!(r#"{{"entry": {list}}}"#),
            format!(r#"{{"singletonSigning": {list}}}"#),
            format!(r#"{{"'singletonSigning'": {{"entry": {list}}}}}"#),
            format!(
                r#"{{"mimeType": "x", "signCloudMetaData": {{"singletonSigning": {{"Entry": {list}}}}}}}"#
            ),
        ] {
            let metadata = MetaData::from_json(&text).unwrap();
            assert_eq!(metadata.singleton.pdf.visible, Some(false), "{text}");
            assert_eq!(metadata.singleton.pdf.page.map(|page| page.to_string()).as_deref(), Some("2"));
            assert!(metadata.counter.is_none());
        }
        let both = format!(r#"{{"singletonSigning": {list}, "'counterSigning'": {{"entry": []}}}}"#);
        assert_eq!(MetaData::from_json(&both).unwrap().counter, Some(Options::default()));
    }

    #[test]
    fn other_shapes_are_told() {
        for (text, told) in [
            ("{", "JSON"),
            ("{}", "list of entries"),
            (r#"{"singletonSigning": 1}"#, "singletonSigning has no list"),
            (r#"[{"key": "PAGENO"}]"#, "entry 0"),
            (r#"{"singletonSigning": [], "counterSigning": {}}"#, "counterSigning has no list"),
        ] {
            let error = MetaData::from_json(text).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn a_locked_document_takes_no_counter_signature() {
        let lock = r#"[{"key": "LOCKAFTERSIGNING", "value": "true"}]"#;
        let both = |first, second| {
            MetaData::from_json(&format!(r#"{{"singletonSigning": {first}, "counterSigning": {second}}}"#))
        };
        assert!(matches!(both(lock, "[]").unwrap_err(), SignCloudError::Contradiction { .. }));
        assert!(both("[]", lock).is_ok());
    }
}
