//! Signatures made by hand: the canonical octets are typed out, so that no canonicaliser has a part in it.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kyso::algorithm::{DigestAlgorithm, SignatureAlgorithm, Suite, ToBeSigned};
use kyso::certificate::{Certificate, Chain};
use kyso::signer::{LocalKey, Signer};
use kyso::verify::{self, FindingKind, Options, XmlReport};

pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
pub(crate) const ENVELOPED: &str =
    r#"<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></Transform>"#;

pub(crate) fn key_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/keys").join(name)
}

/// A key of `testdata/keys` and how it signs.
pub(crate) struct Hand {
    key: LocalKey,
    pub(crate) chain: Chain,
    pub(crate) suite: Suite,
    pub(crate) method: &'static str,
    pub(crate) canonicalization: &'static str,
}

/// A Reference: `octets` are what its transforms give.
#[derive(Clone, Copy)]
pub(crate) struct Ref<'a> {
    pub(crate) uri: &'a str,
    /// Further attributes, before `URI` as canonical order has it.
    pub(crate) id: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) transforms: &'a str,
    pub(crate) octets: &'a str,
    pub(crate) sha1: bool,
}

impl<'a> Ref<'a> {
    pub(crate) const fn new(uri: &'a str, transforms: &'a str, octets: &'a str) -> Self {
        Self { uri, id: "", kind: "", transforms, octets, sha1: false }
    }
}

impl Hand {
    /// `rsa2048`, `p256`, `p384`, `p521` or `ed25519`.
    pub(crate) fn with(
        name: &str,
        algorithm: SignatureAlgorithm,
        digest: DigestAlgorithm,
        method: &'static str,
    ) -> Self {
        let read = |name: String| fs::read(key_file(&name)).unwrap();
        let chain = Chain::from_pem(&read(format!("{name}-chain.pem"))).unwrap();
        let key = LocalKey::from_pem(&read(format!("{name}-key.pem")), None).unwrap();
        let suite = Suite::for_verification(algorithm, digest, chain.public_key()).unwrap();
        Self { key, chain, suite, method, canonicalization: C14N }
    }

    pub(crate) fn p256() -> Self {
        let method = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
        Self::with("p256", SignatureAlgorithm::Ecdsa, DigestAlgorithm::Sha256, method)
    }

    pub(crate) fn certificate_base64(&self) -> String {
        STANDARD.encode(self.chain.leaf().der())
    }

    pub(crate) fn root(&self) -> Certificate {
        self.chain.certificates().last().unwrap().clone()
    }

    pub(crate) fn key_info(&self) -> String {
        let chain: String = self
            .chain
            .certificates()
            .iter()
            .map(|one| format!("<X509Certificate>{}</X509Certificate>", STANDARD.encode(one.der())))
            .collect();
        format!("<KeyInfo><X509Data>{chain}</X509Data></KeyInfo>")
    }

