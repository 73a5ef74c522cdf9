//! Documents made to break a reader: each ends in time, in bounded memory, with an error or a result.
//!
//! What may take much memory runs in a process of its own, under a limit on its address space.
#![cfg(feature = "signer")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod signing;
mod support;

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use signing::{Fault, PrepareError, Source, at, identity, verify};

/// The longest that one document may take, prepared, inspected and verified: two seconds each, and some
/// for a busy machine. Code that was not optimised is an order of magnitude slower.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 90 } else { 8 });
/// What a process may have of address space, in KiB; the least that a Rust test program starts with is a tenth.
const ADDRESS_SPACE: u64 = 1 << 20;

/// Names the case that the child of a test is to work on.
const CASE: &str = "KYSO_TEST_HOSTILE_FILE";

/// Prepares, inspects and verifies; says what came of the first.
fn work<S: Source>(source: &S) -> Result<(), PrepareError> {
    let identity = identity("p256");
    let outcome = identity.signing().prepare(source, &at());
    if let Ok(prepared) = &outcome {
        let value = identity.answer(&prepared.request());
        prepared.check(&value).unwrap();
    }
    let limits = signing::Limits::default();
    if let Ok(inspection) = verify::inspect(source, None, &limits) {
        assert!(!inspection.to_string().is_empty());
    }
    if let Ok(report) = verify::pdf(source, &verify::Options::default()) {
        assert!(report.signatures.iter().all(|signature| !signature.is_valid()), "nobody signed this");
    }
    outcome.map(drop)
}

fn timed(name: &str, document: &[u8]) -> Result<(), PrepareError> {
    let start = Instant::now();
    let outcome = work(&document);
    assert!(start.elapsed() < PATIENCE, "{name} took {:?}", start.elapsed());
    if let Err(error) = &outcome {
        assert!(!error.to_string().is_empty());
        assert!(
            matches!(error.fault(), Fault::Document | Fault::Limit | Fault::Unsupported),
            "{name}: {error:?}"
        );
    }
    outcome
}

const SUBJECTS: [&str; 8] = [
    "minimal.pdf",
    "object-stream-form.pdf",
    "xref-stream-predictor.pdf",
    "hybrid.pdf",
    "linearized.pdf",
    "field-hierarchy.pdf",
    "enc-aes-256-empty.pdf",
    "certified-form-filling.pdf",
];

#[test]
fn truncated_documents() {
    for name in SUBJECTS {
        let whole = fs::read(support::pdf(name)).unwrap();
        for end in (0..whole.len()).step_by(97) {
            let outcome = timed(&format!("{name} up to {end}"), &whole[..end]);
            assert!(end > 200 || outcome.is_err(), "{name} up to {end} was prepared");
        }
    }
}

#[test]
fn flipped_bits() {
    for name in SUBJECTS {
        let whole = fs::read(support::pdf(name)).unwrap();
        for at in (0..whole.len()).step_by(31) {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            let _ = timed(&format!("{name} with a bit flipped at {at}"), &changed);
        }
    }
}

#[test]
fn numbers_that_are_out_of_all_proportion() {
    const NUMBERS: [&str; 9] = [
        "0",
        "-1",
        "65536",
        "2147483648",
        "4294967295",
        "9223372036854775807",
        "18446744073709551615",
        "99999999999999999999999999999999",
        "-9223372036854775808",
    ];
    for name in SUBJECTS {
        let whole = fs::read(support::pdf(name)).unwrap();
        let starts =
            (1..whole.len()).filter(|at| whole[*at].is_ascii_digit() && !whole[at - 1].is_ascii_digit());
        let starts: Vec<usize> = starts.collect();
        let step = (starts.len() / 60).max(1);
        for (index, start) in starts.into_iter().step_by(step).enumerate() {
            let length = whole[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let number = NUMBERS[index % NUMBERS.len()];
            let changed = [&whole[..start], number.as_bytes(), &whole[start + length..]].concat();
            let _ = timed(&format!("{name} with {number} at {start}"), &changed);
        }
    }
}

/// A document of these objects, numbered from 1, with a right classic table; the first is the catalog.
fn document(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, body) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
        out.extend_from_slice(body);
        out.extend_from_slice(b"\nendobj\n");
    }
    let start = out.len();
    out.extend_from_slice(table.as_bytes());
    let size = objects.len() + 1;
    out.extend_from_slice(
        format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").as_bytes(),
    );
    out
}

