//! Requests and responses as the two documents print them.
//!
//! One type serves both versions: what only one of them has is optional. Responses are read leniently:
//! unknown members are passed over, `null` is absence, numbers and truth values may be text.

mod access;
mod credentials;
mod signatures;

pub use access::{
    InfoRequest, InfoResponse, LoginRequest, LoginResponse, RevokeRequest, SignAlgorithms, SignatureFormats,
    TokenResponse,
};
pub use credentials::{
    Auth, AuthObject, AuthorizeCheckRequest, AuthorizeRequest, AuthorizeResponse, Certificate,
    ChallengeRequest, ChallengeResponse, CredentialResponse, ExtendRequest, InfoRequest as CredentialRequest,
    Key, ListRequest, ListResponse, ObjectType, Otp, Pin, SendOtpRequest,
};
pub use signatures::{
    DocumentDigests, PollingRequest, SignDocRequest, SignHashRequest, SignedProperty, SignedResponse,
    TimestampRequest, TimestampResponse, ValidationInfo,
};

use std::fmt;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::remote::Secret;

/// A secret as a member of a body: written out there and nowhere else.
#[derive(Clone, Debug)]
pub struct Hidden(Secret);

impl Hidden {
    /// The secret.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.0
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

impl Serialize for Hidden {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

/// A scalar in whatever form.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(String),
}

/// Text, or a number or truth value as text.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Scalar>::deserialize(deserializer)?.map(|scalar| match scalar {
        Scalar::Bool(value) => value.to_string(),
        Scalar::Unsigned(value) => value.to_string(),
        Scalar::Signed(value) => value.to_string(),
        Scalar::Float(value) => value.to_string(),
        Scalar::Text(text) => text,
    }))
}

/// A number, or text that is one; anything else is absence.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(Option::<Scalar>::deserialize(deserializer)?.and_then(|scalar| match scalar {
        Scalar::Unsigned(value) => Some(value),
        Scalar::Text(text) => text.trim().parse().ok(),
        Scalar::Bool(_) | Scalar::Signed(_) | Scalar::Float(_) => None,
    }))
}

/// A list, where `null` is an empty one and a single text is a list of one.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    struct Texts;
    impl<'de> Visitor<'de> for Texts {
        type Value = Option<Vec<String>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of texts")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(vec![text.to_owned()]))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut texts = Vec::new();
            // A null in the middle keeps its place: what follows must not move up.
            while let Some(text) = list.next_element::<Option<String>>()? {
                texts.push(text.unwrap_or_default());
            }
            Ok(Some(texts))
        }
    }
    deserializer.deserialize_any(Texts)
}
