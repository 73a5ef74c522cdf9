//! Content streams: ISO 32000-2, 7.8.2 and annex A.

/// A content stream in the making.
#[derive(Debug, Default)]
pub(super) struct Content {
    bytes: Vec<u8>,
}

impl Content {
    pub(super) fn new() -> Self {
        Self { bytes: Vec::with_capacity(2048) }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// An operator after its operands.
    pub(super) fn op(&mut self, operands: &[f64], operator: &str) -> &mut Self {
        for operand in operands {
            self.number(*operand);
            self.bytes.push(b' ');
        }
        self.raw(operator)
    }

    /// An operator after a name.
    pub(super) fn name_op(&mut self, name: &str, operator: &str) -> &mut Self {
        self.bytes.push(b'/');
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.push(b' ');
        self.raw(operator)
    }

    /// A line as it is.
    pub(super) fn raw(&mut self, line: &str) -> &mut Self {
        self.bytes.extend_from_slice(line.as_bytes());
        self.bytes.push(b'\n');
        self
    }

    /// Bytes without a line end.
    pub(super) fn part(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// A number to four places.
    pub(super) fn number(&mut self, value: f64) {
        write_number::<4>(&mut self.bytes, value);
    }

    /// A glyph's code in two bytes, as hex digits.
    pub(super) fn code(&mut self, code: u16) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        for shift in [12, 8, 4, 0] {
            self.bytes.extend(DIGITS.get(usize::from(code >> shift & 15)));
        }
    }
}

/// A number to six places.
pub(super) fn number(value: f64) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_number::<6>(&mut bytes, value);
    bytes
}

/// A number without an exponent, which PDF does not know.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a power of ten of at most 6 places is exact, and a finite value below 1e9 times it fits an i64"
)]
fn write_number<const PLACES: u32>(bytes: &mut Vec<u8>, value: f64) {
    const LIMIT: f64 = 1e9;
    let unit = 10_u64.pow(PLACES);
    let value = if value.is_finite() { value.clamp(-LIMIT, LIMIT) } else { 0.0 };
    let scaled = (value * unit as f64).round() as i64;
    if scaled < 0 {
        bytes.push(b'-');
    }
    let magnitude = scaled.unsigned_abs();
    write_integer(bytes, magnitude / unit);
    let mut rest = magnitude % unit;
    if rest > 0 {
        bytes.push(b'.');
    }
    let mut place = unit;
    while rest > 0 {
        place /= 10;
        bytes.push(b'0'.saturating_add((rest / place) as u8));
        rest %= place;
    }
}

fn write_integer(bytes: &mut Vec<u8>, value: u64) {
    let mut digits = [0; 20];
    let mut rest = value;
    let mut count = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0'.saturating_add((rest % 10) as u8);
        rest /= 10;
        count += 1;
        if rest == 0 {
            break;
        }
    }
    bytes.extend(digits.iter().skip(digits.len().saturating_sub(count)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: f64) -> String {
        let mut content = Content::new();
        content.number(value);
        String::from_utf8(content.into_bytes()).unwrap()
    }

    #[test]
    fn numbers_have_no_exponents() {
        for (value, text) in [
            (0.0, "0"),
            (-0.000_01, "0"),
            (1.5, "1.5"),
            (-12.3456, "-12.3456"),
            (0.05, "0.05"),
            (100.0, "100"),
            (1e300, "1000000000"),
            (f64::NAN, "0"),
            (1e-9, "0"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_matrix_has_more_places() {
        assert_eq!(super::number(1.0 / 72.0), b"0.013889");
        assert_eq!(super::number(-1.0), b"-1");
    }

    proptest::proptest! {
        #[test]
        fn numbers_read_back(value in -1e6..1e6f64) {
            let text = number(value);
            let read: f64 = text.parse().unwrap();
            proptest::prop_assert!((read - value).abs() <= 0.000_051, "{value} {text}");
        }
    }
}
