//! What a viewer shows of a page, and where: ISO 32000-2, 7.7.3.3 and 14.11.2.
//!
//! *Displayed* coordinates are in points from the lower left corner of the page as it is shown: after
//! `/CropBox`, `/Rotate` and `/UserUnit`. *User* coordinates are those of default user space, in which
//! `/Rect` of an annotation is written.

#![warn(clippy::arithmetic_side_effects)]

use super::document::Document;
use super::error::PdfError;
use super::object::Object;
use super::page::Page;
use crate::source::Source;

/// A rectangle: lower left x and y, upper right x and y.
pub(crate) type Rect = [f64; 4];

/// A transformation as PDF writes it (8.3.3): `x' = a·x + c·y + e`, `y' = b·x + d·y + f`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Matrix(pub(crate) [f64; 6]);

impl Matrix {
    pub(crate) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// Six numbers, resolved already.
    pub(crate) fn of(object: &Object) -> Option<Self> {
        let items = object.as_array()?;
        let mut numbers = items.iter().map(Object::as_number);
        let mut next = || numbers.next().flatten();
        Some(Self([next()?, next()?, next()?, next()?, next()?, next()?]))
    }

    /// First `self`, then `after`.
    pub(crate) fn then(&self, after: &Self) -> Self {
        let ([a, b, c, d, e, f], [ta, tb, tc, td, te, tf]) = (self.0, after.0);
        Self([
            a * ta + b * tc,
            a * tb + b * td,
            c * ta + d * tc,
            c * tb + d * td,
            e * ta + f * tc + te,
            e * tb + f * td + tf,
        ])
    }

    pub(crate) fn apply(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// The effect on a vector: without the translation.
    pub(crate) fn apply_vector(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let [a, b, c, d, _, _] = self.0;
        (a * x + c * y, b * x + d * y)
    }

    /// The smallest rectangle around the transformed one.
    pub(crate) fn bounds(&self, [x0, y0, x1, y1]: Rect) -> Rect {
        enclose([(x0, y0), (x1, y0), (x1, y1), (x0, y1)].map(|corner| self.apply(corner)))
    }
}

/// The smallest rectangle around points.
pub(crate) fn enclose(points: impl IntoIterator<Item = (f64, f64)>) -> Rect {
    let nothing = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    points.into_iter().fold(nothing, |[x0, y0, x1, y1], (x, y)| {
        [f64::min(x0, x), f64::min(y0, y), f64::max(x1, x), f64::max(y1, y)]
    })
}

/// The part that two rectangles have in common, if it has an area.
pub(crate) fn intersection(one: Rect, other: Rect) -> Option<Rect> {
    let ([a0, b0, a1, b1], [c0, d0, c1, d1]) = (one, other);
    let common @ [x0, y0, x1, y1] = [a0.max(c0), b0.max(d0), a1.min(c1), b1.min(d1)];
    (x0 < x1 && y0 < y1).then_some(common)
}

/// US Letter: what viewers show when there is no usable `/MediaBox`.
const LETTER: Rect = [0.0, 0.0, 612.0, 792.0];

/// The largest coordinate of a box that is taken at its word; a thousand times what viewers accept.
const FARTHEST: f64 = 1e7;

/// The narrowest box that is taken at its word: less cannot be seen.
const NARROWEST: f64 = 0.01;

/// How far beyond an edge still counts as on the page, in points: less than rounding in a producer leaves.
const EDGE: f64 = 0.01;

/// A page's boxes and how they are shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PageGeometry {
    /// The visible part in user coordinates: `/CropBox` within `/MediaBox`.
    visible: Rect,
    /// How far the page is turned clockwise.
    rotation: Rotation,
    /// `/UserUnit`: points to a unit of user space.
    unit: f64,
}

/// `/Rotate`, in quarter turns clockwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rotation {
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl Rotation {
    /// What is no multiple of 90 degrees turns nothing, as in viewers.
    fn of(degrees: f64) -> Self {
        match degrees.rem_euclid(360.0) {
            90.0 => Self::Quarter,
            180.0 => Self::Half,
            270.0 => Self::ThreeQuarters,
            _ => Self::None,
        }
    }

    const fn is_sideways(self) -> bool {
        matches!(self, Self::Quarter | Self::ThreeQuarters)
    }
}

impl PageGeometry {
    /// The geometry of a page. Boxes that are missing or no boxes are passed over as viewers do; a reference
    /// that cannot be followed is an error.
    pub(crate) fn of<S: Source>(page: &Page, document: &Document<S>) -> Result<Self, PdfError> {
        let media = rectangle(page, document, b"MediaBox")?.unwrap_or(LETTER);
        let crop = rectangle(page, document, b"CropBox")?;
        let visible = crop.and_then(|crop| intersection(crop, media)).filter(is_usable).unwrap_or(media);
        let rotation = page.get(document, b"Rotate")?.as_number().map_or(Rotation::None, Rotation::of);
        let unit = page.get(document, b"UserUnit")?.as_number();
        let unit = unit.filter(|unit| (1e-3..=FARTHEST).contains(unit)).unwrap_or(1.0);
        Ok(Self { visible, rotation, unit })
    }

