//! What a Reference digests: its URI dereferenced, its transforms in order (XML Signature 1.1, 4.4.3).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::super::{FindingKind, Options};
use super::coverage::Coverage;
use super::identifier::{BASE64, ENVELOPED, FILTER2, XPATH};
use super::place::{Owners, Places};
use super::read::read;
use super::structure::{Reference, Transform, decode, no_parameters, prefix_list};
use super::xpath::Filters;
use crate::algorithm::{Digest, DigestAlgorithm};
use crate::limits::Limits;
use crate::syntax::xml::tree::c14n::{Parameters, canonicalize};
use crate::syntax::xml::tree::{Kind, NodeId, NodeSet, Tree};
use crate::syntax::xml::xpath::Budget;
use crate::syntax::xml::{C14nMethod, XmlError};

/// Why a reference could not be digested.
pub(super) struct Refusal {
    pub(super) kind: FindingKind,
    pub(super) why: String,
}

impl Refusal {
    pub(super) fn new(kind: FindingKind, why: impl Into<String>) -> Self {
        Self { kind, why: why.into() }
    }

    /// What reading or canonicalising says.
    pub(super) fn from_xml(what: &str, error: &XmlError) -> Self {
        let kind = match error.fault() {
            crate::Fault::Limit => FindingKind::TooMuchWork,
            _ => FindingKind::TransformRefused,
        };
        Self::new(kind, format!("{what}: {error}"))
    }
}

/// What a reference digests.
pub(super) struct Digested {
    pub(super) digest: Digest,
    pub(super) octets: u64,
    /// Whether a node-set was digested, not octets that were given.
    pub(super) of_nodes: bool,
    /// What of the document is signed; unknown when a transform worked on octets made from it.
    pub(super) coverage: Option<Coverage>,
}

/// What a URI leads to.
pub(super) enum Target {
    /// A node of the document, with or without the comments below it.
    Node(NodeId, bool),
    /// Octets that the caller gave.
    Octets(Vec<u8>),
}

/// What goes from one transform to the next.
enum Data<'t> {
    Octets(Vec<u8>),
    Nodes(Source<'t>, NodeSet),
}

/// Where nodes are from.
#[derive(Clone)]
enum Source<'t> {
    Document(&'t Tree),
    /// Octets that were read again.
    Octets(Rc<Tree>),
}

impl Source<'_> {
    fn tree(&self) -> &Tree {
        match self {
            Self::Document(tree) => tree,
            Self::Octets(tree) => tree,
        }
    }
}

/// Dereferences and transforms, within what one document may cost in all.
pub(super) struct Engine<'t> {
    pub(super) tree: &'t Tree,
    pub(super) places: &'t Places<'t>,
    pub(super) options: &'t Options,
    /// Octets that may still be made, and so many nodes looked at.
    work: Cell<u64>,
    budget: RefCell<Budget>,
}

impl<'t> Engine<'t> {
    /// `document_bytes` set how much work is worth while.
    pub(super) fn new(
        tree: &'t Tree,
        places: &'t Places<'t>,
        options: &'t Options,
        document_bytes: u64,
    ) -> Self {
        let worth = document_bytes.saturating_mul(64).saturating_add(64 << 20);
        let work = Cell::new(worth.min(options.limits.xml_memory_bytes));
        Self { tree, places, options, work, budget: RefCell::new(Budget::new(&options.limits)) }
    }

    /// Counts work.
    pub(super) fn charge(&self, amount: u64) -> Result<(), Refusal> {
        match self.work.get().checked_sub(amount) {
            Some(left) => {
                self.work.set(left);
                Ok(())
            }
            None => {
                self.work.set(0);
                Err(Refusal::new(
                    FindingKind::TooMuchWork,
                    "the signatures make more work than is worth while",
                ))
            }
        }
    }

