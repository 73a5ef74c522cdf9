//! The steps in which a conversation with a service goes: events in, actions out.

use chrono::{DateTime, Utc};

use super::failure::Failure;
use super::http::{HttpRequest, HttpResponse};
use super::secret::Secret;
use crate::request::SignatureValue;

/// A conversation with a service, as a state machine without input and output.
///
/// The caller sends what [`Action::Send`] says, asks people what [`Action::NeedInput`] says, waits when
/// [`Action::Wait`] says so, and reports what happened as an [`Event`]. Store [`Flow::to_json`] before each
/// sending: what may have been signed is then never asked for a second time.
///
/// An event that does not fit the moment changes nothing: the action that is due is returned again.
pub trait Flow {
    /// What comes out of it.
    type Done;

    /// One step. `now` is the caller's clock.
    fn step(&mut self, event: Event, now: DateTime<Utc>) -> Action<Self::Done>;

    /// What to store: without secrets, which are asked for again after a resume.
    fn to_json(&self) -> String;

    /// The transaction's id, for logs; none for what is no transaction.
    fn transaction_id(&self) -> Option<&str> {
        None
    }

    /// The ids of the documents that it signs, for logs.
    fn documents(&self) -> &[String] {
        &[]
    }
}

/// What happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// Begin; or go on after a resume; or the time of [`Wait::poll_at`] has come. While a request is under
    /// way it means that nobody knows what became of it.
    Continue,
    /// The service answered the request that was sent last.
    Response(HttpResponse),
    /// The request that was sent last brought no answer.
    Lost(Lost),
    /// What was asked for.
    Input(Answer),
    /// A webhook was called for this transaction: a hint that asking now may be worth while, no more.
    Notified,
    /// Whoever started it does not want it any longer.
    Cancelled,
}

/// How far a request came that brought no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// It never left: no connection was made.
    NotSent,
    /// It may have arrived and may have been acted on.
    Unknown,
}

/// What to do next.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Action<D> {
    /// Store the flow, then send this.
    Send(HttpRequest),
    /// Ask whoever knows, and answer with [`Event::Input`].
    NeedInput(Input),
    /// Come back at a time, or when notified.
    Wait(Wait),
    /// It is over, and this is the outcome.
    Done(D),
    /// It is over without one.
    Failed(Failure),
}

/// What must be asked for.
#[derive(Clone, Debug)]
pub struct Input {
    /// What.
    pub kind: InputKind,
    /// What the service says about it, where a code was sent to, what was wrong before.
    pub message: Option<String>,
    /// Attempts left before the service locks the account, where it says so.
    pub attempts_left: Option<u32>,
    /// The service refused what was given for this before, in this process or in one before a resume: what
    /// is kept somewhere and was given then would count against the account once more. Of one-time codes,
    /// which are another each time, it says no more than that one was wrong.
    pub refused: bool,
}

impl Input {
    pub(crate) const fn new(kind: InputKind) -> Self {
        Self { kind, message: None, attempts_left: None, refused: false }
    }
}

/// Kinds of input.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum InputKind {
    /// The relying party's password with the service: `sp_password`, the client secret.
    ServicePassword,
    /// The `signature` that the service issued to the relying party (SSL2 login of RSSP).
    ServiceSignature,
    /// A SHA1withRSA signature, in base64, with the relying party's key over this text (SSL2 login of
    /// RSSP). The text holds passwords.
    LoginSignature {
        /// What to sign, as UTF-8.
        text: Secret,
    },
    /// The signer's own password with the service.
    UserPassword,
    /// The signer's PIN or passcode.
    Pin,
    /// A one-time code.
    Otp,
    /// An access token, from wherever the caller has it (OAuth 2.0).
    AccessToken,
    /// The signer must open this address in a browser; the answer is the address to which the service
    /// redirected, whole (OAuth 2.0 authorization code).
    Redirect {
        /// The address to open.
        url: String,
    },
    /// The signatures themselves, from wherever people had them made: JSON, as
    /// [`manual`](super::manual) describes it.
    Values {
        /// The requests, as [`requests_to_json`](crate::requests_to_json) writes them.
        requests: String,
    },
}

impl InputKind {
    /// A word for it: `service-password`, `service-signature`, `login-signature`, `user-password`, `pin`,
    /// `otp`, `access-token`, `redirect`, `values`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ServicePassword => "service-password",
            Self::ServiceSignature => "service-signature",
            Self::LoginSignature { .. } => "login-signature",
            Self::UserPassword => "user-password",
            Self::Pin => "pin",
            Self::Otp => "otp",
            Self::AccessToken => "access-token",
            Self::Redirect { .. } => "redirect",
            Self::Values { .. } => "values",
        }
    }
}

/// What was answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Answer {
    /// The text that was asked for.
    Given(Secret),
    /// Nobody gives it: the conversation ends.
    Declined,
}

/// How long to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// When to come back with [`Event::Continue`], unless [`Event::Notified`] is earlier.
    pub poll_at: DateTime<Utc>,
    /// When the service, or the caller's patience, gives the transaction up.
    pub expires_at: DateTime<Utc>,
    /// What people compare with the phone that asks them to confirm, where the system defines one.
    pub verification_code: Option<String>,
    /// What the service says.
    pub message: Option<String>,
}

/// What became of one document. The value is not verified: give it to `accept`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentOutcome {
    /// The document's id, as in its [`SigningRequest`](crate::SigningRequest).
    pub document: String,
    /// What came back for it.
    pub result: DocumentResult,
}

/// What came back for one document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DocumentResult {
    /// A value, unverified.
    Value(SignatureValue),
    /// Nothing, although others of the transaction got theirs.
    Missing,
    /// Something that is no value.
    Unreadable {
        /// Why.
        reason: String,
    },
    /// The signer or the service refused.
    Rejected {
        /// The service's code.
        code: Option<String>,
        /// The service's words.
        message: String,
    },
    /// Whether it was signed is unknown: it was being signed when something failed, after others of the
    /// transaction had got their values.
    Unknown {
        /// What failed.
        message: String,
    },
    /// It was not sent to be signed, because something had failed before its turn came.
    NotSigned {
        /// What failed.
        message: String,
    },
}
