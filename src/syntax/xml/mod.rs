//! XML as the standards have it: reading (XML 1.0, Namespaces in XML 1.0), canonical forms, node-sets.
//! Nothing here knows of signing.

pub(crate) mod character;
mod error;
mod method;
pub(crate) mod tree;
pub(crate) mod xpath;

pub use error::{XmlError, XmlErrorKind};
pub use method::C14nMethod;
pub use xpath::XPathError;

/// The namespace that the prefix `xml` is always bound to.
pub(crate) const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace that the prefix `xmlns` is always bound to.
pub(crate) const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";
