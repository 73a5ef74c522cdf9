//! The calls under `credentials/`.

use serde::{Deserialize, Serialize};

use super::Hidden;
use crate::remote::lenient;

/// Request of `credentials/list`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListRequest {
    /// Whose; only when the login is not the user's own.
    #[serde(default, rename = "userID", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// How many at most (version 1).
    #[serde(default, rename = "maxResults", skip_serializing_if = "Option::is_none")]
    pub max_results: Option<u32>,
    /// The page (version 1).
    #[serde(default, rename = "pageToken", skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
    /// With what `credentials/info` tells (version 2).
    #[serde(default, rename = "credentialInfo", skip_serializing_if = "Option::is_none")]
    pub credential_info: Option<bool>,
    /// `none`, `single`, `chain` (version 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificates: Option<String>,
    /// With the certificate's fields (version 2).
    #[serde(default, rename = "certInfo", skip_serializing_if = "Option::is_none")]
    pub cert_info: Option<bool>,
    /// With the ways of authorising (version 2).
    #[serde(default, rename = "authInfo", skip_serializing_if = "Option::is_none")]
    pub auth_info: Option<bool>,
    /// Only what can sign (version 2).
    #[serde(default, rename = "onlyValid", skip_serializing_if = "Option::is_none")]
    pub only_valid: Option<bool>,
    /// The language of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// Whatever the caller likes.
    #[serde(default, rename = "clientData", skip_serializing_if = "Option::is_none")]
    pub client_data: Option<String>,
}

/// Response of `credentials/list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListResponse {
    /// The ids.
    #[serde(
        default,
        rename = "credentialIDs",
        deserialize_with = "lenient::texts",
        skip_serializing_if = "Option::is_none"
    )]
    pub credential_ids: Option<Vec<String>>,
    /// What `credentials/info` tells of each (version 2).
    #[serde(default, rename = "credentialInfos", skip_serializing_if = "Option::is_none")]
    pub credential_infos: Option<Vec<CredentialResponse>>,
    /// There is another page (version 1).
    #[serde(
        default,
        rename = "nextPageToken",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub next_page_token: Option<String>,
    /// Whether only those that can sign are listed (version 2).
    #[serde(
        default,
        rename = "onlyValid",
        deserialize_with = "lenient::flag",
        skip_serializing_if = "Option::is_none"
    )]
    pub only_valid: Option<bool>,
}

/// Request of `credentials/info`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct InfoRequest {
    /// The credential.
    #[serde(rename = "credentialID")]
    pub credential_id: String,
    /// `none`, `single`, `chain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificates: Option<String>,
    /// With the certificate's fields.
    #[serde(default, rename = "certInfo", skip_serializing_if = "Option::is_none")]
    pub cert_info: Option<bool>,
    /// With the ways of authorising.
    #[serde(default, rename = "authInfo", skip_serializing_if = "Option::is_none")]
    pub auth_info: Option<bool>,
    /// The language of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// Whatever the caller likes.
    #[serde(default, rename = "clientData", skip_serializing_if = "Option::is_none")]
    pub client_data: Option<String>,
}

/// Response of `credentials/info`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialResponse {
    /// The id, in a list.
    #[serde(
        default,
        rename = "credentialID",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub credential_id: Option<String>,
    /// What the service says of it.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `eu_eidas_qes` and the like (version 2).
    #[serde(
        default,
        rename = "signatureQualifier",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub signature_qualifier: Option<String>,
    /// The key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// The certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cert: Option<Certificate>,
    /// `implicit`, `explicit`, `oauth2code` (version 1).
    #[serde(
        default,
        rename = "authMode",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub auth_mode: Option<String>,
    /// Whether the authorisation names the digests: `1` or `2`.
    #[serde(
        default,
        rename = "SCAL",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub scal: Option<String>,
    /// The PIN (version 1).
    #[serde(default, rename = "PIN", skip_serializing_if = "Option::is_none")]
    pub pin: Option<Pin>,
    /// The one-time code (version 1).
    #[serde(default, rename = "OTP", skip_serializing_if = "Option::is_none")]
    pub otp: Option<Otp>,
    /// How it is authorised (version 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
    /// Signatures that one authorisation may be for.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub multisign: Option<u64>,
    /// The language of the answer.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// The key of a credential.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// `enabled` or `disabled`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Object identifiers of the signature algorithms.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Option::is_none")]
    pub algo: Option<Vec<String>>,
    /// Bits.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub len: Option<u64>,
    /// The object identifier of the curve.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub curve: Option<String>,
}

/// The certificate of a credential.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// `valid`, `expired`, `revoked`, `suspended`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// DER in base64, the signer's first.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Option::is_none")]
    pub certificates: Option<Vec<String>>,
    /// The issuer's name.
    #[serde(
        default,
        rename = "issuerDN",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub issuer_dn: Option<String>,
    /// Hexadecimal digits.
    #[serde(
        default,
        rename = "serialNumber",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub serial_number: Option<String>,
    /// The subject's name.
    #[serde(
        default,
        rename = "subjectDN",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub subject_dn: Option<String>,
    /// `YYYYMMDDHHmmssZ`.
    #[serde(
        default,
        rename = "validFrom",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub valid_from: Option<String>,
    /// `YYYYMMDDHHmmssZ`.
    #[serde(
        default,
        rename = "validTo",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub valid_to: Option<String>,
}

