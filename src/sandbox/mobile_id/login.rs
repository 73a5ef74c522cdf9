//! `auth/login` and `auth/revoke`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::{Answer, Exchange};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm, Suite, ToBeSigned};
use crate::sandbox::{Subscriber, World};

/// Seconds that an access token is valid.
const ACCESS: u32 = 3600;
/// Seconds that a refresh token is valid.
const REFRESH: u32 = 30 * 86_400;
/// How far the timestamp of a login may be from the clock here, in milliseconds.
const SKEW: i64 = 300_000;

fn invalid(message: &str) -> Refusal {
    Refusal::new(1001, message).v2(3000)
}

impl<'a> Exchange<'a> {
    pub(super) fn login(&self) -> Result<Answer, Refusal> {
        if self.fields.text("relyingParty")? != self.world.relying_party().id {
            return Err(invalid("the relying party is not known"));
        }
        let remember = self.fields.flag("rememberMe")?;
        self.machine()?;
        let header = self.request.header("Authorization");
        let header = header.ok_or_else(|| Refusal::parameters("there is no header Authorization"))?;
        let subject = if let Some(refresh) = header.strip_prefix("Bearer ") {
            let known = self.world.check("mobile-id-refresh", refresh.trim());
            known.map_err(|_| invalid("the refresh token is not valid").v2(2002))?.subject
        } else {
            let mut subject = String::new();
            let mut relying_party = false;
            for factor in header.split(',').map(str::trim) {
                match factor.split_once(' ') {
                    Some(("SSL2", credential)) => {
                        check_ssl2(self.world, &decode(credential.trim())?)?;
                        relying_party = true;
                    }
                    Some(("Basic", credential)) if relying_party => {
                        subject = check_basic(self.world, &decode(credential.trim())?)?.user_id.to_string();
                    }
                    _ => return Err(invalid("the factors are SSL2, or SSL2 and Basic, in this order")),
                }
            }
            if !relying_party {
                return Err(invalid("the factor SSL2 is missing"));
            }
            subject
        };
        let access = self.world.issue("mobile-id-access", &subject, ACCESS, Value::Null);
        let mut members = json!({ "accessToken": access, "expiresIn": ACCESS });
        if remember && let Some(members) = members.as_object_mut() {
            let refresh = self.world.issue("mobile-id-refresh", &subject, REFRESH, Value::Null);
            members.insert("refreshToken".to_owned(), refresh.into());
        }
        Ok(Answer::new(members))
    }

    /// The machine that asks, by the address of its network card.
    pub(super) fn machine(&self) -> Result<String, Refusal> {
        let Some(client) = self.fields.object("clientInfo")? else { return Ok(String::new()) };
        client.optional("iccid")?;
        client.optional("imei")?;
        Ok(client.optional("macAddr")?.unwrap_or_default().to_owned())
    }

    pub(super) fn revoke(&self) -> Result<Answer, Refusal> {
        let session = self.session()?;
        let token = self.fields.text("token")?;
        match self.fields.integer("tokenType")?.unwrap_or(0) {
            0 => {
                if !self.world.revoke("mobile-id-access", token) {
                    return Err(Refusal::new(1002, "there is no such access token").v2(3005));
                }
            }
            1 => {
                if !self.world.revoke("mobile-id-refresh", token) {
                    return Err(Refusal::new(1002, "there is no such refresh token").v2(2002));
                }
            }
            2 => {
                let (_, holding) = self.key(&session)?;
                let known = self.world.check("mobile-id-sad", token);
                if known.is_ok_and(|known| *known.subject != *holding.credential_id) {
                    return Err(Refusal::new(1012, "the SAD is of another certificate"));
                }
                if !self.world.revoke("mobile-id-sad", token) {
                    return Err(Refusal::new(1002, "there is no such SAD"));
                }
                // The session that binds the certificate to a machine ends (Note 02).
                let _ = self.world.take_note("mobile-id-session", &holding.credential_id);
            }
            _ => return Err(Refusal::parameters("tokenType is 0, 1 or 2")),
        }
        Ok(Answer::default())
    }
}

fn decode(credential: &str) -> Result<String, Refusal> {
    let bytes = STANDARD.decode(credential).map_err(|_| invalid("a credential is not base64"))?;
    String::from_utf8(bytes).map_err(|_| invalid("a credential is no text"))
}

/// `username:password:signature:timestamp:pkcs1Signature`.
fn check_ssl2(world: &World, text: &str) -> Result<(), Refusal> {
    let party = world.relying_party();
    let parts: Vec<&str> = text.split(':').collect();
    let [username, password, signature, timestamp, pkcs1] = parts.as_slice() else {
        return Err(invalid("SSL2 has five parts"));
    };
    if *username != party.id || *password != party.password.expose() {
        return Err(invalid("the relying party's name or password is wrong"));
    }
    if *signature != party.ssl2_signature.expose() {
        return Err(invalid("the relying party's signature is wrong"));
    }
    let milliseconds: i64 = timestamp.parse().map_err(|_| invalid("the timestamp is no number"))?;
    if world.now().timestamp_millis().saturating_sub(milliseconds).saturating_abs() > SKEW {
        return Err(invalid("the timestamp is not of now"));
    }
    let value = STANDARD.decode(pkcs1).map_err(|_| invalid("pkcs1Signature is not base64"))?;
    let signed = format!("{username}{password}{signature}{timestamp}");
    let digest = DigestAlgorithm::Sha1.hash(signed.as_bytes());
    let key = party.ssl2.public_key();
    let suite = Suite::for_verification(SignatureAlgorithm::RsaPkcs1, DigestAlgorithm::Sha1, key);
    let right = suite.is_ok_and(|suite| key.verify(suite, ToBeSigned::Digest(&digest), &value).is_ok());
    if right { Ok(()) } else { Err(invalid("pkcs1Signature is not SHA1withRSA of the relying party")) }
}

/// `usertype:username:password`.
fn check_basic<'w>(world: &'w World, text: &str) -> Result<&'w Subscriber, Refusal> {
    let mut parts = text.splitn(3, ':');
    let (Some(kind), Some(name), Some(password)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(invalid("Basic has three parts"));
    };
    let subscriber = match kind {
        "USERNAME" | "1" => world.subscriber_by_username(name),
        "PERSONAL-ID" | "2" | "CITIZEN-IDENTITY-CARD" | "4" => {
            world.subscriber(name).filter(|one| one.id_kind == "CCCD")
        }
        "TAX-CODE" | "6" => world.subscriber(name).filter(|one| one.id_kind == "MST"),
        "PASSPORT-ID" | "3" | "BUDGET-CODE" | "5" => None,
        _ => return Err(invalid("there is no such usertype")),
    };
    let subscriber = subscriber.ok_or_else(|| invalid("there is no such user").v2(3003))?;
    match Refusal::of(world.check_password(subscriber, password), 1001, 3000, "the password is wrong") {
        None => Ok(subscriber),
        Some(refusal) => Err(refusal),
    }
}
