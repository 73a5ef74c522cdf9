//! What the formats prescribe, as tables. No input, no output.

pub(crate) mod pades;
