//! The interactive form's fields: ISO 32000-2, 12.7.

use std::collections::HashSet;

use super::document::Document;
use super::error::PdfError;
use super::object::{Dictionary, Name, Object, ObjectId};
use super::place::{Place, Placed};
use super::text;
use crate::source::Source;

/// One node of the field tree that has a name of its own.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Fully qualified: partial names joined with full stops.
    pub(crate) name: String,
    pub(crate) place: Place,
    /// Of signature fields only; empty for others, which may be many.
    pub(crate) dictionary: Dictionary,
    /// Own or inherited.
    pub(crate) field_type: Option<Name>,
    /// Own or inherited `/V`; unresolved.
    pub(crate) value: Option<Object>,
    /// Whether fields hang below it. A field without is one that people fill in.
    pub(crate) has_fields: bool,
    /// Its widgets: itself when merged, else kids without a name.
    pub(crate) widgets: Vec<Place>,
}

impl Field {
    /// A kid without a name: a widget, or a node that only groups others. What it says of the field counts
    /// when the field does not say it itself.
    fn take_nameless(&mut self, place: &Place, kid: &Dictionary) {
        if kid.name(b"Subtype") == Some(b"Widget") || !kid.contains(b"Kids") {
            self.widgets.push(place.clone());
        }
        if self.field_type.is_none()
            && let Some(field_type) = kid.name(b"FT")
        {
            self.field_type = Some(Name::from_slice(field_type));
            if field_type == b"Sig" {
                self.dictionary = without_kids(kid.clone());
            }
        }
        if self.value.is_none() {
            self.value = inherited(kid.get(b"V"));
        }
    }

    pub(crate) fn is_signature(&self) -> bool {
        self.field_type.as_deref() == Some(b"Sig") && !self.has_fields
    }
}

/// The form and its fields, in the order of the tree.
#[derive(Debug, Default)]
pub(crate) struct Form {
    /// The `/AcroForm` dictionary, when there is one.
    pub(crate) acro_form: Option<Placed>,
    pub(crate) fields: Vec<Field>,
    name_bytes: usize,
}

/// A node still to be visited.
struct Pending {
    place: Place,
    value: Object,
    parent: Option<usize>,
    depth: usize,
}

impl Form {
    /// Reads the whole tree. Loops are cut; what is no dictionary is passed over.
    pub(crate) fn read<S: Source>(document: &Document<S>, catalog: &Placed) -> Result<Self, PdfError> {
        let Some((place, Object::Dictionary(dictionary))) = catalog.get(document, b"AcroForm")? else {
            return Ok(Self::default());
        };
        let acro_form = Placed { place, dictionary };
        let mut form = Self::default();
        let mut pending = Vec::new();
        if let Some((place, Object::Array(items))) = acro_form.get(document, b"Fields")? {
            push_all(&mut pending, &place, items, None, 0);
        }
        form.acro_form = Some(acro_form);
        let limits = document.view().limits();
        let mut visited: HashSet<ObjectId> = HashSet::new();
        let mut seen = 0_usize;
        while let Some(next) = pending.pop() {
            seen = seen.saturating_add(1);
            if seen > limits.fields {
                return Err(PdfError::Limit { what: "form fields", limit: limits.fields as u64 });
            }
            if next.place.as_reference().is_some_and(|id| !visited.insert(id)) {
                continue;
            }
            // A signature that is not seen could be broken by the next one.
            if next.depth > limits.depth {
                return Err(PdfError::Limit { what: "levels of form fields", limit: limits.depth as u64 });
            }
            let Pending { place, value, parent, depth } = next;
            let value = if value.as_reference().is_some() { document.resolve(&value)? } else { value };
            let Object::Dictionary(dictionary) = value else { continue };
            let next = Pending { place, value: Object::Null, parent, depth };
            form.visit(document, next, dictionary, &mut pending)?;
        }
        Ok(form)
    }

