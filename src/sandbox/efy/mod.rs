//! EFY remote signing, version 1.0, as the sandbox plays it.
//!
//! Every printed call is there. A request is read as its schema says, and refused with the documented code
//! otherwise. `revoke`, `disable` and `enable` change what signing returns, `register`, `change` and `renew`
//! issue certificates, `signing/file` signs with this crate's own pipeline.

mod agreements;
mod certificates;
mod fields;
mod files;
mod hashes;
mod say;

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::accounts::{Holding, Subscriber};
use super::attempts::Verdict;
use super::tokens::TokenError;
use super::{Incoming, Provider, Reply, World};
use agreements::{Agreement, Agreements};
use fields::Fields;
use files::Files;
use say::{Refused, accepted, error};

/// The kind of its tokens, and the beginning of the kinds of its notes.
const TOKEN: &str = "efy token";
/// Seconds that a token lives.
const TOKEN_SECONDS: u32 = 3600;
/// Seconds that a one-time code, and the transaction that waits for it, live.
const BILL_SECONDS: u32 = 300;

/// EFY.
#[derive(Default)]
pub(super) struct Efy {
    agreements: Mutex<Agreements>,
    files: Mutex<Files>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing in them is changed in two steps.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Provider for Efy {
    fn prefix(&self) -> &'static str {
        "efy"
    }

    fn handle(&self, request: &Incoming<'_>, world: &World) -> Reply {
        if let Some(bill_code) = request.path.strip_prefix("signing/download/file/") {
            return self.download(request, bill_code, world);
        }
        let Some(call) = call(request.path) else {
            return error(404, "NotFoundError", &format!("there is no {}", request.path));
        };
        if request.method != "POST" {
            return error(405, "MethodNotAllowedError", "POST is what this takes");
        }
        let is_json = |kind: &str| {
            kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
        };
        if !request.header("Content-Type").is_some_and(is_json) {
            return error(415, "UnsupportedMediaTypeError", "the Content-Type must be application/json");
        }
        let body: Value = match request.json() {
            Ok(body @ Value::Object(_)) => body,
            Ok(_) => return error(400, "BadRequestError", "the body is no JSON object"),
            Err(why) => return error(400, "BadRequestError", &format!("the body is not JSON: {why}")),
        };
        let fields = Fields::new(&body);
        if matches!(call, Call::Login) {
            return login(&fields, world);
        }
        if let Err(reply) = authorised(request, world) {
            return reply;
        }
        let answer = match call {
            Call::Login => return login(&fields, world),
            Call::Register => self.register(&fields, world),
            Call::Change => self.change(&fields, world),
            Call::ChangePin => self.change_pin(&fields, world),
            Call::GetDetail => self.get_detail(&fields, world),
            Call::ForgetPin => self.forget_pin(&fields, world),
            Call::Renew => self.renew(&fields, world),
            Call::Revoke => self.revoke(&fields, world),
            Call::Enable => self.enable(&fields, world),
            Call::Disable => self.disable(&fields, world),
            Call::SignFile => self.sign_file(&fields, world),
            Call::AuthorizeFile => self.authorize_file(&fields, world),
            Call::SignHash => self.sign_hash(&fields, world),
            Call::AuthorizeHash => self.authorize_hash(&fields, world),
        };
        match answer {
            Ok(answer) => Reply::json(200, &accepted(world, answer)),
            Err(refused) => refused.reply(world),
        }
    }
}

#[derive(Clone, Copy)]
enum Call {
    Login,
    Register,
    Change,
    ChangePin,
    GetDetail,
    ForgetPin,
    Renew,
    Revoke,
    Enable,
    Disable,
    SignFile,
    AuthorizeFile,
    SignHash,
    AuthorizeHash,
}

