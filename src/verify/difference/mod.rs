//! What happened to a document after a signature.
//!
//! The signed revision and the final document are read side by side. Rules that know the catalog, the
//! form, pages and annotations look at the entries that differ and say how far a change goes; whoever
//! lets an object change also says in which role it may. At the end every object that differs must have
//! been explained in every role that it has in the signed revision, else the change is not permitted.

mod catalog;
mod changed;
mod field;
mod form;
mod page;
mod usage;
mod work;

use std::collections::{BTreeMap, HashMap, HashSet};

use super::finding::{Finding, FindingKind};
use super::report::{CHANGES_LISTED, Change, ChangeLevel, LaterChanges};
use crate::source::Source;
use crate::syntax::pdf::{
    Dictionary, Document, Field, Form, Loaded, Object, ObjectId, PdfError, Place, Placed, Restrictions, text,
};
use changed::Changed;
use usage::{Usage, Usages};

pub(super) use work::Work;

/// Why an object may change.
#[derive(Debug, Default)]
struct Approval {
    /// References that the change may come to light through.
    edges: HashSet<Usage>,
    /// Keys of references that lead to the object in a role in which it may change.
    keys: &'static [&'static [u8]],
    /// Whether it does not matter who refers to the object.
    anywhere: bool,
}

impl Approval {
    fn allows(&self, usage: &Usage) -> bool {
        self.anywhere || self.keys.contains(&usage.key()) || self.edges.contains(usage)
    }
}

/// One side: a document, its catalog and its form.
struct Side<'a, S> {
    document: &'a Document<S>,
    catalog: Placed,
    form: Form,
}

impl<'a, S: Source> Side<'a, S> {
    fn new(document: &'a Document<S>, work: &Work) -> Result<Self, PdfError> {
        let (id, dictionary) = document.catalog()?;
        let catalog = Placed { place: Place::object(id), dictionary };
        let form = Form::read(document, &catalog)?;
        work.spend((form.fields.len() as u64).saturating_mul(32))?;
        Ok(Self { document, catalog, form })
    }

    /// The dictionary that stands at a place, when it is one.
    fn dictionary(&self, place: &Place, work: &Work) -> Result<Option<Dictionary>, PdfError> {
        let Some(Loaded { mut object, stream_at: None }) = work.load(self.document, place.id)? else {
            return Ok(None);
        };
        Ok(place.find_mut(&mut object).and_then(|value| value.as_dictionary().cloned()))
    }
}

/// A comparison under way.
struct Difference<'a, O, N> {
    old: Side<'a, O>,
    new: Side<'a, N>,
    work: &'a Work,
    /// What signatures of the signed revision leave permitted.
    restrictions: Restrictions,
    allowed: ChangeLevel,
    certified: bool,
    changed: BTreeMap<u32, Changed>,
    approvals: HashMap<u32, Approval>,
    /// Widgets of new signature fields.
    new_widgets: HashSet<u32>,
    level: ChangeLevel,
    refused: Vec<Change>,
    permitted: Vec<Change>,
    count: u64,
    findings: Vec<Finding>,
}

/// What a comparison found out.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) changes: LaterChanges,
    pub(super) findings: Vec<Finding>,
    /// The signature fields of the signed revision, with their values.
    signatures: Vec<(String, Object)>,
}

impl Outcome {
    /// Whether the signed revision has the signature of this field.
    pub(super) fn had(&self, field: &Field) -> bool {
        self.signatures.iter().any(|(name, value)| *name == field.name && Some(value) == field.value.as_ref())
    }
}

/// How far changes may go by what the signatures of a document say.
fn allowed_by(restrictions: &Restrictions) -> ChangeLevel {
    match restrictions.strictest().map(|level| level.p) {
        Some(1) => ChangeLevel::LongTermValidation,
        Some(3) => ChangeLevel::Annotations,
        _ => ChangeLevel::FormFilling,
    }
}

/// How far changes to a document as it is may go.
pub(super) fn allowed<S: Source>(document: &Document<S>, work: &Work) -> Result<ChangeLevel, PdfError> {
    let side = Side::new(document, work)?;
    Ok(allowed_by(&Restrictions::read(document, &side.catalog, &side.form)?))
}

