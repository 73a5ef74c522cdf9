//! xs:dateTime (XML Schema, part 2, 3.2.7) as Unix seconds.

use chrono::NaiveDate;

/// Seconds east of Greenwich in Viet Nam, where TT78 signatures are made: they name no zone.
pub(super) const VIET_NAM: i64 = 7 * 3600;

/// Unix seconds of a dateTime; `zone` is what one without a zone is in, seconds east of Greenwich.
/// Fractions of a second are dropped.
pub(super) fn read(text: &str, zone: i64) -> Option<i64> {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let (date, time) = text.split_once('T')?;
    let [year, month, day] = fields(date, '-', [4, 2, 2])?;
    let clock = time.get(..8)?;
    let [hour, minute, second] = fields(clock, ':', [2, 2, 2])?;
    let mut rest = time.get(8..)?;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.find(|one: char| !one.is_ascii_digit()).unwrap_or(fraction.len());
        if end == 0 {
            return None;
        }
        rest = fraction.get(end..)?;
    }
    let zone = match rest.chars().next() {
        None => zone,
        Some('Z') if rest.len() == 1 => 0,
        Some(sign @ ('+' | '-')) => {
            let [hours, minutes] = fields(rest.get(1..)?, ':', [2, 2])?;
            if hours > 14 || minutes > 59 {
                return None;
            }
            let seconds = i64::from(hours).checked_mul(3600)?.checked_add(i64::from(minutes) * 60)?;
            if sign == '+' { seconds } else { seconds.checked_neg()? }
        }
        Some(_) => return None,
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    // A leap second has no Unix time of its own.
    let second = if second == 60 { 59 } else { second };
    date.and_hms_opt(hour, minute, second)?.and_utc().timestamp().checked_sub(zone)
}

/// Numbers of so many digits each, with a separator between.
fn fields<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[u32; N]> {
    let mut parts = text.split(separator);
    let mut values = [0; N];
    for (value, digits) in values.iter_mut().zip(digits) {
        let part = parts.next()?;
        if part.len() != digits || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *value = part.parse().ok()?;
    }
    parts.next().is_none().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_and_none() {
        assert_eq!(read("2026-11-21T09:30:00+07:00", 0), Some(1_795_228_200));
        assert_eq!(read("2026-11-21T02:30:00Z", 99), Some(1_795_228_200));
        assert_eq!(read(" 2026-11-21T09:30:00.25 \n", VIET_NAM), Some(1_795_228_200));
        assert_eq!(read("2026-11-20T23:00:00-03:30", 0), Some(1_795_228_200));
        for wrong in [
            "",
            "2026-11-21",
            "2026-13-21T09:30:00Z",
            "2026-11-21T09:30Z",
            "2026-11-21T25:30:00Z",
            "2026-11-21T09:30:00.Z",
            "2026-11-21T09:30:00Zx",
            "2026-11-21T09:30:00+7",
            "2026-11-21T09:30:00+15:00",
            "+026-11-21T09:30:00Z",
        ] {
            assert_eq!(read(wrong, 0), None, "{wrong}");
        }
    }
}
