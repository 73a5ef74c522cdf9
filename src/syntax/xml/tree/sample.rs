//! Trees for tests, read with another reader than the library's own. It takes documents to be well-formed.

use std::collections::HashMap;
use std::path::PathBuf;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Builder, Declaration, Name, NodeId, Tree};
use crate::limits::Limits;
use crate::syntax::xml::{XML_NAMESPACE, character::is_space};

/// A file or folder that is shared between projects and not kept here; `None`, said once, without it.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("KYSO_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = folder.join(path);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

/// The document as a tree.
pub(crate) fn tree(document: &str) -> Tree {
    read(document, &HashMap::new())
}

/// The only element of this local name, or the first.
pub(crate) fn element(tree: &Tree, local: &str) -> NodeId {
    let named = |id: &NodeId| tree.name(*id).is_some_and(|name| &*name.local == local);
    tree.subtree(Tree::ROOT).find(named).unwrap()
}

/// What an internal subset says, as far as the vectors need it: defaults of attributes, attributes that are
/// not CDATA, and entities of plain text.
#[derive(Default)]
struct Subset {
    /// Element, attribute, whether its value is CDATA, default.
    attributes: Vec<(String, String, bool, Option<String>)>,
    entities: HashMap<String, String>,
}

fn quoted(text: &str) -> Option<String> {
    let quote = text.trim_start().chars().next().filter(|quote| "'\"".contains(*quote))?;
    text.trim_start()[1..].split(quote).next().map(str::to_owned)
}

impl Subset {
    fn read(doctype: &str) -> Self {
        let mut subset = Self::default();
        let internal = doctype.split_once('[').map_or("", |(_, rest)| rest.rsplit_once(']').unwrap().0);
        for declaration in internal.split("<!").skip(1) {
            let declaration = declaration.rsplit_once('>').unwrap().0;
            let (kind, rest) = declaration.split_once(char::is_whitespace).unwrap();
            let mut words = rest.split_whitespace();
            let name = words.next().unwrap_or_default().to_owned();
            if kind == "ATTLIST" {
                let attribute = words.next().unwrap().to_owned();
                let after = rest.split_once(&attribute).unwrap().1.trim_start();
                let cdata = after.starts_with("CDATA");
                let quote = after.find(['"', '\'']).and_then(|at| quoted(&after[at..]));
                subset.attributes.push((name, attribute, cdata, quote));
            } else if kind == "ENTITY"
                && let Some(value) = quoted(rest.split_once(&name).unwrap().1)
            {
                subset.entities.insert(name, value);
            }
        }
        subset
    }
}

fn line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn character(reference: &str, entities: &HashMap<String, String>) -> String {
    if let Some(number) = reference.strip_prefix('#') {
        let code =
            number.strip_prefix('x').map_or_else(|| number.parse(), |hex| u32::from_str_radix(hex, 16));
        return char::from_u32(code.unwrap()).unwrap().to_string();
    }
    match reference {
        "amp" => "&".into(),
        "lt" => "<".into(),
        "gt" => ">".into(),
        "quot" => "\"".into(),
        "apos" => "'".into(),
        _ => entities.get(reference).unwrap_or_else(|| panic!("&{reference};")).clone(),
    }
}

fn value(raw: &str, cdata: bool, entities: &HashMap<String, String>) -> String {
    let raw = line_ends(raw);
    let mut value = String::new();
    let mut pieces = raw.split('&');
    let spaces = |text: &str| text.replace(['\t', '\n', '\r'], " ");
    value.push_str(&spaces(pieces.next().unwrap()));
    for piece in pieces {
        let (reference, rest) = piece.split_once(';').unwrap();
        value.push_str(&character(reference, entities));
        value.push_str(&spaces(rest));
    }
    if cdata {
        return value;
    }
    value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The document as a tree, with entities besides those it declares.
pub(crate) fn read(document: &str, entities: &HashMap<String, String>) -> Tree {
    let document = document.strip_prefix('\u{FEFF}').unwrap_or(document);
    let mut reader = Reader::from_str(document);
    let mut builder = Builder::new(&Limits::default());
    let mut subset = Subset { attributes: Vec::new(), entities: entities.clone() };
    let mut scopes: Vec<HashMap<String, String>> = vec![HashMap::new()];
    loop {
        let at = reader.buffer_position();
        match reader.read_event().unwrap() {
            Event::Start(tag) => start(&mut builder, &mut scopes, at, &tag, &subset),
            Event::Empty(tag) => {
                start(&mut builder, &mut scopes, at, &tag, &subset);
                scopes.pop();
                builder.end_element();
            }
            Event::End(_) => {
                scopes.pop();
                builder.end_element();
            }
            Event::Text(text) => builder.text(at, &line_ends(&text)).unwrap(),
            Event::CData(text) => builder.text(at, &line_ends(&text)).unwrap(),
            Event::GeneralRef(name) => {
                builder.text(at, &character(&name, &subset.entities)).unwrap();
            }
            Event::Comment(text) => builder.comment(at, &line_ends(&text)).unwrap(),
            Event::PI(pi) => {
                let data = line_ends(pi.content());
                let data = data.trim_start_matches(|c: char| c.is_ascii() && is_space(c as u8));
                builder.processing_instruction(at, pi.target(), data).unwrap();
            }
            Event::DocType(doctype) => {
                let Subset { attributes, entities } = Subset::read(&doctype);
                subset.attributes = attributes;
                subset.entities.extend(entities);
            }
            Event::Decl(_) => {}
            Event::Eof => return builder.finish(),
        }
    }
}

fn start(
    builder: &mut Builder,
    scopes: &mut Vec<HashMap<String, String>>,
    at: u64,
    tag: &BytesStart<'_>,
    subset: &Subset,
) {
    let element = tag.name().0.to_owned();
    let mut written: Vec<(String, String)> = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.unwrap();
        let name = attribute.key.0.to_owned();
        let declared = subset.attributes.iter().find(|(of, n, ..)| *of == element && *n == name);
        let cdata = declared.is_none_or(|(_, _, cdata, _)| *cdata);
        written.push((name, value(&attribute.value, cdata, &subset.entities)));
    }
    for (of, name, _, default) in &subset.attributes {
        if let Some(default) = default
            && *of == element
            && written.iter().all(|(n, _)| n != name)
        {
            written.push((name.clone(), default.clone()));
        }
    }
    let mut scope = scopes.last().unwrap().clone();
    let mut declarations = Vec::new();
    written.retain(|(name, uri)| {
        let prefix = match name.strip_prefix("xmlns:") {
            Some(prefix) => prefix,
            None if name == "xmlns" => "",
            None => return true,
        };
        scope.insert(prefix.into(), uri.clone());
        declarations.push(Declaration { prefix: prefix.into(), uri: (**uri).into() });
        false
    });
    let resolve = |name: &str, default: bool| {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let namespace = match prefix {
            "xml" => XML_NAMESPACE,
            "" if !default => "",
            "" => scope.get("").map_or("", String::as_str),
            _ => &scope[prefix],
        };
        Name { prefix: prefix.into(), local: local.into(), namespace: namespace.into() }
    };
    let attributes = written.into_iter().map(|(name, value)| (resolve(&name, false), value)).collect();
    builder.start_element(at, resolve(&element, true), declarations, attributes).unwrap();
    scopes.push(scope);
}
