//! What once made a fuzz target fail, and the seeds that it starts from, through the same functions.
//!
//! A file `testdata/crashes/TARGET-NAME` is an input that the fuzzer found; it stays when what it showed
//! has been mended.
#![cfg(all(feature = "signer", feature = "remote"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;
mod targets;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// The longest that one input may take in a build without optimisation, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

fn replay(target: fn(&[u8]), name: &str, data: &[u8]) {
    println!("{name}");
    let start = Instant::now();
    target(data);
    assert!(start.elapsed() < PATIENCE, "{name} took {:?}", start.elapsed());
}

#[test]
fn what_once_failed_does_not_fail_again() {
    let inputs = files(&support::root().join("testdata/crashes"));
    for (name, data) in &inputs {
        let known = targets::ALL.iter().find(|(target, _)| name.starts_with(&format!("{target}-")));
        let (_, target) = known.unwrap_or_else(|| panic!("{name} is named after no target"));
        replay(*target, name, data);
    }
    assert!(!inputs.is_empty(), "no crash inputs found");
}

#[test]
fn seeds_pass() {
    // The folder is not in the package.
    let folder = support::root().join("fuzz/seeds");
    if !folder.is_dir() {
        return;
    }
    for (target, function) in targets::ALL {
        let seeds = files(&folder.join(target));
        assert!(!seeds.is_empty(), "no seeds for {target}");
        for (name, data) in &seeds {
            replay(function, &format!("{target}/{name}"), data);
        }
    }
}

#[test]
fn test_documents_pass_the_pipeline() {
    for (name, data) in files(&support::root().join("testdata/pdf")) {
        replay(targets::pdf_pipeline, &name, &data);
        replay(targets::text_search, &name, &data);
    }
}

#[test]
fn test_documents_pass_the_xml_targets() {
    for (name, data) in files(&support::root().join("testdata/xml")) {
        replay(targets::xml_c14n, &name, &data);
        // Each with a few options: the format, the method, flags, the node, the place.
        for option in 0..14 {
            let options =
                [0xFF, option, option, [0, 1, 8, 9, 4, 0x10, 0x81][usize::from(option) % 7], 1, option];
            replay(targets::xml_pipeline, &name, &[data.as_slice(), &options].concat());
        }
    }
}

#[test]
fn damaged_xml_signatures_are_not_valid() {
    targets::xml::xml_damage(13);
}