fn call(path: &str) -> Option<Call> {
    Some(match path {
        "clients/login" => Call::Login,
        "certificates/register" => Call::Register,
        "certificates/change" => Call::Change,
        "certificates/change-pin" => Call::ChangePin,
        "certificates/get-detail" => Call::GetDetail,
        "certificates/forget-pin" => Call::ForgetPin,
        "certificates/renew" => Call::Renew,
        "certificates/revoke" => Call::Revoke,
        "certificates/enable" => Call::Enable,
        "certificates/disable" => Call::Disable,
        "signing/file" => Call::SignFile,
        "signing/file/authorize" => Call::AuthorizeFile,
        "signing/hash" => Call::SignHash,
        "signing/hash/authorize" => Call::AuthorizeHash,
        _ => return None,
    })
}

fn login(fields: &Fields<'_>, world: &World) -> Reply {
    let read = || Ok((fields.text("username")?, fields.text("password")?, fields.text("rpCode")?));
    let (username, password, rp_code) = match read() {
        Ok(read) => read,
        Err(refused) => {
            let refused: Refused = refused;
            return error(422, "UnprocessableEntityError", &refused.message());
        }
    };
    let party = world.relying_party();
    let right = username == party.id && password == party.password.expose() && rp_code == party.rp_code;
    match world.judge("efy login", party.id, right) {
        Verdict::Right => {
            Reply::json(200, &json!({"token": world.issue(TOKEN, party.id, TOKEN_SECONDS, Value::Null)}))
        }
        _ => error(401, "UnauthorizedError", "Invalid username or password"),
    }
}

/// Whether the request has a token that is valid.
fn authorised(request: &Incoming<'_>, world: &World) -> Result<(), Reply> {
    let token = request.header("Authorization").and_then(|value| value.strip_prefix("Bearer "));
    let Some(token) = token else {
        return Err(error(401, "UnauthorizedError", "Authorization header not found"));
    };
    match world.check(TOKEN, token.trim()) {
        Ok(_) => Ok(()),
        Err(TokenError::Expired) => Err(Refused::new(1029).reply(world)),
        Err(_) => Err(error(401, "UnauthorizedError", "the token is not valid")),
    }
}

/// How the signer of a request authorises.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AuthMode {
    Pin,
    Sms,
    Email,
}

impl AuthMode {
    fn read(fields: &Fields<'_>) -> Result<Self, Refused> {
        match fields.text("authMode")? {
            "EXPLICIT/PIN" => Ok(Self::Pin),
            "EXPLICIT/OTP-SMS" => Ok(Self::Sms),
            "EXPLICIT/OTP-EMAIL" => Ok(Self::Email),
            other => Err(Refused::params(format!("authMode {other:?} is none of the document's"))),
        }
    }
}

/// Judges a passcode.
fn check_pin(subscriber: &Subscriber, holding: &Holding, pin: &str, world: &World) -> Result<(), Refused> {
    judged(world.check_pin(subscriber, holding, pin))
}

/// Judges the one-time code of a transaction.
fn check_otp(agreement: &Agreement<'_>, code: &str, world: &World) -> Result<(), Refused> {
    judged(world.check_otp(agreement.subscriber, code))
}

fn judged(verdict: Verdict) -> Result<(), Refused> {
    match verdict {
        Verdict::Right => Ok(()),
        Verdict::Wrong { left } => Err(Refused::new(1004).remaining(left)),
        Verdict::Locked { .. } => Err(Refused::new(1005).remaining(0)),
    }
}

/// A new number of a transaction: `200221112613-3540-601895`.
fn bill_code(world: &World) -> String {
    let digits: String = world
        .new_id()
        .bytes()
        .filter(u8::is_ascii_hexdigit)
        .map(|digit| char::from(b'0' + digit % 10))
        .collect();
    let (first, rest) = digits.split_at(digits.len().min(4));
    let second = rest.get(..6).unwrap_or(rest);
    format!("{}-{first}-{second}", say::local(world).format("%y%m%d%H%M%S"))
}
