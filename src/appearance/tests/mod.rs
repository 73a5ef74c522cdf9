//! What drawings look like to others.

mod hostile;
mod sheet;
mod writing;

use chrono::{DateTime, FixedOffset};

use super::*;
use sheet::{Judged, pdf};

use crate::Limits;
use crate::syntax::pdf::PageNumber;

fn time() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-22T09:30:00+07:00").unwrap()
}

fn facts(time: &DateTime<FixedOffset>) -> Facts<'_> {
    Facts {
        signer: "Nguyễn Thị Hằng",
        email: Some("hang.nguyen@example.vn"),
        reason: Some("Đồng ý với nội dung hợp đồng"),
        location: Some("Hà Nội"),
        time,
    }
}

fn vietnamese() -> Appearance {
    Appearance::new()
        .labelled(Item::Signer, "Ký bởi")
        .labelled(Item::Date, "Ngày ký:")
        .labelled(Item::Reason, "Lý do")
        .labelled(Item::Location, "Nơi ký")
}

const SAID: &str =
    "Ký bởi: Nguyễn Thị Hằng Ngày ký: 22/11/2026 Lý do: Đồng ý với nội dung hợp đồng Nơi ký: Hà Nội";

fn draw(appearance: &Appearance, size: (f64, f64)) -> Drawing {
    let time = time();
    appearance.template().unwrap().draw(&facts(&time), size, None, &Surroundings::default()).unwrap()
}

#[test]
fn vietnamese_text_is_what_was_asked() {
    let drawing = draw(&vietnamese(), (200.0, 60.0));
    let bytes = pdf(&drawing, (200.0, 60.0));
    assert!(bytes.len() < 25_000, "{}", bytes.len());
    Judged::new("text", &bytes).check(Some(SAID));
    assert!(drawing.skipped.is_empty());
}

const SEAL: &[u8] = include_bytes!("../../../testdata/images/seal.png");

fn image(bytes: &[u8]) -> Image {
    Image::from_bytes(bytes, &crate::Limits::default()).unwrap()
}

/// Grey values of a picture at points from the upper left.
fn values(judged: &Judged, points: &[(usize, usize)]) -> Option<Vec<u8>> {
    let (width, _, pixels) = judged.picture()?;
    Some(points.iter().map(|(x, y)| pixels[y * width + x]).collect())
}

#[test]
fn each_layout_shows_its_parts_where_they_belong() {
    let size = (220.0, 70.0);
    // Points in the star of the seal, wherever it stands, and one in each half that text may reach.
    for (layout, said, star) in [
        (Layout::Text, SAID, None),
        (Layout::Image, "", Some((110, 35))),
        (Layout::TextLeft, SAID, Some((183, 35))),
        (Layout::TextRight, SAID, Some((36, 35))),
        (Layout::Background, SAID, Some((110, 32))),
    ] {
        let border = Border { width: 1.0, color: Color::rgb(0, 60, 120) };
        let appearance =
            vietnamese().layout(layout).image(image(SEAL)).border(border).color(Color::rgb(0, 0, 160));
        let judged = Judged::new(&format!("layout-{layout:?}"), &pdf(&draw(&appearance, size), size));
        judged.check(Some(said));
        let Some((width, _, pixels)) = judged.picture() else { continue };
        let at = |x: usize, y: usize| pixels[y * width + x];
        assert!(at(0, 35) < 200, "{layout:?}: the border");
        assert_eq!(at(2, 2), 255, "{layout:?}: the margin");
        if let Some((x, y)) = star {
            assert!((40..120).contains(&at(x, y)), "{layout:?}: the star is {}", at(x, y));
        }
    }
}

