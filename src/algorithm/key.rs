//! Public keys, parsed once, and the check of a value under them.

use std::fmt;
use std::sync::Arc;

use super::{DigestAlgorithm, PssParams, SignatureAlgorithm, Suite, ToBeSigned, ecdsa_value, pure};
use crate::asn1::{Asn1Error, BIT_STRING, INTEGER, NULL, OID, Reader, Rules, SEQUENCE, oid};

/// RSA moduli shorter than this are refused: anyone can factor them.
const MIN_RSA_BITS: usize = 1024;
/// RSA moduli longer than this are refused: checking under them takes too long.
const MAX_RSA_BITS: usize = 16384;

/// What sort of key a certificate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA, for PKCS#1 v1.5 and PSS (`rsaEncryption`).
    Rsa,
    /// RSA for PSS only (`id-RSASSA-PSS`).
    RsaPss,
    /// The elliptic curve P-256 (`secp256r1`).
    P256,
    /// The elliptic curve P-384 (`secp384r1`).
    P384,
    /// The elliptic curve P-521 (`secp521r1`).
    P521,
    /// Ed25519.
    Ed25519,
}

impl KeyKind {
    /// Bytes and bits of the curve's order, for ECDSA.
    const fn order(self) -> Option<(usize, usize)> {
        match self {
            Self::P256 => Some((32, 256)),
            Self::P384 => Some((48, 384)),
            Self::P521 => Some((66, 521)),
            Self::Rsa | Self::RsaPss | Self::Ed25519 => None,
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa => "RSA",
            Self::RsaPss => "RSASSA-PSS",
            Self::P256 => "EC P-256",
            Self::P384 => "EC P-384",
            Self::P521 => "EC P-521",
            Self::Ed25519 => "Ed25519",
        })
    }
}

/// A public key that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not a SubjectPublicKeyInfo.
    #[error("the public key cannot be read")]
    Encoding(#[from] Asn1Error),
    /// An algorithm or curve not supported.
    #[error("public keys of type {oid} are not supported")]
    Unsupported {
        /// The object identifier, dotted.
        oid: String,
    },
    /// An RSA modulus outside the bounds.
    #[error("an RSA modulus of {bits} bits; {MIN_RSA_BITS} to {MAX_RSA_BITS} are accepted")]
    ModulusSize {
        /// Bits of the modulus.
        bits: usize,
    },
    /// Numbers that are no key of this type.
    #[error("the public key is not a valid {kind} key")]
    Invalid {
        /// What it claims to be.
        kind: KeyKind,
    },
}

/// A value that is not a signature by this key over these bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureMismatch {
    /// The form is wrong.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The algorithms do not go with the key.
    #[error(transparent)]
    Suite(#[from] super::SuiteError),
    /// Ed25519 was given a digest, another algorithm a message, or the digest is another
    /// algorithm's.
    #[error("{suite} was not given what it signs")]
    Input {
        /// The algorithms.
        suite: Suite,
    },
    /// The form is right, the value is wrong.
    #[error("the value is not a {suite} signature by this key over these bytes")]
    Wrong {
        /// The algorithms.
        suite: Suite,
    },
}

/// A value whose form is not that of a signature by this key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// Too short or too long.
    #[error("the value has {found} bytes, a signature by this {kind} key has {expected}")]
    Length {
        /// Bytes that a signature has.
        expected: usize,
        /// Bytes that were given.
        found: usize,
        /// The key.
        kind: KeyKind,
    },
    /// Neither `r‖s` of the curve's length nor a DER sequence of two numbers.
    #[error("{found} bytes that are neither a DER-encoded ECDSA value nor the {raw} bytes of r and s")]
    Ecdsa {
        /// Bytes of `r‖s`.
        raw: usize,
        /// Bytes that were given.
        found: usize,
    },
}

/// A public key, parsed once; clones share it.
#[derive(Clone)]
pub struct PublicKey(Arc<Inner>);

struct Inner {
    kind: KeyKind,
    bits: usize,
    restriction: Option<PssParams>,
    pure: pure::Key,
    #[cfg(feature = "aws-lc")]
    fast: super::aws_lc::Key,
}

