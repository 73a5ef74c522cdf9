//! Codes that people type: how often they may be wrong, and where the right ones come from.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use zeroize::Zeroizing;

use super::tokens::after;

/// Wrong answers in a row before the lock.
const MOST_ATTEMPTS: u32 = 5;
/// Seconds that the lock holds.
const LOCK_SECONDS: u32 = 300;
/// Counters kept at once: one for each kind and account, and there are few accounts.
const MOST_COUNTERS: usize = 1000;
/// Codes that were sent and are shown.
const MOST_CODES: usize = 20;
/// Seconds that a code that was sent is good for.
const CODE_SECONDS: u32 = 300;

/// What is said of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It is right.
    Right,
    /// It is wrong; when none is left, the account is locked by this one.
    Wrong {
        /// Attempts that are left.
        left: u32,
    },
    /// The account is locked, whatever the answer.
    Locked {
        /// For so many seconds more.
        seconds: u32,
    },
}

/// Counters of wrong answers.
#[derive(Default)]
pub(super) struct Attempts(HashMap<(String, String), Counter>);

#[derive(Clone, Copy, Default)]
struct Counter {
    wrong: u32,
    locked_until: Option<DateTime<Utc>>,
}

impl Attempts {
    pub(super) fn judge(&mut self, kind: &str, subject: &str, right: bool, now: DateTime<Utc>) -> Verdict {
        if self.0.len() >= MOST_COUNTERS {
            self.0.retain(|_, counter| counter.locked_until.is_some_and(|until| until > now));
        }
        let counter = self.0.entry((kind.to_owned(), subject.to_owned())).or_default();
        if let Some(until) = counter.locked_until {
            let left = until.signed_duration_since(now).num_seconds();
            if left > 0 {
                return Verdict::Locked { seconds: u32::try_from(left).unwrap_or(u32::MAX) };
            }
            *counter = Counter::default();
        }
        if right {
            *counter = Counter::default();
            return Verdict::Right;
        }
        counter.wrong = counter.wrong.saturating_add(1);
        let left = MOST_ATTEMPTS.saturating_sub(counter.wrong);
        if left == 0 {
            counter.locked_until = Some(after(now, LOCK_SECONDS));
        }
        Verdict::Wrong { left }
    }

    pub(super) fn left(&self, kind: &str, subject: &str, now: DateTime<Utc>) -> u32 {
        match self.0.get(&(kind.to_owned(), subject.to_owned())) {
            Some(Counter { locked_until: Some(until), .. }) if *until > now => 0,
            Some(Counter { locked_until: None, wrong }) => MOST_ATTEMPTS.saturating_sub(*wrong),
            _ => MOST_ATTEMPTS,
        }
    }
}

/// A code as it would come by SMS or e-mail.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SentCode {
    /// To whom.
    pub user_id: String,
    /// What: six digits, eight for a PIN.
    pub code: Zeroizing<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it is a new PIN and no one-time code.
    pub is_pin: bool,
}

/// The codes that were sent, and the one-time codes that were used.
#[derive(Default)]
pub(super) struct Codes {
    sent: VecDeque<SentCode>,
    /// The last time step that each subscriber's generator was believed for.
    used: HashMap<String, u64>,
}

impl Codes {
    pub(super) fn send(&mut self, user_id: &str, number: u32, at: DateTime<Utc>) -> Zeroizing<String> {
        let code = Zeroizing::new(format!("{:06}", number % 1_000_000));
        self.sent.retain(|one| one.user_id != user_id || one.is_pin);
        self.put(SentCode { user_id: user_id.to_owned(), code: code.clone(), at, is_pin: false });
        code
    }

    /// Shows a PIN as if it had been sent.
    pub(super) fn show(&mut self, user_id: &str, pin: &str, at: DateTime<Utc>) {
        let code = Zeroizing::new(pin.to_owned());
        self.put(SentCode { user_id: user_id.to_owned(), code, at, is_pin: true });
    }

    fn put(&mut self, code: SentCode) {
        if self.sent.len() >= MOST_CODES {
            self.sent.pop_front();
        }
        self.sent.push_back(code);
    }

