//! Known attacks: signature wrapping, ids that stand twice, look-alikes, transforms that leave nothing or
//! cost too much, comments, entities.

use std::time::Duration;

use kyso::Fault;
use kyso::verify::{self, Check, FindingKind};

use super::hand::{
    DSIG, ENVELOPED, Hand, Ref, kinds, options, refused, refused_with, valid, verify, verify_with,
};

/// The longest that one document may take, on a busy machine with code that was not optimised.
const PATIENCE: Duration = Duration::from_secs(90);

/// A message as SAML has it: a response with an assertion, whichever was signed.
const ASSERTION: &str = "<Assertion ID=\"a1\"><Subject>alice</Subject></Assertion>";
const FORGED: &str = "<Assertion ID=\"evil\"><Subject>mallory</Subject></Assertion>";

/// The signature over [`ASSERTION`], which stands inside it or elsewhere.
fn signature(hand: &Hand) -> String {
    hand.signature("s", &[Ref::new("#a1", ENVELOPED, ASSERTION)], "")
}

fn within(element: &str, inside: &str) -> String {
    let at = element.rfind("</").unwrap();
    format!("{}{inside}{}", &element[..at], &element[at..])
}

#[test]
fn what_was_signed_is_valid_and_named() {
    let hand = Hand::p256();
    let document = format!("<Response>{}</Response>", within(ASSERTION, &signature(&hand)));
    let report = valid(&document);
    assert_eq!(report.signed_paths(), ["/Response/Assertion"]);
    let one = &report.signatures[0];
    assert_eq!((one.id.as_deref(), one.path.as_str()), (Some("s"), "/Response/Assertion/Signature"));
    assert_eq!(one.references[0].path.as_deref(), Some("/Response/Assertion"));
    assert_eq!(one.references[0].omitted, ["/Response/Assertion/Signature"]);
    assert!(one.covers("/Response/Assertion") && one.covers("/Response/Assertion/Subject"));
    assert!(!one.covers("/Response") && !one.covers("/Response/Assertion/Signature/KeyInfo"));
    assert!(kinds(&report).is_empty());
    // And beside it.
    let report = valid(&format!("<Response>{ASSERTION}{}</Response>", signature(&hand)));
    assert!(report.signatures[0].references[0].omitted.is_empty());
}

#[test]
fn signature_wrapping_of_the_whole_message() {
    let hand = Hand::p256();
    let response = |inside: &str| format!("<Response ID=\"r1\"><Subject>alice</Subject>{inside}</Response>");
    let evil = |inside: &str| format!("<Response ID=\"evil\"><Subject>mallory</Subject>{inside}</Response>");
    let made = |behind: &str| hand.signature("s", &[Ref::new("#r1", ENVELOPED, &response(""))], behind);
    valid(&response(&made("")));
    // 1: the original inside the signature of the forgery; 2: beside it.
    for document in [
        evil(&made(&format!(
            "<Object>{}</Object>",
            response("").replace("<Response", "<Response xmlns=\"\"")
        ))),
        evil(&format!("{}{}", response(""), made(""))),
        evil(&format!("{}{}", made(""), response(""))),
        evil(&response(&made(""))),
    ] {
        let report = refused(&document, FindingKind::SignatureWrapping);
        assert_eq!(report.signed_paths(), Vec::<&str>::new());
        assert!(!report.covers("/Response"));
    }
    // Inside the signature but as no Object: that is no Signature.
    let inside = made("").replace("</KeyInfo>", &format!("</KeyInfo>{}", response("")));
    refused(&evil(&inside), FindingKind::SignatureMalformed);
}

