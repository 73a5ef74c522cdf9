//! Logging in: what stands between a conversation and its access token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::calls::{AUTH_LOGIN, Info, OAUTH2_AUTHORIZE, OAUTH2_TOKEN, read};
use super::error::{ErrorCode, Refusal, SYSTEM};
use super::oauth::{self, Authorization, RedirectError};
use super::service::{Login, Service};
use super::wire;
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::remote::call::{Call, bearer, join};
use crate::remote::{
    Action, Answer, Failure, HttpRequest, HttpResponse, Input, InputKind, Lost, Retry, Secret,
};

/// Wrong inputs, lost answers and expired tokens that a conversation lives through before it gives up.
const MOST_SETBACKS: u8 = 8;
/// Wrong passwords before the service might lock the account.
const MOST_WRONG: u8 = 3;

/// What is to be done before anything else.
pub(super) enum Due {
    Send(HttpRequest),
    Ask(Input),
    Failed(Failure),
}

impl Due {
    /// As the action of a flow; a failure is for the flow to record.
    pub(super) fn action<D>(self) -> Result<Action<D>, Failure> {
        match self {
            Self::Send(request) => Ok(Action::Send(request)),
            Self::Ask(input) => Ok(Action::NeedInput(input)),
            Self::Failed(failure) => Err(failure),
        }
    }
}

/// The login of a conversation. What it stores is who logs in where; what it learned to be secret is not
/// stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    pub(super) service: Service,
    user_id: String,
    /// The base of the OAuth 2.0 server, once `info` told it.
    oauth_base: Option<String>,
    setbacks: u8,
    wrong: u8,
    /// A token was renewed and no call has succeeded since.
    renewed: bool,
    /// Authorizations in a browser that were begun.
    authorizations: u64,
    #[serde(skip)]
    vault: Vault,
}

/// What is never stored.
#[derive(Clone, Debug, Default)]
struct Vault {
    entropy: Option<Entropy>,
    token: Option<Secret>,
    refresh_token: Option<Secret>,
    password: Option<Secret>,
    client_secret: Option<Secret>,
    authorization: Option<Authorization>,
    code: Option<Secret>,
    /// What was wrong with the last input, for whoever is asked again.
    complaint: Option<String>,
    pending: Option<Pending>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    Info,
    Login,
    Refresh,
    Exchange,
    AskPassword,
    AskClientSecret,
    AskToken,
    AskRedirect,
}

impl Session {
    pub(super) fn new(service: &Service, user_id: &str, entropy: &Entropy) -> Self {
        Self {
            service: service.clone(),
            user_id: user_id.to_owned(),
            oauth_base: None,
            setbacks: 0,
            wrong: 0,
            renewed: false,
            authorizations: 0,
            vault: Vault { entropy: Some(entropy.clone()), ..Vault::default() },
        }
    }

    pub(super) fn set_entropy(&mut self, entropy: &Entropy) {
        self.vault.entropy = Some(entropy.clone());
    }

    /// `userID` of calls that are made with a login that is not the user's own.
    pub(super) fn user_id(&self) -> Option<String> {
        let own = matches!(self.service.login, Login::Basic | Login::OAuth2 { .. });
        (!own && !self.user_id.is_empty()).then(|| self.user_id.clone())
    }

    /// Whether the session waits for a response or an answer itself.
    pub(super) const fn is_busy(&self) -> bool {
        self.vault.pending.is_some()
    }

    /// A request with the access token.
    pub(super) fn post(&self, call: &'static str, body: &impl Serialize) -> HttpRequest {
        let request = HttpRequest::post_json(call, join(&self.service.base_url, call), body);
        bearer(request, self.vault.token.as_ref())
    }

    /// The request of a call with the access token.
    pub(super) fn call<C: Call>(&self, call: &C) -> HttpRequest {
        call.request(&self.service.base_url, self.vault.token.as_ref())
    }

    /// A call of the conversation succeeded: the token is good.
    pub(super) const fn worked(&mut self) {
        self.renewed = false;
    }

    /// Part of the work is done: what went wrong on the way there is forgiven.
    pub(super) const fn forgive(&mut self) {
        self.setbacks = 0;
    }

