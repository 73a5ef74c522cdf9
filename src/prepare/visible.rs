//! The visible signature: what is drawn where it stands.

use super::At;
use super::certify::AppliedLock;
use super::conformance::Conformance;
use super::error::{PrepareError, Warning};
use super::pdf::Signing;
use super::placement::{Placement, PlacementError};
use super::scene::{Scene, Target};
use super::structure::{Tags, is_tagged, tags};
use super::terms::Terms;
use super::widget::append;
use crate::appearance::{AppearanceTemplate, Drawing, Facts};
use crate::profile::pades;
use crate::source::Source;
use crate::syntax::pdf::document::Document;
use crate::syntax::pdf::form::Field;
use crate::syntax::pdf::object::{Dictionary, Object, ObjectId};
use crate::syntax::pdf::revision::Revision;
use crate::syntax::pdf::{PdfError, RevisionError};

/// A visible signature as it was asked for.
#[derive(Clone, Debug)]
pub(super) struct Visible {
    pub(super) template: AppearanceTemplate,
    pub(super) placement: Placement,
}

/// What a field shows, and what a new one says besides.
pub(super) struct Look<'a> {
    /// A form XObject for each of the scene's stands.
    pub(super) forms: Vec<ObjectId>,
    pub(super) tooltip: Option<String>,
    pub(super) lock: Option<&'a AppliedLock>,
    pub(super) conformance: Conformance,
    /// The structure that a new field enters.
    pub(super) tags: Option<Tags>,
}

impl<'a> Look<'a> {
    /// Draws what was asked for.
    pub(super) fn of<S: Source>(
        signing: &Signing,
        scene: &Scene<'_, S>,
        target: &Target<'_>,
        terms: &'a Terms,
        at: &At,
        revision: &mut Revision,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, PrepareError> {
        let conformance = Conformance::read(scene.document, &scene.catalog);
        let leaf = signing.chain.leaf();
        let signer = leaf.common_name().unwrap_or_else(|| leaf.subject());
        let is_new = matches!(target, Target::New(_));
        let count = scene.stands.len();
        if is_new && count > 1 && scene.is_signed()? {
            return Err(PlacementError::StampsOnSigned { count }.into());
        }
        let mut entered = None;
        if is_new && is_tagged(scene)? {
            if count > 1 {
                return Err(PlacementError::StampsOnTagged { count }.into());
            }
            entered = tags(scene)?;
            if entered.is_none() {
                warnings.push(Warning::NotTagged);
            }
        }
        let forms = match &signing.visible {
            None => Vec::new(),
            Some(visible) => {
                let certified = if signing.email.is_none() { leaf.email() } else { None };
                let facts = Facts {
                    signer: &signer,
                    email: signing.email.as_deref().or(certified.as_deref()),
                    reason: terms.reason.as_deref(),
                    location: signing.location.as_deref(),
                    time: &at.time,
                };
                draw(scene, &visible.template, &facts, &conformance, revision, warnings)?
            }
        };
        // People who do not see the field are told what it is (PDF/UA, 7.18.4).
        let tooltip = (is_new && (conformance.pdfua || !forms.is_empty())).then_some(signer);
        Ok(Self { forms, tooltip, lock: terms.lock.as_ref(), conformance, tags: entered })
    }
}

/// Draws the signature for each stand: the form XObjects, in their order.
fn draw<S: Source>(
    scene: &Scene<'_, S>,
    template: &AppearanceTemplate,
    facts: &Facts<'_>,
    conformance: &Conformance,
    revision: &mut Revision,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<ObjectId>, PrepareError> {
    let surroundings = conformance.surroundings(scene.document, &scene.catalog)?;
    let mut drawn: Vec<((f64, f64), u16, ObjectId)> = Vec::new();
    let mut forms = Vec::with_capacity(scene.stands.len());
    for stand in &scene.stands {
        let ((width, height), degrees) = (stand.size(), stand.geometry.degrees());
        let same = drawn.iter().find(|(size, turned, _)| *size == (width, height) && *turned == degrees);
        let form = match same {
            Some((_, _, form)) => *form,
            None => {
                let matrix = (degrees != 0).then(|| stand.geometry.matrix(width, height).0);
                let Drawing { graph, form, skipped } =
                    template.draw(facts, (width, height), matrix, &surroundings)?;
                for what in skipped.into_iter().map(Warning::NotShown) {
                    if !warnings.contains(&what) {
                        warnings.push(what);
                    }
                }
                let numbers = revision.put_graph(scene.document, &graph)?;
                let number = usize::try_from(form.number).ok().and_then(|index| numbers.get(index)).copied();
                let form = number.ok_or(PdfError::Missing { what: "appearance" })?;
                drawn.push(((width, height), degrees, form));
                form
            }
        };
        forms.push(form);
    }
    Ok(forms)
}

/// Puts the appearances into the widgets of a field that was there.
pub(super) fn dress<S: Source>(
    document: &Document<S>,
    field: &Field,
    forms: &[ObjectId],
    revision: &mut Revision,
) -> Result<(), RevisionError> {
    for (place, form) in field.widgets.iter().zip(forms) {
        let mut appearance = Dictionary::new();
        appearance.set(b"N", *form);
        revision.edit_dictionary(document, place)?.set(b"AP", appearance);
    }
    Ok(())
}

/// Shows the signature as stamps where its field is not.
pub(super) fn stamp<S: Source>(
    scene: &Scene<'_, S>,
    forms: &[ObjectId],
    revision: &mut Revision,
) -> Result<(), RevisionError> {
    for (stand, form) in scene.stands.iter().zip(forms).skip(1) {
        let id = revision.allocate(scene.document)?;
        let mut stamp = Dictionary::new();
        stamp.set(b"Type", Object::name("Annot"));
        stamp.set(b"Subtype", Object::name("Stamp"));
        stamp.set(b"Rect", Object::Array(stand.rectangle().map(Object::number).to_vec()));
        stamp.set(b"F", pades::STAMP_FLAGS);
        if let Some(page) = stand.page.placed.place.as_reference() {
            stamp.set(b"P", page);
        }
        let mut appearance = Dictionary::new();
        appearance.set(b"N", *form);
        stamp.set(b"AP", appearance);
        revision.put(id, stamp);
        append(scene.document, revision, &stand.page.placed, b"Annots", id)?;
    }
    Ok(())
}
