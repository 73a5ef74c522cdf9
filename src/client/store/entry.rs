//! One credential and what is known of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{SignatureImage, StoreError};
use crate::algorithm::{Digest, DigestAlgorithm};
use crate::certificate::{Certificate, Chain, ChainError};
use crate::client::secrets::Secrets;
use crate::remote::{Credential, FoundCertificate};

/// Certificates of one credential.
const MOST_CERTIFICATES: usize = 20;

/// One credential: a certificate that a service told of, and what its owner says about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub(super) alias: String,
    pub(super) service: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) id: String,
    credential: Credential,
    certificates: Certificates,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    package: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    most_signatures: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    auth_modes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) image: Option<SignatureImage>,
    #[serde(default, skip_serializing_if = "Secrets::is_empty")]
    pub(super) secrets: Secrets,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) automatic_otp: bool,
}

/// At least one certificate, the signer's first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Certificates {
    leaf: Certificate,
    all: Vec<Certificate>,
}

/// How one-time codes come into a signature with this credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OtpUse {
    /// None is asked for, as far as is known: the signer confirms on the phone, or gives a PIN.
    None,
    /// One is asked for at every signature.
    Asked,
    /// It is computed from its seed.
    Automatic,
}

impl OtpUse {
    /// `none`, `asked` or `automatic`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Asked => "asked",
            Self::Automatic => "automatic",
        }
    }
}

/// A number that the certificate's subject is known by, as Vietnamese certificates have it in UID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectId {
    /// `CMND` and `CCCD`, the identity card; `MST`, the tax code; or what else stands there.
    pub kind: String,
    /// The number.
    pub number: String,
}

impl Entry {
    /// Of a certificate that the service of this name in the configuration gave for `id`: the number of
    /// the signer's identity card, the tax code, the user name, the contract.
    ///
    /// # Errors
    /// [`StoreError::NoCertificate`], [`StoreError::Certificate`].
    pub fn new(service: &str, id: &str, found: FoundCertificate) -> Result<Self, StoreError> {
        let read = |(index, der): (usize, &Vec<u8>)| {
            Certificate::from_der(der).map_err(|source| StoreError::Certificate { index, source })
        };
        let given = found.certificates.iter().take(MOST_CERTIFICATES).enumerate();
        let all: Vec<Certificate> = given.map(read).collect::<Result<_, _>>()?;
        let leaf = all.first().ok_or(StoreError::NoCertificate)?.clone();
        Ok(Self {
            alias: leaf.common_name().unwrap_or_default(),
            service: service.to_owned(),
            id: id.to_owned(),
            credential: found.credential,
            certificates: Certificates { leaf, all },
            service_type: found.service_type,
            package: found.package,
            status: found.status,
            most_signatures: found.most_signatures,
            auth_modes: found.auth_modes,
            image: None,
            secrets: Secrets::default(),
            automatic_otp: false,
        })
    }

    /// What its owner calls it. In a new one the commonName, until the store gives it a name.
    #[must_use]
    pub fn alias(&self) -> &str {
        &self.alias
    }

