//! The requests, in whichever dialect the service speaks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::reference::Reference;
use super::request::{self as v1, Display, OwnerConditions};
use super::request_v2 as v2;
use super::service::{CredentialKey, Dialect, HashEncoding, Service};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::asn1::oid;
use crate::remote::call::{bearer, join};
use crate::remote::credential::Credential;
use crate::remote::hidden::Hidden;
use crate::remote::http::HttpRequest;
use crate::remote::secret::Secret;

/// The header that ties the calls of a transaction to one machine of the service (Note 03 of the document).
pub(super) const ENTITY_NAME: &str = "rssp-entity-name";

/// Whom one speaks with, about whose key, and under which id.
pub(super) struct Dialogue<'a> {
    pub(super) service: &'a Service,
    pub(super) credential: &'a Credential,
    /// The relying party's bill code, `rpRequestID` in v2; empty: none.
    pub(super) transaction_id: &'a str,
    /// The `billCode` or `responseID` that this goes on from.
    pub(super) goes_on_from: Option<&'a str>,
}

/// What is to be signed: as the service wants to have it.
pub(super) struct Hashes {
    /// The digests' texts.
    pub(super) values: Vec<String>,
    pub(super) digest: DigestAlgorithm,
    pub(super) signature: SignatureAlgorithm,
}

impl Hashes {
    pub(super) fn new(
        encoding: HashEncoding,
        digests: impl Iterator<Item = Vec<u8>>,
        digest: DigestAlgorithm,
        signature: SignatureAlgorithm,
    ) -> Self {
        let text = |bytes: Vec<u8>| match encoding {
            HashEncoding::Base64 => STANDARD.encode(bytes),
            HashEncoding::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        Self { values: digests.map(text).collect(), digest, signature }
    }

    /// `sha-256`.
    fn algorithm(&self) -> String {
        self.digest.name().replace("sha", "sha-")
    }

    fn v2(&self) -> v2::DocumentDigests {
        let hash_algorithm_oid = match self.digest {
            DigestAlgorithm::Sha1 => oid::SHA1,
            DigestAlgorithm::Sha256 => oid::SHA256,
            DigestAlgorithm::Sha384 => oid::SHA384,
            DigestAlgorithm::Sha512 => oid::SHA512,
        };
        v2::DocumentDigests {
            hashes: self.values.clone(),
            hash_algorithm_oid: hash_algorithm_oid.to_string(),
        }
    }

    /// The key's algorithm for RSA, as the SDKs send it; for ECDSA the algorithm with its digest.
    const fn sign_algo(&self) -> &'static str {
        match (self.signature, self.digest) {
            (SignatureAlgorithm::Ecdsa, DigestAlgorithm::Sha384) => "1.2.840.10045.4.3.3",
            (SignatureAlgorithm::Ecdsa, DigestAlgorithm::Sha512) => "1.2.840.10045.4.3.4",
            (SignatureAlgorithm::Ecdsa, _) => "1.2.840.10045.4.3.2",
            _ => "1.2.840.113549.1.1.1",
        }
    }
}

/// What an authorisation is asked with.
pub(super) struct Asked<'a> {
    /// PIN, one-time code, or the code of a redirect.
    pub(super) code: Option<&'a Secret>,
    /// The signer confirms on the phone.
    pub(super) on_phone: bool,
    /// Whether the digests go along.
    pub(super) binds: bool,
    pub(super) description: Option<&'a str>,
    /// Seconds.
    pub(super) patience: u32,
}

