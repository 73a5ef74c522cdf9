//! SmartCA TH: `v2/signatures/sign` and `v2/signatures/confirm`.
//!
//! As in the document's examples, `sign` returns another transaction id than it was given, and `confirm`
//! wants that one.

use serde_json::{Value, json};

use super::fields::Fields;
use super::{ALIAS_SECONDS, Refusal, VNPT, sign, signatures, subscriber, success};
use crate::algorithm::SignatureAlgorithm;
use crate::sandbox::{Document, Order, Reply, TokenError, Verdict, World};

/// Under which SADs are issued.
const SAD: &str = "vnpt sad";

/// Under which transactions are kept, by the relying party's id.
const TRANSACTION: &str = "vnpt th";

/// Seconds that a SAD lives.
const SAD_SECONDS: u32 = 299;

/// `v2/signatures/sign`: password and code open a transaction.
pub(super) fn open(fields: Fields<'_>, world: &World) -> Result<Reply, Refusal> {
    let (password, otp) = (fields.required("password")?, fields.required("otp")?);
    if otp.len() != 6 || !otp.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::bad_request("otp phải gồm 6 chữ số"));
    }
    let wish = sign::read(fields, world, true)?;
    judged("Mật khẩu", world.check_password(wish.subscriber, password))?;
    judged("OTP", world.check_otp(wish.subscriber, otp))?;
    world.claim(VNPT, wish.transaction_id).map_err(|error| sign::refusal(&error))?;

    let returned = world.new_id();
    let mut data = sign::ids(wish.transaction_id, &returned, world);
    let hex = |document: &Document| document.digest.to_hex();
    let documents: Vec<Value> =
        wish.documents.iter().map(|one| json!({ "doc_id": one.doc_id, "digest": hex(one) })).collect();
    let tied = json!({
        "own": wish.transaction_id,
        "returned": returned,
        "credential_id": wish.holding.credential_id,
        "documents": documents,
    });
    let sad = world.issue(SAD, &wish.subscriber.user_id, SAD_SECONDS, tied);
    world.note(TRANSACTION, wish.transaction_id, ALIAS_SECONDS, Value::Null);
    if let Value::Object(members) = &mut data {
        members.insert("sad".to_owned(), Value::String(sad));
        members.insert("expired_in".to_owned(), json!(SAD_SECONDS));
    }
    Ok(success("sig_wait_for_user_confirm", &data))
}

/// `v2/signatures/confirm`: the SAD signs, once.
pub(super) fn confirm(fields: Fields<'_>, world: &World) -> Result<Reply, Refusal> {
    let (password, sad) = (fields.required("password")?, fields.required("sad")?);
    let transaction_id = fields.transaction_id()?;
    let subscriber = subscriber(fields, world)?;
    judged("Mật khẩu", world.check_password(subscriber, password))?;
    let invalid = || Refusal::credential("sad không hợp lệ");
    let token = world.check(SAD, sad).map_err(|error| match error {
        TokenError::Expired => Refusal::credential("sad đã hết hạn"),
        TokenError::Unknown => invalid(),
    })?;
    if token.subject != subscriber.user_id {
        return Err(invalid());
    }
    let tied = |name: &str| token.data.get(name).and_then(Value::as_str).unwrap_or_default();
    if tied("returned") != transaction_id {
        return Err(Refusal::bad_request("transaction_id không khớp với sad"));
    }
    // Of two callers with one SAD, one gets it.
    if !world.revoke(SAD, sad) {
        return Err(invalid());
    }
    let read = |one: &Value| {
        let digest = sign::bytes(one.get("digest")?.as_str()?)?;
        Document::new(one.get("doc_id")?.as_str()?, &digest)
    };
    let documents = token.data.get("documents").and_then(Value::as_array).into_iter().flatten();
    let documents: Vec<Document> = documents.filter_map(read).collect();
    let order = Order::new(VNPT, tied("credential_id"), documents).algorithm(SignatureAlgorithm::RsaPkcs1);
    let values = world.sign_now(&order).map_err(|error| Refusal::internal(error.to_string()))?;
    let values = signatures(&values);
    world.note(TRANSACTION, tied("own"), ALIAS_SECONDS, values.clone());
    let left = token.expires_at.signed_duration_since(world.now()).num_seconds().max(0);
    let data = json!({ "transaction_id": transaction_id, "expired_in": left, "signatures": values });
    Ok(success("Success", &data))
}

/// What `status` says of a transaction that a code opened.
pub(super) fn status(own: &str, world: &World) -> Option<(&'static str, Value)> {
    Some(match world.noted(TRANSACTION, own).ok()? {
        Value::Null => ("sig_wait_for_user_confirm", json!({ "transaction_id": own })),
        values => ("SUCCESS", json!({ "transaction_id": own, "signatures": values })),
    })
}

fn judged(what: &str, verdict: Verdict) -> Result<(), Refusal> {
    match verdict {
        Verdict::Right => Ok(()),
        Verdict::Wrong { left } => Err(Refusal::credential(format!("{what} không đúng, còn {left} lần thử"))),
        Verdict::Locked { seconds } => {
            Err(Refusal::credential(format!("{what} bị khoá, còn {seconds} giây")))
        }
    }
}
