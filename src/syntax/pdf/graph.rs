//! Objects that are no part of a document yet: they refer to each other by their place in a list.

use std::sync::Arc;

use super::object::{Dictionary, Object, ObjectId};

/// A list of objects. Every reference in one is to another of the list, by the number that [`Graph::push`]
/// gave; [`Revision::put_graph`](super::revision::Revision::put_graph) gives them numbers of a document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    parts: Vec<Part>,
}

/// One object, and what is behind it if it is a stream.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) object: Object,
    pub(crate) data: Option<Arc<[u8]>>,
}

impl Graph {
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The number under which the next object will stand.
    pub(crate) fn next(&self) -> ObjectId {
        ObjectId::new(u32::try_from(self.parts.len()).unwrap_or(u32::MAX), 0)
    }

    /// Adds an object, and says how others of the list refer to it.
    pub(crate) fn push(&mut self, object: impl Into<Object>) -> ObjectId {
        let id = self.next();
        self.parts.push(Part { object: object.into(), data: None });
        id
    }

    /// Adds a stream; `data` as the dictionary's `/Filter` has it, `/Length` is added when it is written.
    pub(crate) fn push_stream(&mut self, dictionary: Dictionary, data: impl Into<Arc<[u8]>>) -> ObjectId {
        let id = self.next();
        self.parts.push(Part { object: dictionary.into(), data: Some(data.into()) });
        id
    }

    /// Puts an object in the place of one that was added before.
    pub(crate) fn replace(&mut self, id: ObjectId, object: impl Into<Object>, data: Option<Arc<[u8]>>) {
        let index = usize::try_from(id.number).unwrap_or(usize::MAX);
        if let Some(part) = self.parts.get_mut(index) {
            *part = Part { object: object.into(), data };
        }
    }
}