/// Compares the signed revision with the final document.
pub(super) fn compare<O: Source, N: Source>(
    old: &Document<O>,
    new: &Document<N>,
    work: &Work,
) -> Result<Outcome, PdfError> {
    let (changed, odd) = changed::find(old, new, work)?;
    let unlisted = if new.rebuilt().is_some() { Vec::new() } else { changed::find_unlisted(old, new, work)? };
    let old = Side::new(old, work)?;
    let new = Side::new(new, work)?;
    let restrictions = Restrictions::read(old.document, &old.catalog, &old.form)?;
    let allowed = allowed_by(&restrictions);
    // A lock with /P restricts as a certification does.
    let certified = !restrictions.levels.is_empty();
    let mut difference = Difference {
        old,
        new,
        work,
        restrictions,
        allowed,
        certified,
        changed,
        approvals: HashMap::new(),
        new_widgets: HashSet::new(),
        level: ChangeLevel::None,
        refused: Vec::new(),
        permitted: Vec::new(),
        count: 0,
        findings: Vec::new(),
    };
    for (kind, detail) in odd {
        difference.findings.push(Finding { kind, detail, object: None });
    }
    for id in unlisted {
        let detail = "it is defined again in bytes that no cross-reference section mentions".to_owned();
        let kind = FindingKind::UnlistedObject;
        difference.find(Finding { kind, detail, object: Some(id) });
    }
    difference.trailer()?;
    difference.catalog()?;
    difference.form()?;
    difference.pages()?;
    difference.rest()?;
    Ok(difference.finish())
}

