//! What the responses of a signing transaction mean for it.

use chrono::{DateTime, Utc};

use super::code::ResponseCode;
use super::dialogue::ENTITY_NAME;
use super::mode::Mode;
use super::response::{self, Authorized, CredentialDetails, Plain, Signed, Verdict};
use super::service::Dialect;
use super::signing::{Known, Signing};
use super::stage::{Stage, call_of};
use super::{ATTEMPTS, SYSTEM, certificates, cut};
use crate::algorithm::DigestAlgorithm;
use crate::certificate::Certificate;
use crate::fault::Fault;
use crate::remote::failure::{Failure, Outcome, Retry};
use crate::remote::flow::{Action, DocumentOutcome};
use crate::remote::http::HttpResponse;

type At = Option<Action<Vec<DocumentOutcome>>>;

/// Characters of an id of the service that are kept.
const ID: usize = 200;

/// An id of the service, if it is fit for a header: visible ASCII, of a sensible length.
fn fit(id: &str) -> Option<String> {
    let id = id.trim();
    let fits = !id.is_empty() && id.len() <= ID && id.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| id.to_owned())
}

/// The last characters of a number, the first of a mailbox: enough to know where to look.
fn masked(channel: &str) -> String {
    match channel.split_once('@') {
        Some((name, host)) => format!("{}…@{}", cut(name, 1), cut(host, 60)),
        None => {
            let kept = channel.chars().count().saturating_sub(3);
            format!("…{}", channel.chars().skip(kept).collect::<String>())
        }
    }
}

impl Signing {
    /// Takes the response to the request that is under way.
    pub(super) fn response(&mut self, response: &HttpResponse, now: DateTime<Utc>) -> At {
        self.under_way = false;
        if self.stage == Stage::Revoke {
            return self.revoked(response);
        }
        let binds_machine = matches!(self.stage, Stage::Authorize | Stage::Confirm | Stage::Extend);
        if let Some(name) = response.header(ENTITY_NAME).and_then(fit).filter(|_| binds_machine) {
            self.entity_name = Some(name);
        }
        if response::refuses_the_token(response) {
            return self.token_refused(response);
        }
        if response.is_busy() {
            return self.busy(response, now);
        }
        self.tries = 0;
        match self.stage {
            Stage::Info => self.informed(response),
            Stage::SendOtp => self.otp_sent(response),
            Stage::Authorize | Stage::Confirm => self.authorized(response, now),
            Stage::Extend => self.extended(response),
            Stage::Sign => self.signed(response, now),
            Stage::Collect => self.collected(response, now),
            Stage::Code | Stage::Revoke | Stage::Ended => None,
        }
    }

    /// It is taken back, or runs out by itself: either way the transaction is over.
    fn revoked(&mut self, response: &HttpResponse) -> At {
        if response::refuses_the_token(response) && self.vault.session.refused() {
            return None;
        }
        self.vault.sad = None;
        self.go(Stage::Ended);
        None
    }

    fn token_refused(&mut self, response: &HttpResponse) -> At {
        if self.vault.session.refused() {
            // Whatever was asked has not been done: it is asked again after another login.
            return None;
        }
        let message = "the service refuses the access token that it has just given";
        let failure = Failure::new(SYSTEM, call_of(self.stage), message).code(response.status());
        let failure = failure.response(response);
        if self.stage == Stage::Collect {
            self.rest_until_asked();
            return Some(Action::Failed(failure.retry(Retry::Poll).outcome(Outcome::Unknown)));
        }
        self.vault.sad = None;
        self.fail(&failure)
    }

    fn busy(&mut self, response: &HttpResponse, now: DateTime<Utc>) -> At {
        match self.stage {
            Stage::Confirm | Stage::Collect => self.still_pending(now),
            Stage::Sign => {
                // Too many requests: it was turned away. A gateway does not know what became of it.
                let outcome = if response.status() == 429 { Outcome::Known } else { Outcome::Unknown };
                let message = format!("answered with HTTP status {}", response.status());
                let failure = Failure::new(SYSTEM, call_of(self.stage), message)
                    .code(response.status())
                    .outcome(outcome)
                    .response(response);
                self.fail(&failure)
            }
            Stage::Authorize if response.status() != 429 => self.authorize_again(call_of(self.stage), now),
            stage => {
                self.tries = self.tries.saturating_add(1);
                if self.tries > ATTEMPTS {
                    let message = format!("answered with HTTP status {}, again and again", response.status());
                    let failure = Failure::new(SYSTEM, call_of(stage), message).code(response.status());
                    return self.fail(&failure.response(response));
                }
                self.rest(now);
                None
            }
        }
    }

