//! RC4 and AES as PDF uses them, and the key of one object: ISO 32000-2, 7.6.3.

use aes::cipher::array::Array;
use aes::cipher::consts::U16;
use aes::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit,
    StreamCipher,
};
use aes::{Aes128, Aes256};
use md5::{Digest, Md5};
use rc4::Rc4;
use zeroize::Zeroizing;

use super::super::object::ObjectId;
use super::error::CryptError;

const BLOCK: usize = 16;

/// How a crypt filter turns plain bytes into encrypted ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Bytes stay as they are.
    Identity,
    /// RC4 under the object's key.
    V2,
    /// AES-128 in CBC mode under the object's key.
    AesV2,
    /// AES-256 in CBC mode under the file's key.
    AesV3,
}

impl Method {
    pub(super) fn encrypt(
        self,
        file_key: &[u8],
        id: ObjectId,
        iv: [u8; BLOCK],
        data: &[u8],
    ) -> Result<Vec<u8>, CryptError> {
        match self {
            Self::Identity => Ok(data.to_vec()),
            Self::V2 => rc4_copy(&object_key(file_key, id, self), data),
            Self::AesV2 => Ok(encrypt_padded(cipher::<Aes128>(&object_key(file_key, id, self))?, iv, data)),
            Self::AesV3 => Ok(encrypt_padded(cipher::<Aes256>(file_key)?, iv, data)),
        }
    }

    /// Damaged AES data gives what can be had from it, as other readers do: whole blocks count, padding
    /// is taken off when it is padding, and data without room for its initialization vector is empty.
    pub(super) fn decrypt(self, file_key: &[u8], id: ObjectId, data: &[u8]) -> Result<Vec<u8>, CryptError> {
        match self {
            Self::Identity => Ok(data.to_vec()),
            Self::V2 => rc4_copy(&object_key(file_key, id, self), data),
            Self::AesV2 => Ok(decrypt_padded(cipher::<Aes128>(&object_key(file_key, id, self))?, data)),
            Self::AesV3 => Ok(decrypt_padded(cipher::<Aes256>(file_key)?, data)),
        }
    }
}

/// Algorithm 1: the key of one object.
fn object_key(file_key: &[u8], id: ObjectId, method: Method) -> Zeroizing<Vec<u8>> {
    let mut digest = Md5::new();
    digest.update(file_key);
    digest.update(section::<3>(&id.number.to_le_bytes(), 0));
    digest.update(id.generation.to_le_bytes());
    if method == Method::AesV2 {
        digest.update(b"sAlT");
    }
    let mut key = Zeroizing::new(digest.finalize().to_vec());
    key.truncate(file_key.len().saturating_add(5));
    key
}

fn cipher<C: KeyInit>(key: &[u8]) -> Result<C, CryptError> {
    C::new_from_slice(key).map_err(|_| CryptError::KeyLength { bytes: key.len() })
}

/// Encrypts or decrypts in place.
pub(super) fn rc4(key: &[u8], data: &mut [u8]) -> Result<(), CryptError> {
    cipher::<Rc4>(key)?.apply_keystream(data);
    Ok(())
}

fn rc4_copy(key: &[u8], data: &[u8]) -> Result<Vec<u8>, CryptError> {
    let mut out = data.to_vec();
    rc4(key, &mut out)?;
    Ok(out)
}

/// AES in CBC mode over the whole blocks of `data`, no padding; for the loop of Algorithm 2.B.
pub(super) fn aes128_encrypt_blocks(key: [u8; 16], iv: [u8; BLOCK], data: &mut [u8]) {
    encrypt_blocks(Aes128::new(&key.into()), iv, data);
}

/// AES-256 in CBC mode with an initialization vector of zeros, no padding: how `/UE` and `/OE` are kept.
pub(super) fn aes256_unwrap(key: &[u8; 32], data: &mut [u8]) {
    decrypt_blocks(Aes256::new(&Array::from(*key)), [0; BLOCK], data);
}

/// One block of AES-256 in ECB mode: how `/Perms` is kept.
pub(super) fn aes256_decrypt_block(key: &[u8; 32], block: [u8; BLOCK]) -> [u8; BLOCK] {
    let mut block = Array::from(block);
    Aes256::new(&Array::from(*key)).decrypt_block(&mut block);
    block.into()
}

fn encrypt_blocks<C>(cipher: C, iv: [u8; BLOCK], data: &mut [u8])
where
    C: BlockCipherEncrypt<BlockSize = U16>,
{
    let (blocks, _) = Array::slice_as_chunks_mut(data);
    cbc::Encryptor::inner_iv_init(cipher, &Array::from(iv)).encrypt_blocks(blocks);
}

fn decrypt_blocks<C>(cipher: C, iv: [u8; BLOCK], data: &mut [u8])
where
    C: BlockCipherDecrypt<BlockSize = U16>,
{
    let (blocks, _) = Array::slice_as_chunks_mut(data);
    cbc::Decryptor::inner_iv_init(cipher, &Array::from(iv)).decrypt_blocks(blocks);
}

/// The initialization vector, then `data` padded to whole blocks as RFC 8018 pads.
fn encrypt_padded<C>(cipher: C, iv: [u8; BLOCK], data: &[u8]) -> Vec<u8>
where
    C: BlockCipherEncrypt<BlockSize = U16>,
{
    let padding = BLOCK - data.len() % BLOCK;
    let mut out = Vec::with_capacity(iv.len() + data.len() + padding);
    out.extend_from_slice(&iv);
    out.extend_from_slice(data);
    // The padding is 1 to 16, so the cast keeps it.
    out.resize(out.len() + padding, padding as u8);
    if let Some((_, body)) = out.split_first_chunk_mut::<BLOCK>() {
        encrypt_blocks(cipher, iv, body);
    }
    out
}

fn decrypt_padded<C>(cipher: C, data: &[u8]) -> Vec<u8>
where
    C: BlockCipherDecrypt<BlockSize = U16>,
{
    let Some((iv, body)) = data.split_first_chunk::<BLOCK>() else { return Vec::new() };
    let mut out = body.to_vec();
    out.truncate(body.len() - body.len() % BLOCK);
    decrypt_blocks(cipher, *iv, &mut out);
    if let Some(length) = unpadded_length(&out) {
        out.truncate(length);
    }
    out
}

/// Where the padding begins, when the bytes end in one.
fn unpadded_length(data: &[u8]) -> Option<usize> {
    let last = *data.last()?;
    let length = data.len().checked_sub(usize::from(last))?;
    let padding = data.get(length..)?;
    ((1..=16).contains(&last) && padding.iter().all(|byte| *byte == last)).then_some(length)
}

/// `N` bytes from `start`; zeros where `bytes` ends before, which its callers have excluded.
pub(super) fn section<const N: usize>(bytes: &[u8], start: usize) -> [u8; N] {
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(bytes.iter().skip(start)) {
        *to = *from;
    }
    out
}
