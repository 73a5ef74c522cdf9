//! From a document and what is asked for to a prepared signature.

use super::compose::{Composed, Ids, Parts};
use super::location::{Found, Locator, Path};
use super::prepared::{Plan, Prepared};
use super::reference::{Reference, Target};
use super::survey::{Digested, Survey, Surveyed};
use super::{Packaging, PrepareError, Signing, named, node_set, wrapping};
use crate::algorithm::{Digest, DigestAlgorithm, Suite};
use crate::embed::{Placement, Spliced};
use crate::prepare::{At, leaf_warnings};
use crate::source::Source;
use crate::syntax::xml::XmlErrorKind;
use crate::syntax::xml::c14n::Parameters;
use crate::syntax::xml::plain::{Doctype, Encoding, Plain, encoding_of, in_memory};
use crate::syntax::xml::scanner::scan;
use crate::syntax::xml::scope::Context;
use crate::syntax::xml::select::Part;

/// A signature for a plain document: offsets are those of its text.
struct Draft {
    composed: Composed,
    context: Context,
    at: u64,
    opened: Option<String>,
    behind: Option<u64>,
    input_length: u64,
    input_digest: Digest,
}

impl Signing {
    /// Prepares the document for a service that returns a raw signature value.
    ///
    /// # Errors
    /// [`PrepareError`]: the document cannot be read, what is named is not there, another signature would
    /// break, or the options do not go together. Nothing is left behind.
    pub fn prepare<S: Source>(&self, source: S, at: &At) -> Result<Prepared<S>, PrepareError> {
        self.check_options()?;
        let suite = self.suite()?;
        let warnings = leaf_warnings(&self.chain, at.time.timestamp())?;
        let direct = match encoding_of(&source)? {
            Encoding::Utf8 => match self.draft(&source, suite, at) {
                Err(PrepareError::Document(error))
                    if self.entities.is_some() && matches!(error.kind(), XmlErrorKind::Doctype) =>
                {
                    None
                }
                draft => Some((draft?, Encoding::Utf8)),
            },
            _ => None,
        };
        let (draft, encoding) = match direct {
            Some(direct) => direct,
            None => self.draft_plain(&source, suite, at)?,
        };
        let Draft { composed, context, at, opened, behind, input_length, input_digest } = draft;
        Ok(Prepared::new(Plan {
            source,
            document: self.document.clone(),
            input_length,
            input_digest,
            chain: self.chain.clone(),
            suite,
            composed,
            placement: Placement { at, opened, behind, encoding },
            context,
            warnings,
        }))
    }

    /// A document that has a DOCTYPE or is in another encoding: its text is made plain in memory.
    fn draft_plain<S: Source>(
        &self,
        source: &S,
        suite: Suite,
        at: &At,
    ) -> Result<(Draft, Encoding), PrepareError> {
        let bytes = in_memory(source, &self.limits)?;
        let doctype = self.entities.as_ref().map_or(Doctype::Refused, Doctype::Allowed);
        let plain = Plain::read(&bytes, doctype, &self.limits)?;
        let original = |offset: u64| {
            plain.original_offset(offset).ok_or_else(|| PrepareError::LocationClosed {
                path: self.location.clone().unwrap_or_default(),
                what: "lies in the text of an entity",
            })
        };
        let mut draft = self.draft(plain.text(), suite, at).map_err(|error| match error {
            PrepareError::Document(error) => {
                let offset = plain.nearest_offset(error.offset());
                PrepareError::Document(error.at(offset))
            }
            other => other,
        })?;
        draft.at = original(draft.at)?;
        draft.behind = draft.behind.map(original).transpose()?;
        draft.input_length = bytes.len() as u64;
        draft.input_digest = DigestAlgorithm::Sha256.hash(&bytes);
        Ok((draft, plain.encoding()))
    }

    fn draft<D: Source + ?Sized>(&self, document: &D, suite: Suite, at: &At) -> Result<Draft, PrepareError> {
        let (references, path) = named::resolve(self, document)?;
        let ids = Ids::new(self, &references, at)?;
        let survey = self.survey(document, path.clone(), &references, &ids, suite)?;
        self.check_ids(&references, &ids, &survey)?;
        let asked = Asked { suite, at, ids: &ids, references: &references };
        match self.packaging {
            Packaging::Enveloping => self.around(document, &asked, &survey),
            Packaging::Enveloped | Packaging::Detached => self.within(document, &asked, survey, &path),
        }
    }

