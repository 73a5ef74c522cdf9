//! The manual: pages to read, without code.
//!
//! - [`design`]: how the crate is laid out, and why.
//! - [`remote`]: the remote signers, and what is done where their documents are silent.
//! - [`security`]: what it protects against, and what it does not.
//! - [`compare`]: what other programs do on the same files.
//! - [`known_issues`]: what is there and falls short.

pub mod compare;
pub mod design;
pub mod known_issues;
pub mod remote;
pub mod security;
