//! A new signature field, merged with its widget.

use super::conformance::{Conformance, empty_form};
use super::scene::Scene;
use super::stand::Stand;
use crate::profile::pades;
use crate::source::Source;
use crate::syntax::pdf::PdfError;
use crate::syntax::pdf::RevisionError;
use crate::syntax::pdf::document::Document;
use crate::syntax::pdf::form::{Field, Form};
use crate::syntax::pdf::object::{Dictionary, Object, ObjectId};
use crate::syntax::pdf::place::{Place, Placed};
use crate::syntax::pdf::revision::Revision;
use crate::syntax::pdf::text;

/// What a new field and its widget say beside the name (ISO 32000-2, tables 166, 192 and 235).
#[derive(Clone, Debug)]
pub(super) struct Widget<'a> {
    /// The page whose `/Annots` gets the widget.
    pub(super) page: &'a Placed,
    /// `/Rect`, in the page's own points.
    pub(super) rectangle: [f64; 4],
    /// `/F`.
    pub(super) flags: i64,
    /// `/V`: the signature; none of a field that others are to sign.
    pub(super) value: Option<ObjectId>,
    /// `/AP` `/N`.
    pub(super) appearance: Option<ObjectId>,
    /// `/MK`.
    pub(super) characteristics: Option<Dictionary>,
    /// `/Lock`: what is locked once the field is signed.
    pub(super) lock: Option<Object>,
    /// `/SV`: what is asked of whoever signs.
    pub(super) seed_value: Option<Object>,
    /// `/TU`: what people are told that the field is.
    pub(super) tooltip: Option<String>,
    /// `/StructParent`: its key in the structure's parent tree.
    pub(super) struct_parent: Option<i64>,
}

impl<'a> Widget<'a> {
    /// An empty field that covers nothing, on the scene's page.
    pub(super) fn invisible<S: Source>(scene: &'a Scene<'_, S>) -> Self {
        Self {
            page: &scene.page,
            rectangle: [0.0; 4],
            flags: pades::WIDGET_FLAGS,
            value: None,
            appearance: None,
            characteristics: None,
            lock: None,
            seed_value: None,
            tooltip: None,
            struct_parent: None,
        }
    }

    /// Gives a widget without an appearance one that shows nothing, if the document claims to have one for
    /// every such widget.
    pub(super) fn blank<S: Source>(
        &mut self,
        document: &Document<S>,
        conformance: &Conformance,
        revision: &mut Revision,
    ) -> Result<(), RevisionError> {
        let [x1, y1, x2, y2] = self.rectangle;
        let size = [x2 - x1, y2 - y1];
        if self.appearance.is_none() && conformance.wants_appearance(size) {
            let id = revision.allocate(document)?;
            revision.put_stream(id, empty_form(size), Vec::new());
            self.appearance = Some(id);
        }
        Ok(())
    }

    /// Puts the widget where it can be seen.
    pub(super) fn stand(&mut self, stand: &Stand) {
        self.rectangle = stand.rectangle();
        self.characteristics = Some(stand.characteristics());
    }

    /// Writes the entries into the field.
    fn complete(&self, field: &mut Dictionary) {
        field.set(b"FT", Object::name("Sig"));
        field.set(b"Type", Object::name("Annot"));
        field.set(b"Subtype", Object::name("Widget"));
        field.set(b"Rect", Object::Array(self.rectangle.map(Object::number).to_vec()));
        field.set(b"F", self.flags);
        // A page that is a direct object cannot be referred to.
        if let Some(page) = self.page.place.as_reference() {
            field.set(b"P", page);
        }
        if let Some(tooltip) = &self.tooltip {
            field.set(b"TU", Object::String(text::encode(tooltip)));
        }
        if let Some(key) = self.struct_parent {
            field.set(b"StructParent", key);
        }
        if let Some(value) = self.value {
            field.set(b"V", value);
        }
        for (key, value) in [(b"Lock".as_slice(), &self.lock), (b"SV", &self.seed_value)] {
            if let Some(value) = value {
                field.set(key, value.clone());
            }
        }
        if let Some(characteristics) = &self.characteristics {
            field.set(b"MK", characteristics.clone());
        }
        if let Some(normal) = self.appearance {
            let mut appearance = Dictionary::new();
            appearance.set(b"N", normal);
            field.set(b"AP", appearance);
        }
    }
}