/// The key as numbers, before a backend has seen it.
pub(super) enum Material<'a> {
    /// Big-endian, without leading zeros.
    Rsa {
        modulus: &'a [u8],
        exponent: &'a [u8],
        /// The `RSAPublicKey` itself; only AWS-LC wants it.
        #[cfg_attr(not(feature = "aws-lc"), allow(dead_code, reason = "for the other backend"))]
        der: &'a [u8],
    },
    /// A point as in SEC 1, 2.3.3.
    Ec(KeyKind, &'a [u8]),
    Ed25519(&'a [u8; 32]),
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` (RFC 5280, 4.1).
    ///
    /// # Errors
    /// When it cannot be read, is of a type not supported, or is not a valid key.
    pub fn from_spki_der(spki: &[u8]) -> Result<Self, KeyError> {
        let mut reader = Reader::new(spki, Rules::Lenient);
        let mut outer = reader.expect(SEQUENCE)?.inside();
        reader.finish()?;
        let mut algorithm = outer.expect(SEQUENCE)?.inside();
        let type_oid = algorithm.oid()?;
        let bits = outer.expect(BIT_STRING)?;
        let octets = bits.whole_octets()?;
        let unsupported = |oid: const_oid::ObjectIdentifier| KeyError::Unsupported { oid: oid.to_string() };
        match type_oid {
            oid::RSA_ENCRYPTION => Self::rsa(octets, KeyKind::Rsa, None),
            oid::RSASSA_PSS => {
                let restriction = match algorithm.peek() {
                    None | Some(NULL) => None,
                    Some(_) => Some(PssParams::read(&algorithm.any()?)?),
                };
                Self::rsa(octets, KeyKind::RsaPss, restriction)
            }
            oid::EC_PUBLIC_KEY => {
                // Explicit curve parameters instead of a name are forbidden (RFC 5480, 2.1.1).
                if algorithm.peek() != Some(OID) {
                    return Err(unsupported(type_oid));
                }
                let kind = match algorithm.oid()? {
                    oid::P256 => KeyKind::P256,
                    oid::P384 => KeyKind::P384,
                    oid::P521 => KeyKind::P521,
                    other => return Err(unsupported(other)),
                };
                Self::build(kind, kind.order().map_or(0, |(_, bits)| bits), None, &Material::Ec(kind, octets))
            }
            oid::ED25519 => {
                let kind = KeyKind::Ed25519;
                let key = octets.try_into().map_err(|_| KeyError::Invalid { kind })?;
                Self::build(kind, 256, None, &Material::Ed25519(key))
            }
            other => Err(unsupported(other)),
        }
    }

    fn rsa(der: &[u8], kind: KeyKind, restriction: Option<PssParams>) -> Result<Self, KeyError> {
        let mut reader = Reader::new(der, Rules::Lenient);
        let mut numbers = reader.expect(SEQUENCE)?.inside();
        let modulus = numbers.expect(INTEGER)?.unsigned()?;
        let exponent = numbers.expect(INTEGER)?.unsigned()?;
        let bits = bit_len(modulus);
        if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) {
            return Err(KeyError::ModulusSize { bits });
        }
        Self::build(kind, bits, restriction, &Material::Rsa { modulus, exponent, der })
    }

    fn build(
        kind: KeyKind,
        bits: usize,
        restriction: Option<PssParams>,
        material: &Material<'_>,
    ) -> Result<Self, KeyError> {
        Ok(Self(Arc::new(Inner {
            kind,
            bits,
            restriction,
            pure: pure::Key::new(material).ok_or(KeyError::Invalid { kind })?,
            #[cfg(feature = "aws-lc")]
            fast: super::aws_lc::Key::new(material, bits),
        })))
    }

    /// What sort of key it is.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.0.kind
    }

    /// Bits of the RSA modulus or of the curve's order.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.0.bits
    }

    pub(super) fn pss_restriction(&self) -> Option<PssParams> {
        self.0.restriction
    }

    /// `value` to the power of the public exponent, as long as the modulus; `None` unless this is an
    /// RSA key and the value below its modulus.
    pub(crate) fn rsa_public_operation(&self, value: &[u8]) -> Option<Vec<u8>> {
        self.0.pure.rsa_public_operation(value)
    }

    /// Checks a signature value; ECDSA values may be `r‖s` or DER.
    ///
    /// A PSS salt must be as long as the digest.
    ///
    /// # Errors
    /// What is wrong: the algorithms, the form, or the value.
    pub fn verify(&self, suite: Suite, what: ToBeSigned<'_>, value: &[u8]) -> Result<(), SignatureMismatch> {
        self.verify_with_salt(suite, suite.digest().len(), what, value)
    }

    /// As [`PublicKey::verify`], with the length of the PSS salt in bytes; other algorithms ignore
    /// it.
    ///
    /// # Errors
    /// As [`PublicKey::verify`].
    pub fn verify_with_salt(
        &self,
        suite: Suite,
        salt_len: usize,
        what: ToBeSigned<'_>,
        value: &[u8],
    ) -> Result<(), SignatureMismatch> {
        let key = &*self.0;
        let wrong = || SignatureMismatch::Wrong { suite };
        // A suite may have been made for another key.
        Suite::for_verification(suite.signature(), suite.digest(), self)?;
        match (suite.signature(), what) {
            (SignatureAlgorithm::Ed25519, ToBeSigned::Message(message)) => {
                let value = value.try_into().map_err(|_| ValueError::Length {
                    expected: 64,
                    found: value.len(),
                    kind: key.kind,
                })?;
                key.pure.verify_ed25519(message, value).then_some(()).ok_or_else(wrong)
            }
            (SignatureAlgorithm::RsaPkcs1 | SignatureAlgorithm::RsaPss, ToBeSigned::Digest(digest))
                if digest.algorithm() == suite.digest() =>
            {
                let expected = self.0.bits.div_ceil(8);
                if value.len() != expected {
                    return Err(ValueError::Length { expected, found: value.len(), kind: key.kind }.into());
                }
                let salt = (suite.signature() == SignatureAlgorithm::RsaPss).then_some(salt_len);
                #[cfg(feature = "aws-lc")]
                if let Some(valid) = key.fast.verify_rsa(salt, digest, value) {
                    return valid.then_some(()).ok_or_else(wrong);
                }
                key.pure.verify_rsa(salt, digest, value).then_some(()).ok_or_else(wrong)
            }
            (SignatureAlgorithm::Ecdsa, ToBeSigned::Digest(digest))
                if digest.algorithm() == suite.digest() =>
            {
                let raw = self.raw_ecdsa(value)?;
                #[cfg(feature = "aws-lc")]
                if let Some(valid) = key.fast.verify_ecdsa(digest, &raw) {
                    return valid.then_some(()).ok_or_else(wrong);
                }
                key.pure.verify_ecdsa(digest, &raw).then_some(()).ok_or_else(wrong)
            }
            _ => Err(SignatureMismatch::Input { suite }),
        }
    }

    /// `r‖s`; a value that is DER is taken as DER, even if it happens to have the length of `r‖s`.
    fn raw_ecdsa(&self, value: &[u8]) -> Result<Vec<u8>, ValueError> {
        let (order_len, _) = self.0.kind.order().unwrap_or((0, 0));
        let raw_len = order_len.saturating_mul(2);
        match ecdsa_value::raw_from_der(value, order_len) {
            Some(raw) => Ok(raw),
            None if value.len() == raw_len => Ok(value.to_vec()),
            None => Err(ValueError::Ecdsa { raw: raw_len, found: value.len() }),
        }
    }

    /// The form in which CMS stores a value: ECDSA values as DER, others as they are.
    ///
    /// # Errors
    /// When the value has not the form of a signature by this key.
    pub fn stored_value(&self, suite: Suite, value: &[u8]) -> Result<Vec<u8>, ValueError> {
        match suite.signature() {
            SignatureAlgorithm::Ecdsa => Ok(ecdsa_value::der_from_raw(&self.raw_ecdsa(value)?)),
            _ => {
                let expected = self.max_signature_len();
                if value.len() == expected {
                    Ok(value.to_vec())
                } else {
                    Err(ValueError::Length { expected, found: value.len(), kind: self.0.kind })
                }
            }
        }
    }

    /// The form in which XML signatures store a value: ECDSA values as r‖s, others as they are.
    ///
    /// # Errors
    /// When the value has not the form of a signature by this key.
    pub fn xml_value(&self, suite: Suite, value: &[u8]) -> Result<Vec<u8>, ValueError> {
        match suite.signature() {
            SignatureAlgorithm::Ecdsa => self.raw_ecdsa(value),
            _ => self.stored_value(suite, value),
        }
    }

    /// Bytes of the longest stored value; RSA and Ed25519 values all have this length.
    #[must_use]
    pub fn max_signature_len(&self) -> usize {
        match self.0.kind {
            KeyKind::Rsa | KeyKind::RsaPss => self.0.bits.div_ceil(8),
            KeyKind::Ed25519 => 64,
            kind => kind.order().map_or(0, |(len, bits)| ecdsa_value::max_der_len(len, bits)),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {} bits)", self.0.kind, self.0.bits)
    }
}

/// Bits of a number without leading zero bytes.
fn bit_len(digits: &[u8]) -> usize {
    let top = digits.first().map_or(0, |first| first.leading_zeros() as usize);
    digits.len().saturating_mul(8).saturating_sub(top)
}

/// The DigestInfo prefix of a digest (RFC 8017, 9.2, note 1).
pub(crate) const fn digest_info_prefix(algorithm: DigestAlgorithm) -> &'static [u8] {
    match algorithm {
        DigestAlgorithm::Sha1 => {
            &[0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14]
        }
        DigestAlgorithm::Sha256 => &[
            0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
            0x00, 0x04, 0x20,
        ],
        DigestAlgorithm::Sha384 => &[
            0x30, 0x41, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05,
            0x00, 0x04, 0x30,
        ],
        DigestAlgorithm::Sha512 => &[
            0x30, 0x51, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05,
            0x00, 0x04, 0x40,
        ],
    }
}
