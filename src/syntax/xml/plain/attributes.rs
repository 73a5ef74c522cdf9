//! Definitions in an attribute-list declaration (XML 1.0, 3.3).

use super::cursor::Cursor;
use crate::syntax::xml::XmlError;

/// One attribute of an attribute-list declaration.
#[derive(Debug)]
pub(super) struct Definition<'t> {
    pub(super) name: &'t str,
    /// Whether its type is another than CDATA.
    pub(super) tokenized: bool,
    /// The literal of its default value.
    pub(super) default: Option<&'t str>,
}

/// The types that are one word; a word that begins another comes after it.
const TYPES: [&str; 8] = ["CDATA", "IDREFS", "IDREF", "ID", "ENTITY", "ENTITIES", "NMTOKENS", "NMTOKEN"];

/// The definition that stands at `cursor`.
pub(super) fn definition<'t>(cursor: &mut Cursor<'t>) -> Result<Definition<'t>, XmlError> {
    let name = cursor.name()?;
    cursor.need_space()?;
    let word = TYPES.into_iter().find(|word| cursor.eat(word));
    if word.is_none() {
        let notation = cursor.eat("NOTATION");
        if notation {
            cursor.need_space()?;
        }
        enumeration(cursor, notation)?;
    }
    cursor.need_space()?;
    let fixed = cursor.eat("#FIXED");
    if fixed {
        cursor.need_space()?;
    }
    let default = if !fixed && (cursor.eat("#REQUIRED") || cursor.eat("#IMPLIED")) {
        None
    } else {
        Some(cursor.literal("#REQUIRED, #IMPLIED or a default value")?)
    };
    Ok(Definition { name, tokenized: word != Some("CDATA"), default })
}

/// `(a | b | c)`, of notation names or name tokens.
fn enumeration(cursor: &mut Cursor<'_>, notation: bool) -> Result<(), XmlError> {
    if !cursor.eat("(") {
        return Err(cursor.expected("the type of an attribute"));
    }
    loop {
        cursor.space();
        if notation {
            cursor.ncname()?;
        } else {
            cursor.nmtoken()?;
        }
        cursor.space();
        if cursor.eat(")") {
            return Ok(());
        }
        cursor.need("|")?;
    }
}
