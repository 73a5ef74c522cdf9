//! `kyso prepare`: phase one. The state is stored, the request printed.

use std::process::ExitCode;

use kyso::{ServiceKind, requests_to_json};

use crate::arguments::Prepare;
use crate::failure::Failure;
use crate::{files, keys, output, progress, signing};

pub(crate) fn run(options: &Prepare) -> Result<ExitCode, Failure> {
    let input = &options.input;
    let chain = keys::chain(&options.cert)?;
    files::keep_apart(&options.state, &[input, &options.cert])?;
    let signing = signing::signing(&options.signing, &chain, input)?;
    let at = signing::at(options.signing.time)?;
    let (source, progress) = progress::open(input)?;
    let refused = |error| Failure::prepare(input, &error);
    let (request, state, warnings) = match options.service {
        ServiceKind::Raw => {
            let prepared = signing.prepare(source, &at).map_err(refused)?;
            (prepared.request(), prepared.state(), prepared.warnings().to_vec())
        }
        ServiceKind::Cms => {
            let prepared = signing.prepare_for_cms(source, &at).map_err(refused)?;
            (prepared.request(), prepared.state(), prepared.warnings().to_vec())
        }
    };
    drop(progress);
    signing::warn(input, &warnings);
    // A request without its state is worth nothing: the state first.
    files::write_private(&options.state, format!("{}\n", state.to_json()).as_bytes())?;
    output::deliver(&requests_to_json([&request]))?;
    Ok(ExitCode::SUCCESS)
}
