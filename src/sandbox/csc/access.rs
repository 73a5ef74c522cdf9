//! `info`, `auth/login`, `auth/revoke`, and the tokens that calls are made with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Call, PREFIX, Reply, Subscriber, Version, World, invalid, refuse};
use crate::sandbox::{TokenError, Verdict};

/// The kind of access tokens.
pub(super) const ACCESS: &str = "csc access";
/// The kind of refresh tokens.
pub(super) const REFRESH: &str = "csc refresh";
/// Seconds that an access token lives.
pub(super) const ACCESS_SECONDS: u32 = 3600;
/// Seconds that a refresh token lives.
const REFRESH_SECONDS: u32 = 30 * 86_400;

/// `info`.
pub(super) fn info(call: &Call<'_>) -> Reply {
    let oauth2 = call.request.base;
    let common = [
        "info",
        "auth/login",
        "auth/revoke",
        "oauth2/authorize",
        "oauth2/token",
        "credentials/list",
        "credentials/info",
        "credentials/authorize",
        "credentials/extendTransaction",
        "signatures/signHash",
        "signatures/timestamp",
    ];
    let more: &[&str] = match call.version {
        Version::V1 => &["credentials/sendOTP"],
        Version::V2 => &[
            "credentials/authorizeCheck",
            "credentials/getChallenge",
            "signatures/signDoc",
            "signatures/signPolling",
        ],
    };
    let methods: Vec<&str> = common.iter().chain(more).copied().collect();
    let mut told = json!({
        "specs": match call.version { Version::V1 => "1.0.4.0", Version::V2 => "2.0.0.2" },
        "name": "Kyso Sandbox",
        "logo": "https://kyso.invalid/logo.png",
        "region": "VN",
        "lang": "en-US",
        "description": "Plays a remote signing service; its signatures are worth nothing.",
        "authType": ["basic", "oauth2code", "oauth2client"],
        "oauth2": oauth2,
        "methods": methods,
    });
    if call.version == Version::V2
        && let Some(members) = told.as_object_mut()
    {
        members.insert("asynchronousOperationMode".into(), json!(true));
        members.insert(
            "signAlgorithms".into(),
            json!({ "algos": [
                "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.11",
                "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13", "1.2.840.10045.4.3.2",
            ] }),
        );
        members.insert(
            "signature_formats".into(),
            json!({ "formats": ["C", "P"], "envelope_properties": [["Detached"], ["Revision"]] }),
        );
        members.insert("conformance_levels".into(), json!(["AdES-B-B"]));
    }
    Reply::json(200, &told)
}

/// `auth/login`.
pub(super) fn login(call: &Call<'_>) -> Result<Reply, Reply> {
    let world = call.world;
    if let Some(refresh_token) = call.fields.text("refresh_token")? {
        let user_id =
            world.check(REFRESH, refresh_token).map_err(|_| invalid("Invalid refresh_token"))?.subject;
        return Ok(logged_in(world, &user_id, false));
    }
    let header = call.request.header("Authorization").unwrap_or_default();
    let pair = header.strip_prefix("Basic ").and_then(|text| STANDARD.decode(text.trim()).ok());
    let pair = pair.and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = pair.ok_or_else(|| refuse(401, "invalid_request", "Malformed authentication parameter"))?;
    let (name, password) = pair.split_once(':').ok_or_else(|| invalid("Malformed username-password"))?;
    let subscriber = believe(world, name, password)?;
    let remember = call.fields.flag("rememberMe")?;
    Ok(logged_in(world, &subscriber.user_id, remember))
}

/// Whoever has this name and password.
pub(super) fn believe<'w>(world: &'w World, name: &str, password: &str) -> Result<&'w Subscriber, Reply> {
    let failed = || refuse(400, "authentication_error", "An error occurred during authentication process");
    let subscriber =
        world.subscriber(name).or_else(|| world.subscriber_by_username(name)).ok_or_else(failed)?;
    match world.check_password(subscriber, password) {
        Verdict::Right => Ok(subscriber),
        Verdict::Wrong { .. } => Err(failed()),
        Verdict::Locked { .. } => Err(refuse(400, "authentication_error", "The account is locked")),
    }
}

