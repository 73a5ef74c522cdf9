//! What goes to stdout.

use std::io::{self, Write as _};

use crate::failure::{Exit, Failure};

/// Prints something and ends the line. Whoever closed the pipe has read enough.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    match write(text) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(failed),
    }
}

/// Prints something that must arrive.
pub(crate) fn deliver(text: &str) -> Result<(), Failure> {
    write(text).map_err(failed)
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn failed(error: io::Error) -> Failure {
    Failure::new(Exit::Io, format!("standard output: writing failed: {error}"))
}
