//! Whether signatures survive that their document is moved under other elements.

use super::PrepareError;
use super::earlier::{Earlier, EarlierReference, Reader};
use crate::algorithm::DigestAlgorithm;
use crate::limits::Limits;
use crate::profile::xmldsig::{self, Markup};
use crate::source::Source;
use crate::syntax::xml::c14n::Parameters;
use crate::syntax::xml::scope::Context;
use crate::syntax::xml::scanner::{scan, scan_below};
use crate::syntax::xml::select::{Part, Selection};
use crate::syntax::xml::{C14nMethod, XmlError};
