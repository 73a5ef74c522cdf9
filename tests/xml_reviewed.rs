//! What a review of the XML side found: each defect once, so that it does not come back.
#![cfg(feature = "signer")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use kyso::signer::{LocalKey, Signer as _};
use kyso::xml::{
    C14nMethod, Canonicalization, Entities, KeyInfo, PrepareError, Prepared, Signing, Wrapper,
    would_survive_wrapping,
};
use kyso::{At, Chain, Entropy, SignatureValue};

/// What is linear takes a fraction of it even without optimisation; what is quadratic takes minutes.
const PROMPT: Duration = Duration::from_secs(30);

fn read_key(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/keys").join(name)).unwrap()
}

fn chain() -> Chain {
    Chain::from_pem(&read_key("p256-chain.pem")).unwrap()
}

fn at() -> At {
    At { time: "2026-11-21T09:30:00+07:00".parse().unwrap(), entropy: Entropy::new([7; 32]) }
}

fn signed(signing: &Signing, document: &[u8]) -> Vec<u8> {
    let key = LocalKey::from_pem(&read_key("p256-key.pem"), None).unwrap();
    let prepared = signing.prepare(document.to_vec(), &at()).unwrap();
    let request = prepared.request();
    let value = SignatureValue::from_bytes(key.sign(request.suite(), request.to_be_signed()).unwrap());
    prepared.accept(&value).unwrap().to_bytes().unwrap()
}

fn refused(prepared: Result<Prepared<Vec<u8>>, PrepareError>) -> String {
    prepared.map(drop).unwrap_err().to_string()
}

fn listed(count: usize, mut item: impl FnMut(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        text.write_str(&item(index)).unwrap();
        text
    })
}

/// Canonicalises the element `x` of a document, and says how long the result is.
fn canonical(document: &str, method: &str) -> usize {
    let begun = Instant::now();
    let method = C14nMethod::from_name(method).unwrap();
    let mut octets = Vec::new();
    let form = Canonicalization::new(method).node("Id", "x");
    form.write(document.as_bytes(), &mut octets).unwrap();
    assert!(begun.elapsed() < PROMPT, "{:?}", begun.elapsed());
    octets.len()
}

