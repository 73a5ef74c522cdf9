//! The XML declaration (XML 1.0, production 23) and the text declaration of an entity (77).

use super::cursor::Cursor;
use crate::syntax::xml::XmlError;

/// What a declaration stands at the start of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Document,
    ExternalEntity,
}

/// A declaration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declaration<'t> {
    pub(super) encoding: Option<&'t str>,
    /// `standalone="yes"`.
    pub(super) standalone: bool,
    /// Its length in bytes, from `<?xml` to `?>`.
    pub(super) length: usize,
}

impl<'t> Declaration<'t> {
    /// The declaration that `text` begins with, if it does.
    pub(super) fn parse(text: &'t str, kind: Kind) -> Result<Option<Self>, XmlError> {
        let mut cursor = Cursor::new(text, 0, None);
        if !cursor.eat("<?xml") || !cursor.space() {
            return Ok(None);
        }
        let mut spaced = true;
        let version = pseudo_attribute(&mut cursor, "version", &mut spaced)?;
        match version {
            Some(version) => {
                let minor = version.strip_prefix("1.").unwrap_or_default();
                if minor.is_empty() || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(cursor.malformed("the version is not 1.x"));
                }
            }
            None if kind == Kind::Document => return Err(cursor.expected("version")),
            None => {}
        }
        let encoding = pseudo_attribute(&mut cursor, "encoding", &mut spaced)?;
        if let Some(name) = encoding {
            let mut bytes = name.bytes();
            let legal = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
                && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
            if !legal {
                return Err(cursor.malformed("the name of the encoding is malformed"));
            }
        } else if kind == Kind::ExternalEntity {
            return Err(cursor.expected("encoding"));
        }
        let mut standalone = false;
        if kind == Kind::Document
            && let Some(value) = pseudo_attribute(&mut cursor, "standalone", &mut spaced)?
        {
            standalone = value == "yes";
            if !standalone && value != "no" {
                return Err(cursor.malformed("standalone is neither yes nor no"));
            }
        }
        cursor.space();
        cursor.need("?>")?;
        Ok(Some(Self { encoding, standalone, length: cursor.at }))
    }
}

/// `name="value"`, if it stands here; `spaced` tells whether white space stands before it.
fn pseudo_attribute<'t>(
    cursor: &mut Cursor<'t>,
    name: &'static str,
    spaced: &mut bool,
) -> Result<Option<&'t str>, XmlError> {
    if !cursor.eat(name) {
        return Ok(None);
    }
    if !*spaced {
        return Err(cursor.expected("white space"));
    }
    cursor.space();
    cursor.need("=")?;
    cursor.space();
    let value = cursor.literal("a quoted value")?;
    *spaced = cursor.space();
    Ok(Some(value))
}
