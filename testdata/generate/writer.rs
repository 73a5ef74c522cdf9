//! Lays objects out as a PDF file, soundly or with one chosen fault.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use flate2::{Compression, write::ZlibEncoder};

/// The `/ID` that every file of this set carries, unless it is about not having one.
pub(crate) const ID: &str = "[<4B79736F20746573742064617461203031> <4B79736F20746573742064617461203031>]";

/// The objects of one revision, by number.
#[derive(Clone, Default)]
pub(crate) struct Objects(pub(crate) BTreeMap<u32, Vec<u8>>);

impl Objects {
    pub(crate) fn set(mut self, number: u32, body: &str) -> Self {
        self.0.insert(number, body.as_bytes().to_vec());
        self
    }

    pub(crate) fn stream(mut self, number: u32, entries: &str, data: &[u8]) -> Self {
        self.0.insert(number, stream_body(entries, data));
        self
    }

    pub(crate) fn remove(mut self, number: u32) -> Self {
        self.0.remove(&number);
        self
    }

    /// Replaces `from`, which must be there, in the body of one object.
    pub(crate) fn edit(self, number: u32, from: &str, to: &str) -> Self {
        let body = String::from_utf8(self.0[&number].clone()).expect("edited objects are text");
        assert!(body.contains(from), "object {number} does not contain {from:?}");
        self.set(number, &body.replacen(from, to, 1))
    }

    fn highest(&self) -> u32 {
        self.0.keys().next_back().copied().unwrap_or(0)
    }
}

/// `<< entries /Length n >> stream … endstream`.
pub(crate) fn stream_body(entries: &str, data: &[u8]) -> Vec<u8> {
    let mut body = format!("<< {entries} /Length {} >>\nstream\n", data.len()).into_bytes();
    body.extend_from_slice(data);
    body.extend_from_slice(b"\nendstream");
    body
}

pub(crate) fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(data).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// How a classic table and its surroundings are written; the default is sound.
#[derive(Clone)]
pub(crate) struct Classic {
    pub(crate) header: &'static str,
    pub(crate) eol: &'static str,
    /// Bytes before the header, and whether offsets count them.
    pub(crate) junk: (&'static [u8], bool),
    pub(crate) tail: &'static [u8],
    /// Added to every offset of the table.
    pub(crate) entry_shift: i64,
    pub(crate) startxref_shift: i64,
    /// The first object number that the subsection header claims.
    pub(crate) first: u32,
    pub(crate) padding: Padding,
    /// `/Size`, when it is not the right one.
    pub(crate) size: Option<u32>,
    pub(crate) trailer: String,
    pub(crate) table: bool,
    pub(crate) generations: BTreeMap<u32, u16>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Padding {
    /// Ten digits with zeros, twenty bytes an entry.
    Zeros,
    /// Ten places with spaces, twenty bytes an entry.
    Spaces,
    /// A bare line feed: nineteen bytes an entry.
    Nineteen,
}

impl Default for Classic {
    fn default() -> Self {
        Self {
            header: "%PDF-1.7",
            eol: "\n",
            junk: (b"", false),
            tail: b"",
            entry_shift: 0,
            startxref_shift: 0,
            first: 0,
            padding: Padding::Zeros,
            size: None,
            trailer: format!("/Root 1 0 R /Info 6 0 R /ID {ID}"),
            table: true,
            generations: BTreeMap::new(),
        }
    }
}

/// A file being put together, revision by revision.
#[derive(Clone, Default)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    /// Where the newest cross-reference section stands, as `startxref` would say.
    pub(crate) newest: usize,
    base: usize,
}

/// Where one object is: an offset with its generation, or a place in an object stream.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Free(u32, u16),
    At(usize, u16),
    In(u32, u32),
}

impl File {
    /// Starts with the header and the line of four high bytes that marks a binary file.
    pub(crate) fn start(header: &str, eol: &str, junk: (&[u8], bool)) -> Self {
        let mut bytes = junk.0.to_vec();
        let base = if junk.1 { 0 } else { bytes.len() };
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(eol.as_bytes());
        bytes.extend_from_slice(b"%\xE2\xE3\xCF\xD3");
        bytes.extend_from_slice(eol.as_bytes());
        Self { bytes, newest: 0, base }
    }

