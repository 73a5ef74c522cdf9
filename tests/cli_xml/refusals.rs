//! What is refused, with its code, one line, and nothing left behind.

use std::fs;

use super::program::{Bench, SELLER, key, read, testdata, xml};

#[test]
fn options_of_the_other_format_are_named() {
    let bench = Bench::new();
    let (pdf, invoice) = (testdata("pdf/demo.pdf"), xml("tt78-invoice.xml"));
    let content = bench.write("content", "x");
    let own = ["content"];
    let digest = "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let for_xml: [&[&str]; 20] = [
        &["--format", "dsig"],
        &["--node", "a"],
        &["--id-attribute", "id"],
        &["--signature-location", "a"],
        &["--signature-id", "a"],
        &["--object-id", "a"],
        &["--c14n", "exc"],
        &["--xpath", "a"],
        &["--packaging", "enveloped"],
        &["--detached-content", &content],
        &["--signing-time-ns", "urn:a"],
        &["--policy", "1.2", "--policy-digest", digest],
        &["--mime-type", "a/b"],
        &["--signer-role", "a"],
        &["--production-place", "city=a"],
        &["--commitment", "proof-of-origin"],
        &["--ds-prefix", "none"],
        &["--key-info", "none"],
        &["--allow-sha1"],
        &["--allow-doctype"],
    ];
    for option in for_xml {
        bench.sign(&pdf, option).failed(2, &[option[0], "is for XML", "demo.pdf"]);
    }
    let for_pdf: [&[&str]; 11] = [
        &["--field", "a"],
        &["--reason", "a"],
        &["--location", "a"],
        &["--contact", "a"],
        &["--name", "a"],
        &["--subfilter", "pades"],
        &["--password-env", "A"],
        &["--override-encryption-permissions"],
        &["--override-needs-rendering"],
        &["--reserve", "1"],
        &["--timestamp-room"],
    ];
    for option in for_pdf {
        bench.sign(&invoice, option).failed(2, &[option[0], "is for PDF", "tt78-invoice.xml"]);
    }
    let chain = key("rsa2048-chain.pem");
    let prepare = ["prepare", &invoice, "--cert", &chain, "--state", "state.json"];
    bench.run(&[prepare.as_slice(), &["--reason", "a"]].concat()).failed(2, &["--reason"]);
    bench.run(&[prepare.as_slice(), &["--service", "cms"]].concat()).failed(2, &["--service cms"]);
    for (command, file, option, value) in [
        ("verify", &invoice, "--password-env", Some("A")),
        ("verify", &pdf, "--allow-doctype", None),
        ("verify", &pdf, "--allow-sha1", None),
        ("verify", &pdf, "--id-attribute", Some("a")),
        ("verify", &pdf, "--detached-content", Some(content.as_str())),
        ("inspect", &invoice, "--password-env", Some("A")),
        ("inspect", &pdf, "--allow-doctype", None),
    ] {
        let mut arguments = vec![command, file.as_str(), option];
        arguments.extend(value);
        bench.run(&arguments).failed(2, &[option]);
    }
    bench.left_nothing(&own);
}

#[test]
fn usage_errors_say_what_is_wrong() {
    let bench = Bench::new();
    let invoice = xml("tt78-invoice.xml");
    let content = bench.write("content", "x");
    let own = ["content"];
    let cases: [(&[&str], &[&str]); 34] = [
        (&["--format", "cades"], &["--format", "tt78"]),
        (&["--c14n", "c14n"], &["--c14n", "exc-comments"]),
        (&["--packaging", "beside"], &["--packaging", "enveloping"]),
        (&["--digest", "sha1"], &["SHA-1", "--allow-sha1"]),
        (&["--digest", "md5"], &["--digest"]),
        (&["--signature-algorithm", "ecdsa"], &["--signature-algorithm"]),
        (&["--format", "xades-epes"], &["policy"]),
        (&["--format", "xades-epes", "--policy", "1.2.3"], &["--policy-digest"]),
        (&["--format", "xades", "--policy-digest", "sha256:AAAA"], &["--policy-digest", "32 bytes"]),
        (&["--policy", "1.2.3", "--policy-digest", "AAAA"], &["--policy-digest", "sha256:BASE64"]),
        (&["--policy", "1.2.3", "--policy-digest", "sha256:?"], &["--policy-digest", "base64"]),
        (&["--policy", "1.2.3", "--policy-digest", "md5:AAAA"], &["--policy-digest", "sha512"]),
        (
            &["--policy", "1.2.3", "--policy-digest", "sha1:2jmj7l5rSw0yVb/vlWAYkK/YBwk="],
            &["--policy-digest", "--allow-sha1"],
        ),
        (&["--production-place", "Hà Nội"], &["--production-place", "postal-code"]),
        (&["--production-place", "town=Hà Nội"], &["town", "postal-code"]),
        (&["--production-place", "city=a,city=b"], &["city", "twice"]),
        (&["--production-place", "city="], &["city is empty"]),
        (&["--commitment", "promise"], &["--commitment", "proof-of-origin"]),
        (&["--key-info", "chain,none"], &["--key-info", "none", "subject-name"]),
        (&["--key-info", ""], &["--key-info"]),
        (&["--ds-prefix", ""], &["--ds-prefix"]),
        (&["--ds-prefix", "1"], &["prefix"]),
        (&["--ds-prefix", "xml"], &["prefix"]),
        (&["--mime-type", "a/b"], &["XAdES"]),
        (&["--signer-role", "a"], &["XAdES"]),
        (&["--xpath", "true()"], &["dsig-xpath"]),
        (&["--format", "dsig-xpath", "--xpath", "a["], &["--xpath"]),
        (&["--object-id", "a"], &["object id"]),
        (&["--signing-time-ns", "urn:a"], &["TT78"]),
        (&["--signature-location", "a//b"], &["a//b", "--signature-location"]),
        (&["--signature-id", "no id"], &["signature id"]),
        (&["--detached-content", &content], &["--detached-content", "--packaging detached"]),
        (&["--format", "dsig-single-node"], &["exactly one", "--node"]),
        (&["--format", "dsig-xpath", "--node", "HD1"], &["whole document"]),
    ];
    for (more, words) in cases {
        bench.sign(&invoice, more).failed(2, words);
    }
    bench.sign(&invoice, &["--packaging", "detached"]).failed(2, &["detached"]);
    let both = ["--format", "dsig-multiple-nodes"];
    bench.sign(&invoice, &both).failed(2, &["one or more", "--node"]);
    bench.left_nothing(&own);
    // Files that are read are not replaced; those that are absent are I/O errors.
    let over = ["sign", &invoice, "-o", "content", "--key", &key("rsa2048-key.pem")];
    let rest = ["--cert", &key("rsa2048-chain.pem"), "--packaging", "detached", "--detached-content"];
    bench.run(&[over.as_slice(), &rest, &["content"]].concat()).failed(2, &["replace"]);
    let absent = ["--packaging", "detached", "--detached-content", "absent"];
    bench.sign(&invoice, &absent).failed(5, &["absent"]);
    bench.left_nothing(&own);
}

