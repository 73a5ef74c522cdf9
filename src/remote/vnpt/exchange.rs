//! The calls of a transaction: what goes out, and what is made of what comes back.

use std::collections::BTreeMap;

use super::calls::{CONFIRM_TH, SIGN_TH, STATUS};
use super::code::Code;
use super::transaction::{Phase, Transaction, Way, time};
use super::vault::Need;
use super::wire::{self, Confirm, Reply, Sign, SignFile, Status};
use crate::fault::Fault;
use crate::remote::call::{join, segment};
use crate::remote::failure::{Failure, Outcome, Retry};
use crate::remote::flow::{Action, DocumentOutcome};
use crate::remote::http::{HttpRequest, HttpResponse};

/// Codes or passwords that the service may refuse before it is over: accounts get locked.
const REFUSALS: u8 = 2;

/// Seconds that a SAD lives when the service does not say, and the most that it is believed.
const SAD_SECONDS: i64 = 299;
const MOST_SAD_SECONDS: i64 = 86_400;

type Next = Action<Vec<DocumentOutcome>>;

impl Transaction {
    /// `v1/signatures/sign` or `v2/signatures/sign`; none while a secret is missing.
    pub(super) fn sign_request(&mut self, now: i64) -> Option<HttpRequest> {
        let sp_password = self.vault.service_password.clone()?.into();
        let (password, otp) = match self.system {
            Way::Phone => (None, None),
            Way::Code => {
                let password = self.vault.user_password.clone()?;
                (Some(password.into()), Some(self.vault.take_otp()?.into()))
            }
        };
        let file = |(document, digest): (&str, &str)| SignFile {
            file_type: self.service.file_type_of(document).to_owned(),
            data_to_be_signed: digest.to_owned(),
            doc_id: document.to_owned(),
            sign_type: "hash".to_owned(),
        };
        let documents = self.items.iter().map(|item| item.document.as_str());
        let body = Sign {
            sp_id: self.service.sp_id.clone(),
            sp_password,
            user_id: self.credential.user_id.clone(),
            password,
            otp,
            transaction_desc: self.description.clone(),
            sign_files: documents.zip(self.items.hex()).map(file).collect(),
            serial_number: self.credential.serial_number.clone(),
            time_stamp: self.service.time_stamp_at(time(now)),
            transaction_id: self.transaction_id.clone(),
        };
        let call = self.system.sign();
        Some(HttpRequest::post_json(call, join(&self.service.base_url, call), &body))
    }

    /// `v2/signatures/confirm`; none without the SAD.
    pub(super) fn confirm_request(&self) -> Option<HttpRequest> {
        let body = Confirm {
            sp_id: self.service.sp_id.clone(),
            sp_password: self.vault.service_password.clone()?.into(),
            user_id: self.credential.user_id.clone(),
            password: self.vault.user_password.clone()?.into(),
            sad: self.vault.sad.clone()?.into(),
            transaction_id: self.returned_id.clone().unwrap_or_else(|| self.transaction_id.clone()),
        };
        let call = CONFIRM_TH;
        Some(HttpRequest::post_json(call, join(&self.service.base_url, call), &body))
    }

    /// `v1/signatures/sign/{tranId}/status`.
    pub(super) fn status_request(&self) -> HttpRequest {
        let returned = match self.service.status_by {
            super::StatusBy::TransactionId => &self.returned_id,
            super::StatusBy::TranCode => &self.tran_code,
        };
        let id = returned.as_ref().unwrap_or(&self.transaction_id);
        let path = format!("v1/signatures/sign/{}/status", segment(id));
        HttpRequest::post_json(STATUS, join(&self.service.base_url, &path), &Status {}).repeatable()
    }

