//! The calls by their names, and those that can be made outside a flow.

use super::error::{Refusal, SYSTEM};
use super::wire;
use crate::remote::call::{Call, bearer, join};
use crate::remote::{Failure, HttpRequest, HttpResponse, Secret};

pub(super) const INFO: &str = "info";
pub(super) const AUTH_LOGIN: &str = "auth/login";
pub(super) const AUTH_REVOKE: &str = "auth/revoke";
pub(super) const OAUTH2_AUTHORIZE: &str = "oauth2/authorize";
pub(super) const OAUTH2_TOKEN: &str = "oauth2/token";
pub(super) const CREDENTIALS_LIST: &str = "credentials/list";
pub(super) const CREDENTIALS_INFO: &str = "credentials/info";
pub(super) const CREDENTIALS_AUTHORIZE: &str = "credentials/authorize";
pub(super) const AUTHORIZE_CHECK: &str = "credentials/authorizeCheck";
pub(super) const GET_CHALLENGE: &str = "credentials/getChallenge";
pub(super) const SEND_OTP: &str = "credentials/sendOTP";
pub(super) const EXTEND_TRANSACTION: &str = "credentials/extendTransaction";
pub(super) const SIGN_HASH: &str = "signatures/signHash";
pub(super) const SIGN_DOC: &str = "signatures/signDoc";
pub(super) const SIGN_POLLING: &str = "signatures/signPolling";
pub(super) const TIMESTAMP: &str = "signatures/timestamp";

/// Reads the response of a call that answers in JSON.
pub(super) fn read<T: serde::de::DeserializeOwned>(
    call: &'static str,
    response: &HttpResponse,
) -> Result<T, Failure> {
    match Refusal::read(response) {
        Some(refusal) => Err(refusal.failure(call, response)),
        None => response.json().map_err(|error| Failure::unreadable(SYSTEM, call, response, &error)),
    }
}

/// `info`: what the service is and can do.
#[derive(Clone, Debug, Default)]
pub struct Info {
    /// The language of the answer.
    pub lang: Option<String>,
}

impl Call for Info {
    type Reply = wire::InfoResponse;

    fn request(&self, base: &str, _: Option<&Secret>) -> HttpRequest {
        let body = wire::InfoRequest { lang: self.lang.clone() };
        HttpRequest::post_json(INFO, join(base, INFO), &body).repeatable()
    }

    fn read(&self, response: &HttpResponse) -> Result<Self::Reply, Failure> {
        read(INFO, response)
    }
}

/// `auth/revoke`: ends a token before its time.
#[derive(Clone, Debug)]
pub struct Revoke {
    /// The access or refresh token.
    pub token: Secret,
    /// Whether it is a refresh token, with which all access tokens of its grant end.
    pub is_refresh_token: bool,
}

impl Call for Revoke {
    type Reply = ();

    fn request(&self, base: &str, token: Option<&Secret>) -> HttpRequest {
        let hint = if self.is_refresh_token { "refresh_token" } else { "access_token" };
        let body = wire::RevokeRequest {
            token: self.token.clone().into(),
            token_type_hint: Some(hint.to_owned()),
            client_data: None,
        };
        bearer(HttpRequest::post_json(AUTH_REVOKE, join(base, AUTH_REVOKE), &body), token).repeatable()
    }

    fn read(&self, response: &HttpResponse) -> Result<(), Failure> {
        Refusal::read(response).map_or(Ok(()), |refusal| Err(refusal.failure(AUTH_REVOKE, response)))
    }
}

/// `credentials/info`: what a credential is.
#[derive(Clone, Debug)]
pub struct CredentialInfo {
    /// `credentialID`.
    pub credential_id: String,
    /// The language of the answer.
    pub lang: Option<String>,
}

impl Call for CredentialInfo {
    type Reply = wire::CredentialResponse;

    fn request(&self, base: &str, token: Option<&Secret>) -> HttpRequest {
        let body = wire::CredentialRequest {
            credential_id: self.credential_id.clone(),
            certificates: Some("chain".to_owned()),
            cert_info: Some(true),
            auth_info: Some(true),
            lang: self.lang.clone(),
            client_data: None,
        };
        let request = HttpRequest::post_json(CREDENTIALS_INFO, join(base, CREDENTIALS_INFO), &body);
        bearer(request, token).repeatable()
    }

    fn read(&self, response: &HttpResponse) -> Result<Self::Reply, Failure> {
        read(CREDENTIALS_INFO, response)
    }
}

/// `credentials/list`: the ids of a user's credentials, a page of them.
#[derive(Clone, Debug, Default)]
pub struct CredentialList {
    /// `userID`, when the login is not the user's own.
    pub user_id: Option<String>,
    /// `pageToken` (version 1): the page after the one that named it.
    pub page_token: Option<String>,
}

impl Call for CredentialList {
    type Reply = wire::ListResponse;

    fn request(&self, base: &str, token: Option<&Secret>) -> HttpRequest {
        let body = wire::ListRequest {
            user_id: self.user_id.clone(),
            page_token: self.page_token.clone(),
            ..Default::default()
        };
        let request = HttpRequest::post_json(CREDENTIALS_LIST, join(base, CREDENTIALS_LIST), &body);
        bearer(request, token).repeatable()
    }

    fn read(&self, response: &HttpResponse) -> Result<Self::Reply, Failure> {
        read(CREDENTIALS_LIST, response)
    }
}

/// `signatures/timestamp`: a timestamp token (RFC 3161) over a digest.
#[derive(Clone, Debug)]
pub struct Timestamp {
    /// What to stamp.
    pub digest: crate::algorithm::Digest,
    /// A number that the token must carry, in hexadecimal digits.
    pub nonce: Option<String>,
}

impl Call for Timestamp {
    /// The token in DER. It is not verified.
    type Reply = Vec<u8>;

    fn request(&self, base: &str, token: Option<&Secret>) -> HttpRequest {
        let body = wire::TimestampRequest {
            hash: self.digest.to_base64(),
            hash_algo: self.digest.algorithm().oid().to_string(),
            nonce: self.nonce.clone(),
            client_data: None,
        };
        bearer(HttpRequest::post_json(TIMESTAMP, join(base, TIMESTAMP), &body), token)
    }

    fn read(&self, response: &HttpResponse) -> Result<Self::Reply, Failure> {
        let reply: wire::TimestampResponse = read(TIMESTAMP, response)?;
        crate::request::SignatureValue::from_base64(&reply.timestamp)
            .map(|token| token.as_bytes().to_vec())
            .map_err(|_| Failure::new(SYSTEM, TIMESTAMP, "timestamp is not base64").response(response))
    }
}
