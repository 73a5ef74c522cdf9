//! Mobile-ID RSSP, the remote signing interface that Viettel publishes too.

mod service;

pub use service::{Dialect, Service};
