//! Signing a batch: login, `credentials/info`, authorisation, `signHash` or `signDoc`, polling.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::algorithm::pss_params;
use super::authorization::Given;
use super::calls::{
    AUTHORIZE_CHECK, CREDENTIALS_AUTHORIZE, CREDENTIALS_INFO, EXTEND_TRANSACTION, SIGN_DOC, SIGN_HASH,
    SIGN_POLLING, read,
};
use super::error::{Refusal, SYSTEM};
use super::learned::{Learned, Wanted};
use super::oauth::Authorization;
use super::service::{Dialect, Login, Service};
use super::session::Session;
use super::waiting::Waiting;
use super::wire;
use crate::algorithm::SignatureAlgorithm;
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::remote::items::Items;
use crate::remote::{
    Action, BeginError, Credential, DocumentOutcome, Event, Failure, Flow, HttpResponse, Lost, Outcome,
    Retry, Secret, Terms,
};
use crate::request::{ServiceKind, SigningRequest};

/// Documents of one batch, at most. What one authorisation may be for is the service's to say.
const MOST_DOCUMENTS: usize = 10_000;

/// Signing a batch of documents with one credential.
///
/// Raw values come from `signatures/signHash`; documents that were prepared for a whole CMS go to
/// `signatures/signDoc` (version 2). A batch larger than the credential's `multisign` is authorised part by
/// part. What is stored holds no secret: after a resume the login and the authorisation are done again, and
/// documents that have their values are not signed again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    pub(super) session: Session,
    pub(super) credential_id: String,
    preferred: Option<String>,
    scal: Option<u8>,
    pub(super) items: Items,
    pub(super) is_cms: bool,
    pss_params: Option<String>,
    pub(super) transaction_id: String,
    pub(super) description: Option<String>,
    pub(super) patience_seconds: u32,
    pub(super) poll_seconds: u32,
    pub(super) learned: Option<Learned>,
    /// Values in base64 as they came, of the first so many documents.
    pub(super) values: Vec<String>,
    /// The documents before this one are in the present authorisation.
    pub(super) authorized_until: usize,
    /// The request to sign the documents up to this one is under way: it is never sent twice.
    signing_until: Option<usize>,
    /// The authorisation that the signer has not answered.
    pub(super) handle: Option<String>,
    /// The asynchronous result that is polled for, and the document up to which it goes.
    polled: Option<Polled>,
    pub(super) waiting: Option<Waiting>,
    pub(super) wrong: u8,
    /// The PIN was among what was refused last, and no other has been accepted since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) pin_refused: bool,
    end: Option<End>,
    #[serde(skip)]
    pub(super) vault: Vault,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Polled {
    response_id: String,
    until: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum End {
    Done,
    /// Some documents got their values before it failed, or others were not sent yet.
    Partly(Failure),
    Failed(Failure),
}

/// What is never stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Vault {
    pub(super) sad: Option<Secret>,
    /// The SAD holds for the call that begins with this document.
    pub(super) sad_for: usize,
    pub(super) given: Vec<Given>,
    pub(super) complaint: Option<String>,
    pub(super) authorization: Option<Authorization>,
    pub(super) code: Option<Secret>,
    pub(super) pending: Option<Pending>,
    /// Time is over, and the last question was asked.
    asked_last: bool,
}

/// What is being waited for, apart from the login and from the signing itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pending {
    Inspect,
    Challenge(usize),
    AskFactor(usize),
    AskRedirect,
    Exchange,
    Authorize,
    Check,
    Extend,
    Poll,
}

