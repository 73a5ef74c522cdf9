//! Reads a request as its schema says: what must be there, of which type, how long.

use serde_json::{Map, Value};

use super::say::Refused;

/// The members of an object.
#[derive(Clone, Copy)]
pub(super) struct Fields<'b>(Option<&'b Map<String, Value>>);

impl<'b> Fields<'b> {
    pub(super) fn new(object: &'b Value) -> Self {
        Self(object.as_object())
    }

    /// A member that is there and not null.
    pub(super) fn get(&self, name: &str) -> Option<&'b Value> {
        self.0?.get(name).filter(|value| !value.is_null())
    }

    /// A text that must be there.
    pub(super) fn text(&self, name: &str) -> Result<&'b str, Refused> {
        let text = self.optional(name)?.ok_or_else(|| Refused::params(format!("{name} is missing")))?;
        if text.trim().is_empty() { Err(Refused::params(format!("{name} is empty"))) } else { Ok(text) }
    }

    /// A text that may be there.
    pub(super) fn optional(&self, name: &str) -> Result<Option<&'b str>, Refused> {
        let text =
            |value: &'b Value| value.as_str().ok_or_else(|| Refused::params(format!("{name} is no string")));
        self.get(name).map(text).transpose()
    }

    /// A text of at most so many characters.
    pub(super) fn at_most(&self, name: &str, most: usize) -> Result<Option<&'b str>, Refused> {
        match self.optional(name)? {
            Some(text) if text.chars().count() > most => {
                Err(Refused::params(format!("{name} has more than {most} characters")))
            }
            other => Ok(other),
        }
    }

    /// An object that must be there.
    pub(super) fn object(&self, name: &str) -> Result<Self, Refused> {
        match self.get(name) {
            Some(Value::Object(members)) => Ok(Self(Some(members))),
            Some(_) => Err(Refused::params(format!("{name} is no object"))),
            None => Err(Refused::params(format!("{name} is missing"))),
        }
    }

    /// A list of texts that may be there.
    pub(super) fn texts(&self, name: &str) -> Result<Option<Vec<&'b str>>, Refused> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let list = value.as_array().ok_or_else(|| Refused::params(format!("{name} is no array")))?;
        let text = |(index, value): (usize, &'b Value)| {
            value.as_str().ok_or_else(|| Refused::params(format!("{name}[{index}] is no string")))
        };
        list.iter().enumerate().map(text).collect::<Result<Vec<_>, _>>().map(Some)
    }

    /// A text that must be one of these, when it is there.
    pub(super) fn one_of(&self, name: &str, known: &[&str]) -> Result<Option<&'b str>, Refused> {
        match self.optional(name)? {
            Some(text) if !known.contains(&text) => {
                Err(Refused::params(format!("{name} is {text:?} and none of {}", known.join(", "))))
            }
            other => Ok(other),
        }
    }
}
