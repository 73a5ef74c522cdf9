//! Where the signature goes: a path of element names, matched as the document passes.

use super::error::PrepareError;
use crate::syntax::xml::XmlError;
use crate::syntax::xml::scanner::{EndTag, StartTag};
use crate::syntax::xml::scope::{Context, Scope};

/// The most namespaces, `xml:` attributes and ids that may be in scope at a place: one is kept for each
/// element that is open.
const MOST_IN_SCOPE: usize = 256;
/// The most bytes that they may have in all: they are copied for each place that is found.
const MOST_BYTES_IN_SCOPE: usize = 1 << 14;

/// Names below each other, as they are written in the document; the last is the element that receives
/// the signature. No steps: the root element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    text: String,
    /// Whether the first step is the root element.
    anchored: bool,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    name: String,
    /// Which of the siblings of this name, from 1.
    index: Option<u64>,
}

impl Path {
    /// The most steps.
    const LONGEST: usize = 63;

    /// Reads `DSCKS/NBan`, `inv:invoice`, `TDiep/DLieu/HDon[2]/DSCKS/NBan`; a `/` in front stands for the
    /// root.
    pub(super) fn read(text: &str) -> Result<Self, PrepareError> {
        let wrong = || PrepareError::Location { path: text.to_owned() };
        let (anchored, rest) = match text.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let steps: Option<Vec<Step>> = rest.split('/').map(step).collect();
        let steps = steps.filter(|steps| steps.len() <= Self::LONGEST).ok_or_else(wrong)?;
        Ok(Self { text: text.to_owned(), anchored, steps })
    }

    /// The root element.
    pub(super) const fn root() -> Self {
        Self { text: String::new(), anchored: true, steps: Vec::new() }
    }

    /// The path as it was given.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

fn step(text: &str) -> Option<Step> {
    let (name, index) = match text.split_once('[') {
        None => (text, None),
        Some((name, rest)) => {
            let index: u64 = rest.strip_suffix(']')?.parse().ok()?;
            (name, Some(index).filter(|index| *index > 0)?.into())
        }
    };
    let good = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || "[]<>&\"'=@*".contains(c));
    good.then(|| Step { name: name.to_owned(), index })
}

/// A place for the signature.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Name of the element as it is written.
    pub(super) name: String,
    /// What is in scope inside the element.
    pub(super) context: Context,
    /// Values of the id attributes of the element and of those it stands in.
    pub(super) ids_around: Vec<Vec<u8>>,
    /// Byte offset at which the signature goes in: before the end tag, or behind an empty element's tag.
    pub(super) end: u64,
    /// Whether the element is written `<name/>`.
    pub(super) empty: bool,
    /// Where the signature begins that the element stands in, if it does.
    pub(super) inside: Option<u64>,
}

/// Places that have the same distance from the signed node: how many, and the first.
#[derive(Debug, Default)]
struct Level {
    count: u64,
    first: Option<Box<Kept>>,
}

/// A place as it is kept until it is certain that it is the one.
#[derive(Debug)]
struct Kept {
    /// Without its context and ids.
    candidate: Candidate,
    scope: Scope,
    /// As in [`Locator::ids`].
    ids: Vec<u8>,
}

impl Kept {
    fn candidate(self) -> Candidate {
        let ids = self.ids.split(|byte| *byte == b'\0').filter(|id| !id.is_empty());
        Candidate {
            context: self.scope.context(),
            ids_around: ids.map(<[u8]>::to_vec).collect(),
            ..self.candidate
        }
    }
}

impl Level {
    fn add(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        if self.first.is_none() {
            self.first = other.first;
        }
    }
}

/// An element that is open.
#[derive(Debug, Default)]
struct Open {
    /// Bit `n`: the elements down to this one match the first `n` steps.
    matched: u64,
    /// Length of `Locator::ids` when it began.
    ids_before: usize,
    /// What few elements have.
    more: Option<Box<More>>,
}

/// What there is to know of an element that has to do with the place.
#[derive(Debug, Default)]
struct More {
    /// For each step with an index, how many children of its name there have been.
    seen: Vec<u64>,
    is_candidate: bool,
    /// Whether it is the first signed node, or stands around it.
    around_node: bool,
    level: Level,
}

impl Open {
    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }
}

/// Finds the place that stands nearest to the first signed node.
#[derive(Debug)]
pub(super) struct Locator {
    path: Path,
    /// The open elements; the first entry is the document.
    open: Vec<Open>,
    /// Id values of the open elements, each with a zero byte behind it, which XML does not allow.
    ids: Vec<u8>,
    node_seen: bool,
    /// The places whose lowest common ancestor with the node is at each depth, once that is certain.
    decided: Vec<(usize, Level)>,
}

/// What a path leads to.
#[derive(Debug)]
pub(super) enum Found {
    /// Nothing.
    Nowhere,
    /// One place that is nearer than any other.
    Place(Box<Candidate>),
    /// So many places, equally near.
    Ambiguous(u64),
}

