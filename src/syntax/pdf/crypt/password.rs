//! A password's bytes, as each revision takes them.

use zeroize::Zeroizing;

/// Bytes of a password from revision 5 on: ISO 32000-2, 7.6.4.3.3, step a.
const LONGEST: usize = 127;

/// The forms of a password to try, best first.
///
/// Up to revision 4 a password is text in PDFDocEncoding; programs that did not know that used the
/// bytes they had, so these are tried too. From revision 5 on it is UTF-8, of which 127 bytes count.
pub(super) fn forms(revision: u8, password: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    if revision >= 5 {
        let counted = password.get(..LONGEST).unwrap_or(password);
        return vec![Zeroizing::new(counted.to_vec())];
    }
    let raw = Zeroizing::new(password.to_vec());
    match str::from_utf8(password).ok().and_then(pdf_doc_encoded) {
        Some(encoded) if *encoded != *raw => vec![encoded, raw],
        _ => vec![raw],
    }
}

fn pdf_doc_encoded(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    // Reserved at once: a buffer that grows leaves copies behind that are not wiped.
    let mut encoded = Zeroizing::new(Vec::with_capacity(text.len()));
    for character in text.chars() {
        encoded.push(pdf_doc_byte(character)?);
    }
    Some(encoded)
}

/// PDFDocEncoding: ISO 32000-2, D.2.
fn pdf_doc_byte(character: char) -> Option<u8> {
    let byte = match character {
        '\u{0}'..='\u{17}' | ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{ff}' => {
            return u8::try_from(u32::from(character)).ok();
        }
        '\u{2d8}' => 0x18,
        '\u{2c7}' => 0x19,
        '\u{2c6}' => 0x1a,
        '\u{2d9}' => 0x1b,
        '\u{2dd}' => 0x1c,
        '\u{2db}' => 0x1d,
        '\u{2da}' => 0x1e,
        '\u{2dc}' => 0x1f,
        '\u{2022}' => 0x80,
        '\u{2020}' => 0x81,
        '\u{2021}' => 0x82,
        '\u{2026}' => 0x83,
        '\u{2014}' => 0x84,
        '\u{2013}' => 0x85,
        '\u{192}' => 0x86,
        '\u{2044}' => 0x87,
        '\u{2039}' => 0x88,
        '\u{203a}' => 0x89,
        '\u{2212}' => 0x8a,
        '\u{2030}' => 0x8b,
        '\u{201e}' => 0x8c,
        '\u{201c}' => 0x8d,
        '\u{201d}' => 0x8e,
        '\u{2018}' => 0x8f,
        '\u{2019}' => 0x90,
        '\u{201a}' => 0x91,
        '\u{2122}' => 0x92,
        '\u{fb01}' => 0x93,
        '\u{fb02}' => 0x94,
        '\u{141}' => 0x95,
        '\u{152}' => 0x96,
        '\u{160}' => 0x97,
        '\u{178}' => 0x98,
        '\u{17d}' => 0x99,
        '\u{131}' => 0x9a,
        '\u{142}' => 0x9b,
        '\u{153}' => 0x9c,
        '\u{161}' => 0x9d,
        '\u{17e}' => 0x9e,
        '\u{20ac}' => 0xa0,
        _ => return None,
    };
    Some(byte)
}
