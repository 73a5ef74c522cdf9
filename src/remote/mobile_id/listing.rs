//! Finding the certificates of a signer as a state machine.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::dialogue::Dialogue;
use super::response::{self, Attempts, CredentialDetails, CredentialList, ListedCertificate, Verdict};
use super::service::{CredentialKey, Dialect, Service};
use super::session::{Due, Progress, Session};
use super::{ATTEMPTS, SYSTEM, certificates};
use crate::fault::Fault;
use crate::remote::credential::{Credential, FoundCertificate};
use crate::remote::failure::Failure;
use crate::remote::flow::{Action, Answer, Event, Flow, Wait};
use crate::remote::http::HttpResponse;
use crate::remote::items::BeginError;

/// Certificates that are asked about at most.
const MOST: usize = 200;

/// Seconds between two attempts at the same request.
const PAUSE: i64 = 3;

/// The certificates of a signer: `credentials/list`, then `credentials/info` of each.
///
/// Only what was asked is stored: after a resume it begins anew.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    service: Service,
    query: Credential,
    #[serde(skip)]
    progress: Run,
}

#[derive(Clone, Debug, Default)]
struct Run {
    session: Session,
    under_way: bool,
    pause: Option<DateTime<Utc>>,
    tries: u32,
    /// Certificates that were listed and not yet asked about; `None`: not listed yet.
    listed: Option<VecDeque<ListedCertificate>>,
    found: Vec<FoundCertificate>,
    failure: Option<Failure>,
}

impl Listing {
    /// The certificates of whoever has the query's `user_id`, or of its `agreement_uuid`. With a
    /// `serial_number` (hexadecimal digits) or a `credential_id` only that one.
    ///
    /// # Errors
    /// When the query names neither.
    pub fn begin(service: &Service, query: &Credential) -> Result<Self, BeginError> {
        if query.user_id.is_empty() && query.agreement_uuid.is_none() {
            let what = "the user id or the agreement UUID of the signer";
            return Err(BeginError::Incomplete { system: SYSTEM, what });
        }
        Ok(Self { service: service.clone(), query: query.clone(), progress: Run::default() })
    }

    fn fail(&mut self, failure: Failure) {
        self.progress.failure = Some(failure);
    }

    fn rest(&mut self, call: &'static str, now: DateTime<Utc>) {
        self.progress.under_way = false;
        self.progress.tries = self.progress.tries.saturating_add(1);
        if self.progress.tries > ATTEMPTS {
            self.fail(response::unreachable(call, crate::remote::failure::Outcome::Known));
        } else {
            self.progress.pause = Some(now + TimeDelta::seconds(PAUSE));
        }
    }

    /// The credential that one certificate of the list stands for.
    fn credential(&self, listed: &ListedCertificate) -> Option<Credential> {
        let by_number = self.service.dialect == Dialect::V1
            && (self.service.credential_key == CredentialKey::CertificateId);
        let id = match self.service.dialect {
            Dialect::V2 => listed.credential_id.clone(),
            Dialect::V1 if by_number => listed.certificate_id.as_ref().map(ToString::to_string),
            Dialect::V1 => listed.details.thumbprint.clone(),
        };
        let mut credential = Credential::new(self.query.user_id.clone()).credential_id(id?);
        credential.agreement_uuid = self.query.agreement_uuid.clone();
        credential.serial_number = listed.details.serial_number.clone();
        Some(credential)
    }

    fn is_wanted(&self, listed: &ListedCertificate) -> bool {
        let same = |wanted: Option<&str>, found: Option<&str>| {
            let plain = |text: &str| text.trim().trim_start_matches('0').to_ascii_lowercase();
            wanted.is_none_or(|wanted| found.is_none_or(|found| plain(found) == plain(wanted)))
        };
        let id = self.credential(listed).and_then(|credential| credential.credential_id);
        same(self.query.serial_number.as_deref(), listed.details.serial_number.as_deref())
            && same(self.query.credential_id.as_deref(), id.as_deref())
    }

    fn response(&mut self, response: &HttpResponse, now: DateTime<Utc>) {
        self.progress.under_way = false;
        let listing = self.progress.listed.is_none();
        let call = if listing { "credentials/list" } else { "credentials/info" };
        if response::refuses_the_token(response) {
            if !self.progress.session.refused() {
                let message = "the service refuses the access token that it has just given";
                self.fail(Failure::new(SYSTEM, call, message).code(response.status()).response(response));
            }
            return;
        }
        if response.is_busy() {
            return self.rest(call, now);
        }
        self.progress.tries = 0;
        let taken = if listing { self.list(response) } else { self.info(response) };
        match taken {
            Ok(()) => self.progress.session.accepted(),
            Err(failure) => self.fail(failure),
        }
    }

    fn list(&mut self, response: &HttpResponse) -> Result<(), Failure> {
        let list: CredentialList = response::read("credentials/list", response)?;
        if let Verdict::Refused(failure) =
            response::verdict("credentials/list", response, &list.status, Attempts::default())
        {
            return Err(failure);
        }
        if list.certificates.len() > MOST {
            let message = format!("{} certificates, and {MOST} are read at most", list.certificates.len());
            return Err(Failure::new(SYSTEM, "credentials/list", message).fault(Fault::Limit));
        }
        let wanted = list.certificates.into_iter().filter(|listed| self.is_wanted(listed));
        self.progress.listed = Some(wanted.collect());
        Ok(())
    }

