//! The file around the objects: header, table, trailer, revisions, damage.

use std::collections::BTreeMap;

use crate::Sample;
use crate::base::{content, minimal};
use crate::writer::{Classic, File, ID, Objects, Padding, Place, append, classic};

pub(crate) fn samples() -> Vec<Sample> {
    let mut all = vec![
        sound("minimal.pdf", "classic table, nothing else", Classic::default()),
        sound("version-1.2.pdf", "PDF 1.2", with_header("%PDF-1.2")),
        sound("version-1.4.pdf", "PDF 1.4", with_header("%PDF-1.4")),
        sound("version-2.0.pdf", "PDF 2.0", with_header("%PDF-2.0")),
        sound(
            "crlf-1.3.pdf",
            "CRLF line ends, PDF 1.3",
            Classic { header: "%PDF-1.3", eol: "\r\n", ..Classic::default() },
        ),
        sound(
            "no-id.pdf",
            "no /ID",
            Classic { trailer: "/Root 1 0 R /Info 6 0 R".into(), ..Classic::default() },
        ),
        sound(
            "no-info.pdf",
            "no /Info",
            Classic { trailer: format!("/Root 1 0 R /ID {ID}"), ..Classic::default() },
        ),
        sound(
            "trailer-unknown-keys.pdf",
            "trailer keys that nobody defines",
            Classic {
                trailer: format!(
                    "/Root 1 0 R /Info 6 0 R /ID {ID} /KYSO_Note (kept) /KYSO_List [1 0 R 2 0 R]"
                ),
                ..Classic::default()
            },
        ),
        sound(
            "catalog-generation-3.pdf",
            "the catalog has generation 3",
            Classic {
                trailer: format!("/Root 1 3 R /Info 6 0 R /ID {ID}"),
                generations: BTreeMap::from([(1, 3)]),
                ..Classic::default()
            },
        ),
        sound(
            "header-adobe-ps.pdf",
            "damaged: header %!PS-Adobe-3.0 PDF-1.4",
            with_header("%!PS-Adobe-3.0 PDF-1.4"),
        ),
        sound(
            "junk-before-from-header.pdf",
            "junk before the header, offsets count from the header",
            Classic {
                junk: (b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n", false),
                ..Classic::default()
            },
        ),
        sound(
            "junk-before-from-zero.pdf",
            "junk before the header, offsets count from byte 0",
            Classic {
                junk: (b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n", true),
                ..Classic::default()
            },
        ),
        sound(
            "junk-after-eof.pdf",
            "junk after %%EOF",
            Classic { tail: b"\r\n--boundary--\r\n<!-- served by a machine -->\r\n", ..Classic::default() },
        ),
        sound(
            "zeros-after-eof.pdf",
            "2,000 zero bytes after %%EOF",
            Classic { tail: &[0; 2000], ..Classic::default() },
        ),
        sound(
            "wrong-startxref.pdf",
            "damaged: startxref points into an object",
            Classic { startxref_shift: -300, ..Classic::default() },
        ),
        sound(
            "startxref-beyond-end.pdf",
            "damaged: startxref lies beyond the end",
            Classic { startxref_shift: 1_000_000, ..Classic::default() },
        ),
        sound(
            "startxref-off-by-two.pdf",
            "damaged: startxref two bytes late",
            Classic { startxref_shift: 2, ..Classic::default() },
        ),
        sound(
            "table-off-by-one.pdf",
            "damaged: every offset one byte late",
            Classic { entry_shift: 1, ..Classic::default() },
        ),
        sound(
            "table-starts-at-one.pdf",
            "damaged: the subsection says 1, its first entry is object 0",
            Classic { first: 1, ..Classic::default() },
        ),
        sound(
            "table-wrong-offsets.pdf",
            "damaged: offsets 40 bytes early",
            Classic { entry_shift: -40, ..Classic::default() },
        ),
        sound(
            "table-space-padded.pdf",
            "damaged: offsets padded with spaces",
            Classic { padding: Padding::Spaces, ..Classic::default() },
        ),
        sound(
            "table-19-byte-entries.pdf",
            "damaged: entries of 19 bytes",
            Classic { padding: Padding::Nineteen, ..Classic::default() },
        ),
        sound(
            "short-size.pdf",
            "damaged: /Size smaller than the highest object",
            Classic { size: Some(4), ..Classic::default() },
        ),
        sound(
            "missing-xref.pdf",
            "damaged: no table, no trailer, no startxref",
            Classic { table: false, ..Classic::default() },
        ),
        sound(
            "missing-root.pdf",
            "damaged: the trailer names no catalog, the file has one",
            Classic { trailer: format!("/Info 6 0 R /ID {ID}"), ..Classic::default() },
        ),
    ];
    all.push(Sample::signed("no-eol-at-end.pdf", "the file ends at the F of %%EOF", {
        let mut bytes = classic(&minimal(), &Classic::default()).bytes;
        bytes.pop();
        bytes
    }));
    all.push(Sample::signed("truncated.pdf", "damaged: cut in the middle of the table", {
        let mut bytes = classic(&minimal(), &Classic::default()).bytes;
        let cut = bytes.windows(4).position(|window| window == b"xref").unwrap() + 60;
        bytes.truncate(cut);
        bytes
    }));
    all.push(Sample::refused(
        "no-catalog-anywhere.pdf",
        "damaged: no catalog in the file",
        "refuse: no catalog",
        classic(&minimal().remove(1), &Classic::default()).bytes,
    ));
    all.push(Sample::refused("not-a-pdf.pdf", "not a PDF at all", "refuse: not a PDF", {
        b"From: someone\r\nSubject: the contract\r\n\r\nSee the attachment.\r\n".to_vec()
    }));
    all.push(Sample::refused("empty.pdf", "no bytes", "refuse: not a PDF", Vec::new()));
    all.extend(syntax());
    all.extend(revisions());
    all.extend(documents());
    all
}

fn with_header(header: &'static str) -> Classic {
    Classic { header, ..Classic::default() }
}

fn sound(file: &'static str, stresses: &'static str, how: Classic) -> Sample {
    Sample::signed(file, stresses, classic(&minimal(), &how).bytes)
}

/// Ways of writing an object that are legal and rarely seen.
fn syntax() -> Vec<Sample> {
    let mut names = minimal();
    names = names
        .set(1, "<< /T#79pe /C#61talog /P#61ges 2 0 R /Odd#20Name#2F (a name with a space and a slash) >>");
    let mut odd = minimal();
    odd = odd.set(1, "<</Type/Catalog%a comment with >> and (parentheses\n/Pages 2\t0\r\nR/Lang(vi\\055VN)/X[/A/B<</C(\\(un)>>]>>")
        .set(6, "<</Title(Nested (parentheses) and \\\\ \\) an \\\nescaped line end)/Author<FEFF0110 1ED3006E0067>\n\n>>");
    let mut indirect = minimal();
    let text = content(&["The length of this stream is another object."]);
    let mut body = b"<< /Length 7 0 R >>\nstream\r\n".to_vec();
    body.extend_from_slice(&text);
    body.extend_from_slice(b"\nendstream");
    indirect.0.insert(4, body);
    indirect = indirect.set(7, &text.len().to_string());
    let mut dangling = minimal();
    dangling = dangling
        .set(1, "<< /Type /Catalog /Pages 2 0 R /Outlines 90 0 R /AcroForm 91 0 R /Metadata 92 0 R >>")
        .edit(3, "/Contents", "/Annots 93 0 R /Contents");
    let mut decoy = minimal();
    decoy = decoy.stream(4, "", b"BT /F1 12 Tf 72 770 Td (1 0 obj << /Type /Catalog /Pages 99 0 R >> endobj) Tj ET\n% startxref\n% 5\n% %%EOF");
    let default = Classic::default();
    let unlisted = Classic { table: false, ..Classic::default() };
    vec![
        Sample::signed(
            "names-hash.pdf",
            "dictionary names written with #xx",
            classic(&names, &default).bytes,
        ),
        Sample::signed(
            "odd-syntax.pdf",
            "comments, no white space, escapes, nested strings",
            classic(&odd, &default).bytes,
        ),
        Sample::signed(
            "indirect-length.pdf",
            "stream /Length is a later object",
            classic(&indirect, &default).bytes,
        ),
        Sample::signed(
            "dangling-references.pdf",
            "references to objects that do not exist",
            classic(&dangling, &default).bytes,
        ),
        Sample::signed(
            "decoy-in-stream.pdf",
            "damaged: no table, and a stream that holds the text of a catalog",
            classic(&decoy, &unlisted).bytes,
        ),
        Sample::signed("gaps-in-numbers.pdf", "object numbers 7 to 49 are free", {
            classic(&minimal().set(50, "(the highest)"), &default).bytes
        }),
    ]
}

/// Several revisions, and chains of them that lead nowhere.
fn revisions() -> Vec<Sample> {
    let trailer = format!("/Size 8 /Root 1 0 R /Info 6 0 R /ID {ID}");
    let second = |file: &mut File| {
        let mut objects = Objects::default();
        objects =
            objects.stream(4, "", &content(&["The second revision."])).set(7, "(new in the second revision)");
        append(file, &objects, &trailer);
    };
    let mut updated = classic(&minimal(), &Classic::default());
    second(&mut updated);
    let two = updated.bytes.clone();
    let mut objects = Objects::default();
    objects = objects.stream(4, "", &content(&["The third revision."]));
    append(&mut updated, &objects, &trailer);
    let three = updated.bytes;

    let mut freed = classic(&minimal().set(7, "(to be deleted)"), &Classic::default());
    let prev = freed.newest;
    freed.table(
        &BTreeMap::from([(0, Place::Free(7, 65535)), (7, Place::Free(0, 1))]),
        &format!("{trailer} /Prev {prev}"),
        &Classic::default(),
    );
    let deleted = freed.bytes.clone();
    let prev = freed.newest;
    let at = freed.object(7, 1, b"(the number is used again)", "\n");
    freed.table(
        &BTreeMap::from([(0, Place::Free(0, 65535)), (7, Place::At(at, 1))]),
        &format!("{trailer} /Prev {prev}"),
        &Classic::default(),
    );

    let mut version = classic(&minimal(), &with_header("%PDF-1.4"));
    let mut objects = Objects::default();
    objects = objects.set(1, "<< /Type /Catalog /Version /2.0 /Pages 2 0 R >>");
    append(&mut version, &objects, &trailer.replace("/Size 8", "/Size 7"));

    vec![
        Sample::signed("incremental-two.pdf", "two revisions", two),
        Sample::signed("incremental-three.pdf", "three revisions", three),
        Sample::signed("incremental-deleted.pdf", "the second revision frees an object", deleted),
        Sample::signed("incremental-reused.pdf", "a freed number used again with generation 1", freed.bytes),
        Sample::signed("version-by-update.pdf", "PDF 2.0 by /Version in an update", version.bytes),
        Sample::signed(
            "prev-loop.pdf",
            "hostile: two sections name each other as /Prev",
            prev_loop(&trailer),
        ),
        Sample::signed("prev-self.pdf", "hostile: a section names itself as /Prev", prev_self()),
        Sample::signed("prev-beyond-end.pdf", "damaged: /Prev lies beyond the end", {
            let how = Classic {
                trailer: format!("/Root 1 0 R /Info 6 0 R /ID {ID} /Prev 900000"),
                ..Classic::default()
            };
            classic(&minimal(), &how).bytes
        }),
    ]
}

/// The first section's `/Prev` is written as a fixed-width number and set once the second is placed.
fn prev_loop(trailer: &str) -> Vec<u8> {
    let how = Classic {
        trailer: format!("/Root 1 0 R /Info 6 0 R /ID {ID} /Prev 0000000000"),
        ..Classic::default()
    };
    let mut file = classic(&minimal(), &how);
    let mut objects = Objects::default();
    objects = objects.set(7, "(second)");
    append(&mut file, &objects, trailer);
    patch(&mut file.bytes, b"0000000000 >>", format!("{:010} >>", file.newest).as_bytes());
    file.bytes
}

fn prev_self() -> Vec<u8> {
    let how = Classic {
        trailer: format!("/Root 1 0 R /Info 6 0 R /ID {ID} /Prev 0000000000"),
        ..Classic::default()
    };
    let mut file = classic(&minimal(), &how);
    patch(&mut file.bytes, b"0000000000 >>", format!("{:010} >>", file.newest).as_bytes());
    file.bytes
}

pub(crate) fn patch(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|window| window == from).expect("the bytes to be patched");
    bytes[at..at + to.len()].copy_from_slice(to);
}

/// Documents for people and for the benchmark.
fn documents() -> Vec<Sample> {
    let mut demo = minimal();
    demo = demo.stream(4, "", &content(&DEMO)).set(
        6,
        "<< /Title (Demonstration contract) /Producer (kyso testdata) /CreationDate (D:20260101000000Z) >>",
    );
    let mut bench = minimal();
    let lines: Vec<String> = (1..=34)
        .map(|n| format!("{n:02}. The parties agree that clause {n} is binding from the date of signature."))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).take(25).collect();
    bench = bench.stream(4, "", &content(&lines));
    let bench = classic(&bench, &with_header("%PDF-1.4")).bytes;
    assert!((2800..=3200).contains(&bench.len()), "bench-3kb.pdf has {} bytes", bench.len());
    vec![
        Sample::signed("demo.pdf", "one page for people to read", classic(&demo, &Classic::default()).bytes),
        Sample::signed("bench-3kb.pdf", "the document of the benchmark pipeline/pdf/3KB", bench),
    ]
}

