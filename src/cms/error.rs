//! What can be wrong with a CMS value.

use crate::algorithm::{DigestAlgorithm, SignatureMismatch};
use crate::asn1::Asn1Error;

/// A CMS value that cannot be read, or is not the one that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CmsError {
    /// Longer than [`Limits::cms_bytes`](crate::Limits::cms_bytes).
    #[error("a CMS of {found} bytes; the limit is {limit}")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
        /// Bytes there are.
        found: usize,
    },
    /// Not the encoding it should be.
    #[error("the CMS cannot be read")]
    Encoding(#[from] Asn1Error),
    /// Another content type than SignedData.
    #[error("a CMS of type {oid}, not SignedData")]
    NotSignedData {
        /// The content type, dotted.
        oid: String,
    },
    /// More certificates than [`Limits::certificates`](crate::Limits::certificates).
    #[error("more than {limit} certificates in the CMS")]
    TooManyCertificates {
        /// The limit.
        limit: usize,
    },
    /// More signers than [`Limits::signatures`](crate::Limits::signatures).
    #[error("more than {limit} signers in the CMS")]
    TooManySigners {
        /// The limit.
        limit: usize,
    },
    /// Not exactly one SignerInfo.
    #[error("{found} signers in the CMS; there must be exactly one")]
    SignerCount {
        /// How many there are.
        found: usize,
    },
    /// The signed content is inside, where it must be the document.
    #[error("the CMS carries its own content of {bytes} bytes; a document's signature must be detached")]
    NotDetached {
        /// Bytes of the content.
        bytes: usize,
    },
    /// The content is of another type than the content-type attribute says, or than a document has.
    #[error("content of type {found} where {expected} belongs")]
    ContentType {
        /// Dotted.
        expected: String,
        /// Dotted.
        found: String,
    },
    /// An attribute that must be there is not.
    #[error("the signed attribute {name} is missing")]
    MissingAttribute {
        /// The standard's name.
        name: &'static str,
    },
    /// An attribute that must be there once is there again, or has several values.
    #[error("the signed attribute {name} does not have exactly one value")]
    RepeatedAttribute {
        /// The standard's name.
        name: &'static str,
    },
    /// An attribute that does not belong among a signature's own.
    #[error("unexpected signed attribute {oid}")]
    UnexpectedAttribute {
        /// Its type, dotted.
        oid: String,
    },
    /// The messageDigest is not the digest of the document.
    #[error("the messageDigest is {found}, the digest of the content is {expected}")]
    MessageDigest {
        /// Lower-case hexadecimal digits.
        expected: String,
        /// Lower-case hexadecimal digits.
        found: String,
    },
    /// Another digest algorithm than the document was hashed with.
    #[error("digest algorithm {found} where {expected} belongs")]
    DigestAlgorithm {
        /// Its name.
        expected: DigestAlgorithm,
        /// Its name, or dotted.
        found: String,
    },
    /// The signing-certificate attribute names another certificate than the signer's.
    #[error("the signing-certificate attribute does not name the signer's certificate")]
    SigningCertificate,
    /// The SignerInfo names another certificate than the one prepared for.
    #[error("the signer is identified as {found}, the certificate is {expected}")]
    SignerIdentifier {
        /// The certificate prepared for.
        expected: String,
        /// The SignerInfo's identifier.
        found: String,
    },
    /// The signer's certificate is not in the CMS.
    #[error("the certificate of {signer} is not in the CMS")]
    NoCertificate {
        /// The SignerInfo's identifier.
        signer: String,
    },
    /// A signature or digest algorithm that is not supported, or not safe any more.
    #[error("signature algorithm {found} is not accepted")]
    Algorithm {
        /// Its name, or dotted.
        found: String,
    },
    /// The signer's key cannot be used.
    #[error("the signer's certificate has a key that cannot be used")]
    Key(#[from] crate::algorithm::KeyError),
    /// The signature does not verify.
    #[error("the signature in the CMS does not verify")]
    Signature(#[from] SignatureMismatch),
    /// A time that no UTCTime or GeneralizedTime can hold.
    #[error("{unix_seconds} (Unix seconds) is no time a signing-time attribute can hold")]
    SigningTime {
        /// Unix seconds.
        unix_seconds: i64,
    },
}