    /// Counts something that went wrong and may be tried again; too often is a failure.
    pub(super) fn setback(&mut self, call: &'static str, what: &str) -> Result<(), Failure> {
        self.setbacks = self.setbacks.saturating_add(1);
        if self.setbacks <= MOST_SETBACKS {
            return Ok(());
        }
        Err(Failure::new(SYSTEM, call, format!("given up after {MOST_SETBACKS} setbacks; the last: {what}")))
    }

    /// The token was refused: drops it, so that [`Session::due`] gets another. False if it was a new one.
    pub(super) fn renew(&mut self) -> bool {
        if self.renewed {
            return false;
        }
        self.renewed = true;
        self.vault.token = None;
        true
    }

    /// A failure without the secrets of this login, where the service repeats them.
    pub(super) fn hide(&self, failure: Failure) -> Failure {
        let vault = &self.vault;
        let secrets =
            [&vault.token, &vault.refresh_token, &vault.password, &vault.client_secret, &vault.code];
        failure.without(secrets.into_iter().flatten())
    }

    /// What is due before calls can be made; `None` when there is an access token.
    pub(super) fn due(&mut self) -> Option<Due> {
        self.vault.pending = None;
        if self.vault.token.is_some() {
            return None;
        }
        match self.service.login.clone() {
            Login::Token => Some(self.ask(Pending::AskToken, InputKind::AccessToken)),
            Login::Basic => Some(self.due_basic()),
            Login::Client { client_id, .. } => Some(self.due_oauth().unwrap_or_else(|| {
                match (self.oauth_base(), &self.vault.client_secret) {
                    (Some(base), Some(secret)) => {
                        let request = oauth::client_credentials(base, &client_id, secret);
                        self.vault.pending = Some(Pending::Login);
                        Due::Send(request)
                    }
                    _ => Due::Failed(self.no_server()),
                }
            })),
            Login::OAuth2 { client_id, redirect_uri, .. } => {
                Some(self.due_oauth().unwrap_or_else(|| self.due_code(&client_id, &redirect_uri)))
            }
        }
    }

    fn due_basic(&mut self) -> Due {
        let refresh_token = self.vault.refresh_token.clone();
        let body = wire::LoginRequest {
            refresh_token: refresh_token.clone().map(Into::into),
            remember_me: Some(true),
            client_data: None,
        };
        let url = join(&self.service.base_url, AUTH_LOGIN);
        let request = HttpRequest::post_json(AUTH_LOGIN, url, &body).repeatable();
        if refresh_token.is_some() {
            self.vault.pending = Some(Pending::Refresh);
            return Due::Send(request);
        }
        let Some(password) = self.vault.password.as_ref() else {
            return self.ask(Pending::AskPassword, InputKind::UserPassword);
        };
        let pair = Zeroizing::new(format!("{}:{}", self.user_id, password.expose()));
        let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
        self.vault.pending = Some(Pending::Login);
        Due::Send(request.header("Authorization", Secret::new(format!("Basic {}", encoded.as_str()))))
    }

    fn due_code(&mut self, client_id: &str, redirect_uri: &str) -> Due {
        let Some(base) = self.oauth_base().map(str::to_owned) else {
            return Due::Failed(self.no_server());
        };
        let secret = self.vault.client_secret.clone();
        if let Some(refresh_token) = &self.vault.refresh_token {
            let request = oauth::refresh(&base, client_id, secret.as_ref(), refresh_token);
            self.vault.pending = Some(Pending::Refresh);
            return Due::Send(request);
        }
        if let (Some(authorization), Some(code)) = (&self.vault.authorization, &self.vault.code) {
            let request = authorization.exchange(&base, client_id, redirect_uri, secret.as_ref(), code);
            self.vault.pending = Some(Pending::Exchange);
            return Due::Send(request);
        }
        if self.vault.authorization.is_none() {
            match self.new_authorization() {
                Ok(authorization) => self.vault.authorization = Some(authorization),
                Err(failure) => return Due::Failed(failure),
            }
        }
        let more: Vec<(&str, String)> = self.service.lang.iter().map(|lang| ("lang", lang.clone())).collect();
        let url = self
            .vault
            .authorization
            .as_ref()
            .map(|authorization| authorization.url(&base, client_id, redirect_uri, "service", &more));
        self.ask(Pending::AskRedirect, InputKind::Redirect { url: url.unwrap_or_default() })
    }

