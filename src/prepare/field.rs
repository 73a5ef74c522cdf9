//! The signature field: an empty one that is there, or a new one.

use super::certify::put_lock;
use super::error::{PrepareError, Refusal, Warning};
use super::scene::{Scene, Target, is_signed};
use super::structure::Tags;
use super::visible::{Look, dress, stamp};
use super::widget::{Widget, deepest_parent, new_field};
use crate::limits::Limits;
use crate::profile::pades;
use crate::source::Source;
use crate::syntax::pdf::PdfError;
use crate::syntax::pdf::RevisionError;
use crate::syntax::pdf::document::Document;
use crate::syntax::pdf::form::Form;
use crate::syntax::pdf::object::{Dictionary, Object, ObjectId};
use crate::syntax::pdf::permissions::{Action, Restrictions, missing_bits};
use crate::syntax::pdf::place::Place;
use crate::syntax::pdf::revision::Revision;

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
            None => {
                free_to_create(&scene.form, name, scene.document.view().limits())?;
                Target::New(name.to_owned())
            }
        },
    };
    let name = match &target {
        Target::Existing(field) => &field.name,
        Target::New(name) => name,
    };
    permit(scene.document, restrictions, name, target.action(), override_permissions)?;
    Ok(target)
}

/// Refuses a name that a new field cannot have.
pub(super) fn free_to_create(form: &Form, name: &str, limits: &Limits) -> Result<(), PrepareError> {
    // A field deeper than the form is read would be a signature that nobody here sees.
    if name.split('.').count() > limits.depth {
        return Err(PdfError::Limit { what: "parts of a field name", limit: limits.depth as u64 }.into());
    }
    if form.find(name).is_some() {
        return Err(PrepareError::FieldTaken { field: name.to_owned() });
    }
    if name.split('.').any(str::is_empty) {
        return Err(PrepareError::FieldName { field: name.to_owned() });
    }
    match deepest_parent(form, name) {
        (Some(parent), _) if !parent.has_fields => {
            Err(PrepareError::FieldTaken { field: parent.name.clone() })
        }
        _ => Ok(()),
    }
}

/// Asks earlier signatures and the encryption whether the field of this name may be signed or made. Whether
/// it took the override.
pub(super) fn permit<S: Source>(
    document: &Document<S>,
    restrictions: &Restrictions,
    name: &str,
    action: Action,
    override_permissions: bool,
) -> Result<bool, PrepareError> {
    if let Some(level) = restrictions.strictest().filter(|level| level.p == 1) {
        let (rule, p, by) = (level.rule, level.p, level.by.clone());
        return Err(Refusal::NoChanges { rule, p, by }.into());
    }
    if let Some(lock) = restrictions.lock_on(name) {
        let (rule, by, field) = (lock.rule, lock.by.clone(), name.to_owned());
        return Err(Refusal::Locked { rule, by, field }.into());
    }
    match missing_bits(document, action) {
        None => Ok(false),
        Some(_) if override_permissions => Ok(true),
        Some(bits) => Err(Refusal::EncryptionPermissions { bits }.into()),
    }
}

/// Refuses a new field that is seen where an earlier signature says what may change: difference analysis
/// takes such a field for a change that was not permitted.
pub(super) fn permit_visible(restrictions: &Restrictions) -> Result<(), PrepareError> {
    match restrictions.levels.first() {
        Some(level) => Err(Refusal::VisibleAfterCertification { by: level.by.clone() }.into()),
        None => Ok(()),
    }
}

/// What the caller should know of the document itself before it is changed.
pub(super) fn read_warnings<S: Source>(document: &Document<S>, restrictions: &Restrictions) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if restrictions.usage_rights {
        warnings.push(Warning::UsageRightsLapse);
    }
    if document.rebuilt().is_some() {
        warnings.push(Warning::Rebuilt);
    }
    warnings
}

/// Puts the signature into its field, and the field into form and page when it is new.
pub(super) fn place<S: Source>(
    scene: &Scene<'_, S>,
    target: &Target<'_>,
    revision: &mut Revision,
    signature: ObjectId,
    look: Look<'_>,
) -> Result<(), RevisionError> {
    let document = scene.document;
    let acro_form = acro_form(scene, revision)?;
    let lock = look
        .lock
        .filter(|lock| lock.write)
        .map(|lock| put_lock(scene, revision, &lock.entries))
        .transpose()?;
    match target {
        Target::Existing(field) => {
            let dictionary = revision.edit_dictionary(document, &field.place)?;
            dictionary.set(b"V", signature);
            if let Some(lock) = lock {
                dictionary.set(b"Lock", lock);
            }
            dress(document, field, &look.forms, revision)?;
        }
        Target::New(name) => {
            let mut widget = Widget::invisible(scene);
            widget.value = Some(signature);
            widget.lock = lock;
            widget.tooltip = look.tooltip;
            if let (Some(stand), Some(form)) = (scene.stands.first(), look.forms.first()) {
                widget.stand(stand);
                widget.appearance = Some(*form);
            }
            widget.blank(document, &look.conformance, revision)?;
            widget.struct_parent = look.tags.as_ref().map(Tags::key);
            let field = new_field(scene, name, &acro_form, revision, &widget)?;
            if let Some(mut tags) = look.tags {
                tags.add(document, revision, field, &scene.page)?;
            }
            stamp(scene, &look.forms, revision)?;
        }
    }
    revision.edit_dictionary(document, &acro_form)?.set(b"SigFlags", pades::SIG_FLAGS);
    Ok(())
}

/// Where the form stands; one is made when there is none.
pub(super) fn acro_form<S: Source>(
    scene: &Scene<'_, S>,
    revision: &mut Revision,
) -> Result<Place, RevisionError> {
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