/// Makes the field, merged with its widget, and the nodes above it that a dotted name asks for; puts it
/// into the form and on its page.
pub(super) fn new_field<S: Source>(
    scene: &Scene<'_, S>,
    name: &str,
    acro_form: &Place,
    revision: &mut Revision,
    widget: &Widget<'_>,
) -> Result<ObjectId, RevisionError> {
    let document = scene.document;
    let (parent, rest) = deepest_parent(&scene.form, name);
    let mut holder = match (parent, &scene.form.acro_form) {
        (Some(parent), _) => (Holder::At(parent.place.clone()), b"Kids".as_slice()),
        (None, Some(acro_form)) => (Holder::Read(acro_form), b"Fields".as_slice()),
        (None, None) => (Holder::At(acro_form.clone()), b"Fields".as_slice()),
    };
    let mut above = parent.and_then(|parent| parent.place.as_reference());
    let mut parts = rest.split('.').peekable();
    while let Some(part) = parts.next() {
        let id = revision.allocate(document)?;
        append_to(document, revision, &holder.0, holder.1, id)?;
        let mut node = Dictionary::new();
        node.set(b"T", Object::String(text::encode(part)));
        if let Some(above) = above {
            node.set(b"Parent", above);
        }
        if parts.peek().is_none() {
            widget.complete(&mut node);
            revision.put(id, node);
            append(document, revision, widget.page, b"Annots", id)?;
            return Ok(id);
        }
        // What hangs below it is a signature field, and difference analysis takes no other new fields after
        // a signature.
        node.set(b"FT", Object::name("Sig"));
        node.set(b"Kids", Object::Array(Vec::new()));
        revision.put(id, node);
        holder = (Holder::At(Place::object(id)), b"Kids");
        above = Some(id);
    }
    Err(PdfError::Missing { what: "field name" }.into())
}

/// The existing node furthest down the path of `name`, and what of the name lies below it.
pub(super) fn deepest_parent<'f, 'n>(form: &'f Form, name: &'n str) -> (Option<&'f Field>, &'n str) {
    for (dot, _) in name.rmatch_indices('.') {
        let (above, below) = name.split_at(dot);
        if let Some(field) = form.find(above) {
            return (Some(field), below.strip_prefix('.').unwrap_or(below));
        }
    }
    (None, name)
}

/// Appends to the array under `key` of the dictionary at `holder`: in the array's own object
/// when it has one, so that the holder stays as it is.
fn append_to<S: Source>(
    document: &Document<S>,
    revision: &mut Revision,
    holder: &Holder<'_>,
    key: &[u8],
    item: impl Into<Object>,
) -> Result<(), RevisionError> {
    let place = holder.place();
    let value = match (revision.entry(place, key), holder) {
        (Some(value), _) => value,
        (None, Holder::Read(placed)) => placed.dictionary.get(key).cloned(),
        (None, Holder::At(place)) => {
            let mut holder = document.load(place.id)?;
            let dictionary = place.find_mut(&mut holder).and_then(|value| value.as_dictionary());
            dictionary.and_then(|dictionary| dictionary.get(key)).cloned()
        }
    };
    if let Some(array) = document.array_behind(value.as_ref())?
        && let Object::Array(items) = revision.edit(document, &Place::object(array))?
    {
        items.push(item.into());
        return Ok(());
    }
    let dictionary = revision.edit_dictionary(document, place)?;
    match dictionary.get_mut(key) {
        Some(Object::Array(items)) => items.push(item.into()),
        _ => dictionary.set(key, Object::Array(vec![item.into()])),
    }
    Ok(())
}

/// Appends to the array under `key` of a dictionary, which is made when it is not there.
pub(super) fn append<S: Source>(
    document: &Document<S>,
    revision: &mut Revision,
    holder: &Placed,
    key: &[u8],
    item: impl Into<Object>,
) -> Result<(), RevisionError> {
    append_to(document, revision, &Holder::Read(holder), key, item)
}

/// A dictionary that holds an array: read before, or known by its place only.
enum Holder<'a> {
    Read(&'a Placed),
    At(Place),
}

impl Holder<'_> {
    const fn place(&self) -> &Place {
        match self {
            Self::Read(placed) => &placed.place,
            Self::At(place) => place,
        }
    }
}
