//! How the algorithms of a batch are called in `signAlgo`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm, Suite, signature_identifier};
use crate::asn1::{Reader, Rules, SEQUENCE};

/// `signAlgo` with what goes along with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignAlgo {
    /// Object identifier.
    pub(super) sign_algo: String,
    /// DER in base64.
    pub(super) params: Option<String>,
    /// `hashAlgo`, where `sign_algo` does not say the digest.
    pub(super) hash_algo: Option<String>,
}

const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";
const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";
const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";

/// The object identifier that names signature algorithm and digest together.
const fn combined(signature: SignatureAlgorithm, digest: DigestAlgorithm) -> Option<&'static str> {
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    use SignatureAlgorithm::{Ecdsa, RsaPkcs1};
    match (signature, digest) {
        (RsaPkcs1, Sha256) => Some("1.2.840.113549.1.1.11"),
        (RsaPkcs1, Sha384) => Some("1.2.840.113549.1.1.12"),
        (RsaPkcs1, Sha512) => Some("1.2.840.113549.1.1.13"),
        (Ecdsa, Sha256) => Some("1.2.840.10045.4.3.2"),
        (Ecdsa, Sha384) => Some("1.2.840.10045.4.3.3"),
        (Ecdsa, Sha512) => Some("1.2.840.10045.4.3.4"),
        _ => None,
    }
}

impl SignAlgo {
    /// For a key whose `key/algo` is `offered`; `None` if the key does not sign in this way.
    /// `pss_params` as [`pss_params`] gives them.
    pub(super) fn choose(
        signature: SignatureAlgorithm,
        digest: DigestAlgorithm,
        pss_params: Option<&str>,
        offered: &[String],
    ) -> Option<Self> {
        let offers = |oid: &str| offered.iter().any(|offer| offer.trim() == oid);
        let separate = |oid: &str, params: Option<String>| Self {
            sign_algo: oid.to_owned(),
            params,
            hash_algo: Some(digest.oid().to_string()),
        };
        if let Some(oid) = combined(signature, digest)
            && (offered.is_empty() || offers(oid))
        {
            return Some(Self { sign_algo: oid.to_owned(), params: None, hash_algo: None });
        }
        match signature {
            SignatureAlgorithm::RsaPkcs1 if offers(RSA_ENCRYPTION) => Some(separate(RSA_ENCRYPTION, None)),
            SignatureAlgorithm::RsaPss if offered.is_empty() || offers(RSASSA_PSS) => {
                Some(separate(RSASSA_PSS, Some(pss_params?.to_owned())))
            }
            SignatureAlgorithm::Ecdsa if offers(EC_PUBLIC_KEY) => Some(separate(EC_PUBLIC_KEY, None)),
            _ => None,
        }
    }
}

/// `signAlgoParams` of RSASSA-PSS (RFC 4055, 3.1), DER in base64.
pub(super) fn pss_params(suite: Suite) -> Option<String> {
    if suite.signature() != SignatureAlgorithm::RsaPss {
        return None;
    }
    let identifier = signature_identifier(suite);
    let mut fields = Reader::new(&identifier, Rules::Der).expect(SEQUENCE).ok()?.inside();
    fields.oid().ok()?;
    Some(STANDARD.encode(fields.expect(SEQUENCE).ok()?.raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_says_which_name_is_used() {
        use DigestAlgorithm::Sha256;
        use SignatureAlgorithm::{Ecdsa, RsaPkcs1, RsaPss};
        let choose = |signature, offered: &[&str]| {
            let offered: Vec<String> = offered.iter().map(|oid| (*oid).to_owned()).collect();
            SignAlgo::choose(signature, Sha256, Some("MA=="), &offered)
        };
        let combined = choose(RsaPkcs1, &["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11"]).unwrap();
        assert_eq!((combined.sign_algo.as_str(), combined.hash_algo), ("1.2.840.113549.1.1.11", None));
        let separate = choose(RsaPkcs1, &["1.2.840.113549.1.1.1"]).unwrap();
        assert_eq!(separate.hash_algo.as_deref(), Some("2.16.840.1.101.3.4.2.1"));
        assert_eq!(choose(RsaPkcs1, &["1.2.840.10045.4.3.2"]), None);
        assert_eq!(choose(Ecdsa, &["1.2.840.10045.2.1"]).unwrap().sign_algo, "1.2.840.10045.2.1");
        assert_eq!(choose(RsaPss, &["1.2.840.113549.1.1.1"]), None);
        assert_eq!(choose(RsaPss, &[]).unwrap().params.as_deref(), Some("MA=="));
    }
}
