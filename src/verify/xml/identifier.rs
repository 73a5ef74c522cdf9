//! The identifiers of XML signatures: namespaces, and the algorithms that `Algorithm` attributes name
//! (XML Signature 1.1; RFC 9231).

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};

pub(super) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(super) const DSIG11: &str = "http://www.w3.org/2009/xmldsig11#";
pub(super) const MORE: &str = "http://www.w3.org/2001/04/xmldsig-more#";
pub(super) const MORE_2007: &str = "http://www.w3.org/2007/05/xmldsig-more#";
pub(super) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(super) const BASE64: &str = "http://www.w3.org/2000/09/xmldsig#base64";
pub(super) const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";
/// The namespace of XPath Filter 2.0, and its identifier.
pub(super) const FILTER2: &str = "http://www.w3.org/2002/06/xmldsig-filter2";

pub(super) const MANIFEST: &str = "http://www.w3.org/2000/09/xmldsig#Manifest";
pub(super) const RSA_PSS: &str = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss";
pub(super) const MGF1: &str = "http://www.w3.org/2007/05/xmldsig-more#MGF1";

/// The digest algorithm of a `DigestMethod`; `None` when it is not supported.
pub(super) fn digest_method(uri: &str) -> Option<DigestAlgorithm> {
    Some(match uri {
        "http://www.w3.org/2000/09/xmldsig#sha1" => DigestAlgorithm::Sha1,
        "http://www.w3.org/2001/04/xmlenc#sha256" => DigestAlgorithm::Sha256,
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => DigestAlgorithm::Sha384,
        "http://www.w3.org/2001/04/xmlenc#sha512" => DigestAlgorithm::Sha512,
        _ => return None,
    })
}

/// The algorithms of a `SignatureMethod` without parameters; `None` when it is not supported.
pub(super) fn signature_method(uri: &str) -> Option<(SignatureAlgorithm, DigestAlgorithm)> {
    use DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512};
    use SignatureAlgorithm::{Ecdsa, Ed25519, RsaPkcs1, RsaPss};
    if uri == "http://www.w3.org/2000/09/xmldsig#rsa-sha1" {
        return Some((RsaPkcs1, Sha1));
    }
    if uri == "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519" {
        return Some((Ed25519, Sha512));
    }
    if let Some(name) = uri.strip_prefix(MORE) {
        return Some(match name {
            "rsa-sha256" => (RsaPkcs1, Sha256),
            "rsa-sha384" => (RsaPkcs1, Sha384),
            "rsa-sha512" => (RsaPkcs1, Sha512),
            "ecdsa-sha1" => (Ecdsa, Sha1),
            "ecdsa-sha256" => (Ecdsa, Sha256),
            "ecdsa-sha384" => (Ecdsa, Sha384),
            "ecdsa-sha512" => (Ecdsa, Sha512),
            _ => return None,
        });
    }
    Some(match uri.strip_prefix(MORE_2007)? {
        "sha1-rsa-MGF1" => (RsaPss, Sha1),
        "sha256-rsa-MGF1" => (RsaPss, Sha256),
        "sha384-rsa-MGF1" => (RsaPss, Sha384),
        "sha512-rsa-MGF1" => (RsaPss, Sha512),
        _ => return None,
    })
}

/// Whether a namespace name could be taken for that of XML Signature without being it.
pub(super) fn looks_like_dsig(namespace: &str) -> bool {
    if namespace == DSIG {
        return false;
    }
    let lower = namespace.to_lowercase();
    lower.contains("xmldsig") || lower.contains("2000/09/") || lower.contains("xml-dsig")
}

/// Whether a `Type` is that of SignedProperties, of any version of XAdES.
pub(super) fn is_signed_properties(kind: &str) -> bool {
    kind.starts_with("http://uri.etsi.org/01903") && kind.ends_with("#SignedProperties")
}

/// Whether a namespace is that of a version of XAdES.
pub(super) fn is_xades(namespace: &str) -> bool {
    namespace.starts_with("http://uri.etsi.org/01903/v")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_those_of_the_standards() {
        let digests = DigestAlgorithm::ALL.len();
        let known = ["http://www.w3.org/2000/09/xmldsig#sha1", "http://www.w3.org/2001/04/xmlenc#sha256"];
        assert_eq!(digests, 4);
        assert!(known.iter().all(|uri| digest_method(uri).is_some()));
        assert_eq!(digest_method("http://www.w3.org/2001/04/xmldsig-more#sha224"), None);
        assert_eq!(signature_method("http://www.w3.org/2000/09/xmldsig#dsa-sha1"), None);
        assert_eq!(signature_method("http://www.w3.org/2000/09/xmldsig#hmac-sha1"), None);
        assert_eq!(
            signature_method("http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1"),
            Some((SignatureAlgorithm::RsaPss, DigestAlgorithm::Sha384))
        );
    }

    #[test]
    fn look_alikes() {
        assert!(!looks_like_dsig(DSIG) && !looks_like_dsig("urn:invoice") && !looks_like_dsig(""));
        for namespace in [
            "http://www.w3.org/2000/09/xmldsig",
            "http://www.w3.org/2000/09/XMLDSIG#",
            "https://www.w3.org/2000/09/xmldsig#",
            "http://www.w3.org/2000/10/xmldsig#",
            "http://www.w3.org/2000/09/xmIdsig#",
        ] {
            assert!(looks_like_dsig(namespace), "{namespace}");
        }
    }
}
