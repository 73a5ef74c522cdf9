//! Tokens that were issued, and notes that providers keep: both bounded, both with an end.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

/// Tokens and notes that are kept at once; the oldest go first.
const MOST: usize = 20_000;

/// A token that is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Token {
    /// For whom it was issued.
    pub subject: String,
    /// Until when it is valid.
    pub expires_at: DateTime<Utc>,
    /// What the provider tied to it.
    pub data: Value,
}

/// A token that is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Never issued, revoked, or of another kind.
    #[error("the token is not known")]
    Unknown,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
}

/// What is kept under a kind and a key until a time.
#[derive(Default)]
pub(super) struct Shelf {
    kept: HashMap<(String, String), (u64, Token)>,
    count: u64,
}

impl Shelf {
    pub(super) fn put(&mut self, kind: &str, key: &str, token: Token, now: DateTime<Utc>) {
        if self.kept.len() >= MOST {
            self.make_room(now);
        }
        self.count = self.count.wrapping_add(1);
        self.kept.insert((kind.to_owned(), key.to_owned()), (self.count, token));
    }

    /// Throws away what has ended, and if that is little the older half.
    fn make_room(&mut self, now: DateTime<Utc>) {
        self.kept.retain(|_, (_, token)| token.expires_at > now);
        if self.kept.len() >= MOST {
            let oldest = self.count.saturating_sub(MOST as u64 / 2);
            self.kept.retain(|_, (number, _)| *number > oldest);
        }
    }

    pub(super) fn get(&self, kind: &str, key: &str, now: DateTime<Utc>) -> Result<Token, TokenError> {
        let (_, token) = self.kept.get(&(kind.to_owned(), key.to_owned())).ok_or(TokenError::Unknown)?;
        if token.expires_at > now { Ok(token.clone()) } else { Err(TokenError::Expired) }
    }

    pub(super) fn remove(&mut self, kind: &str, key: &str) -> Option<Token> {
        self.kept.remove(&(kind.to_owned(), key.to_owned())).map(|(_, token)| token)
    }
}

pub(super) fn after(now: DateTime<Utc>, seconds: u32) -> DateTime<Utc> {
    now.checked_add_signed(TimeDelta::seconds(i64::from(seconds))).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_end_and_old_ones_make_room() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let token =
            |seconds| Token { subject: "an".to_owned(), expires_at: after(now, seconds), data: Value::Null };
        let mut shelf = Shelf::default();
        shelf.put("sad", "first", token(60), now);
        assert_eq!(shelf.get("sad", "first", now).unwrap().subject, "an");
        assert_eq!(shelf.get("access", "first", now), Err(TokenError::Unknown));
        assert_eq!(shelf.get("sad", "first", after(now, 60)), Err(TokenError::Expired));
        for number in 0..MOST {
            shelf.put("sad", &number.to_string(), token(60), now);
        }
        assert!(shelf.kept.len() <= MOST);
        assert_eq!(shelf.get("sad", "first", now), Err(TokenError::Unknown));
        assert!(shelf.get("sad", &(MOST - 1).to_string(), now).is_ok());
        assert!(shelf.remove("sad", &(MOST - 1).to_string()).is_some());
        assert!(shelf.get("sad", &(MOST - 1).to_string(), now).is_err());
    }
}
