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
    },
    /// OAuth 2.0 with the client's own credentials.
    Client {
        /// The client's id.
        client_id: String,
    },
    /// An access token from elsewhere.
    Token,
}
