//! Pages, of which nothing may change but `/Annots`, and annotations.

use std::collections::HashSet;

use super::usage::Usage;
use super::{Difference, differing};
use crate::source::Source;
use crate::syntax::pdf::{Dictionary, Loaded, Object, ObjectId, PdfError, text};
use crate::verify::report::ChangeLevel;

/// References by these keys lead to an annotation as such.
const ANNOTATION_ROLES: &[&[u8]] = &[b"Annots", b"Parent", b"Popup", b"IRT", b"Obj", b"T", b"Annotation"];

impl<O: Source, N: Source> Difference<'_, O, N> {
    pub(super) fn pages(&mut self) -> Result<(), PdfError> {
        let open: Vec<ObjectId> = self
            .changed
            .iter()
            .filter(|(number, one)| one.was_there && !self.approvals.contains_key(number))
            .map(|(_, one)| one.id)
            .collect();
        for id in open {
            let Some(Loaded { object: before, stream_at: None }) = self.work.load(self.old.document, id)?
            else {
                continue;
            };
            let Some(Loaded { object: now, stream_at: None }) = self.work.load(self.new.document, id)? else {
                continue;
            };
            match (before, now) {
                (Object::Dictionary(before), Object::Dictionary(now)) => {
                    if before.name(b"Type") == Some(b"Page") {
                        self.page(id, &before, &now)?;
                        self.approve_anywhere(id.number);
                    } else if before.name(b"Type") == Some(b"Pages") {
                        self.page_node(id, &before, &now, 0)?;
                        self.approve_anywhere(id.number);
                    } else if is_annotation(&before) && is_annotation(&now) {
                        self.approve_by(id.number, ANNOTATION_ROLES);
                        self.note(Some(id), ChangeLevel::Annotations, "an annotation was changed");
                        if let Some(appearance) = before.get(b"AP") {
                            self.approve_below(appearance, Usage::new(id.number, *b"AP"), 5, true)?;
                        }
                    }
                }
                // Whether it is some page's /Annots its usages tell.
                (Object::Array(before), Object::Array(now)) if self.annotations(id, &before, &now)? => {
                    self.approve_by(id.number, &[b"Annots"]);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn page(&mut self, id: ObjectId, before: &Dictionary, now: &Dictionary) -> Result<(), PdfError> {
        for key in differing(before, now) {
            if key != b"Annots" {
                self.refuse(Some(id), format!("/{} of a page was changed", text::lossy(&key)));
                continue;
            }
            let array = |value: Object| match value {
                Object::Array(items) => Some(items),
                Object::Null => Some(Vec::new()),
                _ => None,
            };
            let old = array(self.old.document.get(before, b"Annots")?);
            let new = array(self.new.document.get(now, b"Annots")?);
            let permitted = match (old, new) {
                (Some(old), Some(new)) => self.annotations(id, &old, &new)?,
                _ => false,
            };
            if !permitted {
                self.refuse(Some(id), "the annotations of a page were changed");
            }
        }
        Ok(())
    }

    /// A node of the page tree changes only because a page is direct in it.
    fn page_node(
        &mut self,
        id: ObjectId,
        before: &Dictionary,
        now: &Dictionary,
        depth: usize,
    ) -> Result<(), PdfError> {
        for key in differing(before, now) {
            let kids = match (before.get(&key), now.get(&key)) {
                (Some(Object::Array(old)), Some(Object::Array(new)))
                    if key == b"Kids" && old.len() == new.len() && depth < 8 =>
                {
                    old.iter().zip(new)
                }
                _ => {
                    let what = format!("/{} of the page tree was changed", text::lossy(&key));
                    self.refuse(Some(id), what);
                    continue;
                }
            };
            for (old, new) in kids.filter(|(old, new)| old != new) {
                match (old, new) {
                    (Object::Dictionary(old), Object::Dictionary(new)) if old.contains(b"Kids") => {
                        self.page_node(id, old, new, depth.saturating_add(1))?;
                    }
                    (Object::Dictionary(old), Object::Dictionary(new)) => self.page(id, old, new)?,
                    _ => self.refuse(Some(id), "a page was exchanged"),
                }
            }
        }
        Ok(())
    }

    /// Compares the items of an array of annotations; false when it cannot be one.
    fn annotations(&mut self, id: ObjectId, old: &[Object], new: &[Object]) -> Result<bool, PdfError> {
        let set = |items: &[Object]| items.iter().filter_map(Object::as_reference).collect::<HashSet<_>>();
        let (before, now) = (set(old), set(new));
        self.work.spend((old.len() as u64).saturating_add(new.len() as u64))?;
        for item in old {
            let gone = match item.as_reference() {
                Some(item) => !now.contains(&item),
                None => !new.contains(item),
            };
            if !gone {
                continue;
            }
            match self.work_annotation_old(item)? {
                Some(annotation) if is_annotation(&annotation) => {
                    self.note(Some(id), ChangeLevel::Annotations, "an annotation was removed");
                }
                Some(annotation) if annotation.name(b"Subtype") == Some(b"Widget") => {
                    self.refuse(Some(id), "a widget was removed from a page");
                }
                // A reference to nothing.
                None if item.as_reference().is_some() => {}
                _ => return Ok(false),
            }
        }
        for item in new {
            let known = match item.as_reference() {
                Some(item) => before.contains(&item),
                None => old.contains(item),
            };
            if known {
                continue;
            }
            let annotation = match item {
                Object::Dictionary(annotation) => Some(annotation.clone()),
                Object::Reference(item) => match self.work.load(self.new.document, *item)? {
                    Some(Loaded { object: Object::Dictionary(annotation), stream_at: None }) => {
                        Some(annotation)
                    }
                    _ => None,
                },
                _ => None,
            };
            let Some(annotation) = annotation else { return Ok(false) };
            if is_annotation(&annotation) {
                self.note(Some(id), ChangeLevel::Annotations, "an annotation was added");
            } else if item.as_reference().is_some_and(|item| self.new_widgets.contains(&item.number)) {
                self.note(Some(id), ChangeLevel::LongTermValidation, "a signature field got its place");
            } else if annotation.name(b"Subtype") == Some(b"Widget") {
                self.refuse(Some(id), "a widget was added to a page that is no new signature field's");
            } else {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn work_annotation_old(&self, item: &Object) -> Result<Option<Dictionary>, PdfError> {
        Ok(match item {
            Object::Dictionary(annotation) => Some(annotation.clone()),
            Object::Reference(item) => match self.work.load(self.old.document, *item)? {
                Some(Loaded { object, stream_at: None }) => object.into_dictionary(),
                _ => None,
            },
            _ => None,
        })
    }
}

/// Whether it is an annotation other than a widget.
fn is_annotation(dictionary: &Dictionary) -> bool {
    match dictionary.name(b"Subtype") {
        None | Some(b"Widget") => false,
        Some(_) => dictionary.contains(b"Rect") && !dictionary.contains(b"FT"),
    }
}
