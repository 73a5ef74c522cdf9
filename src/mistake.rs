//! What a refused value looks like: the ways in which remote signers are known to get it wrong.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::algorithm::{
    Digest, DigestAlgorithm, PublicKey, SignatureAlgorithm, Suite, ToBeSigned, digest_info_prefix, hex_bytes,
};
use crate::asn1::{OCTET_STRING, OID, Reader, Rules, SEQUENCE, oid};

/// The form in which a digest was hashed or signed once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// Its bytes.
    Raw,
    /// Its lower-case hexadecimal digits.
    LowerHex,
    /// Its upper-case hexadecimal digits.
    UpperHex,
    /// Its base64 text.
    Base64,
}

impl Form {
    const ALL: [Self; 4] = [Self::Raw, Self::LowerHex, Self::UpperHex, Self::Base64];

    fn of(self, digest: &Digest) -> Vec<u8> {
        match self {
            Self::Raw => digest.as_bytes().to_vec(),
            Self::LowerHex => digest.to_hex().into_bytes(),
            Self::UpperHex => digest.to_hex().to_uppercase().into_bytes(),
            Self::Base64 => digest.to_base64().into_bytes(),
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Raw => "bytes",
            Self::LowerHex => "lower-case hexadecimal text",
            Self::UpperHex => "upper-case hexadecimal text",
            Self::Base64 => "base64 text",
        })
    }
}

/// A mistake that a refused value shows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KnownMistake {
    /// A whole CMS instead of a raw signature.
    WholeCms {
        /// Its length in bytes.
        bytes: usize,
    },
    /// Base64 text that was not decoded.
    Base64Text {
        /// Bytes it decodes to.
        decoded: usize,
    },
    /// Hexadecimal text that was not decoded.
    HexText {
        /// Bytes it decodes to.
        decoded: usize,
    },
    /// Not as long as a signature by this key.
    Length {
        /// Bytes of a signature.
        expected: usize,
        /// Bytes of the value.
        found: usize,
    },
    /// A valid signature whose leading zero bytes were dropped.
    LeadingZerosDropped {
        /// How many.
        count: usize,
    },
    /// A valid signature with its bytes in reverse order, as Windows CryptoAPI gives it.
    ByteOrder,
    /// The digest was padded by itself, without a DigestInfo around it.
    NoDigestInfo,
    /// The digest's text was padded or signed as if it were the digest.
    TextOfDigest {
        /// Which text.
        form: Form,
    },
    /// A DigestInfo with the right digest that is not written as RFC 8017 says.
    DigestInfoForm,
    /// The digest was hashed again before signing.
    HashOfHash {
        /// What was hashed.
        form: Form,
        /// With which algorithm.
        algorithm: DigestAlgorithm,
    },
    /// Signed with PSS where PKCS#1 v1.5 was asked for.
    PssInsteadOfPkcs1,
    /// Signed with PKCS#1 v1.5 where PSS was asked for.
    Pkcs1InsteadOfPss,
    /// PSS with a salt of another length than the digest.
    PssSalt {
        /// Bytes of the digest.
        expected: usize,
        /// Bytes of the salt.
        found: usize,
    },
    /// Signed a digest of another algorithm.
    OtherDigestAlgorithm {
        /// What was asked for.
        expected: DigestAlgorithm,
        /// What was signed.
        found: DigestAlgorithm,
    },
    /// A proper signature over another digest: another document's, or of another preparation of
    /// this one.
    OtherDigest {
        /// The digest that was signed, lower-case hexadecimal digits, where it can be known.
        found: Option<String>,
    },
    /// Ed25519 over a digest of the message instead of the message.
    DigestInsteadOfMessage {
        /// Which digest.
        algorithm: DigestAlgorithm,
        /// How it was signed.
        form: Form,
    },
    /// Signed by another key than the certificate's.
    OtherKey,
}

