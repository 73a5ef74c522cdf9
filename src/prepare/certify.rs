//! Certification and locks: what a signature leaves permitted afterwards (ISO 32000-2, 12.8.2).

use super::error::PrepareError;
use super::scene::{Scene, is_signed};
use crate::source::Source;
use crate::syntax::pdf::object::{Dictionary, Object, ObjectId};
use crate::syntax::pdf::permissions::LockAction;
use crate::syntax::pdf::revision::Revision;
use crate::syntax::pdf::{PdfError, RevisionError, text};

/// What a certification, or a lock with `/P`, leaves permitted (ISO 32000-2, table 257).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Certification {
    /// `/P 1`: no changes but validation data and document timestamps.
    NoChanges,
    /// `/P 2`: filling in forms and signing.
    FormFilling,
    /// `/P 3`: annotations too.
    Annotations,
}

impl Certification {
    /// `/P`.
    #[must_use]
    pub const fn p(self) -> u8 {
        match self {
            Self::NoChanges => 1,
            Self::FormFilling => 2,
            Self::Annotations => 3,
        }
    }

    /// The level of this `/P`.
    #[must_use]
    pub const fn from_p(p: u8) -> Option<Self> {
        match p {
            1 => Some(Self::NoChanges),
            2 => Some(Self::FormFilling),
            3 => Some(Self::Annotations),
            _ => None,
        }
    }
}

/// Which fields are locked once a field is signed, and what the document may still change then (ISO
/// 32000-2, table 236).
///
/// A name locks, or leaves open, the field and all below it. Names of fields that do not exist yet count
/// too: `all` and `exclude` lock fields to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldLock {
    pub(super) action: LockAction,
    pub(super) permissions: Option<Certification>,
}

impl FieldLock {
    /// Locks every field.
    #[must_use]
    pub const fn all() -> Self {
        Self { action: LockAction::All, permissions: None }
    }

    /// Locks the fields of these fully qualified names.
    #[must_use]
    pub fn include<I>(names: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let names = names.into_iter().map(Into::into).collect();
        Self { action: LockAction::Include(names), permissions: None }
    }

    /// Locks every field but those of these fully qualified names.
    #[must_use]
    pub fn exclude<I>(names: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let names = names.into_iter().map(Into::into).collect();
        Self { action: LockAction::Exclude(names), permissions: None }
    }

    /// What else the document may change after the signature (PDF 2.0; older readers pass it over).
    #[must_use]
    pub const fn permissions(mut self, level: Certification) -> Self {
        self.permissions = Some(level);
        self
    }

    /// Refuses names with an empty part, which no field can have.
    pub(super) fn check(&self) -> Result<(), PrepareError> {
        let (LockAction::Include(names) | LockAction::Exclude(names)) = &self.action else { return Ok(()) };
        match names.iter().find(|name| name.split('.').any(str::is_empty)) {
            Some(name) => Err(PrepareError::FieldName { field: name.clone() }),
            None => Ok(()),
        }
    }

    /// `/Action`, `/Fields` and `/P`.
    pub(super) fn entries(&self) -> Dictionary {
        let mut entries = Dictionary::new();
        let (action, names) = match &self.action {
            LockAction::All => ("All", None),
            LockAction::Include(names) => ("Include", Some(names)),
            LockAction::Exclude(names) => ("Exclude", Some(names)),
        };
        entries.set(b"Action", Object::name(action));
        if let Some(names) = names {
            let names = names.iter().map(|name| Object::String(text::encode(name)));
            entries.set(b"Fields", Object::Array(names.collect()));
        }
        if let Some(level) = self.permissions {
            entries.set(b"P", i64::from(level.p()));
        }
        entries
    }

    /// Whether another lock says the same, whatever the order of its names.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let sorted = |names: &[String]| {
            let mut names = names.to_vec();
            names.sort_unstable();
            names.dedup();
            names
        };
        let same = match (&self.action, &other.action) {
            (LockAction::Include(one), LockAction::Include(other))
            | (LockAction::Exclude(one), LockAction::Exclude(other)) => sorted(one) == sorted(other),
            (one, other) => one == other,
        };
        same && self.permissions == other.permissions
    }
}

/// What the caller asks for about certification and locks.
#[derive(Clone, Debug, Default)]
pub(super) struct Locks {
    pub(super) certification: Option<Certification>,
    pub(super) lock: Option<FieldLock>,
    pub(super) lock_after_signing: bool,
    pub(super) legal_attestation: Option<String>,
}

impl Locks {
    /// Refuses options that contradict each other whatever the document is.
    pub(super) fn check(&self) -> Result<(), PrepareError> {
        let contradiction = |what| Err(PrepareError::Options { what });
        if self.lock_after_signing && self.certification.is_some() {
            return contradiction("locking the document after signing certifies it already");
        }
        if self.lock_after_signing && self.lock.is_some() {
            return contradiction("locking the document after signing leaves no field for another lock");
        }
        let Some(lock) = &self.lock else { return Ok(()) };
        if let (Some(certified), Some(locked)) = (self.certification, lock.permissions)
            && certified != locked
        {
            return contradiction("the certification and the lock permit different changes");
        }
        lock.check()
    }
}

/// A lock as it goes into the signature, and into the field when that may still be changed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AppliedLock {
    /// `/Action`, `/Fields` and `/P`.
    pub(super) entries: Dictionary,
    /// Whether the field's `/Lock` is written: it is new, or is changed before anything is signed.
    pub(super) write: bool,
}

