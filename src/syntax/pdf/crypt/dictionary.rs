//! The encryption dictionary and its crypt filters: ISO 32000-2, 7.6, Tables 20, 21 and 25.

use super::super::object::{Dictionary, Name, Object};
use super::cipher::Method;
use super::error::{CryptError, Malformation};

/// What the encryption dictionary says.
#[derive(Clone, Debug)]
pub(super) struct Parameters {
    pub(super) revision: u8,
    /// `/O` and `/U`, cut to the 32 or 48 bytes that the revision defines.
    pub(super) owner: Vec<u8>,
    pub(super) user: Vec<u8>,
    /// `/P`.
    pub(super) permissions: i32,
    pub(super) encrypt_metadata: bool,
    pub(super) keys: Keys,
    pub(super) filters: CryptFilters,
}

/// Where the file's key comes from.
#[derive(Clone, Debug)]
pub(super) enum Keys {
    /// Revisions 2 to 4: computed from the password. The lengths in bytes to try, the standard's own
    /// reading of the dictionary first: writers disagree about `/Length`, and the password check tells.
    Computed(Vec<usize>),
    /// Revisions 5 and 6: random, kept under each password.
    Wrapped { owner: [u8; 32], user: [u8; 32], permissions: [u8; 16] },
}

impl Parameters {
    pub(super) fn parse(encrypt: &Dictionary) -> Result<Self, CryptError> {
        match required(encrypt, "Filter")?.as_name() {
            Some(b"Standard") => {}
            Some(name) => return Err(CryptError::UnsupportedHandler { name: text(name) }),
            None => return Err(not_a("Filter", "a name")),
        }
        let (version, revision) = algorithm(encrypt)?;
        let wrapped = version == 5;
        let filters = CryptFilters::parse(encrypt, version)?;
        let verifier = if wrapped { 48 } else { 32 };
        Ok(Self {
            revision,
            owner: string(encrypt, "O", verifier)?.to_vec(),
            user: string(encrypt, "U", verifier)?.to_vec(),
            permissions: permissions(encrypt)?,
            encrypt_metadata: version < 4
                || encrypt.get(b"EncryptMetadata").and_then(Object::as_boolean) != Some(false),
            keys: if wrapped {
                Keys::Wrapped {
                    owner: array(encrypt, "OE")?,
                    user: array(encrypt, "UE")?,
                    permissions: array(encrypt, "Perms")?,
                }
            } else {
                Keys::Computed(key_lengths(encrypt, version, &filters)?)
            },
            filters,
        })
    }
}

/// `/V` and `/R`.
fn algorithm(encrypt: &Dictionary) -> Result<(u8, u8), CryptError> {
    let number = |key| required(encrypt, key)?.as_integer().ok_or_else(|| not_a(key, "an integer"));
    let (version, revision) = (number("V")?, number("R")?);
    let unsupported = CryptError::UnsupportedAlgorithm { version, revision };
    match (version, revision) {
        (1 | 2 | 4, 2..=4) | (5, 5 | 6) => {}
        (1 | 2 | 4, 5 | 6) | (5, 2..=4) => return Err(out_of_range("R", revision)),
        _ => return Err(unsupported),
    }
    match (u8::try_from(version), u8::try_from(revision)) {
        (Ok(version), Ok(revision)) => Ok((version, revision)),
        _ => Err(unsupported),
    }
}

/// The 32 bits of `/P`, which writers also write as the unsigned number or in 64 bits.
fn permissions(encrypt: &Dictionary) -> Result<i32, CryptError> {
    let wide = match required(encrypt, "P")? {
        Object::Integer(value) => Some(i128::from(*value)),
        Object::Real(digits) => str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()),
        _ => None,
    };
    // Casts between integers keep the low bits, which is what a 32-bit field means here.
    wide.map(|value: i128| value as i32).ok_or_else(|| not_a("P", "an integer"))
}

