//! Each option has an effect that shows.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kyso::algorithm::DigestAlgorithm;

use super::program::{Bench, SELLER, is_spliced, key, read, vendor, xml};

const POLICY: [&str; 4] =
    ["--policy", "1.2.704.1", "--policy-digest", "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="];

/// The text between two others.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).unwrap().1.split_once(after).unwrap().0
}

#[test]
fn every_format_signs() {
    let bench = Bench::new();
    let input = xml("tt78-invoice.xml");
    let cases: [(&[&str], &[&str]); 9] = [
        (&[], &["<ds:Reference URI=\"\">", "enveloped-signature"]),
        (&["--format", "dsig"], &["<ds:Reference URI=\"\">"]),
        (&["--format", "dsig", "--node", "HD1"], &["<ds:Reference URI=\"#HD1\">"]),
        (&["--format", "dsig-single-node", "--node", "HD1"], &["<ds:Reference URI=\"#HD1\">"]),
        (&["--format", "dsig-multiple-nodes", "--node", "HD1"], &["URI=\"#HD1\""]),
        (&["--format", "dsig-xpath"], &["REC-xpath-19991116", "not(ancestor-or-self::ds:Signature)"]),
        (&["--format", "tt78"], &["URI=\"#HD1\"", "<SignatureProperty "]),
        (&["--format", "xades"], &["xades:SigningCertificateV2", "01903#SignedProperties"]),
        (&[&["--format", "xades-epes"], POLICY.as_slice()].concat(), &["SigPolicyHash", "urn:oid:1.2.704.1"]),
    ];
    for (more, words) in cases {
        bench.sign(&input, more).done();
        let out = bench.out();
        for word in words {
            assert!(out.contains(word), "{more:?}: {word} missing in {out}");
        }
        assert!(more.contains(&"tt78") || is_spliced(&read(&input), out.as_bytes()), "{more:?}");
        bench.judged(1, &[("Id", "DLHDon")], &[]);
    }
}

#[test]
fn every_vendor_sample_signs_under_every_format() {
    let samples = [
        ("efy-case2-invoice-dsig.xml", "data", "id", "inv:invoice", "inv:invoice"),
        ("efy-case4-tt78-invoice.xml", "InvoiceData", "Id", "DSCKS/NBan", "HDon"),
        ("efy-case5-tt78-registration.xml", "DeclarationData", "Id", "DSCKS/NNT", "TKhai"),
    ];
    let bench = Bench::new();
    let invoice = "http://laphoadon.gdt.gov.vn/2014/09/invoicexml/v1:invoiceData";
    let ids = [("id", invoice), ("Id", "DLHDon"), ("Id", "DLTKhai")];
    for (sample, node, attribute, location, root) in samples {
        let Some(path) = vendor(sample) else { return };
        let input = path.to_str().unwrap();
        for format in
            ["dsig", "dsig-single-node", "dsig-multiple-nodes", "dsig-xpath", "tt78", "xades", "xades-epes"]
        {
            let mut more = vec!["--format", format, "--signature-id", "seller", "--id-attribute", attribute];
            if format == "dsig-xpath" {
                more.extend(["--signature-location", root]);
            } else {
                more.extend(["--node", node, "--signature-location", location]);
            }
            if format == "xades-epes" {
                more.extend(POLICY);
            }
            bench.sign(input, &more).done();
            assert!(bench.out().contains("Id=\"seller\""));
            bench.judged(1, &ids, &[]);
        }
    }
}

