//! The judges of XML judged: each accepts what is right and refuses what was changed, and those that
//! canonicalise agree on this project's own documents.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::xml::{
    C14nJob, Policy, jdk_accepts, jdk_c14n, jdk_verify, lxml_c14n, signxml_verify, xmlsec1_verify,
};
use support::{Judge, both, key, root, trust};
use tempfile::TempDir;

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";

/// A signature to be filled in, over the node `uri`, with the prefix `p` or none.
fn template(p: &str, id: &str, uri: &str) -> String {
    let (colon, declared) = if p.is_empty() { ("", "xmlns".to_owned()) } else { (":", format!("xmlns:{p}")) };
    let tag = |name: &str| format!("{p}{colon}{name}");
    let [signature, info, reference, transform] =
        ["Signature", "SignedInfo", "Reference", "Transform"].map(tag);
    let empty = |name: &str, algorithm: &str| format!("<{} Algorithm=\"{algorithm}\"/>", tag(name));
    let (data, certificates) = (tag("KeyInfo"), tag("X509Data"));
    format!(
        "<{signature} {declared}=\"{DSIG}\" Id=\"{id}\"><{info}>{}{}<{reference} URI=\"{uri}\"><{transform}s>{}</{transform}s>{}\
         <{digest}/></{reference}></{info}><{value}/><{data}><{certificates}/></{data}></{signature}>",
        empty("CanonicalizationMethod", C14N),
        empty("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
        empty("Transform", &format!("{DSIG}enveloped-signature")),
        empty("DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha256"),
        digest = tag("DigestValue"),
        value = tag("SignatureValue"),
    )
}

/// Fills in the signature number `number` of `input`.
fn sign(input: &Path, number: usize, output: &Path) {
    let keys = format!("{},{}", key("rsa2048-key.pem").display(), key("rsa2048-chain.pem").display());
    let node = format!("(//*[local-name()='Signature'])[{number}]");
    let result = Command::new("xmlsec1")
        .args(["--sign", "--id-attr:Id", "DLHDon", "--privkey-pem", &keys, "--node-xpath", &node, "--output"])
        .arg(output)
        .arg(input)
        .output()
        .unwrap();
    assert!(result.status.success(), "{}", both(&result));
}

/// An invoice signed by seller and buyer, and the same with a changed price.
fn invoices(folder: &Path) -> [PathBuf; 2] {
    let text = fs::read_to_string(support::xml::xml("tt78-invoice.xml")).unwrap();
    let text = text.replace("<NBan/>", &format!("<NBan>{}</NBan>", template("", "seller", "#HD1")));
    let text = text.replace("<NMua/>", &format!("<NMua>{}</NMua>", template("", "buyer", "#HD1")));
    let [unsigned, half, good, changed] =
        ["unsigned.xml", "half.xml", "good.xml", "changed.xml"].map(|name| folder.join(name));
    fs::write(&unsigned, text).unwrap();
    sign(&unsigned, 1, &half);
    sign(&half, 2, &good);
    let text = fs::read_to_string(&good).unwrap();
    fs::write(&changed, text.replace("<DGia>85000", "<DGia>85001")).unwrap();
    [good, changed]
}

#[test]
fn xmlsec1_sees_every_signature() {
    if !Judge::Xmlsec1.present() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let [good, changed] = invoices(folder.path());
    let ids = [("Id", "DLHDon")];
    assert_eq!(xmlsec1_verify(&good, &ids, &trust()), Ok(2));
    let refusal = xmlsec1_verify(&changed, &ids, &trust()).unwrap_err();
    assert!(refusal.contains("signature 1") && refusal.contains("digest do not match"), "{refusal}");
    // A signature whose second reference is broken, and a certificate that is not trusted.
    let text = fs::read_to_string(&good).unwrap();
    let second = text.rfind("<SignatureValue>").unwrap() + "<SignatureValue>".len() + 5;
    let mut bytes = text.into_bytes();
    bytes[second] = if bytes[second] == b'A' { b'B' } else { b'A' };
    fs::write(&changed, bytes).unwrap();
    assert!(xmlsec1_verify(&changed, &ids, &trust()).unwrap_err().contains("signature 2"));
    assert!(xmlsec1_verify(&good, &ids, &key("p256-chain.pem")).is_err());
    assert!(xmlsec1_verify(&support::xml::xml("tt78-invoice.xml"), &ids, &trust()).is_err());
}

#[test]
fn the_jdk_sees_every_signature() {
    if !Judge::Jdk.present() || !Judge::Xmlsec1.present() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let [good, changed] = invoices(folder.path());
    let paths = [good.clone(), changed.clone(), folder.path().join("absent.xml")];
    let answers = jdk_verify(&paths, &["Id"], Policy::Strict);
    let signatures = answers[0].as_ref().unwrap();
    assert_eq!(
        signatures.iter().map(|signature| signature.id.as_str()).collect::<Vec<_>>(),
        ["seller", "buyer"]
    );
    for signature in signatures {
        assert!(signature.valid && signature.value == "valid", "{signature:?}");
        assert_eq!(signature.references, [("#HD1".to_owned(), true)]);
    }
    for signature in answers[1].as_ref().unwrap() {
        assert!(!signature.valid && signature.value == "valid", "{signature:?}");
        assert_eq!(signature.references, [("#HD1".to_owned(), false)]);
    }
    assert!(answers[2].as_ref().unwrap_err().contains("absent.xml"));
    assert_eq!(jdk_accepts(&[good], &["Id"], Policy::Strict), Ok(()));
    assert!(jdk_accepts(&[changed], &["Id"], Policy::Lax).is_err());
    assert!(jdk_accepts(&[support::xml::xml("tt78-invoice.xml")], &["Id"], Policy::Strict).is_err());
}

#[test]
fn signxml_sees_a_prefixed_signature() {
    if !Judge::Signxml.present() || !Judge::Xmlsec1.present() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let [unsigned, good, changed] =
        ["unsigned.xml", "good.xml", "changed.xml"].map(|name| folder.path().join(name));
    fs::write(&unsigned, format!("<a><b>1</b>{}</a>", template("ds", "s", ""))).unwrap();
    sign(&unsigned, 1, &good);
    let text = fs::read_to_string(&good).unwrap();
    fs::write(&changed, text.replace("<b>1", "<b>2")).unwrap();
    let answers = signxml_verify(&[good, changed], "Id", &key("rsa2048-chain.pem"));
    assert_eq!(answers[0], Ok(vec!["a".to_owned()]));
    assert!(answers[1].as_ref().unwrap_err().contains("Digest mismatch"), "{:?}", answers[1]);
}

struct Listed {
    path: PathBuf,
    apex: Option<(String, String)>,
    expected: String,
}

fn listed() -> Vec<Listed> {
    let folder = root().join("testdata/xml");
    let text = fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let node = cells[3].split(',').next().filter(|node| !node.is_empty());
        Listed {
            path: folder.join(cells[0]),
            apex: node.map(|node| (cells[2].to_owned(), node.to_owned())),
            expected: cells[7].to_owned(),
        }
    });
    rows.collect()
}

