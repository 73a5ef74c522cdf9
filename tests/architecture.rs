//! The rooms of the crate and the doors between them: imports run downwards only.
//!
//! Reads the source as text. Comments, strings' contents aside, and what stands under `#[cfg(test)]` at
//! the end of a file do not count.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms that know nothing but, at most, each other's types below them.
const LEAVES: [&str; 6] = ["limits", "source", "fault", "entropy", "password", "asn1"];

/// What each room may import besides the leaves and itself. A room that is not here may not exist.
const DOORS: [(&str, &[&str]); 30] = [
    ("limits", &[]),
    ("source", &[]),
    ("fault", &[]),
    ("entropy", &[]),
    ("password", &[]),
    ("asn1", &[]),
    ("algorithm", &[]),
    ("certificate", &["algorithm"]),
    ("cms", &["certificate", "algorithm"]),
    ("syntax::pdf", &[]),
    ("syntax::xml", &[]),
    ("appearance", &["syntax::pdf"]),
    ("profile", &["syntax::pdf", "syntax::xml", "algorithm", "appearance", "certificate"]),
    ("canonical", &["syntax::xml"]),
    ("mistake", &["algorithm"]),
    ("embed", &["syntax::pdf", "syntax::xml"]),
    ("request", &["algorithm"]),
    ("state", &["algorithm", "request"]),
    (
        "prepare",
        &[
            "algorithm",
            "appearance",
            "certificate",
            "cms",
            "mistake",
            "profile",
            "syntax::pdf",
            "syntax::xml",
            "embed",
            "request",
            "state",
        ],
    ),
    // The public face of signing PDF files: re-exports only.
    ("pdf", &["appearance", "embed", "prepare", "profile", "syntax::pdf"]),
    // The same for XML.
    ("xml", &["canonical", "embed", "prepare", "profile", "syntax::xml"]),
    // And for both together.
    ("document", &["prepare"]),
    // The options of another system, as that system writes them.
    ("sign_cloud", &["profile"]),
    // Pictures of what would be signed.
    ("preview", &["prepare"]),
    ("verify", &["algorithm", "certificate", "cms", "syntax::pdf", "syntax::xml"]),
    ("signer", &["algorithm", "certificate"]),
    // Wire formats of signing services; what they return is not verified here.
    ("remote", &["algorithm", "certificate", "request"]),
    // The edge that talks to services and keeps credentials.
    ("client", &["algorithm", "certificate", "pdf", "remote", "request", "signer", "verify", "xml"]),
    // Plays them: an edge, which may import whatever is public.
    (
        "sandbox",
        &[
            "algorithm",
            "certificate",
            "cms",
            "document",
            "pdf",
            "prepare",
            "remote",
            "request",
            "sign_cloud",
            "signer",
            "verify",
            "xml",
        ],
    ),
    ("manual", &[]),
];

/// Rooms at the edge: they have a clock, a network, randomness and private keys.
const EDGES: [&str; 3] = ["signer", "client", "sandbox"];

/// The syntax rooms do not know ASN.1; of the leaves these are theirs.
const SYNTAX_LEAVES: [&str; 5] = ["limits", "source", "fault", "entropy", "password"];

/// The most lines that a file may have.
const LINES: usize = 600;

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// A file of `src/`: its path there, its module's path, its text without comments and tests.
struct File {
    name: String,
    module: Vec<String>,
    lines: usize,
    text: String,
}

fn files() -> Vec<File> {
    let folder = source_folder();
    let mut paths = Vec::new();
    rust_files(&folder, &mut paths);
    paths.sort();
    assert!(paths.len() > 50, "{} files", paths.len());
    // Files that a `mod` under `#[cfg(test)]` brings in are no part of the crate.
    let mut tests = Vec::new();
    for path in &paths {
        let text = fs::read_to_string(path).unwrap();
        for after in text.split("#[cfg(test)]\n").skip(1) {
            let line = after.lines().next().unwrap().trim_start_matches("pub(crate) ");
            let Some(name) = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) else {
                continue;
            };
            tests.push(path.with_file_name(format!("{name}.rs")));
            tests.push(path.with_file_name(name));
        }
    }
    paths.retain(|path| !tests.iter().any(|test| path.starts_with(test)));
    let file = |path: &PathBuf| {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/");
        let text = fs::read_to_string(path).unwrap();
        let mut module: Vec<String> = name.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
            module.pop();
        }
        File { lines: text.lines().count(), text: code(&text), module, name }
    };
    paths.iter().map(file).collect()
}

