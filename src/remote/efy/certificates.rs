//! The calls of `certificates/`: the life of an agreement and its certificate.

use serde::{Deserialize, Serialize};

use super::reply::{Body, Common};
use crate::remote::hidden::exposed;
use crate::remote::{Secret, encoded, lenient};

/// Who the certificate is for, `agreementDetails`. All of it is text; papers are files in base64.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "the names are the document's, and say what they are")]
pub struct AgreementDetails {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_form: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorize_letter: Option<String>,
    /// At most 32 characters.
    #[serde(rename = "budgetID", skip_serializing_if = "Option::is_none")]
    pub budget_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_license: Option<String>,
    #[serde(rename = "citizenID", skip_serializing_if = "Option::is_none")]
    pub citizen_id: Option<String>,
    /// Two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_unit: Option<String>,
    /// At most 32 characters.
    #[serde(rename = "passportID", skip_serializing_if = "Option::is_none")]
    pub passport_id: Option<String>,
    #[serde(rename = "personalID", skip_serializing_if = "Option::is_none")]
    pub personal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo_activity_declaration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo_authorize_delegate: Option<String>,
    #[serde(rename = "photoIDCard", skip_serializing_if = "Option::is_none")]
    pub photo_id_card: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_form: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_or_province: Option<String>,
    /// At most 32 characters.
    #[serde(rename = "taxID", skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telephone_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// `certificates/register`: a new agreement and its certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Register {
    /// What the certificate says.
    pub agreement_details: AgreementDetails,
    /// The customer's address for codes; at most 128 characters.
    pub email: String,
    /// The customer's mobile number for codes; at most 16 characters.
    pub mobile_no: String,
    /// 1 private, 2 shared by the relying party, 3 shared by the agreement. Default of the service: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_mode: Option<u8>,
    /// `T2` + `OS`, `PS` or `SF` + `B2` + years 1 to 3 + `Y`: `T2OSB21Y`.
    pub certificate_profile: String,
    /// The owner's address.
    pub owner_email: String,
    /// The owner's mobile number.
    pub owner_mobile_no: String,
    /// The owner's id.
    #[serde(rename = "ownerUUID")]
    pub owner_uuid: String,
    /// Applications that may sign.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted_apps: Vec<String>,
    /// How the passcode is told: `EMAIL` or `SMS`. The document's default is printed as `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_code_notification_method: Option<String>,
}

/// What [`Register`] and [`Change`] give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registered {
    /// What every response has.
    #[serde(flatten)]
    pub common: Common,
    /// The certificate signing request, where it was asked for.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub csr: Option<String>,
    /// The owner's id.
    #[serde(
        rename = "ownerUUID",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub owner_uuid: Option<String>,
    /// The agreement's id: what signing names.
    #[serde(
        rename = "agreementUUID",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub agreement_uuid: Option<String>,
}

/// `certificates/change`: a new certificate with other particulars, to the same end of validity. personalID,
/// passportID, taxID and budgetID cannot change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// What the certificate says from then on.
    pub agreement_details: AgreementDetails,
    /// The agreement.
    #[serde(rename = "agreementUUID")]
    pub agreement_uuid: String,
}

/// `certificates/change-pin`: another passcode.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangePin {
    /// The agreement.
    #[serde(rename = "agreementUUID")]
    pub agreement_uuid: String,
    /// The passcode as it is.
    #[serde(with = "exposed")]
    pub current_passcode: Secret,
    /// As it shall be.
    #[serde(with = "exposed")]
    pub new_passcode: Secret,
}

/// What [`ChangePin`] gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PinChanged {
    /// What every response has.
    #[serde(flatten)]
    pub common: Common,
    /// Attempts left before the agreement is blocked for a while.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub remaining_counter: Option<u32>,
}

/// `certificates/get-detail`: the certificate of an agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetDetail {
    /// The agreement.
    #[serde(rename = "agreementUUID")]
    pub agreement_uuid: String,
}

/// What [`GetDetail`] gives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateDetail {
    /// What every response has.
    #[serde(flatten)]
    pub common: Common,
    /// The subject's name.
    #[serde(
        rename = "certificateDN",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub certificate_dn: Option<String>,
    /// Upper-case hexadecimal digits.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub certificate_serial_number: Option<String>,
    /// SHA-1 of the certificate, upper-case hexadecimal digits.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub certificate_thumbprint: Option<String>,
    /// ISO 8601, `2020-02-26T16:03:05+07:00`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// The same.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    /// The issuer's name.
    #[serde(
        rename = "issuerDN",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub issuer_dn: Option<String>,
    /// The certificate in base64, as it came: see [`CertificateDetail::der`].
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// 1 private, 2 shared by the relying party, 3 shared by the agreement.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub shared_mode: Option<u32>,
    /// `EXPLICIT/PIN`, `EXPLICIT/OTP-SMS`, `EXPLICIT/OTP-EMAIL`; also empty texts.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Vec::is_empty")]
    pub auth_mode_supported: Vec<String>,
}

impl CertificateDetail {
    /// The certificate in DER. The document prints it behind a back-tick, other answers without padding.
    ///
    /// # Errors
    /// What is wrong with the base64.
    pub fn der(&self) -> Option<Result<Vec<u8>, base64::DecodeError>> {
        self.certificate.as_deref().filter(|text| !text.trim().is_empty()).map(encoded::bytes)
    }
}

/// `certificates/forget-pin`: a new passcode, sent to the customer's address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ForgetPin {
    /// The agreement.
    #[serde(rename = "agreementUUID")]
    pub agreement_uuid: String,
    /// The message, with `{Passcode}` where the passcode goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_message: Option<String>,
    /// Its subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_subject: Option<String>,
}

/// `certificates/renew`: a longer validity, the particulars as they were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Renew {
    /// The agreement.
    #[serde(rename = "agreementUUID")]
    pub agreement_uuid: String,
    /// As in [`Register::certificate_profile`].
    pub certificate_profile: String,
}

/// `certificates/revoke`: ends the agreement and asks for the certificate's revocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoke {
    /// The agreement.
    #[serde(rename = "agreementUUID")]
    pub agreement_uuid: String,
}

/// `certificates/enable`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enable {
    /// The agreement.
    #[serde(rename = "agreementUUID")]
    pub agreement_uuid: String,
}

/// `certificates/disable`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disable {
    /// The agreement.
    #[serde(rename = "agreementUUID")]
    pub agreement_uuid: String,
}

/// An answer that says only that it was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// What every response has.
    #[serde(flatten)]
    pub common: Common,
}

impl Body for Registered {
    fn common(&self) -> &Common {
        &self.common
    }
}

impl Body for PinChanged {
    fn common(&self) -> &Common {
        &self.common
    }

    fn remaining(&self) -> Option<u32> {
        self.remaining_counter
    }
}

impl Body for CertificateDetail {
    fn common(&self) -> &Common {
        &self.common
    }
}

impl Body for Accepted {
    fn common(&self) -> &Common {
        &self.common
    }
}
