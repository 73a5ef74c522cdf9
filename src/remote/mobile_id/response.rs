//! The responses, by the names of dialect v1; those of v2 are renamed before they are read.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::code::ResponseCode;
use super::reference::{self, Reference};
use super::{SYSTEM, cut};
use crate::fault::Fault;
use crate::remote::failure::{Failure, Outcome, Retry};
use crate::remote::hidden::Hidden;
use crate::remote::http::HttpResponse;
use crate::remote::lenient;

/// What every response has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The code: one of [`ResponseCode`], as a rule.
    #[serde(default, deserialize_with = "reference::read", skip_serializing_if = "Option::is_none")]
    pub response_code: Option<Reference>,
    /// What the service says about it.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub response_message: Option<String>,
    /// The receipt of the transaction (`responseID` in dialect v2).
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub bill_code: Option<String>,
}

impl Status {
    /// The code, where it is a known one.
    #[must_use]
    pub fn code(&self) -> Option<ResponseCode> {
        ResponseCode::from_number(self.response_code.as_ref()?.number()?)
    }
}

/// `auth/login`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Login {
    #[serde(flatten)]
    pub(super) status: Status,
    #[serde(default, deserialize_with = "lenient::hidden", skip_serializing_if = "Option::is_none")]
    pub(super) access_token: Option<Hidden>,
    #[serde(default, deserialize_with = "lenient::hidden", skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<Hidden>,
    /// Seconds.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub(super) expires_in: Option<i64>,
    #[serde(flatten)]
    pub(super) attempts: Attempts,
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) username: Option<String>,
}

/// How often one may still try.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attempts {
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub(super) remaining_counter: Option<i64>,
    /// Seconds.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub(super) temporary_lock_time: Option<i64>,
}

impl Attempts {
    /// Attempts that are left, if there are any.
    pub(super) fn left(self) -> Option<u32> {
        if self.temporary_lock_time.is_some_and(|seconds| seconds > 0) {
            return None;
        }
        self.remaining_counter.and_then(|left| u32::try_from(left).ok()).filter(|left| *left > 0)
    }
}

/// `credentials/authorize` and `credentials/extendTransaction`; `signatures/signPolling` for both.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Authorized {
    #[serde(flatten)]
    pub(super) status: Status,
    #[serde(
        rename = "SAD",
        default,
        deserialize_with = "lenient::hidden",
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) sad: Option<Hidden>,
    /// Seconds.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub(super) expires_in: Option<i64>,
    #[serde(flatten)]
    pub(super) attempts: Attempts,
}

/// `signature/signHash`, and `signatures/signPolling` for it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Signed {
    #[serde(flatten)]
    pub(super) status: Status,
    /// Base64.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Vec::is_empty")]
    pub(super) signatures: Vec<String>,
}

/// `credentials/sendOTP` and `auth/revoke`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Plain {
    #[serde(flatten)]
    pub(super) status: Status,
    #[serde(flatten)]
    pub(super) attempts: Attempts,
}

/// `info`: what the service is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServiceInfo {
    /// The version of the service.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it says of itself.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The address of its logo.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// `VN`, `EN`.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Ways of logging in and authorising.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Vec::is_empty")]
    pub auth_types: Vec<String>,
    /// The address of its OAuth 2.0 server.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub oauth2: Option<String>,
    /// The calls that it knows.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
}

/// A certificate as `credentials/list` tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListedCertificate {
    /// The credential's id in dialect v2.
    #[serde(
        rename = "credentialID",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub credential_id: Option<String>,
    /// The id in the samples of dialect v1.
    #[serde(
        rename = "certificateID",
        default,
        deserialize_with = "reference::read",
        skip_serializing_if = "Option::is_none"
    )]
    pub certificate_id: Option<Reference>,
    /// What it says about the certificate.
    #[serde(flatten)]
    pub details: CertificateDetails,
    /// How many signatures one authorisation allows at most.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub num_signatures: Option<i64>,
    /// Signatures left: −1 no end, 0 none.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub remaining_signing_counter: Option<i64>,
    /// The certificate's version: changes when it is renewed.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// What the service says about a certificate. The certificate itself is what counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CertificateDetails {
    /// `not enrolled`, `valid`, `unknown`, `revoked`, `expired`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The certificates in base64, the signer's first.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<String>,
    /// The issuer's name.
    #[serde(
        rename = "issuerDN",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub issuer_dn: Option<String>,
    /// The serial number in hexadecimal digits.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// The digest of the certificate: 40 (SHA-1, as in the samples) or 64 (SHA-256, as in the tables)
    /// hexadecimal digits.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub thumbprint: Option<String>,
    /// The subject's name.
    #[serde(
        rename = "subjectDN",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub subject_dn: Option<String>,
    /// `20180101100000Z`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// `20190101095959Z`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    /// The package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_profile: Option<CertificateProfile>,
    /// `SIGNATURE`, `ENCRYPTION`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// `PRIVATE_MODE`, `RP_SHARED_MODE`, `AGREEMENT_SHARED_MODE`, or a number.
    #[serde(default, deserialize_with = "reference::read", skip_serializing_if = "Option::is_none")]
    pub shared_mode: Option<Reference>,
    /// The relying party that had it made.
    #[serde(
        rename = "createdRP",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub created_rp: Option<String>,
}

/// The package of a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CertificateProfile {
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// `credentials/list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CredentialList {
    /// Code and message.
    #[serde(flatten)]
    pub status: Status,
    /// The certificates.
    #[serde(default, deserialize_with = "lenient::list", skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<ListedCertificate>,
}

