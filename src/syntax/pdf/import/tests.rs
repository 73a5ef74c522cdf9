use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::syntax::pdf::write;

/// A document of one page of this size that draws the imported one, and nothing else.
fn drawn(imported: &Imported) -> Vec<u8> {
    const FIRST: usize = 5;
    let (width, height) = imported.size;
    let form = FIRST + imported.form.number as usize;
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents 4 0 R\
             /Resources<</XObject<</X {form} 0 R>>>>>>"
        )
        .into_bytes(),
        b"<</Length 5>>stream\n/X Do\nendstream".to_vec(),
    ];
    for part in imported.graph.parts() {
        let mut object = part.object.clone();
        shift(&mut object, FIRST);
        let mut body = Vec::new();
        if let (Some(data), Object::Dictionary(dictionary)) = (&part.data, &mut object) {
            dictionary.set(b"Length", Object::Integer(<[u8]>::len(data) as i64));
            write::object(&mut body, &object, &mut None).unwrap();
            body.extend_from_slice(b"stream\n");
            body.extend_from_slice(data);
            body.extend_from_slice(b"\nendstream");
        } else {
            write::object(&mut body, &object, &mut None).unwrap();
        }
        objects.push(body);
    }
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut table = String::from("0000000000 65535 f \n");
    for (index, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", out.len());
        out.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let (count, at) = (objects.len() + 1, out.len());
    out.extend_from_slice(format!("xref\n0 {count}\n{table}").as_bytes());
    out.extend_from_slice(
        format!("trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n").as_bytes(),
    );
    out
}

fn shift(object: &mut Object, by: usize) {
    match object {
        Object::Reference(id) => id.number += by as u32,
        Object::Array(items) => items.iter_mut().for_each(|item| shift(item, by)),
        Object::Dictionary(dictionary) => dictionary.values_mut().for_each(|(_, value)| shift(value, by)),
        _ => {}
    }
}

/// What a program says about a file; none when the program is not there.
fn said(program: &str, arguments: &[&str], file: &Path) -> Option<Vec<u8>> {
    let run = Command::new(program).args(arguments).arg(file).output().ok()?;
    Some(run.stdout)
}

/// Whether two files look the same, rendered without annotations.
fn assert_looks_like(original: &Path, copy: &Path, page: &str, name: &str) {
    let picture = |file| {
        said(
            "pdftoppm",
            &["-r", "72", "-gray", "-cropbox", "-hide-annotations", "-f", page, "-l", page, "-singlefile"],
            file,
        )
    };
    let copied = said("pdftoppm", &["-r", "72", "-gray", "-singlefile"], copy);
    let (Some(original), Some(copied)) = (picture(original), copied) else {
        println!("no pdftoppm: {name} is not compared");
        return;
    };
    let header = |picture: &[u8]| picture.split(|byte| *byte == b'\n').nth(1).map(<[u8]>::to_vec);
    assert_eq!(header(&original), header(&copied), "{name}: the size in pixels");
    assert_eq!(original.len(), copied.len(), "{name}");
    let different = original.iter().zip(&copied).filter(|(one, other)| one.abs_diff(**other) > 60).count();
    let ink = original.iter().filter(|byte| **byte < 128).count();
    // Edges may fall on either side of a pixel.
    assert!(different * 50 <= ink.max(50), "{name}: {different} pixels of {ink} dark ones differ");
    assert!(ink > 20, "{name}: an empty page proves nothing");
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/pdf")
}

fn import(bytes: &[u8]) -> Result<Imported, PdfError> {
    import_page(bytes, PageNumber::First, &Limits::default())
}

