//! Whoever stands beside a driver: stores, answers, watches, interrupts.

use std::io;

use chrono::{DateTime, Utc};

use crate::remote::{Answer, Input, Wait};

/// Whoever stands beside a driver: stores the state, answers what is asked for, sees what goes on.
pub trait Watch {
    /// Stores the state of the flow, so that it survives the process. Called before each request is sent,
    /// and whenever the state has changed when something else is due.
    ///
    /// # Errors
    /// Whatever keeps it from being stored: the request is then not sent.
    fn persist(&mut self, json: &str) -> io::Result<()>;

    /// Answers what the flow asks for. Default: nobody does.
    fn input(&mut self, input: &Input) -> Answer {
        let _ = input;
        Answer::Declined
    }

    /// A request is about to be sent.
    fn sending(&mut self, call: &'static str) {
        let _ = call;
    }

    /// The flow waits, for a signer mostly: called when the wait begins, and then some four times a second.
    fn waiting(&mut self, wait: &Wait, now: DateTime<Utc>) {
        let _ = (wait, now);
    }

    /// Whether a webhook was called for this transaction since this was asked last: then the service is
    /// asked at once.
    fn notified(&mut self) -> bool {
        false
    }

    /// Whether to give the transaction up: the flow releases what it holds with the service, and fails.
    fn cancelled(&self) -> bool {
        false
    }

    /// Whether to stop here and leave the rest for another time. What came of a request that may have cost
    /// something is still taken in, and what only this process can give back is still given back.
    fn interrupted(&self) -> bool {
        false
    }
}

/// Nobody watches and nothing is stored: for flows that sign nothing, such as listings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unattended;

impl Watch for Unattended {
    fn persist(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

/// Stores with a function, and nothing else.
#[derive(Clone, Debug)]
pub struct Keep<P>(P);

impl<P: FnMut(&str) -> io::Result<()>> Keep<P> {
    /// With what stores.
    pub const fn new(persist: P) -> Self {
        Self(persist)
    }
}

impl<P: FnMut(&str) -> io::Result<()>> Watch for Keep<P> {
    fn persist(&mut self, json: &str) -> io::Result<()> {
        (self.0)(json)
    }
}
