//! What `credentials/info` tells that signing depends on.

use serde::{Deserialize, Serialize};

use super::algorithm::SignAlgo;
use super::calls::CREDENTIALS_INFO;
use super::error::SYSTEM;
use super::expression;
use super::service::Dialect;
use super::wire::{CredentialResponse, ObjectType};
use crate::algorithm::DigestAlgorithm;
use crate::fault::Fault;
use crate::remote::items::Items;
use crate::remote::{Failure, Retry, encoded};

/// Authentication objects of a credential, at most.
const MOST_FACTORS: usize = 16;

/// What `credentials/info` tells that signing depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Learned {
    pub(super) sign_algo: SignAlgo,
    /// Whether an authorisation names the digests (SCAL 2).
    pub(super) binds: bool,
    /// Signatures that one authorisation may be for, at least one.
    pub(super) multisign: usize,
    pub(super) mode: Mode,
}

/// How a credential is authorised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Mode {
    /// `credentials/authorize` with what the signer gives; nothing, when the service asks the signer itself.
    Factors(Vec<Factor>),
    /// OAuth 2.0 with the scope `credential`.
    OAuth2,
}

/// One thing that proves that it is the signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Factor {
    pub(super) id: String,
    pub(super) kind: FactorKind,
    /// What to say to whoever is asked for it.
    pub(super) prompt: Option<String>,
}

/// Where a factor comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FactorKind {
    /// The signer knows it.
    Pin,
    /// A device of the signer's makes it.
    Otp,
    /// The service must be asked for it first: `sendOTP`, `getChallenge`.
    Challenge,
    /// It goes another way; the request only names it.
    OutOfBand,
}

/// What a credential is looked at for.
pub(super) struct Wanted<'w> {
    pub(super) dialect: Dialect,
    pub(super) items: &'w Items,
    pub(super) pss_params: Option<&'w str>,
    /// The object that is preferred where there is a choice.
    pub(super) preferred: Option<&'w str>,
    pub(super) scal: Option<u8>,
}

impl Learned {
    /// From the response; the failure says why this credential cannot sign this batch.
    pub(super) fn read(wanted: &Wanted<'_>, credential: &CredentialResponse) -> Result<Self, Failure> {
        check_certificate(wanted.items, credential)?;
        let no_offer = Vec::new();
        let offered = credential.key.as_ref().and_then(|key| key.algo.as_ref()).unwrap_or(&no_offer);
        let algorithms = wanted.items.signature_algorithm().zip(wanted.items.digest_algorithm());
        let sign_algo = algorithms
            .and_then(|(signature, digest)| SignAlgo::choose(signature, digest, wanted.pss_params, offered))
            .ok_or_else(|| {
                let offered = offered.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(", ");
                never(format!("the key does not sign with the algorithms of the batch; it offers {offered}"))
                    .fault(Fault::Unsupported)
            })?;
        let says_two = credential.scal.as_deref().map(str::trim) == Some("2");
        let multisign = credential.multisign.and_then(|most| usize::try_from(most).ok()).unwrap_or(1).max(1);
        Ok(Self {
            sign_algo,
            binds: says_two || wanted.scal == Some(2),
            multisign,
            mode: mode(wanted, credential)?,
        })
    }
}

fn never(message: impl Into<String>) -> Failure {
    Failure::new(SYSTEM, CREDENTIALS_INFO, message).fault(Fault::Caller).retry(Retry::Never)
}

/// The credential must be able to sign, and be the one of the certificate that was prepared for.
fn check_certificate(items: &Items, credential: &CredentialResponse) -> Result<(), Failure> {
    if let Some(status) = credential.key.as_ref().and_then(|key| key.status.as_deref())
        && status.eq_ignore_ascii_case("disabled")
    {
        return Err(never("the key of the credential is disabled").code(status));
    }
    let Some(certificate) = &credential.cert else { return Ok(()) };
    if let Some(status) = certificate.status.as_deref()
        && ["expired", "revoked", "suspended"].iter().any(|bad| status.eq_ignore_ascii_case(bad))
    {
        return Err(never(format!("the certificate of the credential is {status}")).code(status));
    }
    let leaf = certificate.certificates.as_ref().and_then(|list| list.first());
    let Some(der) = leaf.and_then(|text| decode(text)) else { return Ok(()) };
    let digest = DigestAlgorithm::Sha256.hash(&der).to_hex();
    if digest != items.certificate_sha256() {
        return Err(never(format!(
            "the credential has the certificate with SHA-256 {digest}, and the documents were prepared for {}",
            items.certificate_sha256()
        )));
    }
    Ok(())
}

