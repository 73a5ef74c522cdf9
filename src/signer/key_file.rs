//! Private keys as they come in files.

use const_oid::ObjectIdentifier;
use rsa::{BoxedUint, RsaPrivateKey};
use zeroize::Zeroizing;

use super::local::Secret;
use super::{LocalKey, SignerError, legacy_pem};
use crate::asn1::{INTEGER, OCTET_STRING, OID, Reader, Rules, SEQUENCE, context, oid, pem};
use crate::certificate::Chain;

impl LocalKey {
    /// Reads the first private key of a PEM file: PKCS#8 (`PRIVATE KEY`, `ENCRYPTED PRIVATE KEY`),
    /// PKCS#1 (`RSA PRIVATE KEY`) or SEC1 (`EC PRIVATE KEY`), the last two also encrypted the old
    /// way.
    ///
    /// # Errors
    /// When there is none, it cannot be decrypted, or is of a type not supported.
    pub fn from_pem(text: &[u8], passphrase: Option<&str>) -> Result<Self, SignerError> {
        for block in pem::blocks(text) {
            let block = block.map_err(|reason| SignerError::Pem { reason: reason.to_owned() })?;
            if !block.label.ends_with("PRIVATE KEY") {
                continue;
            }
            let contents = block.decode().map_err(|error| SignerError::Pem { reason: error.to_string() })?;
            let mut der = Zeroizing::new(contents);
            if let Some(info) = block.header("DEK-Info") {
                der = legacy_pem::decrypt(&der, info, passphrase.ok_or(SignerError::PassphraseNeeded)?)?;
            }
            // A wrong passphrase can leave valid padding; what comes out is then no key.
            let was_encrypted = block.header("DEK-Info").is_some();
            let key = match block.label {
                "PRIVATE KEY" => Self::from_pkcs8_der(&der),
                "ENCRYPTED PRIVATE KEY" => {
                    Self::from_encrypted_pkcs8_der(&der, passphrase.ok_or(SignerError::PassphraseNeeded)?)
                }
                "RSA PRIVATE KEY" => rsa(&der).map(Self),
                "EC PRIVATE KEY" => ec(&der, None).map(Self),
                other => {
                    Err(SignerError::Pem { reason: format!("blocks of type {other} are not supported") })
                }
            };
            return if was_encrypted { key.map_err(|_| SignerError::Decryption) } else { key };
        }
        Err(SignerError::NoKey)
    }

    /// Reads a PrivateKeyInfo (RFC 5958).
    ///
    /// # Errors
    /// When it cannot be read or is of a type not supported.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, SignerError> {
        let mut fields = Reader::new(der, Rules::Lenient).expect(SEQUENCE)?.inside();
        fields.small_integer()?;
        let mut algorithm = fields.expect(SEQUENCE)?.inside();
        let kind = algorithm.oid()?;
        let key = fields.expect(OCTET_STRING)?.value;
        match kind {
            oid::RSA_ENCRYPTION | oid::RSASSA_PSS => rsa(key),
            oid::EC_PUBLIC_KEY => {
                let curve = if algorithm.peek() == Some(OID) { Some(algorithm.oid()?) } else { None };
                ec(key, curve)
            }
            oid::ED25519 => {
                let seed = Reader::new(key, Rules::Lenient).expect(OCTET_STRING)?.value;
                let seed: &[u8; 32] = seed.try_into().map_err(|_| SignerError::Invalid)?;
                Ok(Secret::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(seed))))
            }
            other => Err(SignerError::Unsupported { oid: other.to_string() }),
        }
        .map(Self)
    }

    /// Reads an EncryptedPrivateKeyInfo (RFC 5958, 3), encrypted with PBES2.
    ///
    /// # Errors
    /// When it cannot be decrypted, or as [`LocalKey::from_pkcs8_der`].
    pub fn from_encrypted_pkcs8_der(der: &[u8], passphrase: &str) -> Result<Self, SignerError> {
        let mut fields = Reader::new(der, Rules::Lenient).expect(SEQUENCE)?.inside();
        let algorithm = fields.expect(SEQUENCE)?.inside().oid()?;
        let info = pkcs8::EncryptedPrivateKeyInfoRef::try_from(der)
            .map_err(|_| SignerError::UnsupportedEncryption { algorithm: algorithm.to_string() })?;
        let decrypted = info.decrypt(passphrase).map_err(|_| SignerError::Decryption)?;
        Self::from_pkcs8_der(decrypted.as_bytes())
    }

    /// Reads the first private key of a PKCS#12 file, and the chain that belongs to it.
    ///
    /// # Errors
    /// When the file cannot be read or decrypted, or has no key, or no certificates.
    pub fn from_pkcs12(file: &[u8], passphrase: &str) -> Result<(Self, Chain), SignerError> {
        let archive =
            p12_keystore::Pkcs12Archive::from_pkcs12(file, passphrase).map_err(|error| match error {
                p12_keystore::error::Error::MacError(_) | p12_keystore::error::Error::UnpadError => {
                    SignerError::Decryption
                }
                other => SignerError::Pkcs12(other.into()),
            })?;
        let bag = archive.keys.first().ok_or(SignerError::NoKey)?;
        let key = Self::from_pkcs8_der(bag.key.as_der())?;
        let chain = Chain::from_der(archive.certs.iter().map(|bag| bag.cert.as_der()))?;
        Ok((key, chain))
    }
}