impl Signing {
    /// Begins with a batch: all of it raw, or all of it for a whole CMS.
    ///
    /// `entropy` is for the browser authorisations of OAuth 2.0; use fresh bytes for every transaction.
    ///
    /// # Errors
    /// [`BeginError`]: no documents, documents that do not go together, a credential without id, a service
    /// without what the batch needs.
    pub fn begin(
        service: &Service,
        credential: &Credential,
        requests: &[SigningRequest],
        terms: &Terms,
        entropy: &Entropy,
    ) -> Result<Self, BeginError> {
        let incomplete = |what| BeginError::Incomplete { system: SYSTEM, what };
        let is_v1 = service.dialect == Dialect::V1;
        let is_cms = !is_v1 && requests.first().is_some_and(|request| request.kind() == ServiceKind::Cms);
        let kind = if is_cms { ServiceKind::Cms } else { ServiceKind::Raw };
        let algorithms =
            [SignatureAlgorithm::RsaPkcs1, SignatureAlgorithm::RsaPss, SignatureAlgorithm::Ecdsa];
        let items = Items::new(SYSTEM, kind, &algorithms, MOST_DOCUMENTS, requests)?;
        let credential_id = credential.credential_id.clone().filter(|id| !id.is_empty());
        if service.login == Login::Basic && credential.user_id.is_empty() {
            return Err(incomplete("the user's name for auth/login"));
        }
        if is_v1 && service.asynchronous {
            return Err(incomplete("version 2 of the API for asynchronous signing"));
        }
        Ok(Self {
            session: Session::new(service, &credential.user_id, entropy),
            credential_id: credential_id.ok_or_else(|| incomplete("a credential id"))?,
            preferred: credential.auth_mode.clone(),
            scal: credential.scal,
            items,
            is_cms,
            pss_params: requests.first().and_then(|request| pss_params(request.suite())),
            transaction_id: terms.transaction_id.clone(),
            description: terms.description.clone(),
            patience_seconds: terms.patience_seconds,
            poll_seconds: terms.poll_seconds,
            learned: None,
            values: Vec::new(),
            authorized_until: 0,
            signing_until: None,
            handle: None,
            polled: None,
            waiting: None,
            wrong: 0,
            pin_refused: false,
            end: None,
            vault: Vault::default(),
        })
    }

    /// Fresh entropy after a resume: what was given to [`Signing::begin`] is not stored. Only OAuth 2.0 in
    /// a browser needs it.
    pub fn set_entropy(&mut self, entropy: &Entropy) {
        self.session.set_entropy(entropy);
    }

    /// What is due now.
    fn advance(&mut self, now: DateTime<Utc>) -> Action<Vec<DocumentOutcome>> {
        self.vault.pending = None;
        match self.next(now) {
            Ok(action) => action,
            Err(failure) => self.fail(failure),
        }
    }

    fn next(&mut self, now: DateTime<Utc>) -> Result<Action<Vec<DocumentOutcome>>, Failure> {
        if let Some(end) = &self.end {
            return Ok(self.ended(end));
        }
        if self.signing_until.is_some() {
            // Only the answer to the request that is under way can say more.
            let mut waiting = Waiting::begin(now, self.patience_seconds);
            waiting.ask_at(now, self.poll_seconds);
            return Ok(Action::Wait(waiting.wait("the answer to the signing request is awaited")));
        }
        if self.values.len() >= self.items.len() {
            self.end = Some(End::Done);
            return Ok(Action::Done(self.items.outcomes_so_far(&self.values)));
        }
        if self.handle.is_some() || self.polled.is_some() {
            let patience = self.patience_seconds;
            let waiting = *self.waiting.get_or_insert_with(|| Waiting::begin(now, patience));
            if now.timestamp() < waiting.poll_at {
                return Ok(Action::Wait(waiting.wait("the service has not answered yet")));
            }
            if waiting.is_over(now) && self.vault.asked_last {
                return Err(self.expired());
            }
        }
        if let Some(due) = self.session.due() {
            return due.action();
        }
        if let Some(polled) = self.polled.clone() {
            self.vault.asked_last = self.waiting.is_some_and(|waiting| waiting.is_over(now));
            self.vault.pending = Some(Pending::Poll);
            return Ok(Action::Send(self.poll_request(&polled.response_id)));
        }
        let Some(learned) = self.learned.clone() else {
            self.vault.pending = Some(Pending::Inspect);
            return Ok(Action::Send(self.inspect_request()));
        };
        if let Some(handle) = self.handle.clone() {
            self.vault.asked_last = self.waiting.is_some_and(|waiting| waiting.is_over(now));
            self.vault.pending = Some(Pending::Check);
            return Ok(Action::Send(self.check_request(&handle)));
        }
        let start = self.values.len();
        let Some(sad) = self.vault.sad.clone().filter(|_| self.authorized_until > start) else {
            return self.due_authorization(&learned).action();
        };
        let until = self.call_end();
        if self.vault.sad_for != start {
            self.vault.pending = Some(Pending::Extend);
            return Ok(Action::Send(self.extend_request(start, until, &sad)));
        }
        self.signing_until = Some(until);
        Ok(Action::Send(self.sign_request(&learned, until, sad)))
    }

