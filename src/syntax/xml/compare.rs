//! The fast canonicalisation against the naive one, and against the vectors of the standards.

pub(crate) mod documents;

use std::path::PathBuf;

use proptest::prelude::*;

use super::c14n::Parameters;
use super::plain::{Doctype, Plain};
use super::scanner::scan_with_window;
use super::select::{Part, Selection, canonicalize};
use super::tree::read::read;
use super::tree::{Kind, NodeSet, Tree, c14n as naive};
use super::{C14nMethod, Entities};
use crate::limits::Limits;
use documents::document;

fn methods() -> impl Strategy<Value = (C14nMethod, Vec<&'static str>)> {
    let prefixes = prop::sample::subsequence(vec!["#default", "p", "q", "r", "nobody"], 0..4);
    (prop::sample::select(C14nMethod::ALL.to_vec()), prefixes)
}

fn fast_parameters(method: C14nMethod, prefixes: &[&str]) -> Parameters {
    let prefix = |prefix: &&str| if *prefix == "#default" { Vec::new() } else { prefix.as_bytes().to_vec() };
    Parameters { method, prefixes: prefixes.iter().map(prefix).collect() }
}

fn fast(document: &[u8], part: Part, parameters: &Parameters) -> String {
    let found = canonicalize(document, part, parameters, &Limits::default(), Vec::new());
    String::from_utf8(found.unwrap().0.unwrap()).unwrap()
}