#[test]
fn documents_are_refused_with_what_to_do() {
    let bench = Bench::new();
    let cases: [(&str, &[&str], &[&str]); 12] = [
        ("tt78-invoice.xml", &["--node", "HD9"], &["HD9", "--id-attribute"]),
        ("bom-crlf.xml", &["--node", "bien-ban"], &["Id=\"bien-ban\"", "--id-attribute"]),
        ("duplicate-id.xml", &["--node", "X"], &["\"X\"", "2 times"]),
        ("relative-namespace.xml", &["--node", "X"], &["relative", "absolute URI"]),
        ("two-roots.xml", &[], &["two-roots.xml"]),
        ("unbound-prefix.xml", &[], &["prefix"]),
        ("tt78-invoice.xml", &["--signature-location", "DSCKS/NNT"], &["DSCKS/NNT", "--signature-location"]),
        (
            "tt78-message-3-invoices.xml",
            &["--signature-location", "DSCKS/NBan"],
            &["3 elements", "[n]", "--signature-location"],
        ),
        ("tt78-invoice.xml", &["--signature-id", "HD1"], &["HD1", "--signature-id"]),
        ("tt78-message-3-invoices.xml", &["--format", "tt78"], &["DLHDon", "--node"]),
        ("ubl-invoice.xml", &["--format", "tt78"], &["--node"]),
        ("doctype.xml", &[], &["--allow-doctype"]),
    ];
    for (file, more, words) in cases {
        let code = if file == "ubl-invoice.xml" { 2 } else { 3 };
        bench.sign(&xml(file), more).failed(code, &[&[file], words].concat());
    }
    for (name, contents) in [
        ("text.xml", b"no markup".as_slice()),
        ("empty.xml", b""),
        ("open.xml", b"<a>"),
        ("ebcdic.xml", &[0x4C, 0x6F, 0xA7, 0x94, 0x93]),
        ("utf-7.xml", b"<?xml version='1.0' encoding='UTF-7'?><a/>"),
    ] {
        let input = bench.write(name, contents);
        bench.sign(&input, &["--format", "dsig"]).failed(3, &[name]);
        bench.sign(&input, &[]).failed(3, &[name]);
        bench.run(&["verify", &input]).failed(1, &[name]);
        bench.run(&["verify", &input, "--allow-doctype"]).failed(1, &[name]);
        bench.run(&["c14n", &input]).failed(3, &[name]);
        fs::remove_file(input).unwrap();
    }
    bench.left_nothing(&[]);
}

#[test]
fn a_signature_that_would_break_is_named() {
    let bench = Bench::new();
    bench.sign(&xml("tt78-invoice.xml"), &["--signature-id", "toàn-bộ"]).done();
    let first = bench.write("first.xml", read(bench.path("out.xml")));
    fs::remove_file(bench.path("out.xml")).unwrap();
    bench.sign(&first, &SELLER).failed(3, &["toàn-bộ", "would break", "--signature-location"]);
    bench.left_nothing(&["first.xml"]);
    // The other way round nothing breaks: the whole document is signed last.
    bench.sign(&xml("tt78-invoice.xml"), &SELLER).done();
    let first = bench.write("first.xml", read(bench.path("out.xml")));
    bench.sign(&first, &["--signature-id", "toàn-bộ"]).done();
    bench.judged(2, &[("Id", "DLHDon")], &[]);
    let again = [SELLER.as_slice(), &["--signature-location", "DSCKS/NMua"]].concat();
    bench.sign(&first, &again).failed(2, &["--signature-location"]);
    let taken = ["--node", "HD1", "--signature-id", "seller", "--signature-location", "DSCKS/NMua"];
    bench.sign(&first, &taken).failed(3, &["seller", "--signature-id"]);
}
