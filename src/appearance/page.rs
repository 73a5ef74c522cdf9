//! A page of another PDF as the content of an appearance.

use std::sync::Arc;

use crate::syntax::pdf::object::Object;
use crate::syntax::pdf::{Graph, ObjectId};

/// A page of a PDF, taken out of it as a picture. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PageContent(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    graph: Graph,
    form: ObjectId,
    size: (f64, f64),
}

impl PageContent {
    /// A graph, the form XObject in it that shows the page, whose box is `[0 0 width height]`.
    pub(crate) fn new(graph: Graph, form: ObjectId, size: (f64, f64)) -> Self {
        Self(Arc::new(Inner { graph, form, size }))
    }

    /// Width and height of the page in points.
    #[must_use]
    pub fn size(&self) -> (f64, f64) {
        self.0.size
    }

    /// A page made of a graph and the form in it.
    #[cfg(test)]
    pub(super) fn of_parts(graph: Graph, form: ObjectId, size: (f64, f64)) -> Self {
        Self(Arc::new(Inner { graph, form, size }))
    }

    /// Adds the page's objects to another graph; the form there.
    pub(super) fn add_to(&self, graph: &mut Graph) -> ObjectId {
        let first = graph.next().number;
        let moved = |id: ObjectId| ObjectId::new(id.number.saturating_add(first), id.generation);
        for part in self.0.graph.parts() {
            let mut object = part.object.clone();
            shift(&mut object, &moved);
            match (object, &part.data) {
                (Object::Dictionary(dictionary), Some(data)) => {
                    graph.push_stream(dictionary, Arc::clone(data))
                }
                (object, _) => graph.push(object),
            };
        }
        moved(self.0.form)
    }
}

/// Changes every reference.
fn shift(object: &mut Object, moved: &impl Fn(ObjectId) -> ObjectId) {
    match object {
        Object::Reference(id) => *id = moved(*id),
        Object::Array(items) => items.iter_mut().for_each(|item| shift(item, moved)),
        Object::Dictionary(dictionary) => dictionary.values_mut().for_each(|(_, value)| shift(value, moved)),
        _ => {}
    }
}
