//! Signing digests: login, `signing/hash`, and with a one-time code `signing/hash/authorize`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::calls::CallName;
use super::code::ResponseCode;
use super::hash::{AuthorizeHash, HashReply, SignHash, hash_names};
use super::reply::{self, Refusal, SYSTEM};
use super::service::{AuthMode, HashEncoding, Service};
use super::session::{LoginOutcome, Pace, Session, Tries, cancelled, declined, unreachable, without_polling};
use crate::algorithm::SignatureAlgorithm;
use crate::fault::Fault;
use crate::remote::call::Call as _;
use crate::remote::items::Items;
use crate::remote::{
    Action, Answer, BeginError, Credential, DocumentOutcome, Event, Failure, Flow, HttpResponse, InputKind,
    Lost, Outcome, Secret, Terms,
};
use crate::request::{ServiceKind, SigningRequest};

/// Signs the digests of documents.
///
/// With the passcode (`EXPLICIT/PIN`) the values come at once, for as many digests as
/// [`Service::most_hashes`] says. With a one-time code one transaction signs one document:
/// `signing/hash/authorize` returns one value.
///
/// Input: [`ServicePassword`](InputKind::ServicePassword), then [`Pin`](InputKind::Pin) or
/// [`Otp`](InputKind::Otp).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    service: Service,
    agreement_uuid: String,
    auth_mode: AuthMode,
    items: Items,
    pace: Pace,
    tries: Tries,
    stage: Stage,
    #[serde(skip)]
    session: Session,
    /// The passcode or the one-time code, until the service has taken it.
    #[serde(skip)]
    code: Option<Secret>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Stage {
    /// Nothing that costs anything was sent.
    Start,
    /// `signing/hash` is under way.
    HashSent,
    /// The signer has, or will get, a one-time code.
    CodeNeeded {
        bill_code: String,
    },
    /// `signing/hash/authorize` is under way.
    AuthorizeSent {
        bill_code: String,
    },
    /// The values, one for each document.
    Done {
        values: Vec<String>,
    },
    Failed {
        failure: Failure,
    },
}

impl Signing {
    /// Begins a transaction. Nothing is sent yet: the first step does that.
    ///
    /// # Errors
    /// [`BeginError`]: no agreement, another way of authorising than this interface has, algorithms other
    /// than RSASSA-PKCS1-v1_5 with SHA-256, SHA-384 or SHA-512, more documents than a transaction takes.
    pub fn begin(
        service: &Service,
        credential: &Credential,
        requests: &[SigningRequest],
        terms: &Terms,
    ) -> Result<Self, BeginError> {
        let (agreement_uuid, auth_mode) = who(credential)?;
        let most = match auth_mode {
            AuthMode::Pin => usize::try_from(service.most_hashes).unwrap_or(usize::MAX),
            AuthMode::OtpSms | AuthMode::OtpEmail => 1,
        };
        let algorithms = [SignatureAlgorithm::RsaPkcs1];
        let items = Items::new(SYSTEM, ServiceKind::Raw, &algorithms, most, requests)?;
        if items.digest_algorithm().and_then(hash_names).is_none() {
            let named = requests.first().map(|first| (first.document(), first.suite().to_string()));
            let (document, algorithm) = named.unwrap_or_default();
            return Err(BeginError::Algorithm { document: document.to_owned(), system: SYSTEM, algorithm });
        }
        Ok(Self {
            service: service.clone(),
            agreement_uuid,
            auth_mode,
            items,
            pace: Pace::new(terms),
            tries: Tries::default(),
            stage: Stage::Start,
            session: Session::default(),
            code: None,
        })
    }

    /// The service's number of the transaction, once it has told it.
    #[must_use]
    pub fn bill_code(&self) -> Option<&str> {
        match &self.stage {
            Stage::CodeNeeded { bill_code } | Stage::AuthorizeSent { bill_code } => Some(bill_code),
            _ => None,
        }
    }

    /// Takes in what happened.
    fn take(&mut self, event: Event, now: DateTime<Utc>) {
        match event {
            Event::Cancelled => self.cancel(),
            Event::Notified => {}
            Event::Input(answer) => self.answer(answer),
            Event::Response(response) => self.response(&response, now),
            Event::Lost(Lost::NotSent) => self.not_sent(now),
            Event::Lost(Lost::Unknown) | Event::Continue => self.lost(now),
        }
    }

    fn response(&mut self, response: &HttpResponse, now: DateTime<Utc>) {
        if self.session.is_under_way() {
            match self.session.answered(response) {
                LoginOutcome::In => {}
                LoginOutcome::Later => self.later(CallName::Login, now),
                LoginOutcome::Refused(failure) => self.fail(failure),
            }
            return;
        }
        match self.stage.clone() {
            Stage::HashSent => match reply::hear::<HashReply>(CallName::SignHash, response) {
                Ok(reply) => self.hash_answered(&reply, response),
                Err(refusal) => self.refused(*refusal, Stage::Start),
            },
            Stage::AuthorizeSent { bill_code } => {
                match reply::hear::<HashReply>(CallName::AuthorizeHash, response) {
                    Ok(reply) => match reply.values(self.items.len()) {
                        Some(values) => self.done(CallName::AuthorizeHash, values, response),
                        None => self.nothing_came(CallName::AuthorizeHash, &reply, response),
                    },
                    Err(refusal) => {
                        self.refused(*refusal, Stage::CodeNeeded { bill_code });
                    }
                }
            }
            _ => {}
        }
    }

