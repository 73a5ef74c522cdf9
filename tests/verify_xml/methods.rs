//! What is supported: algorithms, transforms, packagings, properties; and how it is reported.

use kyso::algorithm::DigestAlgorithm::{self, Sha256, Sha384, Sha512};
use kyso::algorithm::SignatureAlgorithm::{self, Ecdsa, Ed25519, RsaPkcs1, RsaPss};
use kyso::verify::{Check, FindingKind, Trust};

use super::hand::{C14N, DSIG, ENVELOPED, Hand, Ref, kinds, options, refused, valid, verify, verify_with};

const NODE: &str = "<d Id=\"x\"><e>text</e></d>";

fn transform(algorithm: &str, inside: &str) -> String {
    format!("<Transform Algorithm=\"{algorithm}\">{inside}</Transform>")
}

/// `NODE` beside a signature of it.
fn beside(hand: &Hand) -> String {
    format!("<r>{NODE}{}</r>", hand.signature("s", &[Ref::new("#x", "", NODE)], ""))
}

#[test]
fn signature_methods() {
    let more = "http://www.w3.org/2001/04/xmldsig-more#";
    let methods: [(&str, SignatureAlgorithm, DigestAlgorithm, &'static str); 11] = [
        ("rsa2048", RsaPkcs1, Sha256, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
        ("rsa2048", RsaPkcs1, Sha384, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"),
        ("rsa2048", RsaPkcs1, Sha512, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"),
        ("rsa2048", RsaPss, Sha256, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"),
        ("rsa2048", RsaPss, Sha384, "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1"),
        ("rsa2048", RsaPss, Sha512, "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1"),
        ("p256", Ecdsa, Sha256, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
        ("p384", Ecdsa, Sha384, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"),
        ("p521", Ecdsa, Sha512, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"),
        ("p256", Ecdsa, Sha512, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"),
        ("ed25519", Ed25519, Sha512, "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"),
    ];
    for (key, algorithm, digest, method) in methods {
        let document = beside(&Hand::with(key, algorithm, digest, method));
        let report = valid(&document);
        let one = &report.signatures[0];
        assert_eq!(one.signature_algorithm.as_deref(), Some(algorithm.name()), "{method}");
        assert_eq!(one.digest_algorithm.as_deref(), Some(digest.name()), "{method}");
        // The value is checked under the method that is named.
        let other = document.replacen(method, &format!("{more}rsa-sha512"), 1);
        let other = if method.ends_with("#rsa-sha512") {
            document.replacen(method, &format!("{more}rsa-sha256"), 1)
        } else {
            other
        };
        assert!(!verify(&other).is_valid(), "{method}");
    }
    for method in [
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224",
        "urn:none",
    ] {
        let document = beside(&Hand::p256()).replacen(Hand::p256().method, method, 1);
        let report = refused(&document, FindingKind::UnsupportedAlgorithm);
        assert!(report.to_string().contains(method), "{report}");
        assert!(matches!(report.signatures[0].signature, Check::NotChecked { .. }));
    }
}

#[test]
fn rsa_pss_with_parameters() {
    let method = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss";
    let hand = Hand::with("rsa2048", RsaPss, Sha256, method);
    valid(&beside(&hand));
    let parameters = |digest: &str, salt: &str| {
        format!(
            "<SignatureMethod Algorithm=\"{method}\"><p:RSAPSSParams xmlns:p=\"http://www.w3.org/2007/05/xmldsig-more#\">\
             <DigestMethod Algorithm=\"{digest}\"></DigestMethod><p:SaltLength>{salt}</p:SaltLength></p:RSAPSSParams></SignatureMethod>"
        )
    };
    let plain = format!("<SignatureMethod Algorithm=\"{method}\"></SignatureMethod>");
    // Parameters are signed: put in afterwards they break the value, but are read.
    for (digest, salt, kind) in [
        ("http://www.w3.org/2001/04/xmlenc#sha256", "0", None),
        ("urn:none", "32", Some(FindingKind::UnsupportedAlgorithm)),
        ("http://www.w3.org/2001/04/xmlenc#sha256", "many", Some(FindingKind::SignatureMalformed)),
    ] {
        let report = verify(&beside(&hand).replacen(&plain, &parameters(digest, salt), 1));
        assert!(!report.is_valid());
        assert!(kind.is_none_or(|kind| kinds(&report).contains(&kind)), "{report}");
    }
}

#[test]
fn ecdsa_values_are_r_and_s_not_der() {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    let document = beside(&Hand::p256());
    let (start, rest) = document.split_once("<SignatureValue>").unwrap();
    let (value, rest) = rest.split_once("</SignatureValue>").unwrap();
    let raw = engine.decode(value).unwrap();
    let number = |digits: &[u8]| {
        let zero = if digits[0] >= 0x80 { &[0][..] } else { &[] };
        [&[2, (digits.len() + zero.len()) as u8][..], zero, digits].concat()
    };
    let (r, s) = (number(&raw[..32]), number(&raw[32..]));
    let der = [&[0x30, (r.len() + s.len()) as u8][..], &r, &s].concat();
    let changed = format!("{start}<SignatureValue>{}</SignatureValue>{rest}", engine.encode(der));
    let report = verify(&changed);
    assert!(
        matches!(&report.signatures[0].signature, Check::Failed { why } if why.contains("r and s")),
        "{report}"
    );
}

#[test]
fn every_changed_byte_of_what_is_signed_shows() {
    let hand = Hand::p256();
    let document = beside(&hand);
    let signed_info = document.find("<SignedInfo>").unwrap()..document.find("</SignatureValue>").unwrap();
    let node = document.find(NODE).unwrap()..document.find(NODE).unwrap() + NODE.len();
    for at in node.chain(signed_info) {
        let mut bytes = document.clone().into_bytes();
        bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
        match kyso::verify::xml(&bytes, &options()) {
            Ok(report) => assert!(!report.is_valid(), "byte {at}: {}", String::from_utf8_lossy(&bytes)),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

#[test]
fn canonicalisation_and_prefixes() {
    let hand = Hand::p256();
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let document = |transform: &str, octets: &str| {
        let s = hand.signature("s", &[Ref::new("#x", transform, octets)], "");
        format!(
            "<r><o xmlns:a=\"urn:a\" xmlns:b=\"urn:b\" xml:lang=\"vi\"><a:d Id=\"x\"><!-- c --></a:d></o>{s}</r>"
        )
    };
    let list = format!(
        "<InclusiveNamespaces xmlns=\"{exclusive}\" PrefixList=\" b #default \"></InclusiveNamespaces>"
    );
    let inherited = "<a:d xmlns:a=\"urn:a\" xmlns:b=\"urn:b\" Id=\"x\" xml:lang=\"vi\"></a:d>";
    for (transform, octets) in [
        (String::new(), inherited),
        (transform(C14N, ""), inherited),
        (transform("http://www.w3.org/2006/12/xml-c14n11", ""), inherited),
        // Comments were dropped with the URI already.
        (transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", ""), inherited),
        (transform(exclusive, ""), "<a:d xmlns:a=\"urn:a\" Id=\"x\"></a:d>"),
        (transform(exclusive, &list), "<a:d xmlns:a=\"urn:a\" xmlns:b=\"urn:b\" Id=\"x\"></a:d>"),
    ] {
        valid(&document(&transform, octets));
    }
    let with_comments = transform("http://www.w3.org/2001/10/xml-exc-c14n#WithComments", "");
    for (uri, octets) in [
        ("#xpointer(id('x'))", "<a:d xmlns:a=\"urn:a\" Id=\"x\"><!-- c --></a:d>"),
        ("#x", "<a:d xmlns:a=\"urn:a\" Id=\"x\"></a:d>"),
    ] {
        let s = hand.signature("s", &[Ref::new(uri, &with_comments, octets)], "");
        valid(&format!("<r><o xmlns:a=\"urn:a\"><a:d Id=\"x\"><!-- c --></a:d></o>{s}</r>"));
    }
    // A relative of `xpointer(id(…))` that is not supported.
    let s = hand.signature("s", &[Ref::new("#xpointer(//d)", "", NODE)], "");
    refused(&format!("<r>{NODE}{s}</r>"), FindingKind::ReferenceUnresolved);
}

#[test]
fn a_whole_document_without_its_signature() {
    let hand = Hand::p256();
    for (uri, comment) in [("", ""), ("#xpointer(/)", "<!-- c -->")] {
        let c14n = transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", "");
        let octets = format!("<r a=\"1\">{comment}<b></b></r>");
        let s = hand.signature("s", &[Ref::new(uri, &format!("{ENVELOPED}{c14n}"), &octets)], "");
        let report = valid(&format!("<?xml version=\"1.0\"?>\n<r a='1'><!-- c --><b/>{s}</r>\n"));
        let reference = &report.signatures[0].references[0];
        assert_eq!((reference.path.as_deref(), reference.uri.as_deref()), (Some("/"), Some(uri)));
        assert_eq!(report.signed_paths(), ["/r"]);
        assert!(report.covers("/r") && report.covers("/r/b") && !report.covers("/r/Signature"));
    }
}

#[test]
fn base64_and_xpath() {
    let hand = Hand::p256();
    let base64 = transform("http://www.w3.org/2000/09/xmldsig#base64", "");
    let s = hand.signature("s", &[Ref::new("#x", &base64, "xin chào")], "");
    let document = format!("<r><d Id=\"x\">eGluIGNo\n<e>w6Bv</e></d>{s}</r>");
    let report = valid(&document);
    assert_eq!(report.signed_paths(), ["/r/d/text()"]);
    assert!(!report.covers("/r/d"));
    refused(&document.replace("w6Bv", "w6B"), FindingKind::TransformRefused);

    let xpath = |expression: &str| {
        transform(
            "http://www.w3.org/TR/1999/REC-xpath-19991116",
            &format!("<XPath xmlns:ds=\"{DSIG}\">{expression}</XPath>"),
        )
    };
    let s = hand.signature(
        "s",
        &[Ref::new("", &xpath("not(ancestor-or-self::ds:Signature)"), &format!("<r>{NODE}</r>"))],
        "",
    );
    let report = valid(&format!("<r>{NODE}{s}</r>"));
    assert!(report.covers("/r") && report.covers("/r/d/e"));
    // The twin of the enveloped-signature transform.
    let here = xpath(
        "count(ancestor-or-self::ds:Signature | here()/ancestor::ds:Signature[1]) &gt; count(ancestor-or-self::ds:Signature)",
    );
    let s = hand.signature("s", &[Ref::new("", &here, &format!("<r>{NODE}</r>"))], "");
    valid(&format!("<r>{NODE}{s}</r>"));
    // What an expression leaves out is not covered.
    let s =
        hand.signature("s", &[Ref::new("#x", &xpath("not(self::e or parent::e)"), "<d Id=\"x\"></d>")], "");
    let report = valid(&format!("<r>{NODE}{s}</r>"));
    assert_eq!(report.signatures[0].references[0].omitted, ["/r/d/e"]);
    assert!(!report.covers("/r/d") && !report.covers("/r/d/e"));
    let s = hand.signature("s", &[Ref::new("#x", &xpath("not(name()='Id')"), "<d><e>text</e></d>")], "");
    let report = valid(&format!("<r>{NODE}{s}</r>"));
    assert_eq!(report.signatures[0].references[0].omitted, ["/r/d/@Id"]);
    // Octets that are read again say nothing of where they are from.
    let s = hand.signature(
        "s",
        &[Ref::new("#x", &format!("{}{}", transform(C14N, ""), xpath("self::text()")), "text")],
        "",
    );
    let report = valid(&format!("<r>{NODE}{s}</r>"));
    assert!(report.signed_paths().is_empty() && !report.covers("/r/d"));
    let broken = hand.signature("s", &[Ref::new("#x", &xpath("1 +"), "")], "");
    refused(&format!("<r>{NODE}{broken}</r>"), FindingKind::TransformRefused);
}

#[test]
fn xpath_filter_2() {
    let hand = Hand::p256();
    let filter = |filters: &[(&str, &str)]| {
        let filters: String = filters
            .iter()
            .map(|(operation, expression)| {
                format!("<f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"{operation}\">{expression}</f:XPath>")
            })
            .collect();
        transform("http://www.w3.org/2002/06/xmldsig-filter2", &filters)
    };
    for (filters, octets) in [
        (vec![("intersect", "//e")], "<e>text</e>"),
        (vec![("intersect", "//d"), ("subtract", "//e/text()")], "<d Id=\"x\"><e></e></d>"),
        (vec![("intersect", "//e"), ("union", "//d")], NODE),
    ] {
        let s = hand.signature("s", &[Ref::new("", &filter(&filters), octets)], "");
        valid(&format!("<r>{NODE}{s}</r>"));
    }
    let s = hand.signature("s", &[Ref::new("", &filter(&[("keep", "//e")]), "")], "");
    refused(&format!("<r>{NODE}{s}</r>"), FindingKind::TransformRefused);
}

#[test]
fn detached_octets_are_the_callers() {
    let hand = Hand::p256();
    let document = hand.signature("s", &[Ref::new("contract.txt", "", "the contract")], "");
    let report = refused(&document, FindingKind::ReferenceUnresolved);
    assert!(matches!(report.signatures[0].references[0].digest, Check::NotChecked { .. }));
    let mut with = options();
    with.detached =
        vec![("other.txt".into(), b"x".to_vec()), ("contract.txt".into(), b"the contract".to_vec())];
    assert!(verify_with(&document, &with).is_valid());
    with.detached[1].1[0] = b'T';
    let report = verify_with(&document, &with);
    assert!(!report.is_valid() && kinds(&report).contains(&FindingKind::ReferenceMismatch));
    // Octets that a transform reads as XML.
    let c14n = transform(C14N, "");
    let document = hand.signature("s", &[Ref::new("d.xml", &c14n, "<a b=\"1\"></a>")], "");
    with.detached = vec![("d.xml".into(), b"<?xml version='1.0'?>\r\n<a b='1' />".to_vec())];
    assert!(verify_with(&document, &with).is_valid());
    with.detached[0].1 = b"<a b='1'>".to_vec();
    assert!(!verify_with(&document, &with).is_valid());
}

#[test]
fn manifests_are_followed() {
    let hand = Hand::p256();
    let entry = hand.signed_info(&[Ref::new("#x", "", NODE)]);
    let entry = &entry[entry.find("<Reference").unwrap()..entry.find("</SignedInfo>").unwrap()];
    let manifest = format!("<Manifest Id=\"m\">{entry}</Manifest>");
    let canonical = manifest.replacen("<Manifest", &format!("<Manifest xmlns=\"{DSIG}\""), 1);
    let reference =
        Ref { kind: "http://www.w3.org/2000/09/xmldsig#Manifest", ..Ref::new("#m", "", &canonical) };
    let document = |node: &str| {
        format!("<r>{node}{}</r>", hand.signature("s", &[reference], &format!("<Object>{manifest}</Object>")))
    };
    let report = valid(&document(NODE));
    assert_eq!(report.signatures[0].references[0].manifest[0].path.as_deref(), Some("/r/d"));
    assert!(report.covers("/r/d"));
    let report = refused(&document(&NODE.replace("text", "other")), FindingKind::ReferenceMismatch);
    assert_eq!(report.signatures[0].references[0].digest, Check::Ok);
    refused(&document(&NODE.replace("\"x\"", "\"y\"")), FindingKind::ReferenceUnresolved);
}

#[test]
fn several_signatures() {
    let hand = Hand::p256();
    let of_node = hand.signature("one", &[Ref::new("#x", "", NODE)], "");
    let first = format!("<r>{NODE}{of_node}</r>");
    valid(&first);
    // The second signs the document with the first.
    let canonical = format!("<r>{NODE}{of_node}</r>");
    let second = hand.signature("two", &[Ref::new("", ENVELOPED, &canonical)], "");
    let both = format!("<r>{NODE}{of_node}{second}</r>");
    let report = valid(&both);
    assert_eq!(
        report.signatures.iter().map(|one| one.id.as_deref()).collect::<Vec<_>>(),
        [Some("one"), Some("two")]
    );
    assert_eq!(report.signatures[0].path, "/r/Signature[1]");
    // A third one breaks the second, and only that.
    let third = hand.signature("three", &[Ref::new("#x", "", NODE)], "");
    let report = verify(&both.replace("</r>", &format!("{third}</r>")));
    assert_eq!(report.signatures.iter().map(|one| one.valid).collect::<Vec<_>>(), [true, false, true]);
    assert!(!report.is_valid() && report.covers("/r/d") && !report.covers("/r"));
}

#[test]
fn trust_and_time() {
    let hand = Hand::p256();
    let time = |time: &str| {
        let object = format!(
            "<Object Id=\"o\"><SignatureProperties><SignatureProperty Target=\"#s\"><SigningTime>{time}</SigningTime></SignatureProperty></SignatureProperties></Object>"
        );
        let canonical = object.replacen("<Object", &format!("<Object xmlns=\"{DSIG}\""), 1);
        let references = [Ref::new("#x", ENVELOPED, NODE), Ref::new("#o", "", &canonical)];
        format!("<r>{NODE}{}</r>", hand.signature("s", &references, &object))
    };
    let mut with_root = options();
    with_root.trust = Some(vec![hand.root()]);
    let document = time("2026-11-21T09:30:00");
    let report = verify_with(&document, &with_root);
    assert!(report.is_valid(), "{report}");
    assert_eq!(report.signatures[0].claimed_time, Some(1_795_228_200));
    assert!(matches!(report.signatures[0].trust, Trust::Trusted { at: 1_795_228_200, .. }));
    let report = verify_with(&time("2020-01-01T00:00:00Z"), &with_root);
    assert!(!report.is_valid() && kinds(&report).contains(&FindingKind::OutsideValidity), "{report}");
    // Without a claimed time, or another root, it is not trusted.
    assert!(!verify_with(&beside(&hand), &with_root).is_valid());
    let mut at = with_root.clone();
    at.time = Some(1_795_228_200);
    assert!(verify_with(&beside(&hand), &at).is_valid());
    at.trust = Some(vec![hand.chain.leaf().clone()]);
    assert!(verify_with(&beside(&hand), &at).is_valid());
    at.trust = Some(Vec::new());
    assert!(!verify_with(&beside(&hand), &at).is_valid());
    // A time that is not signed is not claimed.
    let unsigned = document.replacen("Id=\"o\"", "Id=\"p\"", 1);
    let report = verify(&unsigned);
    assert!(report.signatures[0].claimed_time.is_none(), "{report}");
    let unsigned = hand.signature("s", &[Ref::new("#x", ENVELOPED, NODE)], "<Object><SignatureProperties><SignatureProperty Target=\"#s\"><SigningTime>2026-11-21T09:30:00</SigningTime></SignatureProperty></SignatureProperties></Object>");
    let report = valid(&format!("<r>{NODE}{unsigned}</r>"));
    assert!(report.signatures[0].claimed_time.is_none());
    assert!(kinds(&report).contains(&FindingKind::SigningTimeNotSigned));
}

/// QualifyingProperties in canonical form below ds:Object, and what a reference to SignedProperties digests.
fn xades(certificate: &str, target: &str) -> (String, String) {
    let uri = "http://uri.etsi.org/01903/v1.3.2#";
    let signed = format!(
        "<xades:SignedProperties Id=\"sp\"><xades:SignedSignatureProperties><xades:SigningTime>2026-11-21T09:30:00+07:00</xades:SigningTime>\
         <xades:SigningCertificateV2><xades:Cert><xades:CertDigest><DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></DigestMethod>\
         <DigestValue>{certificate}</DigestValue></xades:CertDigest></xades:Cert></xades:SigningCertificateV2>\
         <xades:SignaturePolicyIdentifier><xades:SignaturePolicyId><xades:SigPolicyId><xades:Identifier>urn:oid:1.2.3</xades:Identifier></xades:SigPolicyId>\
         <xades:SigPolicyHash><DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></DigestMethod><DigestValue>AAEC</DigestValue></xades:SigPolicyHash>\
         </xades:SignaturePolicyId></xades:SignaturePolicyIdentifier>\
         </xades:SignedSignatureProperties></xades:SignedProperties>"
    );
    let canonical = signed.replacen(
        "<xades:SignedProperties",
        &format!("<xades:SignedProperties xmlns=\"{DSIG}\" xmlns:xades=\"{uri}\""),
        1,
    );
    let object = format!(
        "<Object><xades:QualifyingProperties xmlns:xades=\"{uri}\" Target=\"{target}\">{signed}</xades:QualifyingProperties></Object>"
    );
    (object, canonical)
}

#[test]
fn xades_names_the_signing_certificate() {
    let hand = Hand::p256();
    let digest = hand.chain.leaf_digest(Sha256).to_base64();
    let kind = "http://uri.etsi.org/01903#SignedProperties";
    let document = |certificate: &str, target: &str, with_reference: bool, kind: &str| {
        let (object, canonical) = xades(certificate, target);
        let mut references = vec![Ref::new("#x", "", NODE)];
        if with_reference {
            references.push(Ref { kind, ..Ref::new("#sp", "", &canonical) });
        }
        format!("<r>{NODE}{}</r>", hand.signature("s", &references, &object))
    };
    let report = valid(&document(&digest, "#s", true, kind));
    let one = &report.signatures[0];
    let found = one.xades.as_ref().unwrap();
    assert_eq!((found.signing_certificate.clone(), found.signing_time), (Check::Ok, Some(1_795_228_200)));
    assert_eq!(one.claimed_time, Some(1_795_228_200));
    let policy = found.policy.as_ref().unwrap();
    assert_eq!(
        (policy.identifier.as_str(), policy.digest.as_deref()),
        ("urn:oid:1.2.3", Some(&[0, 1, 2][..]))
    );
    assert_eq!(one.references[1].kind.as_deref(), Some(kind));
    valid(&document(&digest, "#s", true, ""));

    let other = Sha256.hash(b"another").to_base64();
    let report = refused(&document(&other, "#s", true, kind), FindingKind::SigningCertificateMismatch);
    assert!(matches!(report.signatures[0].certificate, Check::Failed { .. }));
    refused(&document(&digest, "#other", true, kind), FindingKind::SignedPropertiesNotSigned);
    let report = refused(&document(&digest, "#s", false, kind), FindingKind::SignedPropertiesNotSigned);
    assert_eq!(report.signatures[0].claimed_time, None);
    // The type on a reference to something else.
    let wrong = Ref { kind, ..Ref::new("#x", "", NODE) };
    refused(
        &format!("<r>{NODE}{}</r>", hand.signature("s", &[wrong], "")),
        FindingKind::SignedPropertiesNotSigned,
    );
    // SignedProperties of another place in the document.
    let (object, canonical) = xades(&digest, "#s");
    let outside = canonical.clone();
    let references = [Ref::new("#x", "", NODE), Ref { kind, ..Ref::new("#sp", "", &canonical) }];
    let own = object.replacen("Id=\"sp\"", "Id=\"own\"", 1);
    refused(
        &format!("<r>{NODE}{outside}{}</r>", hand.signature("s", &references, &own)),
        FindingKind::SignedPropertiesNotSigned,
    );
}

#[test]
fn reports_as_json_and_text() {
    let hand = Hand::p256();
    let report = valid(&beside(&hand));
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(
        (&json["valid"], &json["version"], &json["trust_checked"]),
        (&true.into(), &1.into(), &false.into())
    );
    assert_eq!(json["document_bytes"], beside(&hand).len());
    let one = &json["signatures"][0];
    assert_eq!(
        (&one["valid"], &one["id"], &one["path"]),
        (&true.into(), &"s".into(), &"/r/Signature".into())
    );
    assert_eq!(one["signer"]["common_name"], "kyso demonstration P-256");
    let reference = &one["references"][0];
    assert_eq!((&reference["uri"], &reference["path"]), (&"#x".into(), &"/r/d".into()));
    assert!(reference["type"].is_null() && reference["digest"]["status"] == "ok");
    assert_eq!(json["findings"], serde_json::json!([]));
    let text = report.to_string();
    for part in [
        "1 signature\n",
        "1. signature \"s\" at /r/Signature: valid",
        "signs:        /r/d: ok",
        "result: valid",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    // Text from the document stays on its line.
    let lines = beside(&hand).replace("Id=\"s\"", "Id=\"s&#10;result: valid\"").replace("text", "changed");
    let text = verify(&lines).to_string();
    assert!(text.lines().filter(|line| line.starts_with("result:")).eq(["result: NOT VALID"]), "{text}");
}

#[test]
fn any_source_will_do() {
    use std::io::{Cursor, Write as _};
    let document = beside(&Hand::p256());
    let seekable = kyso::Seekable::new(Cursor::new(document.clone().into_bytes()));
    assert!(kyso::verify::xml(&seekable, &options()).unwrap().is_valid());
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(document.as_bytes()).unwrap();
    assert!(kyso::verify::xml(&file, &options()).unwrap().is_valid());
    let mut small = options();
    small.limits.xml_memory_bytes = 10;
    assert_eq!(kyso::verify::xml(&file, &small).unwrap_err().fault(), kyso::Fault::Limit);
}