    fn informed(&mut self, response: &HttpResponse) -> At {
        const CALL: &str = "credentials/info";
        let details: CredentialDetails = match response::read(CALL, response) {
            Ok(details) => details,
            Err(failure) => return self.fail(&failure),
        };
        match response::verdict(CALL, response, &details.status, response::Attempts::default()) {
            Verdict::Done | Verdict::Accepted => self.vault.session.accepted(),
            Verdict::Refused(failure) => return self.fail(&failure),
        }
        if let Err(failure) = self.check(&details) {
            return self.fail(&failure);
        }
        let chosen = self.credential.auth_mode.as_deref().or(details.auth_mode.as_deref());
        let Some(mode) = chosen.and_then(Mode::from_name) else {
            let offered = details.auth_mode_supported.join(", ");
            let message = format!(
                "the service does not say how the credential is authorised; choose its auth_mode ({})",
                cut(if offered.is_empty() { "nothing is offered" } else { &offered }, 300)
            );
            let failure = Failure::new(SYSTEM, CALL, message).fault(Fault::Caller).retry(Retry::Never);
            return self.fail(&failure);
        };
        if mode == Mode::Redirect && self.service.oauth2.is_none() {
            let message = "the credential is authorised by OAuth 2.0, and the service has no such endpoint";
            let failure = Failure::new(SYSTEM, CALL, message).fault(Fault::Caller).retry(Retry::Never);
            return self.fail(&failure);
        }
        let scal = self.credential.scal.map(i64::from).or(details.scal);
        let most = details.num_signatures.and_then(|most| usize::try_from(most).ok());
        let chosen = chosen.map(str::to_ascii_uppercase).unwrap_or_default();
        let channel = match chosen.as_str() {
            "EXPLICIT/OTP-SMS" => details.authorization_phone.as_deref(),
            "EXPLICIT/OTP-EMAIL" => details.authorization_email.as_deref(),
            _ => None,
        };
        self.known = Some(Known {
            mode,
            // The phone shows what is signed, so it must know.
            binds: scal != Some(1) || mode == Mode::Phone,
            most: most.filter(|most| *most > 0).unwrap_or(usize::from(u16::MAX)),
            channel: channel.map(masked),
        });
        self.go(self.first_of_authorization());
        None
    }

    /// Whether the credential is the one that the documents were prepared for, and can sign.
    fn check(&self, details: &CredentialDetails) -> Result<(), Failure> {
        let failure = |message: String| {
            Failure::new(SYSTEM, "credentials/info", message).fault(Fault::Caller).retry(Retry::Never)
        };
        if details.passphrase_default == Some(true) {
            return Err(failure(
                "the passphrase is still the first one: change it before signing".to_owned(),
            ));
        }
        if let Some(left) = details.remaining_signing_counter.filter(|left| *left >= 0)
            && usize::try_from(left).is_ok_and(|left| left < self.items.len())
        {
            let needed = self.items.len();
            return Err(failure(format!(
                "{left} signatures are left to the credential, {needed} are needed"
            )));
        }
        let Some(certificate) = &details.certificate else { return Ok(()) };
        let told = certificate.thumbprint.as_deref();
        let wanted = self.items.certificate_sha256();
        let found = match certificate.certificates.first() {
            Some(_) => {
                let Some(leaf) = certificates(&certificate.certificates, told).into_iter().next() else {
                    let message = "the certificate cannot be read, or is not the one of its thumbprint";
                    return Err(failure(message.to_owned()).fault(Fault::Signer));
                };
                Certificate::from_der(&leaf)
                    .ok()
                    .map(|leaf| leaf.fingerprint(DigestAlgorithm::Sha256).to_hex())
            }
            None => told.filter(|told| told.len() == 64).map(str::to_ascii_lowercase),
        };
        match found {
            Some(found) if found != wanted => Err(failure(format!(
                "the credential has the certificate with the SHA-256 {found}, the documents were prepared \
                 for {wanted}"
            ))),
            _ => Ok(()),
        }
    }

