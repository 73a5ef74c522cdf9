//! Logging in: which secrets are asked for, which requests are made, until there is an access token.
//!
//! All of it is gone after a resume: the secrets are asked for again.

use chrono::{DateTime, TimeDelta, Utc};

use super::dialogue::Dialogue;
use super::response::{self, Verdict};
use super::ssl2::{self, Ssl2};
use super::{ATTEMPTS, cut};
use crate::remote::failure::{Failure, Outcome};
use crate::remote::flow::{Input, InputKind};
use crate::remote::http::{HttpRequest, HttpResponse};
use crate::remote::secret::Secret;

/// A timestamp this old is made anew before it is signed, in milliseconds.
const STALE: i64 = 60_000;

/// What a session needs before there is a token.
#[derive(Clone, Debug)]
pub(super) enum Due {
    Input(Input),
    Send(HttpRequest),
    Ready(Secret),
}

/// What came of a response.
#[derive(Debug)]
pub(super) enum Progress {
    /// Go on at once: a token is there, or something else must be asked.
    On,
    /// Try again after a while.
    Later,
    Failed(Failure),
}

/// What a login needs, in the order in which it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needed {
    Password,
    Signature,
    UserPassword,
    Pkcs1Signature,
}

/// A login that is under way or has been made.
#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    password: Option<Secret>,
    signature: Option<Secret>,
    user_password: Option<Secret>,
    /// Milliseconds since 1970.
    timestamp: i64,
    pkcs1_signature: Option<Secret>,
    access: Option<(Secret, DateTime<Utc>)>,
    refresh: Option<Secret>,
    asked: Option<Needed>,
    under_way: bool,
    /// The request under way carries the refresh token.
    refreshing: bool,
    /// Tokens that were refused since something last went well.
    refused: u32,
    /// Requests without an answer since something last went well.
    lost: u32,
    /// Passwords of the signer that were wrong.
    wrong: u32,
    /// What was wrong with the last password, and how many may follow.
    complaint: Option<(String, u32)>,
}

impl Session {
    /// A request of the login is under way.
    pub(super) const fn is_under_way(&self) -> bool {
        self.under_way
    }

    /// Something was asked and not yet answered.
    pub(super) const fn is_asking(&self) -> bool {
        self.asked.is_some()
    }

    /// The signer's password was refused, and no other has been accepted since.
    pub(super) const fn has_refused_password(&self) -> bool {
        self.complaint.is_some()
    }

