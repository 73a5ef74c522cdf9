//! Named findings: the known attacks on signed documents, and what else is worth knowing.

use serde::Serialize;

use super::report::object_id;
use crate::syntax::pdf::ObjectId;

/// Something found about a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// What exactly, for people.
    pub detail: String,
    /// The object concerned.
    #[serde(serialize_with = "object_id")]
    pub object: Option<ObjectId>,
}

/// What was found. In JSON the names are in kebab case: `byte-range-missing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// Universal signature forgery: there is no `/ByteRange`.
    ByteRangeMissing,
    /// Universal signature forgery: `/ByteRange` is not four integers, or has negative, overlapping,
    /// overflowing or absent ranges, or is not direct.
    ByteRangeMalformed,
    /// Universal signature forgery: there is no `/Contents`, it is empty, or no string.
    ContentsMissing,
    /// Universal signature forgery: `/Contents` holds nothing that can be read as a signature.
    ContentsMalformed,
    /// Signature wrapping: the part left out is not exactly the hexadecimal string of this signature's
    /// `/Contents`.
    GapMismatch,
    /// Signature wrapping: something other than zeros follows the signature inside `/Contents`.
    ContentsTrailingData,
    /// Signature wrapping: the dictionary does not stand around the part it leaves out.
    SignatureMisplaced,
    /// The covered bytes do not end where a revision ends.
    NotARevision,
    /// Incremental saving attack: the document was changed in a way that is not permitted.
    ContentChanged,
    /// Shadow attack (hide, hide and replace): a later cross-reference section leads to an object that
    /// lay hidden in the signed bytes.
    HiddenObjectRevealed,
    /// Shadow attack (replace): an object that is used in more than one role was replaced through the
    /// role in which it may change.
    SharedObjectReplaced,
    /// Shadow attack (hide): a reference that led nowhere when it was signed leads to something now.
    DanglingReferenceFilled,
    /// An object number of the signed revision was given to something else.
    ObjectNumberReused,
    /// The cross-reference of the file does not build on the signed revision.
    RevisionSkipped,
    /// The file's cross-reference was damaged after signing; readers disagree on such a file.
    CrossReferenceDamaged,
    /// An object is defined after signing in bytes that no cross-reference section mentions; readers
    /// that rebuild the cross-reference will see it.
    UnlistedObject,
    /// A signed field's value was exchanged or removed.
    SignatureReplaced,
    /// A field was changed that this signature locks.
    LockedFieldChanged,
    /// More than one field refers to this signature.
    SignatureShared,
    /// A signature format that is not read here.
    UnsupportedFormat,
    /// Made with an algorithm that is no longer safe. Not fatal.
    WeakAlgorithm,
    /// The timestamp on the signature is not one for it. Not fatal.
    TimestampInvalid,
    /// The signer's certificate was not valid at the time the signature claims. Not fatal: it is
    /// a matter of trust.
    OutsideValidity,
    /// XML: a Signature that is not what the schema of XML Signature says.
    SignatureMalformed,
    /// XML: an element called as those of XML Signature are, in a namespace that only resembles theirs.
    LookAlikeNamespace,
    /// XML: a reference to an id that more than one element has.
    DuplicateId,
    /// XML: a reference to something that is not there, or was not given.
    ReferenceUnresolved,
    /// XML: the digest of a reference is another than the one that was signed.
    ReferenceMismatch,
    /// XML: a transform that is not supported, or not where it can be applied.
    TransformRefused,
    /// XML: the transforms of a reference leave nothing, so that it vouches for nothing.
    NothingDigested,
    /// XML: no reference is to anything but the signature's own properties and key.
    NothingSigned,
    /// XML signature wrapping: what was signed stands where no signer put it, beside the signature or
    /// around it stands something else of the same name.
    SignatureWrapping,
    /// XML: an element of the same name as a signed one is not signed. Not fatal: there may be many, of
    /// which one was signed; act on the paths that are reported as signed.
    UnsignedTwin,
    /// XML: the signature stands inside an Object of another signature. Not fatal.
    NestedSignature,
    /// XML: a comment that is not signed stands inside a piece of signed text. Not fatal: the text that
    /// was signed is the whole without the comment.
    CommentInText,
    /// XML: SHA-1 is used, which [`Options::allow_sha1`](super::Options) does not allow.
    Sha1NotAllowed,
    /// An algorithm that is not supported.
    UnsupportedAlgorithm,
    /// XML: KeyInfo holds no certificate that the signature verifies under, or contradicts it.
    KeyInfoMismatch,
    /// XML: KeyInfo holds something that cannot be read. Not fatal.
    KeyInfoUnreadable,
    /// XAdES: there are SignedProperties, but this signature does not sign them, or signs others.
    SignedPropertiesNotSigned,
    /// XAdES: SigningCertificate names another certificate than the one in use.
    SigningCertificateMismatch,
    /// XAdES: a CounterSignature that signs something else than the value of the signature it stands in.
    CounterSignatureMismatch,
    /// XML: a SigningTime that is not signed. Not fatal: it is not taken as the claimed time.
    SigningTimeNotSigned,
    /// Checking cost more than [`Limits`](crate::Limits) allows.
    TooMuchWork,
}

impl FindingKind {
    /// Whether a signature of which this was found is not valid.
    #[must_use]
    pub const fn is_fatal(self) -> bool {
        !matches!(
            self,
            Self::WeakAlgorithm
                | Self::TimestampInvalid
                | Self::OutsideValidity
                | Self::UnsignedTwin
                | Self::NestedSignature
                | Self::CommentInText
                | Self::KeyInfoUnreadable
                | Self::SigningTimeNotSigned
        )
    }

    /// The name as JSON has it: `byte-range-missing`.
    #[must_use]
    pub fn name(self) -> String {
        let mut name = String::new();
        for (index, letter) in format!("{self:?}").char_indices() {
            if letter.is_ascii_uppercase() && index > 0 {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_in_json() {
        for kind in [
            FindingKind::ByteRangeMissing,
            FindingKind::NotARevision,
            FindingKind::WeakAlgorithm,
            FindingKind::Sha1NotAllowed,
        ] {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.name()));
        }
    }
}
