//! Phase two: the value goes into its gap.

mod pdf;
mod save;
mod xml;

pub use pdf::Signed;
pub use save::SaveError;
pub(crate) use save::{atomically, copy_input};
pub use xml::SignedXml;
pub(crate) use xml::{Placement, Spliced};
