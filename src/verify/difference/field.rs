//! One field that both revisions have, with its widgets and appearances.

use super::usage::Usage;
use super::{Difference, differing};
use crate::source::Source;
use crate::syntax::pdf::{Dictionary, Field, Object, ObjectId, PdfError, Place, text};
use crate::verify::finding::{Finding, FindingKind};
use crate::verify::report::ChangeLevel;

/// References by these keys lead to a field or widget as such, not as something that a page shows.
const FIELD_ROLES: &[&[u8]] =
    &[b"Fields", b"Kids", b"Annots", b"Parent", b"Obj", b"T", b"Popup", b"IRT", b"CO", b"A", b"Annotation"];

/// What filling in changes in a field or its widgets.
const VALUE_KEYS: [&[u8]; 13] =
    [b"Ff", b"Type", b"AP", b"AS", b"V", b"F", b"DA", b"Q", b"RV", b"I", b"TI", b"M", b"DS"];

/// What also changes where nothing may: software sets the flag that a field is read-only.
const HARMLESS_KEYS: [&[u8]; 2] = [b"Ff", b"Type"];

impl<O: Source, N: Source> Difference<'_, O, N> {
    /// Compares a field with what it is now.
    pub(super) fn field(&mut self, old: &Field, new: &Field) -> Result<(), PdfError> {
        let moved = old.place != new.place;
        if moved || self.is_changed(old.place.id.number) {
            let before = self.old.dictionary(&old.place, self.work)?;
            let now = self.new.dictionary(&new.place, self.work)?;
            match (before, now) {
                (Some(before), Some(now)) => self.field_entries(old, new, &before, &now)?,
                _ => {
                    self.refuse(Some(old.place.id), format!("field \"{}\" is no dictionary", old.name));
                }
            }
            if old.place.as_reference().is_some() && !moved {
                self.approve_by(old.place.id.number, FIELD_ROLES);
            }
        }
        for widget in old.widgets.iter().filter(|widget| **widget != old.place) {
            if self.is_changed(widget.id.number) && widget.as_reference().is_some() {
                self.widget(old, widget)?;
            }
        }
        Ok(())
    }

    fn field_entries(
        &mut self,
        old: &Field,
        new: &Field,
        before: &Dictionary,
        now: &Dictionary,
    ) -> Result<(), PdfError> {
        let id = old.place.id;
        let keys = differing(before, now);
        if keys.is_empty() {
            return Ok(());
        }
        let is_signature = old.field_type.as_deref() == Some(b"Sig");
        let was_signed = is_signature && old.value.is_some();
        let is_signed = is_signature && new.value.is_some();
        let mut level = ChangeLevel::FormFilling;
        if is_signature
            && !was_signed
            && is_signed
            && let Some(value) = &new.value
        {
            let visible = self.is_visible(now)?;
            let signature = self.new_signature(new, value)?;
            level = if visible { signature.max(ChangeLevel::FormFilling) } else { signature };
        }
        for key in &keys {
            let key = key.as_slice();
            let name = text::lossy(key);
            let harmless = match key {
                b"Ff" => true,
                b"Type" => now.name(b"Type") == Some(b"Annot") && !before.contains(b"Type"),
                _ => false,
            };
            if harmless {
                continue;
            }
            if key == b"Kids" {
                if !self.only_new_fields(before, now)? {
                    self.refuse(Some(id), format!("the parts of field \"{}\" were changed", old.name));
                }
            } else if was_signed {
                if key == b"V" {
                    let detail = format!("the signature in field \"{}\" was exchanged", old.name);
                    let kind = FindingKind::SignatureReplaced;
                    self.find(Finding { kind, detail, object: Some(id) });
                }
                self.refuse(Some(id), format!("/{name} of the signed field \"{}\" was changed", old.name));
            } else if !VALUE_KEYS.contains(&key) || key == b"Type" {
                self.refuse(Some(id), format!("/{name} of field \"{}\" was changed", old.name));
            } else if is_signature && !is_signed {
                let what = format!("/{name} of field \"{}\" was changed without signing it", old.name);
                self.refuse(Some(id), what);
            }
        }
        let counts = |key: &Vec<u8>| !HARMLESS_KEYS.contains(&key.as_slice()) && key.as_slice() != b"Kids";
        if keys.iter().any(counts) {
            if level > ChangeLevel::LongTermValidation && self.restrictions.lock_on(&old.name).is_some() {
                self.refuse_locked(id, &old.name);
            }
            let what = if is_signature { "was signed" } else { "was filled in" };
            self.note(Some(id), level, format!("field \"{}\" {what}", old.name));
        } else {
            self.note(Some(id), ChangeLevel::LongTermValidation, format!("flags of field \"{}\"", old.name));
        }
        Ok(())
    }

    /// Whether kids were added only, and only such as are fields of their own.
    fn only_new_fields(&self, before: &Dictionary, now: &Dictionary) -> Result<bool, PdfError> {
        let kids = |value: Object| value.as_array().map(<[Object]>::to_vec);
        let old = kids(self.old.document.get(before, b"Kids")?).unwrap_or_default();
        let Some(new) = kids(self.new.document.get(now, b"Kids")?) else { return Ok(false) };
        self.work.spend((old.len() as u64).saturating_add(new.len() as u64))?;
        let mut rest = new.iter();
        if !old.iter().all(|kid| rest.any(|one| one == kid)) {
            return Ok(false);
        }
        let known: std::collections::HashSet<ObjectId> =
            old.iter().filter_map(Object::as_reference).collect();
        for kid in &new {
            match kid.as_reference() {
                Some(id) if known.contains(&id) => {}
                Some(id) => {
                    let loaded = self.work.load(self.new.document, id)?;
                    let has_name = loaded.and_then(|one| Some(one.object.as_dictionary()?.contains(b"T")));
                    if has_name != Some(true) {
                        return Ok(false);
                    }
                }
                None if old.contains(kid) => {}
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    fn widget(&mut self, field: &Field, widget: &Place) -> Result<(), PdfError> {
        let id = widget.id;
        let before = self.old.dictionary(widget, self.work)?;
        let now = self.new.dictionary(widget, self.work)?;
        let (Some(before), Some(now)) = (before, now) else {
            self.refuse(Some(id), format!("a widget of field \"{}\" was removed", field.name));
            return Ok(());
        };
        let is_signature = field.field_type.as_deref() == Some(b"Sig");
        let is_locked = is_signature && field.value.is_some();
        let mut counts = false;
        for key in differing(&before, &now) {
            let name = text::lossy(&key);
            if key == b"Ff" {
                continue;
            }
            counts = true;
            if is_locked || !VALUE_KEYS.contains(&key.as_slice()) || matches!(key.as_slice(), b"Type" | b"V")
            {
                self.refuse(Some(id), format!("/{name} of a widget of field \"{}\" was changed", field.name));
            }
        }
        self.approve_by(id.number, FIELD_ROLES);
        if counts {
            if self.restrictions.lock_on(&field.name).is_some() {
                self.refuse_locked(id, &field.name);
            }
            self.note(Some(id), ChangeLevel::FormFilling, format!("a widget of field \"{}\"", field.name));
        }
        Ok(())
    }

    /// Appearances and values that are objects of their own and were replaced in place.
    pub(super) fn appearances(&mut self, fields: &[Field]) -> Result<(), PdfError> {
        let unexplained =
            self.changed.iter().any(|(number, one)| one.was_there && !self.approvals.contains_key(number));
        if !unexplained {
            return Ok(());
        }
        for field in fields {
            let is_signature = field.field_type.as_deref() == Some(b"Sig");
            if is_signature && field.value.is_some() {
                continue;
            }
            let mut found = false;
            for widget in &field.widgets {
                let Some(dictionary) = self.old.dictionary(widget, self.work)? else { continue };
                let Some(appearance) = dictionary.get(b"AP") else { continue };
                found |= self.approve_below(appearance, below(widget, b"AP"), 5, true)?;
            }
            if !is_signature && let Some(value @ Object::Reference(_)) = &field.value {
                found |= self.approve_below(value, below(&field.place, b"V"), 3, true)?;
            }
            if found {
                if self.restrictions.lock_on(&field.name).is_some() {
                    self.refuse_locked(field.place.id, &field.name);
                }
                let what = format!("the appearance of field \"{}\"", field.name);
                self.note(Some(field.place.id), ChangeLevel::FormFilling, what);
            }
        }
        Ok(())
    }
}

/// Where an entry of the dictionary at a place refers from.
fn below(place: &Place, key: &[u8]) -> Usage {
    Usage::new(place.id.number, place.keys()).below(key)
}
