//! Empty signature fields for others to sign.

use super::At;
use super::certify::{FieldLock, put_lock};
use super::conformance::Conformance;
use super::error::{PrepareError, Warning};
use super::field::{acro_form, free_to_create, permit, permit_visible, read_warnings};
use super::placement::{Placement, PlacementError};
use super::revised::Revised;
use super::scene::Scene;
use super::seed::SeedValue;
use super::stand::{Stand, stands};
use super::structure::{Tags, is_tagged, tags};
use super::widget::{Widget, new_field};
use crate::entropy::Entropy;
use crate::limits::Limits;
use crate::password::Password;
use crate::source::Source;
use crate::syntax::pdf::RevisionError;
use crate::syntax::pdf::document::Document;
use crate::syntax::pdf::form::{Field, Form};
use crate::syntax::pdf::object::{Dictionary, Name, ObjectId};
use crate::syntax::pdf::permissions::{Action, Restrictions};
use crate::syntax::pdf::place::{Place, Placed};
use crate::syntax::pdf::repair::with_repair;
use crate::syntax::pdf::revision::Revision;

/// `/SigFlags`: the form has signature fields (table 225).
const SIGNATURES_EXIST: i64 = 1;

/// A signature field to be made, for others to sign.
#[derive(Clone, Debug)]
pub struct NewField {
    name: String,
    placement: Option<Placement>,
    lock: Option<FieldLock>,
    seed_value: Option<SeedValue>,
    tooltip: Option<String>,
}

impl NewField {
    /// A field of this fully qualified name, invisible until it is [placed](Self::placement).
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), placement: None, lock: None, seed_value: None, tooltip: None }
    }

    /// Where the signature will be seen: a rectangle, or at one occurrence of a text.
    #[must_use]
    pub fn placement(mut self, placement: Placement) -> Self {
        self.placement = Some(placement);
        self
    }

    /// What is locked once the field is signed, `/Lock`.
    #[must_use]
    pub fn lock(mut self, lock: FieldLock) -> Self {
        self.lock = Some(lock);
        self
    }

    /// What is asked of whoever signs, `/SV`.
    #[must_use]
    pub fn seed_value(mut self, seed_value: SeedValue) -> Self {
        self.seed_value = Some(seed_value);
        self
    }

    /// What people are told that the field is, `/TU`.
    #[must_use]
    pub fn tooltip(mut self, text: impl Into<String>) -> Self {
        self.tooltip = Some(text.into());
        self
    }

    /// Makes the field; its number.
    fn draw<S: Source>(
        &self,
        scene: &Scene<'_, S>,
        form: &Place,
        around: &mut Around<'_>,
        revision: &mut Revision,
    ) -> Result<ObjectId, RevisionError> {
        let mut widget = Widget::invisible(scene);
        widget.tooltip = self.tooltip.clone();
        if around.conformance.pdfua && widget.tooltip.is_none() {
            widget.tooltip = Some(self.name.clone());
        }
        if let Some(stand) = self.placement.as_ref().and_then(|_| around.stands.next()) {
            widget.page = &stand.page.placed;
            widget.stand(stand);
        }
        widget.blank(scene.document, &around.conformance, revision)?;
        widget.struct_parent = around.tags.as_ref().map(Tags::key);
        if let Some(lock) = &self.lock {
            widget.lock = Some(put_lock(scene, revision, &lock.entries())?);
        }
        if let Some(seed_value) = &self.seed_value {
            // An object of its own (table 235).
            let id = revision.allocate(scene.document)?;
            revision.put(id, seed_value.dictionary());
            widget.seed_value = Some(id.into());
        }
        let id = new_field(scene, &self.name, form, revision, &widget)?;
        if let Some(tags) = &mut around.tags {
            tags.add(scene.document, revision, id, widget.page)?;
        }
        Ok(id)
    }
}

/// What all fields of a document have to heed.
struct Around<'a> {
    conformance: Conformance,
    tags: Option<Tags>,
    /// Where those that are placed stand, in their order.
    stands: std::slice::Iter<'a, Stand>,
}

/// Signature fields to be added to a document, as one appended revision that signs nothing.
///
/// The rules are those of a signature in a new field: what earlier signatures, their locks and the
/// encryption forbid is refused.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    fields: Vec<NewField>,
    password: Option<Password>,
    override_permissions: bool,
    limits: Limits,
}

/// What the document gave.
struct Drawn {
    revision: Vec<u8>,
    warnings: Vec<Warning>,
}

impl Fields {
    /// No fields yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "nobody adds fields with a plus")]
    pub fn add(mut self, field: NewField) -> Self {
        self.fields.push(field);
        self
    }

