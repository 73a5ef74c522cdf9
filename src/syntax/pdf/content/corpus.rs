//! Other people's documents, and another reader's opinion of where their words are.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;

use super::super::document::Document;
use super::super::geometry::Rect;
use super::super::place::{Place, Placed};
use super::*;
use crate::limits::Limits;

/// A word of the first page as `pdftotext` reports it; y counts downwards from the top.
struct Word {
    text: String,
    edges: [f64; 4],
}

fn shared() -> PathBuf {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    std::env::var_os("KYSO_SHARED").map_or_else(beside, PathBuf::from).join("corpus/pdf")
}

/// The size of the first page and its words; none when `pdftotext` cannot read the file or is not there.
fn judged(bytes: &[u8], password: &str) -> Option<(f64, Vec<Word>)> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document.pdf");
    // Annotations are no part of the page's own text: under another name they are not there.
    let mut plain = bytes.to_vec();
    let places: Vec<usize> = memchr::memmem::find_iter(bytes, b"/Annots").collect();
    places.into_iter().for_each(|at| plain[at + 6] = b'z');
    std::fs::write(&file, plain).unwrap();
    let mut command = Command::new("pdftotext");
    if !password.is_empty() {
        command.args(["-upw", password, "-opw", password]);
    }
    let run = command.args(["-bbox", "-cropbox", "-f", "1", "-l", "1"]).arg(&file).arg("-").output().ok()?;
    let html = String::from_utf8_lossy(&run.stdout).into_owned();
    let attribute = |line: &str, name: &str| -> Option<f64> {
        line.split(&format!("{name}=\"")).nth(1)?.split('"').next()?.parse().ok()
    };
    let mut height = None;
    let mut words = Vec::new();
    for line in html.lines().map(str::trim) {
        if line.starts_with("<page ") {
            height = attribute(line, "height");
        } else if let Some(rest) = line.strip_prefix("<word ") {
            let edges = ["xMin", "yMin", "xMax", "yMax"].map(|name| attribute(line, name).unwrap());
            let text = rest.split_once('>')?.1.strip_suffix("</word>")?;
            let text = ["&lt;<", "&gt;>", "&quot;\"", "&apos;'", "&amp;&"].iter().fold(
                text.to_owned(),
                |text, pair| {
                    let (entity, character) = pair.split_at(pair.len() - 1);
                    text.replace(entity, character)
                },
            );
            words.push(Word { text, edges });
        }
    }
    Some((height?, words))
}

/// The passwords of the corpus by file.
fn passwords() -> HashMap<String, String> {
    let manifest = std::fs::read_to_string(shared().join("MANIFEST.tsv")).unwrap_or_default();
    let columns: Vec<Vec<&str>> = manifest.lines().map(|line| line.split('\t').collect()).collect();
    let column = columns.first().and_then(|head| head.iter().position(|name| *name == "password"));
    let entry = |row: &Vec<&str>| Some((row.first()?.to_string(), row.get(column?)?.to_string()));
    columns.iter().filter_map(entry).collect()
}

#[test]
fn words_are_where_another_reader_finds_them() {
    let passwords = passwords();
    let Ok(folder) = std::fs::read_dir(shared()) else {
        println!("no corpus: skipped");
        return;
    };
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "pdf"));
    files.sort();
    let (mut words_in_all, mut found_in_all, mut placed_in_all) = (0, 0, 0);
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "pdfbox__PDFBOX-5784.pdf" {
            // All its words are in form fields, which the judge cannot be kept from reading.
            continue;
        }
        let password = passwords.get(&name).map_or("", String::as_str);
        let bytes = std::fs::read(&file).unwrap();
        let Some((height, mut words)) = judged(&bytes, password) else { continue };
        // Where a font does not say what its codes mean, the judge gives the codes.
        words.retain(|word| !word.text.chars().any(char::is_control));
        let limits = Limits::default();
        let Ok(mut document) = Document::open(bytes, Some(password.as_bytes()), &limits) else { continue };
        let Ok((id, dictionary)) = document.catalog() else { continue };
        let catalog = Placed { place: Place::object(id), dictionary };
        if page(&document, &catalog, PageNumber::First).is_err_and(|error| error.may_be_damage()) {
            document.rebuild(Some(password.as_bytes())).unwrap();
        }
        let (mut found, mut placed) = (0, 0);
        let mut missing = Vec::new();
        for word in &words {
            let query =
                Query { text: &word.text, pages: Some(PageNumber::First), occurrence: Occurrence::Every };
            let places = find(&document, &catalog, &query).unwrap().found;
            let [x0, top, x1, bottom] = word.edges;
            let near = |rect: Rect| {
                let common = rect[3].min(height - top) - rect[1].max(height - bottom);
                (rect[0] - x0).abs() < 1.5 && (rect[2] - x1).abs() < 1.5 && common > 0.5 * (bottom - top)
            };
            found += usize::from(!places.is_empty());
            if places.iter().any(|place| near(place.rect)) {
                placed += 1;
            } else {
                let rects: Vec<_> = places.iter().map(|place| place.rect.map(f64::round)).collect();
                missing.push((&word.text, [x0, height - bottom, x1, height - top].map(f64::round), rects));
            }
        }
        if found < words.len() || placed < words.len() {
            println!(
                "{name}: {} words, {found} found, {placed} in place: {:?}",
                words.len(),
                missing.iter().take(6).collect::<Vec<_>>()
            );
        }
        words_in_all += words.len();
        found_in_all += found;
        placed_in_all += placed;
    }
    println!("{words_in_all} words, {found_in_all} found, {placed_in_all} in place");
    assert!(found_in_all * 100 >= words_in_all * 98, "{found_in_all} of {words_in_all} found");
    assert!(placed_in_all * 100 >= words_in_all * 95, "{placed_in_all} of {words_in_all} in place");
}
