//! Where something that can be seen stands: from a placement to rectangles on pages.

use super::error::PrepareError;
use super::placement::{Placement, PlacementError, Spot};
use crate::source::Source;
use crate::syntax::pdf::PdfError;
use crate::syntax::pdf::content::{Query, find};
use crate::syntax::pdf::document::Document;
use crate::syntax::pdf::form::Field;
use crate::syntax::pdf::geometry::{PageGeometry, Rect, enclose};
use crate::syntax::pdf::object::{Dictionary, Object, ObjectId};
use crate::syntax::pdf::page::{Page, page, pages};
use crate::syntax::pdf::place::Placed;

/// So many characters of a text that is not found are shown in the error.
const SHOWN: usize = 100;

/// A rectangle on a page.
#[derive(Clone, Debug)]
pub(super) struct Stand {
    pub(super) page: Page,
    pub(super) geometry: PageGeometry,
    /// In displayed points.
    rectangle: Rect,
}

impl Stand {
    /// Width and height in displayed points.
    pub(super) fn size(&self) -> (f64, f64) {
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
