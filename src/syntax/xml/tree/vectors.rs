//! The vectors of the canonicalisation recommendations, their interoperability tests and other
//! implementations: arbitrary node-sets chosen by XPath among them. They are not kept here.

use std::collections::HashMap;
use std::path::Path;

use super::c14n::{Parameters, octets_of};
use super::sample::{element, read, shared};
use super::{NodeSet, Tree, XNode};
use crate::limits::Limits;
use crate::syntax::xml::C14nMethod;
use crate::syntax::xml::xpath::{Budget, Environment, Value, XPath, evaluate};

const EXCLUSIVE: C14nMethod = C14nMethod::Exclusive { comments: false };
const V10: C14nMethod = C14nMethod::Inclusive10 { comments: false };
const V11: C14nMethod = C14nMethod::Inclusive11 { comments: false };

/// The document, decoded if it is ISO-8859-1, with the external entity that a few of them name.
fn document(path: &Path) -> Tree {
    let bytes = std::fs::read(path).unwrap();
    let text = String::from_utf8(bytes.clone())
        .unwrap_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect());
    let world = std::fs::read_to_string(path.with_file_name("world.txt")).unwrap_or_default();
    read(&text, &HashMap::from([("ent2".to_owned(), world)]))
}

fn selected(tree: &Tree, expression: &str, namespace: &dyn Fn(&str) -> Option<String>) -> NodeSet {
    let limits = Limits::default();
    let xpath = XPath::compile(expression, namespace, &limits).unwrap();
    let environment = Environment { here: None, ids: &["id"] };
    let root = XNode::Node(Tree::ROOT);
    match evaluate(tree, &xpath, root, environment, &mut Budget::new(&limits)).unwrap() {
        Value::Nodes(nodes) => NodeSet::collection(tree, nodes.iter().copied()),
        other => panic!("{expression} is {other:?}"),
    }
}

fn canonical(tree: &Tree, set: &NodeSet, method: C14nMethod, prefixes: &str) -> String {
    let prefixes = prefixes.split_whitespace().map(str::to_owned).collect();
    let octets = octets_of(tree, set, &Parameters { method, prefixes }, &Limits::default()).unwrap();
    String::from_utf8(octets).unwrap()
}

#[track_caller]
fn same(name: &str, found: &str, expected: &Path) {
    let expected = std::fs::read_to_string(expected).unwrap();
    assert_eq!(found, expected, "{name}");
}

/// The names of the files in a folder that end like this, without the end.
fn stems(folder: &Path, end: &str) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    let mut stems: Vec<_> = names.filter_map(|name| name.strip_suffix(end).map(str::to_owned)).collect();
    stems.sort();
    stems
}

#[test]
fn libxml2() {
    let Some(folder) = shared("vectors/libxml2-c14n") else { return };
    for (kind, method, count) in [
        ("without-comments", V10, 20),
        ("with-comments", C14nMethod::Inclusive10 { comments: true }, 7),
        ("1-1-without-comments", V11, 28),
        ("exc-without-comments", EXCLUSIVE, 21),
    ] {
        let folder = |side: &str| folder.join(side).join(kind);
        let inputs = stems(&folder("in"), ".xml");
        assert_eq!(inputs.len(), count, "{kind}");
        for name in inputs {
            let file = |end: &str| folder("in").join(format!("{name}.{end}"));
            let tree = document(&file("xml"));
            let set = match std::fs::read_to_string(file("xpath")) {
                Ok(xpath) => {
                    let bearer = read(&xpath, &HashMap::new());
                    let element = bearer.document_element().unwrap();
                    let text: String = bearer
                        .subtree(element)
                        .skip(1)
                        .map(|id| if bearer.kind(id) == super::Kind::Text { bearer.text(id) } else { "" })
                        .collect();
                    let bound = |prefix: &str| bearer.namespace_of_prefix(element, prefix).map(str::to_owned);
                    selected(&tree, &text, &bound)
                }
                Err(_) => NodeSet::document(&tree, true),
            };
            let prefixes = std::fs::read_to_string(file("ns")).unwrap_or_default();
            let found = canonical(&tree, &set, method, &prefixes);
            // Of node-sets that have no canonical octets nothing is kept.
            let empty = ["merlin-c14n-two-15", "merlin-c14n-two-16", "merlin-c14n-two-25"];
            let expected = folder("expected").join(&name);
            if kind == "exc-without-comments" && empty.contains(&&*name) {
                assert!(found.is_empty() && !expected.exists(), "{name}: {found}");
                continue;
            }
            same(&format!("{kind}/{name}"), &found, &expected);
        }
    }
}

