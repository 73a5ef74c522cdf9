//! Kinds of secrets.

use serde::{Deserialize, Serialize};

use super::SecretReference;
use crate::remote::InputKind;

/// Kinds of secrets that can be kept somewhere. A one-time code is none: its seed is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SecretKind {
    /// The relying party's password with the service.
    ServicePassword,
    /// The `signature` that the service issued to the relying party.
    ServiceSignature,
    /// The relying party's private key in PEM.
    LoginKey,
    /// The signer's own password with the service.
    UserPassword,
    /// The signer's PIN or passcode.
    Pin,
    /// The seed of the signer's one-time codes.
    Totp,
    /// An access token from elsewhere.
    AccessToken,
}

impl SecretKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ServicePassword,
        Self::ServiceSignature,
        Self::LoginKey,
        Self::UserPassword,
        Self::Pin,
        Self::Totp,
        Self::AccessToken,
    ];

    /// `service-password`, `service-signature`, `login-key`, `user-password`, `pin`, `totp`,
    /// `access-token`: the keys of a configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ServicePassword => "service-password",
            Self::ServiceSignature => "service-signature",
            Self::LoginKey => "login-key",
            Self::UserPassword => "user-password",
            Self::Pin => "pin",
            Self::Totp => "totp",
            Self::AccessToken => "access-token",
        }
    }

    /// What an answer to this is made of; nothing kept answers a redirect.
    #[must_use]
    pub const fn of_input(input: &InputKind) -> Option<Self> {
        Some(match input {
            InputKind::ServicePassword => Self::ServicePassword,
            InputKind::ServiceSignature => Self::ServiceSignature,
            InputKind::LoginSignature { .. } => Self::LoginKey,
            InputKind::UserPassword => Self::UserPassword,
            InputKind::Pin => Self::Pin,
            InputKind::Otp => Self::Totp,
            InputKind::AccessToken => Self::AccessToken,
            InputKind::Redirect { .. } | InputKind::Values { .. } => return None,
        })
    }
}

/// Where the seed of one-time codes (RFC 6238) is, and how its bytes are written there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TotpReference {
    /// Where it is.
    pub reference: SecretReference,
    /// How its bytes are written. Services differ, and a text may be valid in all three.
    pub encoding: TotpEncoding,
}

/// How the bytes of a seed are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TotpEncoding {
    /// RFC 4648, 6: what authenticator apps take.
    Base32,
    /// Hexadecimal digits.
    Hex,
    /// RFC 4648, 4.
    Base64,
}

impl TotpEncoding {
    /// `base32`, `hex` or `base64`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Base32 => "base32",
            Self::Hex => "hex",
            Self::Base64 => "base64",
        }
    }

    /// The encoding of this [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Base32, Self::Hex, Self::Base64].into_iter().find(|encoding| encoding.name() == name)
    }
}
