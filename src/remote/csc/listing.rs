//! Finding the credentials of a user: `credentials/list`, then `credentials/info` of each.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::calls::{CREDENTIALS_INFO, CREDENTIALS_LIST, CredentialInfo, CredentialList, read};
use super::error::{Refusal, SYSTEM};
use super::learned::decode;
use super::service::{Login, Service};
use super::session::Session;
use super::wire;
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::remote::{
    Action, BeginError, Credential, Event, Failure, Flow, FoundCertificate, HttpResponse, Lost,
};

/// Credentials that are looked at, at most.
const MOST_CREDENTIALS: usize = 500;
/// Pages of them.
const MOST_PAGES: u32 = 100;

/// Finding the credentials of a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    session: Session,
    user_id: String,
    /// Ids whose `credentials/info` was not asked yet; `None` before the list is known.
    ids: Option<VecDeque<String>>,
    page_token: Option<String>,
    pages: u32,
    /// What was found is only kept in memory: after a resume it is asked for again.
    #[serde(skip)]
    found: Vec<FoundCertificate>,
    #[serde(skip)]
    pending: Option<Pending>,
    end: Option<Failure>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    List,
    Info,
}

impl Listing {
    /// Begins: all credentials of a user, or the one that `whose` names. `entropy` is for the browser
    /// authorisation of OAuth 2.0.
    ///
    /// # Errors
    /// [`BeginError::Incomplete`] when the login needs the user's name and it is empty.
    pub fn begin(service: &Service, whose: &Credential, entropy: &Entropy) -> Result<Self, BeginError> {
        let user_id = whose.user_id.as_str();
        if service.login == Login::Basic && user_id.is_empty() {
            return Err(BeginError::Incomplete { system: SYSTEM, what: "the user's name for auth/login" });
        }
        Ok(Self {
            session: Session::new(service, user_id, entropy),
            user_id: user_id.to_owned(),
            ids: whose.credential_id.clone().map(|id| VecDeque::from([id])),
            page_token: None,
            pages: 0,
            found: Vec::new(),
            pending: None,
            end: None,
        })
    }

    fn next(&mut self) -> Result<Action<Vec<FoundCertificate>>, Failure> {
        if let Some(due) = self.session.due() {
            return due.action();
        }
        if self.ids.is_none() || self.page_token.is_some() {
            self.pending = Some(Pending::List);
            let call =
                CredentialList { user_id: self.session.user_id(), page_token: self.page_token.clone() };
            return Ok(Action::Send(self.session.call(&call)));
        }
        let Some(credential_id) = self.ids.as_ref().and_then(VecDeque::front).cloned() else {
            return Ok(Action::Done(self.found.clone()));
        };
        self.pending = Some(Pending::Info);
        let call = CredentialInfo { credential_id, lang: self.session.service.lang.clone() };
        Ok(Action::Send(self.session.call(&call)))
    }

    fn on_response(&mut self, response: &HttpResponse) -> Result<(), Failure> {
        if self.session.is_busy() {
            return self.session.on_response(response);
        }
        let Some(pending) = self.pending else { return Ok(()) };
        let call = if pending == Pending::List { CREDENTIALS_LIST } else { CREDENTIALS_INFO };
        if let Some(refusal) = Refusal::read(response).filter(Refusal::is_about_token) {
            return if self.session.renew() { Ok(()) } else { Err(refusal.failure(call, response)) };
        }
        match pending {
            Pending::List => self.on_list(read(call, response)?),
            Pending::Info => {
                let told: wire::CredentialResponse = read(call, response)?;
                if let Some(id) = self.ids.as_mut().and_then(VecDeque::pop_front) {
                    self.found.push(found(&self.user_id, id, told));
                }
                self.session.worked();
                self.session.forgive();
                Ok(())
            }
        }
    }

    fn on_list(&mut self, list: wire::ListResponse) -> Result<(), Failure> {
        self.session.worked();
        self.pages = self.pages.saturating_add(1);
        let ids = self.ids.get_or_insert_default();
        for id in list.credential_ids.unwrap_or_default() {
            if !id.is_empty() && !ids.contains(&id) {
                ids.push_back(id);
            }
        }
        self.page_token = list.next_page_token.filter(|token| !token.is_empty());
        if ids.len() > MOST_CREDENTIALS || (self.pages >= MOST_PAGES && self.page_token.is_some()) {
            let message = format!("more than {MOST_CREDENTIALS} credentials or {MOST_PAGES} pages of them");
            return Err(Failure::new(SYSTEM, CREDENTIALS_LIST, message).fault(Fault::Limit));
        }
        Ok(())
    }

    fn on_lost(&mut self, lost: Lost) -> Result<(), Failure> {
        if self.session.is_busy() {
            return self.session.on_lost(lost);
        }
        match self.pending {
            Some(_) => self.session.setback(CREDENTIALS_LIST, "no answer"),
            None => Ok(()),
        }
    }
}

/// One credential as the service tells of it.
fn found(user_id: &str, id: String, told: wire::CredentialResponse) -> FoundCertificate {
    let auth = told.auth.as_ref();
    let mode = auth.and_then(|auth| auth.mode.clone()).or(told.auth_mode);
    let objects = auth.and_then(|auth| auth.objects.as_deref()).unwrap_or_default();
    let mut auth_modes: Vec<String> = mode.into_iter().collect();
    auth_modes.extend(objects.iter().map(|object| object.id.clone()));
    let cert = told.cert.unwrap_or_default();
    let mut credential = Credential::new(user_id).credential_id(id);
    credential.serial_number = cert.serial_number;
    credential.scal = told.scal.as_deref().and_then(|scal| scal.trim().parse().ok());
    FoundCertificate {
        credential,
        certificates: cert.certificates.unwrap_or_default().iter().filter_map(|text| decode(text)).collect(),
        service_type: told.signature_qualifier,
        package: told.description,
        status: cert.status,
        most_signatures: told.multisign.map(|most| u32::try_from(most).unwrap_or(u32::MAX)),
        auth_modes,
    }
}

impl Flow for Listing {
    type Done = Vec<FoundCertificate>;

    fn step(&mut self, event: Event, _now: DateTime<Utc>) -> Action<Self::Done> {
        if let Some(end) = &self.end {
            return Action::Failed(end.clone());
        }
        let result = match event {
            Event::Continue => {
                if self.session.is_sending() || self.pending.is_some() {
                    self.on_lost(Lost::Unknown)
                } else {
                    Ok(())
                }
            }
            Event::Response(response) => self.on_response(&response),
            Event::Lost(lost) => self.on_lost(lost),
            Event::Input(answer) if self.session.is_busy() => self.session.on_answer(answer).map(|_| ()),
            Event::Input(_) | Event::Notified => Ok(()),
            Event::Cancelled => Err(Failure::new(SYSTEM, CREDENTIALS_LIST, "cancelled").fault(Fault::Caller)),
        };
        self.pending = None;
        match result.and_then(|()| self.next()) {
            Ok(action) => action,
            Err(failure) => {
                let failure = self.session.hide(failure);
                self.end = Some(failure.clone());
                Action::Failed(failure)
            }
        }
    }

    fn to_json(&self) -> String {
        // Texts, numbers and lists: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}
