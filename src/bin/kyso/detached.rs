//! Files beside a document that its signature signs.

use std::io::Read as _;
use std::path::Path;

use kyso::Limits;
use kyso::algorithm::{Digest, DigestAlgorithm};

use crate::failure::{Exit, Failure};
use crate::files;

/// The URI of a file for documents that stand beside it: its name.
pub(crate) fn uri(path: &Path) -> Result<String, Failure> {
    let name = path.file_name().ok_or_else(|| {
        Failure::at(Exit::Usage, path, "--detached-content: this names no file; give the path of one")
    })?;
    let mut uri = String::new();
    for byte in name.as_encoded_bytes() {
        // What a URI can hold everywhere (RFC 3986, 2.3).
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            uri.push(char::from(*byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(uri)
}

/// The digest of a file of any size.
pub(crate) fn digest(path: &Path, algorithm: DigestAlgorithm) -> Result<Digest, Failure> {
    let mut file = files::open(path)?;
    let mut hasher = algorithm.hasher();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize()),
            Ok(count) => hasher.update(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Failure::io(path, "reading", &error)),
        }
    }
}

/// A file under the names by which signatures may know it.
pub(crate) fn named(path: &Path, limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let uri = uri(path)?;
    let octets = files::read(path, usize::try_from(limits.xml_memory_bytes).unwrap_or(usize::MAX))?;
    let plain = path.file_name().and_then(|name| name.to_str()).filter(|name| *name != uri);
    let mut all: Vec<_> = plain.map(|name| (name.to_owned(), octets.clone())).into_iter().collect();
    all.push((uri, octets));
    Ok(all)
}
