//! A reader and a writer of signatures that know no PDF: text search, and offsets written by hand.
//! The witness against the crate's own reader, and a way to test the judges themselves.

use std::fs;
use std::path::Path;
use std::process::Command;

/// A signature found in the text of a file.
pub(crate) struct Found {
    /// The four numbers of `/ByteRange`.
    pub(crate) byte_range: [usize; 4],
    /// What they cover.
    pub(crate) content: Vec<u8>,
    /// `/Contents` up to the end of its outermost DER value.
    pub(crate) cms: Vec<u8>,
    pub(crate) sub_filter: String,
}

/// The signature whose ByteRange reaches furthest.
pub(crate) fn newest_signature(bytes: &[u8]) -> Option<Found> {
    signatures(bytes).into_iter().max_by_key(|found| found.byte_range[2] + found.byte_range[3])
}

/// Every `/ByteRange` in the file whose gap holds a hexadecimal string.
pub(crate) fn signatures(bytes: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = find(bytes, b"/ByteRange", from) {
        from = at + 10;
        found.extend(signature_at(bytes, at));
    }
    found
}

fn signature_at(bytes: &[u8], at: usize) -> Option<Found> {
    let open = find(bytes, b"[", at)?;
    let close = find(bytes, b"]", open)?;
    let numbers = std::str::from_utf8(&bytes[open + 1..close]).ok()?;
    let numbers: Vec<usize> = numbers.split_ascii_whitespace().map_while(|n| n.parse().ok()).collect();
    let [a, b, c, d] = numbers.as_slice() else { return None };
    let byte_range = [*a, *b, *c, *d];
    let (first_end, second_end) = (a.checked_add(*b)?, c.checked_add(*d)?);
    let gap = bytes.get(first_end..*c)?;
    let hex = gap.strip_prefix(b"<")?.strip_suffix(b">")?;
    let mut content = bytes.get(*a..first_end)?.to_vec();
    content.extend_from_slice(bytes.get(*c..second_end)?);
    Some(Found { byte_range, content, cms: der(&unhex(hex)?)?, sub_filter: sub_filter(bytes, at) })
}

/// The name after the `/SubFilter` that is nearest to `at`, before it or after it.
fn sub_filter(bytes: &[u8], at: usize) -> String {
    let mut from = 0;
    let mut best: Option<usize> = None;
    while let Some(found) = find(bytes, b"/SubFilter", from) {
        from = found + 10;
        if best.is_none_or(|old| found.abs_diff(at) < old.abs_diff(at)) {
            best = Some(found);
        }
    }
    let Some(found) = best else { return String::new() };
    let text = String::from_utf8_lossy(&bytes[found + 10..bytes.len().min(found + 60)]).into_owned();
    let text = text.trim_start().trim_start_matches('/').to_owned();
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').next().unwrap_or_default().to_owned()
}

/// The first `needle` at or after `from`.
pub(crate) fn find(bytes: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let at = bytes.get(from..)?.windows(needle.len()).position(|window| window == needle)?;
    Some(from + at)
}

pub(crate) fn unhex(hex: &[u8]) -> Option<Vec<u8>> {
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pairs = hex.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of the first DER value, without what follows it.
fn der(bytes: &[u8]) -> Option<Vec<u8>> {
    let first = usize::from(*bytes.get(1)?);
    let (header, length) = if first < 0x80 {
        (2, first)
    } else {
        let count = first & 0x7f;
        let mut length = 0usize;
        for byte in bytes.get(2..2 + count)? {
            length = length.checked_mul(256)?.checked_add(usize::from(*byte))?;
        }
        (2 + count, length)
    };
    Some(bytes.get(..header + length)?.to_vec())
}

/// `testdata/pdf/minimal.pdf` with one more revision, signed by openssl with `key` and the first
/// certificate of `chain`, beside which `intermediate.pem` lies: a file that is right and that no code of the crate has touched.
pub(crate) fn signed_by_openssl(minimal: &[u8], key: &Path, chain: &Path) -> Vec<u8> {
    const RESERVED: usize = 16_384;
    let mut out = minimal.to_vec();
    let startxref =
        String::from_utf8_lossy(minimal).rsplit("startxref").next().expect("startxref").to_owned();
    let prev: usize = startxref.split_ascii_whitespace().next().expect("a number").parse().expect("a number");
    let objects = [
        (1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [7 0 R] /SigFlags 3 >> >>".to_owned()),
        (
            3,
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [7 0 R] \
             /Resources << /Font << /F1 5 0 R >> >> >>"
                .to_owned(),
        ),
        (
            7,
            "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /Rect [0 0 0 0] /F 132 /P 3 0 R /V 8 0 R >>"
                .to_owned(),
        ),
        (
            8,
            format!(
                "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached \
                 /ByteRange [0 0000000000 0000000000 0000000000] /Contents <{}> >>",
                "0".repeat(RESERVED)
            ),
        ),
    ];
    let mut offsets = Vec::new();
    for (number, body) in &objects {
        offsets.push(out.len());
        out.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
    }
    let xref = out.len();
    out.extend_from_slice(
        format!(
            "xref\n1 1\n{:010} 00000 n \n3 1\n{:010} 00000 n \n7 2\n{:010} 00000 n \n{:010} 00000 n \n\
             trailer\n<< /Size 9 /Root 1 0 R /Info 6 0 R /Prev {prev} >>\nstartxref\n{xref}\n%%EOF\n",
            offsets[0], offsets[1], offsets[2], offsets[3]
        )
        .as_bytes(),
    );
    let gap = find(&out, b"/Contents <00", 0).expect("the gap") + 10;
    let after = gap + RESERVED + 2;
    let range = format!("[0 {gap:010} {after:010} {:010}]", out.len() - after);
    let at = find(&out, b"[0 0000000000", 0).expect("the ByteRange");
    out[at..at + range.len()].copy_from_slice(range.as_bytes());

    let folder = tempfile::tempdir().expect("a temporary folder");
    let (content, cms) = (folder.path().join("content"), folder.path().join("cms.der"));
    let mut covered = out[..gap].to_vec();
    covered.extend_from_slice(&out[after..]);
    fs::write(&content, covered).expect("the content");
    let status = Command::new("openssl")
        .args(["cms", "-sign", "-binary", "-md", "sha256", "-outform", "DER", "-in"])
        .arg(&content)
        .arg("-signer")
        .arg(chain)
        .arg("-inkey")
        .arg(key)
        .arg("-certfile")
        .arg(chain.with_file_name("intermediate.pem"))
        .arg("-out")
        .arg(&cms)
        .status()
        .expect("openssl runs");
    assert!(status.success(), "openssl cms -sign");
    let value = hex(&fs::read(&cms).expect("the CMS"));
    out[gap + 1..gap + 1 + value.len()].copy_from_slice(value.as_bytes());
    out
}

/// The least that is a document with a page, and right offsets.
pub(crate) fn small() -> String {
    let mut out = "%PDF-1.7\n".to_owned();
    let mut table = "xref\n0 4\n0000000000 65535 f \n".to_owned();
    for object in [
        "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
        "2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n",
        "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n",
    ] {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.push_str(object);
    }
    let start = out.len();
    out + &table + &format!("trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF")
}
