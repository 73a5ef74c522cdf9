//! The API of the Cloud Signature Consortium, versions 1.0.4 and 2.

mod service;

pub use service::{Dialect, Login, Service};
