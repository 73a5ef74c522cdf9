//! The requests about a credential and its signatures.

use super::calls::{CredentialInfo, SIGN_DOC, SIGN_HASH, SIGN_POLLING};
use super::learned::Learned;
use super::service::Dialect;
use super::signing::Signing;
use super::wire;
use crate::remote::{HttpRequest, Secret};

impl Signing {
    pub(super) fn inspect_request(&self) -> HttpRequest {
        let call = CredentialInfo {
            credential_id: self.credential_id.clone(),
            lang: self.session.service.lang.clone(),
        };
        self.session.call(&call)
    }

    pub(super) fn sign_request(&self, learned: &Learned, until: usize, sad: Secret) -> HttpRequest {
        let service = &self.session.service;
        let hashes = self.hashes(self.values.len(), until);
        let is_v1 = service.dialect == Dialect::V1;
        let mode = service.asynchronous.then(|| "A".to_owned());
        let validity_period = service.validity_period_ms.filter(|_| service.asynchronous);
        let response_uri = service.response_uri.clone().filter(|_| service.asynchronous);
        let client_data = Some(self.transaction_id.clone());
        let algo = &learned.sign_algo;
        if self.is_cms {
            let (format, property) = service.signature_format.names();
            let body = wire::SignDocRequest {
                credential_id: Some(self.credential_id.clone()),
                sad: Some(sad.into()),
                document_digests: vec![wire::DocumentDigests {
                    hashes: Some(hashes),
                    hash_algorithm_oid: self.digest_oid(),
                    signature_format: format.to_owned(),
                    conformance_level: service.conformance_level.clone(),
                    sign_algo: algo.sign_algo.clone(),
                    sign_algo_params: algo.params.clone(),
                    signed_props: None,
                    signed_envelope_property: Some(property.to_owned()),
                }],
                operation_mode: mode,
                validity_period,
                response_uri,
                client_data,
            };
            return self.session.post(SIGN_DOC, &body);
        }
        let body = wire::SignHashRequest {
            credential_id: self.credential_id.clone(),
            sad: Some(sad.into()),
            hash: is_v1.then(|| hashes.clone()),
            hashes: (!is_v1).then_some(hashes),
            hash_algo: algo.hash_algo.clone().filter(|_| is_v1),
            hash_algorithm_oid: algo.hash_algo.clone().filter(|_| !is_v1),
            sign_algo: algo.sign_algo.clone(),
            sign_algo_params: algo.params.clone(),
            operation_mode: mode,
            validity_period,
            response_uri,
            client_data,
        };
        self.session.post(SIGN_HASH, &body)
    }

    pub(super) fn poll_request(&self, response_id: &str) -> HttpRequest {
        let body = wire::PollingRequest {
            request_id: response_id.to_owned(),
            user_id: self.session.user_id(),
            client_data: Some(self.transaction_id.clone()),
        };
        self.session.post(SIGN_POLLING, &body).repeatable()
    }
}
