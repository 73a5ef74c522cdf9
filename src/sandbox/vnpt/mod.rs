//! VNPT SmartCA and SmartCA TH, as "Tài liệu tích hợp VNPT SmartCA", version 4.0, has them.
//!
//! Codes are the document's (3.1). It marks 400 as the HTTP status; the others come with HTTP status 200.
//! What it leaves open is chosen here: a transaction that waits answers `status` as it answered `sign`, one
//! that was refused or expired has `status` 4002 or 4001 in `data`, as in the interface before this one.

mod certificates;
mod fields;
mod sign;
mod th;

use serde::Serialize;
use serde_json::{Map, Value, json};

use self::fields::Fields;
use super::{Incoming, Provider, Reply, SignedDocument, Subscriber, World};

/// The prefix, and the name of the provider's transactions.
const VNPT: &str = "vnpt";

/// Under which the other ids of a transaction lead to its own.
const ALIAS: &str = "vnpt alias";

/// Seconds that the other ids are known.
const ALIAS_SECONDS: u32 = 86_400;

/// VNPT SmartCA and SmartCA TH.
#[derive(Debug)]
pub(super) struct Vnpt;

/// A call that is not answered as it wishes.
#[derive(Debug)]
struct Refusal {
    code: i64,
    message: String,
}

impl Refusal {
    fn bad_request(message: impl Into<String>) -> Self {
        Self { code: 400, message: message.into() }
    }

    /// Of the relying party or the subscriber.
    fn credential(message: impl Into<String>) -> Self {
        Self { code: 401, message: message.into() }
    }

    /// Of the certificate.
    fn certificate(message: impl Into<String>) -> Self {
        Self { code: 403, message: message.into() }
    }

    fn internal(message: impl Into<String>) -> Self {
        Self { code: 500, message: message.into() }
    }

    fn reply(&self) -> Reply {
        let status = if self.code == 400 { 400 } else { 200 };
        Reply::json(status, &json!({ "status_code": self.code, "message": self.message }))
    }
}

impl Provider for Vnpt {
    fn prefix(&self) -> &'static str {
        VNPT
    }

    fn handle(&self, request: &Incoming<'_>, world: &World) -> Reply {
        match answer(request, world) {
            Ok(reply) => reply,
            Err(refusal) => refusal.reply(),
        }
    }
}

fn answer(request: &Incoming<'_>, world: &World) -> Result<Reply, Refusal> {
    let path = request.path.trim_end_matches('/');
    let status_of = path.strip_prefix("v1/signatures/sign/").and_then(|rest| rest.strip_suffix("/status"));
    let known = ["v1/credentials/get_certificate", "v1/signatures/sign", "v2/signatures/sign"];
    if status_of.is_none() && !known.contains(&path) && path != "v2/signatures/confirm" {
        return Ok(Reply::json(404, &json!({ "status_code": 404, "message": "Không có dịch vụ này" })));
    }
    if request.method != "POST" {
        return Ok(Reply::json(405, &json!({ "status_code": 405, "message": "Chỉ hỗ trợ POST" })));
    }
    let content_type = request.header("Content-Type").unwrap_or_default().to_ascii_lowercase();
    if content_type.split(';').next().map(str::trim) != Some("application/json") {
        return Err(Refusal::bad_request("Content-Type phải là application/json"));
    }
    if let Some(id) = status_of {
        return status(id, world);
    }
    let body: Map<String, Value> = request
        .json()
        .map_err(|error| Refusal::bad_request(format!("Nội dung không phải là đối tượng JSON: {error}")))?;
    let fields = Fields::new(&body);
    match path {
        "v1/credentials/get_certificate" => certificates::list(fields, world),
        "v1/signatures/sign" => sign::submit(fields, world),
        "v2/signatures/sign" => th::open(fields, world),
        _ => th::confirm(fields, world),
    }
}

/// The relying party and the subscriber that every call names.
fn subscriber<'w>(fields: Fields<'_>, world: &'w World) -> Result<&'w Subscriber, Refusal> {
    let (sp_id, sp_password) = (fields.required("sp_id")?, fields.required("sp_password")?);
    let user_id = fields.required("user_id")?;
    let relying_party = world.relying_party();
    if sp_id != relying_party.id || sp_password != relying_party.password.expose() {
        return Err(Refusal::credential("Thông tin tài khoản SP không hợp lệ"));
    }
    world.subscriber(user_id).ok_or_else(|| Refusal::credential("Không tìm thấy thuê bao"))
}

fn success(message: &str, data: &impl Serialize) -> Reply {
    Reply::json(200, &json!({ "status_code": 200, "message": message, "data": data }))
}

/// `signatures` of a reply.
fn signatures(values: &[SignedDocument]) -> Value {
    let one = |signed: &SignedDocument| json!({ "doc_id": signed.doc_id, "signature_value": signed.value, "timestamp_signature": null });
    values.iter().map(one).collect()
}

/// `v1/signatures/sign/{tranId}/status`, by any id of the transaction.
fn status(id: &str, world: &World) -> Result<Reply, Refusal> {
    use super::Status;

    let own = match world.noted(ALIAS, id) {
        Ok(Value::String(own)) => own,
        _ => id.to_owned(),
    };
    let data = |status: i64| json!({ "transaction_id": own, "status": status });
    match world.status(VNPT, &own) {
        Status::Pending => Ok(success("sig_wait_for_user_confirm", &json!({ "transaction_id": own }))),
        Status::Signed(values) => {
            let data = json!({ "transaction_id": own, "signatures": signatures(&values) });
            Ok(success("SUCCESS", &data))
        }
        Status::Expired => Ok(success("EXPIRED", &data(4001))),
        Status::Rejected => Ok(success("REJECTED", &data(4002))),
        _ => th::status(&own, world)
            .ok_or_else(|| Refusal::bad_request("Không tìm thấy giao dịch"))
            .map(|(message, data)| success(message, &data)),
    }
}
