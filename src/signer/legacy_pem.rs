//! PEM encryption from before PKCS#8 (RFC 1423, as OpenSSL writes it): a `DEK-Info` header names
//! cipher and initialisation vector, and MD5 makes the key of the passphrase.

use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use super::SignerError;
use crate::algorithm::hex_bytes;

/// Decrypts the contents of a block.
pub(super) fn decrypt(
    ciphertext: &[u8],
    dek_info: &str,
    passphrase: &str,
) -> Result<Zeroizing<Vec<u8>>, SignerError> {
    let (cipher, iv) = dek_info.split_once(',').unwrap_or((dek_info, ""));
    let unsupported = || SignerError::UnsupportedEncryption { algorithm: cipher.to_owned() };
    let key_len = match cipher {
        "AES-128-CBC" => 16,
        "AES-192-CBC" => 24,
        "AES-256-CBC" => 32,
        _ => return Err(unsupported()),
    };
    let iv = initial_vector(iv)
        .ok_or_else(|| SignerError::Pem { reason: "its DEK-Info cannot be read".to_owned() })?;
    let key = derive(passphrase.as_bytes(), &iv, key_len);
    let mut buffer = Zeroizing::new(ciphertext.to_vec());
    let wrong = |_| SignerError::Decryption;
    let bad_length = |_| SignerError::Decryption;
    let plain_len = match key_len {
        16 => cbc::Decryptor::<aes::Aes128>::new_from_slices(&key, &iv)
            .map_err(bad_length)?
            .decrypt_padded::<Pkcs7>(&mut buffer)
            .map_err(wrong)?
            .len(),
        24 => cbc::Decryptor::<aes::Aes192>::new_from_slices(&key, &iv)
            .map_err(bad_length)?
            .decrypt_padded::<Pkcs7>(&mut buffer)
            .map_err(wrong)?
            .len(),
        _ => cbc::Decryptor::<aes::Aes256>::new_from_slices(&key, &iv)
            .map_err(bad_length)?
            .decrypt_padded::<Pkcs7>(&mut buffer)
            .map_err(wrong)?
            .len(),
    };
    buffer.truncate(plain_len);
    Ok(buffer)
}

/// MD5 over passphrase and salt, each round over the one before too. The salt is the first half of
/// the initialisation vector.
fn derive(passphrase: &[u8], iv: &[u8; 16], len: usize) -> Zeroizing<Vec<u8>> {
    let (salt, _) = iv.split_at(8);
    let mut key = Zeroizing::new(Vec::with_capacity(48));
    let mut round = Zeroizing::new(Vec::new());
    while key.len() < len {
        let mut hasher = Md5::new();
        hasher.update(&*round);
        hasher.update(passphrase);
        hasher.update(salt);
        *round = hasher.finalize().to_vec();
        key.extend_from_slice(&round);
    }
    key.truncate(len);
    key
}

fn initial_vector(text: &str) -> Option<[u8; 16]> {
    hex_bytes(text.trim().as_bytes())?.try_into().ok()
}
