//! A page of another PDF as the content of an appearance.

use std::sync::Arc;

use crate::limits::Limits;
use crate::syntax::pdf::import::{Imported, import_page};
use crate::syntax::pdf::object::Object;
use crate::syntax::pdf::{Graph, ObjectId, PageNumber, PdfError};

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
    /// Takes a page out of a PDF that needs no password, as a viewer shows it, without its annotations.
    ///
    /// # Errors
    /// [`PdfError`]: the document cannot be read, has no such page, or the page needs more than `limits` allow.
    pub fn from_bytes(document: &[u8], page: PageNumber, limits: &Limits) -> Result<Self, PdfError> {
        let Imported { graph, form, size } = import_page(document, page, limits)?;
        Ok(Self(Arc::new(Inner { graph, form, size })))
    }

    /// Width and height of the page in points.
    #[must_use]
    pub fn size(&self) -> (f64, f64) {
        self.0.size
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
