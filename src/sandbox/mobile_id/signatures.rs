//! From `credentials/sendOTP` to the signatures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::{Answer, ENTITY_NAME, Exchange, MOST_SIGNATURES, PREFIX};
use crate::algorithm::{DigestAlgorithm, KeyKind};
use crate::sandbox::{Document, Holding, Order, Status, Submission, Subscriber, Token};

/// Seconds that a SAD is valid.
const SAD: u32 = 60;
/// Seconds that the phone waits unless the call says otherwise.
const PHONE: u64 = 180;

/// The digests of a call.
struct Hashes {
    texts: Vec<String>,
    documents: Vec<Document>,
}

impl Exchange<'_> {
    pub(super) fn send_otp(&self) -> Result<Answer, Refusal> {
        let session = self.session()?;
        let (signer, _) = self.key(&session)?;
        if let Some(template) = self.fields.optional("notificationTemplate")?
            && !template.contains("{AuthorizeCode}")
        {
            return Err(Refusal::parameters("notificationTemplate has no {AuthorizeCode}"));
        }
        self.fields.optional("notificationSubject")?;
        if self.world.attempts_left("otp", &signer.user_id) == 0 {
            let verdict = self.world.judge("otp", &signer.user_id, false);
            if let Some(refusal) = Refusal::of(verdict, 1004, 1004, "the code is wrong") {
                return Err(refusal);
            }
        }
        let _ = self.world.send_code(signer);
        Ok(Answer::default().code(if self.v2 { 0 } else { 1007 }))
    }

    /// The digests: base64, of the length that their algorithm has.
    fn hashes(&self) -> Result<Hashes, Refusal> {
        let (texts, name) = if self.v2 {
            let digests = self.fields.object("documentDigests")?;
            let digests = digests.ok_or_else(|| Refusal::parameters("documentDigests is missing"))?;
            let texts: Vec<String> = digests.texts("hashes")?.into_iter().map(str::to_owned).collect();
            (texts, digests.text("hashAlgorithmOID")?.to_owned())
        } else {
            let texts: Vec<String> = self.fields.texts("hash")?.into_iter().map(str::to_owned).collect();
            (texts, self.fields.text("hashAlgorithm")?.to_owned())
        };
        let algorithm = match name.as_str() {
            "sha-256" if !self.v2 => DigestAlgorithm::Sha256,
            "sha-384" if !self.v2 => DigestAlgorithm::Sha384,
            "sha-512" if !self.v2 => DigestAlgorithm::Sha512,
            "2.16.840.1.101.3.4.2.1" if self.v2 => DigestAlgorithm::Sha256,
            "2.16.840.1.101.3.4.2.2" if self.v2 => DigestAlgorithm::Sha384,
            "2.16.840.1.101.3.4.2.3" if self.v2 => DigestAlgorithm::Sha512,
            _ => return Err(Refusal::parameters(format!("{name} is no hash algorithm here"))),
        };
        if texts.is_empty() || texts.len() as u64 > MOST_SIGNATURES {
            return Err(Refusal::parameters(format!("1 to {MOST_SIGNATURES} hashes, not {}", texts.len())));
        }
        let document = |text: &String| {
            let bytes = STANDARD.decode(text).map_err(|_| Refusal::parameters("a hash is not base64"))?;
            if bytes.len() != algorithm.len() {
                let message = format!("a hash has {} bytes, {name} has {}", bytes.len(), algorithm.len());
                return Err(Refusal::parameters(message));
            }
            Document::new("", &bytes).ok_or_else(|| Refusal::parameters("a hash has an odd length"))
        };
        let documents = texts.iter().map(document).collect::<Result<_, _>>()?;
        Ok(Hashes { texts, documents })
    }

    fn sign_algo(&self, holding: &Holding) -> Result<(), Refusal> {
        if !self.v2 {
            return Ok(());
        }
        let algorithm = self.fields.text("signAlgo")?;
        let fits = match holding.key_kind() {
            KeyKind::Rsa | KeyKind::RsaPss => algorithm.starts_with("1.2.840.113549.1.1."),
            _ => algorithm.starts_with("1.2.840.10045."),
        };
        if fits { Ok(()) } else { Err(Refusal::parameters("signAlgo does not go with the key")) }
    }

    pub(super) fn authorize(&self) -> Result<Answer, Refusal> {
        let session = self.session()?;
        let (signer, holding) = self.key(&session)?;
        let number = self.fields.integer("numSignatures")?;
        let number = number.ok_or_else(|| Refusal::parameters("numSignatures is missing"))?;
        let hashes = self.hashes()?;
        self.sign_algo(holding)?;
        if number != hashes.texts.len() as u64 {
            let message = format!("numSignatures is {number}, and there are {} hashes", hashes.texts.len());
            return Err(Refusal::parameters(message));
        }
        let machine = self.machine()?;
        // Note 02: one machine at a time, until the SAD is revoked.
        if let Ok(held) = self.world.noted("mobile-id-session", &holding.credential_id)
            && held.as_str() != Some(machine.as_str())
        {
            return Err(Refusal::new(1026, "another machine is using this agreement"));
        }
        match self.fields.optional("authorizeCode")? {
            Some(code) => {
                let is_otp = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
                let verdict = if is_otp {
                    self.world.check_otp(signer, code)
                } else {
                    self.world.check_pin(signer, holding, code)
                };
                match Refusal::of(verdict, 1004, 1004, "the authorisation code is wrong") {
                    Some(refusal) => Err(refusal),
                    None => Ok(self.activate(holding, &hashes.texts, &machine, None)),
                }
            }
            None => self.on_phone(signer, holding, hashes, &machine),
        }
    }

    /// Issues the SAD for these hashes.
    fn activate(&self, holding: &Holding, hashes: &[String], machine: &str, node: Option<&str>) -> Answer {
        let node = node.map_or_else(|| format!("rssp-{}", self.world.new_id()), str::to_owned);
        let data = json!({ "hashes": hashes, "node": node, "machine": machine });
        let sad = self.world.issue("mobile-id-sad", &holding.credential_id, SAD, data);
        self.world.note("mobile-id-session", &holding.credential_id, SAD, machine.into());
        let members = json!({ "SAD": sad, "expiresIn": SAD, "remainingCounter": 5 });
        Answer { entity_name: Some(node), ..Answer::new(members) }
    }

    fn on_phone(
        &self,
        signer: &Subscriber,
        holding: &Holding,
        hashes: Hashes,
        machine: &str,
    ) -> Result<Answer, Refusal> {
        // Dialect v1 asks how it stands with the same call and the billCode of the first answer.
        if !self.v2
            && let Some(id) = self.fields.optional("billCode")?
            && let Ok(data) = self.world.noted("mobile-id-phone", id)
        {
            if data.get("hashes") != Some(&json!(hashes.texts)) {
                return Err(Refusal::parameters("the hashes are not those of this billCode"));
            }
            return self.phone_status(id, &data);
        }
        let mut submission = Submission::new(
            self.id.clone(),
            Order::new(PREFIX, holding.credential_id.to_string(), hashes.documents.clone()),
        );
        let seconds = if self.v2 {
            self.fields.integer("validityPeriod")?.unwrap_or(PHONE)
        } else {
            self.fields.integer("expirationDuration")?.unwrap_or(PHONE / 60).saturating_mul(60)
        };
        if !(1..=3600).contains(&seconds) {
            return Err(Refusal::parameters("the phone waits for one hour at most"));
        }
        submission = submission.lifetime_seconds(u32::try_from(seconds).unwrap_or(180));
        if let Some(message) = self.fields.optional("message")? {
            submission = submission.description(message);
        }
        let one = hashes.documents.first().filter(|_| hashes.documents.len() == 1);
        if let Some(document) = one.filter(|_| self.fields.flag("vcEnabled").unwrap_or(false)) {
            let hash = DigestAlgorithm::Sha256.hash(document.digest.as_bytes()).to_hex().to_uppercase();
            let (front, back) = (hash.get(..4).unwrap_or_default(), hash.get(60..).unwrap_or_default());
            submission = submission.verification_code(format!("{front}-{back}"));
        }
        self.world.submit(submission).map_err(|error| Refusal::new(1003, error.to_string()))?;
        let data = json!({
            "hashes": hashes.texts,
            "user": signer.user_id.to_string(),
            "credential": holding.credential_id.to_string(),
            "machine": machine,
        });
        self.world.note("mobile-id-phone", &self.id, 3600, data);
        Ok(Answer::default().code(if self.v2 { 3034 } else { 1007 }))
    }

    /// How it stands with what the phone was asked.
    fn phone_status(&self, id: &str, data: &Value) -> Result<Answer, Refusal> {
        match self.world.status(PREFIX, id) {
            Status::Pending => Ok(Answer {
                id: Some(id.to_owned()),
                ..Answer::default().code(if self.v2 { 3034 } else { 1007 })
            }),
            Status::Signed(_) => {
                // Of two that ask one gets the SAD.
                let data = self.world.take_note("mobile-id-phone", id).unwrap_or_else(|_| data.clone());
                let text = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
                let (_, holding) = self
                    .world
                    .holding(text("credential"))
                    .ok_or_else(|| Refusal::new(1009, "the certificate is gone"))?;
                let hashes: Vec<String> = strings(data.get("hashes"));
                Ok(self.activate(holding, &hashes, text("machine"), None))
            }
            Status::Rejected => Err(Refusal::new(1012, "the signer rejected it")),
            Status::Expired | Status::Unknown => {
                Err(Refusal::new(1006, "the signer did not confirm in time").v2(3036))
            }
        }
    }

    /// The SAD of a call, if it is valid, of this key, and the call goes to its machine.
    fn sad(&self, holding: &Holding) -> Result<(String, Token), Refusal> {
        let sad = self.fields.text("SAD")?;
        let token = self.world.check("mobile-id-sad", sad).map_err(|error| match error {
            crate::sandbox::TokenError::Expired => Refusal::new(1006, "the SAD has expired"),
            crate::sandbox::TokenError::Unknown => Refusal::new(1004, "the SAD is not known"),
        })?;
        if *token.subject != *holding.credential_id {
            return Err(Refusal::new(1004, "the SAD is of another certificate"));
        }
        // Note 03.
        let node = token.data.get("node").and_then(Value::as_str);
        if self.request.header(ENTITY_NAME) != node {
            return Err(Refusal::parameters(format!("{ENTITY_NAME} is missing or another one")));
        }
        Ok((sad.to_owned(), token))
    }

    pub(super) fn extend(&self) -> Result<Answer, Refusal> {
        let session = self.session()?;
        let (_, holding) = self.key(&session)?;
        let (sad, token) = self.sad(holding)?;
        let hashes = self.hashes()?;
        self.world.revoke("mobile-id-sad", &sad);
        let text = |name: &str| token.data.get(name).and_then(Value::as_str).unwrap_or_default();
        Ok(self.activate(holding, &hashes.texts, text("machine"), Some(text("node"))))
    }

    pub(super) fn sign_hash(&self) -> Result<Answer, Refusal> {
        let session = self.session()?;
        let (_, holding) = self.key(&session)?;
        let (sad, token) = self.sad(holding)?;
        let hashes = self.hashes()?;
        self.sign_algo(holding)?;
        if strings(token.data.get("hashes")) != hashes.texts {
            return Err(Refusal::new(1004, "the SAD is for other hashes"));
        }
        if self.world.noted("mobile-id-sad-used", &sad).is_ok() {
            return Err(Refusal::new(1004, "the SAD has been used"));
        }
        self.world.note("mobile-id-sad-used", &sad, SAD, Value::Bool(true));
        let order = Order::new(PREFIX, holding.credential_id.to_string(), hashes.documents);
        let signed = self.world.sign_now(&order).map_err(|error| Refusal::new(1003, error.to_string()))?;
        let values: Vec<String> = signed.into_iter().map(|one| one.value).collect();
        if self.v2 && self.fields.one_of("operationMode", &["S", "A"])? == Some("A") {
            self.world.note("mobile-id-signed", &self.id, 3600, json!(values));
            return Ok(Answer::default().code(3034));
        }
        Ok(Answer::new(json!({ "signatures": values, "remainingSigningCounter": -1 })))
    }

    pub(super) fn sign_polling(&self) -> Result<Answer, Refusal> {
        self.session()?;
        let id = self.fields.text("requestID")?;
        if let Ok(values) = self.world.noted("mobile-id-signed", id) {
            return Ok(Answer::new(json!({ "signatures": values })));
        }
        let data = self.world.noted("mobile-id-phone", id);
        let data = data.map_err(|_| Refusal::parameters("there is no such request").v2(3036))?;
        self.phone_status(id, &data)
    }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let members = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    members.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
