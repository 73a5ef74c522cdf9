//! The appearance of an invisible signature, where a conformance level asks for one.

use crate::source::Source;
use crate::syntax::pdf::document::Document;
use crate::syntax::pdf::object::{Dictionary, Object};
use crate::syntax::pdf::{PdfError, place::Placed};

/// Metadata beyond this many bytes is not searched: PDF/A metadata has a few thousand.
const METADATA_LIMIT: u64 = 1 << 20;

/// Whether the document says it conforms to PDF/A-1, which wants an appearance for every form field
/// (ISO 19005-1, 6.9).
pub(super) fn is_pdfa1<S: Source>(document: &Document<S>, catalog: &Placed) -> Result<bool, PdfError> {
    let Some(id) = catalog.dictionary.reference(b"Metadata") else { return Ok(false) };
    // What cannot be read makes no claim.
    let Ok(metadata) = document.stream_data(id, METADATA_LIMIT) else { return Ok(false) };
    Ok(claims_part_1(&metadata))
}

/// `pdfaid:part` as an attribute or an element, with the value 1.
fn claims_part_1(metadata: &[u8]) -> bool {
    memchr::memmem::find_iter(metadata, b"pdfaid:part").any(|at| {
        let rest = metadata.get(at.saturating_add(11)..).unwrap_or(&[]);
        let value = rest
            .iter()
            .copied()
            .find(|byte| !matches!(byte, b'=' | b'"' | b'\'' | b'>') && !byte.is_ascii_whitespace());
        value == Some(b'1')
    })
}

/// An appearance that shows nothing.
pub(super) fn empty_form() -> Dictionary {
    let mut form = Dictionary::new();
    form.set(b"Type", Object::name("XObject"));
    form.set(b"Subtype", Object::name("Form"));
    form.set(b"BBox", Object::Array(vec![Object::Integer(0); 4]));
    form.set(b"Resources", Dictionary::new());
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn part_1_is_recognised_in_both_spellings() {
        assert!(claims_part_1(b"<x pdfaid:part='1'/>"));
        assert!(claims_part_1(b"<pdfaid:part> 1</pdfaid:part>"));
        assert!(!claims_part_1(b"<pdfaid:part>2</pdfaid:part>"));
        assert!(!claims_part_1(b"pdfaid:part"));
    }
}
