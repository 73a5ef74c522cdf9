//! What is signed visibly: pages that are displayed alike, and what is shown on them.

use std::fs;

use kyso::Limits;
use kyso::pdf::{
    Align, Appearance, Border, Color, Image, Item, Layout, PageContent, PageNumber, Placement, Signing,
};
use kyso::signer::LocalKey;
use p256::pkcs8::{EncodePrivateKey, LineEnding};

use crate::image;
use crate::signing::Identity;
use crate::support;
use crate::verify_support::Signer;

/// What every `view-*.pdf` displays, in points.
pub(crate) const WIDTH: usize = 240;
pub(crate) const HEIGHT: usize = 160;

/// Pixels to a point in pictures.
pub(crate) const SCALE: usize = 2;

/// Where the signature is on them, in points from the lower left as displayed.
pub(crate) const PLACE: [f64; 4] = [20.0, 16.0, 220.0, 116.0];

/// Files of `testdata/pdf` that are displayed alike.
pub(crate) const VIEWS: [&str; 9] = [
    "view-plain",
    "view-rotated-90",
    "view-rotated-180",
    "view-rotated-270",
    "view-cropped",
    "view-cropped-rotated-270",
    "view-negative",
    "view-user-unit",
    "view-user-unit-rotated-90",
];

/// The line that no renderer and no font may get wrong.
pub(crate) const LINE: &str = "Nguyễn Thị Hằng – Chữ ký số hợp lệ";

/// What the pictures show, by the names of their files.
pub(crate) const LAYOUTS: [&str; 9] = [
    "text",
    "image",
    "text-left",
    "text-right",
    "background",
    "qr",
    "page",
    "border-and-ground",
    "visual-status",
];

pub(crate) fn pdf(name: &str) -> Vec<u8> {
    fs::read(support::pdf(&format!("{name}.pdf"))).unwrap()
}

/// A signer whose name is Vietnamese, with a certificate signed by herself.
pub(crate) fn vietnamese() -> Identity {
    const SEED: u8 = 23;
    let key = p256::SecretKey::from_slice(&[SEED; 32]).unwrap();
    let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap();
    Identity {
        chain: Signer::new("Nguyễn Thị Hằng", SEED).chain,
        key: LocalKey::from_pem(pem.as_bytes(), None).unwrap(),
    }
}

/// Lines with everything that the dialect can show.
pub(crate) fn lines() -> Appearance {
    Appearance::new()
        .labelled(Item::Signer, "Ký bởi")
        .labelled(Item::Date, "Ngày ký")
        .labelled(Item::Reason, "Lý do")
        .labelled(Item::Location, "Nơi ký")
        .line(Item::Text(LINE.into()))
}

/// What a reader of the lines reads.
pub(crate) const TEXT: &str = "Ký bởi: Nguyễn Thị Hằng Ngày ký: 01/06/2026 Lý do: Đồng ý phê duyệt \
    Nơi ký: Đà Nẵng Nguyễn Thị Hằng – Chữ ký số hợp lệ";

/// The same when somebody else signs.
pub(crate) fn text_by(signer: &str) -> String {
    TEXT.replacen("Nguyễn Thị Hằng", signer, 1)
}

pub(crate) fn seal() -> Image {
    Image::from_bytes(&image::png(), &Limits::default()).unwrap()
}

fn photograph(model: image::Model) -> Image {
    Image::from_bytes(&image::jpeg(model), &Limits::default()).unwrap()
}

/// The appearance of a layout's name, and the text that it shows.
pub(crate) fn appearance(layout: &str) -> (Appearance, &'static str) {
    let blue = Color::rgb(0, 51, 153);
    match layout {
        "text" => (lines(), TEXT),
        "image" => (Appearance::new().layout(Layout::Image).image(seal()), ""),
        "text-left" => (lines().layout(Layout::TextLeft).image(seal()).color(blue), TEXT),
        "text-right" => (lines().layout(Layout::TextRight).image(photograph(image::Model::Rgb)), TEXT),
        "background" => (lines().layout(Layout::Background).image(photograph(image::Model::Gray)), TEXT),
        "qr" => (lines().qr("https://example.vn/kiểm-tra?số=12345"), TEXT),
        "page" => {
            let page =
                PageContent::from_bytes(&pdf("view-rotated-90"), PageNumber::First, &Limits::default());
            (Appearance::new().page(page.unwrap()).line(Item::Text(LINE.into())), LINE)
        }
        "border-and-ground" => {
            let border = Border { width: 2.0, color: Color::rgb(204, 0, 0) };
            let ground = Color::rgb(255, 249, 214);
            (lines().border(border).background(ground).color(blue).align(Align::Center).margin(6.0), TEXT)
        }
        "visual-status" => (lines().visual_status(true).align(Align::Right), TEXT),
        _ => unreachable!("{layout} is no layout"),
    }
}

/// The signing of a layout at the usual place.
pub(crate) fn signing(identity: &Identity, layout: &str) -> Signing {
    placed(identity, layout, PLACE)
}

pub(crate) fn placed(identity: &Identity, layout: &str, place: [f64; 4]) -> Signing {
    let template = appearance(layout).0.template().unwrap();
    let signing = identity.signing().reason("Đồng ý phê duyệt").location("Đà Nẵng");
    signing.visible(&template, Placement::rectangle(PageNumber::First, place))
}

/// The document signed.
pub(crate) fn signed(identity: &Identity, signing: &Signing, document: &[u8]) -> Vec<u8> {
    let signed = identity.sign_as(signing, document).unwrap_or_else(|error| panic!("{error}"));
    signed.to_bytes().unwrap()
}
