//! What the service says when it refuses.

use serde::Deserialize;

use crate::fault::Fault;
use crate::remote::http::is_busy;
use crate::remote::{Failure, HttpResponse, Outcome, Retry, System, lenient};

/// The system in failures.
pub(super) const SYSTEM: System = System::Csc;

/// The member `error` of a refusal (1.0.4, 10; 2.0, 10.2; RFC 6749, 4.1.2.1 and 5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorCode {
    /// Something is missing, wrong or repeated in the request; also a locked credential, an expired SAD, a
    /// digest that the SAD is not for. The description tells which.
    InvalidRequest,
    /// The client may not use this call.
    UnauthorizedClient,
    /// The user, the server or the service said no.
    AccessDenied,
    /// The server gives no authorization codes in this way.
    UnsupportedResponseType,
    /// The scope is unknown or not allowed.
    InvalidScope,
    /// Something went wrong at the server.
    ServerError,
    /// The server is busy or being maintained.
    TemporarilyUnavailable,
    /// The token has expired or was revoked.
    ExpiredToken,
    /// The token is none of this service's.
    InvalidToken,
    /// The authorization code, the redirect address or the refresh token is not right.
    InvalidGrant,
    /// The client did not prove who it is.
    InvalidClient,
    /// The server does not know the grant type.
    UnsupportedGrantType,
    /// Name and password were not accepted.
    AuthenticationError,
    /// The one-time code is wrong.
    InvalidOtp,
    /// The PIN is wrong (version 1).
    InvalidPin,
    /// What `authData` holds is wrong (version 2).
    InvalidAuthenticationData,
    /// A digest is not one that was authorised (version 2).
    InvalidHash,
    /// Not done yet (HTTP 202, version 2).
    AcceptedRequest,
    /// A code that no document has.
    Other(String),
}

impl ErrorCode {
    /// The codes that the documents have.
    const KNOWN: [Self; 18] = [
        Self::InvalidRequest,
        Self::UnauthorizedClient,
        Self::AccessDenied,
        Self::UnsupportedResponseType,
        Self::InvalidScope,
        Self::ServerError,
        Self::TemporarilyUnavailable,
        Self::ExpiredToken,
        Self::InvalidToken,
        Self::InvalidGrant,
        Self::InvalidClient,
        Self::UnsupportedGrantType,
        Self::AuthenticationError,
        Self::InvalidOtp,
        Self::InvalidPin,
        Self::InvalidAuthenticationData,
        Self::InvalidHash,
        Self::AcceptedRequest,
    ];

    /// The code of this name, in whatever case.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        let found = Self::KNOWN.into_iter().find(|code| code.name().eq_ignore_ascii_case(name.trim()));
        found.unwrap_or_else(|| Self::Other(name.to_owned()))
    }

    /// The name that the documents give it: `invalid_request`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::ExpiredToken => "expired_token",
            Self::InvalidToken => "invalid_token",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidClient => "invalid_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::AuthenticationError => "authentication_error",
            Self::InvalidOtp => "invalid_otp",
            Self::InvalidPin => "invalid_pin",
            Self::InvalidAuthenticationData => "invalid_authentication_data",
            Self::InvalidHash => "invalid_hash",
            Self::AcceptedRequest => "accepted_request",
            Self::Other(name) => name,
        }
    }

    /// Whose fault it is, and what may be done.
    const fn verdict(&self) -> (Fault, Retry) {
        match self {
            Self::InvalidRequest
            | Self::UnauthorizedClient
            | Self::UnsupportedResponseType
            | Self::InvalidScope
            | Self::InvalidClient
            | Self::UnsupportedGrantType
            | Self::InvalidHash => (Fault::Caller, Retry::Never),
            Self::ExpiredToken
            | Self::InvalidToken
            | Self::InvalidGrant
            | Self::AuthenticationError
            | Self::InvalidOtp
            | Self::InvalidPin
            | Self::InvalidAuthenticationData => (Fault::Caller, Retry::NewTransaction),
            Self::AcceptedRequest => (Fault::Signer, Retry::Poll),
            Self::AccessDenied | Self::ServerError | Self::TemporarilyUnavailable | Self::Other(_) => {
                (Fault::Signer, Retry::NewTransaction)
            }
        }
    }
}

/// A response that is no success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: Option<ErrorCode>,
    pub(super) description: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default, deserialize_with = "lenient::text")]
    error: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    error_description: Option<String>,
}

