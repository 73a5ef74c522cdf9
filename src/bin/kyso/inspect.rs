//! `kyso inspect`: fields, signatures, permissions and revisions of a document.

use std::process::ExitCode;

use kyso::{Limits, verify};

use crate::arguments::Inspect;
use crate::failure::Failure;
use crate::{keys, output, progress};

pub(crate) fn run(options: &Inspect) -> Result<ExitCode, Failure> {
    let file = &options.file;
    let password = keys::password(options.password_env.as_deref())?;
    let (source, progress) = progress::open(file)?;
    let inspection = verify::inspect(&source, password.as_ref(), &Limits::default())
        .map_err(|error| Failure::inspect(file, &error))?;
    drop(progress);
    output::print(&if options.json { inspection.to_json() } else { inspection.to_string() })?;
    Ok(ExitCode::SUCCESS)
}
