//! `signing/file`, `signing/file/authorize` and `signing/download/file`: the service signs a whole file.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::calls::CallName;
use super::metadata::SignCloudMetaData;
use super::reply::{self, Body, Common};
use crate::remote::call::{Call, bearer, join, segment};
use crate::remote::hidden::exposed;
use crate::remote::{Failure, HttpRequest, HttpResponse, Secret, lenient};

/// `signing/file`: the signed file, or a one-time code for the signer.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignFile {
    /// The agreement.
    #[serde(rename = "agreementUUID")]
    pub agreement_uuid: String,
    /// How the signer authorises: a name of [`AuthMode`](super::AuthMode).
    pub auth_mode: String,
    /// The passcode, with `EXPLICIT/PIN`.
    #[serde(default, with = "exposed::option", skip_serializing_if = "Option::is_none")]
    pub authorize_code: Option<Secret>,
    /// `application/pdf`, `application/xml`.
    pub mime_type: String,
    /// The file in base64.
    pub signing_file_data: String,
    /// What the signature looks like and where it goes. Without it the service has defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_cloud_meta_data: Option<SignCloudMetaData>,
    /// The subject of the e-mail with the one-time code: needed with `EXPLICIT/OTP-EMAIL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_subject: Option<String>,
    /// The text of the message, with `{AuthorizeCode}` where the code goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_template: Option<String>,
    /// The application for which is signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_app: Option<String>,
}

impl fmt::Debug for SignFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignFile")
            .field("agreement_uuid", &self.agreement_uuid)
            .field("auth_mode", &self.auth_mode)
            .field("mime_type", &self.mime_type)
            .field("signing_file_data_characters", &self.signing_file_data.len())
            .finish_non_exhaustive()
    }
}

/// `signing/file/authorize`: the one-time code, for the signed file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizeFile {
    /// The agreement.
    #[serde(rename = "agreementUUID")]
    pub agreement_uuid: String,
    /// The transaction that `signing/file` named.
    pub bill_code: String,
    /// The one-time code.
    #[serde(with = "exposed")]
    pub authorize_code: Secret,
    /// What the signature looks like and where it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_cloud_meta_data: Option<SignCloudMetaData>,
}

/// What [`SignFile`] and [`AuthorizeFile`] give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileReply {
    /// What every response has. 1007 stands next to a signed file too.
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
    /// The signed file in base64.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub signed_file_data: Option<String>,
    /// Its type.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// The service's id for it.
    #[serde(
        rename = "signedFileUUID",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub signed_file_uuid: Option<String>,
    /// The signed files, where several were signed.
    #[serde(default, deserialize_with = "lenient::list", skip_serializing_if = "Vec::is_empty")]
    pub multiple_signed_file_data: Vec<MultipleSignedFile>,
    /// The XML signature alone.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub xml_signature: Option<String>,
    /// The signer's name.
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
    /// ISO 8601.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// ISO 8601.
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
    /// 1 private, 2 shared by the relying party, 3 shared by the agreement.
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub shared_mode: Option<u32>,
}

/// One of several signed files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MultipleSignedFile {
    /// The file in base64.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub signed_file_data: Option<String>,
    /// Its type.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// The service's id for it.
    #[serde(
        rename = "signedFileUUID",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub signed_file_uuid: Option<String>,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub signed_file_name: Option<String>,
    /// How to download it.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub dms_meta_data: Option<String>,
}

/// `GET signing/download/file/{billCode}`: the signed files of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// The transaction.
    pub bill_code: String,
}

/// What [`Download`] gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedFiles {
    /// A code, when there are none.
    #[serde(flatten)]
    pub common: Common,
    /// The files.
    #[serde(default, deserialize_with = "lenient::list", skip_serializing_if = "Vec::is_empty")]
    pub signed_files: Vec<SignedFile>,
}

/// A file of [`SignedFiles`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedFile {
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The file in base64.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// Its type.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
}

/// One file that came back: base64, type, id.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) base64: &'a str,
    pub(super) mime_type: Option<&'a str>,
    pub(super) uuid: Option<&'a str>,
}

impl FileReply {
    /// The files in it: the single one, else those of the list.
    pub(super) fn files(&self) -> Vec<Found<'_>> {
        fn found<'a>(
            data: &'a Option<String>,
            mime_type: &'a Option<String>,
            uuid: &'a Option<String>,
        ) -> Option<Found<'a>> {
            let base64 = data.as_deref().filter(|data| !data.trim().is_empty())?;
            Some(Found { base64, mime_type: mime_type.as_deref(), uuid: uuid.as_deref() })
        }
        match found(&self.signed_file_data, &self.mime_type, &self.signed_file_uuid) {
            Some(single) => vec![single],
            None => {
                let all = self.multiple_signed_file_data.iter();
                all.filter_map(|file| found(&file.signed_file_data, &file.mime_type, &file.signed_file_uuid))
                    .collect()
            }
        }
    }
}

impl SignedFiles {
    pub(super) fn files(&self) -> Vec<Found<'_>> {
        let found = |file: &'_ SignedFile| file.base64.as_deref().is_some_and(|data| !data.trim().is_empty());
        self.signed_files
            .iter()
            .filter(|file| found(file))
            .map(|file| Found {
                base64: file.base64.as_deref().unwrap_or_default(),
                mime_type: file.mime_type.as_deref(),
                uuid: None,
            })
            .collect()
    }
}

impl Body for FileReply {
    fn common(&self) -> &Common {
        &self.common
    }

    fn remaining(&self) -> Option<u32> {
        self.remaining_counter
    }

    fn has_content(&self) -> bool {
        !self.files().is_empty()
    }
}

impl Body for SignedFiles {
    fn common(&self) -> &Common {
        &self.common
    }

    fn has_content(&self) -> bool {
        !self.files().is_empty()
    }
}

impl Call for Download {
    type Reply = SignedFiles;

    fn request(&self, base: &str, token: Option<&Secret>) -> HttpRequest {
        let path = CallName::Download.path();
        let url = join(base, &format!("{path}/{}", segment(&self.bill_code)));
        bearer(HttpRequest::get(path, url), token)
    }

    fn read(&self, response: &HttpResponse) -> Result<SignedFiles, Failure> {
        reply::read(CallName::Download, response)
    }
}
