//! The names that people give to credentials.

use unicode_normalization::UnicodeNormalization as _;

use super::StoreError;

/// Characters of a name.
const LONGEST: usize = 100;

/// A name as it is stored: in normal form C, without white space around it.
pub(super) fn checked(alias: &str) -> Result<String, StoreError> {
    let name: String = alias.trim().nfc().take(LONGEST + 1).collect();
    let length = name.chars().count();
    if !(1..=LONGEST).contains(&length) || name.chars().any(char::is_control) {
        // No more of it than tells which one is meant.
        let alias = alias.chars().take(LONGEST).collect();
        return Err(StoreError::Alias { alias, most: LONGEST });
    }
    Ok(name)
}

/// What two names have in common that people would take for one.
pub(super) fn folded(alias: &str) -> String {
    alias.trim().nfc().flat_map(char::to_lowercase).collect()
}

/// A name that nobody has, made of what the certificate says.
pub(super) fn free(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let wanted: String =
        wanted.chars().filter(|character| !character.is_control()).take(LONGEST - 10).collect();
    let wanted = checked(&wanted).unwrap_or_else(|_| "certificate".to_owned());
    // One of them is free, unless every number is taken.
    let mut names =
        std::iter::once(wanted.clone()).chain((2_u32..).map(|number| format!("{wanted} ({number})")));
    names.find(|name| !is_taken(name)).unwrap_or(wanted)
}
