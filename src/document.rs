//! PDF and XML documents together: for callers that handle both, and for batches.
//!
//! [`Signing`] is made from [`pdf::Signing`](crate::pdf::Signing) or [`xml::Signing`](crate::xml::Signing);
//! a [`Batch`] takes any mixture of them.

pub use crate::prepare::any::{PrepareError, Prepared, Signed, Signing};
pub use crate::prepare::{Batch, Job, Outcome};
