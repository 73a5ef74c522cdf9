//! Certificates for tests, with a signature that is none.

use const_oid::ObjectIdentifier;

use crate::asn1::{BIT_STRING, INTEGER, NULL, OID, SEQUENCE, SET, UTC_TIME, context, oid, write};

fn named(id: ObjectIdentifier) -> Vec<u8> {
    write::wrap(OID, &[id.as_bytes()])
}

fn spki(algorithm: &[&[u8]], key: &[u8]) -> Vec<u8> {
    write::wrap(SEQUENCE, &[&write::wrap(SEQUENCE, algorithm), &write::wrap(BIT_STRING, &[&[0], key])])
}

pub(crate) fn p256_spki(key: &p256::ecdsa::SigningKey) -> Vec<u8> {
    let point = key.verifying_key().to_sec1_point(false);
    spki(&[&named(oid::EC_PUBLIC_KEY), &named(oid::P256)], point.as_bytes())
}

pub(crate) fn ed25519_spki(key: &ed25519_dalek::SigningKey) -> Vec<u8> {
    spki(&[&named(oid::ED25519)], key.verifying_key().as_bytes())
}

/// An odd number of so many bytes is modulus enough for everything but signing.
pub(crate) fn rsa_spki(modulus_len: usize) -> Vec<u8> {
    let mut modulus = vec![0xC5; modulus_len];
    modulus[modulus_len - 1] |= 1;
    let numbers = write::wrap(SEQUENCE, &[&write::unsigned(&modulus), &write::unsigned(&[1, 0, 1])]);
    spki(&[&named(oid::RSA_ENCRYPTION), &[NULL, 0]], &numbers)
}

/// Written as careless software does: version 1 spelled out, a length that is too long.
pub(crate) fn certificate(common_name: &str, spki: &[u8]) -> Vec<u8> {
    let value = write::wrap(0x0C, &[common_name.as_bytes()]);
    let attribute = write::wrap(SEQUENCE, &[&named(oid::COMMON_NAME), &value]);
    let name = write::wrap(SEQUENCE, &[&write::wrap(SET, &[&attribute])]);
    let issuer = write::wrap(SEQUENCE, &[]);
    let validity = write::wrap(
        SEQUENCE,
        &[&write::wrap(UTC_TIME, &[b"200101000000Z"]), &write::wrap(UTC_TIME, &[b"491231235959Z"])],
    );
    let algorithm = write::wrap(SEQUENCE, &[&named(oid::ECDSA_WITH_SHA256)]);
    let version = write::wrap(context(0), &[&[INTEGER, 1, 0]]);
    let serial = [INTEGER, 0x81, 3, 0, 0x80, 1];
    let tbs = write::wrap(SEQUENCE, &[&version, &serial, &algorithm, &issuer, &validity, &name, spki]);
    write::wrap(SEQUENCE, &[&tbs, &algorithm, &write::wrap(BIT_STRING, &[&[0, 1, 2, 3]])])
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use super::*;

    #[test]
    fn careless_certificates_are_sliced_not_rewritten() {
        let der = certificate("An", &rsa_spki(256));
        let one = Certificate::from_der(&der).unwrap();
        assert_eq!(one.der(), der);
        assert_eq!(one.serial(), [0, 0x80, 1]);
        assert_eq!((one.subject(), one.issuer()), ("CN=An".to_owned(), String::new()));
        assert_eq!((one.not_before(), one.not_after()), (1_577_836_800, 2_524_607_999));
        assert_eq!(one.spki_der(), rsa_spki(256));
        assert!(!one.is_issued_by(&one));
        assert!(!one.is_ca() && one.key_usage().is_none());
        assert_eq!(Certificate::from_der(&der).unwrap(), one);
    }

    #[test]
    fn cut_and_changed_certificates_are_errors_or_certificates() {
        let der = certificate("An", &rsa_spki(128));
        for len in 0..der.len() {
            assert!(Certificate::from_der(&der[..len]).is_err());
        }
        for at in 0..der.len() {
            let mut changed = der.clone();
            changed[at] ^= 0xFF;
            if let Ok(read) = Certificate::from_der(&changed) {
                assert_eq!(read.der(), changed);
                let _ = (read.public_key().is_ok(), read.subject(), read.is_issued_by(&read));
            }
        }
    }
}
