//! The `kyso` program and visible signatures: the cases of the EFY interface as they are printed, every key
//! of its dialect, fields for others, previews.
#![cfg(feature = "cli")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use kyso::verify::{self, Options};
use tempfile::TempDir;

struct Run {
    code: i32,
    err: String,
}

impl Run {
    #[track_caller]
    fn done(&self) {
        assert_eq!((self.code, self.err.as_str()), (0, ""));
    }

    /// Done, with this said on stderr.
    #[track_caller]
    fn done_with(&self, word: &str) {
        assert!(self.code == 0 && self.err.contains(word), "{} {:?}", self.code, self.err);
    }

    #[track_caller]
    fn failed(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}", self.err);
        assert_eq!(self.err.lines().count(), 1, "{:?}", self.err);
        for word in words {
            assert!(self.err.contains(word), "{word:?} missing in {:?}", self.err);
        }
    }
}

fn testdata(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name).to_str().unwrap().to_owned()
}

struct Bench(TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kyso"));
        let output =
            command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null()).output().unwrap();
        Run {
            code: output.status.code().expect("not killed"),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn sign(&self, input: &str, more: &[&str]) -> Run {
        let (key, chain) = (testdata("keys/rsa2048-key.pem"), testdata("keys/rsa2048-chain.pem"));
        let first = ["sign", input, "-o", "out", "--key", &key, "--cert", &chain];
        self.run(&[first.as_slice(), more].concat())
    }

    /// Signs the demonstration document with one entry after another of the dialect.
    fn dialect(&self, entries: &[(&str, &str)], more: &[&str]) -> Run {
        self.metadata(&format!(r#"{{"singletonSigning": {{"entry": {}}}}}"#, list(entries)), more)
    }

    fn metadata(&self, json: &str, more: &[&str]) -> Run {
        fs::write(self.path("options.json"), json).unwrap();
        let options = ["--sign-cloud", "options.json"];
        self.sign(&testdata("pdf/demo.pdf"), &[options.as_slice(), more].concat())
    }

    /// The output's bytes as text, for what stands in it uncompressed.
    fn out(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.path("out")).unwrap()).into_owned()
    }

    /// The text of the output's pages, as another reader has it.
    fn text(&self) -> Option<String> {
        let output = Command::new("pdftotext").arg(self.path("out")).arg("-").output().ok()?;
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    #[track_caller]
    fn signatures(&self) -> usize {
        let bytes = fs::read(self.path("out")).unwrap();
        let report = verify::pdf(&bytes, &Options::default()).unwrap();
        assert!(report.is_valid(), "{report}");
        report.signatures.len()
    }
}

fn list(entries: &[(&str, &str)]) -> String {
    let entries = entries.iter().map(|(key, value)| serde_json::json!({"key": key, "value": value}));
    serde_json::Value::Array(entries.collect()).to_string()
}

fn shared(name: &str) -> PathBuf {
    let root = std::env::var_os("KYSO_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    root.join("samples").join(name)
}

const PLACED: [(&str, &str); 2] = [("VISIBLESIGNATURE", "true"), ("COORDINATE", "20,20,320,110")];

#[test]
fn the_printed_cases_run_as_they_are_printed() {
    if !shared("efy-case1.pdf").exists() {
        eprintln!("skipped: the samples are not there");
        return;
    }
    let bench = Bench::new();
    for (request, document, more) in [
        ("efy_23_signing-file_request-case-1-sign-pdf-file.json", "efy-case1.pdf", None),
        (
            "efy_25_signing-file_request-case-3-sign-pdf-file-with-otp-email-author.json",
            "efy-case1.pdf",
            None,
        ),
        (
            "efy_24_signing-file_request-case-2-sign-xml-file.json",
            "efy-case2-invoice-dsig.xml",
            Some("--allow-sha1"),
        ),
        (
            "efy_26_signing-file_request-case-4-sign-invoice-xml-file-with-tt78-for.json",
            "efy-case4-tt78-invoice.xml",
            None,
        ),
        (
            "efy_27_signing-file_request-case-5-sign-register-xml-file-with-tt78-fo.json",
            "efy-case5-tt78-registration.xml",
            None,
        ),
    ] {
        let request = shared("efy-json").join(request);
        let options = [Some("--sign-cloud"), request.to_str(), more];
        let options: Vec<_> = options.into_iter().flatten().collect();
        bench.sign(shared(document).to_str().unwrap(), &options).done();
        if document.ends_with(".pdf") {
            assert_eq!(bench.signatures(), 1);
            let out = bench.out();
            assert!(out.contains("/Rect[0 0 300 60]") || out.contains("/Rect [0 0 300 60]"), "the rectangle");
            if let Some(text) = bench.text() {
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(text.contains("Signed by: kyso demonstration RSA Sign date: "), "{text}");
            }
        } else {
            let report = verify::xml(&fs::read(bench.path("out")).unwrap(), &{
                let mut options = Options::default();
                options.allow_sha1 = more.is_some();
                options
            });
            assert!(report.unwrap().is_valid(), "{document}");
        }
    }
}

#[test]
fn every_line_of_the_dialect_is_shown_with_its_prefix() {
    let bench = Bench::new();
    let lines = [
        ("SHOWSIGNERINFO", "true"),
        ("SIGNERINFOPREFIX", "Người ký"),
        ("SHOWDATETIME", "true"),
        ("DATETIMEPREFIX", "Ngày ký"),
        ("SHOWREASON", "true"),
        ("SIGNREASONPREFIX", "Lý do"),
        ("SIGNREASON", "Đồng ý"),
        ("SHOWLOCATION", "true"),
        ("LOCATIONPREFIX", "Nơi ký"),
        ("LOCATION", "Hà Nội"),
        ("SHOWEMAIL", "true"),
        ("EMAILPREFIX", "Email:"),
    ];
    let run = bench.dialect(&[PLACED.as_slice(), &lines].concat(), &["--time", "2026-11-22T23:30:00+07:00"]);
    // The demonstration certificate has no address.
    run.done_with("email");
    assert_eq!(bench.signatures(), 1);
    if let Some(text) = bench.text() {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for line in
            ["Người ký: kyso demonstration RSA", "Ngày ký: 22/11/2026", "Lý do: Đồng ý", "Nơi ký: Hà Nội"]
        {
            assert!(text.contains(line), "{line:?} missing in {text:?}");
        }
        assert!(!text.contains("Email"), "{text:?}");
    }
    // What is not asked for is not shown, and by default it is signer and date.
    for (lines, shown, hidden) in [
        (vec![("SHOWREASON", "true"), ("SIGNREASON", "Ok")], "Reason: Ok", "Signed by"),
        (vec![("SHOWDATETIME", "false")], "Signed by: kyso", "Sign date"),
        (vec![("IMAGEANDTEXT", "true")], "Sign date: 22/11/2026", "Reason"),
    ] {
        let entries = [PLACED.as_slice(), &lines].concat();
        bench.dialect(&entries, &["--time", "2026-11-22T23:30:00+07:00"]).done();
        if let Some(text) = bench.text() {
            assert!(text.contains(shown) && !text.contains(hidden), "{lines:?}: {text:?}");
        }
    }
}

#[test]
fn places_of_the_dialect() {
    let bench = Bench::new();
    for (entries, expected) in [
        (vec![("COORDINATE", "'10,20,110,80'")], "/Rect[10 20 110 80]"),
        (vec![("COORDINATE", "10,20,110,80"), ("PAGENO", "First")], "/Rect[10 20 110 80]"),
        (vec![("COORDINATE", "10,20,110,80"), ("PAGENO", "Last")], "/Rect[10 20 110 80]"),
        (vec![("VISIBLESIGNATURE", "false"), ("COORDINATE", "10,20,110,80")], "/Rect[0 0 0 0]"),
    ] {
        bench.dialect(&entries, &[]).done();
        assert!(bench.out().replace("/Rect [", "/Rect[").contains(expected), "{entries:?}");
        assert_eq!(bench.signatures(), 1);
    }
    let found =
        [("POSITIONIDENTIFIER", "kyso"), ("RECTANGLEOFFSET", "'-5,5'"), ("RECTANGLESIZE", "'170,90'")];
    bench.dialect(&found, &["--clip"]).done();
    assert_eq!(bench.signatures(), 1);
    let nowhere = [("POSITIONIDENTIFIER", "nowhere at all"), ("RECTANGLESIZE", "170,90")];
    bench.dialect(&nowhere, &[]).failed(3, &["nowhere at all"]);
    bench.dialect(&[PLACED[1], ("PAGENO", "99")], &[]).failed(2, &["99"]);
    bench.dialect(&[("COORDINATE", "0,0,9000,60")], &[]).failed(2, &["not wholly on page 1", "--clip"]);
}

#[test]
fn images_directions_and_colours_of_the_dialect() {
    use base64::Engine as _;
    let bench = Bench::new();
    let image = fs::read(testdata("images/seal.png")).unwrap();
    let unpadded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&image);
    let image = ("SIGNATUREIMAGE", unpadded.as_str());
    let mut seen = Vec::new();
    for entries in [
        vec![("TEXTCOLOR", "red")],
        vec![("TEXTCOLOR", "#0000ff")],
        vec![image],
        vec![image, ("IMAGEANDTEXT", "true"), ("TEXTDIRECTION", "LEFTTORIGHT")],
        vec![image, ("IMAGEANDTEXT", "true"), ("TEXTDIRECTION", "RIGHTTOLEFT")],
        vec![image, ("IMAGEANDTEXT", "false"), ("SHOWSIGNERINFO", "true")],
        vec![("VISUALSTATUS", "true")],
    ] {
        bench.dialect(&[PLACED.as_slice(), &entries].concat(), &[]).done();
        assert_eq!(bench.signatures(), 1);
        if let Some(text) = bench.text() {
            let alone = entries == [image];
            assert_eq!(text.contains("Signed by"), !alone, "{entries:?}");
        }
        let picture = picture_of(&bench.path("out"));
        if let Some(picture) = picture {
            assert!(!seen.contains(&picture), "another look for {entries:?}");
            seen.push(picture);
        }
    }
    bench.dialect(&[PLACED.as_slice(), &[("SIGNATUREIMAGE", "iVBORw0KGgo")]].concat(), &[]).failed(2, &[]);
    bench
        .dialect(&[PLACED.as_slice(), &[("TEXTCOLOR", "no colour")]].concat(), &[])
        .failed(2, &["TEXTCOLOR"]);
    let silent = [("SHOWSIGNERINFO", "false"), ("SHOWDATETIME", "false")];
    bench.dialect(&[PLACED.as_slice(), &silent].concat(), &[]).failed(2, &["a line"]);
    // The direction counts for an image of the command line too.
    let seal = testdata("images/seal.png");
    for direction in ["LEFTTORIGHT", "RIGHTTOLEFT"] {
        let entries = [PLACED.as_slice(), &[("TEXTDIRECTION", direction)]].concat();
        bench.dialect(&entries, &["--image", &seal, "--text", "khác"]).done();
        if let Some(picture) = picture_of(&bench.path("out")) {
            assert!(!seen.contains(&picture), "another look for {direction}");
            seen.push(picture);
        }
    }
}

/// The first page as pdftoppm draws it.
fn picture_of(path: &Path) -> Option<Vec<u8>> {
    let output = Command::new("pdftoppm").args(["-r", "50", "-f", "1", "-l", "1"]).arg(path).output().ok()?;
    output.status.success().then_some(output.stdout)
}

#[test]
fn a_locked_document_takes_no_further_signature() {
    let bench = Bench::new();
    bench.dialect(&[PLACED[0], PLACED[1], ("LOCKAFTERSIGNING", "true")], &[]).done();
    assert_eq!(bench.signatures(), 1);
    let out = bench.path("out");
    fs::copy(&out, bench.path("locked.pdf")).unwrap();
    bench.sign("locked.pdf", &[]).failed(3, &["permits no further signature"]);
}

#[test]
fn counter_signing_is_a_second_signature() {
    let bench = Bench::new();
    let both = format!(
        r#"{{"'singletonSigning'": {{"entry": {}}}, "'counterSigning'": {{"entry": {}}}}}"#,
        list(&[PLACED[0], PLACED[1], ("SIGNERINFOPREFIX", "Khách hàng")]),
        list(&[("COORDINATE", "20,200,320,260"), ("SIGNERINFOPREFIX", "Bên nhận")]),
    );
    bench.metadata(&both, &[]).done_with("--counter-key");
    assert_eq!(bench.signatures(), 2);
    let (key, chain) = (testdata("keys/p256-key.pem"), testdata("keys/p256-chain.pem"));
    bench.metadata(&both, &["--counter-key", &key, "--counter-cert", &chain]).done();
    assert_eq!(bench.signatures(), 2);
    if let Some(text) = bench.text() {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("Khách hàng: kyso demonstration RSA"), "{text}");
        assert!(text.contains("Bên nhận: kyso demonstration P-256"), "{text}");
    }
    let locked = both.replace("\"entry\": [", r#""entry": [{"key": "LOCKAFTERSIGNING", "value": "true"},"#);
    bench.metadata(&locked, &[]).failed(2, &["LOCKAFTERSIGNING", "counterSigning"]);
}

#[test]
fn options_of_the_program_show_what_they_say() {
    let bench = Bench::new();
    let (demo, image) = (testdata("pdf/demo.pdf"), testdata("images/seal.png"));
    let visible = ["--visible", "20,20,320,120", "--time", "2026-11-22T23:30:05+07:00"];
    let more = [
        "--image",
        &image,
        "--layout",
        "text-left",
        "--show",
        "date,reason",
        "--prefix",
        "date=Ngày",
        "--reason",
        "Đồng ý",
        "--text",
        "Dòng thêm",
        "--date-format",
        "YYYY-MM-DD HH:mm:ss Z",
        "--align",
        "center",
        "--border",
        "#336699",
        "--border-width",
        "2",
        "--background",
        "yellow",
        "--margin",
        "4",
        "--font-size",
        "8",
        "--text-color",
        "navy",
        "--qr",
        "https://example.vn/1",
        "--page",
        "-1",
    ];
    bench.sign(&demo, &[visible.as_slice(), &more].concat()).done();
    assert_eq!(bench.signatures(), 1);
    if let Some(text) = bench.text() {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for line in ["Ngày: 2026-11-22 23:30:05 +07:00", "Reason: Đồng ý", "Dòng thêm"] {
            assert!(text.contains(line), "{line:?} missing in {text:?}");
        }
    }
    bench.sign(&demo, &["--visible", "20,20,320,120", "--picture", &demo, "--picture-page", "last"]).done();
    assert_eq!(bench.signatures(), 1);
    for (options, word) in [
        (vec!["--image", &image], "--image"),
        (vec!["--page", "2"], "--page"),
        (vec!["--clip"], "--clip"),
        (vec!["--visible", "20,20,10,10"], "--visible"),
        (vec!["--visible", "20,20,300,100", "--prefix", "email=x"], "--prefix"),
        (vec!["--visible", "20,20,300,100", "--email", "a@b.vn"], "--email"),
        (vec!["--visible", "20,20,300,100", "--text-color", "nope"], "--text-color"),
        (vec!["--visible", "20,20,300,100", "--date-format", "MMM"], "MMM"),
        (vec!["--anchor", "kyso"], "--size"),
        (vec!["--anchor", " ", "--size", "9,9"], "empty"),
        (vec!["--visible", "20,20,300,100", "--show", "none"], "a line"),
        (vec!["--visible", "20,20,300,100", "--layout", "text", "--image", &image], "--image"),
        (vec!["--visible", "20,20,300,100", "--layout", "image", "--image", &image, "--text", "x"], "--text"),
        (vec!["--lock-after-signing", "--certify", "2"], "--certify"),
        (vec!["--lock", "include:"], "include"),
    ] {
        bench.sign(&demo, &options).failed(2, &[word]);
    }
    let invoice = testdata("xml/tt78-invoice.xml");
    bench.sign(&invoice, &["--visible", "20,20,300,100"]).failed(2, &["--visible is for PDF"]);
    bench.sign(&invoice, &["--certify", "2"]).failed(2, &["--certify is for PDF"]);
}

#[test]
fn certification_and_locks() {
    let bench = Bench::new();
    let demo = testdata("pdf/demo.pdf");
    bench.sign(&demo, &["--certify", "2", "--lock", "exclude:A,B", "--lock-permissions", "2"]).done();
    let out = bench.out();
    assert!(out.contains("/DocMDP") && out.contains("/FieldMDP") && out.contains("/Exclude"));
    assert_eq!(bench.signatures(), 1);
    fs::copy(bench.path("out"), bench.path("certified.pdf")).unwrap();
    bench.sign("certified.pdf", &["--field", "A", "--certify", "2"]).failed(3, &["first"]);
    bench.sign("certified.pdf", &["--field", "C"]).failed(3, &["locks"]);
    bench.sign("certified.pdf", &["--field", "A"]).done();
    assert_eq!(bench.signatures(), 2);
}

#[test]
fn fields_for_others() {
    let bench = Bench::new();
    let demo = testdata("pdf/demo.pdf");
    let add = |input: &str, more: &[&str]| {
        let first = ["field", "add", input, "-o", "with.pdf"];
        bench.run(&[first.as_slice(), more].concat())
    };
    add(&demo, &["--name", "Giám đốc", "--visible", "300,60,540,130", "--tooltip", "Ký ở đây"]).done();
    add(
        "with.pdf",
        &["--name", "B", "--require-reason", "Đồng ý", "--require-digest", "sha512", "--lock", "all"],
    )
    .done();
    add("with.pdf", &["--name", "B"]).failed(3, &["\"B\""]);
    add("with.pdf", &["--name", "C", "--page", "1"]).failed(2, &["--page"]);
    let deep = ["a"; 150].join(".");
    add(&demo, &["--name", &deep]).failed(3, &["parts of a field name"]);
    bench.sign(&demo, &["--field", &deep]).failed(3, &["parts of a field name"]);
    // The visible signature goes into the field's own rectangle.
    bench.sign("with.pdf", &["--field", "Giám đốc", "--show", "signer"]).done();
    assert_eq!(bench.signatures(), 1);
    if let Some(text) = bench.text() {
        assert!(text.contains("Signed by:"), "{text}");
    }
    bench.sign("with.pdf", &["--field", "Giám đốc", "--visible", "0,0,99,99"]).failed(2, &["its own place"]);
    fs::copy(bench.path("out"), bench.path("one.pdf")).unwrap();
    bench.sign("one.pdf", &["--field", "B", "--reason", "Khác"]).failed(3, &["Reasons"]);
    bench.sign("one.pdf", &["--field", "B", "--digest", "sha256"]).failed(3, &["DigestMethod"]);
    // One reason and one digest are possible: they are taken.
    bench.sign("one.pdf", &["--field", "B"]).done();
    assert_eq!(bench.signatures(), 2);
    let bytes = fs::read(bench.path("out")).unwrap();
    let report = verify::pdf(&bytes, &Options::default()).unwrap();
    assert!(report.to_json().contains("sha512"), "{report}");
}

#[test]
fn a_preview_shows_the_page_and_signs_nothing() {
    let bench = Bench::new();
    let (demo, chain) = (testdata("pdf/demo.pdf"), testdata("keys/rsa2048-chain.pem"));
    let preview = |more: &[&str]| {
        let first = ["preview", &demo, "--cert", &chain, "-o", "page.png"];
        bench.run(&[first.as_slice(), more].concat())
    };
    preview(&["--visible", "20,20,320,120", "--background", "red", "--dpi", "36"]).done();
    let png = fs::read(bench.path("page.png")).unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    let mut reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let channels = info.color_type.samples();
    let at = |x: f64, y: f64| {
        let (x, y) = ((x / 2.0) as usize, info.height as usize - 1 - (y / 2.0) as usize);
        let start = (y * info.width as usize + x) * channels;
        [pixels[start], pixels[start + 1], pixels[start + 2]]
    };
    assert_eq!(at(315.0, 25.0), [255, 0, 0], "the corner of the rectangle");
    assert_ne!(at(330.0, 25.0), [255, 0, 0], "beside it");
    preview(&[]).failed(2, &["invisible"]);
    preview(&["--visible", "20,20,320,120", "--dpi", "100000"]).failed(2, &["pixels"]);
    fs::remove_file(bench.path("page.png")).unwrap();
    preview(&["--visible", "9000,20,9320,120"]).failed(2, &["not wholly on page 1"]);
    assert!(!bench.path("page.png").exists());
}
