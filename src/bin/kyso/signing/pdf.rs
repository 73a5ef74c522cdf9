//! Signatures on PDF documents.

use std::path::Path;

use kyso::certificate::Chain;
use kyso::pdf::Signing;

use crate::arguments;
use crate::failure::Failure;
use crate::keys;

/// What to sign with, and as what.
pub(crate) fn signing(options: &arguments::Signing, chain: &Chain, input: &Path) -> Result<Signing, Failure> {
    let own = &options.pdf;
    let mut signing = Signing::new(chain).document(input.to_string_lossy());
    if let Some(sub_filter) = own.subfilter {
        signing = signing.sub_filter(sub_filter);
    }
    if let Some(field) = &own.field {
        signing = signing.field(field);
    }
    if let Some(reason) = &own.reason {
        signing = signing.reason(reason);
    }
    if let Some(location) = &own.location {
        signing = signing.location(location);
    }
    if let Some(contact) = &own.contact {
        signing = signing.contact(contact);
    }
    if let Some(name) = &own.name {
        signing = signing.name(name);
    }
    if let Some(digest) = options.digest {
        signing = signing.digest(digest);
    }
    if let Some(algorithm) = options.signature_algorithm {
        signing = signing.signature_algorithm(algorithm);
    }
    if let Some(password) = keys::password(own.password_env.as_deref())? {
        signing = signing.password(password);
    }
    if own.override_encryption_permissions {
        signing = signing.override_encryption_permissions();
    }
    if own.override_needs_rendering {
        signing = signing.override_needs_rendering();
    }
    if let Some(bytes) = own.reserve {
        signing = signing.reserve(bytes);
    }
    if own.timestamp_room {
        signing = signing.timestamp_room();
    }
    Ok(signing)
}