/// Catalog, pages and one page, with these entries added, and more objects from number 4.
fn with(catalog: &str, page: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>").into_bytes(),
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_vec(),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {page} >>").into_bytes(),
    ];
    objects.extend_from_slice(more);
    document(&objects)
}

/// Zlib data that inflates to about `length` zero bytes, and ends in a wrong checksum or not at all.
fn bomb(length: usize) -> Vec<u8> {
    // A block of fixed codes: a zero, then matches of 258 bytes at distance 1, thirteen bits each.
    let mut bits: Vec<bool> = vec![true, true, false];
    let msb_first = |bits: &mut Vec<bool>, code: u32, count: u32| {
        bits.extend((0..count).rev().map(|bit| code >> bit & 1 == 1));
    };
    let a_match = |bits: &mut Vec<bool>| {
        msb_first(bits, 0b1100_0101, 8);
        msb_first(bits, 0, 5);
    };
    msb_first(&mut bits, 0b0011_0000, 8);
    a_match(&mut bits);
    assert_eq!(bits.len() % 8, 0);
    let bytes = |bits: &[bool]| -> Vec<u8> {
        let byte =
            |eight: &[bool]| eight.iter().enumerate().fold(0, |byte, (at, bit)| byte | u8::from(*bit) << at);
        bits.chunks(8).map(byte).collect()
    };
    let mut out = vec![0x78, 0x01];
    out.extend(bytes(&bits));
    let mut eight = Vec::new();
    (0..8).for_each(|_| a_match(&mut eight));
    let period = bytes(&eight);
    assert_eq!(period.len(), 13);
    out.extend(period.iter().copied().cycle().take(length / (258 * 8) * 13));
    // End of block: seven zero bits; then a checksum that is of anything else.
    out.extend_from_slice(&[0, 1, 2, 3, 4]);
    out
}

#[test]
fn the_bomb_is_one() {
    let mut inflated = Vec::new();
    let _ = flate2::read::ZlibDecoder::new(bomb(1 << 20).as_slice()).read_to_end(&mut inflated);
    assert!(inflated.len() >= (1 << 20) - 2064 && inflated.len() <= 1 << 20, "{}", inflated.len());
    assert!(inflated.iter().all(|byte| *byte == 0));
}

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut body = format!("<< {dictionary} /Length {} >>\nstream\n", data.len()).into_bytes();
    body.extend_from_slice(data);
    body.extend_from_slice(b"\nendstream");
    body
}

fn xref_stream_bomb(widths: &str, size: &str, filter: &str, data: &[u8]) -> Vec<u8> {
    let mut out = with("", "", &[]);
    let start = out.len();
    out.extend_from_slice(b"9 0 obj\n");
    let dictionary = format!("/Type /XRef /Size {size} /W [{widths}] /Root 1 0 R {filter}");
    out.extend_from_slice(&stream(&dictionary, data));
    out.extend_from_slice(format!("\nendobj\nstartxref\n{start}\n%%EOF\n").as_bytes());
    out
}

fn object_stream_bomb(data: &[u8], entries: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let container = out.len();
    out.extend_from_slice(b"5 0 obj\n");
    out.extend_from_slice(&stream(&format!("/Type /ObjStm {entries} /Filter /FlateDecode"), data));
    out.extend_from_slice(b"\nendobj\n");
    let start = out.len();
    let mut rows = Vec::new();
    for (kind, first, second) in
        [(0, 0, 0), (2, 5, 0), (2, 5, 1), (2, 5, 2), (2, 5, 3), (1, container, 0), (1, start, 0)]
    {
        rows.push(kind);
        rows.extend_from_slice(&u32::try_from(first).unwrap().to_be_bytes());
        rows.push(second);
    }
    out.extend_from_slice(b"6 0 obj\n");
    out.extend_from_slice(&stream("/Type /XRef /Size 7 /W [1 4 1] /Root 1 0 R", &rows));
    out.extend_from_slice(format!("\nendobj\nstartxref\n{start}\n%%EOF\n").as_bytes());
    out
}

