//! The certificates of a signer: `v1/credentials/get_certificate`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::calls::GET_CERTIFICATE;
use super::service::Service;
use super::transaction::{is_transaction_id, time};
use super::vault::{Need, Vault};
use super::wire::{self, Certificates, GetCertificate, Reply, UserCertificate};
use crate::certificate::Certificate;
use crate::fault::Fault;
use crate::remote::call::join;
use crate::remote::credential::{Credential, FoundCertificate, Terms};
use crate::remote::failure::{Failure, Retry};
use crate::remote::flow::{Action, Answer, Event, Flow, Input, Wait};
use crate::remote::http::{HttpRequest, HttpResponse};
use crate::remote::items::BeginError;
use crate::remote::{System, encoded};

/// The system in failures: both have the same list.
const SYSTEM: System = System::Vnpt;

/// How often it is asked before trouble that may pass is believed.
const TRIES: u8 = 3;

/// A look at the certificates of a signer, of VNPT SmartCA and SmartCA TH alike.
///
/// It needs [`InputKind::ServicePassword`](crate::remote::InputKind::ServicePassword). A certificate whose
/// bytes the service did not give, or not so that they can be read, is found with none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    service: Service,
    credential: Credential,
    transaction_id: String,
    poll_seconds: u32,
    tries: u8,
    phase: Phase,
    #[serde(skip)]
    vault: Vault,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
enum Phase {
    Gathering {},
    Asking {},
    Waiting { at: i64 },
    Found { certificates: Vec<UserCertificate> },
    Failed { failure: Failure },
}

type Next = Action<Vec<FoundCertificate>>;

impl Listing {
    /// A look at the certificates of `credential.user_id`: at the one of `credential.serial_number`, or
    /// at all.
    ///
    /// # Errors
    /// An incomplete service or credential, a transaction id of other characters than letters, digits,
    /// `-` and `_` or more than 64.
    pub fn begin(service: &Service, credential: &Credential, terms: &Terms) -> Result<Self, BeginError> {
        let incomplete = |what| Err(BeginError::Incomplete { system: SYSTEM, what });
        if service.base_url.is_empty() || service.sp_id.is_empty() {
            return incomplete("the service's base_url and the relying party's sp_id");
        }
        if credential.user_id.is_empty() {
            return incomplete("the signer's user_id");
        }
        if !is_transaction_id(&terms.transaction_id) {
            return incomplete("a transaction id of 1 to 64 letters, digits, '-' and '_'");
        }
        Ok(Self {
            service: service.clone(),
            credential: credential.clone(),
            transaction_id: terms.transaction_id.clone(),
            poll_seconds: terms.poll_seconds.max(1),
            tries: 0,
            phase: Phase::Gathering {},
            vault: Vault::default(),
        })
    }

    /// Sends the question; without the password, asks for that first.
    fn ask(&mut self, now: i64) -> Next {
        match self.request() {
            Some(request) => {
                self.tries = self.tries.saturating_add(1);
                self.phase = Phase::Asking {};
                Action::Send(request)
            }
            None => {
                self.phase = Phase::Gathering {};
                self.vault.asked = Some(Need::ServicePassword);
                self.due(now)
            }
        }
    }

    fn request(&self) -> Option<HttpRequest> {
        let body = GetCertificate {
            sp_id: self.service.sp_id.clone(),
            sp_password: self.vault.service_password.clone()?.into(),
            user_id: self.credential.user_id.clone(),
            // Empty for all, as the document's example has it.
            serial_number: Some(self.credential.serial_number.clone().unwrap_or_default()),
            transaction_id: self.transaction_id.clone(),
        };
        let call = GET_CERTIFICATE;
        Some(HttpRequest::post_json(call, join(&self.service.base_url, call), &body).repeatable())
    }

    fn answered(&mut self, response: &HttpResponse, now: i64) -> Next {
        let (code, message) = match wire::read::<Certificates>(response) {
            Reply::Success { data, .. } => {
                self.vault.clear();
                let certificates = data.unwrap_or_default().user_certificates;
                self.phase = Phase::Found { certificates };
                return self.due(now);
            }
            Reply::Unreadable(error) => {
                let kind = if error.is_data() { "not what the call returns" } else { "not JSON" };
                let at = format!("line {} column {}", error.line(), error.column());
                let message = format!("the response (HTTP {}) is {kind}, {at}", response.status());
                return self.fail(self.failure(response, message));
            }
            Reply::Refused { code, message } => (code, message),
        };
        let message = message.filter(|message| !message.trim().is_empty());
        let mut failure =
            self.failure(response, message.unwrap_or_else(|| format!("the service answers {code}")));
        failure.code = Some(code.number().to_string());
        if code.passes() {
            return self.again(failure, now);
        }
        if code.refuses() {
            failure = failure.retry(Retry::Never).fault(Fault::Caller);
        }
        self.fail(failure)
    }