    /// The pass over the document.
    fn survey<D: Source + ?Sized>(
        &self,
        document: &D,
        path: Path,
        references: &[Reference],
        ids: &Ids,
        suite: Suite,
    ) -> Result<Surveyed, PrepareError> {
        let nodes = references.iter().filter_map(Reference::node_id);
        let interest = ids.all().cloned().chain(nodes.map(str::to_owned));
        let mut survey = Survey::new(Locator::new(path), &self.id_attribute, interest, &self.limits);
        for reference in references {
            let algorithm = reference.digest.unwrap_or_else(|| self.reference_digest(suite));
            match (reference.part(&self.id_attribute), reference.in_one_pass()) {
                (None, _) => {}
                (Some(part), Some(parameters)) => survey.digest(part, parameters, algorithm),
                (Some(part), None) => survey.node(part),
            }
        }
        scan(document, &self.limits, &mut survey)?;
        Ok(survey.finish())
    }

    /// Every id that is referenced occurs once, every one that is new not at all.
    fn check_ids(&self, references: &[Reference], ids: &Ids, survey: &Surveyed) -> Result<(), PrepareError> {
        let count = |id: &str| survey.ids.get(id.as_bytes()).copied().unwrap_or(0);
        for id in references.iter().filter_map(Reference::node_id) {
            let found = survey.nodes.get(id.as_bytes()).copied().unwrap_or(0);
            if found == 0 {
                let (id, attribute) = (id.to_owned(), self.id_attribute.clone());
                return Err(PrepareError::NodeMissing { id, attribute });
            }
            if count(id) > 1 {
                return Err(PrepareError::DuplicateId { id: id.to_owned(), count: count(id) });
            }
        }
        match ids.all().find(|id| count(id) > 0) {
            Some(id) => Err(PrepareError::IdTaken { id: id.clone() }),
            None => Ok(()),
        }
    }

    /// A signature within the document.
    fn within<D: Source + ?Sized>(
        &self,
        document: &D,
        asked: &Asked<'_>,
        survey: Surveyed,
        path: &Path,
    ) -> Result<Draft, PrepareError> {
        let text = || path.text().to_owned();
        let candidate = match survey.location {
            Found::Nowhere => return Err(PrepareError::LocationMissing { path: text() }),
            Found::Ambiguous(count) => return Err(PrepareError::LocationAmbiguous { path: text(), count }),
            Found::Place(candidate) => candidate,
        };
        if candidate.inside.is_some() {
            let what = "lies inside another signature";
            return Err(PrepareError::LocationClosed { path: text(), what });
        }
        if let Some(broken) = survey.earlier.iter().find(|one| one.would_break(&candidate.ids_around)) {
            return Err(PrepareError::WouldBreak { signature: broken.name() });
        }
        for reference in asked.references {
            if reference.covers(&candidate.ids_around) && !reference.leaves_itself_out() {
                let what = "would hold the signature itself; add the enveloped-signature transform";
                return Err(PrepareError::Transforms { uri: reference.uri(), what });
            }
        }
        let parts = self.parts(asked, &candidate.context);
        let mut digests = self.digests(asked, survey.digests)?;
        let mut composed = parts.compose(&digests, None)?;
        let slash = if candidate.empty { b"/>".len() as u64 } else { 0 };
        let at = candidate.end.saturating_sub(slash);
        let opened = candidate.empty.then(|| candidate.name.clone());
        if asked.references.iter().any(Reference::needs_tree) {
            let placement = Placement { at, opened: opened.clone(), behind: None, encoding: Encoding::Utf8 };
            let insertions = placement.insertions(&[&composed.head, &composed.tail], "");
            let whole = Spliced { source: document, length: survey.input_length, insertions };
            let inserted = at + u64::from(opened.is_some());
            node_set::digest(self, asked.references, &whole, inserted, &mut digests)?;
            composed = parts.compose(&digests, None)?;
        }
        // An Object's id comes from a digest: whether it is taken can be told only now.
        let taken = survey.generated.iter().map(|id| String::from_utf8_lossy(id));
        if let Some(id) = taken.into_iter().find(|id| composed.tail.contains(&format!("Id=\"{id}\""))) {
            return Err(PrepareError::IdTaken { id: id.into_owned() });
        }
        Ok(Draft {
            composed,
            context: candidate.context,
            at,
            opened,
            behind: None,
            input_length: survey.input_length,
            input_digest: survey.input_digest,
        })
    }

