//! A signing transaction as a state machine.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::SYSTEM;
use super::dialogue::{Asked, Dialogue, Hashes};
use super::mode::Mode;
use super::service::{Dialect, Service};
use super::session::{Due, Progress, Session};
use super::stage::{Stage, call_of};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::fault::Fault;
use crate::remote::credential::{Credential, Terms};
use crate::remote::failure::{Failure, Outcome, Retry};
use crate::remote::flow::{Action, Answer, DocumentOutcome, Event, Flow, InputKind, Lost, Wait};
use crate::remote::items::{BeginError, Items};
use crate::remote::secret::Secret;
use crate::request::{ServiceKind, SigningRequest};

/// Documents that one transaction takes at most.
const MOST: usize = 1000;

/// What `credentials/info` told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    pub(super) mode: Mode,
    /// The digests go along with an authorisation.
    pub(super) binds: bool,
    /// Signatures of one authorisation, at most.
    pub(super) most: usize,
    /// Where a code goes to, as far as the signer needs to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) channel: Option<String>,
}

/// What is never stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Vault {
    pub(super) session: Session,
    pub(super) code: Option<Secret>,
    pub(super) sad: Option<Secret>,
    /// What is under way was sent from here, and not by a process that is gone.
    sent_from_here: bool,
}

impl Vault {
    /// All that must not be repeated.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        [&self.code, &self.sad].into_iter().flatten().chain(self.session.secrets())
    }
}

/// Documents being signed with a key of the service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    pub(super) service: Service,
    pub(super) credential: Credential,
    pub(super) items: Items,
    pub(super) transaction_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    patience_seconds: u32,
    pub(super) poll_seconds: u32,
    pub(super) stage: Stage,
    /// The request of the stage is under way.
    pub(super) under_way: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) known: Option<Known>,
    /// Which machine of the service the transaction is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) entity_name: Option<String>,
    /// The `billCode` or `responseID` that the next call goes on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) goes_on_from: Option<String>,
    /// The values so far, in base64, in the order of the documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) values: Vec<String>,
    /// Nothing is sent before this time: milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pause: Option<i64>,
    /// When the waiting for the signer ends: milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    /// Requests of this stage that brought nothing.
    pub(super) tries: u32,
    /// Codes that were wrong, and authorisations that got lost.
    pub(super) authorizations: u32,
    /// What was wrong with the last code, and how many may follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) complaint: Option<(String, Option<u32>)>,
    /// The signer's password was refused, and no other has been accepted since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    password_refused: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ending: Option<Failure>,
    #[serde(skip)]
    pub(super) vault: Vault,
}

impl Signing {
    /// A transaction for these documents. Nothing happens before the first
    /// [`step`](Flow::step) with [`Event::Continue`].
    ///
    /// The credential has a `user_id`, an `agreement_uuid`, or both, and a `credential_id`. Its `auth_mode`
    /// and `scal` go before what the service says.
    ///
    /// # Errors
    /// When the requests cannot go together to this service, or the credential lacks something.
    pub fn begin(
        service: &Service,
        credential: &Credential,
        requests: &[SigningRequest],
        terms: &Terms,
    ) -> Result<Self, BeginError> {
        let algorithms = [SignatureAlgorithm::RsaPkcs1, SignatureAlgorithm::Ecdsa];
        let items = Items::new(SYSTEM, ServiceKind::Raw, &algorithms, MOST, requests)?;
        let incomplete = |what| Err(BeginError::Incomplete { system: SYSTEM, what });
        if credential.user_id.is_empty() && credential.agreement_uuid.is_none() {
            return incomplete("the user id or the agreement UUID of the signer");
        }
        if credential.credential_id.as_deref().is_none_or(str::is_empty) {
            return incomplete("the credential's id: its thumbprint, certificateID or credentialID");
        }
        let mode = credential.auth_mode.as_deref().and_then(Mode::from_name);
        if mode == Some(Mode::Redirect) && service.oauth2.is_none() {
            return incomplete("the OAuth 2.0 endpoint of the service");
        }
        Ok(Self {
            service: service.clone(),
            credential: credential.clone(),
            items,
            transaction_id: terms.transaction_id.clone(),
            description: terms.description.clone(),
            patience_seconds: terms.patience_seconds,
            poll_seconds: terms.poll_seconds.max(1),
            stage: Stage::Info,
            under_way: false,
            known: None,
            entity_name: None,
            goes_on_from: None,
            values: Vec::new(),
            pause: None,
            expires_at: None,
            tries: 0,
            authorizations: 0,
            complaint: None,
            password_refused: false,
            ending: None,
            vault: Vault::default(),
        })
    }

