//! A signing transaction: what it is about, how far it got, and its steps.
//!
//! Both ways of confirming share it. With SmartCA the phone confirms and the outcome is polled for; with
//! SmartCA TH a one-time code opens the transaction and a second call confirms it. Where that second call
//! got lost, polling is the way back.
//!
//! Times are milliseconds since 1970.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::calls::{CONFIRM_TH, SIGN, SIGN_TH, STATUS};
use super::service::Service;
use super::vault::{Need, Vault};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::fault::Fault;
use crate::remote::System;
use crate::remote::credential::{Credential, Terms};
use crate::remote::failure::{Failure, Outcome, Retry};
use crate::remote::flow::{Action, Answer, DocumentOutcome, DocumentResult, Event, Input, Lost, Wait};
use crate::remote::items::{BeginError, Items};
use crate::remote::secret::Secret;
use crate::request::{ServiceKind, SigningRequest};

/// How long a transaction that may not have arrived is asked for, although the service says it has none.
const GRACE: i64 = 30_000;

/// Between two polls, whatever a webhook says.
const LEAST_PAUSE: i64 = 1_000;

/// Documents that a message to people names.
const NAMED: usize = 20;

/// How the signer confirms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Way {
    /// On the phone.
    #[serde(rename = "vnpt")]
    Phone,
    /// With password and one-time code.
    #[serde(rename = "vnpt-th")]
    Code,
}

impl Way {
    pub(super) const fn system(self) -> System {
        match self {
            Self::Phone => System::Vnpt,
            Self::Code => System::VnptTh,
        }
    }

    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Phone => SIGN,
            Self::Code => SIGN_TH,
        }
    }
}

/// How far a transaction is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Phase {
    /// Secrets are asked for; then `sign` goes out.
    Gathering {},
    /// `sign` did not leave; it is sent again at a time.
    SignAgain { at: i64 },
    /// `sign` is under way.
    Signing {},
    /// `confirm` did not leave; it is sent again at a time.
    ConfirmAgain { at: i64 },
    /// `confirm` is under way.
    Confirming {},
    /// The signer has not confirmed; the next poll is at a time.
    Waiting { at: i64 },
    /// `status` is under way.
    Polling {},
    /// Values came back, by document, in base64.
    Signed { values: BTreeMap<String, String> },
    /// The signer refused.
    Rejected { code: String, message: String },
    /// It ended without an outcome.
    Failed { failure: Failure },
}

/// A signing transaction.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transaction {
    pub(super) system: Way,
    pub(super) service: Service,
    pub(super) credential: Credential,
    pub(super) items: Items,
    /// The relying party's id.
    pub(super) transaction_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    patience_seconds: u32,
    poll_seconds: u32,
    pub(super) phase: Phase,
    /// When patience ends; counted from the first sending of `sign`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    /// When the SAD dies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sad_expires_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    polled_at: Option<i64>,
    /// `transaction_id` as the service returned it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) returned_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tran_code: Option<String>,
    /// Whether the service is known to have the transaction.
    acknowledged: bool,
    /// Until when a transaction that may not have arrived is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doubt_until: Option<i64>,
    /// What is told in the end when nothing better becomes known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    concern: Option<Failure>,
    /// Codes and passwords that the service refused.
    pub(super) refusals: u8,
    /// What it said about the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) told: Option<String>,
    /// Which of them it refused, since it last took any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) refused: Vec<Need>,
    #[serde(skip)]
    pub(super) vault: Vault,
}

type Next = Action<Vec<DocumentOutcome>>;

impl Transaction {
    pub(super) fn begin(
        way: Way,
        service: &Service,
        credential: &Credential,
        requests: &[SigningRequest],
        terms: &Terms,
    ) -> Result<Self, BeginError> {
        let system = way.system();
        let incomplete = |what| Err(BeginError::Incomplete { system, what });
        if service.base_url.is_empty() || service.sp_id.is_empty() {
            return incomplete("the service's base_url and the relying party's sp_id");
        }
        if credential.user_id.is_empty() {
            return incomplete("the signer's user_id");
        }
        if way == Way::Code && credential.serial_number.is_none() {
            return incomplete("the certificate's serial_number");
        }
        if !is_transaction_id(&terms.transaction_id) {
            return incomplete("a transaction id of 1 to 64 letters, digits, '-' and '_'");
        }
        if requests.iter().any(|request| request.document().trim().is_empty()) {
            return incomplete("an id for every document");
        }
        let algorithms = [SignatureAlgorithm::RsaPkcs1];
        let items = Items::new(system, ServiceKind::Raw, &algorithms, service.most_documents, requests)?;
        // The call does not say which digest it sends, and the service is known to sign SHA-256.
        if let (Some(request), true) =
            (requests.first(), items.digest_algorithm() != Some(DigestAlgorithm::Sha256))
        {
            let (document, algorithm) = (request.document().to_owned(), request.suite().to_string());
            return Err(BeginError::Algorithm { document, system, algorithm });
        }
        Ok(Self {
            system: way,
            service: service.clone(),
            credential: credential.clone(),
            items,
            transaction_id: terms.transaction_id.clone(),
            description: terms.description.clone(),
            patience_seconds: terms.patience_seconds,
            poll_seconds: terms.poll_seconds.max(1),
            phase: Phase::Gathering {},
            expires_at: None,
            sad_expires_at: None,
            polled_at: None,
            returned_id: None,
            tran_code: None,
            acknowledged: false,
            doubt_until: None,
            concern: None,
            refusals: 0,
            told: None,
            refused: Vec::new(),
            vault: Vault::default(),
        })
    }

