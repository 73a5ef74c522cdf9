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
            && !scheme.is_empty()
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
    let first = values.next().unwrap_or_default().to_vec();
    values.fold(first, |base, value| join_two(&base, value))
}

fn join_two(base: &[u8], value: &[u8]) -> Vec<u8> {
    let (base, reference) = (Reference::read(base), Reference::read(value));
    let path;
    let (scheme, authority, query) = if reference.scheme.is_some() {
        path = without_dots(reference.path);
        (reference.scheme, reference.authority, reference.query)
    } else if reference.authority.is_some() {
        path = without_dots(reference.path);
        (base.scheme, reference.authority, reference.query)
    } else if reference.path.is_empty() {
        path = base.path.to_vec();
        (base.scheme, base.authority, reference.query.or(base.query))
    } else if reference.path.starts_with(b"/") {
        path = without_dots(reference.path);
        (base.scheme, base.authority, reference.query)
    } else {
        let mut merged = if base.authority.is_some() && base.path.is_empty() {
            b"/".to_vec()
        } else {
            let kept = base.path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
            // `..` at the end is a folder, though no slash follows it.
            let whole = matches!(base.path.get(kept..), Some(b".." | b"."));
            let mut folder =
                base.path.get(..if whole { base.path.len() } else { kept }).unwrap_or_default().to_vec();
            if whole {
                folder.push(b'/');
            }
            folder
        };
        merged.extend_from_slice(reference.path);
        path = without_dots(&merged);
        (base.scheme, base.authority, reference.query)
    };
    let mut joined = Vec::new();
    if let Some(scheme) = scheme {
        joined.extend_from_slice(scheme);
        joined.push(b':');
    }
    if let Some(authority) = authority {
        joined.extend_from_slice(b"//");
        joined.extend_from_slice(authority);
    }
    joined.extend_from_slice(&path);
    if let Some(query) = query {
        joined.push(b'?');
        joined.extend_from_slice(query);
    }
    joined
}

/// Removes `.` and `..` segments; leading `../` stay, a `..` at the end gets its slash, slashes do not
/// repeat.
fn without_dots(path: &[u8]) -> Vec<u8> {
    let absolute = path.starts_with(b"/");
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut folder = path.ends_with(b"/");
    for segment in path.split(|byte| *byte == b'/').filter(|segment| !segment.is_empty()) {
        folder = path.ends_with(b"/");
        match segment {
            b"." => folder = true,
            b".." => {
                folder = true;
                match kept.last() {
                    Some(&b"..") => kept.push(b".."),
                    Some(_) => {
                        kept.pop();
                    }
                    None if absolute => {}
                    None => kept.push(b".."),
                }
            }
            other => kept.push(other),
        }
    }
    let mut joined = kept.join(b"/".as_slice());
    if absolute {
        joined.insert(0, b'/');
    }
    if folder && !kept.is_empty() {
        joined.push(b'/');
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_join() {
        let cases: [(&[&str], &str); 12] = [
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
        ];
        for (values, joined) in cases {
            let found = join(values.iter().map(|value| value.as_bytes()));
            assert_eq!(String::from_utf8(found).unwrap(), joined, "{values:?}");
        }
    }
}
