//! The sandbox from outside: its keys and certificates, its server, its phone, its faults.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg(feature = "sandbox")]

#[path = "sandbox/authority.rs"]
mod authority;
#[path = "sandbox/faults.rs"]
mod faults;
#[path = "sandbox/hostile.rs"]
mod hostile;
#[path = "sandbox/phone.rs"]
mod phone;
#[path = "sandbox/player.rs"]
mod player;
#[path = "sandbox/webhook.rs"]
mod webhook;
