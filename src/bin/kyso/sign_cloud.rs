//! The `signCloudMetaData` of the EFY interface, from a file of JSON.

use std::path::Path;

use kyso::xml::SignOptions;
use serde_json::Value;

use crate::failure::{Exit, Failure, note, told};
use crate::files;

/// The most that is read, in bytes: a request brings the document along.
const LONGEST: usize = 64 << 20;

/// Reads the options of a `signCloudMetaData`, or of a request that has one.
pub(crate) fn read(path: &Path) -> Result<SignOptions, Failure> {
    let wrong = |what: &str| Failure::at(Exit::Usage, path, what);
    let bytes = files::read(path, LONGEST)?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let json: Value = serde_json::from_slice(bytes)
        .map_err(|error| wrong(&format!("this is no JSON: {error}; give a signCloudMetaData")))?;
    let metadata = member(&json, "signCloudMetaData").unwrap_or(&json);
    let own = member(metadata, "singletonSigning");
    let entries = own.or_else(|| Some(metadata).filter(|entries| list(entries).is_some()));
    let entries = entries.and_then(list).ok_or_else(|| {
        wrong("no singletonSigning with an entry list; give a signCloudMetaData, or a request that has one")
    })?;
    let entries: Vec<_> = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            let text = |name| member(entry, name).and_then(text);
            text("key").zip(text("value")).ok_or_else(|| {
                wrong(&format!("entry {index} of singletonSigning has no key and value that are texts"))
            })
        })
        .collect::<Result<_, _>>()?;
    let options = SignOptions::from_sign_cloud(entries).map_err(|error| wrong(&told(&error)))?;
    if member(metadata, "counterSigning").is_some() {
        warn(path, "counterSigning is a signature by somebody else; it is left out");
    }
    for key in &options.pdf_keys {
        warn(path, &format!("the key {key} is for PDF; it is left out"));
    }
    for key in &options.unknown {
        warn(path, &format!("the key {key} is unknown; it is left out"));
    }
    Ok(options)
}

fn warn(path: &Path, what: &str) {
    note("warning: ", &format!("{}: {what}", path.display()));
}

/// A member of an object by its name, in whatever case, also in quotation marks: so they are printed.
fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let matches = |key: &String| key.trim_matches(['\'', '"', ' ']).eq_ignore_ascii_case(name);
    object.as_object()?.iter().find(|(key, _)| matches(key)).map(|(_, value)| value)
}

/// The entries: a list, or an object that has them.
fn list(value: &Value) -> Option<&Vec<Value>> {
    value.as_array().or_else(|| member(value, "entry")?.as_array())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}
