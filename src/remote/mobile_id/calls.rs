//! Single calls, outside signing and listing.

use super::SYSTEM;
use super::dialogue::Dialogue;
use super::request::OwnerConditions;
use super::response::{
    self, Attempts, CredentialDetails, CredentialList, Owner, Plain, ServiceInfo, Status, Verdict,
};
use super::service::{Service, UserType};
use crate::remote::call::{Call, join};
use crate::remote::credential::Credential;
use crate::remote::failure::{Failure, Outcome};
use crate::remote::http::{HttpRequest, HttpResponse};
use crate::remote::secret::Secret;

/// A service at another address, for calls that are given one.
fn at(service: &Service, base: &str) -> Service {
    Service { base_url: base.to_owned(), ..service.clone() }
}

fn dialogue<'a>(service: &'a Service, credential: &'a Credential) -> Dialogue<'a> {
    Dialogue { service, credential, transaction_id: "", goes_on_from: None }
}

/// Nothing, or why the service refused.
fn accepted(
    call: &'static str,
    response: &HttpResponse,
    status: &Status,
    attempts: Attempts,
) -> Result<(), Failure> {
    match response::verdict(call, response, status, attempts) {
        Verdict::Done | Verdict::Accepted => Ok(()),
        Verdict::Refused(failure) => Err(failure.outcome(Outcome::Known)),
    }
}

/// `info`: what the service is. It needs no login.
#[derive(Clone, Copy, Debug, Default)]
pub struct Info;

impl Call for Info {
    type Reply = ServiceInfo;

    fn request(&self, base: &str, _token: Option<&Secret>) -> HttpRequest {
        HttpRequest::post_json("info", join(base, "info"), &serde_json::Map::new()).repeatable()
    }

    fn read(&self, response: &HttpResponse) -> Result<ServiceInfo, Failure> {
        if !response.is_success() {
            let message = format!("answered with HTTP status {}", response.status());
            return Err(Failure::new(SYSTEM, "info", message).code(response.status()).response(response));
        }
        response::read("info", response)
    }
}

/// Which token `auth/revoke` takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// The access token; refresh tokens stay.
    Access,
    /// The refresh token and all access tokens of the same login.
    Refresh,
    /// The authorisation of a credential, and with it the session that binds the credential to a machine.
    Sad,
}

impl TokenType {
    /// 0, 1, 2.
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Access => 0,
            Self::Refresh => 1,
            Self::Sad => 2,
        }
    }
}

/// `auth/revoke`.
#[derive(Clone, Debug)]
pub struct Revoke {
    service: Service,
    credential: Credential,
    kind: TokenType,
    token: Secret,
}

impl Revoke {
    /// Takes back a token. The credential is needed for [`TokenType::Sad`].
    #[must_use]
    pub fn new(service: &Service, credential: &Credential, kind: TokenType, token: Secret) -> Self {
        Self { service: service.clone(), credential: credential.clone(), kind, token }
    }
}

impl Call for Revoke {
    type Reply = ();

    fn request(&self, base: &str, token: Option<&Secret>) -> HttpRequest {
        let service = at(&self.service, base);
        dialogue(&service, &self.credential).revoke(token, self.kind.number(), &self.token)
    }

    fn read(&self, response: &HttpResponse) -> Result<(), Failure> {
        let plain: Plain = response::read("auth/revoke", response)?;
        accepted("auth/revoke", response, &plain.status, plain.attempts)
    }
}

/// `credentials/list`: the certificates of whoever is logged in, or of an agreement.
#[derive(Clone, Debug)]
pub struct ListCredentials {
    service: Service,
    credential: Credential,
}

impl ListCredentials {
    /// The agreement of `credential` is needed after a login without a signer.
    #[must_use]
    pub fn new(service: &Service, credential: &Credential) -> Self {
        Self { service: service.clone(), credential: credential.clone() }
    }
}

impl Call for ListCredentials {
    type Reply = CredentialList;

