//! The one-page document that most files of the set are variations of.

use crate::writer::Objects;

/// Lines of text at 12 points, from the top of an A4 page.
pub(crate) fn content(lines: &[&str]) -> Vec<u8> {
    let mut text = String::from("BT /F1 12 Tf 14 TL 72 770 Td\n");
    for line in lines {
        let line = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        text.push_str(&format!("({line}) Tj T*\n"));
    }
    text.push_str("ET");
    text.into_bytes()
}

/// 1 catalog, 2 pages, 3 page, 4 content, 5 font, 6 information.
pub(crate) fn minimal() -> Objects {
    let mut objects = Objects::default();
    objects = objects
        .set(1, "<< /Type /Catalog /Pages 2 0 R >>")
        .set(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
        .set(
            3,
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
             /Resources << /Font << /F1 5 0 R >> >> >>",
        )
        .stream(4, "", &content(&["A small document to be signed."]))
        .set(5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
        .set(6, "<< /Title (Test document) /Producer (kyso testdata) /CreationDate (D:20260101000000Z) >>");
    objects
}

/// The minimal document with the entries of a form in its catalog; fields take numbers from 10.
pub(crate) fn with_form(form: &str) -> Objects {
    let mut objects = minimal();
    objects = objects.set(1, &format!("<< /Type /Catalog /Pages 2 0 R /AcroForm {form} >>"));
    objects
}
