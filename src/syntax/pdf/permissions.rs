//! What earlier signatures, certification and encryption allow: ISO 32000-2, 12.8.2 and table 22.

use super::crypt::Access;
use super::document::Document;
use super::error::PdfError;
use super::form::{Field, Form};
use super::object::{Dictionary, Object};
use super::place::Placed;
use super::text;
use crate::source::Source;

/// Which fields a lock names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LockAction {
    All,
    Include(Vec<String>),
    Exclude(Vec<String>),
}

impl LockAction {
    /// Whether the field of this name is locked, now or once it exists.
    pub(crate) fn locks(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Include(names) => names.iter().any(|locked| covers(locked, name)),
            Self::Exclude(names) => !names.iter().any(|free| covers(free, name)),
        }
    }

    /// From a lock dictionary or the parameters of a `FieldMDP` transform. An action nobody knows locks
    /// everything.
    pub(crate) fn read<S: Source>(document: &Document<S>, dictionary: &Dictionary) -> Result<Self, PdfError> {
        let names = || {
            let Object::Array(items) = document.get(dictionary, b"Fields")? else { return Ok(Vec::new()) };
            let limit = document.view().limits().seed_values;
            if items.len() > limit {
                return Err(PdfError::Limit { what: "fields in a lock", limit: limit as u64 });
            }
            let mut names = Vec::with_capacity(items.len());
            for item in &items {
                if let Object::String(bytes) = document.resolve(item)? {
                    names.push(text::decode(&bytes));
                }
            }
            Ok::<_, PdfError>(names)
        };
        Ok(match document.get(dictionary, b"Action")? {
            Object::Name(name) if &*name == b"Include" => Self::Include(names()?),
            Object::Name(name) if &*name == b"Exclude" => Self::Exclude(names()?),
            _ => Self::All,
        })
    }
}

/// A name locks the field and all below it.
fn covers(locked: &str, name: &str) -> bool {
    name.strip_prefix(locked).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A lock that a signature put on fields.
#[derive(Clone, Debug)]
pub(crate) struct Lock {
    /// The signature field that locks.
    pub(crate) by: String,
    /// `FieldMDP` or `Lock`.
    pub(crate) rule: &'static str,
    pub(crate) action: LockAction,
}

/// What a certification, or a lock with `/P`, leaves permitted.
#[derive(Clone, Debug)]
pub(crate) struct DocMdp {
    /// The signature field that says so.
    pub(crate) by: String,
    /// `DocMDP` or `Lock`.
    pub(crate) rule: &'static str,
    /// 1 no changes, 2 form filling and signing, 3 annotations too.
    pub(crate) p: u8,
}

/// All restrictions that earlier signatures put on a document.
#[derive(Debug, Default)]
pub(crate) struct Restrictions {
    pub(crate) levels: Vec<DocMdp>,
    pub(crate) locks: Vec<Lock>,
    /// Usage rights that a change lets lapse.
    pub(crate) usage_rights: bool,
}

/// Which permission of the encryption an action asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    CreateField,
    FillField,
}

impl Restrictions {
    pub(crate) fn read<S: Source>(
        document: &Document<S>,
        catalog: &Placed,
        form: &Form,
    ) -> Result<Self, PdfError> {
        let mut restrictions = Self::default();
        if let Object::Dictionary(perms) = document.get(&catalog.dictionary, b"Perms")? {
            restrictions.usage_rights = perms.contains(b"UR3") || perms.contains(b"UR");
            if let Object::Dictionary(signature) = document.get(&perms, b"DocMDP")? {
                let by = form
                    .signatures()
                    .find(|field| field.value.is_some() && field.value.as_ref() == perms.get(b"DocMDP"));
                let by = by.map_or("(certification)", |field| &field.name);
                restrictions.add_transforms(document, by, &signature)?;
                if restrictions.levels.is_empty() {
                    // A certification that does not say permits form filling and signing (table 257).
                    restrictions.levels.push(DocMdp { by: by.to_owned(), rule: "DocMDP", p: 2 });
                }
            }
        }
        for field in form.signatures() {
            restrictions.add_field(document, field)?;
        }
        Ok(restrictions)
    }

