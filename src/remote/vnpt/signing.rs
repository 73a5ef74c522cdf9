//! Signing with VNPT SmartCA: the signer confirms on the phone.

use chrono::{DateTime, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::service::Service;
use super::transaction::{Transaction, Way};
use crate::remote::credential::{Credential, Terms};
use crate::remote::flow::{Action, DocumentOutcome, Event, Flow};
use crate::remote::items::BeginError;
use crate::request::SigningRequest;

/// A transaction of VNPT SmartCA: `v1/signatures/sign`, then `v1/signatures/sign/{tranId}/status` until the
/// signer has confirmed on the phone, which shows the documents' ids.
///
/// It needs [`InputKind::ServicePassword`](crate::remote::InputKind::ServicePassword) before `sign`, and no
/// secret afterwards: what was resumed goes on polling without one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signing(#[serde(deserialize_with = "of_phone")] Transaction);

/// A transaction of VNPT SmartCA TH: `v2/signatures/sign` with the signer's password and a one-time code,
/// then at once `v2/signatures/confirm` with the SAD that came back, which lives some minutes.
///
/// It needs [`InputKind::ServicePassword`](crate::remote::InputKind::ServicePassword),
/// [`UserPassword`](crate::remote::InputKind::UserPassword) and [`Otp`](crate::remote::InputKind::Otp), the
/// code last so that it is fresh ([`totp`](crate::remote::totp) makes one). The SAD is not stored: when
/// `confirm` got lost, the outcome is polled for as with [`Signing`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ThSigning(#[serde(deserialize_with = "of_code")] Transaction);

fn of_phone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Transaction, D::Error> {
    of_system(Transaction::deserialize(deserializer)?, Way::Phone)
}

fn of_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Transaction, D::Error> {
    of_system(Transaction::deserialize(deserializer)?, Way::Code)
}

/// The states of both systems look alike, and must not be taken for each other.
fn of_system<E: Error>(transaction: Transaction, way: Way) -> Result<Transaction, E> {
    if transaction.system == way {
        return Ok(transaction);
    }
    let (found, expected) = (transaction.system.system().name(), way.system().name());
    Err(E::custom(format!("a state of the system {found}, not {expected}")))
}

macro_rules! signing {
    ($name:ident, $way:expr) => {
        impl $name {
            /// A transaction for the documents of `requests`. Nothing is sent yet.
            ///
            /// # Errors
            /// No request or too many, other algorithms than RSASSA-PKCS1-v1_5 with SHA-256, documents
            /// without ids or with the same, an incomplete service or credential, a transaction id of
            /// other characters than letters, digits, `-` and `_` or more than 64.
            pub fn begin(
                service: &Service,
                credential: &Credential,
                requests: &[SigningRequest],
                terms: &Terms,
            ) -> Result<Self, BeginError> {
                Transaction::begin($way, service, credential, requests, terms).map(Self)
            }

            /// The relying party's id of the transaction, which a
            /// [`Notification`](super::webhook::Notification) names.
            #[must_use]
            pub fn transaction_id(&self) -> &str {
                &self.0.transaction_id
            }

            /// The service's id of the transaction, once it gave one.
            #[must_use]
            pub fn tran_code(&self) -> Option<&str> {
                self.0.tran_code.as_deref()
            }
        }

        impl Flow for $name {
            type Done = Vec<DocumentOutcome>;

            fn step(&mut self, event: Event, now: DateTime<Utc>) -> Action<Self::Done> {
                self.0.step(event, now)
            }

            fn to_json(&self) -> String {
                // Text, numbers and maps with text keys: nothing in it can fail to be written.
                serde_json::to_string(self).unwrap_or_default()
            }

            fn transaction_id(&self) -> Option<&str> {
                Some(&self.0.transaction_id)
            }
        }
    };
}

signing!(Signing, Way::Phone);
signing!(ThSigning, Way::Code);