    fn hash_answered(&mut self, reply: &HashReply, response: &HttpResponse) {
        if let Some(values) = reply.values(self.items.len()) {
            return self.done(CallName::SignHash, values, response);
        }
        match reply.common.bill_code.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
            Some(bill_code) if self.auth_mode != AuthMode::Pin => {
                self.code = None;
                self.stage = Stage::CodeNeeded { bill_code: bill_code.to_owned() };
            }
            _ => self.nothing_came(CallName::SignHash, reply, response),
        }
    }

    /// A code of success, and nothing that it stands for.
    fn nothing_came(&mut self, call: CallName, reply: &HashReply, response: &HttpResponse) {
        let mut failure = reply::coded_failure(call, response, &reply.common);
        failure.message = format!("{}, but neither a signature nor a billCode came", failure.message);
        self.fail(failure.outcome(Outcome::Unknown).fault(Fault::Signer));
    }

    fn done(&mut self, call: CallName, values: Vec<String>, response: &HttpResponse) {
        self.code = None;
        if values.len() == self.items.len() {
            self.stage = Stage::Done { values };
            return;
        }
        // Nobody knows which is whose, and they were made.
        let message = format!("{} values came back for {} documents", values.len(), self.items.len());
        let failure = Failure::new(SYSTEM, call.path(), message).response(response);
        self.fail(failure.outcome(Outcome::Unknown));
    }

    /// A call that the service did not do. `before` is the stage from which it can be made again.
    fn refused(&mut self, mut refusal: Refusal, before: Stage) {
        refusal.failure = self.session.hide(refusal.failure, self.code.as_ref());
        if refusal.wants_login() && self.session.renew() {
            self.stage = before;
        } else if refusal.code == Some(ResponseCode::InvalidAuthorizationCode)
            && self.tries.count(refusal.remaining, &refusal.failure.message)
        {
            self.code = None;
            self.stage = before;
        } else {
            self.fail(without_polling(refusal.failure));
        }
    }

    fn answer(&mut self, answer: Answer) {
        if self.session.is_under_way() {
            return;
        }
        let wants_password = self.session.wants_password();
        let wants_code = self.code.is_none()
            && match self.stage {
                Stage::Start => self.auth_mode == AuthMode::Pin,
                Stage::CodeNeeded { .. } => true,
                _ => false,
            };
        if !matches!(self.stage, Stage::Start | Stage::CodeNeeded { .. }) || !(wants_password || wants_code) {
            return;
        }
        match answer {
            Answer::Given(secret) if secret.expose().trim().is_empty() => {}
            Answer::Given(secret) if wants_password => self.session.give_password(secret),
            Answer::Given(secret) => {
                self.session.may_renew();
                self.code = Some(secret);
            }
            Answer::Declined => {
                let call = self.next_call();
                let code = (!wants_password).then_some(self.auth_mode);
                self.fail(declined(call, code));
            }
        }
    }

    fn not_sent(&mut self, now: DateTime<Utc>) {
        if self.session.is_under_way() {
            self.session.lost();
            return self.later(CallName::Login, now);
        }
        let (call, before) = match self.stage.clone() {
            Stage::HashSent => (CallName::SignHash, Stage::Start),
            Stage::AuthorizeSent { bill_code } => (CallName::AuthorizeHash, Stage::CodeNeeded { bill_code }),
            _ => return,
        };
        self.stage = before;
        self.later(call, now);
    }

    fn lost(&mut self, now: DateTime<Utc>) {
        if self.session.is_under_way() {
            self.session.lost();
            return self.later(CallName::Login, now);
        }
        let call = match self.stage {
            Stage::HashSent => CallName::SignHash,
            Stage::AuthorizeSent { .. } => CallName::AuthorizeHash,
            _ => return,
        };
        let message = "the answer got lost; what was signed, if anything, cannot be asked for";
        let failure = Failure::new(SYSTEM, call.path(), message).outcome(Outcome::Unknown);
        self.fail(failure.fault(Fault::Io));
    }

    fn cancel(&mut self) {
        let (call, outcome) = match self.stage {
            Stage::Done { .. } | Stage::Failed { .. } => return,
            Stage::HashSent => (CallName::SignHash, Outcome::Unknown),
            Stage::AuthorizeSent { .. } => (CallName::AuthorizeHash, Outcome::Unknown),
            Stage::Start | Stage::CodeNeeded { .. } => (self.next_call(), Outcome::Known),
        };
        self.fail(cancelled(call).outcome(outcome));
    }

    /// Tries again after a pause, while the caller is patient.
    fn later(&mut self, call: CallName, now: DateTime<Utc>) {
        if self.pace.is_over(now) {
            self.fail(unreachable(call));
        } else {
            self.pace.pause(now);
        }
    }

    const fn next_call(&self) -> CallName {
        match self.stage {
            _ if self.session.token().is_none() => CallName::Login,
            Stage::CodeNeeded { .. } | Stage::AuthorizeSent { .. } => CallName::AuthorizeHash,
            _ => CallName::SignHash,
        }
    }

    fn fail(&mut self, failure: Failure) {
        let failure = self.session.hide(failure, self.code.as_ref());
        self.code = None;
        self.session = Session::default();
        self.stage = Stage::Failed { failure };
    }

    /// What is to be done.
    fn due(&mut self, now: DateTime<Utc>) -> Action<Vec<DocumentOutcome>> {
        match &self.stage {
            Stage::Done { values } => {
                let outcomes = self.items.outcomes_by_index(values);
                // Another number only in a state that was tampered with.
                return Action::Done(outcomes.unwrap_or_else(|| self.items.outcomes_by_id(|_| None)));
            }
            Stage::Failed { failure } => return Action::Failed(failure.clone()),
            Stage::HashSent | Stage::AuthorizeSent { .. } => return self.pace.awaiting(now),
            Stage::Start | Stage::CodeNeeded { .. } => {}
        }
        if self.session.is_under_way() {
            return self.pace.awaiting(now);
        }
        if let Some(wait) = self.pace.waiting(now) {
            return wait;
        }
        if let Some(action) = self.session.due(&self.service) {
            return action;
        }
        match self.stage.clone() {
            Stage::CodeNeeded { bill_code } => match self.code.clone() {
                Some(authorize_code) => {
                    let call = AuthorizeHash {
                        agreement_uuid: self.agreement_uuid.clone(),
                        bill_code: bill_code.clone(),
                        authorize_code,
                    };
                    self.stage = Stage::AuthorizeSent { bill_code };
                    Action::Send(call.request(&self.service.base_url, self.session.token()))
                }
                None => {
                    let message = code_message(self.auth_mode, &bill_code);
                    Action::NeedInput(self.tries.input(InputKind::Otp, Some(message)))
                }
            },
            _ if self.auth_mode == AuthMode::Pin && self.code.is_none() => {
                Action::NeedInput(self.tries.input(InputKind::Pin, None))
            }
            _ => {
                let call = self.sign_hash();
                self.stage = Stage::HashSent;
                Action::Send(call.request(&self.service.base_url, self.session.token()))
            }
        }
    }

    fn sign_hash(&self) -> SignHash {
        let mut hashes: Vec<String> = match self.service.hash_encoding {
            HashEncoding::Hex => self.items.hex().map(str::to_owned).collect(),
            HashEncoding::Base64 => self.items.base64().collect(),
        };
        let (hash, hashs) = if hashes.len() == 1 { (hashes.pop(), Vec::new()) } else { (None, hashes) };
        // Without an algorithm only in a state that was tampered with; the service then refuses.
        let (hash_algorithm, mime_type) =
            self.items.digest_algorithm().and_then(hash_names).unwrap_or_default();
        SignHash {
            agreement_uuid: self.agreement_uuid.clone(),
            auth_mode: self.auth_mode.name().to_owned(),
            authorize_code: self.code.clone().filter(|_| self.auth_mode == AuthMode::Pin),
            encryption: Some("RSA".to_owned()),
            hash,
            hashs,
            hash_algorithm: hash_algorithm.to_owned(),
            mime_type: mime_type.to_owned(),
            signing_app: self.service.signing_app.clone(),
        }
    }
}

