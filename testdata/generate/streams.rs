//! Cross-reference streams, object streams, hybrids, and the order of a linearised file.

use std::collections::BTreeMap;

use crate::Sample;
use crate::base::{content, minimal, with_form};
use crate::writer::{Classic, File, ID, Objects, Place, Stream, object_stream, stream_body, streamed};

pub(crate) fn samples() -> Vec<Sample> {
    let trailer = format!("/Root 1 0 R /Info 6 0 R /ID {ID}");
    let plain = |how: &Stream| xref_stream_only(&trailer, how);
    let packed = |objects: &Objects, how: &Stream| streamed(objects, "%PDF-1.5", &trailer, how).bytes;
    let form = {
        let mut objects = with_form("7 0 R");
        objects = objects
            .set(7, "<< /Fields [10 0 R] /SigFlags 1 >>")
            .set(10, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /Rect [0 0 0 0] /F 132 /P 3 0 R >>")
            .edit(3, "/Contents", "/Annots [10 0 R] /Contents");
        objects
    };
    let default = Stream::default();
    vec![
        Sample::signed("xref-stream.pdf", "cross-reference stream", plain(&default).bytes),
        Sample::signed("xref-stream-plain.pdf", "cross-reference stream without a filter or /Index", {
            plain(&Stream { flate: false, index: false, ..Stream::default() }).bytes
        }),
        Sample::signed(
            "xref-stream-predictor.pdf",
            "cross-reference stream with PNG predictor, 8-byte offsets",
            plain(&Stream { predictor: true, width: 8, ..Stream::default() }).bytes,
        ),
        Sample::signed(
            "xref-stream-default-type.pdf",
            "cross-reference stream with /W [0 2 0]",
            default_type(&trailer),
        ),
        Sample::signed(
            "xref-stream-size-beyond.pdf",
            "/Size of a cross-reference stream beyond what is listed",
            plain(&Stream { size_at_least: 40, ..Stream::default() }).bytes,
        ),
        Sample::signed(
            "object-stream.pdf",
            "object stream that holds the catalog and the page",
            packed(&minimal(), &default),
        ),
        Sample::signed(
            "object-stream-form.pdf",
            "form and empty signature field in an object stream",
            packed(&form, &default),
        ),
        Sample::signed("object-stream-plain.pdf", "object stream without a filter", {
            packed(&minimal(), &Stream { flate: false, ..Stream::default() })
        }),
        Sample::signed("object-stream-extends.pdf", "object stream with /Extends", extends(&trailer)),
        Sample::signed(
            "xref-stream-incremental.pdf",
            "two revisions with cross-reference streams",
            incremental(&trailer),
        ),
        Sample::signed(
            "xref-stream-reused-number.pdf",
            "the second cross-reference stream takes the first one's number",
            reused_number(&trailer),
        ),
        Sample::signed(
            "xref-stream-after-table.pdf",
            "classic table, then a cross-reference stream",
            mixed(),
        ),
        Sample::signed("hybrid.pdf", "hybrid: table with /XRefStm", hybrid()),
        Sample::signed(
            "linearized-order.pdf",
            "first-page section at the front, main section by /Prev",
            front(),
        ),
    ]
}

fn xref_stream_only(trailer: &str, how: &Stream) -> File {
    let mut file = File::start("%PDF-1.5", "\n", (b"", false));
    let mut places = BTreeMap::from([(0, Place::Free(0, 65535))]);
    for (&number, body) in &minimal().0 {
        places.insert(number, Place::At(file.object(number, 0, body, "\n"), 0));
    }
    file.xref_stream(7, &places, trailer, how);
    file
}

/// Every entry is in use with generation 0, which widths of zero say; the free list is left out.
fn default_type(trailer: &str) -> Vec<u8> {
    let mut file = File::start("%PDF-1.5", "\n", (b"", false));
    let mut rows = Vec::new();
    for (&number, body) in &minimal().0 {
        let at = file.object(number, 0, body, "\n");
        rows.extend_from_slice(&u16::try_from(at).unwrap().to_be_bytes());
    }
    let xref = file.here();
    rows.extend_from_slice(&u16::try_from(xref).unwrap().to_be_bytes());
    let body = stream_body(&format!("/Type /XRef /Size 8 /W [0 2 0] /Index [1 7] {trailer}"), &rows);
    file.object(7, 0, &body, "\n");
    file.text(&format!("startxref\n{xref}\n%%EOF\n"));
    file.bytes
}

fn extends(trailer: &str) -> Vec<u8> {
    let objects = minimal();
    let mut file = File::start("%PDF-1.5", "\n", (b"", false));
    let mut places = BTreeMap::from([(0, Place::Free(0, 65535))]);
    places.insert(4, Place::At(file.object(4, 0, &objects.0[&4], "\n"), 0));
    for (container, members, extra) in [(7, [1, 2], ""), (8, [3, 5], "/Extends 7 0 R")] {
        let packed: Vec<(u32, &[u8])> = members.iter().map(|n| (*n, objects.0[n].as_slice())).collect();
        places.insert(
            container,
            Place::At(file.object(container, 0, &object_stream(&packed, true, extra), "\n"), 0),
        );
        for (index, number) in members.into_iter().enumerate() {
            places.insert(number, Place::In(container, index as u32));
        }
    }
    places.insert(6, Place::At(file.object(6, 0, &objects.0[&6], "\n"), 0));
    file.xref_stream(9, &places, trailer, &Stream::default());
    file.bytes
}

fn second_text() -> Vec<u8> {
    stream_body("", &content(&["The second revision."]))
}

fn incremental(trailer: &str) -> Vec<u8> {
    let mut file = streamed(&minimal(), "%PDF-1.5", trailer, &Stream::default());
    let prev = file.newest;
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
                /Resources << /Font << /F1 5 0 R >> >> /LastModified (D:20260102000000Z) >>";
    let mut places = BTreeMap::new();
    places.insert(4, Place::At(file.object(4, 0, &second_text(), "\n"), 0));
    let packed = object_stream(&[(3, page.as_bytes())], true, "");
    places.insert(9, Place::At(file.object(9, 0, &packed, "\n"), 0));
    places.insert(3, Place::In(9, 0));
    file.xref_stream(10, &places, &format!("{trailer} /Prev {prev}"), &Stream::default());
    file.bytes
}

fn reused_number(trailer: &str) -> Vec<u8> {
    let mut file = xref_stream_only(trailer, &Stream::default());
    let prev = file.newest;
    let places = BTreeMap::from([(4, Place::At(file.object(4, 0, &second_text(), "\n"), 0))]);
    file.xref_stream(7, &places, &format!("{trailer} /Prev {prev}"), &Stream::default());
    file.bytes
}

fn mixed() -> Vec<u8> {
    let how = Classic { header: "%PDF-1.5", ..Classic::default() };
    let mut file = crate::writer::classic(&minimal(), &how);
    let prev = file.newest;
    let places = BTreeMap::from([(4, Place::At(file.object(4, 0, &second_text(), "\n"), 0))]);
    let trailer = format!("/Root 1 0 R /Info 6 0 R /ID {ID} /Prev {prev}");
    file.xref_stream(7, &places, &trailer, &Stream::default());
    file.bytes
}

/// The information dictionary is in an object stream that only readers of 1.5 see; for the others
/// the table calls it free.
fn hybrid() -> Vec<u8> {
    let objects = minimal();
    let mut file = File::start("%PDF-1.5", "\n", (b"", false));
    let mut places = BTreeMap::from([(0, Place::Free(6, 65535)), (6, Place::Free(0, 0))]);
    for number in 1..=5 {
        places.insert(number, Place::At(file.object(number, 0, &objects.0[&number], "\n"), 0));
    }
    let packed = object_stream(&[(6, objects.0[&6].as_slice())], true, "");
    let container = file.object(7, 0, &packed, "\n");
    let hidden = BTreeMap::from([(6, Place::In(7, 0)), (7, Place::At(container, 0))]);
    let mut aside = file.clone();
    let kept = aside.bytes.len();
    aside.xref_stream(8, &hidden, "", &Stream::default());
    // Only the stream itself goes into the file, not the `startxref` that would follow it.
    let end = aside.bytes.windows(9).rposition(|window| window == b"startxref").unwrap();
    let hidden_at = file.here();
    file.bytes.extend_from_slice(&aside.bytes[kept..end]);
    places.insert(7, Place::At(container, 0));
    places.insert(8, Place::At(hidden_at, 0));
    let trailer = format!("/Size 9 /Root 1 0 R /Info 6 0 R /ID {ID} /XRefStm {hidden_at}");
    file.table(&places, &trailer, &Classic::default());
    file.bytes
}

/// The layout of a linearised file without its hints: the first page's objects and their table come
/// first, `startxref` at the end names that table, the table at the end is its `/Prev`.
fn front() -> Vec<u8> {
    let objects = minimal();
    let mut file = File::start("%PDF-1.4", "\n", (b"", false));
    let table = file.here();
    // Offsets are not known yet; the section has a fixed length and is written over afterwards.
    let section = |places: &[usize], prev: usize| {
        let mut text = String::from("xref\n3 3\n");
        for at in places {
            text.push_str(&format!("{at:010} 00000 n \n"));
        }
        text.push_str(&format!("trailer\n<< /Size 7 /Root 1 0 R /Info 6 0 R /ID {ID} /Prev {prev:010} >>\n"));
        text.push_str("startxref\n0\n%%EOF\n");
        text
    };
    let length = section(&[0, 0, 0], 0).len();
    file.bytes.extend(std::iter::repeat_n(b' ', length));
    let first: Vec<usize> = [3, 4, 5].iter().map(|n| file.object(*n, 0, &objects.0[n], "\n")).collect();
    let rest: Vec<usize> = [1, 2, 6].iter().map(|n| file.object(*n, 0, &objects.0[n], "\n")).collect();
    let main = file.here();
    file.text("xref\n0 3\n0000000000 65535 f \n");
    file.text(&format!("{:010} 00000 n \n{:010} 00000 n \n", rest[0], rest[1]));
    file.text(&format!("6 1\n{:010} 00000 n \ntrailer\n<< /Size 7 >>\nstartxref\n{table}\n%%EOF\n", rest[2]));
    let front = section(&first, main);
    file.bytes[table..table + length].copy_from_slice(front.as_bytes());
    file.bytes
}
