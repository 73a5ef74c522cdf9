//! The certificate of an agreement: login, `certificates/get-detail`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::calls::CallName;
use super::certificates::{CertificateDetail, GetDetail};
use super::reply::{self, SYSTEM};
use super::service::{AuthMode, Service};
use super::session::{LoginOutcome, Pace, Session, cancelled, declined, unreachable};
use super::signing::who;
use crate::algorithm::{DigestAlgorithm, hex_bytes};
use crate::certificate::Certificate;
use crate::remote::call::Call as _;
use crate::remote::{
    Action, Answer, BeginError, Credential, Event, Failure, Flow, FoundCertificate, HttpResponse, Terms,
};

/// Asks for the certificate of an agreement. EFY has no search: the agreementUUID must be known.
///
/// Input: [`ServicePassword`](crate::remote::InputKind::ServicePassword).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    service: Service,
    agreement_uuid: String,
    pace: Pace,
    failed: Option<Failure>,
    #[serde(skip)]
    found: Option<FoundCertificate>,
    #[serde(skip)]
    session: Session,
    #[serde(skip)]
    under_way: bool,
}

impl Listing {
    /// A look at the certificate of `whose` agreement. Nothing is sent yet: the first step does that.
    ///
    /// # Errors
    /// [`BeginError::Incomplete`]: there is no agreementUUID.
    pub fn begin(service: &Service, whose: &Credential, terms: &Terms) -> Result<Self, BeginError> {
        let (agreement_uuid, _) = who(whose)?;
        Ok(Self {
            service: service.clone(),
            agreement_uuid,
            pace: Pace::new(terms),
            failed: None,
            found: None,
            session: Session::default(),
            under_way: false,
        })
    }

    fn take(&mut self, event: Event, now: DateTime<Utc>) {
        match event {
            Event::Notified => {}
            Event::Cancelled => self.fail(cancelled(self.call())),
            Event::Input(answer) => match answer {
                _ if !self.session.wants_password() => {}
                Answer::Given(secret) if secret.expose().trim().is_empty() => {}
                Answer::Given(secret) => self.session.give_password(secret),
                Answer::Declined => self.fail(declined(CallName::Login, None)),
            },
            Event::Response(response) => self.response(&response, now),
            Event::Lost(_) | Event::Continue => {
                if self.session.is_under_way() || self.under_way {
                    let call = self.call();
                    self.session.lost();
                    self.under_way = false;
                    self.later(call, now);
                }
            }
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
        if !std::mem::take(&mut self.under_way) {
            return;
        }
        let call = CallName::GetDetail;
        match reply::hear::<CertificateDetail>(call, response) {
            Ok(detail) => match found(&self.agreement_uuid, &detail) {
                Ok(found) => self.found = Some(found),
                Err(why) => self.fail(Failure::new(SYSTEM, call.path(), why).response(response)),
            },
            Err(refusal) if refusal.wants_login() && self.session.renew() => {}
            Err(refusal) if refusal.is_busy() => self.later(call, now),
            Err(refusal) => self.fail(refusal.failure),
        }
    }

    const fn call(&self) -> CallName {
        if self.session.token().is_some() { CallName::GetDetail } else { CallName::Login }
    }

    fn later(&mut self, call: CallName, now: DateTime<Utc>) {
        if self.pace.is_over(now) {
            self.fail(unreachable(call));
        } else {
            self.pace.pause(now);
        }
    }

    fn fail(&mut self, failure: Failure) {
        let failure = self.session.hide(failure, None);
        self.session = Session::default();
        self.failed = Some(failure);
    }
}

impl Flow for Listing {
    type Done = Vec<FoundCertificate>;

    fn step(&mut self, event: Event, now: DateTime<Utc>) -> Action<Self::Done> {
        self.pace.start(now);
        if self.failed.is_none() && self.found.is_none() {
            self.take(event, now);
        }
        if let Some(failed) = &self.failed {
            return Action::Failed(failed.clone());
        }
        if let Some(found) = &self.found {
            return Action::Done(vec![found.clone()]);
        }
        if self.session.is_under_way() || self.under_way {
            return self.pace.awaiting(now);
        }
        if let Some(wait) = self.pace.waiting(now) {
            return wait;
        }
        if let Some(action) = self.session.due(&self.service) {
            return action;
        }
        self.under_way = true;
        let call = GetDetail { agreement_uuid: self.agreement_uuid.clone() };
        Action::Send(call.request(&self.service.base_url, self.session.token()))
    }

    fn to_json(&self) -> String {
        // Strings and numbers only: there is nothing in it that could fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What the detail tells, if its certificate is one and is the one that it names.
fn found(agreement_uuid: &str, detail: &CertificateDetail) -> Result<FoundCertificate, String> {
    let der = detail.der().ok_or("the answer has no certificate")?;
    let der = der.map_err(|error| format!("the certificate is not base64: {error}"))?;
    Certificate::from_der(&der).map_err(|error| format!("the certificate cannot be read: {error}"))?;
    if let Some(named) = detail.certificate_thumbprint.as_deref().filter(|text| !text.trim().is_empty()) {
        let digits: String = named.chars().filter(char::is_ascii_hexdigit).collect();
        let algorithm = match digits.len() {
            40 => Some(DigestAlgorithm::Sha1),
            64 => Some(DigestAlgorithm::Sha256),
            _ => None,
        };
        if let Some(algorithm) = algorithm
            && hex_bytes(digits.as_bytes()).as_deref() != Some(algorithm.hash(&der).as_bytes())
        {
            return Err(format!("certificateThumbprint {digits} is not that of the certificate"));
        }
    }
    let modes: Vec<String> =
        detail.auth_mode_supported.iter().filter(|mode| !mode.trim().is_empty()).cloned().collect();
    let mut credential = Credential::default().agreement_uuid(agreement_uuid);
    credential.auth_mode =
        modes.iter().find_map(|mode| AuthMode::from_name(mode)).map(|mode| mode.name().to_owned());
    Ok(FoundCertificate {
        credential,
        certificates: vec![der],
        auth_modes: modes,
        ..FoundCertificate::default()
    })
}