impl fmt::Display for KnownMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WholeCms { bytes } => {
                write!(f, "the value is a whole CMS ({bytes} bytes) where a raw signature belongs")
            }
            Self::Base64Text { decoded } => {
                write!(f, "the value is base64 text that has not been decoded (to {decoded} bytes)")
            }
            Self::HexText { decoded } => {
                write!(f, "the value is hexadecimal text that has not been decoded (to {decoded} bytes)")
            }
            Self::Length { expected, found } => {
                write!(f, "the value has {found} bytes, a signature by this key has {expected}")
            }
            Self::LeadingZerosDropped { count } => {
                write!(f, "the signature is right but for {count} leading zero bytes that were dropped")
            }
            Self::ByteOrder => f.write_str("the signature is right but its bytes are in reverse order"),
            Self::NoDigestInfo => {
                f.write_str("the signer padded the bare digest, without a DigestInfo around it")
            }
            Self::TextOfDigest { form } => {
                write!(f, "the signer signed the digest's {form} as if it were the digest")
            }
            Self::DigestInfoForm => f.write_str(
                "the signer signed the right digest in a DigestInfo that is not written as RFC 8017 says",
            ),
            Self::HashOfHash { form, algorithm } => {
                write!(f, "the signer hashed the digest again: {algorithm} of its {form}")
            }
            Self::PssInsteadOfPkcs1 => {
                f.write_str("the signer used RSASSA-PSS where PKCS#1 v1.5 was asked for")
            }
            Self::Pkcs1InsteadOfPss => {
                f.write_str("the signer used PKCS#1 v1.5 where RSASSA-PSS was asked for")
            }
            Self::PssSalt { expected, found } => {
                write!(f, "the signer used a PSS salt of {found} bytes where {expected} belong")
            }
            Self::OtherDigestAlgorithm { expected, found } => {
                write!(f, "the signer signed a {found} digest where {expected} was asked for")
            }
            Self::OtherDigest { found: Some(digest) } => {
                write!(
                    f,
                    "the signer signed another digest ({digest}): another document's hash, or an earlier one of this"
                )
            }
            Self::OtherDigest { found: None } => f.write_str(
                "the signer signed another digest: another document's hash, or an earlier one of this",
            ),
            Self::DigestInsteadOfMessage { algorithm, form } => {
                write!(
                    f,
                    "the signer signed the {algorithm} digest ({form}) where Ed25519 signs the bytes themselves"
                )
            }
            Self::OtherKey => f.write_str("the value was made with another key than the certificate's"),
        }
    }
}

/// Says which known mistake a value shows that [`PublicKey::verify`] refused; `None` when it shows
/// none.
///
/// For ECDSA and Ed25519, which do not reveal what was signed, another key cannot be told from
/// another document.
#[must_use]
pub fn recognise(key: &PublicKey, suite: Suite, what: ToBeSigned<'_>, value: &[u8]) -> Option<KnownMistake> {
    let case = Case { key, suite, what, value };
    encoded(key, value).or_else(|| match suite.signature() {
        SignatureAlgorithm::RsaPkcs1 | SignatureAlgorithm::RsaPss => case.rsa(),
        SignatureAlgorithm::Ecdsa => case.ecdsa(),
        SignatureAlgorithm::Ed25519 => case.ed25519(),
    })
}

/// A value in some wrapping.
fn encoded(key: &PublicKey, value: &[u8]) -> Option<KnownMistake> {
    if is_cms(value) {
        return Some(KnownMistake::WholeCms { bytes: value.len() });
    }
    let text: Vec<u8> = value.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let plausible = |decoded: &[u8]| is_cms(decoded) || decoded.len().abs_diff(key.max_signature_len()) <= 16;
    let decoded = hex_bytes(&text);
    if let Some(decoded) = decoded.filter(|decoded| plausible(decoded)) {
        return Some(KnownMistake::HexText { decoded: decoded.len() });
    }
    let decoded = STANDARD.decode(&text).ok().filter(|decoded| plausible(decoded))?;
    Some(KnownMistake::Base64Text { decoded: decoded.len() })
}

/// Whether the bytes begin as a ContentInfo with SignedData does.
fn is_cms(bytes: &[u8]) -> bool {
    let content_type = || {
        let mut reader = Reader::new(bytes, Rules::Ber { depth: 100 });
        reader.expect(SEQUENCE)?.inside().oid()
    };
    content_type().is_ok_and(|found| found == oid::SIGNED_DATA)
}

struct Case<'a> {
    key: &'a PublicKey,
    suite: Suite,
    what: ToBeSigned<'a>,
    value: &'a [u8],
}

/// SHA-2 algorithms and SHA-1, as a confused signer may use any.
const ALGORITHMS: [DigestAlgorithm; 4] = DigestAlgorithm::ALL;

