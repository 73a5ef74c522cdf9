//! Signing as a service does it, and what is looked at afterwards.

use std::path::PathBuf;

use kyso::signer::{LocalKey, Signer as _};
use kyso::xml::{PrepareError, Prepared, Signing};
use kyso::{Chain, SignatureValue, SigningRequest, State};
use tempfile::TempDir;

use crate::signing::{at, identity};

/// A key with its chain.
pub(crate) struct Signer {
    pub(crate) chain: Chain,
    key: LocalKey,
}

impl Signer {
    pub(crate) fn new(name: &str) -> Self {
        let identity = identity(name);
        Self { chain: identity.chain, key: identity.key }
    }

    /// What the remote service answers.
    pub(crate) fn value(&self, request: &SigningRequest) -> SignatureValue {
        SignatureValue::from_bytes(self.key.sign(request.suite(), request.to_be_signed()).unwrap())
    }
}

/// Both phases, through the stored state as another process would go. No byte of the input changes.
pub(crate) fn sign(signing: &Signing, document: &[u8], signer: &Signer) -> Result<Vec<u8>, PrepareError> {
    let prepared = signing.prepare(document, &at())?;
    let value = signer.value(&prepared.request());
    let state = State::from_json(&prepared.state().to_json()).unwrap();
    let signed = Prepared::resume(state, document).unwrap().accept(&value).unwrap();
    let out = signed.to_bytes().unwrap();
    let (mut rest, mut shift) = (out.clone(), 0);
    for (at, bytes) in signed.insertions() {
        let at = usize::try_from(at).unwrap();
        assert_eq!(&out[at + shift..at + shift + bytes.len()], bytes);
        rest.drain(at..at + bytes.len());
        shift += bytes.len();
    }
    assert!(rest == document, "bytes of the input changed");
    Ok(out)
}

/// Whether the library's own verifier takes every signature.
pub(crate) fn accepted(document: &[u8]) -> Result<usize, String> {
    let mut options = kyso::verify::Options::default();
    options.allow_doctype = true;
    let report = kyso::verify::xml(&document, &options).map_err(|error| error.to_string())?;
    if report.is_valid() { Ok(report.signatures.len()) } else { Err(report.to_string()) }
}

/// Writes a file into the folder.
pub(crate) fn write(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The attributes and elements that xmlsec1 must know as ids: those of the nodes, and of signatures.
pub(crate) fn identified(document: &[u8], attribute: &str, nodes: &[String]) -> Vec<(String, String)> {
    let text = if document.starts_with(&[0xFF, 0xFE]) {
        let units = document.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        char::decode_utf16(units).map(|one| one.unwrap()).collect()
    } else {
        String::from_utf8_lossy(document).into_owned()
    };
    let mut found = Vec::new();
    for (name, namespace) in [
        ("Object", "http://www.w3.org/2000/09/xmldsig#"),
        ("SignedProperties", "http://uri.etsi.org/01903/v1.3.2#"),
    ] {
        found.push(("Id".to_owned(), format!("{namespace}:{name}")));
    }
    for node in nodes {
        let at = ['"', '\''].iter().find_map(|quote| text.find(&format!("{attribute}={quote}{node}{quote}")));
        let Some(at) = at else { continue };
        let start = text[..at].rfind('<').unwrap();
        let name = text[start + 1..].split(|c: char| c.is_whitespace()).next().unwrap();
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let declaration =
            if prefix.is_empty() { "xmlns=\"".to_owned() } else { format!("xmlns:{prefix}=\"") };
        let namespace = text[..at].rfind(&declaration).map(|at| {
            let rest = &text[at + declaration.len()..];
            &rest[..rest.find('"').unwrap()]
        });
        let element = namespace.map_or_else(|| local.to_owned(), |namespace| format!("{namespace}:{local}"));
        found.push((attribute.to_owned(), element));
    }
    found
}