    /// The offset, as the file counts, of the next byte.
    pub(crate) fn here(&self) -> usize {
        self.bytes.len() - self.base
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Writes one object and returns its offset.
    pub(crate) fn object(&mut self, number: u32, generation: u16, body: &[u8], eol: &str) -> usize {
        let at = self.here();
        self.text(&format!("{number} {generation} obj{eol}"));
        self.bytes.extend_from_slice(body);
        self.text(&format!("{eol}endobj{eol}"));
        at
    }

    /// A cross-reference table with ascending subsections and its trailer.
    pub(crate) fn table(&mut self, places: &BTreeMap<u32, Place>, trailer: &str, how: &Classic) {
        let eol = how.eol;
        let xref = self.here();
        self.text(&format!("xref{eol}"));
        for run in runs(places) {
            let first = if run[0].0 == 0 { how.first } else { run[0].0 };
            self.text(&format!("{first} {}{eol}", run.len()));
            for (_, place) in run {
                self.text(&entry(place, how));
            }
        }
        self.text(&format!("trailer{eol}<< {trailer} >>{eol}"));
        self.finish(xref.saturating_add_signed(how.startxref_shift as isize), eol);
        self.newest = xref;
    }

    /// A cross-reference stream, numbered `number`, which lists itself.
    pub(crate) fn xref_stream(
        &mut self,
        number: u32,
        places: &BTreeMap<u32, Place>,
        trailer: &str,
        how: &Stream,
    ) {
        let xref = self.here();
        let mut places = places.clone();
        places.insert(number, Place::At(xref, 0));
        let size =
            places.keys().next_back().copied().unwrap_or(0).max(how.size_at_least.saturating_sub(1)) + 1;
        let index = runs(&places).iter().fold(String::new(), |mut text, run| {
            let _ = write!(text, "{} {} ", run[0].0, run.len());
            text
        });
        let width = 1 + how.width + 2;
        let mut rows = Vec::new();
        for place in places.values() {
            let (kind, second, third) = match *place {
                Place::Free(next, generation) => (0, u64::from(next), generation),
                Place::At(offset, generation) => (1, offset as u64, generation),
                Place::In(stream, index) => (2, u64::from(stream), index as u16),
            };
            rows.push(kind);
            rows.extend_from_slice(&second.to_be_bytes()[8 - how.width..]);
            rows.extend_from_slice(&third.to_be_bytes());
        }
        let mut entries = format!("/Type /XRef /Size {size} /W [1 {} 2] {trailer}", how.width);
        if how.index {
            let _ = write!(entries, " /Index [{}]", index.trim_end());
        }
        if how.predictor {
            rows = up_predict(&rows, width);
            let _ = write!(entries, " /DecodeParms << /Predictor 12 /Columns {width} >>");
        }
        if how.flate {
            rows = deflate(&rows);
            entries.push_str(" /Filter /FlateDecode");
        }
        let body = stream_body(&entries, &rows);
        self.object(number, 0, &body, "\n");
        self.finish(xref, "\n");
        self.newest = xref;
    }

    fn finish(&mut self, startxref: usize, eol: &str) {
        self.text(&format!("startxref{eol}{startxref}{eol}%%EOF{eol}"));
    }
}

/// How a cross-reference stream is written.
#[derive(Clone)]
pub(crate) struct Stream {
    pub(crate) flate: bool,
    pub(crate) predictor: bool,
    pub(crate) index: bool,
    /// Bytes of the second field.
    pub(crate) width: usize,
    pub(crate) size_at_least: u32,
}

impl Default for Stream {
    fn default() -> Self {
        Self { flate: true, predictor: false, index: true, width: 3, size_at_least: 0 }
    }
}

/// PNG's *up* filter over rows of `width` bytes.
fn up_predict(rows: &[u8], width: usize) -> Vec<u8> {
    let mut above = vec![0u8; width];
    let mut out = Vec::with_capacity(rows.len() + rows.len() / width);
    for row in rows.chunks(width) {
        out.push(2);
        out.extend(row.iter().zip(&above).map(|(byte, up)| byte.wrapping_sub(*up)));
        above.copy_from_slice(row);
    }
    out
}

/// Stretches of consecutive object numbers.
fn runs(places: &BTreeMap<u32, Place>) -> Vec<Vec<(u32, Place)>> {
    let mut runs: Vec<Vec<(u32, Place)>> = Vec::new();
    for (&number, &place) in places {
        match runs.last_mut() {
            Some(run) if run[run.len() - 1].0 + 1 == number => run.push((number, place)),
            _ => runs.push(vec![(number, place)]),
        }
    }
    runs
}

fn entry(place: Place, how: &Classic) -> String {
    let (value, generation, kind) = match place {
        Place::Free(next, generation) => (next as usize, generation, 'f'),
        Place::At(offset, generation) => {
            (offset.saturating_add_signed(how.entry_shift as isize), generation, 'n')
        }
        Place::In(..) => panic!("a table cannot point into an object stream"),
    };
    let end = match (how.padding, how.eol) {
        (Padding::Nineteen, _) => "\n",
        (_, "\r\n") => "\r\n",
        _ => " \n",
    };
    match how.padding {
        Padding::Spaces => format!("{value:>10} {generation:05} {kind}{end}"),
        _ => format!("{value:010} {generation:05} {kind}{end}"),
    }
}

/// One revision with a classic table.
pub(crate) fn classic(objects: &Objects, how: &Classic) -> File {
    let mut file = File::start(how.header, how.eol, how.junk);
    let mut places = BTreeMap::from([(0, Place::Free(0, 65535))]);
    for (&number, body) in &objects.0 {
        let generation = how.generations.get(&number).copied().unwrap_or(0);
        let at = file.object(number, generation, body, how.eol);
        places.insert(number, Place::At(at, generation));
    }
    // A number that is skipped is a free entry: a first revision has one subsection, always.
    let gaps: Vec<u32> = (1..objects.highest()).filter(|number| !objects.0.contains_key(number)).collect();
    for (index, &gap) in gaps.iter().enumerate() {
        places.insert(gap, Place::Free(gaps.get(index + 1).copied().unwrap_or(0), 1));
    }
    if let Some(&first) = gaps.first() {
        places.insert(0, Place::Free(first, 65535));
    }
    let size = how.size.unwrap_or(objects.highest() + 1);
    if how.table {
        file.table(&places, &format!("/Size {size} {}", how.trailer), how);
    }
    file.bytes.extend_from_slice(how.tail);
    file
}

/// Adds a revision with a classic table to a file.
pub(crate) fn append(file: &mut File, objects: &Objects, trailer: &str) {
    let mut places = BTreeMap::new();
    for (&number, body) in &objects.0 {
        let at = file.object(number, 0, body, "\n");
        places.insert(number, Place::At(at, 0));
    }
    let prev = file.newest;
    file.table(&places, &format!("{trailer} /Prev {prev}"), &Classic::default());
}

/// The body of an object stream: entries, then objects, in the order given.
pub(crate) fn object_stream(objects: &[(u32, &[u8])], flate: bool, extra: &str) -> Vec<u8> {
    let mut heads = String::new();
    let mut bodies = Vec::new();
    for (number, body) in objects {
        let _ = write!(heads, "{number} {} ", bodies.len());
        bodies.extend_from_slice(body);
        bodies.push(b'\n');
    }
    let first = heads.len();
    let mut data = heads.into_bytes();
    data.extend_from_slice(&bodies);
    let mut entries = format!("/Type /ObjStm /N {} /First {first} {extra}", objects.len());
    if flate {
        data = deflate(&data);
        entries.push_str(" /Filter /FlateDecode");
    }
    stream_body(&entries, &data)
}

/// One revision in which everything that may be is in one object stream.
pub(crate) fn streamed(objects: &Objects, header: &str, trailer: &str, how: &Stream) -> File {
    let mut file = File::start(header, "\n", (b"", false));
    let mut places = BTreeMap::from([(0, Place::Free(0, 65535))]);
    let is_stream = |body: &[u8]| body.ends_with(b"endstream");
    let container = objects.highest() + 1;
    let packed: Vec<(u32, &[u8])> = objects
        .0
        .iter()
        .filter(|(_, body)| !is_stream(body))
        .map(|(n, body)| (*n, body.as_slice()))
        .collect();
    for (index, (number, _)) in packed.iter().enumerate() {
        places.insert(*number, Place::In(container, index as u32));
    }
    for (&number, body) in objects.0.iter().filter(|(_, body)| is_stream(body)) {
        let at = file.object(number, 0, body, "\n");
        places.insert(number, Place::At(at, 0));
    }
    let at = file.object(container, 0, &object_stream(&packed, how.flate, ""), "\n");
    places.insert(container, Place::At(at, 0));
    file.xref_stream(container + 1, &places, trailer, how);
    file
}
