//! Content models of element declarations (XML 1.0, 3.2), read past.

use super::cursor::Cursor;
use crate::syntax::xml::XmlError;

/// Passes a content specification.
pub(super) fn pass(cursor: &mut Cursor<'_>) -> Result<(), XmlError> {
    if cursor.eat("EMPTY") || cursor.eat("ANY") {
        return Ok(());
    }
    if !cursor.starts("(") {
        return Err(cursor.expected("EMPTY, ANY or a content model"));
    }
    let before = cursor.at;
    cursor.at += 1;
    cursor.space();
    if cursor.eat("#PCDATA") {
        return mixed(cursor);
    }
    cursor.at = before;
    children(cursor)
}

/// The rest of `(#PCDATA | a | b)*`.
fn mixed(cursor: &mut Cursor<'_>) -> Result<(), XmlError> {
    let mut names = false;
    loop {
        cursor.space();
        if cursor.eat(")") {
            break;
        }
        cursor.need("|")?;
        cursor.space();
        cursor.name()?;
        names = true;
    }
    if !cursor.eat("*") && names {
        return Err(cursor.expected("*"));
    }
    Ok(())
}

/// Choices and sequences, however deep, without recursion.
fn children(cursor: &mut Cursor<'_>) -> Result<(), XmlError> {
    // The separator of each group that is open, once it is known.
    let mut open: Vec<Option<u8>> = Vec::new();
    loop {
        // A particle.
        cursor.space();
        if cursor.eat("(") {
            open.push(None);
            continue;
        }
        cursor.name()?;
        occurrence(cursor);
        // What follows it: the ends of groups, then a separator.
        loop {
            cursor.space();
            if !cursor.eat(")") {
                break;
            }
            open.pop();
            occurrence(cursor);
            if open.is_empty() {
                return Ok(());
            }
        }
        let separator = cursor.peek().filter(|byte| matches!(byte, b'|' | b','));
        match (open.last_mut(), separator) {
            (Some(known), Some(separator)) if known.is_none_or(|known| known == separator) => {
                *known = Some(separator);
                cursor.at += 1;
            }
            _ => return Err(cursor.expected("a separator or the end of a group")),
        }
    }
}

fn occurrence(cursor: &mut Cursor<'_>) {
    if matches!(cursor.peek(), Some(b'?' | b'*' | b'+')) {
        cursor.at += 1;
    }
}
