//! What a signature covers: ISO 32000-2, 12.8.1 and table 255.

use super::finding::FindingKind;
use crate::source::Source;
use crate::syntax::pdf::{Dictionary, Document, Entry, Object, ObjectId, PdfError};

/// What is wrong with a ByteRange or the gap it leaves.
pub(super) type Flaw = (FindingKind, String);

/// The four integers, when they make sense in a file of `len` bytes.
pub(super) fn read(dictionary: &Dictionary, len: u64) -> Result<[u64; 4], Flaw> {
    let malformed = |what: String| (FindingKind::ByteRangeMalformed, what);
    let items = match dictionary.get(b"ByteRange") {
        None => return Err((FindingKind::ByteRangeMissing, "the signature has no /ByteRange".to_owned())),
        Some(Object::Array(items)) => items,
        Some(Object::Reference(id)) => return Err(malformed(format!("/ByteRange is not direct but {id}"))),
        Some(_) => return Err(malformed("/ByteRange is not an array".to_owned())),
    };
    let numbers: Option<Vec<i64>> = items.iter().map(Object::as_integer).collect();
    let numbers = numbers.ok_or_else(|| malformed("/ByteRange holds what is no integer".to_owned()))?;
    let &[a, b, c, d] = numbers.as_slice() else {
        let count = numbers.len();
        return Err(malformed(format!("/ByteRange has {count} elements, not four")));
    };
    let unsigned = |number: i64| {
        u64::try_from(number).map_err(|_| malformed(format!("/ByteRange has the negative number {number}")))
    };
    let [a, b, c, d] = [unsigned(a)?, unsigned(b)?, unsigned(c)?, unsigned(d)?];
    if a != 0 {
        return Err(malformed(format!("/ByteRange begins at byte {a}, not at 0")));
    }
    if b == 0 || d == 0 {
        return Err(malformed("/ByteRange has an empty range".to_owned()));
    }
    if c < b {
        return Err(malformed(format!("the ranges of /ByteRange overlap: 0 to {b}, and from {c}")));
    }
    // Shorter than "<00>" there is no signature in the gap.
    if c < b.saturating_add(4) {
        return Err(malformed(format!("/ByteRange leaves out {} bytes only", c.saturating_sub(b))));
    }
    match c.checked_add(d) {
        Some(end) if end <= len => Ok([a, b, c, d]),
        _ => Err(malformed(format!("/ByteRange ends behind the end of the file, byte {len}"))),
    }
}

/// Whether the gap is exactly the hexadecimal string that `/Contents` was read from.
pub(super) fn check_gap<S: Source>(
    document: &Document<S>,
    [_, b, c, _]: [u64; 4],
    contents: &[u8],
) -> Result<Option<Flaw>, PdfError> {
    let wrong = |what: &str| Ok(Some((FindingKind::GapMismatch, format!("bytes {b} to {c} {what}"))));
    let size = c.saturating_sub(b);
    let digits = size.saturating_sub(2);
    if digits.div_ceil(2) != contents.len() as u64 {
        return wrong("do not have the length of /Contents");
    }
    let gap = document.view().bytes(b, usize::try_from(size).unwrap_or(usize::MAX))?;
    let Some(hex) = gap.strip_prefix(b"<").and_then(|rest| rest.strip_suffix(b">")) else {
        return wrong("are not one string in hexadecimal, from < to >");
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut pairs = hex.chunks(2);
    let same = contents.iter().all(|byte| {
        let Some([high, low @ ..]) = pairs.next() else { return false };
        // A missing last digit counts as 0 (7.3.4.3).
        let low = low.first().copied().unwrap_or(b'0');
        match (digit(*high), digit(low)) {
            (Some(high), Some(low)) => high << 4 | low == u32::from(*byte),
            _ => false,
        }
    });
    if same { Ok(None) } else { wrong("hold something other than the digits of /Contents") }
}

/// Whether the object that holds the signature dictionary stands around the gap.
pub(super) fn check_place<S: Source>(
    document: &Document<S>,
    holder: ObjectId,
    [_, b, c, _]: [u64; 4],
) -> Result<Option<Flaw>, PdfError> {
    let wrong = |what: String| Ok(Some((FindingKind::SignatureMisplaced, what)));
    let Entry::InUse { offset, .. } = document.entry(holder.number)? else {
        return wrong(format!("object {holder} with the signature is not an object of its own in the file"));
    };
    let start = document.absolute(offset);
    let length = document.view().parse(start, |lexer| {
        lexer.object_header()?;
        lexer.object()?;
        Ok(lexer.position())
    })?;
    let end = start.saturating_add(length as u64);
    if start >= b || end <= c {
        return wrong(format!(
            "object {holder} with the signature is at bytes {start} to {end}, what it leaves out at {b} to {c}"
        ));
    }
    Ok(None)
}

/// Whether the bytes before `end` are a revision: `%%EOF`, white space apart, is the last of them.
pub(super) fn ends_revision<S: Source>(document: &Document<S>, end: u64) -> Result<bool, PdfError> {
    const LOOK: u64 = 64;
    let at = end.saturating_sub(LOOK);
    let tail = document.view().bytes(at, usize::try_from(end.saturating_sub(at)).unwrap_or(0))?;
    let blank = |byte: &u8| matches!(byte, 0 | 9 | 10 | 12 | 13 | 32);
    let blanks = tail.iter().rev().take_while(|byte| blank(byte)).count();
    Ok(tail.get(..tail.len().saturating_sub(blanks)).is_some_and(|tail| tail.ends_with(b"%%EOF")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(numbers: &[i64]) -> Dictionary {
        let mut dictionary = Dictionary::new();
        let items = numbers.iter().map(|number| Object::from(*number)).collect();
        dictionary.set(b"ByteRange", Object::Array(items));
        dictionary
    }

    /// The plain rule, in the widest integers there are.
    fn makes_sense(numbers: &[i64], len: u64) -> bool {
        let wide: Vec<i128> = numbers.iter().map(|number| i128::from(*number)).collect();
        matches!(*wide, [0, b, c, d] if b > 0 && c >= b + 4 && d > 0 && c + d <= i128::from(len))
    }

    #[test]
    fn forged_ranges_are_named() {
        let kind = |numbers: &[i64]| read(&dictionary(numbers), 100).map_err(|(kind, _)| kind);
        assert_eq!(kind(&[0, 10, 20, 80]), Ok([0, 10, 20, 80]));
        for numbers in [
            &[][..],
            &[0, 10, 20],
            &[0, 10, 20, 80, 0],
            &[1, 10, 20, 80],
            &[0, 10, 5, 95],
            &[0, 10, 12, 88],
            &[0, -10, 20, 80],
            &[0, 10, 20, 81],
            &[0, 0, 20, 80],
            &[0, 10, 100, 0],
            &[0, 10, i64::MAX, i64::MAX],
        ] {
            assert_eq!(kind(numbers), Err(FindingKind::ByteRangeMalformed), "{numbers:?}");
        }
        let missing = read(&Dictionary::new(), 100).map_err(|(kind, _)| kind);
        assert_eq!(missing, Err(FindingKind::ByteRangeMissing));
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_the_plain_rule(
            numbers in proptest::collection::vec(
                proptest::prop_oneof![0_i64..120, -3_i64..3, proptest::prelude::any::<i64>()], 3..6),
        ) {
            proptest::prop_assert_eq!(read(&dictionary(&numbers), 100).is_ok(), makes_sense(&numbers, 100));
        }
    }
}
