//! What services ask for, answered from where secrets are kept.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::Environment;
use super::secrets::{SecretError, SecretKind, SecretReference, Secrets, TotpEncoding, TotpReference};
use crate::fault::Fault;
use crate::remote::{Input, InputKind, Secret, totp};
use crate::signer::{LocalKey, SignerError};

/// Attempts that are left for a person: with fewer, no code is tried by itself.
const LEFT_FOR_PEOPLE: u32 = 2;

/// Answers what services ask for from where secrets are kept, and with what a person answered before.
///
/// Within one flow a kept secret is given once: when the service asks again, it was wrong, and giving it
/// again would lock the account. A flow that was resumed knows what was refused before
/// ([`Input::refused`]): then what a reference leads to is not given at all. One-time codes are computed
/// from their seed, each used once.
pub struct Answers<'e> {
    secrets: Secrets,
    environment: &'e dyn Environment,
    /// What a person answered, for the next flow.
    remembered: BTreeMap<SecretKind, Secret>,
    /// What this flow was given already.
    given: Vec<SecretKind>,
    /// The step of time whose code was used last.
    used: Option<i64>,
}

/// An answer, if there is one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Found {
    /// This.
    Secret(Secret),
    /// One after this time: the code of the moment is used up.
    Later(Duration),
    /// None: a person must be asked.
    Nothing,
    /// None: what this reference leads to was given before, and the service refused it. A person must be
    /// asked.
    Refused {
        /// Which of the kept secrets.
        kind: SecretKind,
        /// Where it is kept.
        reference: SecretReference,
    },
}

/// Why a kept secret cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// It is not to be had.
    #[error("{}", .kind.name())]
    Secret {
        /// Which.
        kind: SecretKind,
        /// Why.
        source: SecretError,
    },
    /// The seed of the one-time codes is not written as it should be.
    #[error("the seed of the one-time codes")]
    Totp(#[from] totp::SecretError),
    /// The relying party's key cannot be read, or does not sign.
    #[error("the relying party's login key")]
    LoginKey(#[from] SignerError),
}

impl AnswerError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Secret { source, .. } => source.fault(),
            _ => Fault::Caller,
        }
    }
}

impl<'e> Answers<'e> {
    /// From where secrets are. A credential's own come before its service's: see [`Secrets::or`].
    #[must_use]
    pub const fn new(secrets: Secrets, environment: &'e dyn Environment) -> Self {
        Self { secrets, environment, remembered: BTreeMap::new(), given: Vec::new(), used: None }
    }

    /// A new flow begins: what was kept may be given again.
    pub fn next_flow(&mut self) {
        self.given.clear();
    }

    /// Keeps what a person answered, in memory, for further flows. One-time codes and what belongs to one
    /// flow alone are not kept.
    pub fn remember(&mut self, input: &InputKind, secret: &Secret) {
        if let Some(kind) = SecretKind::of_input(input)
            && !matches!(kind, SecretKind::Totp | SecretKind::LoginKey)
        {
            self.remembered.insert(kind, secret.clone());
            self.given.push(kind);
        }
    }

    /// The answer to what a service asks for at `now`.
    ///
    /// # Errors
    /// [`AnswerError`]: there is a reference to a secret, and it leads nowhere.
    pub fn answer(&mut self, input: &Input, now: DateTime<Utc>) -> Result<Found, AnswerError> {
        let Some(kind) = SecretKind::of_input(&input.kind) else { return Ok(Found::Nothing) };
        if let (InputKind::Otp, Some(totp)) = (&input.kind, self.secrets.totp.clone()) {
            return self.code(&totp, input, now);
        }
        // What is signed for a login is another text each time.
        let is_login = kind == SecretKind::LoginKey;
        let is_again = self.given.contains(&kind) && !is_login;
        if is_again {
            self.remembered.remove(&kind);
        } else if let Some(secret) = self.remembered.get(&kind) {
            self.given.push(kind);
            return Ok(Found::Secret(secret.clone()));
        }
        let Some(reference) = self.secrets.for_input(&input.kind).cloned() else { return Ok(Found::Nothing) };
        if input.refused && !is_login {
            return Ok(Found::Refused { kind, reference });
        }
        if is_again {
            return Ok(Found::Nothing);
        }
        let secret = self.look_up(kind, &reference)?;
        self.given.push(kind);
        Ok(Found::Secret(match &input.kind {
            InputKind::LoginSignature { text } => sign_login(&secret, text)?,
            _ => secret,
        }))
    }

