//! `oauth2/authorize`, with a page for the signer, and `oauth2/token`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::access::{ACCESS, ACCESS_SECONDS, REFRESH, believe, client, refresh_token};
use super::fields::{check_lengths, digest_of};
use super::sad::{SAD_SECONDS, Sad};
use super::{Credential, Incoming, Mode, Reply, World, invalid, page};
use crate::algorithm::DigestAlgorithm;
use crate::sandbox::Verdict;

/// The kind of note that an authorization code is.
const CODE: &str = "csc code";
/// Seconds that a code lives.
const CODE_SECONDS: u32 = 60;
/// The redirect address of the client, besides any port of this machine (RFC 8252, 7.3).
const REDIRECT_URI: &str = "https://client.kyso.invalid/callback";

/// What a client asks the signer for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Request {
    client_id: String,
    redirect_uri: String,
    code_challenge: String,
    scope: Scope,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Scope {
    Service,
    Credential { id: String, number: usize, hashes: Vec<Vec<u8>>, is_v1: bool },
}

/// What a code stands for.
#[derive(Serialize, Deserialize)]
struct Granted {
    request: Request,
    user_id: String,
}

/// Parameters by their names; one that is there twice is none.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        let (_, value) = found.next()?;
        found.next().is_none().then_some(value.as_str()).filter(|value| !value.is_empty())
    }
}

/// The page for the signer, and what the signer decided on it.
pub(super) fn authorize(request: &Incoming<'_>, world: &World) -> Result<Reply, Reply> {
    let parameters = Parameters(request.parameters());
    let redirect_uri = parameters.get("redirect_uri").unwrap_or_default().to_owned();
    // Before it is known that the client is the client, nobody is sent anywhere.
    client(world, parameters.get("client_id").unwrap_or_default(), None)?;
    if !is_registered(&redirect_uri) {
        return Err(invalid("redirect_uri parameter does not match"));
    }
    let state = parameters.get("state").map(str::to_owned);
    let asked = match read(&parameters, world, &redirect_uri) {
        Ok(asked) => asked,
        Err((error, description)) => {
            return Ok(back(
                &redirect_uri,
                state.as_deref(),
                &[("error", error), ("error_description", description)],
            ));
        }
    };
    let about = match &asked.scope {
        Scope::Service => None,
        Scope::Credential { id, number, hashes, .. } => {
            let hashes = hashes.iter().map(|hash| STANDARD.encode(hash)).collect();
            Some(page::About { credential_id: id.clone(), number: *number, hashes })
        }
    };
    let description = parameters.get("description");
    match request.method {
        "GET" => Ok(Reply::html(page::consent(request, about.as_ref(), description, None))),
        "POST" => {
            let form = Parameters(request.form());
            if form.get("decision") != Some("allow") {
                let denied = [("error", "access_denied"), ("error_description", "The signer said no")];
                return Ok(back(&redirect_uri, state.as_deref(), &denied));
            }
            match grant(world, &asked, &form) {
                Ok(code) => Ok(back(&redirect_uri, state.as_deref(), &[("code", &code)])),
                Err(wrong) => {
                    Ok(Reply::html(page::consent(request, about.as_ref(), description, Some(wrong))))
                }
            }
        }
        _ => Err(Reply::status(405)),
    }
}

fn is_registered(uri: &str) -> bool {
    let local = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    let after_port = |rest: &str| {
        let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        end > 0 && rest.get(end..).is_some_and(|path| path.starts_with('/') && !path.contains(['?', '#']))
    };
    uri == REDIRECT_URI || local.iter().any(|host| uri.strip_prefix(host).is_some_and(after_port))
}

/// The redirect (302) to the client with these parameters.
fn back(redirect_uri: &str, state: Option<&str>, pairs: &[(&str, &str)]) -> Reply {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        query.append_pair(name, value);
    }
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    Reply::status(302).header("Location", format!("{redirect_uri}?{}", query.finish()))
}

