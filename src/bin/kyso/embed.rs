//! `kyso embed`: phase two. The value is checked and put into its gap.

use std::path::Path;
use std::process::ExitCode;

use kyso::document::Prepared;
use kyso::pdf::PreparedCms;
use kyso::{Limits, ServiceKind, SignatureValue, State};

use crate::arguments::Embed;
use crate::failure::{Exit, Failure, told};
use crate::{files, progress};

pub(crate) fn run(options: &Embed) -> Result<ExitCode, Failure> {
    let (input, state_path) = (&options.input, &options.state);
    let state = read_state(state_path)?;
    let value = read_value(&options.signature)?;
    let mut read = vec![state_path.as_path()];
    read.extend(options.signature.strip_prefix('@').map(Path::new));
    files::keep_apart(&options.out, &read)?;
    let (source, progress) = progress::open(input)?;
    let other = |error| Failure::resume(input, state_path, &error);
    let refused = |error| Failure::accept(input, &error);
    match state.service() {
        ServiceKind::Raw => {
            let signed = Prepared::resume(state, source).map_err(other)?.accept(&value).map_err(refused)?;
            progress.saving();
            signed.save(&options.out)
        }
        ServiceKind::Cms => {
            let signed =
                PreparedCms::resume(state, source).map_err(other)?.accept(&value).map_err(refused)?;
            progress.saving();
            signed.save(&options.out)
        }
    }
    .map_err(|error| Failure::save(&error))?;
    drop(progress);
    Ok(ExitCode::SUCCESS)
}

fn read_state(path: &Path) -> Result<State, Failure> {
    let json = files::read(path, Limits::default().state_bytes.saturating_add(2))?;
    let json = String::from_utf8(json).map_err(|_| {
        Failure::at(Exit::Usage, path, "this is no state; give the file that `kyso prepare` wrote")
    })?;
    State::from_json(&json).map_err(|error| Failure::state(path, &error))
}

/// The value itself in base64, or the file that holds it after `@`.
fn read_value(argument: &str) -> Result<SignatureValue, Failure> {
    match argument.strip_prefix('@') {
        Some(path) => {
            // Base64 and line ends take more than the bytes themselves.
            let limit = Limits::default().cms_bytes.saturating_mul(2);
            Ok(SignatureValue::from_file_contents(files::read(Path::new(path), limit)?))
        }
        None => SignatureValue::from_base64(argument).map_err(|error| {
            let told = told(&error);
            Failure::new(Exit::Signer, format!("--signature: {told}; a file is named with @ before it"))
        }),
    }
}