    /// All that must not be repeated.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let access = self.access.as_ref().map(|(token, _)| token);
        let given =
            [&self.password, &self.signature, &self.user_password, &self.pkcs1_signature, &self.refresh];
        given.into_iter().flatten().chain(access)
    }

    /// The access token, while it is valid.
    pub(super) fn token(&self, now: DateTime<Utc>) -> Option<&Secret> {
        self.access.as_ref().filter(|(_, until)| now < *until).map(|(token, _)| token)
    }

    fn needed(&self, with_user: bool, now: DateTime<Utc>) -> Option<Needed> {
        if self.password.is_none() {
            return Some(Needed::Password);
        }
        if self.signature.is_none() {
            return Some(Needed::Signature);
        }
        if with_user && self.user_password.is_none() {
            return Some(Needed::UserPassword);
        }
        let stale = now.timestamp_millis().saturating_sub(self.timestamp).saturating_abs() > STALE;
        (self.pkcs1_signature.is_none() || stale).then_some(Needed::Pkcs1Signature)
    }

    fn ssl2<'a>(&'a self, dialogue: &'a Dialogue<'_>) -> Option<Ssl2<'a>> {
        Some(Ssl2 {
            username: &dialogue.service.username,
            password: self.password.as_ref()?,
            signature: self.signature.as_ref()?,
            timestamp: self.timestamp,
        })
    }

    /// What is to be done next.
    pub(super) fn due(&mut self, dialogue: &Dialogue<'_>, now: DateTime<Utc>) -> Due {
        if let Some(token) = self.token(now) {
            return Due::Ready(token.clone());
        }
        if let Some(refresh) = &self.refresh {
            let authorization = Secret::new(format!("Bearer {}", refresh.expose()));
            (self.under_way, self.refreshing, self.asked) = (true, true, None);
            return Due::Send(dialogue.login(authorization.expose()));
        }
        let with_user = !dialogue.credential.user_id.is_empty();
        if let Some(needed) = self.needed(with_user, now) {
            let kind = match needed {
                Needed::Password => InputKind::ServicePassword,
                Needed::Signature => InputKind::ServiceSignature,
                Needed::UserPassword => InputKind::UserPassword,
                Needed::Pkcs1Signature => {
                    if self.asked != Some(needed) {
                        self.timestamp = now.timestamp_millis();
                        self.pkcs1_signature = None;
                    }
                    let text = self.ssl2(dialogue).map(|ssl2| ssl2.to_be_signed());
                    InputKind::LoginSignature { text: text.unwrap_or_else(|| Secret::new("")) }
                }
            };
            self.asked = Some(needed);
            let mut input = Input::new(kind);
            if let (Needed::UserPassword, Some((message, left))) = (needed, &self.complaint) {
                (input.message, input.attempts_left) = (Some(message.clone()), Some(*left));
                input.refused = true;
            }
            return Due::Input(input);
        }
        let mut authorization = zeroize::Zeroizing::new(String::new());
        if let (Some(ssl2), Some(pkcs1)) = (self.ssl2(dialogue), &self.pkcs1_signature) {
            authorization.push_str(&ssl2.credential(dialogue.service.order(), pkcs1));
        }
        if let Some(password) = self.user_password.as_ref().filter(|_| with_user) {
            authorization.push_str(", ");
            let user = &dialogue.credential.user_id;
            authorization.push_str(&ssl2::basic(dialogue.service.user_type, user, password));
        }
        (self.under_way, self.refreshing) = (true, false);
        Due::Send(dialogue.login(&authorization))
    }

    /// Takes an answer, if one was asked for.
    pub(super) fn answer(&mut self, given: Secret, now: DateTime<Utc>) {
        match self.asked.take() {
            Some(Needed::Password) => self.password = Some(given),
            Some(Needed::Signature) => self.signature = Some(given),
            Some(Needed::UserPassword) => self.user_password = Some(given),
            // However long it took: the signature is over this timestamp, and the service judges its age.
            Some(Needed::Pkcs1Signature) => {
                self.pkcs1_signature = Some(given);
                let age = now.timestamp_millis().saturating_sub(self.timestamp).saturating_abs();
                if age > STALE {
                    self.pkcs1_signature = None;
                }
            }
            None => {}
        }
    }

    /// Takes the response to the login.
    pub(super) fn response(&mut self, response: &HttpResponse, now: DateTime<Utc>) -> Progress {
        self.under_way = false;
        if response.is_busy() {
            return self.lost();
        }
        let refreshed = std::mem::take(&mut self.refreshing);
        // Whatever comes of it, this signature has been used.
        self.pkcs1_signature = None;
        let login: response::Login = match response::read("auth/login", response) {
            Ok(login) => login,
            Err(_) if refreshed => {
                self.refresh = None;
                return Progress::On;
            }
            Err(failure) => return Progress::Failed(failure),
        };
        let token = login.access_token.as_ref().and_then(|token| token.token());
        match (response::verdict("auth/login", response, &login.status, login.attempts), token) {
            (Verdict::Done | Verdict::Accepted, Some(token)) => {
                // As long as the document says when the response does not; never for ever.
                let seconds = login.expires_in.unwrap_or(3600).clamp(1, 86_400);
                self.access = Some((token, now + TimeDelta::seconds(seconds)));
                let renewed = login.refresh_token.as_ref().and_then(|token| token.token());
                self.refresh = renewed.or_else(|| self.refresh.take());
                (self.lost, self.wrong, self.complaint) = (0, 0, None);
                Progress::On
            }
            _ if refreshed => {
                self.refresh = None;
                Progress::On
            }
            (Verdict::Done | Verdict::Accepted, None) => {
                let message = "the response to the login has no access token that can be used";
                Progress::Failed(Failure::new(super::SYSTEM, "auth/login", message).response(response))
            }
            (Verdict::Refused(failure), _) => {
                self.wrong = self.wrong.saturating_add(1);
                match login.attempts.left() {
                    Some(left) if self.user_password.is_some() && self.wrong < ATTEMPTS => {
                        self.user_password = None;
                        self.complaint = Some((cut(&failure.message, 300), left));
                        Progress::On
                    }
                    _ => Progress::Failed(failure),
                }
            }
        }
    }

    /// The request of the login brought no answer.
    pub(super) fn lost(&mut self) -> Progress {
        self.under_way = false;
        self.lost = self.lost.saturating_add(1);
        if self.lost > ATTEMPTS {
            return Progress::Failed(response::unreachable("auth/login", Outcome::Known));
        }
        Progress::Later
    }

    /// The token was refused although it should be valid: whether to log in again. Once, until something
    /// goes well.
    pub(super) fn refused(&mut self) -> bool {
        self.access = None;
        self.refused = self.refused.saturating_add(1);
        self.refused <= 1
    }

    /// Something went well with the token.
    pub(super) const fn accepted(&mut self) {
        self.refused = 0;
    }
}