    /// What is due before the OAuth 2.0 server can be used: its address, the client's secret.
    pub(super) fn due_oauth(&mut self) -> Option<Due> {
        self.vault.pending = None;
        if self.oauth_base().is_none() {
            self.vault.pending = Some(Pending::Info);
            let call = Info { lang: self.service.lang.clone() };
            return Some(Due::Send(call.request(&self.service.base_url, None)));
        }
        let confidential = self.service.login.client().is_some_and(|(_, _, confidential)| confidential);
        (confidential && self.vault.client_secret.is_none())
            .then(|| self.ask(Pending::AskClientSecret, InputKind::ServicePassword))
    }

    pub(super) fn oauth_base(&self) -> Option<&str> {
        self.service.oauth2_url.as_deref().or(self.oauth_base.as_deref())
    }

    pub(super) const fn client_secret(&self) -> Option<&Secret> {
        self.vault.client_secret.as_ref()
    }

    /// The next authorization in a browser.
    pub(super) fn new_authorization(&mut self) -> Result<Authorization, Failure> {
        let index = self.authorizations;
        self.authorizations = index.saturating_add(1);
        let entropy = self.vault.entropy.as_ref().ok_or_else(|| {
            Failure::new(SYSTEM, OAUTH2_AUTHORIZE, "fresh entropy is needed after a resume")
                .fault(Fault::Caller)
        })?;
        Ok(Authorization::new(entropy, index))
    }

    fn no_server(&self) -> Failure {
        Failure::new(SYSTEM, "info", "the service names no OAuth 2.0 server that can be used: set oauth2_url")
            .fault(Fault::Caller)
            .retry(Retry::Never)
    }

    fn ask(&mut self, pending: Pending, kind: InputKind) -> Due {
        self.vault.pending = Some(pending);
        let mut input = Input::new(kind);
        input.message.clone_from(&self.vault.complaint);
        input.refused = pending == Pending::AskPassword && self.wrong > 0;
        Due::Ask(input)
    }

    /// An answer to what the session asked for. False: it asked for nothing.
    pub(super) fn on_answer(&mut self, answer: Answer) -> Result<bool, Failure> {
        let (call, what) = match self.vault.pending {
            Some(Pending::AskPassword) => (AUTH_LOGIN, "the signer's password"),
            Some(Pending::AskClientSecret) => (OAUTH2_TOKEN, "the client's secret"),
            Some(Pending::AskToken) => (SYSTEM.name(), "an access token"),
            Some(Pending::AskRedirect) => (OAUTH2_AUTHORIZE, "the address to which the service redirected"),
            _ => return Ok(false),
        };
        let Answer::Given(secret) = answer else {
            return Err(Failure::declined(SYSTEM, call, what));
        };
        self.vault.complaint = None;
        match self.vault.pending {
            Some(Pending::AskPassword) => self.vault.password = Some(secret),
            Some(Pending::AskClientSecret) => self.vault.client_secret = Some(secret),
            Some(Pending::AskToken) => self.vault.token = Some(secret),
            _ => {
                let code = self.vault.authorization.as_ref().map(|asked| asked.code(secret.expose()));
                match code {
                    Some(Ok(code)) => self.vault.code = Some(code),
                    Some(Err(error)) => {
                        self.vault.complaint = Some(redirect_failed(&error)?);
                        self.setback(OAUTH2_AUTHORIZE, "a redirect address of something else")?;
                    }
                    None => {}
                }
            }
        }
        Ok(true)
    }

    /// The response to the session's own request.
    pub(super) fn on_response(&mut self, response: &HttpResponse) -> Result<(), Failure> {
        match self.vault.pending.take() {
            Some(Pending::Info) => self.on_info(response),
            Some(pending @ (Pending::Login | Pending::Refresh | Pending::Exchange)) => {
                self.on_token(pending, response)
            }
            other => {
                self.vault.pending = other;
                Ok(())
            }
        }
    }

