//! Randomness that the caller brings.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Thirty-two unpredictable bytes for one document.
///
/// What must not repeat (file identifiers, initialisation vectors, ids) is derived from them by a
/// labelled SHA-256, so that the same input gives the same output and a test can be exact. Use fresh
/// bytes for every document.
#[derive(Clone)]
pub struct Entropy(Zeroizing<[u8; 32]>);

impl Entropy {
    /// From bytes that the caller drew.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// From the operating system.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn from_os() -> std::io::Result<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(std::io::Error::other)?;
        Ok(Self(bytes))
    }

    /// Sixteen bytes for the purpose `label`, the `index`th of their kind.
    pub(crate) fn derive(&self, label: &str, index: u64) -> [u8; 16] {
        let mut hasher = Sha256::new();
        hasher.update((label.len() as u64).to_be_bytes());
        hasher.update(label);
        hasher.update(index.to_be_bytes());
        hasher.update(self.0.as_slice());
        let digest: [u8; 32] = hasher.finalize().into();
        digest.first_chunk().copied().unwrap_or_default()
    }
}

impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entropy(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_indexes_separate() {
        let entropy = Entropy::new([7; 32]);
        let all = [entropy.derive("a", 0), entropy.derive("a", 1), entropy.derive("b", 0)];
        assert!(all[0] != all[1] && all[0] != all[2] && all[1] != all[2]);
        assert_eq!(all[0], Entropy::new([7; 32]).derive("a", 0));
        assert_ne!(all[0], Entropy::new([8; 32]).derive("a", 0));
    }
}
