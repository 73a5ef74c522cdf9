//! Whose fault an error is.

/// Whose fault an error is: what a program branches on when it decides what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fault {
    /// The document is damaged, or its own rules forbid what was asked.
    Document,
    /// The signer returned something that is no signature of what was asked.
    Signer,
    /// The caller asked for something that cannot be, or brought the wrong thing.
    Caller,
    /// A bound of [`crate::Limits`] was exceeded.
    Limit,
    /// The document uses a feature that this crate does not handle.
    Unsupported,
    /// Reading or writing failed.
    Io,
}