/// A field's `/Lock` with these entries (table 236): an object of its own.
pub(super) fn put_lock<S: Source>(
    scene: &Scene<'_, S>,
    revision: &mut Revision,
    entries: &Dictionary,
) -> Result<Object, RevisionError> {
    let mut lock = Dictionary::new();
    lock.set(b"Type", Object::name("SigFieldLock"));
    for (key, value) in entries.iter() {
        lock.set(key, value.clone());
    }
    let id = revision.allocate(scene.document)?;
    revision.put(id, lock);
    Ok(id.into())
}

/// The signature's `/Reference`: both transforms may stand together.
pub(super) fn references(
    certification: Option<Certification>,
    lock: Option<&AppliedLock>,
    catalog: ObjectId,
) -> Option<Object> {
    let parameters = || {
        let mut parameters = Dictionary::new();
        parameters.set(b"Type", Object::name("TransformParams"));
        parameters.set(b"V", Object::name("1.2"));
        parameters
    };
    let reference = |method: &str, parameters: Dictionary| {
        let mut reference = Dictionary::new();
        reference.set(b"Type", Object::name("SigRef"));
        reference.set(b"TransformMethod", Object::name(method));
        reference.set(b"TransformParams", parameters);
        reference
    };
    let mut references = Vec::new();
    if let Some(level) = certification {
        let mut parameters = parameters();
        parameters.set(b"P", i64::from(level.p()));
        references.push(reference("DocMDP", parameters).into());
    }
    if let Some(lock) = lock {
        let mut parameters = parameters();
        for (key, value) in lock.entries.iter() {
            parameters.set(key, value.clone());
        }
        let mut reference = reference("FieldMDP", parameters);
        // Required of this transform only (table 256).
        reference.set(b"Data", catalog);
        references.push(reference.into());
    }
    (!references.is_empty()).then_some(Object::Array(references))
}

/// Says in the catalog's `/Perms` which signature certifies; other entries stay.
pub(super) fn announce<S: Source>(
    scene: &Scene<'_, S>,
    revision: &mut Revision,
    signature: ObjectId,
) -> Result<(), RevisionError> {
    set_below_catalog(scene, revision, b"Perms", b"DocMDP", signature.into())
}

/// Puts the author's statement on what the document holds into the catalog's `/Legal` (12.8.7).
pub(super) fn attest<S: Source>(
    scene: &Scene<'_, S>,
    revision: &mut Revision,
    attestation: &str,
) -> Result<(), RevisionError> {
    let attestation = Object::String(text::encode(attestation));
    set_below_catalog(scene, revision, b"Legal", b"Attestation", attestation)
}

/// Sets an entry of a dictionary that the catalog has, wherever it stands, or gets.
fn set_below_catalog<S: Source>(
    scene: &Scene<'_, S>,
    revision: &mut Revision,
    key: &[u8],
    entry: &[u8],
    value: Object,
) -> Result<(), RevisionError> {
    let document = scene.document;
    if let Some((place, Object::Dictionary(_))) = scene.catalog.get(document, key)? {
        revision.edit_dictionary(document, &place)?.set(entry, value);
    } else {
        let mut dictionary = Dictionary::new();
        dictionary.set(entry, value);
        revision.edit_dictionary(document, &scene.catalog.place)?.set(key, dictionary);
    }
    Ok(())
}

/// The first signature that the document has: a signed field, or a certification that no field holds any
/// more.
pub(super) fn earlier_signature<S: Source>(scene: &Scene<'_, S>) -> Result<Option<String>, PdfError> {
    let document = scene.document;
    for field in scene.form.signatures() {
        if is_signed(document, field)? {
            return Ok(Some(field.name.clone()));
        }
    }
    let perms = document.get(&scene.catalog.dictionary, b"Perms")?;
    let certified = match perms.as_dictionary() {
        Some(perms) => document.get(perms, b"DocMDP")? != Object::Null,
        None => false,
    };
    Ok(certified.then(|| "(certification)".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_are_compared_by_what_they_lock() {
        let one = FieldLock::include(["a", "b"]);
        assert!(one.is_same(&FieldLock::include(["b", "a", "a"])));
        assert!(!one.is_same(&FieldLock::exclude(["a", "b"])));
        assert!(!one.is_same(&one.clone().permissions(Certification::NoChanges)));
        assert!(FieldLock::all().is_same(&FieldLock::all()));
    }

    #[test]
    fn contradictions_are_refused() {
        let options = |locks: Locks| matches!(locks.check(), Err(PrepareError::Options { .. }));
        let certified = Some(Certification::FormFilling);
        assert!(options(Locks { certification: certified, lock_after_signing: true, ..Locks::default() }));
        assert!(options(Locks {
            lock: Some(FieldLock::all()),
            lock_after_signing: true,
            ..Locks::default()
        }));
        let lock = Some(FieldLock::all().permissions(Certification::NoChanges));
        assert!(options(Locks { certification: certified, lock, ..Locks::default() }));
        let lock = Some(FieldLock::all().permissions(Certification::FormFilling));
        assert!(Locks { certification: certified, lock, ..Locks::default() }.check().is_ok());
        for name in ["", "a..b", "a.", ".a"] {
            let lock = Some(FieldLock::include([name]));
            let error = Locks { lock, ..Locks::default() }.check();
            assert!(matches!(error, Err(PrepareError::FieldName { .. })), "{name:?}");
        }
    }
}
