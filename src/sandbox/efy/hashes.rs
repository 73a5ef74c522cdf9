//! `signing/hash` and `signing/hash/authorize`.

use serde_json::{Map, Value, json};

use super::super::World;
use super::super::signing::{Document, Order};
use super::certificates::{Answer, object};
use super::fields::Fields;
use super::say::Refused;
use super::{AuthMode, BILL_SECONDS, Efy, bill_code, check_otp, check_pin};
use crate::algorithm::KeyKind;

/// The kind of the notes about transactions that wait for a code.
const BILL: &str = "efy hash";

impl Efy {
    pub(super) fn sign_hash(&self, fields: &Fields<'_>, world: &World) -> Answer {
        let agreement = self.agreement(fields, world)?;
        let mode = AuthMode::read(fields)?;
        let bytes = match (fields.text("hashAlgorithm")?, fields.text("mimeType")?) {
            ("SHA-256", "application/sha256-binary") => 32,
            ("SHA-384", "application/sha384-binary") => 48,
            ("SHA-512", "application/sha512-binary") => 64,
            (algorithm, kind) => {
                return Err(Refused::params(format!(
                    "hashAlgorithm {algorithm:?} and mimeType {kind:?} are not a pair of the document's"
                )));
            }
        };
        fields.one_of("encryption", &["RSA"])?;
        fields.optional("signingApp")?;
        let (hash, hashs) = (fields.optional("hash")?, fields.texts("hashs")?);
        let (hashes, single) = match (hash, &hashs) {
            (Some(hash), None) => (vec![hash], true),
            (None, Some(hashes)) if !hashes.is_empty() => (hashes.clone(), false),
            _ => return Err(Refused::params("either hash or hashs, and something in it")),
        };
        for hash in &hashes {
            if digest(hash).is_none_or(|digest| digest.len() != bytes) {
                return Err(Refused::params(format!("{hash:?} is not {} hexadecimal digits", bytes * 2)));
            }
        }
        let code = fields.optional("authorizeCode")?;
        agreement.signs()?;
        if agreement.signer.key_kind() != KeyKind::Rsa {
            return Err(Refused::new(1011).detail("the key is no RSA key"));
        }
        if mode == AuthMode::Pin {
            let code = code.ok_or_else(|| Refused::params("authorizeCode is missing"))?;
            check_pin(agreement.subscriber, agreement.holding, code, world)?;
            let values = sign(&agreement.signer.credential_id, &hashes, world)?;
            return Ok(with_values(agreement.success(), values, single));
        }
        // `signing/hash/authorize` returns one value.
        if hashes.len() != 1 {
            return Err(Refused::new(1011).detail("several hashs go with EXPLICIT/PIN only"));
        }
        let bill = bill_code(world);
        world.note(BILL, &bill, BILL_SECONDS, json!({"agreement": agreement.uuid, "hash": hashes.first()}));
        world.send_code(agreement.subscriber);
        Ok(object(json!({
            "billCode": bill,
            "notificationTemplate": "Your authorize code: {AuthorizeCode}. Authorize Code is valid within 5 minutes",
            "notificationSubject": "Authorization",
        })))
    }

    pub(super) fn authorize_hash(&self, fields: &Fields<'_>, world: &World) -> Answer {
        let agreement = self.agreement(fields, world)?;
        let (bill, code) = (fields.text("billCode")?, fields.text("authorizeCode")?);
        let noted = world.noted(BILL, bill).map_err(|error| ended(error, bill))?;
        let noted = Fields::new(&noted);
        if noted.text("agreement")? != agreement.uuid {
            return Err(Refused::new(1012));
        }
        agreement.signs()?;
        check_otp(&agreement, code, world)?;
        // Of two that come with the right code one gets the value.
        world.take_note(BILL, bill).map_err(|error| ended(error, bill))?;
        let values = sign(&agreement.signer.credential_id, &[noted.text("hash")?], world)?;
        let mut answer = with_values(1007, values, true);
        answer.insert("billCode".to_owned(), bill.into());
        answer.insert(
            "remainingCounter".to_owned(),
            world.attempts_left("otp", &agreement.subscriber.user_id).into(),
        );
        Ok(answer)
    }
}

/// A transaction that does not wait any longer.
pub(super) fn ended(error: super::TokenError, bill: &str) -> Refused {
    match error {
        super::TokenError::Expired => Refused::new(1006),
        super::TokenError::Unknown => Refused::params(format!("no transaction {bill:?} waits for a code")),
    }
}

fn with_values(code: u32, mut values: Vec<String>, single: bool) -> Map<String, Value> {
    object(if single {
        json!({"responseCode": code, "signatureValue": values.pop()})
    } else {
        json!({"responseCode": code, "signatureValues": values})
    })
}

fn sign(credential_id: &str, hashes: &[&str], world: &World) -> Result<Vec<String>, Refused> {
    let documents = hashes.iter().filter_map(|hash| Document::new("", &digest(hash)?)).collect();
    let signed = world.sign_now(&Order::new("efy", credential_id, documents));
    let signed = signed.map_err(|error| Refused::new(1003).detail(error.to_string()))?;
    Ok(signed.into_iter().map(|one| one.value).collect())
}

/// The bytes of hexadecimal digits.
fn digest(text: &str) -> Option<Vec<u8>> {
    // `from_str_radix` takes a sign too.
    let digits = text.bytes().all(|digit| digit.is_ascii_hexdigit());
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.iter().map(byte).collect::<Option<_>>().filter(|_| digits)
}
