//! `kyso c14n`.

use std::process::Stdio;

use super::program::{Bench, xml};

/// Attributes, namespaces, comments and references, each in a form that canonicalisation changes.
const DOCUMENT: &str = "<?xml version='1.0'?>\r\n<!-- a --><r xmlns='urn:r' xmlns:p=\"urn:p\" xml:lang='vi'>\
                        <n  Id = 'x' b='2' a=\"1\"><!-- b --><p:e/>&#13;&lt;</n><n Id='y'/></r><!-- c -->";

#[test]
fn canonical_octets_and_nothing_else_are_printed() {
    let bench = Bench::new();
    let file = bench.write("in.xml", DOCUMENT);
    let all = "<r xmlns=\"urn:r\" xmlns:p=\"urn:p\" xml:lang=\"vi\"><n Id=\"x\" a=\"1\" b=\"2\"><p:e></p:e>\
               &#xD;&lt;</n><n Id=\"y\"></n></r>";
    let node = "<n xmlns=\"urn:r\" xmlns:p=\"urn:p\" Id=\"x\" a=\"1\" b=\"2\" xml:lang=\"vi\"><p:e></p:e>\
                &#xD;&lt;</n>";
    let commented = node.replace("<p:e>", "<!-- b --><p:e>");
    let exclusive = "<n xmlns=\"urn:r\" Id=\"x\" a=\"1\" b=\"2\"><p:e xmlns:p=\"urn:p\"></p:e>&#xD;&lt;</n>";
    let with_prefix = exclusive.replace("\"urn:r\"", "\"urn:r\" xmlns:p=\"urn:p\"");
    let with_prefix = with_prefix.replace("<p:e xmlns:p=\"urn:p\">", "<p:e>");
    let whole_commented = format!("<!-- a -->\n{}\n<!-- c -->", all.replace("<p:e>", "<!-- b --><p:e>"));
    let on_x = ["--node", "x"].as_slice();
    let cases: [(&[&str], &str); 12] = [
        (&[], all),
        (&["--c14n", "c14n10"], all),
        (&["--c14n", "c14n10-comments"], &whole_commented),
        (&["--c14n", "c14n10-comments", "--as-reference"], all),
        (on_x, node),
        (&["--node", "x", "--id-attribute", "Id"], node),
        (&["--node", "x", "--c14n", "c14n11"], node),
        (&["--node", "x", "--c14n", "c14n10-comments"], &commented),
        (&["--node", "x", "--c14n", "c14n10-comments", "--as-reference"], node),
        (&["--node", "x", "--c14n", "exc"], exclusive),
        (&["--node", "x", "--c14n", "exc", "--prefixes", "p #default"], &with_prefix),
        (&["--node", "y", "--c14n", "exc"], "<n xmlns=\"urn:r\" Id=\"y\"></n>"),
    ];
    for (more, expected) in cases {
        let run = bench.run(&[&["c14n", file.as_str()], more].concat()).done();
        assert_eq!(run.text(), expected, "{more:?}");
    }
}

#[test]
fn what_a_reference_digests_is_what_signing_digests() {
    let bench = Bench::new();
    for (file, attribute, id) in [
        ("bom-crlf.xml", "id", "bien-ban"),
        ("latin1.xml", "Id", "facture"),
        ("utf16-le.xml", "id", "bien-ban"),
    ] {
        let node = ["--node", id, "--id-attribute", attribute];
        let octets =
            bench.run(&[["c14n", &xml(file), "--as-reference"].as_slice(), &node].concat()).done().out;
        bench.sign(&xml(file), &[node.as_slice(), &["--key-info", "certificate"]].concat()).done();
        let digest = kyso::algorithm::DigestAlgorithm::Sha256.hash(&octets).to_base64();
        let out = bench.run(&["c14n", "out.xml"]).done().text();
        assert!(out.contains(&format!("<ds:DigestValue>{digest}</ds:DigestValue>")), "{file}");
    }
}

#[test]
fn what_has_no_canonical_octets_is_refused() {
    let bench = Bench::new();
    let file = bench.write("in.xml", DOCUMENT);
    bench.run(&["c14n", &file, "--node", "z"]).failed(3, &["Id=\"z\"", "--id-attribute"]);
    bench.run(&["c14n", &file, "--node", "x", "--id-attribute", "id"]).failed(3, &["id=\"x\""]);
    bench.run(&["c14n", &file, "--id-attribute", "id"]).failed(2, &["--node"]);
    bench.run(&["c14n", &file, "--prefixes", "p"]).failed(2, &["--prefixes", "exc"]);
    bench.run(&["c14n", &file, "--c14n", "c14n12"]).failed(2, &["--c14n", "c14n11"]);
    bench.run(&["c14n", "absent.xml"]).failed(5, &["absent.xml"]);
    let twice = bench.write("twice.xml", "<a><b Id='X'/><b Id='X'/></a>");
    bench.run(&["c14n", &twice, "--node", "X"]).failed(3, &["2 elements"]);
    bench.run(&["c14n", &xml("relative-namespace.xml")]).failed(3, &["relative"]);
    bench.run(&["c14n", &super::program::testdata("pdf/demo.pdf")]).failed(3, &["PDF"]);
    // Some octets are out before the end tag is missed.
    let open = bench.write("open.xml", "<a>".repeat(9));
    bench.run(&["c14n", &open]).failed(3, &["open.xml"]);
    bench.run(&["c14n", &xml("doctype.xml")]).failed(3, &["--allow-doctype"]);
    let text = bench.run(&["c14n", &xml("doctype.xml"), "--allow-doctype"]).done().text();
    assert!(text.starts_with("<baoGia>") && text.contains("loai=\"hang\"") && text.contains("Mây Tre"));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error() {
    let bench = Bench::new();
    let large = bench.write("large.xml", format!("<a>{}</a>", "<b>text</b>".repeat(100_000)));
    let mut command = bench.command(&["c14n", &large]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