impl Case<'_> {
    fn rsa(&self) -> Option<KnownMistake> {
        let ToBeSigned::Digest(digest) = self.what else { return None };
        let size = self.key.bits().div_ceil(8);
        let verifies = |value: &[u8]| self.key.verify(self.suite, self.what, value).is_ok();
        if let Some(count) = size.checked_sub(self.value.len())
            && (1..=8).contains(&count)
        {
            let mut whole = vec![0; count];
            whole.extend_from_slice(self.value);
            if verifies(&whole) {
                return Some(KnownMistake::LeadingZerosDropped { count });
            }
        }
        if self.value.len() != size {
            return Some(KnownMistake::Length { expected: size, found: self.value.len() });
        }
        let reversed: Vec<u8> = self.value.iter().rev().copied().collect();
        if verifies(&reversed) {
            return Some(KnownMistake::ByteOrder);
        }
        // A value above the modulus was made under a larger one.
        let Some(encoded) = self.key.rsa_public_operation(self.value) else {
            return Some(KnownMistake::OtherKey);
        };
        if let Some(payload) = pkcs1_payload(&encoded) {
            return Some(self.pkcs1(digest, payload));
        }
        // By chance one block in 256 looks like one with the longest salt: then the digest must fit.
        let is_certain = |pss: &Pss| pss.zeros >= 4 || pss.is_of(digest.as_bytes());
        let open = |algorithm| Pss::open(&encoded, self.key.bits(), algorithm).filter(is_certain);
        if let Some(pss) = ALGORITHMS.into_iter().find_map(open) {
            return Some(self.pss(digest, &pss));
        }
        Some(KnownMistake::OtherKey)
    }

    /// `payload` stands behind proper PKCS#1 v1.5 padding.
    fn pkcs1(&self, digest: &Digest, payload: &[u8]) -> KnownMistake {
        if payload == digest.as_bytes() {
            return KnownMistake::NoDigestInfo;
        }
        if let Some(form) = Form::ALL.into_iter().find(|form| form.of(digest) == payload) {
            return KnownMistake::TextOfDigest { form };
        }
        let (algorithm, hash, canonical) = match digest_info(payload) {
            Some((algorithm, hash)) => (algorithm, hash, payload.starts_with(digest_info_prefix(algorithm))),
            None => match ALGORITHMS.into_iter().find(|algorithm| algorithm.len() == payload.len()) {
                Some(algorithm) => (algorithm, payload, true),
                None => return KnownMistake::OtherDigest { found: None },
            },
        };
        if hash == digest.as_bytes() && algorithm == digest.algorithm() {
            if self.suite.signature() == SignatureAlgorithm::RsaPss {
                return KnownMistake::Pkcs1InsteadOfPss;
            }
            if !canonical {
                return KnownMistake::DigestInfoForm;
            }
        }
        self.digest_mistake(digest, algorithm, &|candidate| candidate == hash, Some(hash))
    }

    /// A well-formed PSS encoding under this key.
    fn pss(&self, digest: &Digest, pss: &Pss) -> KnownMistake {
        if pss.algorithm == digest.algorithm() && pss.is_of(digest.as_bytes()) {
            let expected = digest.algorithm().len();
            return if self.suite.signature() == SignatureAlgorithm::RsaPkcs1 {
                KnownMistake::PssInsteadOfPkcs1
            } else {
                KnownMistake::PssSalt { expected, found: pss.salt.len() }
            };
        }
        self.digest_mistake(digest, pss.algorithm, &|candidate| pss.is_of(candidate), None)
    }

    /// A proper signature over a digest that is not the one asked for.
    fn digest_mistake(
        &self,
        digest: &Digest,
        algorithm: DigestAlgorithm,
        is_signed: &dyn Fn(&[u8]) -> bool,
        signed: Option<&[u8]>,
    ) -> KnownMistake {
        for form in Form::ALL {
            // The digest inside may be announced as one algorithm and made with another.
            for inner in ALGORITHMS {
                if is_signed(inner.hash(&form.of(digest)).as_bytes()) {
                    return KnownMistake::HashOfHash { form, algorithm: inner };
                }
            }
        }
        if algorithm == digest.algorithm() {
            return KnownMistake::OtherDigest { found: signed.map(hex) };
        }
        KnownMistake::OtherDigestAlgorithm { expected: digest.algorithm(), found: algorithm }
    }

    fn ecdsa(&self) -> Option<KnownMistake> {
        let ToBeSigned::Digest(digest) = self.what else { return None };
        let raw_len = self.key.bits().div_ceil(8).saturating_mul(2);
        let Ok(stored) = self.key.stored_value(self.suite, self.value) else {
            return Some(KnownMistake::Length { expected: raw_len, found: self.value.len() });
        };
        let is_signed = |candidate: &Digest| {
            Suite::for_verification(SignatureAlgorithm::Ecdsa, candidate.algorithm(), self.key)
                .is_ok_and(|suite| self.key.verify(suite, ToBeSigned::Digest(candidate), &stored).is_ok())
        };
        for form in Form::ALL {
            for algorithm in ALGORITHMS {
                if is_signed(&algorithm.hash(&form.of(digest))) {
                    return Some(KnownMistake::HashOfHash { form, algorithm });
                }
            }
        }
        if self.value.len() == raw_len {
            let (r, s) = self.value.split_at(raw_len / 2);
            let reversed: Vec<u8> = r.iter().rev().chain(s.iter().rev()).copied().collect();
            if self.key.verify(self.suite, self.what, &reversed).is_ok() {
                return Some(KnownMistake::ByteOrder);
            }
        }
        None
    }

    fn ed25519(&self) -> Option<KnownMistake> {
        let ToBeSigned::Message(message) = self.what else { return None };
        if self.value.len() != 64 {
            return Some(KnownMistake::Length { expected: 64, found: self.value.len() });
        }
        for algorithm in ALGORITHMS {
            let digest = algorithm.hash(message);
            for form in Form::ALL {
                if self.key.verify(self.suite, ToBeSigned::Message(&form.of(&digest)), self.value).is_ok() {
                    return Some(KnownMistake::DigestInsteadOfMessage { algorithm, form });
                }
            }
        }
        None
    }
}