    /// What the URI of a reference leads to.
    pub(super) fn dereference(&self, reference: &Reference) -> Result<Target, Refusal> {
        let unresolved = |why: String| Refusal::new(FindingKind::ReferenceUnresolved, why);
        let Some(uri) = reference.uri.as_deref() else {
            return Err(unresolved(
                "a reference without a URI, of which only its maker knows what is meant".into(),
            ));
        };
        if uri.is_empty() {
            return Ok(Target::Node(Tree::ROOT, false));
        }
        let Some(fragment) = uri.strip_prefix('#') else {
            let given = self.options.detached.iter().find(|(name, _)| name == uri);
            return match given {
                Some((_, octets)) => {
                    self.charge(octets.len() as u64)?;
                    Ok(Target::Octets(octets.clone()))
                }
                None => Err(unresolved(format!("the octets of {uri} were not given"))),
            };
        };
        if fragment == "xpointer(/)" {
            return Ok(Target::Node(Tree::ROOT, true));
        }
        let (id, comments) = match xpointer_id(fragment) {
            Some(id) => (id, true),
            None if fragment.contains('(') => {
                return Err(unresolved(format!("the XPointer {fragment} is not supported")));
            }
            None => (fragment, false),
        };
        if id.is_empty() {
            return Err(unresolved("a reference to an empty id".into()));
        }
        match self.places.with_id(id) {
            Some(Owners::One(node)) => Ok(Target::Node(node, comments)),
            Some(Owners::Several(first, second)) => {
                let (first, second) = (self.places.path(first), self.places.path(second));
                let why = format!("the id {id} stands at {first} and at {second}");
                Err(Refusal::new(FindingKind::DuplicateId, why))
            }
            None => Err(unresolved(format!("no element has the id {id}"))),
        }
    }

    /// Applies the transforms of `reference`, which stands in `signature`, and digests what comes out.
    pub(super) fn digest(
        &self,
        signature: NodeId,
        target: Target,
        transforms: &[Transform],
        algorithm: DigestAlgorithm,
    ) -> Result<Digested, Refusal> {
        let mut coverage = None;
        let mut data = match target {
            Target::Octets(octets) => Data::Octets(octets),
            Target::Node(node, comments) => {
                let set = NodeSet::subtree(self.tree, node, comments);
                Data::Nodes(Source::Document(self.tree), set)
            }
        };
        for transform in transforms {
            data = self.transform(signature, data, transform, &mut coverage)?;
        }
        let mut hasher = algorithm.hasher();
        let mut count = 0_u64;
        let of_nodes = matches!(data, Data::Nodes(..)) || coverage.is_some();
        match data {
            Data::Octets(octets) => {
                hasher.update(&octets);
                count = octets.len() as u64;
            }
            Data::Nodes(source, set) => {
                self.note(&source, &set, &mut coverage, false)?;
                self.canonical(&source, &set, &Parameters::default(), &mut |piece| {
                    hasher.update(piece);
                    count = count.saturating_add(piece.len() as u64);
                })?;
                self.charge(count)?;
            }
        }
        Ok(Digested { digest: hasher.finalize(), octets: count, of_nodes, coverage })
    }

