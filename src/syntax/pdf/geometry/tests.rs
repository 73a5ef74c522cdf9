use proptest::prelude::*;

use super::*;
use crate::limits::Limits;
use crate::syntax::pdf::page::{PageNumber, page};
use crate::syntax::pdf::place::{Place, Placed};

/// The geometry of a page with these entries; `above` stands in the node above it.
fn of(entries: &str, above: &str) -> PageGeometry {
    let text = format!(
        "%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n\
         2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1 {above}>> endobj\n\
         3 0 obj <</Type/Page/Parent 2 0 R {entries}>> endobj\n4 0 obj 100 endobj\n\
         trailer <</Root 1 0 R>>\n%%EOF\n"
    );
    let document = Document::open(text.into_bytes(), None, &Limits::default()).unwrap();
    let (id, dictionary) = document.catalog().unwrap();
    let catalog = Placed { place: Place::object(id), dictionary };
    PageGeometry::of(&page(&document, &catalog, PageNumber::First).unwrap(), &document).unwrap()
}

#[test]
fn boxes_are_read_as_viewers_read_them() {
    let size = |entries, above| of(entries, above).displayed_size();
    assert_eq!(size("/MediaBox[0 0 300 400]", ""), (300.0, 400.0));
    assert_eq!(size("", "/MediaBox[0 0 300 400]/Rotate 90"), (400.0, 300.0), "inherited");
    assert_eq!(size("/MediaBox[300 400 0 0]", ""), (300.0, 400.0), "corners in any order");
    assert_eq!(size("/MediaBox[0 0 4 0 R 400.5]", ""), (100.0, 400.5), "a reference in a box");
    assert_eq!(size("", ""), (612.0, 792.0));
    assert_eq!(size("/MediaBox[0 0 300]", ""), (612.0, 792.0));
    assert_eq!(size("/MediaBox[0 0 0 400]", ""), (612.0, 792.0), "no area");
    assert_eq!(size("/MediaBox[0 0 1e99 400]", ""), (612.0, 792.0));
    let crop = of("/MediaBox[-50 -50 300 400]/CropBox[-10 20 900 120]", "");
    assert_eq!(crop.visible(), [-10.0, 20.0, 300.0, 120.0], "the crop box within the media box");
    assert_eq!(of("/MediaBox[0 0 300 400]/CropBox[500 500 600 600]", "").visible(), [0.0, 0.0, 300.0, 400.0]);
}

#[test]
fn rotation_and_unit_are_read_as_viewers_read_them() {
    let degrees = |entries| of(entries, "").degrees();
    assert_eq!(degrees("/Rotate 90"), 90);
    assert_eq!(degrees("/Rotate -90"), 270);
    assert_eq!(degrees("/Rotate 450"), 90);
    assert_eq!(degrees("/Rotate 180.0"), 180);
    assert_eq!(degrees("/Rotate 45"), 0);
    assert_eq!(degrees("/Rotate /No"), 0);
    let unit = |entries| of(&format!("/MediaBox[0 0 10 20]{entries}"), "/UserUnit 7").displayed_size();
    assert_eq!(unit("/UserUnit 2.5"), (25.0, 50.0));
    assert_eq!(unit(""), (10.0, 20.0), "not inherited");
    assert_eq!(unit("/UserUnit 0"), (10.0, 20.0));
    assert_eq!(unit("/UserUnit -3"), (10.0, 20.0));
}

#[test]
fn a_turned_page_shows_its_corners_where_a_viewer_does() {
    // The lower left corner of user space, a quarter turn clockwise: upper left.
    let boxes = "/MediaBox[10 20 110 220]/UserUnit 2";
    let corner = |rotate: &str| of(&format!("{boxes}{rotate}"), "").to_displayed().apply((10.0, 20.0));
    assert_eq!(corner(""), (0.0, 0.0));
    assert_eq!(corner("/Rotate 90"), (0.0, 200.0));
    assert_eq!(corner("/Rotate 180"), (200.0, 400.0));
    assert_eq!(corner("/Rotate 270"), (400.0, 0.0));
}

fn geometries() -> impl Strategy<Value = PageGeometry> {
    let turns = prop_oneof![
        Just(Rotation::None),
        Just(Rotation::Quarter),
        Just(Rotation::Half),
        Just(Rotation::ThreeQuarters)
    ];
    (-500.0..500.0, -500.0..500.0, 1.0..2000.0, 1.0..2000.0, turns, 0.1..20.0).prop_map(
        |(x, y, width, height, rotation, unit)| PageGeometry {
            visible: [x, y, x + width, y + height],
            rotation,
            unit,
        },
    )
}

fn close(one: Rect, other: Rect) -> bool {
    one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-6)
}

proptest! {
    #[test]
    fn there_and_back(geometry in geometries(), x in 0.0..800.0, y in 0.0..800.0, w in 1.0..300.0, h in 1.0..300.0) {
        let rect = [x, y, x + w, y + h];
        let user = geometry.to_user(rect);
        let [x0, y0, x1, y1] = user;
        prop_assert!(x0 < x1 && y0 < y1);
        prop_assert!(close(geometry.rect_to_displayed(user), rect));
        let (width, height) = geometry.displayed_size();
        prop_assert!(close(geometry.to_user([0.0, 0.0, width, height]), geometry.visible()));
        prop_assert!(geometry.contains([0.0, 0.0, width, height]));
        prop_assert!(!geometry.contains([1.0, 1.0, width + 1.0, height]));
        if let Some(clipped) = geometry.clip(rect) {
            prop_assert!(geometry.contains(clipped));
            prop_assert!(geometry.contains(rect) == close(clipped, rect) || close(clipped, rect));
        }
    }

    /// What 12.5.5 asks a viewer to do with an appearance, then what it does with the page.
    #[test]
    fn an_appearance_stands_upright(geometry in geometries(), x in 0.0..500.0, y in 0.0..500.0, w in 1.0..300.0, h in 1.0..300.0) {
        let (rect, matrix) = ([x, y, x + w, y + h], geometry.matrix(w, h));
        let user = geometry.to_user(rect);
        let [b0, c0, b1, c1] = matrix.bounds([0.0, 0.0, w, h]);
        prop_assert!(b0.abs() < 1e-9 && c0.abs() < 1e-9, "the transformed box begins at the origin");
        let (sx, sy) = ((user[2] - user[0]) / (b1 - b0), (user[3] - user[1]) / (c1 - c0));
        prop_assert!((sx * geometry.unit - 1.0).abs() < 1e-6 && (sy * geometry.unit - 1.0).abs() < 1e-6);
        let fit = Matrix([sx, 0.0, 0.0, sy, user[0] - b0 * sx, user[1] - c0 * sy]);
        let shown = matrix.then(&fit).then(&geometry.to_displayed());
        // The appearance's lower left and upper right come to stand at those of the rectangle.
        let ((left, bottom), (right, top)) = (shown.apply((0.0, 0.0)), shown.apply((w, h)));
        prop_assert!(close([left, bottom, right, top], rect));
    }
}
