//! Documents that xmlsec1 signed: both must find them valid, and neither when a byte is changed.

use std::path::{Path, PathBuf};
use std::process::Command;

use kyso::verify::{self, FindingKind, Trust};

use super::hand::{DSIG, key_file, kinds, options};

/// Whether xmlsec1 is there; says so when it is not, and fails then if judges are required.
fn present() -> bool {
    let found = Command::new("xmlsec1").arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        let required = std::env::var_os("KYSO_REQUIRE_JUDGES").is_some_and(|value| value == "1");
        assert!(!required, "xmlsec1 is required and absent");
        println!("xmlsec1 is absent: skipped");
    }
    found
}

struct Xmlsec {
    dir: tempfile::TempDir,
    ids: Vec<String>,
}

impl Xmlsec {
    fn new(ids: &[&str]) -> Self {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        Self { dir: tempfile::tempdir().unwrap(), ids }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn run(&self, arguments: &[&str], document: &Path) -> (bool, String) {
        let ids = self.ids.iter().flat_map(|id| {
            let (attribute, element) = id.split_once(' ').unwrap();
            [format!("--id-attr:{attribute}"), element.to_owned()]
        });
        let output = Command::new("xmlsec1").args(arguments).args(ids).arg(document).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// `template` signed by a key of `testdata/keys`.
    fn sign(&self, template: &str, key: &str) -> String {
        let chain = std::fs::read_to_string(key_file(&format!("{key}-chain.pem"))).unwrap();
        let end = "-----END CERTIFICATE-----\n";
        let leaf = self.write("leaf.pem", &chain[..chain.find(end).unwrap() + end.len()]);
        let template = self.write("template.xml", template);
        let out = self.dir.path().join("out.xml");
        let pair = format!("{},{}", key_file(&format!("{key}-key.pem")).display(), leaf.display());
        let (signed, said) =
            self.run(&["--sign", "--privkey-pem", &pair, "--output", out.to_str().unwrap()], &template);
        assert!(signed, "{said}");
        std::fs::read_to_string(out).unwrap()
    }

    /// What xmlsec1 says of a document.
    fn accepts(&self, document: &[u8]) -> bool {
        let path = self.dir.path().join("judged.xml");
        std::fs::write(&path, document).unwrap();
        let root = key_file("root.pem");
        let between = key_file("intermediate.pem");
        self.run(
            &[
                "--verify",
                "--trusted-pem",
                root.to_str().unwrap(),
                "--untrusted-pem",
                between.to_str().unwrap(),
            ],
            &path,
        )
        .0
    }
}

const RSA: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

fn reference(uri: &str, transforms: &[&str], digest: &str) -> String {
    let transforms: String = transforms
        .iter()
        .map(|one| match one.split_once('|') {
            Some((algorithm, inside)) => {
                format!("<ds:Transform Algorithm=\"{algorithm}\">{inside}</ds:Transform>")
            }
            None => format!("<ds:Transform Algorithm=\"{one}\"/>"),
        })
        .collect();
    let transforms = if transforms.is_empty() {
        transforms
    } else {
        format!("<ds:Transforms>{transforms}</ds:Transforms>")
    };
    format!(
        "<ds:Reference URI=\"{uri}\">{transforms}<ds:DigestMethod Algorithm=\"{digest}\"/><ds:DigestValue/></ds:Reference>"
    )
}

fn template(c14n: &str, method: &str, references: &[String], objects: &str) -> String {
    let references = references.concat();
    format!(
        "<ds:Signature xmlns:ds=\"{DSIG}\" Id=\"s\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{c14n}\"/>\
         <ds:SignatureMethod Algorithm=\"{method}\"/>{references}</ds:SignedInfo><ds:SignatureValue/>\
         <ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>{objects}</ds:Signature>"
    )
}

/// A document with namespaces, an attribute of `xml:`, CDATA, references and line ends of all sorts.
fn document(signature: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<!-- before --><?p  i ?>\n<inv:Hóa xmlns:inv=\"urn:inv\" xmlns=\"urn:d\" xml:lang='vi'\n \
         b=\"2\" inv:a='1'>\r\n<Dữ Id=\"x\" z='&#x9;&lt;\"' a=\"\ttab\"><![CDATA[<&]]>&#13;&amp; &gt;<!-- in --> text\r\n<e xmlns=\"\"/></Dữ>\n{signature}\n</inv:Hóa>\n<!-- behind -->\n"
    )
}

#[test]
fn what_xmlsec_signs_is_valid() {
    if !present() {
        return;
    }
    let enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    let xpath = format!(
        "http://www.w3.org/TR/1999/REC-xpath-19991116|<ds:XPath xmlns:ds=\"{DSIG}\">not(ancestor-or-self::ds:Signature)</ds:XPath>"
    );
    let filter = format!(
        "http://www.w3.org/2002/06/xmldsig-filter2|<f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" xmlns:ds=\"{DSIG}\" Filter=\"subtract\">here()/ancestor::ds:Signature[1]</f:XPath>"
    );
    let prefixes =
        format!("{EXCLUSIVE}|<c:InclusiveNamespaces xmlns:c=\"{EXCLUSIVE}\" PrefixList=\"inv #default\"/>");
    let c14n11 = "http://www.w3.org/2006/12/xml-c14n11";
    let comments = format!("{C14N}#WithComments");
    let exclusive_comments = format!("{EXCLUSIVE}WithComments");
    let object = "<ds:Object Id=\"o\"><any xmlns=\"urn:o\">1</any></ds:Object>";
    let cases: [(&str, &str, &str, Vec<String>); 14] = [
        ("rsa2048", RSA, C14N, vec![reference("", &[enveloped], SHA256)]),
        ("rsa2048", RSA, EXCLUSIVE, vec![reference("", &[enveloped, EXCLUSIVE], SHA256)]),
        ("rsa2048", RSA, c14n11, vec![reference("", &[enveloped, c14n11], SHA256)]),
        ("rsa2048", RSA, &comments, vec![reference("", &[enveloped, &comments], SHA256)]),
        ("rsa2048", RSA, C14N, vec![reference("#x", &[], SHA256)]),
        ("rsa2048", RSA, C14N, vec![reference("#x", &[enveloped], SHA256), reference("#o", &[], SHA256)]),
        (
            "rsa2048",
            RSA,
            &exclusive_comments,
            vec![reference("#x", &[EXCLUSIVE], SHA256), reference("#o", &[&prefixes], SHA256)],
        ),
        ("rsa2048", RSA, C14N, vec![reference("#xpointer(id('x'))", &[&comments], SHA256)]),
        ("rsa2048", RSA, C14N, vec![reference("#xpointer(/)", &[enveloped, &exclusive_comments], SHA256)]),
        ("rsa2048", RSA, C14N, vec![reference("", &[&xpath], SHA256)]),
        ("rsa2048", RSA, C14N, vec![reference("", &[&filter], SHA256)]),
        (
            "rsa2048",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
            C14N,
            vec![reference("#x", &[C14N], "http://www.w3.org/2001/04/xmldsig-more#sha384")],
        ),
        (
            "p256",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            C14N,
            vec![reference("#x", &[enveloped, C14N], "http://www.w3.org/2001/04/xmlenc#sha512")],
        ),
        (
            "p384",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
            C14N,
            vec![reference("#x", &[enveloped, C14N], SHA256)],
        ),
    ];
    let xmlsec = Xmlsec::new(&["Id Dữ", "Id Object"]);
    for (key, method, c14n, references) in cases {
        let signed = xmlsec.sign(&document(&template(c14n, method, &references, object)), key);
        assert!(xmlsec.accepts(signed.as_bytes()), "{signed}");
        let report = verify::xml(signed.as_bytes(), &options()).unwrap();
        assert!(report.is_valid(), "{report}\n{signed}");
        assert!(report.covers("/inv:Hóa/Dữ"), "{report}\n{signed}");
    }
}

#[test]
fn a_changed_byte_shows_to_both() {
    if !present() {
        return;
    }
    let xmlsec = Xmlsec::new(&["Id Dữ", "Id Object"]);
    let references = [
        reference("#x", &["http://www.w3.org/2000/09/xmldsig#enveloped-signature"], SHA256),
        reference("#o", &[], SHA256),
    ];
    let object = "<ds:Object Id=\"o\"><ds:SignatureProperties><ds:SignatureProperty Target=\"#s\"><SigningTime xmlns=\"\">2026-11-21T09:30:00</SigningTime></ds:SignatureProperty></ds:SignatureProperties></ds:Object>";
    let signed = xmlsec.sign(&document(&template(C14N, RSA, &references, object)), "rsa2048");
    let report = verify::xml(signed.as_bytes(), &options()).unwrap();
    assert!(report.is_valid() && report.signatures[0].claimed_time == Some(1_795_228_200), "{report}");
    let place = |text: &str| signed.find(text).unwrap_or_else(|| panic!("{text}"));
    for (at, by) in [
        (place(" text\n") + 2, b'f'),
        (place(" z=\"") + 4, b'x'),
        (place("Id=\"x\"") + 4, b'y'),
        (place(" tab\"") + 1, b'T'),
        (place("&#13;") + 3, b'4'),
        (place("2026-11-21") + 3, b'7'),
        (place("<ds:DigestValue>") + 20, b'*'),
        (
            place("<ds:DigestValue>") + 20,
            if signed.as_bytes()[place("<ds:DigestValue>") + 20] == b'A' { b'B' } else { b'A' },
        ),
        (
            place("<ds:SignatureValue>") + 30,
            if signed.as_bytes()[place("<ds:SignatureValue>") + 30] == b'A' { b'B' } else { b'A' },
        ),
        (place("urn:inv"), b'U'),
        (place("xmlns=\"urn:d\"") + 8, b'e'),
    ] {
        let mut changed = signed.clone().into_bytes();
        assert_ne!(changed[at], by);
        changed[at] = by;
        assert!(!xmlsec.accepts(&changed), "xmlsec1 takes byte {at}");
        assert!(
            verify::xml(&changed, &options()).is_ok_and(|report| !report.is_valid())
                || verify::xml(&changed, &options()).is_err(),
            "byte {at}"
        );
    }
}

#[test]
fn an_invoice_with_a_chain_to_the_root() {
    if !present() {
        return;
    }
    let xmlsec = Xmlsec::new(&["Id DLHDon", "Id Object"]);
    let references = [
        reference("#X", &["http://www.w3.org/2000/09/xmldsig#enveloped-signature"], SHA256),
        reference("#o", &[], SHA256),
    ];
    let object = "<ds:Object Id=\"o\"><ds:SignatureProperties><ds:SignatureProperty Target=\"#s\"><ds:SigningTime>2026-11-21T09:30:00</ds:SigningTime></ds:SignatureProperty></ds:SignatureProperties></ds:Object>";
    let template = template(C14N, RSA, &references, object)
        .replace("xmlns:ds=", "xmlns=")
        .replace("<ds:", "<")
        .replace("</ds:", "</");
    let signed = xmlsec.sign(&format!("<HDon><DLHDon Id=\"X\"><TTChung>1</TTChung></DLHDon><DSCKS><NBan>{template}</NBan></DSCKS></HDon>"), "rsa2048");
    let pem = |name: &str| {
        kyso::certificate::Certificate::all_from_pem(&std::fs::read(key_file(name)).unwrap()).unwrap()
    };
    let mut with_root = options();
    with_root.trust = Some([pem("root.pem"), pem("intermediate.pem")].concat());
    let report = verify::xml(signed.as_bytes(), &with_root).unwrap();
    assert!(report.is_valid(), "{report}");
    assert!(matches!(report.signatures[0].trust, Trust::Trusted { .. }));
    assert_eq!(report.signed_paths(), ["/HDon/DLHDon", "/HDon/DSCKS/NBan/Signature/Object"]);
    assert!(report.covers("/HDon/DLHDon/TTChung") && !report.covers("/HDon"));
    assert!(kinds(&report).is_empty(), "{report}");
    // SHA-1 as old invoices have it.
    let old = template.replace(RSA, &format!("{DSIG}rsa-sha1")).replace(SHA256, &format!("{DSIG}sha1"));
    let signed = xmlsec.sign(&format!("<HDon><DLHDon Id=\"X\"/>{old}</HDon>"), "rsa2048");
    let report = verify::xml(signed.as_bytes(), &options()).unwrap();
    assert!(!report.is_valid() && kinds(&report).contains(&FindingKind::Sha1NotAllowed), "{report}");
    let mut allowed = options();
    allowed.allow_sha1 = true;
    assert!(verify::xml(signed.as_bytes(), &allowed).unwrap().is_valid());
}
