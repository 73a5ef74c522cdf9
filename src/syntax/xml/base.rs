//! Joining `xml:base` values (Canonical XML 1.1, 2.4; RFC 3986, 5.2).

/// A URI reference in its parts (RFC 3986, appendix B); the fragment is of no use to a base.
#[derive(Clone, Copy, Default)]
struct Reference<'a> {
    scheme: Option<&'a [u8]>,
    authority: Option<&'a [u8]>,
    path: &'a [u8],
    query: Option<&'a [u8]>,
}

impl<'a> Reference<'a> {
    fn read(text: &'a [u8]) -> Self {
        let mut rest = text.split(|byte| *byte == b'#').next().unwrap_or_default();
        let mut read = Self::default();
        let colon = rest.iter().position(|byte| matches!(byte, b':' | b'/' | b'?'));
        if let Some((scheme, after)) = colon.and_then(|colon| rest.split_at_checked(colon))
            && let Some(after) = after.strip_prefix(b":")
            && scheme.first().is_some_and(u8::is_ascii_alphabetic)
            && scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
        {
            (read.scheme, rest) = (Some(scheme), after);
        }
        if let Some(question) = rest.iter().position(|byte| *byte == b'?') {
            read.query = rest.get(question + 1..);
            rest = rest.get(..question).unwrap_or_default();
        }
        if let Some(after) = rest.strip_prefix(b"//") {
            let length = after.iter().position(|byte| *byte == b'/').unwrap_or(after.len());
            (read.authority, rest) = (after.get(..length), after.get(length..).unwrap_or_default());
        }
        read.path = rest;
        read
    }
}

/// The value that stands for all of these, outermost first. Empty: there is none.
pub(crate) fn join<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut values = values.into_iter();
    let first = values.next().unwrap_or_default();
    let Some(second) = values.next() else { return first.to_vec() };
    let base = Reference::read(first);
    let mut joined = Joined { reference: base, path: None };
    for value in std::iter::once(second).chain(values) {
        joined.join(&Reference::read(value));
    }
    joined.text()
}

/// Values that are joined: each costs what it is long, however many were before it.
struct Joined<'a> {
    reference: Reference<'a>,
    /// The path, once it is not that of `reference`.
    path: Option<Path<'a>>,
}

/// A path without `.` and `..` segments but for leading `../`.
#[derive(Default)]
struct Path<'a> {
    absolute: bool,
    segments: Vec<&'a [u8]>,
    /// Whether a slash stands at the end.
    folder: bool,
}

impl<'a> Joined<'a> {
    fn join(&mut self, reference: &Reference<'a>) {
        let base = &mut self.reference;
        if reference.scheme.is_some() {
            (base.scheme, base.authority) = (reference.scheme, reference.authority);
        } else if reference.authority.is_some() {
            base.authority = reference.authority;
        } else if reference.path.is_empty() {
            base.query = reference.query.or(base.query);
            return;
        } else if !reference.path.starts_with(b"/") {
            let mut path = self.path.take().unwrap_or_else(|| Path::folder_of(base.path));
            path.open_folder();
            path.absolute |= base.authority.is_some() && path.segments.is_empty();
            path.extend(reference.path);
            (self.path, base.query) = (Some(path), reference.query);
            return;
        }
        self.path = Some(Path::read(reference.path));
        base.query = reference.query;
    }

    fn text(&self) -> Vec<u8> {
        let Reference { scheme, authority, path, query } = self.reference;
        let mut joined = Vec::new();
        if let Some(scheme) = scheme {
            joined.extend_from_slice(scheme);
            joined.push(b':');
        }
        if let Some(authority) = authority {
            joined.extend_from_slice(b"//");
            joined.extend_from_slice(authority);
        }
        match &self.path {
            Some(path) => path.write(&mut joined),
            None => joined.extend_from_slice(path),
        }
        if let Some(query) = query {
            joined.push(b'?');
            joined.extend_from_slice(query);
        }
        joined
    }
}

impl<'a> Path<'a> {
    fn read(text: &'a [u8]) -> Self {
        let mut path = Self { absolute: text.starts_with(b"/"), ..Self::default() };
        path.extend(text);
        path
    }

    /// What a path is relative to that stands in the place of this one, which may be written anyhow.
    fn folder_of(text: &'a [u8]) -> Self {
        let kept = text.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
        let (folder, file) = text.split_at_checked(kept).unwrap_or_default();
        // `..` at the end is a folder, though no slash follows it.
        let mut path = Self::read(if matches!(file, b".." | b".") { text } else { folder });
        path.folder = true;
        path
    }

    /// Takes away what stands behind the last slash.
    fn open_folder(&mut self) {
        if !std::mem::replace(&mut self.folder, true) {
            self.segments.pop();
        }
    }

    /// Adds segments; a `..` at the end gets its slash, slashes do not repeat.
    fn extend(&mut self, text: &'a [u8]) {
        self.folder = text.ends_with(b"/");
        let last = text.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        self.folder |= matches!(last, b"." | b"..");
        for segment in text.split(|byte| *byte == b'/') {
            match segment {
                b"" | b"." => {}
                b".." => match self.segments.last() {
                    Some(&b"..") => self.segments.push(segment),
                    Some(_) => {
                        self.segments.pop();
                    }
                    None if self.absolute => {}
                    None => self.segments.push(segment),
                },
                other => self.segments.push(other),
            }
        }
    }

    fn write(&self, to: &mut Vec<u8>) {
        for (index, segment) in self.segments.iter().enumerate() {
            if index > 0 || self.absolute {
                to.push(b'/');
            }
            to.extend_from_slice(segment);
        }
        if self.segments.is_empty() && self.absolute || self.folder && !self.segments.is_empty() {
            to.push(b'/');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_join() {
        let cases: [(&[&str], &str); 18] = [
            (&["http://www.example.com/dir/", "sub/"], "http://www.example.com/dir/sub/"),
            (&["http://www.example.com/dir/file", "sub/x"], "http://www.example.com/dir/sub/x"),
            (&["http://www.example.com", "x"], "http://www.example.com/x"),
            (&["http://www.example.com/a/b", "/c"], "http://www.example.com/c"),
            (&["http://www.example.com/a/", "http://other/"], "http://other/"),
            (&["a/b/", "../c"], "a/c"),
            (&["..", "x"], "../x"),
            (&["..", ".."], "../../"),
            (&["a/", "../"], ""),
            (&["a//b/", "c"], "a/b/c"),
            (&["a/b?q", ""], "a/b?q"),
            (&["x", "a", "b"], "b"),
            (&["x/./y", "?q"], "x/./y?q"),
            (&["http://h/a/", "b/", "../../../c/..", "d"], "http://h/d"),
            (&["a/..", "b"], "b"),
            (&["a/.", "..", "b/", "./c/../d/."], "b/d/"),
            (&["//h", "b", "/"], "//h/"),
            (&["http://h?q", "", "x"], "http://h/x"),
        ];
        for (values, joined) in cases {
            let found = join(values.iter().map(|value| value.as_bytes()));
            assert_eq!(String::from_utf8(found).unwrap(), joined, "{values:?}");
        }
    }
}