    pub(super) fn step(&mut self, event: Event, now: DateTime<Utc>) -> Next {
        let now = now.timestamp_millis();
        match event {
            Event::Continue => self.go_on(now),
            Event::Notified => self.notified(now),
            Event::Response(response) => match self.phase {
                Phase::Signing {} => self.sign_answered(&response, now),
                Phase::Confirming {} => self.confirm_answered(&response, now),
                Phase::Polling {} => self.status_answered(&response, now),
                _ => self.due(now),
            },
            Event::Lost(lost) => self.lost(lost, now),
            Event::Input(answer) => self.given(answer, now),
            Event::Cancelled => self.cancelled(now),
        }
    }

    fn go_on(&mut self, now: i64) -> Next {
        match self.phase {
            Phase::Gathering {} => self.gather(now),
            Phase::SignAgain { at } if now >= at => self.gather(now),
            Phase::ConfirmAgain { at } if now >= at => self.confirm(now),
            Phase::Waiting { at } if now >= at => self.poll(now),
            Phase::Signing {} | Phase::Confirming {} => {
                self.doubt("nobody knows whether the request arrived", now);
                self.poll(now)
            }
            // It asks only, and was lost: as if the answer had been that nothing is known yet.
            Phase::Polling {} => self.later(now),
            Phase::Failed { ref failure } if failure.retry == Retry::Poll => self.poll(now),
            _ => self.due(now),
        }
    }

    fn notified(&mut self, now: i64) -> Next {
        match self.phase {
            Phase::Waiting { at } => {
                let earliest = self.polled_at.map_or(now, |polled| polled.saturating_add(LEAST_PAUSE));
                if now >= earliest.min(at) {
                    return self.poll(now);
                }
                self.phase = Phase::Waiting { at: at.min(earliest) };
                self.due(now)
            }
            // The hint came to another process than the one that sent.
            Phase::Signing {} | Phase::Confirming {} => self.go_on(now),
            Phase::Failed { ref failure } if failure.retry == Retry::Poll => self.poll(now),
            _ => self.due(now),
        }
    }

    fn lost(&mut self, lost: Lost, now: i64) -> Next {
        let again = now.saturating_add(self.pause());
        match (&self.phase, lost) {
            (Phase::Signing {}, Lost::NotSent) => {
                if self.is_over(now) {
                    return self.fail(self.failed(self.system.sign(), "the service was not reached"));
                }
                if self.system == Way::Code {
                    self.told =
                        Some("the service was not reached, and a code is good for one sending".to_owned());
                }
                self.phase = Phase::SignAgain { at: again.min(self.end()) };
                self.due(now)
            }
            (Phase::Confirming {}, Lost::NotSent) => {
                self.phase = Phase::ConfirmAgain { at: again };
                self.due(now)
            }
            (Phase::Signing {} | Phase::Confirming {}, Lost::Unknown) => {
                self.doubt("no answer, and the request may have arrived", now);
                self.later(now)
            }
            (Phase::Polling {}, _) => self.later(now),
            _ => self.due(now),
        }
    }

    fn given(&mut self, answer: Answer, now: i64) -> Next {
        let (Phase::Gathering {}, Some(need)) = (&self.phase, self.vault.asked) else {
            return self.due(now);
        };
        self.vault.asked = None;
        match answer {
            Answer::Given(secret) if !secret.expose().is_empty() => {
                self.vault.put(need, secret);
                self.gather(now)
            }
            _ => {
                let message = format!("{} is needed and was not given", need.words());
                self.fail(self.failed(self.system.sign(), message).fault(Fault::Caller))
            }
        }
    }

