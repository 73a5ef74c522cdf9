//! The structure element of a new field in a tagged document: ISO 32000-2, 14.7, and PDF/UA, 7.18.4.

use super::scene::Scene;
use super::widget::append;
use crate::source::Source;
use crate::syntax::pdf::document::Document;
use crate::syntax::pdf::object::{Dictionary, Object, ObjectId};
use crate::syntax::pdf::place::{Place, Placed};
use crate::syntax::pdf::revision::Revision;
use crate::syntax::pdf::{PdfError, RevisionError};

/// Where the structure element of a new widget will hang.
pub(super) struct Tags {
    /// The topmost element, else the root.
    parent: Placed,
    root: Placed,
    /// The parent tree; none when there is none yet.
    tree: Option<Placed>,
    /// The key that is free.
    key: i64,
}

/// Whether the document is a tagged one (14.8.1).
pub(super) fn is_tagged<S: Source>(scene: &Scene<'_, S>) -> Result<bool, PdfError> {
    let document = scene.document;
    let Object::Dictionary(mark_info) = document.get(&scene.catalog.dictionary, b"MarkInfo")? else {
        return Ok(false);
    };
    Ok(document.get(&mark_info, b"Marked")? == Object::Boolean(true)
        && scene.catalog.dictionary.contains(b"StructTreeRoot"))
}

/// The structure that new fields enter: that of a tagged document which nobody has signed.
pub(super) fn tags<S: Source>(scene: &Scene<'_, S>) -> Result<Option<Tags>, PdfError> {
    let document = scene.document;
    if !is_tagged(scene)? || scene.is_signed()? {
        return Ok(None);
    }
    let Some(root) = dictionary(document, &scene.catalog, b"StructTreeRoot")? else { return Ok(None) };
    let parent = top(document, &root)?.unwrap_or_else(|| root.clone());
    // An element is referred to by its kids.
    if parent.place.as_reference().is_none() {
        return Ok(None);
    }
    let declared = document.get(&root.dictionary, b"ParentTreeNextKey")?.as_integer().unwrap_or(0);
    let tree = dictionary(document, &root, b"ParentTree")?;
    let highest = tree.as_ref().map(|tree| highest_key(document, tree)).transpose()?.flatten();
    let key = declared.max(highest.map_or(0, |highest| highest.saturating_add(1)));
    Ok(Some(Tags { parent, root, tree, key }))
}

impl Tags {
    /// The key that the next widget has, its `/StructParent`.
    pub(super) const fn key(&self) -> i64 {
        self.key
    }

    /// Adds the element for `widget` on `page`.
    pub(super) fn add<S: Source>(
        &mut self,
        document: &Document<S>,
        revision: &mut Revision,
        widget: ObjectId,
        page: &Placed,
    ) -> Result<(), RevisionError> {
        let id = revision.allocate(document)?;
        let mut object = Dictionary::new();
        object.set(b"Type", Object::name("OBJR"));
        object.set(b"Obj", widget);
        let mut element = Dictionary::new();
        element.set(b"Type", Object::name("StructElem"));
        element.set(b"S", Object::name("Form"));
        if let Some(parent) = self.parent.place.as_reference() {
            element.set(b"P", parent);
        }
        if let Some(page) = page.place.as_reference() {
            element.set(b"Pg", page);
            object.set(b"Pg", page);
        }
        element.set(b"K", object);
        revision.put(id, element);
        self.add_kid(document, revision, id)?;
        self.add_number(document, revision, id)?;
        // The order of tabs through the annotations is that of the structure (PDF/UA, 7.18.3).
        if page.dictionary.name(b"Tabs") != Some(b"S") {
            revision.edit_dictionary(document, &page.place)?.set(b"Tabs", Object::name("S"));
        }
        Ok(())
    }

    /// Appends to `/K`, which is one kid or an array of them.
    fn add_kid<S: Source>(
        &self,
        document: &Document<S>,
        revision: &mut Revision,
        kid: ObjectId,
    ) -> Result<(), RevisionError> {
        let parent = &self.parent;
        let kids =
            revision.entry(&parent.place, b"K").unwrap_or_else(|| parent.dictionary.get(b"K").cloned());
        if let Some(one) = kids
            && !matches!(document.resolve(&one)?, Object::Array(_) | Object::Null)
        {
            let kids = Object::Array(vec![one, kid.into()]);
            revision.edit_dictionary(document, &parent.place)?.set(b"K", kids);
            return Ok(());
        }
        append(document, revision, parent, b"K", kid)
    }