    fn otp_sent(&mut self, response: &HttpResponse) -> At {
        const CALL: &str = "credentials/sendOTP";
        let plain: Plain = match response::read(CALL, response) {
            Ok(plain) => plain,
            Err(failure) => return self.fail(&failure),
        };
        match response::verdict(CALL, response, &plain.status, plain.attempts) {
            Verdict::Done | Verdict::Accepted => {
                self.vault.session.accepted();
                self.goes_on_from = plain.status.bill_code.as_deref().and_then(fit);
                self.go(Stage::Code);
                None
            }
            // The application on the phone makes the codes by itself.
            Verdict::Refused(_)
                if self.mode() == Some(Mode::OtpMobile)
                    && plain.status.code() == Some(ResponseCode::UnsupportedOperation) =>
            {
                self.go(Stage::Code);
                None
            }
            Verdict::Refused(failure) => self.fail(&failure),
        }
    }

    /// The response to `credentials/authorize`, or to a poll for it.
    fn authorized(&mut self, response: &HttpResponse, now: DateTime<Utc>) -> At {
        let call = call_of(self.stage);
        let authorized: Authorized = match response::read(call, response) {
            Ok(authorized) => authorized,
            Err(failure) => return self.fail(&failure),
        };
        let sad = authorized.sad.as_ref().and_then(|sad| sad.token());
        match (response::verdict(call, response, &authorized.status, authorized.attempts), sad) {
            (Verdict::Done | Verdict::Accepted, Some(sad)) => {
                self.vault.session.accepted();
                self.vault.sad = Some(sad);
                self.vault.code = None;
                (self.complaint, self.goes_on_from) = (None, None);
                self.go(Stage::Sign);
                None
            }
            (Verdict::Accepted, None) if self.is_on_phone() => {
                self.vault.session.accepted();
                if let Some(id) = authorized.status.bill_code.as_deref().and_then(fit)
                    && self.stage == Stage::Authorize
                {
                    self.goes_on_from = Some(id);
                }
                if self.stage == Stage::Confirm && self.is_expired(now) {
                    return self.still_pending(now);
                }
                self.wait_for_signer(Stage::Confirm, now);
                None
            }
            (Verdict::Done | Verdict::Accepted, None) => {
                let message = "authorised, and there is no SAD that can be used";
                self.fail(&Failure::new(SYSTEM, call, message).response(response))
            }
            (Verdict::Refused(failure), _) => self.refused(failure, &authorized, now),
        }
    }

    fn refused(&mut self, failure: Failure, authorized: &Authorized, now: DateTime<Utc>) -> At {
        let code = authorized.status.code();
        let gives_code = !self.is_on_phone() && self.mode() != Some(Mode::Redirect);
        let wrong = code == Some(ResponseCode::InvalidAuthorizationCode)
            || (self.service.dialect == Dialect::V2 && authorized.attempts.remaining_counter.is_some());
        let left = authorized.attempts.left();
        let none_left = authorized.attempts.remaining_counter.is_some() && left.is_none();
        let late = code == Some(ResponseCode::AuthorizationCodeTimeout);
        if !gives_code || none_left || !(wrong || late) {
            return self.fail(&failure);
        }
        self.authorizations = self.authorizations.saturating_add(1);
        if self.authorizations >= ATTEMPTS {
            return self.fail(&failure);
        }
        self.complaint = Some((cut(&failure.without(self.vault.secrets()).message, 300), left));
        self.vault.code = None;
        if late {
            // A new code is needed, and not at once: the service counts them.
            self.restart_authorization();
            if self.stage == Stage::SendOtp {
                self.rest(now);
            }
        } else {
            self.go(Stage::Code);
        }
        None
    }

