//! Signing whole files: the service makes the signature and puts it in.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::calls::CallName;
use super::code::ResponseCode;
use super::file::{AuthorizeFile, Download, FileReply, Found, SignFile, SignedFiles};
use super::file_to_sign::{FileToSign, OtherDocument, ReturnedFile};
use super::metadata::SignCloudMetaData;
use super::reply::{self, Refusal, SYSTEM};
use super::service::{AuthMode, Service};
use super::session::{LoginOutcome, Pace, Session, Tries, cancelled, declined, unreachable, without_polling};
use super::signing::{code_message, who};
use crate::algorithm::DigestAlgorithm;
use crate::fault::Fault;
use crate::remote::call::Call as _;
use crate::remote::{
    Action, Answer, BeginError, Credential, Event, Failure, Flow, HttpResponse, InputKind, Lost, Outcome,
    Retry, Secret, Terms, encoded,
};

/// Has a file signed: login, `signing/file`, with a one-time code `signing/file/authorize`, and
/// `signing/download/file` while the service has not finished, or when its answer got lost.
///
/// Input: [`ServicePassword`](InputKind::ServicePassword), then [`Pin`](InputKind::Pin) or
/// [`Otp`](InputKind::Otp). What is stored has the signed file, once it came, but not the one to be signed:
/// give it with [`with_file`](Self::with_file) after a resume, until it was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSigning {
    service: Service,
    agreement_uuid: String,
    auth_mode: AuthMode,
    mime_type: String,
    metadata: Option<SignCloudMetaData>,
    /// SHA-256 of the file, lower-case hexadecimal digits.
    file_sha256: String,
    notification_subject: Option<String>,
    pace: Pace,
    tries: Tries,
    stage: Stage,
    #[serde(skip)]
    file: Option<Bytes>,
    #[serde(skip)]
    session: Session,
    #[serde(skip)]
    code: Option<Secret>,
    /// Whether a download is under way.
    #[serde(skip)]
    polling: bool,
}