    /// The latest first; codes whose time is over are gone.
    pub(super) fn sent(&self, now: DateTime<Utc>) -> Vec<SentCode> {
        self.sent.iter().rev().filter(|one| after(one.at, CODE_SECONDS) > now).cloned().collect()
    }

    /// Takes a code that was sent, once.
    pub(super) fn take(&mut self, user_id: &str, code: &str, now: DateTime<Utc>) -> bool {
        let fits =
            |one: &SentCode| one.user_id == user_id && *one.code == code && after(one.at, CODE_SECONDS) > now;
        let found = self.sent.iter().position(fits);
        found.and_then(|at| self.sent.remove(at)).is_some()
    }

    /// Takes a code of a generator with this secret: of this time step, the one before or the next, and
    /// never of one that was used or lies before it.
    pub(super) fn take_totp(&mut self, user_id: &str, secret: &[u8], code: &str, now: DateTime<Utc>) -> bool {
        let Ok(seconds) = u64::try_from(now.timestamp()) else { return false };
        let step = seconds / 30;
        let least = self.used.get(user_id).map_or(0, |used| used.saturating_add(1));
        let steps = step.saturating_sub(1).max(least)..=step.saturating_add(1);
        for step in steps {
            if totp(secret, step).is_some_and(|right| *right == code) {
                self.used.insert(user_id.to_owned(), step);
                return true;
            }
        }
        false
    }
}

/// The one-time code of a time step of 30 seconds (RFC 6238 with HMAC-SHA-1, six digits).
pub(super) fn totp(secret: &[u8], step: u64) -> Option<Zeroizing<String>> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let hash: [u8; 20] = mac.finalize().into_bytes().into();
    // Dynamic truncation (RFC 4226, 5.3).
    let offset = usize::from(hash.last()? & 0x0F);
    let chosen = u32::from_be_bytes(*hash.get(offset..)?.first_chunk()?) & 0x7FFF_FFFF;
    Some(Zeroizing::new(format!("{:06}", chosen % 1_000_000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_vectors_of_rfc_6238() {
        let secret = b"12345678901234567890";
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(*totp(secret, seconds / 30).unwrap(), code);
        }
    }

    #[test]
    fn five_wrong_answers_lock_for_five_minutes() {
        let mut attempts = Attempts::default();
        for left in [4, 3, 2, 1, 0] {
            assert_eq!(attempts.judge("pin", "an", false, at(0)), Verdict::Wrong { left });
        }
        assert_eq!(attempts.judge("pin", "an", true, at(10)), Verdict::Locked { seconds: 290 });
        assert_eq!(attempts.left("pin", "an", at(10)), 0);
        assert_eq!(attempts.judge("otp", "an", true, at(10)), Verdict::Right);
        assert_eq!(attempts.judge("pin", "an", true, at(300)), Verdict::Right);
        assert_eq!(attempts.judge("pin", "an", false, at(301)), Verdict::Wrong { left: 4 });
        assert_eq!(attempts.left("pin", "an", at(301)), 4);
    }

    #[test]
    fn a_code_is_good_once_and_for_a_while() {
        let mut codes = Codes::default();
        let code = codes.send("an", 7, at(0));
        assert_eq!(*code, "000007");
        assert!(!codes.take("binh", &code, at(1)));
        assert!(codes.take("an", &code, at(1)));
        assert!(!codes.take("an", &code, at(2)));
        let code = codes.send("an", 8, at(0));
        assert!(!codes.take("an", &code, at(300)));
        assert!(codes.sent(at(300)).is_empty());
    }

    #[test]
    fn a_generators_code_is_believed_once() {
        let mut codes = Codes::default();
        let secret = b"12345678901234567890";
        let code = totp(secret, 100).unwrap();
        assert!(!codes.take_totp("an", secret, &code, at(102 * 30)));
        assert!(codes.take_totp("an", secret, &code, at(101 * 30)));
        assert!(!codes.take_totp("an", secret, &code, at(100 * 30)));
        assert!(codes.take_totp("an", secret, &totp(secret, 101).unwrap(), at(100 * 30)));
    }
}
