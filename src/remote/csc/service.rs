//! Where the service is, and how one logs in.

use serde::{Deserialize, Serialize};

/// Where the service is, and how one logs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The address up to the calls: `https://service.example/csc/v1`.
    pub base_url: String,
    /// Which version of the API.
    #[serde(default)]
    pub dialect: Dialect,
    /// How one logs in.
    pub login: Login,
    /// The base of the OAuth 2.0 server, before `/oauth2/authorize`. Without it the service's `info` is
    /// asked, which may name another host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth2_url: Option<String>,
    /// `operationMode` `A` (version 2): the service answers at once, and the values are polled for.
    #[serde(default)]
    pub asynchronous: bool,
    /// `validity_period`: how long the service keeps an asynchronous result, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity_period_ms: Option<u64>,
    /// `response_uri`: where the service tells that an asynchronous result is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_uri: Option<String>,
    /// How many hashes one call of `signatures/signHash` takes, where that is fewer than an authorisation
    /// is for: between the calls of one authorisation `credentials/extendTransaction` is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hashes_per_call: Option<usize>,
    /// `signature_format` of `signatures/signDoc`, for documents that were prepared for a whole CMS.
    #[serde(default)]
    pub signature_format: SignatureFormat,
    /// `conformance_level` of `signatures/signDoc`; without it the service's default, `AdES-B-B`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conformance_level: Option<String>,
    /// The language that messages should be in: `vi`, `en-US` (RFC 5646).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

impl Service {
    /// At an address, with the defaults: version 2, synchronous, PAdES for whole CMS.
    #[must_use]
    pub fn new(base_url: impl Into<String>, login: Login) -> Self {
        Self {
            base_url: base_url.into(),
            dialect: Dialect::default(),
            login,
            oauth2_url: None,
            asynchronous: false,
            validity_period_ms: None,
            response_uri: None,
            hashes_per_call: None,
            signature_format: SignatureFormat::default(),
            conformance_level: None,
            lang: None,
        }
    }

    /// With a version of the API.
    #[must_use]
    pub const fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }
}

/// Which version of the API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Dialect {
    /// 1.0.4.
    V1,
    /// 2.0 and 2.1.
    #[default]
    V2,
}

/// What `signatures/signDoc` makes of a digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SignatureFormat {
    /// `C`: a CAdES signature, detached.
    Cades,
    /// `P`: a PAdES signature, for a revision.
    #[default]
    Pades,
}

impl SignatureFormat {
    /// `signature_format` and the `signed_envelope_property` that goes with a digest.
    pub(super) const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Cades => ("C", "Detached"),
            Self::Pades => ("P", "Revision"),
        }
    }
}

/// How one logs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Login {
    /// `auth/login` with the user's name and password (HTTP Basic).
    Basic,
    /// OAuth 2.0 with an authorization code, in the browser of the signer.
    OAuth2 {
        /// The client's id.
        client_id: String,
        /// The redirect address that is registered for it.
        redirect_uri: String,
        /// Whether the client has a secret, which is then asked for. PKCE is used either way.
        #[serde(default)]
        confidential: bool,
    },
    /// OAuth 2.0 with the client's own credentials.
    Client {
        /// The client's id.
        client_id: String,
        /// The redirect address that is registered for it, for credentials that their signer authorises in
        /// the browser.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        redirect_uri: Option<String>,
    },
    /// An access token from elsewhere.
    Token,
}

impl Login {
    /// The OAuth 2.0 client: its id, its redirect address where it has one, whether it has a secret.
    pub(super) fn client(&self) -> Option<(&str, Option<&str>, bool)> {
        match self {
            Self::OAuth2 { client_id, redirect_uri, confidential } => {
                Some((client_id, Some(redirect_uri), *confidential))
            }
            Self::Client { client_id, redirect_uri } => Some((client_id, redirect_uri.as_deref(), true)),
            Self::Basic | Self::Token => None,
        }
    }
}
