//! XML documents through both phases, judged by xmlsec1.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg(feature = "signer")]

use std::path::PathBuf;
use std::process::Command;

use kyso::signer::{LocalKey, Signer as _};
use kyso::xml::{Format, Prepared, Signing};
use kyso::{At, Chain, Entropy, SignatureValue, State};

fn key(name: &str) -> LocalKey {
    let pem = std::fs::read(format!("testdata/keys/{name}-key.pem")).unwrap();
    LocalKey::from_pem(&pem, None).unwrap()
}

fn chain(name: &str) -> Chain {
    Chain::from_pem(&std::fs::read(format!("testdata/keys/{name}-chain.pem")).unwrap()).unwrap()
}

fn at() -> At {
    At { time: "2026-11-21T09:30:00+07:00".parse().unwrap(), entropy: Entropy::new([7; 32]) }
}

fn shared(path: &str) -> Option<Vec<u8>> {
    let root = std::env::var_os("KYSO_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    std::fs::read(root.join(path)).ok()
}

fn signed(signing: &Signing, document: &[u8], key_name: &str) -> Vec<u8> {
    let prepared = signing.prepare(document, &at()).unwrap();
    let request = prepared.request();
    let state = State::from_json(&prepared.state().to_json()).unwrap();
    let resumed = Prepared::resume(state, document).unwrap();
    let value = key(key_name).sign(request.suite(), request.to_be_signed()).unwrap();
    let signed = resumed.accept(&SignatureValue::from_bytes(value)).unwrap();
    let out = signed.to_bytes().unwrap();
    // No byte of the original changes.
    let mut rest = out.clone();
    let mut shift = 0;
    for (at, bytes) in signed.insertions() {
        let at = at as usize;
        assert_eq!(&out[at + shift..at + shift + bytes.len()], bytes);
        rest.drain(at..at + bytes.len());
        shift += bytes.len();
    }
    assert_eq!(rest, document);
    out
}

fn xmlsec1(document: &[u8], ids: &[&str]) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed.xml");
    std::fs::write(&path, document).unwrap();
    let mut command = Command::new("xmlsec1");
    command.args(["--verify", "--trusted-pem", "testdata/keys/root.pem", "--enabled-key-data", "x509"]);
    command.args([
        "--verification-time",
        "2026-11-21 09:30:00",
        "--untrusted-pem",
        "testdata/keys/intermediate.pem",
    ]);
    for id in ids {
        let (attribute, element) = id.split_once(' ').unwrap();
        command.arg(format!("--id-attr:{attribute}")).arg(element);
    }
    let output = command.arg(&path).output().unwrap();
    if output.status.success() {
        Ok(())
    } else {
        let _ = std::fs::write("/tmp/failed.xml", document);
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn samples() {
    let Some(invoice) = shared("samples/efy-case4-tt78-invoice.xml") else { return };
    let chain = chain("rsa2048");
    let signing =
        Signing::tt78(&chain).node("InvoiceData").signature_location("DSCKS/NBan").signature_id("seller");
    let out = signed(&signing, &invoice, "rsa2048");
    println!("{}", String::from_utf8_lossy(&out));
    xmlsec1(&out, &["Id DLHDon", "Id http://www.w3.org/2000/09/xmldsig#:Object"]).unwrap();
    for format in ["dsig", "dsig-single-node", "dsig-multiple-nodes", "dsig-xpath", "tt78", "xades"] {
        let mut signing =
            Signing::new(Format::from_name(format).unwrap(), &chain).signature_location("DSCKS/NBan");
        if format != "dsig-xpath" {
            signing = signing.node("InvoiceData");
        }
        let out = signed(&signing, &invoice, "rsa2048");
        xmlsec1(
            &out,
            &[
                "Id DLHDon",
                "Id http://www.w3.org/2000/09/xmldsig#:Object",
                "Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
            ],
        )
        .unwrap_or_else(|e| panic!("{format}: {e}"));
    }
}