/// The file, not shown.
#[derive(Clone)]
struct Bytes(Arc<[u8]>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Stage {
    /// Nothing that costs anything was sent.
    Start,
    /// `signing/file` is under way.
    FileSent,
    /// The signer has, or will get, a one-time code.
    CodeNeeded {
        bill_code: String,
    },
    /// `signing/file/authorize` is under way.
    AuthorizeSent {
        bill_code: String,
    },
    /// The service works on it, or nobody knows; `signing/download/file` tells.
    Polling {
        bill_code: String,
        /// Whether patience ended: the next [`Event::Continue`] asks once more.
        gave_up: bool,
    },
    Done {
        file: StoredFile,
    },
    Failed {
        failure: Failure,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredFile {
    base64: String,
    mime_type: Option<String>,
    uuid: Option<String>,
}

impl FileSigning {
    /// Begins a transaction. Nothing is sent yet: the first step does that.
    ///
    /// # Errors
    /// [`BeginError`]: no agreement, another way of authorising than this interface has, an empty file, no
    /// subject for the e-mail with the code.
    pub fn begin(
        service: &Service,
        credential: &Credential,
        file: &FileToSign,
        terms: &Terms,
    ) -> Result<Self, BeginError> {
        let (agreement_uuid, auth_mode) = who(credential)?;
        if file.bytes.is_empty() {
            return Err(BeginError::Empty);
        }
        let subject = service.notification_subject.as_ref().or(terms.description.as_ref());
        if auth_mode == AuthMode::OtpEmail && subject.is_none() {
            let what = "a notificationSubject for EXPLICIT/OTP-EMAIL, or a description of the transaction";
            return Err(BeginError::Incomplete { system: SYSTEM, what });
        }
        Ok(Self {
            service: service.clone(),
            agreement_uuid,
            auth_mode,
            mime_type: file.mime_type.clone(),
            metadata: file.metadata.clone(),
            file_sha256: DigestAlgorithm::Sha256.hash(&file.bytes).to_hex(),
            notification_subject: subject.filter(|_| auth_mode != AuthMode::Pin).cloned(),
            pace: Pace::new(terms),
            tries: Tries::default(),
            stage: Stage::Start,
            file: Some(Bytes(Arc::clone(&file.bytes))),
            session: Session::default(),
            code: None,
            polling: false,
        })
    }

    /// With the file to be signed, after a resume.
    ///
    /// # Errors
    /// [`OtherDocument`]: it is not the one that the conversation was begun with.
    pub fn with_file(mut self, bytes: impl Into<Arc<[u8]>>) -> Result<Self, OtherDocument> {
        let bytes = bytes.into();
        let found = DigestAlgorithm::Sha256.hash(&bytes).to_hex();
        if found != self.file_sha256 {
            return Err(OtherDocument { system: SYSTEM, expected: self.file_sha256, found });
        }
        self.file = Some(Bytes(bytes));
        Ok(self)
    }

    /// The service's number of the transaction, once it has told it.
    #[must_use]
    pub fn bill_code(&self) -> Option<&str> {
        match &self.stage {
            Stage::CodeNeeded { bill_code }
            | Stage::AuthorizeSent { bill_code }
            | Stage::Polling { bill_code, .. } => Some(bill_code),
            _ => None,
        }
    }

    fn take(&mut self, event: Event, now: DateTime<Utc>) {
        match event {
            Event::Cancelled => self.cancel(),
            Event::Notified => {}
            Event::Input(answer) => self.answer(answer),
            Event::Response(response) => self.response(&response, now),
            Event::Lost(lost) => self.lost(lost == Lost::NotSent, now),
            Event::Continue => {
                if let Stage::Polling { gave_up: gave_up @ true, .. } = &mut self.stage {
                    *gave_up = false;
                    self.pace.end_pause();
                } else {
                    self.lost(false, now);
                }
            }
        }
    }

    fn response(&mut self, response: &HttpResponse, now: DateTime<Utc>) {
        if self.session.is_under_way() {
            match self.session.answered(response) {
                LoginOutcome::In => {}
                LoginOutcome::Later => self.later(CallName::Login, now),
                LoginOutcome::Refused(failure) => self.fail(failure),
            }
            return;
        }
        match self.stage.clone() {
            Stage::FileSent => match reply::hear::<FileReply>(CallName::SignFile, response) {
                Ok(reply) => self.answered(CallName::SignFile, &reply, response, now),
                Err(refusal) => self.refused(*refusal, Stage::Start, now),
            },
            Stage::AuthorizeSent { bill_code } => {
                match reply::hear::<FileReply>(CallName::AuthorizeFile, response) {
                    Ok(reply) => self.answered(CallName::AuthorizeFile, &reply, response, now),
                    Err(refusal) => {
                        let before = Stage::CodeNeeded { bill_code };
                        self.refused(*refusal, before, now);
                    }
                }
            }
            Stage::Polling { .. } if std::mem::take(&mut self.polling) => self.polled(response, now),
            _ => {}
        }
    }

    /// The answer of success to `signing/file` or `signing/file/authorize`.
    fn answered(&mut self, call: CallName, reply: &FileReply, response: &HttpResponse, now: DateTime<Utc>) {
        let files = reply.files();
        if !files.is_empty() {
            return self.choose(call, &files, response);
        }
        let told = reply.common.bill_code.as_deref().map(str::trim).filter(|code| !code.is_empty());
        let bill_code = match self.stage.clone() {
            Stage::AuthorizeSent { bill_code } => Some(bill_code),
            _ => told.map(str::to_owned),
        };
        match bill_code {
            Some(bill_code) if call == CallName::SignFile && self.auth_mode != AuthMode::Pin => {
                self.file = None;
                self.code = None;
                self.stage = Stage::CodeNeeded { bill_code };
            }
            Some(bill_code) => self.poll_later(bill_code, now),
            None => {
                let mut failure = reply::coded_failure(call, response, &reply.common);
                failure.message = format!("{}, but neither a file nor a billCode came", failure.message);
                self.fail(failure.outcome(Outcome::Unknown).fault(Fault::Signer));
            }
        }
    }

    /// Takes the file, when it is clear which it is.
    fn choose(&mut self, call: CallName, files: &[Found<'_>], response: &HttpResponse) {
        let same = |file: &&Found<'_>| file.mime_type.is_some_and(|kind| kind.trim() == self.mime_type);
        let mut of_the_type = files.iter().filter(same);
        let chosen = match (files, of_the_type.next(), of_the_type.next()) {
            ([only], ..) => Some(only),
            (_, Some(only), None) => Some(only),
            _ => None,
        };
        let read = chosen.map(|file| (file, encoded::bytes(file.base64)));
        let why = match read {
            Some((file, Ok(bytes))) => {
                self.code = None;
                self.session = Session::default();
                let (mime_type, uuid) = (file.mime_type.map(str::to_owned), file.uuid.map(str::to_owned));
                self.stage =
                    Stage::Done { file: StoredFile { base64: STANDARD.encode(bytes), mime_type, uuid } };
                return;
            }
            Some((_, Err(error))) => format!("the signed file is not base64: {error}"),
            None => format!("{} files came back for one", files.len()),
        };
        let failure = Failure::new(SYSTEM, call.path(), why).response(response);
        self.fail(failure.outcome(Outcome::Unknown));
    }

    fn polled(&mut self, response: &HttpResponse, now: DateTime<Utc>) {
        let call = CallName::Download;
        let refusal = match reply::hear::<SignedFiles>(call, response) {
            Ok(reply) => {
                self.session.may_renew();
                let files = reply.files();
                return if files.is_empty() {
                    self.not_yet(now)
                } else {
                    self.choose(call, &files, response)
                };
            }
            Err(refusal) => refusal,
        };
        if !refusal.wants_login() {
            self.session.may_renew();
        }
        match refusal.code {
            _ if refusal.wants_login() => {
                if !self.session.renew() {
                    self.fail(refusal.failure.outcome(Outcome::Unknown));
                }
            }
            Some(
                ResponseCode::FileBeingProcessed
                | ResponseCode::TransactionNotFinished
                | ResponseCode::FileNotFound,
            ) => self.not_yet(now),
            Some(_) => self.fail(without_polling(refusal.failure).outcome(Outcome::Unknown)),
            // Busy, broken for the moment, or no such file yet.
            None if refusal.http == 404
                || refusal.http == 429
                || refusal.http >= 500
                || refusal.http < 300 =>
            {
                self.not_yet(now);
            }
            None => self.fail(refusal.failure.outcome(Outcome::Unknown)),
        }
    }

    fn not_yet(&mut self, now: DateTime<Utc>) {
        if let Stage::Polling { gave_up, .. } = &mut self.stage {
            if self.pace.is_over(now) {
                *gave_up = true;
            } else {
                self.pace.pause(now);
            }
        }
    }

    fn poll_later(&mut self, bill_code: String, now: DateTime<Utc>) {
        self.code = None;
        self.file = None;
        self.stage = Stage::Polling { bill_code, gave_up: false };
        self.not_yet(now);
    }

    fn refused(&mut self, mut refusal: Refusal, before: Stage, now: DateTime<Utc>) {
        refusal.failure = self.session.hide(refusal.failure, self.code.as_ref());
        let processing = matches!(
            refusal.code,
            Some(ResponseCode::FileBeingProcessed | ResponseCode::TransactionNotFinished)
        );
        if refusal.wants_login() && self.session.renew() {
            self.stage = before;
        } else if refusal.code == Some(ResponseCode::InvalidAuthorizationCode)
            && self.tries.count(refusal.remaining, &refusal.failure.message)
        {
            self.code = None;
            self.stage = before;
        } else if let Stage::CodeNeeded { bill_code } = before
            && (processing || (refusal.code.is_none() && refusal.failure.outcome == Outcome::Unknown))
        {
            self.poll_later(bill_code, now);
        } else {
            self.fail(without_polling(refusal.failure));
        }
    }

    fn answer(&mut self, answer: Answer) {
        if self.session.is_under_way() || self.polling {
            return;
        }
        let wants_password = self.session.wants_password();
        let wants_code = self.code.is_none()
            && match self.stage {
                Stage::Start => self.auth_mode == AuthMode::Pin,
                Stage::CodeNeeded { .. } => true,
                _ => false,
            };
        let open = match self.stage {
            Stage::Start | Stage::CodeNeeded { .. } => true,
            Stage::Polling { gave_up, .. } => !gave_up,
            _ => false,
        };
        if !open || !(wants_password || wants_code) {
            return;
        }
        match answer {
            Answer::Given(secret) if secret.expose().trim().is_empty() => {}
            Answer::Given(secret) if wants_password => self.session.give_password(secret),
            Answer::Given(secret) => {
                self.session.may_renew();
                self.code = Some(secret);
            }
            Answer::Declined => {
                let call = self.next_call();
                let code = (!wants_password).then_some(self.auth_mode);
                if let Stage::Polling { gave_up, .. } = &mut self.stage {
                    *gave_up = true;
                } else {
                    self.fail(declined(call, code));
                }
            }
        }
    }

    /// The request that was sent last brought no answer.
    fn lost(&mut self, not_sent: bool, now: DateTime<Utc>) {
        if self.session.is_under_way() {
            self.session.lost();
            return self.later(CallName::Login, now);
        }
        match self.stage.clone() {
            Stage::FileSent if not_sent => {
                self.stage = Stage::Start;
                self.later(CallName::SignFile, now);
            }
            Stage::FileSent => {
                let call = CallName::SignFile;
                let message = "the answer got lost before it told a billCode to ask for";
                let failure = Failure::new(SYSTEM, call.path(), message).outcome(Outcome::Unknown);
                self.fail(failure.fault(Fault::Io));
            }
            Stage::AuthorizeSent { bill_code } if not_sent => {
                self.stage = Stage::CodeNeeded { bill_code };
                self.later(CallName::AuthorizeFile, now);
            }
            Stage::AuthorizeSent { bill_code } => self.poll_later(bill_code, now),
            Stage::Polling { .. } if std::mem::take(&mut self.polling) => self.not_yet(now),
            _ => {}
        }
    }

    fn cancel(&mut self) {
        let (call, outcome) = match self.stage {
            Stage::Done { .. } | Stage::Failed { .. } => return,
            Stage::FileSent => (CallName::SignFile, Outcome::Unknown),
            Stage::AuthorizeSent { .. } => (CallName::AuthorizeFile, Outcome::Unknown),
            Stage::Polling { .. } => (CallName::Download, Outcome::Unknown),
            Stage::Start | Stage::CodeNeeded { .. } => (self.next_call(), Outcome::Known),
        };
        self.fail(cancelled(call).outcome(outcome));
    }

    /// Tries again after a pause, while the caller is patient.
    fn later(&mut self, call: CallName, now: DateTime<Utc>) {
        if matches!(self.stage, Stage::Polling { .. }) {
            self.not_yet(now);
        } else if self.pace.is_over(now) {
            self.fail(unreachable(call));
        } else {
            self.pace.pause(now);
        }
    }

    const fn next_call(&self) -> CallName {
        match self.stage {
            _ if self.session.token().is_none() => CallName::Login,
            Stage::Polling { .. } => CallName::Download,
            Stage::CodeNeeded { .. } | Stage::AuthorizeSent { .. } => CallName::AuthorizeFile,
            _ => CallName::SignFile,
        }
    }

    fn fail(&mut self, failure: Failure) {
        let failure = self.session.hide(failure, self.code.as_ref());
        self.code = None;
        self.file = None;
        self.session = Session::default();
        let failure = match self.stage {
            // The login of a poll was refused, say: what became of the file is as unknown as before.
            Stage::Polling { .. } => failure.outcome(Outcome::Unknown),
            _ => failure,
        };
        self.stage = Stage::Failed { failure };
    }

    fn due(&mut self, now: DateTime<Utc>) -> Action<ReturnedFile> {
        match &self.stage {
            Stage::Done { file } => {
                return Action::Done(ReturnedFile {
                    // What is not base64 only in a state that was tampered with.
                    bytes: STANDARD.decode(&file.base64).unwrap_or_default(),
                    mime_type: file.mime_type.clone(),
                    uuid: file.uuid.clone(),
                });
            }
            Stage::Failed { failure } => return Action::Failed(failure.clone()),
            Stage::Polling { gave_up: true, bill_code } => {
                let message = format!("transaction {bill_code} has no signed file yet");
                let failure = Failure::new(SYSTEM, CallName::Download.path(), message);
                return Action::Failed(failure.retry(Retry::Poll).outcome(Outcome::Unknown));
            }
            Stage::FileSent | Stage::AuthorizeSent { .. } => return self.pace.awaiting(now),
            Stage::Start | Stage::CodeNeeded { .. } | Stage::Polling { .. } => {}
        }
        if self.session.is_under_way() || self.polling {
            return self.pace.awaiting(now);
        }
        if let Some(wait) = self.pace.waiting(now) {
            return wait;
        }
        if let Some(action) = self.session.due(&self.service) {
            return action;
        }
        let base = self.service.base_url.clone();
        match self.stage.clone() {
            Stage::Polling { bill_code, .. } => {
                self.polling = true;
                Action::Send(Download { bill_code }.request(&base, self.session.token()))
            }
            Stage::CodeNeeded { bill_code } => match self.code.clone() {
                Some(authorize_code) => {
                    let call = AuthorizeFile {
                        agreement_uuid: self.agreement_uuid.clone(),
                        bill_code: bill_code.clone(),
                        authorize_code,
                        sign_cloud_meta_data: self.metadata.clone(),
                    };
                    self.stage = Stage::AuthorizeSent { bill_code };
                    Action::Send(call.request(&base, self.session.token()))
                }
                None => {
                    let message = code_message(self.auth_mode, &bill_code);
                    Action::NeedInput(self.tries.input(InputKind::Otp, Some(message)))
                }
            },
            _ if self.auth_mode == AuthMode::Pin && self.code.is_none() => {
                Action::NeedInput(self.tries.input(InputKind::Pin, None))
            }
            _ => match self.sign_file() {
                Some(call) => {
                    self.stage = Stage::FileSent;
                    Action::Send(call.request(&base, self.session.token()))
                }
                None => {
                    let call = CallName::SignFile;
                    let message = "the file to be signed was not given after the resume";
                    self.fail(Failure::new(SYSTEM, call.path(), message).fault(Fault::Caller));
                    self.due(now)
                }
            },
        }
    }

    fn sign_file(&self) -> Option<SignFile> {
        let with_code = self.auth_mode != AuthMode::Pin;
        Some(SignFile {
            agreement_uuid: self.agreement_uuid.clone(),
            auth_mode: self.auth_mode.name().to_owned(),
            authorize_code: self.code.clone().filter(|_| !with_code),
            mime_type: self.mime_type.clone(),
            signing_file_data: STANDARD.encode(&self.file.as_ref()?.0),
            sign_cloud_meta_data: self.metadata.clone(),
            notification_subject: self.notification_subject.clone(),
            notification_template: self.service.notification_template.clone().filter(|_| with_code),
            signing_app: self.service.signing_app.clone(),
        })
    }
}

impl Flow for FileSigning {
    type Done = ReturnedFile;

    fn step(&mut self, event: Event, now: DateTime<Utc>) -> Action<Self::Done> {
        self.pace.start(now);
        self.take(event, now);
        self.due(now)
    }

    fn to_json(&self) -> String {
        // Strings and numbers only: there is nothing in it that could fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}
