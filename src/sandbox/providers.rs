//! The systems that the sandbox plays.

use super::Provider;

/// All of them.
pub(super) fn all() -> Vec<Box<dyn Provider>> {
    vec![]
}
