//! Revisions 5 and 6, where the file's key is random and kept under each password: ISO 32000-2, 7.6.4.3.3
//! and 7.6.4.4, and Adobe Supplement to ISO 32000, ExtensionLevel 3, for revision 5.

use sha2::{Digest, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::cipher::{aes128_encrypt_blocks, aes256_decrypt_block, aes256_unwrap, section};
use super::error::CryptError;

/// The last round of Algorithm 2.B that there can be: its rule ends the loop when the last byte of a
/// round's data is at most the round's number less 32, and a byte is at most 255.
const LAST_ROUND: u32 = 255 + 32;

/// Algorithm 2.A for the user: the file's key, when `password` is the user's.
pub(super) fn open_as_user(
    revision: u8,
    user: &[u8],
    wrapped: &[u8; 32],
    password: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    unwrap(revision, user, &[], wrapped, password)
}

/// Algorithm 2.A for the owner, whose hashes also cover `/U`.
pub(super) fn open_as_owner(
    revision: u8,
    owner: &[u8],
    user: &[u8],
    wrapped: &[u8; 32],
    password: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    unwrap(revision, owner, user, wrapped, password)
}

/// `verifier` is `/U` or `/O`: a hash of 32 bytes, a validation salt of 8, a key salt of 8.
fn unwrap(
    revision: u8,
    verifier: &[u8],
    user: &[u8],
    wrapped: &[u8; 32],
    password: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    if *hash(revision, password, section(verifier, 32), user) != section(verifier, 0) {
        return None;
    }
    let mut key = Zeroizing::new(wrapped.to_vec());
    aes256_unwrap(&hash(revision, password, section(verifier, 40), user), &mut key);
    Some(key)
}

/// Algorithm 13: `/Perms` holds `/P` and `/EncryptMetadata` under the file's key.
pub(super) fn verify_permissions(
    key: &[u8],
    encrypted: [u8; 16],
    permissions: i32,
    encrypt_metadata: bool,
) -> Result<(), CryptError> {
    let plain = aes256_decrypt_block(&Zeroizing::new(section(key, 0)), encrypted);
    let flag = if encrypt_metadata { b'T' } else { b'F' };
    let matches = section::<3>(&plain, 9) == *b"adb"
        && section::<4>(&plain, 0) == permissions.to_le_bytes()
        && section::<1>(&plain, 8) == [flag];
    if matches { Ok(()) } else { Err(CryptError::PermissionsMismatch) }
}

/// Algorithm 2.B; revision 5 stops at its first hash.
fn hash(revision: u8, password: &[u8], salt: [u8; 8], user: &[u8]) -> Zeroizing<[u8; 32]> {
    let first = Sha256::new_with_prefix(password).chain_update(salt).chain_update(user).finalize();
    if revision == 5 {
        return Zeroizing::new(first.into());
    }
    let mut k = Digested::new();
    k.set(&first);
    let mut data = Zeroizing::new(Vec::new());
    for round in 1..=LAST_ROUND {
        data.clear();
        // Room for the longest hash, so that the buffer never moves and leaves a copy behind.
        data.reserve_exact((password.len() + LONGEST_DIGEST + user.len()) * 64);
        for _ in 0..64 {
            data.extend_from_slice(password);
            data.extend_from_slice(k.get());
            data.extend_from_slice(user);
        }
        aes128_encrypt_blocks(section(k.get(), 0), section(k.get(), 16), &mut data);
        // 256 is 1 modulo 3, so the big-endian number's remainder is that of its bytes' sum.
        let sum: u32 = data.iter().take(16).copied().map(u32::from).sum();
        match sum % 3 {
            0 => k.set(&Sha256::digest(&*data)),
            1 => k.set(&Sha384::digest(&*data)),
            _ => k.set(&Sha512::digest(&*data)),
        }
        let last = data.last().copied().map_or(0, u32::from);
        if round >= 64 && last <= round - 32 {
            break;
        }
    }
    Zeroizing::new(section(k.get(), 0))
}

/// Bytes of a SHA-512 hash.
const LONGEST_DIGEST: usize = 64;

/// A hash of one of three lengths, overwritten in place and wiped at the end.
struct Digested {
    bytes: Zeroizing<[u8; LONGEST_DIGEST]>,
    length: usize,
}

impl Digested {
    fn new() -> Self {
        Self { bytes: Zeroizing::new([0; LONGEST_DIGEST]), length: 0 }
    }

    fn set(&mut self, digest: &[u8]) {
        *self.bytes = section(digest, 0);
        self.length = digest.len();
    }

    fn get(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&*self.bytes)
    }
}