    fn request(&self, base: &str, token: Option<&Secret>) -> HttpRequest {
        dialogue(&at(&self.service, base), &self.credential).list(token)
    }

    fn read(&self, response: &HttpResponse) -> Result<CredentialList, Failure> {
        let list: CredentialList = response::read("credentials/list", response)?;
        accepted("credentials/list", response, &list.status, Attempts::default())?;
        Ok(list)
    }
}

/// `credentials/info`: one certificate with its chain, and how it is authorised.
#[derive(Clone, Debug)]
pub struct CredentialInfo {
    service: Service,
    credential: Credential,
}

impl CredentialInfo {
    /// Of the credential with this id.
    #[must_use]
    pub fn new(service: &Service, credential: &Credential) -> Self {
        Self { service: service.clone(), credential: credential.clone() }
    }
}

impl Call for CredentialInfo {
    type Reply = CredentialDetails;

    fn request(&self, base: &str, token: Option<&Secret>) -> HttpRequest {
        dialogue(&at(&self.service, base), &self.credential).info(token)
    }

    fn read(&self, response: &HttpResponse) -> Result<CredentialDetails, Failure> {
        let details: CredentialDetails = response::read("credentials/info", response)?;
        accepted("credentials/info", response, &details.status, Attempts::default())?;
        Ok(details)
    }
}

/// `owner/list`: who has this number. The document lacks the body; the fields are those of the SDKs.
#[derive(Clone, Debug)]
pub struct ListOwners {
    service: Service,
    kind: UserType,
    number: String,
}

impl ListOwners {
    /// Who has this number: an identity card, passport, budget code or tax code.
    #[must_use]
    pub fn new(service: &Service, kind: UserType, number: impl Into<String>) -> Self {
        Self { service: service.clone(), kind, number: number.into() }
    }
}

impl Call for ListOwners {
    type Reply = Owner;

    fn request(&self, base: &str, token: Option<&Secret>) -> HttpRequest {
        let mut conditions = OwnerConditions::default();
        let number = Some(self.number.clone());
        match self.kind {
            UserType::TaxCode => conditions.tax_id = number,
            UserType::PassportId => conditions.passport_id = number,
            UserType::BudgetCode => conditions.budget_id = number,
            UserType::Username | UserType::PersonalId | UserType::CitizenIdentityCard => {
                conditions.personal_id = number;
            }
        }
        dialogue(&at(&self.service, base), &Credential::default()).list_owners(token, conditions)
    }

    fn read(&self, response: &HttpResponse) -> Result<Owner, Failure> {
        let owner: Owner = response::read("owner/list", response)?;
        accepted("owner/list", response, &owner.status, Attempts::default())?;
        Ok(owner)
    }
}

/// `owner/assign`: gives an agreement to an owner. The document lacks the body; the fields are those of the
/// SDKs.
#[derive(Clone, Debug)]
pub struct AssignOwner {
    service: Service,
    agreement_uuid: String,
    owner_uuid: String,
}

impl AssignOwner {
    /// This agreement to this owner.
    #[must_use]
    pub fn new(service: &Service, agreement_uuid: impl Into<String>, owner_uuid: impl Into<String>) -> Self {
        Self {
            service: service.clone(),
            agreement_uuid: agreement_uuid.into(),
            owner_uuid: owner_uuid.into(),
        }
    }
}

impl Call for AssignOwner {
    type Reply = ();

    fn request(&self, base: &str, token: Option<&Secret>) -> HttpRequest {
        let (agreement, owner) = (self.agreement_uuid.clone(), self.owner_uuid.clone());
        dialogue(&at(&self.service, base), &Credential::default()).assign_owner(token, agreement, owner)
    }

    fn read(&self, response: &HttpResponse) -> Result<(), Failure> {
        let plain: Plain = response::read("owner/assign", response)?;
        accepted("owner/assign", response, &plain.status, plain.attempts)
    }
}
