//! `kyso prepare`: phase one. The state is stored, the request printed.

use std::process::ExitCode;

use kyso::{ServiceKind, requests_to_json};

use crate::arguments::Prepare;
use crate::failure::{Exit, Failure, note};
use crate::format::{self, Format};
use crate::{files, keys, output, progress, signing};

pub(crate) fn run(options: &Prepare) -> Result<ExitCode, Failure> {
    let input = &options.input;
    let chain = keys::chain(&options.cert)?;
    let mut read = vec![input.as_path(), &options.cert];
    read.extend(signing::also_read(&options.signing));
    files::keep_apart(&options.state, &read)?;
    let at = signing::at(options.signing.time)?;
    let (source, progress) = progress::open(input)?;
    let format = signing::format(&options.signing, &source, input)?;
    let metadata = signing::dialect(&options.signing, format)?;
    let dialect = match (&metadata.counter, options.counter) {
        (Some(counter), true) => counter,
        (None, true) => {
            return Err(Failure::new(
                Exit::Usage,
                "--counter: the file of --sign-cloud has no counterSigning",
            ));
        }
        (Some(_), false) => {
            let line = "counterSigning comes second: prepare the signed document with --counter";
            note("", &format!("{}: {line}", input.display()));
            &metadata.singleton
        }
        (None, false) => &metadata.singleton,
    };
    let (request, state, warnings) = match (options.service, format) {
        (ServiceKind::Raw, format) => {
            let signing = signing::signing(&options.signing, dialect, format, &chain, input)?;
            let prepared = signing.prepare(source, &at).map_err(|error| Failure::prepare(input, &error))?;
            (prepared.request(), prepared.state(), prepared.warnings().to_vec())
        }
        (ServiceKind::Cms, Format::Pdf) => {
            let signing = signing::pdf_signing(&options.signing, &dialect.pdf, &chain, input)?;
            let prepared =
                signing.prepare_for_cms(source, &at).map_err(|error| Failure::prepare_pdf(input, &error))?;
            (prepared.request(), prepared.state(), prepared.warnings().to_vec())
        }
        (ServiceKind::Cms, Format::Xml) => return Err(format::misplaced("--service cms", input, format)),
    };
    drop(progress);
    signing::warn(input, &warnings);
    // A request without its state is worth nothing: the state first.
    files::write_private(&options.state, format!("{}\n", state.to_json()).as_bytes())?;
    output::deliver(&requests_to_json([&request]))?;
    Ok(ExitCode::SUCCESS)
}
