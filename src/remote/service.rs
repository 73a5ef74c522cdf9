//! A service of any of the systems, as a configuration describes it.

use serde::{Deserialize, Serialize};

use super::{System, csc, efy, mobile_id, vnpt};

/// A service of any of the systems: where it is, who the relying party is. Without secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "system", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Service {
    /// VNPT SmartCA.
    Vnpt(vnpt::Service),
    /// VNPT SmartCA TH.
    VnptTh(vnpt::Service),
    /// Mobile-ID RSSP.
    MobileId(mobile_id::Service),
    /// EFY.
    Efy(efy::Service),
    /// Cloud Signature Consortium.
    Csc(csc::Service),
    /// No service.
    Manual,
}

impl Service {
    /// Which system.
    #[must_use]
    pub const fn system(&self) -> System {
        match self {
            Self::Vnpt(_) => System::Vnpt,
            Self::VnptTh(_) => System::VnptTh,
            Self::MobileId(_) => System::MobileId,
            Self::Efy(_) => System::Efy,
            Self::Csc(_) => System::Csc,
            Self::Manual => System::Manual,
        }
    }

    /// The address, with scheme and host; none for [`Service::Manual`].
    #[must_use]
    pub fn base_url(&self) -> Option<&str> {
        match self {
            Self::Vnpt(service) | Self::VnptTh(service) => Some(&service.base_url),
            Self::MobileId(service) => Some(&service.base_url),
            Self::Efy(service) => Some(&service.base_url),
            Self::Csc(service) => Some(&service.base_url),
            Self::Manual => None,
        }
    }
}
