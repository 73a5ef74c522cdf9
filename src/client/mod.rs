//! The edge that talks to signing services: what is configured, which credentials there are, whose secrets
//! are where, and a blocking HTTP driver for the flows of [`remote`](crate::remote).
//!
//! [`config`] says where the services are, [`secrets`] knows where passwords and codes come from without
//! ever writing one down, [`store`] remembers the certificates that people sign with, and a [`Driver`]
//! carries a flow from step to step.
//!
//! ```no_run
//! use kyso::client::{Driver, Keep};
//! use kyso::remote::{Flow, Service};
//!
//! # fn sign<F: Flow>(service: &Service, mut transaction: F) -> Result<(), Box<dyn std::error::Error>> {
//! let driver = Driver::for_service(service)?;
//! // What is stored here before each sending is what a resume begins with.
//! let mut keep = Keep::new(|json: &str| std::fs::write("transaction.json", json));
//! let outcomes = driver.run(&mut transaction, &mut keep)?;
//! # drop(outcomes);
//! # Ok(())
//! # }
//! ```

mod address;
mod answers;
mod back_off;
pub mod config;
mod connect;
mod driver;
mod efy_file;
mod environment;
mod error;
pub mod secrets;
mod settings;
pub mod store;
mod transport;
mod watch;

pub use answers::{AnswerError, Answers, Found};
pub use connect::ConnectError;
pub use driver::Driver;
pub use efy_file::{FileCheck, FileError};
pub use environment::{Environment, ProcessEnvironment};
pub use error::{AddressError, DriveError, SettingsError, TransportError};
pub use settings::Settings;
pub use watch::{Keep, Unattended, Watch};
