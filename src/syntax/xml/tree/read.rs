//! A tree of what the strict scanner reads.

use std::ops::Range;

use super::{Builder, Declaration, Name, Tree};
use crate::limits::Limits;
use crate::source::Source;
use crate::syntax::xml::XmlError;
use crate::syntax::xml::scanner::{EndTag, Handler, Piece, StartTag, View, scan};
use crate::syntax::xml::scope::Scope;

/// Reads a document into a tree.
///
/// # Errors
/// What is wrong with the document, and [`Limits::xml_nodes`], [`Limits::xml_memory_bytes`].
pub(crate) fn read<S: Source + ?Sized>(source: &S, limits: &Limits) -> Result<Tree, XmlError> {
    let length = source.len().map_err(|error| XmlError::new(0, error))?;
    if length > limits.xml_memory_bytes {
        return Err(XmlError::limit(0, "bytes in memory", limits.xml_memory_bytes));
    }
    let mut reader = Reader { builder: Builder::new(limits), text: String::new(), from: 0 };
    scan(source, limits, &mut reader)?;
    Ok(reader.builder.finish())
}

struct Reader {
    builder: Builder,
    /// What is gathered of a comment or a processing instruction.
    text: String,
    /// Where that began.
    from: u64,
}

fn text_of(bytes: &[u8]) -> String {
    // The scanner has seen that it is UTF-8.
    String::from_utf8_lossy(bytes).into_owned()
}

fn boxed(bytes: &[u8]) -> Box<str> {
    text_of(bytes).into()
}

impl Reader {
    fn gather(&mut self, view: View<'_>, piece: Piece) -> bool {
        match piece {
            Piece::Open(run) => {
                self.text.clear();
                self.from = view.at(run.start);
                // The target of a processing instruction; of a comment nothing is left.
                let opened = view.get(run);
                let target = opened.strip_prefix(b"<?").unwrap_or_default();
                self.text.push_str(&String::from_utf8_lossy(target));
            }
            Piece::Space => self.text.push(' '),
            Piece::LineFeed => self.text.push('\n'),
            Piece::Text(run) => self.text.push_str(&String::from_utf8_lossy(view.get(run))),
            Piece::Close(_) => return true,
        }
        false
    }
}

impl Handler for Reader {
    fn start(&mut self, _: View<'_>, tag: &StartTag<'_>, scope: &Scope, _: usize) -> Result<(), XmlError> {
        let namespace = |prefix: &[u8]| boxed(scope.namespace(prefix).unwrap_or_default());
        let name = Name {
            prefix: boxed(tag.prefix()),
            local: boxed(tag.local()),
            namespace: namespace(tag.prefix()),
        };
        let declarations = tag
            .declarations()
            .iter()
            .map(|one| Declaration { prefix: boxed(tag.declared_prefix(one)), uri: boxed(tag.value(one)) });
        let attributes = tag.attributes().iter().map(|one| {
            let prefix = tag.attribute_prefix(one);
            let name = Name {
                prefix: boxed(prefix),
                local: boxed(tag.attribute_local(one)),
                namespace: if prefix.is_empty() { "".into() } else { namespace(prefix) },
            };
            (name, text_of(tag.value(one)))
        });
        self.builder.start_element(tag.offset, name, declarations.collect(), attributes.collect())?;
        Ok(())
    }

    fn end(&mut self, _: View<'_>, _: &EndTag<'_>, _: &Scope, _: usize) -> Result<(), XmlError> {
        self.builder.end_element();
        Ok(())
    }

    fn text(&mut self, view: View<'_>, run: Range<usize>) -> Result<(), XmlError> {
        let offset = view.at(run.start);
        self.builder.text(offset, &String::from_utf8_lossy(view.get(run)))
    }

    fn character(&mut self, view: View<'_>, character: char) -> Result<(), XmlError> {
        self.builder.text(view.base, character.encode_utf8(&mut [0; 4]))
    }

    fn comment(&mut self, view: View<'_>, piece: Piece) -> Result<(), XmlError> {
        if self.gather(view, piece) {
            self.builder.comment(self.from, &self.text)?;
        }
        Ok(())
    }

    fn instruction(&mut self, view: View<'_>, piece: Piece) -> Result<(), XmlError> {
        if self.gather(view, piece) {
            let (target, data) = self.text.split_once(' ').unwrap_or((&self.text, ""));
            self.builder.processing_instruction(self.from, target, data)?;
        }
        Ok(())
    }
}
