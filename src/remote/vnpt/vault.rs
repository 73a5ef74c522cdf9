//! What a conversation knows and must not store.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::remote::flow::InputKind;
use crate::remote::http::HttpResponse;
use crate::remote::redact::{self, HIDDEN};
use crate::remote::secret::Secret;

/// Characters of a service's message that are kept, at most.
const MESSAGE: usize = 500;

/// Which of the secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Need {
    ServicePassword,
    UserPassword,
    Otp,
}

impl Need {
    pub(super) const fn kind(self) -> InputKind {
        match self {
            Self::ServicePassword => InputKind::ServicePassword,
            Self::UserPassword => InputKind::UserPassword,
            Self::Otp => InputKind::Otp,
        }
    }

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::ServicePassword => "the relying party's password",
            Self::UserPassword => "the signer's password",
            Self::Otp => "a one-time code",
        }
    }
}

/// The secrets of a conversation. A state does not have them: after a resume they are asked for again.
#[derive(Clone, Debug, Default)]
pub(super) struct Vault {
    pub(super) service_password: Option<Secret>,
    pub(super) user_password: Option<Secret>,
    pub(super) otp: Option<Secret>,
    pub(super) sad: Option<Secret>,
    /// Codes that were used, so that a service that repeats one is not quoted with it.
    used: Vec<Secret>,
    /// What was asked for last.
    pub(super) asked: Option<Need>,
}

impl Vault {
    /// Takes an answer.
    pub(super) fn put(&mut self, need: Need, secret: Secret) {
        let place = match need {
            Need::ServicePassword => &mut self.service_password,
            Need::UserPassword => &mut self.user_password,
            Need::Otp => &mut self.otp,
        };
        *place = Some(secret);
    }

    /// Whether a secret is there.
    pub(super) const fn has(&self, need: Need) -> bool {
        match need {
            Need::ServicePassword => self.service_password.is_some(),
            Need::UserPassword => self.user_password.is_some(),
            Need::Otp => self.otp.is_some(),
        }
    }

    /// The code, which is good for one use.
    pub(super) fn take_otp(&mut self) -> Option<Secret> {
        let otp = self.otp.take()?;
        self.used.push(otp.clone());
        Some(otp)
    }

    /// Wipes everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// A text of the service's with every secret taken out of it, and not longer than a paragraph.
    pub(super) fn message(&self, text: &str) -> String {
        let mut text = self.scrub(text.trim());
        redact::cut(&mut text, MESSAGE);
        text
    }

    /// A response with its secrets taken out: those that its keys name, and those that are known here, which
    /// it may repeat anywhere. They go before anything is cut, so that no half of one stays.
    pub(super) fn response(&self, response: &HttpResponse) -> String {
        let body = Zeroizing::new(self.scrub(&String::from_utf8_lossy(response.body())));
        self.scrub(&redact::body(body.as_bytes()))
    }

    /// Whether a text holds none of the secrets.
    pub(super) fn is_free_of_secrets(&self, text: &str) -> bool {
        self.scrub(text) == text
    }

    /// A text with every secret taken out of it.
    fn scrub(&self, text: &str) -> String {
        let known = [&self.service_password, &self.user_password, &self.otp, &self.sad];
        let secrets = known.into_iter().flatten().chain(&self.used).map(Secret::expose);
        secrets.filter(|secret| !secret.is_empty()).fold(text.to_owned(), |text, secret| {
            // In a body, the secret stands as JSON writes it.
            let written = serde_json::to_string(secret).unwrap_or_default();
            let inside = written.get(1..written.len().saturating_sub(1)).unwrap_or_default();
            text.replace(secret, HIDDEN).replace(inside, HIDDEN)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_repeats_a_secret_is_not_quoted_with_it() {
        let mut vault = Vault::default();
        vault.put(Need::UserPassword, Secret::new("a\"b"));
        vault.put(Need::Otp, Secret::new("471103"));
        assert_eq!(vault.take_otp().unwrap().expose(), "471103");
        assert!(!vault.has(Need::Otp));
        let response = HttpResponse::new(200, vec![], br#"{"m":"471103 \u0061\"b","otp":"1"}"#.to_vec());
        assert_eq!(vault.response(&response), r#"{"m":"… …","otp":"…"}"#);
        assert!(!vault.is_free_of_secrets("x471103") && vault.is_free_of_secrets("x47110"));
        assert_eq!(vault.message(&"ấ".repeat(501)).chars().count(), 501);
        vault.clear();
        assert!(!vault.has(Need::UserPassword));
    }
}
