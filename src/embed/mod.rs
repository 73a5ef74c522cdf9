//! Phase two: the value goes into its gap.

mod pdf;
mod save;

pub use pdf::Signed;
pub use save::SaveError;