fn key_lengths(encrypt: &Dictionary, version: u8, filters: &CryptFilters) -> Result<Vec<usize>, CryptError> {
    if filters.strings == Method::AesV2 || filters.streams == Method::AesV2 {
        return Ok(vec![16]);
    }
    let declared = match encrypt.get(b"Length") {
        None => None,
        Some(entry) => {
            let length = entry.as_integer().ok_or_else(|| not_a("Length", "an integer"))?;
            let bytes = key_bytes(length);
            if version == 2 && bytes.is_none() && length != 0 {
                return Err(out_of_range("Length", length));
            }
            bytes
        }
    };
    let standard = match version {
        1 => Some(5),
        2 => Some(declared.unwrap_or(5)),
        _ => filters.key_bytes.or(declared),
    };
    let mut lengths = Vec::with_capacity(4);
    for length in [standard, declared, Some(16), Some(5)].into_iter().flatten() {
        if !lengths.contains(&length) {
            lengths.push(length);
        }
    }
    Ok(lengths)
}

/// A key's length in bytes from a number of bits, or of bytes as some writers have it.
fn key_bytes(length: i64) -> Option<usize> {
    match length {
        5..=16 => usize::try_from(length).ok(),
        40..=128 if length % 8 == 0 => usize::try_from(length / 8).ok(),
        _ => None,
    }
}

/// Which method applies to what.
#[derive(Clone, Debug)]
pub(super) struct CryptFilters {
    version: u8,
    /// The filters of `/CF` with their `/CFM`, resolved only when something names them.
    defined: Vec<(Name, Option<Name>)>,
    pub(super) streams: Method,
    pub(super) strings: Method,
    embedded: Option<Name>,
    /// `/Length` of the stream filter.
    key_bytes: Option<usize>,
}

impl CryptFilters {
    fn parse(encrypt: &Dictionary, version: u8) -> Result<Self, CryptError> {
        let mut filters = Self {
            version,
            defined: Vec::new(),
            streams: Method::V2,
            strings: Method::V2,
            embedded: None,
            key_bytes: None,
        };
        if version < 4 {
            return Ok(filters);
        }
        let stream_filter = filter_name(encrypt, "StmF")?.unwrap_or(b"Identity");
        let string_filter = filter_name(encrypt, "StrF")?.unwrap_or(b"Identity");
        filters.embedded = filter_name(encrypt, "EFF")?.map(Name::from);
        match encrypt.get(b"CF") {
            None => {}
            Some(Object::Dictionary(defined)) => {
                for (name, filter) in defined.iter() {
                    let filter =
                        filter.as_dictionary().ok_or_else(|| not_a("CF", "a dictionary of dictionaries"))?;
                    filters.defined.push((name.into(), filter_name(filter, "CFM")?.map(Name::from)));
                    if name == stream_filter {
                        filters.key_bytes = filter.integer(b"Length").and_then(key_bytes);
                    }
                }
            }
            Some(_) => return Err(not_a("CF", "a dictionary")),
        }
        filters.streams = filters.method("StmF", stream_filter)?;
        filters.strings = filters.method("StrF", string_filter)?;
        Ok(filters)
    }

    /// The method of the filter that entry `key` names.
    fn method(&self, key: &'static str, name: &[u8]) -> Result<Method, CryptError> {
        if name == b"Identity" {
            return Ok(Method::Identity);
        }
        let undefined = || CryptError::malformed(key, Malformation::UndefinedFilter { name: text(name) });
        let (_, method) =
            self.defined.iter().rev().find(|(defined, _)| **defined == *name).ok_or_else(undefined)?;
        match (method.as_deref(), self.version) {
            (None | Some(b"None"), _) => Ok(Method::Identity),
            (Some(b"V2"), 4) => Ok(Method::V2),
            (Some(b"AESV2"), 4) => Ok(Method::AesV2),
            (Some(b"AESV3"), 5) => Ok(Method::AesV3),
            (Some(b"V2" | b"AESV2" | b"AESV3"), _) => Err(undefined()),
            (Some(other), _) => Err(CryptError::UnsupportedMethod { name: text(other) }),
        }
    }

