//! Small PDFs of many shapes, written here by hand so that nothing of the crate is their witness.

use proptest::prelude::*;

/// What a document is like.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    minor_version: u8,
    pages: usize,
    nested_pages: bool,
    xref_stream: bool,
    crlf: bool,
    junk_before: Vec<u8>,
    /// Whether offsets count from the header, not from byte 0.
    from_header: bool,
    tail: &'static str,
    form: FormShape,
    text_fields: usize,
    empty_signature_field: bool,
    annotations: AnnotationShape,
    identifier: bool,
    information: bool,
    gaps_in_numbers: bool,
    filler: Vec<Filler>,
    revisions: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FormShape {
    None,
    Direct,
    Indirect,
    FieldsIndirect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AnnotationShape {
    None,
    Direct,
    Indirect,
}

#[derive(Clone, Debug)]
enum Filler {
    Literal(Vec<u8>),
    Hexadecimal(Vec<u8>),
    Stream(Vec<u8>),
    Number(i64),
    Nested(u8),
}

fn filler() -> impl Strategy<Value = Filler> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Filler::Literal),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Filler::Hexadecimal),
        proptest::collection::vec(any::<u8>(), 0..200).prop_map(Filler::Stream),
        any::<i64>().prop_map(Filler::Number),
        (0_u8..30).prop_map(Filler::Nested),
    ]
}

pub(crate) fn shape() -> impl Strategy<Value = Shape> {
    let form = prop_oneof![
        Just(FormShape::None),
        Just(FormShape::Direct),
        Just(FormShape::Indirect),
        Just(FormShape::FieldsIndirect),
    ];
    let annotations = prop_oneof![
        Just(AnnotationShape::None),
        Just(AnnotationShape::Direct),
        Just(AnnotationShape::Indirect)
    ];
    let tail = prop_oneof![Just("\n"), Just(""), Just("\r\n"), Just("\n\n  \n"), Just("\nafter the end")];
    let junk = prop_oneof![
        3 => Just(Vec::new()),
        1 => proptest::collection::vec(1_u8..128, 1..60).prop_filter("no header of its own", |junk| {
            !junk.windows(4).any(|window| window == b"%PDF")
        }),
    ];
    let outside = (2_u8..8, any::<bool>(), any::<bool>(), junk, any::<bool>(), tail);
    let inside = (1_usize..5, any::<bool>(), form, 0_usize..4, any::<bool>(), annotations);
    let rest =
        (any::<bool>(), any::<bool>(), any::<bool>(), proptest::collection::vec(filler(), 0..6), 0_usize..3);
    (outside, inside, rest).prop_map(|(outside, inside, rest)| {
        let (minor_version, xref_stream, crlf, junk_before, from_header, tail) = outside;
        let (pages, nested_pages, form, text_fields, empty_signature_field, annotations) = inside;
        let (identifier, information, gaps_in_numbers, filler, revisions) = rest;
        Shape {
            minor_version,
            pages,
            nested_pages,
            xref_stream,
            crlf,
            junk_before,
            from_header,
            tail,
            form,
            text_fields,
            empty_signature_field,
            annotations,
            identifier,
            information,
            gaps_in_numbers,
            filler,
            revisions,
        }
    })
}

/// Objects by number, as they will stand between `obj` and `endobj`.
struct Objects {
    step: u32,
    next: u32,
    bodies: Vec<(u32, Vec<u8>)>,
}

impl Objects {
    fn reserve(&mut self) -> u32 {
        let number = self.next;
        self.next += self.step;
        number
    }

    fn put(&mut self, number: u32, body: impl Into<Vec<u8>>) {
        self.bodies.push((number, body.into()));
    }

    fn add(&mut self, body: impl Into<Vec<u8>>) -> u32 {
        let number = self.reserve();
        self.put(number, body);
        number
    }
}