/// Not a test: writes the seeds anew.
#[test]
#[ignore = "writes fuzz/seeds"]
fn write_seeds() {
    let folder = support::root().join("fuzz/seeds");
    let write = |target: &str, name: &str, bytes: &[u8]| {
        fs::create_dir_all(folder.join(target)).unwrap();
        fs::write(folder.join(target).join(name), bytes).unwrap();
    };
    for (name, tail) in [("table", ""), ("junk-behind", "\njunk"), ("cut", "\n%")] {
        let mut document = support::naive::small().into_bytes();
        document.extend_from_slice(tail.as_bytes());
        write("pdf_open", name, &document);
        write("pdf_pipeline", name, &document);
    }
    write("text_search", "document", &support::naive::small().into_bytes());
    let content: &[u8] =
        b"q 1 0 0 1 9 9 cm BT /S 12 Tf 72 700 Td [(Si) -20 (gn)] TJ ( here) Tj T* (e) ' 1 2 (e) \" ET Q\n\
        /Span /P BDC BT /T 10 Tf 50 Tz 2 Tc 3 Tw 4 Ts 1 0 .2 1 5 5 Tm (ABC) Tj ET EMC /X Do\n\
        BI /W 2 /H 2 /BPC 8 /CS /G ID abcd EI BT /C 9 Tf <00010041> Tj 0 -9 TD <8041> Tj ET";
    write("text_search", "content", content);
    let cmap: &[u8] =
        b"/WMode 0 def /Identity-H usecmap begincmap 2 begincodespacerange <00> <80> <8140> <9FFC> \
        endcodespacerange 1 beginbfchar <41> <1EA5> endbfchar 2 beginbfrange <01> <05> <0061> <06> <07> \
        [<0065> <00660066>] endbfrange 1 begincidrange <00> <7F> 1 endcidrange 1 begincidchar <8141> 7 \
        endcidchar endcmap";
    write("text_search", "cmap", cmap);
    let digest = kyso::algorithm::DigestAlgorithm::Sha256.hash(b"content");
    let identity = targets::p256();
    write("cms_parse", "signed-data", &identity.cms(&digest));
    let leaf = identity.chain.leaf();
    write("cms_parse", "certificate", leaf.der());
    write("cms_parse", "public-key", leaf.spki_der());
    for name in ["rsa2048", "p256", "ed25519"] {
        write(
            "cms_parse",
            &format!("{name}-chain"),
            &fs::read(support::key(&format!("{name}-chain.pem"))).unwrap(),
        );
    }
    let suite = kyso::algorithm::Suite::default_for(identity.chain.public_key());
    let attributes = kyso::cms::SignedAttributes::new(&digest, &identity.chain, suite, None).unwrap();
    write("cms_parse", "attributes", attributes.as_der());
    write("cms_parse", "value", &[0x30, 6, 2, 1, 1, 2, 1, 1]);
    for (index, genuine) in targets::state::genuine().iter().enumerate() {
        write("state_resume", &format!("state-{index}"), genuine.json.as_bytes());
    }
    // Which state; then field, way, length and bytes of each edit.
    write("state_resume", "edit-gap", &[0, 5, 6, 1, 2]);
    write("state_resume", "edit-chain", &[1, 1, 0, 0, 1, 2, 0]);
    write("state_resume", "edit-head", &[2, 9, 1, 3, 10, 0, b'x', 9, 3, 3, 50, 0, 4]);
    write("state_resume", "edit-json", &[0, 2, 0, 4, b'n', b'u', b'l', b'l']);
    for seed in targets::xml::signed_documents() {
        write("xml_verify", seed.name, &seed.bytes);
    }
    // Which document; then place, way, length and bytes of each edit.
    write("xml_verify", "edit", &[0, 30, 0, 0, 1, b'y']);
    write("xml_verify", "edit-copy", &[4, 20, 0, 6, 2, 0, 0, 30, 0, 1, 1, b' ']);
    // Options stand behind 0xFF.
    let untidy: &[u8] =
        b"<r xmlns:p='u:p' xmlns='u:d'><p:a Id='x' p:b=\"&#13;\" xml:lang='vi'>a\r\n<![CDATA[<]]>\
                          <!--c--><?t d?></p:a><b xmlns=''/></r>\n";
    let typed: &[u8] =
        b"<!DOCTYPE r [<!ENTITY e 'x&#38;lt;'><!ATTLIST r Id ID #IMPLIED b NMTOKENS ' c  d '>]>\
                         <r Id='x'>&e;</r>";
    for (name, document, options) in [
        ("untidy", untidy, [0, 0, 4, 0, 0, 0, 0, 0, 0]),
        ("node", untidy, [4, 7, 4, 0, 0, 0, 0, 0, 0]),
        ("doctype", typed, [2, 0, 1, 0, 0, 0, 0, 0, 0]),
    ] {
        write("xml_c14n", name, &[document, &[0xFF], &options].concat());
    }
    for (name, document, options) in [
        ("dsig", untidy, [0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("node-beside", untidy, [1, 4, 0x80, 0, 3, 3, 0, 0, 0]),
        ("tt78", untidy, [4, 2, 0, 0, 1, 0, 0, 0, 0]),
        ("xades-enveloping", untidy, [5, 1, 0x10, 0, 0, 0, 0, 0, 0]),
        ("xpath", untidy, [3, 0, 4, 0, 0, 0, 0, 0, 0]),
        ("filter", untidy, [0, 0, 2, 0, 2, 0, 3, 0, 0]),
        ("transforms", untidy, [0, 5, 0, 0, 3, 0, 6, 3, 2]),
        ("doctype", typed, [6, 3, 1, 0, 0, 0, 0, 0, 0]),
    ] {
        write("xml_pipeline", name, &[document, &[0xFF], &options].concat());
    }
}
