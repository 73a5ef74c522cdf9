//! The visible signature: where it stands, and what is drawn there.

use super::At;
use super::certify::AppliedLock;
use super::conformance::Conformance;
use super::error::{PrepareError, Warning};
use super::field::{Scene, Target};
use super::pdf::Signing;
use super::placement::{Placement, PlacementError, Spot};
use super::structure::{is_tagged, tags};
use super::terms::Terms;
use super::widget::append;
use crate::appearance::{AppearanceTemplate, Drawing, Facts};
use crate::profile::pades;
use crate::source::Source;
use crate::syntax::pdf::content::{Query, find};
use crate::syntax::pdf::document::Document;
use crate::syntax::pdf::form::Field;
use crate::syntax::pdf::geometry::{PageGeometry, Rect, enclose};
use crate::syntax::pdf::object::{Dictionary, Object, ObjectId};
use crate::syntax::pdf::page::{Page, page, pages};
use crate::syntax::pdf::place::Placed;
use crate::syntax::pdf::revision::Revision;
use crate::syntax::pdf::{PdfError, RevisionError};

/// So many characters of a text that is not found are shown in the error.
const SHOWN: usize = 100;

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
        if is_new && is_tagged(scene)? {
            if count > 1 {
                return Err(PlacementError::StampsOnTagged { count }.into());
            }
            if tags(scene)?.is_none() {
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
        Ok(Self { forms, tooltip, lock: terms.lock.as_ref(), conformance })
    }
}

/// A rectangle on a page.
#[derive(Clone, Debug)]
pub(super) struct Stand {
    pub(super) page: Page,
    geometry: PageGeometry,
    /// In displayed points.
    rectangle: Rect,
}

impl Stand {
    /// Width and height in displayed points.
    fn size(&self) -> (f64, f64) {
        let [x1, y1, x2, y2] = self.rectangle;
        (x2 - x1, y2 - y1)
    }

    /// `/Rect`, in the page's own units.
    pub(super) fn rectangle(&self) -> Rect {
        self.geometry.to_user(self.rectangle)
    }

    /// `/MK`: how far the widget is turned against the page.
    pub(super) fn characteristics(&self) -> Dictionary {
        let mut characteristics = Dictionary::new();
        characteristics.set(b"R", i64::from(self.geometry.degrees()));
        characteristics
    }
}

/// The rectangles that a placement means; those of `field` when it is there already, one for each widget.
pub(super) fn stands<S: Source>(
    document: &Document<S>,
    catalog: &Placed,
    placement: &Placement,
    field: Option<&Field>,
) -> Result<Vec<Stand>, PrepareError> {
    match (&placement.at, field) {
        (Spot::Field, Some(field)) => of_field(document, catalog, field, placement.clip),
        (Spot::Field, None) => Err(PlacementError::NoField.into()),
        (_, Some(field)) => Err(PlacementError::FieldHasPlace { field: field.name.clone() }.into()),
        (Spot::Rectangle(number, rectangle), None) => {
            let page = page(document, catalog, *number)?;
            Ok(vec![on_page(document, page, *rectangle, placement.clip)?])
        }
        (Spot::Anchor(anchor), None) => {
            if anchor.text.trim().is_empty() {
                return Err(PlacementError::NoText.into());
            }
            let query = Query { text: &anchor.text, pages: anchor.page, occurrence: anchor.occurrence };
            let result = find(document, catalog, &query)?;
            if result.found.is_empty() {
                return Err(PlacementError::AnchorMissing {
                    text: anchor.text.chars().take(SHOWN).collect(),
                    occurrence: anchor.occurrence,
                    pages: result.pages,
                }
                .into());
            }
            let ([dx, dy], [width, height]) = (anchor.offset, anchor.size);
            let stand = |(page, [x, y, _, _]): (Page, Rect)| {
                let rectangle = [x + dx, y + dy, x + dx + width, y + dy + height];
                on_page(document, page, rectangle, placement.clip)
            };
            result.found.into_iter().map(|found| stand((Page::clone(&found.page), found.rect))).collect()
        }
    }
}

