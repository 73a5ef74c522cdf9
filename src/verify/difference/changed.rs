//! Which objects later revisions changed.

use std::collections::{BTreeMap, BTreeSet};

use super::super::finding::FindingKind;
use super::super::window::{PIECE, Suffix};
use super::work::{Work, current, entry};
use crate::source::Source;
use crate::syntax::pdf::{Dictionary, Document, Entry, Loaded, Object, ObjectId, PdfError, Rebuilt, View};

/// An object whose content differs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changed {
    /// Its generation in the signed revision, else in the final document.
    pub(super) id: ObjectId,
    /// Whether the signed revision has it.
    pub(super) was_there: bool,
    /// Whether it leads to bytes that lay in the signed revision all the time.
    pub(super) was_hidden: bool,
}

/// The changed objects by number, and what is odd about the cross-reference.
pub(super) type Found = (BTreeMap<u32, Changed>, Vec<(FindingKind, String)>);

/// Compares every object that later cross-reference sections speak of.
pub(super) fn find<O: Source, N: Source>(
    old: &Document<O>,
    new: &Document<N>,
    work: &Work,
) -> Result<Found, PdfError> {
    let mut findings = Vec::new();
    let mut numbers = BTreeSet::new();
    match later_sections(old, new) {
        Some(count) => {
            for section in new.sections().iter().take(count) {
                for (first, length) in section.ranges() {
                    work.spend(length)?;
                    let end = first.saturating_add(length);
                    numbers.extend((first..end).filter_map(|number| u32::try_from(number).ok()));
                }
            }
        }
        None => {
            if old.rebuilt().is_none() {
                findings.push(if new.rebuilt().is_some() {
                    let what =
                        "the cross-reference of the file is damaged, that of the signed revision is not";
                    (FindingKind::CrossReferenceDamaged, what.to_owned())
                } else {
                    let what = "the cross-reference of the file does not lead to that of the signed revision";
                    (FindingKind::RevisionSkipped, what.to_owned())
                });
            }
            let end = old.end_number().max(new.end_number());
            work.spend(end)?;
            numbers.extend((0..end).filter_map(|number| u32::try_from(number).ok()));
        }
    }
    let mut changed = BTreeMap::new();
    let mut pending: Vec<u32> = numbers.iter().rev().copied().collect();
    while let Some(number) = pending.pop() {
        work.spend(1)?;
        if number == 0 {
            continue;
        }
        let (before, after) = (entry(old, number)?, entry(new, number)?);
        // The numbers in an object stream follow the stream.
        if (before != after || matches!(after, Entry::Compressed { .. }))
            && let Some(one) = compare(old, new, number, work)?
        {
            changed.insert(number, one);
        }
        if before != after && matches!(before, Entry::InUse { .. }) && is_object_stream(old, number, work)? {
            let inside = old.numbers_in_stream(number).unwrap_or_default();
            work.spend(inside.len() as u64)?;
            pending.extend(inside.into_iter().filter(|inside| numbers.insert(*inside)));
        }
    }
    Ok((changed, findings))
}

/// Objects of the signed revision that are defined again in later bytes which no cross-reference section
/// mentions. Readers that go by the cross-reference pass them over, those that repair files do not.
pub(super) fn find_unlisted<O: Source, N: Source>(
    old: &Document<O>,
    new: &Document<N>,
    work: &Work,
) -> Result<Vec<ObjectId>, PdfError> {
    let start = old.view().len();
    let later = View::new(Suffix::new(new.view().source(), start), new.view().limits().clone())?;
    let scanned = match Rebuilt::scan(&later) {
        Ok(scanned) => scanned,
        Err(error @ (PdfError::Io(_) | PdfError::Limit { .. })) => return Err(error),
        Err(_) => return Ok(Vec::new()),
    };
    let mut unlisted = Vec::new();
    for (&number, found) in &scanned.entries {
        let Entry::InUse { offset, generation } = *found else { continue };
        let at = start.saturating_add(offset);
        if entry(old, number)? == Entry::Free {
            continue;
        }
        let mut listed = new.sections().iter().any(|section| section.at == at);
        for section in new.sections().iter().filter(|section| section.at >= start) {
            work.spend(1)?;
            let listing = match section.entry(new.view(), number) {
                Err(error) if error.may_be_damage() => None,
                other => other?,
            };
            listed =
                listed || matches!(listing, Some(Entry::InUse { offset, .. }) if new.absolute(offset) == at);
        }
        if !listed {
            unlisted.push(ObjectId { number, generation });
        }
    }
    Ok(unlisted)
}

