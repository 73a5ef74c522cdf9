//! The requests of dialect v1, as the vendor's document prints them.
//!
//! The bodies of `credentials/extendTransaction`, `signature/signHash`, `owner/list` and `owner/assign` are
//! missing from it; they are made from what the other calls have in common and what dialect v2 sends.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::reference::Reference;
use super::service::{ClientInfo, Language};
use crate::remote::hidden::Hidden;

/// What every request has.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Common {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) relying_party: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) relying_party_bill_code: Option<String>,
    /// The bill code of the response that this request goes on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bill_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<Language>,
}

/// Which key: by `thumbprint` in the tables, by `certificateID` in the samples.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Key {
    #[serde(rename = "agreementUUID", default, skip_serializing_if = "Option::is_none")]
    pub(super) agreement_uuid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) thumbprint: Option<String>,
    #[serde(rename = "certificateID", default, skip_serializing_if = "Option::is_none")]
    pub(super) certificate_id: Option<Reference>,
}

/// `auth/login`; the credentials are in the header.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Login {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) remember_me: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) client_info: Option<ClientInfo>,
}

/// `auth/revoke`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Revoke {
    #[serde(flatten)]
    pub(super) common: Common,
    /// 0 access token, 1 refresh token, 2 SAD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) token_type: Option<u8>,
    pub(super) token: Hidden,
    #[serde(flatten)]
    pub(super) key: Key,
}

/// Which certificates to list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SearchConditions {
    /// `ALL`, `GOOD`, `REVOKED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) certificate_status: Option<String>,
    /// `ALL`, `SIGNATURE`, `ENCRYPTION`. The document spells the name like this.
    #[serde(rename = "cetificatePurpose", default, skip_serializing_if = "Option::is_none")]
    pub(super) cetificate_purpose: Option<String>,
}

/// `credentials/list`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListCredentials {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(rename = "agreementUUID", default, skip_serializing_if = "Option::is_none")]
    pub(super) agreement_uuid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) search_conditions: Option<SearchConditions>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) certificate_info: Option<bool>,
}

/// `credentials/info`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CredentialInfo {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(flatten)]
    pub(super) key: Key,
    /// `none`, `single`, `chain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) certificates: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) certificate_info: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) authentication_info: Option<bool>,
}

/// `credentials/sendOTP`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SendOtp {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(flatten)]
    pub(super) key: Key,
    /// In the sample only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) authorize_method: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) notification_template: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) notification_subject: Option<String>,
}

/// `credentials/authorize`. From `authorize_method` on the fields are in the sample only: the document is
/// cut off within its table.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Authorize {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(flatten)]
    pub(super) key: Key,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) authorize_code: Option<Hidden>,
    pub(super) num_signatures: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) hash: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) hash_algorithm: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) authorize_method: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) client_info: Option<ClientInfo>,
    #[serde(flatten)]
    pub(super) display: Display,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expiration_duration: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) messaging_mode: Option<i64>,
}

/// What the signer's phone shows; the same in both dialects.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Display {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) notification_title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) notification_message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) message_caption: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) transaction_info: Option<Map<String, Value>>,
    #[serde(rename = "logoURI", default, skip_serializing_if = "Option::is_none")]
    pub(super) logo_uri: Option<String>,
    #[serde(rename = "bgImageURI", default, skip_serializing_if = "Option::is_none")]
    pub(super) bg_image_uri: Option<String>,
    #[serde(rename = "rpIconURI", default, skip_serializing_if = "Option::is_none")]
    pub(super) rp_icon_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rp_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) confirmation_policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) vc_enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ac_enabled: Option<bool>,
}

/// `credentials/extendTransaction` and `signature/signHash`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WithSad {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(flatten)]
    pub(super) key: Key,
    #[serde(rename = "SAD")]
    pub(super) sad: Hidden,
    pub(super) hash: Vec<String>,
    pub(super) hash_algorithm: String,
}

/// `owner/list`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListOwners {
    #[serde(flatten)]
    pub(super) common: Common,
    pub(super) search_conditions: OwnerConditions,
}

/// Which owner.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct OwnerConditions {
    #[serde(rename = "taxID", default, skip_serializing_if = "Option::is_none")]
    pub(super) tax_id: Option<String>,
    #[serde(rename = "personalID", default, skip_serializing_if = "Option::is_none")]
    pub(super) personal_id: Option<String>,
    #[serde(rename = "passportID", default, skip_serializing_if = "Option::is_none")]
    pub(super) passport_id: Option<String>,
    #[serde(rename = "budgetID", default, skip_serializing_if = "Option::is_none")]
    pub(super) budget_id: Option<String>,
}

/// `owner/assign`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct AssignOwner {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(rename = "agreementUUID")]
    pub(super) agreement_uuid: String,
    #[serde(rename = "ownerUUID")]
    pub(super) owner_uuid: String,
}
