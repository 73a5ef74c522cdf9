//! XML documents through both phases, judged by xmlsec1, the JDK and the library's own verifier.
#![cfg(feature = "signer")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "xml_pipeline/hand.rs"]
mod hand;
#[path = "xml_pipeline/options.rs"]
mod options;
#[path = "xml_pipeline/refusals.rs"]
mod refusals;
#[path = "xml_pipeline/several.rs"]
mod several;
mod signing;
#[path = "xml_pipeline/states.rs"]
mod states;
mod support;

use std::path::PathBuf;

use hand::{Signer, accepted, identified, sign, write};
use kyso::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use kyso::xml::{Entities, Format, KeyInfo, Policy, Reference, Signing};
use support::Judge;
use support::xml::{Policy as JdkPolicy, jdk_accepts, xmlsec1_verify};

const FORMATS: [&str; 7] =
    ["dsig", "dsig-single-node", "dsig-multiple-nodes", "dsig-xpath", "tt78", "xades", "xades-epes"];

/// A document of the manifest that can be signed.
struct Document {
    name: String,
    id_attribute: String,
    nodes: Vec<String>,
    location: String,
    bytes: Vec<u8>,
}

fn documents() -> Vec<Document> {
    let manifest = std::fs::read_to_string(support::xml::xml("MANIFEST.tsv")).unwrap();
    let mut found = Vec::new();
    for line in manifest.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, _, id_attribute, nodes, location, .., outcome] = fields.as_slice() else {
            panic!("{line}")
        };
        if !["sign", "doctype"].contains(outcome) {
            continue;
        }
        found.push(Document {
            name: (*name).to_owned(),
            id_attribute: (*id_attribute).to_owned(),
            nodes: nodes.split(',').filter(|node| !node.is_empty()).map(str::to_owned).collect(),
            location: (*location).to_owned(),
            bytes: std::fs::read(support::xml::xml(name)).unwrap(),
        });
    }
    assert!(found.len() >= 17, "{}", found.len());
    let shared = std::env::var_os("KYSO_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let samples = [
        ("efy-case2-invoice-dsig.xml", "id", "data", "inv:invoice"),
        ("efy-case4-tt78-invoice.xml", "Id", "InvoiceData", "DSCKS/NBan"),
        ("efy-case5-tt78-registration.xml", "Id", "DeclarationData", "DSCKS/NNT"),
    ];
    for (name, id_attribute, node, location) in samples {
        let Ok(bytes) = std::fs::read(shared.join("samples").join(name)) else {
            eprintln!("not run: {name}");
            continue;
        };
        found.push(Document {
            name: name.to_owned(),
            id_attribute: id_attribute.to_owned(),
            nodes: vec![node.to_owned()],
            location: location.to_owned(),
            bytes,
        });
    }
    found
}

fn signing(format: &str, document: &Document, signer: &Signer) -> Option<Signing> {
    let format = Format::from_name(format).unwrap();
    let mut signing = Signing::new(format, &signer.chain)
        .id_attribute(if document.id_attribute.is_empty() { "Id" } else { &document.id_attribute })
        .signature_location(&document.location)
        .allow_doctype(Entities::new());
    match (format, document.nodes.as_slice()) {
        (Format::DsigXPath, _) => {}
        (Format::DsigSingleNode, [one]) => signing = signing.node(one),
        (Format::DsigSingleNode, _) | (Format::DsigMultipleNodes | Format::Tt78, []) => return None,
        (_, nodes) => {
            for node in nodes {
                signing = signing.node(node);
            }
        }
    }
    if format == Format::XadesEpes {
        let digest = DigestAlgorithm::Sha256.hash(b"the policy");
        signing = signing.policy(Policy { id: "1.2.3.4".to_owned(), digest });
    }
    Some(signing)
}

#[test]
fn every_format_on_every_document() {
    let signer = Signer::new("rsa2048");
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for document in documents() {
        for format in FORMATS {
            let Some(signing) = signing(format, &document, &signer) else { continue };
            let out = sign(&signing, &document.bytes, &signer).unwrap_or_else(|error| {
                panic!("{format} on {}: {error}", document.name);
            });
            accepted(&out).unwrap_or_else(|why| panic!("{format} on {}: {why}", document.name));
            let path = write(&folder, &format!("{format}-{}", document.name), &out);
            // Neither judge replaces entities unless its parser is told to.
            if document.name == "doctype.xml" {
                continue;
            }
            // On a node-set the JDK repeats an element's xml: attributes on its siblings.
            if (format, document.name.as_str()) != ("dsig-xpath", "comments-pis-cdata.xml") {
                paths.push(path.clone());
            }
            if Judge::Xmlsec1.present() {
                let ids = identified(&out, &document.id_attribute, &document.nodes);
                let ids: Vec<(&str, &str)> =
                    ids.iter().map(|(one, two)| (one.as_str(), two.as_str())).collect();
                let count = xmlsec1_verify(&path, &ids, &support::key("root.pem"));
                assert_eq!(count, Ok(1), "{format} on {}", document.name);
            }
        }
    }
    assert!(paths.len() > 100, "{}", paths.len());
    if Judge::Jdk.present() {
        jdk_accepts(&paths, &["Id", "id", "ID", "xml:id"], JdkPolicy::Strict).unwrap();
    }
}