type Wrong = (&'static str, &'static str);

fn read(parameters: &Parameters, world: &World, redirect_uri: &str) -> Result<Request, Wrong> {
    if parameters.get("response_type") != Some("code") {
        return Err(("unsupported_response_type", "response_type is not code"));
    }
    let code_challenge = parameters.get("code_challenge").unwrap_or_default();
    let is_hash = URL_SAFE_NO_PAD.decode(code_challenge).is_ok_and(|bytes| bytes.len() == 32);
    if !is_hash || parameters.get("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", "A code_challenge with the method S256 is needed"));
    }
    let scope = match parameters.get("scope").unwrap_or("service") {
        "service" => Scope::Service,
        "credential" => credential_scope(parameters, world)?,
        _ => return Err(("invalid_scope", "The scope is service or credential")),
    };
    Ok(Request {
        client_id: parameters.get("client_id").unwrap_or_default().to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        code_challenge: code_challenge.to_owned(),
        scope,
    })
}

fn credential_scope(parameters: &Parameters, world: &World) -> Result<Scope, Wrong> {
    let wrong = |what| ("invalid_request", what);
    let id = parameters.get("credentialID").unwrap_or_default();
    let credential = Credential::find(world, id).filter(|credential| credential.mode == Mode::OAuth);
    let credential = credential.ok_or(wrong("Invalid parameter credentialID"))?;
    let number = parameters.get("numSignatures").and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
    if number == 0 || number > credential.mode.multisign() {
        return Err(wrong("Invalid parameter numSignatures"));
    }
    let is_v1 = parameters.get("hash").is_some();
    let text = parameters.get(if is_v1 { "hash" } else { "hashes" });
    let text = text.ok_or(wrong("The hashes are missing"))?;
    let hashes: Result<Vec<Vec<u8>>, _> = text.split(',').map(|hash| URL_SAFE_NO_PAD.decode(hash)).collect();
    let hashes = hashes.map_err(|_| wrong("Invalid Base64 hash string parameter"))?;
    let algorithm = match parameters.get("hashAlgorithmOID") {
        _ if is_v1 => None,
        Some(oid) => Some(digest_of(oid, "").map_err(|_| wrong("Invalid parameter hashAlgorithmOID"))?),
        None => return Err(wrong("Missing parameter hashAlgorithmOID")),
    };
    check_lengths(&hashes, algorithm).map_err(|_| wrong("Invalid digest value length"))?;
    if hashes.len() > number {
        return Err(wrong("Invalid parameter numSignatures"));
    }
    Ok(Scope::Credential { id: id.to_owned(), number, hashes, is_v1 })
}

/// A code, if the signer is who the page asked for; otherwise what to say.
fn grant(world: &World, asked: &Request, form: &Parameters) -> Result<String, &'static str> {
    let (name, password) = (form.get("username"), form.get("password"));
    let subscriber = believe(world, name.unwrap_or_default(), password.unwrap_or_default())
        .map_err(|_| "User name and password do not fit.")?;
    if let Scope::Credential { id, .. } = &asked.scope {
        let credential = Credential::find(world, id).ok_or("There is no such credential.")?;
        if credential.subscriber.user_id != subscriber.user_id {
            return Err("This credential is somebody else's.");
        }
        let pin = form.get("pin").unwrap_or_default();
        match world.check_pin(subscriber, credential.holding, pin) {
            Verdict::Right => {}
            Verdict::Wrong { .. } => return Err("The PIN is wrong."),
            Verdict::Locked { .. } => return Err("The credential is locked."),
        }
    }
    let code = world.new_id();
    let granted = Granted { request: asked.clone(), user_id: subscriber.user_id.to_owned() };
    world.note(CODE, &code, CODE_SECONDS, json!(granted));
    Ok(code)
}

