//! What one system's part of the sandbox is, and the requests and replies that it deals in.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::World;

/// One system's interface.
///
/// It is called from several threads at once. What it must remember between calls it keeps in the world,
/// which is bounded: tokens with data ([`World::issue`]), notes ([`World::note`]).
pub trait Provider: Send + Sync {
    /// The first segment of the paths that it serves: `vnpt`, `mobile-id`, `efy`, `csc`.
    fn prefix(&self) -> &'static str;

    /// Whether a call to this path (behind the prefix) may sign something: the faults of the connection
    /// strike these.
    fn signs(&self, path: &str) -> bool {
        let path = path.to_ascii_lowercase();
        let asks = ["status", "polling", "/download"].iter().any(|word| path.contains(word));
        path.contains("sign") && !asks
    }

    /// Answers a call.
    fn handle(&self, request: &Incoming<'_>, world: &World) -> Reply;
}

/// A request as it came in.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// `GET`, `POST` …
    pub method: &'a str,
    /// The path behind the prefix, without a slash at the start: `v1/signatures/sign`.
    pub path: &'a str,
    /// What stands behind the `?`, not decoded.
    pub query: &'a str,
    /// Names as they were written, and values.
    pub headers: &'a [(String, String)],
    /// At most 16 MiB.
    pub body: &'a [u8],
    /// The address of the provider as the client knows it: `http://127.0.0.1:8080/csc`.
    pub base: &'a str,
}

impl Incoming<'_> {
    /// The first header of this name, in whatever case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        header(self.headers, name)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it is not JSON, or not of this shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(self.body)
    }

    /// The body as `application/x-www-form-urlencoded`, decoded, in its order.
    #[must_use]
    pub fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.body).into_owned().collect()
    }

    /// The parameters behind the `?`, decoded, in their order.
    #[must_use]
    pub fn parameters(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }
}

pub(super) fn header<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// A reply as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Reply {
    /// Without a body.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// JSON. What cannot be written as JSON, a map with keys that are no text, is status 500.
    #[must_use]
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::status(status).header("Content-Type", "application/json").body(body),
            Err(error) => Self::text(500, &format!("the reply is no JSON: {error}")),
        }
    }

    /// Plain text.
    #[must_use]
    pub fn text(status: u16, text: &str) -> Self {
        Self::status(status)
            .header("Content-Type", "text/plain; charset=utf-8")
            .body(text.as_bytes().to_vec())
    }

    /// A page.
    #[must_use]
    pub fn html(page: String) -> Self {
        Self::status(200).header("Content-Type", "text/html; charset=utf-8").body(page.into_bytes())
    }

    /// Another page to open instead, with GET (303).
    #[must_use]
    pub fn redirect(location: impl Into<String>) -> Self {
        Self::status(303).header("Location", location)
    }

    /// With one header more. What would break the line is left out of the value.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let mut value = value.into();
        value.retain(|character| !character.is_control());
        self.headers.push((name, value));
        self
    }

    /// With this body.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    pub(super) const fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(super) const fn code(&self) -> u16 {
        self.status
    }

    pub(super) fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.body
    }
}