/// How a PIN is asked for (version 1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// `true`, `false`, `optional`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub presence: Option<String>,
    /// `A`: letters and digits, `N`: digits.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// What to call it.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What to say about it.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// How a one-time code is asked for (version 1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Otp {
    /// `true`, `false`, `optional`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub presence: Option<String>,
    /// `online`: `credentials/sendOTP` sends it; `offline`: the signer has a device for it.
    #[serde(
        default,
        rename = "type",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub kind: Option<String>,
    /// `A`: letters and digits, `N`: digits.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// What to call it.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What to say about it.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who sends it.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Its id with the provider.
    #[serde(
        default,
        rename = "ID",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub id: Option<String>,
}

/// How a credential is authorised (version 2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Auth {
    /// `explicit`, `oauth2code`; `implicit` in some services.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Which objects together: `PIN AND (OTP OR SMS)`. Without it all of them.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// The objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objects: Option<Vec<ObjectType>>,
}

/// The type of an authentication object (version 2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectType {
    /// `Password`, `PasswordOOB`, `ChallengeResponse`, `ChallengeResponseOOB`.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// Its id, for `authData`.
    #[serde(default)]
    pub id: String,
    /// `A`: letters and digits, `N`: digits.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// What makes it: `totp`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub generator: Option<String>,
    /// What to call it.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What to say about it.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// An authentication object in `authData` (version 2).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuthObject {
    /// The id that `credentials/info` gave.
    pub id: String,
    /// The PIN, code or answer; none for what goes another way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Hidden>,
}

/// Request of `credentials/authorize`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AuthorizeRequest {
    /// The credential.
    #[serde(rename = "credentialID")]
    pub credential_id: String,
    /// Signatures that the authorisation is for.
    #[serde(rename = "numSignatures")]
    pub num_signatures: usize,
    /// Digests in base64 (version 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<Vec<String>>,
    /// Digests in base64 (version 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hashes: Option<Vec<String>>,
    /// Their algorithm (version 2).
    #[serde(default, rename = "hashAlgorithmOID", skip_serializing_if = "Option::is_none")]
    pub hash_algorithm_oid: Option<String>,
    /// The PIN (version 1).
    #[serde(default, rename = "PIN", skip_serializing_if = "Option::is_none")]
    pub pin: Option<Hidden>,
    /// The one-time code (version 1).
    #[serde(default, rename = "OTP", skip_serializing_if = "Option::is_none")]
    pub otp: Option<Hidden>,
    /// The authentication objects (version 2).
    #[serde(default, rename = "authData", skip_serializing_if = "Option::is_none")]
    pub auth_data: Option<Vec<AuthObject>>,
    /// What the signer reads about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whatever the caller likes.
    #[serde(default, rename = "clientData", skip_serializing_if = "Option::is_none")]
    pub client_data: Option<String>,
}

/// Response of `credentials/authorize`, `authorizeCheck` and `extendTransaction`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AuthorizeResponse {
    /// The signature activation data.
    #[serde(default, rename = "SAD", skip_serializing_if = "Option::is_none")]
    pub sad: Option<Hidden>,
    /// Its life in seconds; 3600 if it is not said.
    #[serde(
        default,
        rename = "expiresIn",
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub expires_in: Option<u64>,
    /// To ask `credentials/authorizeCheck` with, while the signer has not answered (HTTP 202, version 2).
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
}

/// Request of `credentials/authorizeCheck` (version 2).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AuthorizeCheckRequest {
    /// As `credentials/authorize` gave it.
    pub handle: String,
}

/// Request of `credentials/getChallenge` (version 2).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ChallengeRequest {
    /// The credential.
    #[serde(rename = "credentialID")]
    pub credential_id: String,
    /// The authentication object.
    #[serde(rename = "authObjectID")]
    pub auth_object_id: String,
}

/// Response of `credentials/getChallenge`; empty with HTTP 204, when the challenge went another way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChallengeResponse {
    /// What the signer must answer.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
}

/// Request of `credentials/extendTransaction`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExtendRequest {
    /// The credential.
    #[serde(rename = "credentialID")]
    pub credential_id: String,
    /// Digests in base64 (version 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<Vec<String>>,
    /// Digests in base64 (version 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hashes: Option<Vec<String>>,
    /// Their algorithm (version 2).
    #[serde(default, rename = "hashAlgorithmOID", skip_serializing_if = "Option::is_none")]
    pub hash_algorithm_oid: Option<String>,
    /// The signature activation data that still holds.
    #[serde(rename = "SAD")]
    pub sad: Hidden,
    /// Whatever the caller likes.
    #[serde(default, rename = "clientData", skip_serializing_if = "Option::is_none")]
    pub client_data: Option<String>,
}

/// Request of `credentials/sendOTP` (version 1).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SendOtpRequest {
    /// The credential.
    #[serde(rename = "credentialID")]
    pub credential_id: String,
    /// Whatever the caller likes.
    #[serde(default, rename = "clientData", skip_serializing_if = "Option::is_none")]
    pub client_data: Option<String>,
}
