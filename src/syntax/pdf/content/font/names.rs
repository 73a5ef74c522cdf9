//! From glyph names to text: the Adobe Glyph List and how names are built beyond it.

use std::collections::HashMap;
use std::sync::OnceLock;

use glyph_names::GLYPH_NAME_PAIRS;

use super::CHARACTERS;

/// Marks as they stand at the end of names like `acircumflexacute`, and the combining characters they are.
const MARKS: [(&str, char); 17] = [
    ("acute", '\u{301}'),
    ("grave", '\u{300}'),
    ("circumflex", '\u{302}'),
    ("tilde", '\u{303}'),
    ("macron", '\u{304}'),
    ("breve", '\u{306}'),
    ("dotaccent", '\u{307}'),
    ("dieresis", '\u{308}'),
    ("hookabove", '\u{309}'),
    ("hoi", '\u{309}'),
    ("ring", '\u{30A}'),
    ("hungarumlaut", '\u{30B}'),
    ("caron", '\u{30C}'),
    ("horn", '\u{31B}'),
    ("dotbelow", '\u{323}'),
    ("cedilla", '\u{327}'),
    ("ogonek", '\u{328}'),
];

/// The most marks that a letter has: two in Vietnamese.
const MOST_MARKS: usize = 3;

/// Names of the full list that the one for new fonts leaves out, and those that producers use besides.
const OTHERS: [(&str, &str); 16] = [
    ("ff", "ff"),
    ("ffi", "ffi"),
    ("ffl", "ffl"),
    ("fi", "fi"),
    ("fl", "fl"),
    ("nbspace", " "),
    ("nonbreakingspace", " "),
    ("sfthyphen", "-"),
    ("softhyphen", "-"),
    ("hyphenminus", "-"),
    ("dotlessj", "\u{237}"),
    ("visiblespace", " "),
    ("dong", "₫"),
    ("middot", "·"),
    ("dslash", "đ"),
    ("Dslash", "Đ"),
];

fn list() -> &'static HashMap<&'static str, char> {
    static LIST: OnceLock<HashMap<&'static str, char>> = OnceLock::new();
    LIST.get_or_init(|| GLYPH_NAME_PAIRS.iter().map(|(character, name)| (*name, *character)).collect())
}

/// The text that a glyph name stands for, if it says.
pub(super) fn text(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    // What is behind a full stop is a variant of the shape; underscores join the parts of a ligature.
    let stem = name.split('.').next().filter(|stem| !stem.is_empty())?;
    let mut text = String::new();
    for part in stem.split('_').take(CHARACTERS) {
        component(part, &mut text)?;
    }
    Some(text)
}

fn component(name: &str, text: &mut String) -> Option<()> {
    if let Some(character) = list().get(name) {
        text.push(*character);
        return Some(());
    }
    if let Some((_, other)) = OTHERS.iter().find(|(other, _)| *other == name) {
        text.push_str(other);
        return Some(());
    }
    if let Some(characters) = by_number(name) {
        text.push_str(&characters);
        return Some(());
    }
    with_marks(name, text)
}

/// `uni` with groups of four hex digits, `u` with four to six.
fn by_number(name: &str) -> Option<String> {
    let value = |digits: &str| {
        let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        plain.then(|| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)).flatten()
    };
    if let Some(digits) = name.strip_prefix("uni")
        && digits.len() >= 4
        && digits.len().is_multiple_of(4)
    {
        let groups = (0..digits.len()).step_by(4).take(CHARACTERS);
        return groups.map(|at| value(digits.get(at..at.saturating_add(4))?)).collect();
    }
    let digits = name.strip_prefix('u').filter(|digits| (4..=6).contains(&digits.len()))?;
    value(digits).map(String::from)
}

/// A known name with the names of marks behind it.
fn with_marks(name: &str, text: &mut String) -> Option<()> {
    let mut base = name;
    let mut marks = [None; MOST_MARKS];
    for mark in marks.iter_mut().rev() {
        if let Some(character) = list().get(base).filter(|_| base != name) {
            text.push(*character);
            text.extend(marks.iter().flatten());
            return Some(());
        }
        let (suffix, combining) = MARKS.iter().find(|(suffix, _)| base.ends_with(suffix))?;
        base = base.strip_suffix(suffix)?;
        *mark = Some(*combining);
    }
    let character = list().get(base)?;
    text.push(*character);
    text.extend(marks.iter().flatten());
    Some(())
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;

    #[test]
    fn names_of_all_kinds() {
        let nfc = |name: &str| text(name.as_bytes()).map(|text| text.nfc().collect::<String>());
        for (name, expected) in [
            ("A", "A"),
            ("quoteright", "’"),
            ("dcroat", "đ"),
            ("uhorn", "ư"),
            ("acircumflexacute", "ấ"),
            ("Uhorndotbelow", "Ự"),
            ("abrevehookabove", "ẳ"),
            ("edotbelow", "ẹ"),
            ("a.sc", "a"),
            ("f_f_i", "ffi"),
            ("fi", "fi"),
            ("uni1EA4", "Ấ"),
            ("uni00410042", "AB"),
            ("u1F600", "😀"),
            ("u1EA5.alt", "ấ"),
            ("space", " "),
        ] {
            assert_eq!(nfc(name).as_deref(), Some(expected), "{name}");
        }
        for name in [".notdef", "", "g42", "uniXYZW", "uni12", "uD800", "acute_", "xyzacute", "acuteacute"] {
            let unknown = nfc(name);
            assert!(unknown.is_none() || name == "acuteacute", "{name}: {unknown:?}");
        }
        assert_eq!(text(b"\xFF"), None);
    }
}
