//! Distinguished names as KeyInfo writes them, compared with those of certificates.
//!
//! Signers write them in many ways: by RFC 2253 or RFC 4514, with quotes, in either order, with their own
//! keywords. What counts is that the same values are there, and the same types where both say which.

use crate::asn1::{Reader, Rules};

/// One `type=value`.
#[derive(Debug)]
struct Part {
    /// Upper-case, dotted numbers without `OID.`.
    kind: String,
    /// Case and spaces put aside.
    value: String,
}

/// The longest name that is read, bytes.
const MOST: usize = 16 << 10;

/// Whether `written` is the same name as `certificate`, which is in the form of RFC 4514; `None` when it
/// cannot be read.
pub(super) fn same(written: &str, certificate: &str) -> Option<bool> {
    let (mut one, mut other) = (parts(written)?, parts(certificate)?);
    if one.len() != other.len() {
        return Some(false);
    }
    let order = |a: &Part, b: &Part| a.value.cmp(&b.value).then_with(|| a.kind.cmp(&b.kind));
    one.sort_by(order);
    other.sort_by(order);
    let alike = |(a, b): (&Part, &Part)| a.value == b.value;
    if !one.iter().zip(&other).all(alike) {
        return Some(false);
    }
    // Types that both know must agree, those of equal values in whatever order.
    let kinds = |parts: &[Part]| {
        let mut kinds: Vec<_> = parts
            .iter()
            .filter_map(|part| dotted(&part.kind).map(|kind| (part.value.clone(), kind)))
            .collect();
        kinds.sort();
        kinds
    };
    let (one, other) = (kinds(&one), kinds(&other));
    Some(one.len() != other.len() || one == other)
}

/// The object identifier behind a keyword.
fn dotted(kind: &str) -> Option<String> {
    let known = match kind {
        "CN" => "2.5.4.3",
        "L" => "2.5.4.7",
        "ST" | "S" => "2.5.4.8",
        "O" => "2.5.4.10",
        "OU" => "2.5.4.11",
        "C" => "2.5.4.6",
        "STREET" => "2.5.4.9",
        "DC" => "0.9.2342.19200300.100.1.25",
        "UID" | "USERID" => "0.9.2342.19200300.100.1.1",
        "E" | "EMAIL" | "EMAILADDRESS" => "1.2.840.113549.1.9.1",
        "SN" | "SURNAME" => "2.5.4.4",
        "SERIALNUMBER" => "2.5.4.5",
        "T" | "TITLE" => "2.5.4.12",
        "POSTALCODE" => "2.5.4.17",
        "TELEPHONENUMBER" | "PHONE" => "2.5.4.20",
        "G" | "GN" | "GIVENNAME" => "2.5.4.42",
        "ORGANIZATIONIDENTIFIER" => "2.5.4.97",
        other if other.contains('.') && other.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => {
            other
        }
        _ => return None,
    };
    Some(known.to_owned())
}

fn parts(text: &str) -> Option<Vec<Part>> {
    if text.len() > MOST {
        return None;
    }
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (kind, after) = rest.split_once('=')?;
        let kind = kind.trim().to_ascii_uppercase();
        let kind = kind.strip_prefix("OID.").unwrap_or(&kind).to_owned();
        if kind.is_empty() {
            return None;
        }
        let (value, behind) = value(after.trim_start())?;
        parts.push(Part { kind, value: folded(&value) });
        rest = behind;
    }
    Some(parts)
}

fn folded(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// A value and what stands behind the separator after it.
fn value(text: &str) -> Option<(String, &str)> {
    if let Some(digits) = text.strip_prefix('#') {
        let end = digits.find(|one: char| !one.is_ascii_hexdigit()).unwrap_or(digits.len());
        let (digits, behind) = digits.split_at(end);
        let bytes = hexadecimal(digits)?;
        let tlv = Reader::new(&bytes, Rules::Lenient).any().ok()?;
        return Some((String::from_utf8_lossy(tlv.value).into_owned(), separator(behind)?));
    }
    let mut bytes = Vec::new();
    let mut characters = text.char_indices().peekable();
    let mut quoted = false;
    if text.starts_with('"') {
        quoted = true;
        characters.next();
    }
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                let pair = text.get(at.saturating_add(1)..at.saturating_add(3)).and_then(hexadecimal);
                if let Some([byte]) = pair.as_deref() {
                    bytes.push(*byte);
                    characters.next();
                    characters.next();
                } else {
                    let (_, escaped) = characters.next()?;
                    bytes.extend_from_slice(escaped.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
            // Doubled, a quote stands for itself.
            '"' if quoted => {
                if characters.next_if(|(_, next)| *next == '"').is_some() {
                    bytes.push(b'"');
                } else {
                    let behind = text.get(at.saturating_add(1)..)?;
                    return Some((String::from_utf8_lossy(&bytes).into_owned(), separator(behind)?));
                }
            }
            ',' | ';' | '+' if !quoted => {
                let behind = text.get(at.saturating_add(1)..)?;
                return Some((String::from_utf8_lossy(&bytes).into_owned(), behind.trim_start()));
            }
            other => bytes.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    (!quoted).then(|| (String::from_utf8_lossy(&bytes).into_owned(), ""))
}

/// What stands behind a separator, or the end.
fn separator(text: &str) -> Option<&str> {
    let text = text.trim_start();
    if text.is_empty() { Some(text) } else { text.strip_prefix([',', ';', '+']).map(str::trim_start) }
}

fn hexadecimal(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        digits.chars().map(|one| one.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    Some(pairs.iter().map(|[high, low]| (high << 4) | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_ways_to_write_one_name() {
        let certificate = r"UID=MST:0101243150,CN=CÔNG TY A\, B,L=Hà Nội,C=VN";
        for written in [
            certificate,
            r#"C=VN, L=Hà Nội, CN="CÔNG TY A, B", OID.0.9.2342.19200300.100.1.1=MST:0101243150"#,
            r"CN=CÔNG TY A\2C B, UID=mst:0101243150, L=H\C3\A0 Nội, C=VN",
            r"C = VN; L = Hà  Nội; CN = CÔNG TY A\, B; X = MST:0101243150",
            r"0.9.2342.19200300.100.1.1=#0c0e4d53543a30313031323433313530,CN=CÔNG TY A\, B,L=Hà Nội,C=VN",
        ] {
            assert_eq!(same(written, certificate), Some(true), "{written}");
        }
        for other in [
            r"UID=MST:0101243150,CN=CÔNG TY A\, C,L=Hà Nội,C=VN",
            r"UID=MST:0101243150,CN=CÔNG TY A\, B,L=Hà Nội",
            r"UID=MST:0101243150,OU=CÔNG TY A\, B,L=Hà Nội,C=VN",
            "",
        ] {
            assert_eq!(same(other, certificate), Some(false), "{other}");
        }
        for unreadable in ["CN", "CN=\"a", "=a", "CN=#0"] {
            assert_eq!(same(unreadable, certificate), None, "{unreadable}");
        }
    }
}
