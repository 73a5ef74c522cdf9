//! Two processes, and a signer between them.

use std::process::{Command, Stdio};
use std::{fs, io::Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::program::{Bench, SELLER, is_spliced, key, read, xml};
use crate::support::Judge;

/// `prepare` with the state in `state.json`; gives the request.
fn prepare(bench: &Bench, name: &str, input: &str, more: &[&str]) -> Value {
    let chain = key(&format!("{name}-chain.pem"));
    let first = ["prepare", input, "--cert", &chain, "--state", "state.json"];
    let run = bench.run(&[first.as_slice(), more].concat()).done();
    assert_eq!(run.text().lines().count(), 1, "one line of JSON");
    let requests = run.json();
    assert_eq!(requests["version"], 1);
    requests["requests"][0].clone()
}

fn embed(bench: &Bench, input: &str, signature: &str) -> super::program::Run {
    bench.run(&["embed", input, "--state", "state.json", "--signature", signature, "-o", "out.xml"])
}

/// Plays the remote signer, with nothing of this project.
fn openssl(name: &str, request: &Value) -> Vec<u8> {
    let key = key(&format!("{name}-key.pem"));
    let mut command = Command::new("openssl");
    command.args(["pkeyutl", "-sign", "-inkey", &key]);
    let octets = if let Some(message) = request.get("to_be_signed_base64") {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("message");
        fs::write(&file, STANDARD.decode(message.as_str().unwrap()).unwrap()).unwrap();
        let output = command.arg("-rawin").arg("-in").arg(&file).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return output.stdout;
    } else {
        STANDARD.decode(request["digest_base64"].as_str().unwrap()).unwrap()
    };
    command.args(["-pkeyopt", &format!("digest:{}", request["digest_algorithm"].as_str().unwrap())]);
    if request["signature_algorithm"] == "rsa-pss" {
        command.args(["-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:digest"]);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&octets).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}

#[test]
fn openssl_signs_between_two_processes() {
    if !Judge::Openssl.present() {
        return;
    }
    let bench = Bench::new();
    let input = xml("namespaces-above.xml");
    let node = ["--node", "hd-2026-0007", "--id-attribute", "id", "--signature-location", "inv:chuKy"];
    let cases: [(&str, &[&str]); 6] = [
        ("rsa2048", &["--format", "tt78"]),
        ("rsa2048", &["--format", "xades", "--digest", "sha512"]),
        ("rsa2048", &["--signature-algorithm", "rsa-pss"]),
        ("p256", &["--format", "dsig"]),
        ("p384", &["--format", "xades"]),
        ("ed25519", &["--format", "xades"]),
    ];
    for (name, more) in cases {
        let request = prepare(&bench, name, &input, &[node.as_slice(), more].concat());
        assert_eq!(request["kind"], "raw");
        assert_eq!(request.get("digest_hex").is_none(), name == "ed25519", "{request}");
        let value = openssl(name, &request);
        fs::write(bench.path("value.bin"), &value).unwrap();
        embed(&bench, &input, "@value.bin").done();
        bench.run(&["verify", "out.xml"]).done();
        // The same from the command line, in base64.
        let once = read(bench.path("out.xml"));
        embed(&bench, &input, &STANDARD.encode(&value)).done();
        assert_eq!(read(bench.path("out.xml")), once);
        if name == "p256" {
            let text = String::from_utf8(once.clone()).unwrap();
            let value = text.split_once("<ds:SignatureValue>").unwrap().1.split_once('<').unwrap().0;
            assert_eq!(STANDARD.decode(value).unwrap().len(), 64, "r and s, not DER");
        }
        if name == "rsa2048" && !more.contains(&"rsa-pss") {
            bench.judged(1, &[("id", "urn:example:kyso:hoa-don:hoaDon")], &[]);
        }
    }
}

#[test]
fn values_that_are_not_the_signers_are_refused() {
    let bench = Bench::new();
    let input = bench.write("in.xml", read(xml("tt78-invoice.xml")));
    let own = ["in.xml", "state.json"];
    prepare(&bench, "rsa2048", &input, &SELLER);
    let zeros = STANDARD.encode([0; 256]);
    embed(&bench, &input, &zeros).failed(4, &["in.xml", "does not verify"]);
    embed(&bench, &input, "AAAA").failed(4, &["in.xml"]);
    embed(&bench, &input, "not base64!").failed(4, &["--signature"]);
    // A changed document is another one.
    fs::write(&input, read(xml("tt78-invoice-indented.xml"))).unwrap();
    embed(&bench, &input, &zeros).failed(2, &["in.xml", "unchanged"]);
    let state = fs::read_to_string(bench.path("state.json")).unwrap();
    fs::write(bench.path("state.json"), state.replacen("seller", "buyers", 1)).unwrap();
    embed(&bench, &input, &zeros).failed(2, &["state.json", "prepare again"]);
    bench.left_nothing(&own);
}

#[test]
fn a_refused_document_leaves_no_state() {
    let bench = Bench::new();
    let chain = key("rsa2048-chain.pem");
    let arguments =
        ["prepare", &xml("tt78-invoice.xml"), "--cert", &chain, "--state", "state.json", "--node", "HD9"];
    let run = bench.run(&arguments).failed(3, &["HD9"]);
    assert_eq!(run.text(), "");
    bench.left_nothing(&[]);
}

#[test]
fn seller_buyer_and_authority_sign_one_after_the_other() {
    let bench = Bench::new();
    let mut input = xml("tt78-invoice.xml");
    let signers = [("seller", "DSCKS/NBan"), ("buyer", "DSCKS/NMua"), ("authority", "DSCKS/CCKSKhac")];
    for (count, (name, location)) in signers.iter().enumerate() {
        let more =
            ["--format", "tt78", "--node", "HD1", "--signature-id", name, "--signature-location", location];
        bench.sign(&input, &more).done();
        bench.judged(count + 1, &[("Id", "DLHDon")], &[]);
        input = bench.write(&format!("{name}.xml"), read(bench.path("out.xml")));
    }
    let report = bench.run(&["verify", "out.xml", "--json"]).done().json();
    let ids: Vec<_> = report["signatures"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, ["seller", "buyer", "authority"]);
}

#[test]
fn the_output_may_be_the_input() {
    let bench = Bench::new();
    let original = read(xml("namespaces-above.xml"));
    let file = bench.write("out.xml", &original);
    bench.sign(&file, &["--format", "xades"]).done();
    assert!(is_spliced(&original, &read(&file)));
    bench.judged(1, &[], &[]);
}
