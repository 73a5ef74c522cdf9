//! Authorising a credential: the factors that the signer gives, and the SAD that comes of them.

use chrono::{DateTime, Utc};

use super::calls::{
    AUTHORIZE_CHECK, CREDENTIALS_AUTHORIZE, EXTEND_TRANSACTION, GET_CHALLENGE, OAUTH2_AUTHORIZE,
    OAUTH2_TOKEN, SEND_OTP, read,
};
use super::error::{ErrorCode, Refusal, SYSTEM};
use super::learned::{Factor, FactorKind, Learned, Mode};
use super::service::Dialect;
use super::session::{Due, redirect_failed};
use super::signing::{Pending, Signing};
use super::waiting::Waiting;
use super::wire;
use crate::fault::Fault;
use crate::remote::{Answer, Failure, HttpResponse, Input, InputKind, Retry, Secret};

/// Wrong PINs or codes before the service might lock the credential.
const MOST_WRONG: u8 = 3;

/// What the signer gave for one factor.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    value: Option<Secret>,
    /// The service was asked to send a code or a challenge.
    asked: bool,
    challenge: Option<String>,
}

impl Given {
    pub(super) const fn value(&self) -> Option<&Secret> {
        self.value.as_ref()
    }
}

impl Signing {
    /// The documents of the next authorisation: from the first unsigned one, as many as one may be for.
    fn batch(&self, learned: &Learned) -> (usize, usize) {
        let start = self.values.len();
        (start, start.saturating_add(learned.multisign).min(self.items.len()))
    }

    /// Digests in base64, from one document up to another.
    pub(super) fn hashes(&self, from: usize, to: usize) -> Vec<String> {
        self.items.base64().skip(from).take(to.saturating_sub(from)).collect()
    }

    pub(super) fn digest_oid(&self) -> Option<String> {
        self.items.digest_algorithm().map(|digest| digest.oid().to_string())
    }

    /// What is due before there is a SAD.
    pub(super) fn due_authorization(&mut self, learned: &Learned) -> Due {
        match &learned.mode {
            Mode::OAuth2 => self.due_credential_scope(learned),
            Mode::Factors(factors) => self.due_factors(learned, factors),
        }
    }

    fn due_factors(&mut self, learned: &Learned, factors: &[Factor]) -> Due {
        self.vault.given.resize_with(factors.len(), Given::default);
        for (index, (factor, given)) in factors.iter().zip(&self.vault.given).enumerate() {
            if factor.kind == FactorKind::OutOfBand || given.value.is_some() {
                continue;
            }
            if factor.kind == FactorKind::Challenge && !given.asked {
                self.vault.pending = Some(Pending::Challenge(index));
                return Due::Send(self.challenge_request(factor));
            }
            let kind = if factor.kind == FactorKind::Pin { InputKind::Pin } else { InputKind::Otp };
            let mut input = Input::new(kind);
            input.refused = if factor.kind == FactorKind::Pin { self.pin_refused } else { self.wrong > 0 };
            let prompt = given.challenge.clone().or_else(|| factor.prompt.clone());
            input.message = match (self.vault.complaint.clone(), prompt) {
                (Some(complaint), Some(prompt)) => Some(format!("{complaint}; {prompt}")),
                (complaint, prompt) => complaint.or(prompt),
            };
            self.vault.pending = Some(Pending::AskFactor(index));
            return Due::Ask(input);
        }
        self.vault.pending = Some(Pending::Authorize);
        Due::Send(self.authorize_request(learned, factors))
    }

    fn challenge_request(&self, factor: &Factor) -> crate::remote::HttpRequest {
        let credential_id = self.credential_id.clone();
        match self.session.service.dialect {
            Dialect::V1 => {
                let body = wire::SendOtpRequest { credential_id, client_data: None };
                self.session.post(SEND_OTP, &body)
            }
            Dialect::V2 => {
                let body = wire::ChallengeRequest { credential_id, auth_object_id: factor.id.clone() };
                self.session.post(GET_CHALLENGE, &body)
            }
        }
    }

