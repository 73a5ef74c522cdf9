//! The signed documents of the shared vectors, each with what is expected of it.

use std::fs;
use std::path::PathBuf;

use kyso::verify::{self, Check, XmlReport};

use super::hand::options;

/// The shared vectors, if they are there.
fn vectors() -> Option<PathBuf> {
    let shared = std::env::var_os("KYSO_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let vectors = shared.join("vectors");
    if !vectors.is_dir() {
        println!("{} is absent: skipped", vectors.display());
        return None;
    }
    Some(vectors)
}

fn letter(check: &Check) -> char {
    match check {
        Check::Ok => '+',
        Check::Failed { .. } => '-',
        Check::NotChecked { .. } => '?',
    }
}

/// `valid`, or of each signature: value, certificate, references, and what was found.
fn summary(report: &XmlReport) -> String {
    let one = |signature: &verify::XmlSignatureReport| {
        let digests: String = signature.references.iter().map(|one| letter(&one.digest)).collect();
        let mut found: Vec<_> = signature.findings.iter().map(|finding| finding.kind.name()).collect();
        found.dedup();
        let verdict = if signature.is_valid() { "valid" } else { "no" };
        let (value, certificate) = (letter(&signature.signature), letter(&signature.certificate));
        format!("{verdict} {value}{certificate} {digests} {}", found.join(" ")).trim_end().to_owned()
    };
    report.signatures.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Every signed document with what is expected of it, SHA-1 allowed: as [`summary`] writes it, or the error.
///
/// Not valid are those that only a bare key stands behind (`+?`), that use DSA, HMAC, SHA-224 or a curve
/// that is not supported, whose octets are elsewhere, or that are wrong, as the names of many say:
/// `valid-xades-policyId-newlines` among them, which xmlsec1 refuses too.
const EXPECTED: &[(&str, &str)] = &[
    (
        "merlin-exc-c14n-one/exc-signature.xml",
        "no ?? ++++ key-info-unreadable unsupported-algorithm weak-algorithm comment-in-text",
    ),
    (
        "merlin-xmldsig-twenty-three/signature-enveloped-dsa.xml",
        "no ?? + key-info-unreadable unsupported-algorithm weak-algorithm",
    ),
    (
        "merlin-xmldsig-twenty-three/signature-enveloping-b64-dsa.xml",
        "no ?? + key-info-unreadable unsupported-algorithm weak-algorithm",
    ),
    (
        "merlin-xmldsig-twenty-three/signature-enveloping-dsa.xml",
        "no ?? + key-info-unreadable unsupported-algorithm weak-algorithm",
    ),
    (
        "merlin-xmldsig-twenty-three/signature-enveloping-hmac-sha1-40.xml",
        "no ?? + unsupported-algorithm weak-algorithm",
    ),
    (
        "merlin-xmldsig-twenty-three/signature-enveloping-hmac-sha1.xml",
        "no ?? + unsupported-algorithm weak-algorithm",
    ),
    ("merlin-xmldsig-twenty-three/signature-enveloping-rsa.xml", "no +? + weak-algorithm"),
    (
        "merlin-xmldsig-twenty-three/signature-external-b64-dsa.xml",
        "no ?? ? key-info-unreadable unsupported-algorithm reference-unresolved",
    ),
    (
        "merlin-xmldsig-twenty-three/signature-external-dsa.xml",
        "no ?? ? key-info-unreadable unsupported-algorithm reference-unresolved",
    ),
    (
        "merlin-xmldsig-twenty-three/signature-keyname.xml",
        "no ?? ? unsupported-algorithm reference-unresolved",
    ),
    (
        "merlin-xmldsig-twenty-three/signature-retrievalmethod-rawx509crt.xml",
        "no ?? ? key-info-unreadable unsupported-algorithm reference-unresolved",
    ),
    (
        "merlin-xmldsig-twenty-three/signature-x509-crt-crl.xml",
        "no ?? ? unsupported-algorithm reference-unresolved",
    ),
    (
        "merlin-xmldsig-twenty-three/signature-x509-crt.xml",
        "no ?? ? unsupported-algorithm reference-unresolved",
    ),
    (
        "merlin-xmldsig-twenty-three/signature-x509-is.xml",
        "no ?? ? unsupported-algorithm reference-unresolved",
    ),
    (
        "merlin-xmldsig-twenty-three/signature-x509-ski.xml",
        "no ?? ? unsupported-algorithm reference-unresolved",
    ),
    (
        "merlin-xmldsig-twenty-three/signature-x509-sn.xml",
        "no ?? ? unsupported-algorithm reference-unresolved",
    ),
    (
        "merlin-xmldsig-twenty-three/signature.xml",
        "error: the document cannot be read: byte 39: the document has a DOCTYPE, which is not allowed",
    ),
    ("xmldsig11-interop-2012/signature-enveloping-derencoded-ec.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-derencoded-rsa.xml", "no +? +"),
    (
        "xmldsig11-interop-2012/signature-enveloping-hmac-sha1-truncated160.xml",
        "no ?? + unsupported-algorithm weak-algorithm",
    ),
    (
        "xmldsig11-interop-2012/signature-enveloping-hmac-sha1-truncated40.xml",
        "no ?? + unsupported-algorithm weak-algorithm",
    ),
    (
        "xmldsig11-interop-2012/signature-enveloping-hmac-sha224.xml",
        "no ?? + unsupported-algorithm weak-algorithm",
    ),
    (
        "xmldsig11-interop-2012/signature-enveloping-hmac-sha256.xml",
        "no ?? + unsupported-algorithm weak-algorithm",
    ),
    (
        "xmldsig11-interop-2012/signature-enveloping-hmac-sha384.xml",
        "no ?? + unsupported-algorithm weak-algorithm",
    ),
    (
        "xmldsig11-interop-2012/signature-enveloping-hmac-sha512.xml",
        "no ?? + unsupported-algorithm weak-algorithm",
    ),
    ("xmldsig11-interop-2012/signature-enveloping-keyinforeference-rsa.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p256_sha1.xml", "no +? + weak-algorithm"),
    ("xmldsig11-interop-2012/signature-enveloping-p256_sha1_4050.xml", "no +? + weak-algorithm"),
    ("xmldsig11-interop-2012/signature-enveloping-p256_sha224.xml", "no ?? ? unsupported-algorithm"),
    ("xmldsig11-interop-2012/signature-enveloping-p256_sha256.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p256_sha256_4050.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p256_sha384.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p256_sha384_4050.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p256_sha512.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p256_sha512_4050.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p384_sha1.xml", "no +? + weak-algorithm"),
    ("xmldsig11-interop-2012/signature-enveloping-p384_sha1_4050.xml", "no +? + weak-algorithm"),
    ("xmldsig11-interop-2012/signature-enveloping-p384_sha224.xml", "no ?? ? unsupported-algorithm"),
    ("xmldsig11-interop-2012/signature-enveloping-p384_sha256.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p384_sha256_4050.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p384_sha384.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p384_sha384_4050.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p384_sha512.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p384_sha512_4050.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p521_sha1.xml", "no +? + weak-algorithm"),
    ("xmldsig11-interop-2012/signature-enveloping-p521_sha1_4050.xml", "no +? + weak-algorithm"),
    ("xmldsig11-interop-2012/signature-enveloping-p521_sha224.xml", "no ?? ? unsupported-algorithm"),
    ("xmldsig11-interop-2012/signature-enveloping-p521_sha256.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p521_sha256_4050.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p521_sha384.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p521_sha384_4050.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p521_sha512.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-p521_sha512_4050.xml", "no +? +"),
    (
        "xmldsig11-interop-2012/signature-enveloping-rsa-sha224.xml",
        "no ?? + unsupported-algorithm weak-algorithm",
    ),
    ("xmldsig11-interop-2012/signature-enveloping-rsa-sha256.xml", "no +? + weak-algorithm"),
    ("xmldsig11-interop-2012/signature-enveloping-rsa_sha384.xml", "no +? + weak-algorithm"),
    ("xmldsig11-interop-2012/signature-enveloping-rsa_sha512.xml", "no +? + weak-algorithm"),
    ("xmldsig11-interop-2012/signature-enveloping-sha224-rsa_sha256.xml", "no +? ? unsupported-algorithm"),
    ("xmldsig11-interop-2012/signature-enveloping-sha256-rsa-sha256.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-sha384-rsa_sha256.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-sha512-rsa_sha256.xml", "no +? +"),
    ("xmldsig11-interop-2012/signature-enveloping-x509digest-rsa.xml", "no ?? + key-info-mismatch"),
    ("signxml-xades/xades/11068_signed.xml", "valid ++ +++"),
    ("signxml-xades/xades/Signature-X-CZ_SEF-4.xml", "no ++ ++++ reference-unresolved"),
    ("signxml-xades/xades/Signature-X-CZ_SEF-5.xml", "no ++ ++++ reference-unresolved"),
    ("signxml-xades/xades/Signature-X-HU_POL-3.xml", "valid ++ ++"),
    ("signxml-xades/xades/Signature-X-SK_DIT-1.xml", "valid ++ +++++"),
    ("signxml-xades/xades/Signature-X-UK_ASC-2.xml", "valid ++ ++"),
    (
        "signxml-xades/xades/TEST_S1a_C1a_InTL_VALID.xml",
        "valid ++ +++; no ++ ?++ nothing-digested nested-signature",
    ),
    ("signxml-xades/xades/X_AT_SIT_1.xml", "valid ++ ++"),
    ("signxml-xades/xades/dk_tl-sn21.xml", "valid ++ ++"),
    ("signxml-xades/xades/document.signed.bes.ptcc.xml", "valid ++ ++ weak-algorithm"),
    ("signxml-xades/xades/document.signed.c.xml", "valid ++ ++"),
    ("signxml-xades/xades/document.verified.c.xl.xml", "valid ++ ++"),
    (
        "signxml-xades/xades/dss-signed-altered-signedPropsRemoved.xml",
        "no -? + signed-properties-not-signed signing-time-not-signed",
    ),
    ("signxml-xades/xades/dss-signed.xml", "valid ++ ++"),
    ("signxml-xades/xades/dss1788-original.xml", "valid ++ ++"),
    ("signxml-xades/xades/factura_ejemplo2_32v1.xml", "valid ++ +++ weak-algorithm"),
    ("signxml-xades/xades/nonconformant-Signature-X-ES-100.xml", "valid ++ +++ weak-algorithm"),
    ("signxml-xades/xades/nonconformant-Signature-X-ES-103.xml", "valid ++ +++ weak-algorithm"),
    ("signxml-xades/xades/nonconformant-X_BE_CONN_10.xml", "valid ++ ++"),
    ("signxml-xades/xades/nonconformant-dss-2293.xml", "valid ++ ++"),
    ("signxml-xades/xades/nonconformant-dss-signed-altered-refRemoved.xml", "no -? + nothing-signed"),
    ("signxml-xades/xades/nonconformant-dss1770.xml", "valid ++ +++"),
    ("signxml-xades/xades/nonconformant-sellosFNMT-XAdES_A.xml", "valid ++ ++ weak-algorithm"),
    ("signxml-xades/xades/nonconformant-xades-extended-epes-sigPolStore-noDigest.xml", "valid ++ ++"),
    ("signxml-xades/xades/nonconformant-xades-ocsp-not-embeds-certs.xml", "valid ++ ++"),
    (
        "signxml-xades/xades/nonconformant-xades-sign-cert-v1-wrong-serialnumber.xml",
        "no +- ++ signing-certificate-mismatch",
    ),
    ("signxml-xades/xades/sig-with-orphan-ocsp-ref.xml", "valid ++ ++"),
    ("signxml-xades/xades/signature_property_signed.xml", "valid ++ +++"),
    (
        "signxml-xades/xades/valid-xades-policyId-newlines.xml",
        "no -? +- reference-mismatch signed-properties-not-signed signing-time-not-signed",
    ),
    ("signxml-xades/xades/xades-attr-authorities-values.xml", "valid ++ ++"),
    (
        "signxml-xades/xades/xades-counter-signature-injected.xml",
        "valid ++ +++; no ++ ++ counter-signature-mismatch nested-signature",
    ),
    ("signxml-xades/xades/xades-ecc-brainpool.xml", "no ?? ++ unsupported-algorithm"),
    ("signxml-xades/xades/xades-extended-epes-with-sigPolStore.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-extended-epes.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-extended-short-a.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-extended-t.xml", "valid ++ ++"),
    (
        "signxml-xades/xades/xades-extended-xl.xml",
        "no ++ ++ signed-properties-not-signed signing-time-not-signed",
    ),
    (
        "signxml-xades/xades/xades-fake-counter-signature.xml",
        "valid ++ +++; no ++ ++ counter-signature-mismatch nested-signature",
    ),
    ("signxml-xades/xades/xades-level-x-double-sigAndRefsTst-refsOnlyTst.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-lt-with-expired-ocsp-responder.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-lta-valid.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-lta-with-additional-cert-in-keyinfo.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-ocsp-before-cert-validity.xml", "valid ++ ++ outside-validity"),
    ("signxml-xades/xades/xades-sigPolicy-with-SPDocSpecification.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-sign-cert-v2-wrong-digest.xml", "no +- ++ signing-certificate-mismatch"),
    (
        "signxml-xades/xades/xades-sign-cert-v2-wrong-issuer-serial.xml",
        "no +- ++ signing-certificate-mismatch",
    ),
    ("signxml-xades/xades/xades-unsupported-signature-algorithm.xml", "no ?? ++ unsupported-algorithm"),
    ("signxml-xades/xades/xades-with-enveloped-manifest.xml", "no ++ ++ reference-unresolved"),
    ("signxml-xades/xades/xades-with-manifest-with-object-reference.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-with-multiple-alldatatimestamps.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-with-multiple-archivetimestamps.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-with-multiple-signaturetimestamps.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-with-spUserNotice-refs.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-wrong-sign-cert-digest.xml", "no +- ++ signing-certificate-mismatch"),
    ("signxml-xades/xades/xades-x-level-v2-wrong-sigAndRefsTst-type.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-x-level-v2.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-x-level-wrong-sigAndRefsTstVersion.xml", "valid ++ ++"),
    ("signxml-xades/xades/xades-x-level.xml", "valid ++ ++"),
];

const FOLDERS: [&str; 4] =
    ["merlin-exc-c14n-one", "merlin-xmldsig-twenty-three", "signxml-xades/xades", "xmldsig11-interop-2012"];

#[test]
fn every_signed_vector_is_judged_as_expected() {
    let Some(vectors) = vectors() else { return };
    let mut found = Vec::new();
    for folder in FOLDERS {
        for entry in fs::read_dir(vectors.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".xml") {
                found.push(format!("{folder}/{name}"));
            }
        }
    }
    found.sort();
    let mut listed: Vec<_> = EXPECTED.iter().map(|(name, _)| (*name).to_owned()).collect();
    listed.sort();
    assert_eq!(found, listed, "the table names every document");

    let mut with_sha1 = options();
    with_sha1.allow_sha1 = true;
    let mut wrong = Vec::new();
    for (name, expected) in EXPECTED {
        let bytes = fs::read(vectors.join(name)).unwrap();
        let said = match verify::xml(&bytes, &with_sha1) {
            Ok(report) => summary(&report),
            Err(error) => format!("error: {error}"),
        };
        if said != *expected {
            wrong.push(format!("{name}: {said}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What can be valid is.
    let valid = EXPECTED.iter().filter(|(_, expected)| expected.starts_with("valid")).count();
    let verifies = EXPECTED.iter().filter(|(_, expected)| expected.contains(" +")).count();
    assert_eq!((EXPECTED.len(), valid, verifies), (120, 45, 107));
}

#[test]
fn the_canonical_octets_of_merlin() {
    let Some(vectors) = vectors() else { return };
    let folder = vectors.join("merlin-exc-c14n-one");
    let mut with_sha1 = options();
    with_sha1.allow_sha1 = true;
    let report = verify::xml(&fs::read(folder.join("exc-signature.xml")).unwrap(), &with_sha1).unwrap();
    for (number, reference) in report.signatures[0].references.iter().enumerate() {
        let octets = fs::read(folder.join(format!("c14n-{number}.txt"))).unwrap();
        assert_eq!((&reference.digest, reference.octets), (&Check::Ok, octets.len() as u64));
    }
}
