//! Single calls of a service's interface, outside a flow: a request and how its response is read.

use super::failure::Failure;
use super::http::{HttpRequest, HttpResponse};
use super::secret::Secret;

/// One call: what goes out, and what is made of what comes back.
pub trait Call {
    /// What comes back.
    type Reply;

    /// The request to a service at `base`, its address without a slash at the end, with the token that its
    /// login gave, where the call needs one.
    fn request(&self, base: &str, token: Option<&Secret>) -> HttpRequest;

    /// Reads the response.
    ///
    /// # Errors
    /// [`Failure`]: the service refused, or what it said cannot be read.
    fn read(&self, response: &HttpResponse) -> Result<Self::Reply, Failure>;
}

/// Header `Authorization: Bearer …`.
pub(crate) fn bearer(request: HttpRequest, token: Option<&Secret>) -> HttpRequest {
    match token {
        Some(token) => request.header("Authorization", Secret::new(format!("Bearer {}", token.expose()))),
        None => request,
    }
}

/// `base` and `path` with one slash between.
pub(crate) fn join(base: &str, path: &str) -> String {
    format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'))
}
