//! Talking to remote signers: a blocking HTTP driver for the flows of [`remote`](crate::remote).
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
mod back_off;
mod driver;
mod error;
mod settings;
mod transport;
mod watch;

pub use driver::Driver;
pub use error::{AddressError, DriveError, SettingsError, TransportError};
pub use settings::Settings;
pub use watch::{Keep, Unattended, Watch};