impl Flow for Signing {
    type Done = Vec<DocumentOutcome>;

    fn step(&mut self, event: Event, now: DateTime<Utc>) -> Action<Self::Done> {
        self.pace.start(now);
        self.take(event, now);
        self.due(now)
    }

    fn to_json(&self) -> String {
        // Strings and numbers only: there is nothing in it that could fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The agreement and the way of authorising.
pub(super) fn who(credential: &Credential) -> Result<(String, AuthMode), BeginError> {
    let incomplete = |what| BeginError::Incomplete { system: SYSTEM, what };
    let uuid = credential.agreement_uuid.as_deref().map(str::trim).filter(|uuid| !uuid.is_empty());
    let uuid = uuid.ok_or_else(|| incomplete("an agreementUUID"))?;
    let mode = match credential.auth_mode.as_deref() {
        None => AuthMode::default(),
        Some(name) => AuthMode::from_name(name).ok_or_else(|| {
            incomplete("an authMode of EXPLICIT/PIN, EXPLICIT/OTP-SMS or EXPLICIT/OTP-EMAIL")
        })?,
    };
    Ok((uuid.to_owned(), mode))
}

/// Where the code comes from.
pub(super) fn code_message(mode: AuthMode, bill_code: &str) -> String {
    let way = if mode == AuthMode::OtpSms { "SMS" } else { "e-mail" };
    format!("the code of transaction {bill_code} comes by {way}")
}
