//! `kyso remote`: documents signed with the credentials of signing services.

mod carry;
mod certificates;
pub(crate) mod console;
mod context;
mod finish;
pub(crate) mod interrupt;
mod job;
pub(crate) mod look;
mod model;
mod plan;
mod resume;
mod sign;
mod webhook;

use std::process::ExitCode;

use crate::arguments::remote::{Remote, RemoteCommand};
use crate::failure::Failure;

pub(crate) fn run(options: &Remote) -> Result<ExitCode, Failure> {
    log();
    match &options.command {
        RemoteCommand::Sign(options) => sign::run(options),
        RemoteCommand::Resume(options) => resume::run(options),
        RemoteCommand::Certificates(options) => certificates::run(options),
        RemoteCommand::Webhook(options) => webhook::run(options),
    }
}

/// Tells what the driver does on stderr, if `KYSO_LOG` says how much: `info`, `kyso=debug`.
fn log() {
    let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("KYSO_LOG") else { return };
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).finish();
    // Nothing else in this program sets one.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
