//! `v1/signatures/sign`, and what both `sign` calls have in common.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use serde_json::{Value, json};

use super::fields::Fields;
use super::{ALIAS, ALIAS_SECONDS, Refusal, VNPT, certificates, subscriber, success};
use crate::algorithm::SignatureAlgorithm;
use crate::sandbox::{Document, Holding, Order, Reply, Submission, SubmitError, Subscriber, World};

/// What both calls are asked for.
pub(super) struct Wish<'r, 'w> {
    pub(super) subscriber: &'w Subscriber,
    pub(super) holding: &'w Holding,
    pub(super) transaction_id: &'r str,
    pub(super) description: Option<&'r str>,
    pub(super) documents: Vec<Document>,
}

impl Wish<'_, '_> {
    pub(super) fn order(&self) -> Order {
        Order::new(VNPT, self.holding.credential_id.as_str(), self.documents.clone())
            .algorithm(SignatureAlgorithm::RsaPkcs1)
    }
}

/// Reads a request. The form comes first, then who asks: a request that is not well formed tells nobody
/// whether a password is right.
pub(super) fn read<'r, 'w>(
    fields: Fields<'r>,
    world: &'w World,
    serial_is_required: bool,
) -> Result<Wish<'r, 'w>, Refusal> {
    let transaction_id = fields.transaction_id()?;
    let description = fields.optional("transaction_desc")?;
    let serial = if serial_is_required {
        Some(fields.required("serial_number")?)
    } else {
        fields.optional("serial_number")?
    };
    if let Some(time) = fields.optional("time_stamp")? {
        let digits = time.strip_suffix('Z').unwrap_or(time);
        let is_time = digits.len() == 14 && NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S").is_ok();
        if !is_time {
            return Err(Refusal::bad_request("time_stamp phải có dạng YYYYMMddHHmmSS"));
        }
    }
    let mut ids = BTreeSet::new();
    let mut documents = Vec::new();
    for file in fields.objects("sign_files")? {
        let document = document(file)?;
        if !ids.insert(document.doc_id.clone()) {
            return Err(Refusal::bad_request(format!("doc_id {} bị trùng", document.doc_id)));
        }
        documents.push(document);
    }
    let subscriber = subscriber(fields, world)?;
    let holding = certificates::holding(subscriber, serial)?;
    Ok(Wish { subscriber, holding, transaction_id, description, documents })
}

fn document(file: Fields<'_>) -> Result<Document, Refusal> {
    let doc_id = file.required("doc_id")?;
    file.required("file_type")?;
    match file.required("sign_type")? {
        "hash" => {}
        "file" => return Err(Refusal::bad_request("SmartCA chỉ hỗ trợ giao dịch ký hash")),
        _ => return Err(Refusal::bad_request("sign_type phải là hash hoặc file")),
    }
    // The document's own example has white space in front of the digits.
    let digest = bytes(file.required("data_to_be_signed")?.trim())
        .ok_or_else(|| Refusal::bad_request("data_to_be_signed phải là chuỗi hex"))?;
    match digest.len() {
        32 | 48 | 64 => Document::new(doc_id, &digest),
        _ => None,
    }
    .ok_or_else(|| {
        Refusal::bad_request(format!("data_to_be_signed dài {} byte, không phải là hash", digest.len()))
    })
}

pub(super) fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        digits.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
    let digits = digits?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// `v1/signatures/sign`: the transaction waits on the phone.
pub(super) fn submit(fields: Fields<'_>, world: &World) -> Result<Reply, Refusal> {
    let wish = read(fields, world, false)?;
    let mut submission = Submission::new(wish.transaction_id, wish.order());
    if let Some(text) = wish.description {
        submission = submission.description(text);
    }
    world.submit(submission).map_err(|error| refusal(&error))?;
    Ok(success("sig_wait_for_user_confirm", &ids(wish.transaction_id, wish.transaction_id, world)))
}

pub(super) fn refusal(error: &SubmitError) -> Refusal {
    match error {
        SubmitError::Taken => Refusal::bad_request("transaction_id đã được sử dụng"),
        error => Refusal::internal(error.to_string()),
    }
}

/// The ids that both calls answer with; each of them leads to the relying party's own.
pub(super) fn ids(own: &str, returned: &str, world: &World) -> Value {
    let tran_code = world.new_id();
    for id in [returned, &tran_code] {
        world.note(ALIAS, id, ALIAS_SECONDS, Value::String(own.to_owned()));
    }
    json!({ "transaction_id": returned, "tran_code": tran_code })
}
