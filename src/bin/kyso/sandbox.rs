//! `kyso sandbox`: plays the remote signers until it is interrupted.

use std::process::ExitCode;
use std::sync::mpsc::channel;

use kyso::sandbox::{Faults, Sandbox, Settings};

use crate::arguments::sandbox::Sandbox as Options;
use crate::failure::{Exit, Failure, note, told};
use crate::output;

pub(crate) fn run(options: &Options) -> Result<ExitCode, Failure> {
    let mut settings = Settings::new().listen(options.listen).folder(&options.folder);
    for name in options.provider.iter().filter(|name| *name != "all") {
        settings = settings.provider(name);
    }
    if let Some(url) = &options.webhook {
        settings = settings.webhook(url);
    }
    if options.auto_approve {
        settings = settings.auto_approve();
    }
    if let Some(text) = &options.faults {
        let faults: Faults = serde_json::from_str(text)
            .map_err(|error| Failure::new(Exit::Usage, format!("--faults: {error}")))?;
        settings = settings.faults(faults);
    }
    if options.dangerously_serve_anyone {
        settings = settings.dangerously_serve_anyone();
        note("warning: ", "whoever reaches this sandbox can approve and sign with its keys");
    }
    let sandbox =
        Sandbox::start(settings).map_err(|error| Failure::new(error.fault().into(), told(&error)))?;
    // Before anything is printed: who reads that it listens may interrupt it.
    let (interrupted, wait) = channel();
    ctrlc::set_handler(move || {
        let _ = interrupted.send(());
    })
    .map_err(|error| Failure::new(Exit::Io, format!("waiting for an interrupt failed: {error}")))?;
    output::print(sandbox.guide())?;
    output::print("Ctrl-C ends it.")?;
    let _ = wait.recv();
    drop(sandbox);
    Ok(ExitCode::SUCCESS)
}
