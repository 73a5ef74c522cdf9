//! What the formats are, as bytes and structures. Nothing here knows of signing.

pub(crate) mod pdf;
pub(crate) mod xml;
