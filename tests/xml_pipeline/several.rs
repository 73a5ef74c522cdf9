//! Several signatures in one document: each at its place, none breaking another.

use kyso::Limits;
use kyso::xml::{PrepareError, Role, Signing, Transform, Wrapper, would_survive_wrapping};

use super::hand::{Signer, accepted, identified, sign, write};
use super::support::xml::xmlsec1_verify;
use super::support::{Judge, key};

fn judged(document: &[u8], id_attribute: &str, nodes: &[&str], count: usize) {
    assert_eq!(accepted(document), Ok(count));
    if Judge::Xmlsec1.present() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(&folder, "several.xml", document);
        let nodes: Vec<String> = nodes.iter().map(|node| (*node).to_owned()).collect();
        let ids = identified(document, id_attribute, &nodes);
        let ids: Vec<(&str, &str)> = ids.iter().map(|(one, two)| (one.as_str(), two.as_str())).collect();
        assert_eq!(xmlsec1_verify(&path, &ids, &key("root.pem")), Ok(count));
    }
}

#[test]
fn seller_buyer_and_authority() {
    let invoice = std::fs::read("testdata/xml/bench-3kb.xml").unwrap();
    let (seller, buyer, authority) = (Signer::new("rsa2048"), Signer::new("p256"), Signer::new("p384"));
    let as_seller =
        Signing::tt78(&seller.chain).node("HD7").signature_location("DSCKS/NBan").signature_id("seller");
    let one = sign(&as_seller, &invoice, &seller).unwrap();
    judged(&one, "Id", &["HD7"], 1);
    let as_buyer = Signing::tt78_message(&buyer.chain, 200, Role::Buyer).signature_id("buyer");
    let two = sign(&as_buyer, &one, &buyer).unwrap();
    judged(&two, "Id", &["HD7"], 2);
    let as_authority = Signing::tt78_message(&authority.chain, 202, Role::TaxAuthority).signature_id("cqt");
    let three = sign(&as_authority, &two, &authority).unwrap();
    judged(&three, "Id", &["HD7", "MCQT7"], 3);
    let text = String::from_utf8(three.clone()).unwrap();
    let places = ["<NBan><Signature", "<NMua><Signature", "<CQT><Signature"].map(|place| text.find(place));
    assert!(places.iter().all(Option::is_some), "{text}");
    // The authority's references carry no transforms.
    let authority = &text[text.find("<CQT>").unwrap()..];
    assert!(!authority.contains("Transform"), "{authority}");
    assert!(authority.contains("URI=\"#HD7\"") && authority.contains("URI=\"#MCQT7\""), "{authority}");
    // A fourth under an id that is there.
    let again = sign(&as_seller, &three, &seller).unwrap_err();
    assert!(matches!(&again, PrepareError::IdTaken { id } if id == "seller"), "{again}");
    // One beside the seller's, at the same place.
    let beside = sign(&as_seller.clone().signature_id("seller-2"), &three, &seller).unwrap();
    judged(&beside, "Id", &["HD7", "MCQT7"], 4);
}

#[test]
fn every_invoice_of_a_message() {
    let signer = Signer::new("p256");
    let mut message = std::fs::read("testdata/xml/tt78-message-3-invoices.xml").unwrap();
    for (count, node) in ["HD2", "HD3", "HD1"].into_iter().enumerate() {
        let id = format!("seller-{node}");
        let signing =
            Signing::tt78(&signer.chain).node(node).signature_location("DSCKS/NBan").signature_id(id);
        message = sign(&signing, &message, &signer).unwrap();
        judged(&message, "Id", &[node], count + 1);
    }
    let text = String::from_utf8(message).unwrap();
    // Each stands in the invoice whose node it signs.
    for (place, invoice) in text.split("<HDon>").skip(1).enumerate() {
        assert_eq!(invoice.matches("<Signature ").count(), 1);
        assert!(invoice.contains(&format!("<Reference URI=\"#HD{}\"", place + 1)), "{invoice}");
    }
}

#[test]
fn the_node_named_first_says_which_place() {
    let signer = Signer::new("p256");
    let message = std::fs::read("testdata/xml/tt78-message-3-invoices.xml").unwrap();
    for (nodes, place) in [(["HD3", "HD1"], 2), (["HD1", "HD3"], 0)] {
        let signing =
            Signing::dsig(&signer.chain).node(nodes[0]).node(nodes[1]).signature_location("DSCKS/NBan");
        let out = String::from_utf8(sign(&signing, &message, &signer).unwrap()).unwrap();
        let signed = out.split("<HDon>").skip(1).position(|invoice| invoice.contains("<ds:Signature "));
        assert_eq!(signed, Some(place), "{nodes:?}");
    }
}

