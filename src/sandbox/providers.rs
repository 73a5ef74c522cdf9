//! The systems that the sandbox plays.

use super::Provider;
use super::csc::Csc;
use super::efy::Efy;
use super::mobile_id::MobileId;
use super::vnpt::Vnpt;

/// All of them.
pub(super) fn all() -> Vec<Box<dyn Provider>> {
    vec![Box::new(Vnpt), Box::new(MobileId), Box::new(Efy::default()), Box::new(Csc)]
}
