//! Preparing an XML document: one pass, the Signature element, where it goes.

mod check;
mod compose;
mod earlier;
mod error;
mod location;
mod named;
mod node_set;
mod own;
mod plan;
mod prepared;
mod reference;
mod reopen;
mod sign_cloud;
mod signing;
mod survey;
mod wrapping;

pub use error::PrepareError;
pub use prepared::{Dangerous, Prepared};
pub use reference::Reference;
pub use signing::Signing;
pub use wrapping::{Wrapper, would_survive_wrapping};

/// How a signature and what it signs go together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Packaging {
    /// The signature stands in the document that it signs.
    #[default]
    Enveloped,
    /// The signature stands around the document, which goes into an Object of it.
    Enveloping,
    /// The signature stands beside the nodes that it signs, or signs octets that are elsewhere.
    Detached,
}

impl Packaging {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Enveloped, "enveloped"), (Self::Enveloping, "enveloping"), (Self::Detached, "detached")];

    /// The word for it on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(packaging, _)| *packaging == self).map_or("", |(_, name)| name)
    }

    /// The packaging of this [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(packaging, _)| *packaging)
    }
}
