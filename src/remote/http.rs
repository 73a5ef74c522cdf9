//! Requests as they leave, responses as they come: data only, nothing is sent from here.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::redact;
use super::secret::Secret;

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
}

impl Method {
    /// `GET` or `POST`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A request to a service: send it once, unless it is [repeatable](Self::is_repeatable), and give the
/// response back to the flow that made it.
///
/// Its body and some headers hold secrets: `Debug` shows neither.
#[derive(Clone)]
pub struct HttpRequest {
    call: &'static str,
    method: Method,
    url: String,
    headers: Vec<(&'static str, Secret)>,
    body: Zeroizing<Vec<u8>>,
    repeatable: bool,
    releasing: bool,
}

impl HttpRequest {
    /// A GET of the whole address `url`; it is repeatable. `call` names it in logs.
    #[must_use]
    pub fn get(call: &'static str, url: String) -> Self {
        Self {
            call,
            method: Method::Get,
            url,
            headers: Vec::new(),
            body: Zeroizing::default(),
            repeatable: true,
            releasing: false,
        }
    }

    /// A POST of a JSON body with its Content-Type.
    #[must_use]
    pub fn post_json(call: &'static str, url: String, body: &impl Serialize) -> Self {
        // Maps with text keys, strings and numbers: nothing in it can fail to be written.
        let body = Zeroizing::new(serde_json::to_vec(body).unwrap_or_default());
        Self::post(call, url, "application/json", body)
    }

    pub(crate) fn post(
        call: &'static str,
        url: String,
        content_type: &'static str,
        body: Zeroizing<Vec<u8>>,
    ) -> Self {
        let headers =
            vec![("Content-Type", Secret::new(content_type)), ("Accept", Secret::new("application/json"))];
        Self { call, method: Method::Post, url, headers, body, repeatable: false, releasing: false }
    }

    /// With one header more.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: Secret) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Marks that sending it twice does no harm: it asks, logs in or revokes, and signs nothing.
    #[must_use]
    pub const fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Marks that it gives back what would otherwise stay open with the service: an authorisation, a token.
    #[must_use]
    pub const fn releasing(mut self) -> Self {
        self.releasing = true;
        self
    }

    /// Which call of the service's interface it is, as its document names it: for logs.
    #[must_use]
    pub const fn call(&self) -> &'static str {
        self.call
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The whole address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Names and values; some of the values are secret.
    #[must_use]
    pub fn headers(&self) -> &[(&'static str, Secret)] {
        &self.headers
    }

    /// The body; empty for GET. It holds secrets: for a log use [`HttpRequest::redacted_body`].
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body with its secrets hidden.
    #[must_use]
    pub fn redacted_body(&self) -> String {
        redact::body(&self.body)
    }

    /// Whether sending it a second time, after the first got lost, does no harm. What may cost a
    /// signature is not repeatable: report [`Event::Lost`](super::Event::Lost) instead.
    #[must_use]
    pub const fn is_repeatable(&self) -> bool {
        self.repeatable
    }

    /// Whether it gives back something that no stored state holds. Whoever stops sends it all the same:
    /// nobody else can.
    #[must_use]
    pub const fn is_releasing(&self) -> bool {
        self.releasing
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        f.debug_struct("HttpRequest")
            .field("call", &self.call)
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &names)
            .field("body_bytes", &self.body.len())
            .field("repeatable", &self.repeatable)
            .field("releasing", &self.releasing)
            .finish()
    }
}

/// What a service answered.
#[derive(Clone)]
pub struct HttpResponse {
    status: u16,
    headers: Vec<(String, String)>,
    body: Zeroizing<Vec<u8>>,
}

impl HttpResponse {
    /// From its parts. Header names may be in any case.
    #[must_use]
    pub fn new(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        Self { status, headers, body: Zeroizing::new(body) }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Whether the HTTP status is one of success.
    pub(crate) const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// Whether asking again later may help: see [`is_busy`].
    pub(crate) const fn is_busy(&self) -> bool {
        is_busy(self.status)
    }

    /// The first header of this name, in whatever case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body. It may hold tokens: for a log use [`HttpResponse::redacted_body`].
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body with its secrets hidden.
    #[must_use]
    pub fn redacted_body(&self) -> String {
        redact::body(&self.body)
    }

    /// The body as JSON of one form. A byte order mark in front of it is passed over.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        let body = self.body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.body);
        serde_json::from_slice(body)
    }
}

/// Whether an HTTP status says that asking again later may help: the service is busy, or out of order for the
/// moment.
pub(crate) const fn is_busy(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("body", &self.redacted_body())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let body = serde_json::json!({ "sp_password": "hunter2" });
        let request = HttpRequest::post_json("v1/sign", "https://ca.example/v1/sign".into(), &body)
            .header("Authorization", Secret::new("Bearer hunter3"));
        let shown = format!("{request:?} {}", request.redacted_body());
        assert!(!shown.contains("hunter"), "{shown}");
        assert!(!request.is_repeatable());
        let response = HttpResponse::new(200, vec![], br#"{"accessToken":"hunter4"}"#.to_vec());
        assert!(!format!("{response:?}").contains("hunter"));
    }

    #[test]
    fn headers_are_found_in_any_case() {
        let response = HttpResponse::new(200, vec![("RSSP-Entity-Name".into(), "n1".into())], vec![]);
        assert_eq!(response.header("rssp-entity-name"), Some("n1"));
    }
}
