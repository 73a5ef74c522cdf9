//! What a document says it conforms to, and what colours it is meant for.

use crate::appearance::{ColorModel, Surroundings};
use crate::source::Source;
use crate::syntax::pdf::document::Document;
use crate::syntax::pdf::object::{Dictionary, Object};
use crate::syntax::pdf::{PdfError, place::Placed};

/// Metadata beyond this many bytes is not searched: PDF/A metadata has a few thousand.
const METADATA_LIMIT: u64 = 1 << 20;

/// What a document claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Conformance {
    /// The part of PDF/A, 1 to 4.
    pub(super) pdfa: Option<u8>,
    /// Whether it is PDF/UA.
    pub(super) pdfua: bool,
}

impl Conformance {
    /// Reads the claims in the catalog's metadata. What cannot be read makes no claim.
    pub(super) fn read<S: Source>(document: &Document<S>, catalog: &Placed) -> Self {
        let metadata = catalog.dictionary.reference(b"Metadata");
        let metadata = metadata.and_then(|id| document.stream_data(id, METADATA_LIMIT).ok());
        metadata.as_deref().map(Self::claimed).unwrap_or_default()
    }

    fn claimed(metadata: &[u8]) -> Self {
        Self {
            pdfa: part(metadata, b"pdfaid:part").filter(|part| (1..=4).contains(part)),
            pdfua: part(metadata, b"pdfuaid:part").is_some(),
        }
    }

    /// Whether a form field of this size needs an appearance: in PDF/A-1 every one (ISO 19005-1, 6.9), later
    /// those that cover something (ISO 19005-2, 6.3.3).
    pub(super) fn wants_appearance(&self, size: [f64; 2]) -> bool {
        self.pdfa.is_some_and(|part| part == 1 || size != [0.0; 2])
    }

    /// What an appearance has to heed.
    pub(super) fn surroundings<S: Source>(
        &self,
        document: &Document<S>,
        catalog: &Placed,
    ) -> Result<Surroundings, PdfError> {
        let output_intent = match self.pdfa {
            Some(_) => output_intent(document, catalog)?,
            None => None,
        };
        Ok(Surroundings { pdfa: self.pdfa, output_intent })
    }
}

/// The digit that `name` has as an attribute or an element.
fn part(metadata: &[u8], name: &[u8]) -> Option<u8> {
    memchr::memmem::find_iter(metadata, name).find_map(|at| {
        let rest = metadata.get(at.saturating_add(name.len())..).unwrap_or(&[]);
        let value = rest
            .iter()
            .copied()
            .find(|byte| !matches!(byte, b'=' | b'"' | b'\'' | b'>') && !byte.is_ascii_whitespace());
        value.filter(u8::is_ascii_digit).map(|digit| digit & 15)
    })
}

/// The colours of the PDF/A output intent (ISO 19005-1, 6.2.2): those of its profile.
fn output_intent<S: Source>(
    document: &Document<S>,
    catalog: &Placed,
) -> Result<Option<ColorModel>, PdfError> {
    let Object::Array(intents) = document.get(&catalog.dictionary, b"OutputIntents")? else {
        return Ok(None);
    };
    for intent in &intents {
        let Object::Dictionary(intent) = document.resolve(intent)? else { continue };
        if intent.name(b"S") != Some(b"GTS_PDFA1") {
            continue;
        }
        let Object::Dictionary(profile) = document.get(&intent, b"DestOutputProfile")? else { continue };
        return Ok(match document.get(&profile, b"N")? {
            Object::Integer(1) => Some(ColorModel::Gray),
            Object::Integer(3) => Some(ColorModel::Rgb),
            Object::Integer(4) => Some(ColorModel::Cmyk),
            _ => None,
        });
    }
    Ok(None)
}

/// An appearance that shows nothing, of a width and height in the page's own units.
pub(super) fn empty_form([width, height]: [f64; 2]) -> Dictionary {
    let mut form = Dictionary::new();
    form.set(b"Type", Object::name("XObject"));
    form.set(b"Subtype", Object::name("Form"));
    form.set(b"BBox", Object::Array([0.0, 0.0, width, height].map(Object::number).to_vec()));
    form.set(b"Resources", Dictionary::new());
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_recognised_in_both_spellings() {
        let claimed = |text: &str| Conformance::claimed(text.as_bytes());
        assert!(claimed("<x pdfaid:part='1'/>").wants_appearance([0.0; 2]));
        assert!(claimed("<pdfaid:part> 1</pdfaid:part>").wants_appearance([9.0; 2]));
        assert!(claimed("<pdfaid:part>2</pdfaid:part>").wants_appearance([9.0; 2]));
        assert!(!claimed("<pdfaid:part>2</pdfaid:part>").wants_appearance([0.0; 2]));
        assert_eq!(claimed("<pdfaid:part>3</pdfaid:part>").pdfa, Some(3));
        assert_eq!(claimed("pdfaid:part"), Conformance::default());
        assert_eq!(claimed("<pdfaid:part>9</pdfaid:part>").pdfa, None);
        assert_eq!(claimed("<pdfuaid:part>1</pdfuaid:part>"), Conformance { pdfa: None, pdfua: true });
    }
}
