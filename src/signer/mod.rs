//! A signer that holds a private key: for tests, demonstrations and the command line.
//!
//! This is an edge. It plays the part of the remote service, and nothing of the library's other
//! modules knows of it: they never see a private key.

mod key_file;
mod legacy_pem;
mod local;

pub use local::LocalKey;

use crate::algorithm::{Suite, ToBeSigned};

/// Something that signs, as a remote service would.
pub trait Signer {
    /// The raw value over `what`: PKCS#1 or PSS as long as the modulus, ECDSA as `r‖s`, Ed25519 as
    /// 64 bytes.
    ///
    /// # Errors
    /// When the key cannot sign this way.
    fn sign(&self, suite: Suite, what: ToBeSigned<'_>) -> Result<Vec<u8>, SignerError>;
}

/// A private key that cannot be read or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// No private key in the file.
    #[error("no private key found: PKCS#8, PKCS#1 or SEC1 in PEM, or PKCS#12, is read")]
    NoKey,
    /// A PEM block that cannot be decoded.
    #[error("the private key is not valid PEM: {reason}")]
    Pem {
        /// What is wrong.
        reason: String,
    },
    /// The key is encrypted and no passphrase was given.
    #[error("the private key is encrypted and needs a passphrase")]
    PassphraseNeeded,
    /// The passphrase is wrong, or the file damaged.
    #[error("the private key cannot be decrypted: wrong passphrase, or a damaged file")]
    Decryption,
    /// An encryption that is not supported.
    #[error("private keys encrypted with {algorithm} are not supported; convert with `openssl pkcs8 -topk8`")]
    UnsupportedEncryption {
        /// Its name.
        algorithm: String,
    },
    /// Not the structure it should be.
    #[error("the private key cannot be read")]
    Encoding(#[from] crate::asn1::Asn1Error),
    /// A type of key or curve not supported.
    #[error("private keys of type {oid} are not supported")]
    Unsupported {
        /// The object identifier, dotted.
        oid: String,
    },
    /// Numbers that are no key.
    #[error("the private key is not valid")]
    Invalid,
    /// A PKCS#12 file that cannot be read.
    #[error("the PKCS#12 file cannot be read")]
    Pkcs12(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The certificates of a PKCS#12 file make no chain.
    #[error("the certificates of the PKCS#12 file make no chain")]
    Chain(#[from] crate::certificate::ChainError),
    /// The key does not sign with these algorithms, or not what it was given.
    #[error("this private key does not sign that with {suite}")]
    Suite {
        /// What was asked for.
        suite: Suite,
    },
    /// Only an RSA key does this.
    #[error("this private key is no RSA key")]
    NotRsa,
    /// The computation failed.
    #[error("signing failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}
