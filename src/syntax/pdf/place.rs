//! Where a value stands: in an indirect object, and on which path inside it.

use super::document::Document;
use super::error::PdfError;
use super::object::{Dictionary, Name, Object, ObjectId};
use crate::source::Source;

/// A value's holder and the way from the holder to it. Rewriting the value means rewriting the holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) id: ObjectId,
    path: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(Name),
    Index(usize),
}

impl Place {
    /// The indirect object itself.
    pub(crate) const fn object(id: ObjectId) -> Self {
        Self { id, path: Vec::new() }
    }

    /// Whether the value is an indirect object, so that it can be referred to.
    pub(crate) fn as_reference(&self) -> Option<ObjectId> {
        self.path.is_empty().then_some(self.id)
    }

    fn step(&self, step: Step) -> Self {
        let mut path = self.path.clone();
        path.push(step);
        Self { id: self.id, path }
    }

    /// Where the entry of the dictionary that stands here is: in an object of its own when `value` is a
    /// reference.
    pub(crate) fn key(&self, key: &[u8], value: &Object) -> Self {
        value.as_reference().map_or_else(|| self.step(Step::Key(Name::from_slice(key))), Self::object)
    }

    /// Where the item of the array that stands here is.
    pub(crate) fn index(&self, index: usize, value: &Object) -> Self {
        value.as_reference().map_or_else(|| self.step(Step::Index(index)), Self::object)
    }

    /// The keys on the way from the holder, joined by `/`.
    pub(crate) fn keys(&self) -> Vec<u8> {
        let keys: Vec<&[u8]> = self
            .path
            .iter()
            .filter_map(|step| match step {
                Step::Key(key) => Some(&**key),
                Step::Index(_) => None,
            })
            .collect();
        keys.join(&b'/')
    }

    /// The value that stands here inside `holder`.
    pub(crate) fn find_mut<'a>(&self, holder: &'a mut Object) -> Option<&'a mut Object> {
        let mut value = holder;
        for step in &self.path {
            value = match (step, value) {
                (Step::Key(key), Object::Dictionary(dictionary)) => dictionary.get_mut(key)?,
                (Step::Index(index), Object::Array(items)) => items.get_mut(*index)?,
                _ => return None,
            };
        }
        Some(value)
    }
}

/// A dictionary and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) place: Place,
    pub(crate) dictionary: Dictionary,
}

impl Placed {
    /// The entry's value, resolved, and where it stands.
    pub(crate) fn get<S: Source>(
        &self,
        document: &Document<S>,
        key: &[u8],
    ) -> Result<Option<(Place, Object)>, PdfError> {
        let Some(value) = self.dictionary.get(key) else { return Ok(None) };
        let resolved = document.resolve(value)?;
        Ok((resolved != Object::Null).then(|| (self.place.key(key, value), resolved)))
    }
}