impl<O: Source, N: Source> Difference<'_, O, N> {
    /// Notes a change that goes as far as `level`.
    fn note(&mut self, object: Option<ObjectId>, level: ChangeLevel, what: impl Into<String>) {
        self.push(object, level, level <= self.allowed, what.into());
    }

    /// Notes a change that is never permitted.
    fn refuse(&mut self, object: Option<ObjectId>, what: impl Into<String>) {
        self.push(object, ChangeLevel::Other, false, what.into());
    }

    /// Notes a change of a field that a signature locks.
    fn refuse_locked(&mut self, object: ObjectId, name: &str) {
        let by = self.restrictions.lock_on(name).map_or("", |lock| &lock.by);
        let detail = format!("field \"{name}\" was changed, which signature \"{by}\" locks");
        let finding =
            Finding { kind: FindingKind::LockedFieldChanged, detail: detail.clone(), object: Some(object) };
        self.find(finding);
        self.push(Some(object), ChangeLevel::FormFilling, false, detail);
    }

    fn push(&mut self, object: Option<ObjectId>, level: ChangeLevel, permitted: bool, what: String) {
        self.level = self.level.max(level);
        let list = if permitted { &mut self.permitted } else { &mut self.refused };
        let change = Change { object, what, level, permitted };
        let known = list.last().is_some_and(|last| last.object == object && last.what == change.what);
        if known {
            return;
        }
        self.count = self.count.saturating_add(1);
        if list.len() < CHANGES_LISTED {
            list.push(change);
        }
    }

    fn find(&mut self, finding: Finding) {
        if self.findings.len() < CHANGES_LISTED {
            self.findings.push(finding);
        }
    }

    fn is_changed(&self, number: u32) -> bool {
        self.changed.contains_key(&number)
    }

    /// Lets an object change for whoever refers to it by one of these keys.
    fn approve_by(&mut self, number: u32, keys: &'static [&'static [u8]]) {
        self.approvals.entry(number).or_default().keys = keys;
    }

    /// Lets an object change that was compared as a whole, so that its role does not matter.
    fn approve_anywhere(&mut self, number: u32) {
        self.approvals.entry(number).or_default().anywhere = true;
    }

    fn approve_edge(&mut self, number: u32, edge: Usage) {
        self.approvals.entry(number).or_default().edges.insert(edge);
    }

    /// Lets the objects change that hang below a value of the signed revision, as far as they hang there
    /// only. Whether there is any that changed.
    ///
    /// Streams are the end of the way, and change only where `streams` says so.
    fn approve_below(
        &mut self,
        value: &Object,
        at: Usage,
        depth: usize,
        streams: bool,
    ) -> Result<bool, PdfError> {
        let Some(depth) = depth.checked_sub(1) else { return Ok(false) };
        let mut found = false;
        match value {
            Object::Reference(id) => {
                let Some(loaded) = self.work.load(self.old.document, *id)? else { return Ok(false) };
                found = self.is_changed(id.number);
                if loaded.stream_at.is_some() {
                    found = found && streams;
                } else {
                    found |= self.approve_below(&loaded.object, Usage::new(id.number, []), depth, streams)?;
                }
                if found {
                    self.approve_edge(id.number, at);
                }
            }
            Object::Array(items) => {
                for item in items {
                    found |= self.approve_below(item, at.clone(), depth, streams)?;
                }
            }
            Object::Dictionary(dictionary) => {
                for (key, value) in dictionary.iter() {
                    found |= self.approve_below(value, at.below(key), depth, streams)?;
                }
            }
            _ => {}
        }
        Ok(found)
    }

    /// What no rule explained, or not in every role.
    fn rest(&mut self) -> Result<(), PdfError> {
        if self.changed.is_empty() {
            return Ok(());
        }
        let wanted = self.changed.keys().chain(self.approvals.keys()).copied();
        let usages = Usages::find(self.old.document, wanted, self.work)?;
        let signatures: HashMap<u32, String> = self
            .old
            .form
            .signatures()
            .filter_map(|field| Some((field.value.as_ref()?.as_reference()?.number, field.name.clone())))
            .collect();
        let changed = std::mem::take(&mut self.changed);
        for (&number, one) in &changed {
            let Some(first) = usages.of(number).next() else { continue };
            let Some(approval) = self.approvals.get(&number) else {
                let used = self.role(first);
                let (kind, what) = if let Some(field) = signatures.get(&number) {
                    (
                        FindingKind::SignatureReplaced,
                        format!("the signature in field \"{field}\" was changed"),
                    )
                } else if !one.was_there {
                    let what = format!("an object appeared that {used} referred to all along");
                    (FindingKind::DanglingReferenceFilled, what)
                } else if one.was_hidden {
                    let what = format!("{used} leads to bytes that lay hidden in the signed revision");
                    (FindingKind::HiddenObjectRevealed, what)
                } else if self.is_other_thing(one.id)? {
                    let what = format!("{used} leads to an object of another sort");
                    (FindingKind::ObjectNumberReused, what)
                } else {
                    (FindingKind::ContentChanged, format!("{used} was changed"))
                };
                self.find(Finding { kind, detail: what.clone(), object: Some(one.id) });
                self.refuse(Some(one.id), what);
                continue;
            };
            if one.was_hidden {
                let detail = "it leads to bytes that lay hidden in the signed revision".to_owned();
                let kind = FindingKind::HiddenObjectRevealed;
                self.refuse(Some(one.id), detail.clone());
                self.find(Finding { kind, detail, object: Some(one.id) });
                continue;
            }
            if let Some(other) = usages.first_other(number, &|usage| approval.allows(usage), 4) {
                self.shared(one.id, &other.clone());
            }
        }
        // Objects on the way to one that may change must not lead there in other roles either.
        let mut holders: Vec<u32> =
            self.approvals.keys().filter(|number| !changed.contains_key(number)).copied().collect();
        holders.sort_unstable();
        for number in holders {
            let Some(approval) = self.approvals.get(&number).filter(|one| !one.edges.is_empty()) else {
                continue;
            };
            if let Some(other) = usages.first_other(number, &|usage| approval.allows(usage), 4) {
                let id = ObjectId { number, generation: 0 };
                self.shared(id, &other.clone());
            }
        }
        Ok(())
    }

    fn shared(&mut self, id: ObjectId, other: &Usage) {
        let detail = format!("it was changed, and is also {}", self.role(other));
        self.find(Finding {
            kind: FindingKind::SharedObjectReplaced,
            detail: detail.clone(),
            object: Some(id),
        });
        self.refuse(Some(id), detail);
    }

    /// A usage in words.
    fn role(&self, usage: &Usage) -> String {
        let path = text::lossy(&usage.path).into_owned();
        match (usage.holder, usage.path.is_empty()) {
            (0, _) => format!("/{path} of the trailer"),
            (holder, true) => format!("an item of object {holder}"),
            (holder, false) => format!("/{path} of object {holder}"),
        }
    }

    /// Whether an object turned from a stream to something else, or changed its type.
    fn is_other_thing(&self, id: ObjectId) -> Result<bool, PdfError> {
        let before = self.work.load(self.old.document, id)?;
        let now = self.work.load(self.new.document, id)?;
        let sort = |loaded: &Loaded| {
            let dictionary = loaded.object.as_dictionary();
            let name = |key: &[u8]| dictionary.and_then(|one| one.name(key)).map(<[u8]>::to_vec);
            (loaded.stream_at.is_some(), dictionary.is_some(), name(b"Type"), name(b"Subtype"))
        };
        Ok(before.as_ref().map(sort) != now.as_ref().map(sort))
    }

    fn finish(mut self) -> Outcome {
        let permitted = self.refused.is_empty();
        if let Some(first) = self.refused.first()
            && !self.findings.iter().any(|finding| finding.kind.is_fatal())
        {
            let (detail, object) = (first.what.clone(), first.object);
            self.findings.push(Finding { kind: FindingKind::ContentChanged, detail, object });
        }
        let mut list = self.refused;
        list.append(&mut self.permitted);
        list.truncate(CHANGES_LISTED);
        let not_listed = self.count.saturating_sub(list.len() as u64);
        let changes = LaterChanges {
            compared: true,
            level: self.level,
            allowed: self.allowed,
            permitted,
            list,
            not_listed,
        };
        let signatures = self.old.form.signatures();
        let signatures = signatures.filter_map(|field| Some((field.name.clone(), field.value.clone()?)));
        Outcome { changes, findings: self.findings, signatures: signatures.collect() }
    }
}

