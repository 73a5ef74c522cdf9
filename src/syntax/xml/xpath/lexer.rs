//! The tokens of an expression (XPath 1.0, 3.7).

use super::XPathError;
use crate::syntax::xml::character::{is_name, is_name_start};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    End,
    /// `( ) [ ] . .. @ ,`
    Punctuation(&'static str),
    /// `and or mod div * / // | + - = != < <= > >=`
    Operator(&'static str),
    /// A name test: the prefix, if there is one, and a name or `*`.
    Name(Option<&'a str>, &'a str),
    /// The name of a function or a node type, which a parenthesis follows.
    Function(Option<&'a str>, &'a str),
    /// The name of an axis, with its `::`.
    Axis(&'a str),
    Literal(&'a str),
    Number(f64),
    Variable(&'a str),
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Whether what comes next stands behind an operand, so that `*` and names are operators.
    operand: bool,
}

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
/// Longer ones before those they begin with.
const OPERATORS: [&str; 11] = ["//", "/", "|", "+", "-", "=", "!=", "<=", "<", ">=", ">"];
const PUNCTUATION: [&str; 8] = ["(", ")", "[", "]", "..", ".", "@", ","];

impl<'a> Lexer<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0, operand: false }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        let space = rest.len().saturating_sub(rest.trim_start_matches(SPACE).len());
        self.at = self.at.saturating_add(space);
    }

    fn take(&mut self, length: usize) -> &'a str {
        let taken = self.rest().get(..length).unwrap_or_default();
        self.at = self.at.saturating_add(taken.len());
        taken
    }

    fn ncname(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        rest.starts_with(is_name_start).then(|| self.take(rest.find(|c| !is_name(c)).unwrap_or(rest.len())))
    }

    fn expected(&self, what: &'static str) -> XPathError {
        XPathError::Expected { position: self.at, what }
    }

    /// The next token and where it begins.
    pub(super) fn next(&mut self) -> Result<(usize, Token<'a>), XPathError> {
        self.skip_space();
        let position = self.at;
        let token = self.token()?;
        self.operand = match token {
            Token::Punctuation(mark) => matches!(mark, ")" | "]" | "." | ".."),
            Token::Name(..) | Token::Literal(_) | Token::Number(_) | Token::Variable(_) => true,
            Token::End | Token::Operator(_) | Token::Function(..) | Token::Axis(_) => false,
        };
        Ok((position, token))
    }

    fn token(&mut self) -> Result<Token<'a>, XPathError> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        if first.is_ascii_digit() || first == '.' && rest.get(1..).is_some_and(starts_with_digit) {
            return self.number();
        }
        if let Some(mark) = PUNCTUATION.into_iter().find(|mark| rest.starts_with(mark)) {
            self.take(mark.len());
            return Ok(Token::Punctuation(mark));
        }
        if let Some(operator) = OPERATORS.into_iter().find(|operator| rest.starts_with(operator)) {
            self.take(operator.len());
            return Ok(Token::Operator(operator));
        }
        match first {
            '"' | '\'' => {
                self.take(1);
                let end = self.rest().find(first).ok_or_else(|| self.expected("a closing quotation mark"))?;
                let literal = self.take(end);
                self.take(1);
                Ok(Token::Literal(literal))
            }
            '*' => {
                self.take(1);
                Ok(if self.operand { Token::Operator("*") } else { Token::Name(None, "*") })
            }
            '$' => {
                self.take(1);
                let start = self.at;
                self.qualified()?;
                Ok(Token::Variable(self.text.get(start..self.at).unwrap_or_default()))
            }
            _ => self.name(),
        }
    }

    fn number(&mut self) -> Result<Token<'a>, XPathError> {
        let rest = self.rest();
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(rest);
        let length = match rest.get(whole..).and_then(|rest| rest.strip_prefix('.')) {
            Some(fraction) => whole.saturating_add(1).saturating_add(digits(fraction)),
            None => whole,
        };
        let number = self.take(length).parse();
        number.map(Token::Number).map_err(|_| self.expected("a number"))
    }

    fn qualified(&mut self) -> Result<(Option<&'a str>, &'a str), XPathError> {
        let first = self.ncname().ok_or_else(|| self.expected("a name"))?;
        let rest = self.rest();
        let Some(after) = rest.strip_prefix(':') else { return Ok((None, first)) };
        if after.starts_with(':') {
            return Ok((None, first));
        }
        self.take(1);
        let local = self.ncname().ok_or_else(|| self.expected("a name"))?;
        Ok((Some(first), local))
    }

    fn name(&mut self) -> Result<Token<'a>, XPathError> {
        if self.operand {
            let start = self.at;
            let operator = self
                .ncname()
                .and_then(|name| ["and", "or", "mod", "div"].into_iter().find(|operator| *operator == name));
            return operator
                .map(Token::Operator)
                .ok_or(XPathError::Expected { position: start, what: "an operator" });
        }
        let start = self.at;
        let first = self.ncname().ok_or_else(|| self.expected("an expression"))?;
        if self.rest().starts_with(":*") {
            self.take(2);
            return Ok(Token::Name(Some(first), "*"));
        }
        self.at = start;
        let (prefix, local) = self.qualified()?;
        let end = self.at;
        self.skip_space();
        if self.rest().starts_with('(') {
            return Ok(Token::Function(prefix, local));
        }
        if prefix.is_none() && self.rest().starts_with("::") {
            self.take(2);
            return Ok(Token::Axis(local));
        }
        self.at = end;
        Ok(Token::Name(prefix, local))
    }
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        let mut lexer = Lexer::new(text);
        std::iter::from_fn(|| Some(lexer.next().unwrap().1).filter(|token| *token != Token::End)).collect()
    }

    #[test]
    fn names_and_stars_are_told_apart_by_what_stands_before() {
        use Token::{Axis, Function, Literal, Name, Number, Operator, Punctuation};
        assert_eq!(
            tokens("* * div div mod and (or)"),
            [
                Name(None, "*"),
                Operator("*"),
                Name(None, "div"),
                Operator("div"),
                Name(None, "mod"),
                Operator("and"),
                Punctuation("("),
                Name(None, "or"),
                Punctuation(")"),
            ]
        );
        assert_eq!(
            tokens("ancestor-or-self :: p:*[text ( )='a\"' ]//@x!=.5-1."),
            [
                Axis("ancestor-or-self"),
                Name(Some("p"), "*"),
                Punctuation("["),
                Function(None, "text"),
                Punctuation("("),
                Punctuation(")"),
                Operator("="),
                Literal("a\""),
                Punctuation("]"),
                Operator("//"),
                Punctuation("@"),
                Name(None, "x"),
                Operator("!="),
                Number(0.5),
                Operator("-"),
                Number(1.0),
            ]
        );
        assert_eq!(tokens("a-b"), [Name(None, "a-b")]);
    }

    #[test]
    fn errors_say_where() {
        let error = |text: &str| {
            let mut lexer = Lexer::new(text);
            loop {
                match lexer.next() {
                    Ok((_, Token::End)) => panic!("{text} is in order"),
                    Ok(_) => {}
                    Err(XPathError::Expected { position, .. }) => return position,
                    Err(other) => panic!("{other}"),
                }
            }
        };
        assert_eq!((error("a b"), error("a = 'x"), error("a = #"), error("p: x")), (2, 5, 4, 2));
    }
}
