//! The layers that old readers show their validity mark in (Adobe, *Digital Signature Appearances*).

use super::content::Content;
use super::paint::Painter;
use super::subset::flate_dictionary;
use super::{Color, deflate};
use crate::syntax::pdf::object::{Dictionary, Object};
use crate::syntax::pdf::{Graph, ObjectId};

/// The box of the layers that are not the content.
const SIDE: f64 = 100.0;

/// The colour of the question mark.
const MARK: Color = Color::rgb(0xF2, 0xC4, 0x00);

/// Wraps the content into the layers; the form that shows them all.
pub(super) fn wrap(
    graph: &mut Graph,
    painter: &mut Painter<'_>,
    content: ObjectId,
    [width, height]: [f64; 2],
) -> ObjectId {
    let blank = |graph: &mut Graph| {
        let mut dictionary = Dictionary::with_room();
        form_entries(&mut dictionary, [SIDE, SIDE], Dictionary::new());
        graph.push_stream(dictionary, b"% DSBlank\n".as_slice())
    };
    let background = blank(graph);
    let mark = question_mark(graph, painter);
    let over = blank(graph);
    let label = blank(graph);

    let scale = width.min(height) / SIDE;
    let (x, y) = ((width - SIDE * scale) / 2.0, (height - SIDE * scale) / 2.0);
    let layers = [("n0", background), ("n1", mark), ("n2", content), ("n3", over), ("n4", label)];
    let mut objects = Dictionary::new();
    let mut frame = Content::new();
    for (name, id) in layers {
        objects.set(name.as_bytes(), id);
        frame.raw("q");
        if name == "n1" || name == "n3" {
            frame.op(&[scale, 0.0, 0.0, scale, x, y], "cm");
        }
        frame.name_op(name, "Do").raw("Q");
    }
    let mut resources = Dictionary::new();
    resources.set(b"XObject", objects);
    let mut dictionary = Dictionary::with_room();
    form_entries(&mut dictionary, [width, height], resources);
    let frame = graph.push_stream(dictionary, frame.into_bytes());

    let mut objects = Dictionary::new();
    objects.set(b"FRM", frame);
    let mut resources = Dictionary::new();
    resources.set(b"XObject", objects);
    let mut dictionary = Dictionary::with_room();
    form_entries(&mut dictionary, [width, height], resources);
    let mut root = Content::new();
    root.raw("q").name_op("FRM", "Do").raw("Q");
    graph.push_stream(dictionary, root.into_bytes())
}

/// A question mark: the signature has not been validated.
fn question_mark(graph: &mut Graph, painter: &mut Painter<'_>) -> ObjectId {
    let mut content = Content::new();
    content.raw("% DSUnknown");
    content.raw("q");
    painter.stroke(graph, &mut content, MARK);
    painter.fill(graph, &mut content, MARK);
    content.op(&[9.0], "w").op(&[1.0], "J").op(&[1.0], "j");
    // The hook: three quarters of a ring, then down to the stem.
    content.op(&[30.0, 68.0], "m");
    content.op(&[30.0, 80.0, 39.0, 88.0, 50.0, 88.0], "c");
    content.op(&[62.0, 88.0, 71.0, 80.0, 71.0, 69.0], "c");
    content.op(&[71.0, 52.0, 50.0, 54.0, 50.0, 34.0], "c");
    content.raw("S");
    // The point.
    content.op(&[50.0, 16.0], "m").op(&[50.0, 16.0], "l").op(&[12.0], "w").raw("S");
    content.raw("Q");
    let mut resources = Dictionary::new();
    if let Some(spaces) = painter.color_spaces() {
        resources.set(b"ColorSpace", spaces);
    }
    let mut dictionary = Dictionary::with_room();
    form_entries(&mut dictionary, [SIDE, SIDE], resources);
    graph.push_stream(dictionary, content.into_bytes())
}

/// The entries of a form XObject (ISO 32000-2, 8.10.2).
pub(super) fn form_entries(dictionary: &mut Dictionary, [width, height]: [f64; 2], resources: Dictionary) {
    dictionary.set(b"Type", Object::name("XObject"));
    dictionary.set(b"Subtype", Object::name("Form"));
    let corner = [0.0, 0.0, width, height].map(Object::number);
    dictionary.set(b"BBox", Object::Array(corner.to_vec()));
    dictionary.set(b"Resources", resources);
}

/// A form of compressed content.
pub(super) fn push_form(
    graph: &mut Graph,
    content: Content,
    size: [f64; 2],
    resources: Dictionary,
) -> ObjectId {
    let mut dictionary = flate_dictionary();
    form_entries(&mut dictionary, size, resources);
    graph.push_stream(dictionary, deflate(&content.into_bytes()))
}
