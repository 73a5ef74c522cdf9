//! VNPT SmartCA ("Tài liệu tích hợp VNPT SmartCA", version 4.0).
//!
//! | call | in |
//! |---|---|
//! | `v1/credentials/get_certificate` | [`Listing`] |
//! | `v1/signatures/sign`, `v1/signatures/sign/{tranId}/status` | [`Signing`] |
//! | `v2/signatures/sign`, `v2/signatures/confirm` (SmartCA TH) | [`ThSigning`] |
//! | the service's call to the relying party | [`webhook`] |
//!
//! The document does not say how `status` tells that a transaction waits, was refused or expired. Here, any
//! code 200 without values waits until the caller's patience ends; the `status` that the interface before
//! this one had is understood where it is there; any other code ends the transaction, with the response kept.
//!
//! ```
//! use kyso::remote::vnpt::{Service, Signing};
//! use kyso::remote::{Action, Answer, Credential, Event, Flow, HttpResponse, Secret, Terms};
//! use kyso::{At, Chain, pdf};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let chain = Chain::from_pem(&std::fs::read("testdata/keys/rsa2048-chain.pem")?)?;
//! let document = std::fs::read("testdata/pdf/demo.pdf")?;
//! let at = At::with_os_entropy("2026-11-21T09:30:00+07:00".parse()?)?;
//! let prepared = pdf::Signing::new(&chain).document("contract-7").prepare(document, &at)?;
//!
//! let service = Service::new(Service::UAT, "4184-sandbox.apps.signserviceapi.com");
//! let (who, terms) = (Credential::new("000099000001"), Terms::new("SP_CA_123456"));
//! let mut signing = Signing::begin(&service, &who, &[prepared.request()], &terms)?;
//! let now = at.time.to_utc();
//! assert!(matches!(signing.step(Event::Continue, now), Action::NeedInput(_)));
//! let password = Event::Input(Answer::Given(Secret::new("the relying party's password")));
//! let Action::Send(request) = signing.step(password, now) else { return Err("not sent".into()) };
//! assert_eq!(request.call(), "v1/signatures/sign");
//!
//! // Store `signing.to_json()`, send the request, and report what came back.
//! let body = br#"{"status_code":200,"message":"sig_wait_for_user_confirm","data":{"tran_code":"acd9be84"}}"#;
//! let response = Event::Response(HttpResponse::new(200, vec![], body.to_vec()));
//! let Action::Wait(wait) = signing.step(response, now) else { return Err("not waiting".into()) };
//! let message = "confirm in the VNPT SmartCA app, which shows contract-7";
//! assert_eq!(wait.message.as_deref(), Some(message));
//! # Ok(())
//! # }
//! ```

mod calls;
mod code;
mod exchange;
mod listing;
mod service;
mod signing;
#[cfg(test)]
mod tests;
mod transaction;
mod vault;
pub mod webhook;
mod wire;

pub use code::Code;
pub use listing::Listing;
pub use service::{Service, StatusBy, TimeStamp};
pub use signing::{Signing, ThSigning};