/// An RSAPrivateKey (RFC 8017, A.1.2).
fn rsa(der: &[u8]) -> Result<Secret, SignerError> {
    let mut fields = Reader::new(der, Rules::Lenient).expect(SEQUENCE)?.inside();
    fields.small_integer()?;
    let modulus = fields.expect(INTEGER)?.unsigned()?;
    let bits = u32::try_from(modulus.len().saturating_mul(8)).map_err(|_| SignerError::Invalid)?;
    if modulus.len() > 2048 {
        return Err(SignerError::Invalid);
    }
    let number = |digits: &[u8]| BoxedUint::from_be_slice(digits, bits).map_err(|_| SignerError::Invalid);
    let n = number(modulus)?;
    let e = number(fields.expect(INTEGER)?.unsigned()?)?;
    let d = number(fields.expect(INTEGER)?.unsigned()?)?;
    let p = number(fields.expect(INTEGER)?.unsigned()?)?;
    let q = number(fields.expect(INTEGER)?.unsigned()?)?;
    let key = RsaPrivateKey::from_components(n, e, d, vec![p, q]).map_err(|_| SignerError::Invalid)?;
    Ok(Secret::Rsa(Box::new(key)))
}

/// An ECPrivateKey (RFC 5915, 3); the curve is named inside or by the structure around it.
fn ec(der: &[u8], curve: Option<ObjectIdentifier>) -> Result<Secret, SignerError> {
    let mut fields = Reader::new(der, Rules::Lenient).expect(SEQUENCE)?.inside();
    fields.small_integer()?;
    let number = fields.expect(OCTET_STRING)?.value;
    let inside = match fields.optional(context(0))? {
        Some(field) => Some(field.inside().oid()?),
        None => None,
    };
    let curve = curve.or(inside).ok_or(SignerError::Invalid)?;
    let padded = |len: usize| {
        // Some software drops leading zeros.
        let zeros = len.checked_sub(number.len()).ok_or(SignerError::Invalid)?;
        let mut padded = Zeroizing::new(vec![0; zeros]);
        padded.extend_from_slice(number);
        Ok::<_, SignerError>(padded)
    };
    Ok(match curve {
        oid::P256 => Secret::P256(Box::new(
            p256::ecdsa::SigningKey::from_slice(&padded(32)?).map_err(|_| SignerError::Invalid)?,
        )),
        oid::P384 => Secret::P384(Box::new(
            p384::ecdsa::SigningKey::from_slice(&padded(48)?).map_err(|_| SignerError::Invalid)?,
        )),
        oid::P521 => Secret::P521(Box::new(
            p521::ecdsa::SigningKey::from_slice(&padded(66)?).map_err(|_| SignerError::Invalid)?,
        )),
        other => return Err(SignerError::Unsupported { oid: other.to_string() }),
    })
}
