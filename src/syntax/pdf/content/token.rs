//! From a content stream to operators with their operands: ISO 32000-2, 7.8.2.
//!
//! CMaps are read with it, too: they have operands before operators as well.

#![warn(clippy::arithmetic_side_effects)]

use std::ops::Range;

use super::super::lexer::{Lexer, is_delimiter, is_space};
use super::super::object::{Dictionary, Name};

/// What stands before an operator. Arrays stand flat, between `Open` and `Close`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Number(f64),
    Name(Name),
    /// Where the string is in [`Operation::strings`].
    String(Range<usize>),
    Dictionary(Box<Dictionary>),
    Open,
    Close,
    /// `true`, `false`, `null`.
    Other,
}

/// Operands that one operator may have; those beyond are dropped, as the operator means nothing then.
pub(super) const OPERANDS: usize = 1 << 16;

/// An operator and what it is applied to.
#[derive(Debug)]
pub(super) struct Operation<'a, 'b> {
    pub(super) operator: &'a [u8],
    pub(super) operands: &'b [Operand],
    /// The bytes of the strings, one after the other.
    pub(super) strings: &'b [u8],
}

impl Operation<'_, '_> {
    /// The number at `index`.
    pub(super) fn number(&self, index: usize) -> Option<f64> {
        match self.operands.get(index) {
            Some(Operand::Number(value)) => Some(*value),
            _ => None,
        }
    }

    /// The operands, when they are so many numbers.
    pub(super) fn numbers<const COUNT: usize>(&self) -> Option<[f64; COUNT]> {
        // Readers take the last ones when there are too many.
        let from = self.operands.len().checked_sub(COUNT)?;
        let mut numbers = [0.0; COUNT];
        for (index, number) in numbers.iter_mut().enumerate() {
            *number = self.number(from.saturating_add(index))?;
        }
        Some(numbers)
    }

    pub(super) fn name(&self, index: usize) -> Option<&[u8]> {
        match self.operands.get(index) {
            Some(Operand::Name(name)) => Some(name),
            _ => None,
        }
    }

    pub(super) fn string(&self, range: &Range<usize>) -> &[u8] {
        self.strings.get(range.clone()).unwrap_or(&[])
    }
}

/// A reader of operations.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    lexer: Lexer<'a>,
    operands: Vec<Operand>,
    strings: Vec<u8>,
    most: usize,
    depth: usize,
}

/// What one look at the stream gave.
enum Token<'a> {
    Operand(Operand),
    Operator(&'a [u8]),
    /// A stray delimiter or something unreadable.
    Nothing,
    End,
}

impl<'a> Tokens<'a> {
    /// Reads `bytes`; dictionaries may be nested to `depth`, an operator may have `most` operands.
    pub(super) fn new(bytes: &'a [u8], depth: usize, most: usize) -> Self {
        let lexer = Lexer::whole(bytes, depth);
        Self { bytes, lexer, operands: Vec::new(), strings: Vec::new(), most, depth }
    }

    /// The next operation, and how many tokens it was made of. Inline images are passed over.
    pub(super) fn next(&mut self, count: &mut u64) -> Option<Operation<'a, '_>> {
        self.operands.clear();
        self.strings.clear();
        let operator = loop {
            *count = count.saturating_add(1);
            match self.token() {
                Token::End => return None,
                Token::Nothing => {}
                Token::Operand(operand) => {
                    if self.operands.len() < self.most {
                        self.operands.push(operand);
                    }
                }
                // What describes the image stands between `BI` and `ID`.
                Token::Operator(b"BI") => self.operands.clear(),
                Token::Operator(b"ID") => {
                    self.skip_image();
                    self.operands.clear();
                }
                Token::Operator(operator) => break operator,
            }
        };
        Some(Operation { operator, operands: &self.operands, strings: &self.strings })
    }

