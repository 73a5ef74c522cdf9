//! OAuth 2.0: the authorization code with PKCE (RFC 6749, 4.1; RFC 7636), and the token calls.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

use super::calls::OAUTH2_TOKEN;
use crate::algorithm::DigestAlgorithm;
use crate::entropy::Entropy;
use crate::remote::call::join;
use crate::remote::{HttpRequest, Secret};

/// One authorization in a browser: what proves afterwards that the code came to whoever asked for it.
#[derive(Clone, Debug)]
pub(super) struct Authorization {
    verifier: Secret,
    state: Secret,
}

/// Why the address to which the server redirected does not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RedirectError {
    /// The server says no.
    #[error("{description}")]
    Refused { code: String, description: String },
    /// The answer to another question, or somebody else's.
    #[error("the redirect address does not carry the state of this authorization")]
    State,
    /// No code in it.
    #[error("the redirect address carries no authorization code")]
    NoCode,
}

impl Authorization {
    /// The `index`th of a conversation.
    pub(super) fn new(entropy: &Entropy, index: u64) -> Self {
        let mut verifier = Zeroizing::new([0_u8; 32]);
        let (first, second) = verifier.split_at_mut(16);
        first.copy_from_slice(&entropy.derive("csc code_verifier, first half", index));
        second.copy_from_slice(&entropy.derive("csc code_verifier, second half", index));
        Self {
            // 43 characters, as RFC 7636, 4.1 recommends.
            verifier: Secret::new(URL_SAFE_NO_PAD.encode(verifier.as_slice())),
            state: Secret::new(URL_SAFE_NO_PAD.encode(entropy.derive("csc state", index))),
        }
    }

    /// The address to open; `more` are parameters of the scope.
    pub(super) fn url(
        &self,
        base: &str,
        client_id: &str,
        redirect_uri: &str,
        scope: &str,
        more: &[(&str, String)],
    ) -> String {
        let challenge = DigestAlgorithm::Sha256.hash(self.verifier.expose().as_bytes());
        let mut query = Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", scope)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(challenge.as_bytes()))
            .append_pair("code_challenge_method", "S256")
            .append_pair("state", self.state.expose());
        for (name, value) in more {
            query.append_pair(name, value);
        }
        format!("{}?{}", join(base, "oauth2/authorize"), query.finish())
    }

    /// The code in the address to which the server redirected.
    pub(super) fn code(&self, redirected: &str) -> Result<Secret, RedirectError> {
        let query = redirected.trim().split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or(query);
        let (mut code, mut state, mut error, mut description) = (None, None, None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "code" => code = Some(Secret::new(value)),
                "state" => state = Some(value.into_owned()),
                "error" => error = Some(value.into_owned()),
                "error_description" => description = Some(value.into_owned()),
                _ => {}
            }
        }
        if state.as_deref() != Some(self.state.expose()) {
            return Err(RedirectError::State);
        }
        if let Some(code) = error {
            let description = description.unwrap_or_else(|| code.clone());
            return Err(RedirectError::Refused { code, description });
        }
        code.filter(|code| !code.expose().is_empty()).ok_or(RedirectError::NoCode)
    }

    /// The request that exchanges the code for a token. A code does for one exchange only.
    pub(super) fn exchange(
        &self,
        base: &str,
        client_id: &str,
        redirect_uri: &str,
        secret: Option<&Secret>,
        code: &Secret,
    ) -> HttpRequest {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("code_verifier", self.verifier.expose()),
        ];
        fields.extend(secret.map(|secret| ("client_secret", secret.expose())));
        form(base, &fields)
    }
}

/// The request for a token with the client's own credentials (RFC 6749, 4.4).
pub(super) fn client_credentials(base: &str, client_id: &str, secret: &Secret) -> HttpRequest {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_secret", secret.expose()),
        ("scope", "service"),
    ];
    form(base, &fields).repeatable()
}

/// The request for a token with a refresh token (RFC 6749, 6).
pub(super) fn refresh(
    base: &str,
    client_id: &str,
    secret: Option<&Secret>,
    refresh_token: &Secret,
) -> HttpRequest {
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
        ("client_id", client_id),
    ];
    fields.extend(secret.map(|secret| ("client_secret", secret.expose())));
    form(base, &fields).repeatable()
}

fn form(base: &str, fields: &[(&str, &str)]) -> HttpRequest {
    // By hand, so that the text with the secrets in it is wiped: room enough not to be moved.
    let room: usize = fields.iter().map(|(name, value)| name.len() + 3 * value.len() + 2).sum();
    let mut body = Zeroizing::new(Vec::with_capacity(room));
    for (index, (name, value)) in fields.iter().enumerate() {
        if index > 0 {
            body.push(b'&');
        }
        body.extend_from_slice(name.as_bytes());
        body.push(b'=');
        for part in byte_serialize(value.as_bytes()) {
            body.extend_from_slice(part.as_bytes());
        }
    }
    HttpRequest::post(OAUTH2_TOKEN, join(base, OAUTH2_TOKEN), "application/x-www-form-urlencoded", body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_hash_of_the_verifier() {
        // RFC 7636, appendix B.
        let authorization = Authorization {
            verifier: Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            state: Secret::new("st"),
        };
        let url = authorization.url("https://as.example/", "client", "https://me.example/cb", "service", &[]);
        assert!(url.starts_with("https://as.example/oauth2/authorize?response_type=code&client_id=client&"));
        assert!(url.contains("&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"), "{url}");
        assert!(url.contains("redirect_uri=https%3A%2F%2Fme.example%2Fcb"), "{url}");
    }

    #[test]
    fn only_the_answer_to_this_question_counts() {
        let authorization = Authorization::new(&Entropy::new([3; 32]), 0);
        assert_eq!(authorization.verifier.expose().len(), 43);
        let state = authorization.state.expose();
        let redirected = format!("https://me.example/cb?code=a%2Bb&state={state}#top");
        assert_eq!(authorization.code(&redirected).unwrap().expose(), "a+b");
        assert_eq!(
            authorization.code("https://me.example/cb?code=a&state=no").unwrap_err(),
            RedirectError::State
        );
        let empty = format!("https://me.example/cb?state={state}");
        assert_eq!(authorization.code(&empty).unwrap_err(), RedirectError::NoCode);
        let refused = format!("https://me.example/cb?error=access_denied&state={state}");
        let RedirectError::Refused { code, .. } = authorization.code(&refused).unwrap_err() else {
            panic!("not refused")
        };
        assert_eq!(code, "access_denied");
        let other = Authorization::new(&Entropy::new([3; 32]), 1);
        assert_ne!(other.verifier.expose(), authorization.verifier.expose());
    }

    #[test]
    fn forms_are_escaped() {
        let request = client_credentials("https://as.example", "client", &Secret::new("a b&c=d"));
        let body = std::str::from_utf8(request.body()).unwrap();
        assert_eq!(
            body,
            "grant_type=client_credentials&client_id=client&client_secret=a+b%26c%3Dd&scope=service"
        );
        assert!(request.is_repeatable() && !format!("{request:?}").contains("a+b"));
    }
}
