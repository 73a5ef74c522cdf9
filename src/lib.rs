//! kyso prepares PDF and XML documents for signing by a remote signer and embeds what comes back.
//!
//! *ký số* (Vietnamese): to sign digitally. A relying party holds a document and the signer's certificate
//! chain; the key is elsewhere. [`pdf::Signing::prepare`] fixes every byte that will be signed, and gives a
//! [`SigningRequest`] to send away and a [`State`] to store. Later, in another process,
//! [`pdf::Prepared::resume`] takes the state up again, [`accept`](pdf::Prepared::accept) verifies the value
//! that came back, and [`save`](pdf::Signed::save) writes the document: the original bytes, then one
//! appended revision. XML documents go the same way through [`xml`]; there the signature is put in between
//! the original bytes. [`document`] takes either.
//!
//! ```text
//! document ──prepare──▶ Prepared ──▶ SigningRequest ──▶ (remote signer, minutes later, another process)
//!                         │  ▲                                   │
//!                         ▼  │ resume                            ▼
//!                       State (JSON)                       SignatureValue (unverified)
//!                                                                │
//! signed document ◀──save──── Signed ◀──accept: verifies under the leaf saved at prepare time
//! ```
//!
//! The core has no clock, no randomness, no network, no private key and no global state. Time and
//! [`Entropy`] come in [`At`]; the key stays with the signer. Every parser is bounded by [`Limits`]. The
//! errors of the pipeline say whose [`Fault`] they are.
//!
//! ```
//! use std::fs::{File, read};
//!
//! use kyso::certificate::Chain;
//! use kyso::pdf::{Prepared, Signing};
//! use kyso::{At, SignatureValue, SigningRequest, State};
//! # type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
//!
//! // Phase one. The state is a few kilobytes, without the document and without secrets.
//! fn prepare(document: &str, chain: &Chain) -> Result<(SigningRequest, String)> {
//!     let at = At::with_os_entropy("2026-11-21T09:30:00+07:00".parse()?)?;
//!     let prepared = Signing::new(chain).reason("Đồng ý").prepare(File::open(document)?, &at)?;
//!     Ok((prepared.request(), prepared.state().to_json()))
//! }
//!
//! // Phase two, once the signer has answered. A wrong value is an error that says what it looks like.
//! fn embed(document: &str, state: &str, value: &SignatureValue, out: &str) -> Result<()> {
//!     let prepared = Prepared::resume(State::from_json(state)?, File::open(document)?)?;
//!     Ok(prepared.accept(value)?.save(out)?)
//! }
//!
//! # fn main() -> Result<()> {
//! let chain = Chain::from_pem(&read("testdata/keys/rsa2048-chain.pem")?)?;
//! let (request, state) = prepare("testdata/pdf/demo.pdf", &chain)?;
//! assert_eq!(request.digest_hex().map(|digits| digits.len()), Some(64));
//! # let folder = tempfile::tempdir()?;
//! # let out = folder.path().join("signed.pdf");
//! # let out = out.to_str().ok_or("a path that is no text")?;
//!
//! let nonsense = SignatureValue::from_bytes([0; 256]);
//! assert!(embed("testdata/pdf/demo.pdf", &state, &nonsense, out).is_err());
//! # #[cfg(feature = "signer")]
//! # {
//! #     use kyso::signer::{LocalKey, Signer};
//! #     let key = LocalKey::from_pem(&read("testdata/keys/rsa2048-key.pem")?, None)?;
//! #     let value = SignatureValue::from_bytes(key.sign(request.suite(), request.to_be_signed())?);
//! #     embed("testdata/pdf/demo.pdf", &state, &value, out)?;
//! #     let report = kyso::verify::pdf(&File::open(out)?, &kyso::verify::Options::default())?;
//! #     assert!(report.is_valid());
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! The same for an invoice in XML; here the first phase only.
//!
//! ```
//! use kyso::{At, Chain, xml};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let chain = Chain::from_pem(&std::fs::read("testdata/keys/rsa2048-chain.pem")?)?;
//! let invoice = std::fs::read("testdata/xml/tt78-invoice.xml")?;
//! let at = At::with_os_entropy("2026-11-21T09:30:00+07:00".parse()?)?;
//! let signing = xml::Signing::tt78(&chain).node("HD1").signature_location("DSCKS/NBan");
//! let prepared = signing.prepare(invoice.as_slice(), &at)?;
//! assert_eq!(prepared.request().digest_hex().map(|digits| digits.len()), Some(64));
//!
//! // A node that is not there is an error of the document's, before anything is sent away.
//! let error = signing.node("HD2").prepare(invoice.as_slice(), &at).err().ok_or("signed")?;
//! assert_eq!(error.to_string(), "no element has Id=\"HD2\"");
//! assert_eq!(error.fault(), kyso::Fault::Document);
//! # Ok(())
//! # }
//! ```
//!
//! Where to go on: [`pdf`] and [`xml`] for signing, [`verify`] for reading signatures, [`mistake`] for what
//! signers are known to get wrong, [`manual`] for the design and what to beware of.
#![forbid(unsafe_code)]

pub mod algorithm;
mod appearance;
mod asn1;
mod canonical;
pub mod certificate;
#[cfg(feature = "client")]
pub mod client;
pub mod cms;
pub mod document;
mod embed;
mod entropy;
mod fault;
mod limits;
pub mod manual;
pub mod mistake;
mod password;
pub mod pdf;
mod prepare;
#[cfg(feature = "preview")]
pub mod preview;
mod profile;
#[cfg(feature = "remote")]
pub mod remote;
mod request;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod sign_cloud;
#[cfg(feature = "signer")]
pub mod signer;
mod source;
mod state;
mod syntax;
pub mod verify;
pub mod xml;

pub use certificate::Chain;
pub use entropy::Entropy;
pub use fault::Fault;
pub use limits::Limits;
pub use password::Password;
pub use prepare::At;
pub use request::{Base64Error, ServiceKind, SignatureValue, SigningRequest, requests_to_json};
pub use source::{Seekable, Source};
pub use state::{DocumentFormat, State, StateError};

/// The examples of the README, which need the local signer, are tests.
#[cfg(all(doctest, feature = "signer"))]
#[doc = include_str!("../README.md")]
struct Readme;
