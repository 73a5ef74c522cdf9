//! `--sign-cloud`: options as the EFY interface has them.

use serde_json::{Value, json};

use super::program::{Bench, SELLER, read, vendor, xml};

/// A `signCloudMetaData` with these entries.
fn metadata(entries: &[(&str, &str)]) -> Value {
    let entries: Vec<_> = entries.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    json!({ "singletonSigning": { "entry": entries } })
}

const ENTRIES: [(&str, &str); 6] = [
    ("SIGNATUREFORMAT", "TAX-211120"),
    ("signingTimeXmlsn", "https://hoadondientu.gdt.gov.vn"),
    ("SIGNATURELOCATION", "DSCKS/NBan"),
    ("NODETOBESIGNED", "HD1"),
    ("SIGNATUREID", "seller"),
    ("CANONICALIZATIONMETHOD", "EXCLUSIVE"),
];

#[test]
fn keys_do_what_options_do() {
    let bench = Bench::new();
    let input = xml("tt78-invoice.xml");
    let fixed = ["--time", "2026-11-21T09:30:00+07:00"];
    let options = ["--signing-time-ns", "https://hoadondientu.gdt.gov.vn", "--c14n", "exc"];
    bench.sign(&input, &[SELLER.as_slice(), &options, &fixed].concat()).done();
    let by_options = bench.out();
    let file = bench.write("cloud.json", metadata(&ENTRIES).to_string());
    let by_keys = |more: &[&str]| {
        bench.sign(&input, &[["--sign-cloud", &file].as_slice(), &fixed, more].concat()).done();
        bench.out()
    };
    assert_eq!(by_keys(&[]), by_options);
    // A whole request, with the names in quotation marks that the vendor prints, and as a list.
    let quoted = json!({ "mimeType": "application/xml", "signCloudMetaData": {
        "'singletonSigning'": metadata(&ENTRIES)["singletonSigning"],
    } });
    bench.write("cloud.json", quoted.to_string());
    assert_eq!(by_keys(&[]), by_options);
    bench.write("cloud.json", metadata(&ENTRIES)["singletonSigning"]["entry"].to_string());
    assert_eq!(by_keys(&[]), by_options);
    // What is given beside it wins.
    let out = by_keys(&["--signature-id", "người-bán", "--signature-location", "DSCKS/NMua"]);
    assert!(out.contains("<NMua><Signature ") && out.contains("Id=\"người-bán\""), "{out}");
    assert!(!out.contains("Id=\"seller\""));
    let out = by_keys(&["--format", "tt78", "--c14n", "c14n10", "--digest", "sha512"]);
    assert!(out.contains("REC-xml-c14n-20010315") && out.contains("rsa-sha512"), "{out}");
    let out = by_keys(&["--signing-time-ns", "urn:khac", "--node", "HD1"]);
    assert!(out.contains("<SigningTime xmlns=\"urn:khac\">") && out.matches("URI=\"#HD1\"").count() == 1);
}

#[test]
fn every_key_has_an_effect() {
    let bench = Bench::new();
    let input = xml("namespaces-above.xml");
    let file = bench.write(
        "cloud.json",
        metadata(&[
            ("ALGORITHM", "SHA-384"),
            ("SIGNATUREFORMAT", "DSIG_MULTIPLE_NODES"),
            ("SIGNATUREID", "s1"),
            ("ATTRIBUTENAME", "id"),
            ("CANONICALIZATIONMETHOD", "INCLUSIVE_WITH_COMMENTS"),
            ("NODETOBESIGNED", "hd-2026-0007"),
            ("SIGNATURELOCATION", "inv:hoaDon/inv:chuKy"),
        ])
        .to_string(),
    );
    bench.sign(&input, &["--sign-cloud", &file]).done();
    let out = bench.out();
    for word in
        ["rsa-sha384", "Id=\"s1\"", "#WithComments", "URI=\"#hd-2026-0007\"", "<inv:chuKy><ds:Signature"]
    {
        assert!(out.contains(word), "{word} missing in {out}");
    }
    bench.judged(1, &[("id", "urn:example:kyso:hoa-don:hoaDon")], &[]);
    bench.write("cloud.json", metadata(&[("SIGNATUREFORMAT", "DSIG_XPATH")]).to_string());
    bench.sign(&input, &["--sign-cloud", &file]).done();
    assert!(bench.out().contains("REC-xpath-19991116"));
    bench.judged(1, &[], &[]);
}

#[test]
fn keys_that_do_nothing_are_reported() {
    let bench = Bench::new();
    let mut entries = ENTRIES.to_vec();
    entries.extend([("COORDINATE", "0,0,300,60"), ("SIGNATUREFORMATT", "DSIG")]);
    let file = bench.write("cloud.json", metadata(&entries).to_string());
    let run = bench.sign(&xml("tt78-invoice.xml"), &["--sign-cloud", &file]);
    assert_eq!(run.code, 0, "{}", run.err);
    let lines: Vec<_> = run.err.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines.iter().all(|line| line.starts_with("kyso: warning: ") && line.contains("cloud.json")));
    assert!(lines[0].contains("COORDINATE") && lines[0].contains("for PDF"));
    assert!(lines[1].contains("SIGNATUREFORMATT") && lines[1].contains("unknown"));
    bench.judged(1, &[("Id", "DLHDon")], &[]);
}