    /// The password of an encrypted document, user's or owner's. Without one the empty password is tried.
    #[must_use]
    pub fn password(mut self, password: Password) -> Self {
        self.password = Some(password);
        self
    }

    /// Adds the fields although the encryption's `/P` withholds the permission from the user password.
    #[must_use]
    pub const fn override_encryption_permissions(mut self) -> Self {
        self.override_permissions = true;
        self
    }

    /// What reading the document may cost.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Writes the revision. The fields need no time; of `at` only the entropy is used.
    ///
    /// # Errors
    /// [`PrepareError`]: the document cannot be read, a rule forbids the fields, or a name is taken. Nothing
    /// is left behind.
    pub fn prepare<S: Source>(&self, source: S, at: &At) -> Result<Revised<S>, PrepareError> {
        if self.fields.is_empty() {
            return Err(PrepareError::Options { what: "there is no field to add" });
        }
        for field in &self.fields {
            if let Some(lock) = &field.lock {
                lock.check()?;
            }
        }
        let password = self.password.as_ref().map(Password::as_bytes);
        let draw = |document: &Document<&S>| self.draw(document, &at.entropy);
        let (drawn, input_length) =
            with_repair(&source, password, &self.limits, draw, PrepareError::may_be_damage)?;
        Ok(Revised::new(source, input_length, drawn.revision, drawn.warnings))
    }

    /// Where the fields that are placed stand: one place for each.
    fn stands<S: Source>(
        &self,
        document: &Document<S>,
        catalog: &Placed,
    ) -> Result<Vec<Stand>, PrepareError> {
        let mut all = Vec::new();
        for field in &self.fields {
            let Some(placement) = &field.placement else { continue };
            let mut found = stands(document, catalog, placement, None)?;
            if found.len() > 1 {
                return Err(PlacementError::OnePlace { field: field.name.clone(), count: found.len() }.into());
            }
            all.append(&mut found);
        }
        Ok(all)
    }

    fn draw<S: Source>(&self, document: &Document<S>, entropy: &Entropy) -> Result<Drawn, PrepareError> {
        let mut scene = Scene::read(document, |catalog, _| self.stands(document, catalog))?;
        let restrictions = Restrictions::read(document, &scene.catalog, &scene.form)?;
        let mut revision = Revision::new(document, scene.highest_reference);
        let form = acro_form(&scene, &mut revision)?;
        let mut overridden = false;
        let stands = std::mem::take(&mut scene.stands);
        let conformance = Conformance::read(document, &scene.catalog);
        let mut around = Around { conformance, tags: tags(&scene)?, stands: stands.iter() };
        for field in &self.fields {
            free_to_create(&scene.form, &field.name, &self.limits)?;
            if field.placement.is_some() {
                permit_visible(&restrictions)?;
            }
            let action = Action::CreateField;
            overridden |= permit(document, &restrictions, &field.name, action, self.override_permissions)?;
            let id = field.draw(&scene, &form, &mut around, &mut revision)?;
            remember(&mut scene.form, &mut revision, &field.name, id);
        }
        let flags = scene.form.acro_form.as_ref().and_then(|form| form.dictionary.get(b"SigFlags")).cloned();
        let flags = flags.map(|flags| document.resolve(&flags)).transpose()?;
        let flags = flags.and_then(|flags| flags.as_integer()).unwrap_or(0);
        if flags & SIGNATURES_EXIST == 0 {
            revision.edit_dictionary(document, &form)?.set(b"SigFlags", flags | SIGNATURES_EXIST);
        }
        let mut warnings = read_warnings(document, &restrictions);
        if around.tags.is_none() && is_tagged(&scene)? {
            warnings.push(Warning::NotTagged);
        }
        if overridden {
            warnings.push(Warning::PermissionsOverridden);
        }
        Ok(Drawn { revision: revision.finish_unsigned(document, entropy)?, warnings })
    }
}

/// Puts a field that was made, and the new nodes above it, among those that the form has, so that the next
/// one can hang below them.
fn remember(form: &mut Form, revision: &mut Revision, name: &str, id: ObjectId) {
    let mut next = Some(id);
    let mut name = name;
    let mut has_fields = false;
    while let Some(id) = next {
        if form.find(name).is_some() {
            break;
        }
        let place = Place::object(id);
        let field_type = (!has_fields).then(|| Name::from_slice(b"Sig"));
        form.fields.push(Field {
            name: name.to_owned(),
            place: place.clone(),
            dictionary: Dictionary::new(),
            field_type,
            value: None,
            has_fields,
            widgets: Vec::new(),
        });
        let parent = revision.entry(&place, b"Parent").flatten();
        next = parent.and_then(|parent| parent.as_reference());
        name = name.rsplit_once('.').map_or("", |(above, _)| above);
        has_fields = true;
    }
}
