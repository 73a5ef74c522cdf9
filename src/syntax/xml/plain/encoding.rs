//! Which encoding a document is in (XML 1.0, 4.3.3 and appendix F), to UTF-8 and back.

use std::borrow::Cow;

use memchr::memmem;

use super::declaration::{Declaration, Kind};
use crate::syntax::xml::{XmlError, XmlErrorKind};

/// The encodings that are read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Ascii,
    Latin1,
}

/// What the first bytes of a document say of its encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sniffed {
    pub(crate) encoding: Encoding,
    /// Bytes of the byte order mark: 0, 2 or 3.
    pub(crate) bom: usize,
}

/// Finds the encoding of a document from its `head`: its first kilobyte or so, or all of it. Looks at
/// no more than the XML declaration, which must lie within `head`.
///
/// # Errors
/// [`XmlErrorKind::Encoding`] for an encoding that is not read here, and for one that the bytes
/// contradict (a UTF-8 document that calls itself UTF-16); what is wrong with the declaration.
pub(crate) fn sniff(head: &[u8]) -> Result<Sniffed, XmlError> {
    sniff_as(head, Kind::Document)
}

/// [`sniff`], for an external parsed entity too, which begins with a text declaration.
pub(super) fn sniff_as(head: &[u8], kind: Kind) -> Result<Sniffed, XmlError> {
    let bytes = |encoding, bom| Sniffed { encoding, bom };
    let family = match head {
        [0, 0, 0xFE, 0xFF, ..] | [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0, b'<', ..] | [b'<', 0, 0, 0, ..] => {
            return Err(unsupported("UTF-32"));
        }
        [0x4C, 0x6F, 0xA7, 0x94, ..] => return Err(unsupported("EBCDIC")),
        [0xEF, 0xBB, 0xBF, ..] => bytes(Encoding::Utf8, 3),
        [0xFF, 0xFE, ..] => bytes(Encoding::Utf16Le, 2),
        [0xFE, 0xFF, ..] => bytes(Encoding::Utf16Be, 2),
        [b'<', 0, b'?', 0, ..] => bytes(Encoding::Utf16Le, 0),
        [0, b'<', 0, b'?', ..] => bytes(Encoding::Utf16Be, 0),
        _ => bytes(Encoding::Utf8, 0),
    };
    let Some(declaration) = declaration_of(head, family)? else {
        return if family.bom == 0 && family.encoding != Encoding::Utf8 {
            Err(unsupported("UTF-16 without a byte order mark or a declaration"))
        } else {
            Ok(family)
        };
    };
    let parsed = Declaration::parse(&declaration, kind).map_err(|error| {
        let offset = offset_in(family, &declaration, error.offset());
        error.at(offset)
    })?;
    let Some(name) = parsed.and_then(|declaration| declaration.encoding) else {
        return Ok(family);
    };
    let is = |names: &[&str]| names.iter().any(|other| other.eq_ignore_ascii_case(name));
    let encoding = match family {
        Sniffed { encoding: Encoding::Utf8, .. } if is(&["UTF-8", "UTF8"]) => Encoding::Utf8,
        Sniffed { encoding: Encoding::Utf8, bom: 0 } if is(ASCII) => Encoding::Ascii,
        Sniffed { encoding: Encoding::Utf8, bom: 0 } if is(LATIN1) => Encoding::Latin1,
        Sniffed { encoding: Encoding::Utf16Le, .. } if is(&["UTF-16", "UTF-16LE"]) => Encoding::Utf16Le,
        Sniffed { encoding: Encoding::Utf16Be, .. } if is(&["UTF-16", "UTF-16BE"]) => Encoding::Utf16Be,
        _ => return Err(unsupported(name)),
    };
    Ok(Sniffed { encoding, bom: family.bom })
}

/// The registered names of US-ASCII that can stand in a declaration.
const ASCII: &[&str] = &["US-ASCII", "ASCII", "ANSI_X3.4-1968", "ISO646-US", "csASCII"];
/// The registered names of ISO-8859-1 that can stand in a declaration.
const LATIN1: &[&str] = &[
    "ISO-8859-1",
    "ISO_8859-1",
    "ISO8859-1",
    "latin1",
    "l1",
    "iso-ir-100",
    "IBM819",
    "CP819",
    "csISOLatin1",
];

fn unsupported(name: &str) -> XmlError {
    XmlError::new(0, XmlErrorKind::Encoding { name: name.to_owned() })
}

