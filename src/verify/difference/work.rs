//! A bound on what all comparisons of one document cost.

use std::cell::Cell;

use crate::limits::Limits;
use crate::source::Source;
use crate::syntax::pdf::{Document, Entry, Loaded, Object, ObjectId, PdfError};

/// Counts values and bytes that were looked at.
#[derive(Debug)]
pub(in super::super) struct Work {
    left: Cell<u64>,
    limit: u64,
}

impl Work {
    /// As much as inflating may cost in all, at sixteen bytes for a value: both are ways to be kept busy.
    pub(in super::super) const fn new(limits: &Limits) -> Self {
        let limit = limits.inflated_total / 16;
        Self { left: Cell::new(limit), limit }
    }

    pub(super) fn spend(&self, amount: u64) -> Result<(), PdfError> {
        let Some(left) = self.left.get().checked_sub(amount) else {
            return Err(PdfError::Limit { what: "values compared between revisions", limit: self.limit });
        };
        self.left.set(left);
        Ok(())
    }

    /// An object as it is; `None` when it is not there or cannot be read.
    pub(super) fn load<S: Source>(
        &self,
        document: &Document<S>,
        id: ObjectId,
    ) -> Result<Option<Loaded>, PdfError> {
        self.spend(4)?;
        match document.load_whole(id) {
            Ok(loaded) => {
                self.spend(weight(&loaded.object))?;
                Ok((loaded.object != Object::Null).then_some(loaded))
            }
            Err(error @ (PdfError::Io(_) | PdfError::Limit { .. })) => Err(error),
            // What cannot be read shows nothing.
            Err(_) => Ok(None),
        }
    }

    /// The object of this number in the generation that is in use.
    pub(super) fn load_number<S: Source>(
        &self,
        document: &Document<S>,
        number: u32,
    ) -> Result<Option<Loaded>, PdfError> {
        match current(document, number)? {
            Some(id) => self.load(document, id),
            None => Ok(None),
        }
    }
}

/// The cross-reference entry; one that cannot be read leads nowhere.
pub(super) fn entry<S: Source>(document: &Document<S>, number: u32) -> Result<Entry, PdfError> {
    match document.entry(number) {
        Err(error) if error.may_be_damage() => Ok(Entry::Free),
        other => other,
    }
}

/// The number with the generation that is in use.
pub(super) fn current<S: Source>(document: &Document<S>, number: u32) -> Result<Option<ObjectId>, PdfError> {
    Ok(match entry(document, number)? {
        Entry::Free => None,
        Entry::InUse { generation, .. } => Some(ObjectId { number, generation }),
        Entry::Compressed { .. } => Some(ObjectId { number, generation: 0 }),
    })
}

/// Values are counted where they are visited; long strings cost even when they are passed over.
fn weight(object: &Object) -> u64 {
    match object {
        Object::String(bytes) => bytes.len() as u64 / 16,
        Object::Array(items) => items.iter().fold(0, |sum, item| weight(item).saturating_add(sum)),
        Object::Dictionary(dictionary) => {
            dictionary.iter().fold(0, |sum, (_, value)| weight(value).saturating_add(sum))
        }
        _ => 1,
    }
}