const DEMO: [&str; 27] = [
    "CONTRACT No. 01/2026            HOP DONG So 01/2026",
    "",
    "This is the sample that kyso signs when it shows what it does.",
    "Day la van ban mau de kyso trinh dien viec ky so.",
    "",
    "Between:   the Seller, An Binh Trading Co., Ltd.",
    "           Ben ban: Cong ty TNHH Thuong mai An Binh",
    "And:       the Buyer, Hoa Sen Joint Stock Company",
    "           Ben mua: Cong ty Co phan Hoa Sen",
    "",
    "1. The Seller delivers forty boxes of tea to the Buyer in Da Nang.",
    "   Ben ban giao bon muoi thung tra cho ben mua tai Da Nang.",
    "",
    "2. The Buyer pays 12,000,000 VND within thirty days of delivery.",
    "   Ben mua tra 12.000.000 dong trong ba muoi ngay sau khi nhan hang.",
    "",
    "3. Both parties accept this document in electronic form. A digital",
    "   signature has the same force as one on paper.",
    "   Hai ben chap nhan van ban dien tu; chu ky so co gia tri nhu chu ky",
    "   tren giay.",
    "",
    "4. What is signed is the file, byte for byte. A later change is visible",
    "   to anyone who verifies it.",
    "   Noi dung duoc ky la toan bo tep; moi thay doi ve sau deu bi phat hien.",
    "",
    "Da Nang, 1 January 2026",
    "(the names above are invented / cac ten tren day deu la hu cau)",
];
