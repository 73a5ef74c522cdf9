//! Where the service is, and who the relying party is.

use serde::{Deserialize, Serialize};

/// Where the service is, and who the relying party is.
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