fn compare(original: &Path, name: &str) {
    let bytes = std::fs::read(original).unwrap();
    let imported = import(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.pdf");
    std::fs::write(&copy, drawn(&imported)).unwrap();
    let checked = Command::new("qpdf").arg("--check").arg(&copy).output();
    if let Ok(checked) = checked {
        assert!(checked.status.success(), "{name}: {}", String::from_utf8_lossy(&checked.stderr));
    }
    assert_looks_like(original, &copy, "1", name);
}

#[test]
fn pages_look_as_they_did() {
    for name in [
        "demo.pdf",
        "bench-3kb.pdf",
        "pages-inherited.pdf",
        "object-stream.pdf",
        "enc-aes-256-empty.pdf",
        "enc-rc4-128-empty.pdf",
        "hybrid.pdf",
    ] {
        compare(&folder().join(name), name);
    }
}

#[test]
fn every_rotation_box_and_unit() {
    let content = "0 0 1 rg 30 40 100 20 re f BT 0 g /F 24 Tf 40 80 Td (Upright) Tj ET";
    let scratch = tempfile::tempdir().unwrap();
    for (index, entries) in [
        "/Rotate 90",
        "/Rotate 180",
        "/Rotate -90",
        "/Rotate 90/CropBox[20 30 180 230]",
        "/Rotate 270/CropBox[20 30 180 230]",
        "/CropBox[-10 -10 150 130]",
    ]
    .iter()
    .enumerate()
    {
        let text = format!(
            "%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n\
             2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n\
             3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[-10 -20 200 300]{entries}/Contents[4 0 R 4 0 R]\
             /Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>> endobj\n\
             4 0 obj <</Length {}>> stream\n{content}\nendstream endobj\n\
             trailer <</Root 1 0 R>>\n%%EOF\n",
            content.len()
        );
        let file = scratch.path().join(format!("{index}.pdf"));
        std::fs::write(&file, &text).unwrap();
        compare(&file, entries);
        let scaled = text.replace("/Type/Page/", "/Type/Page/UserUnit 2/");
        let (one, two) = (import(text.as_bytes()).unwrap().size, import(scaled.as_bytes()).unwrap().size);
        assert_eq!((2.0 * one.0, 2.0 * one.1), two);
    }
}

/// A page whose resources lead to themselves, to the document, and to scripts.
const TANGLED: &str = "%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R/OpenAction 9 0 R>> endobj\n\
    2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1/Resources 5 0 R>> endobj\n\
    3 0 obj <</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots[8 0 R]/AA<</O 9 0 R>>/StructParents 3\
    /Group<</S/Transparency/CS/DeviceRGB/I true>>>> endobj\n\
    4 0 obj <</Length 5>> stream\n/A Do\nendstream endobj\n\
    5 0 obj <</XObject<</A 6 0 R/JS 7 0 R/Parent 7 0 R>>/Odd 1 0 R/Font 10 0 R>> endobj\n\
    6 0 obj <</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources 5 0 R/StructParent 7/Length 11 0 R/OC 1 0 R\
    /Metadata 12 0 R/Action 9 0 R/Page 3 0 R/Self 6 0 R>> stream\nq Q\nendstream endobj\n\
    7 0 obj <</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Length 1>> \
    stream\nx\nendstream endobj\n\
    8 0 obj <</Type/Annot/Subtype/Text/Rect[0 0 1 1]>> endobj\n\
    9 0 obj <</S/JavaScript/JS(app.alert\\(1\\))>> endobj\n\
    10 0 obj <</F<</Type/Font/Subtype/Type3/Resources 5 0 R/CharProcs<</a 4 0 R/Parent 4 0 R>>\
    /FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]>>>> endobj\n\
    11 0 obj 3 endobj\n12 0 obj <</Type/Metadata/Subtype/XML/Length 1>> stream\nm\nendstream endobj\n\
    trailer <</Root 1 0 R>>\n%%EOF\n";

#[test]
fn only_what_the_content_needs_comes_along() {
    let imported = import(TANGLED.as_bytes()).unwrap();
    let text = String::from_utf8_lossy(&drawn(&imported)).into_owned();
    let copied = text.split("endobj").skip(4).collect::<String>();
    for absent in [
        "JavaScript",
        "app.alert",
        "/Annots",
        "/StructParent",
        "/AA",
        "/Type/Page",
        "/Catalog",
        "/OC",
        "Metadata",
        "/Odd",
    ] {
        assert!(!copied.contains(absent), "{absent} in {copied}");
    }
    for present in
        ["/Group<</S/Transparency/CS/DeviceRGB/I true>>", "/CharProcs", "/Subtype/Image", "/JS ", "/Self "]
    {
        assert!(copied.contains(present), "{present} is not in {copied}");
    }
    // The form, resources once as such, the form in them, the image, the fonts, two glyphs that are one
    // stream, and what is left out.
    assert!(imported.graph.parts().len() <= 9, "{:?}", imported.graph.parts());
    let form = &imported.graph.parts()[imported.form.number as usize];
    let inner = form.object.as_dictionary().unwrap();
    assert_eq!(inner.name(b"Subtype"), Some(b"Form".as_slice()));
    assert!(inner.get(b"Resources").is_some() && form.data.is_some());
}

#[test]
fn every_reference_is_to_a_part() {
    for name in ["demo.pdf", "pages-inherited.pdf", "linearized.pdf"] {
        let imported = import(&std::fs::read(folder().join(name)).unwrap()).unwrap();
        let parts = imported.graph.parts();
        for part in parts {
            assert!(part.object.highest_reference().is_none_or(|highest| (highest as usize) < parts.len()));
        }
    }
}

#[test]
fn copying_is_bounded_and_says_what_is_wrong() {
    let bytes = TANGLED.as_bytes();
    let limited = |limits| import_page(bytes, PageNumber::First, &limits).map(|imported| imported.size);
    assert!(limited(Limits::default()).is_ok());
    let few = Limits { imported_objects: 3, ..Limits::default() };
    assert!(matches!(limited(few), Err(PdfError::Limit { what: "objects copied with a page", limit: 3 })));
    let few = Limits { imported_bytes: 20, ..Limits::default() };
    assert!(matches!(limited(few), Err(PdfError::Limit { limit: 0..=20, .. })));
    let none = import_page(bytes, PageNumber::Number(2), &Limits::default());
    assert!(matches!(none, Err(PdfError::NoPage { count: 1, .. })));
    let damaged =
        TANGLED.replacen("<</Length 5>> stream\n/A Do", "<</Filter/FlateDecode/Length 5>> stream\n/A Do", 1);
    assert!(import(damaged.as_bytes()).is_err(), "half a picture is none");
    let locked = std::fs::read(folder().join("enc-aes-256.pdf")).unwrap();
    assert!(matches!(import(&locked), Err(PdfError::Crypt(_))));
}

/// Documents of others, in full.
#[test]
fn pages_of_others_look_as_they_did() {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("KYSO_SHARED").map_or_else(beside, PathBuf::from).join("corpus/pdf");
    if !shared.is_dir() {
        println!("no corpus: skipped");
        return;
    }
    for name in [
        "dss__sun_90.pdf",
        "dss__pdfa2a-rgb.pdf",
        "dss__not_signed_pdfa.pdf",
        "pypdf__002-trivial-libre-office-writer.pdf",
        "pypdf__pdflatex-forms.pdf",
        "qpdf__image-streams.pdf",
        "openpdf__PDF_2.0_via_incremental_save.pdf",
        "verapdf__veraPDF_test_suite_6-4-2-t01-fail-a.pdf",
    ] {
        compare(&shared.join(name), name);
    }
}
