//! What a signature signs: references described by the caller or by a format, and how each is digested.

use super::error::PrepareError;
use crate::algorithm::{Digest, DigestAlgorithm};
use crate::profile::xmldsig::Transform;
use crate::syntax::xml::c14n::Parameters;
use crate::syntax::xml::select::Part;

/// What is signed, with how it is digested: one Reference of a signature.
#[derive(Clone, Debug)]
pub struct Reference {
    pub(super) target: Target,
    pub(super) transforms: Option<Vec<Transform>>,
    pub(super) digest: Option<DigestAlgorithm>,
    pub(super) id: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) mime_type: Option<String>,
}

/// What a reference names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// `URI=""`.
    Document,
    /// `URI="#id"`.
    Node(String),
    /// `URI="#id"` with the id that the one element of this name turns out to have.
    Element(&'static str),
    /// Octets elsewhere.
    External(String, Digest),
}

impl Reference {
    const fn new(target: Target) -> Self {
        Self { target, transforms: None, digest: None, id: None, kind: None, mime_type: None }
    }

    /// The whole document, `URI=""`.
    #[must_use]
    pub const fn document() -> Self {
        Self::new(Target::Document)
    }

    /// The element of this id, `URI="#id"`.
    #[must_use]
    pub fn node(id: impl Into<String>) -> Self {
        Self::new(Target::Node(id.into()))
    }

    pub(super) const fn element(name: &'static str) -> Self {
        Self::new(Target::Element(name))
    }

    /// Octets outside of the document, under the URI by which verifiers will find them. `digest` is over
    /// the octets as they are; there are no transforms.
    #[must_use]
    pub fn external(uri: impl Into<String>, digest: Digest) -> Self {
        Self { transforms: Some(Vec::new()), ..Self::new(Target::External(uri.into(), digest)) }
    }

    /// The transforms, in place of those of the format.
    #[must_use]
    pub fn transforms(mut self, transforms: impl IntoIterator<Item = Transform>) -> Self {
        if !matches!(self.target, Target::External(..)) {
            self.transforms = Some(transforms.into_iter().collect());
        }
        self
    }

    /// The digest algorithm, in place of the signature's.
    #[must_use]
    pub const fn digest(mut self, digest: DigestAlgorithm) -> Self {
        self.digest = Some(digest);
        self
    }

    /// The Id of the Reference itself.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The Type of the Reference, a URI.
    #[must_use]
    pub fn kind(mut self, uri: impl Into<String>) -> Self {
        self.kind = Some(uri.into());
        self
    }

    /// The MIME type of what is signed, for XAdES.
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
        self.mime_type = Some(mime_type.into());
        self
    }

    /// Its URI; of an element that is named, nothing before its id is known.
    pub(super) fn uri(&self) -> String {
        match &self.target {
            Target::Document | Target::Element(_) => String::new(),
            Target::Node(id) => format!("#{id}"),
            Target::External(uri, _) => uri.clone(),
        }
    }

    /// The id it names in the document.
    pub(super) fn node_id(&self) -> Option<&str> {
        match &self.target {
            Target::Node(id) => Some(id),
            _ => None,
        }
    }

    fn steps(&self) -> &[Transform] {
        self.transforms.as_deref().unwrap_or_default()
    }

    /// The part of the document that it names.
    pub(super) fn part(&self, id_attribute: &str) -> Option<Part> {
        match &self.target {
            Target::Document => Some(Part::Document),
            Target::Node(id) => Some(Part::id(id_attribute, id)),
            Target::Element(_) | Target::External(..) => None,
        }
    }

    /// How it is canonicalised, if that is all that its transforms come down to for a document that has
    /// not the signature yet.
    pub(super) fn in_one_pass(&self) -> Option<Parameters> {
        // The signature is not there, so there is nothing to leave out.
        let rest = match self.steps() {
            [Transform::EnvelopedSignature, rest @ ..] => rest,
            all => all,
        };
        match rest {
            [] => Some(Parameters::default()),
            // A reference to `#id` or to the document has no comments, whatever the method (4.4.3.3).
            [Transform::C14n { method, prefixes }] => {
                Some(Parameters::with_prefix_list(method.without_comments(), prefixes))
            }
            _ => None,
        }
    }

    /// Whether its transforms work on node-sets.
    pub(super) fn needs_tree(&self) -> bool {
        !matches!(self.target, Target::External(..)) && self.in_one_pass().is_none()
    }

    /// Whether what it names holds a place within elements of these ids.
    pub(super) fn covers(&self, ids_around: &[Vec<u8>]) -> bool {
        match &self.target {
            Target::Document => true,
            Target::Node(id) => ids_around.iter().any(|around| around == id.as_bytes()),
            Target::Element(_) | Target::External(..) => false,
        }
    }

    /// A signature around the document can neither sign all of it, for it would sign itself, nor take
    /// itself out, for nothing would be left.
    pub(super) fn check_within(&self) -> Result<(), PrepareError> {
        if self.target == Target::Document {
            return Err(PrepareError::Options(
                "an enveloping signature signs its Object and nodes in it, not the document around itself",
            ));
        }
        if self.steps().iter().any(|step| matches!(step, Transform::EnvelopedSignature)) {
            return Err(PrepareError::Options(
                "an enveloping signature with the enveloped-signature transform signs nothing",
            ));
        }
        Ok(())
    }

    /// Whether its transforms leave the signature out, as far as can be told without evaluating them.
    pub(super) fn leaves_itself_out(&self) -> bool {
        let leaves = |step: &Transform| {
            matches!(
                step,
                Transform::EnvelopedSignature | Transform::XPath { .. } | Transform::XPathFilter2 { .. }
            )
        };
        self.steps().iter().any(leaves)
    }
}
