//! Distinguished names as text, and whether two are the same.

use std::fmt::Write as _;

use const_oid::ObjectIdentifier;

use crate::asn1::{Asn1Error, Reader, Rules, SEQUENCE, SET, oid};

const BMP_STRING: u8 = 0x1E;
const UNIVERSAL_STRING: u8 = 0x1C;
const TELETEX_STRING: u8 = 0x14;
const UTF8_STRING: u8 = 0x0C;
const NUMERIC_STRING: u8 = 0x12;
const PRINTABLE_STRING: u8 = 0x13;
const IA5_STRING: u8 = 0x16;

/// The short names of RFC 4514, section 3, and of others that turn up in certificates.
const KEYWORDS: [(&str, &str); 17] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.6", "C"),
    ("2.5.4.9", "STREET"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.12", "title"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.20", "telephoneNumber"),
    ("2.5.4.42", "givenName"),
    ("2.5.4.97", "organizationIdentifier"),
];

struct Attribute<'a> {
    kind: ObjectIdentifier,
    tag: u8,
    value: &'a [u8],
    raw: &'a [u8],
}

impl Attribute<'_> {
    /// The value as characters, if it is a string.
    fn text(&self) -> Option<String> {
        match self.tag {
            UTF8_STRING => std::str::from_utf8(self.value).ok().map(str::to_owned),
            PRINTABLE_STRING | IA5_STRING | NUMERIC_STRING if self.value.is_ascii() => {
                std::str::from_utf8(self.value).ok().map(str::to_owned)
            }
            // Software that writes these means Latin-1, or nothing but ASCII.
            TELETEX_STRING | PRINTABLE_STRING | IA5_STRING | NUMERIC_STRING => {
                Some(self.value.iter().map(|byte| char::from(*byte)).collect())
            }
            BMP_STRING => {
                let (units, []) = self.value.as_chunks::<2>() else { return None };
                char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit)))
                    .collect::<Result<_, _>>()
                    .ok()
            }
            UNIVERSAL_STRING => {
                let (units, []) = self.value.as_chunks::<4>() else { return None };
                units.iter().map(|unit| char::from_u32(u32::from_be_bytes(*unit))).collect()
            }
            _ => None,
        }
    }
}

/// The relative distinguished names in the order they are encoded.
fn read(name: &[u8]) -> Result<Vec<Vec<Attribute<'_>>>, Asn1Error> {
    let mut sets = Reader::new(name, Rules::Lenient).expect(SEQUENCE)?.inside();
    let mut names = Vec::new();
    while !sets.is_empty() {
        let mut pairs = sets.expect(SET)?.inside();
        let mut attributes = Vec::new();
        while !pairs.is_empty() {
            let mut pair = pairs.expect(SEQUENCE)?.inside();
            let kind = pair.oid()?;
            let value = pair.any()?;
            attributes.push(Attribute { kind, tag: value.tag, value: value.value, raw: value.raw });
        }
        names.push(attributes);
    }
    Ok(names)
}

/// The last commonName.
pub(super) fn common_name(name: &[u8]) -> Option<String> {
    last(name, oid::COMMON_NAME)
}

/// The last emailAddress (PKCS #9).
pub(super) fn email_address(name: &[u8]) -> Option<String> {
    last(name, oid::EMAIL_ADDRESS)
}

fn last(name: &[u8], kind: ObjectIdentifier) -> Option<String> {
    read(name).ok()?.iter().flatten().rfind(|attribute| attribute.kind == kind)?.text()
}

/// Other words for attributes, as PDF seed values use them.
const ALIASES: [(&str, &str); 7] = [
    ("1.2.840.113549.1.9.1", "email"),
    ("1.2.840.113549.1.9.1", "E"),
    ("2.5.4.8", "S"),
    ("2.5.4.12", "T"),
    ("2.5.4.42", "G"),
    ("2.5.4.43", "I"),
    ("2.5.4.46", "dnQualifier"),
];

/// Whether the name has the attribute, by keyword or dotted identifier, with exactly this text.
pub(super) fn has(name: &[u8], attribute: &str, value: &str) -> bool {
    values(name, attribute).iter().any(|one| one == value)
}

/// The texts of the attribute, by keyword or dotted identifier, in the order they are encoded.
pub(super) fn values(name: &[u8], attribute: &str) -> Vec<String> {
    let named = KEYWORDS.iter().chain(&ALIASES).find(|(_, keyword)| keyword.eq_ignore_ascii_case(attribute));
    let wanted = named.map_or(attribute, |(dotted, _)| dotted);
    let Ok(names) = read(name) else { return Vec::new() };
    let found = names.iter().flatten().filter(|one| one.kind.to_string() == wanted);
    found.filter_map(Attribute::text).collect()
}

/// RFC 4514: last first, `+` between the parts of one relative name.
pub(super) fn print(name: &[u8]) -> String {
    let Ok(names) = read(name) else { return "(unreadable name)".to_owned() };
    let print_set = |attributes: &Vec<Attribute<'_>>| {
        attributes.iter().map(print_attribute).collect::<Vec<_>>().join("+")
    };
    names.iter().rev().map(print_set).collect::<Vec<_>>().join(",")
}