    fn cancelled(&mut self, now: i64) -> Next {
        let system = self.system.system();
        let failure = |call| Failure::new(system, call, "cancelled").fault(Fault::Caller);
        let failure = match self.phase {
            Phase::Gathering {} | Phase::SignAgain { .. } => failure(self.system.sign()),
            Phase::ConfirmAgain { .. } => failure(CONFIRM_TH),
            Phase::Signing {} | Phase::Confirming {} | Phase::Waiting { .. } | Phase::Polling {} => {
                if matches!(self.phase, Phase::Signing {} | Phase::Confirming {}) {
                    self.doubt("cancelled while the request was under way", now);
                }
                failure(STATUS).retry(Retry::Poll).outcome(Outcome::Unknown)
            }
            _ => return self.due(now),
        };
        self.fail(failure)
    }

    /// Asks for the first secret that is missing; with all of them, sends `sign`.
    pub(super) fn gather(&mut self, now: i64) -> Next {
        if self.expires_at.is_some() && self.is_over(now) {
            return self.fail(self.failed(self.system.sign(), "the service was not reached in time"));
        }
        self.phase = Phase::Gathering {};
        if let Some(need) = self.missing() {
            self.vault.asked = Some(need);
            return self.ask(need);
        }
        let patience = i64::from(self.patience_seconds).saturating_mul(1000);
        self.expires_at.get_or_insert(now.saturating_add(patience));
        match self.sign_request(now) {
            Some(request) => {
                self.phase = Phase::Signing {};
                Action::Send(request)
            }
            None => self.due(now),
        }
    }

    /// `sign` was refused for certain: it may go out once more, with another code.
    pub(super) fn begin_again(&mut self, now: i64) -> Next {
        self.expires_at = None;
        self.gather(now)
    }

    /// The code last, so that it is fresh when it is sent.
    fn missing(&self) -> Option<Need> {
        let needs: &[Need] = match self.system {
            Way::Phone => &[Need::ServicePassword],
            Way::Code => &[Need::ServicePassword, Need::UserPassword, Need::Otp],
        };
        needs.iter().copied().find(|need| !self.vault.has(*need))
    }

    /// Confirms with the SAD, while it lives.
    pub(super) fn confirm(&mut self, now: i64) -> Next {
        if self.sad_expires_at.is_some_and(|at| now >= at) {
            let message = "the SAD expired before the service was reached";
            return self.fail(self.failed(CONFIRM_TH, message));
        }
        match self.confirm_request() {
            Some(request) => {
                self.phase = Phase::Confirming {};
                Action::Send(request)
            }
            // After a resume. It was never sent, so that nothing was signed.
            None => self.fail(self.failed(CONFIRM_TH, "the SAD is not kept over a restart")),
        }
    }

    /// Asks what became of it.
    pub(super) fn poll(&mut self, now: i64) -> Next {
        self.polled_at = Some(now);
        self.phase = Phase::Polling {};
        Action::Send(self.status_request())
    }

    /// Nothing is known yet: waits for the next poll, or gives up when the last was after the end.
    pub(super) fn later(&mut self, now: i64) -> Next {
        if self.polled_at.is_some_and(|polled| polled >= self.end()) {
            let message = "the signer did not confirm in time, or the service does not tell";
            let failure = self
                .concern
                .clone()
                .unwrap_or_else(|| self.failed(STATUS, message).retry(Retry::Poll).outcome(Outcome::Unknown));
            let beyond = self.is_beyond_confirming();
            return self.fail(if beyond { failure.retry(Retry::NewTransaction) } else { failure });
        }
        self.phase = Phase::Waiting { at: now.saturating_add(self.pause()).min(self.end().max(now)) };
        self.due(now)
    }

    /// A request that may cost a signature was sent, and may have been acted on: from now on it is only
    /// asked what became of it.
    fn doubt(&mut self, message: &str, now: i64) {
        let call = if self.phase == (Phase::Confirming {}) { CONFIRM_TH } else { self.system.sign() };
        self.doubt_as(self.failed(call, message), now);
    }

    pub(super) fn doubt_as(&mut self, failure: Failure, now: i64) {
        // With a confirmation under way the service has the transaction for certain.
        let retry = if self.acknowledged { Retry::Poll } else { Retry::NewTransaction };
        self.concern = Some(failure.retry(retry).outcome(Outcome::Unknown));
        let until = now.saturating_add(GRACE);
        self.doubt_until = Some(until);
        // Without the SAD nobody can confirm what a code opened.
        if self.system == Way::Code && !self.acknowledged {
            self.expires_at = Some(self.end().min(until));
        }
    }

    /// The service has the transaction.
    pub(super) fn acknowledge(&mut self) {
        if self.system == Way::Phone || self.vault.sad.is_some() || self.sad_expires_at.is_some() {
            self.concern = None;
        }
        self.acknowledged = true;
    }