#[test]
fn options_about_place_and_names_show() {
    let bench = Bench::new();
    let sign = |input: &str, more: &[&str]| {
        bench.sign(&xml(input), more).done();
        bench.out()
    };
    let out = sign("tt78-invoice.xml", &SELLER);
    assert!(out.contains("<NBan><Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"seller\">"));
    let out = sign("tt78-invoice.xml", &[SELLER.as_slice(), &["--object-id", "object-7"]].concat());
    assert!(out.contains("<Object Id=\"object-7\">") && out.contains("URI=\"#object-7\""), "{out}");
    bench.judged(1, &[("Id", "DLHDon")], &[]);
    let zone = "https://hoadondientu.gdt.gov.vn";
    let out = sign("tt78-invoice.xml", &[SELLER.as_slice(), &["--signing-time-ns", zone]].concat());
    assert!(out.contains(&format!("<SigningTime xmlns=\"{zone}\">")), "{out}");
    bench.judged(1, &[("Id", "DLHDon")], &[]);
    let ids = ["--id-attribute", "id", "--node", "hd-2026-0007"];
    let out = sign("namespaces-above.xml", &ids);
    assert!(out.ends_with("</ds:Signature></goi:goiTin>\n"), "{out}");
    let out =
        sign("namespaces-above.xml", &[ids.as_slice(), &["--signature-location", "inv:chuKy"]].concat());
    assert!(out.contains("<inv:chuKy><ds:Signature"), "{out}");
    let out = sign("tt78-message-3-invoices.xml", &["--node", "HD2", "--signature-location", "DSCKS/NBan"]);
    let at = out.find("<ds:Signature").unwrap();
    assert!(out.find("Id=\"HD2\"").unwrap() < at && at < out.find("Id=\"HD3\"").unwrap());
    let two: [&[&str]; 2] = [&["--node", "HD1,HD3"], &["--node", "HD1", "--node", "HD3"]];
    for nodes in two {
        let out =
            sign("tt78-message-3-invoices.xml", &[&["--format", "dsig-multiple-nodes"], nodes].concat());
        assert!(out.contains("URI=\"#HD1\"") && out.contains("URI=\"#HD3\""), "{out}");
        bench.judged(1, &[("Id", "DLHDon")], &[]);
    }
    let out = sign("tt78-invoice.xml", &["--ds-prefix", "chu-ky"]);
    assert!(out.contains("<chu-ky:Signature xmlns:chu-ky=") && out.contains("<chu-ky:SignatureValue"));
    bench.judged(1, &[], &[]);
    let out = sign("tt78-invoice.xml", &["--ds-prefix", "none"]);
    assert!(out.contains("<Signature xmlns=") && !out.contains("ds:"), "{out}");
    bench.judged(1, &[], &[]);
    let out = sign("tt78-invoice.xml", &[SELLER.as_slice(), &["--ds-prefix", "ds"]].concat());
    assert!(out.contains("<NBan><ds:Signature "), "{out}");
}