impl Dialogue<'_> {
    fn post(
        &self,
        call: &'static str,
        path: &str,
        token: Option<&Secret>,
        body: &impl Serialize,
    ) -> HttpRequest {
        bearer(HttpRequest::post_json(call, join(&self.service.base_url, path), body), token)
    }

    fn v1(&self) -> v1::Common {
        v1::Common {
            relying_party: Some(self.service.relying_party.clone()),
            relying_party_bill_code: (!self.transaction_id.is_empty())
                .then(|| self.transaction_id.to_owned()),
            bill_code: self.goes_on_from.map(str::to_owned),
            language: Some(self.service.language),
        }
    }

    fn v2(&self) -> v2::Common {
        v2::Common {
            profile: self.service.profile().to_owned(),
            rp_request_id: (!self.transaction_id.is_empty()).then(|| self.transaction_id.to_owned()),
            request_id: self.goes_on_from.map(str::to_owned),
            lang: self.service.language,
        }
    }

    fn credential_id(&self) -> &str {
        self.credential.credential_id.as_deref().unwrap_or_default()
    }

    fn key_v1(&self) -> v1::Key {
        let id = self.credential.credential_id.as_deref();
        let by_thumbprint = self.service.credential_key == CredentialKey::Thumbprint;
        v1::Key {
            agreement_uuid: self.credential.agreement_uuid.clone(),
            thumbprint: id.filter(|_| by_thumbprint).map(str::to_owned),
            certificate_id: id.filter(|_| !by_thumbprint).map(Reference::parse),
        }
    }

    fn key_v2(&self) -> v2::Key {
        v2::Key {
            agreement_uuid: self.credential.agreement_uuid.clone(),
            credential_id: self.credential_id().to_owned(),
        }
    }

    /// `auth/login` with this header `Authorization`.
    pub(super) fn login(&self, authorization: &str) -> HttpRequest {
        const CALL: &str = "auth/login";
        let service = self.service;
        let request = match service.dialect {
            Dialect::V1 => self.post(
                CALL,
                CALL,
                None,
                &v1::Login {
                    common: self.v1(),
                    remember_me: Some(service.remember_me),
                    client_info: service.client_info.clone(),
                },
            ),
            Dialect::V2 => self.post(
                CALL,
                CALL,
                None,
                &v2::Login {
                    common: self.v2(),
                    relying_party: service.relying_party.clone(),
                    remember_me: service.remember_me,
                    client_info: service.client_info.clone(),
                },
            ),
        };
        request.header("Authorization", Secret::new(authorization)).repeatable()
    }

    /// `auth/revoke` of an access token (0), a refresh token (1) or the SAD (2).
    pub(super) fn revoke(&self, token: Option<&Secret>, kind: u8, revoked: &Secret) -> HttpRequest {
        const CALL: &str = "auth/revoke";
        let of_sad = kind == 2;
        let request = match self.service.dialect {
            Dialect::V1 => {
                let key = if of_sad { self.key_v1() } else { v1::Key::default() };
                let token_type = Some(kind);
                let body = v1::Revoke { common: self.v1(), token_type, token: revoked.clone().into(), key };
                self.post(CALL, CALL, token, &body)
            }
            Dialect::V2 => self.post(
                CALL,
                CALL,
                token,
                &v2::Revoke {
                    common: self.v2(),
                    token_type: kind,
                    token: revoked.clone().into(),
                    agreement_uuid: self.credential.agreement_uuid.clone().filter(|_| of_sad),
                    credential_id: self.credential.credential_id.clone().filter(|_| of_sad),
                },
            ),
        };
        request.repeatable().releasing()
    }

    /// `credentials/list`, with what the service says about each certificate.
    pub(super) fn list(&self, token: Option<&Secret>) -> HttpRequest {
        const CALL: &str = "credentials/list";
        let agreement_uuid = self.credential.agreement_uuid.clone();
        let request = match self.service.dialect {
            Dialect::V1 => self.post(
                CALL,
                CALL,
                token,
                &v1::ListCredentials {
                    common: self.v1(),
                    agreement_uuid,
                    search_conditions: Some(v1::SearchConditions {
                        certificate_status: Some("ALL".to_owned()),
                        cetificate_purpose: Some("ALL".to_owned()),
                    }),
                    certificate_info: Some(true),
                },
            ),
            Dialect::V2 => self.post(
                CALL,
                CALL,
                token,
                &v2::ListCredentials {
                    common: self.v2(),
                    agreement_uuid,
                    search_conditions: v2::SearchConditions {
                        certificate_status: "ALL",
                        certificate_purpose: "ALL",
                    },
                    cert_info: true,
                    certificates: "single",
                    auth_info: true,
                },
            ),
        };
        request.repeatable()
    }

    /// `credentials/info` of the credential, with its whole chain.
    pub(super) fn info(&self, token: Option<&Secret>) -> HttpRequest {
        const CALL: &str = "credentials/info";
        let request = match self.service.dialect {
            Dialect::V1 => self.post(
                CALL,
                CALL,
                token,
                &v1::CredentialInfo {
                    common: self.v1(),
                    key: self.key_v1(),
                    certificates: Some("chain".to_owned()),
                    certificate_info: Some(true),
                    authentication_info: Some(true),
                },
            ),
            Dialect::V2 => self.post(
                CALL,
                CALL,
                token,
                &v2::CredentialInfo {
                    common: self.v2(),
                    key: self.key_v2(),
                    certificates: "chain",
                    cert_info: true,
                    auth_info: true,
                },
            ),
        };
        request.repeatable()
    }

    /// `credentials/sendOTP`. It sends a message to the signer: not repeatable.
    pub(super) fn send_otp(&self, token: Option<&Secret>) -> HttpRequest {
        const CALL: &str = "credentials/sendOTP";
        let notification_template = self.service.notification_template.clone();
        let notification_subject = self.service.notification_subject.clone();
        match self.service.dialect {
            Dialect::V1 => self.post(
                CALL,
                CALL,
                token,
                &v1::SendOtp {
                    common: self.v1(),
                    key: self.key_v1(),
                    authorize_method: None,
                    notification_template,
                    notification_subject,
                },
            ),
            Dialect::V2 => self.post(
                CALL,
                CALL,
                token,
                &v2::SendOtp {
                    common: self.v2(),
                    key: self.key_v2(),
                    notification_template,
                    notification_subject,
                },
            ),
        }
    }

    /// `credentials/authorize`. It uses a code up, or rings a telephone: not repeatable.
    pub(super) fn authorize(
        &self,
        token: Option<&Secret>,
        hashes: &Hashes,
        asked: &Asked<'_>,
    ) -> HttpRequest {
        const CALL: &str = "credentials/authorize";
        let text = |text: Option<&str>| text.filter(|_| asked.on_phone).map(str::to_owned);
        let display = Display {
            notification_message: text(asked.description),
            message: text(asked.description),
            rp_name: text(Some(&self.service.relying_party)),
            vc_enabled: asked.on_phone.then_some(true),
            ..Display::default()
        };
        let authorize_code = asked.code.cloned().map(Hidden::from);
        let client_info = self.service.client_info.clone();
        match self.service.dialect {
            Dialect::V1 => self.post(
                CALL,
                CALL,
                token,
                &v1::Authorize {
                    common: self.v1(),
                    key: self.key_v1(),
                    authorize_code,
                    num_signatures: hashes.values.len(),
                    hash: asked.binds.then(|| hashes.values.clone()),
                    hash_algorithm: asked.binds.then(|| hashes.algorithm()),
                    client_info,
                    display,
                    // Minutes, as the sample's 3 must be.
                    expiration_duration: asked
                        .on_phone
                        .then(|| i64::from(asked.patience.div_ceil(60).clamp(1, 60))),
                    ..v1::Authorize::default()
                },
            ),
            Dialect::V2 => self.post(
                CALL,
                CALL,
                token,
                &v2::Authorize {
                    common: self.v2(),
                    key: self.key_v2(),
                    authorize_code,
                    num_signatures: hashes.values.len(),
                    document_digests: asked.binds.then(|| hashes.v2()),
                    sign_algo: hashes.sign_algo(),
                    client_info,
                    display,
                    operation_mode: if asked.on_phone { "A" } else { "S" },
                    validity_period: asked.on_phone.then_some(asked.patience),
                },
            ),
        }
    }

    fn with_sad(
        &self,
        (call, path): (&'static str, &str),
        token: Option<&Secret>,
        sad: &Secret,
        hashes: &Hashes,
        entity_name: Option<&str>,
    ) -> HttpRequest {
        let request = match self.service.dialect {
            Dialect::V1 => self.post(
                call,
                path,
                token,
                &v1::WithSad {
                    common: self.v1(),
                    key: self.key_v1(),
                    sad: sad.clone().into(),
                    hash: hashes.values.clone(),
                    hash_algorithm: hashes.algorithm(),
                },
            ),
            Dialect::V2 => self.post(
                call,
                path,
                token,
                &v2::WithSad {
                    common: self.v2(),
                    key: self.key_v2(),
                    sad: sad.clone().into(),
                    document_digests: hashes.v2(),
                    sign_algo: hashes.sign_algo(),
                    operation_mode: "S",
                },
            ),
        };
        match entity_name {
            Some(name) => request.header(ENTITY_NAME, Secret::new(name)),
            None => request,
        }
    }

    /// `credentials/extendTransaction`: the same authorisation for these digests as well.
    pub(super) fn extend(
        &self,
        token: Option<&Secret>,
        sad: &Secret,
        hashes: &Hashes,
        entity_name: Option<&str>,
    ) -> HttpRequest {
        const CALL: &str = "credentials/extendTransaction";
        self.with_sad((CALL, CALL), token, sad, hashes, entity_name)
    }

    /// `signature/signHash`. It makes signatures: not repeatable.
    pub(super) fn sign(
        &self,
        token: Option<&Secret>,
        sad: &Secret,
        hashes: &Hashes,
        entity_name: Option<&str>,
    ) -> HttpRequest {
        self.with_sad(("signature/signHash", self.service.sign_hash_path()), token, sad, hashes, entity_name)
    }

    /// `signatures/signPolling` of dialect v2.
    pub(super) fn poll(&self, token: Option<&Secret>) -> HttpRequest {
        const CALL: &str = "signatures/signPolling";
        self.post(CALL, CALL, token, &v2::SignPolling { common: self.v2() }).repeatable()
    }

    /// `owner/list`.
    pub(super) fn list_owners(
        &self,
        token: Option<&Secret>,
        search_conditions: OwnerConditions,
    ) -> HttpRequest {
        const CALL: &str = "owner/list";
        let request = match self.service.dialect {
            Dialect::V1 => {
                self.post(CALL, CALL, token, &v1::ListOwners { common: self.v1(), search_conditions })
            }
            Dialect::V2 => {
                self.post(CALL, CALL, token, &v2::ListOwners { common: self.v2(), search_conditions })
            }
        };
        request.repeatable()
    }

    /// `owner/assign`.
    pub(super) fn assign_owner(
        &self,
        token: Option<&Secret>,
        agreement_uuid: String,
        owner_uuid: String,
    ) -> HttpRequest {
        const CALL: &str = "owner/assign";
        match self.service.dialect {
            Dialect::V1 => {
                let body = v1::AssignOwner { common: self.v1(), agreement_uuid, owner_uuid };
                self.post(CALL, CALL, token, &body)
            }
            Dialect::V2 => {
                let relying_party = self.service.relying_party.clone();
                let body = v2::AssignOwner { common: self.v2(), relying_party, agreement_uuid, owner_uuid };
                self.post(CALL, CALL, token, &body)
            }
        }
    }
}
