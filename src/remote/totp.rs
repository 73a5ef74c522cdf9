//! Time-based one-time codes (RFC 6238) as the signing services want them: HMAC-SHA-1, steps of 30 seconds
//! since 1970, six digits.
//!
//! Whoever keeps such a secret next to the signer's password has both factors in one place. That is what
//! signing without people takes, and why it should be a decision.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use zeroize::Zeroizing;

use super::secret::Secret as Code;
use crate::algorithm::hex_bytes;
use crate::fault::Fault;

/// Seconds that a code lives.
pub const STEP_SECONDS: u32 = 30;

/// Digits of a code.
pub const DIGITS: usize = 6;

/// The most bytes that a secret may have: one block of SHA-1, beyond which HMAC hashes it first.
const MOST: usize = 64;

/// The shared secret that codes are made from: wiped when it is dropped, never shown.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

/// Text that is no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// Not the encoding that the caller named. The text itself is not repeated.
    #[error("the TOTP secret is not {encoding}: wrong character, length or padding")]
    Encoding {
        /// `base32`, `hexadecimal` or `base64`.
        encoding: &'static str,
    },
    /// No byte, or more than 64.
    #[error("the TOTP secret has {bytes} bytes, and must have 1 to 64")]
    Length {
        /// How many it has.
        bytes: usize,
    },
}

impl SecretError {
    /// Whose fault it is: the caller's.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        Fault::Caller
    }
}

impl Secret {
    /// From base32 (RFC 4648, section 6), as authenticators show it: either case, spaces and hyphens between
    /// groups, with or without padding.
    ///
    /// # Errors
    /// When a character is not of the alphabet, the length cannot be, or there are no bytes or too many.
    pub fn from_base32(text: &str) -> Result<Self, SecretError> {
        let wrong = SecretError::Encoding { encoding: "base32" };
        let plain: Zeroizing<String> =
            Zeroizing::new(text.chars().filter(|one| !one.is_whitespace() && *one != '-').collect());
        let digits = plain.trim_end_matches('=');
        // One, three or six characters over carry no whole byte that two, four or five do not.
        if matches!(digits.len() % 8, 1 | 3 | 6) {
            return Err(wrong);
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len()));
        let (mut held, mut bits) = (0_u32, 0_u32);
        for byte in digits.bytes() {
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a',
                b'2'..=b'7' => byte - b'2' + 26,
                _ => return Err(wrong),
            };
            held = (held << 5 | u32::from(value)) & 0xFFF;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push(u8::try_from(held >> bits & 0xFF).unwrap_or_default());
            }
        }
        Self::from_bytes(bytes)
    }

    /// From hexadecimal digits in either case, with white space between groups.
    ///
    /// # Errors
    /// When a character is not a digit, their number is odd, or there are no bytes or too many.
    pub fn from_hex(text: &str) -> Result<Self, SecretError> {
        let plain: Zeroizing<String> =
            Zeroizing::new(text.chars().filter(|one| !one.is_whitespace()).collect());
        let bytes = hex_bytes(plain.as_bytes()).ok_or(SecretError::Encoding { encoding: "hexadecimal" })?;
        Self::from_bytes(Zeroizing::new(bytes))
    }

    /// From base64 of either alphabet (RFC 4648, sections 4 and 5), with or without padding.
    ///
    /// # Errors
    /// When a character is not of the alphabet, the length cannot be, or there are no bytes or too many.
    pub fn from_base64(text: &str) -> Result<Self, SecretError> {
        let plain: Zeroizing<String> =
            Zeroizing::new(text.chars().filter(|one| !one.is_whitespace()).collect());
        let digits = plain.trim_end_matches('=');
        let bytes = STANDARD_NO_PAD.decode(digits).or_else(|_| URL_SAFE_NO_PAD.decode(digits));
        let bytes = bytes.map_err(|_| SecretError::Encoding { encoding: "base64" })?;
        Self::from_bytes(Zeroizing::new(bytes))
    }

    fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Result<Self, SecretError> {
        match bytes.len() {
            1..=MOST => Ok(Self(bytes)),
            bytes => Err(SecretError::Length { bytes }),
        }
    }

    /// The code of six digits at `now`.
    #[must_use]
    pub fn code_at(&self, now: DateTime<Utc>) -> Code {
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        Code::new(format!("{:06}", self.hotp(seconds / u64::from(STEP_SECONDS)) % 1_000_000))
    }

    /// HOTP before it is cut to digits: 31 bits (RFC 4226, section 5.3).
    fn hotp(&self, counter: u64) -> u32 {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<sha1::Sha1>::new_from_slice(&self.0) else { return 0 };
        mac.update(&counter.to_be_bytes());
        let hash: [u8; 20] = mac.finalize().into_bytes().into();
        let offset = usize::from(hash.last().copied().unwrap_or_default() & 0x0F);
        let word = hash.get(offset..).and_then(<[u8]>::first_chunk::<4>).copied().unwrap_or_default();
        u32::from_be_bytes(word) & 0x7FFF_FFFF
    }
}