    /// The method for a stream: its own `/Crypt` filter, else what its `/Type` says, else `/StmF`.
    pub(super) fn for_stream(
        &self,
        stream: &Dictionary,
        encrypt_metadata: bool,
    ) -> Result<Method, CryptError> {
        let kind = stream.name(b"Type");
        if kind == Some(b"XRef") {
            return Ok(Method::Identity);
        }
        if self.version < 4 {
            return Ok(self.streams);
        }
        if let Some(name) = own_filter(stream)? {
            return self.method("Name", name);
        }
        match (kind, &self.embedded) {
            (Some(b"Metadata"), _) if !encrypt_metadata => Ok(Method::Identity),
            (Some(b"EmbeddedFile"), Some(name)) => self.method("EFF", name),
            _ => Ok(self.streams),
        }
    }
}

/// `/Name` of the stream's `/Crypt` filter, when it has one: ISO 32000-2, 7.4.10.
fn own_filter(stream: &Dictionary) -> Result<Option<&[u8]>, CryptError> {
    let parameters = match stream.get(b"Filter") {
        Some(Object::Name(name)) if **name == *b"Crypt" => stream.get(b"DecodeParms").map(first),
        Some(Object::Array(filters)) => {
            let Some(place) = filters.iter().position(|filter| filter.as_name() == Some(b"Crypt")) else {
                return match filters.iter().any(|filter| filter.as_reference().is_some()) {
                    true => Err(not_a("Filter", "an array of direct names")),
                    false => Ok(None),
                };
            };
            match stream.get(b"DecodeParms") {
                Some(Object::Array(all)) => all.get(place),
                other => other,
            }
        }
        Some(Object::Reference(_)) => return Err(not_a("Filter", "direct")),
        _ => return Ok(None),
    };
    match parameters {
        None | Some(Object::Null) => Ok(Some(b"Identity")),
        Some(Object::Dictionary(parameters)) => {
            Ok(Some(filter_name(parameters, "Name")?.unwrap_or(b"Identity")))
        }
        Some(_) => Err(not_a("DecodeParms", "a direct dictionary")),
    }
}

/// The one entry of an array that a lone filter's parameters may stand in.
fn first(parameters: &Object) -> &Object {
    match parameters {
        Object::Array(all) => all.first().unwrap_or(&Object::Null),
        other => other,
    }
}

fn required<'a>(dictionary: &'a Dictionary, key: &'static str) -> Result<&'a Object, CryptError> {
    dictionary.get(key.as_bytes()).ok_or(CryptError::malformed(key, Malformation::Missing))
}

fn filter_name<'a>(dictionary: &'a Dictionary, key: &'static str) -> Result<Option<&'a [u8]>, CryptError> {
    match dictionary.get(key.as_bytes()) {
        None => Ok(None),
        Some(Object::Name(name)) => Ok(Some(name)),
        Some(_) => Err(not_a(key, "a name")),
    }
}

/// The first `needed` bytes of a string: writers append zeros to fill what older standards reserved.
fn string<'a>(dictionary: &'a Dictionary, key: &'static str, needed: usize) -> Result<&'a [u8], CryptError> {
    let bytes = required(dictionary, key)?.as_string().ok_or_else(|| not_a(key, "a string"))?;
    let short = Malformation::TooShort { length: bytes.len(), needed };
    bytes.get(..needed).ok_or(CryptError::malformed(key, short))
}

fn array<const N: usize>(dictionary: &Dictionary, key: &'static str) -> Result<[u8; N], CryptError> {
    let bytes = string(dictionary, key, N)?;
    bytes
        .try_into()
        .map_err(|_| CryptError::malformed(key, Malformation::TooShort { length: bytes.len(), needed: N }))
}

const fn not_a(key: &'static str, expected: &'static str) -> CryptError {
    CryptError::malformed(key, Malformation::NotA { expected })
}

const fn out_of_range(key: &'static str, value: i64) -> CryptError {
    CryptError::malformed(key, Malformation::OutOfRange { value })
}

/// A name for people to read.
fn text(name: &[u8]) -> String {
    name.escape_ascii().to_string()
}