    fn add_field<S: Source>(&mut self, document: &Document<S>, field: &Field) -> Result<(), PdfError> {
        let Some(value) = &field.value else { return Ok(()) };
        let Object::Dictionary(signature) = document.resolve(value)? else { return Ok(()) };
        self.add_transforms(document, &field.name, &signature)?;
        if let Object::Dictionary(lock) = document.get(&field.dictionary, b"Lock")? {
            self.add_lock(document, &field.name, "Lock", &lock)?;
        }
        Ok(())
    }

    fn add_transforms<S: Source>(
        &mut self,
        document: &Document<S>,
        by: &str,
        signature: &Dictionary,
    ) -> Result<(), PdfError> {
        let Object::Array(references) = document.get(signature, b"Reference")? else { return Ok(()) };
        for reference in &references {
            let Object::Dictionary(reference) = document.resolve(reference)? else { continue };
            let parameters = match document.get(&reference, b"TransformParams")? {
                Object::Dictionary(parameters) => parameters,
                _ => Dictionary::new(),
            };
            match document.get(&reference, b"TransformMethod")? {
                Object::Name(method) if &*method == b"DocMDP" => {
                    let p = match document.get(&parameters, b"P")? {
                        Object::Integer(1) => 1,
                        Object::Integer(3) => 3,
                        _ => 2,
                    };
                    self.levels.push(DocMdp { by: by.to_owned(), rule: "DocMDP", p });
                }
                Object::Name(method) if &*method == b"FieldMDP" => {
                    self.add_lock(document, by, "FieldMDP", &parameters)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn add_lock<S: Source>(
        &mut self,
        document: &Document<S>,
        by: &str,
        rule: &'static str,
        lock: &Dictionary,
    ) -> Result<(), PdfError> {
        if let Object::Integer(p @ 1..=3) = document.get(lock, b"P")? {
            self.levels.push(DocMdp { by: by.to_owned(), rule, p: p as u8 });
        }
        let action = LockAction::read(document, lock)?;
        self.locks.push(Lock { by: by.to_owned(), rule, action });
        Ok(())
    }

    /// The strictest level, if a signature set one.
    pub(crate) fn strictest(&self) -> Option<&DocMdp> {
        self.levels.iter().min_by_key(|level| level.p)
    }

    /// The first lock on the field of this name.
    pub(crate) fn lock_on(&self, name: &str) -> Option<&Lock> {
        self.locks.iter().find(|lock| lock.action.locks(name))
    }
}

/// The lock that a field carries for when it is signed.
pub(crate) fn own_lock<S: Source>(
    document: &Document<S>,
    field: &Dictionary,
) -> Result<Option<Dictionary>, PdfError> {
    match document.get(field, b"Lock")? {
        Object::Dictionary(lock) => Ok(Some(lock)),
        _ => Ok(None),
    }
}

/// The permission bits of `/P` that the action lacks; none for the owner or without encryption.
pub(crate) fn missing_bits<S: Source>(document: &Document<S>, action: Action) -> Option<&'static str> {
    let security = document.security().filter(|security| security.access() == Access::User)?;
    let bit = |number: u32| security.permissions() & (1 << (number - 1)) != 0;
    match action {
        Action::CreateField if bit(4) && bit(6) => None,
        Action::CreateField => Some("bits 4 and 6"),
        Action::FillField if bit(6) || (security.revision() >= 3 && bit(9)) => None,
        Action::FillField if security.revision() >= 3 => Some("bit 6 or 9"),
        Action::FillField => Some("bit 6"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_reach_fields_below_and_fields_to_come() {
        let include = LockAction::Include(vec!["a".into()]);
        assert!(include.locks("a") && include.locks("a.b") && !include.locks("ab"));
        let exclude = LockAction::Exclude(vec!["a.b".into()]);
        assert!(!exclude.locks("a.b.c") && exclude.locks("a") && exclude.locks("new"));
        assert!(LockAction::All.locks("new"));
    }
}