impl Refusal {
    /// What a response says, unless it is a success.
    pub(super) fn read(response: &HttpResponse) -> Option<Self> {
        let status = response.status();
        let body: Option<Body> = response.json().ok();
        let (error, description) = body.map_or((None, None), |body| (body.error, body.error_description));
        let code = error.as_deref().map(ErrorCode::from_name);
        // Some services answer 200 with an error in the body.
        let refused = !response.is_success()
            || (code.as_ref().is_some_and(|code| *code != ErrorCode::AcceptedRequest)
                && error.as_deref() != Some("0"));
        refused.then_some(Self { status, code, description })
    }

    /// Whether the access token was not accepted.
    pub(super) fn is_about_token(&self) -> bool {
        matches!(self.code, Some(ErrorCode::ExpiredToken | ErrorCode::InvalidToken)) || self.status == 401
    }

    /// Whether a PIN or code was wrong, and another may be tried.
    pub(super) fn is_wrong_input(&self) -> bool {
        matches!(
            self.code,
            Some(ErrorCode::InvalidOtp | ErrorCode::InvalidPin | ErrorCode::InvalidAuthenticationData)
        ) && !self.is_locked()
    }

    /// Whether the credential is locked.
    pub(super) fn is_locked(&self) -> bool {
        self.description.as_ref().is_some_and(|text| text.to_ascii_lowercase().contains("locked"))
    }

    /// Whether asking again later may help: the service is busy or being maintained.
    pub(super) const fn is_passing(&self) -> bool {
        is_busy(self.status)
    }

    /// Whether the service may have done what was asked all the same.
    pub(super) fn leaves_open(&self) -> bool {
        // A documented refusal of a bad request has signed nothing; an error of the server may have come
        // after the signing.
        !(400..500).contains(&self.status) || matches!(self.status, 408 | 425)
    }

    /// What to tell people.
    pub(super) fn message(&self) -> String {
        match (&self.description, &self.code) {
            (Some(text), _) if !text.trim().is_empty() => text.clone(),
            (_, Some(code)) => code.name().to_owned(),
            (_, None) => format!("HTTP {}", self.status),
        }
    }

    /// The failure it is, when nothing was signed.
    pub(super) fn failure(&self, call: &'static str, response: &HttpResponse) -> Failure {
        let (fault, mut retry) = match &self.code {
            Some(code) => code.verdict(),
            None if (400..500).contains(&self.status) => (Fault::Caller, Retry::Never),
            None => (Fault::Signer, Retry::NewTransaction),
        };
        let expired = self.description.as_ref().is_some_and(|text| text.to_ascii_lowercase().contains("sad"));
        if self.is_passing() || (expired && retry == Retry::Never) {
            retry = Retry::NewTransaction;
        }
        if self.is_locked() {
            retry = Retry::Never;
        }
        let code = self.code.as_ref().map_or_else(|| self.status.to_string(), |code| code.name().to_owned());
        let retry = if retry == Retry::Poll { Retry::NewTransaction } else { retry };
        Failure::new(SYSTEM, call, self.message())
            .code(code)
            .fault(fault)
            .retry(retry)
            .outcome(Outcome::Known)
            .response(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &str) -> Option<Refusal> {
        Refusal::read(&HttpResponse::new(status, Vec::new(), body.as_bytes().to_vec()))
    }

    #[test]
    fn every_documented_code_has_its_name() {
        for code in ErrorCode::KNOWN {
            assert_eq!(ErrorCode::from_name(code.name()), code);
        }
        assert_eq!(ErrorCode::from_name("new_error"), ErrorCode::Other("new_error".into()));
    }

    #[test]
    fn refusals_are_told_apart() {
        let wrong =
            refusal(400, r#"{"error":"invalid_otp","error_description":"The OTP is invalid"}"#).unwrap();
        assert!(wrong.is_wrong_input() && !wrong.leaves_open());
        let locked =
            refusal(400, r#"{"error":"invalid_request","error_description":"Credential locked"}"#).unwrap();
        assert!(locked.is_locked());
        let response = HttpResponse::new(400, Vec::new(), Vec::new());
        assert_eq!(locked.failure("credentials/authorize", &response).retry, Retry::Never);
        assert!(refusal(500, "<html>").unwrap().leaves_open());
        assert!(refusal(401, "").unwrap().is_about_token());
        assert_eq!(refusal(202, r#"{"error":"accepted_request"}"#), None);
        assert_eq!(refusal(204, ""), None);
        assert!(refusal(200, r#"{"error":"access_denied"}"#).is_some());
    }
}
