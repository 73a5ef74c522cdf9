//! Signing XML documents: what a caller needs, in one place.
//!
//! [`Signing`] describes a signature and [`prepare`](Signing::prepare)s a document; [`Prepared`] gives the
//! [request](Prepared::request) and the [state](Prepared::state), takes the value and gives [`Signed`],
//! which writes the document: every byte of the original, and the signature in between.

pub use crate::canonical::{Canonicalization, CanonicalizationError};
pub use crate::embed::{SaveError, SignedXml as Signed};
pub use crate::prepare::xml::{
    Dangerous, Packaging, PrepareError, Prepared, Reference, Signing, Wrapper, would_survive_wrapping,
};
pub use crate::prepare::{AcceptError, ResumeError, Warning};
pub use crate::profile::key_info::KeyInfo;
pub use crate::profile::sign_cloud::{SignCloudError, SignOptions};
pub use crate::profile::tt78::Role;
pub use crate::profile::xades::{Policy, ProductionPlace};
pub use crate::profile::xmldsig::{Filter, Format, Transform};
pub use crate::syntax::xml::{C14nMethod, Entities, XPathError, XmlError, XmlErrorKind};