#[test]
fn signature_wrapping_of_an_assertion() {
    let hand = Hand::p256();
    let s = signature(&hand);
    let signed = within(ASSERTION, &s);
    let object = |inside: &str| {
        let inside = format!("<Object>{}</Object>", inside.replace("<Assertion", "<Assertion xmlns=\"\""));
        signature(&hand).replace("</Signature>", &format!("{inside}</Signature>"))
    };
    // 4: around the original; 5: the signature moved into the forgery; 6 and 8: the original in an Object.
    for (name, inside) in [
        ("4", within(FORGED, &signed)),
        ("4, signature outside", within(FORGED, &format!("{ASSERTION}{s}"))),
        ("5", format!("{}{ASSERTION}", within(FORGED, &s))),
        ("6", within(FORGED, &object(ASSERTION))),
        ("8", within(FORGED, &object(ASSERTION)) + "<Other/>"),
    ] {
        let report = verify(&format!("<Response>{inside}</Response>"));
        assert!(!report.is_valid(), "{name}: {report}");
        let found = kinds(&report);
        assert!(found.contains(&FindingKind::SignatureWrapping), "{name}: {report}");
        assert!(report.signatures.iter().all(|one| one.signature == Check::Ok), "{name}: {report}");
    }
    // 3 and 7: the original stands untouched, the forgery before it. Only the application knows which
    // one it acts on: it is told which is signed, and that another is not.
    for (inside, path) in [
        (format!("{FORGED}{signed}"), "/Response/Assertion[2]"),
        (format!("<Extensions>{FORGED}</Extensions>{signed}"), "/Response/Assertion"),
    ] {
        let report = valid(&format!("<Response>{inside}</Response>"));
        assert_eq!(report.signed_paths(), [path]);
        assert!(kinds(&report).contains(&FindingKind::UnsignedTwin), "{report}");
        assert!(!report.covers("/Response/Assertion[1]") && !report.covers("/Response/Extensions"));
        // Where a document holds one thing only, that is enough to refuse it.
        let mut options = kyso::verify::Options::default();
        options.reject_unsigned_twins = true;
        let document = format!("<Response>{inside}</Response>");
        let report = kyso::verify::xml(document.as_bytes(), &options).unwrap();
        assert!(!report.is_valid() && kinds(&report).contains(&FindingKind::SignatureWrapping), "{report}");
    }
    // The forgery with the original's id is another matter.
    let copy = FORGED.replace("evil", "a1");
    refused(&format!("<Response>{copy}{signed}</Response>"), FindingKind::DuplicateId);
    refused(
        &format!("<Response>{signed}<Extensions>{copy}</Extensions></Response>"),
        FindingKind::DuplicateId,
    );
}

#[test]
fn an_object_of_another_signature_holds_what_this_one_signs() {
    let hand = Hand::p256();
    let canonical = format!("<Object xmlns=\"{DSIG}\" Id=\"o\">text</Object>");
    let other = hand.signature("other", &[Ref::new("#o", "", &canonical)], "<Object Id=\"o\">text</Object>");
    valid(&other);
    let inner = ASSERTION.replace("<Assertion", "<Assertion xmlns=\"\"");
    let holder = hand.signature(
        "other",
        &[Ref::new("#o", "", &canonical)],
        &format!("<Object Id=\"o\">text</Object><Object>{inner}</Object>"),
    );
    let report = refused(&format!("<r>{holder}{}</r>", signature(&hand)), FindingKind::SignatureWrapping);
    let [other, signature] = report.signatures.as_slice() else { panic!("{report}") };
    assert!(other.is_valid() && !signature.is_valid());
}

#[test]
fn a_signature_inside_an_object_of_another_is_told() {
    let hand = Hand::p256();
    let inner = format!("<r xmlns=\"\">{ASSERTION}{}</r>", signature(&hand));
    let object = format!("<Object Id=\"o\">{inner}</Object>");
    let canonical = object.replacen("<Object", &format!("<Object xmlns=\"{DSIG}\""), 1);
    let report = valid(&hand.signature("outer", &[Ref::new("#o", "", &canonical)], &object));
    assert_eq!(report.signatures.len(), 2);
    assert!(kinds(&report).contains(&FindingKind::NestedSignature), "{report}");
    assert_eq!(report.signatures[1].path, "/Signature/Object/r/Signature");
}

