//! The fuzz targets' functions; they live among the tests, which replay what once failed.

#[path = "../../tests/targets/mod.rs"]
mod targets;

/// Reads `data` as a document in every way.
pub fn pdf_open(data: &[u8]) {
    targets::pdf_open(data);
}

/// Signs `data` twice, if it can be signed.
pub fn pdf_pipeline(data: &[u8]) {
    targets::pdf_pipeline(data);
}

/// Looks for text in `data`: a document, a content stream, a CMap.
pub fn text_search(data: &[u8]) {
    targets::text_search(data);
}

/// Reads `data` as a CMS, a certificate, a key, a value.
pub fn cms_parse(data: &[u8]) {
    targets::cms_parse(data);
}

/// Reads `data` as an image and as a font.
pub fn images(data: &[u8]) {
    targets::images(data);
}

/// Reads `data` as a `signCloudMetaData`, and signs with it.
pub fn metadata(data: &[u8]) {
    targets::metadata(data);
}

/// Reads `data` as what a remote service answers, and as the order of things.
pub fn remote_decode(data: &[u8]) {
    targets::remote_decode(data);
}

/// Reads `data` as what a webhook is called with.
pub fn webhook(data: &[u8]) {
    targets::webhook(data);
}

/// Resumes from `data`, and from a true state that `data` changes.
pub fn state_resume(data: &[u8]) {
    targets::state_resume(data);
}

/// Canonicalises `data` and reads it with both readers.
pub fn xml_c14n(data: &[u8]) {
    targets::xml_c14n(data);
}

/// Signs `data`, an XML document, twice, if it can be signed.
pub fn xml_pipeline(data: &[u8]) {
    targets::xml_pipeline(data);
}

/// Verifies `data`, and a signed document that `data` changes.
pub fn xml_verify(data: &[u8]) {
    targets::xml_verify(data);
}
