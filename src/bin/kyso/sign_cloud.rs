//! The `signCloudMetaData` of the EFY interface, from a file of JSON.

use std::path::Path;

use kyso::sign_cloud::{MetaData, Options};

use crate::failure::{Exit, Failure, note, told};
use crate::files;
use crate::format::Format;

/// The most that is read, in bytes: a request brings the document along.
const LONGEST: usize = 64 << 20;

/// Reads the options of a `signCloudMetaData`, or of a request that has one.
pub(crate) fn read(path: &Path) -> Result<MetaData, Failure> {
    let bytes = files::read(path, LONGEST)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| Failure::at(Exit::Usage, path, format!("this is not UTF-8: {error}")))?;
    MetaData::from_json(text).map_err(|error| Failure::at(Exit::Usage, path, told(&error)))
}

/// Says which keys do nothing for a document of this format.
pub(crate) fn warn(path: &Path, options: &Options, format: Format) {
    let (other, keys) = match format {
        Format::Pdf => ("XML", &options.xml_keys),
        Format::Xml => ("PDF", &options.pdf_keys),
    };
    let warn = |what: &str| note("warning: ", &format!("{}: {what}", path.display()));
    for key in keys {
        warn(&format!("the key {key} is for {other}; it is left out"));
    }
    for key in &options.unknown {
        warn(&format!("the key {key} is unknown; it is left out"));
    }
}
