//! The namespaces, and the attributes of the namespace `xml`, that are in scope where a scanner stands.

use std::collections::{HashMap, HashSet};

use super::XML_NAMESPACE;

/// So many bindings are looked through one by one; of more, the nearest of each prefix is looked up.
const FEW: usize = 32;

/// A stack of namespace bindings and `xml:` attributes: memory grows with the depth of the document only.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    text: Vec<u8>,
    bindings: Vec<Entry>,
    inherited: Vec<Entry>,
    /// For each prefix, its bindings from the outermost on, as places in `bindings`; empty while there
    /// are few.
    places: HashMap<Box<[u8]>, Vec<usize>>,
}

/// A prefix and its namespace, or the local name of an `xml:` attribute and its value.
#[derive(Clone, Copy, Debug)]
struct Entry {
    depth: usize,
    /// Runs of `Scope::text`: from `start` to `middle`, and on to `end`.
    start: usize,
    middle: usize,
    end: usize,
}

/// What is in scope at one place, taken out of a [`Scope`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// Prefixes and their namespaces, the nearest of each; an empty prefix is the default namespace.
    pub(crate) bindings: Vec<(Vec<u8>, Vec<u8>)>,
    /// Local names and values of `xml:` attributes, outermost first.
    pub(crate) inherited: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Scope {
    /// With what `context` has in scope, as if it stood on ancestors at depth 0.
    pub(crate) fn within(context: &Context) -> Self {
        let mut scope = Self::default();
        for (prefix, uri) in &context.bindings {
            scope.bind(0, prefix, uri);
        }
        for (local, value) in &context.inherited {
            scope.inherit(0, local, value);
        }
        scope
    }

    fn entry(&mut self, depth: usize, name: &[u8], value: &[u8]) -> Entry {
        let start = self.text.len();
        self.text.extend_from_slice(name);
        let middle = self.text.len();
        self.text.extend_from_slice(value);
        Entry { depth, start, middle, end: self.text.len() }
    }

    /// Binds a prefix (empty: the default namespace) on the element at `depth`.
    pub(in crate::syntax::xml) fn bind(&mut self, depth: usize, prefix: &[u8], uri: &[u8]) {
        let entry = self.entry(depth, prefix, uri);
        self.bindings.push(entry);
        match self.bindings.len() {
            ..=FEW => {}
            more if self.places.is_empty() => (0..more).for_each(|place| self.note(place)),
            more => self.note(more - 1),
        }
    }

    /// Makes the binding at `place` one that can be looked up.
    fn note(&mut self, place: usize) {
        let Some(entry) = self.bindings.get(place) else { return };
        let name = self.text.get(entry.start..entry.middle).unwrap_or_default();
        match self.places.get_mut(name) {
            Some(places) => places.push(place),
            None => drop(self.places.insert(name.into(), vec![place])),
        }
    }

    /// Takes away the binding that came last.
    fn unbind(&mut self, entry: &Entry) {
        if self.bindings.len() <= FEW {
            self.places.clear();
            return;
        }
        let name = self.text.get(entry.start..entry.middle).unwrap_or_default();
        let left = self.places.get_mut(name).map(|places| {
            places.pop();
            places.len()
        });
        if left == Some(0) {
            self.places.remove(name);
        }
    }

    /// Notes an `xml:` attribute on the element at `depth`.
    pub(super) fn inherit(&mut self, depth: usize, local: &[u8], value: &[u8]) {
        let entry = self.entry(depth, local, value);
        self.inherited.push(entry);
    }

    /// Forgets what the element at `depth` brought.
    pub(in crate::syntax::xml) fn leave(&mut self, depth: usize) {
        let bindings = self.bindings.last().is_some_and(|entry| entry.depth >= depth);
        let inherited = self.inherited.last().is_some_and(|entry| entry.depth >= depth);
        if !bindings && !inherited {
            return;
        }
        let mut start = self.text.len();
        while let Some(entry) = self.bindings.pop_if(|entry| entry.depth >= depth) {
            start = start.min(entry.start);
            if !self.places.is_empty() {
                self.unbind(&entry);
            }
        }
        while let Some(entry) = self.inherited.pop_if(|entry| entry.depth >= depth) {
            start = start.min(entry.start);
        }
        self.text.truncate(start);
    }

    fn name(&self, entry: &Entry) -> &[u8] {
        self.text.get(entry.start..entry.middle).unwrap_or_default()
    }

    fn value(&self, entry: &Entry) -> &[u8] {
        self.text.get(entry.middle..entry.end).unwrap_or_default()
    }

    /// Whether the element at `depth`, which is the innermost, binds the prefix.
    pub(crate) fn binds(&self, depth: usize, prefix: &[u8]) -> bool {
        let found = match self.places.get(prefix).and_then(|places| places.last()) {
            Some(place) => self.bindings.get(*place),
            None if self.places.is_empty() => {
                let own = self.bindings.iter().rev().take_while(|entry| entry.depth >= depth);
                own.into_iter().find(|entry| self.name(entry) == prefix)
            }
            None => None,
        };
        found.is_some_and(|entry| entry.depth >= depth)
    }

    /// The namespace of a prefix; of the empty prefix an empty one where there is none.
    pub(crate) fn namespace(&self, prefix: &[u8]) -> Option<&[u8]> {
        self.namespace_above(prefix, usize::MAX)
    }

    /// The namespace of a prefix as the elements above `depth` have it.
    pub(crate) fn namespace_above(&self, prefix: &[u8], depth: usize) -> Option<&[u8]> {
        // Prefixes are short: comparing them in place is faster than a call that compares memory.
        let is_same = |entry: &&Entry| {
            entry.middle - entry.start == prefix.len()
                && entry.depth < depth
                && self.name(entry).iter().zip(prefix).all(|(one, other)| one == other)
        };
        let found = if self.places.is_empty() {
            self.bindings.iter().rev().find(is_same)
        } else {
            let places = self.places.get(prefix).map_or(&[][..], Vec::as_slice);
            let entries = places.iter().rev().filter_map(|place| self.bindings.get(*place));
            entries.into_iter().find(|entry| entry.depth < depth)
        };
        match found {
            Some(entry) => Some(self.value(entry)),
            None if prefix == b"xml" => Some(XML_NAMESPACE.as_bytes()),
            None if prefix.is_empty() => Some(b""),
            None => None,
        }
    }

    /// Every prefix in scope with its namespace, the nearest binding of each; `xml` and a default
    /// namespace that is none are left out.
    pub(crate) fn bindings(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let nearest = |(at, entry): (usize, &Entry)| {
            let name = self.name(entry);
            let hidden = if self.places.is_empty() {
                let later = self.bindings.get(at.saturating_add(1)..).unwrap_or_default();
                later.iter().any(|other| self.name(other) == name)
            } else {
                self.places.get(name).and_then(|places| places.last()) != Some(&at)
            };
            let value = self.value(entry);
            (!hidden && name != b"xml" && !value.is_empty()).then_some((name, value))
        };
        self.bindings.iter().enumerate().filter_map(nearest)
    }

    /// How many bindings and `xml:` attributes there are, hidden ones too.
    pub(crate) const fn len(&self) -> usize {
        self.bindings.len() + self.inherited.len()
    }

    /// The `xml:` attributes of the elements above `depth`, outermost first: local names and values.
    pub(crate) fn inherited_above(&self, depth: usize) -> impl Iterator<Item = (&[u8], &[u8])> {
        let above = self.inherited.iter().take_while(move |entry| entry.depth < depth);
        above.map(|entry| (self.name(entry), self.value(entry)))
    }

    /// The same with only the nearest of each name, nearest first.
    pub(crate) fn nearest_inherited_above(&self, depth: usize) -> impl Iterator<Item = (&[u8], &[u8])> {
        let above = self.inherited.partition_point(|entry| entry.depth < depth);
        let above = self.inherited.get(..above).unwrap_or_default().iter().rev();
        let mut seen = HashSet::new();
        above.map(|entry| (self.name(entry), self.value(entry))).filter(move |(name, _)| seen.insert(*name))
    }

    /// How many bytes they have in all.
    pub(crate) const fn bytes(&self) -> usize {
        self.text.len()
    }

    /// A copy, for where there are few.
    pub(crate) fn few(&self) -> Self {
        let (bindings, inherited) = (self.bindings.clone(), self.inherited.clone());
        Self { text: self.text.clone(), bindings, inherited, places: HashMap::new() }
    }

    /// What is in scope here, to go on with elsewhere.
    pub(crate) fn context(&self) -> Context {
        let owned = |(name, value): (&[u8], &[u8])| (name.to_vec(), value.to_vec());
        Context {
            bindings: self.bindings().map(owned).collect(),
            inherited: self.inherited_above(usize::MAX).map(owned).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_binding_counts() {
        let mut scope = Scope::default();
        scope.bind(1, b"", b"urn:a");
        scope.bind(1, b"p", b"urn:p");
        scope.inherit(1, b"lang", b"vi");
        scope.bind(2, b"", b"");
        scope.inherit(2, b"lang", b"en");
        assert_eq!(scope.namespace(b""), Some(b"".as_slice()));
        assert_eq!(scope.namespace_above(b"", 2), Some(b"urn:a".as_slice()));
        assert_eq!(scope.namespace(b"q"), None);
        assert_eq!(scope.bindings().collect::<Vec<_>>(), [(b"p".as_slice(), b"urn:p".as_slice())]);
        assert_eq!(scope.inherited_above(2).count(), 1);
        scope.leave(2);
        assert_eq!(scope.namespace(b""), Some(b"urn:a".as_slice()));
        let context = scope.context();
        assert_eq!(Scope::within(&context).context(), context);
        scope.leave(1);
        assert!(scope.text.is_empty() && scope.context() == Context::default());
    }

    #[test]
    fn many_bindings_are_looked_up_like_few() {
        let mut scope = Scope::default();
        let mut depth = 0;
        for round in 0..3 {
            for number in 0..50 {
                depth += 1;
                let prefix = format!("p{}", number % 40);
                scope.bind(depth, prefix.as_bytes(), format!("urn:{round}:{number}").as_bytes());
                assert!(scope.binds(depth, prefix.as_bytes()) && !scope.binds(depth, b"q"));
            }
            let (p0, p20) = (format!("urn:{round}:40"), format!("urn:{round}:20"));
            assert_eq!(scope.namespace(b"p0"), Some(p0.as_bytes()));
            assert_eq!(scope.namespace_above(b"p0", depth - 9), Some(format!("urn:{round}:0").as_bytes()));
            assert_eq!(scope.namespace(b"p20"), Some(p20.as_bytes()));
            assert_eq!(scope.namespace(b"p40"), None);
            assert_eq!(scope.bindings().count(), 40);
            assert_eq!(Scope::within(&scope.context()).context(), scope.context());
        }
        while depth > 0 {
            scope.leave(depth);
            depth -= 1;
            assert_eq!(scope.bindings().count(), depth.min(40));
        }
        assert!(scope.text.is_empty() && scope.places.is_empty() && scope.context() == Context::default());
    }
}
