//! Whether signatures survive that their document is moved under other elements.

use std::collections::HashMap;

use super::PrepareError;
use super::earlier::{Earlier, EarlierTransform, Reader};
use crate::algorithm::{Digest, DigestAlgorithm, Hasher};
use crate::limits::Limits;
use crate::profile::xmldsig::Markup;
use crate::source::Source;
use crate::syntax::xml::c14n::Parameters;
use crate::syntax::xml::scanner::{scan, scan_below};
use crate::syntax::xml::scope::Context;
use crate::syntax::xml::select::{Part, Selection};
use crate::syntax::xml::{C14nMethod, XmlError};

/// How many references the signatures of a document that is moved may have, one with another.
const REFERENCES: usize = 4;

/// Elements that a document is to be moved under: what they put in scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrapper {
    context: Context,
}

impl Wrapper {
    /// Elements that put nothing in scope.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a namespace declaration, `xmlns:prefix="uri"`; with an empty prefix, `xmlns="uri"`.
    #[must_use]
    pub fn namespace(mut self, prefix: &str, uri: &str) -> Self {
        self.context.bindings.retain(|(known, _)| known != prefix.as_bytes());
        self.context.bindings.push((prefix.as_bytes().to_vec(), uri.as_bytes().to_vec()));
        self
    }

    /// Adds an attribute of the namespace `xml`, `xml:local="value"`.
    #[must_use]
    pub fn xml_attribute(mut self, local: &str, value: &str) -> Self {
        self.context.inherited.push((local.as_bytes().to_vec(), value.as_bytes().to_vec()));
        self
    }

    /// What a signature around a document puts in scope.
    pub(super) fn signature(prefix: Option<&str>) -> Self {
        let (declaration, namespace) = Markup::new(prefix).declaration();
        Self::new().namespace(declaration.strip_prefix("xmlns:").unwrap_or_default(), namespace)
    }
}

/// Whether every signature of a document still verifies once its root element stands within `wrapper`;
/// if not, the first that does not is named, by its Id or by where it stands.
///
/// Inclusive canonicalisation takes in the namespaces of all ancestors, so an invoice that is signed must
/// not be put into an envelope that declares one (TT78). A reference to the whole document, `URI=""`,
/// does not survive any wrapping.
///
/// # Errors
/// When the document cannot be read.
pub fn would_survive_wrapping<S: Source + ?Sized>(
    document: &S,
    wrapper: &Wrapper,
    limits: &Limits,
) -> Result<Result<(), String>, PrepareError> {
    let mut signatures = Reader::new(limits);
    scan(document, limits, &mut signatures)?;
    let earlier = signatures.finish();
    let broken = first_broken(document, &earlier, wrapper, limits)?;
    Ok(broken.map_or(Ok(()), |broken| Err(broken.name())))
}

/// The first of these signatures of the document that would not verify within `wrapper`.
pub(super) fn first_broken<'e, S: Source + ?Sized>(
    document: &S,
    earlier: &'e [Earlier],
    wrapper: &Wrapper,
    limits: &Limits,
) -> Result<Option<&'e Earlier>, PrepareError> {
    let whole = |one: &&Earlier| one.references.iter().any(|reference| reference.target() == Some(""));
    let first = earlier.iter().find(whole);
    if earlier.is_empty() || first.is_some() {
        return Ok(first);
    }
    let references: usize = earlier.iter().map(|one| one.references.len()).sum();
    let limit = limits.signatures.saturating_mul(REFERENCES);
    if references > limit {
        let limit = limit as u64;
        return Err(XmlError::limit(0, "references of the signatures that would be moved", limit).into());
    }
    let parts = Parts::of(earlier);
    let now = parts.digests(document, &Context::default(), limits)?;
    let then = parts.digests(document, &wrapper.context, limits)?;
    let same = |index: &usize| now.get(*index) == then.get(*index);
    let pairs = earlier.iter().zip(&parts.of_each);
    Ok(pairs.filter(|(_, parts)| !parts.iter().all(same)).map(|(one, _)| one).next())
}

/// What signatures cover, each part once however many references are to it.
#[derive(Default)]
struct Parts {
    parts: Vec<(Part, Parameters)>,
    /// For each signature, which of them.
    of_each: Vec<Vec<usize>>,
}

impl Parts {
    /// SignedInfo and the references' nodes.
    fn of(earlier: &[Earlier]) -> Self {
        let mut all = Self::default();
        let mut known = HashMap::new();
        for one in earlier {
            let method = C14nMethod::from_uri(&one.method.algorithm).unwrap_or_default();
            let mut of_this = vec![all.add(Part::Offset(one.signed_info), parameters(method, &one.method))];
            for reference in &one.references {
                let target = reference.target().unwrap_or_default();
                let last = reference
                    .transforms
                    .iter()
                    .rev()
                    .find_map(|transform| Some((C14nMethod::from_uri(&transform.algorithm)?, transform)));
                let means = last.map(|(method, transform)| (method, transform.prefixes.as_slice()));
                let index = *known.entry((target, means)).or_insert_with(|| {
                    let names = super::survey::ID_ATTRIBUTES.iter().map(|name| name.as_bytes().to_vec());
                    let part = Part::Id { names: names.collect(), value: target.as_bytes().to_vec() };
                    let parameters = last.map(|(method, transform)| parameters(method, transform));
                    all.add(part, parameters.unwrap_or_default())
                });
                of_this.push(index);
            }
            all.of_each.push(of_this);
        }
        all
    }

    fn add(&mut self, part: Part, parameters: Parameters) -> usize {
        self.parts.push((part, parameters));
        self.parts.len() - 1
    }

    /// Their digests, as the context makes them.
    fn digests<S: Source + ?Sized>(
        &self,
        document: &S,
        context: &Context,
        limits: &Limits,
    ) -> Result<Vec<Option<Digest>>, PrepareError> {
        let selection = |(part, parameters): &(Part, Parameters)| {
            Selection::new(part.clone(), parameters.clone(), DigestAlgorithm::Sha256.hasher())
        };
        let mut selections: Vec<Selection<Hasher>> = self.parts.iter().map(selection).collect();
        scan_below(document, context, limits, &mut selections)?;
        Ok(selections.into_iter().map(|selection| selection.finish().map(Hasher::finalize)).collect())
    }
}

fn parameters(method: C14nMethod, transform: &EarlierTransform) -> Parameters {
    Parameters::with_prefix_list(method, &transform.prefixes)
}