    fn info(&mut self, response: &HttpResponse) -> Result<(), Failure> {
        const CALL: &str = "credentials/info";
        let details: CredentialDetails = response::read(CALL, response)?;
        if let Verdict::Refused(failure) =
            response::verdict(CALL, response, &details.status, Attempts::default())
        {
            return Err(failure);
        }
        let listed = self.progress.listed.as_mut().and_then(VecDeque::pop_front);
        let Some(listed) = listed else { return Ok(()) };
        let Some(mut credential) = self.credential(&listed) else { return Ok(()) };
        let about = details.certificate.unwrap_or_default();
        credential.auth_mode = details.auth_mode;
        credential.scal = details.scal.and_then(|scal| u8::try_from(scal).ok());
        if credential.serial_number.is_none() {
            credential.serial_number = about.serial_number.clone();
        }
        let thumbprint = about.thumbprint.as_deref().or(listed.details.thumbprint.as_deref());
        let profile = about.certificate_profile.or(listed.details.certificate_profile);
        let most = details.num_signatures.or(listed.num_signatures);
        self.progress.found.push(FoundCertificate {
            credential,
            certificates: certificates(&about.certificates, thumbprint),
            service_type: None,
            package: profile.and_then(|profile| profile.name.or(profile.description)),
            status: about.status.or(listed.details.status),
            most_signatures: most.and_then(|most| u32::try_from(most).ok()).filter(|most| *most > 0),
            auth_modes: details.auth_mode_supported,
        });
        Ok(())
    }

    fn progressed(&mut self, progress: Progress, now: DateTime<Utc>) {
        match progress {
            Progress::On => {}
            Progress::Later => self.progress.pause = Some(now + TimeDelta::seconds(PAUSE)),
            Progress::Failed(failure) => self.fail(failure),
        }
    }

    fn lost(&mut self, now: DateTime<Utc>) {
        if self.progress.session.is_under_way() {
            let progress = self.progress.session.lost();
            self.progressed(progress, now);
        } else if self.progress.under_way {
            let call = if self.progress.listed.is_none() { "credentials/list" } else { "credentials/info" };
            self.rest(call, now);
        }
    }

    fn due(&mut self, now: DateTime<Utc>) -> Action<Vec<FoundCertificate>> {
        if let Some(failure) = &self.progress.failure {
            return Action::Failed(failure.clone());
        }
        if let Some(until) = self.progress.pause.filter(|until| now < *until) {
            let expires_at = until + TimeDelta::seconds(PAUSE);
            return Action::Wait(Wait { poll_at: until, expires_at, verification_code: None, message: None });
        }
        // A certificate without an id cannot be asked about, nor signed with.
        while let Some(listed) = self.progress.listed.as_ref().and_then(VecDeque::front)
            && self.credential(listed).is_none()
        {
            self.progress.listed.as_mut().and_then(VecDeque::pop_front);
        }
        let next = match &self.progress.listed {
            None => None,
            Some(listed) => match listed.front().and_then(|listed| self.credential(listed)) {
                Some(credential) => Some(credential),
                None => return Action::Done(self.progress.found.clone()),
            },
        };
        let service = self.service.clone();
        let credential = next.as_ref().unwrap_or(&self.query);
        let dialogue = Dialogue { service: &service, credential, transaction_id: "", goes_on_from: None };
        match self.progress.session.due(&dialogue, now) {
            Due::Input(input) => Action::NeedInput(input),
            Due::Send(request) => Action::Send(request),
            Due::Ready(token) => {
                self.progress.under_way = true;
                let token = Some(&token);
                Action::Send(if next.is_some() { dialogue.info(token) } else { dialogue.list(token) })
            }
        }
    }
}

impl Flow for Listing {
    type Done = Vec<FoundCertificate>;

    fn step(&mut self, event: Event, now: DateTime<Utc>) -> Action<Self::Done> {
        match event {
            _ if self.progress.failure.is_some() => {}
            Event::Continue | Event::Lost(_) => self.lost(now),
            Event::Response(response) if self.progress.session.is_under_way() => {
                let progress = self.progress.session.response(&response, now);
                self.progressed(progress, now);
            }
            Event::Response(response) if self.progress.under_way => self.response(&response, now),
            Event::Input(Answer::Given(secret)) => self.progress.session.answer(secret, now),
            Event::Input(Answer::Declined) if self.progress.session.is_asking() => {
                self.fail(Failure::declined(SYSTEM, "auth/login", "a secret of the login"));
            }
            Event::Cancelled => {
                self.fail(Failure::new(SYSTEM, "credentials/list", "cancelled").fault(Fault::Caller));
            }
            Event::Response(_) | Event::Input(_) | Event::Notified => {}
        }
        self.due(now)
    }

    fn to_json(&self) -> String {
        // Text keys, strings and numbers: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}
