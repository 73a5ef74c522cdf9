//! UTCTime and GeneralizedTime (RFC 5280, 4.1.2.5) as Unix seconds.

use chrono::{DateTime, Datelike, NaiveDate, Timelike};

use super::{Asn1Error, GENERALIZED_TIME, Tlv, UTC_TIME, write};

/// Seconds since 1970-01-01T00:00:00Z of a UTCTime or GeneralizedTime.
///
/// Seconds may be missing, fractions are dropped and an offset is applied: certificates like that
/// exist, though RFC 5280 forbids them.
pub(crate) fn read(tlv: &Tlv<'_>) -> Result<i64, Asn1Error> {
    let digits_of_year = match tlv.tag {
        UTC_TIME => 2,
        GENERALIZED_TIME => 4,
        found => return Err(Asn1Error::Tag { offset: tlv.offset, expected: UTC_TIME, found }),
    };
    parse(tlv.value, digits_of_year)
        .ok_or(Asn1Error::Value { offset: tlv.offset, what: "time that cannot be read" })
}

/// The DER of a time: UTCTime through 2049, GeneralizedTime outside (RFC 5652, 11.3).
pub(crate) fn encode(unix_seconds: i64) -> Option<Vec<u8>> {
    let at = DateTime::from_timestamp(unix_seconds, 0)?;
    let rest =
        format!("{:02}{:02}{:02}{:02}{:02}Z", at.month(), at.day(), at.hour(), at.minute(), at.second());
    match at.year() {
        year @ 1950..=2049 => {
            let text = format!("{:02}{rest}", year.rem_euclid(100));
            Some(write::wrap(UTC_TIME, &[text.as_bytes()]))
        }
        year @ 0..=9999 => {
            let text = format!("{year:04}{rest}");
            Some(write::wrap(GENERALIZED_TIME, &[text.as_bytes()]))
        }
        _ => None,
    }
}

fn parse(text: &[u8], digits_of_year: usize) -> Option<i64> {
    let mut rest = text;
    let mut year = i32::try_from(number(&mut rest, digits_of_year)?).ok()?;
    if digits_of_year == 2 {
        year = year.checked_add(if year < 50 { 2000 } else { 1900 })?;
    }
    let month = number(&mut rest, 2)?;
    let day = number(&mut rest, 2)?;
    let hour = number(&mut rest, 2)?;
    let minute = number(&mut rest, 2)?;
    let second = if rest.first().is_some_and(u8::is_ascii_digit) { number(&mut rest, 2)? } else { 0 };
    if let Some((b'.' | b',', fraction)) = rest.split_first() {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest = fraction.get(digits..)?;
    }
    let offset = match rest.split_first()? {
        (b'Z', []) => 0,
        (sign @ (b'+' | b'-'), mut digits) => {
            let hours = i64::from(number(&mut digits, 2)?);
            let minutes = i64::from(number(&mut digits, 2)?);
            if !digits.is_empty() {
                return None;
            }
            let seconds = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
            if *sign == b'+' { seconds } else { seconds.checked_neg()? }
        }
        _ => return None,
    };
    // A leap second has no Unix time of its own.
    let civil = NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(hour, minute, second.min(59))?;
    civil.and_utc().timestamp().checked_sub(offset)
}

fn number(rest: &mut &[u8], digits: usize) -> Option<u32> {
    let (head, tail) = rest.split_at_checked(digits)?;
    let mut value = 0_u32;
    for byte in head {
        let digit = char::from(*byte).to_digit(10)?;
        value = value.checked_mul(10)?.checked_add(digit)?;
    }
    *rest = tail;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::super::{Reader, Rules};
    use super::*;

    #[test]
    fn both_types_and_the_century_rule() {
        assert_eq!(parse(b"700101000000Z", 2), Some(0));
        assert_eq!(parse(b"491231235959Z", 2), Some(2_524_607_999));
        assert_eq!(parse(b"500101000000Z", 2), Some(-631_152_000));
        assert_eq!(parse(b"20500101000000Z", 4), Some(2_524_608_000));
        assert_eq!(parse(b"0002291200Z", 2), Some(951_825_600));
        assert_eq!(parse(b"20000229120000.5+0700", 4), Some(951_825_600 - 25_200));
        for wrong in
            [&b"010229000000Z"[..], b"0101010000", b"010101000000", b"010101000000ZZ", b"01x101000000Z"]
        {
            assert_eq!(parse(wrong, 2), None);
        }
    }

    #[test]
    fn written_times_read_back() {
        for seconds in [0, 951_825_600, 2_524_607_999, 2_524_608_000, 253_402_300_799, -631_152_001] {
            let der = encode(seconds).unwrap();
            assert_eq!(read(&Reader::new(&der, Rules::Der).any().unwrap()), Ok(seconds));
        }
        assert_eq!(encode(253_402_300_800), None);
        assert_eq!(encode(i64::MAX), None);
    }
}
