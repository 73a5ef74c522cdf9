//! Authorising: the calls that give a SAD, and what a SAD is good for.

use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::access::Access;
use super::fields::{check_lengths, digest_of};
use super::{Call, Credential, Mode, PREFIX, Reply, Version, World, invalid, refuse};
use crate::sandbox::{Document, Order, Status, Submission, TokenError, Verdict};

/// The kind of note that a SAD is.
const SAD: &str = "csc sad";
/// The kind of note that waits for the phone.
const HANDLE: &str = "csc handle";
/// Seconds that a SAD lives.
pub(super) const SAD_SECONDS: u32 = 300;
/// How long version 1, which knows no waiting, keeps the caller waiting for the phone.
const PHONE_PATIENCE: Duration = Duration::from_secs(20);

/// What a SAD is good for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sad {
    pub(super) user_id: String,
    pub(super) credential_id: String,
    /// Digests in base64; none when it is for any.
    pub(super) hashes: Option<Vec<String>>,
    /// Signatures that are left.
    pub(super) left: usize,
    expires_at: i64,
}

impl Sad {
    pub(super) fn new(
        world: &World,
        credential: &Credential<'_>,
        hashes: Option<&[Vec<u8>]>,
        left: usize,
    ) -> Self {
        Self {
            user_id: credential.subscriber.user_id.to_owned(),
            credential_id: credential.id.clone(),
            hashes: hashes.map(|hashes| hashes.iter().map(|hash| STANDARD.encode(hash)).collect()),
            left,
            expires_at: world.now().timestamp().saturating_add(i64::from(SAD_SECONDS)),
        }
    }

    /// Gives it out under a new name.
    pub(super) fn issue(&self, world: &World) -> String {
        let token = format!("{}.{}", world.new_id(), world.new_id());
        self.keep(world, &token);
        token
    }

    fn keep(&self, world: &World, token: &str) {
        let left = self.expires_at.saturating_sub(world.now().timestamp());
        let seconds = u32::try_from(left).unwrap_or(0).min(SAD_SECONDS);
        world.note(SAD, token, seconds, json!(self));
    }

    pub(super) fn look(world: &World, token: &str) -> Result<Self, Reply> {
        let told = world.noted(SAD, token).map_err(|error| match error {
            TokenError::Unknown => invalid("Invalid parameter SAD"),
            TokenError::Expired => invalid("SAD expired"),
        })?;
        serde_json::from_value(told).map_err(|_| invalid("Invalid parameter SAD"))
    }

    /// Whether these hashes may be signed with it.
    pub(super) fn allows(&self, credential: &Credential<'_>, hashes: &[Vec<u8>]) -> Result<(), Reply> {
        if self.credential_id != credential.id {
            return Err(invalid("Invalid parameter SAD"));
        }
        if hashes.len() > self.left {
            return Err(invalid("Numbers of signatures is too high"));
        }
        let bound = |hash: &Vec<u8>| {
            self.hashes.as_ref().is_none_or(|allowed| allowed.contains(&STANDARD.encode(hash)))
        };
        if hashes.iter().all(bound) { Ok(()) } else { Err(invalid("Hash is not authorized by the SAD")) }
    }

    /// Takes signatures off it; of two that come at once one does without.
    pub(super) fn spend(world: &World, token: &str, count: usize) -> Result<(), Reply> {
        let told = world.take_note(SAD, token).map_err(|_| invalid("Invalid parameter SAD"))?;
        let mut sad: Self = serde_json::from_value(told).map_err(|_| invalid("Invalid parameter SAD"))?;
        sad.left = sad.left.checked_sub(count).ok_or_else(|| invalid("Numbers of signatures is too high"))?;
        if sad.left > 0 {
            sad.keep(world, token);
        }
        Ok(())
    }
}

fn given(token: String) -> Reply {
    Reply::json(200, &json!({ "SAD": token, "expiresIn": SAD_SECONDS }))
}

/// The hashes of an authorisation, checked.
fn hashes(call: &Call<'_>, credential: &Credential<'_>) -> Result<Option<Vec<Vec<u8>>>, Reply> {
    let name = call.hashes_name();
    let hashes = call.fields.hashes(name)?;
    let algorithm = match call.fields.text("hashAlgorithmOID")? {
        Some(oid) if call.version == Version::V2 => Some(digest_of(oid, "hashAlgorithmOID")?),
        None if call.version == Version::V2 && hashes.is_some() => {
            return Err(invalid("Missing (or invalid type) string parameter hashAlgorithmOID"));
        }
        _ => None,
    };
    if hashes.is_none() && credential.mode.scal() == "2" {
        return Err(invalid(format!("Missing (or invalid type) array parameter {name}")));
    }
    check_lengths(hashes.as_deref().unwrap_or_default(), algorithm)?;
    Ok(hashes)
}