/// What stands behind the padding of block type 1 (RFC 8017, 9.2).
fn pkcs1_payload(encoded: &[u8]) -> Option<&[u8]> {
    let body = encoded.strip_prefix(&[0, 1])?;
    let padding = body.iter().take_while(|byte| **byte == 0xFF).count();
    if padding < 8 {
        return None;
    }
    body.get(padding..)?.strip_prefix(&[0])
}

/// Algorithm and digest of a DigestInfo, written in whatever way.
fn digest_info(payload: &[u8]) -> Option<(DigestAlgorithm, &[u8])> {
    let mut reader = Reader::new(payload, Rules::Lenient);
    let mut fields = reader.expect(SEQUENCE).ok()?.inside();
    let mut algorithm = fields.expect(SEQUENCE).ok()?.inside();
    if algorithm.peek() != Some(OID) {
        return None;
    }
    let algorithm = DigestAlgorithm::from_oid(&algorithm.oid().ok()?)?;
    Some((algorithm, fields.expect(OCTET_STRING).ok()?.value))
}

/// An EMSA-PSS encoding taken apart (RFC 8017, 9.1.2).
struct Pss {
    algorithm: DigestAlgorithm,
    salt: Vec<u8>,
    hash: Vec<u8>,
    /// Zero bytes in front of the salt.
    zeros: usize,
}

impl Pss {
    /// `None` unless the padding shows that MGF1 over this digest was used.
    fn open(encoded: &[u8], bits: usize, algorithm: DigestAlgorithm) -> Option<Self> {
        let em_bits = bits.checked_sub(1)?;
        let em_len = em_bits.div_ceil(8);
        let (before, encoded) = encoded.split_at_checked(encoded.len().checked_sub(em_len)?)?;
        let (trailer, body) = encoded.split_last()?;
        if *trailer != 0xBC || before.iter().any(|byte| *byte != 0) {
            return None;
        }
        let (masked, hash) = body.split_at_checked(body.len().checked_sub(algorithm.len())?)?;
        let mut block: Vec<u8> =
            masked.iter().zip(mgf1(algorithm, hash)).map(|(byte, mask)| byte ^ mask).collect();
        let unused = em_len.checked_mul(8)?.checked_sub(em_bits)?;
        if let Some(first) = block.first_mut() {
            *first &= 0xFF_u8.checked_shr(u32::try_from(unused).ok()?)?;
        }
        let zeros = block.iter().take_while(|byte| **byte == 0).count();
        let salt = block.get(zeros..)?.strip_prefix(&[1])?;
        Some(Self { algorithm, salt: salt.to_vec(), hash: hash.to_vec(), zeros })
    }

    /// Whether `digest` is what was signed.
    fn is_of(&self, digest: &[u8]) -> bool {
        let mut hasher = self.algorithm.hasher();
        hasher.update(&[0; 8]);
        hasher.update(digest);
        hasher.update(&self.salt);
        hasher.finalize().as_bytes() == self.hash
    }
}

/// The mask generation function of RFC 8017, B.2.1, without end.
fn mgf1(algorithm: DigestAlgorithm, seed: &[u8]) -> impl Iterator<Item = u8> {
    let mut base = algorithm.hasher();
    base.update(seed);
    (0_u32..).flat_map(move |counter| {
        let mut hasher = base.clone();
        hasher.update(&counter.to_be_bytes());
        let digest = hasher.finalize();
        digest.as_bytes().to_vec()
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