/// The document of a shape.
pub(crate) fn write(shape: &Shape) -> Vec<u8> {
    let mut objects =
        Objects { step: if shape.gaps_in_numbers { 3 } else { 1 }, next: 1, bodies: Vec::new() };
    let catalog = objects.reserve();
    let fields = fields(shape, &mut objects);
    let pages = pages(shape, &mut objects, &fields);
    let form = form(shape, &mut objects, &fields);
    for filler in &shape.filler {
        objects.add(filler_body(filler));
    }
    let information = shape.information.then(|| objects.add("<< /Title (Small) /Producer (by hand) >>"));
    objects.put(catalog, format!("<< /Type /Catalog /Pages {pages} 0 R {form} /Lang (vi) >>"));
    objects.bodies.sort_by_key(|(number, _)| *number);

    let mut out = shape.junk_before.clone();
    let base = if shape.from_header { out.len() } else { 0 };
    out.extend_from_slice(format!("%PDF-1.{}\n%\u{e2}\u{e3}\n", shape.minor_version).as_bytes());
    let mut trailer = format!("/Root {catalog} 0 R");
    if let Some(information) = information {
        trailer.push_str(&format!(" /Info {information} 0 R"));
    }
    if shape.identifier {
        trailer.push_str(" /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]");
    }
    let bodies = std::mem::take(&mut objects.bodies);
    let mut previous = section(shape, &mut out, base, &bodies, &mut objects.next, &trailer, None);
    for revision in 0..shape.revisions {
        out.push(b'\n');
        let number = objects.reserve();
        let bodies = vec![(number, format!("<< /Revision {revision} >>").into_bytes())];
        previous =
            section(shape, &mut out, base, &bodies, &mut objects.next, &trailer, Some(previous - base));
    }
    out.extend_from_slice(shape.tail.as_bytes());
    out
}

fn fields(shape: &Shape, objects: &mut Objects) -> Vec<u32> {
    let mut fields = Vec::new();
    if shape.form == FormShape::None {
        return fields;
    }
    for index in 0..shape.text_fields {
        fields.push(objects.add(format!(
            "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Text{index}) /V (value) /Rect [10 10 100 30] >>"
        )));
    }
    if shape.empty_signature_field {
        fields.push(
            objects.add("<< /Type /Annot /Subtype /Widget /FT /Sig /T (Empty) /Rect [0 0 0 0] /F 132 >>"),
        );
    }
    fields
}

fn references(numbers: &[u32]) -> String {
    let each: Vec<_> = numbers.iter().map(|number| format!("{number} 0 R")).collect();
    format!("[{}]", each.join(" "))
}