/// A certificate in DER from base64.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    encoded::bytes(text).ok().filter(|der| !der.is_empty())
}

fn mode(wanted: &Wanted<'_>, credential: &CredentialResponse) -> Result<Mode, Failure> {
    let named = credential.auth.as_ref().and_then(|auth| auth.mode.as_deref());
    let named = named.or(credential.auth_mode.as_deref()).unwrap_or("explicit");
    match named.trim().to_ascii_lowercase().as_str() {
        "oauth2code" | "oauth2" => Ok(Mode::OAuth2),
        "implicit" if wanted.dialect == Dialect::V1 => Ok(Mode::Factors(Vec::new())),
        "implicit" | "explicit" => match wanted.dialect {
            Dialect::V1 => Ok(Mode::Factors(pin_and_otp(credential))),
            Dialect::V2 => Ok(Mode::Factors(objects(wanted, credential)?)),
        },
        other => Err(never(format!("the credential is authorised in an unknown way: {other}")).code(other)),
    }
}

/// Version 1: a PIN, a one-time code, or both.
fn pin_and_otp(credential: &CredentialResponse) -> Vec<Factor> {
    let is_needed = |presence: Option<&str>| presence.is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let mut factors = Vec::new();
    if let Some(pin) = credential.pin.as_ref().filter(|pin| is_needed(pin.presence.as_deref())) {
        let prompt = pin.description.clone().or_else(|| pin.label.clone());
        factors.push(Factor { id: "PIN".to_owned(), kind: FactorKind::Pin, prompt });
    }
    if let Some(otp) = credential.otp.as_ref().filter(|otp| is_needed(otp.presence.as_deref())) {
        let prompt = otp.description.clone().or_else(|| otp.label.clone());
        let is_online = otp.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("online"));
        let kind = if is_online { FactorKind::Challenge } else { FactorKind::Otp };
        factors.push(Factor { id: "OTP".to_owned(), kind, prompt });
    }
    factors
}

/// Version 2: the objects that the expression asks for.
fn objects(wanted: &Wanted<'_>, credential: &CredentialResponse) -> Result<Vec<Factor>, Failure> {
    let Some(auth) = &credential.auth else { return Ok(Vec::new()) };
    let all = auth.objects.as_deref().unwrap_or_default();
    if all.len() > MOST_FACTORS {
        let message = format!("{} authentication objects; at most {MOST_FACTORS} are handled", all.len());
        return Err(never(message).fault(Fault::Limit));
    }
    let ids: Vec<&str> = all.iter().map(|object| object.id.as_str()).collect();
    let expression = auth.expression.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let needed = match expression {
        Some(text) if !ids.is_empty() => expression::needed(text, &ids, wanted.preferred)
            .map_err(|error| never(error.to_string()).fault(Fault::Unsupported))?,
        _ => ids.iter().map(|id| (*id).to_owned()).collect(),
    };
    let chosen = needed.iter().filter_map(|id| all.iter().find(|object| object.id == *id));
    chosen.map(factor).collect()
}

fn factor(object: &ObjectType) -> Result<Factor, Failure> {
    let is_code = |text: Option<&str>| text.is_some_and(|text| text.to_ascii_uppercase().contains("OTP"));
    let kind = match object.kind.to_ascii_lowercase().as_str() {
        "passwordoob" | "challengeresponseoob" => FactorKind::OutOfBand,
        "challengeresponse" => FactorKind::Challenge,
        "password" if is_code(object.generator.as_deref()) || is_code(Some(&object.id)) => FactorKind::Otp,
        "password" => FactorKind::Pin,
        _ => {
            let message =
                format!("authentication object {}: the type {:?} is unknown", object.id, object.kind);
            return Err(never(message).fault(Fault::Unsupported));
        }
    };
    let prompt = object.description.clone().or_else(|| object.label.clone());
    Ok(Factor { id: object.id.clone(), kind, prompt })
}
