//! Requests and responses as the service's document prints them (chapters 3 and 4).

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::code::Code;
use crate::remote::hidden::Hidden;
use crate::remote::http::HttpResponse;
use crate::remote::lenient;

/// `v1/credentials/get_certificate`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct GetCertificate {
    pub(super) sp_id: String,
    pub(super) sp_password: Hidden,
    pub(super) user_id: String,
    /// None or empty: all of the signer's certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) serial_number: Option<String>,
    pub(super) transaction_id: String,
}

/// `v1/signatures/sign`, and with `password` and `otp` `v2/signatures/sign`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Sign {
    pub(super) sp_id: String,
    pub(super) sp_password: Hidden,
    pub(super) user_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) password: Option<Hidden>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) otp: Option<Hidden>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) transaction_desc: Option<String>,
    pub(super) sign_files: Vec<SignFile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) serial_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) time_stamp: Option<String>,
    pub(super) transaction_id: String,
}

/// One document of [`Sign`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SignFile {
    pub(super) file_type: String,
    /// The digest in lower-case hexadecimal digits.
    pub(super) data_to_be_signed: String,
    pub(super) doc_id: String,
    /// `hash`: the service signs nothing else.
    pub(super) sign_type: String,
}

/// `v2/signatures/confirm`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Confirm {
    pub(super) sp_id: String,
    pub(super) sp_password: Hidden,
    pub(super) user_id: String,
    pub(super) password: Hidden,
    pub(super) sad: Hidden,
    pub(super) transaction_id: String,
}

/// `v1/signatures/sign/{tranId}/status` takes no parameters: an empty object.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Status {}

/// What every response is wrapped in.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct Envelope<T> {
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub(super) status_code: Option<i64>,
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    /// Of the earlier interface.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<i64>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub(super) data: Option<T>,
}

/// `data` of `get_certificate`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Certificates {
    #[serde(default, deserialize_with = "lenient::list")]
    pub(super) user_certificates: Vec<UserCertificate>,
}

/// One certificate. The document prints two shapes; what only one of them has is optional.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct UserCertificate {
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) service_type: Option<String>,
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) service_name: Option<String>,
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) cert_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) cert_status: Option<String>,
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) serial_number: Option<String>,
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) cert_subject: Option<String>,
    /// Half a day off in the document's own example: the dates come from the certificate.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) cert_valid_from: Option<String>,
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) cert_valid_to: Option<String>,
    /// DER in base64, in real responses with line ends in it.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) cert_data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) chain_data: Option<ChainData>,
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) transaction_id: Option<String>,
}

/// The issuers of a certificate, DER in base64; the printed nulls are kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct ChainData {
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) ca_cert: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) root_cert: Option<String>,
}

/// `data` of both `sign` calls, of `status` and of `confirm`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Transaction {
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) transaction_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) tran_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sad: Option<Hidden>,
    /// Seconds that the SAD lives.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub(super) expired_in: Option<i64>,
    /// Of the earlier interface.
    #[serde(
        default,
        alias = "tran_status",
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) status: Option<i64>,
    #[serde(
        default,
        alias = "signed_files",
        deserialize_with = "lenient::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(super) signatures: Vec<Signature>,
}

/// The value of one document.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Signature {
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) doc_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub(super) signature_value: Option<String>,
    /// The service's signature over the time, printed as null or empty.
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) timestamp_signature: Option<String>,
}

impl Signature {
    /// Id and value, where both are there.
    pub(super) fn pair(&self) -> Option<(&str, &str)> {
        let filled = |text: &Option<String>| text.as_deref().map(str::trim).is_some_and(|it| !it.is_empty());
        if !filled(&self.doc_id) || !filled(&self.signature_value) {
            return None;
        }
        Some((self.doc_id.as_deref()?, self.signature_value.as_deref()?))
    }
}

/// What a response says, whichever way it says it.
#[derive(Debug)]
pub(super) enum Reply<T> {
    /// Code 200.
    Success {
        /// Whether it says so itself, in its code or its message, and not the HTTP status alone.
        stated: bool,
        /// The `status` of the earlier interface, outside `data`.
        status: Option<i64>,
        data: Option<T>,
    },
    /// Another code.
    Refused { code: Code, message: Option<String> },
    /// HTTP 200, and a body that is not what the call returns.
    Unreadable(serde_json::Error),
}

/// Reads a response.
pub(super) fn read<T: DeserializeOwned>(response: &HttpResponse) -> Reply<T> {
    let http = i64::from(response.status());
    let envelope: Envelope<Value> = match response.json() {
        Ok(envelope) => envelope,
        Err(error) if response.is_success() => return Reply::Unreadable(error),
        Err(_) => return Reply::Refused { code: Code::from_number(http), message: None },
    };
    // What a gateway in between answers with an HTTP status of its own goes before the body.
    let stated = match envelope.status_code {
        Some(200) | None if !response.is_success() => Some(http),
        Some(code) => Some(code),
        None => envelope.message.as_deref().filter(|message| says_success(message)).map(|_| 200),
    };
    let code = Code::from_number(stated.unwrap_or(200));
    if code != Code::Success {
        return Reply::Refused { code, message: envelope.message };
    }
    match envelope.data.map(serde_json::from_value).transpose() {
        Ok(data) => Reply::Success { stated: stated.is_some(), status: envelope.status, data },
        Err(error) => Reply::Unreadable(error),
    }
}

/// `SUCCESS` and `Success`, `sig_wait_for_user_confirm`.
fn says_success(message: &str) -> bool {
    let message = message.trim();
    ["success", "sig_wait_for_user_confirm"].iter().any(|known| message.eq_ignore_ascii_case(known))
}

fn none<T>() -> Option<T> {
    None
}