/// `credentials/authorize`.
pub(super) fn authorize(call: &Call<'_>) -> Result<Reply, Reply> {
    let world = call.world;
    let credential = Access::of(call)?.credential(call)?;
    let missing = || invalid("Missing (or invalid type) integer parameter numSignatures");
    let number = call.fields.number("numSignatures")?.ok_or_else(missing)?;
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    if number == 0 {
        return Err(invalid("Invalid value for parameter numSignatures"));
    }
    if number > credential.mode.multisign() {
        return Err(invalid("Numbers of signatures is too high"));
    }
    let hashes = hashes(call, &credential)?;
    if hashes.as_ref().is_some_and(|hashes| hashes.len() > number) {
        return Err(invalid("Invalid value for parameter numSignatures"));
    }
    if call.fields.text("description")?.is_some_and(|text| text.chars().count() > 500) {
        return Err(invalid("Invalid parameter description"));
    }
    if credential.mode == Mode::OAuth {
        return Err(invalid("The credential is authorized with OAuth 2.0"));
    }
    match call.version {
        Version::V1 => check_v1(call, &credential)?,
        Version::V2 => check_v2(call, &credential)?,
    }
    let sad = Sad::new(world, &credential, hashes.as_deref(), number);
    if credential.mode != Mode::Implicit {
        return Ok(given(sad.issue(world)));
    }
    let handle = ask_phone(call, &credential, hashes.as_deref().unwrap_or_default())?;
    world.note(HANDLE, &handle, SAD_SECONDS.saturating_mul(2), json!(sad));
    if call.version == Version::V2 {
        return Ok(Reply::json(202, &json!({ "handle": handle })));
    }
    let began = Instant::now();
    while began.elapsed() < PHONE_PATIENCE {
        if let Some(token) = decided(world, &handle)? {
            return Ok(given(token));
        }
        thread::sleep(Duration::from_millis(50));
    }
    Err(refuse(400, "access_denied", "Nobody approved it on the phone in time"))
}

/// Puts the authorisation on the phone; the id is its handle.
fn ask_phone(call: &Call<'_>, credential: &Credential<'_>, hashes: &[Vec<u8>]) -> Result<String, Reply> {
    let numbered = hashes.iter().enumerate();
    let documents: Option<Vec<Document>> =
        numbered.map(|(index, hash)| Document::new(format!("#{}", index.saturating_add(1)), hash)).collect();
    let documents = documents.ok_or_else(|| invalid("Invalid digest value length"))?;
    let handle = call.world.new_id();
    let order = Order::new(PREFIX, credential.holding.credential_id.as_str(), documents);
    let mut submission = Submission::new(handle.clone(), order).lifetime_seconds(SAD_SECONDS);
    if let Some(description) = call.fields.text("description")? {
        submission = submission.description(description);
    }
    call.world.submit(submission).map_err(|_| invalid("Invalid digest value length"))?;
    Ok(handle)
}

/// A SAD, when the phone approved; none while it waits.
fn decided(world: &World, handle: &str) -> Result<Option<String>, Reply> {
    match world.status(PREFIX, handle) {
        Status::Pending => Ok(None),
        Status::Signed(_) => {
            let unknown = |_| invalid("Invalid parameter handle");
            let told = world.take_note(HANDLE, handle).map_err(unknown)?;
            let sad: Sad = serde_json::from_value(told).map_err(|_| invalid("Invalid parameter handle"))?;
            Ok(Some(sad.issue(world)))
        }
        Status::Rejected => Err(refuse(400, "access_denied", "The signer rejected it on the phone")),
        Status::Expired => Err(refuse(400, "access_denied", "Nobody approved it on the phone in time")),
        Status::Unknown => Err(invalid("Invalid parameter handle")),
    }
}

/// `credentials/authorizeCheck`.
pub(super) fn check(call: &Call<'_>) -> Result<Reply, Reply> {
    let access = Access::of(call)?;
    let handle = call.fields.needed_text("handle")?;
    let told = call.world.noted(HANDLE, handle).map_err(|_| invalid("Invalid parameter handle"))?;
    let sad: Sad = serde_json::from_value(told).map_err(|_| invalid("Invalid parameter handle"))?;
    if access.user_id.is_some_and(|user_id| user_id != sad.user_id) {
        return Err(invalid("Invalid parameter handle"));
    }
    Ok(match decided(call.world, handle)? {
        Some(token) => given(token),
        None => Reply::json(202, &json!({ "handle": handle })),
    })
}