#[test]
fn ids_that_stand_twice() {
    let hand = Hand::p256();
    for twin in
        ["<x ID=\"a1\"/>", "<x Id=\"a1\"/>", "<x id=\"a1\"/>", "<x xml:id=\"a1\"/>", "<x xml:id=\" a1 \"/>"]
    {
        let document = format!("<Response>{twin}{ASSERTION}{}</Response>", signature(&hand));
        let report = refused(&document, FindingKind::DuplicateId);
        assert!(
            report.signatures[0].findings.iter().any(|one| one.detail.contains("/Response/x")),
            "{report}"
        );
    }
    // What is not an id does not count, unless the caller says that it is one.
    let document = format!("<Response><x key=\"a1\"/>{ASSERTION}{}</Response>", signature(&hand));
    valid(&document);
    let mut with_key = options();
    with_key.id_attributes = vec!["key".to_owned()];
    refused_with(&document, FindingKind::DuplicateId, &with_key);
    // Other ids may repeat.
    valid(&format!("<Response><x id=\"1\"/><x id=\"1\"/>{ASSERTION}{}</Response>", signature(&hand)));
    // An empty one is none.
    let empty = ASSERTION.replace("a1", "");
    let s = hand.signature("s", &[Ref::new("#", "", &empty)], "");
    refused(&format!("<Response>{empty}{s}</Response>"), FindingKind::ReferenceUnresolved);
    // None is as bad.
    let document = format!("<Response>{}{}</Response>", ASSERTION.replace("ID", "Key"), signature(&hand));
    refused(&document, FindingKind::ReferenceUnresolved);
}

#[test]
fn a_caller_names_the_id_attribute() {
    let hand = Hand::p256();
    let node = "<d xmlns:w=\"urn:w\" w:Key=\"k\">1</d>";
    let document = format!("<r>{node}{}</r>", hand.signature("s", &[Ref::new("#k", "", node)], ""));
    refused(&document, FindingKind::ReferenceUnresolved);
    let mut with_key = options();
    with_key.id_attributes = vec!["Key".to_owned()];
    assert!(verify_with(&document, &with_key).is_valid());
}

#[test]
fn look_alikes_are_no_signatures() {
    let hand = Hand::p256();
    let s = signature(&hand);
    for namespace in [
        "http://www.w3.org/2000/09/xmldsig",
        "http://www.w3.org/2000/09/XMLDSIG#",
        "https://www.w3.org/2000/09/xmldsig#",
        "http://www.w3.org/2000/09/xmldsig#&#32;",
        "urn:anything",
        "",
    ] {
        let fake = s.replacen(DSIG, namespace, 1);
        let document = format!("<Response>{ASSERTION}{fake}</Response>");
        let report = refused(&document, FindingKind::LookAlikeNamespace);
        assert!(report.signatures.is_empty());
        // Nor does a true one beside it make them good.
        refused(&format!("<Response>{ASSERTION}{s}{fake}</Response>"), FindingKind::LookAlikeNamespace);
    }
    // Something else that is called so is nobody's business.
    valid(&format!("<Response><Signature>by hand</Signature>{ASSERTION}{s}</Response>"));
}

#[test]
fn a_doctype_is_refused() {
    let hand = Hand::p256();
    let document = format!("<Response>{ASSERTION}{}</Response>", signature(&hand));
    for doctype in ["<!DOCTYPE Response>", "<!DOCTYPE r [<!ENTITY alice \"mallory\">]>"] {
        let error = verify::xml(format!("{doctype}{document}").as_bytes(), &options()).unwrap_err();
        assert!(error.to_string().contains("DOCTYPE"), "{error}");
        assert_eq!(error.fault(), Fault::Document);
    }
}

