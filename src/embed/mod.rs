//! Phase two: the value goes into its gap.

mod pdf;
mod save;
mod xml;

pub use pdf::Signed;
pub use save::SaveError;
pub use xml::SignedXml;
pub(crate) use xml::{Placement, Spliced};
