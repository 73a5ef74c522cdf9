//! The phone: pages that show what waits, and take the decisions of whoever sits before them.

mod page;
mod views;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::http::Request;
use super::provider::header;
use super::{Faults, NotPending, Pending, Reply, World};

/// Names of the switches that are on or off, as the form and the JSON have them.
const SWITCHES: [&str; 9] = [
    "error_500_after_signing",
    "reorder",
    "missing",
    "wrong_key",
    "hash_of_hash",
    "no_digest_info",
    "cms_instead_of_raw",
    "crlf_in_base64",
    "every_call",
];

/// The phone of a sandbox.
pub(super) struct Phone {
    world: Arc<World>,
    address: SocketAddr,
    /// Whether other names than those of the loopback are answered to.
    anyone: bool,
    /// What a form must bring along: another site's page does not know it.
    token: String,
}

impl Phone {
    pub(super) fn new(world: Arc<World>, address: SocketAddr, anyone: bool) -> Self {
        let token = world.new_id();
        Self { world, address, anyone, token }
    }

    /// Answers what lies under `/`, `/phone` and `/faults`.
    pub(super) fn answer(&self, first: &str, path: &str, request: &Request) -> Reply {
        if !self.is_meant(request) {
            return Reply::text(421, "the phone answers under its own address only\n");
        }
        let answer = match (request.method.as_str(), first, path) {
            ("GET" | "HEAD", "", "") => Reply::redirect("/phone"),
            ("GET" | "HEAD", "phone", "") => Reply::html(views::waiting(&self.world, &self.token)),
            ("GET" | "HEAD", "phone", "faults") => {
                Reply::html(views::faults(&self.world.faults(), None, &self.token))
            }
            ("GET" | "HEAD", "phone", "log") => Reply::html(views::log(&self.world.journal())),
            ("GET" | "HEAD", "phone", "style.css") => Reply::status(200)
                .header("Content-Type", "text/css; charset=utf-8")
                .body(page::STYLE.as_bytes().to_vec()),
            ("GET" | "HEAD", "phone", "pending.json") => self.pending(),
            ("GET" | "HEAD", "faults", "") => Reply::json(200, &self.world.faults()),
            ("PUT", "faults", "") => match self.set(serde_json::from_slice(&request.body)) {
                Ok(()) => Reply::json(200, &self.world.faults()),
                Err(error) => Reply::text(400, &format!("{error}\n")),
            },
            ("POST", "phone", what) => self.post(what, request),
            (_, "phone" | "faults", "" | "faults" | "log" | "style.css" | "pending.json") => {
                Reply::text(405, "this method is not for this address\n")
            }
            _ => Reply::text(404, "nothing here\n"),
        };
        answer
            .header(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            )
            .header("X-Content-Type-Options", "nosniff")
            .header("Referrer-Policy", "no-referrer")
            .header("Cache-Control", "no-store")
    }

    /// Whether the request names this machine: a page of another site that has its name point here does
    /// not.
    fn is_meant(&self, request: &Request) -> bool {
        let Some(host) = header(&request.headers, "Host") else { return false };
        let is_ours = |host: &str| {
            let name = host.rsplit_once(':').map_or(host, |(name, port)| {
                if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
            });
            let name = name.trim_start_matches('[').trim_end_matches(']');
            let address = name.parse::<IpAddr>();
            name.eq_ignore_ascii_case("localhost")
                || address.is_ok_and(|address| address.is_loopback() || address == self.address.ip())
        };
        if !self.anyone && !is_ours(host) {
            return false;
        }
        match header(&request.headers, "Origin") {
            Some("null") | None => true,
            Some(origin) => origin.strip_prefix("http://") == Some(host),
        }
    }

    fn pending(&self) -> Reply {
        let pending = self.world.pending();
        let list: Vec<Value> = pending.iter().map(as_json).collect();
        Reply::json(200, &json!({"token": self.token, "pending": list}))
    }

    fn post(&self, what: &str, request: &Request) -> Reply {
        let form: Vec<(String, String)> = form_urlencoded::parse(&request.body).into_owned().collect();
        let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        if field("token") != Some(&self.token) {
            return Reply::text(
                403,
                "the form does not come from this page, or from before the last start\n",
            );
        }
        let decided = match what {
            "approve" => self.decide(field("number"), |provider, id| self.world.approve(provider, id)),
            "reject" => self.decide(field("number"), |provider, id| self.world.reject(provider, id)),
            "expire" => self.decide(field("number"), |provider, id| self.world.let_expire(provider, id)),
            "approve-all" => {
                let approved = self.world.approve_all();
                let wants_json = header(&request.headers, "Accept").is_some_and(|kind| kind.contains("json"));
                if wants_json {
                    return Reply::json(200, &json!({"approved": approved}));
                }
                Ok(())
            }
            "auto-approve" => {
                self.world.set_auto_approve(field("on") == Some("true"));
                Ok(())
            }
            "advance" => match field("seconds").and_then(|seconds| seconds.parse().ok()) {
                Some(seconds) => {
                    self.world.advance(seconds);
                    Ok(())
                }
                None => return Reply::text(400, "seconds is a number\n"),
            },
            "faults" => return self.post_faults(&form),
            _ => return Reply::text(404, "nothing here\n"),
        };
        match decided {
            // What no longer waits is shown as it is: nothing is lost by a second click.
            Ok(()) | Err(NotPending) => Reply::redirect("/phone"),
        }
    }

    fn decide(
        &self,
        number: Option<&str>,
        decide: impl FnOnce(&'static str, &str) -> Result<(), NotPending>,
    ) -> Result<(), NotPending> {
        let number = number.and_then(|number| number.parse().ok()).ok_or(NotPending)?;
        let (provider, id) = self.world.transaction_by_number(number).ok_or(NotPending)?;
        decide(provider, &id)
    }

    fn post_faults(&self, form: &[(String, String)]) -> Reply {
        match self.set(from_form(form)) {
            Ok(()) => Reply::redirect("/phone/faults"),
            Err(error) => {
                let page = views::faults(&self.world.faults(), Some(&error), &self.token);
                Reply::html(page).with_status(400)
            }
        }
    }

    fn set(&self, faults: Result<Faults, serde_json::Error>) -> Result<(), String> {
        let faults = faults.map_err(|error| error.to_string())?;
        self.world.set_faults(faults).map_err(|error| error.to_string())
    }
}

/// The faults of the form: a box that is not ticked is not in it.
fn from_form(form: &[(String, String)]) -> Result<Faults, serde_json::Error> {
    let mut fields = Map::new();
    for (key, value) in form.iter().filter(|(key, _)| key != "token") {
        let value = match key.as_str() {
            switch if SWITCHES.contains(&switch) => Value::Bool(value == "true"),
            // An empty field is as if it were not there.
            "delay_ms" | "rate" | "seed" if value.trim().is_empty() => continue,
            "delay_ms" | "rate" | "seed" => serde_json::from_str(value.trim())?,
            _ => Value::String(value.clone()),
        };
        fields.insert(key.clone(), value);
    }
    serde_json::from_value(Value::Object(fields))
}

fn as_json(one: &Pending) -> Value {
    json!({
        "number": one.number,
        "provider": one.provider,
        "transaction_id": one.transaction_id,
        "credential_id": one.credential_id,
        "documents": one.documents,
        "description": one.description,
        "verification_code": one.verification_code,
        "expires_at": one.expires_at.to_rfc3339(),
    })
}
