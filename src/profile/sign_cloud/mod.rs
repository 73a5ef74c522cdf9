//! `SignCloudMetaData`, the EFY dialect: options as callers of that interface have them.

mod json;
mod pdf;
mod xml;

pub use pdf::{Line, PdfOptions, TextDirection};
pub use xml::XmlOptions;

use crate::fault::Fault;

/// What a `signCloudMetaData` asks for: the customer's signature, and one of the relying party after it.
///
/// ```
/// use kyso::sign_cloud::MetaData;
///
/// let metadata = MetaData::from_json(
///     r#"{"singletonSigning": {"entry": [
///         {"key": "VISIBLESIGNATURE", "value": "true"},
///         {"key": "COORDINATE", "value": "0,0,300,60"}
///     ]}}"#,
/// )?;
/// assert_eq!(metadata.singleton.pdf.coordinate, Some([0.0, 0.0, 300.0, 60.0]));
/// assert!(metadata.counter.is_none());
/// # Ok::<(), kyso::sign_cloud::SignCloudError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MetaData {
    /// `singletonSigning`.
    pub singleton: Options,
    /// `counterSigning`: a second signature, by the relying party, on what the first one gave.
    pub counter: Option<Options>,
}

/// The options of one signature. Keys of the other format do nothing there; [`Options::pdf_keys`] and
/// [`Options::xml_keys`] say which were given.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// What is for XML documents.
    pub xml: XmlOptions,
    /// What is for PDF documents.
    pub pdf: PdfOptions,
    /// Keys that are about XML, as they were written.
    pub xml_keys: Vec<String>,
    /// Keys that are about PDF, as they were written.
    pub pdf_keys: Vec<String>,
    /// Keys that the dialect does not have, as they were written.
    pub unknown: Vec<String>,
}

/// Why a `SignCloudMetaData` cannot be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignCloudError {
    /// The text is no JSON.
    #[error("this is no JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// The JSON has another shape.
    #[error("{what}; a signCloudMetaData has a singletonSigning with a list of key and value")]
    Shape {
        /// What is missing.
        what: String,
    },
    /// A value that its key does not take.
    #[error("{key} has the value {value:?}; it takes {allowed}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value, its beginning when it is long.
        value: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// A key that takes one value and has two.
    #[error("{key} is there twice, with {first:?} and {second:?}")]
    Repeated {
        /// The key.
        key: &'static str,
        /// Its first value, its beginning when it is long.
        first: String,
        /// Its second value, likewise.
        second: String,
    },
    /// Two keys that contradict each other.
    #[error("{first} and {second} contradict each other: {why}")]
    Contradiction {
        /// One key.
        first: &'static str,
        /// The other.
        second: &'static str,
        /// How.
        why: &'static str,
    },
    /// A key that another one needs.
    #[error("{key} needs {needed}")]
    Missing {
        /// The key that is there.
        key: &'static str,
        /// What is not.
        needed: &'static str,
    },
}

impl SignCloudError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        Fault::Caller
    }

    fn value(key: &'static str, value: &str, allowed: &'static str) -> Self {
        Self::Value { key, value: beginning(value), allowed }
    }
}

/// A key of the dialect: its name, and what its values may be.
struct Key<T: 'static> {
    key: T,
    name: &'static str,
    allowed: &'static str,
}

/// The key of this name, in capitals or not.
fn find<T>(keys: &'static [Key<T>], name: &str) -> Option<&'static Key<T>> {
    keys.iter().find(|key| key.name.eq_ignore_ascii_case(name))
}

impl Options {
    /// Reads the entries of a `singletonSigning` or `counterSigning`: keys and their values, keys in
    /// capitals or not, either also in quotation marks. Several ids of `NODETOBESIGNED` have commas,
    /// semicolons or white space between them, or an entry each.
    ///
    /// # Errors
    /// [`SignCloudError`]: a value that its key does not take, a key twice, keys that contradict each other.
    /// A key that is not known is no error; it is in [`Options::unknown`].
    pub fn from_entries<K, V>(entries: impl IntoIterator<Item = (K, V)>) -> Result<Self, SignCloudError>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let mut options = Self::default();
        let mut seen: Vec<(&'static str, String)> = Vec::new();
        for (key, value) in entries {
            let (key, value) = (bare(key.as_ref()), bare(value.as_ref()));
            let (name, list, taken) = if let Some(found) = find(&xml::KEYS, key) {
                let taken = options.xml.set(found.key, value).ok_or(found.allowed);
                (found.name, &mut options.xml_keys, taken)
            } else if let Some(found) = find(&pdf::KEYS, key) {
                let taken = options.pdf.set(found.key, value).ok_or(found.allowed);
                (found.name, &mut options.pdf_keys, taken)
            } else {
                options.unknown.push(key.to_owned());
                continue;
            };
            list.push(key.to_owned());
            taken.map_err(|allowed| SignCloudError::value(name, value, allowed))?;
            let before = seen.iter().find(|(other, _)| *other == name);
            if let Some((_, first)) = before.filter(|(_, first)| name != xml::NODE && first != value) {
                let (first, second) = (beginning(first), beginning(value));
                return Err(SignCloudError::Repeated { key: name, first, second });
            }
            seen.push((name, value.to_owned()));
        }
        options.pdf.check()?;
        Ok(options)
    }
}

/// Without white space and one pair of quotation marks around it.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let inside = |mark: char| text.strip_prefix(mark)?.strip_suffix(mark);
    inside('\'').or_else(|| inside('"')).map_or(text, str::trim)
}

/// What of a value an error shows: an image has thousands of characters.
fn beginning(value: &str) -> String {
    const SHOWN: usize = 40;
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_to_their_format() {
        let entries = [("Coordinate", "0,0,300,60"), ("'SIGNATUREID'", "'s'"), ("COLOUR", "red")];
        let options = Options::from_entries(entries).unwrap();
        assert_eq!(options.pdf_keys, ["Coordinate"]);
        assert_eq!(options.xml_keys, ["SIGNATUREID"]);
        assert_eq!(options.unknown, ["COLOUR"]);
        assert_eq!(options.xml.signature_id.as_deref(), Some("s"));
        assert_eq!(Options::from_entries([("", ""); 0]).unwrap(), Options::default());
    }

    #[test]
    fn a_key_twice_is_a_contradiction_unless_it_says_the_same() {
        let read = |first, second| Options::from_entries([("PAGENO", first), ("PageNo", second)]);
        assert!(read("1", "1").is_ok());
        let error = read("1", "2").unwrap_err();
        assert!(matches!(error, SignCloudError::Repeated { key: "PAGENO", .. }), "{error}");
        assert_eq!(error.fault(), Fault::Caller);
    }

    #[test]
    fn errors_show_the_beginning_of_a_long_value() {
        let error = Options::from_entries([("SIGNATUREIMAGE", "ấ".repeat(1000))]).unwrap_err().to_string();
        assert!(error.contains("SIGNATUREIMAGE") && error.len() < 300, "{error}");
    }
}
