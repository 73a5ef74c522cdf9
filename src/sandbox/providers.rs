//! The systems that the sandbox plays.

use super::{Provider, csc};

/// All of them.
pub(super) fn all() -> Vec<Box<dyn Provider>> {
    vec![Box::new(csc::Csc)]
}