fn slow(tree: &Tree, set: &NodeSet, method: C14nMethod, prefixes: &[&str]) -> String {
    let prefixes = prefixes.iter().map(|prefix| (*prefix).to_owned()).collect();
    let parameters = naive::Parameters { method, prefixes };
    String::from_utf8(naive::octets_of(tree, set, &parameters, &Limits::default()).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whole_documents_and_every_element((method, prefixes) in methods(), document in document()) {
        let limits = Limits::default();
        // Not every combination of attributes is well-formed: two prefixes may have met.
        let Ok(tree) = read(document.as_bytes(), &limits) else { return Ok(()) };
        let parameters = fast_parameters(method, &prefixes);
        let whole = fast(document.as_bytes(), Part::Document, &parameters);
        let set = NodeSet::document(&tree, method.keeps_comments());
        prop_assert_eq!(&whole, &slow(&tree, &set, method, &prefixes));
        for id in tree.subtree(Tree::ROOT).filter(|id| tree.kind(*id) == Kind::Element) {
            let part = fast(document.as_bytes(), Part::Offset(tree.offset(id)), &parameters);
            let set = NodeSet::subtree(&tree, id, method.keeps_comments());
            prop_assert_eq!(part, slow(&tree, &set, method, &prefixes), "apex at {}", tree.offset(id));
        }
        // A canonical form is its own (but for a document's xml: attributes nothing is inherited).
        prop_assert_eq!(&fast(whole.as_bytes(), Part::Document, &parameters), &whole);
    }

    #[test]
    fn windows_make_no_difference(document in document(), window in 8_usize..80) {
        let limits = Limits::default();
        let parameters = fast_parameters(C14nMethod::Inclusive10 { comments: true }, &[]);
        let whole = canonicalize(document.as_bytes(), Part::Document, &parameters, &limits, Vec::new());
        let mut selections = vec![Selection::new(Part::Document, parameters, Vec::new())];
        let pieces = scan_with_window(document.as_bytes(), &limits, window, &mut selections);
        match (whole, pieces) {
            (Ok((whole, _)), Ok(())) => prop_assert_eq!(whole, selections.pop().unwrap().finish()),
            (Err(one), Err(other)) => prop_assert_eq!(one.to_string(), other.to_string()),
            (one, other) => prop_assert!(false, "{:?} {:?}", one.err(), other.err()),
        }
    }

    #[test]
    fn damage_is_the_same_in_windows(
        document in document(), at in any::<prop::sample::Index>(), byte in any::<u8>(), window in 8_usize..80,
    ) {
        let mut bytes = document.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let limits = Limits::default();
        let parameters = Parameters::default();
        let whole = canonicalize(bytes.as_slice(), Part::Document, &parameters, &limits, Vec::new());
        let mut selections = vec![Selection::new(Part::Document, parameters, Vec::new())];
        let pieces = scan_with_window(bytes.as_slice(), &limits, window, &mut selections);
        prop_assert_eq!(whole.is_ok(), pieces.is_ok());
    }
}

fn vectors() -> Option<PathBuf> {
    let shared = std::env::var_os("KYSO_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    Some(shared.join("vectors")).filter(|folder| folder.is_dir())
}

/// The canonical form of a file, its DOCTYPE taken, without external subset.
fn vector(path: &str, part: Part, method: &str, prefixes: &[&str], entities: &Entities) -> Option<String> {
    let bytes = std::fs::read(vectors()?.join(path)).unwrap();
    let plain = Plain::read(&bytes, Doctype::Allowed(entities), &Limits::default()).unwrap();
    let method = C14nMethod::from_name(method).unwrap();
    Some(fast(plain.text(), part, &fast_parameters(method, prefixes)))
}

fn expected(path: &str) -> String {
    std::fs::read_to_string(vectors().unwrap().join(path)).unwrap()
}

#[test]
fn the_examples_of_canonical_xml() {
    if vectors().is_none() {
        eprintln!("not run: no vectors");
        return;
    }
    let entities = Entities::new().with("world.txt", "world");
    for (input, output, method) in [
        ("31_input", "31_c14n", "c14n10"),
        ("31_input", "31_c14n-comments", "c14n10-comments"),
        ("32_input", "32_c14n", "c14n10"),
        ("33_input", "33_c14n", "c14n10"),
        ("34_input", "34_c14n", "c14n10"),
        ("35_input", "35_c14n", "c14n10"),
        ("36_input", "36_c14n", "c14n10"),
        ("default_ns_redefinition_input", "default_ns_redefinition_c14n", "c14n10"),
    ] {
        let path = |name: &str| format!("santuario-c14n-spec/{name}.xml");
        let part = if input.starts_with("default") { Part::Named("Object") } else { Part::Document };
        let found = vector(&path(input), part, method, &[], &entities).unwrap();
        assert_eq!(found, expected(&path(output)), "{input}");
    }
    for name in ["example-1", "example-2", "example-3", "example-4", "example-5", "example-6"] {
        for (folder, method) in [("without-comments", "c14n10"), ("with-comments", "c14n10-comments")] {
            let input = format!("libxml2-c14n/in/{folder}/{name}.xml");
            let output = format!("libxml2-c14n/expected/{folder}/{name}");
            if !vectors().unwrap().join(&output).is_file() {
                continue;
            }
            let found = vector(&input, Part::Document, method, &[], &entities).unwrap();
            assert_eq!(found, expected(&output), "{folder}/{name}");
        }
    }
}

#[test]
fn the_examples_of_exclusive_canonicalization() {
    if vectors().is_none() {
        eprintln!("not run: no vectors");
        return;
    }
    let none = Entities::new();
    for (input, apex, output, method) in [
        ("example2_2_1", "elem2", "example2_2_1_c14nized", "c14n10"),
        ("example2_2_2", "elem2", "example2_2_2_c14nized", "c14n10"),
        ("example2_2_1", "elem2", "example2_2_c14nized_exclusive", "exc"),
        ("example2_2_2", "elem2", "example2_2_c14nized_exclusive", "exc"),
        ("example2_2_3", "p", "example2_2_3_c14nized_exclusive", "exc"),
        ("example2_4", "elem2", "example2_4_c14nized", "exc"),
        ("plain-soap-1.1", "Body", "plain-soap-c14nized", "exc"),
    ] {
        let path = |name: &str| format!("santuario-exc-c14n-spec/{name}.xml");
        let found = vector(&path(input), Part::Named(apex), method, &[], &none).unwrap();
        assert_eq!(found, expected(&path(output)), "{input} {method}");
    }
    let apex = || Part::Id { names: vec![b"Id".to_vec()], value: b"to-be-signed".to_vec() };
    let path = "merlin-exc-c14n-one/exc-signature.xml";
    for (number, method, prefixes) in [
        (0, "exc", [].as_slice()),
        (1, "exc", &["bar", "#default"]),
        (2, "exc-comments", &[]),
        (3, "exc-comments", &["bar", "#default"]),
    ] {
        let found = vector(path, apex(), method, prefixes, &none).unwrap();
        assert_eq!(found, expected(&format!("merlin-exc-c14n-one/c14n-{number}.txt")), "{number}");
    }
    let found = vector(path, Part::Named("SignedInfo"), "exc", &[], &none).unwrap();
    assert_eq!(found, expected("merlin-exc-c14n-one/c14n-4.txt"));
}

#[test]
fn the_examples_of_canonical_xml_11_with_one_apex() {
    if vectors().is_none() {
        eprintln!("not run: no vectors");
        return;
    }
    let none = Entities::new();
    for (name, apex) in [
        ("xmlbase-prop-2", "e1"),
        ("xmlbase-prop-3", "e11"),
        ("xmlbase-prop-4", "e111"),
        ("xmlbase-prop-5", "e21"),
        ("xmlbase-prop-6", "e3"),
        ("xmlid-prop-1", "e1"),
        ("xmllang-prop-1", "e1"),
        ("xmllang-prop-2", "e2"),
        ("xmllang-prop-3", "e11"),
        ("xmlspace-prop-1", "e1"),
        ("xmlspace-prop-2", "e2"),
        ("xmlspace-prop-3", "e11"),
    ] {
        let xpath = expected(&format!("libxml2-c14n/in/1-1-without-comments/{name}.xpath"));
        assert!(xpath.contains(&format!("[ancestor-or-self::ietf:{apex}]")), "{name} has {xpath}");
        let input = format!("libxml2-c14n/in/1-1-without-comments/{name}.xml");
        let found = vector(&input, Part::Named(apex), "c14n11", &[], &none).unwrap();
        assert_eq!(found, expected(&format!("libxml2-c14n/expected/1-1-without-comments/{name}")), "{name}");
    }
}
