//! What is refused, and whose fault it is. Nothing is signed by halves.

use kyso::algorithm::{DigestAlgorithm, SuiteError};
use kyso::xml::{
    C14nMethod, Entities, Format, Packaging, PrepareError, Reference, Signing, Transform, XmlErrorKind,
};
use kyso::{Fault, Limits};

use super::hand::Signer;
use super::signing::at;

fn refused(signing: &Signing, document: &str) -> PrepareError {
    signing.prepare(document.as_bytes(), &at()).unwrap_err()
}

const DOCUMENT: &str = "<r><n Id='x'/><p><q/></p><p><q/></p></r>";

#[test]
fn nodes_and_ids() {
    let chain = Signer::new("p256").chain;
    let dsig = || Signing::dsig(&chain);
    let missing = refused(&dsig().node("y"), DOCUMENT);
    assert!(
        matches!(&missing, PrepareError::NodeMissing { id, attribute } if id == "y" && attribute == "Id")
    );
    assert_eq!(missing.fault(), Fault::Document);
    // Another attribute than the one named.
    assert!(matches!(
        refused(&dsig().node("x").id_attribute("id"), DOCUMENT),
        PrepareError::NodeMissing { .. }
    ));
    for twice in [
        "<r><n Id='x'/><m Id='x'/></r>",
        "<r><n Id='x'/><m id='x'/></r>",
        "<r><n Id='x'/><m ID='x'/></r>",
        "<r><n Id='x'/><m xml:id='x'/></r>",
        "<r><m Id='x'><n Id='x'/></m></r>",
    ] {
        let error = refused(&dsig().node("x"), twice);
        assert!(matches!(error, PrepareError::DuplicateId { count: 2, .. }), "{twice}: {error}");
    }
    // Row numbers are nobody's business.
    assert!(dsig().node("x").prepare(b"<r><n Id='x'/><m Id='1'/><m Id='1'/></r>".as_slice(), &at()).is_ok());
    for taken in ["Id", "id", "ID", "xml:id"] {
        let document = format!("<r><n Id='x'/><m {taken}='s'/></r>");
        let error = refused(&dsig().node("x").signature_id("s"), &document);
        assert!(matches!(&error, PrepareError::IdTaken { id } if id == "s"), "{taken}: {error}");
    }
    let same = Signing::tt78(&chain).node("x").signature_id("s").object_id("s").signature_location("r");
    assert!(matches!(refused(&same, DOCUMENT), PrepareError::IdTaken { .. }));
    for wrong in ["", "a b", "a#b", "a'b"] {
        assert!(matches!(refused(&dsig().node(wrong), DOCUMENT), PrepareError::Text { .. }), "{wrong:?}");
    }
}

#[test]
fn locations() {
    let chain = Signer::new("p256").chain;
    let at_path = |path: &str| refused(&Signing::dsig(&chain).node("x").signature_location(path), DOCUMENT);
    assert!(matches!(at_path("p/z"), PrepareError::LocationMissing { .. }));
    assert!(matches!(at_path("/p/q"), PrepareError::LocationMissing { .. }));
    assert!(matches!(at_path("p/q"), PrepareError::LocationAmbiguous { count: 2, .. }));
    // Another signature, or a part of it, is no place.
    let signed =
        "<r><n Id='x'/><Signature xmlns='http://www.w3.org/2000/09/xmldsig#'><Object/></Signature></r>";
    for path in ["Signature", "r/Signature", "Signature/Object"] {
        let error = refused(&Signing::dsig(&chain).node("x").signature_location(path), signed);
        assert!(matches!(error, PrepareError::LocationClosed { .. }), "{path}: {error}");
    }
    for wrong in ["", "p//q", "p/", "p[0]", "p[x]", "p[1", "@x", "p q"] {
        let error = at_path(wrong);
        assert!(matches!(error, PrepareError::Location { .. }), "{wrong:?}: {error}");
        assert_eq!(error.fault(), Fault::Caller);
    }
}

