//! Transactions that wait for somebody to look at the phone.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::signing::{Order, SignError, SignedDocument};
use super::tokens::after;
use crate::fault::Fault;

/// Transactions that are kept at once.
const MOST: usize = 20_000;
/// Documents of all of them together.
const MOST_DOCUMENTS: usize = 400_000;
/// Ids that are known to have been used.
const MOST_USED: usize = 200_000;

/// A transaction for the phone.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Submission {
    /// Its id, never used before with this provider.
    pub transaction_id: String,
    /// What to sign.
    pub order: Order,
    /// What the signer reads.
    pub description: Option<String>,
    /// What the signer compares.
    pub verification_code: Option<String>,
    /// Seconds until it expires.
    pub lifetime_seconds: u32,
}

impl Submission {
    /// For five minutes.
    #[must_use]
    pub fn new(transaction_id: impl Into<String>, order: Order) -> Self {
        Self {
            transaction_id: transaction_id.into(),
            order,
            description: None,
            verification_code: None,
            lifetime_seconds: 300,
        }
    }

    /// With what the signer reads.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// With what the signer compares.
    #[must_use]
    pub fn verification_code(mut self, code: impl Into<String>) -> Self {
        self.verification_code = Some(code.into());
        self
    }

    /// With another life, in seconds.
    #[must_use]
    pub const fn lifetime_seconds(mut self, seconds: u32) -> Self {
        self.lifetime_seconds = seconds;
        self
    }
}

/// A transaction that is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// The provider had one of this id before.
    #[error("the transaction id was used before")]
    Taken,
    /// Too many wait already.
    #[error("more than {most} transactions wait")]
    Full {
        /// How many may.
        most: usize,
    },
    /// It cannot be signed.
    #[error("the transaction cannot be signed")]
    Order(#[from] SignError),
}

impl SubmitError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Taken => Fault::Caller,
            Self::Full { .. } => Fault::Limit,
            Self::Order(error) => error.fault(),
        }
    }
}

/// The phone was asked to do something with a transaction that does not wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no transaction of this id waits")]
pub struct NotPending;

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It waits.
    Pending,
    /// It was approved: the values.
    Signed(Vec<SignedDocument>),
    /// It was rejected.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// There is none of this id.
    Unknown,
}

/// A transaction as the phone shows it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Pending {
    /// Which, counted from 1.
    pub number: u64,
    /// With which provider.
    pub provider: &'static str,
    /// Its id.
    pub transaction_id: String,
    /// Which key.
    pub credential_id: String,
    /// The documents' ids.
    pub documents: Vec<String>,
    /// What the signer reads.
    pub description: Option<String>,
    /// What the signer compares.
    pub verification_code: Option<String>,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
    /// `pending`, `signing`, `signed`, `rejected` or `expired`.
    pub state: &'static str,
}

/// How a transaction ended: for the webhook.
pub(super) struct Ended {
    pub(super) transaction_id: String,
    pub(super) documents: Vec<String>,
    pub(super) status: Status,
}

enum State {
    Pending,
    /// The keys are at work.
    Signing,
    Signed(Vec<SignedDocument>),
    Rejected,
    Expired,
}

struct Transaction {
    submission: Arc<Submission>,
    expires_at: DateTime<Utc>,
    state: State,
}

impl Transaction {
    const fn is_over(&self) -> bool {
        matches!(self.state, State::Signed(_) | State::Rejected | State::Expired)
    }

    fn ended(&self) -> Ended {
        let submission = &self.submission;
        Ended {
            transaction_id: submission.transaction_id.clone(),
            documents: submission.order.documents.iter().map(|one| one.doc_id.clone()).collect(),
            status: self.status(),
        }
    }

    fn status(&self) -> Status {
        match &self.state {
            State::Pending | State::Signing => Status::Pending,
            State::Signed(values) => Status::Signed(values.clone()),
            State::Rejected => Status::Rejected,
            State::Expired => Status::Expired,
        }
    }
}

