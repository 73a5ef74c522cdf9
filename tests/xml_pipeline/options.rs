//! Options: each does what it says.

use kyso::algorithm::DigestAlgorithm;
use kyso::verify::{Options, xml};
use kyso::xml::{
    C14nMethod, Canonicalization, Filter, Format, KeyInfo, Packaging, Policy, ProductionPlace, Reference,
    Signing, Transform,
};

use super::hand::{Signer, accepted, sign, write};
use super::support::Judge;
use super::support::xml::{Policy as JdkPolicy, jdk_accepts};

const DOCUMENT: &str = "<r xmlns:p='urn:p'><n Id='x'>ZGF0YQ==<!--c--><p:m/></n><place/></r>";

fn text(signing: &Signing, signer: &Signer) -> String {
    let out = sign(signing, DOCUMENT.as_bytes(), signer).unwrap();
    assert_eq!(accepted(&out), Ok(1));
    if Judge::Jdk.present() {
        let folder = tempfile::tempdir().unwrap();
        jdk_accepts(&[write(&folder, "one.xml", &out)], &["Id"], JdkPolicy::Strict).unwrap();
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn prefixes_and_key_info() {
    let signer = Signer::new("rsa2048");
    let signing = || Signing::dsig(&signer.chain).node("x");
    assert!(
        text(&signing(), &signer).contains("<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">")
    );
    assert!(
        text(&signing().ds_prefix(None), &signer)
            .contains("<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">")
    );
    assert!(text(&signing().ds_prefix(Some("sig")), &signer).contains("<sig:Signature xmlns:sig="));
    let chain = text(&signing(), &signer);
    assert_eq!(chain.matches("<ds:X509Certificate>").count(), signer.chain.certificates().len());
    let leaf = text(&signing().key_info([KeyInfo::Certificate]), &signer);
    assert_eq!(leaf.matches("<ds:X509Certificate>").count(), 1);
    let all = [KeyInfo::KeyValue, KeyInfo::SubjectName, KeyInfo::IssuerSerial, KeyInfo::Certificate];
    let all = text(&signing().key_info(all), &signer);
    for part in ["<ds:RSAKeyValue>", "<ds:X509SubjectName>", "<ds:X509SerialNumber>", "<ds:X509Certificate>"]
    {
        assert!(all.contains(part), "{part}");
    }
    let out = sign(&signing().key_info([]), DOCUMENT.as_bytes(), &signer).unwrap();
    assert!(!String::from_utf8(out).unwrap().contains("KeyInfo"));
    for key in ["p256", "p384", "p521"] {
        let signer = Signer::new(key);
        let signing = Signing::dsig(&signer.chain).key_info([KeyInfo::KeyValue, KeyInfo::Certificate]);
        assert!(text(&signing, &signer).contains("<dsig11:NamedCurve URI=\"urn:oid:"), "{key}");
    }
}

#[test]
fn canonicalization() {
    let signer = Signer::new("rsa2048");
    for name in ["c14n10", "c14n11", "exc", "c14n10-comments", "c14n11-comments", "exc-comments"] {
        let method = C14nMethod::from_name(name).unwrap();
        let text = text(&Signing::dsig(&signer.chain).node("x").c14n(method), &signer);
        let algorithm = format!("Algorithm=\"{}\"", method.uri());
        // CanonicalizationMethod, and the transform of the reference.
        assert_eq!(text.matches(&algorithm).count(), 2, "{name}: {text}");
    }
    let exclusive = C14nMethod::from_name("exc").unwrap();
    let listed = Signing::dsig(&signer.chain).node("x").c14n(exclusive).prefix_list(["p", "#default"]);
    assert!(text(&listed, &signer).contains("PrefixList=\"p #default\""));
}

#[test]
fn transforms_and_digests_of_their_own() {
    let signer = Signer::new("rsa2048");
    let xpath = Transform::XPath {
        expression: "not(ancestor-or-self::ds:Signature) and not(self::q:m)".to_owned(),
        namespaces: vec![("q".to_owned(), "urn:p".to_owned())],
    };
    let filter = Transform::XPathFilter2 {
        filters: vec![(Filter::Intersect, "//n".to_owned()), (Filter::Subtract, "//p:m".to_owned())],
        namespaces: Vec::new(),
    };
    let signing = Signing::dsig(&signer.chain)
        .signature_location("place")
        .reference(Reference::document().transforms([xpath]).id("one").digest(DigestAlgorithm::Sha512))
        .reference(Reference::document().transforms([filter]).kind("urn:kind"))
        .reference(Reference::node("x").transforms([Transform::Base64]).digest(DigestAlgorithm::Sha384))
        .reference(Reference::node("x").transforms([]));
    let text = text(&signing, &signer);
    assert!(text.contains("Id=\"one\"") && text.contains("Type=\"urn:kind\""));
    let base64 = DigestAlgorithm::Sha384.hash(b"data").to_base64();
    assert!(text.contains(&format!("<ds:DigestValue>{base64}</ds:DigestValue>")), "{text}");
}

#[test]
fn packagings() {
    let signer = Signer::new("p256");
    let enveloping =
        text(&Signing::dsig(&signer.chain).packaging(Packaging::Enveloping).object_id("content"), &signer);
    assert!(enveloping.starts_with("<ds:Signature ") && enveloping.contains("<ds:Object Id=\"content\"><r "));
    let node = Signing::xades(&signer.chain).packaging(Packaging::Enveloping).node("x");
    assert!(text(&node, &signer).contains("URI=\"#x\""));
    let whole = Signing::xades(&signer.chain).packaging(Packaging::Enveloping);
    assert!(text(&whole, &signer).contains("DataObjectFormat"));
    let detached =
        Signing::dsig(&signer.chain).packaging(Packaging::Detached).node("x").signature_location("place");
    assert!(!text(&detached, &signer).contains("enveloped-signature"));
    // What stands before and behind the root stays where it is.
    let document = "\u{FEFF}<?xml version='1.0'?>\r\n<!--a--><r a='1'/>\r\n<!--b-->\n";
    let signing = Signing::dsig(&signer.chain).packaging(Packaging::Enveloping);
    let out = sign(&signing, document.as_bytes(), &signer).unwrap();
    assert_eq!(accepted(&out), Ok(1));
    let out = String::from_utf8(out).unwrap();
    assert!(out.starts_with("\u{FEFF}<?xml version='1.0'?>\r\n<!--a--><ds:Signature"));
    assert!(out.ends_with("<r a='1'/></ds:Object></ds:Signature>\r\n<!--b-->\n"));
}

#[test]
fn tt78() {
    let signer = Signer::new("rsa2048");
    let invoice = std::fs::read("testdata/xml/tt78-invoice.xml").unwrap();
    let signing = || Signing::tt78(&signer.chain).signature_id("seller").object_id("proid");
    // The node and its place, found by the invoice's own elements.
    let signed = |signing: &Signing| String::from_utf8(sign(signing, &invoice, &signer).unwrap()).unwrap();
    let plain = signed(&signing());
    assert!(plain.contains("<NBan><Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"seller\">"));
    // 08:00 at +07:00.
    let time = "<Object Id=\"proid\"><SignatureProperties><SignatureProperty Target=\"#seller\">\
                <SigningTime>2026-06-01T08:00:00</SigningTime>";
    assert!(plain.contains(time), "{plain}");
    let namespaced = signed(&signing().signing_time_namespace("https://hoadondientu.gdt.gov.vn"));
    assert!(
        namespaced.contains("<SigningTime xmlns=\"https://hoadondientu.gdt.gov.vn\">2026-06-01T08:00:00<")
    );
    assert_eq!(accepted(namespaced.as_bytes()), Ok(1));
    // Without an id of its own, the object's comes from what is signed and when.
    let generated = || Signing::tt78(&signer.chain).signature_id("seller");
    let id = |text: &str| {
        let at = text.find("<Object Id=\"").unwrap() + 12;
        text[at..at + text[at..].find('"').unwrap()].to_owned()
    };
    assert_eq!(id(&signed(&generated())), id(&signed(&generated())));
    assert_ne!(id(&signed(&generated())), id(&signed(&generated().signature_id("other"))));
    let prefixed = signed(&generated().ds_prefix(Some("ds")));
    assert_eq!(accepted(prefixed.as_bytes()), Ok(1));
}

#[test]
fn xades() {
    let signer = Signer::new("rsa2048");
    let mut place = ProductionPlace::default();
    place.city = "Hà Nội".to_owned();
    place.country = "VN".to_owned();
    let policy = Policy { id: "urn:oid:1.2.3".to_owned(), digest: DigestAlgorithm::Sha256.hash(b"policy") };
    let signing = Signing::xades_epes(&signer.chain, policy)
        .node("x")
        .mime_type("application/xml")
        .production_place(place)
        .signer_role("Giám đốc")
        .commitment("http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin")
        .commitment("1.2.840.113549.1.9.16.6.5");
    let text = text(&signing, &signer);
    for part in [
        "<xades:SigningTime>2026-06-01T08:00:00+07:00</xades:SigningTime>",
        "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>",
        "<xades:SigPolicyId><xades:Identifier Qualifier=\"OIDAsURN\">urn:oid:1.2.3</xades:Identifier>",
        "<xades:SigPolicyHash><ds:DigestMethod ",
        "<xades:SignatureProductionPlaceV2><xades:City>Hà Nội</xades:City><xades:CountryName>VN<",
        "<xades:SignerRoleV2><xades:ClaimedRoles><xades:ClaimedRole>Giám đốc<",
        "<xades:MimeType>application/xml</xades:MimeType>",
        "<xades:Identifier Qualifier=\"OIDAsURN\">urn:oid:1.2.840.113549.1.9.16.6.5<",
        "<xades:Identifier>http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin<",
        "Type=\"http://uri.etsi.org/01903#SignedProperties\"",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("UnsignedProperties"));
    let report = xml(&text.as_bytes(), &Options::default()).unwrap();
    assert!(report.signatures[0].xades.is_some());
    let place = text.find("<xades:SignatureProductionPlaceV2>").unwrap();
    assert!(text.find("<xades:SignaturePolicyIdentifier>").unwrap() < place);
    assert!(place < text.find("<xades:SignerRoleV2>").unwrap());
}

#[test]
fn an_expression_knows_the_prefixes_of_its_place() {
    let signer = Signer::new("p256");
    let signing = Signing::new(Format::DsigXPath, &signer.chain)
        .xpath("ancestor-or-self::p:m or not(ancestor-or-self::ds:Signature)");
    text(&signing, &signer);
}

#[test]
fn what_a_reference_digests_can_be_looked_at() {
    let mut octets = Vec::new();
    let method = C14nMethod::from_name("c14n10-comments").unwrap();
    let node = Canonicalization::new(method).node("Id", "x");
    node.write(DOCUMENT.as_bytes(), &mut octets).unwrap();
    assert_eq!(octets, b"<n xmlns:p=\"urn:p\" Id=\"x\">ZGF0YQ==<!--c--><p:m></p:m></n>");
    let signer = Signer::new("p256");
    let prepared =
        Signing::dsig(&signer.chain).node("x").prepare(DOCUMENT.as_bytes(), &super::signing::at()).unwrap();
    octets.clear();
    node.as_reference().write(DOCUMENT.as_bytes(), &mut octets).unwrap();
    let digest = DigestAlgorithm::Sha256.hash(&octets).to_base64();
    assert!(String::from_utf8_lossy(prepared.signed_info()).contains(&digest));
}
