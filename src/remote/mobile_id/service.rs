//! Where the service is, who the relying party is, and what is special about the service.

use serde::{Deserialize, Serialize};

/// Where the service is, who the relying party is, and what is special about the service. Without secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The address up to the calls: `https://rssp.mobile-id.vn/rssp/v1`.
    pub base_url: String,
    /// The relying party's name, `relyingParty`.
    pub relying_party: String,
    /// The relying party's user name in the SSL2 login.
    pub username: String,
    /// Which names the fields have.
    #[serde(default)]
    pub dialect: Dialect,
    /// What kind of name the credential's user id is, in the Basic part of the login.
    #[serde(default)]
    pub user_type: UserType,
    /// The order of the five parts of the SSL2 credential, where it is not the document's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssl2_order: Option<[Ssl2Part; 5]>,
    /// How digests are written. The document's text says base64, its sample shows hexadecimal digits.
    #[serde(default)]
    pub hash_encoding: HashEncoding,
    /// Which field of dialect v1 holds the credential's id. The document's tables say `thumbprint`, its
    /// samples show `certificateID`.
    #[serde(default)]
    pub credential_key: CredentialKey,
    /// The path of the signing call, where it is neither `signature/signHash` (v1) nor
    /// `signatures/signHash` (v2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_hash_path: Option<String>,
    /// The language of the service's messages.
    #[serde(default)]
    pub language: Language,
    /// Whether to ask for a refresh token, with which a long wait outlives the access token without
    /// another login. Default: true.
    #[serde(default = "yes")]
    pub remember_me: bool,
    /// Field `profile` of dialect v2. Default: `rssp-119.432-v2.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The machine that asks, to which the service binds its sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_info: Option<ClientInfo>,
    /// The text that carries a one-time code, with `{AuthorizeCode}` in it; the service's own otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_template: Option<String>,
    /// The subject of the mail that carries a one-time code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_subject: Option<String>,
    /// Where credentials with the mode `OAUTH2` are authorised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth2: Option<OAuth2>,
}

const fn yes() -> bool {
    true
}

impl Service {
    /// With everything else as the document has it.
    #[must_use]
    pub fn new(
        base_url: impl Into<String>,
        relying_party: impl Into<String>,
        username: impl Into<String>,
    ) -> Self {
        Self {
            base_url: base_url.into(),
            relying_party: relying_party.into(),
            username: username.into(),
            dialect: Dialect::default(),
            user_type: UserType::default(),
            ssl2_order: None,
            hash_encoding: HashEncoding::default(),
            credential_key: CredentialKey::default(),
            sign_hash_path: None,
            language: Language::default(),
            remember_me: true,
            profile: None,
            client_info: None,
            notification_template: None,
            notification_subject: None,
            oauth2: None,
        }
    }

    pub(super) fn order(&self) -> [Ssl2Part; 5] {
        self.ssl2_order.unwrap_or(Ssl2Part::DOCUMENTED)
    }

    pub(super) fn profile(&self) -> &str {
        self.profile.as_deref().unwrap_or("rssp-119.432-v2.0")
    }

    pub(super) fn sign_hash_path(&self) -> &str {
        let usual = match self.dialect {
            Dialect::V1 => "signature/signHash",
            Dialect::V2 => "signatures/signHash",
        };
        self.sign_hash_path.as_deref().unwrap_or(usual)
    }
}

/// Which names the fields have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Dialect {
    /// As in the document that Viettel publishes.
    #[default]
    V1,
    /// As in the current SDKs (`rssp-119.432-v2.0`).
    V2,
}

/// What kind of name a user's name is: `usertype` of the Basic part of the login.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum UserType {
    /// A user name of the service.
    #[default]
    #[serde(rename = "USERNAME")]
    Username,
    /// The number of an identity card.
    #[serde(rename = "PERSONAL-ID")]
    PersonalId,
    /// The number of a passport.
    #[serde(rename = "PASSPORT-ID")]
    PassportId,
    /// The number of a citizen's identity card.
    #[serde(rename = "CITIZEN-IDENTITY-CARD")]
    CitizenIdentityCard,
    /// A budget code.
    #[serde(rename = "BUDGET-CODE")]
    BudgetCode,
    /// A tax code.
    #[serde(rename = "TAX-CODE")]
    TaxCode,
}

impl UserType {
    /// The name that goes over the wire; the document offers the numbers 1 to 6 as well.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Username => "USERNAME",
            Self::PersonalId => "PERSONAL-ID",
            Self::PassportId => "PASSPORT-ID",
            Self::CitizenIdentityCard => "CITIZEN-IDENTITY-CARD",
            Self::BudgetCode => "BUDGET-CODE",
            Self::TaxCode => "TAX-CODE",
        }
    }
}

/// A part of the SSL2 credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ssl2Part {
    /// The relying party's user name.
    Username,
    /// The relying party's password.
    Password,
    /// The `signature` that the service issued.
    Signature,
    /// Milliseconds since 1970.
    Timestamp,
    /// The signature over the other four.
    Pkcs1Signature,
}

impl Ssl2Part {
    /// The order of the document's text; its example has the last two the other way round.
    pub const DOCUMENTED: [Self; 5] =
        [Self::Username, Self::Password, Self::Signature, Self::Timestamp, Self::Pkcs1Signature];
}

/// How digests are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HashEncoding {
    /// Base64 with padding.
    #[default]
    Base64,
    /// Lower-case hexadecimal digits.
    Hex,
}

/// Which field of dialect v1 holds the credential's id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKey {
    /// `thumbprint`.
    #[default]
    Thumbprint,
    /// `certificateID`.
    CertificateId,
}

/// The language of the service's messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// Vietnamese.
    #[serde(rename = "VN")]
    Vietnamese,
    /// English.
    #[default]
    #[serde(rename = "EN")]
    English,
}

/// The machine that asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientInfo {
    /// The number of the SIM card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iccid: Option<String>,
    /// The number of the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imei: Option<String>,
    /// The address of the network card, six pairs of hexadecimal digits with colons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac_addr: Option<String>,
}

/// Where credentials with the mode `OAUTH2` are authorised. The vendor's document calls the mode "not
/// implemented yet"; the request is that of CSC API 1.0.4, 8.3.1, and the code that comes back goes out as
/// `authorizeCode`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth2 {
    /// The address of the authorization endpoint.
    pub authorize_url: String,
    /// The relying party's id there.
    pub client_id: String,
    /// The redirect address that is registered for it.
    pub redirect_uri: String,
}
