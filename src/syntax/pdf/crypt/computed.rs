//! Revisions 2 to 4, where the file's key is computed from the password: ISO 32000-2, 7.6.4.3.2 and 7.6.4.4.

use md5::{Digest, Md5};
use zeroize::Zeroizing;

use super::cipher::rc4;
use super::dictionary::Parameters;
use super::error::CryptError;

/// What stands for the missing bytes of a password shorter than 32.
const PADDING: [u8; 32] = [
    0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08, 0x2e,
    0x2e, 0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a,
];

/// Algorithm 6: the file's key, when `password` is the user's.
pub(super) fn open_as_user(
    parameters: &Parameters,
    first_id: &[u8],
    password: &[u8],
    key_length: usize,
) -> Result<Option<Zeroizing<Vec<u8>>>, CryptError> {
    let key = file_key(parameters, first_id, password, key_length);
    let opens = if parameters.revision == 2 {
        // Algorithm 4.
        let mut expected = PADDING;
        rc4(&key, &mut expected)?;
        *parameters.user == expected
    } else {
        // Algorithm 5; the second half of `/U` is arbitrary.
        let mut expected: [u8; 16] = Md5::new_with_prefix(PADDING).chain_update(first_id).finalize().into();
        for round in 0..=19 {
            rc4(&xored(&key, round), &mut expected)?;
        }
        parameters.user.starts_with(&expected)
    };
    Ok(opens.then_some(key))
}

/// Algorithm 7: the file's key, when `password` is the owner's.
pub(super) fn open_as_owner(
    parameters: &Parameters,
    first_id: &[u8],
    password: &[u8],
    key_length: usize,
) -> Result<Option<Zeroizing<Vec<u8>>>, CryptError> {
    let mut digest = Zeroizing::new(<[u8; 16]>::from(Md5::digest(*padded(password))));
    if parameters.revision >= 3 {
        for _ in 0..50 {
            *digest = Md5::digest(*digest).into();
        }
    }
    let key = leading(&digest, key_length);
    let mut user_password = Zeroizing::new(parameters.owner.clone());
    let last = if parameters.revision == 2 { 0 } else { 19 };
    for round in (0..=last).rev() {
        rc4(&xored(key, round), &mut user_password)?;
    }
    open_as_user(parameters, first_id, &user_password, key_length)
}

/// Algorithm 2.
fn file_key(
    parameters: &Parameters,
    first_id: &[u8],
    password: &[u8],
    key_length: usize,
) -> Zeroizing<Vec<u8>> {
    let mut digest = Md5::new();
    digest.update(*padded(password));
    digest.update(&parameters.owner);
    digest.update(parameters.permissions.to_le_bytes());
    digest.update(first_id);
    if parameters.revision >= 4 && !parameters.encrypt_metadata {
        digest.update([0xff; 4]);
    }
    let mut key = Zeroizing::new(<[u8; 16]>::from(digest.finalize()));
    if parameters.revision >= 3 {
        for _ in 0..50 {
            *key = Md5::digest(leading(&key, key_length)).into();
        }
    }
    Zeroizing::new(leading(&key, key_length).to_vec())
}

fn leading(digest: &[u8; 16], length: usize) -> &[u8] {
    digest.get(..length).unwrap_or(digest)
}

fn padded(password: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    for (to, from) in out.iter_mut().zip(password.iter().chain(&PADDING)) {
        *to = *from;
    }
    out
}

fn xored(key: &[u8], round: u8) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(key.iter().map(|byte| byte ^ round).collect())
}