    /// A signature around the document.
    fn around<D: Source + ?Sized>(
        &self,
        document: &D,
        asked: &Asked<'_>,
        survey: &Surveyed,
    ) -> Result<Draft, PrepareError> {
        if self.prefix.is_none() && !survey.root_has_default_namespace {
            return Err(PrepareError::Options(
                "an enveloping signature without a prefix would draw a document without a namespace into its own",
            ));
        }
        let context = Context::default();
        let parts = self.parts(asked, &context);
        let object = asked.ids.object(None, asked.at);
        let (at, behind) = survey.root;
        let wrapped = wrapping::Wrapper::signature(self.prefix.as_deref());
        if let Some(broken) = wrapping::first_broken(document, &survey.earlier, &wrapped, &self.limits)? {
            return Err(PrepareError::WouldBreak { signature: broken.name() });
        }
        // The document as it will stand, with everything of the signature that bears upon it.
        let placement = Placement { at, opened: None, behind: Some(behind), encoding: Encoding::Utf8 };
        let begin = parts.open() + &parts.open_object(&object);
        let insertions = placement.insertions(&[&begin], &parts.close_object());
        let whole = Spliced { source: document, length: survey.input_length, insertions };
        let algorithm = self.reference_digest(asked.suite);
        let mut inner = Survey::new(Locator::new(Path::root()), &self.id_attribute, [], &self.limits);
        let signs_object = asked.references.is_empty();
        if signs_object {
            let method = Parameters::with_prefix_list(self.c14n.without_comments(), &self.prefix_list);
            inner.digest(Part::id("Id", &object), method, algorithm);
        }
        for reference in asked.references {
            reference.check_within()?;
            let algorithm = reference.digest.unwrap_or(algorithm);
            match (reference.part(&self.id_attribute), reference.in_one_pass()) {
                (None, _) => {}
                (Some(part), Some(parameters)) => inner.digest(part, parameters, algorithm),
                (Some(_), None) => {
                    return Err(PrepareError::Options(
                        "an enveloping signature takes canonicalisation as its only transform",
                    ));
                }
            }
        }
        scan(&whole, &self.limits, &mut inner)?;
        let mut inner = inner.finish().digests.into_iter();
        let digest = if signs_object { inner.next().and_then(|digested| digested.digest) } else { None };
        let digests = self.digests(asked, inner.collect())?;
        Ok(Draft {
            composed: parts.compose(&digests, Some((&object, digest)))?,
            context,
            at,
            opened: None,
            behind: Some(behind),
            input_length: survey.input_length,
            input_digest: survey.input_digest,
        })
    }

    fn parts<'a>(&'a self, asked: &Asked<'a>, context: &'a Context) -> Parts<'a> {
        let Asked { suite, at, ids, references } = *asked;
        Parts { signing: self, suite, at, ids, references, context }
    }

    /// The URI and the digest of each reference; zeros for those that need a tree.
    fn digests(
        &self,
        asked: &Asked<'_>,
        from_pass: Vec<Digested>,
    ) -> Result<Vec<(String, Digest)>, PrepareError> {
        let mut from_pass = from_pass.into_iter();
        let digest = |reference: &Reference| {
            let algorithm = reference.digest.unwrap_or_else(|| self.reference_digest(asked.suite));
            let digest = match &reference.target {
                Target::External(_, digest) => Some(*digest),
                _ if reference.needs_tree() => Digest::from_bytes(algorithm, &vec![0; algorithm.len()]),
                _ => from_pass.next().and_then(|digested| digested.digest),
            };
            let missing =
                || PrepareError::NodeMissing { id: reference.uri(), attribute: self.id_attribute.clone() };
            Ok((reference.uri(), digest.ok_or_else(missing)?))
        };
        asked.references.iter().map(digest).collect()
    }
}

/// What was asked for, worked out.
struct Asked<'a> {
    suite: Suite,
    at: &'a At,
    ids: &'a Ids,
    references: &'a [Reference],
}
