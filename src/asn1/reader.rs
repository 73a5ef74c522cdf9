//! Reading values one after another.

use const_oid::ObjectIdentifier;

use super::{Asn1Error, BOOLEAN, INTEGER, OCTET_STRING, OID};

/// How strictly an input is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rules {
    /// Definite lengths in their shortest form.
    Der,
    /// Definite lengths in any form: certificates made by careless software.
    Lenient,
    /// Indefinite lengths too, nested at most so deep.
    Ber {
        /// The greatest number of indefinite-length values inside one another.
        depth: usize,
    },
}

/// One value with its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tlv<'a> {
    /// The identifier octet.
    pub(crate) tag: u8,
    /// Identifier, length and contents (and end-of-contents, where there is one).
    pub(crate) raw: &'a [u8],
    /// The contents.
    pub(crate) value: &'a [u8],
    /// Where `raw` begins in the input.
    pub(crate) offset: usize,
    /// Where `value` begins in the input.
    pub(crate) value_offset: usize,
    rules: Rules,
}

/// A cursor over consecutive values.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
    rules: Rules,
}

struct Header {
    tag: u8,
    len: usize,
    /// `None`: indefinite.
    contents: Option<usize>,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8], rules: Rules) -> Self {
        Self { rest: bytes, offset: 0, rules }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) const fn offset(&self) -> usize {
        self.offset
    }

    /// The tag of the next value.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next value, whatever it is.
    pub(crate) fn any(&mut self) -> Result<Tlv<'a>, Asn1Error> {
        let header = header(self.rest, self.offset, self.rules)?;
        let (contents, trailer) = match (header.contents, self.rules) {
            (Some(contents), _) => (contents, 0),
            (None, Rules::Ber { depth }) => {
                let body = self.rest.get(header.len..).unwrap_or(&[]);
                let start = self.offset.saturating_add(header.len);
                (indefinite_contents(body, start, self.rules, depth)?, 2)
            }
            (None, _) => return Err(Asn1Error::Length { offset: self.offset.saturating_add(1) }),
        };
        let truncated = Asn1Error::Truncated { offset: self.offset.saturating_add(self.rest.len()) };
        let Some(end) = header.len.checked_add(contents) else { return Err(truncated) };
        let Some(total) = end.checked_add(trailer) else { return Err(truncated) };
        let (Some(raw), Some(value), Some(rest)) =
            (self.rest.get(..total), self.rest.get(header.len..end), self.rest.get(total..))
        else {
            return Err(truncated);
        };
        let tlv = Tlv {
            tag: header.tag,
            raw,
            value,
            offset: self.offset,
            value_offset: self.offset.saturating_add(header.len),
            rules: self.rules,
        };
        self.rest = rest;
        self.offset = self.offset.saturating_add(total);
        Ok(tlv)
    }

    /// The next value, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<Tlv<'a>, Asn1Error> {
        match self.peek() {
            None => Err(Asn1Error::Truncated { offset: self.offset }),
            Some(found) if found != tag => Err(Asn1Error::Tag { offset: self.offset, expected: tag, found }),
            Some(_) => self.any(),
        }
    }

    /// The next value if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, Asn1Error> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }

    pub(crate) fn oid(&mut self) -> Result<ObjectIdentifier, Asn1Error> {
        let tlv = self.expect(OID)?;
        ObjectIdentifier::from_bytes(tlv.value).map_err(|_| Asn1Error::Value {
            offset: tlv.offset,
            what: "object identifier that cannot be read",
        })
    }

    /// A non-negative INTEGER that fits.
    pub(crate) fn small_integer(&mut self) -> Result<u32, Asn1Error> {
        let tlv = self.expect(INTEGER)?;
        let digits = tlv.unsigned()?;
        if digits.len() > 4 {
            return Err(Asn1Error::Value { offset: tlv.offset, what: "number too large" });
        }
        Ok(digits.iter().fold(0, |sum, digit| (sum << 8) | u32::from(*digit)))
    }

    /// A BOOLEAN with a DEFAULT of FALSE.
    pub(crate) fn boolean_or_false(&mut self) -> Result<bool, Asn1Error> {
        Ok(self.optional(BOOLEAN)?.is_some_and(|tlv| tlv.value.iter().any(|byte| *byte != 0)))
    }

    /// Fails unless everything has been read.
    pub(crate) const fn finish(&self) -> Result<(), Asn1Error> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Asn1Error::Trailing { offset: self.offset, count: self.rest.len() })
        }
    }
}