    /// The document before which the next call ends.
    fn call_end(&self) -> usize {
        let most = self.session.service.hashes_per_call.unwrap_or(usize::MAX).max(1);
        self.values.len().saturating_add(most).min(self.authorized_until).min(self.items.len())
    }

    const fn sign_call(&self) -> &'static str {
        if self.is_cms { SIGN_DOC } else { SIGN_HASH }
    }

    fn expired(&self) -> Failure {
        let told = |call, what: &str| Failure::new(SYSTEM, call, format!("{what}, and the time is over"));
        if self.polled.is_some() {
            told(SIGN_POLLING, "the service has not signed yet").retry(Retry::Poll).outcome(Outcome::Unknown)
        } else {
            told(AUTHORIZE_CHECK, "the signer has not authorised the signature")
        }
    }

    fn unknown(&self, why: &str) -> Failure {
        let message = format!("{why}: whether it was signed is unknown");
        Failure::new(SYSTEM, self.sign_call(), message).outcome(Outcome::Unknown)
    }

    /// Ends it. What has its value already is not lost by what failed after it.
    pub(super) fn fail(&mut self, failure: Failure) -> Action<Vec<DocumentOutcome>> {
        let given = self.vault.given.iter().filter_map(Given::value);
        let secrets = given.chain(&self.vault.sad).chain(&self.vault.code);
        let failure = self.session.hide(failure.without(secrets));
        // What was not sent yet is not in doubt with the part that was under way.
        let is_parted = failure.outcome == Outcome::Unknown && self.call_end() < self.items.len();
        let is_whole = self.values.is_empty() && !is_parted;
        let end = if is_whole || failure.retry == Retry::Poll {
            End::Failed(failure)
        } else {
            End::Partly(failure)
        };
        self.vault = Vault::default();
        let action = self.ended(&end);
        self.end = Some(end);
        action
    }

    fn ended(&self, end: &End) -> Action<Vec<DocumentOutcome>> {
        match end {
            End::Done => Action::Done(self.items.outcomes_so_far(&self.values)),
            End::Partly(failure) => {
                Action::Done(self.items.outcomes_after(failure, &self.values, self.call_end()))
            }
            End::Failed(failure) => Action::Failed(failure.clone()),
        }
    }

    fn on_inspected(&mut self, response: &HttpResponse) -> Result<(), Failure> {
        let credential: wire::CredentialResponse = read(CREDENTIALS_INFO, response)?;
        self.session.worked();
        let wanted = Wanted {
            dialect: self.session.service.dialect,
            items: &self.items,
            pss_params: self.pss_params.as_deref(),
            preferred: self.preferred.as_deref(),
            scal: self.scal,
        };
        self.learned = Some(Learned::read(&wanted, &credential)?);
        Ok(())
    }

    /// The response to the signing request.
    fn on_signed(
        &mut self,
        until: usize,
        response: &HttpResponse,
        now: DateTime<Utc>,
    ) -> Result<(), Failure> {
        self.signing_until = None;
        let call = self.sign_call();
        if let Some(refusal) = Refusal::read(response) {
            let failure = refusal.failure(call, response);
            if refusal.leaves_open() {
                let message = format!("{}: whether it was signed is unknown", failure.message);
                let retry = if failure.retry == Retry::Never { Retry::NewTransaction } else { failure.retry };
                return Err(Failure { message, ..failure }.retry(retry).outcome(Outcome::Unknown));
            }
            return Err(failure);
        }
        self.session.worked();
        let reply: wire::SignedResponse = read(call, response).map_err(open)?;
        if let Some(values) = self.values_of(&reply) {
            return self.take(call, values, until, response);
        }
        match reply.response_id.filter(|id| !id.is_empty()) {
            Some(response_id) => {
                self.polled = Some(Polled { response_id, until });
                let mut waiting = Waiting::begin(now, self.patience_seconds);
                waiting.ask_at(now, self.poll_seconds);
                self.waiting = Some(waiting);
                self.vault.asked_last = false;
                Ok(())
            }
            None => Err(self.unknown("the response holds no signatures").response(response)),
        }
    }

    /// The list in a response that this batch is about; an empty one is none.
    fn values_of(&self, reply: &wire::SignedResponse) -> Option<Vec<String>> {
        let list = if self.is_cms { &reply.signature_object } else { &reply.signatures };
        list.clone().filter(|values| !values.is_empty())
    }

    fn take(
        &mut self,
        call: &'static str,
        values: Vec<String>,
        until: usize,
        response: &HttpResponse,
    ) -> Result<(), Failure> {
        let expected = until.saturating_sub(self.values.len());
        if values.len() != expected {
            let message =
                format!("{} signatures for {expected} hashes: nobody knows which is whose", values.len());
            let failure = Failure::new(SYSTEM, call, message).outcome(Outcome::Unknown);
            return Err(failure.response(response));
        }
        self.values.extend(values);
        (self.polled, self.waiting) = (None, None);
        self.session.forgive();
        Ok(())
    }

    fn on_polled(&mut self, response: &HttpResponse, now: DateTime<Utc>) -> Result<(), Failure> {
        let refusal = Refusal::read(response);
        let passing = refusal.as_ref().is_some_and(|refusal| refusal.is_passing() || refusal.status == 500);
        if let Some(refusal) = refusal.filter(|_| !passing) {
            return Err(refusal.failure(SIGN_POLLING, response).outcome(Outcome::Unknown));
        }
        if !passing {
            self.session.worked();
        }
        let reply: Option<wire::SignedResponse> = if passing { None } else { response.json().ok() };
        if let (Some(values), Some(polled)) = (reply.and_then(|reply| self.values_of(&reply)), &self.polled) {
            let until = polled.until;
            return self.take(SIGN_POLLING, values, until, response);
        }
        self.postpone(now);
        Ok(())
    }

    fn postpone(&mut self, now: DateTime<Utc>) {
        let pause = self.poll_seconds;
        if let Some(waiting) = &mut self.waiting {
            waiting.ask_at(now, pause);
        }
    }

    fn on_response(&mut self, response: &HttpResponse, now: DateTime<Utc>) -> Result<(), Failure> {
        if let Some(until) = self.signing_until {
            return self.on_signed(until, response, now);
        }
        if self.session.is_busy() {
            return self.session.on_response(response);
        }
        let Some(pending) = self.vault.pending else { return Ok(()) };
        // An expired token is renewed once; a code or PIN that went along with it is kept.
        let renewable = !matches!(pending, Pending::Exchange | Pending::AskFactor(_) | Pending::AskRedirect);
        if renewable && let Some(refusal) = Refusal::read(response).filter(|refusal| refusal.is_about_token())
        {
            return if self.session.renew() {
                Ok(())
            } else {
                Err(refusal.failure(call_of(pending), response))
            };
        }
        match pending {
            Pending::Inspect => self.on_inspected(response),
            Pending::Challenge(index) => self.on_challenge(index, response),
            Pending::Exchange => self.on_exchanged(response),
            Pending::Authorize => self.on_authorized(CREDENTIALS_AUTHORIZE, response, now),
            Pending::Check => {
                let passing = Refusal::read(response).is_some_and(|refusal| refusal.is_passing());
                if passing {
                    self.postpone(now);
                    return Ok(());
                }
                self.on_authorized(AUTHORIZE_CHECK, response, now)
            }
            Pending::Extend => self.on_extended(response),
            Pending::Poll => self.on_polled(response, now),
            Pending::AskFactor(_) | Pending::AskRedirect => Ok(()),
        }
    }

    fn on_lost(&mut self, lost: Lost, now: DateTime<Utc>) -> Result<(), Failure> {
        if self.signing_until.is_some() {
            if lost == Lost::Unknown {
                self.signing_until = None;
                return Err(self.unknown("the answer to the signing request was lost"));
            }
            self.signing_until = None;
            return self.session.setback(self.sign_call(), "no connection");
        }
        if self.session.is_busy() {
            return self.session.on_lost(lost);
        }
        match (self.vault.pending, lost) {
            (Some(Pending::Poll | Pending::Check), _) => {
                self.postpone(now);
                return Ok(());
            }
            (Some(Pending::Challenge(index)), Lost::Unknown) => self.challenge_lost(index),
            // It may have been used up: another one is asked for.
            (Some(Pending::Authorize), Lost::Unknown) => self.forget_codes(None),
            (Some(Pending::Exchange), Lost::Unknown) => {
                (self.vault.code, self.vault.authorization) = (None, None);
            }
            (Some(Pending::Extend), Lost::Unknown) => self.vault.sad = None,
            (Some(Pending::AskFactor(_) | Pending::AskRedirect) | None, _) => return Ok(()),
            (Some(_), _) => {}
        }
        let call = self.vault.pending.map_or(SYSTEM.name(), call_of);
        self.session.setback(call, "no answer")
    }

    fn on_continue(&mut self, now: DateTime<Utc>) -> Result<(), Failure> {
        if matches!(&self.end, Some(End::Failed(failure)) if failure.retry == Retry::Poll) {
            (self.end, self.waiting) = (None, None);
            self.vault.asked_last = false;
            return Ok(());
        }
        if self.end.is_some() {
            return Ok(());
        }
        let under_way = self.signing_until.is_some() || self.session.is_sending() || self.is_sending();
        if under_way { self.on_lost(Lost::Unknown, now) } else { Ok(()) }
    }

    const fn is_sending(&self) -> bool {
        !matches!(self.vault.pending, None | Some(Pending::AskFactor(_) | Pending::AskRedirect))
    }

    fn on_cancelled(&self) -> Failure {
        let failure = Failure::new(SYSTEM, self.sign_call(), "cancelled").fault(Fault::Caller);
        if self.polled.is_some() {
            failure.retry(Retry::Poll).outcome(Outcome::Unknown)
        } else if self.signing_until.is_some() {
            failure.outcome(Outcome::Unknown)
        } else {
            failure
        }
    }

    fn on_input(&mut self, answer: crate::remote::Answer) -> Result<(), Failure> {
        if self.signing_until.is_some() {
            return Ok(());
        }
        if self.session.is_busy() {
            return self.session.on_answer(answer).map(|_| ());
        }
        match self.vault.pending {
            Some(Pending::AskFactor(index)) => self.on_factor(index, answer),
            Some(Pending::AskRedirect) => self.on_redirect(answer),
            _ => Ok(()),
        }
    }
}

