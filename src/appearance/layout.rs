//! Where text, image and QR code stand in the rectangle.

/// How text and image share the rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layout {
    /// Text only.
    Text,
    /// The image only.
    Image,
    /// Text on the left, the image on the right.
    TextLeft,
    /// The image on the left, text on the right.
    TextRight,
    /// The image behind the text.
    Background,
}

impl Layout {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::TextLeft => "text left",
            Self::TextRight => "text right",
            Self::Background => "background",
        }
    }

    pub(super) const fn shows_image(self) -> bool {
        !matches!(self, Self::Text)
    }

    pub(super) const fn shows_text(self) -> bool {
        !matches!(self, Self::Image)
    }
}

/// A rectangle: left, bottom, width, height, in points.
pub(super) type Area = [f64; 4];

/// The areas of the parts; those that are not shown are absent.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Areas {
    pub(super) text: Option<Area>,
    pub(super) image: Option<Area>,
    pub(super) qr: Option<Area>,
}

/// The least and the most of the width that an image beside text has.
const IMAGE_SHARE: [f64; 2] = [0.25, 0.5];

/// The most of the width that a QR code beside something else has.
const QR_SHARE: f64 = 0.45;

/// Divides the area; `aspect` is width by height of the image.
pub(super) fn divide(
    layout: Layout,
    inner: Area,
    gap: f64,
    aspect: Option<f64>,
    qr: bool,
    text: bool,
) -> Areas {
    let mut areas = Areas::default();
    let mut rest = inner;
    let has_image = aspect.is_some() && layout.shows_image();
    let has_text = text && layout.shows_text();
    if qr {
        let alone = !has_image && !has_text;
        let [_, _, width, height] = rest;
        let side = if alone { width.min(height) } else { height.min(width * QR_SHARE) };
        // The code stands where the image does, outside of it.
        let (code, others) = match layout {
            _ if alone => (rest, rest),
            Layout::TextRight => {
                let [left, right] = split(rest, side, gap);
                (left, right)
            }
            _ => {
                let [left, right] = split(rest, width - gap - side, gap);
                (right, left)
            }
        };
        areas.qr = Some(centred(code, 1.0));
        rest = others;
    }
    match (has_text, aspect.filter(|_| has_image)) {
        (true, Some(aspect)) if matches!(layout, Layout::TextLeft | Layout::TextRight) => {
            let [_, _, width, height] = rest;
            let [least, most] = IMAGE_SHARE;
            let share = (height * aspect).clamp(width * least, width * most);
            let (image, beside) = if layout == Layout::TextLeft {
                let [left, right] = split(rest, width - gap - share, gap);
                (right, left)
            } else {
                let [left, right] = split(rest, share, gap);
                (left, right)
            };
            areas.image = Some(centred(image, aspect));
            areas.text = Some(beside);
        }
        (has_text, aspect) => {
            areas.image = aspect.map(|aspect| centred(rest, aspect));
            areas.text = has_text.then_some(rest);
        }
    }
    areas
}

/// The left `width` of an area and what is right of it.
fn split([x, y, width, height]: Area, left: f64, gap: f64) -> [Area; 2] {
    let left = left.clamp(0.0, width);
    let start = (left + gap).min(width);
    [[x, y, left, height], [x + start, y, width - start, height]]
}

/// The largest area of an aspect that is inside, in the middle.
fn centred([x, y, width, height]: Area, aspect: f64) -> Area {
    let wide = width.min(height * aspect);
    let high = height.min(width / aspect);
    [x + (width - wide) / 2.0, y + (height - high) / 2.0, wide, high]
}

#[cfg(test)]
mod tests {
    use super::*;

    const INNER: Area = [2.0, 2.0, 200.0, 60.0];

    fn right([x, _, width, _]: Area) -> f64 {
        x + width
    }

    #[test]
    fn the_image_stands_on_its_side_with_its_aspect() {
        let left = divide(Layout::TextLeft, INNER, 4.0, Some(1.0), false, true);
        let (text, image) = (left.text.unwrap(), left.image.unwrap());
        assert_eq!((image[2], image[3]), (60.0, 60.0));
        assert!(right(text) + 4.0 <= image[0] + 1e-9);
        assert!((right(image) - 202.0).abs() < 1e-9);
        let mirrored = divide(Layout::TextRight, INNER, 4.0, Some(1.0), false, true);
        let (text, image) = (mirrored.text.unwrap(), mirrored.image.unwrap());
        assert!(right(image) + 4.0 <= text[0] + 1e-9);
        // A wide image has half of the width.
        let wide = divide(Layout::TextRight, INNER, 4.0, Some(4.0), false, true);
        assert_eq!(wide.image.unwrap()[2..], [100.0, 25.0]);
    }

    #[test]
    fn behind_text_the_image_has_the_whole_area() {
        let areas = divide(Layout::Background, INNER, 4.0, Some(2.0), false, true);
        assert_eq!(areas.text, Some(INNER));
        assert_eq!(areas.image, Some([42.0, 2.0, 120.0, 60.0]));
        let text = divide(Layout::Text, INNER, 4.0, Some(2.0), false, true);
        assert_eq!((text.text, text.image), (Some(INNER), None));
    }

    #[test]
    fn a_code_is_a_square_beside_the_rest_or_alone() {
        let beside = divide(Layout::Text, INNER, 4.0, None, true, true);
        assert_eq!(beside.qr.unwrap()[2..], [60.0, 60.0]);
        assert!((right(beside.qr.unwrap()) - 202.0).abs() < 1e-9);
        assert_eq!(beside.text.unwrap()[2], 136.0);
        let alone = divide(Layout::Image, INNER, 4.0, None, true, false);
        assert_eq!(alone.qr, Some([72.0, 2.0, 60.0, 60.0]));
        assert_eq!((alone.image, alone.text), (None, None));
    }

    proptest::proptest! {
        #[test]
        fn parts_stay_inside_and_apart(
            width in 1.0..2000.0f64, height in 1.0..2000.0f64, aspect in 0.01..100.0f64,
            layout in 0usize..5, qr: bool, text: bool, image: bool,
        ) {
            let layout = [Layout::Text, Layout::Image, Layout::TextLeft, Layout::TextRight, Layout::Background][layout];
            let areas = divide(layout, [0.0, 0.0, width, height], 2.0, image.then_some(aspect), qr, text);
            for [x, y, w, h] in [areas.text, areas.image, areas.qr].into_iter().flatten() {
                proptest::prop_assert!(x >= -1e-9 && y >= -1e-9 && w >= 0.0 && h >= 0.0);
                proptest::prop_assert!(x + w <= width + 1e-6 && y + h <= height + 1e-6, "{areas:?}");
            }
            if let (Some(text), Some(qr)) = (areas.text, areas.qr) {
                proptest::prop_assert!(right(text) <= qr[0] + 1e-6 || right(qr) <= text[0] + 1e-6);
            }
        }
    }
}
