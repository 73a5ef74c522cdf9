//! Encrypted documents: the standard security handler of ISO 32000-2, 7.6, revisions 2 to 6.
//!
//! The handler is opened once with a password and then decrypts what is read from the file and encrypts
//! what is appended to it. It does not walk objects: that strings inside object streams, the
//! cross-reference stream, the encryption dictionary itself and a signature's `/Contents` are never
//! encrypted by themselves is its caller's to know.

mod cipher;
mod computed;
mod dictionary;
mod error;
mod password;
#[cfg(test)]
mod tests;
mod wrapped;

use std::fmt;

use zeroize::Zeroizing;

use super::object::{Dictionary, ObjectId};
pub(crate) use cipher::Method;
use dictionary::{CryptFilters, Keys, Parameters};
pub use error::{CryptError, Malformation};

/// As whom a password opened the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// With the user password: `/P` binds.
    User,
    /// With the owner password: everything is allowed.
    Owner,
}

/// An opened document's key and how it is used.
#[derive(Clone)]
pub(crate) struct SecurityHandler {
    revision: u8,
    access: Access,
    permissions: i32,
    encrypt_metadata: bool,
    filters: CryptFilters,
    key: Zeroizing<Vec<u8>>,
}

impl SecurityHandler {
    /// Opens a document.
    ///
    /// `encrypt` is the encryption dictionary with every value direct; `first_id` the first element of
    /// the trailer's `/ID`, empty when there is none. A given password, as UTF-8, is tried as the
    /// owner's and then as the user's. Without one the empty user password is tried, and access is the
    /// user's even where the owner's password is empty too: `/P` binds whoever supplied no password
    /// (7.6.4.1).
    ///
    /// # Errors
    /// [`CryptError::PasswordNeeded`] and [`CryptError::WrongPassword`] when the document stays closed;
    /// else what in the dictionary is malformed, tampered with or not supported.
    pub(crate) fn open(
        encrypt: &Dictionary,
        first_id: &[u8],
        password: Option<&[u8]>,
    ) -> Result<Self, CryptError> {
        let parameters = Parameters::parse(encrypt)?;
        let forms = password::forms(parameters.revision, password.unwrap_or_default());
        let mut opened = None;
        if password.is_some() {
            opened = try_forms(&parameters, first_id, &forms, Access::Owner)?;
        }
        if opened.is_none() {
            opened = try_forms(&parameters, first_id, &forms, Access::User)?;
        }
        let (access, key) = opened.ok_or(match password {
            Some(_) => CryptError::WrongPassword,
            None => CryptError::PasswordNeeded,
        })?;
        if let Keys::Wrapped { permissions, .. } = parameters.keys {
            wrapped::verify_permissions(
                &key,
                permissions,
                parameters.permissions,
                parameters.encrypt_metadata,
            )?;
        }
        Ok(Self {
            revision: parameters.revision,
            access,
            permissions: parameters.permissions,
            encrypt_metadata: parameters.encrypt_metadata,
            filters: parameters.filters,
            key,
        })
    }

    /// As whom the password opened the document.
    pub(crate) const fn access(&self) -> Access {
        self.access
    }

    /// `/P`, bit 1 being the lowest (Table 22). It binds [`Access::User`] only.
    pub(crate) const fn permissions(&self) -> i32 {
        self.permissions
    }

    /// `/R`, 2 to 6.
    pub(crate) const fn revision(&self) -> u8 {
        self.revision
    }

    /// Whether streams of `/Type /Metadata` are encrypted.
    pub(crate) const fn encrypts_metadata(&self) -> bool {
        self.encrypt_metadata
    }

    /// How strings are encrypted: `/StrF`.
    pub(crate) const fn string_method(&self) -> Method {
        self.filters.strings
    }

    /// How streams are encrypted that name no filter of their own: `/StmF`.
    pub(crate) const fn stream_method(&self) -> Method {
        self.filters.streams
    }

    /// A string of object `id`, decrypted.
    ///
    /// # Errors
    /// [`CryptError::KeyLength`] when the file's key does not fit the method.
    pub(crate) fn decrypt_string(&self, id: ObjectId, data: &[u8]) -> Result<Vec<u8>, CryptError> {
        self.string_method().decrypt(&self.key, id, data)
    }

    /// A string for object `id`, encrypted. `iv` must not be used for two values; RC4 does without it.
    ///
    /// # Errors
    /// [`CryptError::KeyLength`] when the file's key does not fit the method.
    pub(crate) fn encrypt_string(
        &self,
        id: ObjectId,
        iv: [u8; 16],
        data: &[u8],
    ) -> Result<Vec<u8>, CryptError> {
        self.string_method().encrypt(&self.key, id, iv, data)
    }

    /// The data of stream `id`, decrypted and still encoded by its other filters. `/Filter` and
    /// `/DecodeParms` of its dictionary are direct.
    ///
    /// # Errors
    /// [`CryptError::Malformed`] and [`CryptError::UnsupportedMethod`] for the crypt filter that the
    /// stream names; [`CryptError::KeyLength`] when the file's key does not fit it.
    pub(crate) fn decrypt_stream(
        &self,
        id: ObjectId,
        dictionary: &Dictionary,
        data: &[u8],
    ) -> Result<Vec<u8>, CryptError> {
        self.filters.for_stream(dictionary, self.encrypt_metadata)?.decrypt(&self.key, id, data)
    }

    /// The data for stream `id` with this dictionary, encrypted by the same rules. `iv` must not be used
    /// for two values; RC4 does without it.
    ///
    /// # Errors
    /// As for [`Self::decrypt_stream`].
    pub(crate) fn encrypt_stream(
        &self,
        id: ObjectId,
        dictionary: &Dictionary,
        iv: [u8; 16],
        data: &[u8],
    ) -> Result<Vec<u8>, CryptError> {
        self.filters.for_stream(dictionary, self.encrypt_metadata)?.encrypt(&self.key, id, iv, data)
    }
}

impl fmt::Debug for SecurityHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecurityHandler")
            .field("revision", &self.revision)
            .field("access", &self.access)
            .field("permissions", &self.permissions)
            .field("encrypt_metadata", &self.encrypt_metadata)
            .field("strings", &self.filters.strings)
            .field("streams", &self.filters.streams)
            .field("key", &"redacted")
            .finish()
    }
}

type Opened = Option<(Access, Zeroizing<Vec<u8>>)>;

/// Tries each form of a password as the owner's or the user's.
fn try_forms(
    parameters: &Parameters,
    first_id: &[u8],
    forms: &[Zeroizing<Vec<u8>>],
    access: Access,
) -> Result<Opened, CryptError> {
    let Parameters { revision, owner: o, user: u, .. } = parameters;
    for password in forms {
        match (&parameters.keys, access) {
            (Keys::Computed(lengths), _) => {
                let open = match access {
                    Access::Owner => computed::open_as_owner,
                    Access::User => computed::open_as_user,
                };
                for length in lengths {
                    if let Some(key) = open(parameters, first_id, password, *length)? {
                        return Ok(Some((access, key)));
                    }
                }
            }
            (Keys::Wrapped { owner, .. }, Access::Owner) => {
                if let Some(key) = wrapped::open_as_owner(*revision, o, u, owner, password) {
                    return Ok(Some((access, key)));
                }
            }
            (Keys::Wrapped { user, .. }, Access::User) => {
                if let Some(key) = wrapped::open_as_user(*revision, u, user, password) {
                    return Ok(Some((access, key)));
                }
            }
        }
    }
    Ok(None)
}