    fn transform(
        &self,
        signature: NodeId,
        data: Data<'t>,
        transform: &Transform,
        coverage: &mut Option<Coverage>,
    ) -> Result<Data<'t>, Refusal> {
        let refused = |why: String| Refusal::new(FindingKind::TransformRefused, why);
        match transform.algorithm.as_str() {
            ENVELOPED => {
                no_parameters(self.tree, transform.node).map_err(refused)?;
                match data {
                    Data::Nodes(Source::Document(tree), set) => {
                        Ok(Data::Nodes(Source::Document(tree), set.without_subtree(tree, signature)))
                    }
                    _ => Err(refused(
                        "enveloped-signature on something other than nodes of the signature's document"
                            .into(),
                    )),
                }
            }
            BASE64 => {
                no_parameters(self.tree, transform.node).map_err(refused)?;
                let text = match data {
                    Data::Nodes(source, set) => {
                        self.note(&source, &set, coverage, false)?;
                        if let Some(coverage) = coverage {
                            coverage.text_only();
                        }
                        let tree = source.tree();
                        let texts = set.nodes(tree).filter(|node| tree.kind(*node) == Kind::Text);
                        texts.map(|node| tree.text(node)).collect()
                    }
                    Data::Octets(octets) => {
                        *coverage = None;
                        String::from_utf8(octets)
                            .map_err(|_| refused("base64 of octets that are no text".into()))?
                    }
                };
                self.charge(text.len() as u64)?;
                decode(&text).map(Data::Octets).ok_or_else(|| refused("base64 of something else".into()))
            }
            XPATH | FILTER2 => {
                let (source, set) = self.nodes(data)?;
                if matches!(source, Source::Octets(_)) {
                    *coverage = None;
                }
                self.charge(u64::from(source.tree().len()))?;
                let filters = Filters {
                    document: self.tree,
                    transform: transform.node,
                    id_attributes: &self.options.id_attributes,
                    limits: &self.options.limits,
                };
                let mut budget = self.budget.borrow_mut();
                let set = if transform.algorithm == XPATH {
                    filters.xpath(source.tree(), &set, &mut budget)?
                } else {
                    filters.filter2(source.tree(), &set, &mut budget)?
                };
                Ok(Data::Nodes(source, set))
            }
            uri => {
                let Some(method) = C14nMethod::from_uri(uri) else {
                    return Err(refused(format!("the transform {uri} is not supported")));
                };
                let parameters = parameters(self.tree, method, transform.node).map_err(refused)?;
                let (source, set) = self.nodes(data)?;
                self.note(&source, &set, coverage, method.keeps_comments())?;
                let mut octets = Vec::new();
                let most = self.work.get();
                self.canonical(&source, &set, &parameters, &mut |piece| {
                    // What is beyond is paid for below, and refused.
                    if octets.len() as u64 <= most {
                        octets.extend_from_slice(piece);
                    }
                })?;
                self.charge(octets.len() as u64)?;
                Ok(Data::Octets(octets))
            }
        }
    }

    /// Nodes, read from the octets if need be.
    fn nodes(&self, data: Data<'t>) -> Result<(Source<'t>, NodeSet), Refusal> {
        match data {
            Data::Nodes(source, set) => Ok((source, set)),
            Data::Octets(octets) => {
                let most = self.work.get();
                let limits = Limits { xml_memory_bytes: most, ..self.options.limits.clone() };
                let tree = read(&octets, &limits).map_err(|error| {
                    Refusal::from_xml("octets that a transform is to read as XML", &error)
                })?;
                self.charge((octets.len() as u64).saturating_add(u64::from(tree.len())))?;
                let set = NodeSet::document(&tree, true);
                Ok((Source::Octets(Rc::new(tree)), set))
            }
        }
    }

    /// Remembers what of the document is signed, when it turns into octets for the first time.
    fn note(
        &self,
        source: &Source<'t>,
        set: &NodeSet,
        coverage: &mut Option<Coverage>,
        comments: bool,
    ) -> Result<(), Refusal> {
        let tree = source.tree();
        let (start, end) = set.extent(tree);
        self.charge(u64::from(end.0.saturating_sub(start.0)))?;
        if let Source::Document(tree) = source {
            *coverage = Some(Coverage::of(tree, set, comments));
        }
        Ok(())
    }

    fn canonical(
        &self,
        source: &Source<'t>,
        set: &NodeSet,
        parameters: &Parameters,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Refusal> {
        // Work on what is inherited counts like work on octets.
        let limits = Limits {
            xpath_steps: self.options.limits.xpath_steps.min(self.work.get()),
            ..self.options.limits.clone()
        };
        canonicalize(source.tree(), set, parameters, &limits, out)
            .map_err(|error| Refusal::from_xml("canonicalisation", &error))
    }

    /// The canonical form of SignedInfo, in its place in the document.
    pub(super) fn signed_info(&self, node: NodeId, method: &Transform) -> Result<Vec<u8>, Refusal> {
        let uri = &method.algorithm;
        let Some(known) = C14nMethod::from_uri(uri) else {
            let why = format!("the canonicalisation method {uri} is not supported");
            return Err(Refusal::new(FindingKind::UnsupportedAlgorithm, why));
        };
        let parameters = parameters(self.tree, known, method.node)
            .map_err(|why| Refusal::new(FindingKind::SignatureMalformed, why))?;
        let mut octets = Vec::new();
        let set = NodeSet::subtree(self.tree, node, known.keeps_comments());
        self.canonical(&Source::Document(self.tree), &set, &parameters, &mut |piece| {
            octets.extend_from_slice(piece);
        })?;
        self.charge(octets.len() as u64)?;
        Ok(octets)
    }
}

fn parameters(tree: &Tree, method: C14nMethod, node: NodeId) -> Result<Parameters, String> {
    if method.is_exclusive() {
        return Ok(Parameters { method, prefixes: prefix_list(tree, node)? });
    }
    no_parameters(tree, node)?;
    Ok(method.into())
}

/// `x` of `xpointer(id('x'))`.
fn xpointer_id(fragment: &str) -> Option<&str> {
    let inside = fragment.strip_prefix("xpointer(id(")?.strip_suffix("))")?;
    let quoted = |quote| inside.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    quoted('\'').or_else(|| quoted('"')).filter(|id| !id.contains(['\'', '"']))
}