/// How many of the final document's sections are newer than the signed revision; `None` when the rest
/// are not exactly that revision's.
fn later_sections<O: Source, N: Source>(old: &Document<O>, new: &Document<N>) -> Option<usize> {
    let newest = old.newest()?.at;
    let at = new.sections().iter().position(|section| section.at == newest)?;
    let rest = new.sections().get(at..)?;
    let same = rest.len() == old.sections().len()
        && rest.iter().zip(old.sections()).all(|(one, other)| one.at == other.at);
    (same && old.base() == new.base()).then_some(at)
}

fn is_object_stream<S: Source>(document: &Document<S>, number: u32, work: &Work) -> Result<bool, PdfError> {
    let loaded = work.load_number(document, number)?;
    Ok(loaded.is_some_and(|loaded| {
        loaded.stream_at.is_some()
            && loaded.object.as_dictionary().and_then(|one| one.name(b"Type")) == Some(b"ObjStm")
    }))
}

fn compare<O: Source, N: Source>(
    old: &Document<O>,
    new: &Document<N>,
    number: u32,
    work: &Work,
) -> Result<Option<Changed>, PdfError> {
    let (before, after) = (current(old, number)?, current(new, number)?);
    let Some(id) = before.or(after) else { return Ok(None) };
    let before = match before {
        Some(id) => work.load(old, id)?,
        None => None,
    };
    // References carry the generation: under another one the object is gone.
    let now = match (after, &before) {
        (Some(after), _) if after == id => work.load(new, id)?,
        _ => None,
    };
    let same = match (&before, &now) {
        (None, None) => true,
        (Some(before), Some(now)) => same(old, new, id, before, now, work)?,
        _ => false,
    };
    let signed_end = old.view().len();
    let was_hidden = match entry(new, number)? {
        Entry::InUse { offset, .. } => new.absolute(offset) < signed_end,
        Entry::Compressed { stream, .. } => {
            matches!(entry(new, stream)?, Entry::InUse { offset, .. } if new.absolute(offset) < signed_end)
        }
        Entry::Free => false,
    };
    Ok((!same).then_some(Changed { id, was_there: before.is_some(), was_hidden }))
}

/// Whether two objects are the same, stream data included.
fn same<O: Source, N: Source>(
    old: &Document<O>,
    new: &Document<N>,
    id: ObjectId,
    before: &Loaded,
    now: &Loaded,
    work: &Work,
) -> Result<bool, PdfError> {
    if before.stream_at == now.stream_at && before.stream_at.is_some() {
        return Ok(before.object == now.object);
    }
    let (Some(first), Some(second)) = (before.stream_at, now.stream_at) else {
        return Ok(before.stream_at == now.stream_at && before.object == now.object);
    };
    let (Some(one), Some(other)) = (before.object.as_dictionary(), now.object.as_dictionary()) else {
        return Ok(false);
    };
    if without_length(one) != without_length(other) {
        return Ok(false);
    }
    let length = match old.stream_length(id, one, first) {
        Ok(length) => length,
        Err(error @ (PdfError::Io(_) | PdfError::Limit { .. })) => return Err(error),
        Err(_) => return Ok(false),
    };
    if !new.stream_length(id, other, second).is_ok_and(|other| other == length) {
        return Ok(false);
    }
    let mut done = 0_u64;
    while done < length {
        let piece = usize::try_from(length.saturating_sub(done)).unwrap_or(PIECE).min(PIECE);
        work.spend(piece as u64 / 16)?;
        if old.view().bytes(first.saturating_add(done), piece)?
            != new.view().bytes(second.saturating_add(done), piece)?
        {
            return Ok(false);
        }
        done = done.saturating_add(piece as u64);
    }
    Ok(true)
}

/// `/Length` may be written directly or as a reference.
fn without_length(dictionary: &Dictionary) -> Object {
    let mut dictionary = dictionary.clone();
    dictionary.remove(b"Length");
    dictionary.into()
}