    pub(super) fn sign_answered(&mut self, response: &HttpResponse, now: i64) -> Next {
        let call = self.system.sign();
        match wire::read::<wire::Transaction>(response) {
            Reply::Success { stated, data, .. } => {
                let data = data.unwrap_or_default();
                if !stated && data.transaction_id.is_none() && data.tran_code.is_none() {
                    let message = "the response does not say whether the transaction was accepted";
                    return self.doubtful(call, response, message, now);
                }
                let vault = &self.vault;
                let is_good = |id: &String| is_id(id) && vault.is_free_of_secrets(id);
                self.returned_id = data.transaction_id.filter(is_good);
                self.tran_code = data.tran_code.filter(is_good);
                self.told = None;
                self.refused.clear();
                match data.sad.filter(|sad| self.system == Way::Code && !sad.secret().expose().is_empty()) {
                    Some(sad) => {
                        let seconds = data.expired_in.unwrap_or(SAD_SECONDS).clamp(0, MOST_SAD_SECONDS);
                        self.keep_sad(sad.into(), seconds, now);
                        self.acknowledge();
                        self.confirm(now)
                    }
                    // Without a SAD it waits for the phone, like any other.
                    None => {
                        self.acknowledge();
                        self.later(now)
                    }
                }
            }
            Reply::Unreadable(error) => self.doubtful(call, response, &unreadable(response, &error), now),
            Reply::Refused { code, message } if code.leaves_open() => {
                let message = self.words(code, message.as_deref());
                self.doubtful(call, response, &message, now)
            }
            Reply::Refused { code, message } => self.refused(call, response, code, message.as_deref(), now),
        }
    }

    pub(super) fn confirm_answered(&mut self, response: &HttpResponse, now: i64) -> Next {
        let call = CONFIRM_TH;
        match wire::read::<wire::Transaction>(response) {
            Reply::Success { data, .. } => match self.values(data.as_ref()) {
                Some(values) => self.end_as(Phase::Signed { values }),
                None => self.later(now),
            },
            Reply::Unreadable(error) => self.doubtful(call, response, &unreadable(response, &error), now),
            Reply::Refused { code, message } if code.leaves_open() => {
                let message = self.words(code, message.as_deref());
                self.doubtful(call, response, &message, now)
            }
            Reply::Refused { code, message } => self.refused(call, response, code, message.as_deref(), now),
        }
    }

    pub(super) fn status_answered(&mut self, response: &HttpResponse, now: i64) -> Next {
        let call = STATUS;
        let (code, message) = match wire::read::<wire::Transaction>(response) {
            Reply::Success { status, data, .. } => {
                if let Some(values) = self.values(data.as_ref()) {
                    return self.end_as(Phase::Signed { values });
                }
                let status = data.and_then(|data| data.status).or(status).map(Code::from_number);
                match status {
                    Some(code @ (Code::Expired | Code::Rejected)) => (code, None),
                    // Whatever else it says without values: the signer has not confirmed yet.
                    _ => {
                        self.acknowledge();
                        return self.later(now);
                    }
                }
            }
            Reply::Unreadable(error) => {
                let failure = self.failure(call, response, unreadable(response, &error));
                self.worry(failure);
                return self.later(now);
            }
            Reply::Refused { code, message } => (code, message),
        };
        let words = self.words(code, message.as_deref());
        match code {
            Code::Waiting => {
                self.acknowledge();
                self.later(now)
            }
            Code::Expired | Code::Rejected => self.refused(call, response, code, message.as_deref(), now),
            code if code.passes() => {
                let mut failure = self.failure(call, response, words);
                failure.code = Some(code.number().to_string());
                self.worry(failure);
                self.later(now)
            }
            _ if self.may_arrive(now) => self.later(now),
            code => {
                let mut failure = self.failure(call, response, words).outcome(Outcome::Unknown);
                failure.code = Some(code.number().to_string());
                self.fail(failure)
            }
        }
    }

