//! What goes to the service to be signed whole, and what comes back.

use std::fmt;
use std::sync::Arc;

use super::metadata::SignCloudMetaData;
use crate::fault::Fault;
use crate::remote::System;

/// A file that the service shall sign.
#[derive(Clone)]
pub struct FileToSign {
    pub(super) bytes: Arc<[u8]>,
    pub(super) mime_type: String,
    pub(super) metadata: Option<SignCloudMetaData>,
}

impl FileToSign {
    /// A file of a type: `application/pdf`, `application/xml`.
    #[must_use]
    pub fn new(bytes: impl Into<Arc<[u8]>>, mime_type: impl Into<String>) -> Self {
        Self { bytes: bytes.into(), mime_type: mime_type.into(), metadata: None }
    }

    /// With what the signature looks like and where it goes; without it the service has defaults.
    #[must_use]
    pub fn metadata(mut self, metadata: SignCloudMetaData) -> Self {
        self.metadata = Some(metadata);
        self
    }
}

impl fmt::Debug for FileToSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileToSign({} bytes, {})", self.bytes.len(), self.mime_type)
    }
}

/// A file that came back, unverified: nobody has looked yet whether it is what was sent, and signed.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReturnedFile {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its type, as the service says.
    pub mime_type: Option<String>,
    /// The service's id for it.
    pub uuid: Option<String>,
}

impl fmt::Debug for ReturnedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReturnedFile")
            .field("bytes", &self.bytes.len())
            .field("mime_type", &self.mime_type)
            .field("uuid", &self.uuid)
            .finish()
    }
}

/// The file that was given to a resumed conversation is not the one that it was begun with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{system}: SHA-256 of the file is {found}, and the conversation was begun with {expected}")]
pub struct OtherDocument {
    pub(super) system: System,
    /// Lower-case hexadecimal digits.
    pub expected: String,
    /// The same.
    pub found: String,
}

impl OtherDocument {
    /// Whose fault it is: the caller's.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        Fault::Caller
    }
}
