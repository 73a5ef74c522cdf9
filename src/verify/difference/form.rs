//! The form as a whole: which entries of `/AcroForm` change, which fields come and go.

use std::collections::{HashMap, HashSet};

use super::usage::Usage;
use super::{Difference, differing};
use crate::source::Source;
use crate::syntax::pdf::{Dictionary, Field, Object, ObjectId, PdfError, Placed, text};
use crate::verify::report::ChangeLevel;

/// What a new form may have.
const FORM_KEYS: [&[u8]; 7] = [b"Fields", b"SigFlags", b"DR", b"DA", b"Q", b"NeedAppearances", b"Type"];

impl<O: Source, N: Source> Difference<'_, O, N> {
    pub(super) fn form(&mut self) -> Result<(), PdfError> {
        match (self.old.form.acro_form.clone(), self.new.form.acro_form.clone()) {
            (None, None) => return Ok(()),
            (Some(_), None) => {
                self.refuse(Some(self.new.catalog.place.id), "the form was removed");
                return Ok(());
            }
            (None, Some(new)) => {
                for (key, _) in new.dictionary.iter().filter(|(key, _)| !FORM_KEYS.contains(key)) {
                    let what = format!("a form with /{} was added", text::lossy(key));
                    self.refuse(Some(new.place.id), what);
                }
            }
            (Some(old), Some(new)) => self.acro_form(&old, &new)?,
        }
        self.fields()
    }

    fn acro_form(&mut self, old: &Placed, new: &Placed) -> Result<(), PdfError> {
        let id = old.place.id;
        let root = self.old.catalog.place.id.number;
        if old.place.as_reference().is_some() && self.is_changed(id.number) {
            self.approve_edge(id.number, Usage::new(root, *b"AcroForm"));
        }
        for key in differing(&old.dictionary, &new.dictionary) {
            match key.as_slice() {
                b"Fields" | b"SigFlags" | b"DR" => {}
                b"NeedAppearances" | b"DA" | b"Q" => {
                    let what = format!("/{} of the form", text::lossy(&key));
                    self.note(Some(id), ChangeLevel::FormFilling, what);
                }
                key => {
                    let what = format!("/{} of the form was changed", text::lossy(key));
                    self.refuse(Some(id), what);
                }
            }
        }
        let here = Usage::new(id.number, old.place.keys());
        let path = |key: &[u8]| here.below(key);
        if let Some(Object::Reference(fields)) = old.dictionary.get(b"Fields") {
            // Its items are compared as fields.
            self.approve_edge(fields.number, path(b"Fields"));
        }
        self.resources(id, &old.dictionary, &new.dictionary, &path)
    }

    /// `/DR` may gain resources. Its dictionary and those in it may be objects of their own, in which the
    /// gain then is; the resources themselves are nothing that a form changes.
    fn resources(
        &mut self,
        id: ObjectId,
        old: &Dictionary,
        new: &Dictionary,
        path: &dyn Fn(&[u8]) -> Usage,
    ) -> Result<(), PdfError> {
        let null = Object::Null;
        let (before, now) = (old.get(b"DR").unwrap_or(&null), new.get(b"DR").unwrap_or(&null));
        let mut edges = Vec::new();
        let mut at = path(b"DR");
        if let Some(resources) = before.as_reference() {
            edges.push((resources.number, at));
            at = Usage::new(resources.number, []);
        }
        if let Object::Dictionary(kinds) = self.old.document.resolve(before)? {
            for (key, value) in kinds.iter() {
                if let Some(one) = value.as_reference() {
                    edges.push((one.number, at.below(key)));
                }
            }
        }
        let mut changed = before != now;
        if edges.iter().any(|(number, _)| self.is_changed(*number)) {
            changed = true;
            for (number, edge) in edges {
                self.approve_edge(number, edge);
            }
        }
        if changed && (*before == null || self.only_gains(before, now, 3)?) {
            self.note(Some(id), ChangeLevel::LongTermValidation, "resources of the form were added");
        } else if changed {
            self.refuse(Some(id), "resources of the form were changed or removed");
        }
        Ok(())
    }

    /// Matches fields by name: none may go, and those that come must be signature fields.
    fn fields(&mut self) -> Result<(), PdfError> {
        let old = std::mem::take(&mut self.old.form.fields);
        let new = std::mem::take(&mut self.new.form.fields);
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, field) in new.iter().enumerate() {
            by_name.entry(&field.name).or_default().push(index);
        }
        let mut matched = HashSet::new();
        for before in &old {
            self.work.spend(1)?;
            let candidates = by_name.get(before.name.as_str()).map_or(&[][..], Vec::as_slice);
            let mut free = candidates.iter().copied().filter(|index| !matched.contains(index));
            let at = |index: &usize| new.get(*index).is_some_and(|field| field.place == before.place);
            // Thousands of fields of one name are no reason to look at each for each.
            let found = free.clone().take(64).find(at).or_else(|| free.next());
            let Some((index, now)) = found.and_then(|index| Some((index, new.get(index)?))) else {
                self.refuse(Some(before.place.id), format!("field \"{}\" was removed", before.name));
                continue;
            };
            matched.insert(index);
            self.field(before, now)?;
        }
        let names: HashSet<&str> = old.iter().map(|field| field.name.as_str()).collect();
        for (index, field) in new.iter().enumerate() {
            if !matched.contains(&index) {
                self.new_field(field, names.contains(field.name.as_str()))?;
            }
        }
        self.appearances(&old)?;
        self.old.form.fields = old;
        self.new.form.fields = new;
        Ok(())
    }

    /// A field that the signed revision does not have.
    fn new_field(&mut self, field: &Field, name_taken: bool) -> Result<(), PdfError> {
        let id = field.place.id;
        let name = &field.name;
        if name_taken {
            self.refuse(Some(id), format!("a second field of the name \"{name}\" was added"));
            return Ok(());
        }
        let is_group = field.has_fields && field.widgets.is_empty();
        if is_group && field.field_type.as_deref().is_none_or(|kind| kind == b"Sig") {
            // Only a node on the way to new fields, which are looked at themselves.
            return Ok(());
        }
        if !field.is_signature() {
            self.refuse(Some(id), format!("field \"{name}\" was added, which is no signature field"));
            return Ok(());
        }
        let (mut visible, mut brings_objects) = (false, false);
        let mut dictionaries = vec![field.dictionary.clone()];
        for widget in &field.widgets {
            self.new_widgets.insert(widget.id.number);
            if *widget != field.place {
                dictionaries.extend(self.new.dictionary(widget, self.work)?);
            }
        }
        for dictionary in &dictionaries {
            visible |= self.is_visible(dictionary)?;
            // A field alone is room for a timestamp; what it brings along is more than that.
            let values = [b"AP".as_slice(), b"Lock", b"SV"].into_iter().filter_map(|key| dictionary.get(key));
            brings_objects |= values.filter_map(Object::highest_reference).next().is_some();
            if dictionary.contains(b"A") || dictionary.contains(b"AA") {
                self.refuse(Some(id), format!("field \"{name}\" was added with an action"));
            }
        }
        let signed = match &field.value {
            None => None,
            Some(value) => Some(self.new_signature(field, value)?),
        };
        let level = match (visible || brings_objects, signed) {
            (false, None | Some(ChangeLevel::LongTermValidation)) => ChangeLevel::LongTermValidation,
            _ => ChangeLevel::FormFilling,
        };
        if level > ChangeLevel::LongTermValidation && self.restrictions.lock_on(name).is_some() {
            self.refuse_locked(id, name);
        }
        if visible && self.certified {
            let what = format!("a visible signature field \"{name}\" was added to a certified document");
            self.refuse(Some(id), what);
        }
        let signed = if signed.is_some() { "a signature" } else { "a signature field" };
        self.note(Some(id), level, format!("{signed} was added: \"{name}\""));
        Ok(())
    }

    /// Looks at the value that a signature field got, and says how far that goes.
    pub(super) fn new_signature(&mut self, field: &Field, value: &Object) -> Result<ChangeLevel, PdfError> {
        let id = field.place.id;
        let Some(reference) = value.as_reference() else {
            self.refuse(Some(id), format!("the value of field \"{}\" is not an object", field.name));
            return Ok(ChangeLevel::Other);
        };
        if super::work::current(self.old.document, reference.number)?.is_some() {
            let what = format!("the signature in field \"{}\" took the place of an object", field.name);
            self.refuse(Some(reference), what);
        }
        let loaded = self.work.load(self.new.document, reference)?;
        let Some(Object::Dictionary(signature)) = loaded.map(|loaded| loaded.object) else {
            self.refuse(Some(reference), format!("the value of field \"{}\" is no signature", field.name));
            return Ok(ChangeLevel::Other);
        };
        let is_timestamp = signature.name(b"Type") == Some(b"DocTimeStamp")
            && signature.name(b"SubFilter") == Some(b"ETSI.RFC3161");
        Ok(if is_timestamp { ChangeLevel::LongTermValidation } else { ChangeLevel::FormFilling })
    }

    /// Whether a widget covers some of the page.
    pub(super) fn is_visible(&self, widget: &Dictionary) -> Result<bool, PdfError> {
        let Object::Array(items) = self.new.document.get(widget, b"Rect")? else { return Ok(false) };
        let mut corners = Vec::new();
        for item in items.iter().take(4) {
            let number = match self.new.document.resolve(item)? {
                Object::Integer(number) => number as f64,
                Object::Real(digits) => {
                    std::str::from_utf8(&digits).ok().and_then(|text| text.parse().ok()).unwrap_or(0.0)
                }
                _ => return Ok(false),
            };
            corners.push(number);
        }
        Ok(matches!(*corners, [left, bottom, right, top] if left != right && bottom != top))
    }
}
