//! PDF and XML documents together: for callers that handle both, and for batches.
//!
//! [`Signing`] is made from [`pdf::Signing`](crate::pdf::Signing) or [`xml::Signing`](crate::xml::Signing);
//! a [`Batch`] takes any mixture of them: one set of requests, an outcome for each document, on as many
//! threads as asked for. [`Prepared::resume`] finds the format in the state. All of this is for services that
//! return a raw signature value; a whole CMS is for PDF only, see [`pdf::PreparedCms`](crate::pdf::PreparedCms).
//!
//! ```
//! use std::num::NonZeroUsize;
//!
//! use kyso::document::{Batch, Job};
//! use kyso::{At, Chain, pdf, requests_to_json, xml};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let chain = Chain::from_pem(&std::fs::read("testdata/keys/rsa2048-chain.pem")?)?;
//! let contract = pdf::Signing::new(&chain).document("contract");
//! let invoice = xml::Signing::tt78(&chain).document("invoice").node("HD1").signature_location("DSCKS/NBan");
//! let mut jobs = Vec::new();
//! for (signing, path) in [
//!     (contract.into(), "testdata/pdf/demo.pdf"),
//!     (invoice.into(), "testdata/xml/tt78-invoice.xml"),
//! ] {
//!     let at = At::with_os_entropy("2026-11-21T09:30:00+07:00".parse()?)?; // fresh for each
//!     jobs.push(Job { signing, source: std::fs::read(path)?, at });
//! }
//! let batch = Batch::prepare(jobs, NonZeroUsize::MIN);
//! assert_eq!(batch.requests().len(), 2);
//! println!("{}", requests_to_json(&batch.requests()));
//! # Ok(())
//! # }
//! ```

pub use crate::prepare::any::{PrepareError, Prepared, Signed, Signing};
pub use crate::prepare::{Batch, Job, Outcome};
