//! Phase one: every byte that will be signed is fixed here.

pub(crate) mod any;
mod batch;
mod certify;
mod conformance;
mod error;
mod field;
mod fields;
mod negotiate;
mod pdf;
mod placement;
mod prepared;
mod reopen;
mod revised;
mod scene;
mod seed;
mod sign_cloud;
#[cfg(feature = "preview")]
mod sketch;
mod stand;
mod structure;
mod terms;
mod visible;
mod widget;
pub(crate) mod xml;

use chrono::{DateTime, FixedOffset};

pub use batch::{Batch, Job, Outcome};
pub use certify::{Certification, FieldLock};
pub use error::{AcceptError, PrepareError, Refusal, ResumeError, Warning};
pub use fields::{Fields, NewField};
pub use pdf::Signing;
pub use placement::{Anchor, Placement, PlacementError};
pub use prepared::{Dangerous, Prepared, PreparedCms};
pub use revised::Revised;
pub use seed::{CertificateConstraints, SeedValue};

use crate::algorithm::{PublicKey, Suite};
use crate::certificate::{Chain, LeafError};
use crate::entropy::Entropy;
use crate::mistake::recognise;
use crate::request::{Payload, SignatureValue};

/// The moment of signing: the caller's clock and randomness, because this crate has neither.
#[derive(Clone, Debug)]
pub struct At {
    /// The time that the signature claims, with the zone it is shown in.
    pub time: DateTime<FixedOffset>,
    /// Fresh for every document.
    pub entropy: Entropy,
}

impl At {
    /// At `time`, with randomness from the operating system.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn with_os_entropy(time: DateTime<FixedOffset>) -> std::io::Result<Self> {
        Ok(Self { time, entropy: Entropy::from_os()? })
    }
}

/// Refuses a certificate that cannot sign. Two things are warnings only: a validity that begins later,
/// because clocks differ in the hours after a certificate was issued, and a self-signed certificate with
/// the CA flag, which is how test certificates come out of common tools.
fn leaf_warnings(chain: &Chain, time: i64) -> Result<Vec<Warning>, LeafError> {
    let leaf = chain.leaf();
    let mut warnings = Vec::new();
    if time < leaf.not_before() {
        warnings.push(Warning::NotYetValid);
    }
    match chain.check_leaf(time.max(leaf.not_before())) {
        Err(LeafError::Ca) if chain.certificates().len() == 1 && leaf.is_issued_by(leaf) => {
            warnings.push(Warning::SelfSignedCa);
        }
        other => other?,
    }
    Ok(warnings)
}

/// Verifies a value under the key; of one that does not verify, says what is known to go wrong so.
fn check_value(
    key: &PublicKey,
    suite: Suite,
    payload: &Payload,
    value: &SignatureValue,
) -> Result<(), AcceptError> {
    key.verify(suite, payload.to_be_signed(), value.as_bytes()).map_err(|mismatch| {
        match recognise(key, suite, payload.to_be_signed(), value.as_bytes()) {
            Some(mistake) => AcceptError::Mistake { mistake, mismatch },
            None => AcceptError::Mismatch(mismatch),
        }
    })
}
