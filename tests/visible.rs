//! What people see: visible signatures as renderers show them, as text is taken from them, and as the rules
//! for archives judge them.
#![cfg(all(feature = "signer", feature = "preview"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod signing;
mod support;
mod verify_support;

#[path = "visible/archive.rs"]
mod archive;
#[path = "visible/encrypted.rs"]
mod encrypted;
#[path = "visible/golden.rs"]
mod golden;
#[path = "visible/image.rs"]
mod image;
#[path = "visible/paper.rs"]
mod paper;
#[path = "visible/picture.rs"]
mod picture;
#[path = "visible/placement.rs"]
mod placement;
#[path = "visible/rules.rs"]
mod rules;
#[path = "visible/several.rs"]
mod several;
#[path = "visible/text.rs"]
mod text;
