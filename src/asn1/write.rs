//! Writing values whose lengths are known.

/// Bytes of the identifier and length octets before `contents` bytes.
pub(crate) const fn header_len(contents: usize) -> usize {
    match contents {
        0..0x80 => 2,
        0x80..0x100 => 3,
        0x100..0x1_0000 => 4,
        0x1_0000..0x100_0000 => 5,
        _ => 6,
    }
}

/// Bytes of a whole value with `contents` bytes inside.
pub(crate) const fn tlv_len(contents: usize) -> usize {
    header_len(contents).saturating_add(contents)
}

/// Writes identifier and length octets. Contents stay below 4 GiB, as nothing here is longer.
pub(crate) fn header(out: &mut Vec<u8>, tag: u8, contents: usize) {
    let [.., a, b, c, d] = contents.to_be_bytes();
    match header_len(contents) {
        2 => out.extend_from_slice(&[tag, d]),
        3 => out.extend_from_slice(&[tag, 0x81, d]),
        4 => out.extend_from_slice(&[tag, 0x82, c, d]),
        5 => out.extend_from_slice(&[tag, 0x83, b, c, d]),
        _ => out.extend_from_slice(&[tag, 0x84, a, b, c, d]),
    }
}

/// Writes a whole value.
pub(crate) fn tlv(out: &mut Vec<u8>, tag: u8, contents: &[u8]) {
    header(out, tag, contents.len());
    out.extend_from_slice(contents);
}

/// A whole value around parts that follow one another.
pub(crate) fn wrap(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(tlv_len(contents));
    header(&mut out, tag, contents);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// An INTEGER from the digits of a non-negative number.
pub(crate) fn unsigned(digits: &[u8]) -> Vec<u8> {
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    let digits = digits.get(zeros..).unwrap_or(&[]);
    match digits.first() {
        Some(first) if *first < 0x80 => wrap(super::INTEGER, &[digits]),
        _ => wrap(super::INTEGER, &[&[0], digits]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Reader, Rules};
    use super::*;

    #[test]
    fn headers_are_as_long_as_announced_and_read_back() {
        for len in [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x1_0000, 0xFF_FFFF, 0x100_0000] {
            let mut out = Vec::new();
            tlv(&mut out, 0x04, &vec![7; len]);
            assert_eq!(out.len(), tlv_len(len));
            let read = Reader::new(&out, Rules::Der).any().unwrap();
            assert_eq!((read.value.len(), read.raw.len()), (len, out.len()));
        }
    }

    #[test]
    fn numbers_have_the_sign_octet_they_need() {
        assert_eq!(unsigned(&[0, 0, 0x7F]), [2, 1, 0x7F]);
        assert_eq!(unsigned(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(unsigned(&[0]), [2, 1, 0]);
    }
}
