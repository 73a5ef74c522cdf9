//! Who refers to an object in the signed revision.

use std::collections::{BTreeSet, HashMap};

use super::work::Work;
use crate::source::Source;
use crate::syntax::pdf::{Document, Object, PdfError};

/// More usages of one object than this are not told apart.
const USAGES_KEPT: usize = 10_000;

/// A reference to an object: from which object (0 is the trailer), and on which path inside it. The path
/// is the keys of the dictionaries on the way, joined by `/`; places in arrays leave no trace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Usage {
    pub(super) holder: u32,
    pub(super) path: Vec<u8>,
}

impl Usage {
    pub(super) fn new(holder: u32, path: impl Into<Vec<u8>>) -> Self {
        Self { holder, path: path.into() }
    }

    /// The usage by an entry of the dictionary here.
    pub(super) fn below(&self, key: &[u8]) -> Self {
        let path = if self.path.is_empty() { key.to_vec() } else { [&self.path, key].join(&b'/') };
        Self { holder: self.holder, path }
    }

    /// The last key.
    pub(super) fn key(&self) -> &[u8] {
        self.path.rsplit(|byte| *byte == b'/').next().unwrap_or(&[])
    }
}

/// The usages of some objects.
#[derive(Debug, Default)]
pub(super) struct Usages(HashMap<u32, BTreeSet<Usage>>);

impl Usages {
    /// Walks everything that the trailer leads to.
    ///
    /// An array that is an object of its own hides what its items are used for, so the usages of such
    /// arrays are found out too.
    pub(super) fn find<S: Source>(
        document: &Document<S>,
        wanted: impl Iterator<Item = u32>,
        work: &Work,
    ) -> Result<Self, PdfError> {
        let mut usages = Self(wanted.map(|number| (number, BTreeSet::new())).collect());
        // Arrays of arrays, each an object, are no business of a signed document beyond this depth.
        for _ in 0..4 {
            usages.walk(document, work)?;
            let arrays: Vec<u32> = usages
                .0
                .values()
                .flatten()
                .filter(|usage| usage.path.is_empty() && !usages.0.contains_key(&usage.holder))
                .map(|usage| usage.holder)
                .collect();
            if arrays.is_empty() {
                break;
            }
            usages.0.extend(arrays.into_iter().map(|number| (number, BTreeSet::new())));
        }
        Ok(usages)
    }

    fn walk<S: Source>(&mut self, document: &Document<S>, work: &Work) -> Result<(), PdfError> {
        let end = usize::try_from(document.end_number()).unwrap_or(usize::MAX);
        let mut seen = vec![false; end.saturating_add(1)];
        let mut pending = Vec::new();
        let trailer = Object::Dictionary(document.trailer().clone());
        self.visit(0, &trailer, &mut Vec::new(), &mut pending, work)?;
        while let Some(id) = pending.pop() {
            let Some(flag) = usize::try_from(id).ok().and_then(|at| seen.get_mut(at)) else { continue };
            if std::mem::replace(flag, true) {
                continue;
            }
            let Some(object) = work.load_number(document, id)? else { continue };
            self.visit(id, &object.object, &mut Vec::new(), &mut pending, work)?;
        }
        Ok(())
    }

    fn visit(
        &mut self,
        holder: u32,
        value: &Object,
        path: &mut Vec<u8>,
        pending: &mut Vec<u32>,
        work: &Work,
    ) -> Result<(), PdfError> {
        match value {
            Object::Reference(id) => {
                if let Some(usages) = self.0.get_mut(&id.number)
                    && usages.len() < USAGES_KEPT
                {
                    usages.insert(Usage::new(holder, path.clone()));
                }
                pending.push(id.number);
            }
            Object::Array(items) => {
                work.spend(items.len() as u64)?;
                for item in items {
                    self.visit(holder, item, path, pending, work)?;
                }
            }
            Object::Dictionary(dictionary) => {
                work.spend(dictionary.len() as u64)?;
                let before = path.len();
                for (key, value) in dictionary.iter() {
                    if before > 0 {
                        path.push(b'/');
                    }
                    path.extend_from_slice(key);
                    self.visit(holder, value, path, pending, work)?;
                    path.truncate(before);
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn of(&self, number: u32) -> impl Iterator<Item = &Usage> {
        self.0.get(&number).into_iter().flatten()
    }

    /// The usages that `is_allowed` does not know; those of an array count for its items.
    pub(super) fn first_other(
        &self,
        number: u32,
        is_allowed: &dyn Fn(&Usage) -> bool,
        depth: usize,
    ) -> Option<&Usage> {
        self.of(number).find_map(|usage| {
            if is_allowed(usage) {
                None
            } else if usage.path.is_empty() && usage.holder != 0 && depth > 0 {
                self.first_other(usage.holder, is_allowed, depth.saturating_sub(1))
            } else {
                Some(usage)
            }
        })
    }
}