    fn authorize_request(&self, learned: &Learned, factors: &[Factor]) -> crate::remote::HttpRequest {
        let (from, to) = self.batch(learned);
        let bound = learned.binds.then(|| self.hashes(from, to));
        let given = |wanted: &str| {
            let pairs = factors.iter().zip(&self.vault.given);
            let mut found = pairs.filter(|(factor, _)| factor.id == wanted);
            found.find_map(|(_, given)| given.value.clone().map(wire::Hidden::from))
        };
        let mut body = wire::AuthorizeRequest {
            credential_id: self.credential_id.clone(),
            num_signatures: to.saturating_sub(from),
            description: self.description.clone(),
            client_data: Some(self.transaction_id.clone()),
            ..Default::default()
        };
        match self.session.service.dialect {
            Dialect::V1 => {
                body.hash = bound;
                (body.pin, body.otp) = (given("PIN"), given("OTP"));
            }
            Dialect::V2 => {
                body.hash_algorithm_oid = bound.as_ref().and_then(|_| self.digest_oid());
                body.hashes = bound;
                let objects = factors.iter().zip(&self.vault.given).map(|(factor, given)| wire::AuthObject {
                    id: factor.id.clone(),
                    value: given.value.clone().map(Into::into),
                });
                body.auth_data = Some(objects.collect()).filter(|objects: &Vec<_>| !objects.is_empty());
            }
        }
        self.session.post(CREDENTIALS_AUTHORIZE, &body)
    }

    fn due_credential_scope(&mut self, learned: &Learned) -> Due {
        if let Some(due) = self.session.due_oauth() {
            return due;
        }
        let login = self.session.service.login.clone();
        let Some((client_id, Some(redirect_uri), _)) = login.client() else {
            let message = "the credential is authorised in a browser, and the login has no redirect_uri";
            let failure = Failure::new(SYSTEM, OAUTH2_AUTHORIZE, message);
            return Due::Failed(failure.fault(Fault::Caller).retry(Retry::Never));
        };
        let Some(base) = self.session.oauth_base().map(str::to_owned) else {
            return Due::Failed(Failure::new(SYSTEM, OAUTH2_AUTHORIZE, "no OAuth 2.0 server is known"));
        };
        if let (Some(authorization), Some(code)) = (&self.vault.authorization, &self.vault.code) {
            let secret = self.session.client_secret();
            let request = authorization.exchange(&base, client_id, redirect_uri, secret, code);
            self.vault.pending = Some(Pending::Exchange);
            return Due::Send(request);
        }
        if self.vault.authorization.is_none() {
            match self.session.new_authorization() {
                Ok(authorization) => self.vault.authorization = Some(authorization),
                Err(failure) => return Due::Failed(failure),
            }
        }
        let more = self.credential_parameters(learned);
        let authorization = self.vault.authorization.as_ref();
        let url = authorization
            .map(|authorization| authorization.url(&base, client_id, redirect_uri, "credential", &more));
        self.vault.pending = Some(Pending::AskRedirect);
        let mut input = Input::new(InputKind::Redirect { url: url.unwrap_or_default() });
        input.message.clone_from(&self.vault.complaint);
        Due::Ask(input)
    }

    fn credential_parameters(&self, learned: &Learned) -> Vec<(&'static str, String)> {
        let (from, to) = self.batch(learned);
        let mut more = vec![
            ("credentialID", self.credential_id.clone()),
            ("numSignatures", to.saturating_sub(from).to_string()),
        ];
        if learned.binds {
            let url_safe = |hash: String| hash.replace('+', "-").replace('/', "_").replace('=', "");
            let hashes: Vec<String> = self.hashes(from, to).into_iter().map(url_safe).collect();
            match self.session.service.dialect {
                Dialect::V1 => more.push(("hash", hashes.join(","))),
                Dialect::V2 => {
                    more.push(("hashes", hashes.join(",")));
                    more.extend(self.digest_oid().map(|oid| ("hashAlgorithmOID", oid)));
                }
            }
        }
        more.extend(self.session.service.lang.iter().map(|lang| ("lang", lang.clone())));
        more.extend(self.description.iter().map(|text| ("description", text.clone())));
        more.push(("clientData", self.transaction_id.clone()));
        more
    }

