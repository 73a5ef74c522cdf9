//! The signature field: an empty one that is there, or a new invisible one.

use super::appearance;
use super::error::{PrepareError, Refusal};
use crate::profile::pades;
use crate::source::Source;
use crate::syntax::pdf::PdfError;
use crate::syntax::pdf::RevisionError;
use crate::syntax::pdf::document::Document;
use crate::syntax::pdf::form::{Field, Form};
use crate::syntax::pdf::object::{Dictionary, Object, ObjectId};
use crate::syntax::pdf::page::first_page;
use crate::syntax::pdf::permissions::{Action, Restrictions, missing_bits};
use crate::syntax::pdf::place::{Place, Placed};
use crate::syntax::pdf::revision::Revision;
use crate::syntax::pdf::text;

/// What the document says before anything is changed.
pub(super) struct Scene<'a, S> {
    pub(super) document: &'a Document<S>,
    pub(super) catalog: Placed,
    pub(super) form: Form,
    pub(super) page: Placed,
    /// The highest object number that what was read refers to: objects that are not there stay so.
    pub(super) highest_reference: Option<u32>,
}

impl<'a, S: Source> Scene<'a, S> {
    /// Reads catalog, form and page. A document whose page tree cannot be reached is refused, for an
    /// invisible signature too.
    pub(super) fn read(document: &'a Document<S>) -> Result<Self, PdfError> {
        let (id, dictionary) = document.catalog()?;
        let catalog = Placed { place: Place::object(id), dictionary };
        let form = Form::read(document, &catalog)?;
        let page = first_page(document, &catalog)?;
        let acro_form = form.acro_form.as_ref().map(|form| &form.dictionary);
        let arrays = [(acro_form, b"Fields".as_slice()), (Some(&page.dictionary), b"Annots")];
        let mut highest =
            [Some(document.trailer()), Some(&catalog.dictionary), Some(&page.dictionary), acro_form]
                .into_iter()
                .flatten()
                .filter_map(Dictionary::highest_reference)
                .max();
        for (holder, key) in arrays {
            // A direct array was looked through with its holder.
            if let Some(holder) = holder.filter(|holder| holder.reference(key).is_some()) {
                highest = highest.max(document.get(holder, key)?.highest_reference());
            }
        }
        Ok(Self { document, catalog, form, page, highest_reference: highest })
    }
}

/// The field that will be signed.
#[derive(Debug)]
pub(super) enum Target<'a> {
    Existing(&'a Field),
    New(String),
}

impl Target<'_> {
    /// What the encryption must permit.
    pub(super) const fn action(&self) -> Action {
        match self {
            Self::Existing(_) => Action::FillField,
            Self::New(_) => Action::CreateField,
        }
    }
}

/// Finds the field and asks all rules whether it may be signed.
pub(super) fn choose<'a, S: Source>(
    scene: &'a Scene<'_, S>,
    restrictions: &Restrictions,
    name: Option<&str>,
    override_permissions: bool,
) -> Result<Target<'a>, PrepareError> {
    let target = match name {
        None => Target::New(scene.form.free_name(|name| restrictions.lock_on(name).is_none())),
        Some(name) => match scene.form.find(name) {
            Some(field) if !field.is_signature() => {
                return Err(PrepareError::FieldTaken { field: name.to_owned() });
            }
            Some(field) if is_signed(scene.document, field)? => {
                return Err(PrepareError::FieldSigned { field: name.to_owned() });
            }
            Some(field) => Target::Existing(field),
            None if name.split('.').any(str::is_empty) => {
                return Err(PrepareError::FieldName { field: name.to_owned() });
            }
            None => {
                let (parent, _) = deepest_parent(&scene.form, name);
                if let Some(parent) = parent.filter(|parent| !parent.has_fields) {
                    return Err(PrepareError::FieldTaken { field: parent.name.clone() });
                }
                Target::New(name.to_owned())
            }
        },
    };
    let name = match &target {
        Target::Existing(field) => &field.name,
        Target::New(name) => name,
    };
    if let Some(level) = restrictions.strictest().filter(|level| level.p == 1) {
        let (rule, p, by) = (level.rule, level.p, level.by.clone());
        return Err(Refusal::NoChanges { rule, p, by }.into());
    }
    if let Some(lock) = restrictions.lock_on(name) {
        let (rule, by, field) = (lock.rule, lock.by.clone(), name.clone());
        return Err(Refusal::Locked { rule, by, field }.into());
    }
    if let Some(bits) = missing_bits(scene.document, target.action())
        && !override_permissions
    {
        return Err(Refusal::EncryptionPermissions { bits }.into());
    }
    Ok(target)
}

