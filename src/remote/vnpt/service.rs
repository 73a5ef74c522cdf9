//! Where the service is, and who the relying party is.

use serde::{Deserialize, Serialize};

/// Where the service is, and who the relying party is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The address up to and without `/v1`: `https://gwsca.vnpt.vn/sca/sp769`.
    pub base_url: String,
    /// The relying party's id with VNPT, `sp_id`.
    pub sp_id: String,
}
