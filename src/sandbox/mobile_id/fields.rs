//! The members of a request, each of the type that it must have.

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// The members of a request.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) const fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Text that must be there.
    pub(super) fn text(&self, name: &str) -> Result<&str, Refusal> {
        let text = self.optional(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| Refusal::parameters(format!("{name} is missing")))
    }

    /// Text that may be there.
    pub(super) fn optional(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let wrong = || Refusal::parameters(format!("{name} is no text"));
        self.get(name).map(|value| value.as_str().ok_or_else(wrong)).transpose()
    }

    /// One of these words, if it is there.
    pub(super) fn one_of(&self, name: &str, words: &[&str]) -> Result<Option<&str>, Refusal> {
        let found = self.optional(name)?;
        if found.is_some_and(|found| !words.contains(&found)) {
            return Err(Refusal::parameters(format!("{name} is one of {}", words.join(", "))));
        }
        Ok(found)
    }

    /// A number without sign or fraction that may be there.
    pub(super) fn integer(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let wrong = || Refusal::parameters(format!("{name} is no whole number"));
        self.get(name).map(|value| value.as_u64().ok_or_else(wrong)).transpose()
    }

    /// Yes or no; no when it is not there.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        let wrong = || Refusal::parameters(format!("{name} is neither true nor false"));
        self.get(name).map_or(Ok(false), |value| value.as_bool().ok_or_else(wrong))
    }

    /// An object that may be there.
    pub(super) fn object(&self, name: &str) -> Result<Option<Self>, Refusal> {
        let wrong = || Refusal::parameters(format!("{name} is no object"));
        let object = self.get(name).map(|value| value.as_object().ok_or_else(wrong)).transpose()?;
        Ok(object.cloned().map(Self))
    }

    /// A list of texts that must be there.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&str>, Refusal> {
        let wrong = || Refusal::parameters(format!("{name} is no list of texts"));
        let members = self.get(name).ok_or_else(|| Refusal::parameters(format!("{name} is missing")))?;
        let members = members.as_array().ok_or_else(wrong)?;
        members.iter().map(|member| member.as_str().ok_or_else(wrong)).collect()
    }
}