#[test]
fn w3c_c14n11() {
    let Some(folder) = shared("vectors/w3c-c14n11") else { return };
    let bound = |prefix: &str| (prefix == "ietf").then(|| "http://www.ietf.org".to_owned());
    let names = stems(&folder, ".xpath");
    assert_eq!(names.len(), 20);
    for name in names {
        let input = name.rsplit_once('-').unwrap().0;
        let tree = document(&folder.join(format!("{input}-input.xml")));
        let expression = std::fs::read_to_string(folder.join(format!("{name}.xpath"))).unwrap();
        let found = canonical(&tree, &selected(&tree, &expression, &bound), V11, "");
        same(&name, &found, &folder.join(format!("{name}.output")));
    }
}

#[test]
fn santuario_c14n() {
    let Some(folder) = shared("vectors/santuario-c14n-spec") else { return };
    // Left out: 34_input_validatingParser.xml, whose attributes only a validating parser normalises;
    // relative-ns-behaviour.xml, which has no canonical form, and foo.xml and
    // testTranslationFromUTF16toUTF8.xml, for which none is given.
    for name in ["31", "32", "33", "34", "35", "36"] {
        let tree = document(&folder.join(format!("{name}_input.xml")));
        let found = canonical(&tree, &NodeSet::document(&tree, true), V10, "");
        same(name, &found, &folder.join(format!("{name}_c14n.xml")));
    }
    let tree = document(&folder.join("31_input.xml"));
    let method = C14nMethod::Inclusive10 { comments: true };
    let found = canonical(&tree, &NodeSet::document(&tree, true), method, "");
    same("31, comments", &found, &folder.join("31_c14n-comments.xml"));

    let subset = std::fs::read_to_string(folder.join("37_subset.xpath")).unwrap();
    let expression = subset.split_once("-->").unwrap().1;
    let bound = |prefix: &str| (prefix == "ietf").then(|| "http://www.ietf.org".to_owned());
    for (name, method) in [("37", V10), ("38", V11)] {
        let tree = document(&folder.join(format!("{name}_input.xml")));
        let found = canonical(&tree, &selected(&tree, expression, &bound), method, "");
        same(name, &found, &folder.join(format!("{name}_c14n.xml")));
    }

    let tree = document(&folder.join("default_ns_redefinition_input.xml"));
    let found = canonical(&tree, &NodeSet::subtree(&tree, element(&tree, "Object"), true), V10, "");
    same("default_ns_redefinition", &found, &folder.join("default_ns_redefinition_c14n.xml"));

    let tree = document(&folder.join("relative-ns-behaviour.xml"));
    assert!(octets_of(&tree, &NodeSet::document(&tree, true), &V10.into(), &Limits::default()).is_err());
}

#[test]
fn santuario_exclusive() {
    let Some(folder) = shared("vectors/santuario-exc-c14n-spec") else { return };
    for (input, apex, method, expected) in [
        ("example2_2_1.xml", "elem2", V10, "example2_2_1_c14nized.xml"),
        ("example2_2_2.xml", "elem2", V10, "example2_2_2_c14nized.xml"),
        ("example2_2_1.xml", "elem2", EXCLUSIVE, "example2_2_c14nized_exclusive.xml"),
        ("example2_2_2.xml", "elem2", EXCLUSIVE, "example2_2_c14nized_exclusive.xml"),
        ("example2_2_3.xml", "p", EXCLUSIVE, "example2_2_3_c14nized_exclusive.xml"),
        ("example2_4.xml", "elem2", EXCLUSIVE, "example2_4_c14nized.xml"),
        ("plain-soap-1.1.xml", "Body", EXCLUSIVE, "plain-soap-c14nized.xml"),
    ] {
        let tree = document(&folder.join(input));
        let found = canonical(&tree, &NodeSet::subtree(&tree, element(&tree, apex), false), method, "");
        same(expected, &found, &folder.join(expected));
    }
}

#[test]
fn merlin_exclusive() {
    let Some(folder) = shared("vectors/merlin-exc-c14n-one") else { return };
    let tree = document(&folder.join("exc-signature.xml"));
    for (expected, apex, comments, prefixes) in [
        ("c14n-0.txt", "Object", false, ""),
        ("c14n-1.txt", "Object", false, "bar #default"),
        ("c14n-2.txt", "Object", true, ""),
        ("c14n-3.txt", "Object", true, "bar #default"),
        ("c14n-4.txt", "SignedInfo", false, ""),
    ] {
        let set = NodeSet::subtree(&tree, element(&tree, apex), true);
        let found = canonical(&tree, &set, C14nMethod::Exclusive { comments }, prefixes);
        same(expected, &found, &folder.join(expected));
    }
}