    fn extended(&mut self, response: &HttpResponse) -> At {
        const CALL: &str = "credentials/extendTransaction";
        let extended: Authorized = match response::read(CALL, response) {
            Ok(extended) => extended,
            Err(failure) => return self.fail(&failure),
        };
        match response::verdict(CALL, response, &extended.status, extended.attempts) {
            Verdict::Done | Verdict::Accepted => {
                self.vault.session.accepted();
                if let Some(sad) = extended.sad.as_ref().and_then(|sad| sad.token()) {
                    self.vault.sad = Some(sad);
                }
                self.go(Stage::Sign);
                None
            }
            Verdict::Refused(failure) => self.fail(&failure),
        }
    }

    /// The response to `signature/signHash`.
    fn signed(&mut self, response: &HttpResponse, now: DateTime<Utc>) -> At {
        let call = call_of(Stage::Sign);
        // Only a refusal in so many words says that nothing was signed.
        let turned_away = (400..500).contains(&response.status()) && response.status() != 408;
        let signed: Signed = match response::read(call, response) {
            Ok(signed) => signed,
            Err(failure) if turned_away => return self.fail(&failure),
            Err(failure) => return self.fail(&failure.outcome(Outcome::Unknown)),
        };
        match response::verdict(call, response, &signed.status, response::Attempts::default()) {
            Verdict::Done | Verdict::Accepted if !signed.signatures.is_empty() => {
                self.vault.session.accepted();
                self.take(&signed.signatures, response)
            }
            Verdict::Accepted if self.service.dialect == Dialect::V2 => {
                self.vault.session.accepted();
                let Some(id) = signed.status.bill_code.as_deref().and_then(fit) else {
                    let message = "accepted, and there is no responseID to ask with";
                    let failure = Failure::new(SYSTEM, call, message).response(response);
                    return self.fail(&failure.outcome(Outcome::Unknown));
                };
                self.goes_on_from = Some(id);
                self.wait_for_signer(Stage::Collect, now);
                None
            }
            Verdict::Done | Verdict::Accepted => {
                let message = "accepted without signatures, and this dialect has no call to ask for them";
                let failure = Failure::new(SYSTEM, call, message).response(response);
                self.fail(&failure.outcome(Outcome::Unknown))
            }
            Verdict::Refused(failure) => {
                let certain =
                    signed.status.code().is_some_and(|code| !code.is_done() && !code.is_uncertain());
                let outcome = if certain || turned_away { Outcome::Known } else { Outcome::Unknown };
                self.fail(&failure.outcome(outcome))
            }
        }
    }

    /// The response to `signatures/signPolling` for values.
    fn collected(&mut self, response: &HttpResponse, now: DateTime<Utc>) -> At {
        let call = call_of(Stage::Collect);
        let signed: Signed = match response::read(call, response) {
            Ok(signed) => signed,
            // Nothing that could be read: the values may be there all the same.
            Err(_) => return self.still_pending(now),
        };
        match response::verdict(call, response, &signed.status, response::Attempts::default()) {
            Verdict::Done | Verdict::Accepted if !signed.signatures.is_empty() => {
                self.vault.session.accepted();
                self.goes_on_from = None;
                self.take(&signed.signatures, response)
            }
            Verdict::Done | Verdict::Accepted => {
                self.vault.session.accepted();
                self.still_pending(now)
            }
            Verdict::Refused(failure) => {
                let certain =
                    signed.status.code().is_some_and(|code| !code.is_done() && !code.is_uncertain());
                let outcome = if certain { Outcome::Known } else { Outcome::Unknown };
                self.fail(&failure.outcome(outcome))
            }
        }
    }

    /// Takes the values of the documents of this authorisation.
    fn take(&mut self, values: &[String], response: &HttpResponse) -> At {
        let expected = self.chunk();
        if values.len() != expected {
            let message =
                format!("{} values for {expected} documents: nobody knows which is whose", values.len());
            let failure = Failure::new(SYSTEM, call_of(Stage::Sign), message).response(response);
            return self.fail(&failure.outcome(Outcome::Unknown));
        }
        self.values.extend_from_slice(values);
        if self.values.len() < self.items.len() {
            self.go(Stage::Extend);
        } else {
            self.end(None);
        }
        None
    }
}
