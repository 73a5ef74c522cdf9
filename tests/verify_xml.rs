//! The verifier of XML signatures: against documents that others signed, against its own, against attacks,
//! and against documents that are no XML.
#![cfg(feature = "signer")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "verify_xml/attacks.rs"]
mod attacks;
#[path = "verify_xml/hand.rs"]
mod hand;
#[path = "verify_xml/judged.rs"]
mod judged;
#[path = "verify_xml/malformed.rs"]
mod malformed;
#[path = "verify_xml/methods.rs"]
mod methods;
#[path = "verify_xml/vectors.rs"]
mod vectors;
