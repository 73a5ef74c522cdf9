//! `auth/expression`: which authentication objects go together (2.0, `credentials/info`).

/// Words of an expression, at most.
const WORDS: usize = 128;
/// Parentheses inside each other, at most.
const DEPTH: usize = 16;

/// Why an expression cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ExpressionError {
    #[error("auth/expression ends in the middle")]
    End,
    #[error("auth/expression: {word:?} where an object or a parenthesis should be")]
    Word { word: String },
    #[error("auth/expression: more than {WORDS} words, or parentheses more than {DEPTH} deep")]
    TooLong,
    #[error("auth/expression names {id:?}, which is none of the objects")]
    Unknown { id: String },
}

/// The ids that are needed, in the order of the expression, each once.
///
/// `AND` binds more strongly than `OR` and `XOR`; of alternatives the first is taken, unless `preferred`
/// names an object of a later one. Object ids may hold blanks, so the known `ids` are looked for first.
pub(super) fn needed(
    expression: &str,
    ids: &[&str],
    preferred: Option<&str>,
) -> Result<Vec<String>, ExpressionError> {
    let words = words(expression, ids)?;
    let mut parser = Parser { words: words.into_iter(), peeked: None, preferred };
    let found = parser.either(0)?;
    if let Some(word) = parser.next() {
        return Err(ExpressionError::Word { word: word.text() });
    }
    let mut once: Vec<String> = Vec::new();
    for id in found {
        if !once.contains(&id) {
            once.push(id);
        }
    }
    Ok(once)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    Open,
    Close,
    And,
    Or,
    Id(String),
}

impl Word {
    fn text(self) -> String {
        match self {
            Self::Open => "(".to_owned(),
            Self::Close => ")".to_owned(),
            Self::And => "AND".to_owned(),
            Self::Or => "OR".to_owned(),
            Self::Id(id) => id,
        }
    }
}

fn words(expression: &str, ids: &[&str]) -> Result<Vec<Word>, ExpressionError> {
    let mut words = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        if words.len() == WORDS {
            return Err(ExpressionError::TooLong);
        }
        let ends = |rest: &str| rest.chars().next().is_none_or(|c| c.is_whitespace() || c == '(' || c == ')');
        let known = ids
            .iter()
            .filter(|id| !id.is_empty())
            .filter_map(|id| rest.strip_prefix(id).filter(|rest| ends(rest)).map(|rest| (*id, rest)))
            .max_by_key(|(id, _)| id.len());
        let word;
        (word, rest) = if let Some((id, rest)) = known {
            (Word::Id(id.to_owned()), rest)
        } else if let Some(rest) = rest.strip_prefix('(') {
            (Word::Open, rest)
        } else if let Some(rest) = rest.strip_prefix(')') {
            (Word::Close, rest)
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || c == '(' || c == ')').unwrap_or(rest.len());
            let (text, rest) = rest.split_at_checked(end.max(first.len_utf8())).unwrap_or((rest, ""));
            let word = match text.to_ascii_uppercase().as_str() {
                "AND" => Word::And,
                "OR" | "XOR" => Word::Or,
                _ => return Err(ExpressionError::Unknown { id: text.to_owned() }),
            };
            (word, rest)
        };
        words.push(word);
        rest = rest.trim_start();
    }
    Ok(words)
}

struct Parser<'p> {
    words: std::vec::IntoIter<Word>,
    peeked: Option<Word>,
    preferred: Option<&'p str>,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<Word> {
        self.peeked.take().or_else(|| self.words.next())
    }

    fn takes(&mut self, word: &Word) -> bool {
        let next = self.next();
        if next.as_ref() == Some(word) {
            return true;
        }
        self.peeked = next;
        false
    }

    fn either(&mut self, depth: usize) -> Result<Vec<String>, ExpressionError> {
        let mut chosen = self.all(depth)?;
        while self.takes(&Word::Or) {
            let other = self.all(depth)?;
            let prefers =
                |ids: &[String]| self.preferred.is_some_and(|preferred| ids.iter().any(|id| id == preferred));
            if prefers(&other) && !prefers(&chosen) {
                chosen = other;
            }
        }
        Ok(chosen)
    }

    fn all(&mut self, depth: usize) -> Result<Vec<String>, ExpressionError> {
        let mut ids = self.one(depth)?;
        while self.takes(&Word::And) {
            ids.extend(self.one(depth)?);
        }
        Ok(ids)
    }

    fn one(&mut self, depth: usize) -> Result<Vec<String>, ExpressionError> {
        if depth > DEPTH {
            return Err(ExpressionError::TooLong);
        }
        match self.next().ok_or(ExpressionError::End)? {
            Word::Id(id) => Ok(vec![id]),
            Word::Open => {
                let inside = self.either(depth.saturating_add(1))?;
                match self.next() {
                    Some(Word::Close) => Ok(inside),
                    Some(word) => Err(ExpressionError::Word { word: word.text() }),
                    None => Err(ExpressionError::End),
                }
            }
            word => Err(ExpressionError::Word { word: word.text() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 4] = ["PIN", "OTP", "SMS", "fallback question"];

    #[test]
    fn the_first_alternative_is_taken_or_the_preferred_one() {
        let of = |expression, preferred| needed(expression, &IDS, preferred);
        assert_eq!(of("PIN AND OTP", None).unwrap(), ["PIN", "OTP"]);
        assert_eq!(of("PIN AND (OTP XOR SMS)", None).unwrap(), ["PIN", "OTP"]);
        assert_eq!(of("PIN AND (OTP XOR SMS)", Some("SMS")).unwrap(), ["PIN", "SMS"]);
        assert_eq!(of("(PIN)and fallback question", None).unwrap(), ["PIN", "fallback question"]);
        assert_eq!(of("OTP OR PIN AND PIN", Some("PIN")).unwrap(), ["PIN"]);
    }

    #[test]
    fn what_cannot_be_followed_is_an_error() {
        let of = |expression: &str| needed(expression, &IDS, None);
        assert_eq!(of("PIN AND"), Err(ExpressionError::End));
        assert_eq!(of("PIN OTP"), Err(ExpressionError::Word { word: "OTP".into() }));
        assert_eq!(of("PIN AND FACE"), Err(ExpressionError::Unknown { id: "FACE".into() }));
        assert_eq!(of(&"(".repeat(100)), Err(ExpressionError::TooLong));
        assert_eq!(of(&"PIN OR ".repeat(100)), Err(ExpressionError::TooLong));
        assert_eq!(of(""), Err(ExpressionError::End));
    }
}