#[test]
fn counter_signing_signs_what_the_first_one_gave() {
    let bench = Bench::new();
    let mut all = metadata(&ENTRIES);
    let second = [("SIGNATUREFORMAT", "DSIG_XPATH"), ("SIGNATUREID", "counter")];
    all["counterSigning"] = metadata(&second)["singletonSigning"].clone();
    let file = bench.write("cloud.json", all.to_string());
    let run = bench.sign(&xml("tt78-invoice.xml"), &["--sign-cloud", &file]);
    assert!(run.code == 0 && run.err.contains("--counter-key"), "{}", run.err);
    assert!(bench.out().contains("Id=\"counter\""));
    bench.judged(2, &[("Id", "DLHDon")], &[]);
}

#[test]
fn what_cannot_be_read_is_a_usage_error() {
    let bench = Bench::new();
    let own = ["cloud.json"];
    for (contents, words) in [
        ("{".to_owned(), ["cloud.json", "JSON"]),
        ("{}".to_owned(), ["cloud.json", "singletonSigning"]),
        (json!({ "counterSigning": { "entry": [] } }).to_string(), ["cloud.json", "singletonSigning"]),
        (json!({ "singletonSigning": { "entry": [{ "key": "A" }] } }).to_string(), ["entry 0", "value"]),
        (metadata(&[("ALGORITHM", "MD5")]).to_string(), ["ALGORITHM", "SHA-256"]),
        (metadata(&[("SIGNATUREFORMAT", "TT78")]).to_string(), ["SIGNATUREFORMAT", "TAX-211120"]),
        (
            metadata(&[("CANONICALIZATIONMETHOD", "C14N")]).to_string(),
            ["\"C14N\"", "EXCLUSIVE_WITH_COMMENTS"],
        ),
        (metadata(&[("SIGNATUREID", "a"), ("SignatureId", "b")]).to_string(), ["SIGNATUREID", "twice"]),
        (metadata(&[("ALGORITHM", "SHA-1")]).to_string(), ["sha1", "--allow-sha1"]),
    ] {
        let file = bench.write("cloud.json", contents);
        bench.sign(&xml("tt78-invoice.xml"), &["--sign-cloud", &file]).failed(2, &words);
    }
    bench.sign(&xml("tt78-invoice.xml"), &["--sign-cloud", "absent.json"]).failed(5, &["absent.json"]);
    bench.left_nothing(&own);
}

/// The requests that the vendor prints. The documents in them are printed with errors in the base64; these
/// are what they were meant to be.
#[test]
fn the_vendors_requests_run_as_printed() {
    let invoice = "http://laphoadon.gdt.gov.vn/2014/09/invoicexml/v1:invoiceData";
    let ids = [("id", invoice), ("Id", "DLHDon"), ("Id", "DLTKhai")];
    for (name, sample, id, path) in [
        (
            "efy_24_signing-file_request-case-2-sign-xml-file.json",
            "efy-case2-invoice-dsig.xml",
            "seller",
            "/inv:invoice/ds:Signature",
        ),
        (
            "efy_26_signing-file_request-case-4-sign-invoice-xml-file-with-tt78-for.json",
            "efy-case4-tt78-invoice.xml",
            "seller",
            "/HDon/DSCKS/NBan/Signature",
        ),
        (
            "efy_27_signing-file_request-case-5-sign-register-xml-file-with-tt78-fo.json",
            "efy-case5-tt78-registration.xml",
            "proid",
            "/TKhai/DSCKS/NNT/Signature",
        ),
    ] {
        let Some(file) = vendor(&format!("efy-json/{name}")) else { return };
        let Some(sample) = vendor(sample) else { return };
        let bench = Bench::new();
        let input = bench.write("in.xml", read(sample));
        let cloud = ["--sign-cloud", file.to_str().unwrap()];
        // The one that asks for SHA-1 needs leave.
        let sha1 = name.starts_with("efy_24");
        let allow: &[&str] = if sha1 { &["--allow-sha1"] } else { &[] };
        if sha1 {
            bench.sign(&input, &cloud).failed(2, &["--allow-sha1"]);
            bench.sign(&input, &[cloud.as_slice(), &["--digest", "sha256"]].concat()).done();
            bench.judged(1, &ids, &[]);
        }
        bench.sign(&input, &[cloud.as_slice(), allow].concat()).done();
        bench.judged(1, &ids, allow);
        let report = bench.run(&[["verify", "out.xml", "--json"].as_slice(), allow].concat()).done().json();
        assert_eq!(
            (&report["signatures"][0]["id"], &report["signatures"][0]["path"]),
            (&id.into(), &path.into())
        );
    }
}