#[test]
fn every_key_and_digest() {
    let documents = documents();
    let document = documents.iter().find(|document| document.name == "tt78-invoice.xml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut for_jdk = Vec::new();
    for key in ["rsa2048", "p256", "p384", "p521", "ed25519"] {
        let signer = Signer::new(key);
        let algorithms: &[Option<SignatureAlgorithm>] =
            if key == "rsa2048" { &[None, Some(SignatureAlgorithm::RsaPss)] } else { &[None] };
        for algorithm in algorithms {
            for digest in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
                for format in ["dsig", "tt78", "xades"] {
                    let mut signing = signing(format, document, &signer).unwrap().digest(digest);
                    if let Some(algorithm) = algorithm {
                        signing = signing.signature_algorithm(*algorithm);
                    }
                    let out = sign(&signing, &document.bytes, &signer).unwrap();
                    let name = format!("{key}-{algorithm:?}-{digest}-{format}.xml");
                    accepted(&out).unwrap_or_else(|why| panic!("{name}: {why}"));
                    let path = write(&folder, &name, &out);
                    let text = String::from_utf8(out.clone()).unwrap();
                    let expected = match digest {
                        DigestAlgorithm::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
                        DigestAlgorithm::Sha384 => "http://www.w3.org/2001/04/xmldsig-more#sha384",
                        _ => "http://www.w3.org/2001/04/xmlenc#sha512",
                    };
                    assert!(text.contains(&format!("DigestMethod Algorithm=\"{expected}\"")), "{name}");
                    // xmlsec1 1.2 knows neither PSS nor EdDSA.
                    if Judge::Xmlsec1.present() && algorithm.is_none() && key != "ed25519" {
                        let ids = identified(&out, "Id", &document.nodes);
                        let ids: Vec<(&str, &str)> =
                            ids.iter().map(|(one, two)| (one.as_str(), two.as_str())).collect();
                        assert_eq!(xmlsec1_verify(&path, &ids, &support::key("root.pem")), Ok(1), "{name}");
                    }
                    if key != "ed25519" {
                        for_jdk.push(path);
                    }
                }
            }
        }
    }
    if Judge::Jdk.present() {
        jdk_accepts(&for_jdk, &["Id"], JdkPolicy::Strict).unwrap();
    }
}

/// signxml takes what is under the prefix `ds`, in documents without namespaces above.
#[test]
fn signxml_takes_what_it_knows() {
    if !Judge::Signxml.present() {
        return;
    }
    let signer = Signer::new("rsa2048");
    let documents = documents();
    let document = documents.iter().find(|document| document.name == "tt78-invoice.xml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (format, node) in [("dsig", false), ("dsig", true), ("xades", false), ("xades", true)] {
        let format = Format::from_name(format).unwrap();
        let mut signing = Signing::new(format, &signer.chain).key_info([KeyInfo::Certificate]);
        if node {
            signing = signing.node(&document.nodes[0]).signature_location(&document.location);
        }
        let out = sign(&signing, &document.bytes, &signer).unwrap();
        paths.push(write(&folder, &format!("{}-{node}.xml", format.name()), &out));
    }
    let answers = support::xml::signxml_verify(&paths, "Id", &support::key("rsa2048-chain.pem"));
    let signed = ["HDon", "DLHDon", "HDon", "DLHDon"];
    for ((answer, path), name) in answers.iter().zip(&paths).zip(signed) {
        let names = answer.as_ref().unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        assert!(names.iter().any(|one| one == name), "{}: {names:?}", path.display());
    }
}

#[test]
fn a_file_and_a_slice_are_signed_alike() {
    let signer = Signer::new("p256");
    for document in documents() {
        let signing = signing("dsig-xpath", &document, &signer).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = write(&folder, "in.xml", &document.bytes);
        let from_file = signing.prepare(std::fs::File::open(&path).unwrap(), &signing::at()).unwrap();
        let from_slice = signing.prepare(document.bytes.as_slice(), &signing::at()).unwrap();
        assert_eq!(from_file.state().to_json(), from_slice.state().to_json(), "{}", document.name);
        let request = from_file.request();
        let value = signer.value(&request);
        let out = folder.path().join("out.xml");
        from_file.accept(&value).unwrap().save(&out).unwrap();
        let signed = from_slice.accept(&value).unwrap();
        assert_eq!(std::fs::read(&out).unwrap(), signed.to_bytes().unwrap(), "{}", document.name);
        assert_eq!(signed.len(), signed.to_bytes().unwrap().len() as u64);
    }
}

#[test]
fn what_is_external_is_digested_as_it_is() {
    let signer = Signer::new("rsa2048");
    let digest = DigestAlgorithm::Sha256.hash(b"octets elsewhere");
    for format in [Format::Dsig, Format::Xades] {
        let signing = Signing::new(format, &signer.chain)
            .packaging(kyso::xml::Packaging::Detached)
            .reference(Reference::external("annex%201.bin", digest));
        let out = sign(&signing, b"<receipt/>", &signer).unwrap();
        let mut options = kyso::verify::Options::default();
        assert!(!kyso::verify::xml(&out, &options).unwrap().is_valid());
        options.detached = vec![("annex%201.bin".to_owned(), b"octets elsewhere".to_vec())];
        let report = kyso::verify::xml(&out, &options).unwrap();
        assert!(report.is_valid(), "{report}");
    }
}