impl Locator {
    pub(super) fn new(path: Path) -> Self {
        let mut document = Open::default();
        document.more().around_node = true;
        Self { path, open: vec![document], ids: Vec::new(), node_seen: false, decided: Vec::new() }
    }

    /// An element begins; `ids` are the values of its id attributes. `is_node`: it is a signed node.
    pub(super) fn start<'t>(
        &mut self,
        tag: &StartTag<'t>,
        ids: impl Iterator<Item = &'t [u8]>,
        is_node: bool,
    ) {
        let ids_before = self.ids.len();
        for id in ids {
            self.ids.extend_from_slice(id);
            self.ids.push(b'\0');
        }
        let matched = self.advance(tag.name());
        let is_candidate = match self.path.steps.len() {
            0 => self.open.len() == 1,
            steps => matched & (1 << steps) != 0,
        };
        let mut open = Open { matched, ids_before, more: None };
        if is_candidate {
            open.more().is_candidate = true;
        }
        if is_node && !self.node_seen {
            self.node_seen = true;
            open.more().around_node = true;
            for outer in &mut self.open {
                outer.more().around_node = true;
            }
        }
        self.open.push(open);
    }

    /// The steps that an element of this name brings the path forward.
    fn advance(&mut self, name: &[u8]) -> u64 {
        let may_begin = !self.path.anchored || self.open.len() == 1;
        let Some(parent) = self.open.last_mut() else { return 0 };
        let before = parent.matched | u64::from(may_begin);
        let mut matched = 0;
        for (number, step) in self.path.steps.iter().enumerate() {
            if step.name.len() != name.len() || step.name.as_bytes() != name {
                continue;
            }
            if let Some(index) = step.index {
                let counts = &mut parent.more().seen;
                counts.resize(self.path.steps.len(), 0);
                let Some(seen) = counts.get_mut(number) else { continue };
                *seen += 1;
                if *seen != index {
                    continue;
                }
            }
            if before & (1 << number) != 0 {
                matched |= 1 << (number + 1);
            }
        }
        matched
    }

    /// The element that is open ends. `inside`: where the signature begins that it stands in.
    ///
    /// # Errors
    /// When there is too much in scope at a place that is found.
    pub(super) fn end(
        &mut self,
        tag: &EndTag<'_>,
        scope: &Scope,
        inside: Option<u64>,
    ) -> Result<(), XmlError> {
        let depth = self.open.len().saturating_sub(1);
        let Some(mut open) = self.open.pop() else { return Ok(()) };
        let more = open.more.take();
        let is_candidate = more.as_ref().is_some_and(|more| more.is_candidate);
        let own = if is_candidate {
            Level { count: 1, first: Some(self.candidate(tag, scope, inside)?) }
        } else {
            Level::default()
        };
        self.ids.truncate(open.ids_before);
        let Some(mut more) = more else { return Ok(()) };
        if self.node_seen && more.around_node {
            more.level.add(own);
            self.decided.push((depth, more.level));
        } else if let Some(parent) = self.open.last_mut()
            && more.level.count + own.count > 0
        {
            parent.more().level.add(more.level);
            parent.more().level.add(own);
        }
        Ok(())
    }

    /// The element that ends, as a place for the signature.
    fn candidate(&self, tag: &EndTag<'_>, scope: &Scope, inside: Option<u64>) -> Result<Box<Kept>, XmlError> {
        let ids = memchr::memchr_iter(b'\0', &self.ids).count();
        if ids + scope.len() > MOST_IN_SCOPE {
            let what = "namespaces and ids in scope at a signature location";
            return Err(XmlError::limit(tag.offset, what, MOST_IN_SCOPE as u64));
        }
        if self.ids.len() + scope.bytes() > MOST_BYTES_IN_SCOPE {
            let what = "bytes of namespaces and ids in scope at a signature location";
            return Err(XmlError::limit(tag.offset, what, MOST_BYTES_IN_SCOPE as u64));
        }
        Ok(Box::new(Kept {
            candidate: Candidate {
                name: String::from_utf8_lossy(tag.name).into_owned(),
                context: Context::default(),
                ids_around: Vec::new(),
                end: tag.offset,
                // There is no end tag.
                empty: tag.offset == tag.behind,
                inside,
            },
            scope: scope.few(),
            ids: self.ids.clone(),
        }))
    }

    /// What was found, once the document has passed.
    pub(super) fn finish(mut self) -> Found {
        let document = self.open.pop().and_then(|document| document.more);
        self.decided.extend(document.map(|document| (0, document.level)));
        let nearest =
            self.decided.into_iter().filter(|(_, level)| level.count > 0).max_by_key(|(depth, _)| *depth);
        match nearest {
            None => Found::Nowhere,
            Some((_, Level { count: 1, first: Some(kept) })) => Found::Place(Box::new(kept.candidate())),
            Some((_, level)) => Found::Ambiguous(level.count),
        }
    }
}
