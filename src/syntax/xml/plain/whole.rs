//! A document's encoding and all of its bytes, from any source.

use std::borrow::Cow;

use super::encoding::{Encoding, sniff};
use crate::limits::Limits;
use crate::source::{Source, for_each_piece, read_full};
use crate::syntax::xml::XmlError;

/// How much of a document is looked at to find its encoding, in bytes.
const HEAD: usize = 4096;

/// The encoding that a document's first bytes tell.
///
/// # Errors
/// As [`sniff`], and what the source reports.
pub(crate) fn encoding_of<S: Source + ?Sized>(source: &S) -> Result<Encoding, XmlError> {
    let mut buffer = [0; HEAD];
    let head = match source.as_slice() {
        Some(bytes) => bytes.get(..HEAD.min(bytes.len())).unwrap_or_default(),
        None => {
            let length = read_full(source, 0, &mut buffer).map_err(|error| XmlError::new(0, error))?;
            buffer.get(..length).unwrap_or_default()
        }
    };
    Ok(sniff(head)?.encoding)
}

/// All bytes of a source; those that are in memory already are not copied.
///
/// # Errors
/// [`Limits::xml_memory_bytes`], and what the source reports.
pub(crate) fn in_memory<'a, S: Source + ?Sized>(
    source: &'a S,
    limits: &Limits,
) -> Result<Cow<'a, [u8]>, XmlError> {
    let length = source.len().map_err(|error| XmlError::new(0, error))?;
    if length > limits.xml_memory_bytes {
        return Err(XmlError::limit(0, "bytes in memory", limits.xml_memory_bytes));
    }
    if let Some(bytes) = source.as_slice() {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut bytes = Vec::new();
    let read = for_each_piece(source, length, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    });
    read.map_err(|error| XmlError::new(bytes.len() as u64, error))?;
    Ok(Cow::Owned(bytes))
}
