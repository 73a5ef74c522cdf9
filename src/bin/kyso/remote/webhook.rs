//! `kyso remote webhook`: services call, and jobs are finished.
//!
//! A call carries nothing that could be trusted: it only says for which transaction it may be worth while to
//! ask the service now.

mod http;
mod known;

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use kyso::client::config::Configuration;
use kyso::client::store::Contents;
use kyso::client::{Answers, ProcessEnvironment};
use kyso::remote::vnpt::webhook;

use self::known::Known;
use super::carry::{self, Patience};
use super::console::Person;
use super::job::{Busy, JobFile, hint_path};
use super::{context, finish, interrupt};
use crate::arguments::remote::Webhook;
use crate::failure::{Exit, Failure, note};

/// A job, and its transaction that the service called for.
type Called = (PathBuf, String);

/// Calls that wait for their turn, at most.
const QUEUE: usize = 1024;

/// The longest body that is read, in bytes. What carries the values of many documents is long; the id alone
/// is taken from it.
const LONGEST: usize = webhook::MOST_BYTES;

pub(crate) fn run(options: &Webhook) -> Result<ExitCode, Failure> {
    let configuration = context::configuration(&options.places)?;
    let credentials = context::credentials(&options.places)?;
    if !options.state.is_dir() {
        return Err(Failure::at(Exit::Usage, &options.state, "this is no folder"));
    }
    let failed = |error| Failure::new(Exit::Io, format!("{}: listening failed: {error}", options.listen));
    let listener = TcpListener::bind(options.listen).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    interrupt::watch();
    let jobs = Known::new(&options.state);
    note("", &format!("listening at http://{address}"));
    let waiting = Arc::new(Mutex::new(BTreeSet::new()));
    let (queue, calls) = sync_channel(QUEUE);
    thread::scope(|scope| {
        let at_work = Arc::clone(&waiting);
        scope.spawn(move || work(&calls, &at_work, &configuration, &credentials));
        // The door is closed by being dropped: then the work ends.
        let door = Door { jobs, waiting, queue };
        http::serve(&listener, LONGEST, interrupt::is_pressed, |body| door.take(body)).map_err(failed)
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Where calls come in.
struct Door {
    jobs: Known,
    waiting: Arc<Mutex<BTreeSet<Called>>>,
    queue: SyncSender<Called>,
}

impl Door {
    /// The status that answers a call. Nobody learns from it which transactions there are.
    fn take(&self, body: &[u8]) -> u16 {
        let Ok(notification) = webhook::parse(body) else { return 400 };
        let Some(id) = notification.transaction_id.filter(|id| is_id(id)) else { return 400 };
        let Some(path) = self.jobs.find(&id) else { return 200 };
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let called = (path, id);
        if !waiting.insert(called.clone()) {
            return 200;
        }
        match self.queue.try_send(called) {
            Ok(()) => 200,
            Err(TrySendError::Full(called) | TrySendError::Disconnected(called)) => {
                waiting.remove(&called);
                503
            }
        }
    }
}

fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Finishes jobs, one after the other.
fn work(
    calls: &Receiver<Called>,
    waiting: &Mutex<BTreeSet<Called>>,
    configuration: &Configuration,
    credentials: &Contents,
) {
    while let Ok(called) = calls.recv() {
        // From here on a further call is queued again.
        waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&called);
        if let Err(failure) = look(&called, configuration, credentials) {
            note("", failure.line());
        }
    }
}

fn look((path, id): &Called, configuration: &Configuration, credentials: &Contents) -> Result<(), Failure> {
    if !path.is_file() {
        // A call before this one finished it.
        return Ok(());
    }
    let mut file = match JobFile::open(path) {
        Ok(file) => file,
        // Whoever works on it is told to ask at once.
        Err(Busy::Locked) => {
            let hint = hint_path(path);
            return fs::write(&hint, b"").map_err(|error| Failure::io(&hint, "writing", &error));
        }
        Err(Busy::Failed(failure)) => return Err(failure),
    };
    let service = context::service(configuration, &file.job.service)?;
    let driver = context::driver(service)?;
    let entry = file.job.alias.as_deref().and_then(|alias| credentials.get(alias).ok());
    let mut person = Person::absent(Answers::new(context::secrets(service, entry)?, &ProcessEnvironment));
    carry::open_transactions(&mut file, &driver, &mut person, Patience::OneLook { called: id })?;
    drop(person);
    let name = path.display().to_string();
    if file.job.is_done() {
        note("", &format!("{name}: all {} documents are signed", file.job.documents.len()));
        file.remove()
    } else if file.job.open().is_empty() {
        finish::report(file, 0).map(|_| ())
    } else {
        Ok(())
    }
}
