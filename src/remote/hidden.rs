//! Secrets in bodies: where they are written into requests and read from responses, and nowhere else.

use serde::{Deserialize, Serialize};

use super::secret::Secret;

/// A secret as a member of a body: written out there and nowhere else.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hidden(#[serde(with = "exposed")] Secret);

impl Hidden {
    /// The secret.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.0
    }

    /// The secret, if it can be a token.
    pub(crate) fn token(&self) -> Option<Secret> {
        self.0.is_token().then(|| self.0.clone())
    }
}

impl From<Secret> for Hidden {
    fn from(secret: Secret) -> Self {
        Self(secret)
    }
}

impl From<Hidden> for Secret {
    fn from(hidden: Hidden) -> Self {
        hidden.0
    }
}

/// The same for public fields that are a [`Secret`]: `#[serde(with = "exposed")]`.
pub(crate) mod exposed {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::remote::secret::Secret;

    pub(crate) fn serialize<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(secret.expose())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
        String::deserialize(from).map(Secret::new)
    }

    /// For secrets that may be absent.
    pub(crate) mod option {
        use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

        use crate::remote::secret::Secret;

        #[allow(clippy::ref_option, reason = "the signature that serde asks for")]
        pub(crate) fn serialize<S: Serializer>(secret: &Option<Secret>, to: S) -> Result<S::Ok, S::Error> {
            secret.as_ref().map(Secret::expose).serialize(to)
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
            Ok(Option::<String>::deserialize(from)?.map(Secret::new))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    struct Body {
        password: Hidden,
        #[serde(with = "exposed")]
        pin: Secret,
        #[serde(default, with = "exposed::option", skip_serializing_if = "Option::is_none")]
        otp: Option<Secret>,
    }

    #[test]
    fn a_secret_is_written_into_a_body_only() {
        for text in [
            r#"{"password":"s3cret-1","pin":"s3cret-2"}"#,
            r#"{"password":"s3cret-1","pin":"","otp":"s3cret"}"#,
        ] {
            let body: Body = serde_json::from_str(text).unwrap();
            assert_eq!(body.password.secret().expose(), "s3cret-1");
            assert_eq!(serde_json::to_string(&body).unwrap(), text);
            assert!(!format!("{body:?}").contains("s3cret"), "{body:?}");
        }
        assert!(serde_json::from_str::<Body>(r#"{"password":1,"pin":"2"}"#).is_err());
    }

    #[test]
    fn a_token_is_fit_for_a_header() {
        let token =
            |text: &str| Hidden::from(Secret::new(text)).token().map(|token| token.expose().to_owned());
        assert_eq!(token("a.b-c").as_deref(), Some("a.b-c"));
        for text in ["", "a b", "a\r\nb", "ấ"] {
            assert_eq!(token(text), None, "{text:?}");
        }
    }
}
