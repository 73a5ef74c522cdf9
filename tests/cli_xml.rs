//! The `kyso` program with XML documents: every option seen in what it writes, every refusal with its
//! code.
#![cfg(feature = "cli")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod cli_xml {
    pub(crate) mod c14n;
    pub(crate) mod dialect;
    pub(crate) mod options;
    pub(crate) mod phases;
    pub(crate) mod program;
    pub(crate) mod refusals;
    pub(crate) mod reports;
}
mod support;