    fn visit<S: Source>(
        &mut self,
        document: &Document<S>,
        next: Pending,
        dictionary: Dictionary,
        pending: &mut Vec<Pending>,
    ) -> Result<(), PdfError> {
        let partial = match document.get(&dictionary, b"T")? {
            Object::String(bytes) => Some(text::decode(&bytes)),
            _ => None,
        };
        let is_widget = dictionary.name(b"Subtype") == Some(b"Widget");
        let parent = next.parent.and_then(|parent| self.fields.get_mut(parent));
        let (prefix, inherited_type, inherited_value) = match (&partial, parent) {
            // A kid without a name is a widget of its parent.
            (None, Some(parent)) => {
                parent.take_nameless(&next.place, &dictionary);
                if !is_widget {
                    let kid = Placed { place: next.place, dictionary };
                    if let Some((place, Object::Array(items))) = kid.get(document, b"Kids")? {
                        push_all(pending, &place, items, next.parent, next.depth.saturating_add(1));
                    }
                }
                return Ok(());
            }
            (Some(_), Some(parent)) => {
                parent.has_fields = true;
                (Some(parent.name.clone()), parent.field_type.clone(), inherited(parent.value.as_ref()))
            }
            (_, None) => (None, None, None),
        };
        let partial = partial.unwrap_or_default();
        let name = prefix.map_or_else(|| partial.clone(), |prefix| format!("{prefix}.{partial}"));
        let field_type = match document.get(&dictionary, b"FT")? {
            Object::Name(name) => Some(name),
            _ => inherited_type,
        };
        self.name_bytes = self.name_bytes.saturating_add(name.len());
        let most = document.view().limits().object_bytes.saturating_mul(4);
        if self.name_bytes > most {
            return Err(PdfError::Limit { what: "bytes in the names of form fields", limit: most as u64 });
        }
        let value = dictionary.get(b"V").cloned().or(inherited_value);
        let node = Placed { place: next.place, dictionary };
        let widgets = if is_widget { vec![node.place.clone()] } else { Vec::new() };
        let index = self.fields.len();
        if let Some((place, Object::Array(items))) = node.get(document, b"Kids")? {
            push_all(pending, &place, items, Some(index), next.depth.saturating_add(1));
        }
        let signature = field_type.as_deref() == Some(b"Sig");
        let Placed { place, dictionary } = node;
        let dictionary = if signature { without_kids(dictionary) } else { Dictionary::new() };
        self.fields.push(Field { name, place, dictionary, field_type, value, has_fields: false, widgets });
        Ok(())
    }

    /// The field of this fully qualified name.
    pub(crate) fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The signature fields.
    pub(crate) fn signatures(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.is_signature())
    }

    /// `Signature1`, `Signature2` …: the first that no field at the top has and that is `open`; when none of
    /// the first thousands is, the first that no field has.
    pub(crate) fn free_name(&self, open: impl Fn(&str) -> bool) -> String {
        /// A lock that names so many fields was meant to lock all.
        const TRIES: usize = 10_000;
        let taken: HashSet<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        let names = (1_u64..).map(|number| format!("Signature{number}"));
        let mut free = names.filter(|name| !taken.contains(name.as_str()));
        let first = free.next().unwrap_or_default();
        if open(&first) {
            return first;
        }
        free.take(TRIES).find(|name| open(name)).unwrap_or(first)
    }
}

/// A field's own entries. What hangs below it is visited by itself.
fn without_kids(mut dictionary: Dictionary) -> Dictionary {
    dictionary.remove(b"Kids");
    dictionary
}

/// A value as kids inherit it. Only references are: a signature is never a direct object of many fields.
fn inherited(value: Option<&Object>) -> Option<Object> {
    value.and_then(Object::as_reference).map(Object::from)
}

/// Puts the items on the stack so that the first comes off first.
fn push_all(
    pending: &mut Vec<Pending>,
    place: &Place,
    items: Vec<Object>,
    parent: Option<usize>,
    depth: usize,
) {
    let items = items.into_iter().enumerate().rev();
    pending.extend(items.map(|(index, value)| Pending {
        place: place.index(index, &value),
        value,
        parent,
        depth,
    }));
}