#[test]
fn a_code_stands_beside_text_and_image() {
    let size = (260.0, 70.0);
    let appearance = vietnamese().image(image(SEAL)).qr("https://example.vn/tra-cuu?so=2026-000123");
    for layout in [Layout::TextLeft, Layout::TextRight] {
        let drawing = draw(&appearance.clone().layout(layout), size);
        Judged::new(&format!("qr-{layout:?}"), &pdf(&drawing, size)).check(Some(SAID));
    }
    let alone = Appearance::new().qr("https://example.vn/tra-cuu?so=2026-000123");
    let judged = Judged::new("qr", &pdf(&draw(&alone, (80.0, 80.0)), (80.0, 80.0)));
    judged.check(Some(""));
    // Inside the first finder pattern, and in the quiet zone.
    if let Some(values) = values(&judged, &[(13, 13), (8, 8)]) {
        assert!(values[0] < 60 && values[1] > 200, "{values:?}");
    }
}

#[test]
fn the_layers_of_old_readers_hold_a_question_mark() {
    let size = (200.0, 60.0);
    let judged = Judged::new("status", &pdf(&draw(&vietnamese().visual_status(true), size), size));
    judged.check(Some(SAID));
    if let Some((_, _, pixels)) = judged.picture() {
        assert!(pixels.iter().any(|value| (180..210).contains(value)), "the mark is yellow");
    }
}

#[test]
fn a_page_can_be_the_appearance() {
    let inner = draw(&vietnamese().background(Color::rgb(255, 240, 200)), (200.0, 60.0));
    let page = pdf(&inner, (200.0, 60.0));
    let page = PageContent::from_bytes(&page, PageNumber::First, &Limits::default()).unwrap();
    let size = (150.0, 150.0);
    let drawing = draw(&Appearance::new().page(page.clone()), size);
    let judged = Judged::new("page", &pdf(&drawing, size));
    judged.check(Some(SAID));
    if let Some(values) = values(&judged, &[(75, 20), (75, 57)]) {
        assert!(values[0] == 255 && values[1] < 250, "{values:?}");
    }
    let over = Appearance::new().page(page).line(Item::Text("ĐÃ KÝ".into())).color(Color::rgb(200, 0, 0));
    Judged::new("page-text", &pdf(&draw(&over.align(Align::Center), size), size))
        .check(Some(&format!("{SAID} ĐÃ KÝ")));
}

/// Whether a document of this drawing is PDF/A-1b to PDFBox; nothing where that is not installed.
fn preflight(name: &str, drawing: &Drawing, size: (f64, f64)) {
    let judged = Judged::new(name, &sheet::pdfa(drawing, size));
    judged.check(None);
    judged.preflight();
}

#[test]
fn in_pdfa_1_colours_are_calibrated_and_nothing_is_transparent() {
    let time = time();
    let size = (220.0, 70.0);
    let surroundings = Surroundings { pdfa: Some(1), output_intent: None };
    let pictures: [&[u8]; 6] = [
        SEAL,
        include_bytes!("../../../testdata/images/gray-alpha.png"),
        include_bytes!("../../../testdata/images/gray16.png"),
        include_bytes!("../../../testdata/images/rgb.jpg"),
        include_bytes!("../../../testdata/images/gray.jpg"),
        include_bytes!("../../../testdata/images/cmyk-icc.jpg"),
    ];
    for (index, bytes) in pictures.into_iter().enumerate() {
        let appearance = vietnamese()
            .image(image(bytes))
            .border(Border { width: 1.0, color: Color::rgb(1, 2, 3) })
            .qr("x")
            .visual_status(index == 0);
        let template = appearance.template().unwrap();
        let drawing = template.draw(&facts(&time), size, None, &surroundings).unwrap();
        let file = String::from_utf8_lossy(&sheet::pdfa(&drawing, size)).into_owned();
        assert!(!file.contains("/SMask") && !file.contains("/ColorSpace/Device"), "{index}");
        assert!(file.contains("/CIDSet"));
        preflight(&format!("pdfa-{index}"), &drawing, size);
    }
    let blocks = include_bytes!("../../../testdata/fonts/KysoBlocks.otf");
    let template = vietnamese().font(Font::from_bytes(blocks.as_slice(), 0).unwrap()).template().unwrap();
    preflight("pdfa-cff", &template.draw(&facts(&time), size, None, &surroundings).unwrap(), size);
    let uncalibrated = image(include_bytes!("../../../testdata/images/cmyk.jpg"));
    let template = vietnamese().image(uncalibrated).template().unwrap();
    let refused = template.draw(&facts(&time), size, None, &surroundings);
    assert!(matches!(refused, Err(AppearanceError::Image(ImageError::UncalibratedCmyk))));
    let printed = Surroundings { output_intent: Some(ColorModel::Cmyk), ..surroundings };
    assert!(template.draw(&facts(&time), size, None, &printed).is_ok());
}

