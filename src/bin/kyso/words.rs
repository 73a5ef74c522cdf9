//! Text and times as people read them.

use chrono::{DateTime, SecondsFormat};

/// Text on one line: what services and files say may hold control characters, which are shown escaped.
pub(crate) fn plain(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut plain, character| {
        if character.is_control() {
            plain.extend(character.escape_default());
        } else {
            plain.push(character);
        }
        plain
    })
}

/// RFC 3339 in UTC; empty where no calendar has the time.
pub(crate) fn time(unix_seconds: i64) -> String {
    let time = DateTime::from_timestamp(unix_seconds, 0);
    time.map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}

/// The day, in UTC.
pub(crate) fn day(unix_seconds: i64) -> String {
    let time = DateTime::from_timestamp(unix_seconds, 0);
    time.map(|time| time.format("%Y-%m-%d").to_string()).unwrap_or_default()
}
