//! Canonical forms, as a document passes: Canonical XML 1.0 and 1.1, Exclusive Canonicalization 1.0.
//!
//! A [`Canonicalizer`] is told of one element and what is in it, or of a whole document, and writes the
//! octets. What is canonical as it stands goes on from the window in runs, without a copy.

mod escape;
mod output;
mod render;

use std::ops::Range;

pub(crate) use output::Octets;
use output::Output;
use render::{Place, Rendered};

use super::C14nMethod;
use super::scanner::{EndTag, Piece, StartTag, View};
use super::scope::Scope;

/// What is canonicalised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Apex {
    /// The whole document: comments and processing instructions beside the root element too.
    Document,
    /// The element that is told of first.
    Element,
}

/// A method, and the prefixes that Exclusive Canonicalization treats as the inclusive methods do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    pub(crate) method: C14nMethod,
    /// The PrefixList; an empty prefix for `#default`.
    pub(crate) prefixes: Vec<Vec<u8>>,
}

impl Parameters {
    /// By this method, without a PrefixList.
    pub(crate) const fn new(method: C14nMethod) -> Self {
        Self { method, prefixes: Vec::new() }
    }

    /// By this method, with a PrefixList as it is written: `#default` is the default namespace.
    pub(crate) fn with_prefix_list(method: C14nMethod, list: &[String]) -> Self {
        let prefix = |prefix: &String| match prefix.as_str() {
            "#default" => Vec::new(),
            prefix => prefix.as_bytes().to_vec(),
        };
        Self { method, prefixes: list.iter().map(prefix).collect() }
    }
}

/// Canonicalises what it is told of.
#[derive(Debug)]
pub(crate) struct Canonicalizer<O> {
    parameters: Parameters,
    apex: Apex,
    /// Elements open, counted from the apex.
    depth: usize,
    /// Whether the root element has ended, in a document.
    ended: bool,
    /// Whether the comment or instruction in progress is written.
    writing: bool,
    rendered: Rendered,
    output: Output<O>,
}

impl<O: Octets> Canonicalizer<O> {
    /// Writes to `octets`.
    pub(crate) fn new(parameters: Parameters, apex: Apex, octets: O) -> Self {
        Self {
            parameters,
            apex,
            depth: 0,
            ended: false,
            writing: false,
            rendered: Rendered::default(),
            output: Output::new(octets),
        }
    }

    /// An element begins. `depth` is that of the scope.
    pub(crate) fn start(&mut self, view: View<'_>, tag: &StartTag<'_>, scope: &Scope, depth: usize) {
        self.depth += 1;
        if self.is_verbatim(tag, scope) {
            let start = usize::try_from(tag.offset.saturating_sub(view.base)).unwrap_or(usize::MAX);
            self.output.copy(view, start..start.saturating_add(tag.raw.len()));
            return;
        }
        // A document has no elements above its root.
        let is_apex = self.depth == 1 && self.apex == Apex::Element;
        let place = Place { scope, depth, level: self.depth, is_apex };
        self.rendered.start(&self.parameters, view, tag, &place, &mut self.output);
    }

    /// Whether the tag is its own canonical form, seen at a glance.
    fn is_verbatim(&self, tag: &StartTag<'_>, scope: &Scope) -> bool {
        tag.tidy
            && !tag.empty
            && self.depth > 1
            && tag.attributes().is_empty()
            && tag.declarations().is_empty()
            && (!self.parameters.method.is_exclusive() || self.rendered.has(tag.prefix(), scope))
    }

    /// An element ends. Says whether that was the last there is.
    pub(crate) fn end(&mut self, view: View<'_>, tag: &EndTag<'_>) -> bool {
        match &tag.tidy {
            Some(run) => self.output.copy(view, run.clone()),
            None => {
                self.output.write(view, b"</");
                self.output.write(view, tag.name);
                self.output.write(view, b">");
            }
        }
        self.rendered.leave(self.depth);
        self.depth = self.depth.saturating_sub(1);
        self.ended = self.depth == 0;
        self.ended && self.apex == Apex::Element
    }

    /// Character data that is canonical as it is.
    pub(crate) fn text(&mut self, view: View<'_>, run: Range<usize>) {
        self.output.copy(view, run);
    }

    /// A character of character data.
    pub(crate) fn character(&mut self, view: View<'_>, character: char) {
        match escape::of_text(character) {
            Some(escaped) => self.output.write(view, escaped),
            None => self.output.write(view, character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }

    /// Part of a comment.
    pub(crate) fn comment(&mut self, view: View<'_>, piece: Piece) {
        if matches!(piece, Piece::Open(_)) {
            self.writing = self.parameters.method.keeps_comments() && self.takes_markup();
        }
        self.markup(view, piece);
    }

    /// Part of a processing instruction.
    pub(crate) fn instruction(&mut self, view: View<'_>, piece: Piece) {
        if matches!(piece, Piece::Open(_)) {
            self.writing = self.takes_markup();
        }
        self.markup(view, piece);
    }

    fn takes_markup(&self) -> bool {
        self.depth > 0 || self.apex == Apex::Document
    }

    fn markup(&mut self, view: View<'_>, piece: Piece) {
        if !self.writing {
            return;
        }
        // Beside the root element, a line feed is between it and each comment or instruction.
        let outside = self.depth == 0;
        match piece {
            Piece::Open(run) => {
                if outside && self.ended {
                    self.output.write(view, b"\n");
                }
                self.output.copy(view, run);
            }
            Piece::Space => self.output.write(view, b" "),
            Piece::Text(run) => self.output.copy(view, run),
            Piece::LineFeed => self.output.write(view, b"\n"),
            Piece::Close(run) => {
                self.output.copy(view, run);
                if outside && !self.ended {
                    self.output.write(view, b"\n");
                }
                self.writing = false;
            }
        }
    }

    /// The window moves on.
    pub(crate) fn settle(&mut self, view: View<'_>) {
        self.output.settle(view);
    }

    /// What the octets were written to, once everything was told and settled.
    pub(crate) fn finish(self) -> O {
        self.output.finish()
    }
}
