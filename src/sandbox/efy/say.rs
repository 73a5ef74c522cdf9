//! What is answered.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde_json::{Map, Value, json};

use super::super::{Reply, World};

/// A call that is not done: a code of the document.
#[derive(Debug)]
pub(super) struct Refused {
    code: u32,
    detail: Option<String>,
    remaining: Option<u32>,
}

impl Refused {
    pub(super) const fn new(code: u32) -> Self {
        Self { code, detail: None, remaining: None }
    }

    /// A parameter that is missing or wrong.
    pub(super) fn params(detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..Self::new(1002) }
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    pub(super) const fn remaining(mut self, remaining: u32) -> Self {
        self.remaining = Some(remaining);
        self
    }

    pub(super) fn message(&self) -> String {
        let message = message(self.code);
        match &self.detail {
            Some(detail) => format!("{message}: {detail}"),
            None => message.to_owned(),
        }
    }

    pub(super) fn reply(&self, world: &World) -> Reply {
        let mut body = json!({
            "responseCode": self.code,
            "responseMessage": self.message(),
            "billCode": super::bill_code(world),
            "timestamp": timestamp(world),
            "status": false,
        });
        if let (Some(remaining), Value::Object(body)) = (self.remaining, &mut body) {
            body.insert("remainingCounter".to_owned(), remaining.into());
        }
        Reply::json(200, &body)
    }
}

/// An answer of success: `more` is put beside what every answer has, and wins.
pub(super) fn accepted(world: &World, more: Map<String, Value>) -> Value {
    let mut body = Map::new();
    body.insert("responseCode".to_owned(), 1007.into());
    body.insert("billCode".to_owned(), super::bill_code(world).into());
    body.insert("timestamp".to_owned(), timestamp(world).into());
    body.insert("status".to_owned(), true.into());
    body.extend(more);
    let code = body.get("responseCode").and_then(Value::as_u64).and_then(|code| u32::try_from(code).ok());
    body.insert("responseMessage".to_owned(), message(code.unwrap_or_default()).into());
    Value::Object(body)
}

/// An HTTP error, in the form of the login's.
pub(super) fn error(status: u16, name: &str, message: &str) -> Reply {
    let error = json!({"statusCode": status.to_string(), "name": name, "message": message});
    Reply::json(status, &json!({ "error": error }))
}

/// Now, in Viet Nam.
pub(super) fn local(world: &World) -> DateTime<FixedOffset> {
    in_viet_nam(world.now().timestamp())
}

fn in_viet_nam(seconds: i64) -> DateTime<FixedOffset> {
    let time = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    match FixedOffset::east_opt(7 * 3600) {
        Some(zone) => time.with_timezone(&zone),
        None => time.fixed_offset(),
    }
}

fn timestamp(world: &World) -> String {
    local(world).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// A time of a certificate as the interface writes it.
pub(super) fn written(seconds: i64) -> String {
    in_viet_nam(seconds).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// The messages as the document prints them.
const fn message(code: u32) -> &'static str {
    match code {
        0 => "SUCCESSFULLY",
        1002 => "INVALID PARAMS",
        1003 => "UNEXPECTED EXCEPTION",
        1004 => "INVALID AUTHORIZATION CODE",
        1005 => "AUTHORIZATION BLOCKED",
        1006 => "AUTHORIZATION CODE TIMEOUT",
        1007 => "REQUEST ACCEPTED",
        1008 => "AGREEEMENT NOT FOUND",
        1010 => "AGREEMENT EXISTED",
        1011 => "UNSUPPORTED OPERATION",
        1012 => "ACCESS DENIED",
        1017 => "AGREEMENT REVOKED",
        1018 => "SUCCESSFULLY. YOUR PASSCODE NEED TO BE CHANGED",
        1021 => "CERTIFICATE REVOKED",
        1025 => "FILE NOT FOUND",
        1027 => "TRANSACTION NOT FINISHED",
        1028 => "EMAIL HAS BEEN REGISTERED",
        1029 => "CREDENTIALS HAVE BEEN EXPIRED",
        _ => "UNEXPECTED EXCEPTION",
    }
}
