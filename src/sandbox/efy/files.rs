//! `signing/file`, `signing/file/authorize` and `signing/download/file`.

use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::super::signing::{Document, Order};
use super::super::tokens::{TokenError, after};
use super::super::{Incoming, Reply, World};
use super::agreements::Agreement;
use super::certificates::{Answer, object};
use super::fields::Fields;
use super::hashes::ended;
use super::say::{self, Refused, error};
use super::{AuthMode, BILL_SECONDS, Efy, authorised, bill_code, check_otp, check_pin, locked};
use crate::algorithm::DigestAlgorithm;
use crate::certificate::Chain;
use crate::document::{Prepared, Signing};
use crate::sign_cloud::{MetaData, Options};
use crate::signer::{LocalKey, Signer as _};
use crate::{At, Limits, SignatureValue, SigningRequest, pdf};

/// Bytes of files that are kept; the oldest go first.
const MOST_BYTES: usize = 64 << 20;
/// Files that are kept.
const MOST_FILES: usize = 200;

/// Files that wait for a code, and files that were signed.
#[derive(Default)]
pub(super) struct Files {
    kept: VecDeque<(String, Kept)>,
}

#[derive(Clone)]
enum Kept {
    Waiting { file: File, agreement: String, until: DateTime<Utc> },
    Signed(File),
}

/// A file with what is asked of its signature.
#[derive(Clone)]
struct File {
    bytes: Vec<u8>,
    mime_type: String,
    /// A `signCloudMetaData`, as it came.
    metadata: Option<Value>,
}

impl Kept {
    const fn file(&self) -> &File {
        match self {
            Self::Waiting { file, .. } | Self::Signed(file) => file,
        }
    }
}

impl Files {
    fn put(&mut self, bill: &str, kept: Kept) {
        self.kept.retain(|(known, _)| known != bill);
        self.kept.push_back((bill.to_owned(), kept));
        let bytes = |kept: &VecDeque<(String, Kept)>| {
            kept.iter().map(|(_, kept)| kept.file().bytes.len()).fold(0_usize, usize::saturating_add)
        };
        while self.kept.len() > MOST_FILES || (self.kept.len() > 1 && bytes(&self.kept) > MOST_BYTES) {
            self.kept.pop_front();
        }
    }

    fn get(&self, bill: &str) -> Option<Kept> {
        self.kept.iter().find(|(known, _)| known == bill).map(|(_, kept)| kept.clone())
    }

    /// Takes a file that waits: of two callers one gets it.
    fn take(&mut self, bill: &str) -> Option<Kept> {
        let waits = |(known, kept): &(String, Kept)| known == bill && matches!(kept, Kept::Waiting { .. });
        let at = self.kept.iter().position(waits)?;
        self.kept.remove(at).map(|(_, kept)| kept)
    }
}

impl Efy {
    pub(super) fn sign_file(&self, fields: &Fields<'_>, world: &World) -> Answer {
        let agreement = self.agreement(fields, world)?;
        let mode = AuthMode::read(fields)?;
        let mime_type = fields.text("mimeType")?;
        if !matches!(mime_type, "application/pdf" | "application/xml") {
            return Err(Refused::new(1011).detail(format!("files of type {mime_type:?}")));
        }
        // Some of the printed files have no padding.
        let bytes = STANDARD_NO_PAD
            .decode(fields.text("signingFileData")?.trim_end_matches('='))
            .map_err(|error| Refused::params(format!("signingFileData is no base64: {error}")))?;
        let metadata = fields.get("signCloudMetaData").cloned();
        options(metadata.as_ref())?;
        let subject = fields.optional("notificationSubject")?;
        let template = fields.optional("notificationTemplate")?;
        fields.optional("signingApp")?;
        let code = fields.optional("authorizeCode")?;
        agreement.signs()?;
        let file = File { bytes, mime_type: mime_type.to_owned(), metadata };
        if mode == AuthMode::Pin {
            let code = code.ok_or_else(|| Refused::params("authorizeCode is missing"))?;
            check_pin(agreement.subscriber, agreement.holding, code, world)?;
            return self.signed(&agreement, file, &bill_code(world), agreement.success(), world);
        }
        if mode == AuthMode::Email && subject.is_none() {
            return Err(Refused::params("notificationSubject is missing"));
        }
        if template.is_some_and(|template| !template.contains("{AuthorizeCode}")) {
            return Err(Refused::params("notificationTemplate has no {AuthorizeCode}"));
        }
        let bill = bill_code(world);
        let until = after(world.now(), BILL_SECONDS);
        locked(&self.files).put(&bill, Kept::Waiting { file, agreement: agreement.uuid, until });
        world.send_code(agreement.subscriber);
        Ok(object(json!({
            "billCode": bill,
            "mimeType": mime_type,
            "notificationSubject": subject,
            "notificationTemplate": template,
        })))
    }

    pub(super) fn authorize_file(&self, fields: &Fields<'_>, world: &World) -> Answer {
        let agreement = self.agreement(fields, world)?;
        let (bill, code) = (fields.text("billCode")?, fields.text("authorizeCode")?);
        let metadata = fields.get("signCloudMetaData").cloned();
        options(metadata.as_ref())?;
        let unknown = || ended(TokenError::Unknown, bill);
        let kept = locked(&self.files).get(bill);
        let Some(Kept::Waiting { agreement: whose, until, .. }) = kept else { return Err(unknown()) };
        if until <= world.now() {
            return Err(ended(TokenError::Expired, bill));
        }
        if whose != agreement.uuid {
            return Err(Refused::new(1012));
        }
        agreement.signs()?;
        check_otp(&agreement, code, world)?;
        let taken = locked(&self.files).take(bill);
        let Some(Kept::Waiting { mut file, .. }) = taken else { return Err(unknown()) };
        file.metadata = metadata.or(file.metadata);
        let mut answer = self.signed(&agreement, file, bill, 1007, world)?;
        let left = world.attempts_left("otp", &agreement.subscriber.user_id);
        answer.insert("remainingCounter".to_owned(), left.into());
        Ok(answer)
    }

