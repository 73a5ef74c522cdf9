//! The two forms of an ECDSA value: `r` and `s` side by side (IEEE P1363), or as a DER sequence
//! (RFC 3279, 2.2.3).

use crate::asn1::{INTEGER, Reader, Rules, SEQUENCE, write};

/// `r` and `s`, each filled up to the length of the curve's order, out of a strict DER sequence.
pub(super) fn raw_from_der(value: &[u8], order_len: usize) -> Option<Vec<u8>> {
    let mut reader = Reader::new(value, Rules::Der);
    let sequence = reader.expect(SEQUENCE).ok()?;
    reader.finish().ok()?;
    let mut numbers = sequence.inside();
    let r = numbers.expect(INTEGER).ok()?.unsigned().ok()?;
    let s = numbers.expect(INTEGER).ok()?.unsigned().ok()?;
    numbers.finish().ok()?;
    let mut raw = Vec::with_capacity(order_len.saturating_mul(2));
    for number in [r, s] {
        raw.resize(raw.len().checked_add(order_len.checked_sub(number.len())?)?, 0);
        raw.extend_from_slice(number);
    }
    Some(raw)
}

/// The DER sequence of `r` and `s` side by side.
pub(super) fn der_from_raw(raw: &[u8]) -> Vec<u8> {
    let (r, s) = raw.split_at(raw.len() / 2);
    write::wrap(SEQUENCE, &[&write::unsigned(r), &write::unsigned(s)])
}

/// The longest DER sequence for a curve whose order has this many bytes.
pub(super) const fn max_der_len(order_len: usize, order_bits: usize) -> usize {
    // A sign octet is needed only where the top bit of the first byte can be set.
    let number = if order_bits.is_multiple_of(8) { order_len.saturating_add(1) } else { order_len };
    write::tlv_len(write::tlv_len(number).saturating_mul(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_convert_both_ways() {
        let mut raw = vec![0; 64];
        raw[0] = 0x80;
        raw[31] = 1;
        raw[63] = 5;
        let der = der_from_raw(&raw);
        assert_eq!(&der[..5], [0x30, 0x26, 0x02, 0x21, 0x00]);
        assert_eq!(raw_from_der(&der, 32).as_deref(), Some(&raw[..]));
    }

    #[test]
    fn only_strict_der_is_read() {
        for wrong in [
            &[0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01, 0x00][..],
            &[0x30, 0x81, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01],
            &[0x30, 0x07, 0x02, 0x02, 0x00, 0x01, 0x02, 0x01, 0x01],
            &[0x30, 0x03, 0x02, 0x01, 0x01],
            &[0x30, 0x06, 0x02, 0x01, 0xFF, 0x02, 0x01, 0x01],
            &[],
        ] {
            assert_eq!(raw_from_der(wrong, 32), None);
        }
        let long = der_from_raw(&[0x7F; 66]);
        assert_eq!(raw_from_der(&long, 32), None);
    }

    #[test]
    fn longest_values() {
        assert_eq!(max_der_len(32, 256), 72);
        assert_eq!(max_der_len(48, 384), 104);
        assert_eq!(max_der_len(66, 521), 139);
        assert_eq!(der_from_raw(&[0xFF; 64]).len(), 72);
        assert_eq!(der_from_raw(&[0xFF; 96]).len(), 104);
        let mut p521 = [0xFF; 132];
        p521[0] = 1;
        p521[66] = 1;
        assert_eq!(der_from_raw(&p521).len(), 139);
    }
}