#[test]
fn options_about_canonicalisation_and_algorithms_show() {
    let bench = Bench::new();
    let input = xml("comments-pis-cdata.xml");
    for (name, uri) in [
        ("c14n10", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        ("c14n10-comments", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"),
        ("c14n11", "http://www.w3.org/2006/12/xml-c14n11"),
        ("c14n11-comments", "http://www.w3.org/2006/12/xml-c14n11#WithComments"),
        ("exc", "http://www.w3.org/2001/10/xml-exc-c14n#"),
        ("exc-comments", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
    ] {
        bench.sign(&input, &["--c14n", name, "--node", "ghi-chu"]).done();
        let out = bench.out();
        assert!(out.contains(&format!("<ds:CanonicalizationMethod Algorithm=\"{uri}\"/>")), "{name}");
        assert!(out.contains(&format!("<ds:Transform Algorithm=\"{uri}\"/>")), "{name}");
        bench.judged(1, &[("Id", "muc")], &[]);
    }
    let rsa: [(&[&str], &str, &str); 5] = [
        (&[], "xmldsig-more#rsa-sha256", "xmlenc#sha256"),
        (&["--digest", "sha384"], "xmldsig-more#rsa-sha384", "xmldsig-more#sha384"),
        (&["--digest", "sha512"], "xmldsig-more#rsa-sha512", "xmlenc#sha512"),
        (&["--digest", "sha1", "--allow-sha1"], "xmldsig#rsa-sha1", "xmldsig#sha1"),
        (&["--signature-algorithm", "rsa-pkcs1"], "xmldsig-more#rsa-sha256", "xmlenc#sha256"),
    ];
    for (more, signature, digest) in rsa {
        bench.sign(&input, more).done();
        let out = bench.out();
        assert!(between(&out, "<ds:SignatureMethod Algorithm=\"", "\"").ends_with(signature), "{more:?}");
        assert!(between(&out, "<ds:DigestMethod Algorithm=\"", "\"").ends_with(digest), "{more:?}");
        let allow: &[&str] = if more.contains(&"sha1") { &["--allow-sha1"] } else { &[] };
        bench.judged(1, &[], allow);
    }
    bench.sign(&input, &["--digest", "sha1", "--allow-sha1"]).done();
    assert_eq!(bench.run(&["verify", "out.xml"]).code, 1, "SHA-1 is valid only when asked for");
    bench.sign(&input, &["--signature-algorithm", "rsa-pss", "--digest", "sha512"]).done();
    assert!(bench.out().contains("2007/05/xmldsig-more#sha512-rsa-MGF1"));
    bench.run(&["verify", "out.xml"]).done();
    for (name, method) in [
        ("p256", "xmldsig-more#ecdsa-sha256"),
        ("p384", "xmldsig-more#ecdsa-sha384"),
        ("ed25519", "2021/04/xmldsig-more#eddsa-ed25519"),
    ] {
        bench.sign_with(name, &input, &[]).done();
        assert!(bench.out().contains(method), "{name}");
        bench.run(&["verify", "out.xml"]).done();
    }
}

#[test]
fn options_about_what_is_signed_show() {
    let bench = Bench::new();
    let input = xml("comments-pis-cdata.xml");
    let expression = "not(ancestor-or-self::ds:Signature) and not(self::comment())";
    bench.sign(&input, &["--format", "dsig-xpath", "--xpath", expression]).done();
    assert!(bench.out().contains(&format!(">{expression}</ds:XPath>")));
    bench.judged(1, &[], &[]);
    bench.sign(&input, &["--packaging", "enveloping", "--object-id", "bao"]).done();
    let out = bench.out();
    assert!(out.contains("<ds:Object Id=\"bao\">") && out.trim_end().contains("</ds:Signature>"), "{out}");
    assert!(out.contains("URI=\"#bao\"") && !out.contains("enveloped-signature"), "{out}");
    bench.judged(1, &[], &[]);
    bench.sign(&input, &["--packaging", "detached", "--node", "ghi-chu"]).done();
    assert!(!bench.out().contains("enveloped-signature"));
    bench.judged(1, &[("Id", "muc")], &[]);
    bench.sign(&input, &["--packaging", "enveloped", "--node", "ghi-chu"]).done();
    assert!(bench.out().contains("enveloped-signature"));
}

#[test]
fn content_beside_the_document_is_signed_by_its_name() {
    let bench = Bench::new();
    let content = vec![b'x'; 700_000];
    let file = bench.write("phụ lục.bin", &content);
    let detached = ["--packaging", "detached", "--detached-content", &file];
    bench.sign(&xml("tt78-invoice.xml"), &[detached.as_slice(), &["--format", "xades"]].concat()).done();
    let out = bench.out();
    assert!(out.contains("URI=\"ph%E1%BB%A5%20l%E1%BB%A5c.bin\""), "{out}");
    assert!(out.contains(&DigestAlgorithm::Sha256.hash(&content).to_base64()), "{out}");
    // Nobody finds the content by itself.
    assert_eq!(bench.run(&["verify", "out.xml"]).code, 1);
    bench.run(&["verify", "out.xml", "--detached-content", &file]).done();
    fs::write(&file, "something else").unwrap();
    assert_eq!(bench.run(&["verify", "out.xml", "--detached-content", &file]).code, 1);
    // Its digest is that of the signature.
    bench.sign(&xml("tt78-invoice.xml"), &[detached.as_slice(), &["--digest", "sha512"]].concat()).done();
    assert!(bench.out().contains(&DigestAlgorithm::Sha512.hash(b"something else").to_base64()));
    bench.run(&["verify", "out.xml", "--detached-content", &file]).done();
}

#[test]
fn options_of_xades_show() {
    let bench = Bench::new();
    let input = xml("tt78-invoice.xml");
    let more = [
        "--format",
        "xades",
        "--mime-type",
        "application/xml",
        "--signer-role",
        "Kế toán trưởng",
        "--signer-role",
        "Giám đốc",
        "--production-place",
        "city=Hà Nội,street=78 Duy Tân, Cầu Giấy,country=VN",
        "--commitment",
        "proof-of-origin",
        "--commitment",
        "1.2.840.113549.1.9.16.6.5",
        "--time",
        "2026-11-21T09:30:00+07:00",
    ];
    bench.sign(&input, &more).done();
    let out = bench.out();
    for word in [
        "<xades:MimeType>application/xml</xades:MimeType>",
        "<xades:ClaimedRole>Kế toán trưởng</xades:ClaimedRole><xades:ClaimedRole>Giám đốc</xades:ClaimedRole>",
        "<xades:City>Hà Nội</xades:City><xades:StreetAddress>78 Duy Tân, Cầu Giấy</xades:StreetAddress>",
        "<xades:CountryName>VN</xades:CountryName>",
        "http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin",
        "urn:oid:1.2.840.113549.1.9.16.6.5",
        "<xades:SigningTime>2026-11-21T09:30:00+07:00</xades:SigningTime>",
    ] {
        assert!(out.contains(word), "{word} missing in {out}");
    }
    bench.judged(1, &[], &[]);
    bench.sign(&input, &[["--format", "xades-epes"].as_slice(), &POLICY].concat()).done();
    let out = bench.out();
    assert!(out.contains(">urn:oid:1.2.704.1</xades:Identifier>"), "{out}");
    assert!(between(&out, "<xades:SigPolicyHash>", "</xades:SigPolicyHash>").contains("47DEQpj8HBSa"));
    bench.judged(1, &[], &[]);
}

#[test]
fn time_is_written_as_each_format_has_it() {
    let bench = Bench::new();
    let utc = ["--time", "2026-11-21T20:30:00Z"];
    bench.sign(&xml("tt78-invoice.xml"), &[SELLER.as_slice(), &utc].concat()).done();
    assert_eq!(between(&bench.out(), "<SigningTime>", "<"), "2026-11-22T03:30:00");
    bench.sign(&xml("tt78-invoice.xml"), &[["--format", "xades"].as_slice(), &utc].concat()).done();
    assert_eq!(between(&bench.out(), "<xades:SigningTime>", "<"), "2026-11-21T20:30:00Z");
}

#[test]
fn key_info_holds_what_is_asked_for() {
    let bench = Bench::new();
    let input = xml("tt78-invoice.xml");
    let (one, all) = ("certificate", "chain");
    for (list, present) in [
        (one, ["X509Certificate"].as_slice()),
        (all, &["X509Certificate"]),
        ("subject-name,certificate", &["X509SubjectName", "X509Certificate"]),
        ("issuer-serial,certificate", &["X509IssuerSerial", "X509Certificate"]),
        ("key-value,certificate", &["KeyValue", "X509Certificate"]),
    ] {
        bench.sign(&input, &["--key-info", list]).done();
        let out = bench.out();
        for name in ["X509Certificate", "X509SubjectName", "X509IssuerSerial", "KeyValue"] {
            let there = out.contains(&format!("<ds:{name}>"));
            assert_eq!(there, present.contains(&name), "{list}: {name}");
        }
        let count = out.matches("<ds:X509Certificate>").count();
        assert_eq!(count > 1, list == all, "{list}: {count} certificates");
        bench.judged(1, &[], &[]);
    }
    let leaf = kyso::Chain::from_pem(&read(key("rsa2048-chain.pem"))).unwrap();
    bench.sign(&input, &["--key-info", one]).done();
    let certificate = STANDARD.decode(between(&bench.out(), "<ds:X509Certificate>", "<")).unwrap();
    assert_eq!(certificate, leaf.leaf().der());
    bench.sign(&input, &["--key-info", "none"]).done();
    assert!(!bench.out().contains("KeyInfo"));
}

#[test]
fn documents_of_every_encoding_sign() {
    let bench = Bench::new();
    for (file, more, judged) in [
        ("bom-crlf.xml", ["--node", "bien-ban", "--id-attribute", "id"], true),
        ("utf16-le.xml", ["--node", "bien-ban", "--id-attribute", "id"], true),
        ("latin1.xml", ["--node", "facture", "--id-attribute", "Id"], true),
        ("deep.xml", ["--node", "goc", "--id-attribute", "Id"], false),
    ] {
        bench.sign(&xml(file), &more).done();
        assert!(is_spliced(&read(xml(file)), &read(bench.path("out.xml"))), "{file}");
        if judged {
            bench.judged(1, &[("id", "noiDung"), ("Id", "contenu")], &[]);
        } else {
            bench.run(&["verify", "out.xml"]).done();
        }
    }
    // The name says nothing.
    let odd = bench.write("invoice.pdf", read(xml("tt78-invoice.xml")));
    bench.sign(&odd, &SELLER).done();
    bench.judged(1, &[("Id", "DLHDon")], &[]);
}

#[test]
fn a_doctype_is_read_only_when_asked_for() {
    let bench = Bench::new();
    let input = xml("doctype.xml");
    bench.sign(&input, &[]).failed(3, &["doctype.xml", "DOCTYPE", "--allow-doctype"]);
    bench.left_nothing(&[]);
    bench.sign(&input, &["--allow-doctype"]).done();
    assert!(is_spliced(&read(&input), bench.out().as_bytes()));
    bench.run(&["verify", "out.xml"]).failed(1, &["DOCTYPE", "--allow-doctype"]);
    bench.run(&["verify", "out.xml", "--allow-doctype"]).done();
    bench.run(&["inspect", "out.xml"]).failed(3, &["DOCTYPE", "--allow-doctype"]);
    assert!(bench.run(&["inspect", "out.xml", "--allow-doctype"]).done().text().contains("baoGia"));
}
