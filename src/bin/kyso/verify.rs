//! `kyso verify`: what the signatures of a document are worth.

use std::process::ExitCode;

use kyso::verify::{self, Options};

use crate::arguments::Verify;
use crate::failure::{Exit, Failure};
use crate::{keys, output, progress};

pub(crate) fn run(options: &Verify) -> Result<ExitCode, Failure> {
    let file = &options.file;
    let mut with = Options::default();
    with.trust = options.trust.as_deref().map(keys::trust_anchors).transpose()?;
    with.password = keys::password(options.password_env.as_deref())?;
    let (source, progress) = progress::open(file)?;
    let report = verify::pdf(&source, &with).map_err(|error| Failure::verify(file, &error))?;
    drop(progress);
    output::print(&if options.json { report.to_json() } else { report.to_string() })?;
    Ok(if report.is_valid() { ExitCode::SUCCESS } else { Exit::Invalid.into() })
}
