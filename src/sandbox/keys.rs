//! Private keys of the sandbox, made once and kept as PKCS#8.

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use rsa::rand_core::UnwrapErr;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{BoxedUint, RsaPrivateKey};
use zeroize::Zeroizing;

use super::SandboxError;
use crate::asn1::{INTEGER, NULL, OCTET_STRING, OID, SEQUENCE, oid, write};

/// Bits of the modulus: what the systems here issue.
const RSA_BITS: usize = 2048;

/// What kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// RSA, 2048 bits.
    Rsa,
    /// ECDSA on P-256.
    P256,
}

/// A new private key as PKCS#8 (RFC 5958), DER.
pub(super) fn generate(kind: Kind) -> Result<Zeroizing<Vec<u8>>, SandboxError> {
    match kind {
        Kind::Rsa => rsa(),
        Kind::P256 => {
            let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(SandboxError::Certificate)?;
            Ok(Zeroizing::new(pair.serialize_der()))
        }
    }
}

fn rsa() -> Result<Zeroizing<Vec<u8>>, SandboxError> {
    let failed = || SandboxError::KeyGeneration;
    let key = RsaPrivateKey::new(&mut UnwrapErr(getrandom::SysRng), RSA_BITS).map_err(|_| failed())?;
    let [p, q] = key.primes() else { return Err(failed()) };
    let (dp, dq) = (key.dp().ok_or_else(failed)?, key.dq().ok_or_else(failed)?);
    let coefficient = key.crt_coefficient().ok_or_else(failed)?;
    let numbers =
        [key.n().as_ref(), key.e(), key.d(), p.as_ref(), q.as_ref(), dp, dq, &coefficient].map(number);
    let version = [INTEGER, 1, 0];
    // RSAPrivateKey (RFC 8017, A.1.2).
    let mut parts: Vec<&[u8]> = vec![&version];
    parts.extend(numbers.iter().map(|one| one.as_slice()));
    let key = Zeroizing::new(write::wrap(SEQUENCE, &parts));
    let algorithm =
        write::wrap(SEQUENCE, &[&write::wrap(OID, &[oid::RSA_ENCRYPTION.as_bytes()]), &[NULL, 0]]);
    let octets = Zeroizing::new(write::wrap(OCTET_STRING, &[&key]));
    Ok(Zeroizing::new(write::wrap(SEQUENCE, &[&version, &algorithm, &octets])))
}

fn number(number: &BoxedUint) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(write::unsigned(&Zeroizing::new(number.to_be_bytes())))
}