type Key = (&'static str, String);

#[derive(Default)]
pub(super) struct Transactions {
    all: BTreeMap<u64, Transaction>,
    numbers: HashMap<Key, u64>,
    used: HashSet<Key>,
    used_order: VecDeque<Key>,
    documents: usize,
    count: u64,
    /// Nothing that waits expires before.
    quiet_until: Option<DateTime<Utc>>,
}

impl Transactions {
    /// Marks an id as used.
    pub(super) fn claim(&mut self, provider: &'static str, id: &str) -> Result<(), SubmitError> {
        let key = (provider, id.to_owned());
        if !self.used.insert(key.clone()) {
            return Err(SubmitError::Taken);
        }
        self.used_order.push_back(key);
        if self.used_order.len() > MOST_USED
            && let Some(oldest) = self.used_order.pop_front()
        {
            self.used.remove(&oldest);
        }
        Ok(())
    }

    pub(super) fn submit(&mut self, submission: Submission, now: DateTime<Utc>) -> Result<(), SubmitError> {
        let documents = submission.order.documents.len();
        let provider = submission.order.provider;
        self.make_room(documents)?;
        self.claim(provider, &submission.transaction_id)?;
        self.count = self.count.saturating_add(1);
        self.documents = self.documents.saturating_add(documents);
        self.numbers.insert((provider, submission.transaction_id.clone()), self.count);
        let expires_at = after(now, submission.lifetime_seconds);
        self.quiet_until = Some(self.quiet_until.map_or(expires_at, |until| until.min(expires_at)));
        let submission = Arc::new(submission);
        self.all.insert(self.count, Transaction { submission, expires_at, state: State::Pending });
        Ok(())
    }

    fn make_room(&mut self, documents: usize) -> Result<(), SubmitError> {
        while self.all.len() >= MOST || self.documents.saturating_add(documents) > MOST_DOCUMENTS {
            let over = self.all.iter().find(|(_, one)| one.is_over()).map(|(number, _)| *number);
            let gone = over.and_then(|number| self.all.remove(&number));
            let gone = gone.ok_or(SubmitError::Full { most: MOST })?;
            let order = &gone.submission.order;
            self.documents = self.documents.saturating_sub(order.documents.len());
            self.numbers.remove(&(order.provider, gone.submission.transaction_id.clone()));
        }
        Ok(())
    }

    fn get_mut(&mut self, provider: &'static str, id: &str) -> Option<&mut Transaction> {
        let number = self.numbers.get(&(provider, id.to_owned()))?;
        self.all.get_mut(number)
    }

    pub(super) fn status(&self, provider: &'static str, id: &str) -> Status {
        let number = self.numbers.get(&(provider, id.to_owned()));
        number.and_then(|number| self.all.get(number)).map_or(Status::Unknown, Transaction::status)
    }

    /// Ends what nobody decided in time.
    pub(super) fn expire(&mut self, now: DateTime<Utc>) -> Vec<Ended> {
        let mut ended = Vec::new();
        if self.quiet_until.is_none_or(|until| now < until) {
            return ended;
        }
        self.quiet_until = None;
        for one in self.all.values_mut().filter(|one| matches!(one.state, State::Pending)) {
            if one.expires_at <= now {
                one.state = State::Expired;
                ended.push(one.ended());
            } else {
                let until = self.quiet_until.map_or(one.expires_at, |until| until.min(one.expires_at));
                self.quiet_until = Some(until);
            }
        }
        ended
    }

    /// Begins to sign. What is begun must be [finished](Self::finish).
    pub(super) fn begin(&mut self, provider: &'static str, id: &str) -> Result<Arc<Submission>, NotPending> {
        let one = self.get_mut(provider, id).filter(|one| matches!(one.state, State::Pending));
        let one = one.ok_or(NotPending)?;
        one.state = State::Signing;
        Ok(Arc::clone(&one.submission))
    }

    /// Ends what was begun: with values, or rejected when there are none.
    pub(super) fn finish(
        &mut self,
        provider: &'static str,
        id: &str,
        values: Option<Vec<SignedDocument>>,
    ) -> Option<Ended> {
        let one = self.get_mut(provider, id)?;
        one.state = values.map_or(State::Rejected, State::Signed);
        Some(one.ended())
    }

    /// Ends one that waits without signing.
    pub(super) fn refuse(
        &mut self,
        provider: &'static str,
        id: &str,
        expired: bool,
    ) -> Result<Ended, NotPending> {
        let one = self.get_mut(provider, id).filter(|one| matches!(one.state, State::Pending));
        let one = one.ok_or(NotPending)?;
        one.state = if expired { State::Expired } else { State::Rejected };
        Ok(one.ended())
    }

    /// The ids of those that wait, the first first.
    pub(super) fn waiting(&self) -> Vec<(&'static str, String)> {
        let waits = |one: &&Transaction| matches!(one.state, State::Pending);
        let key = |one: &Transaction| (one.submission.order.provider, one.submission.transaction_id.clone());
        self.all.values().filter(waits).map(key).collect()
    }

    /// The latest so many, the latest first; those that wait only, or all.
    pub(super) fn list(&self, most: usize, waiting: bool) -> Vec<Pending> {
        let wanted = |(_, one): &(&u64, &Transaction)| !waiting || matches!(one.state, State::Pending);
        let shown = |(number, one): (&u64, &Transaction)| {
            let Submission { transaction_id, order, description, verification_code, .. } = &*one.submission;
            Pending {
                number: *number,
                provider: order.provider,
                transaction_id: transaction_id.clone(),
                credential_id: order.credential_id.clone(),
                documents: order.documents.iter().map(|one| one.doc_id.clone()).collect(),
                description: description.clone(),
                verification_code: verification_code.clone(),
                expires_at: one.expires_at,
                state: match &one.state {
                    State::Pending => "pending",
                    State::Signing => "signing",
                    State::Signed(_) => "signed",
                    State::Rejected => "rejected",
                    State::Expired => "expired",
                },
            }
        };
        self.all.iter().rev().filter(wanted).take(most).map(shown).collect()
    }

    /// The transaction of this number, if it waits.
    pub(super) fn by_number(&self, number: u64) -> Option<(&'static str, String)> {
        let one = self.all.get(&number)?;
        Some((one.submission.order.provider, one.submission.transaction_id.clone()))
    }
}
