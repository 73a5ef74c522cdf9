//! The trailer and the catalog, and what is permitted to change below them: ISO 32000-2, 7.7.2 and
//! 12.8.4.3.

use super::usage::Usage;
use super::{Difference, differing};
use crate::source::Source;
use crate::syntax::pdf::{Object, PdfError, text};
use crate::verify::report::ChangeLevel;

impl<O: Source, N: Source> Difference<'_, O, N> {
    /// The root and the encryption must stay; the document's information may change.
    pub(super) fn trailer(&mut self) -> Result<(), PdfError> {
        let (old, new) = (self.old.document.trailer().clone(), self.new.document.trailer().clone());
        if old.get(b"Root") != new.get(b"Root") {
            self.refuse(new.reference(b"Root"), "the trailer names another catalog");
        }
        if old.get(b"Encrypt") != new.get(b"Encrypt") {
            self.refuse(None, "the trailer names another encryption dictionary");
        }
        if old.get(b"Info") != new.get(b"Info") {
            self.note(new.reference(b"Info"), ChangeLevel::LongTermValidation, "the document's information");
        }
        if let Some(info) = old.get(b"Info")
            && self.approve_below(info, Usage::new(0, *b"Info"), 2, false)?
        {
            self.note(old.reference(b"Info"), ChangeLevel::LongTermValidation, "the document's information");
        }
        Ok(())
    }

    pub(super) fn catalog(&mut self) -> Result<(), PdfError> {
        let root = self.old.catalog.place.id;
        let (old, new) = (self.old.catalog.dictionary.clone(), self.new.catalog.dictionary.clone());
        if root == self.new.catalog.place.id {
            self.approve_anywhere(root.number);
        }
        for key in differing(&old, &new) {
            match key.as_slice() {
                // Its entries are compared by the form's rules.
                b"AcroForm" => {}
                b"DSS" => self.note(Some(root), ChangeLevel::LongTermValidation, "validation data"),
                b"Metadata" => self.note(Some(root), ChangeLevel::LongTermValidation, "metadata"),
                b"Extensions" | b"Version" | b"MarkInfo" => {
                    let what = format!("/{} of the catalog", text::lossy(&key));
                    self.note(Some(root), ChangeLevel::LongTermValidation, what);
                }
                key => {
                    let what = format!("/{} of the catalog was changed", text::lossy(key));
                    self.refuse(Some(root), what);
                }
            }
        }
        let below: [(&[u8], usize, bool, &str); 4] = [
            // The store, its arrays, /VRI and what /VRI holds; its streams are content nobody changes.
            (b"DSS", 8, false, "validation data"),
            (b"Extensions", 4, false, "/Extensions of the catalog"),
            (b"MarkInfo", 2, false, "/MarkInfo of the catalog"),
            (b"Metadata", 2, true, "metadata"),
        ];
        for (key, depth, streams, what) in below {
            let Some(value) = old.get(key) else { continue };
            if self.approve_below(value, Usage::new(root.number, key), depth, streams)? {
                self.note(Some(root), ChangeLevel::LongTermValidation, what);
            }
        }
        Ok(())
    }

    /// Whether a dictionary only gained entries, at any of a few levels.
    pub(super) fn only_gains(&self, old: &Object, new: &Object, depth: usize) -> Result<bool, PdfError> {
        let Some(depth) = depth.checked_sub(1) else { return Ok(false) };
        let is_changed = |value: &Object| value.as_reference().is_some_and(|id| self.is_changed(id.number));
        if old == new && !is_changed(old) && old.as_dictionary().is_none() {
            return Ok(true);
        }
        let before = match old.as_reference() {
            Some(id) => self.work.load(self.old.document, id)?,
            None => Some(crate::syntax::pdf::Loaded { object: old.clone(), stream_at: None }),
        };
        let now = match new.as_reference() {
            Some(id) => self.work.load(self.new.document, id)?,
            None => Some(crate::syntax::pdf::Loaded { object: new.clone(), stream_at: None }),
        };
        let (Some(before), Some(now)) = (before, now) else { return Ok(false) };
        if before.stream_at.is_some() || now.stream_at.is_some() {
            return Ok(false);
        }
        let (Object::Dictionary(before), Object::Dictionary(now)) = (before.object, now.object) else {
            return Ok(false);
        };
        for (key, old) in before.iter() {
            let Some(new) = now.get(key) else { return Ok(false) };
            if !(old == new && !is_changed(old) || self.only_gains(old, new, depth)?) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
