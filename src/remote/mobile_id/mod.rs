//! Mobile-ID RSSP, the remote signing interface that Viettel publishes too.
//!
//! [`Signing`] goes: login → `credentials/info` → (`credentials/sendOTP`) → `credentials/authorize`, which
//! binds the digests and gives the SAD → `signature/signHash` → for a batch larger than one authorisation
//! takes `credentials/extendTransaction` and again `signature/signHash` → `auth/revoke` of the SAD.
//!
//! With the modes `IMPLICIT/…` the signer confirms on the phone. A service of dialect v1 answers
//! `credentials/authorize` when that has happened, or with code 1007 and without SAD before; then the same
//! call is made again from time to time, with the `billCode` of the first answer, which the document's
//! sample shows to be how one goes on with a transaction. Dialect v2 answers 3034, and
//! `signatures/signPolling` asks how it stands.
//!
//! Dialect v1 has no call that asks what became of `signature/signHash`. When its answer gets lost, whether
//! something was signed stays unknown.

mod answer;
mod calls;
mod code;
mod dialogue;
mod listing;
mod mode;
mod reference;
mod request;
mod request_v2;
mod response;
mod service;
mod session;
mod signer;
mod signing;
mod ssl2;
mod stage;
#[cfg(test)]
mod tests;

pub use calls::{AssignOwner, CredentialInfo, Info, ListCredentials, ListOwners, Revoke, TokenType};
pub use code::ResponseCode;
pub use listing::Listing;
pub use reference::Reference;
pub use response::{
    CertificateDetails, CertificateProfile, CredentialDetails, CredentialList, ListedCertificate, Owner,
    ServiceInfo, Status,
};
pub use service::{
    ClientInfo, CredentialKey, Dialect, HashEncoding, Language, OAuth2, Service, Ssl2Part, UserType,
};
pub use signing::Signing;

use super::{System, encoded};
use crate::algorithm::DigestAlgorithm;
use crate::certificate::Certificate;

/// The system in failures.
const SYSTEM: System = System::MobileId;

/// How often the same thing is tried before it is given up.
const ATTEMPTS: u32 = 5;

/// The text, at most this many characters of it.
fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// The certificates of a list, if the first is one and is that of the thumbprint, where there is one.
///
/// The document says SHA-256 and shows SHA-1: the number of digits decides.
fn certificates(texts: &[String], thumbprint: Option<&str>) -> Vec<Vec<u8>> {
    let certificates: Vec<Vec<u8>> = texts.iter().map_while(|text| encoded::bytes(text).ok()).collect();
    let Some(Ok(leaf)) = certificates.first().map(|der| Certificate::from_der(der)) else {
        return Vec::new();
    };
    let algorithm = match thumbprint.map(str::len) {
        Some(40) => DigestAlgorithm::Sha1,
        Some(64) => DigestAlgorithm::Sha256,
        _ => return certificates,
    };
    let same = thumbprint
        .is_some_and(|thumbprint| leaf.fingerprint(algorithm).to_hex().eq_ignore_ascii_case(thumbprint));
    if same { certificates } else { Vec::new() }
}
