//! That no input makes drawing panic or take long.

use super::*;
use crate::Limits;

fn limits() -> Limits {
    Limits::default()
}

const JPEGS: [&[u8]; 4] = [
    include_bytes!("../../../testdata/images/rgb.jpg"),
    include_bytes!("../../../testdata/images/progressive.jpg"),
    include_bytes!("../../../testdata/images/gray.jpg"),
    include_bytes!("../../../testdata/images/cmyk-icc.jpg"),
];

#[test]
fn images_that_are_cut_off_are_refused() {
    for bytes in JPEGS {
        for end in (0..bytes.len()).step_by(1 + bytes.len() / 300) {
            assert!(Image::from_bytes(&bytes[..end], &limits()).is_err(), "{end} of {}", bytes.len());
        }
        // What stands behind the end is not taken along.
        let longer = [bytes, b"\xFF\xD8 trailing".as_slice()].concat();
        assert_eq!(Image::from_bytes(&longer, &limits()).unwrap().width(), 64);
    }
    let png: &[u8] = include_bytes!("../../../testdata/images/rgb.png");
    // The end marker and its checksum hold nothing.
    for end in 0..png.len() - 12 {
        assert!(Image::from_bytes(&png[..end], &limits()).is_err(), "{end} of {}", png.len());
    }
}

#[test]
fn limits_come_before_decoding() {
    let small = Limits { image_pixels: 1000, ..limits() };
    for bytes in [JPEGS[0], SEAL] {
        let error = Image::from_bytes(bytes, &small).unwrap_err();
        assert!(matches!(error, ImageError::Limit { what: "pixels", limit: 1000, .. }), "{error}");
        assert_eq!(error.fault(), crate::Fault::Limit);
    }
    let short = Limits { image_bytes: 100, ..limits() };
    assert!(matches!(Image::from_bytes(SEAL, &short), Err(ImageError::Limit { what: "bytes", .. })));
    // A header that promises 4 billion pixels a side.
    let mut bomb = SEAL.to_vec();
    bomb[16..24].fill(0x7F);
    assert!(Image::from_bytes(&bomb, &limits()).is_err());
}

#[test]
fn kinds_of_jpeg_that_pdf_cannot_hold_are_named() {
    let with = |from: u8, to: u8| {
        let mut bytes = JPEGS[0].to_vec();
        let at = bytes.windows(2).position(|pair| pair == [0xFF, from]).unwrap();
        bytes[at + 1] = to;
        Image::from_bytes(&bytes, &limits()).unwrap_err().to_string()
    };
    assert!(with(0xC0, 0xC9).contains("arithmetic"));
    assert!(with(0xC0, 0xC3).contains("lossless"));
    assert!(with(0xC0, 0xC5).contains("hierarchical"));
    assert!(with(0xC0, 0xE1).contains("no frame"));
    let mut deep = JPEGS[0].to_vec();
    let at = deep.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    deep[at + 4] = 12;
    assert!(Image::from_bytes(&deep, &limits()).unwrap_err().to_string().contains("12 bits"));
    let error = Image::from_bytes(b"GIF89a", &limits()).unwrap_err();
    assert!(matches!(error, ImageError::UnknownFormat { .. }));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn changed_images_and_fonts_do_not_panic(
        which in 0usize..7, changes in proptest::collection::vec((0usize..6000, 0u8..=255), 1..8),
    ) {
        let fonts: [&[u8]; 2] = [
            include_bytes!("../../../testdata/fonts/KysoBlocks.otf"),
            include_bytes!("../../../testdata/fonts/KysoBlocks.ttf"),
        ];
        let sources = [JPEGS[0], JPEGS[1], JPEGS[3], SEAL, include_bytes!("../../../testdata/images/palette-trns.png"), fonts[0], fonts[1]];
        let mut bytes = sources[which].to_vec();
        for (at, value) in changes {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        let time = time();
        let appearance = if which < 5 {
            Image::from_bytes(&bytes, &limits()).ok().map(|image| Appearance::new().image(image))
        } else {
            Font::from_bytes(bytes, 0).ok().map(|font| vietnamese().font(font))
        };
        if let Some(template) = appearance.and_then(|appearance| appearance.template().ok()) {
            let drawn = template.draw(&facts(&time), (200.0, 60.0), None, &Surroundings::default());
            proptest::prop_assert!(drawn.is_err() || drawn.is_ok_and(|drawing| !drawing.graph.parts().is_empty()));
        }
    }

    #[test]
    fn any_text_is_drawn_or_refused(text in "\\PC{0,60}", label in ".{0,10}", width in 0.0..500.0f64) {
        let time = time();
        let known = Facts { signer: &text, reason: Some(&text), ..facts(&time) };
        let appearance = Appearance::new().labelled(Item::Signer, label).line(Item::Reason);
        let drawn = appearance.template().unwrap().draw(&known, (width, 60.0), None, &Surroundings::default());
        if let Err(error) = drawn {
            proptest::prop_assert!(!error.to_string().is_empty());
        }
    }
}
