//! `info`, `auth/login`, `auth/revoke`, `oauth2/token`.

use serde::{Deserialize, Serialize};

use super::Hidden;
use crate::remote::lenient;

/// Request of `info`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct InfoRequest {
    /// The language of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// Response of `info`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InfoResponse {
    /// The version of the specification: `1.0.4.0`, `2.0.0.0`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub specs: Option<String>,
    /// The name of the service.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address of its logo.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// The country, ISO 3166-1 alpha-2.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The language of the answer.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// What the service says of itself.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `external`, `TLS`, `basic`, `digest`, `oauth2code`, `oauth2client`.
    #[serde(
        default,
        rename = "authType",
        deserialize_with = "lenient::texts",
        skip_serializing_if = "Option::is_none"
    )]
    pub auth_type: Option<Vec<String>>,
    /// The base address of the OAuth 2.0 server.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub oauth2: Option<String>,
    /// The issuer of the OAuth 2.0 server (RFC 8414), instead of `oauth2`.
    #[serde(
        default,
        rename = "oauth2Issuer",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub oauth2_issuer: Option<String>,
    /// Whether `operationMode` `A` is there.
    #[serde(
        default,
        rename = "asynchronousOperationMode",
        deserialize_with = "lenient::flag",
        skip_serializing_if = "Option::is_none"
    )]
    pub asynchronous_operation_mode: Option<bool>,
    /// The calls that the service has.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Option::is_none")]
    pub methods: Option<Vec<String>>,
    /// The signature algorithms (version 2).
    #[serde(default, rename = "signAlgorithms", skip_serializing_if = "Option::is_none")]
    pub sign_algorithms: Option<SignAlgorithms>,
    /// The formats of `signDoc` (version 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_formats: Option<SignatureFormats>,
    /// The conformance levels of `signDoc` (version 2).
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Option::is_none")]
    pub conformance_levels: Option<Vec<String>>,
}

/// The signature algorithms of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignAlgorithms {
    /// Object identifiers.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Option::is_none")]
    pub algos: Option<Vec<String>>,
    /// Their parameters.
    #[serde(
        default,
        rename = "algoParams",
        deserialize_with = "lenient::texts",
        skip_serializing_if = "Option::is_none"
    )]
    pub algo_params: Option<Vec<String>>,
}

/// The formats that `signDoc` makes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureFormats {
    /// `C`, `X`, `P`, `J`.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Option::is_none")]
    pub formats: Option<Vec<String>>,
    /// What each format may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope_properties: Option<Vec<Vec<String>>>,
}

/// Request of `auth/login`; name and password are in the header.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LoginRequest {
    /// Instead of name and password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Hidden>,
    /// Asks for a refresh token.
    #[serde(default, rename = "rememberMe", skip_serializing_if = "Option::is_none")]
    pub remember_me: Option<bool>,
    /// Whatever the caller likes.
    #[serde(default, rename = "clientData", skip_serializing_if = "Option::is_none")]
    pub client_data: Option<String>,
}

/// Response of `auth/login`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoginResponse {
    /// The access token.
    pub access_token: Hidden,
    /// The refresh token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Hidden>,
    /// The life of the access token in seconds; 3600 if it is not said.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
}

/// Request of `auth/revoke`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RevokeRequest {
    /// The token.
    pub token: Hidden,
    /// `access_token` or `refresh_token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type_hint: Option<String>,
    /// Whatever the caller likes.
    #[serde(default, rename = "clientData", skip_serializing_if = "Option::is_none")]
    pub client_data: Option<String>,
}

/// Response of `oauth2/token`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TokenResponse {
    /// The access token; with the scope `credential` it takes the place of the SAD.
    pub access_token: Hidden,
    /// The refresh token; with the scope `service` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Hidden>,
    /// `Bearer`, in version 1 also `SAD`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// The life of the token in seconds; 3600 if it is not said.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
    /// The credential, where the server chose it.
    #[serde(
        default,
        rename = "credentialID",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub credential_id: Option<String>,
}
