//! Phase one: every byte that will be signed is fixed here.

mod appearance;
mod batch;
mod error;
mod field;
mod pdf;
mod prepared;
mod reopen;

use chrono::{DateTime, FixedOffset};

pub use batch::{Batch, Job, Outcome};
pub use error::{AcceptError, PrepareError, Refusal, ResumeError, Warning};
pub use pdf::Signing;
pub use prepared::{Dangerous, Prepared, PreparedCms};

use crate::entropy::Entropy;

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
