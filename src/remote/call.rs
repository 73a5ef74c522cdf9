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

/// A text as one segment of a path (RFC 3986, 3.3): what a service named must not lead elsewhere.
pub(crate) fn segment(text: &str) -> String {
    use std::fmt::Write as _;

    let mut segment = String::with_capacity(text.len());
    let only_dots = text.bytes().all(|byte| byte == b'.');
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') || (byte == b'.' && !only_dots)
        {
            segment.push(char::from(byte));
        } else if only_dots {
            // Encoded dots are still dots to those who normalise paths.
            segment.push('_');
        } else {
            // Writing to a String cannot fail.
            let _ = write!(segment, "%{byte:02X}");
        }
    }
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_named_stays_one_segment() {
        assert_eq!(segment("200221112613-3540-601895"), "200221112613-3540-601895");
        assert_eq!(segment("a/../b?c#d e"), "a%2F..%2Fb%3Fc%23d%20e");
        assert_eq!(segment(".."), "__");
    }
}
