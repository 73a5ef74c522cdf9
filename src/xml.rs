//! Signing XML documents: what a caller needs, in one place.
//!
//! [`Signing`] describes a signature and [`prepare`](Signing::prepare)s a document; [`Prepared`] gives the
//! [request](Prepared::request) and the [state](Prepared::state), takes the value and gives [`Signed`],
//! which writes the document: every byte of the original, and the signature in between. Services for XML
//! return a raw signature value; there is nothing that answers with a whole CMS.
//!
//! # What is signed
//!
//! | [`Format`] | references | transforms of each, unless it has its own |
//! |---|---|---|
//! | [`Dsig`](Format::Dsig) | those given; without any, the document | enveloped-signature, then [`Signing::c14n`] |
//! | [`DsigSingleNode`](Format::DsigSingleNode) | exactly one | the same |
//! | [`DsigMultipleNodes`](Format::DsigMultipleNodes) | one or more | the same |
//! | [`DsigXPath`](Format::DsigXPath) | the document, none other | [`Signing::xpath`] only |
//! | [`Xades`](Format::Xades), [`XadesEpes`](Format::XadesEpes) | as `Dsig`, and SignedProperties | as `Dsig`; canonicalisation for SignedProperties |
//! | [`Tt78`](Format::Tt78) | those given; without any, the first signer's node; and the Object with SigningTime | enveloped-signature; none for the Object, nor for what the tax authority signs |
//!
//! Without a canonicalisation among the transforms it is Canonical XML 1.0, as XML Signature says. References
//! to `#id` and to the document never have comments, whatever the method. [`Packaging::Enveloping`] and
//! [`Packaging::Detached`] have no enveloped-signature transform.
//!
//! [`sign_cloud`](crate::sign_cloud) reads the same from the `SignCloudMetaData` of the EFY interface.
//!
//! # Several signatures
//!
//! Signing again keeps earlier signatures valid, or is refused with [`PrepareError::WouldBreak`]: when an
//! earlier one signs the whole document, or a node around the new one's place, and does not leave signatures
//! out by an XPath transform. So who signs the whole document signs last, or with
//! [`Format::DsigXPath`]. A signed document that is put into an envelope is another question, which
//! [`would_survive_wrapping`] answers.
//!
//! # When a digest does not match
//!
//! [`Canonicalization`] writes the octets that were digested, [`Prepared::signed_info`] those that are signed.
//! Compare them with what the other side has, octet by octet.

pub use crate::canonical::{Canonicalization, CanonicalizationError};
pub use crate::embed::{SaveError, SignedXml as Signed};
pub use crate::prepare::xml::{
    Dangerous, Packaging, PrepareError, Prepared, Reference, Signing, Wrapper, would_survive_wrapping,
};
pub use crate::prepare::{AcceptError, ResumeError, Warning};
pub use crate::profile::key_info::KeyInfo;
pub use crate::profile::tt78::Role;
pub use crate::profile::xades::{Policy, ProductionPlace};
pub use crate::profile::xmldsig::{Filter, Format, Transform};
pub use crate::syntax::xml::{C14nMethod, Entities, XPathError, XmlError, XmlErrorKind};