/// The text up to the end of the declaration, where there is one.
fn declaration_of(head: &[u8], family: Sniffed) -> Result<Option<Cow<'_, str>>, XmlError> {
    let body = head.get(family.bom..).unwrap_or_default();
    let wide = |pair: &[u8; 2]| match family.encoding {
        Encoding::Utf16Be => u16::from_be_bytes(*pair),
        _ => u16::from_le_bytes(*pair),
    };
    if family.encoding == Encoding::Utf8 {
        if !body.starts_with(b"<?xml") || !body.get(5).is_some_and(|byte| is_space(*byte)) {
            return Ok(None);
        }
        let unended = || XmlError::expected((family.bom + body.len()) as u64, "?>");
        let end = memmem::find(body, b"?>").ok_or_else(unended)?.saturating_add(2);
        let text = str::from_utf8(body.get(..end).unwrap_or_default()).map_err(|error| {
            XmlError::new((family.bom + error.valid_up_to()) as u64, XmlErrorKind::Character)
        })?;
        return Ok(Some(text.into()));
    }
    let mut text = String::new();
    for pair in body.as_chunks::<2>().0 {
        let offset = (family.bom + text.len() * 2) as u64;
        let Some(character) = u8::try_from(wide(pair)).ok().filter(u8::is_ascii) else {
            // A declaration is all ASCII; before one is seen, there is none.
            return if begins(&text) {
                Err(XmlError::new(offset, XmlErrorKind::Character))
            } else {
                Ok(None)
            };
        };
        text.push(char::from(character));
        if text.len() == 6 && !begins(&text) {
            return Ok(None);
        }
        if text.ends_with("?>") {
            return Ok(Some(text.into()));
        }
    }
    if begins(&text) { Err(XmlError::expected(head.len() as u64, "?>")) } else { Ok(None) }
}

fn begins(text: &str) -> bool {
    text.strip_prefix("<?xml").is_some_and(|rest| rest.bytes().next().is_some_and(is_space))
}

const fn is_space(byte: u8) -> bool {
    crate::syntax::xml::character::is_space(byte)
}

fn offset_in(family: Sniffed, text: &str, offset: u64) -> u64 {
    let at = usize::try_from(offset).unwrap_or(text.len());
    (family.bom as u64).saturating_add(family.encoding.width(text.get(..at).unwrap_or(text)))
}

impl Encoding {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Utf8, "utf-8"),
        (Self::Utf16Le, "utf-16le"),
        (Self::Utf16Be, "utf-16be"),
        (Self::Ascii, "us-ascii"),
        (Self::Latin1, "iso-8859-1"),
    ];

    /// The word for it in a state.
    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(encoding, _)| *encoding == self).map_or("", |(_, name)| name)
    }

    /// The encoding of this [`name`](Self::name).
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(encoding, _)| *encoding)
    }

    /// Bytes that `text` takes in this encoding, which has all of its characters.
    pub(super) fn width(self, text: &str) -> u64 {
        let count = |is: fn(&u8) -> bool| text.as_bytes().iter().filter(|byte| is(byte)).count() as u64;
        let characters = |byte: &u8| byte & 0xC0 != 0x80;
        match self {
            Self::Utf8 => text.len() as u64,
            Self::Ascii | Self::Latin1 => count(characters),
            Self::Utf16Le | Self::Utf16Be => {
                // Characters of four bytes in UTF-8 are a surrogate pair.
                count(characters).saturating_add(count(|byte| *byte >= 0xF0)).saturating_mul(2)
            }
        }
    }

    /// `bytes`, which follow `bom` bytes, as UTF-8.
    pub(super) fn decode(self, bytes: &[u8], bom: usize) -> Result<Cow<'_, str>, XmlError> {
        let wrong = |at: usize| XmlError::new((bom + at) as u64, XmlErrorKind::Character);
        match self {
            Self::Utf8 => {
                str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| wrong(error.valid_up_to()))
            }
            Self::Ascii => match bytes.iter().position(|byte| !byte.is_ascii()) {
                Some(at) => Err(wrong(at)),
                None => str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| wrong(error.valid_up_to())),
            },
            Self::Latin1 => Ok(bytes.iter().copied().map(char::from).collect::<String>().into()),
            Self::Utf16Le | Self::Utf16Be => {
                let (pairs, rest) = bytes.as_chunks::<2>();
                let units = pairs.iter().map(|pair| match self {
                    Self::Utf16Be => u16::from_be_bytes(*pair),
                    _ => u16::from_le_bytes(*pair),
                });
                let mut text = String::with_capacity(pairs.len());
                for character in char::decode_utf16(units) {
                    match character {
                        Ok(character) => text.push(character),
                        Err(_) => {
                            let at = (bom as u64).saturating_add(self.width(&text));
                            return Err(XmlError::new(at, XmlErrorKind::Character));
                        }
                    }
                }
                if rest.is_empty() { Ok(text.into()) } else { Err(wrong(bytes.len() - 1)) }
            }
        }
    }

    /// `text` in this encoding; a character that the encoding lacks becomes a character reference.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        let narrow = |highest: u32| {
            let mut bytes = Vec::with_capacity(text.len());
            for character in text.chars() {
                match u8::try_from(u32::from(character)) {
                    Ok(byte) if u32::from(byte) <= highest => bytes.push(byte),
                    _ => bytes.extend_from_slice(format!("&#x{:X};", u32::from(character)).as_bytes()),
                }
            }
            bytes
        };
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Ascii => narrow(0x7F),
            Self::Latin1 => narrow(0xFF),
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }
}
