//! XML signatures: which there are, what each signs, whether that is unchanged, and who made it.
//!
//! The document is read with quick-xml into a tree, and everything is decided on that tree: the pipeline's
//! scanner and its canonicalisation have no part in it.

mod identifier;
mod key_info;
mod name;
mod number;
mod place;
mod read;
mod report;
mod structure;
mod time;
mod xades;

pub use report::{PATHS_LISTED, PolicyReport, ReferenceReport, XadesReport, XmlReport, XmlSignatureReport};
