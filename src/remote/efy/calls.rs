//! The calls of the interface, by name.

use serde::{Deserialize, Serialize};

/// A call of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum CallName {
    #[serde(rename = "clients/login")]
    Login,
    #[serde(rename = "certificates/register")]
    Register,
    #[serde(rename = "certificates/change")]
    Change,
    #[serde(rename = "certificates/change-pin")]
    ChangePin,
    #[serde(rename = "certificates/get-detail")]
    GetDetail,
    #[serde(rename = "certificates/forget-pin")]
    ForgetPin,
    #[serde(rename = "certificates/renew")]
    Renew,
    #[serde(rename = "certificates/revoke")]
    Revoke,
    #[serde(rename = "certificates/enable")]
    Enable,
    #[serde(rename = "certificates/disable")]
    Disable,
    #[serde(rename = "signing/file")]
    SignFile,
    #[serde(rename = "signing/file/authorize")]
    AuthorizeFile,
    #[serde(rename = "signing/hash")]
    SignHash,
    #[serde(rename = "signing/hash/authorize")]
    AuthorizeHash,
    #[serde(rename = "signing/download/file")]
    Download,
}

impl CallName {
    /// Its path, which is its name.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Login => "clients/login",
            Self::Register => "certificates/register",
            Self::Change => "certificates/change",
            Self::ChangePin => "certificates/change-pin",
            Self::GetDetail => "certificates/get-detail",
            Self::ForgetPin => "certificates/forget-pin",
            Self::Renew => "certificates/renew",
            Self::Revoke => "certificates/revoke",
            Self::Enable => "certificates/enable",
            Self::Disable => "certificates/disable",
            Self::SignFile => "signing/file",
            Self::AuthorizeFile => "signing/file/authorize",
            Self::SignHash => "signing/hash",
            Self::AuthorizeHash => "signing/hash/authorize",
            Self::Download => "signing/download/file",
        }
    }

    /// Whether it may sign something: then nobody knows what an unreadable answer means.
    pub(super) const fn signs(self) -> bool {
        matches!(self, Self::SignFile | Self::AuthorizeFile | Self::SignHash | Self::AuthorizeHash)
    }

    /// Whether sending it twice does no harm.
    pub(super) const fn repeatable(self) -> bool {
        matches!(
            self,
            Self::Login | Self::GetDetail | Self::Revoke | Self::Enable | Self::Disable | Self::Download
        )
    }
}