/// `credentials/info`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CredentialDetails {
    /// Code and message.
    #[serde(flatten)]
    pub status: Status,
    /// The certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateDetails>,
    /// The sample's way of listing the ways of authorising; what the numbers mean is not said.
    #[serde(default, deserialize_with = "lenient::numbers", skip_serializing_if = "Vec::is_empty")]
    pub authorize_method: Vec<i64>,
    /// How many signatures one authorisation allows at most.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub num_signatures: Option<i64>,
    /// Ways of authorising that can be chosen.
    #[serde(default, deserialize_with = "lenient::texts", skip_serializing_if = "Vec::is_empty")]
    pub auth_mode_supported: Vec<String>,
    /// The one that is in force.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub auth_mode: Option<String>,
    /// Whether an authorisation is bound to digests: 1 no, 2 yes.
    #[serde(
        rename = "SCAL",
        default,
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub scal: Option<i64>,
    /// When the contract ends.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub contract_expiration_dt: Option<String>,
    /// Signatures left: −1 no end, 0 none.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub remaining_signing_counter: Option<i64>,
    /// Where one-time codes are mailed to.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub authorization_email: Option<String>,
    /// Where one-time codes are texted to.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub authorization_phone: Option<String>,
    /// The passphrase is still the first one and must be changed before anything is signed.
    #[serde(default, deserialize_with = "lenient::flag", skip_serializing_if = "Option::is_none")]
    pub passphrase_default: Option<bool>,
    /// In the sample only.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// An owner as `owner/list` tells of one. The document lacks the table; the names are those of the SDKs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Owner {
    /// Code and message.
    #[serde(flatten)]
    pub status: Status,
    /// The owner's user name.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The owner's id.
    #[serde(
        rename = "ownerUUID",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub owner_uuid: Option<String>,
    /// A person's name.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub personal_name: Option<String>,
    /// A company's name.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// The tax code.
    #[serde(
        rename = "taxID",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub tax_id: Option<String>,
    /// The number of the identity card.
    #[serde(
        rename = "personalID",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub personal_id: Option<String>,
    /// The telephone number.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The mail address.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// Names of dialect v2 and what dialect v1 calls the same.
const RENAMED: [(&str, &str); 12] = [
    ("error", "responseCode"),
    ("errorDescription", "responseMessage"),
    ("error_description", "responseMessage"),
    ("responseID", "billCode"),
    ("tempLockoutDuration", "temporaryLockTime"),
    ("cert", "certificate"),
    ("certs", "certificates"),
    ("authModes", "authModeSupported"),
    ("multisign", "numSignatures"),
    ("contractExpirationDate", "contractExpirationDt"),
    ("defaultPassphraseEnabled", "passphraseDefault"),
    ("signature", "signatures"),
];

fn rename(map: &mut Map<String, Value>) {
    for (from, to) in RENAMED {
        if let Some(value) = map.remove(from)
            && map.get(to).is_none_or(Value::is_null)
        {
            map.insert(to.to_owned(), value);
        }
    }
}

/// The response as one of the types above.
pub(super) fn parse<T: DeserializeOwned>(response: &HttpResponse) -> Result<T, serde_json::Error> {
    let mut map: Map<String, Value> = response.json()?;
    rename(&mut map);
    if let Some(Value::Array(members)) = map.get_mut("certificates") {
        members.iter_mut().filter_map(Value::as_object_mut).for_each(rename);
    }
    serde_json::from_value(Value::Object(map))
}

/// The same, or why it cannot be read.
pub(super) fn read<T: DeserializeOwned>(call: &'static str, response: &HttpResponse) -> Result<T, Failure> {
    parse(response).map_err(|error| Failure::unreadable(SYSTEM, call, response, &error))
}

/// What the status of a response means.
#[derive(Debug)]
pub(super) enum Verdict {
    Done,
    Accepted,
    Refused(Failure),
}

/// What the status of a response means: its code, under an HTTP status that goes with it.
pub(super) fn verdict(
    call: &'static str,
    response: &HttpResponse,
    status: &Status,
    attempts: Attempts,
) -> Verdict {
    let code = status.code();
    let fine = response.is_success();
    match code {
        Some(code) if fine && code.is_done() => return Verdict::Done,
        Some(code) if fine && code.is_accepted() => return Verdict::Accepted,
        _ => {}
    }
    let said = status.response_message.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let mut message = match (said, code) {
        (Some(said), Some(code)) if !fine || !code.is_done() => {
            format!("{} ({})", cut(said, 300), code.meaning())
        }
        (Some(said), _) => cut(said, 300),
        (None, Some(code)) => code.meaning().to_owned(),
        (None, None) => format!("answered with HTTP status {}", response.status()),
    };
    if let Some(seconds) = attempts.temporary_lock_time.filter(|seconds| *seconds > 0) {
        message.push_str(&format!("; locked for {seconds} seconds"));
    }
    let mut failure = Failure::new(SYSTEM, call, message).response(response);
    failure = match (&status.response_code, code) {
        (_, Some(code)) => failure.code(code.number()).retry(code.retry()).fault(code.fault()),
        (Some(other), None) => failure.code(cut(&other.to_string(), 100)),
        (None, None) => failure.code(response.status()),
    };
    Verdict::Refused(failure)
}

/// Whether it is the access token that was refused.
pub(super) fn refuses_the_token(response: &HttpResponse) -> bool {
    let status: Option<Status> = parse(response).ok();
    let code = status.and_then(|status| status.code());
    code.map_or(response.status() == 401, ResponseCode::is_about_the_token)
}

/// A failure of the network.
pub(super) fn unreachable(call: &'static str, outcome: Outcome) -> Failure {
    Failure::new(SYSTEM, call, "no answer from the service")
        .retry(Retry::NewTransaction)
        .outcome(outcome)
        .fault(Fault::Io)
}