fn pages(shape: &Shape, objects: &mut Objects, fields: &[u32]) -> u32 {
    let root = objects.reserve();
    let parent = if shape.nested_pages { objects.reserve() } else { root };
    let mut kids = Vec::new();
    for index in 0..shape.pages {
        let content = format!("BT /F1 12 Tf (page {index}) Tj ET");
        let content = objects.add(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
        let annotations = match shape.annotations {
            AnnotationShape::None => String::new(),
            _ if index > 0 => String::new(),
            AnnotationShape::Direct => format!("/Annots {}", references(fields)),
            AnnotationShape::Indirect => format!("/Annots {} 0 R", objects.add(references(fields))),
        };
        kids.push(
            objects
                .add(format!("<< /Type /Page /Parent {parent} 0 R /Contents {content} 0 R {annotations} >>")),
        );
    }
    let count = shape.pages;
    let node = |extra: &str, kids: &[u32]| {
        format!(
            "<< /Type /Pages /Count {count} /MediaBox [0 0 595 842] /Resources << >> {extra} /Kids {} >>",
            references(kids)
        )
    };
    if shape.nested_pages {
        objects.put(root, node("", &[parent]));
        objects.put(parent, node(&format!("/Parent {root} 0 R"), &kids));
    } else {
        objects.put(root, node("", &kids));
    }
    root
}

fn form(shape: &Shape, objects: &mut Objects, fields: &[u32]) -> String {
    let inside =
        |fields: String| format!("<< /Fields {fields} /DA (/Helv 0 Tf 0 g) /NeedAppearances false >>");
    match shape.form {
        FormShape::None => String::new(),
        FormShape::Direct => format!("/AcroForm {}", inside(references(fields))),
        FormShape::Indirect => {
            let form = objects.add(inside(references(fields)));
            format!("/AcroForm {form} 0 R")
        }
        FormShape::FieldsIndirect => {
            let list = objects.add(references(fields));
            let form = objects.add(inside(format!("{list} 0 R")));
            format!("/AcroForm {form} 0 R")
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn filler_body(filler: &Filler) -> Vec<u8> {
    match filler {
        Filler::Literal(bytes) => {
            let mut body = b"(".to_vec();
            for byte in bytes {
                if matches!(byte, b'(' | b')' | b'\\') {
                    body.push(b'\\');
                }
                body.push(*byte);
            }
            body.push(b')');
            body
        }
        Filler::Hexadecimal(bytes) => format!("<{}>", hexadecimal(bytes)).into_bytes(),
        Filler::Stream(bytes) => {
            let mut body = format!("<< /Length {} >>\nstream\n", bytes.len()).into_bytes();
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\nendstream");
            body
        }
        Filler::Number(number) => number.to_string().into_bytes(),
        Filler::Nested(depth) => {
            let depth = usize::from(*depth);
            format!("{}/A#20name{}", "[".repeat(depth), "]".repeat(depth)).into_bytes()
        }
    }
}

/// Writes objects with their cross-reference section; says where that begins.
fn section(
    shape: &Shape,
    out: &mut Vec<u8>,
    base: usize,
    bodies: &[(u32, Vec<u8>)],
    next: &mut u32,
    trailer: &str,
    previous: Option<usize>,
) -> usize {
    let eol = if shape.crlf { "\r\n" } else { "\n" };
    let mut offsets = Vec::new();
    for (number, body) in bodies {
        offsets.push((*number, out.len() - base));
        out.extend_from_slice(format!("{number} 0 obj{eol}").as_bytes());
        out.extend_from_slice(body);
        out.extend_from_slice(format!("{eol}endobj{eol}").as_bytes());
    }
    let start = out.len();
    let previous = previous.map_or_else(String::new, |at| format!(" /Prev {at}"));
    if shape.xref_stream {
        let own = *next;
        *next += 1;
        offsets.push((own, start - base));
        let index: Vec<_> = offsets.iter().map(|(number, _)| format!("{number} 1")).collect();
        let mut data = Vec::new();
        for (_, offset) in &offsets {
            data.push(1);
            data.extend_from_slice(&u32::try_from(*offset).unwrap().to_be_bytes());
            data.push(0);
        }
        out.extend_from_slice(
            format!(
                "{own} 0 obj{eol}<< /Type /XRef /Size {next} /W [1 4 1] /Index [{}] /Length {} {trailer}{previous} >>\n\
                 stream\r\n",
                index.join(" "),
                data.len()
            )
            .as_bytes(),
        );
        out.extend_from_slice(&data);
        out.extend_from_slice(format!("{eol}endstream{eol}endobj{eol}").as_bytes());
    } else {
        let ending = if shape.crlf { "\r\n" } else { " \n" };
        out.extend_from_slice(format!("xref{eol}0 1{eol}0000000000 65535 f{ending}").as_bytes());
        for (number, offset) in &offsets {
            out.extend_from_slice(format!("{number} 1{eol}{offset:010} 00000 n{ending}").as_bytes());
        }
        out.extend_from_slice(format!("trailer{eol}<< /Size {next} {trailer}{previous} >>{eol}").as_bytes());
    }
    out.extend_from_slice(format!("startxref{eol}{}{eol}%%EOF", start - base).as_bytes());
    start
}
