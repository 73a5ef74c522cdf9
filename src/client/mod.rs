//! The edge that talks to signing services: what is configured, which credentials there are, whose secrets
//! are where.
//!
//! [`config`] says where the services are, [`store`] remembers the certificates that people sign with, and
//! [`secrets`] knows where passwords and codes come from without ever writing one down.

pub mod config;
mod environment;
pub mod secrets;
pub mod store;

pub use environment::{Environment, ProcessEnvironment};