#[test]
fn documents() {
    let chain = Signer::new("p256").chain;
    let dsig = Signing::dsig(&chain);
    let kind = |document: &str| match refused(&dsig, document) {
        PrepareError::Document(error) => error,
        other => panic!("{other}"),
    };
    let doctype = kind("<!DOCTYPE r><r/>");
    assert!(matches!(doctype.kind(), XmlErrorKind::Doctype) && doctype.offset() == 0);
    assert!(matches!(kind("<r xmlns='relative'/>").kind(), XmlErrorKind::RelativeNamespace { .. }));
    let encoding = kind("<?xml version='1.0' encoding='windows-1258'?><r/>");
    assert!(matches!(encoding.kind(), XmlErrorKind::Encoding { .. }));
    assert_eq!(encoding.fault(), Fault::Unsupported);
    assert!(matches!(kind("<r><a></b></r>").kind(), XmlErrorKind::Mismatch { .. }));
    assert_eq!(kind("<r><a></b></r>").offset(), 6);
    let bombs = [
        "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>\
         <!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>\
         <!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'>\
         <!ENTITY g '&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;'>]><r>&g;</r>",
        "<!DOCTYPE r [<!ENTITY a '&b;'><!ENTITY b '&a;'>]><r>&a;</r>",
    ];
    for bomb in bombs {
        let signing = dsig.clone().allow_doctype(Entities::new());
        assert!(matches!(refused(&signing, bomb), PrepareError::Document(_)));
    }
    let deep = "<a>".repeat(5000) + &"</a>".repeat(5000);
    assert_eq!(kind(&deep).fault(), Fault::Limit);
    let mut limits = Limits::default();
    limits.xml_tag_bytes = 1 << 18;
    let long = format!("<r a='{}'/>", "x".repeat(1 << 19));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.xml");
    std::fs::write(&path, &long).unwrap();
    let error = dsig.limits(limits).prepare(std::fs::File::open(path).unwrap(), &at()).unwrap_err();
    assert_eq!(error.fault(), Fault::Limit, "{error}");
}

#[test]
fn options_that_do_not_go_together() {
    let chain = Signer::new("p256").chain;
    let new = |format| Signing::new(format, &chain);
    let wrong = [
        new(Format::XadesEpes),
        new(Format::Dsig).signer_role("x"),
        new(Format::Dsig).mime_type("text/xml"),
        new(Format::Dsig).xpath("true()"),
        new(Format::Dsig).signing_time_namespace("urn:x"),
        new(Format::Dsig).object_id("o"),
        new(Format::Dsig).prefix_list(["a"]),
        new(Format::Dsig).packaging(Packaging::Detached),
        new(Format::Dsig).packaging(Packaging::Enveloping).signature_location("r"),
        new(Format::Dsig).packaging(Packaging::Enveloping).ds_prefix(None),
        new(Format::Tt78).packaging(Packaging::Enveloping).node("x"),
        new(Format::DsigXPath).packaging(Packaging::Enveloping),
        Signing::tt78_message(&chain, 999, kyso::xml::Role::Seller),
    ];
    for (index, signing) in wrong.iter().enumerate() {
        let error = refused(signing, DOCUMENT);
        assert!(matches!(error, PrepareError::Options(_)), "{index}: {error}");
        assert_eq!(error.fault(), Fault::Caller, "{index}");
    }
    let nodes = [
        new(Format::DsigSingleNode),
        new(Format::DsigSingleNode).node("x").node("y"),
        new(Format::DsigMultipleNodes),
        new(Format::DsigXPath).node("x"),
        new(Format::Tt78),
    ];
    for (index, signing) in nodes.iter().enumerate() {
        let error = refused(signing, DOCUMENT);
        assert!(matches!(error, PrepareError::Nodes { .. }), "{index}: {error}");
    }
    let texts = [
        new(Format::Dsig).signature_id("1"),
        new(Format::Dsig).signature_id("a:b"),
        new(Format::Dsig).ds_prefix(Some("xmlx")),
        new(Format::Dsig).ds_prefix(Some("a b")),
        new(Format::Dsig).id_attribute("a b"),
        new(Format::Tt78).node("x").signing_time_namespace("relative"),
        new(Format::Xades).signer_role("\u{1}"),
        new(Format::Xades).ds_prefix(Some("xades")),
        new(Format::Dsig).c14n(C14nMethod::from_name("exc").unwrap()).prefix_list(["a b"]),
        new(Format::Dsig).reference(Reference::document().transforms([Transform::XPath {
            expression: "true()".to_owned(),
            namespaces: vec![("ds".to_owned(), "urn:other".to_owned())],
        }])),
        new(Format::Dsig).reference(Reference::document().transforms([Transform::XPath {
            expression: "true()".to_owned(),
            namespaces: vec![("a".to_owned(), "relative".to_owned())],
        }])),
    ];
    for (index, signing) in texts.iter().enumerate() {
        let error = refused(signing, DOCUMENT);
        assert!(matches!(error, PrepareError::Text { .. }), "{index}: {error}");
    }
}