#[test]
fn an_index_picks_among_siblings() {
    let signer = Signer::new("p256");
    let message = std::fs::read("testdata/xml/tt78-message-3-invoices.xml").unwrap();
    let signing =
        Signing::tt78(&signer.chain).node("HD1").signature_location("TDiep/DLieu/HDon[3]/DSCKS/NBan");
    let out = String::from_utf8(sign(&signing, &message, &signer).unwrap()).unwrap();
    let invoices: Vec<&str> = out.split("<HDon>").skip(1).collect();
    assert!(invoices[2].contains("<Signature ") && !invoices[0].contains("<Signature "));
}

#[test]
fn a_signature_of_everything_is_the_last() {
    let signer = Signer::new("rsa2048");
    let invoice = std::fs::read("testdata/xml/tt78-invoice.xml").unwrap();
    let whole = Signing::dsig(&signer.chain).signature_id("whole");
    let one = sign(&whole, &invoice, &signer).unwrap();
    judged(&one, "Id", &[], 1);
    let node = Signing::tt78(&signer.chain).node("HD1").signature_location("DSCKS/NBan");
    let refused = node.prepare(one.as_slice(), &crate::signing::at()).unwrap_err();
    assert!(
        matches!(&refused, PrepareError::WouldBreak { signature } if signature.contains("whole")),
        "{refused}"
    );
    // Whoever signs everything but signatures leaves room for others.
    let filtered = Signing::new(kyso::xml::Format::DsigXPath, &signer.chain);
    let one = sign(&filtered, &invoice, &signer).unwrap();
    let two = sign(&node, &one, &signer).unwrap();
    let three = sign(&filtered, &two, &signer).unwrap();
    judged(&three, "Id", &["HD1"], 3);
    let subtracting = Signing::dsig(&signer.chain).reference(kyso::xml::Reference::document().transforms([
        Transform::XPathFilter2 {
            filters: vec![(kyso::xml::Filter::Subtract, "//sig:Signature".to_owned())],
            namespaces: vec![("sig".to_owned(), "http://www.w3.org/2000/09/xmldsig#".to_owned())],
        },
    ]));
    let four = sign(&subtracting, &three, &signer).unwrap();
    let five = sign(&filtered, &four, &signer).unwrap();
    judged(&five, "Id", &["HD1"], 5);
}

#[test]
fn a_place_inside_what_is_signed_is_closed() {
    let signer = Signer::new("rsa2048");
    let document = b"<a><b Id='b'><place/></b><c/></a>";
    let one =
        sign(&Signing::dsig(&signer.chain).node("b").signature_location("a/c"), document, &signer).unwrap();
    let inside = Signing::dsig(&signer.chain).node("b").signature_location("b/place");
    let refused = inside.prepare(one.as_slice(), &crate::signing::at()).unwrap_err();
    assert!(matches!(refused, PrepareError::WouldBreak { .. }), "{refused}");
    assert_eq!(refused.fault(), kyso::Fault::Document);
    // The first may stand there, for it is enveloped.
    let one = sign(&inside, document, &signer).unwrap();
    judged(&one, "Id", &["b"], 1);
}

#[test]
fn wrapping() {
    let signer = Signer::new("p256");
    let invoice = std::fs::read("testdata/xml/tt78-invoice.xml").unwrap();
    let inclusive =
        Signing::tt78(&signer.chain).node("HD1").signature_location("DSCKS/NBan").signature_id("seller");
    let exclusive = Signing::dsig(&signer.chain)
        .node("HD1")
        .c14n(kyso::xml::C14nMethod::from_name("exc").unwrap())
        .signature_location("DSCKS/NMua");
    let limits = Limits::default();
    let inclusive = sign(&inclusive, &invoice, &signer).unwrap();
    let exclusive = sign(&exclusive, &invoice, &signer).unwrap();
    let namespace = Wrapper::new().namespace("xsi", "http://www.w3.org/2001/XMLSchema-instance");
    let language = Wrapper::new().xml_attribute("lang", "vi");
    let default = Wrapper::new().namespace("", "urn:envelope");
    for (wrapper, tags) in [
        (Wrapper::new(), ("<TDiep>", "</TDiep>")),
        (namespace, ("<TDiep xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">", "</TDiep>")),
        (language, ("<TDiep xml:lang=\"vi\">", "</TDiep>")),
        (default, ("<TDiep xmlns=\"urn:envelope\">", "</TDiep>")),
    ] {
        for document in [&inclusive, &exclusive] {
            let mut wrapped = tags.0.as_bytes().to_vec();
            wrapped.extend_from_slice(document);
            wrapped.extend_from_slice(tags.1.as_bytes());
            let said = would_survive_wrapping(document, &wrapper, &limits).unwrap();
            assert_eq!(said.is_ok(), accepted(&wrapped).is_ok(), "{said:?} within {}", tags.0);
        }
    }
    let broken = would_survive_wrapping(&inclusive, &Wrapper::new().namespace("a", "urn:a"), &limits);
    assert_eq!(broken.unwrap(), Err("\"seller\"".to_owned()));
}
