//! From bytes to objects: ISO 32000-2, 7.2 and 7.3.
//!
//! The lexer works on a window of the file. When a token touches the end of a window that is not the
//! end of the file, it reports [`LexError::Truncated`], and the caller comes back with a larger window.

#![warn(clippy::arithmetic_side_effects)]

use super::object::{Dictionary, Name, Object, ObjectId};

/// Why no object could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LexError {
    /// The window ends inside the object.
    Truncated,
    /// The bytes at this offset into the window are not what they must be.
    Syntax { at: usize, expected: &'static str },
    /// Nested deeper than `Limits::depth`.
    TooDeep,
}

pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

pub(crate) const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

const fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !is_delimiter(byte)
}

/// A cursor over a window of the file.
#[derive(Clone, Debug)]
pub(crate) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether the window ends where the file ends.
    last: bool,
    depth: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) const fn new(bytes: &'a [u8], last: bool, depth: usize) -> Self {
        Self { bytes, at: 0, last, depth }
    }

    /// A lexer over bytes that are all there is.
    pub(crate) const fn whole(bytes: &'a [u8], depth: usize) -> Self {
        Self::new(bytes, true, depth)
    }

    pub(crate) const fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn peek_second(&self) -> Option<u8> {
        self.bytes.get(self.at.saturating_add(1)).copied()
    }

    pub(crate) const fn bump(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    /// Moves the cursor to an offset into the bytes.
    pub(crate) const fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.bump();
        Some(byte)
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    const fn end_or(&self, expected: &'static str) -> LexError {
        if self.last { LexError::Syntax { at: self.at, expected } } else { LexError::Truncated }
    }

    pub(crate) fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if is_space(byte) {
                self.bump();
            } else if byte == b'%' {
                match memchr::memchr2(b'\r', b'\n', self.rest()) {
                    Some(length) => self.at = self.at.saturating_add(length),
                    None => self.at = self.bytes.len(),
                }
            } else {
                break;
            }
        }
    }

    /// The run of regular characters here; may be empty.
    pub(crate) fn regular(&mut self) -> Result<&'a [u8], LexError> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !is_regular(*byte)).unwrap_or(rest.len());
        if length == rest.len() && !self.last {
            return Err(LexError::Truncated);
        }
        self.at = self.at.saturating_add(length);
        Ok(rest.get(..length).unwrap_or(&[]))
    }

    /// Takes `word` when it stands here as a whole token.
    pub(crate) fn keyword(&mut self, word: &'static str) -> Result<(), LexError> {
        let start = self.at;
        if self.regular()? == word.as_bytes() {
            Ok(())
        } else {
            self.at = start;
            Err(LexError::Syntax { at: start, expected: word })
        }
    }

    /// Takes `word` when the bytes here begin with it, whatever follows.
    pub(crate) fn prefix(&mut self, word: &'static str) -> Result<(), LexError> {
        let rest = self.rest();
        if rest.starts_with(word.as_bytes()) {
            self.at = self.at.saturating_add(word.len());
            Ok(())
        } else if !self.last && word.as_bytes().starts_with(rest) {
            Err(LexError::Truncated)
        } else {
            Err(LexError::Syntax { at: self.at, expected: word })
        }
    }

    /// An unsigned integer here, digits only.
    pub(crate) fn unsigned(&mut self) -> Result<u64, LexError> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        if length == rest.len() && !self.last {
            return Err(LexError::Truncated);
        }
        let digits = rest.get(..length).unwrap_or(&[]);
        let value = parse_digits(digits).ok_or(LexError::Syntax { at: self.at, expected: "an integer" })?;
        self.at = self.at.saturating_add(length);
        Ok(value)
    }

    /// `N G obj`, the cursor left behind it.
    pub(crate) fn object_header(&mut self) -> Result<ObjectId, LexError> {
        self.skip_space();
        let at = self.at;
        let number = self.unsigned()?;
        self.skip_space();
        let generation = self.unsigned()?;
        self.skip_space();
        self.prefix("obj")?;
        let bad = LexError::Syntax { at, expected: "an object number" };
        Ok(ObjectId::new(
            u32::try_from(number).map_err(|_| bad)?,
            u16::try_from(generation).map_err(|_| bad)?,
        ))
    }

    /// Any object; `N G R` is a reference.
    pub(crate) fn object(&mut self) -> Result<Object, LexError> {
        self.skip_space();
        let at = self.at;
        match self.peek().ok_or_else(|| self.end_or("an object"))? {
            b'/' => {
                self.bump();
                self.name().map(Object::Name)
            }
            b'(' => {
                self.bump();
                let mut text = Vec::new();
                self.literal_string(&mut text)?;
                Ok(Object::String(text))
            }
            b'<' => match self.peek_second() {
                Some(b'<') => {
                    self.at = self.at.saturating_add(2);
                    self.nested(Self::dictionary_body).map(Object::Dictionary)
                }
                Some(_) => {
                    self.bump();
                    let mut text = Vec::new();
                    self.hex_string(&mut text)?;
                    Ok(Object::String(text))
                }
                None => Err(self.end_or("a string or dictionary")),
            },
            b'[' => {
                self.bump();
                self.nested(Self::array_body).map(Object::Array)
            }
            b'0'..=b'9' => self.number_or_reference(),
            b'+' | b'-' | b'.' => self.number(),
            byte if is_regular(byte) => match self.regular()? {
                b"null" => Ok(Object::Null),
                b"true" => Ok(Object::Boolean(true)),
                b"false" => Ok(Object::Boolean(false)),
                _ => {
                    self.at = at;
                    Err(LexError::Syntax { at, expected: "an object" })
                }
            },
            _ => Err(LexError::Syntax { at, expected: "an object" }),
        }
    }

    fn nested<T>(&mut self, body: fn(&mut Self) -> Result<T, LexError>) -> Result<T, LexError> {
        self.depth = self.depth.checked_sub(1).ok_or(LexError::TooDeep)?;
        let result = body(self);
        self.depth = self.depth.saturating_add(1);
        result
    }

    fn array_body(&mut self) -> Result<Vec<Object>, LexError> {
        let mut items = Vec::new();
        loop {
            self.skip_space();
            match self.peek().ok_or_else(|| self.end_or("]"))? {
                b']' => {
                    self.bump();
                    return Ok(items);
                }
                _ => items.push(self.lenient_object()?),
            }
        }
    }

    fn dictionary_body(&mut self) -> Result<Dictionary, LexError> {
        let mut dictionary = Dictionary::with_room();
        loop {
            self.skip_space();
            match self.peek().ok_or_else(|| self.end_or(">>"))? {
                b'>' => {
                    self.bump();
                    return match self.next() {
                        Some(b'>') => Ok(dictionary),
                        Some(_) => Err(LexError::Syntax { at: self.at, expected: ">>" }),
                        None => Err(self.end_or(">>")),
                    };
                }
                b'/' => {
                    self.bump();
                    let key = self.name()?;
                    self.skip_space();
                    let value = match self.peek() {
                        // A key without a value at the end of a dictionary.
                        Some(b'>') if self.peek_second() == Some(b'>') => Object::Null,
                        _ => self.lenient_object()?,
                    };
                    dictionary.push(key, value);
                }
                // Readers skip what stands where a key should be.
                _ => {
                    self.lenient_object()?;
                }
            }
        }
    }

    /// Like [`Self::object`], but an unknown word is no error, as other readers have it.
    fn lenient_object(&mut self) -> Result<Object, LexError> {
        match self.object() {
            Err(LexError::Syntax { at, .. }) if at == self.at && self.peek().is_some_and(is_regular) => {
                let word = self.regular()?;
                if matches!(word, b"endobj" | b"stream" | b"endstream" | b"obj") {
                    return Err(LexError::Syntax { at, expected: "the end of an array or dictionary" });
                }
                // Kept as it was written, because an object that is rewritten must not lose it.
                Ok(Object::Real(word.into()))
            }
            other => other,
        }
    }

    /// A name, the cursor behind its solidus.
    pub(crate) fn name(&mut self) -> Result<Name, LexError> {
        let raw = self.regular()?;
        if memchr::memchr(b'#', raw).is_none() {
            return Ok(Name::from_slice(raw));
        }
        let mut name = Name::new();
        let mut rest = raw;
        while let Some((&first, tail)) = rest.split_first() {
            if first == b'#'
                && let Some(value) = tail.first_chunk::<2>().and_then(|[h, l]| hex_pair(*h, *l))
            {
                name.push(value);
                rest = tail.get(2..).unwrap_or(&[]);
            } else {
                name.push(first);
                rest = tail;
            }
        }
        Ok(name)
    }

    /// Appends a string in parentheses to `text`, the cursor behind the first.
    pub(crate) fn literal_string(&mut self, text: &mut Vec<u8>) -> Result<(), LexError> {
        let mut open = 0_usize;
        loop {
            match self.next().ok_or_else(|| self.end_or(")"))? {
                b'(' => {
                    open = open.saturating_add(1);
                    text.push(b'(');
                }
                b')' => {
                    let Some(less) = open.checked_sub(1) else { return Ok(()) };
                    open = less;
                    text.push(b')');
                }
                b'\r' => {
                    if self.peek() == Some(b'\n') {
                        self.bump();
                    }
                    text.push(b'\n');
                }
                b'\\' => self.escape(text)?,
                byte => text.push(byte),
            }
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), LexError> {
        match self.next().ok_or_else(|| self.end_or(")"))? {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.bump();
                }
            }
            b'\n' => {}
            first @ b'0'..=b'7' => {
                let mut value = u32::from(first) & 7;
                for _ in 0..2 {
                    match self.peek() {
                        Some(digit @ b'0'..=b'7') => {
                            self.bump();
                            value = (value << 3) | (u32::from(digit) & 7);
                        }
                        _ => break,
                    }
                }
                // High-order overflow is ignored (7.3.4.2).
                text.push((value & 0xFF) as u8);
            }
            byte => text.push(byte),
        }
        Ok(())
    }

    /// Appends a string of hex digits to `bytes`, the cursor behind its `<`.
    pub(crate) fn hex_string(&mut self, bytes: &mut Vec<u8>) -> Result<(), LexError> {
        let rest = self.rest();
        let length = memchr::memchr(b'>', rest).ok_or_else(|| self.end_or(">"))?;
        let digits = rest.get(..length).unwrap_or(&[]);
        bytes.reserve(length.div_ceil(2));
        let mut high = None;
        for digit in digits.iter().filter(|byte| !is_space(**byte)) {
            let value = hex_digit(*digit).ok_or(LexError::Syntax { at: self.at, expected: "hex digits" })?;
            match high.take() {
                None => high = Some(value),
                Some(first) => bytes.push((first << 4) | value),
            }
        }
        if let Some(first) = high {
            bytes.push(first << 4);
        }
        self.at = self.at.saturating_add(length).saturating_add(1);
        Ok(())
    }

    fn number_or_reference(&mut self) -> Result<Object, LexError> {
        let number = self.number()?;
        let Object::Integer(first) = number else { return Ok(number) };
        let after = self.at;
        self.skip_space();
        if self.at != after && self.peek().is_none_or(|byte| byte.is_ascii_digit()) {
            match self.reference_tail(first) {
                Ok(Some(id)) => return Ok(Object::Reference(id)),
                Err(LexError::Truncated) => return Err(LexError::Truncated),
                _ => {}
            }
        } else if self.peek().is_none() && !self.last {
            return Err(LexError::Truncated);
        }
        self.at = after;
        Ok(number)
    }

    fn reference_tail(&mut self, first: i64) -> Result<Option<ObjectId>, LexError> {
        let second = self.unsigned()?;
        self.skip_space();
        match self.peek() {
            Some(b'R') => {}
            None if !self.last => return Err(LexError::Truncated),
            _ => return Ok(None),
        }
        self.bump();
        match self.peek() {
            Some(byte) if is_regular(byte) => return Ok(None),
            None if !self.last => return Err(LexError::Truncated),
            _ => {}
        }
        match (u32::try_from(first), u16::try_from(second)) {
            (Ok(number), Ok(generation)) => Ok(Some(ObjectId::new(number, generation))),
            _ => Ok(None),
        }
    }

    fn number(&mut self) -> Result<Object, LexError> {
        let at = self.at;
        let word = self.regular()?;
        if let Some(value) = parse_integer(word) {
            return Ok(Object::Integer(value));
        }
        let numeric = word.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.'))
            && word.iter().any(u8::is_ascii_digit);
        if numeric {
            Ok(Object::Real(word.into()))
        } else {
            self.at = at;
            Err(LexError::Syntax { at, expected: "a number" })
        }
    }
}

