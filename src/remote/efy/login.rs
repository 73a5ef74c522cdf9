//! `clients/login`.

use serde::{Deserialize, Serialize};

use super::calls::CallName;
use super::reply::{self, SYSTEM};
use super::service::Service;
use crate::remote::call::{Call, join};
use crate::remote::hidden::exposed;
use crate::remote::{Failure, HttpRequest, HttpResponse, Secret};

/// `clients/login`: the relying party's name and password for a token.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Login {
    /// The relying party's user name.
    pub username: String,
    /// Its password.
    #[serde(with = "exposed")]
    pub password: Secret,
    /// Its code.
    pub rp_code: String,
}

impl Login {
    /// To a service.
    #[must_use]
    pub fn new(service: &Service, password: &Secret) -> Self {
        Self {
            username: service.username.clone(),
            password: password.clone(),
            rp_code: service.rp_code.clone(),
        }
    }
}

/// What `clients/login` gives.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Token {
    /// A JSON Web Token, for the header `Authorization: Bearer`.
    #[serde(with = "exposed")]
    pub token: Secret,
}

impl Call for Login {
    type Reply = Token;

    fn request(&self, base: &str, _token: Option<&Secret>) -> HttpRequest {
        let path = CallName::Login.path();
        HttpRequest::post_json(path, join(base, path), self).repeatable()
    }

    fn read(&self, response: &HttpResponse) -> Result<Token, Failure> {
        let call = CallName::Login;
        if !response.is_success() {
            return Err(reply::http_failure(call, response));
        }
        match response.json::<Token>() {
            // What cannot stand in a header is no token.
            Ok(token) if token.token.is_token() => Ok(token),
            _ => match response.json::<reply::Common>() {
                Ok(common) if common.response_code.is_some() => {
                    let failure = reply::coded_failure(call, response, &common);
                    Err(Failure { response: None, ..failure })
                }
                // The answer is not kept: a token may be in it under another name.
                _ => {
                    Err(Failure::new(SYSTEM, call.path(), "the login gave no token").code(response.status()))
                }
            },
        }
    }
}
