//! Visible signatures on encrypted documents: what is shown is encrypted like all else.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use flate2::read::ZlibDecoder;
use kyso::Password;

use crate::paper::{LINE, placed, text_by};
use crate::signing::identity;
use crate::support::{self, Judge};
use crate::text::{read, words};

/// What a viewer without the password sees of each stream of an appended revision: the data between
/// `stream` and `endstream`, found as text.
fn streams(revision: &[u8]) -> Vec<(String, Vec<u8>)> {
    let find = |from: usize, what: &[u8]| {
        revision[from..].windows(what.len()).position(|window| window == what).map(|at| from + at)
    };
    let mut streams = Vec::new();
    let mut from = 0;
    while let Some(at) = find(from, b"stream\n") {
        let start = at + b"stream\n".len();
        let end = find(start, b"endstream").unwrap();
        let object = revision[..at].windows(4).rposition(|window| window == b" obj").unwrap();
        streams.push((
            String::from_utf8_lossy(&revision[object..at]).into_owned(),
            revision[start..end].to_vec(),
        ));
        from = end + b"endstream".len();
    }
    streams
}

fn inflates(data: &[u8]) -> bool {
    let mut out = Vec::new();
    ZlibDecoder::new(data).read_to_end(&mut out).is_ok() && !out.is_empty()
}

#[test]
fn appearances_are_encrypted() {
    let signer = identity("p256");
    let folder = tempfile::tempdir().unwrap();
    let rows = support::manifest(
        &support::root().join("testdata/MANIFEST.tsv"),
        &support::root().join("testdata/pdf"),
    );
    let mut judged = 0;
    for row in rows.iter().filter(|row| row.file.starts_with("enc-") && row.expected == "sign") {
        let file = row.file.as_str();
        let before = fs::read(&row.path).unwrap();
        for layout in ["text-left", "page"] {
            let signing = placed(&signer, layout, [60.0, 80.0, 260.0, 180.0]);
            let signing = signing.password(Password::new(row.password.as_str()));
            let signed = signer.sign_as(&signing, before.as_slice()).unwrap().to_bytes().unwrap();
            let streams = streams(&signed[before.len()..]);
            // Without streams to be encrypted there is nothing to be hidden.
            let hidden = !file.starts_with("enc-identity");
            let drawn = streams.iter().filter(|(dictionary, _)| !dictionary.contains("/XRef"));
            let mut count = 0;
            for (dictionary, data) in drawn {
                let plain = inflates(data) || data.windows(3).any(|three| three == b" Do");
                assert_eq!(plain, !hidden, "{file}, {layout}: {dictionary}");
                count += 1;
            }
            assert!(count >= 3, "{file}, {layout}: {count} streams");
            // What people are told that the field is: the signer's name.
            let digits: String = "kyso".bytes().map(|byte| format!("{byte:02x}")).collect();
            let name = format!("/TU<{digits}").into_bytes();
            let named = signed[before.len()..].windows(name.len()).any(|window| window == name);
            assert_eq!(named, file == "enc-identity.pdf", "{file}, {layout}: the signer's name");

            let path = folder.path().join(file);
            fs::write(&path, &signed).unwrap();
            let expected = match layout {
                "page" => LINE.to_owned(),
                _ => text_by("kyso demonstration P-256"),
            };
            for (program, text) in read(&path, &row.password) {
                assert!(words(&text).ends_with(&words(&expected)), "{file}, {layout}, {program}: {text}");
            }
            if Judge::Qpdf.present() {
                let new = support::new_qpdf_warnings(&row.path, &path, &row.password);
                assert!(new.is_empty(), "{file}, {layout}: {new:?}");
                decrypts(&path, &row.password, &expected);
            }
            if Judge::Pdfsig.present() && !file.contains("owner") {
                assert_eq!(support::pdfsig_valid(&path, &row.password), [true], "{file}, {layout}");
            }
            judged += 1;
        }
    }
    assert!(judged >= 30, "{judged}");
}

/// What qpdf decrypts shows the same text without a password.
fn decrypts(path: &Path, password: &str, expected: &str) {
    let plain = path.with_extension("plain.pdf");
    let output = Command::new("qpdf")
        .args(["--decrypt", &format!("--password={password}")])
        .arg(path)
        .arg(&plain)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}: {}", path.display(), support::both(&output));
    for (program, text) in read(&plain, "") {
        assert!(words(&text).ends_with(&words(expected)), "{}, {program}: {text}", path.display());
    }
}