/// The pages are in as many object streams as there are, whose first objects follow a long stretch of blanks.
fn many_object_streams(count: u32, data: &[u8]) -> Vec<u8> {
    let mut out = with("/AcroForm << /Fields [4 0 R 5 0 R 6 0 R 7 0 R 8 0 R 9 0 R 10 0 R] >>", "", &[]);
    let mut rows = Vec::new();
    for index in 0..count {
        rows.extend_from_slice(&[2, 0, 0, 0]);
        rows.extend_from_slice(&[u8::try_from(100 + index).unwrap(), 0]);
    }
    for index in 0..count {
        rows.push(1);
        rows.extend_from_slice(&u32::try_from(out.len()).unwrap().to_be_bytes());
        rows.push(0);
        out.extend_from_slice(format!("{} 0 obj\n", 100 + index).as_bytes());
        out.extend_from_slice(&stream("/Type /ObjStm /N 1 /First 10 /Filter /FlateDecode", data));
        out.extend_from_slice(b"\nendobj\n");
    }
    let previous = support::naive::find(&out, b"xref\n0", 0).unwrap();
    let start = out.len();
    out.extend_from_slice(b"200 0 obj\n");
    let index = format!("/Index [4 {count} 100 {count}] /Prev {previous}");
    out.extend_from_slice(&stream(&format!("/Type /XRef /Size 201 /W [1 4 1] {index} /Root 1 0 R"), &rows));
    out.extend_from_slice(format!("\nendobj\nstartxref\n{start}\n%%EOF\n").as_bytes());
    out
}

/// `count` sections, each of which leads to the one before it.
fn long_chain(count: usize) -> Vec<u8> {
    let mut out = with("", "", &[]);
    let text = String::from_utf8_lossy(&out).into_owned();
    let mut previous: usize =
        text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
    for _ in 0..count {
        let start = out.len();
        out.extend_from_slice(
            format!("xref\n0 0\ntrailer\n<< /Size 4 /Root 1 0 R /Prev {previous} >>\n").as_bytes(),
        );
        previous = start;
    }
    out.extend_from_slice(format!("startxref\n{previous}\n%%EOF\n").as_bytes());
    out
}

fn fields(count: usize, name: impl Fn(usize) -> String) -> Vec<u8> {
    let references: Vec<_> = (4..4 + count).map(|number| format!("{number} 0 R")).collect();
    let form = format!("/AcroForm << /Fields [{}] >>", references.join(" "));
    let fields: Vec<_> =
        (0..count).map(|index| format!("<< /FT /Tx /T ({}) >>", name(index)).into_bytes()).collect();
    with(&form, "", &fields)
}

