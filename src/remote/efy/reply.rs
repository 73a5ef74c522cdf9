//! What all responses have, and how a refusal is told from an answer.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::calls::CallName;
use super::code::ResponseCode;
use crate::fault::Fault;
use crate::remote::http::is_busy;
use crate::remote::{Failure, HttpResponse, Outcome, Retry, System, lenient};

/// The system in failures.
pub(super) const SYSTEM: System = System::Efy;

/// What every response but that of the login has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Common {
    /// `responseCode`, see [`ResponseCode`].
    #[serde(default, deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub response_code: Option<u32>,
    /// `responseMessage`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub response_message: Option<String>,
    /// `billCode`: the number of the transaction, `200221112613-3540-601895`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub bill_code: Option<String>,
    /// `timestamp`: ISO 8601, `2020-02-28T13:28:42+07:00`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// `status`: whether it succeeded.
    #[serde(default, deserialize_with = "lenient::flag", skip_serializing_if = "Option::is_none")]
    pub status: Option<bool>,
}

impl Common {
    /// The code, when it is one that the document lists.
    #[must_use]
    pub fn code(&self) -> Option<ResponseCode> {
        self.response_code.and_then(ResponseCode::from_number)
    }
}

/// A response of a call.
pub(super) trait Body: DeserializeOwned {
    fn common(&self) -> &Common;

    /// Attempts left before the agreement is blocked.
    fn remaining(&self) -> Option<u32> {
        None
    }

    /// Whether it brings what the call is for, whatever its code says.
    fn has_content(&self) -> bool {
        false
    }
}

/// A call that was refused, or answered with something else.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: Option<ResponseCode>,
    pub(super) http: u16,
    pub(super) remaining: Option<u32>,
    pub(super) failure: Failure,
}

impl Refusal {
    /// Whether the token is not, or no longer, accepted.
    pub(super) fn wants_login(&self) -> bool {
        self.http == 401 || self.code == Some(ResponseCode::CredentialsExpired)
    }

    /// Whether the service was too busy to look at the request.
    pub(super) const fn is_busy(&self) -> bool {
        is_busy(self.http)
    }
}

/// The body of an HTTP error.
#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorDetail {
    #[serde(default, deserialize_with = "lenient::text")]
    status_code: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    message: Option<String>,
}

/// Reads the response to a call.
pub(super) fn hear<T: Body>(call: CallName, response: &HttpResponse) -> Result<T, Box<Refusal>> {
    let refusal =
        |code, remaining, failure| Box::new(Refusal { code, http: response.status(), remaining, failure });
    let body = match response.json::<T>() {
        Ok(body) if response.is_success() || body.common().response_code.is_some() => body,
        Err(error) if response.is_success() => {
            let failure = Failure::unreadable(SYSTEM, call.path(), response, &error);
            return Err(refusal(None, None, failure.outcome(unknown_if(call.signs()))));
        }
        _ => return Err(refusal(None, None, http_failure(call, response))),
    };
    let common = body.common();
    let good = match common.code() {
        Some(code) => code.is_success(),
        None => common.response_code.is_none() && common.status != Some(false),
    };
    if response.is_success() && (good || body.has_content()) {
        return Ok(body);
    }
    let failure = coded_failure(call, response, common);
    Err(refusal(common.code(), body.remaining(), failure))
}

/// Reads the response to a call that stands alone.
pub(super) fn read<T: Body>(call: CallName, response: &HttpResponse) -> Result<T, Failure> {
    hear(call, response).map_err(|refusal| refusal.failure)
}

/// An answer with a code, as a failure.
pub(super) fn coded_failure(call: CallName, response: &HttpResponse, common: &Common) -> Failure {
    let code = common.code();
    let said = common.response_message.as_deref().map(str::trim).filter(|said| !said.is_empty());
    let message = said.or(code.map(ResponseCode::message)).unwrap_or("an answer with an unknown code");
    let failure = Failure::new(SYSTEM, call.path(), message).response(response);
    let failure = match common.response_code {
        Some(number) => failure.code(number),
        None => failure.code(response.status()),
    };
    match code {
        Some(code) => failure.fault(code.fault()).retry(code.retry()).outcome(if call.signs() {
            code.outcome()
        } else {
            Outcome::Known
        }),
        None => failure.outcome(unknown_if(call.signs())),
    }
}

/// An HTTP status that is no success, as a failure.
pub(super) fn http_failure(call: CallName, response: &HttpResponse) -> Failure {
    let status = response.status();
    let error = response.json::<ErrorBody>().ok().map(|body| body.error);
    // Blank text says nothing.
    let said = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let message = error.as_ref().and_then(|error| said(&error.message).or_else(|| said(&error.name)));
    let message = message.unwrap_or_else(|| format!("HTTP status {status}"));
    let failure = Failure::new(SYSTEM, call.path(), message).response(response);
    let failure = match error.and_then(|error| error.status_code) {
        Some(code) => failure.code(code),
        None => failure.code(status),
    };
    match status {
        408 | 429 => failure,
        400..=499 => failure.fault(Fault::Caller).retry(Retry::Never),
        _ => failure.outcome(unknown_if(call.signs())),
    }
}

const fn unknown_if(unknown: bool) -> Outcome {
    if unknown { Outcome::Unknown } else { Outcome::Known }
}
