//! The `kyso` program: the library's public functions, from the command line.
#![forbid(unsafe_code)]

mod advice;
mod arguments;
mod c14n;
mod cert;
mod demo;
mod demo_remote;
mod detached;
mod embed;
mod failure;
mod field;
mod files;
mod format;
mod inspect;
mod keys;
mod output;
mod prepare;
#[cfg(feature = "preview")]
mod preview;
mod progress;
mod remote;
mod sandbox;
mod sign;
mod sign_cloud;
mod signing;
mod verify;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};
use failure::Failure;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return arguments::answer(&error),
    };
    match run(arguments.command) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Demo(options) => demo::run(&options),
        Command::Sign(options) => sign::run(&options),
        Command::Prepare(options) => prepare::run(&options),
        Command::Embed(options) => embed::run(&options),
        Command::Verify(options) => verify::run(&options),
        Command::Field(options) => field::run(&options),
        Command::Cert(options) => cert::run(&options),
        #[cfg(feature = "preview")]
        Command::Preview(options) => preview::run(&options),
        Command::Inspect(options) => inspect::run(&options),
        Command::C14n(options) => c14n::run(&options),
        Command::Remote(options) => remote::run(&options),
        Command::Sandbox(options) => sandbox::run(&options),
    }
}
