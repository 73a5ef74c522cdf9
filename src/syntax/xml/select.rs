//! Several parts of a document, canonicalised in the same pass.

use std::ops::Range;

use super::XmlError;
use super::c14n::{Apex, Canonicalizer, Octets, Parameters};
use super::scanner::{EndTag, Handler, Piece, StartTag, View, scan, scan_within};
use super::scope::{Context, Scope};
use crate::limits::Limits;
use crate::source::Source;

/// Which part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it.
    Document,
    /// The element whose attribute of one of these names, as they are written, has this value.
    Id {
        /// Names of attributes.
        names: Vec<Vec<u8>>,
        /// The value.
        value: Vec<u8>,
    },
    /// The first element of this local name.
    Named(&'static str),
    /// The element whose tag begins at this offset.
    Offset(u64),
}

impl Part {
    /// The element of this id, in an attribute of this name.
    pub(crate) fn id(name: &str, value: &str) -> Self {
        Self::Id { names: vec![name.as_bytes().to_vec()], value: value.as_bytes().to_vec() }
    }

    /// Whether the part is this element.
    pub(crate) fn begins_with(&self, tag: &StartTag<'_>) -> bool {
        match self {
            Self::Document => false,
            Self::Id { names, value } => tag.attributes().iter().any(|attribute| {
                tag.value(attribute) == value
                    && names.iter().any(|name| name == tag.attribute_name(attribute))
            }),
            Self::Named(local) => tag.local() == local.as_bytes(),
            Self::Offset(offset) => tag.offset == *offset,
        }
    }
}

/// A part and where its canonical octets go.
#[derive(Debug)]
pub(crate) struct Selection<O> {
    part: Part,
    state: State<O>,
    found: usize,
}

#[derive(Debug)]
enum State<O> {
    Waiting(Parameters, O),
    Running(Box<Canonicalizer<O>>),
    Done(O),
    /// Between two states only.
    Moving,
}

impl<O: Octets> Selection<O> {
    /// What to canonicalise, how, and where to.
    pub(crate) fn new(part: Part, parameters: Parameters, octets: O) -> Self {
        let state = match part {
            Part::Document => {
                State::Running(Box::new(Canonicalizer::new(parameters, Apex::Document, octets)))
            }
            _ => State::Waiting(parameters, octets),
        };
        Self { found: usize::from(part == Part::Document), part, state }
    }

    /// How many elements the part names: the first of them was canonicalised.
    pub(crate) const fn found(&self) -> usize {
        self.found
    }

    /// What was written to, if the part was there; once the document has passed.
    pub(crate) fn finish(self) -> Option<O> {
        match self.state {
            State::Running(canonicalizer) => Some(canonicalizer.finish()),
            State::Done(octets) => Some(octets),
            State::Waiting(..) | State::Moving => None,
        }
    }

    /// As [`Handler::start`].
    fn start(&mut self, view: View<'_>, tag: &StartTag<'_>, scope: &Scope, depth: usize) {
        if self.part.begins_with(tag) {
            self.found += 1;
            self.state = match std::mem::replace(&mut self.state, State::Moving) {
                State::Waiting(parameters, octets) => {
                    State::Running(Box::new(Canonicalizer::new(parameters, Apex::Element, octets)))
                }
                other => other,
            };
        }
        if let State::Running(canonicalizer) = &mut self.state {
            canonicalizer.start(view, tag, scope, depth);
        }
    }

    /// As [`Handler::end`].
    fn end(&mut self, view: View<'_>, tag: &EndTag<'_>) {
        let State::Running(canonicalizer) = &mut self.state else { return };
        if canonicalizer.end(view, tag) {
            canonicalizer.settle(view);
            self.state = match std::mem::replace(&mut self.state, State::Moving) {
                State::Running(canonicalizer) => State::Done(canonicalizer.finish()),
                other => other,
            };
        }
    }

    /// What is being written, if the document stands within the part.
    #[inline]
    pub(crate) fn running(&mut self) -> Option<&mut Canonicalizer<O>> {
        match &mut self.state {
            State::Running(canonicalizer) => Some(canonicalizer),
            _ => None,
        }
    }
}

impl<O: Octets> Handler for Vec<Selection<O>> {
    fn start(
        &mut self,
        view: View<'_>,
        tag: &StartTag<'_>,
        scope: &Scope,
        depth: usize,
    ) -> Result<(), XmlError> {
        for selection in self {
            selection.start(view, tag, scope, depth);
        }
        Ok(())
    }

    fn end(&mut self, view: View<'_>, tag: &EndTag<'_>, _: &Scope, _: usize) -> Result<(), XmlError> {
        for selection in self {
            selection.end(view, tag);
        }
        Ok(())
    }

    fn text(&mut self, view: View<'_>, run: Range<usize>) -> Result<(), XmlError> {
        for canonicalizer in self.iter_mut().filter_map(Selection::running) {
            canonicalizer.text(view, run.clone());
        }
        Ok(())
    }

    fn character(&mut self, view: View<'_>, character: char) -> Result<(), XmlError> {
        for canonicalizer in self.iter_mut().filter_map(Selection::running) {
            canonicalizer.character(view, character);
        }
        Ok(())
    }

    fn comment(&mut self, view: View<'_>, piece: Piece) -> Result<(), XmlError> {
        for canonicalizer in self.iter_mut().filter_map(Selection::running) {
            canonicalizer.comment(view, piece.clone());
        }
        Ok(())
    }