#[test]
fn comments_do_not_cut_what_was_signed() {
    let hand = Hand::p256();
    let node = "<d Id=\"x\"><user>admin@example.vn.evil.vn</user></d>";
    let s = hand.signature("s", &[Ref::new("#x", "", node)], "");
    let with_comment = node.replace(".evil", "<!-- -->.evil");
    let report = valid(&format!("<r>{with_comment}{s}</r>"));
    let finding = report.signatures[0].findings.iter().find(|one| one.kind == FindingKind::CommentInText);
    assert!(finding.is_some_and(|one| one.detail.contains("admin@example.vn.evil.vn")), "{report}");
    // A comment between elements splits nothing.
    let report = valid(&format!("<r>{}{s}</r>", node.replace("<user>", "<!-- --><user>")));
    assert!(kinds(&report).is_empty(), "{report}");
    // In DigestValue too, what counts is the text without the comment.
    valid(&format!("<r>{node}{}</r>", s.replacen("<DigestValue>", "<DigestValue><!-- -->", 1)));
}

#[test]
fn transforms_that_leave_nothing() {
    let hand = Hand::p256();
    // The Object is inside the signature: without the signature nothing is left of it.
    let object = "<Object Id=\"o\">text</Object>";
    let s = hand.signature("s", &[Ref::new("#o", ENVELOPED, "")], object);
    let report = refused(&s, FindingKind::NothingDigested);
    assert!(matches!(&report.signatures[0].references[0].digest, Check::NotChecked { .. }));
    let xpath = "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><XPath>false()</XPath></Transform>";
    let s = hand.signature("s", &[Ref::new("#a1", xpath, "")], "");
    refused(&format!("<r>{ASSERTION}{s}</r>"), FindingKind::NothingDigested);
}

#[test]
fn only_its_own_properties_are_signed() {
    let hand = Hand::p256();
    let object = "<Object Id=\"o\"><SignatureProperties><SignatureProperty Target=\"#s\">x</SignatureProperty></SignatureProperties></Object>";
    let canonical = object.replacen("<Object", &format!("<Object xmlns=\"{DSIG}\""), 1);
    let s = hand.signature("s", &[Ref::new("#o", "", &canonical)], object);
    refused(&format!("<r>{ASSERTION}{s}</r>"), FindingKind::NothingSigned);
    let references = [Ref::new("#o", "", &canonical), Ref::new("#a1", "", ASSERTION)];
    valid(&format!("<r>{ASSERTION}{}</r>", hand.signature("s", &references, object)));
}

#[test]
fn transforms_that_are_not_supported_are_named() {
    let hand = Hand::p256();
    for (algorithm, inside) in [
        ("http://www.w3.org/TR/1999/REC-xslt-19991116", "<x xmlns=\"\"/>"),
        ("http://www.w3.org/2002/07/decrypt#XML", ""),
        ("urn:mine", ""),
    ] {
        let transform = format!("<Transform Algorithm=\"{algorithm}\">{inside}</Transform>");
        let s = hand.signature("s", &[Ref::new("#a1", &transform, ASSERTION)], "");
        let report = refused(&format!("<r>{ASSERTION}{s}</r>"), FindingKind::TransformRefused);
        assert!(report.signatures[0].findings.iter().any(|one| one.detail.contains(algorithm)), "{report}");
    }
    // Parameters where there are none, and enveloped-signature behind octets.
    let with_parameter = ENVELOPED.replace("></", "><x xmlns=\"\"></x></");
    let c14n = format!("<Transform Algorithm=\"{}\"></Transform>", super::hand::C14N);
    for transforms in [with_parameter, format!("{c14n}{ENVELOPED}")] {
        let s = hand.signature("s", &[Ref::new("#a1", &transforms, ASSERTION)], "");
        refused(&format!("<r>{ASSERTION}{s}</r>"), FindingKind::TransformRefused);
    }
}

