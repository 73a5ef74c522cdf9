//! EFY remote signing, version 1.0.

mod service;

pub use service::Service;