    /// The documents of the authorisation that is next: from where, how many.
    pub(super) fn chunk(&self) -> usize {
        let most = self.known.as_ref().map_or(usize::MAX, |known| known.most.max(1));
        self.items.len().saturating_sub(self.values.len()).min(most)
    }

    pub(super) fn hashes(&self) -> Hashes {
        let digests = self.items.digests().skip(self.values.len()).take(self.chunk());
        // Both are known: a state with other words in it does not read as one.
        let digest = self.items.digest_algorithm().unwrap_or(DigestAlgorithm::Sha256);
        let signature = self.items.signature_algorithm().unwrap_or(SignatureAlgorithm::RsaPkcs1);
        Hashes::new(self.service.hash_encoding, digests, digest, signature)
    }

    pub(super) fn mode(&self) -> Option<Mode> {
        self.known.as_ref().map(|known| known.mode)
    }

    /// Where an authorisation begins.
    pub(super) fn first_of_authorization(&self) -> Stage {
        match self.mode() {
            None => Stage::Info,
            Some(Mode::Otp | Mode::OtpMobile) => Stage::SendOtp,
            Some(Mode::Pin | Mode::Redirect) => Stage::Code,
            Some(Mode::Phone) => Stage::Authorize,
        }
    }

    /// Goes to where an authorisation begins.
    pub(super) fn restart_authorization(&mut self) {
        self.goes_on_from = None;
        // A PIN stays what it is; a one-time code was for one time.
        if self.mode() == Some(Mode::Pin) && self.vault.code.is_some() {
            return self.go(Stage::Authorize);
        }
        self.vault.code = None;
        self.go(self.first_of_authorization());
    }

    pub(super) fn go(&mut self, stage: Stage) {
        self.stage = stage;
        (self.under_way, self.pause, self.tries) = (false, None, 0);
    }

    pub(super) fn is_on_phone(&self) -> bool {
        self.mode() == Some(Mode::Phone)
    }

    /// Waits a while before anything else is sent.
    pub(super) fn rest(&mut self, now: DateTime<Utc>) {
        let until = now + TimeDelta::seconds(i64::from(self.poll_seconds));
        self.pause = Some(until.timestamp_millis());
    }

    /// The waiting for the signer begins.
    pub(super) fn wait_for_signer(&mut self, stage: Stage, now: DateTime<Utc>) {
        if self.stage != stage {
            self.go(stage);
            let until = now + TimeDelta::seconds(i64::from(self.patience_seconds));
            self.expires_at = Some(until.timestamp_millis());
        }
        self.under_way = false;
        self.rest(now);
    }

