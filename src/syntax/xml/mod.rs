//! XML as the standards have it: reading (XML 1.0, Namespaces in XML 1.0), canonical forms, node-sets.
//! Nothing here knows of signing.

mod base;
pub(crate) mod c14n;
pub(crate) mod character;
#[cfg(test)]
pub(crate) mod compare;
mod error;
mod method;
pub(crate) mod plain;
pub(crate) mod scanner;
pub(crate) mod scope;
pub(crate) mod select;
pub(crate) mod tree;
pub(crate) mod xpath;

pub use error::{XmlError, XmlErrorKind};
pub use method::C14nMethod;
pub use plain::Entities;
pub use xpath::XPathError;

/// The namespace that the prefix `xml` is always bound to.
pub(crate) const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace that the prefix `xmlns` is always bound to.
pub(crate) const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";
