//! One Reference checked: against the digest that was signed, and the references of a Manifest with it.

use std::cell::Cell;

use super::super::FindingKind;
use super::super::report::Check;
use super::identifier::{DSIG, MANIFEST, digest_method};
use super::report::{ReferenceReport, XmlSignatureReport};
use super::structure::{Reference, called, manifest};
use super::transform::{Engine, Refusal, Target};
use crate::algorithm::DigestAlgorithm;
use crate::syntax::xml::tree::NodeId;

/// Manifests in manifests are followed this deep.
const DEPTH: usize = 3;

/// What a byte of a path in a report counts for, in octets worked on.
const PATH: u64 = 16;

/// The references of one signature being checked.
pub(super) struct References<'e, 't> {
    engine: &'e Engine<'t>,
    signature: NodeId,
    /// References that may still be checked, those of manifests included.
    left: Cell<usize>,
}

/// A reference with the node that it is to, if it is to one.
pub(super) struct Checked {
    pub(super) report: ReferenceReport,
    pub(super) target: Option<NodeId>,
    /// Whether the whole of it is digested.
    pub(super) is_whole: bool,
    /// Those of the manifest that it is to.
    pub(super) inner: Vec<Self>,
}

impl Checked {
    /// The report, with those of the manifest in it.
    pub(super) fn into_report(mut self) -> ReferenceReport {
        self.report.manifest = self.inner.into_iter().map(Self::into_report).collect();
        self.report
    }

    /// This one, those of its manifest, and so on.
    pub(super) fn all(&self) -> Vec<&Self> {
        let mut all = vec![self];
        for inner in &self.inner {
            all.extend(inner.all());
        }
        all
    }
}

impl<'e, 't> References<'e, 't> {
    pub(super) fn new(engine: &'e Engine<'t>, signature: NodeId) -> Self {
        Self { engine, signature, left: Cell::new(engine.options.limits.references) }
    }

    pub(super) fn check(&self, reference: &Reference, to: &mut XmlSignatureReport) -> Checked {
        self.check_at(reference, to, DEPTH)
    }

    fn check_at(&self, reference: &Reference, to: &mut XmlSignatureReport, depth: usize) -> Checked {
        let algorithm = digest_method(&reference.digest_method);
        let mut checked = Checked {
            report: ReferenceReport {
                id: reference.id.clone(),
                uri: reference.uri.clone(),
                path: None,
                kind: reference.kind.clone(),
                transforms: reference.transforms.iter().map(|one| one.algorithm.clone()).collect(),
                digest_algorithm: algorithm
                    .map_or_else(|| reference.digest_method.clone(), |known| known.name().to_owned()),
                digest: Check::not_checked("not reached"),
                octets: 0,
                signed: Vec::new(),
                omitted: Vec::new(),
                not_listed: 0,
                manifest: Vec::new(),
            },
            target: None,
            is_whole: false,
            inner: Vec::new(),
        };
        if let Err(refusal) = self.look(reference, algorithm, &mut checked, to, depth) {
            checked.report.digest = Check::not_checked(refusal.why.clone());
            to.find(refusal.kind, refusal.why);
        }
        checked
    }

    fn look(
        &self,
        reference: &Reference,
        algorithm: Option<DigestAlgorithm>,
        checked: &mut Checked,
        to: &mut XmlSignatureReport,
        depth: usize,
    ) -> Result<(), Refusal> {
        let engine = self.engine;
        let left = self.left.get().checked_sub(1).ok_or_else(|| {
            let limit = engine.options.limits.references;
            Refusal::new(FindingKind::TooMuchWork, format!("more than {limit} references"))
        })?;
        self.left.set(left);
        engine.charge(1)?;
        let target = engine.dereference(reference)?;
        let report = &mut checked.report;
        if let Target::Node(node, _) = &target {
            checked.target = Some(*node);
            report.path = Some(engine.places.path(*node));
        }
        let Some(algorithm) = algorithm else {
            let why = format!("the digest {} is not supported", reference.digest_method);
            return Err(Refusal::new(FindingKind::UnsupportedAlgorithm, why));
        };
        if algorithm == DigestAlgorithm::Sha1 {
            super::signature::weak(to, engine.options, "a reference is digested with SHA-1");
        }
        let digested = engine.digest(self.signature, target, &reference.transforms, algorithm)?;
        report.octets = digested.octets;
        if let Some(coverage) = &digested.coverage {
            report.signed = coverage.signed_paths(engine.tree, engine.places);
            report.omitted = coverage.omitted_paths(engine.tree, engine.places);
            report.not_listed = coverage.not_listed();
            checked.is_whole = checked.target.is_some_and(|target| coverage.is_whole(target));
            let paths = report.signed.iter().chain(&report.omitted).map(|path| path.len() as u64);
            engine.charge(paths.sum::<u64>().saturating_mul(PATH))?;
            for comment in &coverage.splits {
                to.find(FindingKind::CommentInText, split(engine, *comment));
            }
        }
        if digested.of_nodes && digested.octets == 0 {
            let why = "the transforms leave nothing of what the reference is to";
            return Err(Refusal::new(FindingKind::NothingDigested, why));
        }
        report.digest = if digested.digest.as_bytes() == reference.digest {
            Check::Ok
        } else {
            let uri = reference.uri.as_deref().unwrap_or_default();
            let what = report.path.as_deref().unwrap_or(uri);
            let found = digested.digest.to_base64();
            let why = format!("{what} has the digest {found}, another was signed");
            to.find(FindingKind::ReferenceMismatch, why.clone());
            Check::failed(why)
        };
        self.follow_manifest(reference, checked, to, depth)
    }

    /// Checks what a Manifest refers to: XML Signature leaves that to the application.
    fn follow_manifest(
        &self,
        reference: &Reference,
        checked: &mut Checked,
        to: &mut XmlSignatureReport,
        depth: usize,
    ) -> Result<(), Refusal> {
        let engine = self.engine;
        let is_manifest = |node: &NodeId| engine.tree.is(*node, DSIG, "Manifest");
        let Some(node) = checked.target.filter(is_manifest) else {
            if reference.kind.as_deref() == Some(MANIFEST) {
                let why = "a reference of type Manifest to something else";
                return Err(Refusal::new(FindingKind::ReferenceUnresolved, why));
            }
            return Ok(());
        };
        if !checked.is_whole {
            let why = "a Manifest of which a part only is signed";
            return Err(Refusal::new(FindingKind::TransformRefused, why));
        }
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Refusal::new(
                FindingKind::TooMuchWork,
                format!("manifests {DEPTH} deep in manifests"),
            ));
        };
        let references = manifest(engine.tree, node, &engine.options.limits)
            .map_err(|why| Refusal::new(FindingKind::SignatureMalformed, why))?;
        for reference in &references {
            let inner = self.check_at(reference, to, depth);
            checked.inner.push(inner);
        }
        Ok(())
    }
}

/// A text that a comment splits, as it is signed.
fn split(engine: &Engine<'_>, comment: NodeId) -> String {
    let tree = engine.tree;
    let parent = tree.parent(comment).unwrap_or(comment);
    let text: String = tree
        .children(parent)
        .map(
            |child| {
                if tree.kind(child) == crate::syntax::xml::tree::Kind::Text { tree.text(child) } else { "" }
            },
        )
        .flat_map(str::chars)
        .take(200)
        .collect();
    format!("{} at {} was signed as {text:?}", called(tree, parent), engine.places.path(parent))
}
