//! EFY end to end: the conversations and the driver, against the sandbox over HTTP.
#![cfg(all(feature = "client", feature = "sandbox"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "remote_efy/desk.rs"]
mod desk;
#[path = "remote_efy/files.rs"]
mod files;
#[path = "remote_efy/hashes.rs"]
mod hashes;
#[path = "remote_efy/life.rs"]
mod life;
#[path = "remote_efy/strict.rs"]
mod strict;
mod support;