    fn on_info(&mut self, response: &HttpResponse) -> Result<(), Failure> {
        let info = Info::default().read(response)?;
        let base = info.oauth2.filter(|base| !base.trim().is_empty()).ok_or_else(|| self.no_server())?;
        let secure = |url: &str| url.trim_start().to_ascii_lowercase().starts_with("https://");
        // Codes and secrets go there: it must be as well protected as the service itself.
        if secure(&self.service.base_url) && !secure(&base) {
            return Err(self.no_server());
        }
        self.oauth_base = Some(base.trim().to_owned());
        Ok(())
    }

    fn on_token(&mut self, pending: Pending, response: &HttpResponse) -> Result<(), Failure> {
        // A code serves once, whatever came of it; a service may repeat what it was sent.
        let sent = [self.vault.code.take(), self.vault.refresh_token.clone()];
        self.read_token(pending, response).map_err(|failure| failure.without(sent.iter().flatten()))
    }

    fn read_token(&mut self, pending: Pending, response: &HttpResponse) -> Result<(), Failure> {
        let is_basic = self.service.login == Login::Basic;
        let call = if is_basic { AUTH_LOGIN } else { OAUTH2_TOKEN };
        if pending == Pending::Exchange {
            self.vault.authorization = None;
        }
        if let Some(refusal) = Refusal::read(response) {
            match pending {
                Pending::Refresh => {
                    self.vault.refresh_token = None;
                    return self.setback(call, &refusal.message());
                }
                Pending::Exchange if refusal.code == Some(ErrorCode::InvalidGrant) => {
                    self.vault.complaint = Some(refusal.message());
                    return self.setback(call, &refusal.message());
                }
                Pending::Login if is_basic && wrong_password(&refusal) => {
                    self.wrong = self.wrong.saturating_add(1);
                    if self.wrong < MOST_WRONG {
                        self.vault.password = None;
                        self.vault.complaint = Some(refusal.message());
                        return Ok(());
                    }
                    return Err(refusal.failure(call, response).fault(Fault::Caller));
                }
                _ => return Err(refusal.failure(call, response)),
            }
        }
        let reply: wire::TokenResponse = read(call, response)?;
        self.wrong = 0;
        self.vault.token = Some(reply.access_token.into());
        if let Some(refresh_token) = reply.refresh_token {
            self.vault.refresh_token = Some(refresh_token.into());
        }
        Ok(())
    }

    /// The session's own request got lost: it is sent again, a code is asked for again.
    pub(super) fn on_lost(&mut self, lost: Lost) -> Result<(), Failure> {
        if self.vault.pending == Some(Pending::Exchange) && lost == Lost::Unknown {
            (self.vault.code, self.vault.authorization) = (None, None);
        }
        match self.vault.pending.take() {
            Some(Pending::Info | Pending::Login | Pending::Refresh | Pending::Exchange) => {
                self.setback(AUTH_LOGIN, "no answer")
            }
            _ => Ok(()),
        }
    }

    /// Whether the session's own request is under way.
    pub(super) const fn is_sending(&self) -> bool {
        matches!(
            self.vault.pending,
            Some(Pending::Info | Pending::Login | Pending::Refresh | Pending::Exchange)
        )
    }
}

/// Whether a refusal of `auth/login` is about name and password.
fn wrong_password(refusal: &Refusal) -> bool {
    !refusal.is_locked() && (refusal.code == Some(ErrorCode::AuthenticationError) || refusal.status == 401)
}

/// What to say about a redirect address that does not do; a refusal ends the conversation.
pub(super) fn redirect_failed(error: &RedirectError) -> Result<String, Failure> {
    match error {
        RedirectError::Refused { code, .. } => {
            let refusal = Refusal { status: 400, code: Some(ErrorCode::from_name(code)), description: None };
            let response = HttpResponse::new(400, Vec::new(), Vec::new());
            let mut failure = refusal.failure(OAUTH2_AUTHORIZE, &response);
            failure.message = error.to_string();
            failure.response = None;
            Err(failure)
        }
        RedirectError::State | RedirectError::NoCode => Ok(error.to_string()),
    }
}