    /// Enters the element into the parent tree: into its root, so that no node has to change its limits.
    fn add_number<S: Source>(
        &mut self,
        document: &Document<S>,
        revision: &mut Revision,
        element: ObjectId,
    ) -> Result<(), RevisionError> {
        let numbers = Object::Array(vec![self.key.into(), element.into()]);
        match &self.tree {
            Some(tree) if tree.dictionary.contains(b"Kids") => {
                let id = revision.allocate(document)?;
                let mut leaf = Dictionary::new();
                leaf.set(b"Limits", Object::Array(vec![self.key.into(), self.key.into()]));
                leaf.set(b"Nums", numbers);
                revision.put(id, leaf);
                append(document, revision, tree, b"Kids", id)?;
            }
            Some(tree) => {
                append(document, revision, tree, b"Nums", self.key)?;
                append(document, revision, tree, b"Nums", element)?;
            }
            None => {
                let id = revision.allocate(document)?;
                let mut tree = Dictionary::new();
                tree.set(b"Nums", numbers);
                revision.put(id, tree.clone());
                revision.edit_dictionary(document, &self.root.place)?.set(b"ParentTree", id);
                self.tree = Some(Placed { place: Place::object(id), dictionary: tree });
            }
        }
        self.key = self.key.saturating_add(1);
        let next = self.key;
        revision.edit_dictionary(document, &self.root.place)?.set(b"ParentTreeNextKey", next);
        Ok(())
    }
}

/// The first element below the root, when it is one that holds others: a whole document's, as a rule.
fn top<S: Source>(document: &Document<S>, root: &Placed) -> Result<Option<Placed>, PdfError> {
    /// Structure types that only group others (14.8.4.2).
    const GROUPS: [&[u8]; 6] = [b"Document", b"DocumentFragment", b"Part", b"Art", b"Sect", b"Div"];
    let first = match root.get(document, b"K")? {
        Some((place, Object::Dictionary(dictionary))) => Placed { place, dictionary },
        Some((place, Object::Array(kids))) => {
            let Some(first) = kids.first() else { return Ok(None) };
            match document.resolve(first)? {
                Object::Dictionary(dictionary) => Placed { place: place.index(0, first), dictionary },
                _ => return Ok(None),
            }
        }
        _ => return Ok(None),
    };
    let Object::Name(own) = document.get(&first.dictionary, b"S")? else { return Ok(None) };
    let mapped = match document.get(&root.dictionary, b"RoleMap")? {
        Object::Dictionary(roles) => document.get(&roles, &own)?,
        _ => Object::Null,
    };
    let role = mapped.as_name().unwrap_or(&own);
    Ok((GROUPS.contains(&&*own) || GROUPS.contains(&role)).then_some(first))
}

fn dictionary<S: Source>(
    document: &Document<S>,
    holder: &Placed,
    key: &[u8],
) -> Result<Option<Placed>, PdfError> {
    Ok(match holder.get(document, key)? {
        Some((place, Object::Dictionary(dictionary))) => Some(Placed { place, dictionary }),
        _ => None,
    })
}

/// The highest key of a number tree: the last of its last leaf (7.9.7).
fn highest_key<S: Source>(document: &Document<S>, tree: &Placed) -> Result<Option<i64>, PdfError> {
    let mut node = tree.dictionary.clone();
    for _ in 0..document.view().limits().depth {
        let Object::Array(kids) = document.get(&node, b"Kids")? else {
            let numbers = document.get(&node, b"Nums")?;
            let keys = numbers.as_array().unwrap_or_default().iter().step_by(2);
            return Ok(keys.filter_map(Object::as_integer).max());
        };
        let last = kids.last().map_or(Ok(Object::Null), |last| document.resolve(last))?;
        let Object::Dictionary(last) = last else { break };
        node = last;
    }
    Ok(None)
}
