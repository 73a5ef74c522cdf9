//! The calls under `signatures/`.

use serde::{Deserialize, Serialize};

use super::Hidden;
use crate::remote::lenient;

/// Request of `signatures/signHash`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SignHashRequest {
    /// The credential.
    #[serde(rename = "credentialID")]
    pub credential_id: String,
    /// The signature activation data, or an access token with the scope `credential`.
    #[serde(default, rename = "SAD", skip_serializing_if = "Option::is_none")]
    pub sad: Option<Hidden>,
    /// Digests in base64 (version 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<Vec<String>>,
    /// Digests in base64 (version 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hashes: Option<Vec<String>>,
    /// Their algorithm, where `sign_algo` does not say it (version 1).
    #[serde(default, rename = "hashAlgo", skip_serializing_if = "Option::is_none")]
    pub hash_algo: Option<String>,
    /// The same in version 2.
    #[serde(default, rename = "hashAlgorithmOID", skip_serializing_if = "Option::is_none")]
    pub hash_algorithm_oid: Option<String>,
    /// The signature algorithm's object identifier.
    #[serde(rename = "signAlgo")]
    pub sign_algo: String,
    /// Its parameters, DER in base64: RSASSA-PSS.
    #[serde(default, rename = "signAlgoParams", skip_serializing_if = "Option::is_none")]
    pub sign_algo_params: Option<String>,
    /// `S` or `A` (version 2).
    #[serde(default, rename = "operationMode", skip_serializing_if = "Option::is_none")]
    pub operation_mode: Option<String>,
    /// How long an asynchronous result is kept, in milliseconds (version 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity_period: Option<u64>,
    /// Where the service tells of it (version 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_uri: Option<String>,
    /// Whatever the caller likes.
    #[serde(default, rename = "clientData", skip_serializing_if = "Option::is_none")]
    pub client_data: Option<String>,
}

/// Request of `signatures/signDoc` with digests (version 2).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SignDocRequest {
    /// The credential.
    #[serde(default, rename = "credentialID", skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<String>,
    /// The signature activation data, or an access token with the scope `credential`.
    #[serde(default, rename = "SAD", skip_serializing_if = "Option::is_none")]
    pub sad: Option<Hidden>,
    /// What to sign.
    #[serde(default, rename = "documentDigests")]
    pub document_digests: Vec<DocumentDigests>,
    /// `S` or `A`.
    #[serde(default, rename = "operationMode", skip_serializing_if = "Option::is_none")]
    pub operation_mode: Option<String>,
    /// How long an asynchronous result is kept, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity_period: Option<u64>,
    /// Where the service tells of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_uri: Option<String>,
    /// Whatever the caller likes.
    #[serde(default, rename = "clientData", skip_serializing_if = "Option::is_none")]
    pub client_data: Option<String>,
}

/// Digests of documents that are signed in the same way (version 2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentDigests {
    /// In base64. The document's samples print a single text; it is read as a list of one.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Option::is_none")]
    pub hashes: Option<Vec<String>>,
    /// Their algorithm.
    #[serde(default, rename = "hashAlgorithmOID", skip_serializing_if = "Option::is_none")]
    pub hash_algorithm_oid: Option<String>,
    /// `C`, `X`, `P`, `J`.
    pub signature_format: String,
    /// `AdES-B-B` and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conformance_level: Option<String>,
    /// The signature algorithm's object identifier.
    #[serde(rename = "signAlgo")]
    pub sign_algo: String,
    /// Its parameters, DER in base64: RSASSA-PSS.
    #[serde(default, rename = "signAlgoParams", skip_serializing_if = "Option::is_none")]
    pub sign_algo_params: Option<String>,
    /// Attributes to be signed too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_props: Option<Vec<SignedProperty>>,
    /// `Detached`, `Revision` and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_envelope_property: Option<String>,
}

/// An attribute to be signed too (version 2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedProperty {
    /// Its name or object identifier.
    pub attribute_name: String,
    /// Its value in base64; without it the service makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute_value: Option<String>,
}

/// Response of `signatures/signHash`, `signDoc` and `signPolling`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedResponse {
    /// Values in base64, in the order of the hashes.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Option::is_none")]
    pub signatures: Option<Vec<String>>,
    /// Documents with their signatures in them (version 2).
    #[serde(
        default,
        rename = "DocumentWithSignature",
        deserialize_with = "lenient::texts",
        skip_serializing_if = "Option::is_none"
    )]
    pub document_with_signature: Option<Vec<String>>,
    /// Detached signatures: whole CMS, DER in base64 (version 2).
    #[serde(
        default,
        rename = "SignatureObject",
        deserialize_with = "lenient::texts",
        skip_serializing_if = "Option::is_none"
    )]
    pub signature_object: Option<Vec<String>>,
    /// To poll with (version 2).
    #[serde(
        default,
        rename = "responseID",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub response_id: Option<String>,
    /// What the signature can be validated with (version 2).
    #[serde(default, rename = "validationInfo", skip_serializing_if = "Option::is_none")]
    pub validation_info: Option<ValidationInfo>,
}

/// What a signature can be validated with (version 2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidationInfo {
    /// OCSP responses, DER in base64.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Option::is_none")]
    pub ocsp: Option<Vec<String>>,
    /// Revocation lists, DER in base64.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Option::is_none")]
    pub crl: Option<Vec<String>>,
    /// Certificates, DER in base64.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Option::is_none")]
    pub certificates: Option<Vec<String>>,
}

/// Request of `signatures/signPolling` (version 2).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PollingRequest {
    /// The `responseID` that signing gave.
    #[serde(rename = "requestID")]
    pub request_id: String,
    /// Whose; only when the login is not the user's own.
    #[serde(default, rename = "userID", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Whatever the caller likes.
    #[serde(default, rename = "clientData", skip_serializing_if = "Option::is_none")]
    pub client_data: Option<String>,
}

/// Request of `signatures/timestamp`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct TimestampRequest {
    /// The digest in base64.
    pub hash: String,
    /// Its algorithm's object identifier.
    #[serde(rename = "hashAlgo")]
    pub hash_algo: String,
    /// Hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Whatever the caller likes.
    #[serde(default, rename = "clientData", skip_serializing_if = "Option::is_none")]
    pub client_data: Option<String>,
}

/// Response of `signatures/timestamp`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimestampResponse {
    /// A timestamp token (RFC 3161), DER in base64.
    pub timestamp: String,
}
