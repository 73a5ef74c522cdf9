//! How a credential is authorised.

use serde::{Deserialize, Serialize};

/// How a credential is authorised: `authMode` of `credentials/info`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Mode {
    /// `EXPLICIT/PIN`: a PIN that the relying party passes on.
    Pin,
    /// `EXPLICIT/OTP-SMS`, `EXPLICIT/OTP-EMAIL`: a code that the service sends.
    Otp,
    /// `EXPLICIT/OTP-MOBILE`: a code that an application on the phone shows, or that the service sends.
    OtpMobile,
    /// `IMPLICIT/…`: the signer confirms on the phone.
    Phone,
    /// `OAUTH2`: the signer confirms in a browser.
    Redirect,
}

impl Mode {
    /// `None` for words that do not say which, such as the sample's `explicit`.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_uppercase();
        match name.as_str() {
            "EXPLICIT/PIN" => Some(Self::Pin),
            "EXPLICIT/OTP-MOBILE" => Some(Self::OtpMobile),
            "OAUTH2" => Some(Self::Redirect),
            "IMPLICIT" => Some(Self::Phone),
            _ if name.starts_with("EXPLICIT/OTP") => Some(Self::Otp),
            _ if name.starts_with("IMPLICIT/") => Some(Self::Phone),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_modes_have_their_ways() {
        for (name, mode) in [
            ("EXPLICIT/PIN", Mode::Pin),
            ("explicit/otp-sms", Mode::Otp),
            ("EXPLICIT/OTP-EMAIL", Mode::Otp),
            ("EXPLICIT/OTP-MOBILE", Mode::OtpMobile),
            ("IMPLICIT/CYBER-ID", Mode::Phone),
            ("IMPLICIT/BIP-CATTP", Mode::Phone),
            ("OAUTH2", Mode::Redirect),
        ] {
            assert_eq!(Mode::from_name(name), Some(mode));
        }
        assert_eq!(Mode::from_name("explicit"), None);
        assert_eq!(Mode::from_name(""), None);
    }
}
