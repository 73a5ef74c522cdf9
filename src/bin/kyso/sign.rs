//! `kyso sign`: both phases in one process, with a key at hand.

use std::path::Path;
use std::process::ExitCode;

use kyso::document::{Prepared, Signed};
use kyso::signer::{LocalKey, Signer as _, SignerError};
use kyso::{At, Chain, SignatureValue, Source};

use crate::arguments::Sign;
use crate::failure::{Exit, Failure, note, told};
use crate::format::Format;
use crate::{files, keys, progress, signing};

pub(crate) fn run(options: &Sign) -> Result<ExitCode, Failure> {
    let input = &options.input;
    let load =
        || keys::key_and_chain(&options.key, options.cert.as_deref(), options.passphrase_env.as_deref());
    let mut read = vec![options.key.as_path()];
    let further = [&options.cert, &options.counter_key, &options.counter_cert];
    read.extend(further.into_iter().filter_map(Option::as_deref));
    read.extend(signing::also_read(&options.signing));
    files::keep_apart(&options.out, &read)?;
    let at = signing::at(options.signing.time)?;
    let (source, progress) = progress::open(input)?;
    let format = signing::format(&options.signing, &source, input)?;
    let metadata = signing::dialect(&options.signing, format)?;
    let prepare = |chain: &Chain| {
        let signing = signing::signing(&options.signing, &metadata.singleton, format, chain, input)?;
        signing.prepare(source, &at).map_err(|error| Failure::prepare(input, &error))
    };
    let ((key, chain), prepared) = match &options.cert {
        // Checking a private key takes milliseconds: it is done while the document is hashed.
        Some(cert) => std::thread::scope(|scope| {
            let loading = scope.spawn(load);
            let prepared = keys::chain(cert).and_then(|chain| prepare(&chain));
            let loaded = loading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok::<_, Failure>((loaded?, prepared?))
        })?,
        None => {
            let (key, chain) = load()?;
            let prepared = prepare(&chain)?;
            ((key, chain), prepared)
        }
    };
    let mut warnings = prepared.warnings().to_vec();
    let signed = accepted(prepared, &key, &options.key, input)?;
    let save_failed = |error| Failure::save(&error);
    match &metadata.counter {
        None => {
            progress.saving();
            signed.save(&options.out).map_err(save_failed)?;
        }
        Some(counter) => {
            let document = signed.to_bytes().map_err(|error| Failure::io(input, "reading", &error))?;
            let counter = Counter { options, dialect: counter, format, at: &at };
            let signed = counter.sign(document, (key, chain), &mut warnings)?;
            progress.saving();
            signed.save(&options.out).map_err(save_failed)?;
        }
    }
    drop(progress);
    signing::warn(input, &warnings);
    Ok(ExitCode::SUCCESS)
}

/// The value of the key, taken.
fn accepted<S: Source>(
    prepared: Prepared<S>,
    key: &LocalKey,
    key_path: &Path,
    input: &Path,
) -> Result<Signed<S>, Failure> {
    let request = prepared.request();
    let value = key.sign(request.suite(), request.to_be_signed()).map_err(|error| {
        let exit = match error {
            SignerError::Suite { .. } => Exit::Usage,
            _ => Exit::Signer,
        };
        Failure::at(exit, key_path, told(&error))
    })?;
    prepared.accept(&SignatureValue::from_bytes(value)).map_err(|error| Failure::accept(input, &error))
}

/// The second signature, which `counterSigning` asks for.
struct Counter<'a> {
    options: &'a Sign,
    dialect: &'a kyso::sign_cloud::Options,
    format: Format,
    at: &'a At,
}

impl Counter<'_> {
    fn sign(
        &self,
        document: Vec<u8>,
        first: (LocalKey, Chain),
        warnings: &mut Vec<kyso::pdf::Warning>,
    ) -> Result<Signed<Vec<u8>>, Failure> {
        let Sign { input, key, counter_key, counter_cert, counter_passphrase_env, signing, .. } =
            self.options;
        let (key_path, (key, chain)) = match counter_key {
            Some(path) => {
                let passphrase = counter_passphrase_env.as_deref();
                (path, keys::key_and_chain(path, counter_cert.as_deref(), passphrase)?)
            }
            None => {
                let line =
                    "counterSigning is made with the same key; give the relying party's with --counter-key";
                note("", &format!("{}: {line}", input.display()));
                (key, first)
            }
        };
        // Randomness serves one signature only.
        let at = signing::at(Some(self.at.time))?;
        let signing = signing::counter_signing(signing, self.dialect, self.format, &chain, input)?;
        let prepared = signing.prepare(document, &at).map_err(|error| Failure::prepare(input, &error))?;
        for warning in prepared.warnings() {
            if !warnings.contains(warning) {
                warnings.push(warning.clone());
            }
        }
        accepted(prepared, &key, key_path, input)
    }
}
