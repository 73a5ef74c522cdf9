//! How long to pause before the same is asked again.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::remote::HttpResponse;

/// The first pause; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(500);

/// The pause before attempt `attempt` + 1: doubling, at most `longest`, the upper half of it left to
/// chance so that many clients do not come back at once.
pub(super) fn pause(attempt: u32, longest: Duration) -> Duration {
    let whole =
        FIRST.saturating_mul(1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX)).min(longest);
    let half = whole / 2;
    let mut random = [0; 2];
    // Without randomness the pause is the same for everyone: no reason to fail.
    let _ = getrandom::fill(&mut random);
    half.saturating_add(half.mul_f64(f64::from(u16::from_le_bytes(random)) / f64::from(u16::MAX)))
}

/// Whether a status says that asking again later is worth while.
pub(super) const fn is_passing(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}

/// What `Retry-After` asks for: seconds, or a date (RFC 9110, 10.2.3). None when there is none that can be
/// read.
pub(super) fn retry_after(response: &HttpResponse, now: DateTime<Utc>) -> Option<Duration> {
    let text = response.header("Retry-After")?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large for a clock is a very long time.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    Some(at.signed_duration_since(now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end() {
        let longest = Duration::from_secs(3);
        for (attempt, most) in [(1, 500), (2, 1000), (3, 2000), (4, 3000), (40, 3000)] {
            let pause = pause(attempt, longest).as_millis();
            assert!(pause >= most / 2 && pause <= most, "{attempt}: {pause} ms");
        }
    }

    #[test]
    fn retry_after_in_both_forms() {
        let now = "2026-11-21T02:30:00Z".parse().unwrap();
        let after = |text: &str| {
            retry_after(&HttpResponse::new(503, vec![("retry-after".into(), text.into())], vec![]), now)
        };
        assert_eq!(after("120"), Some(Duration::from_secs(120)));
        assert_eq!(after("Sat, 21 Nov 2026 02:30:07 GMT"), Some(Duration::from_secs(7)));
        assert_eq!(after("Sat, 21 Nov 2026 02:29:00 GMT"), Some(Duration::ZERO));
        assert_eq!(after("99999999999999999999999"), Some(Duration::from_secs(u64::MAX)));
        for text in ["", "soon", "-1", "1.5"] {
            assert_eq!(after(text), None, "{text}");
        }
    }
}
