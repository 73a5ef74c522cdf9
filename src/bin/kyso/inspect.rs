//! `kyso inspect`: fields, signatures, permissions and revisions of a PDF; the encoding, the root element
//! and the signatures of an XML document.

use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

use kyso::verify::{self, Options, ReferenceReport, XmlReport, XmlSignatureReport};
use kyso::xml::{C14nMethod, Canonicalization, Entities};
use kyso::{Limits, Source};
use serde::Serialize;

use crate::arguments::Inspect;
use crate::failure::Failure;
use crate::format::{self, Encoding, Format};
use crate::{keys, output, progress};

pub(crate) fn run(options: &Inspect) -> Result<ExitCode, Failure> {
    let file = &options.file;
    let (source, progress) = progress::open(file)?;
    let format = format::find(&source, file)?.unwrap_or(Format::Pdf);
    let told = match format {
        Format::Pdf if options.allow_doctype => {
            return Err(format::misplaced("--allow-doctype", file, format));
        }
        Format::Xml if options.password_env.is_some() => {
            return Err(format::misplaced("--password-env", file, format));
        }
        Format::Pdf => {
            let password = keys::password(options.password_env.as_deref())?;
            let inspection = verify::inspect(&source, password.as_ref(), &Limits::default())
                .map_err(|error| Failure::inspect(file, &error))?;
            if options.json { inspection.to_json() } else { inspection.to_string() }
        }
        Format::Xml => {
            let encoding = format::encoding(&source, file)?;
            let mut with = Options::default();
            with.allow_doctype = options.allow_doctype;
            let report = verify::xml(&source, &with).map_err(|error| Failure::inspect(file, &error))?;
            let root = root(&source, options.allow_doctype);
            if options.json { as_json(&report, &encoding, root) } else { as_text(&report, &encoding, root) }
        }
    };
    drop(progress);
    output::print(&told)?;
    Ok(ExitCode::SUCCESS)
}

/// What there is to see of an XML document.
#[derive(Serialize)]
struct XmlInspection<'a> {
    version: u32,
    format: &'static str,
    document_bytes: u64,
    encoding: &'a str,
    byte_order_mark: bool,
    root: Option<String>,
    signatures: Vec<XmlSignature<'a>>,
}

#[derive(Serialize)]
struct XmlSignature<'a> {
    id: Option<&'a str>,
    path: &'a str,
    references: Vec<XmlReference<'a>>,
}

#[derive(Serialize)]
struct XmlReference<'a> {
    uri: Option<&'a str>,
    path: Option<&'a str>,
    #[serde(rename = "type")]
    kind: Option<&'a str>,
}

impl<'a> XmlSignature<'a> {
    fn of(report: &'a XmlSignatureReport) -> Self {
        let references = report.references.iter().map(XmlReference::of).collect();
        Self { id: report.id.as_deref(), path: &report.path, references }
    }
}

impl<'a> XmlReference<'a> {
    fn of(report: &'a ReferenceReport) -> Self {
        Self { uri: report.uri.as_deref(), path: report.path.as_deref(), kind: report.kind.as_deref() }
    }
}

fn as_json(report: &XmlReport, encoding: &Encoding, root: Option<String>) -> String {
    let signatures = report.signatures.iter().map(XmlSignature::of).collect();
    let inspection = XmlInspection {
        version: verify::INSPECTION_VERSION,
        format: "xml",
        document_bytes: report.document_bytes,
        encoding: &encoding.name,
        byte_order_mark: encoding.has_mark,
        root,
        signatures,
    };
    // Texts, numbers and lists cannot fail to be written.
    serde_json::to_string_pretty(&inspection).unwrap_or_default()
}

fn as_text(report: &XmlReport, encoding: &Encoding, root: Option<String>) -> String {
    let mark = if encoding.has_mark { ", with a byte order mark" } else { "" };
    let root = root.unwrap_or_else(|| "not told: the document has no canonical form".to_owned());
    let mut text = format!(
        "XML document of {} bytes\nencoding: {}{mark}\nroot element: {root}\nsignatures: {}\n",
        report.document_bytes,
        encoding.name,
        report.signatures.len(),
    );
    for (index, signature) in report.signatures.iter().enumerate() {
        let id = signature.id.as_deref().map(|id| format!("{id:?} at ")).unwrap_or_default();
        // Writing to a text does not fail.
        let _ = write!(text, "{}. {id}{}", index.saturating_add(1), signature.path);
        for reference in &signature.references {
            let uri = reference.uri.as_deref().unwrap_or("no URI");
            let path = reference.path.as_deref().unwrap_or("outside of the document");
            let _ = write!(text, "\n   reference to {uri:?}: {path}");
        }
        text.push('\n');
    }
    text
}

/// The name of the root element, as the document has it.
fn root<S: Source>(source: &S, allow_doctype: bool) -> Option<String> {
    let mut canonical = Canonicalization::new(C14nMethod::default());
    if allow_doctype {
        canonical = canonical.allow_doctype(Entities::new());
    }
    let mut head = Head(Vec::new());
    // Once the name is there, no more is wanted: that ends it.
    let _ = canonical.write(source, &mut head);
    head.name()
}

/// The beginning of canonical octets, up to the root's start tag.
struct Head(Vec<u8>);

impl Head {
    /// Processing instructions stand before the root, each on a line.
    fn name(&self) -> Option<String> {
        let mut rest = std::str::from_utf8(&self.0).ok()?;
        while let Some(instruction) = rest.strip_prefix("<?") {
            rest = instruction.split_once("?>")?.1.trim_start();
        }
        let name = rest.strip_prefix('<')?;
        let end = name.find([' ', '>'])?;
        name.get(..end).map(str::to_owned)
    }
}

impl io::Write for Head {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        /// A name is shorter, and so is what stands before it.
        const LONGEST: usize = 1 << 14;
        if self.0.len() > LONGEST || self.name().is_some() {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.0.extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