/// The text without line comments, and without what follows `#[cfg(test)]` on a `mod` with a body.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let text = text.split("#[cfg(test)]\nmod corpus {").next().unwrap();
    let lines = text.lines().map(|line| match line.split_once("//") {
        // `https://` in a string is no comment.
        Some((before, _)) if !before.ends_with(':') => before,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The words after each `marker`, the members of a `{…}` one by one: as many segments as stand there.
fn paths_after(text: &str, marker: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(marker) {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|character| character.is_alphanumeric() || matches!(character, '_' | '$' | ':'))
        {
            continue;
        }
        tree(&text[at + marker.len()..], &mut Vec::new(), &mut found);
    }
    found
}

/// Reads one use tree; says how many bytes it took.
fn tree(text: &str, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let mut at = text.len() - text.trim_start().len();
    let depth = prefix.len();
    loop {
        let rest = &text[at..];
        if let Some(inside) = rest.strip_prefix('{') {
            let mut inner = at + 1;
            while !text[inner..].trim_start().starts_with('}') {
                inner += tree(&text[inner..], &mut prefix.clone(), found);
                let space = text[inner..].len() - text[inner..].trim_start().len();
                inner += space;
                if text[inner..].starts_with(',') {
                    inner += 1;
                } else {
                    assert!(text[inner..].starts_with('}'), "{}", &inside[..inside.len().min(80)]);
                }
            }
            prefix.truncate(depth);
            return inner + 1 + (text[inner..].len() - text[inner..].trim_start().len());
        }
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '*').unwrap_or(rest.len());
        prefix.push(rest[..word].to_owned());
        at += word;
        if !text[at..].starts_with("::") || text[at..].starts_with("::<") {
            break;
        }
        at += 2;
    }
    found.push(prefix.clone());
    prefix.truncate(depth);
    // `x as y`
    let renamed = text[at..].strip_prefix(" as ");
    let end = renamed.map(|name| name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len()));
    at + end.map_or(0, |end| end + 4)
}

/// The room of a path from the root of the crate.
fn room(path: &[String]) -> Option<String> {
    let moved = source_folder().join("syntax").is_dir();
    match path.first()?.as_str() {
        "syntax" => Some(format!("syntax::{}", path.get(1)?)),
        "pdf" if !moved => Some("syntax::pdf".to_owned()),
        other => Some(other.to_owned()),
    }
}

/// What the root re-exports, and from which room.
fn exports(root: &File) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for statement in root.text.split(';').filter_map(|one| one.trim().split_once("pub use ")) {
        let mut paths = Vec::new();
        tree(statement.1, &mut Vec::new(), &mut paths);
        for path in paths {
            names.insert(path.last().unwrap().clone(), room(&path).unwrap());
        }
    }
    names
}

/// Paths from the root that a file names, by `crate::` or by as many `super::` as lead there.
fn imports(file: &File) -> Vec<Vec<String>> {
    let mut found = paths_after(&file.text, "crate::");
    let up = "super::".repeat(file.module.len());
    if !up.is_empty() {
        found.extend(paths_after(&file.text, &up));
    }
    found
}

fn is_program(file: &File) -> bool {
    file.name.starts_with("bin/")
}

fn is_edge(file: &File) -> bool {
    is_program(file) || file.module.first().is_some_and(|room| EDGES.contains(&room.as_str()))
}

/// Every edge between rooms, with the files that make it.
fn edges(files: &[File]) -> BTreeMap<(String, String), BTreeSet<String>> {
    let root = files.iter().find(|file| file.name == "lib.rs").unwrap();
    let exports = exports(root);
    let mut edges: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    // These two only say which modules there are.
    let rooms = files.iter().filter(|file| !["lib.rs", "syntax/mod.rs"].contains(&file.name.as_str()));
    for file in rooms.filter(|file| !is_program(file)) {
        let from = room(&file.module).unwrap_or_else(|| panic!("{} is in no room", file.name));
        for path in imports(file) {
            let to = exports.get(&path[0]).cloned().or_else(|| room(&path)).unwrap();
            if to != from {
                edges.entry((from.clone(), to)).or_default().insert(file.name.clone());
            }
        }
    }
    edges
}

fn allowed(from: &str, to: &str) -> bool {
    let Some((_, doors)) = DOORS.iter().find(|(room, _)| *room == from) else { return false };
    if LEAVES.contains(&from) {
        return false;
    }
    let leaves: &[&str] = if from.starts_with("syntax::") { &SYNTAX_LEAVES } else { &LEAVES };
    doors.contains(&to) || leaves.contains(&to)
}

