//! Why a document cannot be prepared, resumed, or given its value.

use std::fmt;
use std::io;

use super::placement::PlacementError;
use crate::algorithm::{SignatureMismatch, SuiteError, ValueError};
use crate::appearance::{AppearanceError, Item};
use crate::certificate::{ChainError, LeafError};
use crate::cms::CmsError;
use crate::fault::Fault;
use crate::mistake::KnownMistake;
use crate::request::ServiceKind;
use crate::state::DocumentFormat;
use crate::syntax::pdf::{PdfError, RevisionError};
use crate::syntax::xml::XmlError;

/// A rule that forbids signing a document. Each names the rule and who made it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A certification, or a lock with `/P 1`, permits no changes (ISO 32000-2, 12.8.2.2).
    #[error("{rule} P={p} of signature field {by:?} permits no further signature")]
    NoChanges {
        /// `DocMDP` or `Lock`.
        rule: &'static str,
        /// The permission level, 1.
        p: u8,
        /// The field whose signature says so.
        by: String,
    },
    /// An earlier signature locks the field, which may be one that does not exist yet.
    #[error("{rule} of signature field {by:?} locks field {field:?}")]
    Locked {
        /// `FieldMDP` or `Lock`.
        rule: &'static str,
        /// The field whose signature locks.
        by: String,
        /// The field that is locked.
        field: String,
    },
    /// The encryption's `/P` withholds the permission from whoever opens with the user password.
    #[error(
        "encryption /P withholds {bits} from the user password; the owner password or the explicit override lifts it"
    )]
    EncryptionPermissions {
        /// The bits that are missing.
        bits: &'static str,
    },
    /// The form is drawn by XFA at opening time, so that nobody knows what would be signed.
    #[error(
        "the document is a dynamic XFA form (/NeedsRendering true); the explicit override signs it all the same"
    )]
    NeedsRendering,
    /// Only the first signature can certify (ISO 32000-2, 12.8.2.2.1).
    #[error("only the first signature can certify, and signature field {by:?} is signed already")]
    NotFirst {
        /// The field that is signed; `(certification)` for one that the form does not have.
        by: String,
    },
    /// The caller asks for another lock than the one that the field has.
    #[error("field {field:?} has a lock of its own, which is another than the one asked for")]
    OtherLock {
        /// The field.
        field: String,
    },
    /// A lock would permit more than what an earlier signature left permitted.
    #[error("a lock with P={asked} would permit more than {rule} P={p} of signature field {by:?}")]
    LaxerLock {
        /// The level that was asked for.
        asked: u8,
        /// `DocMDP`, `FieldMDP` or `Lock`.
        rule: &'static str,
        /// The level in force.
        p: u8,
        /// The field whose signature says so.
        by: String,
    },
    /// A document of which a signature says what may change takes no new field that is seen: difference
    /// analysis calls that signature broken then. A field that was there before can be signed.
    #[error("signature field {by:?} says what may change in the document: no new visible field")]
    VisibleAfterCertification {
        /// The field whose signature certifies, or locks with `/P`.
        by: String,
    },
    /// The field's seed value requires something else (ISO 32000-2, 12.7.5.5).
    #[error("the seed value of field {field:?} requires /{key}: {}", allowed.join(", "))]
    SeedValue {
        /// The field.
        field: String,
        /// The key in the seed value dictionary, or in its `/Cert`: `Cert/KeyUsage`.
        key: &'static str,
        /// What the field allows.
        allowed: Vec<String>,
    },
}