fn on_page<S: Source>(
    document: &Document<S>,
    page: Page,
    rectangle: Rect,
    clip: bool,
) -> Result<Stand, PrepareError> {
    let [x1, y1, x2, y2] = rectangle;
    if !rectangle.iter().all(|corner| corner.is_finite()) || x1 >= x2 || y1 >= y2 {
        return Err(PlacementError::NoRectangle { x1, y1, x2, y2 }.into());
    }
    let geometry = PageGeometry::of(&page, document)?;
    let rectangle = if geometry.contains(rectangle) { Some(rectangle) } else { geometry.clip(rectangle) };
    match rectangle.filter(|kept| clip || *kept == [x1, y1, x2, y2]) {
        Some(rectangle) => Ok(Stand { page, geometry, rectangle }),
        None => Err(off_page(&page, &geometry, [x1, y1, x2, y2], clip).into()),
    }
}

fn off_page(page: &Page, geometry: &PageGeometry, [x1, y1, x2, y2]: Rect, clip: bool) -> PlacementError {
    let (width, height) = geometry.displayed_size();
    PlacementError::OffPage { page: page.index.saturating_add(1), x1, y1, x2, y2, width, height, clip }
}

/// Where the widgets of a field are.
fn of_field<S: Source>(
    document: &Document<S>,
    catalog: &Placed,
    field: &Field,
    clip: bool,
) -> Result<Vec<Stand>, PrepareError> {
    /// Hidden and NoView (table 167).
    const UNSEEN: i64 = 2 | 32;
    let mut stands = Vec::new();
    for place in &field.widgets {
        let mut holder = document.load(place.id)?;
        let widget = place.find_mut(&mut holder).and_then(|widget| widget.as_dictionary());
        let Some(widget) = widget else { continue };
        let Some(rectangle) = rectangle_of(document, widget)? else { continue };
        let Some(page) = page_of(document, catalog, widget, place.as_reference())? else { continue };
        if document.get(widget, b"F")?.as_integer().is_some_and(|flags| flags & UNSEEN != 0) {
            return Err(PlacementError::Unseen { field: field.name.clone() }.into());
        }
        let geometry = PageGeometry::of(&page, document)?;
        let rectangle = geometry.rect_to_displayed(rectangle);
        if !clip && !geometry.contains(rectangle) {
            return Err(off_page(&page, &geometry, rectangle, clip).into());
        }
        stands.push(Stand { rectangle, page, geometry });
    }
    if stands.len() == field.widgets.len() && !stands.is_empty() {
        Ok(stands)
    } else {
        Err(PlacementError::Unseen { field: field.name.clone() }.into())
    }
}

/// `/Rect`, its corners in order; none without an area.
fn rectangle_of<S: Source>(document: &Document<S>, widget: &Dictionary) -> Result<Option<Rect>, PdfError> {
    let Object::Array(items) = document.get(widget, b"Rect")? else { return Ok(None) };
    let mut corners = Vec::with_capacity(4);
    for item in items.iter().take(4) {
        corners.extend(document.resolve(item)?.as_number());
    }
    let Ok([x1, y1, x2, y2]) = <[f64; 4]>::try_from(corners) else { return Ok(None) };
    let rectangle @ [x1, y1, x2, y2] = enclose([(x1, y1), (x2, y2)]);
    Ok((x1 < x2 && y1 < y2).then_some(rectangle))
}

/// The page that a widget names, else the one that lists it.
fn page_of<S: Source>(
    document: &Document<S>,
    catalog: &Placed,
    widget: &Dictionary,
    id: Option<ObjectId>,
) -> Result<Option<Page>, PdfError> {
    let named = widget.reference(b"P");
    let mut listing = None;
    for page in pages(document, catalog)? {
        let page = page?;
        if named.is_some() && page.placed.place.as_reference() == named {
            return Ok(Some(page));
        }
        if listing.is_none()
            && let Some(id) = id
            && let Object::Array(annotations) = document.get(&page.placed.dictionary, b"Annots")?
            && annotations.iter().any(|annotation| annotation.as_reference() == Some(id))
        {
            if named.is_none() {
                return Ok(Some(page));
            }
            listing = Some(page);
        }
    }
    Ok(listing)
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