    pub(crate) fn signed_info(&self, references: &[Ref<'_>]) -> String {
        let references: String = references
            .iter()
            .map(|one| {
                let attribute = |name: &str, value: &str| {
                    if value.is_empty() { String::new() } else { format!(" {name}=\"{value}\"") }
                };
                let (id, kind) = (attribute("Id", one.id), attribute("Type", one.kind));
                let (method, algorithm) = if one.sha1 {
                    ("http://www.w3.org/2000/09/xmldsig#sha1", DigestAlgorithm::Sha1)
                } else {
                    ("http://www.w3.org/2001/04/xmlenc#sha256", DigestAlgorithm::Sha256)
                };
                let transforms = if one.transforms.is_empty() {
                    String::new()
                } else {
                    format!("<Transforms>{}</Transforms>", one.transforms)
                };
                let digest = algorithm.hash(one.octets.as_bytes()).to_base64();
                format!(
                    "<Reference{id}{kind} URI=\"{}\">{transforms}<DigestMethod Algorithm=\"{method}\">\
                     </DigestMethod><DigestValue>{digest}</DigestValue></Reference>",
                    one.uri
                )
            })
            .collect();
        format!(
            "<SignedInfo><CanonicalizationMethod Algorithm=\"{}\"></CanonicalizationMethod>\
             <SignatureMethod Algorithm=\"{}\"></SignatureMethod>{references}</SignedInfo>",
            self.canonicalization, self.method
        )
    }

    /// The value over a SignedInfo of [`Hand::signed_info`] below elements without namespaces.
    pub(crate) fn value(&self, signed_info: &str) -> String {
        let canonical = signed_info.replacen("<SignedInfo>", &format!("<SignedInfo xmlns=\"{DSIG}\">"), 1);
        let digest = self.suite.digest().hash(canonical.as_bytes());
        let what = match self.suite.signature() {
            SignatureAlgorithm::Ed25519 => ToBeSigned::Message(canonical.as_bytes()),
            _ => ToBeSigned::Digest(&digest),
        };
        let value = self.key.sign(self.suite, what).unwrap();
        STANDARD.encode(raw(self.suite.signature(), &value, self.chain.public_key().bits().div_ceil(8)))
    }

    /// A whole Signature with the default namespace.
    pub(crate) fn signature(&self, id: &str, references: &[Ref<'_>], behind: &str) -> String {
        self.with_key_info(id, references, &self.key_info(), behind)
    }

    pub(crate) fn with_key_info(
        &self,
        id: &str,
        references: &[Ref<'_>],
        key_info: &str,
        behind: &str,
    ) -> String {
        let signed_info = self.signed_info(references);
        let value = self.value(&signed_info);
        format!(
            "<Signature xmlns=\"{DSIG}\" Id=\"{id}\">{signed_info}<SignatureValue>{value}</SignatureValue>\
             {key_info}{behind}</Signature>"
        )
    }
}

/// ECDSA values as r and s side by side, whatever form the key gives.
fn raw(algorithm: SignatureAlgorithm, value: &[u8], len: usize) -> Vec<u8> {
    if algorithm != SignatureAlgorithm::Ecdsa || value.len() == 2 * len {
        return value.to_vec();
    }
    assert_eq!(value[0], 0x30);
    let mut at = if value[1] < 0x80 { 2 } else { 3 };
    let mut out = Vec::new();
    for _ in 0..2 {
        let length = usize::from(value[at + 1]);
        let digits = &value[at + 2..at + 2 + length];
        let digits = if digits[0] == 0 { &digits[1..] } else { digits };
        out.resize(out.len() + len - digits.len(), 0);
        out.extend_from_slice(digits);
        at += 2 + length;
    }
    out
}

pub(crate) fn options() -> Options {
    Options::default()
}

pub(crate) fn verify(document: &str) -> XmlReport {
    verify_with(document, &options())
}

pub(crate) fn verify_with(document: &str, options: &Options) -> XmlReport {
    verify::xml(document.as_bytes(), options).unwrap_or_else(|error| panic!("{error}\n{document}"))
}

pub(crate) fn kinds(report: &XmlReport) -> Vec<FindingKind> {
    let signatures = report.signatures.iter().flat_map(|signature| &signature.findings);
    report.findings.iter().chain(signatures).map(|finding| finding.kind).collect()
}

/// Sees that the document is valid.
pub(crate) fn valid(document: &str) -> XmlReport {
    let report = verify(document);
    assert!(report.is_valid(), "{report}\n{document}");
    report
}

/// Sees that it is not, for this reason.
pub(crate) fn refused(document: &str, kind: FindingKind) -> XmlReport {
    refused_with(document, kind, &options())
}

pub(crate) fn refused_with(document: &str, kind: FindingKind, options: &Options) -> XmlReport {
    let report = verify_with(document, options);
    assert!(!report.is_valid(), "{report}\n{document}");
    assert!(kinds(&report).contains(&kind), "{kind:?} was not found\n{report}\n{document}");
    report
}
