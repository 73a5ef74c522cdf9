//! EFY remote signing, version 1.0: `https://api.remotesigning.vn`.
//!
//! ```text
//! clients/login ─▶ certificates/get-detail                                              Listing
//! clients/login ─▶ signing/hash (PIN)                                        ─▶ values   Signing
//! clients/login ─▶ signing/hash ─▶ billCode, one-time code ─▶ hash/authorize ─▶ value    Signing
//! clients/login ─▶ signing/file [─▶ file/authorize] [─▶ download/file] ─▶ a signed file  FileSigning
//! ```
//!
//! The other calls of `certificates/` are [`Call`](super::Call)s of their own: [`Register`], [`Change`],
//! [`ChangePin`], [`GetDetail`], [`ForgetPin`], [`Renew`], [`Revoke`], [`Enable`], [`Disable`].
//!
//! EFY numbers its transactions itself (`billCode`); the id in [`Terms`](super::Terms) is not sent. There is
//! no call that asks what became of a `signing/hash`: when its answer is lost, so is the value.

mod calls;
mod certificates;
mod code;
mod file;
mod file_signing;
mod file_to_sign;
mod hash;
mod listing;
mod login;
mod metadata;
mod reply;
mod service;
mod session;
mod signing;
#[cfg(test)]
mod tests;

pub use certificates::{
    Accepted, AgreementDetails, CertificateDetail, Change, ChangePin, Disable, Enable, ForgetPin, GetDetail,
    PinChanged, Register, Registered, Renew, Revoke,
};
pub use code::ResponseCode;
pub use file::{AuthorizeFile, Download, FileReply, MultipleSignedFile, SignFile, SignedFile, SignedFiles};
pub use file_signing::FileSigning;
pub use file_to_sign::{FileToSign, OtherDocument, ReturnedFile};
pub use hash::{AuthorizeHash, HashReply, SignHash};
pub use listing::Listing;
pub use login::{Login, Token};
pub use metadata::{Entries, Entry, SignCloudMetaData};
pub use reply::Common;
pub use service::{AuthMode, HashEncoding, Service};
pub use signing::Signing;