    fn instruction(&mut self, view: View<'_>, piece: Piece) -> Result<(), XmlError> {
        for canonicalizer in self.iter_mut().filter_map(Selection::running) {
            canonicalizer.instruction(view, piece.clone());
        }
        Ok(())
    }

    fn settle(&mut self, view: View<'_>) -> Result<(), XmlError> {
        for canonicalizer in self.iter_mut().filter_map(Selection::running) {
            canonicalizer.settle(view);
        }
        Ok(())
    }
}

/// Canonicalises one part of a document; `None` and 0 when it is not there, else with how many elements
/// the part names.
pub(crate) fn canonicalize<S: Source + ?Sized, O: Octets>(
    source: &S,
    part: Part,
    parameters: &Parameters,
    limits: &Limits,
    octets: O,
) -> Result<(Option<O>, usize), XmlError> {
    let mut selections = vec![Selection::new(part, parameters.clone(), octets)];
    scan(source, limits, &mut selections)?;
    let found = selections.first().map_or(0, Selection::found);
    Ok((selections.pop().and_then(Selection::finish), found))
}

/// Canonicalises one part of an element that is to stand where `context` is in scope.
pub(crate) fn canonicalize_within<O: Octets>(
    element: &[u8],
    context: &Context,
    part: Part,
    parameters: &Parameters,
    limits: &Limits,
    octets: O,
) -> Result<Option<O>, XmlError> {
    let mut selections = vec![Selection::new(part, parameters.clone(), octets)];
    scan_within(element, context, limits, &mut selections)?;
    Ok(selections.pop().and_then(Selection::finish))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::xml::C14nMethod;

    fn canonical(document: &str, part: Part, method: &str, prefixes: &[&str]) -> String {
        let parameters = Parameters {
            method: C14nMethod::from_name(method).unwrap(),
            prefixes: prefixes.iter().map(|prefix| prefix.as_bytes().to_vec()).collect(),
        };
        let limits = Limits::default();
        let (octets, _) = canonicalize(document.as_bytes(), part, &parameters, &limits, Vec::new()).unwrap();
        String::from_utf8(octets.unwrap()).unwrap()
    }

    #[test]
    fn whole_documents() {
        let document = "\u{FEFF}<?xml version='1.0'?>\r\n<!-- one --><?pi  some data ?>\n<r b='1'  a=\"x&#9;\ty\"\
                        ><e />t &gt; u&#13;\r\nv<![CDATA[<&>]]><!--c\r\nd--></r ><?end?><!--last-->\n";
        let text = "<r a=\"x&#x9; y\" b=\"1\"><e></e>t &gt; u&#xD;\nv&lt;&amp;&gt;";
        assert_eq!(
            canonical(document, Part::Document, "c14n10", &[]),
            format!("<?pi some data ?>\n{text}</r>\n<?end?>")
        );
        assert_eq!(
            canonical(document, Part::Document, "c14n10-comments", &[]),
            format!("<!-- one -->\n<?pi some data ?>\n{text}<!--c\nd--></r>\n<?end?>\n<!--last-->")
        );
    }

    #[test]
    fn an_apex_takes_its_namespaces_along() {
        let document = "<a xmlns='urn:d' xmlns:p='urn:p' xmlns:q='urn:q' xml:lang='vi' xml:base='http://h/x/'>\
                        <p:b Id='1' xmlns:p='urn:p' xml:base='y'><c xmlns='' p:z='1' b='2'/></p:b></a>";
        let part = || Part::id("Id", "1");
        assert_eq!(
            canonical(document, part(), "c14n10", &[]),
            "<p:b xmlns=\"urn:d\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" Id=\"1\" xml:base=\"y\" xml:lang=\"vi\">\
             <c xmlns=\"\" b=\"2\" p:z=\"1\"></c></p:b>"
        );
        assert_eq!(
            canonical(document, part(), "c14n11", &[]),
            "<p:b xmlns=\"urn:d\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" Id=\"1\" xml:base=\"http://h/x/y\" \
             xml:lang=\"vi\"><c xmlns=\"\" b=\"2\" p:z=\"1\"></c></p:b>"
        );
        assert_eq!(
            canonical(document, part(), "exc", &[]),
            "<p:b xmlns:p=\"urn:p\" Id=\"1\" xml:base=\"y\"><c b=\"2\" p:z=\"1\"></c></p:b>"
        );
        assert_eq!(
            canonical(document, part(), "exc", &["", "q", "none"]),
            "<p:b xmlns=\"urn:d\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" Id=\"1\" xml:base=\"y\">\
             <c xmlns=\"\" b=\"2\" p:z=\"1\"></c></p:b>"
        );
    }

    #[test]
    fn an_element_is_seen_where_it_will_stand() {
        let mut context = Context::default();
        context.bindings.push((b"p".to_vec(), b"urn:p".to_vec()));
        context.inherited.push((b"lang".to_vec(), b"vi".to_vec()));
        let octets = canonicalize_within(
            b"<s xmlns='urn:s'><i/></s>",
            &context,
            Part::Named("i"),
            &Parameters::default(),
            &Limits::default(),
            Vec::new(),
        );
        let octets = String::from_utf8(octets.unwrap().unwrap()).unwrap();
        assert_eq!(octets, "<i xmlns=\"urn:s\" xmlns:p=\"urn:p\" xml:lang=\"vi\"></i>");
    }
}
