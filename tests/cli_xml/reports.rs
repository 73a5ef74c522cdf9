//! `kyso verify`, `kyso inspect` and `kyso demo`.

use std::fs;

use super::program::{Bench, SELLER, key, read, xml};

#[test]
fn the_report_lists_what_is_signed() {
    let bench = Bench::new();
    bench.sign(&xml("tt78-invoice.xml"), &[SELLER.as_slice(), &["--object-id", "o1"]].concat()).done();
    let report = bench.run(&["verify", "out.xml", "--json"]).done().json();
    assert_eq!(report["valid"], true);
    let signature = &report["signatures"][0];
    assert_eq!(signature["id"], "seller");
    assert_eq!(signature["path"], "/HDon/DSCKS/NBan/Signature");
    assert_eq!(signature["references"].as_array().unwrap().len(), 2);
    let (node, object) = (&signature["references"][0], &signature["references"][1]);
    assert_eq!((&node["uri"], &node["path"]), (&"#HD1".into(), &"/HDon/DLHDon".into()));
    assert_eq!(node["type"], serde_json::Value::Null);
    assert_eq!(object["uri"], "#o1");
    assert_eq!(object["path"], "/HDon/DSCKS/NBan/Signature/Object");
    bench.sign(&xml("tt78-invoice.xml"), &["--format", "xades"]).done();
    let report = bench.run(&["verify", "out.xml", "--json"]).done().json();
    let references = report["signatures"][0]["references"].as_array().unwrap();
    let kinds: Vec<_> = references.iter().map(|one| one["type"].clone()).collect();
    assert!(kinds.contains(&"http://uri.etsi.org/01903#SignedProperties".into()), "{kinds:?}");
    let text = bench.run(&["verify", "out.xml"]).done().text();
    assert!(text.ends_with("result: valid\n"), "{text}");
}

#[test]
fn what_is_not_valid_is_1() {
    let bench = Bench::new();
    let unsigned = bench.run(&["verify", &xml("tt78-invoice.xml")]);
    assert_eq!((unsigned.code, unsigned.err.as_str()), (1, ""));
    assert!(unsigned.text().contains("no signatures"));
    bench.run(&["verify", &xml("two-roots.xml")]).failed(1, &["two-roots.xml"]);
    bench.run(&["verify", "absent.xml"]).failed(5, &["absent.xml"]);
    bench.sign(&xml("tt78-invoice.xml"), &SELLER).done();
    let changed = bench.out().replace("<TGia>1</TGia>", "<TGia>2</TGia>");
    assert_ne!(changed, bench.out());
    let changed = bench.write("changed.xml", changed);
    let run = bench.run(&["verify", &changed, "--json"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    assert_eq!(run.json()["valid"], false);
    assert_eq!(run.json()["signatures"][0]["references"][0]["digest"]["status"], "failed");
    // Anchors that did not issue it, and anchors that did, for a signature that states no time.
    bench.sign(&xml("tt78-invoice.xml"), &[]).done();
    let trust = |anchors: &str| bench.run(&["verify", "out.xml", "--json", "--trust", anchors]);
    let issued = trust(&key("root.pem")).done().json();
    assert_eq!(issued["signatures"][0]["claimed_time"], serde_json::Value::Null);
    assert_eq!(issued["signatures"][0]["trust"]["status"], "trusted");
    let leaf = fs::read_to_string(key("p256-chain.pem")).unwrap();
    let end = leaf.find("-----END CERTIFICATE-----").unwrap() + 25;
    let stranger = trust(&bench.write("leaf.pem", &leaf[..end]));
    assert_eq!((stranger.code, stranger.err.as_str()), (1, ""));
    assert_eq!(stranger.json()["signatures"][0]["trust"]["status"], "untrusted");
}

#[test]
fn ids_of_other_names_are_known_when_named() {
    let bench = Bench::new();
    let input = bench.write("in.xml", "<a><b ma='x1'>text</b></a>");
    bench.sign(&input, &["--node", "x1", "--id-attribute", "ma"]).done();
    assert_eq!(bench.run(&["verify", "out.xml"]).code, 1);
    bench.run(&["verify", "out.xml", "--id-attribute", "ma"]).done();
}

#[test]
fn inspect_shows_encoding_root_and_signatures() {
    let bench = Bench::new();
    bench
        .sign(&xml("utf16-le.xml"), &["--node", "bien-ban", "--id-attribute", "id", "--signature-id", "s"])
        .done();
    let inspection = bench.run(&["inspect", "out.xml", "--json"]).done().json();
    assert_eq!(inspection["format"], "xml");
    assert_eq!(inspection["encoding"], "UTF-16LE");
    assert_eq!(inspection["byte_order_mark"], true);
    assert_eq!(inspection["root"], "bienBan");
    assert_eq!(inspection["document_bytes"], read(bench.path("out.xml")).len());
    assert_eq!(inspection["signatures"][0]["id"], "s");
    assert_eq!(inspection["signatures"][0]["path"], "/bienBan/ds:Signature");
    assert_eq!(inspection["signatures"][0]["references"][0]["uri"], "#bien-ban");
    let text = bench.run(&["inspect", &xml("comments-pis-cdata.xml")]).done().text();
    assert!(text.contains("encoding: UTF-8\nroot element: so\nsignatures: 0\n"), "{text}");
    bench.run(&["inspect", &xml("two-roots.xml")]).failed(3, &["two-roots.xml"]);
}

#[test]
fn the_demonstration_signs_an_invoice_too() {
    let bench = Bench::new();
    let run = bench.run(&["demo", "--out", "folder"]).done();
    assert_eq!(run.text().matches("result: valid").count(), 2, "{}", run.text());
    bench.run(&["verify", "folder/demo-signed.pdf"]).done();
    let report = bench.run(&["verify", "folder/demo-invoice-signed.xml", "--json"]).done().json();
    assert_eq!(report["signatures"][0]["id"], "seller");
    let request = fs::read(bench.path("folder/demo-invoice-request.json")).unwrap();
    let request: serde_json::Value = serde_json::from_slice(&request).unwrap();
    assert_eq!(request["version"], 1);
    // The commands that it prints do the same again.
    let signed = read(bench.path("folder/demo-invoice-signed.xml"));
    let text = run.text();
    let command = text.lines().find(|line| line.contains("kyso embed folder/demo-invoice.xml")).unwrap();
    let words: Vec<_> = command.split_whitespace().skip(1).collect();
    bench.run(&words).done();
    assert_eq!(read(bench.path("folder/demo-invoice-signed.xml")), signed);
}
