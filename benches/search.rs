//! Text search: the first match on the last of a hundred pages with 3 KB of text each.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kyso::Limits;
use kyso::pdf::{Occurrence, TextPlace, find_text};

const PAGES: usize = 100;

/// What stands at the end of the last page.
const ANCHOR: &str = "Người đại diện ký tên";

/// A document being put together, with a table of where its objects are.
struct File {
    bytes: Vec<u8>,
    offsets: Vec<usize>,
}

impl File {
    fn object(&mut self, body: &[u8]) {
        self.offsets.push(self.bytes.len());
        writeln!(self.bytes, "{} 0 obj", self.offsets.len()).unwrap();
        self.bytes.extend_from_slice(body);
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    fn stream(&mut self, data: &[u8]) {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(data).unwrap();
        let data = encoder.finish().unwrap();
        let mut body = format!("<</Filter/FlateDecode/Length {}>>stream\n", data.len()).into_bytes();
        body.extend_from_slice(&data);
        body.extend_from_slice(b"\nendstream");
        self.object(&body);
    }

    fn finish(mut self) -> Vec<u8> {
        let (at, count) = (self.bytes.len(), self.offsets.len() + 1);
        writeln!(self.bytes, "xref\n0 {count}\n0000000000 65535 f ").unwrap();
        for offset in &self.offsets {
            writeln!(self.bytes, "{offset:010} 00000 n ").unwrap();
        }
        writeln!(self.bytes, "trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF").unwrap();
        self.bytes
    }
}

/// Codes of the composite font: the character's number, which ToUnicode says is so.
fn codes(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |mut codes, unit| {
        write!(codes, "{unit:04X}").unwrap();
        codes
    })
}

/// About 3 KB of text in 45 lines; every fourth one in Vietnamese and in a composite font.
fn content(page: usize, last: bool) -> String {
    let mut content = String::from("BT /F 9 Tf 12 TL 60 780 Td\n");
    for line in 0..45 {
        if line % 4 == 3 {
            let text =
                format!("Điều {line}. Các bên đồng ý rằng khoản {page} có hiệu lực kể từ ngày ký hợp đồng.");
            writeln!(content, "/C 9 Tf <{}> Tj T* /F 9 Tf", codes(&text)).unwrap();
        } else {
            writeln!(content, "[(Clause {line}.{page}: the par) 15 (ties a) -20 (gree that it is binding from the date on.)] TJ T*").unwrap();
        }
    }
    if last {
        let (head, tail) = ANCHOR.split_at(ANCHOR.char_indices().nth(9).unwrap().0);
        writeln!(content, "/C 9 Tf <{}> Tj <{}> Tj", codes(head), codes(tail)).unwrap();
    }
    content + "ET\n"
}

fn document() -> Vec<u8> {
    let mut file = File { bytes: b"%PDF-1.7\n".to_vec(), offsets: Vec::new() };
    let kids: String = (0..PAGES).map(|page| format!("{} 0 R ", 7 + 2 * page)).collect();
    file.object(b"<</Type/Catalog/Pages 2 0 R>>");
    file.object(
        format!(
            "<</Type/Pages/Kids[{kids}]/Count {PAGES}/MediaBox[0 0 595 842]\
             /Resources<</Font<</F 3 0 R/C 4 0 R>>>>>>"
        )
        .as_bytes(),
    );
    file.object(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
    file.object(
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/ToUnicode 5 0 R/DescendantFonts[6 0 R]>>",
    );
    file.stream(
        b"begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
          3 beginbfrange <0020> <007E> <0020> <00A0> <01FF> <00A0> <1E00> <1EFF> <1E00> endbfrange endcmap",
    );
    file.object(b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/DW 520/W[32[250]97 122 500]>>");
    for page in 0..PAGES {
        file.object(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", 8 + 2 * page).as_bytes());
        file.stream(content(page, page + 1 == PAGES).as_bytes());
    }
    file.finish()
}

fn search(criterion: &mut Criterion) {
    let document = document();
    let limits = Limits::default();
    let find = |text: &str, occurrence: Occurrence| -> Vec<TextPlace> {
        find_text(black_box(document.as_slice()), None, text, None, occurrence, &limits).unwrap()
    };
    let places = find(ANCHOR, Occurrence::First);
    assert!(places.len() == 1 && places[0].page as usize == PAGES, "{places:?}");
    assert!(find("not in it", Occurrence::First).is_empty());
    let clauses = find("binding from", Occurrence::Every);
    assert_eq!(clauses.len(), PAGES * 34);
    let mut group = criterion.benchmark_group("search/100-pages");
    group.throughput(Throughput::Elements(PAGES as u64));
    group.bench_function("first-on-last-page", |bencher| {
        bencher.iter(|| find(ANCHOR, Occurrence::First));
    });
    group.bench_function("absent", |bencher| bencher.iter(|| find("not in it", Occurrence::First)));
    group.bench_function("every", |bencher| bencher.iter(|| find("binding from", Occurrence::Every)));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_secs(1));
    targets = search
}
criterion_main!(benches);
