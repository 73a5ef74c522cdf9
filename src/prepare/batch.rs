//! Many documents, one set of requests, an outcome for each.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use super::At;
use super::any::{PrepareError, Prepared, Signed, Signing};
use super::error::AcceptError;
use crate::request::{SignatureValue, SigningRequest};
use crate::source::Source;

/// One document of a batch. Its entropy must be its own.
#[derive(Clone, Debug)]
pub struct Job<S> {
    /// What to sign it with: `document` of the signing tells the documents apart.
    pub signing: Signing,
    /// The document.
    pub source: S,
    /// When, and the entropy of this document alone.
    pub at: At,
}

/// Documents, PDF and XML mixed, prepared together for a service that returns raw signature values.
///
/// What fails for one document does not touch the others: there is an outcome for each, in the order of
/// the jobs.
#[derive(Debug)]
pub struct Batch<S> {
    outcomes: Vec<Result<Prepared<S>, PrepareError>>,
}

/// What became of one document.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome<S> {
    /// Its value was accepted.
    Signed(Signed<S>),
    /// It could not be prepared; no request was made.
    NotPrepared(PrepareError),
    /// The signer returned nothing for it. The prepared signature goes on waiting.
    NoValue(Box<Prepared<S>>),
    /// Its value was refused.
    Refused(AcceptError),
}

impl<S: Source + Send> Batch<S> {
    /// Prepares all documents, on as many threads as asked for.
    pub fn prepare(jobs: impl IntoIterator<Item = Job<S>>, threads: NonZeroUsize) -> Self {
        let jobs = jobs.into_iter().collect();
        Self { outcomes: on_threads(jobs, threads, |job: Job<S>| job.signing.prepare(job.source, &job.at)) }
    }

    /// Takes the values, checking them on as many threads as asked for. `value_of` is asked once for
    /// every request. Each value is verified against its own document, so values in the wrong order are
    /// refused and not mixed up.
    pub fn accept(
        self,
        threads: NonZeroUsize,
        mut value_of: impl FnMut(&SigningRequest) -> Option<SignatureValue>,
    ) -> Vec<Outcome<S>> {
        let with_value = |outcome: Result<Prepared<S>, PrepareError>| {
            outcome.map(|prepared| {
                let value = value_of(&prepared.request());
                (prepared, value)
            })
        };
        let outcomes = self.outcomes.into_iter().map(with_value).collect();
        on_threads(outcomes, threads, |outcome| match outcome {
            Err(error) => Outcome::NotPrepared(error),
            Ok((prepared, None)) => Outcome::NoValue(Box::new(prepared)),
            Ok((prepared, Some(value))) => {
                prepared.accept(&value).map_or_else(Outcome::Refused, Outcome::Signed)
            }
        })
    }
}

impl<S: Source> Batch<S> {
    /// The requests of all documents that could be prepared, in the order of the jobs.
    #[must_use]
    pub fn requests(&self) -> Vec<SigningRequest> {
        self.outcomes.iter().flatten().map(Prepared::request).collect()
    }

    /// What preparing gave, in the order of the jobs: states are taken from here.
    pub fn outcomes(&self) -> &[Result<Prepared<S>, PrepareError>] {
        &self.outcomes
    }

    /// The same, to go on with each document by itself.
    pub fn into_outcomes(self) -> Vec<Result<Prepared<S>, PrepareError>> {
        self.outcomes
    }
}

/// Does the same for every item, each thread taking the next that is left; results in the order of the
/// items.
fn on_threads<T: Send, R: Send>(
    items: Vec<T>,
    threads: NonZeroUsize,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let workers = threads.get().min(items.len());
    if workers < 2 {
        return items.into_iter().map(work).collect();
    }
    let queue = Mutex::new(items.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let run = || {
        let mut done = Vec::new();
        while let Some((index, item)) = next() {
            done.push((index, work(item)));
        }
        done
    };
    let mut results = std::thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(run)).collect();
        let mut results = run();
        for other in others {
            results.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        results
    });
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