fn logged_in(world: &World, user_id: &str, remember: bool) -> Reply {
    let mut told = json!({
        "access_token": world.issue(ACCESS, user_id, ACCESS_SECONDS, json!({ "user": user_id })),
        "expires_in": ACCESS_SECONDS,
    });
    if remember && let Some(members) = told.as_object_mut() {
        members.insert("refresh_token".into(), json!(refresh_token(world, user_id)));
    }
    Reply::json(200, &told)
}

pub(super) fn refresh_token(world: &World, user_id: &str) -> String {
    world.issue(REFRESH, user_id, REFRESH_SECONDS, Value::Null)
}

/// `auth/revoke`.
pub(super) fn revoke(call: &Call<'_>) -> Result<Reply, Reply> {
    Access::of(call)?;
    let token = call.fields.needed_text("token")?;
    let kinds: &[&str] = match call.fields.text("token_type_hint")? {
        None => &[ACCESS, REFRESH],
        Some("access_token") => &[ACCESS],
        Some("refresh_token") => &[REFRESH],
        Some(_) => return Err(invalid("Invalid parameter token_type_hint")),
    };
    let mut found = false;
    for kind in kinds {
        found |= call.world.revoke(kind, token);
    }
    if found { Ok(Reply::status(204)) } else { Err(invalid("Invalid string parameter: token")) }
}

/// Who makes a call.
pub(super) struct Access {
    /// Whose login it is; none when the client logged in for itself.
    pub(super) user_id: Option<String>,
    /// The token itself, when it has the scope `credential`.
    pub(super) sad: Option<String>,
}

impl Access {
    pub(super) fn of(call: &Call<'_>) -> Result<Self, Reply> {
        let header = call.request.header("Authorization").unwrap_or_default();
        let token = header.strip_prefix("Bearer ").map(str::trim).filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| invalid("Malformed authorization header"))?;
        if let Ok(sad) = super::sad::Sad::look(call.world, token) {
            return Ok(Self { user_id: Some(sad.user_id), sad: Some(token.to_owned()) });
        }
        let found = call.world.check(ACCESS, token).map_err(|error| match error {
            TokenError::Unknown => refuse(401, "invalid_token", "The access token is not valid"),
            TokenError::Expired => refuse(401, "expired_token", "The access token has expired"),
        })?;
        let user_id = found.data.get("user").and_then(Value::as_str).map(str::to_owned);
        Ok(Self { user_id, sad: None })
    }

    /// Whose credentials the call is about.
    pub(super) fn user_id(&self, call: &Call<'_>) -> Result<String, Reply> {
        match (&self.user_id, call.fields.text("userID")?) {
            (Some(user_id), None) => Ok(user_id.clone()),
            (Some(_), Some(_)) => Err(invalid("userID parameter MUST be null")),
            (None, Some(asked)) if call.world.subscriber(asked).is_some() => Ok(asked.to_owned()),
            (None, _) => Err(invalid("Invalid parameter userID")),
        }
    }

    /// The credential that the call names, if whoever makes it may use it.
    pub(super) fn credential<'w>(&self, call: &Call<'w>) -> Result<super::Credential<'w>, Reply> {
        let id = call.fields.needed_text("credentialID")?;
        let found = super::Credential::find(call.world, id);
        let mine = |user_id: &str| self.user_id.as_deref().is_none_or(|own| own == user_id);
        found
            .filter(|credential| mine(&credential.subscriber.user_id))
            .ok_or_else(|| invalid("Invalid parameter credentialID"))
    }
}

/// The client, by its id and, where it gives one, its secret.
pub(super) fn client(world: &World, id: &str, secret: Option<&str>) -> Result<(), Reply> {
    let party = world.relying_party();
    if id != party.id {
        return Err(invalid("Invalid parameter client_id"));
    }
    let Some(secret) = secret else { return Ok(()) };
    match world.judge(PREFIX, party.id, secret == party.password.expose()) {
        Verdict::Right => Ok(()),
        Verdict::Wrong { .. } | Verdict::Locked { .. } => Err(invalid("Invalid parameter client_secret")),
    }
}
