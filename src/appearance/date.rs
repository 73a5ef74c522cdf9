//! How the date is written.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, FixedOffset, Offset, Timelike};

use crate::fault::Fault;

/// A date format that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DateFormat {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Year,
    ShortYear,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Offset,
    Literal(String),
}

/// Why a text is no date format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DateFormatError {
    /// No part of the date is in it.
    #[error("{format:?} shows no part of a date: DD, MM, YYYY, YY, HH, mm, ss or Z")]
    NoField {
        /// The format, shortened.
        format: String,
    },
    /// Letters that look like a part of the date and are none. Text is put in quotes: `'M'`.
    #[error("{letters:?} at character {position} is no part of a date; put text in quotes")]
    UnknownField {
        /// The letters.
        letters: String,
        /// Where they begin, in characters from 0.
        position: usize,
    },
    /// A quote has no end.
    #[error("the quote at character {position} has no end")]
    OpenQuote {
        /// Where it begins, in characters from 0.
        position: usize,
    },
    /// The format is longer than any date.
    #[error("the format has {characters} characters, and {limit} is the most there may be")]
    TooLong {
        /// Its length.
        characters: usize,
        /// The most there may be.
        limit: usize,
    },
}

impl DateFormatError {
    /// Whose fault it is: the caller's.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        Fault::Caller
    }
}

/// The most characters of a format.
const LIMIT: usize = 200;

impl DateFormat {
    /// Reads a format.
    ///
    /// `DD` or `dd`, `MM`, `YYYY` or `yyyy`, `YY` or `yy`, `HH`, `mm`, `ss` and `Z` (`+07:00`) stand for
    /// parts of the date. Text between `'` stands for itself, `''` for one of them. Of other letters, single
    /// `d`, `m`, `s` and `y` stand for themselves, since words have them.
    pub(super) fn read(format: &str) -> Result<Self, DateFormatError> {
        let characters: Vec<char> = format.chars().collect();
        if characters.len() > LIMIT {
            return Err(DateFormatError::TooLong { characters: characters.len(), limit: LIMIT });
        }
        let mut parts = Vec::new();
        let mut rest = characters.as_slice();
        while let Some(first) = rest.first().copied() {
            let position = characters.len().saturating_sub(rest.len());
            if first == '\'' {
                let (text, used) = quoted(rest).ok_or(DateFormatError::OpenQuote { position })?;
                literal(&mut parts, &text);
                rest = rest.get(used..).unwrap_or_default();
                continue;
            }
            let run = rest.iter().take_while(|character| **character == first).count();
            let part = match (first, run) {
                ('Y' | 'y', 4) => Part::Year,
                ('Y' | 'y', 2) => Part::ShortYear,
                ('M', 2) => Part::Month,
                ('D' | 'd', 2) => Part::Day,
                ('H', 2) => Part::Hour,
                ('m', 2) => Part::Minute,
                ('s', 2) => Part::Second,
                ('Z', 1) => Part::Offset,
                ('Y' | 'M' | 'D' | 'H' | 'Z', _) | ('y' | 'd' | 'm' | 's', 3..) | ('h', 2..) => {
                    let letters = rest.iter().take(run).collect();
                    return Err(DateFormatError::UnknownField { letters, position });
                }
                _ => {
                    let text: String = rest.iter().take(run).collect();
                    literal(&mut parts, &text);
                    rest = rest.get(run..).unwrap_or_default();
                    continue;
                }
            };
            parts.push(part);
            rest = rest.get(run..).unwrap_or_default();
        }
        if parts.iter().all(|part| matches!(part, Part::Literal(_))) {
            return Err(DateFormatError::NoField { format: super::error::shorten(format) });
        }
        Ok(Self { parts })
    }

    /// The time as this format has it, in the time's own zone.
    pub(super) fn write(&self, time: &DateTime<FixedOffset>) -> String {
        let mut text = String::new();
        for part in &self.parts {
            // Writing to a string cannot fail.
            let _ = match part {
                Part::Year => write!(text, "{:04}", time.year()),
                Part::ShortYear => write!(text, "{:02}", time.year().rem_euclid(100)),
                Part::Month => write!(text, "{:02}", time.month()),
                Part::Day => write!(text, "{:02}", time.day()),
                Part::Hour => write!(text, "{:02}", time.hour()),
                Part::Minute => write!(text, "{:02}", time.minute()),
                Part::Second => write!(text, "{:02}", time.second()),
                Part::Offset => {
                    let seconds = time.offset().fix().local_minus_utc();
                    let sign = if seconds < 0 { '-' } else { '+' };
                    let minutes = seconds.unsigned_abs() / 60;
                    write!(text, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
                }
                Part::Literal(literal) => {
                    text.push_str(literal);
                    Ok(())
                }
            };
        }
        text
    }
}

/// The text between quotes, and how many characters it took with them.
fn quoted(from: &[char]) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut at = 1;
    loop {
        match (from.get(at)?, from.get(at.saturating_add(1))) {
            ('\'', Some('\'')) if at > 1 => {
                text.push('\'');
                at = at.saturating_add(2);
            }
            ('\'', _) => {
                if text.is_empty() {
                    text.push('\'');
                }
                return Some((text, at.saturating_add(1)));
            }
            (other, _) => {
                text.push(*other);
                at = at.saturating_add(1);
            }
        }
    }
}

fn literal(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        Some(Part::Literal(before)) => before.push_str(text),
        _ => parts.push(Part::Literal(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(format: &str) -> String {
        let time = DateTime::parse_from_rfc3339("2026-11-05T09:08:07+07:00").unwrap();
        DateFormat::read(format).unwrap().write(&time)
    }

    #[test]
    fn parts_of_the_date_take_their_places() {
        assert_eq!(write("DD/MM/YYYY"), "05/11/2026");
        assert_eq!(write("dd-MM-yy HH:mm:ss Z"), "05-11-26 09:08:07 +07:00");
        assert_eq!(write("YYYYMMDDHHmmss"), "20261105090807");
        assert_eq!(
            write("HH giờ mm phút, ngày DD tháng MM năm YYYY"),
            "09 giờ 08 phút, ngày 05 tháng 11 năm 2026"
        );
        assert_eq!(write("YYYY-MM-DDTHH:mm"), "2026-11-05T09:08");
        assert_eq!(write("'Month' MM ''YY 'o''clock'"), "Month 11 '26 o'clock");
    }

    #[test]
    fn zones_west_and_in_half_hours_are_written() {
        let time = DateTime::parse_from_rfc3339("2026-11-05T09:08:07-03:30").unwrap();
        assert_eq!(DateFormat::read("Z").unwrap().write(&time), "-03:30");
    }

    #[test]
    fn what_is_no_format_says_where() {
        use DateFormatError::{NoField, OpenQuote, TooLong, UnknownField};
        assert!(matches!(DateFormat::read("today"), Err(NoField { .. })));
        assert!(matches!(DateFormat::read(""), Err(NoField { .. })));
        assert_eq!(DateFormat::read("DD/MMM/YYYY"), Err(UnknownField { letters: "MMM".into(), position: 3 }));
        assert_eq!(DateFormat::read("hh:mm"), Err(UnknownField { letters: "hh".into(), position: 0 }));
        assert_eq!(DateFormat::read("DD 'x"), Err(OpenQuote { position: 3 }));
        assert!(matches!(DateFormat::read(&"D".repeat(300)), Err(TooLong { characters: 300, .. })));
    }
}