    fn token(&mut self) -> Token<'a> {
        self.lexer.skip_space();
        let Some(byte) = self.lexer.peek() else { return Token::End };
        match byte {
            b'/' => {
                self.lexer.bump();
                self.lexer.name().map_or(Token::Nothing, |name| Token::Operand(Operand::Name(name)))
            }
            b'(' => {
                self.lexer.bump();
                let start = self.strings.len();
                // A string without an end reaches to the end of the stream.
                let _ = self.lexer.literal_string(&mut self.strings);
                Token::Operand(Operand::String(start..self.strings.len()))
            }
            b'<' => self.angle(),
            b'[' => self.single(Operand::Open),
            b']' => self.single(Operand::Close),
            _ if is_delimiter(byte) => {
                self.lexer.bump();
                Token::Nothing
            }
            b'0'..=b'9' | b'+' | b'-' | b'.' => self.number(),
            _ => match self.lexer.regular() {
                Ok(b"true" | b"false" | b"null") => Token::Operand(Operand::Other),
                Ok(word) => Token::Operator(word),
                Err(_) => Token::End,
            },
        }
    }

    fn single(&mut self, operand: Operand) -> Token<'a> {
        self.lexer.bump();
        Token::Operand(operand)
    }

    /// A dictionary or a hex string.
    fn angle(&mut self) -> Token<'a> {
        let at = self.lexer.position();
        let rest = self.bytes.get(at.saturating_add(1)..).unwrap_or(&[]);
        if rest.first() == Some(&b'<') {
            let read = self.lexer.object();
            if read.is_err() {
                // Nesting that was left open may not count against what follows.
                self.continue_from(self.lexer.position().max(at.saturating_add(2)));
            }
            let dictionary = read.ok().and_then(super::super::object::Object::into_dictionary);
            return dictionary
                .map_or(Token::Nothing, |found| Token::Operand(Operand::Dictionary(Box::new(found))));
        }
        self.lexer.bump();
        let start = self.strings.len();
        if self.lexer.hex_string(&mut self.strings).is_err() {
            self.strings.truncate(start);
            match memchr::memchr(b'>', rest) {
                Some(length) => self.continue_from(at.saturating_add(length).saturating_add(2)),
                None => return Token::End,
            }
        }
        Token::Operand(Operand::String(start..self.strings.len()))
    }

    fn continue_from(&mut self, at: usize) {
        let mut lexer = Lexer::whole(self.bytes, self.depth);
        lexer.skip_to(at);
        self.lexer = lexer;
    }

    fn number(&mut self) -> Token<'a> {
        let start = self.lexer.position();
        let Ok(word) = self.lexer.regular() else { return Token::End };
        let length = word.iter().position(|byte| !is_numeric(*byte)).unwrap_or(word.len());
        if length < word.len() {
            // `12Tf`: the operator begins where the number ends.
            self.continue_from(start.saturating_add(length));
        }
        Token::Operand(Operand::Number(number(word.get(..length).unwrap_or(&[]))))
    }

    /// Leaves the data of an inline image behind, the cursor behind its `ID`: 8.9.7.
    fn skip_image(&mut self) {
        let from = self.lexer.position();
        // One white-space character belongs to `ID`.
        let data = from.saturating_add(usize::from(self.bytes.get(from).is_some_and(|byte| is_space(*byte))));
        let known = self.image_length().and_then(|length| self.end_of_image(data.checked_add(length)?));
        let end = known.unwrap_or_else(|| self.find_end(data));
        self.continue_from(end);
    }

    /// The bytes of an inline image's data, when its entries tell.
    fn image_length(&self) -> Option<usize> {
        let entry = |keys: [&[u8]; 2]| {
            let at = self.operands.iter().position(
                |operand| matches!(operand, Operand::Name(name) if keys.contains(&name.as_slice())),
            )?;
            self.operands.get(at.saturating_add(1))
        };
        let whole = |keys| match entry(keys) {
            Some(Operand::Number(value)) if (0.0..1e9).contains(value) => Some(*value as usize),
            _ => None,
        };
        if let Some(length) = whole([b"L", b"Length"]) {
            return Some(length);
        }
        if entry([b"F", b"Filter"]).is_some() {
            return None;
        }
        let mask = entry([b"IM", b"ImageMask"]).is_some();
        let components = match entry([b"CS", b"ColorSpace"]) {
            Some(Operand::Name(name)) => match name.as_slice() {
                b"G" | b"DeviceGray" | b"CalGray" => 1,
                b"RGB" | b"DeviceRGB" | b"CalRGB" => 3,
                b"CMYK" | b"DeviceCMYK" => 4,
                _ => return None,
            },
            Some(Operand::Open) => 1,
            _ if mask => 1,
            _ => return None,
        };
        let bits = whole([b"BPC", b"BitsPerComponent"]).or(mask.then_some(1))?;
        let row = whole([b"W", b"Width"])?.checked_mul(components)?.checked_mul(bits)?.div_ceil(8);
        row.checked_mul(whole([b"H", b"Height"])?)
    }

    /// The offset behind an `EI` that stands at `at`, white space before it aside.
    fn end_of_image(&self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        let space = rest.iter().take(4).take_while(|byte| is_space(**byte)).count();
        let tail = rest.get(space..)?.strip_prefix(b"EI")?;
        tail.first()
            .is_none_or(|byte| is_space(*byte) || is_delimiter(*byte))
            .then(|| at.saturating_add(space).saturating_add(2))
    }

    /// The offset behind the first `EI` that looks like the operator: between white space, and with text
    /// behind it.
    fn find_end(&self, data: usize) -> usize {
        /// How much of what follows must look like text.
        const LOOK: usize = 16;
        let rest = self.bytes.get(data..).unwrap_or(&[]);
        for at in memchr::memmem::find_iter(rest, b"EI") {
            let before = at.checked_sub(1).and_then(|before| rest.get(before));
            let behind = rest.get(at.saturating_add(2)..).unwrap_or(&[]);
            let text = |byte: &u8| matches!(byte, b' '..=b'~') || is_space(*byte);
            if before.is_none_or(|byte| is_space(*byte))
                && behind.first().is_none_or(|byte| is_space(*byte))
                && behind.iter().take(LOOK).all(text)
            {
                return data.saturating_add(at).saturating_add(2);
            }
        }
        self.bytes.len()
    }
}

