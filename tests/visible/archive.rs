//! Documents for archives stay what they claim to be: PDF/A-1b judged by PDFBox preflight before and after
//! signing; the other parts, and PDF/UA, by their rules one by one.

use std::fs;
use std::path::{Path, PathBuf};

use kyso::Limits;
use kyso::pdf::{
    AppearanceError, Border, Color, Fields, Image, ImageError, Layout, NewField, PageNumber, Placement,
    PrepareError,
};
use lopdf::Document;

use crate::image::{self, Model};
use crate::paper::{PLACE, lines, pdf, signed, text_by};
use crate::picture::Renderer;
use crate::rules::{Claim, broken};
use crate::signing::{Signing, at, identity};
use crate::support::{self, Judge};
use crate::text::{read, words};

const fn claim(pdfa: Option<u8>, pdfua: bool, intent: Option<u8>, tagged: bool) -> Claim {
    Claim { pdfa, pdfua, intent, tagged }
}

const DOCUMENTS: [(&str, Claim); 11] = [
    ("pdfa-1b", claim(Some(1), false, Some(3), false)),
    ("pdfa-1b-cmyk", claim(Some(1), false, Some(4), false)),
    ("pdfa-1b-no-intent", claim(Some(1), false, None, false)),
    ("pdfa-1a", claim(Some(1), false, Some(3), true)),
    ("pdfa-2b", claim(Some(2), false, Some(3), false)),
    ("pdfa-2b-cmyk", claim(Some(2), false, Some(4), false)),
    ("pdfa-2b-no-intent", claim(Some(2), false, None, false)),
    ("pdfa-3b", claim(Some(3), false, Some(3), false)),
    ("pdfa-4", claim(Some(4), false, Some(3), false)),
    ("pdfua-1", claim(None, true, None, true)),
    ("pdfa-2a-pdfua-1", claim(Some(2), true, Some(3), true)),
];

/// What is shown beside the text.
const IMAGES: [&str; 9] = [
    "none",
    "png",
    "jpeg-gray",
    "jpeg-rgb",
    "jpeg-cmyk",
    "jpeg-own-profile",
    "qr",
    "ground",
    "visual-status",
];

fn signing(image: &str) -> Signing {
    signing_at(image, Placement::rectangle(PageNumber::First, PLACE))
}

fn signing_at(image: &str, place: Placement) -> Signing {
    let jpeg = |model| Some(image::jpeg(model));
    let bytes = match image {
        "png" => Some(image::png()),
        "jpeg-gray" => jpeg(Model::Gray),
        "jpeg-rgb" => jpeg(Model::Rgb),
        "jpeg-cmyk" => jpeg(Model::Cmyk),
        // Which says itself what its colours are.
        "jpeg-own-profile" => Some(fs::read(support::root().join("testdata/images/cmyk-icc.jpg")).unwrap()),
        _ => None,
    };
    let mut appearance = lines();
    if let Some(bytes) = bytes {
        appearance =
            appearance.image(Image::from_bytes(&bytes, &Limits::default()).unwrap()).layout(Layout::TextLeft);
    }
    appearance = match image {
        "qr" => appearance.qr("https://example.vn"),
        "ground" => appearance
            .background(Color::rgb(255, 250, 220))
            .border(Border { width: 1.0, color: Color::rgb(200, 0, 0) })
            .color(Color::rgb(0, 0, 128)),
        "visual-status" => appearance.visual_status(true),
        _ => appearance,
    };
    let signing = identity("p256").signing().reason("Đồng ý phê duyệt").location("Đà Nẵng");
    signing.visible(&appearance.template().unwrap(), place)
}

/// Whether this image can be in that document.
fn fits(image: &str, claim: Claim) -> bool {
    image != "jpeg-cmyk" || claim.pdfa.is_none() || claim.intent == Some(4)
}

/// Every document signed with every image that it can hold.
fn all_signed() -> Vec<(String, Claim, Vec<u8>)> {
    let signer = identity("p256");
    let mut all = Vec::new();
    for (name, claim) in DOCUMENTS {
        for image in IMAGES.into_iter().filter(|image| fits(image, claim)) {
            all.push((format!("{name} with {image}"), claim, signed(&signer, &signing(image), &pdf(name))));
        }
    }
    all
}

#[test]
fn signed_documents_keep_the_rules() {
    for (name, claim, document) in all_signed() {
        let broken = broken(&Document::load_mem(&document).unwrap(), claim);
        assert!(broken.is_empty(), "{name}: {broken:#?}");
    }
}

/// The rules notice when a document has something that its claim forbids: else keeping them means nothing.
#[test]
fn the_rules_notice_what_is_forbidden() {
    let signer = identity("p256");
    let judged = |name: &str, image: &str, claim: Claim| {
        broken(&Document::load_mem(&signed(&signer, &signing(image), &pdf(name))).unwrap(), claim)
    };
    let strict = claim(Some(1), false, None, false);
    for (image, rule) in [
        ("png", "/SMask"),
        ("jpeg-rgb", "of 3 components"),
        ("jpeg-cmyk", "of 4 components"),
        ("none", "/CIDSet"),
    ] {
        let broken = judged("view-plain", image, strict);
        assert!(broken.iter().any(|broken| broken.contains(rule)), "{image}: {broken:?}");
    }
    let broken = judged("view-plain", "none", claim(None, true, None, true));
    assert!(broken.iter().any(|broken| broken.contains("/StructParent")), "{broken:?}");
}

/// A document with a field that can be seen and one that cannot, for others to sign.
fn with_fields(name: &str) -> Vec<u8> {
    let place = Placement::rectangle(PageNumber::First, PLACE);
    let fields = Fields::new().add(NewField::new("Seen").placement(place)).add(NewField::new("Unseen"));
    fields.prepare(pdf(name).as_slice(), &at()).unwrap().to_bytes().unwrap()
}

