//! `signatures/timestamp`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::access::Access;
use super::fields::{check_lengths, digest_of};
use super::{Call, Reply, invalid, refuse};
use crate::algorithm::{Digest, hex_bytes};

/// Digits of a nonce at most: 256 bits.
const MOST_DIGITS: usize = 64;

pub(super) fn timestamp(call: &Call<'_>) -> Result<Reply, Reply> {
    Access::of(call)?;
    let hash = STANDARD.decode(call.fields.needed_text("hash")?);
    let hash = hash.map_err(|_| invalid("Invalid Base64 hash string parameter"))?;
    let algorithm = digest_of(call.fields.needed_text("hashAlgo")?, "hashAlgo")?;
    check_lengths(std::slice::from_ref(&hash), Some(algorithm))?;
    let digest =
        Digest::from_bytes(algorithm, &hash).ok_or_else(|| invalid("Invalid digest value length"))?;
    let nonce = call.fields.text("nonce")?.map(nonce).transpose()?;
    let token = call.world.timestamp(&digest, nonce.as_deref());
    let token = token.map_err(|error| refuse(500, "server_error", &error.to_string()))?;
    Ok(Reply::json(200, &json!({ "timestamp": STANDARD.encode(token) })))
}

/// A number in hexadecimal digits.
fn nonce(text: &str) -> Result<Vec<u8>, Reply> {
    let wrong = || invalid("Invalid parameter nonce");
    if text.is_empty() || text.len() > MOST_DIGITS {
        return Err(wrong());
    }
    let whole = if text.len().is_multiple_of(2) { text.to_owned() } else { format!("0{text}") };
    hex_bytes(whole.as_bytes()).ok_or_else(wrong)
}
