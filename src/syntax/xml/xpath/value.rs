//! Values and conversions between their types (XPath 1.0, 1, 3.5 and 4).

use std::rc::Rc;

use crate::syntax::xml::tree::XNode;

/// What an expression evaluates to.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// In document order, none twice.
    Nodes(Rc<Vec<XNode>>),
    Boolean(bool),
    Number(f64),
    String(Rc<str>),
}

/// A string as a number (4.4, `number`).
pub(super) fn to_number(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let dots = digits.bytes().filter(|byte| *byte == b'.').count();
    let written = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !written || dots > 1 || digits.len() == dots {
        return f64::NAN;
    }
    text.parse().unwrap_or(f64::NAN)
}

/// A number as a string (4.2, `string`).
pub(super) fn to_string(number: f64) -> String {
    if number == 0.0 {
        "0".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity".to_owned() } else { "-Infinity".to_owned() }
    } else {
        // Never with an exponent, and with as many digits as tell it from other numbers.
        number.to_string()
    }
}

/// The integer closest to a number, of two the greater (4.4, `round`).
pub(super) fn round(number: f64) -> f64 {
    let floor = number.floor();
    let rounded = if number - floor >= 0.5 { floor + 1.0 } else { floor };
    if rounded == 0.0 && number.is_sign_negative() { -0.0 } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_as_numbers() {
        for (text, number) in [("1", 1.0), (" -.5\n", -0.5), ("1.", 1.0), ("007", 7.0), ("-0", -0.0)] {
            assert_eq!(to_number(text).to_bits(), f64::to_bits(number), "{text}");
        }
        for text in ["", "-", ".", "+1", "1e3", "1 2", "--1", "1.2.3", "inf", "NaN", "0x1", "\u{a0}1", "-."] {
            assert!(to_number(text).is_nan(), "{text}");
        }
    }

    #[test]
    fn numbers_as_strings() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-12.5, "-12.5"),
            (1e21, "1000000000000000000000"),
            (1e-7, "0.0000001"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
            (0.1, "0.1"),
        ] {
            assert_eq!(to_string(number), text);
        }
    }

    #[test]
    fn rounding() {
        for (number, rounded) in [
            (0.5, 1.0),
            (-0.5, -0.0),
            (-0.2, -0.0),
            (-1.5, -1.0),
            (2.5, 3.0),
            (0.499_999_999_999_999_94, 0.0),
            (4_503_599_627_370_497.0, 4_503_599_627_370_497.0),
            (f64::INFINITY, f64::INFINITY),
        ] {
            assert_eq!(round(number).to_bits(), f64::to_bits(rounded), "{number}");
        }
        assert!(round(f64::NAN).is_nan());
    }
}