/// The keys whose values differ, and those that the new dictionary has more than once.
fn differing(old: &Dictionary, new: &Dictionary) -> Vec<Vec<u8>> {
    fn last(dictionary: &Dictionary) -> (BTreeMap<&[u8], &Object>, HashSet<&[u8]>) {
        let (mut map, mut repeated) = (BTreeMap::new(), HashSet::new());
        for (key, value) in dictionary.iter() {
            if map.insert(key, value).is_some() {
                repeated.insert(key);
            }
        }
        map.retain(|_, value| **value != Object::Null);
        (map, repeated)
    }
    let ((before, repeated_before), (now, repeated)) = (last(old), last(new));
    let mut keys: Vec<Vec<u8>> = Vec::new();
    for key in before.keys().chain(now.keys().filter(|key| !before.contains_key(*key))) {
        let twice = repeated.contains(key) && !repeated_before.contains(key);
        let same = match (before.get(key), now.get(key)) {
            (Some(old), Some(new)) => equivalent(old, new),
            _ => false,
        };
        if twice || !same {
            keys.push(key.to_vec());
        }
    }
    keys
}

/// Whether two values mean the same: software that writes an object anew may write its numbers and text
/// strings in another way.
fn equivalent(old: &Object, new: &Object) -> bool {
    fn number(value: &Object) -> Option<f64> {
        match value {
            Object::Integer(value) => Some(*value as f64),
            Object::Real(digits) => std::str::from_utf8(digits).ok()?.parse().ok(),
            _ => None,
        }
    }
    match (old, new) {
        (Object::Integer(old), Object::Integer(new)) => old == new,
        (Object::Integer(_) | Object::Real(_), Object::Integer(_) | Object::Real(_)) => {
            old == new || number(old).is_some() && number(old) == number(new)
        }
        (Object::String(one), Object::String(other)) => {
            let marked = |bytes: &[u8]| bytes.starts_with(b"\xFE\xFF");
            one == other || (marked(one) != marked(other) && text::decode(one) == text::decode(other))
        }
        (Object::Array(old), Object::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| equivalent(old, new))
        }
        (Object::Dictionary(old), Object::Dictionary(new)) => differing(old, new).is_empty(),
        _ => old == new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differing_keys() {
        let dictionary = |entries: &[(&str, i64)]| {
            let mut dictionary = Dictionary::new();
            for (key, value) in entries {
                dictionary.push(key.as_bytes().into(), Object::from(*value));
            }
            dictionary
        };
        let old = dictionary(&[("A", 1), ("B", 2), ("C", 3)]);
        let new = dictionary(&[("C", 3), ("A", 1), ("A", 1), ("D", 4)]);
        assert_eq!(differing(&old, &new), [b"A".to_vec(), b"B".to_vec(), b"D".to_vec()]);
        assert!(differing(&old, &old).is_empty());
    }

    #[test]
    fn values_written_in_another_way() {
        let real = |digits: &str| Object::Real(digits.as_bytes().into());
        let string = |bytes: &[u8]| Object::String(bytes.to_vec());
        let pairs = [
            (real("1.50"), real("1.5"), true),
            (real("2.0"), Object::from(2), true),
            (real("2.01"), Object::from(2), false),
            (real("x"), Object::from(2), false),
            (string(b"\xFE\xFF\0N"), string(b"N"), true),
            (string(b"\xFE\xFF\0N"), string(b"M"), false),
            (Object::from(1), string(b"1"), false),
            (Object::Array(vec![real("1.0")]), Object::Array(vec![Object::from(1)]), true),
        ];
        for (old, new, expected) in pairs {
            assert_eq!(equivalent(&old, &new), expected, "{old:?} {new:?}");
        }
    }
}