    fn code(
        &mut self,
        totp: &TotpReference,
        input: &Input,
        now: DateTime<Utc>,
    ) -> Result<Found, AnswerError> {
        if input.attempts_left.is_some_and(|left| left < LEFT_FOR_PEOPLE) {
            return Ok(Found::Nothing);
        }
        let step = now.timestamp().div_euclid(i64::from(totp::STEP_SECONDS));
        if self.used.is_some_and(|used| step <= used) {
            return Ok(Found::Later(Duration::from_secs(totp::seconds_left(now).into())));
        }
        let text = self.look_up(SecretKind::Totp, &totp.reference)?;
        let seed = match totp.encoding {
            TotpEncoding::Base32 => totp::Secret::from_base32(text.expose()),
            TotpEncoding::Hex => totp::Secret::from_hex(text.expose()),
            TotpEncoding::Base64 => totp::Secret::from_base64(text.expose()),
        }?;
        self.used = Some(step);
        Ok(Found::Secret(seed.code_at(now)))
    }

    fn look_up(&self, kind: SecretKind, reference: &SecretReference) -> Result<Secret, AnswerError> {
        reference.resolve(self.environment).map_err(|source| AnswerError::Secret { kind, source })
    }
}

impl std::fmt::Debug for Answers<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answers").field("secrets", &self.secrets).finish_non_exhaustive()
    }
}

