//! Dates in PDF: ISO 32000-2, 7.9.4.

use chrono::NaiveDate;

/// Unix seconds of `D:YYYYMMDDHHmmSSOHH'mm`, of which all but the year may be missing. A date without a
/// zone counts as UTC.
pub(super) fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    let mut rest = text.strip_prefix("D:").unwrap_or(text).as_bytes();
    let year = number(&mut rest, 4)?;
    let mut part = |default: u32| {
        if rest.first().is_some_and(u8::is_ascii_digit) { number(&mut rest, 2) } else { Some(default) }
    };
    let (month, day) = (part(1)?, part(1)?);
    let (hour, minute, second) = (part(0)?, part(0)?, part(0)?);
    let offset = match rest.split_first() {
        Some((sign @ (b'+' | b'-'), mut rest)) => {
            let hours = i64::from(number(&mut rest, 2)?);
            rest = rest.strip_prefix(b"'").unwrap_or(rest);
            let minutes = i64::from(number(&mut rest, 2).unwrap_or(0));
            let seconds = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
            if *sign == b'+' { seconds } else { seconds.checked_neg()? }
        }
        _ => 0,
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    date.and_hms_opt(hour, minute, second.min(59))?.and_utc().timestamp().checked_sub(offset)
}

fn number(rest: &mut &[u8], digits: usize) -> Option<u32> {
    let (head, tail) = rest.split_at_checked(digits)?;
    let mut value = 0_u32;
    for byte in head {
        value = value.checked_mul(10)?.checked_add(char::from(*byte).to_digit(10)?)?;
    }
    *rest = tail;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn whole_and_shortened_dates() {
        assert_eq!(read("D:20261121093000+07'00'"), Some(1_795_228_200));
        assert_eq!(read("D:20261121023000Z"), Some(1_795_228_200));
        assert_eq!(read("20261120230000-03'30"), Some(1_795_228_200));
        assert_eq!(read("D:1970"), Some(0));
        assert_eq!(read("D:197001020"), None);
        for wrong in ["", "D:", "yesterday", "D:20261341", "D:20261121250000Z", "D:2026112109+x"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