    pub(super) fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|until| now.timestamp_millis() >= until)
    }

    /// The transaction ends like this, after the SAD has been taken back.
    pub(super) fn end(&mut self, ending: Option<&Failure>) {
        if self.ending.is_none()
            && let Some(failure) = ending
        {
            self.ending = Some(failure.clone().without(self.vault.secrets()));
        }
        let held = self.vault.sad.is_some();
        self.go(if held { Stage::Revoke } else { Stage::Ended });
        (self.vault.code, self.complaint) = (None, None);
    }

    pub(super) fn fail(&mut self, failure: &Failure) -> Option<Action<Vec<DocumentOutcome>>> {
        self.end(Some(failure));
        None
    }

    /// The service cannot be logged in to, or cannot be reached: without that nothing can be taken back.
    fn give_up(&mut self, failure: Failure) -> Option<Action<Vec<DocumentOutcome>>> {
        if self.stage == Stage::Collect {
            // The values may be there: whoever comes back later can still ask.
            self.rest_until_asked();
            return Some(Action::Failed(failure.retry(Retry::Poll).outcome(Outcome::Unknown)));
        }
        self.vault.sad = None;
        if self.stage == Stage::Revoke {
            self.go(Stage::Ended);
            return None;
        }
        self.fail(&failure)
    }

    /// Whoever comes back may poll at once.
    pub(super) fn rest_until_asked(&mut self) {
        (self.under_way, self.pause, self.tries) = (false, None, 0);
    }

    fn outcome(&self) -> Action<Vec<DocumentOutcome>> {
        let Some(ending) = &self.ending else {
            return match self.items.outcomes_by_index(&self.values) {
                Some(outcomes) => Action::Done(outcomes),
                None => Action::Failed(
                    Failure::new(SYSTEM, "signature/signHash", "the state has lost values")
                        .outcome(Outcome::Unknown),
                ),
            };
        };
        let is_parted = ending.outcome == Outcome::Unknown && self.chunk() < self.items.len();
        if self.values.is_empty() && !is_parted {
            return Action::Failed(ending.clone());
        }
        let until = self.values.len().saturating_add(self.chunk());
        Action::Done(self.items.outcomes_after(ending, &self.values, until))
    }

    fn wait(&self, until: DateTime<Utc>, now: DateTime<Utc>) -> Action<Vec<DocumentOutcome>> {
        let on_signer = matches!(self.stage, Stage::Confirm | Stage::Collect);
        let expires_at = self
            .expires_at
            .filter(|_| on_signer)
            .and_then(DateTime::from_timestamp_millis)
            .unwrap_or_else(|| now + TimeDelta::seconds(i64::from(self.patience_seconds)));
        Action::Wait(Wait {
            poll_at: until,
            expires_at,
            verification_code: self.verification_code().filter(|_| on_signer),
            message: (!on_signer).then(|| "the service is asked again in a moment".to_owned()),
        })
    }

    fn dialogue(&self) -> Dialogue<'_> {
        Dialogue {
            service: &self.service,
            credential: &self.credential,
            transaction_id: &self.transaction_id,
            goes_on_from: self.goes_on_from.as_deref(),
        }
    }

    fn poll_or_wait(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let until = DateTime::from_timestamp_millis(self.pause?)?;
        let last = self.expires_at.filter(|_| matches!(self.stage, Stage::Confirm | Stage::Collect));
        let until = match last.and_then(DateTime::from_timestamp_millis) {
            Some(last) => until.min(last),
            None => until,
        };
        (now < until).then_some(until)
    }

    /// What has to happen now.
    fn due(&mut self, now: DateTime<Utc>) -> Action<Vec<DocumentOutcome>> {
        if self.stage == Stage::Ended {
            return self.outcome();
        }
        if self.under_way && !self.is_repeatable() {
            // Somebody meddles while a request is out that must not be made twice.
            return self.wait(now + TimeDelta::seconds(i64::from(self.poll_seconds)), now);
        }
        if let Some(until) = self.poll_or_wait(now) {
            return self.wait(until, now);
        }
        // What only the vault held is gone after a resume.
        match self.stage {
            Stage::Sign | Stage::Extend if self.vault.sad.is_none() => self.restart_authorization(),
            Stage::Revoke if self.vault.sad.is_none() => {
                self.go(Stage::Ended);
                return self.outcome();
            }
            _ => {}
        }
        let needs_code = !matches!(self.mode(), None | Some(Mode::Phone));
        if self.stage == Stage::Authorize && needs_code && self.vault.code.is_none() {
            self.go(Stage::Code);
        }
        if self.stage == Stage::Code {
            return Action::NeedInput(self.code_input());
        }
        let mut session = std::mem::take(&mut self.vault.session);
        let due = session.due(&self.dialogue(), now);
        self.vault.session = session;
        match due {
            Due::Input(mut input) => {
                // The session that knows it may be of a process before this one.
                input.refused |= self.password_refused && matches!(input.kind, InputKind::UserPassword);
                Action::NeedInput(input)
            }
            Due::Send(request) => Action::Send(request),
            Due::Ready(token) => {
                let request = self.request(&token);
                self.under_way = true;
                self.vault.sent_from_here = true;
                Action::Send(request)
            }
        }
    }

    fn is_repeatable(&self) -> bool {
        matches!(self.stage, Stage::Info | Stage::Confirm | Stage::Collect | Stage::Revoke)
    }

    fn request(&self, token: &Secret) -> crate::remote::http::HttpRequest {
        let (dialogue, token) = (self.dialogue(), Some(token));
        let nothing = Secret::new("");
        let sad = self.vault.sad.as_ref().unwrap_or(&nothing);
        let entity = self.entity_name.as_deref();
        let asked = Asked {
            code: self.vault.code.as_ref(),
            on_phone: self.is_on_phone(),
            binds: self.known.as_ref().is_none_or(|known| known.binds),
            description: self.description.as_deref(),
            patience: self.patience_seconds,
        };
        match self.stage {
            Stage::Info | Stage::Code | Stage::Ended => dialogue.info(token),
            Stage::SendOtp => dialogue.send_otp(token),
            Stage::Authorize => dialogue.authorize(token, &self.hashes(), &asked),
            Stage::Confirm if self.service.dialect == Dialect::V1 => {
                dialogue.authorize(token, &self.hashes(), &asked).repeatable()
            }
            Stage::Confirm | Stage::Collect => dialogue.poll(token),
            Stage::Extend => dialogue.extend(token, sad, &self.hashes(), entity),
            Stage::Sign => dialogue.sign(token, sad, &self.hashes(), entity),
            Stage::Revoke => dialogue.revoke(token, 2, sad),
        }
    }

    /// The request that is under way brought no answer.
    fn lost(&mut self, lost: Lost, now: DateTime<Utc>) -> Option<Action<Vec<DocumentOutcome>>> {
        if self.vault.session.is_under_way() {
            let progress = self.vault.session.lost();
            return self.progressed(progress, now);
        }
        if !self.under_way {
            return None;
        }
        self.under_way = false;
        match (self.stage, lost) {
            (Stage::Revoke, _) => {
                self.vault.sad = None;
                self.go(Stage::Ended);
                None
            }
            (Stage::Confirm | Stage::Collect, _) => self.still_pending(now),
            (Stage::Sign, Lost::Unknown) => {
                let failure = super::response::unreachable("signature/signHash", Outcome::Unknown);
                self.fail(&failure)
            }
            (Stage::Authorize, Lost::Unknown) => {
                // Nothing was signed, but a one-time code is used up, or the phone has rung.
                self.authorize_again("credentials/authorize", now)
            }
            (stage, _) => {
                self.tries = self.tries.saturating_add(1);
                if self.tries > super::ATTEMPTS {
                    let failure = super::response::unreachable(call_of(stage), Outcome::Known);
                    return self.fail(&failure);
                }
                self.rest(now);
                None
            }
        }
    }

    /// Another authorisation, unless there have been too many.
    pub(super) fn authorize_again(
        &mut self,
        call: &'static str,
        now: DateTime<Utc>,
    ) -> Option<Action<Vec<DocumentOutcome>>> {
        self.authorizations = self.authorizations.saturating_add(1);
        if self.authorizations >= super::ATTEMPTS {
            let failure = super::response::unreachable(call, Outcome::Known);
            return self.fail(&failure);
        }
        self.restart_authorization();
        self.rest(now);
        None
    }

    /// The phone, or the service, is not ready.
    pub(super) fn still_pending(&mut self, now: DateTime<Utc>) -> Option<Action<Vec<DocumentOutcome>>> {
        self.under_way = false;
        if !self.is_expired(now) {
            self.rest(now);
            return None;
        }
        let (call, message) = match self.stage {
            Stage::Collect => ("signatures/signPolling", "no values until the time was over"),
            _ => ("credentials/authorize", "the signer did not confirm in time"),
        };
        let failure = Failure::new(SYSTEM, call, message);
        if self.stage == Stage::Collect {
            self.rest_until_asked();
            return Some(Action::Failed(failure.retry(Retry::Poll).outcome(Outcome::Unknown)));
        }
        self.fail(&failure)
    }

    pub(super) fn progressed(
        &mut self,
        progress: Progress,
        now: DateTime<Utc>,
    ) -> Option<Action<Vec<DocumentOutcome>>> {
        match progress {
            Progress::On => None,
            Progress::Later => {
                self.rest(now);
                None
            }
            Progress::Failed(failure) => self.give_up(failure),
        }
    }

    fn answered(&mut self, answer: Answer, now: DateTime<Utc>) -> Option<Action<Vec<DocumentOutcome>>> {
        let asking = self.vault.session.is_asking();
        let code = self.stage == Stage::Code && !asking && self.poll_or_wait(now).is_none();
        match answer {
            _ if !asking && !code => None,
            Answer::Declined if asking => {
                let failure = Failure::declined(SYSTEM, "auth/login", "a secret of the login");
                self.give_up(failure)
            }
            Answer::Declined => {
                self.fail(&Failure::declined(SYSTEM, "credentials/authorize", "the signer's code"))
            }
            Answer::Given(secret) if asking => {
                self.vault.session.answer(secret, now);
                None
            }
            Answer::Given(address) if self.mode() == Some(Mode::Redirect) => {
                match self.redirected(&address) {
                    Some(code) => {
                        self.vault.code = Some(code);
                        self.go(Stage::Authorize);
                        None
                    }
                    None => {
                        let message = "the address has no code, or is of another transaction";
                        let failure =
                            Failure::new(SYSTEM, "credentials/authorize", message).fault(Fault::Caller);
                        self.fail(&failure)
                    }
                }
            }
            Answer::Given(secret) => {
                self.vault.code = Some(secret);
                self.go(Stage::Authorize);
                None
            }
        }
    }

    fn cancelled(&mut self) -> Option<Action<Vec<DocumentOutcome>>> {
        if matches!(self.stage, Stage::Revoke | Stage::Ended) {
            return None;
        }
        let signing = self.stage == Stage::Collect || (self.stage == Stage::Sign && self.under_way);
        let outcome = if signing { Outcome::Unknown } else { Outcome::Known };
        let failure =
            Failure::new(SYSTEM, call_of(self.stage), "cancelled").fault(Fault::Caller).outcome(outcome);
        self.fail(&failure)
    }
}