fn print_attribute(attribute: &Attribute<'_>) -> String {
    let dotted = attribute.kind.to_string();
    let keyword = KEYWORDS.iter().find(|(oid, _)| *oid == dotted).map(|(_, keyword)| *keyword);
    match (keyword, attribute.text()) {
        (Some(keyword), Some(text)) => format!("{keyword}={}", escape(&text)),
        // Without a keyword the value is given as its encoding (RFC 4514, 2.4).
        (keyword, _) => {
            let mut out = format!("{}=#", keyword.unwrap_or(&dotted));
            for byte in attribute.raw {
                // Writing to a String cannot fail.
                let _ = write!(out, "{byte:02x}");
            }
            out
        }
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (index, character) in text.chars().enumerate() {
        match character {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => out.extend(['\\', character]),
            ' ' if index == 0 || index == last => out.push_str("\\ "),
            '#' if index == 0 => out.push_str("\\#"),
            _ if character.is_control() => {
                let mut utf8 = [0; 4];
                for byte in character.encode_utf8(&mut utf8).bytes() {
                    let _ = write!(out, "\\{byte:02X}");
                }
            }
            _ => out.push(character),
        }
    }
    out
}

/// Whether two names are the same: as bytes, or attribute by attribute with letter case, string type
/// and repeated spaces put aside (RFC 5280, 7.1).
pub(crate) fn same_name(one: &[u8], other: &[u8]) -> bool {
    if one == other {
        return true;
    }
    let (Ok(one), Ok(other)) = (read(one), read(other)) else { return false };
    one.len() == other.len()
        && one.iter().zip(&other).all(|(one, other)| {
            one.len() == other.len() && one.iter().all(|a| other.iter().any(|b| same_attribute(a, b)))
        })
}

fn same_attribute(one: &Attribute<'_>, other: &Attribute<'_>) -> bool {
    let folded = |text: String| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ");
    one.kind == other.kind
        && match (one.text(), other.text()) {
            (Some(one), Some(other)) => folded(one) == folded(other),
            _ => one.raw == other.raw,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{OID, write};

    fn attribute(dotted: &str, tag: u8, value: &[u8]) -> Vec<u8> {
        let kind = ObjectIdentifier::new_unwrap(dotted);
        write::wrap(SEQUENCE, &[&write::wrap(OID, &[kind.as_bytes()]), &write::wrap(tag, &[value])])
    }

    fn name(sets: &[&[Vec<u8>]]) -> Vec<u8> {
        let sets: Vec<Vec<u8>> = sets.iter().map(|set| write::wrap(SET, &[&set.concat()])).collect();
        write::wrap(SEQUENCE, &[&sets.concat()])
    }

    #[test]
    fn prints_as_rfc_4514_does() {
        let printed = print(&name(&[
            &[attribute("0.9.2342.19200300.100.1.25", IA5_STRING, b"net")],
            &[attribute("0.9.2342.19200300.100.1.25", IA5_STRING, b"example")],
            &[
                attribute("2.5.4.11", UTF8_STRING, b"Sales"),
                attribute("2.5.4.3", UTF8_STRING, b" #James \"Jim\" Smith, III"),
            ],
        ]));
        assert_eq!(printed, r#"OU=Sales+CN=\ #James \"Jim\" Smith\, III,DC=example,DC=net"#);
        let unknown = print(&name(&[&[attribute("1.3.6.1.4.1.1466.0", 0x04, &[0x48, 0x69])]]));
        assert_eq!(unknown, "1.3.6.1.4.1.1466.0=#04024869");
        assert_eq!(print(&name(&[&[attribute("2.5.4.3", UTF8_STRING, b"a\x0D")]])), "CN=a\\0D");
        assert_eq!(print(b"nonsense"), "(unreadable name)");
    }

    #[test]
    fn attributes_are_found_by_any_of_their_names() {
        let name = name(&[
            &[attribute("2.5.4.3", UTF8_STRING, "Hằng".as_bytes())],
            &[attribute("1.2.840.113549.1.9.1", IA5_STRING, b"a@example.vn")],
        ]);
        assert!(has(&name, "CN", "Hằng") && has(&name, "cn", "Hằng") && has(&name, "2.5.4.3", "Hằng"));
        assert!(has(&name, "email", "a@example.vn") && has(&name, "emailAddress", "a@example.vn"));
        assert_eq!((values(&name, "CN"), values(&name, "UID")), (vec!["Hằng".to_owned()], vec![]));
        assert!(!has(&name, "CN", "hằng") && !has(&name, "O", "Hằng") && !has(b"junk", "CN", "x"));
    }

    #[test]
    fn strings_of_every_type() {
        let cases: [(u8, &[u8], Option<&str>); 6] = [
            (UTF8_STRING, "Hà Nội".as_bytes(), Some("Hà Nội")),
            (BMP_STRING, &[0x00, 0x48, 0x1E, 0xD9], Some("Hộ")),
            (UNIVERSAL_STRING, &[0, 0, 0, 0x48], Some("H")),
            (TELETEX_STRING, &[0xE0], Some("à")),
            (BMP_STRING, &[0x00], None),
            (UTF8_STRING, &[0xFF], None),
        ];
        for (tag, value, expected) in cases {
            let name = name(&[&[attribute("2.5.4.3", tag, value)]]);
            assert_eq!(common_name(&name).as_deref(), expected);
        }
    }

    #[test]
    fn same_names_differ_in_case_type_and_spaces_only() {
        let one = name(&[&[attribute("2.5.4.3", UTF8_STRING, b"Root  CA")]]);
        let other = name(&[&[attribute("2.5.4.3", PRINTABLE_STRING, b"root ca")]]);
        let third = name(&[&[attribute("2.5.4.10", PRINTABLE_STRING, b"root ca")]]);
        assert!(same_name(&one, &other));
        assert!(!same_name(&one, &third));
        assert!(!same_name(&one, b"junk"));
    }
}
