//! `signing/hash` and `signing/hash/authorize`.

use serde::{Deserialize, Serialize};

use super::reply::{Body, Common};
use crate::algorithm::DigestAlgorithm;
use crate::remote::hidden::exposed;
use crate::remote::{Secret, encoded, lenient};

/// `signing/hash`: the values of digests, or a one-time code for the signer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignHash {
    /// The agreement.
    #[serde(rename = "agreementUUID")]
    pub agreement_uuid: String,
    /// How the signer authorises: a name of [`AuthMode`](super::AuthMode).
    pub auth_mode: String,
    /// The passcode, with `EXPLICIT/PIN`.
    #[serde(default, with = "exposed::option", skip_serializing_if = "Option::is_none")]
    pub authorize_code: Option<Secret>,
    /// `RSA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<String>,
    /// One digest, in hexadecimal digits. Either this or [`SignHash::hashs`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Several digests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hashs: Vec<String>,
    /// `SHA-256`, `SHA-384`, `SHA-512`.
    pub hash_algorithm: String,
    /// `application/sha256-binary`, `application/sha384-binary`, `application/sha512-binary`.
    pub mime_type: String,
    /// The application for which is signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_app: Option<String>,
}

/// `hashAlgorithm` and `mimeType` of a digest; none for what this interface does not sign.
pub(super) const fn hash_names(algorithm: DigestAlgorithm) -> Option<(&'static str, &'static str)> {
    match algorithm {
        DigestAlgorithm::Sha256 => Some(("SHA-256", "application/sha256-binary")),
        DigestAlgorithm::Sha384 => Some(("SHA-384", "application/sha384-binary")),
        DigestAlgorithm::Sha512 => Some(("SHA-512", "application/sha512-binary")),
        _ => None,
    }
}

/// `signing/hash/authorize`: the one-time code, for the value.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizeHash {
    /// The agreement.
    #[serde(rename = "agreementUUID")]
    pub agreement_uuid: String,
    /// The transaction that `signing/hash` named.
    pub bill_code: String,
    /// The one-time code.
    #[serde(with = "exposed")]
    pub authorize_code: Secret,
}

/// What [`SignHash`] and [`AuthorizeHash`] give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HashReply {
    /// What every response has. 1007 stands next to a signature too.
    #[serde(flatten)]
    pub common: Common,
    /// The text of the message with the one-time code.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub notification_template: Option<String>,
    /// Its subject.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub notification_subject: Option<String>,
    /// Where the relying party sends the code itself: the address to send it to.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub authorize_credential: Option<String>,
    /// Attempts left before the agreement is blocked for a while.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub remaining_counter: Option<u32>,
    /// RSASSA-PKCS1-v1_5 in base64, for [`SignHash::hash`].
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub signature_value: Option<String>,
    /// The same for [`SignHash::hashs`], in their order.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Vec::is_empty")]
    pub signature_values: Vec<String>,
}

impl HashReply {
    /// The values of so many digests, padded; none when there are not any.
    pub(super) fn values(&self, digests: usize) -> Option<Vec<String>> {
        let one = self.signature_value.as_deref().map(encoded::padded).filter(|value| !value.is_empty());
        match one {
            Some(one) if digests == 1 => Some(vec![one]),
            _ if self.signature_values.iter().any(|value| !value.trim().is_empty()) => {
                Some(self.signature_values.iter().map(|value| encoded::padded(value)).collect())
            }
            other => other.map(|one| vec![one]),
        }
    }
}

impl Body for HashReply {
    fn common(&self) -> &Common {
        &self.common
    }

    fn remaining(&self) -> Option<u32> {
        self.remaining_counter
    }

    fn has_content(&self) -> bool {
        self.values(1).is_some()
    }
}
