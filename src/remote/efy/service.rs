//! Where the service is, and who the relying party is.

use serde::{Deserialize, Serialize};

/// Where the service is, and who the relying party is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Service {
    /// The address up to the calls: `https://api.remotesigning.vn`.
    pub base_url: String,
    /// The relying party's user name.
    pub username: String,
    /// The relying party's code, `rpCode`.
    pub rp_code: String,
    /// The application for which is signed, `signingApp`: `IHD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_app: Option<String>,
    /// How digests are written. The document's sample has hexadecimal digits.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hash_encoding: HashEncoding,
    /// How many digests go into one `signing/hash`. The document names no bound; default: 1,000.
    #[serde(default = "most_hashes", skip_serializing_if = "is_most_hashes")]
    pub most_hashes: u32,
    /// The subject of the e-mail with the one-time code of `signing/file`, `notificationSubject`. Without it
    /// the description of the transaction is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_subject: Option<String>,
    /// The text of that message, with `{AuthorizeCode}` where the code goes, `notificationTemplate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_template: Option<String>,
}

impl Service {
    /// With the usual settings.
    #[must_use]
    pub fn new(base_url: impl Into<String>, username: impl Into<String>, rp_code: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            username: username.into(),
            rp_code: rp_code.into(),
            signing_app: None,
            hash_encoding: HashEncoding::Hex,
            most_hashes: most_hashes(),
            notification_subject: None,
            notification_template: None,
        }
    }
}

/// How a digest is written in a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum HashEncoding {
    /// Lower-case hexadecimal digits.
    #[default]
    Hex,
    /// Padded base64.
    Base64,
}

/// `authMode`: how the signer authorises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum AuthMode {
    /// With the passcode, in the signing call itself. The document's default.
    #[default]
    #[serde(rename = "EXPLICIT/PIN")]
    Pin,
    /// With a one-time code that comes by SMS.
    #[serde(rename = "EXPLICIT/OTP-SMS")]
    OtpSms,
    /// With a one-time code that comes by e-mail.
    #[serde(rename = "EXPLICIT/OTP-EMAIL")]
    OtpEmail,
}

impl AuthMode {
    /// `EXPLICIT/PIN`, `EXPLICIT/OTP-SMS`, `EXPLICIT/OTP-EMAIL`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pin => "EXPLICIT/PIN",
            Self::OtpSms => "EXPLICIT/OTP-SMS",
            Self::OtpEmail => "EXPLICIT/OTP-EMAIL",
        }
    }

    /// The mode of this [`name`](Self::name), in whatever case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pin, Self::OtpSms, Self::OtpEmail]
            .into_iter()
            .find(|mode| mode.name().eq_ignore_ascii_case(name.trim()))
    }
}

const fn most_hashes() -> u32 {
    1000
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
const fn is_most_hashes(most: &u32) -> bool {
    *most == most_hashes()
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
