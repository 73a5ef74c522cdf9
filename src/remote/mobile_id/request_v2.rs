//! The requests of dialect v2, by the names that the public SDKs of `rssp-119.432-v2.0` use.

use serde::Serialize;

use super::request::{Display, OwnerConditions};
use super::service::{ClientInfo, Language};
use crate::remote::hidden::Hidden;

/// What every request has.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Common {
    pub(super) profile: String,
    /// The relying party's own id of the request.
    #[serde(rename = "rpRequestID", skip_serializing_if = "Option::is_none")]
    pub(super) rp_request_id: Option<String>,
    /// The `responseID` of the response that this request goes on from.
    #[serde(rename = "requestID", skip_serializing_if = "Option::is_none")]
    pub(super) request_id: Option<String>,
    pub(super) lang: Language,
}

/// Which key.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Key {
    #[serde(rename = "agreementUUID", skip_serializing_if = "Option::is_none")]
    pub(super) agreement_uuid: Option<String>,
    #[serde(rename = "credentialID")]
    pub(super) credential_id: String,
}

/// `auth/login`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Login {
    #[serde(flatten)]
    pub(super) common: Common,
    pub(super) relying_party: String,
    pub(super) remember_me: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_info: Option<ClientInfo>,
}

/// `auth/revoke`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Revoke {
    #[serde(flatten)]
    pub(super) common: Common,
    pub(super) token_type: u8,
    pub(super) token: Hidden,
    #[serde(rename = "agreementUUID", skip_serializing_if = "Option::is_none")]
    pub(super) agreement_uuid: Option<String>,
    #[serde(rename = "credentialID", skip_serializing_if = "Option::is_none")]
    pub(super) credential_id: Option<String>,
}

/// Which certificates to list.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SearchConditions {
    pub(super) certificate_status: &'static str,
    pub(super) certificate_purpose: &'static str,
}

/// `credentials/list`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListCredentials {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(rename = "agreementUUID", skip_serializing_if = "Option::is_none")]
    pub(super) agreement_uuid: Option<String>,
    pub(super) search_conditions: SearchConditions,
    pub(super) cert_info: bool,
    pub(super) certificates: &'static str,
    pub(super) auth_info: bool,
}

/// `credentials/info`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CredentialInfo {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(flatten)]
    pub(super) key: Key,
    pub(super) certificates: &'static str,
    pub(super) cert_info: bool,
    pub(super) auth_info: bool,
}

/// `credentials/sendOTP`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SendOtp {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(flatten)]
    pub(super) key: Key,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) notification_template: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) notification_subject: Option<String>,
}

/// Digests with their algorithm.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentDigests {
    pub(super) hashes: Vec<String>,
    #[serde(rename = "hashAlgorithmOID")]
    pub(super) hash_algorithm_oid: String,
}

/// `credentials/authorize`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Authorize {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(flatten)]
    pub(super) key: Key,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) authorize_code: Option<Hidden>,
    pub(super) num_signatures: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) document_digests: Option<DocumentDigests>,
    pub(super) sign_algo: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_info: Option<ClientInfo>,
    #[serde(flatten)]
    pub(super) display: Display,
    /// `S` synchronous, `A` asynchronous.
    pub(super) operation_mode: &'static str,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) validity_period: Option<u32>,
}

/// `credentials/extendTransaction` and `signatures/signHash`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WithSad {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(flatten)]
    pub(super) key: Key,
    #[serde(rename = "SAD")]
    pub(super) sad: Hidden,
    pub(super) document_digests: DocumentDigests,
    pub(super) sign_algo: &'static str,
    pub(super) operation_mode: &'static str,
}

/// `signatures/signPolling`: the common fields only.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SignPolling {
    #[serde(flatten)]
    pub(super) common: Common,
}

/// `owner/list`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListOwners {
    #[serde(flatten)]
    pub(super) common: Common,
    pub(super) search_conditions: OwnerConditions,
}

/// `owner/assign`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssignOwner {
    #[serde(flatten)]
    pub(super) common: Common,
    pub(super) relying_party: String,
    #[serde(rename = "agreementUUID")]
    pub(super) agreement_uuid: String,
    #[serde(rename = "ownerUUID")]
    pub(super) owner_uuid: String,
}
