//! `v1/credentials/get_certificate`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use serde_json::{Value, json};

use super::fields::Fields;
use super::{Refusal, subscriber, success};
use crate::algorithm::KeyKind;
use crate::certificate::Certificate;
use crate::sandbox::{Holding, Reply, Subscriber, World};

pub(super) fn list(fields: Fields<'_>, world: &World) -> Result<Reply, Refusal> {
    let subscriber = subscriber(fields, world)?;
    let transaction_id = fields.transaction_id()?;
    let certificates: Vec<Value> = match fields.optional("serial_number")? {
        Some(serial) => vec![entry(subscriber, holding(subscriber, Some(serial))?, transaction_id)],
        None => rsa(subscriber).map(|holding| entry(subscriber, holding, transaction_id)).collect(),
    };
    Ok(success("Success", &json!({ "user_certificates": certificates })))
}

/// The service signs with RSA only.
fn rsa(subscriber: &Subscriber) -> impl Iterator<Item = &Holding> {
    subscriber.holdings.iter().filter(|holding| holding.key_kind() == KeyKind::Rsa)
}

/// The key of a serial number; without one, the subscriber's only key.
pub(super) fn holding<'w>(subscriber: &'w Subscriber, serial: Option<&str>) -> Result<&'w Holding, Refusal> {
    match serial {
        Some(serial) => rsa(subscriber)
            .find(|holding| holding.serial().eq_ignore_ascii_case(serial))
            .ok_or_else(|| Refusal::certificate("Không tìm thấy chứng thư số có serial_number này")),
        None => {
            let mut all = rsa(subscriber);
            match (all.next(), all.next()) {
                (Some(only), None) => Ok(only),
                (None, _) => Err(Refusal::certificate("Thuê bao không có chứng thư số")),
                _ => Err(Refusal::bad_request("Thuê bao có nhiều chứng thư số: thiếu serial_number")),
            }
        }
    }
}

fn entry(subscriber: &Subscriber, holding: &Holding, transaction_id: &str) -> Value {
    let certificate = holding.certificate();
    let (kind, name) = match subscriber.tax_code {
        Some(_) => ("ESEAL", "ESEAL"),
        None => ("SMARTCA", "SMARTCA PERSONAL PRO"),
    };
    let issuer = |index: usize| holding.chain.certificates().get(index).map(lines);
    json!({
        "service_type": kind,
        "service_name": name,
        "cert_id": holding.agreement_uuid,
        "cert_status": "Đang hoạt động",
        "serial_number": holding.serial(),
        "cert_subject": certificate.subject(),
        "cert_valid_from": time(certificate.not_before()),
        "cert_valid_to": time(certificate.not_after()),
        "cert_data": lines(certificate),
        "chain_data": { "ca_cert": issuer(1), "root_cert": issuer(2) },
        "transaction_id": transaction_id,
    })
}

/// Base64 with line ends, as the service is known to send it.
fn lines(certificate: &Certificate) -> String {
    let mut text = String::new();
    for (index, digit) in STANDARD.encode(certificate.der()).chars().enumerate() {
        if index > 0 && index % 76 == 0 {
            text.push_str("\r\n");
        }
        text.push(digit);
    }
    text
}

fn time(unix_seconds: i64) -> String {
    DateTime::from_timestamp(unix_seconds, 0)
        .map(|time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
        .unwrap_or_default()
}