impl<'a> Tlv<'a> {
    /// A reader of the values inside.
    pub(crate) const fn inside(&self) -> Reader<'a> {
        Reader { rest: self.value, offset: self.value_offset, rules: self.rules }
    }

    /// The digits of a non-negative INTEGER, big-endian, without leading zeros.
    pub(crate) fn unsigned(&self) -> Result<&'a [u8], Asn1Error> {
        let wrong = |what| Asn1Error::Value { offset: self.offset, what };
        match self.value {
            [] => Err(wrong("INTEGER without contents")),
            [first, ..] if *first >= 0x80 => Err(wrong("negative INTEGER")),
            [0, second, ..] if *second < 0x80 && matches!(self.rules, Rules::Der) => {
                Err(wrong("INTEGER with a needless leading zero"))
            }
            value => {
                let zeros = value.iter().take_while(|byte| **byte == 0).count();
                Ok(value.get(zeros..).unwrap_or(&[]))
            }
        }
    }

    /// The octets of a BIT STRING that has no unused bits.
    pub(crate) fn whole_octets(&self) -> Result<&'a [u8], Asn1Error> {
        match self.value {
            [0, octets @ ..] => Ok(octets),
            _ => {
                Err(Asn1Error::Value { offset: self.offset, what: "BIT STRING of a broken number of octets" })
            }
        }
    }

    /// The octets of an OCTET STRING, its segments joined when it is constructed (X.690, 8.7.3).
    ///
    /// `number` is the identifier octet of the primitive form.
    pub(crate) fn octets(&self, depth: usize) -> Result<Vec<u8>, Asn1Error> {
        let mut joined = Vec::new();
        self.join_octets(depth, &mut joined)?;
        Ok(joined)
    }

    fn join_octets(&self, depth: usize, joined: &mut Vec<u8>) -> Result<(), Asn1Error> {
        if self.tag & 0x20 == 0 {
            joined.extend_from_slice(self.value);
            return Ok(());
        }
        let Some(below) = depth.checked_sub(1) else {
            return Err(Asn1Error::Depth { offset: self.offset, limit: depth });
        };
        let mut segments = self.inside();
        while !segments.is_empty() {
            let segment = segments.any()?;
            if segment.tag & !0x20 != OCTET_STRING {
                return Err(Asn1Error::Tag {
                    offset: segment.offset,
                    expected: OCTET_STRING,
                    found: segment.tag,
                });
            }
            segment.join_octets(below, joined)?;
        }
        Ok(())
    }
}

fn header(bytes: &[u8], offset: usize, rules: Rules) -> Result<Header, Asn1Error> {
    let truncated = || Asn1Error::Truncated { offset: offset.saturating_add(bytes.len()) };
    let length_at = offset.saturating_add(1);
    let tag = *bytes.first().ok_or_else(truncated)?;
    if tag & 0x1F == 0x1F {
        return Err(Asn1Error::HighTag { offset });
    }
    let first = *bytes.get(1).ok_or_else(truncated)?;
    if first < 0x80 {
        return Ok(Header { tag, len: 2, contents: Some(usize::from(first)) });
    }
    if first == 0x80 {
        // Only constructed values can have an indefinite length (X.690, 8.1.3.2).
        return if tag & 0x20 != 0 && matches!(rules, Rules::Ber { .. }) {
            Ok(Header { tag, len: 2, contents: None })
        } else {
            Err(Asn1Error::Length { offset: length_at })
        };
    }
    let count = usize::from(first & 0x7F);
    let end = count.saturating_add(2);
    let digits = bytes.get(2..end).ok_or_else(truncated)?;
    let mut contents = 0_usize;
    for digit in digits {
        contents = contents
            .checked_mul(256)
            .and_then(|value| value.checked_add(usize::from(*digit)))
            .ok_or(Asn1Error::Length { offset: length_at })?;
    }
    if matches!(rules, Rules::Der) && (contents < 0x80 || digits.first() == Some(&0)) {
        return Err(Asn1Error::Length { offset: length_at });
    }
    Ok(Header { tag, len: end, contents: Some(contents) })
}