    /// The visible part of the page in user coordinates.
    pub(crate) const fn visible(&self) -> Rect {
        self.visible
    }

    /// Width and height of the page as it is shown, in points.
    pub(crate) fn displayed_size(&self) -> (f64, f64) {
        let [x0, y0, x1, y1] = self.visible;
        let (width, height) = ((x1 - x0) * self.unit, (y1 - y0) * self.unit);
        if self.rotation.is_sideways() { (height, width) } else { (width, height) }
    }

    /// From user to displayed coordinates.
    pub(crate) fn to_displayed(self) -> Matrix {
        let ([x0, y0, x1, y1], u) = (self.visible, self.unit);
        Matrix(match self.rotation {
            Rotation::None => [u, 0.0, 0.0, u, -x0 * u, -y0 * u],
            Rotation::Quarter => [0.0, -u, u, 0.0, -y0 * u, x1 * u],
            Rotation::Half => [-u, 0.0, 0.0, -u, x1 * u, y1 * u],
            Rotation::ThreeQuarters => [0.0, u, -u, 0.0, y1 * u, -x0 * u],
        })
    }

    /// From displayed to user coordinates.
    fn user(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let [x0, y0, x1, y1] = self.visible;
        let (x, y) = (x / self.unit, y / self.unit);
        match self.rotation {
            Rotation::None => (x0 + x, y0 + y),
            Rotation::Quarter => (x1 - y, y0 + x),
            Rotation::Half => (x1 - x, y1 - y),
            Rotation::ThreeQuarters => (x0 + y, y1 - x),
        }
    }

    /// A rectangle in displayed coordinates as one in user coordinates, its corners in order: a `/Rect`.
    pub(crate) fn to_user(self, [x0, y0, x1, y1]: Rect) -> Rect {
        enclose([self.user((x0, y0)), self.user((x1, y1))])
    }

    /// A rectangle in user coordinates, as an annotation's `/Rect`, in displayed ones.
    pub(crate) fn rect_to_displayed(&self, rect: Rect) -> Rect {
        self.to_displayed().bounds(rect)
    }

    /// The `/Matrix` of an appearance whose `/BBox` is `[0 0 width height]` in the orientation of the page
    /// as it is shown. Fitted into the annotation's `/Rect` (12.5.5), it stands upright.
    pub(crate) fn matrix(&self, width: f64, height: f64) -> Matrix {
        Matrix(match self.rotation {
            Rotation::None => Matrix::IDENTITY.0,
            Rotation::Quarter => [0.0, 1.0, -1.0, 0.0, height, 0.0],
            Rotation::Half => [-1.0, 0.0, 0.0, -1.0, width, height],
            Rotation::ThreeQuarters => [0.0, -1.0, 1.0, 0.0, 0.0, width],
        })
    }

    /// How far the page is turned clockwise when it is shown, in degrees: 0, 90, 180 or 270. `/MK /R` of a
    /// widget that is to stand upright turns the other way by as much.
    pub(crate) const fn degrees(&self) -> u16 {
        match self.rotation {
            Rotation::None => 0,
            Rotation::Quarter => 90,
            Rotation::Half => 180,
            Rotation::ThreeQuarters => 270,
        }
    }

    /// Whether a rectangle in displayed coordinates is wholly on the page.
    pub(crate) fn contains(&self, [x0, y0, x1, y1]: Rect) -> bool {
        let (width, height) = self.displayed_size();
        x0 >= -EDGE && y0 >= -EDGE && x1 <= width + EDGE && y1 <= height + EDGE
    }

    /// The part of a rectangle in displayed coordinates that is on the page, if there is any.
    pub(crate) fn clip(&self, rect: Rect) -> Option<Rect> {
        let (width, height) = self.displayed_size();
        intersection(rect, [0.0, 0.0, width, height])
    }
}

/// A box of the page, its corners in order; none when it is missing or no box.
fn rectangle<S: Source>(page: &Page, document: &Document<S>, key: &[u8]) -> Result<Option<Rect>, PdfError> {
    let Object::Array(items) = page.get(document, key)? else { return Ok(None) };
    let Some(items) = items.first_chunk::<4>() else { return Ok(None) };
    let mut corners = [0.0; 4];
    for (corner, item) in corners.iter_mut().zip(items) {
        let Some(number) = document.resolve(item)?.as_number() else { return Ok(None) };
        *corner = number;
    }
    let [x0, y0, x1, y1] = corners;
    Ok(Some(enclose([(x0, y0), (x1, y1)])).filter(is_usable))
}

fn is_usable(rect: &Rect) -> bool {
    let [x0, y0, x1, y1] = rect;
    rect.iter().all(|corner| corner.abs() <= FARTHEST) && x1 - x0 >= NARROWEST && y1 - y0 >= NARROWEST
}

#[cfg(test)]
mod tests;