/// Why a document cannot be prepared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The document cannot be read, or its revision not written.
    #[error(transparent)]
    Document(#[from] RevisionError),
    /// A rule forbids it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The field exists and is no signature field.
    #[error("field {field:?} exists and is no signature field")]
    FieldTaken {
        /// Its fully qualified name.
        field: String,
    },
    /// The field has been signed.
    #[error("field {field:?} is signed already")]
    FieldSigned {
        /// Its fully qualified name.
        field: String,
    },
    /// The field's name has an empty part.
    #[error("{field:?} is no field name: every part between full stops must have a character")]
    FieldName {
        /// The name as given.
        field: String,
    },
    /// Two options contradict each other.
    #[error("{what}")]
    Options {
        /// Which, and why.
        what: &'static str,
    },
    /// The certificate chain has too many certificates or the leaf is unusable now.
    #[error("the signer's certificate cannot be used: {0}")]
    Leaf(#[from] LeafError),
    /// The algorithms do not go with the key or with each other.
    #[error(transparent)]
    Suite(#[from] SuiteError),
    /// The attributes cannot be made.
    #[error("the signed attributes cannot be made: {0}")]
    Attributes(#[source] CmsError),
    /// The space asked for is too small for what will be stored.
    #[error("{reserved} bytes are too few for the signature: {needed} are needed")]
    ReserveTooSmall {
        /// What was asked for, in bytes of DER.
        reserved: u64,
        /// What is needed at most.
        needed: u64,
    },
    /// The space asked for is beyond the limit on a CMS.
    #[error("{reserved} bytes are too many for a signature: the limit is {limit}")]
    ReserveTooLarge {
        /// What was asked for, in bytes of DER.
        reserved: u64,
        /// `Limits::cms_bytes`.
        limit: u64,
    },
    /// A visible signature cannot be where it was asked for.
    #[error(transparent)]
    Placement(#[from] PlacementError),
    /// A visible signature cannot be drawn.
    #[error(transparent)]
    Appearance(#[from] AppearanceError),
    /// The source failed, or changed while it was read.
    #[error("reading the document failed: {0}")]
    Io(#[from] io::Error),
}

impl From<PdfError> for PrepareError {
    fn from(error: PdfError) -> Self {
        Self::Document(error.into())
    }
}

impl PrepareError {
    /// Whether the document may be one that a scan for its objects mends.
    pub(super) fn may_be_damage(&self) -> bool {
        matches!(self, Self::Document(RevisionError::Pdf(error)) if error.may_be_damage())
    }

    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Document(error) => error.fault(),
            Self::Refused(_) => Fault::Document,
            Self::Io(_) => Fault::Io,
            Self::Placement(error) => error.fault(),
            Self::Appearance(error) => error.fault(),
            Self::FieldTaken { .. }
            | Self::FieldSigned { .. }
            | Self::FieldName { .. }
            | Self::Options { .. }
            | Self::Leaf(_)
            | Self::Suite(_)
            | Self::Attributes(_)
            | Self::ReserveTooSmall { .. }
            | Self::ReserveTooLarge { .. } => Fault::Caller,
        }
    }
}

/// What the caller should know about a document that was prepared all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Usage rights (`/UR3`) that a reader honoured lapse with any change.
    UsageRightsLapse,
    /// The cross-reference was damaged; the appended one is complete.
    Rebuilt,
    /// The encryption's permissions were overridden.
    PermissionsOverridden,
    /// The certificate's validity begins after the time that the signature claims.
    NotYetValid,
    /// The certificate signed itself and says it is a CA's: good for tests only.
    SelfSignedCa,
    /// A dynamic XFA form was signed: readers may show something else.
    NeedsRendering,
    /// A line of the visible signature was left out: its value is not known.
    NotShown(Item),
    /// The document is tagged, and the new field has no structure element: after an earlier signature it
    /// would count as a suspicious change.
    NotTagged,
    /// What the field's seed value prefers, without requiring it, is not what was done.
    SeedPreference {
        /// The key in the seed value dictionary.
        key: &'static str,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::SeedPreference { key } => {
                return write!(f, "the field's seed value prefers another /{key}");
            }
            Self::UsageRightsLapse => "the usage rights (/UR3) of the document will lapse",
            Self::Rebuilt => "the cross-reference of the document was damaged and has been rebuilt",
            Self::PermissionsOverridden => "the permissions of the encryption were overridden",
            Self::NotYetValid => "the certificate is not valid yet at the time that the signature claims",
            Self::SelfSignedCa => {
                "the certificate is a self-signed CA's: validators will not trust it as a signer's"
            }
            Self::NeedsRendering => {
                "the document is a dynamic XFA form: what is seen may not be what is signed"
            }
            Self::NotShown(item) => {
                return write!(f, "the visible signature has no line for the {}: there is none", item.name());
            }
            Self::NotTagged => {
                "the new field has no structure element: the document has been signed before, or its structure takes none"
            }
        };
        f.write_str(text)
    }
}

/// Why a state cannot be resumed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The document is not the one that was prepared.
    #[error("this is not the document that was prepared: {what}")]
    OtherDocument {
        /// How it differs.
        what: String,
    },
    /// The state does not hold together.
    #[error("the state was changed: {what}")]
    Changed {
        /// What contradicts what.
        what: &'static str,
    },
    /// The state waits for the other kind of service.
    #[error("the state waits for a service of kind {}", found.name())]
    OtherService {
        /// The kind in the state.
        found: ServiceKind,
    },
    /// The state is of another kind of document.
    #[error("the state is of a document of format {found:?}")]
    OtherFormat {
        /// The format in the state.
        found: DocumentFormat,
    },
    /// An XML document cannot be read again.
    #[error("the document cannot be read: {0}")]
    Document(#[source] XmlError),
    /// The signature element in the state does not read as one.
    #[error("the signature in the state cannot be read: {0}")]
    Signature(#[source] XmlError),
    /// The chain in the state cannot be read.
    #[error("the certificate chain in the state cannot be read: {0}")]
    Chain(#[from] ChainError),
    /// The signed attributes in the state are not what they must be.
    #[error("the signed attributes in the state cannot be read: {0}")]
    Attributes(#[source] CmsError),
    /// The revision in the state does not read as one.
    #[error("the revision in the state cannot be read: {0}")]
    Revision(#[source] PdfError),
    /// The source failed.
    #[error("reading the document failed: {0}")]
    Io(#[from] io::Error),
}

impl ResumeError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Io(_) => Fault::Io,
            Self::Document(error) => error.fault(),
            _ => Fault::Caller,
        }
    }
}

/// Why a returned value is not accepted. The state stays good: another value may be tried.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcceptError {
    /// The value does not verify, and the mistake is known.
    #[error("the value does not verify under the certificate: {mistake}")]
    Mistake {
        /// What it looks like.
        mistake: KnownMistake,
        /// What the verification said.
        #[source]
        mismatch: SignatureMismatch,
    },
    /// The value does not verify.
    #[error("the value does not verify under the certificate")]
    Mismatch(#[source] SignatureMismatch),
    /// The value cannot be stored in a CMS.
    #[error("the value cannot be stored: {0}")]
    Value(#[from] ValueError),
    /// The returned CMS is not a signature of this document by this certificate.
    #[error("the returned CMS is refused: {0}")]
    Cms(#[from] CmsError),
    /// The CMS does not fit the space that was reserved.
    #[error("the CMS has {needed} bytes, and {reserved} were reserved at prepare time")]
    ContentsTooSmall {
        /// Bytes of DER that fit.
        reserved: u64,
        /// Bytes of DER there are.
        needed: u64,
    },
}

impl AcceptError {
    /// Whose fault it is: the signer's, but for the space, which was the caller's to reserve.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::ContentsTooSmall { .. } => Fault::Caller,
            _ => Fault::Signer,
        }
    }
}
