//! What all conversations share: the login, and the time that they may take.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::calls::CallName;
use super::login::Login;
use super::reply;
use super::service::{AuthMode, Service};
use crate::fault::Fault;
use crate::remote::call::Call as _;
use crate::remote::{Action, Failure, HttpResponse, Input, InputKind, Retry, Secret, Terms, Wait};

/// The relying party's login. Nothing of it is stored: after a resume one logs in again.
#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    password: Option<Secret>,
    token: Option<Secret>,
    under_way: bool,
    /// Whether a token was refused since the last input or answer: a second time is the end.
    renewed: bool,
}

/// What an answer to the login means.
pub(super) enum LoginOutcome {
    In,
    Later,
    Refused(Failure),
}

impl Session {
    pub(super) const fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    pub(super) const fn is_under_way(&self) -> bool {
        self.under_way
    }

    /// The request got lost: it may be sent again.
    pub(super) const fn lost(&mut self) {
        self.under_way = false;
    }

    /// What must happen before there is a token.
    pub(super) fn due<D>(&mut self, service: &Service) -> Option<Action<D>> {
        if self.token.is_some() {
            return None;
        }
        let Some(password) = &self.password else {
            return Some(Action::NeedInput(Input::new(InputKind::ServicePassword)));
        };
        self.under_way = true;
        Some(Action::Send(Login::new(service, password).request(&service.base_url, None)))
    }

    /// Whether the password is what is asked for.
    pub(super) const fn wants_password(&self) -> bool {
        self.token.is_none() && self.password.is_none()
    }

    pub(super) fn give_password(&mut self, password: Secret) {
        self.password = Some(password);
        self.renewed = false;
    }

    /// Time has passed, which may have cost the token its life: another one may be asked for.
    pub(super) const fn may_renew(&mut self) {
        self.renewed = false;
    }

    pub(super) fn answered(&mut self, response: &HttpResponse) -> LoginOutcome {
        self.under_way = false;
        match (Login::read_token(response), response.status()) {
            (Ok(token), _) => {
                self.token = Some(token.token);
                LoginOutcome::In
            }
            (Err(_), 429 | 500..=599) => LoginOutcome::Later,
            (Err(failure), _) => LoginOutcome::Refused(failure),
        }
    }

    /// A failure without the secrets that the service may have repeated in it.
    pub(super) fn hide(&self, failure: Failure, code: Option<&Secret>) -> Failure {
        failure.without([self.password.as_ref(), self.token.as_ref(), code].into_iter().flatten())
    }

    /// Drops a token that was refused; says whether to log in again.
    pub(super) fn renew(&mut self) -> bool {
        self.token = None;
        !std::mem::replace(&mut self.renewed, true)
    }
}

impl Login {
    fn read_token(response: &HttpResponse) -> Result<super::login::Token, Failure> {
        Self { username: String::new(), password: Secret::new(""), rp_code: String::new() }.read(response)
    }
}

/// How long a conversation waits for the service. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pace {
    patience_seconds: u32,
    poll_seconds: u32,
    started: Option<i64>,
    #[serde(skip)]
    pause_until: Option<DateTime<Utc>>,
}

impl Pace {
    pub(super) const fn new(terms: &Terms) -> Self {
        Self {
            patience_seconds: terms.patience_seconds,
            poll_seconds: terms.poll_seconds,
            started: None,
            pause_until: None,
        }
    }

    pub(super) fn start(&mut self, now: DateTime<Utc>) {
        self.started.get_or_insert(now.timestamp());
    }

    fn expires_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let started = self.started.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).unwrap_or(now);
        later(started, self.patience_seconds)
    }

    pub(super) fn is_over(&self, now: DateTime<Utc>) -> bool {
        now >= self.expires_at(now)
    }

    /// Begins a pause: nothing is sent before its end, which is the expiry at the latest.
    pub(super) fn pause(&mut self, now: DateTime<Utc>) {
        let until = self.next_look(now).min(self.expires_at(now)).max(later(now, 1));
        self.pause_until = Some(until);
    }

    pub(super) const fn end_pause(&mut self) {
        self.pause_until = None;
    }

    /// The pause, while it lasts.
    pub(super) fn waiting<D>(&mut self, now: DateTime<Utc>) -> Option<Action<D>> {
        let poll_at = self.pause_until.filter(|until| now < *until);
        self.pause_until = poll_at;
        Some(self.wait_until(poll_at?, now, Some("the service is asked again in a moment")))
    }

    /// For the answer to a request that is under way.
    pub(super) fn awaiting<D>(&self, now: DateTime<Utc>) -> Action<D> {
        self.wait_until(self.next_look(now), now, None)
    }

    fn next_look(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        later(now, self.poll_seconds.max(1))
    }

    fn wait_until<D>(&self, poll_at: DateTime<Utc>, now: DateTime<Utc>, message: Option<&str>) -> Action<D> {
        let (expires_at, message) = (self.expires_at(now), message.map(str::to_owned));
        Action::Wait(Wait { poll_at, expires_at, verification_code: None, message })
    }
}

fn later(time: DateTime<Utc>, seconds: u32) -> DateTime<Utc> {
    time.checked_add_signed(TimeDelta::seconds(i64::from(seconds))).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The service could not be reached until the caller's patience ended; nothing was signed.
pub(super) fn unreachable(call: CallName) -> Failure {
    Failure::new(reply::SYSTEM, call.path(), "the service could not be reached in time").fault(Fault::Io)
}

/// What was asked for was declined: the code of this mode, or the relying party's password.
pub(super) fn declined(call: CallName, code: Option<AuthMode>) -> Failure {
    let what = match code {
        None => "the relying party's password",
        Some(AuthMode::Pin) => "the passcode",
        Some(AuthMode::OtpSms | AuthMode::OtpEmail) => "the one-time code",
    };
    Failure::declined(reply::SYSTEM, call.path(), what)
}

/// Whoever started it does not want it any longer, before anything was signed.
pub(super) fn cancelled(call: CallName) -> Failure {
    Failure::new(reply::SYSTEM, call.path(), "cancelled").fault(Fault::Caller)
}

/// Too many wrong codes, or none left.
pub(super) const MOST_WRONG: u32 = 5;

/// Wrong codes of one conversation, and what to say when the next one is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tries {
    wrong: u32,
    attempts_left: Option<u32>,
    message: Option<String>,
}

impl Tries {
    pub(super) fn input(&self, kind: InputKind, otherwise: Option<String>) -> Input {
        Input {
            kind,
            message: self.message.clone().or(otherwise),
            attempts_left: self.attempts_left,
            refused: self.wrong > 0,
        }
    }

    /// Counts one; says whether another may be given.
    pub(super) fn count(&mut self, remaining: Option<u32>, message: &str) -> bool {
        self.wrong = self.wrong.saturating_add(1);
        self.attempts_left = remaining;
        self.message = Some(message.to_owned());
        self.wrong < MOST_WRONG && remaining != Some(0)
    }
}

/// There is no asking what became of a call: another transaction, then.
pub(super) fn without_polling(failure: Failure) -> Failure {
    if failure.retry == Retry::Poll { failure.retry(Retry::NewTransaction) } else { failure }
}