#[test]
fn many_namespaces_in_one_tag_take_no_square() {
    let declarations = listed(60_000, |index| format!(" xmlns:p{index}=\"u:{index}\""));
    let below = format!("<r Id=\"x\"><a{declarations}/></r>");
    assert_eq!(canonical(&below, "exc"), r#"<r Id="x"><a></a></r>"#.len());
    assert_eq!(canonical(&below, "c14n10"), below.len() + "></a>".len() - "/>".len());
    let above = format!("<r{declarations}><a Id=\"x\">{}</a></r>", "<p0:c/>".repeat(60_000));
    assert!(canonical(&above, "c14n10") > above.len());
    let used = listed(60_000, |index| format!(" xmlns:p{index}=\"u:{index}\" p{index}:a=\"\""));
    let used = format!("<r Id=\"x\"><a{used}/></r>");
    assert_eq!(canonical(&used, "exc"), used.len() + "></a>".len() - "/>".len());
}

#[test]
fn many_xml_attributes_take_no_square() {
    let attributes = listed(60_000, |index| format!(" xml:a{index}=\"{index}\""));
    let document = format!("<r{attributes}><b Id=\"x\" xml:a7=\"own\"/></r>");
    assert!(canonical(&document, "c14n10") > attributes.len());
    assert_eq!(canonical(&document, "c14n11"), r#"<b Id="x" xml:a7="own"></b>"#.len());
}

#[test]
fn many_bases_take_no_square() {
    let segment = "b".repeat(2000);
    let depth = 3000;
    let open = format!("<a xml:base=\"{segment}/\">").repeat(depth);
    let document = format!("{open}<b Id=\"x\"/>{}", "</a>".repeat(depth));
    let base = depth * (segment.len() + 1);
    assert_eq!(canonical(&document, "c14n11"), base + r#"<b Id="x" xml:base=""></b>"#.len());
}

#[test]
fn many_places_with_much_in_scope_take_no_copies_of_it() {
    let declarations = listed(240, |index| format!(" xmlns:p{index}=\"u:{index}\""));
    let places = "<d><n/></d>".repeat(30_000);
    let document = format!("<r{declarations}><a Id=\"x\"/>{places}</r>");
    let begun = Instant::now();
    let signing = Signing::dsig(&chain()).node("x").signature_location("d/n");
    let why = refused(signing.prepare(document.into_bytes(), &at()));
    assert!(why.contains("30000 elements"), "{why}");
    assert!(begun.elapsed() < PROMPT, "{:?}", begun.elapsed());
    let huge = format!("<r xmlns:p=\"u:{}\"><a Id=\"x\"/><d><n/></d></r>", "u".repeat(100_000));
    let why = refused(signing.prepare(huge.into_bytes(), &at()));
    assert!(why.contains("in scope"), "{why}");
}

#[test]
fn the_prefix_of_xades_is_not_that_of_xmldsig() {
    let signing = Signing::xades(&chain()).ds_prefix(Some("xades"));
    let why = refused(signing.prepare(b"<r/>".to_vec(), &at()));
    assert!(why.contains("xades"), "{why}");
    let parts = [KeyInfo::Certificate, KeyInfo::KeyValue];
    let others = [
        Signing::xades(&chain()).ds_prefix(Some("dsig11")).key_info(parts),
        Signing::dsig(&chain()).ds_prefix(Some("xades")),
    ];
    for signing in others {
        let report = kyso::verify::xml(&signed(&signing, b"<r/>"), &Default::default()).unwrap();
        assert!(report.is_valid(), "{report}");
    }
}

#[test]
fn what_stands_before_a_doctype_is_written_once() {
    let comment = format!("<!--{}-->", "c".repeat(5000));
    let document = format!("{comment}<!DOCTYPE r [<!ENTITY e \"q\">]><?p?><r>&e;</r>");
    let mut octets = Vec::new();
    let form = Canonicalization::new(C14nMethod::from_name("c14n10-comments").unwrap());
    form.allow_doctype(Entities::new()).write(document.as_bytes(), &mut octets).unwrap();
    assert_eq!(String::from_utf8(octets).unwrap(), format!("{comment}\n<?p?>\n<r>q</r>"));
}

#[test]
fn a_leap_second_is_none_in_a_signing_time() {
    let at = At { time: "2016-12-31T23:59:60Z".parse().unwrap(), ..at() };
    let document = b"<r><a Id=\"x\"/></r>".to_vec();
    for (signing, time) in [
        (Signing::xades(&chain()).node("x"), "2016-12-31T23:59:59Z"),
        (Signing::tt78(&chain()).node("x"), "2017-01-01T06:59:59"),
    ] {
        let state = signing.prepare(document.clone(), &at).unwrap().state().to_json();
        assert!(state.contains(&format!("SigningTime>{time}<")), "{state}");
    }
}

#[test]
fn a_tag_is_bounded_in_memory_as_in_a_file() {
    let mut limits = kyso::Limits::default();
    limits.xml_tag_bytes = 1000;
    let document = format!("<r><a b=\"{}\"/></r>", "b".repeat(1000));
    let why = refused(Signing::dsig(&chain()).limits(limits).prepare(document.into_bytes(), &at()));
    assert!(why.contains("bytes of one tag"), "{why}");
}

#[test]
fn moving_many_signatures_takes_no_square() {
    let signature = |id: usize| {
        let reference = "<Reference URI=\"#x\"/>".repeat(5);
        format!(
            "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"s{id}\"><SignedInfo>{reference}\
             </SignedInfo></Signature>"
        )
    };
    let content = "<c>content</c>".repeat(20_000);
    let document = |count| format!("<r><d Id=\"x\">{content}</d>{}</r>", listed(count, signature));
    let begun = Instant::now();
    let mut limits = kyso::Limits::default();
    let document = document(300);
    let survives = |wrapper: &Wrapper, limits: &kyso::Limits| {
        would_survive_wrapping(document.as_bytes(), wrapper, limits)
    };
    assert_eq!(survives(&Wrapper::new(), &limits).unwrap(), Ok(()));
    let namespaced = Wrapper::new().namespace("p", "urn:p");
    assert_eq!(survives(&namespaced, &limits).unwrap(), Err("\"s0\"".to_owned()));
    limits.signatures = 300;
    let why = survives(&namespaced, &limits).unwrap_err().to_string();
    assert!(why.contains("references"), "{why}");
    assert!(begun.elapsed() < 2 * PROMPT, "{:?}", begun.elapsed());
}
