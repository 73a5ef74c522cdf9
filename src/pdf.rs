//! Signing PDF documents: what a caller needs, in one place.
//!
//! [`Signing`] describes a signature and [`prepare`](Signing::prepare)s a document; [`Prepared`] gives the
//! [request](Prepared::request) and the [state](Prepared::state), takes the value and gives [`Signed`],
//! which writes the document. [`PreparedCms`] is the same for services that return a whole CMS.
//!
//! [`Fields`] makes empty signature fields for others to sign, with what is locked once they sign and what is
//! asked of them.
//!
//! ```
//! use kyso::pdf::{Certification, FieldLock, Fields, NewField, SeedValue, Signing};
//! use kyso::{At, Chain};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let chain = Chain::from_pem(&std::fs::read("testdata/keys/rsa2048-chain.pem")?)?;
//! let contract = std::fs::read("testdata/pdf/demo.pdf")?;
//!
//! // The buyer signs last, gives the one reason there is, and locks the document by it.
//! let buyer = NewField::new("Buyer")
//!     .tooltip("Bên mua")
//!     .lock(FieldLock::all().permissions(Certification::NoChanges))
//!     .seed_value(SeedValue::new().required_reasons(["Đồng ý"]));
//! let at = At::with_os_entropy("2026-11-21T09:30:00+07:00".parse()?)?;
//! let contract = Fields::new().add(buyer).prepare(contract, &at)?.to_bytes()?;
//!
//! // The seller certifies it first: from now on it can be filled in and signed, and nothing else.
//! let at = At::with_os_entropy("2026-11-21T09:30:00+07:00".parse()?)?;
//! let seller = Signing::new(&chain).field("Seller").certify(Certification::FormFilling);
//! let prepared = seller.prepare(contract.as_slice(), &at)?;
//! assert!(prepared.request().digest_hex().is_some());
//! # Ok(())
//! # }
//! ```

pub use crate::appearance::{
    Align, Appearance, AppearanceError, AppearanceTemplate, Border, Color, ColorError, DateFormatError, Font,
    FontError, FontSize, Image, ImageError, Item, Layout, PageContent,
};
pub use crate::embed::{SaveError, Signed};
pub use crate::prepare::{
    AcceptError, Anchor, CertificateConstraints, Certification, Dangerous, FieldLock, Fields, NewField,
    Placement, PlacementError, PrepareError, Prepared, PreparedCms, Refusal, ResumeError, Revised, SeedValue,
    Signing, Warning,
};
pub use crate::profile::pades::SubFilter;
pub use crate::syntax::pdf::{
    Access, CryptError, Malformation, ObjectId, Occurrence, OccurrenceError, PageNumber, PageNumberError,
    PdfError, RevisionError, TextPlace, find_text,
};
