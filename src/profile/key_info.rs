//! KeyInfo: what a signature says of its key (XMLDSig 1.1, 4.5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::xmldsig::{Markup, NAMESPACE_11};
use crate::algorithm::KeyKind;
use crate::asn1::{BIT_STRING, INTEGER, Reader, Rules, SEQUENCE};
use crate::certificate::{Certificate, Chain};

/// A part of KeyInfo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyInfo {
    /// X509Certificate of the signer.
    Certificate,
    /// X509Certificate of the signer and of the other certificates of the chain, leaf first.
    Chain,
    /// X509SubjectName of the signer (RFC 4514).
    SubjectName,
    /// X509IssuerSerial of the signer.
    IssuerSerial,
    /// KeyValue of the signer's key; DEREncodedKeyValue for Ed25519.
    KeyValue,
}

impl KeyInfo {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Certificate, "certificate"),
        (Self::Chain, "chain"),
        (Self::SubjectName, "subject-name"),
        (Self::IssuerSerial, "issuer-serial"),
        (Self::KeyValue, "key-value"),
    ];

    /// The word for it on the command line: `subject-name`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(part, _)| *part == self).map_or("", |(_, name)| name)
    }

    /// The part of this [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(part, _)| *part)
    }
}

/// Writes KeyInfo with these parts, in the order of the schema; nothing without parts.
pub(crate) fn write(markup: &mut Markup, parts: &[KeyInfo], chain: &Chain) {
    if parts.is_empty() {
        return;
    }
    let leaf = chain.leaf();
    markup.open("KeyInfo", &[]);
    if parts.contains(&KeyInfo::KeyValue) {
        key_value(markup, leaf);
    }
    if parts.iter().any(|part| *part != KeyInfo::KeyValue) {
        markup.open("X509Data", &[]);
        if parts.contains(&KeyInfo::IssuerSerial) {
            markup.open("X509IssuerSerial", &[]);
            markup.leaf("X509IssuerName", &leaf.issuer());
            markup.leaf("X509SerialNumber", &decimal(leaf.serial()));
            markup.close("X509IssuerSerial");
        }
        if parts.contains(&KeyInfo::SubjectName) {
            markup.leaf("X509SubjectName", &leaf.subject());
        }
        let certificates = chain.certificates();
        let count = if parts.contains(&KeyInfo::Chain) {
            certificates.len()
        } else {
            usize::from(parts.contains(&KeyInfo::Certificate))
        };
        for certificate in certificates.iter().take(count) {
            let base64 = STANDARD.encode(certificate.der());
            markup.open("X509Certificate", &[]).raw(&base64).close("X509Certificate");
        }
        markup.close("X509Data");
    }
    markup.close("KeyInfo");
}

fn key_value(markup: &mut Markup, leaf: &Certificate) {
    let kind = leaf.public_key().map(|key| key.kind()).ok();
    let curve = match kind {
        Some(KeyKind::P256) => Some("urn:oid:1.2.840.10045.3.1.7"),
        Some(KeyKind::P384) => Some("urn:oid:1.3.132.0.34"),
        Some(KeyKind::P521) => Some("urn:oid:1.3.132.0.35"),
        _ => None,
    };
    let point = curve.and_then(|curve| Some((curve, subject_public_key(leaf)?)));
    let rsa = subject_public_key(leaf).filter(|_| kind == Some(KeyKind::Rsa)).and_then(rsa_numbers);
    if let Some((curve, point)) = point {
        markup.open("KeyValue", &[]);
        markup.open_as("dsig11:ECKeyValue", &[("xmlns:dsig11", NAMESPACE_11)]);
        markup.open_as("dsig11:NamedCurve", &[("URI", curve)]).close_as("dsig11:NamedCurve");
        markup.open_as("dsig11:PublicKey", &[]).raw(&STANDARD.encode(point)).close_as("dsig11:PublicKey");
        markup.close_as("dsig11:ECKeyValue").close("KeyValue");
    } else if let Some((modulus, exponent)) = rsa {
        markup.open("KeyValue", &[]).open("RSAKeyValue", &[]);
        markup.leaf("Modulus", &STANDARD.encode(modulus)).leaf("Exponent", &STANDARD.encode(exponent));
        markup.close("RSAKeyValue").close("KeyValue");
    } else {
        markup.open_as("dsig11:DEREncodedKeyValue", &[("xmlns:dsig11", NAMESPACE_11)]);
        markup.raw(&STANDARD.encode(leaf.spki_der())).close_as("dsig11:DEREncodedKeyValue");
    }
}

/// The octets of the subjectPublicKey.
fn subject_public_key(certificate: &Certificate) -> Option<&[u8]> {
    let mut fields = Reader::new(certificate.spki_der(), Rules::Lenient).expect(SEQUENCE).ok()?.inside();
    fields.any().ok()?;
    // The first octet counts unused bits.
    fields.expect(BIT_STRING).ok()?.value.get(1..)
}

/// Modulus and exponent of an RSAPublicKey, without leading zeros.
fn rsa_numbers(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut numbers = Reader::new(key, Rules::Lenient).expect(SEQUENCE).ok()?.inside();
    let modulus = numbers.expect(INTEGER).ok()?;
    let exponent = numbers.expect(INTEGER).ok()?;
    Some((modulus.unsigned().ok()?, exponent.unsigned().ok()?))
}

/// A big-endian two's complement number in decimal digits, as X509SerialNumber has it.
fn decimal(bytes: &[u8]) -> String {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let mut carry = negative;
    let mut number: Vec<u8> = bytes.to_vec();
    if negative {
        for byte in number.iter_mut().rev() {
            let (value, over) = (!*byte).overflowing_add(u8::from(carry));
            (*byte, carry) = (value, over);
        }
    }
    let mut digits = Vec::new();
    while number.iter().any(|byte| *byte != 0) {
        let mut rest = 0_u16;
        for byte in &mut number {
            let value = rest << 8 | u16::from(*byte);
            // Below 256, because `rest` is below 10.
            *byte = u8::try_from(value / 10).unwrap_or(u8::MAX);
            rest = value % 10;
        }
        digits.push(char::from(b'0' + u8::try_from(rest).unwrap_or(0)));
    }
    if digits.is_empty() {
        return "0".to_owned();
    }
    let sign = if negative { "-" } else { "" };
    sign.chars().chain(digits.into_iter().rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_decimal() {
        assert_eq!(decimal(&[]), "0");
        assert_eq!(decimal(&[0x7F]), "127");
        assert_eq!(decimal(&[0x00, 0xFF]), "255");
        assert_eq!(decimal(&[0xFF]), "-1");
        assert_eq!(decimal(&[0x01, 0, 0, 0, 0, 0, 0, 0, 0]), "18446744073709551616");
    }
}
