//! Non-negative numbers in decimal digits, as X509SerialNumber and RFC 4050 keys have them.

/// Digits of the longest number that is read: more than any serial number or coordinate has.
const MOST: usize = 400;

/// The number as big-endian bytes without leading zeros; empty for zero.
pub(super) fn from_decimal(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    if text.is_empty() || text.len() > MOST {
        return None;
    }
    // Little-endian while it is worked on.
    let mut bytes: Vec<u8> = Vec::new();
    for digit in text.chars() {
        let mut carry = digit.to_digit(10)?;
        for byte in &mut bytes {
            let sum = u32::from(*byte).checked_mul(10)?.checked_add(carry)?;
            *byte = (sum & 0xFF) as u8;
            carry = sum >> 8;
        }
        if carry > 0 {
            bytes.push((carry & 0xFF) as u8);
        }
    }
    bytes.reverse();
    Some(bytes)
}

/// Without leading zeros.
pub(super) fn trimmed(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals() {
        assert_eq!(from_decimal("0"), Some(vec![]));
        assert_eq!(from_decimal(" 0256\n"), Some(vec![1, 0]));
        assert_eq!(from_decimal("18446744073709551616"), Some(vec![1, 0, 0, 0, 0, 0, 0, 0, 0]));
        for wrong in ["", "-1", "1a", "１"] {
            assert_eq!(from_decimal(wrong), None, "{wrong}");
        }
        assert_eq!(from_decimal(&"9".repeat(401)), None);
        assert_eq!(trimmed(&[0, 0, 7, 0]), [7, 0]);
    }
}
