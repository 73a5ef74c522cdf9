//! `kyso sign`: both phases in one process, with a key at hand.

use std::process::ExitCode;

use kyso::SignatureValue;
use kyso::signer::{Signer as _, SignerError};

use crate::arguments::Sign;
use crate::failure::{Exit, Failure, told};
use crate::{files, keys, progress, signing};

pub(crate) fn run(options: &Sign) -> Result<ExitCode, Failure> {
    let input = &options.input;
    let (key, chain) =
        keys::key_and_chain(&options.key, options.cert.as_deref(), options.passphrase_env.as_deref())?;
    let mut read = vec![options.key.as_path()];
    read.extend(options.cert.as_deref());
    files::keep_apart(&options.out, &read)?;
    let signing = signing::signing(&options.signing, &chain, input)?;
    let at = signing::at(options.signing.time)?;
    let (source, progress) = progress::open(input)?;
    let prepared = signing.prepare(source, &at).map_err(|error| Failure::prepare(input, &error))?;
    let warnings = prepared.warnings().to_vec();
    let request = prepared.request();
    let value = key.sign(request.suite(), request.to_be_signed()).map_err(|error| {
        let exit = match error {
            SignerError::Suite { .. } => Exit::Usage,
            _ => Exit::Signer,
        };
        Failure::at(exit, &options.key, told(&error))
    })?;
    let signed = prepared
        .accept(&SignatureValue::from_bytes(value))
        .map_err(|error| Failure::accept(input, &error))?;
    progress.saving();
    signed.save(&options.out).map_err(|error| Failure::save(&error))?;
    drop(progress);
    signing::warn(input, &warnings);
    Ok(ExitCode::SUCCESS)
}