/// The cases that may take much, by name.
fn case(name: &str) -> Vec<u8> {
    let nested = |open: &str, close: &str, depth: usize| [open.repeat(depth), close.repeat(depth)].concat();
    let many = |item: &str, count: usize| vec![item; count].join(" ");
    match name {
        "arrays a million deep" => with(&format!("/Names {}", nested("[", "]", 1_000_000)), "", &[]),
        "arrays that never end" => with(&format!("/Names {}", "[".repeat(3_000_000)), "", &[]),
        "dictionaries that never end" => with(&format!("/Names {}", "<</A".repeat(1_000_000)), "", &[]),
        "parentheses that never end" => with(&format!("/Names {}", "(".repeat(5_000_000)), "", &[]),
        "an array of a hundred thousand" => with(&format!("/Names [{}]", many("1 0 R", 100_000)), "", &[]),
        "a hundred thousand annotations" => with("", &format!("/Annots [{}]", many("3 0 R", 100_000)), &[]),
        "a million annotations" => with("", &format!("/Annots [{}]", many("null", 1_000_000)), &[]),
        "a hundred thousand kids that are the root" => {
            let kids = many("2 0 R", 100_000);
            document(&[
                b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
                format!("<< /Type /Pages /Count 1 /Kids [{kids}] >>").into_bytes(),
            ])
        }
        "kids in a ring" => document(&[
            b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
            b"<< /Type /Pages /Count 1 /Kids [3 0 R 3 0 R] >>".to_vec(),
            b"<< /Type /Pages /Count 1 /Kids [2 0 R 2 0 R] /Parent 2 0 R >>".to_vec(),
        ]),
        "page nodes that double at every level" => {
            let mut objects = vec![b"<< /Type /Catalog /Pages 2 0 R >>".to_vec()];
            for level in 0..60 {
                let next = level + 3;
                objects
                    .push(format!("<< /Type /Pages /Count 1 /Kids [{next} 0 R {next} 0 R] >>").into_bytes());
            }
            objects.push(b"<< /Type /Pages /Count 0 /Kids [] >>".to_vec());
            document(&objects)
        }
        "form nodes that double at every level" => {
            let mut more = Vec::new();
            for level in 0..60 {
                let next = level + 5;
                more.push(format!("<< /T (n) /Kids [{next} 0 R {next} 0 R] >>").into_bytes());
            }
            more.push(b"<< /T (leaf) /FT /Tx >>".to_vec());
            with("/AcroForm << /Fields [4 0 R] >>", "", &more)
        }
        "a field that is its own kid" => {
            with("/AcroForm << /Fields [4 0 R] >>", "", &[b"<< /T (x) /Kids [4 0 R 4 0 R] >>".to_vec()])
        }
        "references in a ring" => {
            with("/AcroForm 4 0 R", "/Annots 4 0 R", &[b"5 0 R".to_vec(), b"4 0 R".to_vec()])
        }
        "a hundred thousand fields" => fields(100_000, |index| format!("field {index}")),
        "a hundred thousand fields of one name" => fields(100_000, |_| "Signature1".to_owned()),
        "a hundred thousand signature names taken" => {
            fields(100_000, |index| format!("Signature{}", index + 1))
        }
        "fields of long names" => fields(2_000, |_| "n".repeat(10_000)),
        "a hexadecimal string of fifty megabytes" => {
            with(&format!("/Names <{}>", "4".repeat(50 << 20)), "", &[])
        }
        "a literal string of fifty megabytes" => with(&format!("/Names ({})", "4".repeat(50 << 20)), "", &[]),
        "a name of fifty megabytes" => with(&format!("/Names /{}", "4".repeat(50 << 20)), "", &[]),
        "a number of fifty megabytes" => with(&format!("/Names {}", "4".repeat(50 << 20)), "", &[]),
        "fifty megabytes of white space" => with(&" ".repeat(50 << 20), "", &[]),
        "fifty megabytes of comments" => with(&"%\n".repeat(25 << 20), "", &[]),
        "a hundred thousand sections" => long_chain(100_000),
        "three thousand sections" => long_chain(3_000),
        "an xref stream of four gigabytes" => {
            xref_stream_bomb("1 2 1", "10", "/Filter /FlateDecode", &bomb(4 << 30))
        }
        "an xref stream of four gigabytes of objects" => {
            xref_stream_bomb("1 2 1", "2147483647", "/Filter /FlateDecode", &bomb(4 << 30))
        }
        "an xref stream with a predictor" => xref_stream_bomb(
            "1 2 1",
            "2147483647",
            "/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 2147483647 >>",
            &bomb(1 << 30),
        ),
        "an xref stream of no width" => xref_stream_bomb("0 0 0", "2147483647", "", b""),
        "an xref stream of all width" => {
            xref_stream_bomb("9223372036854775807 9223372036854775807 8", "2", "", b"0123456789")
        }
        "an xref stream with a million filters" => {
            let filters = format!("/Filter [{}]", many("/FlateDecode", 100_000));
            xref_stream_bomb("1 2 1", "10", &filters, &bomb(1 << 20))
        }
        "an object stream of four gigabytes" => object_stream_bomb(&bomb(4 << 30), "/N 4 /First 20"),
        "many large object streams" => many_object_streams(8, &bomb(24 << 20)),
        "an object stream of countless objects" => {
            object_stream_bomb(&bomb(40 << 20), "/N 2147483647 /First 2147483647")
        }
        "nothing but objects" => {
            let mut out = b"%PDF-1.4\n".to_vec();
            for number in 0..400_000 {
                out.extend_from_slice(format!("{} 0 obj null endobj\n", number % 1000).as_bytes());
            }
            out
        }
        "nothing but the beginnings of objects" => {
            [b"%PDF-1.4\n", "1 0 obj <<".repeat(400_000).as_bytes()].concat()
        }
        "nothing but trailers" => {
            [b"%PDF-1.4\n", "trailer << /Root 1 0 R >>\n".repeat(200_000).as_bytes()].concat()
        }
        "nothing but startxref" => {
            [b"%PDF-1.4\n", "startxref 9\n%%EOF\n".repeat(200_000).as_bytes()].concat()
        }
        "nothing but stream" => [b"%PDF-1.4\n", "1 0 obj << >> stream\n".repeat(200_000).as_bytes()].concat(),
        "twenty megabytes of zeros" => vec![0; 20 << 20],
        "a hundred thousand signatures" => {
            let references: Vec<_> = (0..100_000).map(|number| format!("{} 0 R", number + 5)).collect();
            let form = format!("/AcroForm << /SigFlags 3 /Fields [{}] >>", references.join(" "));
            let mut more = vec![b"<< /Type /Sig /Filter /X /ByteRange [0 1 2 3] /Contents <00> >>".to_vec()];
            more.extend((0..100_000).map(|n| format!("<< /FT /Sig /T (S{n}) /V 4 0 R >>").into_bytes()));
            with(&form, "", &more)
        }
        other => panic!("no case {other}"),
    }
}

