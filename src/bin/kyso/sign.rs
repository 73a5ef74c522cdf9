//! `kyso sign`: both phases in one process, with a key at hand.

use std::process::ExitCode;

use kyso::signer::{Signer as _, SignerError};
use kyso::{Chain, SignatureValue};

use crate::arguments::Sign;
use crate::failure::{Exit, Failure, told};
use crate::{files, keys, progress, signing};

pub(crate) fn run(options: &Sign) -> Result<ExitCode, Failure> {
    let input = &options.input;
    let load =
        || keys::key_and_chain(&options.key, options.cert.as_deref(), options.passphrase_env.as_deref());
    let mut read = vec![options.key.as_path()];
    read.extend(options.cert.as_deref());
    read.extend(signing::also_read(&options.signing));
    files::keep_apart(&options.out, &read)?;
    let at = signing::at(options.signing.time)?;
    let (source, progress) = progress::open(input)?;
    let format = signing::format(&options.signing, &source, input)?;
    let prepare = |chain: &Chain| {
        let signing = signing::signing(&options.signing, format, chain, input)?;
        signing.prepare(source, &at).map_err(|error| Failure::prepare(input, &error))
    };
    let (key, prepared) = match &options.cert {
        // Checking a private key takes milliseconds: it is done while the document is hashed.
        Some(cert) => std::thread::scope(|scope| {
            let loading = scope.spawn(load);
            let prepared = keys::chain(cert).and_then(|chain| prepare(&chain));
            let loaded = loading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok::<_, Failure>((loaded?.0, prepared?))
        })?,
        None => {
            let (key, chain) = load()?;
            (key, prepare(&chain)?)
        }
    };
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
