//! A local server that plays the remote signers, with keys and certificates of its own: for trying things
//! out and for tests, without a contract with anyone.
//!
//! ```text
//!  client ──HTTP──▶ Sandbox ──▶ Provider (one per system, under its prefix) ──▶ World
//!                      │                                                          ▲
//!                      └──▶ /phone: what waits, Approve, Reject, faults, log ─────┘
//! ```
//!
//! [`Sandbox::start`] serves until it is dropped. The [`World`] is what all systems share: accounts and
//! keys, transactions that wait on the phone, tokens, counters of wrong codes, a clock that a test may
//! put forward. A [`Provider`] reads one system's calls as strictly as its document says. Nothing that is
//! signed here is worth anything: the root certificate says so in its name.

mod accounts;
mod attempts;
mod authority;
mod csc;
mod efy;
mod faults;
mod guide;
mod http;
mod journal;
mod keys;
mod ledger;
mod mobile_id;
mod phone;
mod provider;
mod providers;
mod server;
mod settings;
mod signing;
mod stamper;
mod tokens;
mod transactions;
mod vnpt;
mod webhook;
mod world;

pub use accounts::{Enrolment, Holding, RelyingParty, Subscriber};
pub use attempts::{SentCode, Verdict};
pub use faults::{DropConnection, Faults, FaultsError};
pub use journal::Entry;
pub use provider::{Incoming, Provider, Reply};
pub use server::Sandbox;
pub use settings::{SandboxError, Settings};
pub use signing::{Document, EcdsaForm, Order, SignError, SignedDocument};
pub use tokens::{Token, TokenError};
pub use transactions::{NotPending, Pending, Status, Submission, SubmitError};
pub use world::World;