const CASES: [&str; 41] = [
    "arrays a million deep",
    "arrays that never end",
    "dictionaries that never end",
    "parentheses that never end",
    "an array of a hundred thousand",
    "a hundred thousand annotations",
    "a million annotations",
    "a hundred thousand kids that are the root",
    "kids in a ring",
    "page nodes that double at every level",
    "form nodes that double at every level",
    "a field that is its own kid",
    "references in a ring",
    "a hundred thousand fields",
    "a hundred thousand fields of one name",
    "a hundred thousand signature names taken",
    "fields of long names",
    "a hexadecimal string of fifty megabytes",
    "a literal string of fifty megabytes",
    "a name of fifty megabytes",
    "a number of fifty megabytes",
    "fifty megabytes of white space",
    "fifty megabytes of comments",
    "a hundred thousand sections",
    "three thousand sections",
    "an xref stream of four gigabytes",
    "an xref stream of four gigabytes of objects",
    "an xref stream with a predictor",
    "an xref stream of no width",
    "an xref stream of all width",
    "an xref stream with a million filters",
    "an object stream of four gigabytes",
    "an object stream of countless objects",
    "many large object streams",
    "nothing but objects",
    "nothing but the beginnings of objects",
    "nothing but trailers",
    "nothing but startxref",
    "nothing but stream",
    "twenty megabytes of zeros",
    "a hundred thousand signatures",
];

/// Not a test: what the children of the next one do.
#[test]
#[ignore = "started by what_takes_much_is_bounded"]
fn child_works_on_one_file() {
    let Some(path) = std::env::var_os(CASE) else { return };
    match work(&File::open(path).unwrap()) {
        Ok(()) => println!("outcome: prepared"),
        Err(error) => println!("outcome: {error}"),
    }
}

/// Runs the child under a limit on its memory; what it printed, or how it failed.
fn child(path: &Path) -> Result<String, String> {
    let program = std::env::current_exe().unwrap();
    let mut command = if cfg!(unix) {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -v {ADDRESS_SPACE}; exec \"$0\" \"$@\"")]).arg(program);
        shell
    } else {
        Command::new(program)
    };
    command.args(["--exact", "child_works_on_one_file", "--ignored", "--nocapture", "--test-threads", "1"]);
    command.env(CASE, path).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            return Err(format!("not done after {PATIENCE:?}"));
        }
        thread::sleep(Duration::from_millis(5));
    }
    let took = start.elapsed();
    let output = child.wait_with_output().unwrap();
    let text = support::both(&output);
    match text.split_once("outcome: ") {
        Some((_, rest)) if output.status.success() => {
            Ok(format!("{} ({} ms)", rest.lines().next().unwrap(), took.as_millis()))
        }
        _ => {
            Err(format!("{}: {}", output.status, text.lines().rev().take(12).collect::<Vec<_>>().join(" | ")))
        }
    }
}

#[test]
fn what_takes_much_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let only = std::env::var("KYSO_HOSTILE").unwrap_or_default();
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(name) = CASES.get(next.fetch_add(1, Ordering::Relaxed)) {
            if !name.contains(&only) {
                continue;
            }
            let path = folder.path().join(name.replace(' ', "-"));
            fs::write(&path, case(name)).unwrap();
            match child(&path) {
                Ok(outcome) => println!("{name}: {outcome}"),
                Err(why) => failures.lock().unwrap().push(format!("{name}: {why}")),
            }
            fs::remove_file(&path).unwrap();
        }
    };
    thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn the_harmless_among_them_are_signed() {
    for name in
        ["an array of a hundred thousand", "a hundred thousand annotations", "three thousand sections"]
    {
        timed(name, &case(name)).unwrap();
    }
}