    /// The request that renews the SAD for the documents of the next call.
    pub(super) fn extend_request(&self, from: usize, to: usize, sad: &Secret) -> crate::remote::HttpRequest {
        let binds = self.learned.as_ref().is_some_and(|learned| learned.binds);
        let bound = binds.then(|| self.hashes(from, to));
        let is_v1 = self.session.service.dialect == Dialect::V1;
        let body = wire::ExtendRequest {
            credential_id: self.credential_id.clone(),
            hash: bound.clone().filter(|_| is_v1),
            hash_algorithm_oid: bound.as_ref().filter(|_| !is_v1).and_then(|_| self.digest_oid()),
            hashes: bound.filter(|_| !is_v1),
            sad: sad.clone().into(),
            client_data: Some(self.transaction_id.clone()),
        };
        self.session.post(EXTEND_TRANSACTION, &body)
    }

    /// The answer to what was asked of the signer.
    pub(super) fn on_factor(&mut self, index: usize, answer: Answer) -> Result<(), Failure> {
        let Answer::Given(value) = answer else {
            let what = "what authorises the signature";
            return Err(Failure::declined(SYSTEM, CREDENTIALS_AUTHORIZE, what));
        };
        if let Some(given) = self.vault.given.get_mut(index) {
            given.value = Some(value);
        }
        Ok(())
    }

    /// The address to which the server redirected after the credential was authorised.
    pub(super) fn on_redirect(&mut self, answer: Answer) -> Result<(), Failure> {
        let Answer::Given(redirected) = answer else {
            let what = "the address to which the service redirected";
            return Err(Failure::declined(SYSTEM, OAUTH2_AUTHORIZE, what));
        };
        self.vault.complaint = None;
        match self.vault.authorization.as_ref().map(|asked| asked.code(redirected.expose())) {
            Some(Ok(code)) => self.vault.code = Some(code),
            Some(Err(error)) => {
                self.vault.complaint = Some(redirect_failed(&error)?);
                self.session.setback(OAUTH2_AUTHORIZE, "a redirect address of something else")?;
            }
            None => {}
        }
        Ok(())
    }

    /// The response of `sendOTP` or `getChallenge`.
    pub(super) fn on_challenge(&mut self, index: usize, response: &HttpResponse) -> Result<(), Failure> {
        let call = if self.session.service.dialect == Dialect::V1 { SEND_OTP } else { GET_CHALLENGE };
        if let Some(refusal) = Refusal::read(response) {
            return Err(refusal.failure(call, response));
        }
        self.session.worked();
        // Without a body the challenge went another way.
        let reply: Option<wire::ChallengeResponse> = response.json().ok();
        if let Some(given) = self.vault.given.get_mut(index) {
            given.asked = true;
            given.challenge = reply.and_then(|reply| reply.challenge);
        }
        Ok(())
    }

    /// Nobody knows whether the code was sent: the signer will see.
    pub(super) fn challenge_lost(&mut self, index: usize) {
        if let Some(given) = self.vault.given.get_mut(index) {
            given.asked = true;
        }
    }

    /// The response of `authorize` or `authorizeCheck`.
    pub(super) fn on_authorized(
        &mut self,
        call: &'static str,
        response: &HttpResponse,
        now: DateTime<Utc>,
    ) -> Result<(), Failure> {
        if let Some(refusal) = Refusal::read(response) {
            self.handle = None;
            return self.on_refused(call, &refusal, response);
        }
        let reply: wire::AuthorizeResponse = if response.body().is_empty() {
            wire::AuthorizeResponse::default()
        } else {
            read(call, response)?
        };
        self.session.worked();
        if let Some(sad) = reply.sad.filter(|sad| !sad.secret().expose().is_empty()) {
            self.got_sad(sad.into());
            return Ok(());
        }
        let handle = reply.handle.filter(|handle| !handle.is_empty()).or_else(|| self.handle.take());
        if handle.is_none() {
            let message = "neither SAD nor handle in the response";
            return Err(Failure::new(SYSTEM, call, message).response(response));
        }
        self.handle = handle;
        let waiting = self.waiting.get_or_insert_with(|| Waiting::begin(now, self.patience_seconds));
        waiting.ask_at(now, self.poll_seconds);
        Ok(())
    }

