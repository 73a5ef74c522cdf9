//! Large files for the benchmarks: the same bytes on every machine, made on demand, never committed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::{Compression, write::ZlibEncoder};

/// What [`write`] can make.
pub(crate) const KINDS: [&str; 4] = ["100mb", "1gb", "200k-table", "200k-streams"];

/// Objects in the two files that stress the cross-reference.
const MANY: u32 = 200_000;
/// Objects in one object stream.
const PER_STREAM: u32 = 100;
/// Bytes of one image-like stream.
const IMAGE: usize = 1 << 20;

const ID: &str = "[<4B79736F2062656E6368206461746131> <4B79736F2062656E6368206461746131>]";

/// Writes the file called `kind` to `path` and returns its length in bytes.
pub(crate) fn write(kind: &str, path: &Path) -> io::Result<u64> {
    let mut out =
        Out { to: BufWriter::with_capacity(1 << 20, File::create(path)?), at: 0, state: 0x6B79_736F };
    match kind {
        "100mb" => images(&mut out, 100_000_000)?,
        "1gb" => images(&mut out, 1_000_000_000)?,
        "200k-table" => many_with_table(&mut out)?,
        "200k-streams" => many_with_streams(&mut out)?,
        _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("no such file: {kind}"))),
    }
    out.to.flush()?;
    Ok(out.at)
}

struct Out {
    to: BufWriter<File>,
    at: u64,
    state: u64,
}

impl Out {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at += bytes.len() as u64;
        self.to.write_all(bytes)
    }

    fn object(&mut self, number: u32, body: &[u8]) -> io::Result<u64> {
        let at = self.at;
        self.put(format!("{number} 0 obj\n").as_bytes())?;
        self.put(body)?;
        self.put(b"\nendobj\n")?;
        Ok(at)
    }

    /// The next value of a xorshift generator: enough that nothing compresses or repeats.
    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn header(&mut self) -> io::Result<()> {
        self.put(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
    }

    fn table(&mut self, offsets: &[u64]) -> io::Result<()> {
        let xref = self.at;
        self.put(format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1).as_bytes())?;
        for offset in offsets {
            self.put(format!("{offset:010} 00000 n \n").as_bytes())?;
        }
        let size = offsets.len() + 1;
        let trailer = format!("trailer\n<< /Size {size} /Root 1 0 R /ID {ID} >>\nstartxref\n{xref}\n%%EOF\n");
        self.put(trailer.as_bytes())
    }
}

const CATALOG: &[u8] = b"<< /Type /Catalog /Pages 2 0 R >>";
const PAGES: &[u8] = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
const PAGE: &[u8] = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>";

/// One page and as many image streams of one MiB as fill `bytes`.
fn images(out: &mut Out, bytes: u64) -> io::Result<()> {
    out.header()?;
    let mut offsets = Vec::new();
    for (number, body) in [(1, CATALOG), (2, PAGES), (3, PAGE)] {
        offsets.push(out.object(number, body)?);
    }
    let mut data = vec![0u8; IMAGE];
    let mut number = 4;
    while out.at < bytes {
        for chunk in data.chunks_mut(8) {
            let value = out.next().to_le_bytes();
            chunk.copy_from_slice(&value[..chunk.len()]);
        }
        let mut body = format!(
            "<< /Type /XObject /Subtype /Image /Width 1024 /Height 1024 /ColorSpace /DeviceGray \
             /BitsPerComponent 8 /Length {IMAGE} >>\nstream\n"
        )
        .into_bytes();
        body.extend_from_slice(&data);
        body.extend_from_slice(b"\nendstream");
        offsets.push(out.object(number, &body)?);
        number += 1;
    }
    out.table(&offsets)
}

/// A dictionary that says little in `digits` hexadecimal digits.
fn filler(out: &mut Out, number: u32, digits: usize) -> Vec<u8> {
    let mut hex = String::with_capacity(digits + 16);
    while hex.len() < digits {
        hex.push_str(&format!("{:016X}", out.next()));
    }
    hex.truncate(digits);
    format!("<< /N {number} /V <{hex}> >>").into_bytes()
}

fn many_with_table(out: &mut Out) -> io::Result<()> {
    out.header()?;
    let mut offsets = Vec::new();
    for (number, body) in [(1, CATALOG), (2, PAGES), (3, PAGE)] {
        offsets.push(out.object(number, body)?);
    }
    for number in 4..=MANY {
        let body = filler(out, number, 40);
        offsets.push(out.object(number, &body)?);
    }
    out.table(&offsets)
}

/// All but the containers are in object streams of a hundred; the catalog is in the last of them.
fn many_with_streams(out: &mut Out) -> io::Result<()> {
    out.header()?;
    let mut members: Vec<u32> = (4..=MANY).collect();
    members.extend([1, 2, 3]);
    let mut rows = vec![(0u8, 0u64, 65535u16); 1];
    rows.resize(MANY as usize + 1, (0, 0, 0));
    let mut container = MANY + 1;
    for group in members.chunks(PER_STREAM as usize) {
        let (mut heads, mut bodies) = (String::new(), Vec::new());
        for (index, &number) in group.iter().enumerate() {
            heads.push_str(&format!("{number} {} ", bodies.len()));
            match number {
                1 => bodies.extend_from_slice(CATALOG),
                2 => bodies.extend_from_slice(PAGES),
                3 => bodies.extend_from_slice(PAGE),
                _ => bodies.extend_from_slice(&filler(out, number, 180)),
            }
            bodies.push(b'\n');
            rows[number as usize] = (2, u64::from(container), index as u16);
        }
        let mut data = heads.clone().into_bytes();
        data.extend_from_slice(&bodies);
        let packed = deflate(&data)?;
        let mut body = format!(
            "<< /Type /ObjStm /N {} /First {} /Filter /FlateDecode /Length {} >>\nstream\n",
            group.len(),
            heads.len(),
            packed.len()
        )
        .into_bytes();
        body.extend_from_slice(&packed);
        body.extend_from_slice(b"\nendstream");
        let at = out.object(container, &body)?;
        rows.push((1, at, 0));
        container += 1;
    }
    let xref = out.at;
    rows.push((1, xref, 0));
    let mut data = Vec::with_capacity(rows.len() * 8);
    for (kind, second, third) in &rows {
        data.push(*kind);
        data.extend_from_slice(&second.to_be_bytes()[3..]);
        data.extend_from_slice(&third.to_be_bytes());
    }
    let packed = deflate(&data)?;
    let mut body = format!(
        "<< /Type /XRef /Size {} /W [1 5 2] /Root 1 0 R /ID {ID} /Filter /FlateDecode /Length {} >>\nstream\n",
        rows.len(),
        packed.len()
    )
    .into_bytes();
    body.extend_from_slice(&packed);
    body.extend_from_slice(b"\nendstream");
    out.object(container, &body)?;
    out.put(format!("startxref\n{xref}\n%%EOF\n").as_bytes())
}

fn deflate(data: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(data)?;
    encoder.finish()
}
