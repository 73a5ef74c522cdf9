//! What goes wrong on purpose.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What goes wrong on purpose. Written as JSON; keys that are not these are errors, those left out are off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Faults {
    /// Milliseconds that a reply is held back, at most 60,000.
    pub delay_ms: u64,
    /// The call signs, or starts what signs, and is answered with status 500.
    pub error_500_after_signing: bool,
    /// The connection breaks instead of a reply.
    pub drop_connection: DropConnection,
    /// The values come back in another order than the documents. Where the system gives each value with
    /// the id of its document, the pairs stay together.
    pub reorder: bool,
    /// One value of a transaction is left out.
    pub missing: bool,
    /// Another key signs.
    pub wrong_key: bool,
    /// The digest is hashed once more before it is signed.
    pub hash_of_hash: bool,
    /// RSA: the bare digest is padded, without the DigestInfo around it.
    pub no_digest_info: bool,
    /// A whole CMS comes back, in which the digest is the messageDigest.
    pub cms_instead_of_raw: bool,
    /// The base64 of values has a line break every 76 characters and at the end.
    pub crlf_in_base64: bool,
    /// The faults of the connection (`delay_ms` always does) strike logins, listings and polls too, not
    /// only calls that sign.
    pub every_call: bool,
    /// The share of calls and of transactions that is struck, 0 to 1. Default: 1.
    pub rate: f64,
    /// Which ones are struck depends on this number only.
    pub seed: u64,
}

/// When the connection breaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DropConnection {
    /// It does not.
    #[default]
    Never,
    /// Before the request is acted on.
    Before,
    /// After it was.
    After,
}

/// Faults that cannot be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultsError {
    /// A share that is none.
    #[error("rate is a share from 0 to 1, not {found}")]
    Rate {
        /// What was given.
        found: f64,
    },
    /// Nobody waits that long.
    #[error("delay_ms is at most {most}, not {found}")]
    Delay {
        /// What was given.
        found: u64,
        /// What is possible.
        most: u64,
    },
}

impl FaultsError {
    /// Whose fault it is: the caller's.
    #[must_use]
    pub const fn fault(&self) -> crate::Fault {
        crate::Fault::Caller
    }
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            delay_ms: 0,
            error_500_after_signing: false,
            drop_connection: DropConnection::Never,
            reorder: false,
            missing: false,
            wrong_key: false,
            hash_of_hash: false,
            no_digest_info: false,
            cms_instead_of_raw: false,
            crlf_in_base64: false,
            every_call: false,
            rate: 1.0,
            seed: 0,
        }
    }
}

impl Faults {
    /// Milliseconds that a reply may be held back.
    const MOST_DELAY: u64 = 60_000;

    /// Whether the numbers are in their ranges.
    ///
    /// # Errors
    /// [`FaultsError`].
    pub fn check(&self) -> Result<(), FaultsError> {
        if !(0.0..=1.0).contains(&self.rate) {
            return Err(FaultsError::Rate { found: self.rate });
        }
        if self.delay_ms > Self::MOST_DELAY {
            return Err(FaultsError::Delay { found: self.delay_ms, most: Self::MOST_DELAY });
        }
        Ok(())
    }

    /// Whether anything goes wrong at all.
    #[must_use]
    pub fn any(&self) -> bool {
        *self != Self { rate: self.rate, seed: self.seed, every_call: self.every_call, ..Self::default() }
    }

    /// Whether the call or transaction of this name is struck.
    pub(super) fn strikes(&self, name: &str) -> bool {
        if self.rate >= 1.0 {
            return true;
        }
        let mut hasher = Sha256::new();
        hasher.update(self.seed.to_be_bytes());
        hasher.update(name);
        let digest: [u8; 32] = hasher.finalize().into();
        let drawn = digest.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
        f64::from(drawn) < self.rate * f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_kept_and_repeats() {
        let faults = Faults { rate: 0.05, seed: 7, ..Faults::default() };
        let struck = || (0..10_000).filter(|n| faults.strikes(&n.to_string())).collect::<Vec<_>>();
        assert!((400..600).contains(&struck().len()), "{}", struck().len());
        assert_eq!(struck(), struck());
        assert!(!Faults { rate: 0.0, ..Faults::default() }.strikes("x"));
        assert!(Faults::default().strikes("x"));
    }

    #[test]
    fn unknown_keys_and_impossible_numbers_are_refused() {
        assert!(serde_json::from_str::<Faults>(r#"{"wrongkey":true}"#).is_err());
        let faults: Faults = serde_json::from_str(r#"{"drop_connection":"after","rate":2}"#).unwrap();
        assert_eq!(faults.drop_connection, DropConnection::After);
        assert_eq!(faults.check(), Err(FaultsError::Rate { found: 2.0 }));
        assert!(!Faults { rate: 0.5, ..Faults::default() }.any());
        assert!(faults.any());
        let slow = Faults { delay_ms: 60_001, ..Faults::default() };
        assert_eq!(slow.check(), Err(FaultsError::Delay { found: 60_001, most: 60_000 }));
    }
}