#[test]
fn the_canonicalisers_agree() {
    if !Judge::Jdk.present() || !Judge::Lxml.present() {
        return;
    }
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let mut jobs = Vec::new();
    for listed in listed().into_iter().filter(|listed| !listed.expected.starts_with("refuse")) {
        for method in [C14N, exclusive] {
            for comments in ["", "#WithComments"] {
                let method = format!("{}{comments}", method.trim_end_matches('#'));
                let method =
                    if comments.is_empty() && method.contains("exc") { exclusive.into() } else { method };
                let job = C14nJob { path: listed.path.clone(), method, ..C14nJob::default() };
                jobs.push(job.clone());
                // lxml takes no xml: attributes over from above the apex.
                let inherits = ["namespaces-above.xml", "comments-pis-cdata.xml"]
                    .iter()
                    .any(|name| listed.path.ends_with(name))
                    && job.method.starts_with(C14N);
                if listed.apex.is_some() && !inherits {
                    jobs.push(C14nJob { apex: listed.apex.clone(), ..job });
                }
            }
        }
    }
    let above = C14nJob {
        path: support::xml::xml("namespaces-above.xml"),
        method: exclusive.into(),
        apex: Some(("id".to_owned(), "hd-2026-0007".to_owned())),
        prefixes: "thua".into(),
    };
    jobs.push(above.clone());
    assert!(jobs.len() > 100);
    let (jdk, lxml) = (jdk_c14n(&jobs), lxml_c14n(&jobs));
    for ((job, jdk), lxml) in jobs.iter().zip(&jdk).zip(&lxml) {
        assert!(jdk.is_ok(), "{job:?}: {jdk:?}");
        let text = |octets: &Result<Vec<u8>, String>| String::from_utf8(octets.clone().unwrap()).unwrap();
        assert_eq!(text(jdk), text(lxml), "{job:?}");
    }
    // What lxml cannot tell: `#default`, and that the subtree of an inclusive method brings all that is
    // declared above it.
    let default = C14nJob { prefixes: "#default thua".into(), ..above.clone() };
    let inclusive = C14nJob { method: C14N.into(), prefixes: String::new(), ..above };
    let [default, text] =
        [default, inclusive].map(|job| String::from_utf8(jdk_c14n(&[job]).remove(0).unwrap()).unwrap());
    assert!(default.starts_with("<inv:hoaDon xmlns=\"urn:example:kyso:mac-dinh\" xmlns:inv="), "{default}");
    assert!(default.contains("xmlns:thua="), "{default}");
    assert!(text.starts_with("<inv:hoaDon xmlns=\"urn:example:kyso:mac-dinh\" xmlns:goi="), "{text}");
    assert!(text.contains(" xml:lang=\"vi\""), "{text}");
}

#[test]
fn what_is_not_xml_is_refused() {
    if !Judge::Jdk.present() || !Judge::Lxml.present() {
        return;
    }
    let jobs: Vec<C14nJob> = ["two-roots.xml", "unbound-prefix.xml", "relative-namespace.xml"]
        .map(|name| C14nJob { path: support::xml::xml(name), method: C14N.into(), ..C14nJob::default() })
        .into();
    for answer in jdk_c14n(&jobs).iter().chain(&lxml_c14n(&jobs)) {
        assert!(answer.is_err(), "{:?}", answer.as_ref().map(|octets| String::from_utf8_lossy(octets)));
    }
}