    fn again(&mut self, failure: Failure, now: i64) -> Next {
        if self.tries >= TRIES {
            return self.fail(failure);
        }
        let pause = i64::from(self.poll_seconds.max(1)).saturating_mul(1000);
        self.phase = Phase::Waiting { at: now.saturating_add(pause) };
        self.due(now)
    }

    fn failure(&self, response: &HttpResponse, message: String) -> Failure {
        let mut failure = Failure::new(SYSTEM, GET_CERTIFICATE, self.vault.message(&message));
        failure.code = Some(response.status().to_string());
        failure.response = Some(self.vault.response(response));
        failure
    }

    fn fail(&mut self, failure: Failure) -> Next {
        self.vault.clear();
        self.phase = Phase::Failed { failure };
        self.due(0)
    }

    fn waits(&self, at: i64) -> Next {
        let (poll_at, expires_at) = (time(at), time(at));
        Action::Wait(Wait { poll_at, expires_at, verification_code: None, message: None })
    }

    fn due(&self, now: i64) -> Next {
        match &self.phase {
            Phase::Gathering {} => Action::NeedInput(Input::new(Need::ServicePassword.kind())),
            // It asks only: sent again it does no harm. After a resume the password is missing.
            Phase::Asking {} => match self.request() {
                Some(request) => Action::Send(request),
                None => self.waits(now),
            },
            Phase::Waiting { at } => self.waits(*at),
            Phase::Found { certificates } => {
                Action::Done(certificates.iter().map(|found| self.found(found)).collect())
            }
            Phase::Failed { failure } => Action::Failed(failure.clone()),
        }
    }

    fn found(&self, told: &UserCertificate) -> FoundCertificate {
        let mut credential = Credential::new(self.credential.user_id.clone());
        credential.serial_number.clone_from(&told.serial_number);
        credential.credential_id.clone_from(&told.cert_id);
        let issuers = told.chain_data.iter().flat_map(|chain| [&chain.ca_cert, &chain.root_cert]);
        let leaf = told.cert_data.as_deref().and_then(der);
        FoundCertificate {
            credential,
            certificates: match leaf {
                Some(leaf) => {
                    let issuers = issuers.flatten().filter_map(|text| der(text));
                    std::iter::once(leaf).chain(issuers).collect()
                }
                None => Vec::new(),
            },
            service_type: told.service_type.clone(),
            package: told.service_name.clone(),
            status: told.cert_status.clone(),
            ..FoundCertificate::default()
        }
    }
}

impl Flow for Listing {
    type Done = Vec<FoundCertificate>;

    fn step(&mut self, event: Event, now: DateTime<Utc>) -> Next {
        let now = now.timestamp_millis();
        match (event, &self.phase) {
            (Event::Continue, Phase::Gathering {}) => self.ask(now),
            (Event::Continue, Phase::Waiting { at }) if now >= *at => self.ask(now),
            (Event::Continue | Event::Lost(_), Phase::Asking {}) => {
                self.again(Failure::new(SYSTEM, GET_CERTIFICATE, "the service does not answer"), now)
            }
            (Event::Response(response), Phase::Asking {}) => self.answered(&response, now),
            (Event::Input(answer), Phase::Gathering {}) if self.vault.asked.is_some() => match answer {
                Answer::Given(secret) if !secret.expose().is_empty() => {
                    self.vault.put(Need::ServicePassword, secret);
                    self.ask(now)
                }
                _ => {
                    let message = format!("{} is needed and was not given", Need::ServicePassword.words());
                    self.fail(Failure::new(SYSTEM, GET_CERTIFICATE, message).fault(Fault::Caller))
                }
            },
            (Event::Cancelled, Phase::Gathering {} | Phase::Asking {} | Phase::Waiting { .. }) => {
                self.fail(Failure::new(SYSTEM, GET_CERTIFICATE, "cancelled").fault(Fault::Caller))
            }
            _ => self.due(now),
        }
    }

    fn to_json(&self) -> String {
        // Text, numbers and lists: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The DER of a certificate in base64; none when that is no certificate.
fn der(text: &str) -> Option<Vec<u8>> {
    encoded::bytes(text).ok().filter(|der| Certificate::from_der(der).is_ok())
}