#[test]
fn what_a_reference_digests() {
    let chain = Signer::new("p256").chain;
    let reference = |transforms: Vec<Transform>| {
        Signing::dsig(&chain).reference(Reference::document().transforms(transforms))
    };
    let c14n = || Transform::C14n { method: C14nMethod::default(), prefixes: Vec::new() };
    let xpath =
        |expression: &str| Transform::XPath { expression: expression.to_owned(), namespaces: Vec::new() };
    for (signing, why) in [
        (reference(vec![c14n()]), "hold the signature itself"),
        (reference(vec![xpath("true()")]), "holds the signature itself"),
        (reference(vec![xpath("false()")]), "is nothing at all"),
        (reference(vec![Transform::EnvelopedSignature, c14n(), xpath("true()")]), "read as XML again"),
        (reference(vec![Transform::EnvelopedSignature, Transform::Base64]), "no base64"),
    ] {
        let error = refused(&signing, "<r>!</r>");
        assert!(matches!(error, PrepareError::Transforms { .. }), "{error}");
        assert!(error.to_string().contains(why), "{error} has not {why}");
    }
    for wrong in ["not(", "nothing:x", "$x", "unknown()"] {
        let error = refused(&reference(vec![xpath(wrong)]), DOCUMENT);
        assert!(matches!(error, PrepareError::XPath(_)), "{wrong}: {error}");
    }
}

#[test]
fn sha1_only_by_name() {
    let chain = Signer::new("rsa2048").chain;
    let signing = Signing::dsig(&chain).digest(DigestAlgorithm::Sha1);
    assert!(matches!(refused(&signing, DOCUMENT), PrepareError::Suite(SuiteError::Digest { .. })));
    assert!(signing.allow_sha1().prepare(DOCUMENT.as_bytes(), &at()).is_ok());
    let chain = Signer::new("ed25519").chain;
    let signing = Signing::dsig(&chain).digest(DigestAlgorithm::Sha1);
    assert!(matches!(refused(&signing, DOCUMENT), PrepareError::Suite(SuiteError::Digest { .. })));
}

#[test]
fn around_itself() {
    let chain = Signer::new("p256").chain;
    let signing = |reference| {
        refused(&Signing::dsig(&chain).packaging(Packaging::Enveloping).reference(reference), DOCUMENT)
    };
    let c14n = || Transform::C14n { method: C14nMethod::default(), prefixes: Vec::new() };
    for reference in [
        Reference::document(),
        Reference::document().transforms([Transform::EnvelopedSignature, c14n()]),
        Reference::node("x").transforms([Transform::EnvelopedSignature]),
    ] {
        let error = signing(reference);
        assert!(matches!(error, PrepareError::Options(_)), "{error}");
        assert_eq!(error.fault(), Fault::Caller);
    }
}
