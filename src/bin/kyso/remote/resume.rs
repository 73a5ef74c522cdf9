//! `kyso remote resume`: goes on with a job.

use std::process::ExitCode;

use kyso::SigningRequest;
use kyso::client::{Answers, ProcessEnvironment};
use kyso::document::Prepared;

use super::carry::{self, Patience};
use super::console::Person;
use super::job::JobFile;
use super::model::Fate;
use super::plan::Plan;
use super::{context, finish, interrupt};
use crate::arguments::remote::Resume;
use crate::failure::{Failure, note};
use crate::files;

pub(crate) fn run(options: &Resume) -> Result<ExitCode, Failure> {
    let mut file = JobFile::open(&options.state)?;
    let configuration = context::configuration(&options.places)?;
    let service = context::service(&configuration, &file.job.service)?;
    let driver = context::driver(service)?;
    let credentials = context::credentials(&options.places)?;
    // A credential that was removed since has no secrets of its own any more; the job knows the rest.
    let entry = file.job.alias.as_deref().and_then(|alias| credentials.get(alias).ok());
    let secrets = context::secrets(service, entry)?;
    interrupt::watch();
    let mut person = Person::new(Answers::new(secrets, &ProcessEnvironment));
    carry::open_transactions(&mut file, &driver, &mut person, Patience::ToTheEnd)?;
    if options.again && !interrupt::is_pressed() {
        begin_again(&mut file, service, options.patience)?;
        carry::open_transactions(&mut file, &driver, &mut person, Patience::ToTheEnd)?;
    }
    drop(person);
    finish::report(file, 0)
}

/// New transactions for the documents whose last one brought them no value.
fn begin_again(
    file: &mut JobFile,
    service: &kyso::client::config::ConfiguredService,
    patience: Option<u32>,
) -> Result<(), Failure> {
    let mut requests: Vec<(usize, SigningRequest)> = Vec::new();
    for (index, document) in file.job.documents.iter().enumerate() {
        if !document.fate.needs_another() {
            continue;
        }
        if let Fate::Failed { unknown: true, .. } = document.fate {
            let line = "what became of the last transaction is unknown; the signer may pay twice";
            note("warning: ", &format!("{}: {line}", document.id));
        }
        let state = document.state().map_err(|error| Failure::state(file.path(), &error))?;
        let prepared = files::open(&document.input).and_then(|source| {
            Prepared::resume(state, source)
                .map_err(|error| Failure::resume(&document.input, file.path(), &error))
        });
        match prepared {
            Ok(prepared) => requests.push((index, prepared.request())),
            // The others need not wait for a document that is gone.
            Err(failure) => note("", failure.line()),
        }
    }
    if requests.is_empty() {
        return Ok(());
    }
    let plan = Plan {
        service,
        credential: &file.job.credential,
        patience,
        description: file.job.description.as_deref(),
    };
    let records = plan.transactions(&requests)?;
    for (index, _) in &requests {
        if let Some(document) = file.job.documents.get_mut(*index) {
            document.fate = Fate::Waiting {};
        }
    }
    file.job.transactions.extend(records);
    file.save()
}