#[test]
fn fields_for_others_keep_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.pdf");
    let blank = Renderer::Poppler.draw(&support::pdf("pdfa-1b.pdf"));
    for (name, claim) in DOCUMENTS {
        let document = with_fields(name);
        let found = broken(&Document::load_mem(&document).unwrap(), claim);
        assert!(found.is_empty(), "{name}: {found:#?}");
        // Nothing is seen of them, and nobody stumbles over a form that shows nothing.
        fs::write(&path, &document).unwrap();
        if Judge::Poppler.present() && claim.intent == Some(3) {
            assert_eq!(Renderer::Poppler.draw(&path).distance(&blank).mean, 0.0, "{name}");
        }
        if Judge::MuPdf.present() {
            Renderer::MuPdf.draw(&path);
        }
    }
}

#[test]
fn preflight_accepts_what_it_accepted() {
    if !Judge::Preflight.present() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut names: Vec<String> = Vec::new();
    let mut paths: Vec<PathBuf> = Vec::new();
    let originals = ["pdfa-1b", "pdfa-1b-cmyk", "pdfa-1b-no-intent", "pdfa-1a"];
    for name in originals {
        names.push(format!("{name} before"));
        paths.push(support::pdf(&format!("{name}.pdf")));
    }
    let mut add = |name: String, document: &[u8]| {
        let path = folder.path().join(format!("{}.pdf", names.len()));
        fs::write(&path, document).unwrap();
        names.push(name);
        paths.push(path);
    };
    let signer = identity("p256");
    for (name, claim, document) in all_signed() {
        if claim.pdfa == Some(1) {
            let twice = signed(&signer, &signing("png"), &document);
            add(format!("{name}, twice"), &twice);
            add(name, &document);
        }
    }
    for name in originals {
        add(format!("{name}, invisibly"), &signed(&signer, &signer.signing(), &pdf(name)));
        add(format!("{name}, fields"), &with_fields(name));
        let own = signing_at("png", Placement::field()).field("Seen");
        add(format!("{name}, a field"), &signed(&signer, &own, &with_fields(name)));
    }
    // A document with alpha that never was PDF/A-1: the judge must say so.
    add("not PDF/A".to_owned(), &signed(&signer, &signing("png"), &pdf("view-plain")));

    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let mut wrong = Vec::new();
    for (name, errors) in names.iter().zip(support::preflight::preflight(&paths)) {
        if (name == "not PDF/A") == errors.is_empty() {
            wrong.push(format!("{name}: {errors:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn cmyk_without_an_intent_for_it_is_refused() {
    for (name, claim) in DOCUMENTS {
        let document = pdf(name);
        let prepared = signing("jpeg-cmyk").prepare(document.as_slice(), &at());
        let refused = matches!(
            prepared,
            Err(PrepareError::Appearance(AppearanceError::Image(ImageError::UncalibratedCmyk)))
        );
        assert_eq!(refused, !fits("jpeg-cmyk", claim), "{name}: {:?}", prepared.err());
    }
}

#[test]
fn archived_signatures_are_read_and_accepted() {
    let folder = tempfile::tempdir().unwrap();
    for (name, _, document) in all_signed() {
        let path = folder.path().join("document.pdf");
        fs::write(&path, &document).unwrap();
        for (program, text) in read(&path, "") {
            assert_eq!(words(&text), words(&text_by("kyso demonstration P-256")), "{name}, {program}");
        }
        if Judge::Qpdf.present() {
            let original = support::pdf(&format!("{}.pdf", name.split(' ').next().unwrap()));
            let new = support::new_qpdf_warnings(&original, &path, "");
            assert!(new.is_empty(), "{name}: {new:?}");
        }
        if Judge::Pdfsig.present() {
            assert_eq!(support::pdfsig_valid(&path, ""), [true], "{name}");
        }
    }
}

/// What is seen does not depend on how the colours are written.
#[test]
fn colours_are_the_same_in_every_document() {
    let signer = identity("p256");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.pdf");
    for (renderer, judge) in [(Renderer::Poppler, Judge::Poppler), (Renderer::MuPdf, Judge::MuPdf)] {
        if !judge.present() {
            continue;
        }
        for image in ["png", "jpeg-rgb", "jpeg-gray", "jpeg-cmyk", "ground"] {
            fs::write(&path, signed(&signer, &signing(image), &pdf("view-plain"))).unwrap();
            // The page itself is another one: only the signature is compared.
            let expected = renderer.draw(&path).inside_place();
            for (name, claim) in DOCUMENTS.into_iter().filter(|(_, claim)| fits(image, *claim)) {
                fs::write(&path, signed(&signer, &signing(image), &pdf(name))).unwrap();
                let distance = renderer.draw(&path).inside_place().distance(&expected);
                // The press of the test data mixes colours of its own, in its way.
                let tolerable = distance.is_tolerable() || claim.intent == Some(4) && distance.mean < 20.0;
                assert!(tolerable, "{name} with {image}, {renderer:?}: {distance}");
            }
        }
        // The square on the upper right of the image is orange whatever it is made of.
        fs::write(&path, signed(&signer, &signing("jpeg-rgb"), &pdf("view-plain"))).unwrap();
        let rgb = renderer.draw(&path);
        fs::write(&path, signed(&signer, &signing("jpeg-cmyk"), &pdf("view-plain"))).unwrap();
        let distance = renderer.draw(&path).inside_place().distance(&rgb.inside_place());
        println!("CMYK and RGB, {renderer:?}: {distance}");
        assert!(distance.mean < 4.0 && distance.strong < 0.02, "{renderer:?}: {distance}");
    }
}
