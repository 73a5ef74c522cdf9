//! The text that readers take from an appearance.

use std::fs;
use std::path::Path;
use std::process::Command;

use kyso::pdf::{Appearance, Item, Layout, PageNumber, Placement};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::paper::{LAYOUTS, LINE, PLACE, VIEWS, appearance, lines, pdf, seal, signed, signing, vietnamese};
use crate::support::{self, Judge};

/// Words with single spaces between them.
pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn said(program: &str, before: &[&str], path: &Path, after: &[&str]) -> String {
    let output = Command::new(program).args(before).arg(path).args(after).output().unwrap();
    assert!(output.status.success(), "{program}: {}", support::both(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// The page's text as each program that is there has it.
pub(crate) fn read(path: &Path, password: &str) -> Vec<(&'static str, String)> {
    let mut texts = Vec::new();
    if Judge::Poppler.present() {
        let passwords = ["-enc", "UTF-8", "-upw", password, "-opw", password];
        let without = &passwords[..if password.is_empty() { 2 } else { 6 }];
        texts.push(("poppler", said("pdftotext", without, path, &["-"])));
    }
    if Judge::MuPdf.present() {
        let passwords = ["draw", "-q", "-F", "text", "-p", password];
        let without = &passwords[..if password.is_empty() { 4 } else { 6 }];
        texts.push(("mupdf", said("mutool", without, path, &[])));
    }
    texts
}

/// What the programs read on the page is this text, in normal form C, of fonts that are embedded subsets
/// with Unicode.
fn check(what: &str, document: &[u8], expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.pdf");
    fs::write(&path, document).unwrap();
    for (program, text) in read(&path, "") {
        assert_eq!(words(&text), words(expected), "{what}, {program}");
        assert!(is_nfc(&text), "{what}, {program}: {text:?}");
    }
    if Judge::Poppler.present() {
        let listed = said("pdffonts", &[], &path, &[]);
        let fonts: Vec<Vec<&str>> =
            listed.lines().skip(2).map(|font| font.split_whitespace().rev().collect()).collect();
        assert_eq!(fonts.is_empty(), expected.is_empty(), "{what}: {listed}");
        for font in fonts {
            // From the right: generation, number, Unicode, subset, embedded, encoding.
            assert_eq!(font[2..6], ["yes", "yes", "yes", "Identity-H"], "{what}: {listed}");
        }
    }
}

#[test]
fn every_layout_is_read_as_it_was_asked_for() {
    let signer = vietnamese();
    for layout in LAYOUTS {
        let signing = signing(&signer, layout);
        for view in VIEWS {
            let document = signed(&signer, &signing, &pdf(view));
            check(&format!("{layout} on {view}"), &document, appearance(layout).1);
        }
    }
}

#[test]
fn decomposed_text_is_composed() {
    let signer = vietnamese();
    let decomposed: String = LINE.nfd().collect();
    let reason: String = "Đồng ý phê duyệt".nfd().collect();
    assert_ne!(decomposed, LINE);
    let label: String = "Lý do".nfd().collect();
    for layout in [Layout::Text, Layout::TextLeft, Layout::TextRight, Layout::Background] {
        let appearance = Appearance::new()
            .line(Item::Text(decomposed.clone()))
            .labelled(Item::Reason, label.clone())
            .image(seal())
            .layout(layout);
        let place = Placement::rectangle(PageNumber::First, PLACE);
        let signing = signer.signing().reason(&reason).visible(&appearance.template().unwrap(), place);
        let document = signed(&signer, &signing, &pdf("view-plain"));
        check(&format!("{layout:?}"), &document, &format!("{LINE} Lý do: Đồng ý phê duyệt"));
    }
}

/// Marks that stack, letters that are rare, other scripts of the bundled font, and text that wraps.
#[test]
fn what_is_hard_to_set_is_read_as_it_was_asked_for() {
    let signer = vietnamese();
    let texts = [
        "ẮẰẲẴẶ ẤẦẨẪẬ ẾỀỂỄỆ ỐỒỔỖỘ ỚỜỞỠỢ ỨỪỬỮỰ ỲÝỶỸỴ ĐD",
        "ắằẳẵặ ấầẩẫậ ếềểễệ ốồổỗộ ớờởỡợ ứừửữự ỳýỷỹỵ đd",
        "Công ty TNHH Thương mại và Dịch vụ Hoàng Phượng – chi nhánh Thành phố Hồ Chí Minh, số 12/3 đường Nguyễn Văn Cừ",
        "office affluent final – “quotes” 1½ № 5 €",
        "Ελληνικά и кириллица",
    ];
    for text in texts {
        let template = Appearance::new().line(Item::Text(text.into())).template().unwrap();
        let place = Placement::rectangle(PageNumber::First, PLACE);
        let signing = signer.signing().visible(&template, place);
        check(text, &signed(&signer, &signing, &pdf("view-rotated-270")), text);
    }
}

/// Lines whose value is not known are left out, and said to be.
#[test]
fn lines_without_a_value_are_not_shown() {
    let signer = vietnamese();
    let place = Placement::rectangle(PageNumber::First, PLACE);
    let template = lines().line(Item::Email).template().unwrap();
    let signing = signer.signing().visible(&template, place);
    let document = pdf("view-plain");
    let prepared = signing.prepare(document.as_slice(), &crate::signing::at()).unwrap();
    let skipped = [Item::Reason, Item::Location, Item::Email].map(crate::signing::Warning::NotShown);
    assert_eq!(prepared.warnings(), skipped);
    let text = "Ký bởi: Nguyễn Thị Hằng Ngày ký: 01/06/2026 Nguyễn Thị Hằng – Chữ ký số hợp lệ";
    check("lines left out", &signed(&signer, &signing, &document), text);
}