    /// A poll met trouble that may pass: told in the end, unless something graver is.
    pub(super) fn worry(&mut self, failure: Failure) {
        if self.concern.as_ref().is_none_or(|concern| concern.call == STATUS) {
            self.concern = Some(failure.retry(Retry::Poll).outcome(Outcome::Unknown));
        }
    }

    /// Whether a service that does not know the transaction may yet get to know it.
    pub(super) fn may_arrive(&self, now: i64) -> bool {
        !self.acknowledged && self.doubt_until.is_some_and(|until| now < until) && !self.is_over(now)
    }

    /// The SAD and how long it lives, in seconds.
    pub(super) fn keep_sad(&mut self, sad: Secret, seconds: i64, now: i64) {
        self.vault.sad = Some(sad);
        self.sad_expires_at = Some(now.saturating_add(seconds.saturating_mul(1000)));
    }

    /// A failure of a call.
    pub(super) fn failed(&self, call: &'static str, message: impl Into<String>) -> Failure {
        Failure::new(self.system.system(), call, message)
    }

    pub(super) fn fail(&mut self, failure: Failure) -> Next {
        self.vault.clear();
        self.phase = Phase::Failed { failure };
        self.due(0)
    }

    pub(super) fn end_as(&mut self, phase: Phase) -> Next {
        self.vault.clear();
        self.concern = None;
        self.phase = phase;
        self.due(0)
    }

    /// The action that is due.
    pub(super) fn due(&self, now: i64) -> Next {
        match &self.phase {
            Phase::Gathering {} => {
                self.ask(self.vault.asked.or_else(|| self.missing()).unwrap_or(Need::ServicePassword))
            }
            Phase::SignAgain { at } | Phase::ConfirmAgain { at } | Phase::Waiting { at } => self.wait(*at),
            // Not sent again: its answer is waited for.
            Phase::Signing {} | Phase::Confirming {} => self.wait(now.saturating_add(self.pause())),
            Phase::Polling {} => Action::Send(self.status_request()),
            Phase::Signed { values } => {
                Action::Done(self.items.outcomes_by_id(|id| values.get(id).map(String::as_str)))
            }
            Phase::Rejected { code, message } => {
                let outcome = |document: &str| DocumentOutcome {
                    document: document.to_owned(),
                    result: DocumentResult::Rejected { code: Some(code.clone()), message: message.clone() },
                };
                Action::Done(self.items.iter().map(|item| outcome(&item.document)).collect())
            }
            Phase::Failed { failure } => Action::Failed(failure.clone()),
        }
    }

    /// With what the service said about the code or password before, which is never about its own.
    fn ask(&self, need: Need) -> Next {
        let message = self.told.clone().filter(|_| need != Need::ServicePassword);
        Action::NeedInput(Input { message, refused: self.refused.contains(&need), ..Input::new(need.kind()) })
    }

    fn wait(&self, poll_at: i64) -> Next {
        Action::Wait(Wait {
            poll_at: time(poll_at),
            expires_at: time(self.end().max(poll_at)),
            verification_code: None,
            message: Some(self.message()),
        })
    }

    /// What people compare with the phone: the service shows the documents' ids on it.
    fn message(&self) -> String {
        let named: Vec<&str> = self.items.iter().take(NAMED).map(|item| item.document.as_str()).collect();
        let more = self.items.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let documents = named.join(", ") + &more;
        match self.phase {
            Phase::Waiting { .. } if self.system == Way::Phone => {
                format!("confirm in the VNPT SmartCA app, which shows {documents}")
            }
            Phase::SignAgain { .. } | Phase::ConfirmAgain { .. } => {
                format!("the service was not reached; trying again with {documents}")
            }
            _ => format!("the service is asked what became of {documents}"),
        }
    }

    /// Whether the last poll was when nobody could confirm any longer what a code had opened: further ones
    /// would bring nothing else.
    fn is_beyond_confirming(&self) -> bool {
        let dead = self.sad_expires_at.map(|at| at.saturating_add(GRACE));
        self.system == Way::Code && dead.is_some_and(|dead| self.polled_at.is_some_and(|at| at >= dead))
    }

    fn end(&self) -> i64 {
        self.expires_at.unwrap_or(i64::MAX)
    }

    fn is_over(&self, now: i64) -> bool {
        now >= self.end()
    }

    fn pause(&self) -> i64 {
        i64::from(self.poll_seconds.max(1)).saturating_mul(1000)
    }
}

/// A time of milliseconds since 1970; what no calendar has is its end.
pub(super) fn time(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Whether a text can be a transaction's id.
pub(super) fn is_transaction_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