/// Decimal digits only, at least one.
pub(crate) fn parse_digits(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit & 15))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

fn parse_integer(word: &[u8]) -> Option<i64> {
    match word.split_first()? {
        (b'-', digits) => 0_i64.checked_sub_unsigned(parse_digits(digits)?),
        (b'+', digits) => i64::try_from(parse_digits(digits)?).ok(),
        _ => i64::try_from(parse_digits(word)?).ok(),
    }
}

const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte & 15),
        b'a'..=b'f' | b'A'..=b'F' => Some((byte & 15).saturating_add(9)),
        _ => None,
    }
}

fn hex_pair(high: u8, low: u8) -> Option<u8> {
    Some((hex_digit(high)? << 4) | hex_digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Object {
        Lexer::whole(text.as_bytes(), 20).object().unwrap()
    }

    #[test]
    fn reads_every_kind_of_object() {
        assert_eq!(read(" null "), Object::Null);
        assert_eq!(read("true"), Object::Boolean(true));
        assert_eq!(read("-17"), Object::Integer(-17));
        assert_eq!(read("+.5"), Object::Real(b"+.5".as_slice().into()));
        assert_eq!(read("12 0 R"), Object::Reference(ObjectId::new(12, 0)));
        assert_eq!(read("(a(b)\\051\\n\\\r\nc\r\n)"), Object::String(b"a(b))\nc\n".to_vec()));
        assert_eq!(read("<4 1 4>"), Object::String(vec![0x41, 0x40]));
        assert_eq!(read("/A#20B#"), Object::Name(b"A B#".as_slice().into()));
        let Object::Array(items) = read("[1 2 0 R 3 4]") else { unreachable!() };
        assert_eq!(items.len(), 4);
        let Object::Dictionary(dictionary) = read("<</A 1/B<</C[]>>/A 2/D>>") else { unreachable!() };
        assert_eq!(dictionary.integer(b"A"), Some(2));
        assert!(!dictionary.contains(b"D"));
    }

    #[test]
    fn a_window_that_ends_early_asks_for_more() {
        let text = b"<</A 12 0 R/B(x\\)y)/C<41>/D/Name/E[1 2.5 true]/F 3>> ";
        for end in 0..text.len() - 1 {
            let result = Lexer::new(&text[..end], false, 20).object();
            assert!(
                matches!(result, Err(LexError::Truncated)) || end == text.len() - 1,
                "window of {end} bytes gave {result:?}"
            );
        }
        assert!(Lexer::new(text, false, 20).object().is_ok());
    }

    #[test]
    fn nesting_is_bounded() {
        let text = "[".repeat(30);
        assert_eq!(Lexer::whole(text.as_bytes(), 20).object(), Err(LexError::TooDeep));
    }

    #[test]
    fn integers_that_do_not_fit_stay_as_written() {
        assert_eq!(read("99999999999999999999"), Object::Real(b"99999999999999999999".as_slice().into()));
    }
}