/// Seconds, 1 to 30, that the code of `now` is still good for.
#[must_use]
pub fn seconds_left(now: DateTime<Utc>) -> u32 {
    let gone = now.timestamp().rem_euclid(i64::from(STEP_SECONDS));
    STEP_SECONDS.saturating_sub(u32::try_from(gone).unwrap_or_default())
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("totp::Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of both RFCs: the ASCII text `12345678901234567890`.
    const RFC_BASE32: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn rfc_4226_appendix_d() {
        let secret = Secret::from_base32(RFC_BASE32).unwrap();
        let truncated = [
            1_284_755_224,
            1_094_287_082,
            137_359_152,
            1_726_969_429,
            1_640_338_314,
            868_254_676,
            1_918_287_922,
            82_162_583,
            673_399_871,
            645_520_489,
        ];
        for (counter, expected) in (0..).zip(truncated) {
            assert_eq!(secret.hotp(counter), expected, "counter {counter}");
        }
    }

    #[test]
    fn rfc_6238_appendix_b() {
        let secret = Secret::from_base32(RFC_BASE32).unwrap();
        // The last six of the eight digits that the RFC prints for SHA-1.
        let vectors = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (seconds, code) in vectors {
            assert_eq!(secret.code_at(at(seconds)).expose(), code, "{seconds}");
        }
    }

    #[test]
    fn encodings_agree() {
        let code = |secret: Result<Secret, SecretError>| secret.unwrap().code_at(at(59)).expose().to_owned();
        assert_eq!(code(Secret::from_base32("gezd gnbv gy3t qojq-GEZD-GNBV-GY3T-QOJQ")), "287082");
        assert_eq!(code(Secret::from_hex("3132333435363738393031323334353637383930")), "287082");
        assert_eq!(code(Secret::from_base64("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=")), "287082");
        assert_eq!(code(Secret::from_base64("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA")), "287082");
        // RFC 4648, section 10.
        let pairs =
            [("MY======", "f"), ("MZXQ", "fo"), ("MZXW6", "foo"), ("MZXW6YQ", "foob"), ("MZXW6YTB", "fooba")];
        for (text, bytes) in pairs {
            assert_eq!(*Secret::from_base32(text).unwrap().0, bytes.as_bytes());
        }
    }

    #[test]
    fn wrong_texts_are_refused_and_not_repeated() {
        for text in ["A", "ABC", "ABCDEF", "ABCDEFG1", "ÁB"] {
            let error = Secret::from_base32(text).unwrap_err();
            assert_eq!(error, SecretError::Encoding { encoding: "base32" });
            assert_eq!(error.fault(), Fault::Caller);
            assert!(!error.to_string().contains(text));
        }
        assert!(matches!(Secret::from_hex("abc"), Err(SecretError::Encoding { .. })));
        assert!(matches!(Secret::from_base64("a*"), Err(SecretError::Encoding { .. })));
        assert_eq!(Secret::from_base32("  ").unwrap_err(), SecretError::Length { bytes: 0 });
        assert_eq!(Secret::from_hex(&"00".repeat(65)).unwrap_err(), SecretError::Length { bytes: 65 });
        assert!(Secret::from_hex(&"00".repeat(64)).is_ok());
    }

    #[test]
    fn the_life_of_a_code() {
        assert_eq!(seconds_left(at(59)), 1);
        assert_eq!(seconds_left(at(60)), 30);
        assert_eq!(seconds_left(at(-1)), 1);
        assert_eq!(format!("{:?}", Secret::from_hex("00").unwrap()), "totp::Secret(…)");
    }
}
