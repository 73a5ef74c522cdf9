//! Where a secret is, as text.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// Where a secret is: `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`. It is looked up when it is needed,
/// by [`resolve`](Self::resolve), and never kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum SecretReference {
    /// An environment variable.
    Environment(String),
    /// A file that only its owner may read; one line end at its end is no part of the secret.
    File(PathBuf),
    /// The key ring of the system: the Keychain of macOS, the Credential Manager of Windows, the keys that
    /// the kernel keeps on Linux (there the description is `keyring:USER@SERVICE`).
    KeyRing {
        /// The service, as the key ring calls it.
        service: String,
        /// The user.
        user: String,
    },
}

/// Text that says not where a secret is. It is not repeated: it may be the secret itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// None of the three.
    #[error(
        "a secret does not stand here itself: write where it is, as \"env:NAME\", \"file:PATH\" or \
         \"keyring:SERVICE/USER\""
    )]
    Inline,
    /// `env:` without the name of a variable.
    #[error("\"env:\" needs the name of an environment variable: letters, digits and underscores")]
    Variable,
    /// `file:` without a path.
    #[error("\"file:\" needs the path of a file")]
    Path,
    /// `keyring:` without one of the two names.
    #[error("\"keyring:\" needs a service and a user with a slash between: \"keyring:SERVICE/USER\"")]
    KeyRing,
}

impl ReferenceError {
    /// Whose fault it is: the caller's.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        Fault::Caller
    }
}

impl SecretReference {
    /// A file of a relative path is the one in `folder`.
    #[must_use]
    pub fn relative_to(self, folder: &Path) -> Self {
        match self {
            Self::File(path) => Self::File(folder.join(path)),
            other => other,
        }
    }
}

impl FromStr for SecretReference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if let Some(name) = text.strip_prefix("env:") {
            let is_name = |name: &str| {
                let mut bytes = name.bytes();
                bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
                    && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            };
            return if is_name(name) {
                Ok(Self::Environment(name.into()))
            } else {
                Err(ReferenceError::Variable)
            };
        }
        if let Some(path) = text.strip_prefix("file:") {
            let is_path = !path.is_empty() && !path.contains('\0');
            return if is_path { Ok(Self::File(path.into())) } else { Err(ReferenceError::Path) };
        }
        let names = text.strip_prefix("keyring:").ok_or(ReferenceError::Inline)?;
        match names.split_once('/') {
            Some((service, user)) if !service.is_empty() && !user.is_empty() && !names.contains('\0') => {
                Ok(Self::KeyRing { service: service.into(), user: user.into() })
            }
            _ => Err(ReferenceError::KeyRing),
        }
    }
}

impl TryFrom<String> for SecretReference {
    type Error = ReferenceError;

    fn try_from(text: String) -> Result<Self, ReferenceError> {
        // It may be the secret that somebody wrote here.
        zeroize::Zeroizing::new(text).parse()
    }
}

impl From<SecretReference> for String {
    fn from(reference: SecretReference) -> Self {
        reference.to_string()
    }
}

impl fmt::Display for SecretReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::KeyRing { service, user } => write!(f, "keyring:{service}/{user}"),
        }
    }
}