fn locked() -> Reply {
    invalid("Credential locked")
}

/// Version 1: `PIN` and `OTP`.
fn check_v1(call: &Call<'_>, credential: &Credential<'_>) -> Result<(), Reply> {
    let (world, mode) = (call.world, credential.mode);
    if matches!(mode, Mode::Pin | Mode::PinOtp) {
        let pin = call.fields.needed_text("PIN")?;
        match world.check_pin(credential.subscriber, credential.holding, pin) {
            Verdict::Right => {}
            Verdict::Wrong { left: 0 } | Verdict::Locked { .. } => return Err(locked()),
            Verdict::Wrong { .. } => return Err(refuse(400, "invalid_pin", "The PIN is invalid")),
        }
    }
    if matches!(mode, Mode::Otp | Mode::PinOtp) {
        let otp = call.fields.needed_text("OTP")?;
        match world.check_otp(credential.subscriber, otp) {
            Verdict::Right => {}
            Verdict::Wrong { left: 0 } | Verdict::Locked { .. } => return Err(locked()),
            Verdict::Wrong { .. } => return Err(refuse(400, "invalid_otp", "The OTP is invalid")),
        }
    }
    Ok(())
}

/// Version 2: `authData`, each object once and no others.
fn check_v2(call: &Call<'_>, credential: &Credential<'_>) -> Result<(), Reply> {
    let wrong = || refuse(400, "invalid_authentication_data", "The authentication data is invalid");
    let missing = || invalid("Missing (or invalid type) array parameter authData");
    let objects = call.fields.objects("authData")?.ok_or_else(missing)?;
    let mut ids = Vec::new();
    for object in &objects {
        ids.push(object.needed_text("id")?);
    }
    ids.sort_unstable();
    let fits = match credential.mode {
        Mode::Pin => ids == ["PIN"],
        Mode::Otp => ids == ["OTP"],
        Mode::PinOtp => ids == ["OTP", "PIN"] || ids == ["PIN", "TOTP"],
        Mode::Implicit => ids == ["PHONE"],
        Mode::OAuth => false,
    };
    if !fits {
        return Err(wrong());
    }
    for object in &objects {
        let id = object.needed_text("id")?;
        if id == "PHONE" {
            if object.has("value") {
                return Err(wrong());
            }
            continue;
        }
        let value = object.needed_text("value")?;
        let verdict = if id == "PIN" {
            call.world.check_pin(credential.subscriber, credential.holding, value)
        } else {
            call.world.check_otp(credential.subscriber, value)
        };
        match verdict {
            Verdict::Right => {}
            Verdict::Wrong { left: 0 } | Verdict::Locked { .. } => return Err(locked()),
            Verdict::Wrong { .. } => return Err(wrong()),
        }
    }
    Ok(())
}

/// `credentials/sendOTP`.
pub(super) fn send_otp(call: &Call<'_>) -> Result<Reply, Reply> {
    let credential = Access::of(call)?.credential(call)?;
    if !matches!(credential.mode, Mode::Otp | Mode::PinOtp) {
        return Err(invalid("Invalid parameter credentialID"));
    }
    call.world.send_code(credential.subscriber);
    Ok(Reply::status(204))
}

/// `credentials/getChallenge`.
pub(super) fn challenge(call: &Call<'_>) -> Result<Reply, Reply> {
    let credential = Access::of(call)?.credential(call)?;
    let object = call.fields.needed_text("authObjectID")?;
    if object != "OTP" || !matches!(credential.mode, Mode::Otp | Mode::PinOtp) {
        return Err(invalid("Invalid parameter authObjectID"));
    }
    call.world.send_code(credential.subscriber);
    Ok(Reply::status(204))
}

/// `credentials/extendTransaction`.
pub(super) fn extend(call: &Call<'_>) -> Result<Reply, Reply> {
    let world = call.world;
    let credential = Access::of(call)?.credential(call)?;
    let token = call.fields.needed_text("SAD")?;
    let hashes = hashes(call, &credential)?;
    let sad = Sad::look(world, token)?;
    if sad.credential_id != credential.id {
        return Err(invalid("Invalid parameter SAD"));
    }
    if hashes.as_ref().is_some_and(|hashes| hashes.len() > sad.left) {
        return Err(invalid("Numbers of signatures is too high"));
    }
    let left = sad.left;
    Sad::spend(world, token, left)?;
    Ok(given(Sad::new(world, &credential, hashes.as_deref(), left).issue(world)))
}
