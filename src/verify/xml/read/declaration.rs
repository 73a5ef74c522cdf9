//! The XML declaration (XML 1.0, fifth edition, 2.8, productions 23 to 26, 32, 80 and 81).

use crate::syntax::xml::{XmlError, XmlErrorKind};

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// Sees that `<?xml …?>` is well-formed and names an encoding that the document can be in.
pub(super) fn check(offset: u64, raw: &str) -> Result<(), XmlError> {
    let inside = super::between(offset, raw, "<?xml", "?>")?;
    let mut rest = inside;
    let version = field(offset, &mut rest, "version")?
        .ok_or_else(|| XmlError::expected(offset, "a version in the XML declaration"))?;
    // A processor of XML 1.0 reads any 1.x as 1.0 (2.8).
    let minor = version.strip_prefix("1.").unwrap_or_default();
    if minor.is_empty() || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(XmlError::malformed(offset, "an XML version other than 1.x"));
    }
    if let Some(encoding) = field(offset, &mut rest, "encoding")? {
        let mut letters = encoding.bytes();
        let is_name = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
            && letters.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
        if !is_name {
            return Err(XmlError::malformed(offset, "an encoding without a proper name"));
        }
        if !encoding.eq_ignore_ascii_case("UTF-8") && !encoding.eq_ignore_ascii_case("US-ASCII") {
            return Err(XmlError::new(offset, XmlErrorKind::Encoding { name: super::shown(encoding) }));
        }
    }
    if let Some(standalone) = field(offset, &mut rest, "standalone")?
        && !matches!(standalone, "yes" | "no")
    {
        return Err(XmlError::malformed(offset, "a standalone declaration other than yes or no"));
    }
    if !rest.trim_start_matches(SPACE).is_empty() {
        return Err(XmlError::malformed(
            offset,
            "something in the XML declaration that does not belong there",
        ));
    }
    Ok(())
}

/// ` name="value"` if that is what comes next.
fn field<'a>(offset: u64, rest: &mut &'a str, name: &str) -> Result<Option<&'a str>, XmlError> {
    let trimmed = rest.trim_start_matches(SPACE);
    let Some(after) = trimmed.strip_prefix(name) else { return Ok(None) };
    if trimmed.len() == rest.len() {
        return Err(XmlError::expected(offset, "white space in the XML declaration"));
    }
    let wrong = || XmlError::malformed(offset, "an XML declaration that cannot be read");
    let after = after.trim_start_matches(SPACE).strip_prefix('=').ok_or_else(wrong)?;
    let after = after.trim_start_matches(SPACE);
    let quote = after.chars().next().filter(|one| matches!(one, '"' | '\'')).ok_or_else(wrong)?;
    let (value, behind) = after.get(1..).and_then(|value| value.split_once(quote)).ok_or_else(wrong)?;
    *rest = behind;
    Ok(Some(value))
}
