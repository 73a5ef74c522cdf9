//! Looking a secret up.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use zeroize::{Zeroize as _, Zeroizing};

use super::SecretReference;
use crate::client::Environment;
use crate::fault::Fault;
use crate::remote::Secret;

/// The longest secret in bytes: a private key in PEM has a few thousand.
const LONGEST: usize = 64 << 10;

/// Why a secret is not to be had. No part of it is in here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The environment variable is not set.
    #[error("environment variable {name} is not set")]
    Unset {
        /// Its name.
        name: String,
    },
    /// Nothing in it but a line end.
    #[error("{reference} is empty")]
    Empty {
        /// Where it should be.
        reference: SecretReference,
    },
    /// No text.
    #[error("{reference} is not UTF-8")]
    Encoding {
        /// Where it is.
        reference: SecretReference,
    },
    /// Longer than any secret is.
    #[error("{reference} has more than {most} bytes")]
    TooLong {
        /// Where it is.
        reference: SecretReference,
        /// How many it may have.
        most: usize,
    },
    /// A file that cannot be read.
    #[error("{}: reading failed", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No file: a folder, a pipe, a device.
    #[error("{}: this is no regular file", .path.display())]
    NoFile {
        /// What it is called.
        path: PathBuf,
    },
    /// A file that others can read.
    #[error("{}: others than its owner can read this file (mode {mode:04o}); `chmod 600` it", .path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The key ring does not give it.
    #[error("{reference}: the key ring does not give it")]
    KeyRing {
        /// Where it should be.
        reference: SecretReference,
        /// What the key ring said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is no key ring on this system that is supported.
    #[error("{reference}: key rings are supported on Linux, macOS and Windows")]
    NoKeyRing {
        /// What was to be looked up.
        reference: SecretReference,
    },
}

impl SecretError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Io { .. } => Fault::Io,
            Self::NoKeyRing { .. } => Fault::Unsupported,
            _ => Fault::Caller,
        }
    }
}

impl SecretReference {
    /// Looks the secret up.
    ///
    /// # Errors
    /// When it is not there, empty, no text or longer than 64 KiB; when a file can be read by others than
    /// its owner (Unix permissions); when the key ring does not give it.
    pub fn resolve(&self, environment: &dyn Environment) -> Result<Secret, SecretError> {
        let text = match self {
            Self::Environment(name) => {
                let value = environment.get(name).ok_or_else(|| SecretError::Unset { name: name.clone() })?;
                self.text(Zeroizing::new(value.into_encoded_bytes()))?
            }
            Self::File(path) => self.text(self.read(path)?)?,
            Self::KeyRing { service, user } => self.look_up(service, user)?,
        };
        if text.expose().is_empty() {
            return Err(SecretError::Empty { reference: self.clone() });
        }
        Ok(text)
    }

    fn text(&self, mut bytes: Zeroizing<Vec<u8>>) -> Result<Secret, SecretError> {
        if bytes.len() > LONGEST {
            return Err(SecretError::TooLong { reference: self.clone(), most: LONGEST });
        }
        // What editors and `echo` put at the end of a file.
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        match String::from_utf8(std::mem::take(&mut *bytes)) {
            Ok(text) => Ok(Secret::new(text)),
            Err(error) => {
                error.into_bytes().zeroize();
                Err(SecretError::Encoding { reference: self.clone() })
            }
        }
    }

    fn read(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        let failed = |source| SecretError::Io { path: path.to_owned(), source };
        // Before it is opened: opening a pipe would wait for somebody to write.
        if !fs::metadata(path).map_err(failed)?.is_file() {
            return Err(SecretError::NoFile { path: path.to_owned() });
        }
        let file = File::open(path).map_err(failed)?;
        private(path, &file.metadata().map_err(failed)?)?;
        // All the room at once: growing would leave copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST.saturating_add(2)));
        file.take(LONGEST as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }

    #[cfg(any(target_os = "linux", target_os = "macos", target_os = "windows"))]
    fn look_up(&self, service: &str, user: &str) -> Result<Secret, SecretError> {
        #[cfg(target_os = "macos")]
        use apple_native_keyring_store::keychain::Store;
        use keyring_core::api::CredentialStoreApi as _;
        #[cfg(target_os = "linux")]
        use linux_keyutils_keyring_store::Store;
        #[cfg(target_os = "windows")]
        use windows_native_keyring_store::Store;

        // The store is made here and not set as the process's default: libraries keep out of global state.
        let found = Store::new()
            .and_then(|store| store.build(service, user, None))
            .and_then(|entry| entry.get_password())
            .map_err(|error| SecretError::KeyRing {
                reference: self.clone(),
                source: without_value(error),
            })?;
        self.text(Zeroizing::new(found.into_bytes()))
    }

    #[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
    fn look_up(&self, _service: &str, _user: &str) -> Result<Secret, SecretError> {
        Err(SecretError::NoKeyRing { reference: self.clone() })
    }
}

/// Some errors of key rings carry the bytes that were found.
#[cfg(any(target_os = "linux", target_os = "macos", target_os = "windows"))]
fn without_value(error: keyring_core::Error) -> Box<dyn std::error::Error + Send + Sync> {
    match error {
        keyring_core::Error::BadEncoding(mut bytes) => {
            bytes.zeroize();
            "it is not UTF-8".into()
        }
        keyring_core::Error::BadDataFormat(mut bytes, reason) => {
            bytes.zeroize();
            reason
        }
        other => Box::new(other),
    }
}

#[cfg(unix)]
fn private(path: &Path, metadata: &Metadata) -> Result<(), SecretError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SecretError::Exposed { path: path.to_owned(), mode });
    }
    Ok(())
}

/// Who may read a file is not told by permissions elsewhere.
#[cfg(not(unix))]
fn private(_path: &Path, _metadata: &Metadata) -> Result<(), SecretError> {
    Ok(())
}