#[test]
fn bombs() {
    let hand = Hand::p256();
    let mut few = options();
    few.limits.references = 3;
    let reference = Ref::new("#a1", ENVELOPED, ASSERTION);
    let document =
        |references: &[Ref<'_>]| format!("<r>{ASSERTION}{}</r>", hand.signature("s", references, ""));
    assert!(verify_with(&document(&[reference; 3]), &few).is_valid());
    refused_with(&document(&[reference; 4]), FindingKind::SignatureMalformed, &few);
    let c14n = format!("<Transform Algorithm=\"{}\"></Transform>", super::hand::C14N);
    let four = c14n.repeat(4);
    refused_with(&document(&[Ref::new("#a1", &four, ASSERTION)]), FindingKind::SignatureMalformed, &few);
    assert!(verify_with(&document(&[Ref::new("#a1", &c14n.repeat(3), ASSERTION)]), &few).is_valid());
    // A large node canonicalised again and again: the work runs out, in good time.
    let large = format!("<d Id=\"x\">{}</d>", "<e></e>".repeat(20_000));
    let many = c14n.repeat(900);
    let s = hand.signature("s", &[Ref::new("#x", &many, &large)], "");
    let start = std::time::Instant::now();
    let mut small = options();
    small.limits.xml_memory_bytes = 4 << 20;
    refused_with(&format!("<r>{large}{s}</r>"), FindingKind::TooMuchWork, &small);
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    // An expression that visits every node for every node.
    let xpath = "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><XPath>count(following::node()) &gt; count(preceding::node()) or true()</XPath></Transform>";
    let s = hand.signature("s", &[Ref::new("#x", xpath, &large)], "");
    let mut small = options();
    small.limits.xpath_steps = 1_000_000;
    refused_with(&format!("<r>{large}{s}</r>"), FindingKind::TooMuchWork, &small);
    let mut few = options();
    few.limits.signatures = 1;
    let two = format!("<r>{ASSERTION}{}{}</r>", signature(&hand), signature(&hand));
    assert_eq!(verify::xml(two.as_bytes(), &few).unwrap_err().fault(), Fault::Limit);
}

#[test]
fn a_relative_namespace_has_no_canonical_form() {
    let hand = Hand::p256();
    let node = "<d xmlns=\"DSDLieu\" Id=\"x\"></d>";
    let report = refused(
        &format!("<r>{node}{}</r>", hand.signature("s", &[Ref::new("#x", "", node)], "")),
        FindingKind::TransformRefused,
    );
    assert!(report.to_string().contains("relative URI"), "{report}");
}

#[test]
fn sha1_is_weak_and_must_be_allowed() {
    let hand = Hand::p256();
    let reference = Ref { sha1: true, ..Ref::new("#a1", ENVELOPED, ASSERTION) };
    let document = format!("<r>{ASSERTION}{}</r>", hand.signature("s", &[reference], ""));
    let report = refused(&document, FindingKind::Sha1NotAllowed);
    assert!(kinds(&report).contains(&FindingKind::WeakAlgorithm));
    assert_eq!(report.signatures[0].references[0].digest, Check::Ok);
    let mut allowed = options();
    allowed.allow_sha1 = true;
    let report = verify_with(&document, &allowed);
    assert!(report.is_valid() && kinds(&report) == [FindingKind::WeakAlgorithm], "{report}");
}

#[test]
fn what_is_no_signature_by_the_schema() {
    let hand = Hand::p256();
    let s = signature(&hand);
    let document = |s: &str| format!("<r>{ASSERTION}{s}</r>");
    for (from, to) in [
        ("<SignedInfo>", "<SignedInfo><x xmlns=\"\"/>"),
        ("<SignedInfo>", "<SignedInfo>text"),
        ("<SignedInfo>", "<SignedInfo><?p?>"),
        ("<SignedInfo>", "<SignedInfo x=\"1\">"),
        ("<SignedInfo>", "<KeyInfo/><SignedInfo>"),
        ("</SignedInfo>", "<x xmlns=\"\"/></SignedInfo>"),
        ("</SignedInfo>", "</SignedInfo><SignedInfo/>"),
        ("</Reference>", "<DigestValue/></Reference>"),
        ("<DigestMethod", "<DigestMethod Algorithm=\"urn:x\"/><DigestMethod"),
        ("<Transforms>", "<Transforms/><Transforms>"),
        ("<DigestValue>", "<DigestValue>*"),
        ("<SignatureValue>", "<SignatureValue>*"),
        ("<SignatureValue>", "<SignatureValue><x xmlns=\"\"/>"),
        ("</Signature>", "<x xmlns=\"\"/></Signature>"),
        ("</Signature>", "<KeyInfo/></Signature>"),
        ("</Signature>", "text</Signature>"),
    ] {
        let changed = s.replacen(from, to, 1);
        assert_ne!(changed, s, "{from}");
        refused(&document(&changed), FindingKind::SignatureMalformed);
    }
    valid(&document(&s.replacen("<SignedInfo>", "<!-- --><SignedInfo>", 1)));
}

#[test]
fn the_certificate_is_the_one_that_verifies_and_is_named() {
    let hand = Hand::p256();
    let reference = [Ref::new("#a1", "", ASSERTION)];
    let document =
        |key_info: &str| format!("<r>{ASSERTION}{}</r>", hand.with_key_info("s", &reference, key_info, ""));
    let certificate = format!("<X509Certificate>{}</X509Certificate>", hand.certificate_base64());
    let data = |inside: &str| format!("<KeyInfo><X509Data>{inside}</X509Data></KeyInfo>");
    let leaf = hand.chain.leaf();
    let serial: Vec<u8> = leaf.serial().to_vec();
    let decimal = serial.iter().fold(vec![0_u8], |digits, byte| {
        let mut carry = u32::from(*byte);
        let mut digits: Vec<u8> = digits
            .iter()
            .map(|digit| {
                let sum = u32::from(*digit) * 256 + carry;
                carry = sum / 10;
                (sum % 10) as u8
            })
            .collect();
        while carry > 0 {
            digits.push((carry % 10) as u8);
            carry /= 10;
        }
        digits
    });
    let decimal: String = decimal.iter().rev().map(|digit| char::from(b'0' + digit)).collect();
    let issuer_serial = |issuer: &str, serial: &str| {
        format!(
            "<X509IssuerSerial><X509IssuerName>{issuer}</X509IssuerName><X509SerialNumber>{serial}</X509SerialNumber></X509IssuerSerial>"
        )
    };
    valid(&document(&data(&certificate)));
    valid(&document(&data(&format!("{certificate}<X509SubjectName>{}</X509SubjectName>", leaf.subject()))));
    valid(&document(&data(&format!("{certificate}<X509SubjectName></X509SubjectName>"))));
    valid(&document(&data(&format!("{}{certificate}", issuer_serial(&leaf.issuer(), &decimal)))));
    for wrong in [
        "<X509SubjectName>CN=somebody else</X509SubjectName>".to_owned(),
        issuer_serial(&leaf.issuer(), "7"),
        issuer_serial("CN=another", &decimal),
        "<X509SKI>AAAA</X509SKI>".to_owned(),
    ] {
        refused(&document(&data(&format!("{wrong}{certificate}"))), FindingKind::KeyInfoMismatch);
    }
    // Another certificate altogether, none, and a bare key.
    let other = Hand::with(
        "p384",
        kyso::algorithm::SignatureAlgorithm::Ecdsa,
        kyso::algorithm::DigestAlgorithm::Sha384,
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
    );
    let report = verify(&document(&other.key_info()));
    assert!(!report.is_valid() && report.signatures[0].signer.is_none());
    let report = verify(&document(""));
    assert!(!report.is_valid() && report.signatures[0].signer.is_none());
    let spki = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, leaf.spki_der());
    let key = format!(
        "<d:DEREncodedKeyValue xmlns:d=\"http://www.w3.org/2009/xmldsig11#\">{spki}</d:DEREncodedKeyValue>"
    );
    let report = verify(&document(&format!("<KeyInfo>{key}</KeyInfo>")));
    assert!(!report.is_valid() && report.signatures[0].signature == Check::Ok, "{report}");
    assert!(report.signatures[0].signer.is_none());
    valid(&document(&format!("<KeyInfo>{key}<X509Data>{certificate}</X509Data></KeyInfo>")));
    let report =
        verify(&document(&format!("<KeyInfo>{key}{}", other.key_info().replacen("<KeyInfo>", "", 1))));
    assert!(!report.is_valid() && kinds(&report).contains(&FindingKind::KeyInfoMismatch), "{report}");
}

