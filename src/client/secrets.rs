//! Where secrets are: references that are looked up when a service asks, and never the secrets themselves.

mod kind;
mod reference;
mod resolve;
#[cfg(test)]
mod tests;

pub use kind::{SecretKind, TotpEncoding, TotpReference};
pub use reference::{ReferenceError, SecretReference};
pub use resolve::SecretError;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::remote::InputKind;

/// What a service or a credential is used with: for each kind of secret where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct Secrets {
    /// The relying party's password with the service: `sp_password`, the client secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_password: Option<SecretReference>,
    /// The `signature` that the service issued to the relying party (SSL2 login of RSSP).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_signature: Option<SecretReference>,
    /// The relying party's private key in PEM (SSL2 login of RSSP).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_key: Option<SecretReference>,
    /// The signer's own password with the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_password: Option<SecretReference>,
    /// The signer's PIN or passcode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<SecretReference>,
    /// The seed of the signer's one-time codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<TotpReference>,
    /// An access token from elsewhere (OAuth 2.0).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token: Option<SecretReference>,
}

/// Password and seed of one-time codes in one place, which nobody agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the signer's password and the seed of the one-time codes stored together defeat the second factor: \
     whoever reads both can sign. Leave one of them out, or accept it with `automatic-otp`"
)]
pub struct SecondFactorDefeated;

impl SecondFactorDefeated {
    /// Whose fault it is: the caller's.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        Fault::Caller
    }
}

impl Secrets {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Where the secret of a kind is; for the seed of one-time codes its reference without the encoding.
    #[must_use]
    pub const fn get(&self, kind: SecretKind) -> Option<&SecretReference> {
        match kind {
            SecretKind::ServicePassword => self.service_password.as_ref(),
            SecretKind::ServiceSignature => self.service_signature.as_ref(),
            SecretKind::LoginKey => self.login_key.as_ref(),
            SecretKind::UserPassword => self.user_password.as_ref(),
            SecretKind::Pin => self.pin.as_ref(),
            SecretKind::Totp => match &self.totp {
                Some(totp) => Some(&totp.reference),
                None => None,
            },
            SecretKind::AccessToken => self.access_token.as_ref(),
        }
    }

    /// Where what a service asks for is. A login signature is made with the key that this names, a one-time
    /// code from the seed.
    #[must_use]
    pub const fn for_input(&self, input: &InputKind) -> Option<&SecretReference> {
        match SecretKind::of_input(input) {
            Some(kind) => self.get(kind),
            None => None,
        }
    }

    /// These, and where one is missing that of `other`: a credential's own before its service's.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let one = |kind: SecretKind| self.get(kind).or_else(|| other.get(kind)).cloned();
        Self {
            service_password: one(SecretKind::ServicePassword),
            service_signature: one(SecretKind::ServiceSignature),
            login_key: one(SecretKind::LoginKey),
            user_password: one(SecretKind::UserPassword),
            pin: one(SecretKind::Pin),
            totp: self.totp.as_ref().or(other.totp.as_ref()).cloned(),
            access_token: one(SecretKind::AccessToken),
        }
    }

    /// Whether the signer's password or PIN and the seed of the one-time codes are both named: together
    /// they make one factor of two.
    #[must_use]
    pub const fn defeat_second_factor(&self) -> bool {
        self.totp.is_some() && (self.user_password.is_some() || self.pin.is_some())
    }

    /// That the second factor is whole, or that whoever owns it agreed (`automatic_otp`).
    ///
    /// # Errors
    /// [`SecondFactorDefeated`].
    pub const fn check(&self, automatic_otp: bool) -> Result<(), SecondFactorDefeated> {
        if self.defeat_second_factor() && !automatic_otp { Err(SecondFactorDefeated) } else { Ok(()) }
    }

    /// Files of relative paths are those in `folder`.
    pub(crate) fn relative_to(self, folder: &Path) -> Self {
        let moved = |reference: Option<SecretReference>| reference.map(|one| one.relative_to(folder));
        Self {
            service_password: moved(self.service_password),
            service_signature: moved(self.service_signature),
            login_key: moved(self.login_key),
            user_password: moved(self.user_password),
            pin: moved(self.pin),
            totp: self.totp.map(|totp| TotpReference {
                reference: totp.reference.relative_to(folder),
                encoding: totp.encoding,
            }),
            access_token: moved(self.access_token),
        }
    }
}
