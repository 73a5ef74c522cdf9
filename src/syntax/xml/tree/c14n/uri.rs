//! URIs: which are absolute, and how `xml:base` attributes are joined (Canonical XML 1.1, 2.4 and
//! appendix A, on RFC 3986, 5.2).

/// Whether it is absolute: whether it has a scheme (RFC 3986, 3.1 and 4.3).
pub(super) fn is_absolute(uri: &str) -> bool {
    scheme(uri).is_some()
}

fn scheme(uri: &str) -> Option<&str> {
    let (scheme, _) = uri.split_once(':')?;
    let letter = scheme.starts_with(|first: char| first.is_ascii_alphabetic());
    let rest = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    (letter && rest).then_some(scheme)
}

/// The parts of a URI reference (RFC 3986, appendix B), but its fragment.
struct Parts<'a> {
    scheme: Option<&'a str>,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(reference: &'a str) -> Self {
        let rest = reference.split_once('#').map_or(reference, |(rest, _)| rest);
        let scheme = scheme(rest);
        let rest = scheme.and_then(|_| rest.split_once(':')).map_or(rest, |(_, rest)| rest);
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                (Some(authority), path)
            }
            None => (None, rest),
        };
        Self { scheme, authority, path, query }
    }
}

/// The "join-URI-References" function: a reference resolved against a base that may itself be relative.
/// The fragment of the reference is dropped.
pub(super) fn join(base: &str, reference: &str) -> String {
    let (base, reference) = (Parts::of(base), Parts::of(reference));
    // A last segment ".." of the base stands for a directory.
    let base_path = if base.path == ".." || base.path.ends_with("/..") {
        format!("{}/", base.path)
    } else {
        base.path.to_owned()
    };
    let (scheme, authority, path, query);
    if reference.scheme.is_some() {
        (scheme, authority) = (reference.scheme, reference.authority);
        (path, query) = (without_dots(reference.path), reference.query);
    } else if reference.authority.is_some() {
        (scheme, authority) = (base.scheme, reference.authority);
        (path, query) = (without_dots(reference.path), reference.query);
    } else {
        (scheme, authority) = (base.scheme, base.authority);
        if reference.path.is_empty() {
            (path, query) = (base_path, reference.query.or(base.query));
        } else {
            query = reference.query;
            path = if reference.path.starts_with('/') {
                without_dots(reference.path)
            } else if base.authority.is_some() && base_path.is_empty() {
                without_dots(&format!("/{}", reference.path))
            } else {
                let directory = base_path.rsplit_once('/').map_or("", |(directory, _)| directory);
                let slash = if base_path.contains('/') { "/" } else { "" };
                without_dots(&format!("{directory}{slash}{}", reference.path))
            };
        }
    }
    let mut joined = String::new();
    if let Some(part) = scheme {
        joined.extend([part, ":"]);
    }
    if let Some(part) = authority {
        joined.extend(["//", part]);
    }
    joined.push_str(&path);
    if let Some(part) = query {
        joined.extend(["?", part]);
    }
    joined
}

/// "Remove Dot Segments" as appendix A has it: leading ".." segments of a relative path stay, a last one
/// gets a slash, and runs of slashes become one.
fn without_dots(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            ".." if absolute => {}
            _ => segments.push(segment),
        }
    }
    let directory = matches!(path.rsplit('/').next(), Some("" | "." | ".."));
    let slash = |is: bool| if is { "/" } else { "" };
    format!("{}{}{}", slash(absolute), segments.join("/"), slash(directory && !segments.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::xml::tree::sample::shared;

    #[test]
    fn absolute_uris_have_a_scheme() {
        for uri in ["urn:x", "http://a", "a:b", "x-y+z.1:"] {
            assert!(is_absolute(uri), "{uri}");
        }
        for uri in ["", "a", "#a:b", "/a:b", "1:b", "DSDLieu", "//a", "a_b:c", "../a:b"] {
            assert!(!is_absolute(uri), "{uri}");
        }
    }

    #[test]
    fn joined_uris() {
        for (base, reference, joined) in [
            ("http://a/b/", "/c/", "http://a/c/"),
            ("http://a", "c", "http://a/c"),
            ("http://a/b/c?q", "", "http://a/b/c?q"),
            ("http://a/b/c?q", "?r", "http://a/b/c?r"),
            ("http://a/b/c", "d?q#f", "http://a/b/d?q"),
            ("http://a/b", "//d/e/../f", "http://d/f"),
            ("http://a/b", "urn:x", "urn:x"),
            ("http://a/b/c", "../../../d", "http://a/d"),
            ("something/else", "../bar/", "bar/"),
            ("something/else", "../../bar/foo", "../bar/foo"),
            ("..", "x", "../x"),
            ("..", "..", "../../"),
            ("foo/..", "x", "x"),
            ("a", "b", "b"),
            ("a/", "..", ""),
            ("", "x", "x"),
        ] {
            assert_eq!(join(base, reference), joined, "{base} + {reference}");
        }
    }

    #[test]
    fn appendix_a() {
        let Some(folder) = shared("vectors/w3c-c14n11/appendixa") else { return };
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        let (inputs, outputs) = (read("inputs.txt"), read("outputs.txt"));
        assert_eq!(inputs.lines().count(), 64);
        for (input, output) in inputs.lines().zip(outputs.lines()) {
            assert_eq!(without_dots(input), output, "{input}");
        }
    }
}