/// Documents of about a megabyte made to cost more than they should: each is judged in seconds.
#[test]
fn what_would_cost_too_much() {
    let hand = Hand::p256();
    let s = signature(&hand);
    let deep = |inside: &str| {
        format!(
            "{}{inside}{}",
            "<long-name-of-an-element>".repeat(2000),
            "</long-name-of-an-element>".repeat(2000)
        )
    };
    let many = hand.signature("s", &[Ref::new("#x", "", "<e Id=\"x\"></e>"); 900], "");
    let xpath = "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><XPath>self::text() or self::e</XPath></Transform>";
    let lists = hand.signature("s", &[Ref::new("", xpath, ""); 300], "");
    let data = "<X509SubjectName>CN=a</X509SubjectName>".repeat(20_000);
    let names: String = (0..40_000).map(|number| format!("<n{number}/>")).collect();
    let prefixes: String = (0..20_000).map(|number| format!(" xmlns:p{number}=\"urn:{number}\"")).collect();
    let attributes: String = (0..40_000).map(|number| format!(" a{number}=\"\"")).collect();
    let documents = [
        ("a deep target of many references", deep(&format!("<e Id=\"x\"></e>{many}"))),
        ("many deep paths", format!("<r>{}{lists}</r>", deep(&"<e>t</e>".repeat(2000)))),
        ("many signatures in a deep place", deep(&s.repeat(400))),
        ("signatures in signatures", {
            let open = format!("<Signature xmlns=\"{DSIG}\"><Object>");
            format!("{}{}", open.repeat(900), "</Object></Signature>".repeat(900))
        }),
        ("many contents of an object", {
            let inside = format!("<Object Id=\"o\">{}</Object>", "<e/>".repeat(60_000));
            format!("<r>{}</r>", hand.signature("s", &[Ref::new("#o", "", "")], &inside))
        }),
        (
            "many names in KeyInfo",
            format!("<r>{ASSERTION}{}</r>", s.replace("<X509Data>", &format!("<X509Data>{data}"))),
        ),
        ("many unreadable things in KeyInfo", {
            let data = "<X509Certificate>AA==</X509Certificate>".repeat(20_000);
            format!("<r>{ASSERTION}{}</r>", s.replace("<X509Data>", &format!("<X509Data>{data}")))
        }),
        (
            "many names of elements",
            format!("<r><a>{names}</a>{}{s}{ASSERTION}</r>", "<b><c/></b>".repeat(30_000)),
        ),
        ("many prefixes", format!("<r{prefixes}>{}{ASSERTION}{s}</r>", "<p7:a/>".repeat(40_000))),
        ("many attributes", format!("<r{attributes}>{ASSERTION}{s}</r>")),
        ("many ids", format!("<r>{}{ASSERTION}{s}</r>", "<a id=\"1\"/>".repeat(60_000))),
        ("many comments in a text", {
            let node = format!("<d Id=\"x\">{}</d>", "t<!-- -->".repeat(60_000));
            format!("<r>{node}{}</r>", hand.signature("s", &[Ref::new("#x", "", "")], ""))
        }),
        ("many look-alikes", format!("<r>{}</r>", "<Signature><SignedInfo/></Signature>".repeat(20_000))),
    ];
    for (name, document) in documents {
        let start = std::time::Instant::now();
        let report = verify::xml(document.as_bytes(), &options());
        let took = start.elapsed();
        println!("{name}: {} bytes, {took:?}", document.len());
        assert!(took < PATIENCE, "{name}: {took:?}");
        if let Ok(report) = report {
            assert!(report.to_json().len() < 400 << 20, "{name}");
        }
    }
}
