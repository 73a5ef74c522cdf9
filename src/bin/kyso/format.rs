//! What kind of document a file is, by what it holds.

use std::path::Path;

use kyso::Source;

use crate::failure::{Exit, Failure};

/// What kind of document a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Pdf,
    Xml,
}

/// So many bytes are looked at: the header of a PDF stands within them (ISO 32000-1, annex H.3.4.1).
const HEAD: usize = 1024;

/// The format of a document; `None` for what begins like neither, which may be a damaged one.
pub(crate) fn find<S: Source>(source: &S, path: &Path) -> Result<Option<Format>, Failure> {
    Ok(of(&head(source, path)?))
}

fn head<S: Source>(source: &S, path: &Path) -> Result<Vec<u8>, Failure> {
    let mut head = vec![0; HEAD];
    let mut length = 0;
    while let Some(rest) = head.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match source.read_at(length as u64, rest) {
            Ok(0) => break,
            Ok(count) => length = length.saturating_add(count),
            Err(error) => return Err(Failure::io(path, "reading", &error)),
        }
    }
    head.truncate(length);
    Ok(head)
}

fn of(head: &[u8]) -> Option<Format> {
    // Markup first: an XML document may well hold the letters of a PDF's header.
    if begins_like_xml(head) {
        Some(Format::Xml)
    } else if head.windows(5).any(|bytes| bytes == b"%PDF-") {
        Some(Format::Pdf)
    } else {
        None
    }
}

/// UTF-8 and its relatives, UTF-16 and UTF-32 with and without a byte order mark, EBCDIC: the reader says
/// which of them it takes.
fn begins_like_xml(head: &[u8]) -> bool {
    match head {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, 0, 0xFE, 0xFF, ..] => return true,
        [b'<', 0, ..] | [0, b'<', ..] | [0, 0, 0, b'<', ..] | [0x4C, 0x6F, 0xA7, 0x94, ..] => return true,
        _ => {}
    }
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    match text {
        [b'<', next, ..] => next.is_ascii_alphabetic() || *next >= 0x80 || b"!?_:".contains(next),
        _ => false,
    }
}

/// How an XML document is encoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Encoding {
    /// Its name, by the byte order mark or as the document declares it.
    pub(crate) name: String,
    pub(crate) has_mark: bool,
}

/// How an XML document is encoded, by what it says of itself.
pub(crate) fn encoding<S: Source>(source: &S, path: &Path) -> Result<Encoding, Failure> {
    Ok(encoding_of(&head(source, path)?))
}

fn encoding_of(head: &[u8]) -> Encoding {
    let of = |name: &str, has_mark| Encoding { name: name.to_owned(), has_mark };
    match head {
        [0xFF, 0xFE, ..] => of("UTF-16LE", true),
        [0xFE, 0xFF, ..] => of("UTF-16BE", true),
        [b'<', 0, ..] => of("UTF-16LE", false),
        [0, b'<', ..] => of("UTF-16BE", false),
        [0xEF, 0xBB, 0xBF, ..] => of("UTF-8", true),
        _ => of(&declared(head).unwrap_or_else(|| "UTF-8".to_owned()), false),
    }
}

/// The encoding that an XML declaration names.
fn declared(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let declaration = text.strip_prefix("<?xml")?.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let mark = value.chars().next().filter(|mark| matches!(mark, '"' | '\''))?;
    value.split(mark).nth(1).map(str::to_owned)
}

/// An option that is for documents of the other format. It would do nothing.
pub(crate) fn misplaced(option: &str, input: &Path, format: Format) -> Failure {
    let what = match format {
        Format::Pdf => format!("{option} is for XML, and this is a PDF; leave it out"),
        Format::Xml => format!("{option} is for PDF, and this is XML; leave it out"),
    };
    Failure::at(Exit::Usage, input, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_the_format() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        for xml in [
            b"<a/>".to_vec(),
            b"\xEF\xBB\xBF<?xml version='1.0'?><a/>".to_vec(),
            b"\r\n <!-- %PDF-1.7 --><a/>".to_vec(),
            "<hóaĐơn/>".as_bytes().to_vec(),
            "<đơn/>".as_bytes().to_vec(),
            utf16("\u{FEFF}<a/>"),
            utf16("<?xml version='1.0' encoding='UTF-16'?><a/>"),
        ] {
            assert_eq!(of(&xml), Some(Format::Xml), "{xml:?}");
        }
        for pdf in [b"%PDF-1.7\n".to_vec(), b"junk\n%PDF-1.4".to_vec(), b"<<>> %PDF-1.4".to_vec()] {
            assert_eq!(of(&pdf), Some(Format::Pdf), "{pdf:?}");
        }
        let mut late = vec![b' '; 1024];
        late.extend(b"%PDF-1.7");
        for neither in [b"".to_vec(), b"text".to_vec(), b"< a/>".to_vec()] {
            assert_eq!(of(&neither), None, "{neither:?}");
        }
        assert_eq!(find(&late, Path::new("late.pdf")).unwrap(), None);
    }

    #[test]
    fn encodings_have_names() {
        for (head, name, has_mark) in [
            (b"<a/>".as_slice(), "UTF-8", false),
            (b"\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?><a/>", "UTF-8", true),
            (b"<?xml version='1.0' encoding = \"ISO-8859-1\"?><a/>", "ISO-8859-1", false),
            (b"<?xml version='1.0'?><a encoding='x'/>", "UTF-8", false),
            (b"\xFF\xFE<\0a\0/\0>\0", "UTF-16LE", true),
            (b"\0<\0?\0x", "UTF-16BE", false),
        ] {
            assert_eq!(encoding_of(head), Encoding { name: name.to_owned(), has_mark });
        }
    }
}