    /// The name of its service in the configuration.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// What it was found by: the number of an identity card, a tax code, a user name, a contract.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What to sign with.
    #[must_use]
    pub const fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The signer's certificate and as many of its issuers as the service gave. Never a trust anchor.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates.all
    }

    /// The signer's certificate.
    #[must_use]
    pub const fn leaf(&self) -> &Certificate {
        &self.certificates.leaf
    }

    /// SHA-256 of the signer's certificate: with the service what makes two credentials the same.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        self.leaf().fingerprint(DigestAlgorithm::Sha256)
    }

    /// The chain to prepare documents with.
    ///
    /// # Errors
    /// [`ChainError`]: the certificates make none.
    pub fn chain(&self) -> Result<Chain, ChainError> {
        Chain::from_der(self.certificates.all.iter().map(Certificate::der))
    }

    /// `SMARTCA`, `ESEAL`: the service's word.
    #[must_use]
    pub fn service_type(&self) -> Option<&str> {
        self.service_type.as_deref()
    }

    /// The package that was bought: the service's word.
    #[must_use]
    pub fn package(&self) -> Option<&str> {
        self.package.as_deref()
    }

    /// The status when the service was asked last, in its words.
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        self.status.as_deref()
    }

    /// How many documents one transaction may sign, where the service says so.
    #[must_use]
    pub const fn most_signatures(&self) -> Option<u32> {
        self.most_signatures
    }

    /// Ways of authorising that the service offers for it.
    #[must_use]
    pub fn auth_modes(&self) -> &[String] {
        &self.auth_modes
    }

    /// The signature image.
    #[must_use]
    pub const fn image(&self) -> Option<&SignatureImage> {
        self.image.as_ref()
    }

    /// Where the signer's own secrets are.
    #[must_use]
    pub const fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Whether its owner accepts that password and seed of the one-time codes are kept together.
    #[must_use]
    pub const fn automatic_otp(&self) -> bool {
        self.automatic_otp
    }

    /// How one-time codes come into a signature.
    #[must_use]
    pub fn otp_use(&self) -> OtpUse {
        let asks = |mode: &str| mode.to_ascii_uppercase().contains("OTP");
        let mode = self.credential.auth_mode.as_deref();
        if self.secrets.totp.is_some() {
            OtpUse::Automatic
        } else if self.secrets.user_password.is_some() || mode.is_some_and(asks) {
            OtpUse::Asked
        } else {
            OtpUse::None
        }
    }

    /// The numbers in the subject's UID.
    #[must_use]
    pub fn subject_ids(&self) -> Vec<SubjectId> {
        let texts = self.leaf().subject_values("UID");
        let parts = texts.iter().flat_map(|text| text.split('|'));
        let pairs = parts.filter_map(|part| part.split_once(':'));
        pairs
            .map(|(kind, number)| SubjectId {
                kind: kind.trim().to_owned(),
                number: number.trim().to_owned(),
            })
            .filter(|id| !id.number.is_empty())
            .collect()
    }

    /// Whether the certificate's subject is whom it was asked for; none when one of the two says nothing.
    /// The certificate of an organisation may be found by the number of a person: warn, do not refuse.
    #[must_use]
    pub fn subject_has_id(&self) -> Option<bool> {
        // A user name or the id of a contract is no number of a person.
        let digits = self.id.chars().filter(char::is_ascii_digit).count();
        let is_number = digits >= 6
            && self.id.len() <= 20
            && self.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let ids = self.subject_ids();
        if !is_number || ids.is_empty() {
            return None;
        }
        Some(ids.iter().any(|id| id.number.eq_ignore_ascii_case(&self.id)))
    }

    /// Whether it is the same certificate with the same service. A service may give one key under several
    /// ids, each authorised in another way: these are different credentials.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let ids = (&self.credential.credential_id, &other.credential.credential_id);
        let is_one_key = !matches!(ids, (Some(one), Some(other)) if one != other);
        self.service == other.service && self.leaf() == other.leaf() && is_one_key
    }

    /// What the service says now; what its owner said stays.
    pub(super) fn take_over(&mut self, newer: Self) {
        *self = Self {
            alias: std::mem::take(&mut self.alias),
            image: self.image.take(),
            secrets: std::mem::take(&mut self.secrets),
            automatic_otp: self.automatic_otp,
            ..newer
        };
    }
}

impl Serialize for Certificates {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.all.iter().map(|certificate| STANDARD.encode(certificate.der())))
    }
}

impl<'de> Deserialize<'de> for Certificates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = |message: String| <D::Error as serde::de::Error>::custom(message);
        let texts = Vec::<String>::deserialize(deserializer)?;
        let read = |text: &String| {
            let der = STANDARD.decode(text).map_err(|_| wrong("a certificate is not base64".into()))?;
            Certificate::from_der(&der).map_err(|error| wrong(error.to_string()))
        };
        let all: Vec<Certificate> =
            texts.iter().take(MOST_CERTIFICATES + 1).map(read).collect::<Result<_, _>>()?;
        match all.first().cloned() {
            Some(leaf) if all.len() <= MOST_CERTIFICATES => Ok(Self { leaf, all }),
            _ => Err(wrong(format!("a credential has 1 to {MOST_CERTIFICATES} certificates"))),
        }
    }
}
