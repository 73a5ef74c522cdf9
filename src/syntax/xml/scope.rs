//! The namespaces, and the attributes of the namespace `xml`, that are in scope where a scanner stands.

use super::XML_NAMESPACE;

/// A stack of namespace bindings and `xml:` attributes: memory grows with the depth of the document only.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    text: Vec<u8>,
    bindings: Vec<Entry>,
    inherited: Vec<Entry>,
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
        for entries in [&mut self.bindings, &mut self.inherited] {
            while let Some(entry) = entries.pop_if(|entry| entry.depth >= depth) {
                start = start.min(entry.start);
            }
        }
        self.text.truncate(start);
    }

    fn name(&self, entry: &Entry) -> &[u8] {
        self.text.get(entry.start..entry.middle).unwrap_or_default()
    }

    fn value(&self, entry: &Entry) -> &[u8] {
        self.text.get(entry.middle..entry.end).unwrap_or_default()
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
        match self.bindings.iter().rev().find(is_same) {
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
            let later = self.bindings.get(at.saturating_add(1)..).unwrap_or_default();
            let hidden = later.iter().any(|other| self.name(other) == name);
            let value = self.value(entry);
            (!hidden && name != b"xml" && !value.is_empty()).then_some((name, value))
        };
        self.bindings.iter().enumerate().filter_map(nearest)
    }

    /// The `xml:` attributes of the elements above `depth`, outermost first: local names and values.
    pub(crate) fn inherited_above(&self, depth: usize) -> impl Iterator<Item = (&[u8], &[u8])> {
        let above = self.inherited.iter().take_while(move |entry| entry.depth < depth);
        above.map(|entry| (self.name(entry), self.value(entry)))
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
}