/// `oauth2/token`.
pub(super) fn token(request: &Incoming<'_>, world: &World) -> Result<Reply, Reply> {
    if request.method != "POST" {
        return Err(Reply::status(405));
    }
    let kind = request.header("Content-Type").unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return Err(invalid("The Content-Type is not application/x-www-form-urlencoded"));
    }
    let form = Parameters(request.form());
    let grant_type = form.get("grant_type").ok_or_else(|| invalid("Missing parameter grant_type"))?;
    let client_id = form.get("client_id").ok_or_else(|| invalid("Missing parameter client_id"))?;
    let secret = form.get("client_secret");
    client(world, client_id, secret)?;
    match grant_type {
        "authorization_code" => exchange(world, &form, client_id),
        "client_credentials" => {
            if secret.is_none() {
                return Err(super::refuse(401, "invalid_request", "Client authorization required"));
            }
            let token = world.issue(ACCESS, client_id, ACCESS_SECONDS, json!({ "user": Value::Null }));
            Ok(bearer(&token, ACCESS_SECONDS, None))
        }
        "refresh_token" => {
            let token =
                form.get("refresh_token").ok_or_else(|| invalid("Missing parameter refresh_token"))?;
            let found = world.check(REFRESH, token);
            let user_id = found.map_err(|_| grant_error("Invalid parameter refresh_token"))?.subject;
            let token = world.issue(ACCESS, &user_id, ACCESS_SECONDS, json!({ "user": user_id }));
            Ok(bearer(&token, ACCESS_SECONDS, None))
        }
        _ => Err(invalid("Invalid parameter grant_type")),
    }
}

fn grant_error(description: &str) -> Reply {
    super::refuse(400, "invalid_grant", description)
}

fn bearer(token: &str, seconds: u32, refresh: Option<&str>) -> Reply {
    let mut told = json!({ "access_token": token, "token_type": "Bearer", "expires_in": seconds });
    if let (Some(refresh), Some(members)) = (refresh, told.as_object_mut()) {
        members.insert("refresh_token".into(), json!(refresh));
    }
    Reply::json(200, &told).header("Cache-Control", "no-store")
}

fn exchange(world: &World, form: &Parameters, client_id: &str) -> Result<Reply, Reply> {
    let code = form.get("code").ok_or_else(|| invalid("Missing parameter code"))?;
    let spent = || grant_error("Authorization code is invalid or expired");
    let granted = world.take_note(CODE, code).map_err(|_| spent())?;
    let Granted { request, user_id } = serde_json::from_value(granted).map_err(|_| spent())?;
    if request.client_id != client_id {
        return Err(spent());
    }
    if form.get("redirect_uri") != Some(request.redirect_uri.as_str()) {
        return Err(grant_error("redirect_uri parameter does not match"));
    }
    let verifier = form.get("code_verifier").unwrap_or_default();
    let hashed = DigestAlgorithm::Sha256.hash(verifier.as_bytes());
    if verifier.len() < 43 || URL_SAFE_NO_PAD.encode(hashed.as_bytes()) != request.code_challenge {
        return Err(grant_error("code_verifier does not fit the code_challenge"));
    }
    match request.scope {
        Scope::Service => {
            let token = world.issue(ACCESS, &user_id, ACCESS_SECONDS, json!({ "user": user_id }));
            Ok(bearer(&token, ACCESS_SECONDS, Some(&refresh_token(world, &user_id))))
        }
        Scope::Credential { id, number, hashes, is_v1 } => {
            let credential = Credential::find(world, &id).ok_or_else(spent)?;
            let token = Sad::new(world, &credential, Some(&hashes), number).issue(world);
            let kind = if is_v1 { "SAD" } else { "Bearer" };
            let told = json!({ "access_token": token, "token_type": kind, "expires_in": SAD_SECONDS });
            Ok(Reply::json(200, &told).header("Cache-Control", "no-store"))
        }
    }
}
