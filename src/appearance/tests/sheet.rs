//! A drawing on a page of its own, and what outside programs say of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::appearance::Drawing;
use crate::syntax::pdf::object::{Dictionary, Object};
use crate::syntax::pdf::write;
use crate::syntax::pdf::{Graph, ObjectId};

/// A one-page PDF that shows the drawing as a page of its size.
pub(super) fn pdf(drawing: &Drawing, size: (f64, f64)) -> Vec<u8> {
    whole(drawing, size, None)
}

fn whole(drawing: &Drawing, (width, height): (f64, f64), metadata: Option<(Dictionary, &[u8])>) -> Vec<u8> {
    let mut graph = drawing.graph.clone();
    let mut objects = Dictionary::new();
    objects.set(b"Ap", drawing.form);
    let mut resources = Dictionary::new();
    resources.set(b"XObject", objects);
    let content = graph.push_stream(Dictionary::new(), b"/Ap Do".as_slice());
    let pages = ObjectId::new(graph.next().number + 1, 0);
    let mut page = Dictionary::new();
    page.set(b"Type", Object::name("Page"));
    page.set(b"Parent", pages);
    page.set(b"MediaBox", Object::Array([0.0, 0.0, width, height].map(Object::number).to_vec()));
    page.set(b"Contents", content);
    page.set(b"Resources", resources);
    let page = graph.push(page);
    let mut tree = Dictionary::new();
    tree.set(b"Type", Object::name("Pages"));
    tree.set(b"Count", 1);
    tree.set(b"Kids", Object::Array(vec![page.into()]));
    assert_eq!(graph.push(tree), pages);
    let mut catalog = Dictionary::new();
    catalog.set(b"Type", Object::name("Catalog"));
    catalog.set(b"Pages", pages);
    if let Some((entries, data)) = metadata {
        catalog.set(b"Metadata", graph.push_stream(entries, data));
    }
    let catalog = graph.push(catalog);
    file(&graph, catalog)
}

fn renumber(object: &mut Object) {
    match object {
        Object::Reference(id) => id.number += 1,
        Object::Array(items) => items.iter_mut().for_each(renumber),
        Object::Dictionary(entries) => entries.values_mut().for_each(|(_, value)| renumber(value)),
        _ => {}
    }
}

/// A file of the graph's objects, numbered from 1.
fn file(graph: &Graph, catalog: ObjectId) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut offsets = Vec::new();
    for (index, part) in graph.parts().iter().enumerate() {
        offsets.push(out.len());
        let mut object = part.object.clone();
        renumber(&mut object);
        if let (Object::Dictionary(entries), Some(data)) = (&mut object, &part.data) {
            entries.set(b"Length", i64::try_from(data.len()).unwrap());
        }
        out.extend(format!("{} 0 obj\n", index + 1).bytes());
        write::object(&mut out, &object, &mut None).unwrap();
        if let Some(data) = &part.data {
            out.extend(b"\nstream\n");
            out.extend_from_slice(data);
            out.extend(b"\nendstream");
        }
        out.extend(b"\nendobj\n");
    }
    let at = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1).bytes());
    offsets.iter().for_each(|offset| out.extend(format!("{offset:010} 00000 n \n").bytes()));
    let root = catalog.number + 1;
    out.extend(format!("trailer\n<</Size {}/Root {root} 0 R/ID[<00><00>]>>\n", offsets.len() + 1).bytes());
    out.extend(format!("startxref\n{at}\n%%EOF\n").bytes());
    out
}

/// A file that outside programs look at. With `KYSO_PICTURES` set to a folder it stays there.
pub(super) struct Judged {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Judged {
    pub(super) fn new(name: &str, bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("{name}.pdf"));
        std::fs::write(&path, bytes).unwrap();
        if let Some(kept) = std::env::var_os("KYSO_PICTURES") {
            std::fs::write(Path::new(&kept).join(format!("{name}.pdf")), bytes).unwrap();
        }
        Self { path, _folder: folder }
    }

    /// What a program prints about the file; none where it is not installed.
    pub(super) fn run(&self, program: &str, before: &[&str], after: &[&str]) -> Option<String> {
        let output = Command::new(program).args(before).arg(&self.path).args(after).output().ok()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {errors}");
        assert!(!errors.contains("rror"), "{program}: {errors}");
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Whether qpdf finds nothing wrong, poppler shows this text, and all fonts are embedded subsets with
    /// Unicode.
    pub(super) fn check(&self, text: Option<&str>) {
        if let Some(said) = self.run("qpdf", &["--check"], &[]) {
            assert!(said.contains("No syntax or stream encoding errors"), "{said}");
        }
        if let Some(fonts) = self.run("pdffonts", &[], &[]) {
            for font in fonts.lines().skip(2) {
                let columns: Vec<&str> = font.split_whitespace().rev().collect();
                assert_eq!(columns[2..5], ["yes", "yes", "yes"], "{fonts}");
            }
        }
        let Some(text) = text else { return };
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(said) = self.run("pdftotext", &["-enc", "UTF-8"], &["-"]) {
            assert_eq!(words(&said), words(text), "poppler");
        }
        if let Some(said) = self.run("mutool", &["draw", "-q", "-F", "text"], &[]) {
            assert_eq!(words(&said), words(text), "mupdf");
        }
    }

    /// The page as grey pixels, one for a point: width, height, pixels.
    pub(super) fn picture(&self) -> Option<(usize, usize, Vec<u8>)> {
        let output =
            Command::new("pdftoppm").args(["-r", "72", "-gray"]).arg(&self.path).output().ok()?.stdout;
        let mut fields = output.splitn(4, u8::is_ascii_whitespace);
        let mut number = || std::str::from_utf8(fields.next().unwrap()).unwrap().parse::<usize>();
        assert!(number().is_err());
        let (width, height) = (number().unwrap(), number().unwrap());
        let header = output.len() - width * height;
        Some((width, height, output[header..].to_vec()))
    }
}

/// The drawing on the page of a document that claims PDF/A-1b and has no output intent.
pub(super) fn pdfa(drawing: &Drawing, (width, height): (f64, f64)) -> Vec<u8> {
    const METADATA: &str = "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
        <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
        <rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\
        <pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>\
        </rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>";
    let mut entries = Dictionary::new();
    entries.set(b"Type", Object::name("Metadata"));
    entries.set(b"Subtype", Object::name("XML"));
    let bytes = whole(drawing, (width, height), Some((entries, METADATA.as_bytes())));
    let mut bytes = bytes;
    bytes[7] = b'4';
    bytes
}

impl Judged {
    /// PDFBox's preflight, where Java and Debian's package are installed.
    pub(super) fn preflight(&self) {
        const FOLDER: &str = "/usr/share/java";
        if !Path::new(FOLDER).join("preflight.jar").exists() {
            return;
        }
        let class_path = format!("{FOLDER}/*");
        let main = "org.apache.pdfbox.preflight.Validator_A1b";
        let Ok(output) = Command::new("java").args(["-cp", &class_path, main]).arg(&self.path).output()
        else {
            return;
        };
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            said.contains("is a valid PDF/A-1b file"),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