impl Flow for Signing {
    type Done = Vec<DocumentOutcome>;

    fn step(&mut self, event: Event, now: DateTime<Utc>) -> Action<Self::Done> {
        let is_own = self.vault.sent_from_here || self.vault.session.is_under_way();
        let event = match event {
            // Nobody can know it of a request that another process sent before this was stored.
            Event::Lost(Lost::NotSent) | Event::Response(_) if self.under_way && !is_own => Event::Continue,
            event => event,
        };
        let at_once = match event {
            Event::Continue => self.lost(Lost::Unknown, now),
            Event::Lost(lost) => self.lost(lost, now),
            Event::Response(response) if self.vault.session.is_under_way() => {
                let progress = self.vault.session.response(&response, now);
                match self.vault.session.token(now) {
                    Some(_) => self.password_refused = false,
                    None => self.password_refused |= self.vault.session.has_refused_password(),
                }
                self.progressed(progress, now)
            }
            Event::Response(response) if self.under_way => self.response(&response, now),
            Event::Response(_) => None,
            Event::Input(answer) => self.answered(answer, now),
            Event::Notified => {
                if matches!(self.stage, Stage::Confirm | Stage::Collect) && !self.under_way {
                    self.pause = None;
                }
                None
            }
            Event::Cancelled => self.cancelled(),
        };
        at_once.unwrap_or_else(|| self.due(now))
    }

    fn to_json(&self) -> String {
        // Text keys, strings and numbers: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn transaction_id(&self) -> Option<&str> {
        Some(&self.transaction_id)
    }
}
