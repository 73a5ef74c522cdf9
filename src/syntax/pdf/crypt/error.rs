//! What keeps an encrypted document closed.

use thiserror::Error;

/// Why an encrypted document cannot be opened or one of its streams not be decrypted.
///
/// `PasswordNeeded` and `WrongPassword` are the caller's to mend; `Malformed` and
/// `PermissionsMismatch` are the document's fault; the `Unsupported…` variants name what this crate
/// does not implement.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CryptError {
    /// The empty user password does not open the document and no password was given.
    #[error("the document is encrypted and opens only with a password: give its user or owner password")]
    PasswordNeeded,
    /// The password given is neither the user's nor the owner's.
    #[error("the password is neither the document's user password nor its owner password")]
    WrongPassword,
    /// An entry of the encryption dictionary, or of a stream's dictionary, is not what it must be.
    #[error("/{key} of the encrypted document is malformed: {problem}")]
    Malformed {
        /// The entry's key.
        key: &'static str,
        /// What is wrong with it.
        problem: Malformation,
    },
    /// `/P` or `/EncryptMetadata` differs from the encrypted copy in `/Perms` (Algorithm 13):
    /// the document's permissions were changed after it was encrypted.
    #[error("the document's permissions were changed after it was encrypted: /Perms has others than /P")]
    PermissionsMismatch,
    /// A security handler other than `/Standard`, such as one for public keys.
    #[error("unsupported security handler /{name}: only /Standard, with passwords, is implemented")]
    UnsupportedHandler {
        /// The value of `/Filter`.
        name: String,
    },
    /// An algorithm that is unpublished or newer than ISO 32000-2.
    #[error("unsupported encryption: /V {version} with /R {revision}")]
    UnsupportedAlgorithm {
        /// The value of `/V`.
        version: i64,
        /// The value of `/R`.
        revision: i64,
    },
    /// A crypt filter whose method is not one of `None`, `V2`, `AESV2` and `AESV3`.
    #[error("unsupported crypt filter method /{name}")]
    UnsupportedMethod {
        /// The value of `/CFM`.
        name: String,
    },
    /// A crypt filter asks for a cipher that the file's key does not fit.
    #[error(
        "the document's encryption key of {bytes} bytes does not fit the cipher that its crypt filter names"
    )]
    KeyLength {
        /// Length of the key for the object at hand.
        bytes: usize,
    },
}

/// What is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Malformation {
    /// A required entry is not there.
    #[error("it is missing")]
    Missing,
    /// The entry has another type.
    #[error("it is not {expected}")]
    NotA {
        /// The type it must have, with its article.
        expected: &'static str,
    },
    /// A string holds fewer bytes than the revision needs.
    #[error("it has {length} bytes where {needed} are needed")]
    TooShort {
        /// Bytes that are there.
        length: usize,
        /// Bytes that are needed.
        needed: usize,
    },
    /// A number that the standard does not allow here.
    #[error("{value} is out of range")]
    OutOfRange {
        /// The number.
        value: i64,
    },
    /// A crypt filter that `/CF` does not define, or not with a method that `/V` allows.
    #[error("crypt filter /{name} is not defined for this encryption")]
    UndefinedFilter {
        /// The filter's name.
        name: String,
    },
}

impl CryptError {
    pub(super) const fn malformed(key: &'static str, problem: Malformation) -> Self {
        Self::Malformed { key, problem }
    }
}