/// The length of the contents of an indefinite-length value: up to its end-of-contents octets.
///
/// Values of definite length are stepped over, so this is one walk however they are nested.
fn indefinite_contents(body: &[u8], start: usize, rules: Rules, depth: usize) -> Result<usize, Asn1Error> {
    let mut at = 0_usize;
    let mut open = 1_usize;
    loop {
        let rest = body.get(at..).unwrap_or(&[]);
        let offset = start.saturating_add(at);
        if rest.starts_with(&[0, 0]) {
            open = open.saturating_sub(1);
            if open == 0 {
                return Ok(at);
            }
            at = at.saturating_add(2);
            continue;
        }
        let header = header(rest, offset, rules)?;
        let step = match header.contents {
            Some(contents) => header.len.saturating_add(contents),
            None => {
                open = open.saturating_add(1);
                if open > depth {
                    return Err(Asn1Error::Depth { offset, limit: depth });
                }
                header.len
            }
        };
        at = at.saturating_add(step);
        if at > body.len() {
            return Err(Asn1Error::Truncated { offset: start.saturating_add(body.len()) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SEQUENCE, SET};
    use super::*;

    #[test]
    fn reads_definite_values_and_their_places() {
        let bytes = [0x30, 0x05, 0x02, 0x01, 0x07, 0x05, 0x00, 0x31, 0x00];
        let mut reader = Reader::new(&bytes, Rules::Der);
        let sequence = reader.expect(SEQUENCE).unwrap();
        assert_eq!(sequence.raw, &bytes[..7]);
        let mut inside = sequence.inside();
        assert_eq!(inside.small_integer(), Ok(7));
        assert_eq!(inside.offset(), 5);
        assert_eq!(inside.any().unwrap().tag, 5);
        inside.finish().unwrap();
        assert_eq!(reader.finish(), Err(Asn1Error::Trailing { offset: 7, count: 2 }));
        assert!(reader.expect(SET).unwrap().value.is_empty());
        assert_eq!(reader.expect(SET).unwrap_err(), Asn1Error::Truncated { offset: 9 });
    }

    #[test]
    fn der_wants_shortest_lengths_and_others_do_not() {
        let bytes = [0x04, 0x81, 0x01, 0xAA];
        assert_eq!(Reader::new(&bytes, Rules::Der).any().unwrap_err(), Asn1Error::Length { offset: 1 });
        assert_eq!(Reader::new(&bytes, Rules::Lenient).any().unwrap().value, [0xAA]);
        let zero = [0x04, 0x82, 0x00, 0x80];
        assert_eq!(Reader::new(&zero, Rules::Der).any().unwrap_err(), Asn1Error::Length { offset: 1 });
        let huge = [0x04, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(Reader::new(&huge, Rules::Lenient).any().unwrap_err(), Asn1Error::Length { offset: 1 });
        let long = [0x04, 0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        assert!(matches!(Reader::new(&long, Rules::Lenient).any().unwrap_err(), Asn1Error::Truncated { .. }));
    }

    #[test]
    fn indefinite_lengths_only_in_ber() {
        let bytes = [0x30, 0x80, 0x24, 0x80, 0x04, 0x01, 0xAA, 0x04, 0x01, 0xBB, 0, 0, 0, 0, 0xFF];
        assert_eq!(Reader::new(&bytes, Rules::Lenient).any().unwrap_err(), Asn1Error::Length { offset: 1 });
        let mut reader = Reader::new(&bytes, Rules::Ber { depth: 2 });
        let sequence = reader.any().unwrap();
        assert_eq!((sequence.raw.len(), reader.offset()), (14, 14));
        let string = sequence.inside().any().unwrap();
        assert_eq!(string.octets(2).unwrap(), [0xAA, 0xBB]);
        assert_eq!(
            Reader::new(&bytes, Rules::Ber { depth: 1 }).any().unwrap_err(),
            Asn1Error::Depth { offset: 2, limit: 1 }
        );
        assert!(Reader::new(&bytes[..12], Rules::Ber { depth: 9 }).any().is_err());
    }

    #[test]
    fn integers() {
        let read =
            |bytes: &[u8], rules| Reader::new(bytes, rules).any().unwrap().unsigned().map(<[u8]>::to_vec);
        assert_eq!(read(&[2, 2, 0, 0x80], Rules::Der), Ok(vec![0x80]));
        assert!(read(&[2, 2, 0, 0x7F], Rules::Der).is_err());
        assert_eq!(read(&[2, 2, 0, 0x7F], Rules::Lenient), Ok(vec![0x7F]));
        assert!(read(&[2, 1, 0xFF], Rules::Lenient).is_err());
        assert!(read(&[2, 0], Rules::Lenient).is_err());
        assert_eq!(read(&[2, 1, 0], Rules::Der), Ok(vec![]));
    }
}