    /// Signs a file and keeps it for the download.
    fn signed(&self, agreement: &Agreement<'_>, file: File, bill: &str, code: u32, world: &World) -> Answer {
        let MetaData { singleton, counter, .. } = options(file.metadata.as_ref())?;
        let customer = |request: &SigningRequest| {
            let digest = request.digest().ok_or("the key signs no digests")?;
            let document = Document::new("", digest.as_bytes()).ok_or("no digest of a known length")?;
            let order = Order::new("efy", agreement.signer.credential_id.clone(), vec![document]);
            let mut signed = world.sign_now(&order)?;
            let value = signed.pop().ok_or("no value came")?.value;
            Ok(SignatureValue::from_base64(&value)?)
        };
        let mut bytes = sign(&file, &file.bytes, &singleton, &agreement.signer.chain, &customer, world)?;
        if let Some(counter) = counter {
            let party = world.relying_party();
            let relying_party = |request: &SigningRequest| {
                let key = LocalKey::from_pem(party.ssl2_key_pem.as_bytes(), None)?;
                Ok(SignatureValue::from_bytes(key.sign(request.suite(), request.to_be_signed())?))
            };
            bytes = sign(&file, &bytes, &counter, &party.ssl2, &relying_party, world)?;
        }
        let (signer, certificate) = (agreement.signer, agreement.signer.certificate());
        let answer = json!({
            "responseCode": code,
            "billCode": bill,
            "signedFileData": STANDARD.encode(&bytes),
            "mimeType": file.mime_type,
            "signedFileUUID": world.new_id(),
            "certificateDN": certificate.subject(),
            "certificateSerialNumber": signer.serial().to_uppercase(),
            "certificateThumbprint": signer.thumbprint_sha1(),
            "validFrom": say::written(certificate.not_before()),
            "validTo": say::written(certificate.not_after()),
            "issuerDN": certificate.issuer(),
            "sharedMode": 1,
        });
        locked(&self.files).put(bill, Kept::Signed(File { bytes, ..file }));
        Ok(object(answer))
    }

    pub(super) fn download(&self, request: &Incoming<'_>, bill: &str, world: &World) -> Reply {
        if request.method != "GET" {
            return error(405, "MethodNotAllowedError", "GET is what this takes");
        }
        if let Err(reply) = authorised(request, world) {
            return reply;
        }
        match locked(&self.files).get(bill) {
            Some(Kept::Signed(file)) => {
                let name = if file.mime_type == "application/pdf" { "signed.pdf" } else { "signed.xml" };
                let file = json!({
                    "fileName": name,
                    "base64": STANDARD.encode(&file.bytes),
                    "mimeType": file.mime_type,
                });
                Reply::json(200, &json!({ "signedFiles": [file] }))
            }
            Some(Kept::Waiting { .. }) => Refused::new(1027).reply(world),
            None => Refused::new(1025).reply(world),
        }
    }
}

/// What a `signCloudMetaData` asks for; nothing in particular without one.
fn options(metadata: Option<&Value>) -> Result<MetaData, Refused> {
    let Some(metadata) = metadata else { return Ok(MetaData::default()) };
    // The one for the customer's signature may be left out when there is one for the other.
    let mut whole = metadata.as_object().cloned().unwrap_or_else(Map::new);
    let has = |name: &str| whole.keys().any(|key| key.trim_matches('\'').eq_ignore_ascii_case(name));
    if !has("singletonSigning") {
        whole.insert("singletonSigning".to_owned(), json!({"entry": []}));
    }
    MetaData::from_json(&Value::Object(whole).to_string()).map_err(|error| Refused::params(error.to_string()))
}

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

/// One signature, by the pipeline.
fn sign(
    file: &File,
    bytes: &[u8],
    options: &Options,
    chain: &Chain,
    value: &dyn Fn(&SigningRequest) -> Fallible<SignatureValue>,
    world: &World,
) -> Result<Vec<u8>, Refused> {
    // What was asked for cannot be done to this document.
    let cannot = |error: &dyn std::error::Error| Refused::params(error.to_string());
    let signing: Signing = if file.mime_type == "application/pdf" {
        let signing = options.pdf.apply(pdf::Signing::new(chain), &Limits::default());
        signing.map_err(|error| cannot(&error))?.into()
    } else {
        let signing = options.xml.signing(chain);
        // This interface still offers it.
        match options.xml.digest {
            Some(DigestAlgorithm::Sha1) => signing.allow_sha1().into(),
            _ => signing.into(),
        }
    };
    let broken = |error: &dyn std::error::Error| Refused::new(1003).detail(error.to_string());
    let at = At::with_os_entropy(say::local(world)).map_err(|error| broken(&error))?;
    let prepared: Prepared<&[u8]> = signing.prepare(bytes, &at).map_err(|error| cannot(&error))?;
    let value = value(&prepared.request()).map_err(|error| broken(&*error))?;
    let signed = prepared.accept(&value).map_err(|error| broken(&error))?;
    signed.to_bytes().map_err(|error| broken(&error))
}