fn is_signed<S: Source>(document: &Document<S>, field: &Field) -> Result<bool, PdfError> {
    let value = field.value.as_ref().map(|value| document.resolve(value)).transpose()?;
    Ok(value.is_some_and(|value| value != Object::Null))
}

/// Puts the signature into its field, and the field into form and page when it is new.
pub(super) fn place<S: Source>(
    scene: &Scene<'_, S>,
    target: &Target<'_>,
    revision: &mut Revision,
    signature: ObjectId,
) -> Result<(), RevisionError> {
    let document = scene.document;
    let acro_form = acro_form(scene, revision)?;
    match target {
        Target::Existing(field) => {
            revision.edit_dictionary(document, &field.place)?.set(b"V", signature);
        }
        Target::New(name) => {
            let field = new_field(scene, name, &acro_form, revision, signature)?;
            add_annotation(scene, revision, field)?;
        }
    }
    revision.edit_dictionary(document, &acro_form)?.set(b"SigFlags", pades::SIG_FLAGS);
    Ok(())
}

/// Where the form stands; one is made when there is none.
fn acro_form<S: Source>(scene: &Scene<'_, S>, revision: &mut Revision) -> Result<Place, RevisionError> {
    if let Some(acro_form) = &scene.form.acro_form {
        return Ok(acro_form.place.clone());
    }
    let id = revision.allocate(scene.document)?;
    let mut form = Dictionary::new();
    form.set(b"Fields", Object::Array(Vec::new()));
    revision.put(id, form);
    revision.edit_dictionary(scene.document, &scene.catalog.place)?.set(b"AcroForm", id);
    Ok(Place::object(id))
}

/// Makes the field, merged with its widget, and the nodes above it that a dotted name asks for.
fn new_field<S: Source>(
    scene: &Scene<'_, S>,
    name: &str,
    acro_form: &Place,
    revision: &mut Revision,
    signature: ObjectId,
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
        append_reference(document, revision, &holder.0, holder.1, id)?;
        let mut node = Dictionary::new();
        node.set(b"T", Object::String(text::encode(part)));
        if let Some(above) = above {
            node.set(b"Parent", above);
        }
        if parts.peek().is_none() {
            complete_field(scene, revision, &mut node, signature)?;
            revision.put(id, node);
            return Ok(id);
        }
        node.set(b"Kids", Object::Array(Vec::new()));
        revision.put(id, node);
        holder = (Holder::At(Place::object(id)), b"Kids");
        above = Some(id);
    }
    Err(PdfError::Missing { what: "field name" }.into())
}

/// The existing node furthest down the path of `name`, and what of the name lies below it.
fn deepest_parent<'f, 'n>(form: &'f Form, name: &'n str) -> (Option<&'f Field>, &'n str) {
    for (dot, _) in name.rmatch_indices('.') {
        let (above, below) = name.split_at(dot);
        if let Some(field) = form.find(above) {
            return (Some(field), below.strip_prefix('.').unwrap_or(below));
        }
    }
    (None, name)
}

fn complete_field<S: Source>(
    scene: &Scene<'_, S>,
    revision: &mut Revision,
    field: &mut Dictionary,
    signature: ObjectId,
) -> Result<(), RevisionError> {
    field.set(b"FT", Object::name("Sig"));
    field.set(b"Type", Object::name("Annot"));
    field.set(b"Subtype", Object::name("Widget"));
    field.set(b"Rect", Object::Array(vec![Object::Integer(0); 4]));
    field.set(b"F", pades::WIDGET_FLAGS);
    // A page that is a direct object cannot be referred to.
    if let Some(page) = scene.page.place.as_reference() {
        field.set(b"P", page);
    }
    field.set(b"V", signature);
    if appearance::is_pdfa1(scene.document, &scene.catalog)? {
        let id = revision.allocate(scene.document)?;
        revision.put_stream(id, appearance::empty_form(), Vec::new());
        let mut appearance = Dictionary::new();
        appearance.set(b"N", id);
        field.set(b"AP", appearance);
    }
    Ok(())
}

/// Adds the widget to the page's `/Annots`: where the array stands, or in the page when there is none.
fn add_annotation<S: Source>(
    scene: &Scene<'_, S>,
    revision: &mut Revision,
    widget: ObjectId,
) -> Result<(), RevisionError> {
    append_reference(scene.document, revision, &Holder::Read(&scene.page), b"Annots", widget)
}

/// Appends a reference to the array under `key` of the dictionary at `holder`: in the array's own object
/// when it has one, so that the holder stays as it is.
fn append_reference<S: Source>(
    document: &Document<S>,
    revision: &mut Revision,
    holder: &Holder<'_>,
    key: &[u8],
    item: ObjectId,
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
