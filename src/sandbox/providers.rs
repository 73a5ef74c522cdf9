//! The systems that the sandbox plays.

use super::{Provider, efy};

/// All of them.
pub(super) fn all() -> Vec<Box<dyn Provider>> {
    vec![Box::new(efy::Efy::default())]
}
