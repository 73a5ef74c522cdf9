//! This reader against the pipeline's: they share no code that looks at markup, and must take the same
//! documents and see the same in them.

use proptest::prelude::*;
use proptest::sample::Index;

use super::read;
use crate::limits::Limits;
use crate::syntax::xml::compare::documents::document;
use crate::syntax::xml::tree::read::read as read_strictly;
use crate::syntax::xml::tree::{NodeSet, Tree, c14n};
use crate::syntax::xml::{C14nMethod, XmlError, XmlErrorKind};

/// One change of a document's bytes.
#[derive(Clone, Debug)]
enum Change {
    Insert(Index, &'static str),
    Replace(Index, &'static str),
    Remove(Index, usize),
    /// A run of the document once more, elsewhere.
    Copy(Index, usize, Index),
    Swap(Index),
    /// Any byte: most are no UTF-8 where they stand.
    Byte(Index, u8),
    End(Index),
}

/// What means something to a reader of XML, or nearly.
const PIECES: [&str; 66] = [
    "<",
    ">",
    "&",
    "\"",
    "'",
    "=",
    "/",
    "?",
    "!",
    "-",
    "[",
    "]",
    " ",
    "\r",
    "\n",
    "\t",
    ";",
    ":",
    "#",
    "x",
    "0",
    "a",
    ".",
    "--",
    "]]>",
    "-->",
    "?>",
    "/>",
    "</",
    "<!",
    "<?",
    "<!--",
    "<![CDATA[",
    "&#",
    "&#x",
    "&#0;",
    "&#xD800;",
    "&#x10FFFF;",
    "&#x110000;",
    "&lt;",
    "&nothing;",
    "<?xml?>",
    "<?xml version='1.0'?>",
    "<?XML ?>",
    "<?x:y?>",
    "<?xmlx y?>",
    "<a>",
    "</a>",
    "<a/>",
    "<:a/>",
    "<a:/>",
    "<a:b:c/>",
    "<!DOCTYPE a>",
    "<!doctype",
    " xmlns='urn:n'",
    " xmlns:p=''",
    " xmlns:xml='urn:x'",
    " xmlns:xmlns='u:x'",
    " p:a='1'",
    " xml:a='1'",
    "\u{FEFF}",
    "\u{B7}",
    "\u{C}",
    "\u{85}",
    "\u{FFFE}",
    "\u{7F}",
];

fn change() -> impl Strategy<Value = Change> {
    let piece = || prop::sample::select(PIECES.to_vec());
    let at = || any::<Index>();
    prop_oneof![
        4 => (at(), piece()).prop_map(|(at, piece)| Change::Insert(at, piece)),
        3 => (at(), piece()).prop_map(|(at, piece)| Change::Replace(at, piece)),
        2 => (at(), 1_usize..4).prop_map(|(at, length)| Change::Remove(at, length)),
        1 => (at(), 1_usize..20, at()).prop_map(|(from, length, to)| Change::Copy(from, length, to)),
        1 => at().prop_map(Change::Swap),
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        1 => at().prop_map(Change::End),
    ]
}

fn changed(document: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = document.to_vec();
    for change in changes {
        let place = |at: &Index| at.index(bytes.len() + 1);
        match change {
            Change::Insert(at, piece) => {
                let at = place(at);
                bytes.splice(at..at, piece.bytes());
            }
            Change::Replace(at, piece) => {
                let at = place(at);
                bytes.splice(at..bytes.len().min(at + 1), piece.bytes());
            }
            Change::Remove(at, length) => {
                let at = place(at);
                bytes.drain(at..bytes.len().min(at + length));
            }
            Change::Copy(from, length, to) => {
                let (from, to) = (place(from), place(to));
                let copy = bytes[from..bytes.len().min(from + length)].to_vec();
                bytes.splice(to..to, copy);
            }
            Change::Swap(at) => {
                let at = place(at);
                if at + 1 < bytes.len() {
                    bytes.swap(at, at + 1);
                }
            }
            Change::Byte(at, byte) => {
                let at = place(at);
                bytes.splice(at..bytes.len().min(at + 1), [*byte]);
            }
            Change::End(at) => {
                let at = place(at);
                bytes.truncate(at);
            }
        }
    }
    bytes
}

fn octets(tree: &Tree) -> String {
    let method = C14nMethod::Inclusive10 { comments: true };
    let parameters = c14n::Parameters { method, prefixes: Vec::new() };
    let set = NodeSet::document(tree, true);
    String::from_utf8(c14n::octets_of(tree, &set, &parameters, &Limits::default()).unwrap()).unwrap()
}

/// What only the pipeline refuses: namespaces that are relative references, of which canonical forms are
/// not defined, and references of more bytes than a window is looked through for.
fn is_stricter(error: &XmlError, bytes: &[u8]) -> bool {
    let long_reference = || {
        let at = usize::try_from(error.offset()).unwrap();
        let rest = &bytes[at..];
        rest.starts_with(b"&") && rest.iter().position(|byte| *byte == b';').is_none_or(|end| end >= 64)
    };
    matches!(error.kind(), XmlErrorKind::RelativeNamespace { .. }) || long_reference()
}

/// Both take the document and see the same, or neither takes it.
fn agree(bytes: &[u8]) -> Result<bool, String> {
    let limits = Limits::default();
    match (read(bytes, &limits), read_strictly(bytes, &limits)) {
        (Ok(one), Ok(other)) => {
            let (one, other) = (octets(&one), octets(&other));
            if one == other { Ok(true) } else { Err(format!("{one:?}\n{other:?}")) }
        }
        (Err(_), Err(_)) => Ok(false),
        (Ok(_), Err(error)) if is_stricter(&error, bytes) => Ok(false),
        (Ok(_), Err(error)) => Err(format!("only the strict reader refuses: {error}")),
        (Err(error), Ok(_)) => Err(format!("only this reader refuses: {error}")),
    }
}

#[test]
fn on_every_piece_everywhere() {
    let document = "<?xml version='1.0'?><!--c--><r a='&amp;b' xmlns:p='u:p'>t&lt;<p:e p:b=\"\"/><![CDATA[]>]]><?t d?></r>\n";
    assert_eq!(agree(document.as_bytes()), Ok(true));
    let mut taken = 0;
    for at in 0..=document.len() {
        for piece in PIECES {
            for removed in 0..3 {
                let mut bytes = document.as_bytes().to_vec();
                bytes.splice(at..bytes.len().min(at + removed), piece.bytes());
                match agree(&bytes) {
                    Ok(good) => taken += usize::from(good),
                    Err(how) => panic!("{:?}: {how}", String::from_utf8_lossy(&bytes)),
                }
            }
        }
    }
    assert!(taken > 1000, "{taken}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn on_documents_and_damaged_ones(
        document in document(), changes in prop::collection::vec(change(), 0..4), mark in prop::bool::weighted(0.1),
    ) {
        let mut bytes = changed(document.as_bytes(), &changes);
        if mark {
            bytes.splice(0..0, *b"\xEF\xBB\xBF");
        }
        let outcome = agree(&bytes);
        prop_assert!(outcome.is_ok(), "{:?}: {}", String::from_utf8_lossy(&bytes), outcome.unwrap_err());
    }
}