const fn is_numeric(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.')
}

/// A number as readers have it: what follows a second point or a sign in the middle does not count.
fn number(word: &[u8]) -> f64 {
    /// Digits that a number of 53 bits can hold; more of them are beyond what anything is drawn by.
    const DIGITS: u32 = 15;
    let (mut mantissa, mut digits, mut scale) = (0_u64, 0_u32, 0_u32);
    let (mut negative, mut point, mut begun) = (false, false, false);
    for byte in word {
        match byte {
            b'0'..=b'9' if digits < DIGITS => {
                begun = true;
                mantissa = mantissa.saturating_mul(10).saturating_add(u64::from(byte & 15));
                digits = digits.saturating_add(u32::from(mantissa > 0));
                scale = scale.saturating_add(u32::from(point));
            }
            b'0'..=b'9' if point => {}
            b'0'..=b'9' => return if negative { -1e15 } else { 1e15 },
            b'.' if !point => point = true,
            b'-' if !begun && !point => negative = true,
            b'+' if !begun && !point => {}
            _ => break,
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "15 digits are fewer than 2^53: exact")]
    let value = mantissa as f64 / 10_f64.powi(i32::try_from(scale).unwrap_or(0));
    if negative { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The operations, written out.
    fn read(text: &[u8]) -> Vec<String> {
        let mut tokens = Tokens::new(text, 20, OPERANDS);
        let mut found = Vec::new();
        while let Some(operation) = tokens.next(&mut 0) {
            let mut line = String::new();
            for operand in operation.operands {
                line.push_str(&match operand {
                    Operand::Number(value) => format!("{value} "),
                    Operand::Name(name) => format!("/{} ", String::from_utf8_lossy(name)),
                    Operand::String(range) => {
                        format!("({}) ", String::from_utf8_lossy(operation.string(range)))
                    }
                    Operand::Dictionary(dictionary) => format!("<<{}>> ", dictionary.len()),
                    Operand::Open => "[ ".to_owned(),
                    Operand::Close => "] ".to_owned(),
                    Operand::Other => "? ".to_owned(),
                });
            }
            line.push_str(&String::from_utf8_lossy(operation.operator));
            found.push(line);
        }
        found
    }

    #[test]
    fn operations() {
        let text = b"q 1 0 0 1 72.5 -.5 cm % comment\nBT /F1 12Tf[(A\\(b)-120<43 44>]TJ(x)' 1 2(y)\" ET\n\
            /Span <</ActualText(z)/M 3>>BDC EMC true /A#20B gs Q";
        assert_eq!(
            read(text),
            [
                "q",
                "1 0 0 1 72.5 -0.5 cm",
                "BT",
                "/F1 12 Tf",
                "[ (A(b) -120 (CD) ] TJ",
                "(x) '",
                "1 2 (y) \"",
                "ET",
                "/Span <<2>> BDC",
                "EMC",
                "? /A B gs",
                "Q"
            ]
        );
    }

    #[test]
    fn numbers_of_all_kinds() {
        let values = [
            ("1", 1.0),
            ("-0.25", -0.25),
            ("+7.", 7.0),
            (".5", 0.5),
            ("--3", -3.0),
            ("1.2.3", 1.2),
            ("5-3", 5.0),
            ("-", 0.0),
            ("0.000001", 1e-6),
            ("123456789.123456789", 123_456_789.123_456),
            ("99999999999999999999", 1e15),
            ("-99999999999999999999", -1e15),
        ];
        for (text, value) in values {
            assert!((number(text.as_bytes()) - value).abs() <= value.abs() * 1e-12, "{text}");
        }
        assert_eq!(number(format!(".{}1", "0".repeat(500)).as_bytes()), 0.0);
    }

    #[test]
    fn inline_images_are_passed_over() {
        let after = |image: &[u8]| read(&[b"q BI ", image, b" Q (a) Tj"].concat());
        // Data that looks like an end with text behind it: the length is known.
        assert_eq!(after(b"/W 4 /H 2 /BPC 8 /CS /G ID  EI q 1 EI"), ["q", "Q", "(a) Tj"]);
        assert_eq!(after(b"/W 8 /H 3 /IM true ID \xFF( EI"), ["q", "Q", "(a) Tj"]);
        assert_eq!(after(b"/F /Fl /L 6 ID  EI q EI"), ["q", "Q", "(a) Tj"]);
        // And where it is not.
        assert_eq!(after(b"/W 4 /H 2 /F /DCT ID \x01\xFF EI \x02 (( EI"), ["q", "Q", "(a) Tj"]);
        assert_eq!(after(b"/W 1 /H 1 /F [/A85 /Fl] ID abc~>\nEI"), ["q", "Q", "(a) Tj"]);
        assert_eq!(read(b"q BI /W 9 /H 9 ID abc"), ["q"]);
    }

    #[test]
    fn damage_ends() {
        for text in [
            b"<</A<</B (".as_slice(),
            b"[[[[ (abc",
            b"<41 42",
            b"<zz> Tj",
            b">> ) } ] Tj",
            b"BI /W 9 ID abc",
            b"BI ID",
            b"<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
        ] {
            assert!(read(text).len() < 4);
        }
        assert_eq!(read(b"<</A )>> (x) Tj").last().map(String::as_str), Some("(x) Tj"));
        let many = b"1 ".repeat(OPERANDS + 10);
        let mut tokens = Tokens::new(&many, 5, OPERANDS);
        let mut count = 0;
        assert!(tokens.next(&mut count).is_none());
        assert_eq!(tokens.operands.len(), OPERANDS);
        assert!(count > OPERANDS as u64);
    }
}
