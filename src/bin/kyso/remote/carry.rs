//! The open transactions of a job, one after the other, each carried to its end.

use std::io;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use kyso::Fault;
use kyso::client::{DriveError, Driver, Watch};
use kyso::remote::{Answer, Input, Transaction, Wait};

use super::console::Person;
use super::job::{JobFile, hint_path};
use super::{finish, interrupt, model};
use crate::failure::{Exit, Failure, note, told};

/// Transactions in a row that fail before the rest is left for another time.
const FAILURES_IN_A_ROW: u32 = 3;

/// How long a transaction is followed that the service called for: what the call told may take a moment to
/// be what the service answers, and nobody looks again later.
const FOLLOWED: Duration = Duration::from_secs(6);

/// Between two looks at it.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// How long an open transaction is followed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience<'p> {
    /// Until it has its outcome or expires.
    ToTheEnd,
    /// Until it would have to be waited for; the one that the service called for a little longer.
    OneLook {
        /// The id of that one.
        called: &'p str,
    },
}

impl Patience<'_> {
    const fn is_one_look(self) -> bool {
        matches!(self, Self::OneLook { .. })
    }
}

/// Carries every open transaction as far as it goes, and finishes the documents that got values. What could
/// not go on is said on stderr, and stays open.
pub(crate) fn open_transactions(
    file: &mut JobFile,
    driver: &Driver,
    person: &mut Person<'_>,
    patience: Patience<'_>,
) -> Result<(), Failure> {
    // Values that came before the last interruption.
    finish::documents(file)?;
    let mut failures = 0;
    for index in file.job.open() {
        person.next_flow();
        let Some(record) = file.job.transactions.get(index) else { continue };
        let id = record.id.clone();
        let mut transaction = Transaction::from_json(record.state.get()).map_err(|error| {
            Failure::at(Exit::Usage, file.path(), format!("transaction {id}: {}", told(&error)))
        })?;
        let hint = hint_path(file.path());
        let call = match patience {
            Patience::OneLook { called } if called == id => Some(Followed::default()),
            _ => None,
        };
        let mut keeper = Keeper { file, index, person, patience, call, is_left: false, hint };
        let result = driver.run(&mut transaction, &mut keeper);
        person.quiet();
        let go_on = match result {
            Ok(outcomes) => {
                file.job.take(index, outcomes);
                failures = 0;
                true
            }
            Err(DriveError::Interrupted) => patience.is_one_look() && !interrupt::is_pressed(),
            Err(error) => {
                note("", &format!("transaction {id}: {}", told(&error)));
                if let Some(failure) = error.failure() {
                    file.job.fail(index, failure);
                }
                failures += 1;
                let passes = error.failure().is_some() && error.fault() != Fault::Caller;
                passes && failures < FAILURES_IN_A_ROW
            }
        };
        file.save()?;
        finish::documents(file)?;
        if !go_on || (interrupt::is_pressed() && !patience.is_one_look()) {
            break;
        }
    }
    Ok(())
}

/// A transaction that the service called for.
#[derive(Default)]
struct Followed {
    /// When it was waited for first.
    since: Option<Instant>,
    /// When it was looked at last.
    looked: Option<Instant>,
}

impl Followed {
    /// It is waited for. Says whether that is no use any more.
    fn is_over(&mut self) -> bool {
        self.since.get_or_insert_with(Instant::now).elapsed() >= FOLLOWED
    }

    /// Whether to look now.
    fn looks(&mut self) -> bool {
        let is_due = self.looked.is_none_or(|looked| looked.elapsed() >= BETWEEN_LOOKS);
        if is_due {
            self.looked = Some(Instant::now());
        }
        is_due
    }
}

/// Stores the state of one transaction in the file of its job.
struct Keeper<'k, 'e> {
    file: &'k mut JobFile,
    index: usize,
    person: &'k mut Person<'e>,
    patience: Patience<'k>,
    /// The service called for this one.
    call: Option<Followed>,
    /// To be gone on with another time.
    is_left: bool,
    hint: std::path::PathBuf,
}

impl Watch for Keeper<'_, '_> {
    fn persist(&mut self, json: &str) -> io::Result<()> {
        if let Some(record) = self.file.job.transactions.get_mut(self.index) {
            record.state = model::raw(json);
        }
        self.file.save().map_err(|failure| io::Error::other(failure.line().to_owned()))
    }

    fn input(&mut self, input: &Input) -> Answer {
        match self.person.input(input) {
            Some(secret) => Answer::Given(secret),
            // Not declined for good: whoever has it may go on another time.
            None => {
                self.is_left = true;
                Answer::Declined
            }
        }
    }

    fn waiting(&mut self, wait: &Wait, now: DateTime<Utc>) {
        match self.patience {
            Patience::ToTheEnd => self.person.waiting(wait, now),
            Patience::OneLook { .. } => self.is_left |= self.call.as_mut().is_none_or(Followed::is_over),
        }
    }

    fn notified(&mut self) -> bool {
        // Removed before it is acted on: a call that comes in between counts once more.
        std::fs::remove_file(&self.hint).is_ok() || self.call.as_mut().is_some_and(Followed::looks)
    }

    fn interrupted(&self) -> bool {
        self.is_left || interrupt::is_pressed()
    }
}