/// A response to a signing request that cannot be read leaves open what was done.
fn open(failure: Failure) -> Failure {
    failure.outcome(Outcome::Unknown)
}

const fn call_of(pending: Pending) -> &'static str {
    match pending {
        Pending::Inspect => CREDENTIALS_INFO,
        Pending::Challenge(_) => super::calls::GET_CHALLENGE,
        Pending::Exchange => super::calls::OAUTH2_TOKEN,
        Pending::AskRedirect => super::calls::OAUTH2_AUTHORIZE,
        Pending::AskFactor(_) | Pending::Authorize => CREDENTIALS_AUTHORIZE,
        Pending::Check => AUTHORIZE_CHECK,
        Pending::Extend => EXTEND_TRANSACTION,
        Pending::Poll => SIGN_POLLING,
    }
}

impl Flow for Signing {
    type Done = Vec<DocumentOutcome>;

    fn step(&mut self, event: Event, now: DateTime<Utc>) -> Action<Self::Done> {
        if self.end.is_some() && !matches!(event, Event::Continue) {
            return self.advance(now);
        }
        let result = match event {
            Event::Continue => self.on_continue(now),
            Event::Response(response) => self.on_response(&response, now),
            Event::Lost(lost) => self.on_lost(lost, now),
            Event::Input(answer) => self.on_input(answer),
            Event::Notified => {
                if let Some(waiting) = &mut self.waiting {
                    waiting.poll_at = now.timestamp().min(waiting.poll_at);
                }
                Ok(())
            }
            Event::Cancelled => Err(self.on_cancelled()),
        };
        match result {
            Ok(()) => self.advance(now),
            Err(failure) => self.fail(failure),
        }
    }

    fn to_json(&self) -> String {
        // Texts, numbers and lists: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn transaction_id(&self) -> Option<&str> {
        Some(&self.transaction_id)
    }
}