    /// The service said no, and that is that, unless it is a code or a password that may be given again.
    fn refused(
        &mut self,
        call: &'static str,
        response: &HttpResponse,
        code: Code,
        message: Option<&str>,
        now: i64,
    ) -> Next {
        let words = self.words(code, message);
        if call == SIGN_TH
            && let Some(need) = self.wrong_secret(code, message.unwrap_or_default())
        {
            if !self.refused.contains(&need) {
                self.refused.push(need);
            }
            self.refusals = self.refusals.saturating_add(1);
            self.told = Some(words);
            return self.begin_again(now);
        }
        if code == Code::Rejected {
            return self.end_as(Phase::Rejected { code: code.number().to_string(), message: words });
        }
        let mut failure = self.failure(call, response, words);
        failure.code = Some(code.number().to_string());
        failure = match code {
            Code::Expired => failure,
            code if code.number() == 429 => failure,
            code if code.refuses() => failure.retry(Retry::Never).fault(Fault::Caller),
            _ => failure.outcome(Outcome::Unknown),
        };
        self.fail(failure)
    }

    /// Which of the one-time code and the signer's password the message is about, if any; the service refuses
    /// them with its general codes. Forgets what was refused.
    fn wrong_secret(&mut self, code: Code, message: &str) -> Option<Need> {
        let has_one = matches!(code.number(), 400..=403 | 1000..=3999);
        if !has_one || self.refusals >= REFUSALS {
            return None;
        }
        let message = message.to_lowercase().replace("sp_credential_invalid", "");
        let of_relying_party = ["sp_", "sp "].iter().any(|word| message.contains(word));
        if message.contains("otp") {
            return Some(Need::Otp);
        }
        if !of_relying_party && ["password", "mật khẩu"].iter().any(|word| message.contains(word)) {
            self.vault.user_password = None;
            return Some(Need::UserPassword);
        }
        None
    }

    /// The values of the transaction's documents, in base64; none when there is none at all.
    fn values(&self, data: Option<&wire::Transaction>) -> Option<BTreeMap<String, String>> {
        let pairs: Vec<(&str, &str)> = data?.signatures.iter().filter_map(wire::Signature::pair).collect();
        if pairs.is_empty() {
            return None;
        }
        let mut values = BTreeMap::new();
        // The first of two with one id: which of them is right, the verification tells.
        for (id, value) in pairs.into_iter().rev() {
            values.insert(id, value);
        }
        let own = self.items.iter().filter_map(|item| {
            let id = item.document.as_str();
            let value = values.get(id).or_else(|| values.get(id.trim()))?;
            Some((item.document.clone(), (*value).to_owned()))
        });
        Some(own.collect())
    }

    fn doubtful(&mut self, call: &'static str, response: &HttpResponse, message: &str, now: i64) -> Next {
        let failure = self.failure(call, response, message);
        self.doubt_as(failure, now);
        self.later(now)
    }

    /// A failure with its response, from which the secrets are taken.
    fn failure(&self, call: &'static str, response: &HttpResponse, message: impl Into<String>) -> Failure {
        let mut failure = self.failed(call, self.vault.message(&message.into()));
        failure.code = Some(response.status().to_string());
        failure.response = Some(self.vault.response(response));
        failure
    }

    /// The service's words, or the name of its code.
    fn words(&self, code: Code, message: Option<&str>) -> String {
        match message.map(str::trim).filter(|message| !message.is_empty()) {
            Some(message) => self.vault.message(message),
            None if code == Code::Expired => "the signer did not confirm in time".to_owned(),
            None if code == Code::Rejected => "the signer refused".to_owned(),
            None => format!("the service answers {code}"),
        }
    }
}

fn unreadable(response: &HttpResponse, error: &serde_json::Error) -> String {
    // The kind alone: the text of an error may quote the response.
    let (line, column) = (error.line(), error.column());
    let kind = if error.is_data() { "not of the form that the call returns" } else { "not JSON" };
    format!("the response (HTTP {}) is {kind}, line {line} column {column}", response.status())
}

/// Whether what a service returned can stand for a transaction in an address.
fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && !text.chars().any(char::is_control)
        && text.chars().any(|one| one.is_ascii_alphanumeric())
}
