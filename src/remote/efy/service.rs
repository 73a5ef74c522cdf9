//! Where the service is, and who the relying party is.

use serde::{Deserialize, Serialize};

/// Where the service is, and who the relying party is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The address up to the calls: `https://api.remotesigning.vn`.
    pub base_url: String,
    /// The relying party's user name.
    pub username: String,
    /// The relying party's code, `rpCode`.
    pub rp_code: String,
}
