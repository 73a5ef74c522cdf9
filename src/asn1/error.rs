//! What can be wrong with an encoding, and where.

/// An encoding that breaks the rules of X.690, with its place.
///
/// Offsets count bytes from the start of the whole input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Asn1Error {
    /// The input ends inside a value.
    #[error("the encoding ends at byte {offset}, inside a value")]
    Truncated {
        /// Where the input ends.
        offset: usize,
    },
    /// Another type than the structure calls for.
    #[error("tag {found:#04x} at byte {offset} where {expected:#04x} belongs")]
    Tag {
        /// Where the tag stands.
        offset: usize,
        /// The identifier octet that belongs there.
        expected: u8,
        /// The identifier octet that is there.
        found: u8,
    },
    /// A tag number above 30, which none of the structures read here uses.
    #[error("multi-byte tag at byte {offset}")]
    HighTag {
        /// Where the tag stands.
        offset: usize,
    },
    /// A length that is indefinite where that is forbidden, not minimal where DER is required, or
    /// too long to be true.
    #[error("length at byte {offset} is not allowed here")]
    Length {
        /// Where the length stands.
        offset: usize,
    },
    /// Bytes behind the end of a structure.
    #[error("{count} bytes too many at byte {offset}")]
    Trailing {
        /// Where they begin.
        offset: usize,
        /// How many there are.
        count: usize,
    },
    /// Nested deeper than `Limits::depth`.
    #[error("nested more than {limit} deep at byte {offset}")]
    Depth {
        /// Where the limit was passed.
        offset: usize,
        /// The limit.
        limit: usize,
    },
    /// A value that its type does not allow.
    #[error("{what} at byte {offset}")]
    Value {
        /// Where the value stands.
        offset: usize,
        /// What is wrong with it.
        what: &'static str,
    },
}