#[test]
fn imports_run_downwards() {
    let files = files();
    let edges = edges(&files);
    let wrong: Vec<_> = edges.iter().filter(|((from, to), _)| !allowed(from, to)).collect();
    assert!(wrong.is_empty(), "doors that the design does not have: {wrong:#?}");
    // That the reading works at all: these are there for certain.
    for (from, to) in [("prepare", "cms"), ("cms", "asn1"), ("embed", "syntax::pdf"), ("verify", "limits")] {
        assert!(edges.contains_key(&(from.to_owned(), to.to_owned())), "{from} → {to} was not seen");
    }
}

#[test]
fn no_room_stands_in_a_ring() {
    let files = files();
    let mut edges: BTreeSet<(String, String)> = edges(&files).into_keys().collect();
    loop {
        let sources: BTreeSet<_> = edges.iter().map(|(from, _)| from.clone()).collect();
        let before = edges.len();
        edges.retain(|(_, to)| sources.contains(to));
        if edges.len() == before {
            break;
        }
    }
    assert!(edges.is_empty(), "these import each other: {edges:?}");
}

#[test]
fn files_hold_one_idea() {
    let long: Vec<_> =
        files().into_iter().filter(|file| file.lines > LINES).map(|file| (file.name, file.lines)).collect();
    assert!(long.is_empty(), "files of more than {LINES} lines: {long:?}");
}

#[test]
fn the_core_has_no_clock_no_randomness_no_network() {
    /// Words, and the one file besides the edges that may use each.
    const FORBIDDEN: [(&str, &str); 13] = [
        ("SystemTime", ""),
        ("Instant::", ""),
        ("Utc::now", ""),
        ("Local::now", ""),
        ("getrandom", "entropy.rs"),
        ("rand::", ""),
        ("thread_rng", ""),
        ("OsRng", ""),
        ("std::net", ""),
        ("TcpStream", ""),
        ("env::var", ""),
        ("static mut", ""),
        ("Command::new", ""),
    ];
    let files = files();
    let core = files.iter().filter(|file| !is_edge(file));
    let mut looked_at = 0;
    for file in core {
        looked_at += 1;
        for (word, exception) in FORBIDDEN {
            // `Operand::` is not `rand::`.
            let stands = |(at, _)| !file.text[..at].ends_with(|before: char| before.is_alphanumeric());
            let uses = file.text.match_indices(word).any(stands) && file.name != exception;
            assert!(!uses, "{} mentions {word}", file.name);
        }
    }
    assert!(looked_at > 50);
}

#[test]
fn only_the_edges_hold_private_keys() {
    for file in files().iter().filter(|file| !is_edge(file)) {
        for word in ["RsaPrivateKey", "SigningKey", "SecretKey"] {
            assert!(!file.text.contains(word), "{} mentions {word}", file.name);
        }
    }
}

#[test]
fn the_program_uses_the_public_interface_only() {
    for file in files().iter().filter(|file| is_program(file)) {
        assert!(!file.text.contains("#[path"), "{} includes a file of the library", file.name);
        assert!(!file.text.contains("include!"), "{} includes a file of the library", file.name);
        for path in imports(file) {
            // `crate::` in the program is the program's own.
            let own = source_folder().join("bin/kyso").join(format!("{}.rs", path[0])).exists()
                || source_folder().join("bin/kyso").join(&path[0]).is_dir()
                || files().iter().any(|one| one.name == "bin/kyso/main.rs" && one.text.contains(&path[0]));
            assert!(own, "{}: {path:?}", file.name);
        }
    }
}

#[test]
fn use_trees_are_read() {
    let read =
        |text: &str| paths_after(text, "crate::").iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(read("use crate::a::b;"), ["a::b"]);
    assert_eq!(read("use crate::{a::{b, c as d}, e};"), ["a::b", "a::c", "e"]);
    assert_eq!(read("use crate::{\n    a::B,\n    c::*,\n};"), ["a::B", "c::*"]);
    assert_eq!(read("fn f(x: crate::a::B) -> crate::c::D<u8> {}"), ["a::B", "c::D"]);
    assert!(read("my_crate::a").is_empty());
    let up = File {
        name: "a/b.rs".into(),
        module: vec!["a".into(), "b".into()],
        lines: 0,
        text: "use super::super::c::D; use super::e;".into(),
    };
    assert_eq!(imports(&up), [["c".to_owned(), "D".to_owned()]]);
}