#[test]
fn later_parts_of_pdfa_have_soft_masks_where_the_colours_are_known() {
    let time = time();
    let template = vietnamese().image(image(SEAL)).template().unwrap();
    let file = |pdfa, output_intent| {
        let surroundings = Surroundings { pdfa, output_intent };
        let drawing = template.draw(&facts(&time), (220.0, 70.0), None, &surroundings).unwrap();
        String::from_utf8_lossy(&pdf(&drawing, (220.0, 70.0))).into_owned()
    };
    let has = |file: &str| {
        ["/SMask", "/ICCBased", "/CIDSet", "/ColorSpace/DeviceRGB"].map(|word| file.contains(word))
    };
    assert_eq!(has(&file(None, None)), [true, false, false, true]);
    assert_eq!(has(&file(Some(1), Some(ColorModel::Rgb))), [false, false, true, true]);
    assert_eq!(has(&file(Some(2), None)), [false, true, false, false]);
    assert_eq!(has(&file(Some(2), Some(ColorModel::Rgb))), [true, false, false, true]);
    assert_eq!(has(&file(Some(3), Some(ColorModel::Cmyk))), [true, true, false, false]);
    assert_eq!(has(&file(Some(4), Some(ColorModel::Gray))), [true, true, false, false]);
}

#[test]
fn images_of_every_kind_show_their_colours() {
    // The middles of four patches of 16 by 16 pixels, and their grey values by ITU-R 601.
    let rgb = [76, 94, 29, 216];
    let cases: [(&str, &[u8], [u8; 4]); 8] = [
        ("rgb", include_bytes!("../../../testdata/images/rgb.png"), rgb),
        ("palette-trns", include_bytes!("../../../testdata/images/palette-trns.png"), [76, 150, 142, 255]),
        ("gray-alpha", include_bytes!("../../../testdata/images/gray-alpha.png"), [0, 128, 192, 255]),
        ("gray16", include_bytes!("../../../testdata/images/gray16.png"), [34, 98, 163, 228]),
        ("rgb-jpeg", include_bytes!("../../../testdata/images/rgb.jpg"), rgb),
        ("progressive", include_bytes!("../../../testdata/images/progressive.jpg"), rgb),
        ("gray-jpeg", include_bytes!("../../../testdata/images/gray.jpg"), [0, 85, 170, 255]),
        // Cyan, magenta, yellow and black.
        ("cmyk", include_bytes!("../../../testdata/images/cmyk.jpg"), [179, 105, 226, 0]),
    ];
    for (name, bytes, expected) in cases {
        let size = (64.0, 16.0);
        let appearance = Appearance::new().image(image(bytes)).margin(0.0);
        let judged = Judged::new(&format!("image-{name}"), &pdf(&draw(&appearance, size), size));
        judged.check(Some(""));
        let Some(values) = values(&judged, &[(8, 8), (24, 8), (40, 8), (56, 8)]) else { continue };
        let far = values.iter().zip(expected).any(|(value, expected)| value.abs_diff(expected) > 6);
        assert!(!far, "{name}: {values:?}, expected {expected:?}");
    }
}