/// SHA1withRSA over a login's text, in base64: the dialect's own choice, for a token that lives moments.
fn sign_login(key_pem: &Secret, text: &Secret) -> Result<Secret, AnswerError> {
    let key = LocalKey::from_pem(key_pem.expose().as_bytes(), None)?;
    let value = Zeroizing::new(key.sha1_with_rsa(text.expose().as_bytes())?);
    Ok(Secret::new(STANDARD.encode(&*value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::InputKind;

    fn input(kind: InputKind) -> Input {
        Input { kind, message: None, attempts_left: None, refused: false }
    }

    fn secrets(json: &str) -> Secrets {
        serde_json::from_str(json).unwrap()
    }

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn given(found: Found) -> Option<String> {
        match found {
            Found::Secret(secret) => Some(secret.expose().to_owned()),
            _ => None,
        }
    }

    #[test]
    fn a_kept_secret_is_given_once_in_a_flow() {
        let environment = environment(&[("PIN", "4711")]);
        let mut answers = Answers::new(secrets(r#"{"pin":"env:PIN"}"#), &environment);
        let now = "2026-11-21T02:30:00Z".parse().unwrap();
        for _ in 0..2 {
            answers.next_flow();
            assert_eq!(given(answers.answer(&input(InputKind::Pin), now).unwrap()).as_deref(), Some("4711"));
            assert!(matches!(answers.answer(&input(InputKind::Pin), now).unwrap(), Found::Nothing));
        }
        assert!(matches!(answers.answer(&input(InputKind::UserPassword), now).unwrap(), Found::Nothing));
    }

    #[test]
    fn what_was_refused_before_a_resume_is_not_given_again() {
        let environment = environment(&[("PIN", "4711"), ("SEED", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]);
        let json = r#"{"pin":"env:PIN","totp":{"reference":"env:SEED","encoding":"base32"}}"#;
        let mut answers = Answers::new(secrets(json), &environment);
        let now = "2026-11-21T02:30:00Z".parse().unwrap();
        let ask = Input { refused: true, ..input(InputKind::Pin) };
        let Found::Refused { kind, reference } = answers.answer(&ask, now).unwrap() else { panic!() };
        assert_eq!((kind, reference.to_string().as_str()), (SecretKind::Pin, "env:PIN"));
        // What a person answers instead serves the next flow, whatever that one was refused before.
        answers.remember(&ask.kind, &Secret::new("4712"));
        answers.next_flow();
        assert_eq!(given(answers.answer(&ask, now).unwrap()).as_deref(), Some("4712"));
        assert!(matches!(answers.answer(&ask, now).unwrap(), Found::Refused { .. }));
        // A code is another one each time.
        let ask = Input { refused: true, ..input(InputKind::Otp) };
        assert!(given(answers.answer(&ask, now).unwrap()).is_some());
    }

    #[test]
    fn what_a_person_answered_serves_the_next_flow_unless_it_was_wrong() {
        let environment = environment(&[]);
        let mut answers = Answers::new(Secrets::default(), &environment);
        let now = "2026-11-21T02:30:00Z".parse().unwrap();
        let ask = input(InputKind::UserPassword);
        answers.remember(&ask.kind, &Secret::new("a"));
        // The service asks again: it was wrong.
        assert!(matches!(answers.answer(&ask, now).unwrap(), Found::Nothing));
        answers.remember(&ask.kind, &Secret::new("b"));
        answers.next_flow();
        assert_eq!(given(answers.answer(&ask, now).unwrap()).as_deref(), Some("b"));
        answers.remember(&InputKind::Otp, &Secret::new("123456"));
        assert!(matches!(answers.answer(&input(InputKind::Otp), now).unwrap(), Found::Nothing));
    }

    #[test]
    fn a_code_is_used_once_and_the_last_attempt_is_for_people() {
        // The seed and a code of RFC 6238, appendix B, cut to six digits.
        let environment = environment(&[("SEED", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]);
        let secrets = secrets(r#"{"totp":{"reference":"env:SEED","encoding":"base32"}}"#);
        let mut answers = Answers::new(secrets, &environment);
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let mut ask = input(InputKind::Otp);
        assert_eq!(given(answers.answer(&ask, at(59)).unwrap()).as_deref(), Some("287082"));
        let later = answers.answer(&ask, at(59)).unwrap();
        assert!(matches!(later, Found::Later(pause) if pause == Duration::from_secs(1)), "{later:?}");
        assert!(matches!(answers.answer(&ask, at(60)).unwrap(), Found::Secret(_)));
        ask.attempts_left = Some(1);
        assert!(matches!(answers.answer(&ask, at(90)).unwrap(), Found::Nothing));
    }

    #[test]
    fn a_secret_that_is_not_there_is_an_error_that_names_its_place() {
        let environment = environment(&[]);
        let mut answers = Answers::new(secrets(r#"{"pin":"env:PIN"}"#), &environment);
        let error = answers.answer(&input(InputKind::Pin), DateTime::UNIX_EPOCH).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.fault()), ("pin", Fault::Caller));
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("PIN"));
    }

    #[test]
    fn a_login_is_signed_each_time_with_the_key() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/keys");
        let pem = std::fs::read_to_string(folder.join("rsa2048-key.pem")).unwrap();
        let chain =
            crate::Chain::from_pem(&std::fs::read(folder.join("rsa2048-chain.pem")).unwrap()).unwrap();
        let environment = environment(&[("KEY", &pem)]);
        let mut answers = Answers::new(secrets(r#"{"login-key":"env:KEY"}"#), &environment);
        for text in ["user:password:1", "user:password:2"] {
            let ask = input(InputKind::LoginSignature { text: Secret::new(text) });
            let value = given(answers.answer(&ask, DateTime::UNIX_EPOCH).unwrap()).unwrap();
            let key = chain.public_key();
            let sha1 = crate::algorithm::DigestAlgorithm::Sha1;
            let rsa = crate::algorithm::SignatureAlgorithm::RsaPkcs1;
            let suite = crate::algorithm::Suite::for_verification(rsa, sha1, key).unwrap();
            let digest = sha1.hash(text.as_bytes());
            let what = crate::algorithm::ToBeSigned::Digest(&digest);
            assert!(key.verify(suite, what, &STANDARD.decode(value).unwrap()).is_ok());
        }
    }
}
