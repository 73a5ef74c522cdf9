//! A system of the tests' own, which signs what it is told to, and a client for it.

use std::path::PathBuf;

use kyso::sandbox::{
    Document, Incoming, Order, Provider, Reply, Sandbox, Settings, Status, Submission, World,
};
use serde_json::{Value, json};

/// `POST play/sign {id, key, digests}` to the phone; `POST play/sign-now`; `GET play/status/ID`.
pub(crate) struct Player;

fn order(body: &Value) -> Order {
    let digests = body["digests"].as_array().unwrap().iter().enumerate();
    let documents = digests
        .map(|(index, text)| {
            Document::new(format!("doc-{index}"), text.as_str().unwrap().repeat(32).as_bytes()).unwrap()
        })
        .collect();
    Order::new("play", body["key"].as_str().unwrap_or("person-rsa"), documents)
}

impl Provider for Player {
    fn prefix(&self) -> &'static str {
        "play"
    }

    fn handle(&self, request: &Incoming<'_>, world: &World) -> Reply {
        match (request.method, request.path) {
            ("POST", "sign") => {
                let body: Value = request.json().unwrap();
                let submission = Submission::new(body["id"].as_str().unwrap(), order(&body))
                    .description("Hợp đồng <b>số 1</b>")
                    .verification_code("1A2B-3C4D")
                    .lifetime_seconds(60);
                match world.submit(submission) {
                    Ok(()) => Reply::json(200, &json!({"accepted": true})),
                    Err(error) => Reply::json(409, &json!({"error": error.to_string()})),
                }
            }
            ("POST", "sign-now") => {
                let signed = world.sign_now(&order(&request.json().unwrap())).unwrap();
                let pairs: Vec<_> = signed.iter().map(|one| json!([one.doc_id, one.value])).collect();
                Reply::json(200, &pairs)
            }
            ("GET", path) => match world.status("play", path.strip_prefix("status/").unwrap()) {
                Status::Signed(signed) => {
                    let pairs: Vec<_> = signed.iter().map(|one| json!([one.doc_id, one.value])).collect();
                    Reply::json(200, &json!({"status": "signed", "values": pairs}))
                }
                other => Reply::json(200, &json!({"status": format!("{other:?}").to_lowercase()})),
            },
            _ => Reply::status(404),
        }
    }
}

/// A folder that the tests of a build share, so that keys are made once.
pub(crate) fn keys() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sandbox-keys")
}

pub(crate) fn start(settings: Settings) -> Sandbox {
    Sandbox::start(settings.folder(keys()).add_provider(Box::new(Player))).unwrap()
}

pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into()
}

/// Status and body; an error when the connection broke.
pub(crate) fn post(sandbox: &Sandbox, path: &str, body: &Value) -> Result<(u16, String), ureq::Error> {
    let mut response = agent().post(format!("{}/{path}", sandbox.url())).send(body.to_string())?;
    Ok((response.status().as_u16(), response.body_mut().read_to_string()?))
}

pub(crate) fn get(sandbox: &Sandbox, path: &str) -> Result<(u16, String), ureq::Error> {
    let mut response = agent().get(format!("{}/{path}", sandbox.url())).call()?;
    Ok((response.status().as_u16(), response.body_mut().read_to_string()?))
}
