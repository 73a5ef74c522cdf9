//! Whose key signs, and what a service tells of it.

use serde::{Deserialize, Serialize};

/// Which key of which signer, as the service knows it. It holds no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Credential {
    /// Who: `user_id` of VNPT (number of the identity card, passport or tax code), the user name with
    /// RSSP and CSC. Not used by EFY.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user_id: String,
    /// The certificate's serial number as the service writes it. VNPT; opaque text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// The key: `credentialID` of CSC and RSSP v2, `thumbprint` or `certificateID` of RSSP v1. Opaque text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<String>,
    /// The contract: `agreementUUID` of EFY and RSSP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement_uuid: Option<String>,
    /// How the signer authorises, in the service's word: `EXPLICIT/PIN`, `EXPLICIT/OTP-SMS`, `implicit` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_mode: Option<String>,
    /// CSC and RSSP: how strictly the key is bound to its owner, 1 or 2. With 2 an authorisation names the
    /// digests that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scal: Option<u8>,
}

impl Credential {
    /// Of a signer.
    #[must_use]
    pub fn new(user_id: impl Into<String>) -> Self {
        Self { user_id: user_id.into(), ..Self::default() }
    }

    /// With the certificate's serial number, as the service writes it.
    #[must_use]
    pub fn serial_number(mut self, serial_number: impl Into<String>) -> Self {
        self.serial_number = Some(serial_number.into());
        self
    }

    /// With the key's id.
    #[must_use]
    pub fn credential_id(mut self, id: impl Into<String>) -> Self {
        self.credential_id = Some(id.into());
        self
    }

    /// With the contract's id.
    #[must_use]
    pub fn agreement_uuid(mut self, uuid: impl Into<String>) -> Self {
        self.agreement_uuid = Some(uuid.into());
        self
    }

    /// With the way of authorising.
    #[must_use]
    pub fn auth_mode(mut self, mode: impl Into<String>) -> Self {
        self.auth_mode = Some(mode.into());
        self
    }

    /// With the level of sole control assurance, 1 or 2.
    #[must_use]
    pub const fn scal(mut self, scal: u8) -> Self {
        self.scal = Some(scal);
        self
    }
}

/// A certificate that a service told of, with what it told. The certificate speaks for itself; the rest is
/// the service's word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundCertificate {
    /// What to sign with.
    pub credential: Credential,
    /// The certificates in DER, the signer's first, as many of its issuers as the service gave.
    pub certificates: Vec<Vec<u8>>,
    /// `SMARTCA`, `ESEAL`.
    pub service_type: Option<String>,
    /// The package: `SMARTCA PERSONAL PRO`, a certificate profile.
    pub package: Option<String>,
    /// The status in the service's words.
    pub status: Option<String>,
    /// How many documents one transaction may sign, where the service says so.
    pub most_signatures: Option<u32>,
    /// Ways of authorising that the service offers for it.
    pub auth_modes: Vec<String>,
}

/// What a signing transaction is begun with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Terms {
    /// The transaction's id: letters, digits and hyphens, never used before. What the service echoes.
    pub transaction_id: String,
    /// What the signer reads about it.
    pub description: Option<String>,
    /// Seconds that the caller will wait for the signer. Default: 300.
    pub patience_seconds: u32,
    /// Seconds between two questions for the outcome. Default: 3.
    pub poll_seconds: u32,
}

impl Terms {
    /// With the default patience.
    #[must_use]
    pub fn new(transaction_id: impl Into<String>) -> Self {
        Self {
            transaction_id: transaction_id.into(),
            description: None,
            patience_seconds: 300,
            poll_seconds: 3,
        }
    }

    /// A transaction id of 32 hexadecimal digits from fresh entropy.
    #[must_use]
    pub fn with_entropy(entropy: &crate::entropy::Entropy) -> Self {
        let id = entropy.derive("remote transaction", 0);
        Self::new(id.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    /// With a description for the signer.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// With another patience, in seconds.
    #[must_use]
    pub const fn patience_seconds(mut self, seconds: u32) -> Self {
        self.patience_seconds = seconds;
        self
    }

    /// With another pause between questions, in seconds.
    #[must_use]
    pub const fn poll_seconds(mut self, seconds: u32) -> Self {
        self.poll_seconds = seconds;
        self
    }
}