    /// A SAD for the next documents.
    pub(super) fn got_sad(&mut self, sad: Secret) {
        let start = self.values.len();
        self.authorized_until = match &self.learned {
            Some(learned) => self.batch(learned).1,
            None => start,
        };
        self.vault.sad = Some(sad);
        self.vault.sad_for = start;
        (self.handle, self.waiting, self.vault.complaint) = (None, None, None);
        (self.wrong, self.pin_refused) = (0, false);
        self.forget_codes(None);
    }

    fn on_refused(
        &mut self,
        call: &'static str,
        refusal: &Refusal,
        response: &HttpResponse,
    ) -> Result<(), Failure> {
        self.waiting = None;
        if !refusal.is_wrong_input() {
            return Err(refusal.failure(call, response));
        }
        self.wrong = self.wrong.saturating_add(1);
        if self.wrong >= MOST_WRONG || !self.asks_for_something() {
            return Err(refusal.failure(call, response));
        }
        self.vault.complaint = Some(refusal.message());
        // A refusal of the code alone says nothing of the PIN.
        self.pin_refused |= refusal.code != Some(ErrorCode::InvalidOtp);
        self.forget_codes(refusal.code.as_ref());
        Ok(())
    }

    fn asks_for_something(&self) -> bool {
        self.vault.given.iter().any(|given| given.value.is_some())
    }

    /// Codes serve once; after a refusal the PIN goes too, unless the service says that it was the code.
    pub(super) fn forget_codes(&mut self, refused: Option<&ErrorCode>) {
        let Some(Learned { mode: Mode::Factors(factors), .. }) = &self.learned else { return };
        for (factor, given) in factors.iter().zip(&mut self.vault.given) {
            let keeps = matches!(refused, None | Some(ErrorCode::InvalidOtp));
            if factor.kind != FactorKind::Pin || !keeps {
                *given = Given::default();
            }
        }
    }

    /// The response of `oauth2/token` for the scope `credential`.
    pub(super) fn on_exchanged(&mut self, response: &HttpResponse) -> Result<(), Failure> {
        self.vault.authorization = None;
        let code = self.vault.code.take();
        self.read_exchanged(response).map_err(|failure| failure.without(&code))
    }

    fn read_exchanged(&mut self, response: &HttpResponse) -> Result<(), Failure> {
        if let Some(refusal) = Refusal::read(response) {
            if refusal.code == Some(ErrorCode::InvalidGrant) {
                self.vault.complaint = Some(refusal.message());
                return self.session.setback(OAUTH2_TOKEN, &refusal.message());
            }
            return Err(refusal.failure(OAUTH2_TOKEN, response));
        }
        let reply: wire::TokenResponse = read(OAUTH2_TOKEN, response)?;
        if let Some(id) = reply.credential_id.filter(|id| *id != self.credential_id) {
            let message = format!("the authorisation is for the credential {id}");
            return Err(Failure::new(SYSTEM, OAUTH2_TOKEN, message).fault(Fault::Caller));
        }
        self.got_sad(reply.access_token.into());
        Ok(())
    }

    /// The response of `extendTransaction`.
    pub(super) fn on_extended(&mut self, response: &HttpResponse) -> Result<(), Failure> {
        if let Some(refusal) = Refusal::read(response) {
            return Err(refusal.failure(EXTEND_TRANSACTION, response));
        }
        let reply: wire::AuthorizeResponse = read(EXTEND_TRANSACTION, response)?;
        let sad = reply.sad.ok_or_else(|| {
            Failure::new(SYSTEM, EXTEND_TRANSACTION, "no SAD in the response").response(response)
        })?;
        self.session.worked();
        self.vault.sad = Some(sad.into());
        self.vault.sad_for = self.values.len();
        Ok(())
    }

    pub(super) fn check_request(&self, handle: &str) -> crate::remote::HttpRequest {
        let body = wire::AuthorizeCheckRequest { handle: handle.to_owned() };
        self.session.post(AUTHORIZE_CHECK, &body).repeatable()
    }
}
